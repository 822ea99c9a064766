"""The compiled pass over 837P files gives the same tables and problems as the other reader, whatever the file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from build_837 import BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, one, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated

from cleanclaim import x12
from cleanclaim.errors import CleanclaimError
from cleanclaim.x12 import fast, files

pytestmark = pytest.mark.skipif(not fast.available(), reason="numba is not installed, or can keep nothing it compiles")

SAMPLES = Path(__file__).parents[2].parent / "shared" / "x12" / "samples"
DEPENDENT = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*Alder*Bo", "DMG*D8*20150304*M"]
RICH = [
    "CLM*A-LONG-CLAIM-NUMBER-1*215.5***11:B:7*Y*A*Y*Y",
    "DTP*431*D8*20260101",
    "REF*F8*",
    "REF*F8*2",
    "REF*G1*AUTH-1",
    "HI*ABK:M5450*ABF:M25511*ABF:*ABJ:Z00",
    "HI*BK:7242",
    "NM1*DN*1*A*B****XX*1234567893",
    "NM1*82*1*A*B****24*12-3456789",
    "NM1*77*2*A SITE WITH A NAME OF MORE THAN FIFTY-SIX LETTERS IN ALL*****XX*1234567893",
    "PRV*PE*PXC*225100000X",
    "SBR*S*01*******CI",
    "NM1*82*1*NOT*OURS****XX*1003000126",
    "LX*1",
    "DTP*472*RD8*20260301-20260304",
    "SV1*HC:97530:GP:59:KX:CQ*-131.55*UN*.5*12**1:2:3:4",
    "NM1*82*1*C*D****XX*1245319599",
    "PRV*PE*PXC*225X00000X",
    "LX*2",
    "SV1*HC:97110*84**2*12",
    "DTP*472*DT*202603041130",
    "REF*6R*000000000000000000001",
    "REF*6R*2",
]
DATED = [segment.replace("DT*202603041130", "D8*20260304") for segment in RICH]  # a date with a time is not compiled
WHOLE = interchange(
    transaction(
        *(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, "CLM*2*84***11:B:8", *LINE[:2], "LX*2", *LINE[1:]),
        *(*DEPENDENT, *DATED, "HL*4*1*22*0", "NM1*IL*1*ONE*NO NUMBER", "NM1*PR*2*A PAYER WITH A LONG NAME", *DATED),
        *("HL*5**20*1", "NM1*85*2*B*****XX*1245319599", "HL*6*5*22*0", *CLAIM, *LINE),
    ),
    transaction(*BILLING, *SUBSCRIBER, *DATED, control="0002"),
)


def both(content: bytes, chunk_bytes: int) -> Iterator[tuple[object, ...]]:
    """Yield what each of the two ways of reading makes of a file."""
    for way in (files.compiled_pass, lambda *_: None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(files, "compiled_pass", way)
            try:
                read = x12.read(content, chunk_bytes=chunk_bytes)
            except CleanclaimError as error:
                yield (str(error),)
            else:
                tables = {name: (frame.schema, frame.rows()) for name, frame in read.tables.items()}
                yield tables, read.problems.rows(), read.interchanges


def same(content: bytes, chunk_bytes: int) -> None:
    quick, slow = both(content, chunk_bytes)
    assert quick == slow


@pytest.mark.parametrize("chunk_bytes", [1, 150, 400, 1000, 1500, 1 << 20])
@pytest.mark.parametrize("style", [Style(), Style("|", ">", "'", "!", "\r\n"), Style(terminator="\n"), Style("\x1d")])
def test_a_file_with_all_that_is_read(style: Style, chunk_bytes: int) -> None:
    same(WHOLE.translate(bytes.maketrans(b"*:", (style.element + style.component).encode())), chunk_bytes)
    same(one(*RICH, *DATED, style=style), chunk_bytes)


def test_it_reads_a_file_in_order_by_itself() -> None:
    from cleanclaim.x12.compiled.reading import Pass

    seen = []
    real = Pass.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pass, "read", lambda *args: seen.append(real(*args)) or seen[-1])
        file = x12.read_837(WHOLE)
    assert [stretch is not None for stretch in seen] == [True, False]
    assert (file.totals.claims, file.totals.lines, file.problems.height) == (6, 10, 0)


@given(st.integers(0, 1 << 40))
@settings(max_examples=200, deadline=None)
def test_files_changed_at_random(seed: int) -> None:
    draw = random.Random(seed)
    same(mutated(WHOLE, draw), draw.choice((1, 100, 333, 700, 1200, 1 << 20)))


@pytest.mark.parametrize("chunk_bytes", [999, 1 << 20])
def test_third_party_samples(chunk_bytes: int) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the folder of third-party samples is not beside the checkout")
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            same(path.read_bytes(), chunk_bytes)
