"""The X12 samples of other projects: totals equal an independent count; none raises anything but our own errors."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from plain_837 import read_plainly, with_columns

from cleanclaim.errors import UnreadableFile
from cleanclaim.x12 import read_837

SAMPLES = Path(__file__).parents[2].parent / "shared" / "x12" / "samples"
INDEX = SAMPLES / "INDEX.csv"
ROWS = list(csv.DictReader(INDEX.open(encoding="utf-8"))) if INDEX.exists() else []
OURS = [row for row in ROWS if row["version"].startswith("005010X222")]
CLEAN = [
    row["path"]
    for row in OURS
    if row["transaction"] == "837P" and set(row["envelope_issues"].split()) <= {"seg-padding", "BOM"}
]

pytestmark = pytest.mark.skipif(not ROWS, reason="the folder of shared samples is not beside this checkout")


def counted(content: bytes) -> tuple[int, int, int]:
    """Return claims, lines and total charge in cents, by splitting alone."""
    text = content.decode("latin-1").lstrip("ï»¿\r\n ")
    element, terminator = text[3], text[105]
    segments = [segment.strip().split(element) for segment in text.split(terminator)]
    charges = [Decimal(s[2]) for s in segments if s[0] == "CLM"]
    return len(charges), sum(s[0] == "SV1" for s in segments), int(sum(charges) * 100)


@pytest.mark.parametrize("path", CLEAN)
def test_totals_equal_an_independent_count(path: str) -> None:
    content = (SAMPLES / path).read_bytes()
    totals = read_837(content).totals
    assert (totals.claims, totals.lines, totals.charge_cents) == counted(content)


def test_there_are_clean_samples() -> None:
    assert len(CLEAN) == 24


@pytest.mark.parametrize("row", OURS, ids=lambda row: row["path"])
def test_every_837p_sample_reads_as_the_plain_reader_does(row: dict[str, str]) -> None:
    if row["envelope_issues"] == "no-ISA":
        pytest.skip("the plain reader needs an ISA segment")
    content = (SAMPLES / row["path"]).read_bytes()
    file = read_837(content, chunk_bytes=700)
    claims, lines = read_plainly(content)
    known = file.claims.drop("patient_key")
    assert known.to_dicts() == with_columns(claims, known.columns)
    assert file.lines.to_dicts() == with_columns(lines, file.lines.columns)


@pytest.mark.parametrize("row", [row for row in ROWS if row not in OURS], ids=lambda row: row["path"])
def test_every_other_sample_is_named_as_not_read(row: dict[str, str]) -> None:
    content = (SAMPLES / row["path"]).read_bytes()
    try:
        file = read_837(content)
    except UnreadableFile:
        assert row["envelope_issues"] == "no-ISA"
        return
    assert (file.totals.claims, file.totals.lines) == (0, 0)
    messages = file.problems["message"].to_list()
    if row["transaction"] != "TA1":
        assert any("is not read: only 837P" in m or m == "the file has no transaction set" for m in messages)
