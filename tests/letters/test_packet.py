"""The packet as a PDF: text is shown and never evaluated, and the same packet is the same file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest

from cleanclaim.letters import Block, Disputed, Fact, Line, Packet, Passed, Step, packet_pdf

typst = pytest.importorskip("typst")
HOSTILE = '#panic("no") *bold* $x$ #read("/etc/passwd") \\ [x] <y> // end'
PACKET = Packet(
    title="Appeal of claim K1",
    as_of=date(2026, 4, 20),
    about=(Fact("Payer", "EXAMPLE PLAN"), Fact("Patient", None)),
    decision=(Fact("Decided on", "2026-04-02"),),
    lines=(Line("1", "2026-03-17", "97530", "activities", "GP", "2", "$1.00", "$0.00", "$1.00", disputed=True),),
    disputed=(Disputed("Line 1", (Fact("CO-151", "too many"),)),),
    recorded=(Block("2026-03-17", "97530", "activities", "30", "09:00", "09:30", "PT", "yes"),),
    steps=(Step("30 minutes are 2 units.", "a manual"),),
    passed=(Passed("U101", "more units than minutes", ("a manual",)),),
    statements=(Fact("Why", "long"), Fact("Signature", "short")),
    records=("the treatment note",),
)


def _text(pdf: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    shown = _text(packet_pdf(replace(PACKET, about=(Fact("Payer", HOSTILE),))))
    squeezed = "".join(shown.split())
    assert "".join(HOSTILE.split()) in squeezed


def test_the_same_packet_is_the_same_file_and_says_it_is_accessible() -> None:
    first = packet_pdf(PACKET)
    assert packet_pdf(PACKET) == first
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(first))
    assert reader.metadata.title == "Appeal of claim K1"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712  (a PDF's own kind of boolean)
    assert reader.trailer["/Root"]["/Lang"] == "en-US"
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()


def test_what_is_not_recorded_is_said() -> None:
    shown = _text(packet_pdf(replace(PACKET, recorded=(), steps=(), passed=())))
    assert "No minutes and no times are recorded in the files given." in " ".join(shown.split())
    assert "How these minutes become units" not in shown
