"""A mark with a person's name is a signature; a typed name, a team or one to come is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.notes import signatures


@pytest.mark.parametrize(
    ("line", "credential"),
    [
        ("/es/ Ola Bergqvist PT", "PT"),
        ("/s/ Ola Bergqvist, MD", "MD"),
        ("//Electronically signed// Ola Bergqvist PT", "PT"),
        ("Electronically signed by: Ola Q. Bergqvist, PT, DPT, OCS on 10/1/2026", "PT"),
        ("Electronically signed on 10/1/2026 at 4:05 pm by Ola Bergqvist, OTR/L", "OTR/L"),
        ("Digitally signed - Ola Bergqvist, PT, PCS", "PT"),
        ("Authenticated electronically by Ola Bergqvist, OTR/L on 09/15/2026", "OTR/L"),
        ("signed by electronic means: Ola Bergqvist, M.S., CCC-SLP", "CCC-SLP"),
        ("Signed electronically / Ola Bergqvist, MA CCC-SLP", "CCC-SLP"),
        ("Signed (electronic): Ola Bergqvist, COTA/L", "COTA/L"),
        ("e-signed O. Bergqvist-Lake CCC-SLP", "CCC-SLP"),
        ("esig Ola Bergqvist, MOT, OTR/L, CHT", "OTR/L"),
        ("eSign: Ola Bergqvist DPT", "DPT"),
        ("ELECTRONICALLY SIGNED: OLA BERGQVIST, PT", "PT"),
        ("E-SIGNED: THI DO, OTR/L", "OTR/L"),
        ("/s/ ola bergqvist pt", "pt"),
        ("Ola Bergqvist, PT (e-signed 10/2/26)", "PT"),
        ("Ola Bergqvist PT\nElectronically signed 10/2/26 4:05 PM", "PT"),
        ("Electronically signed by:\nTom O'Brien, P.T., D.P.T.", "P.T."),
        ("Electronically signed by Maria de la Cruz, DO", "DO"),
        ("Electronically signed by Ola Bergqvist, physical therapist", "physical therapist"),
        ("Electronically signed by Ola Bergqvist", None),
        ("/s/ Ola Bergqvist, MS", None),
    ],
)
def test_signed(line: str, credential: str | None) -> None:
    found = signatures.read(f"Timed 30, total 30.\n{line}\n", ())
    assert [(each.credential, each.authenticated) for each in found] == [(credential, True)]


@pytest.mark.parametrize(
    "line",
    [
        "Ola Bergqvist, OTR/L",
        "Physio Team",
        "Rehab staff, evenings",
        "signature pending",
        "Electronically signed: pending",
        "/typed/ Ola Bergqvist, PT",
        "Signature on file",
        "Electronic signature on file",
        "Not electronically signed. Ola Bergqvist, PT",
        "Awaiting electronic signature, Ola Bergqvist, PT",
        "Stamp only, not yet signed by provider",
        "Signed electronically by Physical Therapy Team",
        "Clinician: {{name}}, {{credential}}",
        "/s/ ________",
        "Prepared by Ola Bergqvist",
        "Therapist: Ola Bergqvist, PT",
        "Consent form electronically signed by Mary Jones",
        "Plan of care electronically signed by Dr. Stone MD 9/1",
        "Authentication there.",
    ],
)
def test_not_signed(line: str) -> None:
    assert not any(each.authenticated for each in signatures.read(f"Timed 30, total 30.\n{line}\n", ()))


def test_two_signers() -> None:
    found = signatures.read("Signed electronically: Ola Bergqvist, PT; Bo Lindqvist, PTA", ())
    assert [(each.quote.text, each.credential) for each in found] == [
        ("Signed electronically: Ola Bergqvist, PT", "PT"),
        ("Bo Lindqvist, PTA", "PTA"),
    ]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("COTA visit today", ["COTA"]),
        ("seen by PTA under PT supervision", ["PTA"]),
        ("B. Lind, PTA 8:15-8:38: leg press", ["B. Lind, PTA"]),
        ("Treatment given by physical therapist assistant", ["physical therapist assistant"]),
        ("PTA gave the second cue", ["PTA"]),
        ("/s/ Bo Lind, COTA/L", ["Bo Lind, COTA/L"]),
        ("PTA will progress next week", []),
        ("Lived alone PTA, drove", []),
        ("discussed with PTA", []),
        ("PTA 25 dB right ear", []),
        ("Care handed to COTA", []),
        ("no PTA involved", []),
        ("seen by the PT", []),
    ],
)
def test_assistants(line: str, named: list[str]) -> None:
    assert [each.text for each in signatures.assistants(line)] == named


@given(st.text(alphabet="/es AaBb.,PT-\nsigned", max_size=80))
def test_signatures_quote_the_note(text: str) -> None:
    for each in signatures.read(text, ()):
        assert text[each.quote.start : each.quote.end] == each.quote.text
