"""Where nothing is published or agreed there is no expectation, and the money that came is told all the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine.pricing import price_visit
from cleanclaim.errors import InputError
from cleanclaim.remit.expected import expected

CONFIG = Config.parse("")
LINE: dict[str, Any] = {
    "row": 0, "patient_id": "P1", "claim_id": "C1", "pack": "medicare", "billed": True, "code": "97110",
    "modifier_1": "GP", "units": 1.0, "charge_cents": 9000, "dos": date(2024, 3, 9), "mac": "06102", "locality": "15",
    "claim_form": "professional",
}  # fmt: skip


def rows(**changes: Any) -> list[int]:
    return expected(SERVICES.conform(pl.DataFrame([LINE | changes])), CONFIG)["row"].to_list()


def test_a_line_at_a_published_locality_on_a_published_day_has_an_expectation() -> None:
    assert rows() == [0]


@pytest.mark.parametrize(
    "changes",
    [
        {"locality": "98"},
        {"mac": "00000"},
        {"dos": date(2019, 3, 9), "code": "97129"},
        {"code": "99999"},
        {"units": 1.5},
        {"units": -1.0},
        {"pack": "commercial"},
        {"pack": None},
    ],
    ids=[
        "no such locality", "no such contractor", "code before its fees", "no such code", "half a unit",
        "less than nothing", "payer without fees", "payer not mapped",
    ],
)  # fmt: skip
def test_what_has_no_fee_has_no_expectation(changes: dict[str, Any]) -> None:
    assert rows(**changes) == []


def test_a_locality_that_does_not_exist_is_refused_where_it_is_asked_for() -> None:
    asked = {"payer": "medicare", "dos": "2024-03-09", "locality": {"mac": "06102", "locality": "98"}}
    with pytest.raises(InputError, match="no locality 98 of contractor 06102 in the published lists"):
        price_visit(asked | {"services": [{"code": "97110", "units": 1}]})
