"""Which claims stand after replacements (frequency 7) and voids (8).

Source: the NUBC and CMS claim frequency codes; X12 005010X222, CLM05-3 and REF*F8. A claim here is written as a short
tuple: its number, frequency, the number it names as the original, and what differs from the usual.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.schema import SERVICES
from cleanclaim.engine.check import check
from cleanclaim.engine.standing import standing
from tests.effort import times

Claim = tuple[Any, ...]
LINES = 2


def services(*claims: Claim) -> pl.DataFrame:
    """Claims of one file in the order sent, two lines each; the rows of claim n are 2n and 2n + 1."""
    rows = []
    for place, (number, frequency, original, *more) in enumerate(claims):
        changes = more[0] if more else {}
        for line in range(LINES):
            rows.append(
                {
                    "row": place * LINES + line,
                    "file_id": 0,
                    "claim_seq": place + 1,
                    "claim_id": number,
                    "frequency": frequency,
                    "original_reference": original,
                    "patient_id": "P1",
                    "payer": "medicare",
                    "claim_form": "professional",
                    "dos": date(2026, 3, 4),
                    "code": ("97530", "97110")[line],
                    "modifier_1": "GP",
                    "modifier_count": 1,
                    "units": 1.0,
                    "billed": True,
                    "charge_cents": 6000,
                    **changes,
                }
            )
    return pl.DataFrame(rows, schema=SERVICES.schema)


def left(*claims: Claim) -> list[int]:
    """The places of the claims that stand, each of them whole."""
    rows = standing(services(*claims))["row"].to_list()
    places = sorted({row // LINES for row in rows})
    assert rows == [place * LINES + line for place in places for line in range(LINES)]
    return places


SECONDARY = {"sequence": "S"}
CASES: dict[str, tuple[list[Claim], list[int]]] = {
    "an original alone": ([("A", "1", None)], [0]),
    "a claim that states no frequency": ([("A", None, None)], [0]),
    "a replacement under the same number stands for the original": ([("A", "1", None), ("A", "7", "ICN1")], [1]),
    "a replacement that states no frequency of the original": ([("A", None, None), ("A", "7", "ICN1")], [1]),
    "a replacement under a new number that names the original": ([("A", "1", None), ("B", "7", "A")], [1]),
    "a void takes the original away and is no claim itself": ([("A", "1", None), ("A", "8", "ICN1")], []),
    "a void under a new number": ([("A", "1", None), ("B", "8", "A")], []),
    "a chain of replacements under one number": ([("A", "1", None), ("A", "7", "ICN1"), ("A", "7", "ICN2")], [2]),
    "a chain that names the payer's first number each time": (
        [("A", "1", None), ("A", "7", "ICN1"), ("A", "7", "ICN1")],
        [2],
    ),
    "a chain under new numbers": ([("A", "1", None), ("B", "7", "A"), ("C", "7", "B")], [2]),
    "a void of a replacement": ([("A", "1", None), ("A", "7", "ICN1"), ("A", "8", "ICN2")], []),
    "a void of a replacement under new numbers": ([("A", "1", None), ("B", "7", "A"), ("C", "8", "B")], []),
    "a claim sent anew after a void": ([("A", "1", None), ("A", "8", "ICN1"), ("A", "1", None)], [2]),
    "a claim sent anew after a replacement": ([("A", "1", None), ("A", "7", "ICN1"), ("A", "1", None)], [1, 2]),
    "a void that comes before what it names": ([("A", "8", "ICN1"), ("A", "1", None)], [1]),
    "a replacement that names no claim of the input": ([("A", "1", None), ("B", "7", "ICN1")], [0, 1]),
    "a void that names no claim of the input": ([("A", "1", None), ("B", "8", "ICN1")], [0]),
    "a replacement without a number": ([("A", "1", None), (None, "7", "A")], [1]),
    "claims without numbers": ([(None, "1", None), (None, "7", None)], [0, 1]),
    "a copy to the secondary payer": ([("A", "1", None), ("A", "1", None, SECONDARY)], [0, 1]),
    "a replacement to the first payer leaves the copy": (
        [("A", "1", None), ("A", "1", None, SECONDARY), ("A", "7", "ICN1")],
        [1, 2],
    ),
    "a void of the copy leaves the first": (
        [("A", "1", None), ("A", "1", None, SECONDARY), ("A", "8", "ICN1", SECONDARY)],
        [0],
    ),
    "a stated primary and one that states nothing": ([("A", "1", None, {"sequence": "P"}), ("A", "7", "I1")], [1]),
    "other frequencies take nothing away": ([("A", "1", None), ("A", "9", "ICN1")], [0, 1]),
    "another patient's claim of the same number": (
        [("A", "1", None), ("A", "7", "ICN1", {"patient_id": "P2"})],
        [0, 1],
    ),
}


@pytest.mark.parametrize(("claims", "expected"), CASES.values(), ids=list(CASES))
def test_which_claims_stand(claims: list[Claim], expected: list[int]) -> None:
    assert left(*claims) == expected


def test_rows_of_a_table_without_claim_counts_stand_alike() -> None:
    """A table of lines has no count of claims: number, payer level, frequency and original tell them apart."""
    uncounted = services(("A", "1", None), ("A", "7", "ICN1"), ("B", "1", None)).with_columns(
        claim_seq=pl.lit(None, dtype=pl.Int64)
    )
    assert standing(uncounted)["row"].to_list() == [2, 3, 4, 5]


def test_services_beside_claims_stand() -> None:
    """Services that are on no claim have no number that could be taken away."""
    given_only = services((None, None, None), ("A", "8", "ICN1"))
    assert standing(given_only)["row"].to_list() == [0, 1]


def test_columns_and_order_are_kept() -> None:
    shuffled = services(("B", "1", None), ("A", "1", None), ("A", "7", "ICN1")).sample(fraction=1, shuffle=True, seed=7)
    stands = standing(shuffled)
    assert stands.schema == SERVICES.schema
    assert stands["row"].to_list() == [row for row in shuffled["row"].to_list() if row not in (2, 3)]


def test_the_rules_see_only_what_stands() -> None:
    """The original has a fault (no discipline modifier), its replacement does not; copies of both are no duplicates."""
    faulty = {"modifier_1": None, "modifier_count": 0}
    replaced = services(("A", "1", None, faulty), ("A", "7", "ICN1"), ("A", "1", None, SECONDARY))
    result = check(replaced, as_of=date(2026, 3, 5))
    assert sorted(result.grains.line["row"].to_list()) == [2, 3, 4, 5]
    assert result.findings.filter(pl.col("rule").is_in(["D101", "I305", "I306"])).height == 0
    alone = check(replaced.filter(pl.col("claim_seq") == 1), as_of=date(2026, 3, 5))
    assert alone.findings.filter(pl.col("rule") == "D101")["row"].to_list() == [0, 1]


def left_one_by_one(claims: list[Claim]) -> list[int]:
    """The plain reading: take the claims in order; a 7 or 8 takes away what stands under either of its numbers."""
    stand: list[int] = []
    for place, (number, frequency, original, more) in enumerate(claims):
        if frequency in ("7", "8"):
            named = {n for n in (number, original) if n is not None}
            stand = [p for p in stand if not (claims[p][0] in named and claims[p][3] == more)]
        if frequency != "8":
            stand.append(place)
    return stand


NUMBERS = st.sampled_from(["A", "B", "C", None])
CLAIMS = st.tuples(
    NUMBERS,
    st.sampled_from([None, "1", "1", "7", "7", "8"]),
    NUMBERS,
    st.sampled_from([{}, {}, {"sequence": "S"}, {"patient_id": "P2"}]),
)


@settings(max_examples=times(200), deadline=None)
@given(st.lists(CLAIMS, min_size=1, max_size=7))
def test_the_plain_reading_agrees(claims: list[Claim]) -> None:
    assert left(*claims) == left_one_by_one(claims)
