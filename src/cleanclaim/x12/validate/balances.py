"""Level 3: amounts and counts that must add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cleanclaim.x12.segments import Flags, Ints
from cleanclaim.x12.validate.amounts import adjustment_cents, element_cents, summed, text_of
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.places import places
from cleanclaim.x12.validate.problems import Problems

CHARGES = "A7:178"  # claim status codes: rejected for invalid information, submitted charges
_PLB_AMOUNTS = range(4, 15, 2)


@dataclass
class _Payment:
    """An 835 not yet complete: what its BPR says, and the sums so far."""

    where: dict[str, Any] | None = None
    paid: int = 0
    claims: int = 0
    adjustments: int = 0
    good: bool = True


class Balances:
    """Checks what must add up; payments may go on from stretch to stretch."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._payments: dict[int, _Payment] = {}

    def check(self, body: Body, cut: Ints) -> None:
        """Note what does not add up; ``cut`` are entries that opened loops which go on after this stretch."""
        kind = body.grammar.kind
        if kind in ("837P", "837I"):
            self._check_claims(body, cut)
        elif kind == "835":
            self._check_remittance(body, cut)
        elif kind == "999":
            self._check_acknowledgment(body, cut)
        elif kind == "277CA":
            self._check_statuses(body, cut)

    def _note(
        self, body: Body, entries: Ints, element: str, values: Ints, code: str | None, messages: list[str]
    ) -> None:
        self.problems.add(
            3,
            len(entries),
            **places(body, entries),
            element=element,
            value=[text_of(v) for v in values.tolist()],
            code=code,
            message=messages,
        )

    def _check_claims(self, body: Body, cut: Ints) -> None:
        """The charges of the lines of a claim add up to its charge."""
        claims = body.of_row("2300", "CLM")
        name, place = ("SV1", 2) if body.grammar.kind == "837P" else ("SV2", 3)
        lines = body.of_row("2400", name)
        charge, good = element_cents(body, claims, 2)
        line, readable = element_cents(body, lines, place)
        owner = numbered(claims, body.owner(lines, "2300"), len(body))
        total, whole, count = summed(owner, line, readable, len(claims))
        bad = np.flatnonzero(good & whole & (count > 0) & (total != charge) & self._whole(body, claims, cut))
        messages = [f"the lines add up to {text_of(v)}" for v in total[bad].tolist()]
        self._note(body, claims[bad], "CLM02", charge[bad], CHARGES, messages)

    @staticmethod
    def _whole(body: Body, entries: Ints, cut: Ints) -> Flags:
        return body.fresh[entries] & ~np.isin(entries, cut)

    def _check_remittance(self, body: Body, cut: Ints) -> None:
        claims = body.of_row("2100", "CLP")
        services = body.of_row("2110", "SVC")
        claim_cas, service_cas = body.of_row("2100", "CAS"), body.of_row("2110", "CAS")
        charge, charge_good = element_cents(body, claims, 3)
        paid, paid_good = element_cents(body, claims, 4)
        service_charge, one = element_cents(body, services, 2)
        service_paid, two = element_cents(body, services, 3)
        adjusted, three = adjustment_cents(body, service_cas)
        of_service = numbered(services, body.owner(service_cas, "2110"), len(body))
        total, whole, _ = summed(of_service, adjusted, three, len(services))
        off = service_charge - total
        bad = np.flatnonzero(one & two & whole & (off != service_paid) & self._whole(body, services, cut))
        messages = [f"the charge less the adjustments is {text_of(v)}" for v in off[bad].tolist()]
        self._note(body, services[bad], "SVC03", service_paid[bad], None, messages)

        all_cas = np.concatenate([claim_cas, service_cas])
        amount, good = adjustment_cents(body, all_cas)
        owner = numbered(claims, body.owner(all_cas, "2100"), len(body))
        total, whole, _ = summed(owner, amount, good, len(claims))
        whole &= charge_good & paid_good & self._whole(body, claims, cut)
        off = charge - total
        bad = np.flatnonzero(whole & (off != paid))
        messages = [f"the charge less all adjustments is {text_of(v)}" for v in off[bad].tolist()]
        self._note(body, claims[bad], "CLP04", paid[bad], None, messages)

        owner = numbered(claims, body.owner(services, "2100"), len(body))
        total, whole_lines, count = summed(owner, service_charge, one, len(claims))
        bad = np.flatnonzero(whole & whole_lines & (count > 0) & (total != charge))
        messages = [f"the charges of the services add up to {text_of(v)}" for v in total[bad].tolist()]
        self._note(body, claims[bad], "CLP03", charge[bad], None, messages)
        self._check_payments(body, claims, paid, paid_good, cut)

    def _check_payments(self, body: Body, claims: Ints, paid: Ints, good: Flags, cut: Ints) -> None:
        """What is paid for claims, less the provider adjustments, is the payment."""
        heads, ends = body.of_row("ST", "BPR"), body.of_row("ST", "PLB")
        payment, payment_good = element_cents(body, heads, 2)
        for entry, amount, readable in zip(heads.tolist(), payment.tolist(), payment_good.tolist(), strict=True):
            if body.fresh[entry]:
                own = self._payments.setdefault(int(body.transaction[entry]), _Payment())
                own.where, own.paid, own.good = places(body, np.array([entry])), amount, own.good and readable
        adjustment, adjustment_good = np.zeros(len(ends), np.int64), np.ones(len(ends), bool)
        for place in _PLB_AMOUNTS:
            amount_of, readable_of = element_cents(body, ends, place)
            adjustment += amount_of
            adjustment_good &= readable_of
        for entries, values, known, name in (
            (claims, paid, good, "claims"),
            (ends, adjustment, adjustment_good, "adjustments"),
        ):
            keep = body.fresh[entries]
            numbers, places_of = np.unique(body.transaction[entries[keep]], return_inverse=True)
            total, whole, _ = summed(places_of, values[keep], known[keep], len(numbers))
            for number, value, fine in zip(numbers.tolist(), total.tolist(), whole.tolist(), strict=True):
                own = self._payments.setdefault(number, _Payment())
                setattr(own, name, getattr(own, name) + value)
                own.good &= fine
        still_open = int(body.transaction[-1]) if len(cut) else None
        for number in [n for n in self._payments if n != still_open]:
            own = self._payments.pop(number)
            due = own.claims - own.adjustments
            if own.where is not None and own.good and due != own.paid:
                message = f"the claims less the provider adjustments come to {text_of(due)}"
                self.problems.add(
                    3, 1, **own.where, element="BPR02", value=text_of(own.paid), code=None, message=message
                )

    def _check_acknowledgment(self, body: Body, cut: Ints) -> None:
        """The counts of AK9 agree with each other and with the sets that are named."""
        ends = body.of_row("ST", "AK9")
        ends = ends[body.fresh[ends]]
        if not len(ends):
            return
        received, one = element_cents(body, ends, 3)
        accepted, two = element_cents(body, ends, 4)
        bad = np.flatnonzero(one & two & (accepted > received))
        text = "more transaction sets accepted than received"
        self._note_count(body, ends[bad], "AK904", accepted[bad], [text] * len(bad))
        if body.stretch.known or len(cut):
            return  # sets named in earlier stretches are not known here
        sets, verdicts = body.of_row("2000", "AK2"), body.of_row("2000", "IK5")
        verdict = body.segments.element(body.at[verdicts], 1)
        taken = body.segments.equal(verdict, b"A") | body.segments.equal(verdict, b"E")
        for k, entry in enumerate(ends.tolist()):
            here = body.transaction == body.transaction[entry]
            named, yes = int(here[sets].sum()), int((here[verdicts] & taken).sum())
            if named * 100 == received[k] and yes * 100 != accepted[k] and accepted[k] <= received[k]:
                text = f"{yes} of the transaction sets named here are accepted"
                self._note_count(body, np.array([entry]), "AK904", accepted[k : k + 1], [text])
            elif named * 100 > received[k]:
                text = f"{named} transaction sets are named here"
                self._note_count(body, np.array([entry]), "AK903", received[k : k + 1], [text])

    def _note_count(self, body: Body, entries: Ints, element: str, values: Ints, messages: list[str]) -> None:
        shown = [str(v // 100) for v in values.tolist()]
        self.problems.add(
            3, len(entries), **places(body, entries), element=element, value=shown, code=None, message=messages
        )

    def _check_statuses(self, body: Body, cut: Ints) -> None:
        """The totals of the receiver are the sums of those of its providers, where these give theirs."""
        receivers = np.flatnonzero(body.opens & (body.loop == body.grammar.loop("2000B")))
        for segment, outer, inner in (
            ("QTY", "90", "QA"),
            ("QTY", "AA", "QC"),
            ("AMT", "YU", "YU"),
            ("AMT", "YY", "YY"),
        ):
            top, low = body.of_row("2200B", segment, outer), body.of_row("2200C", segment, inner)
            if not len(top) or not len(low):
                continue
            said, good = element_cents(body, top, 2)
            part, readable = element_cents(body, low, 2)
            of_top = numbered(receivers, body.owner(top, "2000B"), len(body))
            of_low = numbered(receivers, body.owner(low, "2000B"), len(body))
            total, whole, count = summed(of_low, part, readable, len(receivers))
            held = np.flatnonzero((of_top >= 0) & good & self._whole(body, top, cut))
            owner = of_top[held]
            fine = whole[owner] & (count[owner] > 0) & ~np.isin(receivers[owner], cut)
            bad = held[fine & (total[owner] != said[held])]
            shown = [text_of(v) for v in total[of_top[bad]].tolist()]
            messages = [f"the providers' figures add up to {v}" for v in shown]
            self._note(body, top[bad], f"{segment}02", said[bad], None, messages)


def numbered(entries: Ints, owner: Ints, size: int) -> Ints:
    """Return, for each owner (an entry or -1), its place in ``entries``, or -1."""
    place = np.full(size + 1, -1, np.int64)
    place[entries] = np.arange(len(entries))
    return place[owner]
