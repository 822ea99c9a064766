"""Files that hold a note: what is read of them, and what is refused, with its place and without its words."""

from __future__ import annotations

import io
import json
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.errors import CleanclaimError, UnreadableFile, UnsupportedFile
from cleanclaim.notes.documents.document import LONGEST
from cleanclaim.notes.documents.language import foreign_language
from cleanclaim.notes.documents.read import read_document

NOTE = "S: stairs at work are hard.\nO: Step-ups with a tray, cues for pace: 14 min\nTimed total 14.\n"
TURNED = (
    "line 2, character 11: a right-to-left mark; what is shown is not what is stored. "
    "Save the note as plain English text"
)
CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
 <title>Therapy note</title><effectiveTime value="20260305101500"/>
 <legalAuthenticator><time value="20260304"/><signatureCode code="{code}"/><assignedEntity><assignedPerson><name>
   <given>Orla</given><family>Vance</family><suffix>PT</suffix></name></assignedPerson></assignedEntity>
 </legalAuthenticator>
 <componentOf><encompassingEncounter><effectiveTime><low value="20260304"/></effectiveTime></encompassingEncounter>
 </componentOf>
 <component><structuredBody><component><section><code code="x"/><title>Treatment</title><text>
   <paragraph>Seen <content>one-on-one</content>.</paragraph>
   <list><item>Crate lifts to a shelf,
     cues for breath</item><item>Gait on ramps</item></list>
   <table><tbody><tr><td>Crate lifts</td><td>16 min</td></tr><tr><td>Ramps</td><td>9 min</td></tr></tbody></table>
 </text><entry><act><text>not read by people</text></act></entry></section></component></structuredBody></component>
