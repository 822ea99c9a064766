"""Denials for want of an authorization are held against the authorizations on file."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from cleanclaim.claims.episodes import AUTHORIZATIONS, Records
from tests.remit.denied_lines import DOS, services, steps, told

LINE = {"code": "97110", "minutes": 15, "by": "PT", "start_minute": 540, "stop_minute": 555}
ON_FILE = {"row": 0, "file_id": 0, "source_line": 1, "authorization_id": "A7", "patient_id": "P1"}


def on_file(*rows: dict[str, Any]) -> Records:
    frame = pl.DataFrame([ON_FILE | {"row": n} | row for n, row in enumerate(rows)], infer_schema_length=None)
    return Records(authorizations=AUTHORIZATIONS.conform(frame) if rows else AUTHORIZATIONS.empty())


def test_without_the_file_it_must_be_found_out() -> None:
    (found,) = steps(services(LINE), {0: ("CO-197", "")})
    assert told(found) == ("authorization", "front desk", "find_out", "not_known", None)
    assert found["because"] == (
        "whether an authorization covers the line is not known here; name the file of authorizations"
    )


def test_one_that_covers_the_day_goes_on_a_corrected_claim_and_may_be_appealed_with() -> None:
    records = on_file({"first_day": DOS, "last_day": DOS, "visits": 1})
    (found,) = steps(services(LINE), {0: ("CO-197", "")}, records=records)
    assert told(found) == ("authorization", "biller", "correct", "open", None)
    assert found["fix"] == (
        "Authorization A7 covers the line: send a corrected claim with its number (REF G1); appeal with it if the "
        "claim had it"
    )


@pytest.mark.parametrize(
    ("row", "because", "stopped_by"),
    [
        ({"last_day": date(2024, 8, 12)}, "A7 (authorized from ... to 2024-08-12)", "V161"),
        ({"visits": 4, "visits_before": 4}, "A7 (visit 5 of 4)", "V162"),
        ({"units": 3, "units_before": 3}, "A7 (4 of 3 units)", "V163"),
        ({"codes": "97140 97530"}, "A7 (authorized for 97140 97530)", "V164"),
    ],
)
def test_one_that_does_not_reach_speaks_against_an_appeal(row: dict[str, Any], because: str, stopped_by: str) -> None:
    (found,) = steps(services(LINE), {0: ("CO-198", "")}, records=on_file(row))
    assert told(found) == ("authorization", "front desk", "find_out", "refused", stopped_by)
    assert found["because"] == f"no authorization on file covers the line: {because}"
    assert found["fix"] == (
        "Ask the payer to authorize the service after the fact; with its number, send a corrected claim"
    )


def test_none_on_file_for_the_patient() -> None:
    for records in (on_file(), on_file({"patient_id": "P2"})):
        (found,) = steps(services(LINE), {0: ("CO-197", "")}, records=records)
        assert told(found) == ("authorization", "front desk", "find_out", "refused", None)
        assert found["because"] == "no authorization is on file"


def test_of_a_day_only_the_line_whose_code_is_not_named_lacks_it() -> None:
    two = services(LINE, LINE | {"code": "97140", "start_minute": 555, "stop_minute": 570})
    found = steps(two, {0: ("CO-197", ""), 1: ("CO-197", "")}, records=on_file({"codes": "97110"}))
    assert [one["step"] for one in found] == ["correct", "find_out"]
    assert [one["stopped_by"] for one in found] == [None, "V164"]


def test_other_denials_do_not_ask_for_one() -> None:
    (found,) = steps(services(LINE), {0: ("CO-29", "")}, records=on_file())
    assert found["cause"] == "late"
