"""The example remittance against the example claims: every line's end, exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanclaim.remit import Remitted
from cleanclaim.remit.totals import by_outcome, sums
from cleanclaim.remitting import remit

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
DENIED = {
    "C115-1": ("CO-151 CO-45 CO-253 PR-2", "N706 MA01", 6000, 2587),
    "C118-2": ("CO-97", "M80 MA01", 7200, 0),
    "C121-1": ("CO-B15", "N122 MA01", 5000, 0),
    "C122-2": ("CO-4", "N822 MA01", 7200, 0),
    "C124-1": ("CO-4", "N823 MA01", 12000, 0),
    "C125-1": ("CO-181", "N56 MA01", 14000, 0),
    "C126-2": ("CO-96", "N56 MA01", 2500, 0),
    "C129-1": ("CO-16", "N290 MA01", 12000, 0),
    "C130-1": ("CO-16", "N286 MA01", 14400, 0),
    "C133-1": ("CO-18", "MA01", 6000, 0),
    "C133-2": ("CO-18", "MA01", 11600, 0),
    "C201-3": ("CO-151", "N706 MA01", 5800, 0),
    "C203-2": ("CO-97", "M80 MA01", 4000, 0),
    "C205-2": ("CO-119", "MA01", 5800, 0),
}
REDUCED = {"C201-1": 6454, "C201-2": 2293, "C202-1": 5318, "C202-2": 2139, "C203-1": 6454, "C204-2": 2139}
AS_EXPECTED = {"C204-1": 3025, "C205-1": 3025}
NOT_PRICED = {
    *("C101-1", "C101-2", "C102-1", "C102-2", "C102-3", "C103-1", "C103-2", "C104-1", "C104-2", "C105-1", "C105-2"),
    *("C105-3", "C106-1", "C106-2", "C107-1", "C107-2", "C108-1", "C108-2", "C109-1", "C109-2", "C110-1", "C111-1"),
    *("C111-2", "C115-2", "C118-1", "C119-1", "C119-2", "C122-1", "C126-1"),
}
OPEN = {
    *("C112-1", "C112-2", "C112-3", "C113-1", "C113-2", "C114-1", "C116-1", "C116-2", "C117-1", "C117-2", "C120-1"),
    *("C123-1", "C123-2", "C127-1", "C128-1", "C131-1", "C132-1", "C134-1", "C134-2", "C135-1"),
}


@pytest.fixture(scope="module")
def result() -> Remitted:
    return remit(DAY / "remittance.835", DAY / "claims.837", config=DAY / "cleanclaim.toml")


def named(result: Remitted, outcome: str) -> dict[str, dict[str, object]]:
    rows = result.outcomes.filter(result.outcomes["outcome"] == outcome).to_dicts()
    return {f"{row['claim_id']}-{row['line_number']}": row for row in rows}


def test_every_line_ends_as_the_contractor_decided(result: Remitted) -> None:
    denied = {
        name: (row["reasons"], row["remarks"], row["denied_cents"], row["paid_cents"])
        for name, row in named(result, "denied").items()
    }
    assert denied == DENIED
    assert {name: row["allowed_cents"] for name, row in named(result, "reduced_by_rule").items()} == REDUCED
    assert {name: row["allowed_cents"] for name, row in named(result, "paid_as_expected").items()} == AS_EXPECTED
    assert set(named(result, "paid_not_priced")) == NOT_PRICED
    assert set(named(result, "open")) == OPEN
    told = sum(map(len, (DENIED, REDUCED, AS_EXPECTED, NOT_PRICED, OPEN)))
    assert result.outcomes.height == told


def test_a_reversed_claim_stands_as_corrected(result: Remitted) -> None:
    rows = {name: row for name, row in named(result, "denied").items() if name == "C201-3"}
    assert (rows["C201-3"]["answers"], rows["C201-3"]["payer_control"]) == (3, "EX2408162012")
    assert (rows["C201-3"]["recouped_cents"], result.paid_twice.height) == (0, 0)


def test_dropped_modifiers_are_found_and_told(result: Remitted) -> None:
    row = named(result, "reduced_by_rule")["C204-2"]
    assert (row["modifiers"], row["paid_modifiers"], row["matched_by"]) == ("GP 59", "GP", "control")


def test_money_adds_up(result: Remitted) -> None:
    assert sums(result.outcomes.filter(result.outcomes["answers"].is_not_null())) == {
        "charge_cents": 431500,
        "paid_cents": 128989,
        "contract_cents": 145951,
        "reduced_cents": 7653,
        "patient_cents": 35407,
        "denied_cents": 113500,
        "prior_payer_cents": 0,
        "recouped_cents": 0,
        "short_cents": 0,
    }
    assert by_outcome(result.outcomes)["outcome"].to_list() == [
        *("open", "paid_as_expected", "paid_not_priced", "reduced_by_rule", "denied"),
    ]
    # all payments: what stands, less what the provider adjustments take
    assert result.payments["amount_cents"].sum() == 128989 - 6602


def test_takebacks_of_older_payments_are_tied_to_nothing(result: Remitted) -> None:
    told = result.provider_adjustments.select("reason", "reference", "cents", "claim_id").rows()
    assert told == [("72", "EXREF07", 4120, None), ("WO", "EX240830C102", 2500, None), ("L6", "EX260402", -18, None)]
    assert result.untied["reason"].to_list() == ["72", "WO"]
    assert result.exit_code == 1
