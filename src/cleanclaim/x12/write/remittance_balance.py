"""What must add up in the tables of an 835, before it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cleanclaim.errors import InputError
from cleanclaim.x12.validate.amounts import text_of

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]
Sums = defaultdict[int | None, int]
_KEYS = (
    ("paid_claims", "transaction", "payments", "transaction"),
    ("provider_adjustments", "transaction", "payments", "transaction"),
    ("paid_services", "claim_segment", "paid_claims", "segment"),
    *((name, "claim_segment", "paid_claims", "segment") for name in ("adjustments", "remarks", "amounts")),
    *((name, "service_segment", "paid_services", "segment") for name in ("adjustments", "remarks", "amounts")),
)
_AMOUNTS = (
    ("payments", "amount_cents"),
    ("paid_claims", "charge_cents"),
    ("paid_claims", "paid_cents"),
    ("paid_services", "charge_cents"),
    ("paid_services", "paid_cents"),
    ("adjustments", "cents"),
    ("provider_adjustments", "cents"),
)


def check_balance(rows: Rows) -> None:
    """Raise InputError for the first row that does not balance, lacks its amount, or names one that is not there.

    >>> service = {"claim_segment": 1, "segment": 2, "charge_cents": 8400, "paid_cents": 7000}
    >>> claim = {"transaction": 1, "segment": 1, "charge_cents": 8400, "paid_cents": 7000,
    ...          "patient_responsibility_cents": None}
    >>> payment = {"transaction": 1, "amount_cents": 7000}
    >>> none = {"adjustments": [], "remarks": [], "amounts": [], "provider_adjustments": []}
    >>> check_balance({"payments": [payment], "paid_claims": [claim], "paid_services": [service], **none})
    Traceback (most recent call last):
    cleanclaim.errors.InputError: paid_services[0].paid_cents: 70.00 is paid, the charge less the adjustments is 84.00
    """
    _check_keys(rows)
    for table, column in _AMOUNTS:
        for place, row in enumerate(rows[table]):
            if row[column] is None:
                raise InputError("is missing", field=f"{table}[{place}].{column}")
    cut_services: Sums = defaultdict(int)
    cut_claims: Sums = defaultdict(int)
    borne: Sums = defaultdict(int)
    for row in rows["adjustments"]:
        cut_services[row["service_segment"]] += row["cents"]
        cut_claims[row["claim_segment"]] += row["cents"]
        borne[row["claim_segment"]] += row["cents"] if row["group"] == "PR" else 0
    _check_paid(rows, "paid_services", lambda row: cut_services[row["segment"]], "the adjustments")
    _check_paid(rows, "paid_claims", lambda row: cut_claims[row["segment"]], "all adjustments")
    _check_claims(rows, borne)
    _check_payments(rows)


def _refuse(table: str, place: int, column: str, message: str) -> None:
    raise InputError(message, field=f"{table}[{place}].{column}")


def _check_keys(rows: Rows) -> None:
    for table, column in (("payments", "transaction"), ("paid_claims", "segment"), ("paid_services", "segment")):
        counted = Counter(row[column] for row in rows[table])
        for place, row in enumerate(rows[table]):
            if row[column] is None or counted[row[column]] > 1:
                _refuse(table, place, column, "each row needs a number of its own")
    for table, column, other, key in _KEYS:
        known = {row[key] for row in rows[other]}
        for place, row in enumerate(rows[table]):
            if row[column] not in known and not (column == "service_segment" and row[column] is None):
                _refuse(table, place, column, f"no row of {other} has this number")
    claim_of = {row["segment"]: row["claim_segment"] for row in rows["paid_services"]}
    for table in ("adjustments", "remarks", "amounts"):
        for place, row in enumerate(rows[table]):
            if claim_of.get(row["service_segment"], row["claim_segment"]) != row["claim_segment"]:
                _refuse(table, place, "service_segment", "the service is of another claim")


def _check_paid(rows: Rows, table: str, cut: Callable[[Row], int], name: str) -> None:
    for place, row in enumerate(rows[table]):
        due = row["charge_cents"] - cut(row)
        if due != row["paid_cents"]:
            text = f"{text_of(row['paid_cents'])} is paid, the charge less {name} is {text_of(due)}"
            _refuse(table, place, "paid_cents", text)


def _check_claims(rows: Rows, borne: Sums) -> None:
    services: Sums = defaultdict(int)
    for row in rows["paid_services"]:
        services[row["claim_segment"]] += row["charge_cents"]
    for place, row in enumerate(rows["paid_claims"]):
        total = services[row["segment"]] if row["segment"] in services else int(row["charge_cents"])
        if total != row["charge_cents"]:
            text = f"{text_of(row['charge_cents'])} is charged, and the services come to {text_of(total)}"
            _refuse("paid_claims", place, "charge_cents", text)
        said, owed = row["patient_responsibility_cents"], borne[row["segment"]]
        if said is not None and said != owed:
            text = f"{text_of(said)} is said, and the adjustments of group PR come to {text_of(owed)}"
            _refuse("paid_claims", place, "patient_responsibility_cents", text)


def _check_payments(rows: Rows) -> None:
    due: Sums = defaultdict(int)
    for row in rows["paid_claims"]:
        due[row["transaction"]] += row["paid_cents"]
    for row in rows["provider_adjustments"]:
        due[row["transaction"]] -= row["cents"]
    for place, row in enumerate(rows["payments"]):
        said, owed = row["amount_cents"], due[row["transaction"]]
        if said != owed:
            text = f"{text_of(said)} is paid, and the claims less the provider adjustments come to {text_of(owed)}"
            _refuse("payments", place, "amount_cents", text)
        if said < 0:
            _refuse("payments", place, "amount_cents", "a payment is not negative: carry the balance forward (PLB, FB)")