</ClinicalDocument>"""


def refusal(held: bytes, name: str = "n.txt") -> str:
    with pytest.raises(CleanclaimError) as caught:
        read_document(held, name)
    return str(caught.value)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_the_encodings_that_programs_write(codec: str) -> None:
    text = NOTE + "Knee at 90\xb0."
    assert read_document(text.encode(codec)).text == text


def test_line_ends_stay_so_that_places_count(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_bytes(NOTE.replace("\n", "\r\n").encode())
    assert read_document(tmp_path / "n.txt").text == NOTE.replace("\n", "\r\n")


def test_a_cda_document_is_its_sections_and_who_signed() -> None:
    document = read_document(CDA.format(code="S").encode(), "n.xml")
    assert document.text.split("\n") == [
        "Treatment",
        "Seen one-on-one.",
        "Crate lifts to a shelf, cues for breath",
        "Gait on ramps",
        "Crate lifts  16 min",
        "Ramps  9 min",
        "Electronically signed by Orla Vance PT 20260304",
    ]
    assert (document.kind, document.dos) == ("cda", date(2026, 3, 4))
    assert "signed" not in read_document(CDA.format(code="X").encode(), "n.xml").text


def test_entities_are_never_unfolded() -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    held = CDA.format(code="S").replace("<ClinicalDocument", bomb + "<ClinicalDocument").replace("Ramps", "&b;")
    assert refusal(held.encode(), "n.xml") == (
        "n.xml: a document type declaration; entities are not unfolded. Export it again"
    )


def test_a_cda_document_cut_off_or_nested_without_end() -> None:
    assert refusal(CDA[:900].encode(), "n.xml") == (
        "n.xml: line 14, column 1: the XML breaks off or is ill-formed; export it again"
    )
    deep = f"<ClinicalDocument>{'<a>' * 500}"
    assert refusal(deep.encode(), "n.xml") == "n.xml: elements nested more than 200 deep; export it again"
    assert read_document(b"<R> knee sore. Bridges 2x10", "n.txt").text == "<R> knee sore. Bridges 2x10"


def pdf(*pages: str) -> bytes:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")
    held = io.BytesIO()
    page = canvas.Canvas(held)
    for text in pages:
        for row, line in enumerate(text.split("\n")):
            page.drawString(72, 720 - 14 * row, line)
        page.showPage()
    page.save()
    return held.getvalue()


def test_a_pdf_with_text() -> None:
    document = read_document(pdf(NOTE.strip(), "Signed electronically by Orla Vance PT"), "n.pdf")
    assert [line for line in document.text.split("\n") if line] == [
        *NOTE.strip().split("\n"),
        "Signed electronically by Orla Vance PT",
    ]
    assert document.kind == "pdf"


def test_a_pdf_without_text_is_called_a_scan() -> None:
    assert refusal(pdf(""), "n.pdf") == (
        "n.pdf: a PDF without text, such as a scan; a scan is not read. Export the note as text"
    )


def test_a_damaged_pdf_and_one_with_a_password() -> None:
    assert refusal(pdf(NOTE)[:300], "n.pdf") == "n.pdf: the PDF is damaged or cut off; print the note again"
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    locked, held = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(NOTE))), io.BytesIO()
    locked.encrypt("secret", algorithm="RC4-128")
    locked.write(held)
    assert refusal(held.getvalue(), "n.pdf") == "n.pdf: the PDF needs a password; save it without one"


def raw_pdf(content: bytes, form: bytes = b"") -> bytes:
    """A page that draws ``content``, with one form that it may draw."""
    packed = [zlib.compress(content), zlib.compress(form)]
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>/Font<</G 6 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed[0]), packed[0]),
        b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F 5 0 R>>>>/Length %d/Filter/FlateDecode>>"
        b"stream\n%s\nendstream" % (len(packed[1]), packed[1]),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.5\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 7\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 7>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


def test_a_bomb_as_pdf_is_refused() -> None:
    large, circle = raw_pdf(b"BT /G 9 Tf (a) Tj ET\n" * 400_000), raw_pdf(b"/F Do\n" * 9, b"/F Do\n" * 9)
    assert len(large) < 30_000
    assert refusal(large, "n.pdf") == "n.pdf: page 1 unpacks to far more than a note; print the note again"
    assert refusal(circle, "n.pdf").startswith("n.pdf: a PDF without text")


def test_structured_rows_become_lines() -> None:
    rows = [
        {"section": "Treatment", "text": "Crate lifts, cues", "minutes": 16},
        {"text": "Ramps", "start": "9:20", "stop": "9:31"},
        {"section": "Plan", "text": "stairs next"},
    ]
    lines = "Treatment:\nCrate lifts, cues: 16 min\n9:20-9:31 Ramps\nPlan:\nstairs next"
    given = json.dumps({"visit_id": "V1", "dos": "2026-03-04", "rows": rows}).encode()
    document = read_document(given, "n.json")
    assert (document.text, document.dos, document.visit_id) == (lines, date(2026, 3, 4), "V1")
    listed = (
        'section,text,minutes,start,stop\nTreatment,"Crate lifts, cues",16,,\n,Ramps,,9:20,9:31\nPlan,stairs next\n'
    )
    assert read_document(listed.encode(), "n.csv").text == lines


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"notes": []}, 'n.json: JSON of a note has "rows"; see docs/notes.md'),
        ({"rows": 3}, "n.json: rows: a list is wanted"),
        (
            {"rows": [{"text": "a"}, {"words": "a"}]},
            "n.json: rows[1]: an object with section, text, minutes, start, stop is wanted",
        ),
        ({"rows": [], "dos": "3/4/26"}, "n.json: dos: YYYY-MM-DD is wanted"),
        ({"rows": []}, "n.json: no text in it; export the note again"),
    ],
)
def test_rows_of_another_shape(given: object, why: str) -> None:
    assert refusal(json.dumps(given).encode(), "n.json") == why


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (b"", "the file is empty; export the note again"),
        (b" \r\n\t", "no text in it; export the note again"),
        (b"PK\x03\x04 more", "an archive or a Word or Excel file; save the note as text, or as PDF with text"),
        (b"\x89PNG\r\n", "a picture; save the note as text, or as PDF with text"),
        (b"walks\0well", "binary from character 5 on; save the note as text, or as PDF with text"),
        (b"<!doctype html><p>Gait", "a web page; save the note as text, or print it as PDF"),
        (b"gait " * 300_000, "1,500,000 characters; a note has at most 1,048,576. Give one visit's note at a time"),
        (
            "Gait\nramps \u202eback".encode(),
            TURNED,
        ),
        (
            b"Le patient marche avec une canne dans le couloir, douleur du genou droite et fatigue.",
            "the note seems to be in French; only notes in English are read",
        ),
    ],
)
def test_what_is_no_note_is_refused(held: bytes, why: str) -> None:
    assert refusal(held) == f"n.txt: {why}"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Пациент прошёл двадцать метров с тростью", "Russian or another language in Cyrillic"),
        ("患者は歩行訓練を行った", "Chinese or Japanese"),
        ("Die Patientin geht mit dem Stock und hat rechts keine Schmerzen, Übungen für das Knie", "German"),
        ("R TKA POD 12. Heel slides, SLR 2 x 10. Stairs w/ rail, cues. 14 min", None),
        ("Le Fort fx; de Quervain's. El Paso clinic. Thumb spica fit and trial, no pain. Con't plan", None),
        ("x", None),
    ],
)
def test_the_language_of_a_note(text: str, language: str | None) -> None:
    assert foreign_language(text) == language


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(UnreadableFile, match="Is a directory"):
        read_document(tmp_path)


def test_a_file_too_large_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "n.txt").open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(UnsupportedFile, match="more than 32 MB"):
        read_document(tmp_path / "n.txt")


def outcome(held: bytes) -> str:
    try:
        document = read_document(held, "n")
    except CleanclaimError as refused:
        return str(refused)
    return "n: read" if 0 < len(document.text) <= LONGEST else "a note of no use"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.integers(0, 900), st.sampled_from("<{%s,"))
def test_any_bytes_are_a_note_or_a_refusal(noise: bytes, cut: int, head: str) -> None:
    for held in (noise, head.encode() + noise, CDA.format(code="S").encode()[:cut] + noise):
        assert outcome(held).startswith("n: ")
