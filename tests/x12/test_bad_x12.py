"""Broken files of every kind: read or refused, whatever the stretches, and never an exception but ours."""

from __future__ import annotations

import pytest
from build_x12 import facility, remittance
from fuzz import MIXED, SEEDS
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim import x12
from cleanclaim.errors import InputError
from cleanclaim.x12.schemas import TABLES
from tests.effort import times


@settings(max_examples=times(25), deadline=None)
@given(st.one_of(st.integers(1, 600), st.integers(600, 9_000)))
def test_any_chunk_size_gives_the_same_tables(chunk_bytes: int) -> None:
    whole, cut = x12.read(MIXED), x12.read(MIXED, chunk_bytes=chunk_bytes)
    assert set(whole.tables) == set(TABLES)
    for name in TABLES:
        assert_frame_equal(cut[name], whole[name])
    assert_frame_equal(cut.problems, whole.problems)
    assert cut.interchanges == whole.interchanges


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
