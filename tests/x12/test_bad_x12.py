"""Broken files of every kind: read or refused, whatever the stretches, and never an exception but ours."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from build_837 import A1, BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, transaction
from build_x12 import (
    ACKNOWLEDGMENT,
    CLAIM_STATUS,
    FACILITY_CLAIM,
    PAID_CLAIM,
    PROVIDER,
    REJECTION,
    REVERSAL,
    STATUS,
    facility,
    facility_set,
    remittance,
    remittance_set,
    transaction_set,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated
from polars.testing import assert_frame_equal

from cleanclaim import intake, x12
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.x12.outline import Outline, words
from cleanclaim.x12.schemas import TABLES
from tests.effort import times

ANSWERS = [
    transaction_set("999", *REJECTION, version=ACKNOWLEDGMENT),
    transaction_set("277", *STATUS, version=CLAIM_STATUS),
    transaction_set("997", "AK1*HC*1", "AK2*837*7", "AK3*NM1*3**8", "AK4*2*1*7*X", "AK5*R*5", "AK9*R*1*1*0"),
]
MONEY = [*PAID_CLAIM, *REVERSAL, *PAID_CLAIM[1:], *PROVIDER]
SEEDS = [
    facility(*FACILITY_CLAIM, *FACILITY_CLAIM),
    remittance(*MONEY),
    *(interchange(answer, version="005010") for answer in ANSWERS),
]
MIXED = b"".join(
    [
        interchange(
            transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version=A1),
            facility_set(*FACILITY_CLAIM, "HL*3*2*23*0", "NM1*QC*1*ALDER*FINN", *FACILITY_CLAIM),
            transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, *CLAIM, *LINE, version=A1),
            transaction_set("835", *remittance_set(*MONEY)[1:-1], version="005010X221A1"),
            *ANSWERS,
            transaction_set("270", "HL*1**20*1", "TRN*1*9"),
        ),
        interchange(*ANSWERS, style=Style("|", ">", "'", "!", "\r\n"), version="005010"),
        remittance(*MONEY, style=Style(terminator="\n", between=" ")).replace(b"IEA*1", b"TA1*1*2*3*A*000\nIEA*1"),
        facility(*FACILITY_CLAIM)[:-90],
    ]
)


@settings(max_examples=times(25), deadline=None)
@given(st.one_of(st.integers(1, 600), st.integers(600, 9_000)))
def test_any_chunk_size_gives_the_same_tables(chunk_bytes: int) -> None:
    whole, cut = x12.read(MIXED), x12.read(MIXED, chunk_bytes=chunk_bytes)
    assert set(whole.tables) == set(TABLES)
    for name in TABLES:
        assert_frame_equal(cut[name], whole[name])
    assert_frame_equal(cut.problems, whole.problems)
    assert cut.interchanges == whole.interchanges


def checked(content: bytes, chunk_bytes: int) -> None:
    """Read ``content`` and check that the tables hold together."""
    file = x12.read(content, chunk_bytes=chunk_bytes)
    for name, schema in TABLES.items():
        assert file[name].schema == schema
        file[name].write_json()  # every text is valid UTF-8
        assert all(0 <= offset < len(content) for offset in file[name]["offset"]) if "offset" in schema else True
    claims, services = file["paid_claims"]["segment"].to_list(), file["paid_services"]["segment"].to_list()
    for name in ("paid_services", "adjustments", "remarks", "amounts"):
        assert file[name]["claim_segment"].is_in(claims).all()
        if "service_segment" in file[name].columns:
            assert file[name]["service_segment"].drop_nulls().is_in(services).all()
    for claim, line in (("claims", "lines"), ("facility_claims", "facility_lines")):
        assert file[line]["claim_seq"].is_in(file[claim]["claim_seq"].to_list()).all()
    numbers = pl.concat([file["claims"]["claim_seq"], file["facility_claims"]["claim_seq"]]).sort().to_list()
    assert numbers == list(range(1, len(numbers) + 1))
    assert file["statuses"]["tracking_segment"].is_in(file["trackings"]["segment"].to_list()).all()


def test_mutated_files_are_read_or_refused() -> None:
    draw = random.Random(5010)
    read = 0
    for _ in range(times(600)):
        content = mutated(draw.choice((*SEEDS, *SEEDS, MIXED)), draw)
        try:
            checked(content, draw.choice((64, *[1 << 16] * 9)))
        except CleanclaimError:
            continue
        read += 1
    assert read > times(450)


def test_mutated_files_are_counted_and_listed() -> None:
    draw = random.Random(277)
    for _ in range(times(80)):
        content = mutated(draw.choice((*SEEDS, MIXED)), draw)
        try:
            totals, kinds = x12.totals(content), x12.kinds(content)
        except CleanclaimError:
            continue
        assert len(kinds) <= len(totals["transactions"]) + 1
        outline, seen = Outline(), 0
        for frame, _ in x12.iter_segments(content, chunk_bytes=512):
            for text, element in frame.select("text", "element").iter_rows():
                elements = (text or "").split(element)
                assert 0 <= outline.depth(elements) < 20
                words(elements, outline.kind)
                seen += 1
        assert seen >= len(totals["transactions"])


@settings(max_examples=times(60), deadline=None)
@given(st.binary(max_size=400), st.sampled_from(SEEDS), st.integers(0, 2000))
def test_bytes_of_any_kind_within_a_file(junk: bytes, seed: bytes, at: int) -> None:
    place = at % len(seed)
    try:
        checked(seed[:place] + junk + seed[place:], 1 << 16)
    except UnreadableFile:
        assert place < 110  # the ISA itself


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_a_file_cut_anywhere_says_so(seed: bytes) -> None:
    for stop in range(110, len(seed) - 1, 7):
        assert x12.read(seed[:stop]).problems.height >= 1


HOSTILE = {
    "claims": (remittance, b"CLP*1*1*1*1~" * 100_000, 100_000),
    "one claim": (remittance, b"CLP*1*1*1*1~" + b"CAS*CO*45*1~" * 700_000, 1),
    "one adjustment": (remittance, b"CLP*1*1*1*1~CAS*CO" + b"*45*1*1" * 200_000 + b"~", 1),
    "levels": (facility, b"HL*1*1*22~" * 200_000, 0),
    "code lists": (facility, b"CLM*1*1~" + b"HI*BH:11:D8:20260101~" * 300_000, 0),
}


@pytest.mark.parametrize(("build", "rest", "claims"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_read_to_their_end(build: object, rest: bytes, claims: int) -> None:
    whole = build()  # type: ignore[operator]
    content = whole[: whole.index(b"~SE*") + 1] + rest
    found = problems = 0
    for part in x12.iter_x12(content):
        found += part["paid_claims"].height
        problems += part.problems.height
    assert found == claims
    assert problems >= 1


def test_a_claim_cut_for_its_length_keeps_its_adjustments() -> None:
    content = remittance("CLP*V1*1*1*0", *["CAS*CO*45*1"] * 1_500_000)
    count = sum(part["adjustments"].height for part in x12.iter_x12(content))
    assert count == 1_500_000


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        x12.read(SEEDS[0], kinds=("837",))
    assert str(caught.value) == "kinds: '837' is not one of 837P, 837I, 835, 999, 997, 277CA"


def test_mutated_claim_files_become_services_or_problems(tmp_path: Path) -> None:
    draw = random.Random(223)
    path = tmp_path / "claims.837"
    read = 0
    for _ in range(times(80)):
        path.write_bytes(mutated(draw.choice((SEEDS[0], SEEDS[0], MIXED)), draw) or b"~")
        try:
            batch = intake.read([path])
        except CleanclaimError:
            continue
        read += 1
        assert batch.rows_read == batch.services.height + batch.rows_left_out
        assert batch.services["code"].null_count() == batch.services["dos"].null_count() == 0
    assert read > times(40)
