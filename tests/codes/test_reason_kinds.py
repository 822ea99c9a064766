"""The kinds of adjustment reasons: each is named once, known to the published list, and has a source."""

from __future__ import annotations

from cleanclaim.codes.adjustments import carc
from cleanclaim.codes.reason_kinds import KINDS, denies, kind_of, reason_kinds


def test_every_reason_is_of_one_kind_and_in_the_published_list() -> None:
    named = [reason for one in reason_kinds() for reason in one.reasons]
    assert len(named) == len(set(named))
    assert set(named) <= set(carc()["code"])
    assert {one.kind for one in reason_kinds()} == set(KINDS) - {"denial"}
    assert [one.standing for one in reason_kinds()] == ["R"] * 6
    assert {one.source.document for one in reason_kinds()} == {"X12 Claim Adjustment Reason Codes"}


def test_group_pr_is_the_patients_whatever_its_reason() -> None:
    assert (kind_of("PR", "45"), kind_of("PR", "119"), denies("119")) == ("patient", "patient", True)
    assert (kind_of("CO", None), kind_of(None, "45")) == ("denial", "contractual")
