"""835 (005010X221A1) written from tables of payments, claims, services, adjustments and remarks.

The tables are those that an 835 is read into (``cleanclaim.x12.schemas``), and need only the columns that have
something to say. ``transaction`` joins a payment with its claims and provider adjustments; ``segment`` of a claim or
service may be any number, by which ``claim_segment`` and ``service_segment`` name it. Rows are written in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.x12 import schemas
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write.claims837.text import amount, quantity
from cleanclaim.x12.write.envelope import Cover, group, interchange, transaction_set
from cleanclaim.x12.write.remittance_balance import Row, check_balance
from cleanclaim.x12.write.segments import Composite, composite, segment

VERSION = "005010X221A1"
TABLES = ("payments", "paid_claims", "paid_services", "adjustments", "remarks", "amounts", "provider_adjustments")
_NAMES = ("patient_last", "patient_first", "rendering_last", "rendering_first", "crossover_payer_id")
_BESIDE = {"paid_claims": _NAMES}  # columns that the reader leaves out
_TRIPLES, _PAIRS = 6, 6  # adjustments of a CAS, and of a PLB
_MOST_REMARKS = 5  # of an MIA or MOA
_MODIFIERS = range(1, 5)


@dataclass(frozen=True)
class Account:
    """A bank account: the bank's routing number and the account's."""

    routing: str
    number: str


@dataclass(frozen=True)
class Remitter:
    """What an 835 says of the payer beside the tables: address, whom to ask, further numbers, and how money moves.

    ``numbers`` are pairs of qualifier (2U, NF ...) and number. The accounts are those of the payer and the payee,
    needed where the method of payment is ACH.
    """

    street: str
    city: str
    state: str
    zip: str
    contact: str
    phone: str
    numbers: tuple[tuple[str, str], ...] = ()
    account: Account | None = None
    payee_account: Account | None = None


def write_835(tables: Mapping[str, pl.DataFrame], remitter: Remitter, cover: Cover) -> bytes:
    """Return an 835 file of one transaction set a payment.

    Claims may also have names, which the reader leaves out: ``patient_last``, ``patient_first`` (their number is the
    ``patient_key``), ``rendering_last``, ``rendering_first``, and ``crossover_payer_id``. Raises InputError, naming
    table, row (from 0) and column, for what does not balance (charge less adjustments is payment, for services and
    claims; services add up to their claim, adjustments of group PR to what the patient owes; claims less provider
    adjustments are the payment) and for keys without a row, and naming the segment for what else is no valid 835.

    >>> from datetime import date, datetime
    >>> from cleanclaim.x12.write.envelope import Party
    >>> day = date(2026, 4, 6)
    >>> payment = {"transaction": 1, "handling": "I", "amount_cents": 7000, "credit_debit": "C", "method": "CHK",
    ...     "paid_on": day, "produced_on": day, "trace": "77", "trace_origin": "1512345678", "payer_name": "GOOD PLAN",
    ...     "payee_name": "HILL CLINIC", "payee_qualifier": "XX", "payee_id": "1234567893"}
    >>> claim = {"transaction": 1, "segment": 1, "claim_id": "V1", "status": "1", "charge_cents": 8400,
    ...     "paid_cents": 7000, "filing_indicator": "12", "payer_control": "9001", "patient_key": "M1",
    ...     "patient_last": "ALDER"}
    >>> service = {"claim_segment": 1, "segment": 2, "code": "97110", "modifier_1": "GP", "charge_cents": 8400,
    ...     "paid_cents": 7000, "paid_units": 2.0, "dos": date(2026, 3, 4), "line_control": "L1"}
    >>> cut = {"claim_segment": 1, "service_segment": 2, "group": "CO", "reason": "45", "cents": 1400}
    >>> tables = {"payments": payment, "paid_claims": claim, "paid_services": service, "adjustments": cut}
    >>> frames = {name: pl.DataFrame([row]) for name, row in tables.items()}
    >>> plan = Remitter("1 PLAN ROAD", "CARMEL", "IN", "46032", "PROVIDER DESK", "8005550100")
    >>> cover = Cover(Party("ZZ", "PLAN"), Party("ZZ", "CLINIC"), datetime(2026, 4, 3, 8, 0), 5)
    >>> print(write_835(frames, plan, cover).decode().split("LX*1~")[1], end="")
    <BLANKLINE>
    CLP*V1*1*84*70**12*9001~
    NM1*QC*1*ALDER*****MI*M1~
    SVC*HC:97110:GP*84*70**2~
    DTM*472*20260304~
    CAS*CO*45*14~
    REF*6R*L1~
    SE*17*0001~
    GE*1*5~
    IEA*1*000000005~
    """
    rows = {name: _rows(name, tables) for name in TABLES}
    check_balance(rows)
    writing = _Writing(rows, remitter)
    bodies = [list(writing.payment(payment)) for payment in rows["payments"]]
    sets = [transaction_set("835", VERSION, n, body) for n, body in enumerate(bodies, 1)]
    content = interchange(cover, [group("835", VERSION, cover, cover.control, sets)])
    found = validate(content)
    if not found.accepted:
        first = found.problems.row(0, named=True)
        where = f"segment {first['position']} ({first['element'] or first['segment']})"
        raise InputError(f"{where} of what would be written: {first['message']}", field="tables")
    return content


def _rows(name: str, tables: Mapping[str, pl.DataFrame]) -> list[Row]:
    """Return the rows of a table with every column of its schema, absent ones null."""
    frame = tables.get(name)
    if frame is None:
        return []
    known = (*schemas.TABLES[name], *_BESIDE.get(name, ()))
    if unknown := [column for column in frame.columns if column not in known]:
        raise InputError(f"the table {name} has no column {unknown[0]}", field=f"{name}.{unknown[0]}")
    return [dict.fromkeys(known) | row for row in frame.iter_rows(named=True)]


class _Writing:
    """Writes payments from rows that are joined by their keys."""

    def __init__(self, rows: Mapping[str, Sequence[Row]], remitter: Remitter) -> None:
        self.rows = rows
        self.remitter = remitter
        self.services = _by(rows["paid_services"], "claim_segment")
        self.of_claim = {name: _by(rows[name], "claim_segment", "service_segment") for name in TABLES[3:6]}

    def payment(self, payment: Row) -> Iterator[str]:
        own = payment["transaction"]
        yield _bpr(payment, self.remitter)
        yield segment("TRN", 1, payment["trace"], payment["trace_origin"])
        if payment["receiver_id"]:
            yield segment("REF", "EV", payment["receiver_id"])
        if payment["produced_on"]:
            yield segment("DTM", "405", _day(payment["produced_on"]))
        yield from self._parties(payment)
        claims = [row for row in self.rows["paid_claims"] if row["transaction"] == own]
        for number_of, listed in groupby(claims, key=lambda row: row["group_number"] or "1"):
            yield segment("LX", number_of)
            for claim in listed:
                yield from self._claim(claim)
        yield from _provider_adjustments(
            [row for row in self.rows["provider_adjustments"] if row["transaction"] == own]
        )

    def _parties(self, payment: Row) -> Iterator[str]:
        own = self.remitter
        identifier = payment["payer_id"]
        yield segment("N1", "PR", payment["payer_name"], "XV" if identifier else None, identifier)
        yield segment("N3", own.street)
        yield segment("N4", own.city, own.state, own.zip)
        for qualifier, told in own.numbers:
            yield segment("REF", qualifier, told)
        yield segment("PER", "BL", own.contact, "TE", own.phone)
        yield segment("N1", "PE", payment["payee_name"], payment["payee_qualifier"], payment["payee_id"])
        if payment["payee_tax_id"]:
            yield segment("REF", "TJ", payment["payee_tax_id"])

    def _claim(self, claim: Row) -> Iterator[str]:
        own = claim["segment"]
        amounts = [
            _optional_amount(claim[name]) for name in ("charge_cents", "paid_cents", "patient_responsibility_cents")
        ]
        codes = [claim[name] for name in ("filing_indicator", "payer_control", "facility_code", "frequency")]
        yield segment("CLP", claim["claim_id"], claim["status"], *amounts, *codes)
        yield from _adjustments(self._beside("adjustments", own, None))
        member = claim["patient_key"]
        name = (claim["patient_last"], claim["patient_first"])
        yield segment("NM1", "QC", 1, *name, *[None] * 3, "MI" if member else None, member)
        if claim["rendering_npi"]:
            name = (claim["rendering_last"], claim["rendering_first"])
            yield segment("NM1", "82", 1, *name, *[None] * 3, "XX", claim["rendering_npi"])
        if claim["crossover_payer"]:
            identifier = claim["crossover_payer_id"]
            yield segment("NM1", "TT", 2, claim["crossover_payer"], *[None] * 4, "PI", identifier)
        yield from _claim_remarks(self._beside("remarks", own, None))
        days = (("232", "statement_first"), ("233", "statement_last"), ("036", "expired"), ("050", "received"))
        for qualifier, column in days:
            if claim[column]:
                yield segment("DTM", qualifier, _day(claim[column]))
        yield from _amounts(self._beside("amounts", own, None), "AU", claim["coverage_cents"])
        for service in self.services.get((own,), []):
            yield from self._service(own, service)

    def _service(self, claim: int, service: Row) -> Iterator[str]:
        own = service["segment"]
        amounts = [_optional_amount(service[name]) for name in ("charge_cents", "paid_cents")]
        paid_units, original_units = (service[name] for name in ("paid_units", "original_units"))
        original = _procedure(service, "original_") if service["original_code"] else None
        yield segment(
            *("SVC", _procedure(service, ""), *amounts, service["revenue_code"]),
            *(None if paid_units is None else quantity(paid_units), original),
            None if original_units is None else quantity(original_units),
        )
        first, last = service["dos"], service["dos_last"]
        if first and last and first != last:
            yield segment("DTM", "150", _day(first))
            yield segment("DTM", "151", _day(last))
        elif first:
            yield segment("DTM", "472", _day(first))
        yield from _adjustments(self._beside("adjustments", claim, own))
        for qualifier, column in (("LU", "location"), ("6R", "line_control"), ("HPI", "rendering_npi")):
            if service[column]:
                yield segment("REF", qualifier, service[column])
        yield from _amounts(self._beside("amounts", claim, own), "B6", service["allowed_cents"])
        for remark in self._beside("remarks", claim, own):
            yield segment("LQ", remark["source"] or "HE", remark["code"])

    def _beside(self, table: str, claim: int, service: int | None) -> list[Row]:
        return self.of_claim[table].get((claim, service), [])


def _by(rows: Sequence[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found


def _bpr(payment: Row, remitter: Remitter) -> str:
    moved: list[object] = [None] * 11
    if payment["method"] == "ACH":
        payer, payee = remitter.account, remitter.payee_account
        if payer is None or payee is None:
            raise InputError("a payment by ACH needs the accounts of payer and payee", field="remitter.account")
        moved = ["CCP", "01", payer.routing, "DA", payer.number, payment["trace_origin"], None]
        moved += ["01", payee.routing, "DA", payee.number]
    head = (
        *(payment["handling"], _optional_amount(payment["amount_cents"])),
        *(payment["credit_debit"], payment["method"]),
    )
    return segment("BPR", *head, *moved, _day(payment["paid_on"]))


def _optional_amount(cents: int | None) -> str | None:
    return None if cents is None else amount(cents)


def _day(day: date | None) -> str | None:
    return None if day is None else day.strftime("%Y%m%d")


def _procedure(service: Row, prefix: str) -> Composite:
    modifiers = [service[f"{prefix}modifier_{k}"] for k in _MODIFIERS]
    return composite(service[f"{prefix}qualifier"] or "HC", service[f"{prefix}code"], *modifiers)


def _adjustments(rows: Sequence[Row]) -> Iterator[str]:
    """Yield CAS segments: one for adjustments of a group that follow on each other, six at most."""
    for name, listed in groupby(rows, key=lambda row: row["group"]):
        own = list(listed)
        for start in range(0, len(own), _TRIPLES):
            elements: list[object] = []
            for row in own[start : start + _TRIPLES]:
                counted = row["quantity"]
                elements += [
                    row["reason"],
                    _optional_amount(row["cents"]),
                    None if counted is None else quantity(counted),
                ]
            yield segment("CAS", name, *elements)


def _claim_remarks(rows: Sequence[Row]) -> Iterator[str]:
    told: dict[str, list[str]] = {"MIA": [], "MOA": []}
    for row in rows:
        codes = told.get(row["source"])
        if codes is None or len(codes) == _MOST_REMARKS:
            raise InputError("remarks of a claim stand in MIA or MOA, five at most in each", field="remarks.source")
        codes.append(row["code"])
    if told["MIA"]:
        first, *more = told["MIA"]
        yield segment("MIA", 0, *[None] * 3, first, *[None] * 14, *more)
    if told["MOA"]:
        yield segment("MOA", None, None, *told["MOA"])


def _amounts(rows: Sequence[Row], qualifier: str, cents: int | None) -> Iterator[str]:
    """Yield AMT segments: those of the table of amounts, and that of a column where the table does not have it."""
    if cents is not None and all(row["qualifier"] != qualifier for row in rows):
        yield segment("AMT", qualifier, amount(cents))
    for row in rows:
        yield segment("AMT", row["qualifier"], _optional_amount(row["cents"]))


def _provider_adjustments(rows: Sequence[Row]) -> Iterator[str]:
    for (provider, day), listed in groupby(rows, key=lambda row: (row["provider"], row["fiscal_day"])):
        own = list(listed)
        for start in range(0, len(own), _PAIRS):
            elements: list[object] = []
            for row in own[start : start + _PAIRS]:
                elements += [composite(row["reason"], row["reference"]), _optional_amount(row["cents"])]
            yield segment("PLB", provider, _day(day), *elements)
