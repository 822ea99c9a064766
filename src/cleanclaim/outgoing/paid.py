"""What earlier payers decided, from their remittances (835): for claims that go to the next payer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cleanclaim.outgoing.needs import Needs
from cleanclaim.x12 import read
from cleanclaim.x12.write.claims837.model import Adjustment, Coverage, Decision, Line, OtherPayer

_REVERSAL = "22"  # CLP02: the payment before it is taken back
Row = dict[str, Any]


@dataclass(frozen=True)
class PaidService:
    """A service line of a remittance, with the line number that the claim gave it."""

    control: str | None
    charge_cents: int | None
    decision: Decision


@dataclass(frozen=True)
class PaidClaim:
    """A claim of a remittance."""

    decision: Decision
    control: str | None
    remaining_cents: int | None
    remarks: tuple[str, ...]
    services: tuple[PaidService, ...]


@dataclass(frozen=True)
class Paid:
    """Decisions by claim number and payer."""

    claims: Mapping[tuple[str, str], PaidClaim] = field(default_factory=dict)

    def other(self, claim: str, payer: str | None, coverage: Coverage, needs: Needs) -> tuple[OtherPayer, PaidClaim]:
        """Return an earlier payer of a claim with its decision; noted where no remittance has one."""
        found = self.claims.get((claim, payer or ""))
        if found is None:
            needs.say(
                f"what the payer before this one ({coverage.payer.id or 'not known'}) decided is missing: give its "
                "remittance with --paid, whose payer must be among the names of [payers.NAME]"
            )
            return OtherPayer(coverage), _NOTHING
        return OtherPayer(coverage, found.decision, found.control, found.remarks, found.remaining_cents), found

    @classmethod
    def of(cls, paths: Sequence[Path], payer_key: Callable[[str | None], str | None]) -> Paid:
        """Return what 835 files decide; of several decisions on a claim the last that is no reversal."""
        claims: dict[tuple[str, str], PaidClaim] = {}
        for path in paths:
            claims |= _of_file(path, payer_key)
        return cls(claims)


_NOTHING = PaidClaim(Decision(0, date.min), None, None, (), ())


def with_decisions(lines: Sequence[Line], paid: PaidClaim, payer: str, needs: Needs) -> tuple[Line, ...]:
    """Return the lines of a claim with what a payer decided on each: found by line number, else by code and charge."""
    left = list(paid.services)
    found: list[Line] = []
    for line in lines:
        mine = next((one for one in left if one.control == line.control), None)
        mine = mine or next((one for one in left if one.control is None and _alike(one, line)), None)
        if mine is None:
            found.append(line)
        else:
            left.remove(mine)
            found.append(replace(line, decisions={**line.decisions, payer: mine.decision}))
    if left:
        needs.say(f"the remittance of payer {payer} has {len(left)} lines of this claim that the claim does not have")
    return tuple(found)


def _alike(service: PaidService, line: Line) -> bool:
    return service.decision.code == line.code and service.charge_cents == line.charge_cents


def _of_file(path: Path, payer_key: Callable[[str | None], str | None]) -> dict[tuple[str, str], PaidClaim]:
    tables = read(path, kinds=("835",))
    payments = {(row["interchange"], row["transaction"]): row for row in tables["payments"].iter_rows(named=True)}
    services, adjustments, remarks = (
        _by(tables[name].to_dicts()) for name in ("paid_services", "adjustments", "remarks")
    )
    found: dict[tuple[str, str], PaidClaim] = {}
    for row in tables["paid_claims"].iter_rows(named=True):
        payment = payments.get((row["interchange"], row["transaction"]), {})
        paid_on = payment.get("paid_on") or payment.get("produced_on")
        if row["status"] == _REVERSAL or paid_on is None or row["claim_id"] is None:
            continue
        segment = row["segment"]
        mine = PaidClaim(
            decision=Decision(row["paid_cents"] or 0, paid_on, _adjustments(adjustments[segment], None)),
            control=row["payer_control"],
            remaining_cents=row["patient_responsibility_cents"],
            remarks=tuple(one["code"] for one in remarks[segment] if one["source"] == "MOA"),
            services=tuple(_service(one, paid_on, adjustments[segment]) for one in services[segment]),
        )
        for name in (payment.get("payer_id"), payment.get("payer_name")):
            if name is not None:
                found[row["claim_id"], payer_key(name) or ""] = mine
    return found


def _by(rows: Sequence[Row]) -> defaultdict[int, list[Row]]:
    by_claim: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_claim[row["claim_segment"]].append(row)
    return by_claim


def _adjustments(rows: Sequence[Row], service: int | None) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(row["group"], row["reason"], row["cents"], row["quantity"])
        for row in rows
        if row["service_segment"] == service and row["cents"] is not None
    )


def _service(row: Row, paid_on: date, adjustments: Sequence[Row]) -> PaidService:
    modifiers = tuple(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"] is not None)
    decision = Decision(
        paid_cents=row["paid_cents"] or 0,
        paid_on=paid_on,
        adjustments=_adjustments(adjustments, row["segment"]),
        code=row["code"],
        modifiers=modifiers,
        units=row["paid_units"],
        revenue_code=row["revenue_code"],
    )
    return PaidService(row["line_control"], row["charge_cents"], decision)
