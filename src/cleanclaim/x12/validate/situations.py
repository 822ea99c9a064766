"""Level 4 of claims: what must, or must not, be there because of something else in the claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.acknowledged import check_acknowledgment, check_statuses
from cleanclaim.x12.validate.amounts import adjustment_cents, element_cents, summed, text_of
from cleanclaim.x12.validate.balances import numbered
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.elements import Elements
from cleanclaim.x12.validate.needs import check_needs
from cleanclaim.x12.validate.places import places, texts
from cleanclaim.x12.validate.problems import Problems
from cleanclaim.x12.validate.remitted import check_remittance

# billing provider and service facility: the full ZIP code
_NINE_DIGITS = {"837P": ("2010AA", "2310C", "2420C"), "837I": ("2010AA", "2310E")}
_SERVICE = "A7:187"  # claim status code: dates of service


def check_situations(elements: Elements, problems: Problems, still_open: Ints) -> None:
    """Note what the situation asks for and is not there, or the other way round."""
    body = elements.body
    kind = body.grammar.kind
    _check_addresses(elements)
    if kind in ("837P", "837I"):
        _Claims(body, problems, still_open).check()
        check_needs(elements, problems, still_open)
    elif kind == "835":
        check_remittance(body, problems, still_open)
    elif kind == "999":
        check_acknowledgment(body, problems, still_open)
    elif kind == "277CA":
        check_statuses(body, problems)


def _check_addresses(elements: Elements) -> None:
    """A US address has a state and a ZIP code, of nine digits where the service is given or billed."""
    body = elements.body
    chosen = elements.named(b"N4")
    if not len(chosen):
        return
    parts = body.segments.elements(body.at[elements.chosen[chosen]], range(1, 5))
    domestic = (parts.length[3] == 0) | body.segments.equal(parts.at(3), b"US")
    state, postal = parts.at(1), parts.at(2)
    bad = np.flatnonzero(domestic & (state.length == 0))
    elements.note(4, chosen[bad], elements.spec_of(chosen[bad], 2), None, "I9", "a US address needs its state")
    names = _NINE_DIGITS.get(body.grammar.kind, ())
    full = np.isin(body.loop[elements.chosen[chosen]], [body.grammar.loop(name) for name in names])
    count = elements.counts_of(postal)
    digits = (count == 0) & ((postal.length == 9) | ((postal.length == 5) & ~full))
    bad = np.flatnonzero(domestic & ~digits)
    message = "a US address needs a ZIP code of five or nine digits (nine for a billing provider or service facility)"
    elements.note(4, chosen[bad], elements.spec_of(chosen[bad], 3), None, "I12", message)


class _Claims:
    """The situations of an 837."""

    def __init__(self, body: Body, problems: Problems, still_open: Ints) -> None:
        self.body = body
        self.problems = problems
        self.open = still_open
        self.segments = body.segments
        self.claims = body.of_row("2300", "CLM")
        self.whole = body.fresh[self.claims] & ~np.isin(self.claims, still_open)

    def check(self) -> None:
        """Note the problems of subscribers, payers, claims and lines."""
        self._check_subscribers()
        self._check_payers()
        self._check_replacements()
        self._check_accidents()
        self._check_dates()
        self._check_referring()
        self._check_names()
        self._check_line_payments()
        self._check_claim_payments()
        self._check_line_numbers()

    def _note(
        self,
        entries: Ints,
        element: str | None,
        code: str,
        message: str | Sequence[str],
        value: Sequence[str] | None = None,
    ) -> None:
        self.problems.add(
            4,
            len(entries),
            **places(self.body, entries),
            element=element,
            value=value,
            code=code,
            message=message if isinstance(message, str) else list(message),
        )

    def _of(self, entries: Ints, place: int, component: int = 0) -> Spans:
        whole = self.segments.element(self.body.at[entries], place)
        return self.segments.components_of(whole, component).at(component - 1) if component else whole

    def _is(self, entries: Ints, place: int, *codes: bytes, component: int = 0) -> Flags:
        spans = self._of(entries, place, component)
        found: Flags = np.any([self.segments.equal(spans, code) for code in codes], axis=0)
        return found

    def _within(self, entries: Ints, loop: str, holders: Ints) -> Ints:
        """Return, for each entry, the place in ``holders`` of the opener of the loop around it, or -1."""
        return numbered(holders, self.body.owner(entries, loop), len(self.body))

    def _has(self, entries: Ints, loop: str, holders: Ints) -> Flags:
        """Return which holders have any of the entries within them."""
        owner = self._within(entries, loop, holders)
        found: Flags = np.bincount(owner[owner >= 0], minlength=len(holders)) > 0
        return found

    def _check_subscribers(self) -> None:
        """A patient who is not the subscriber has a level of their own; one who is, is described as subscriber."""
        body = self.body
        own = body.of_row("2000B", "HL", "22")
        sbr = body.of_row("2000B", "SBR")
        if not len(own):
            return
        has_sbr = self._has(sbr, "2000B", own)
        is_patient = self._has(sbr[self._is(sbr, 2, b"18")], "2000B", own)
        dependents = body.of_row("2000C", "HL", "23")
        has_dependent = self._has(dependents, "2000B", own)
        direct = self.claims[body.owner(self.claims, "2000C") < 0]
        has_claim = self._has(direct, "2000B", own)
        closed = ~np.isin(own, self.open)
        fresh = body.fresh[own]
        says_more = self._is(own, 4, b"1")
        new = has_dependent & self._has(dependents[body.fresh[dependents]], "2000B", own)
        bad = np.flatnonzero(has_sbr & is_patient & new)
        self._note(own[bad], None, "I9", "the subscriber is the patient (SBR02), and yet there is a dependent")
        bad = np.flatnonzero(has_sbr & ~is_patient & self._has(direct[body.fresh[direct]], "2000B", own))
        self._note(own[bad], None, "I6", "the patient is not the subscriber (SBR02), and yet there is no dependent")
        bad = np.flatnonzero(fresh & closed & ~has_claim & ~has_dependent)
        self._note(own[bad], None, "I6", "neither a claim nor a dependent stands under this subscriber")
        bad = np.flatnonzero(closed & fresh & (says_more != has_dependent))
        self._note(own[bad], "HL04", "I9", "1 says that a dependent follows, 0 that none does")
        for segment in ("N3", "N4", "DMG"):
            there = self._has(body.of_row("2010BA", segment), "2000B", own)
            bad = np.flatnonzero(fresh & has_sbr & is_patient & ~there)
            self._note(own[bad], None, "I6", f"the subscriber is the patient: {segment} is missing in loop 2010BA")

    def _check_payers(self) -> None:
        """No two payers of a claim answer to the same place in the order of payment; those before have been asked."""
        body = self.body
        if not len(self.claims):
            return
        subscribers = body.of_row("2000B", "SBR")
        of_subscriber = np.full(len(body) + 1, -1)
        of_subscriber[body.owner(subscribers, "2000B")] = subscribers
        first = of_subscriber[body.owner(self.claims, "2000B")]
        others = body.of_row("2320", "SBR")
        claim = self._within(others, "2300", self.claims)
        data = self.segments.data
        codes = [b"P", b"S", b"T"]
        seen = np.zeros((len(self.claims), 3), np.int64)
        for k, code in enumerate(codes):
            held = self._is(others, 1, code) & (claim >= 0)
            seen[:, k] += np.bincount(claim[held], minlength=len(self.claims))
            mine = np.flatnonzero(first >= 0)
            at = self._of(first[mine], 1)
            seen[mine, k] += (at.length == 1) & (data.take(at.start) == code[0])
        bad = np.flatnonzero(self.whole & (seen > 1).any(axis=1))
        self._note(self.claims[bad], None, "A7:742", "two payers of this claim say the same in SBR01")
        secondary = np.zeros(len(self.claims), bool)
        mine = np.flatnonzero(first >= 0)
        secondary[mine] = self._is(first[mine], 1, b"S", b"T")
        bad = np.flatnonzero(self.whole & secondary & (seen[:, 0] == 0))
        self._note(self.claims[bad], None, "A7:286", "a secondary payer (SBR01), and no primary payer in a loop 2320")

    def _check_replacements(self) -> None:
        """A claim that replaces or voids another names it."""
        again = self._is(self.claims, 5, b"7", b"8", component=3)
        named = self._has(self.body.of_row("2300", "REF", "F8"), "2300", self.claims)
        bad = np.flatnonzero(self.whole & again & ~named)
        self._note(
            self.claims[bad],
            "CLM05-03",
            "A7:464",
            "a replacement or void needs the payer's claim control number (REF*F8)",
        )

    def _check_accidents(self) -> None:
        """An accident has a date, and one with a car a state."""
        if self.body.grammar.kind != "837P" or not len(self.claims):
            return
        cause = [self._is(self.claims, 11, b"AA", component=k) for k in (1, 2)]
        other = [self._is(self.claims, 11, b"OA", component=k) for k in (1, 2)]
        auto = cause[0] | cause[1]
        dated = self._has(self.body.of_row("2300", "DTP", "439"), "2300", self.claims)
        bad = np.flatnonzero(self.whole & (auto | other[0] | other[1]) & ~dated)
        self._note(self.claims[bad], None, "A7:727", "an accident (CLM11) needs its date (DTP*439)")
        bad = np.flatnonzero(self.whole & auto & (self._of(self.claims, 11, 4).length == 0))
        self._note(self.claims[bad], "CLM11-04", "A7:750", "an accident with a car needs its state")

    def _days(self, entries: Ints) -> tuple[Ints, Ints]:
        """Return first and last day of some DTP segments; -1 where there is none."""
        value = self._of(entries, 3)
        fields = Fields(self.segments.data)
        first, good = fields.days(value.start, value.length >= 8)
        last, ranged = fields.days(np.where(value.length == 17, value.start + 9, value.start), value.length == 17)
        begin = np.where(good, first, -1).astype(np.int64)
        return begin, np.where(ranged & good, last, begin).astype(np.int64)

    def _check_dates(self) -> None:
        """Services are not after the file was made, nor before the patient's birth, and lie within their claim."""
        body = self.body
        lines = body.of_row("2400", "DTP", "472")
        lines = lines[body.fresh[lines]]
        first, last = self._days(lines)
        heads = body.of_row("ST", "BHT")
        made, good = self._day_of(heads, 4)
        by_set = np.full(int(body.transaction.max(initial=0)) + 1, np.iinfo(np.int64).max)
        by_set[body.transaction[heads[good]]] = made[good]
        bad = np.flatnonzero((last >= 0) & (last > by_set[body.transaction[lines]]))
        self._note_dates(lines[bad], "after the day the file was made (BHT04)")
        for loop, level in (("2010CA", "2000C"), ("2010BA", "2000B")):
            births = body.of_row(loop, "DMG")
            born, good = self._day_of(births, 2)
            born_of = np.full(len(body) + 1, -1, np.int64)
            born_of[body.owner(births[good], level)] = born[good]
            owner = body.owner(lines, level)
            if level == "2000B":
                owner[body.owner(lines, "2000C") >= 0] = -1
            day = np.where(owner >= 0, born_of[owner], -1)
            bad = np.flatnonzero((day >= 0) & (first >= 0) & (first < day))
            self._note_dates(lines[bad], "before the patient's birth")
        for name, text in (
            ("431", "before the onset of the illness (DTP*431)"),
            ("439", "before the accident (DTP*439)"),
        ):
            self._check_before(lines, first, name, text)
        if body.grammar.kind == "837I":
            self._check_statement(lines, first, last)

    def _check_before(self, lines: Ints, first: Ints, name: str, text: str) -> None:
        body = self.body
        if body.grammar.kind != "837P":
            return
        earlier = body.of_row("2300", "DTP", name)
        day, _ = self._days(earlier)
        day_of = np.full(len(body) + 1, -1, np.int64)
        day_of[body.owner(earlier, "2300")] = day
        owner = body.owner(lines, "2300")
        bad = np.flatnonzero((owner >= 0) & (first >= 0) & (day_of[owner] > first))
        self._note_dates(lines[bad], text)

    def _check_statement(self, lines: Ints, first: Ints, last: Ints) -> None:
        body = self.body
        statements = body.of_row("2300", "DTP", "434")
        begin, end = self._days(statements)
        day_of = np.full((2, len(body) + 1), -1, np.int64)
        day_of[:, body.owner(statements, "2300")] = begin, end
        owner = body.owner(lines, "2300")
        known = (owner >= 0) & (first >= 0) & (day_of[0, owner] >= 0)
        bad = np.flatnonzero(known & ((first < day_of[0, owner]) | (last > day_of[1, owner])))
        self._note_dates(lines[bad], "outside the statement dates of the claim (DTP*434)")

    def _note_dates(self, entries: Ints, text: str) -> None:
        shown = texts(self.body, self._of(entries, 3))
        self._note(entries, "DTP03", _SERVICE, f"a service {text}", shown)

    def _day_of(self, entries: Ints, place: int) -> tuple[Ints, Flags]:
        value = self._of(entries, place)
        day, good = Fields(self.segments.data).days(value.start, value.length == 8)
        return day.astype(np.int64), good

    def _check_referring(self) -> None:
        """A primary care provider is named only beside a referring provider."""
        body = self.body
        if body.grammar.kind != "837P":
            return
        for loop, outer in (("2310A", "2300"), ("2420F", "2400")):
            named = body.of_row(loop, "NM1", "DN")
            primary = named[self._is(named, 1, b"P3")]
            referring = body.owner(named[self._is(named, 1, b"DN")], outer)
            bad = np.flatnonzero(~np.isin(body.owner(primary, outer), referring) & body.fresh[primary])
            self._note(primary[bad], "NM101", "I9", "P3 (primary care) needs a referring provider (DN) before it")

    def _check_names(self) -> None:
        """An organization has no first name."""
        body = self.body
        names = np.flatnonzero(body.grammar_rows_of(b"NM1") & body.fresh)
        wrong = self._is(names, 2, b"2") & (self._of(names, 4).length > 0)
        bad = np.flatnonzero(wrong)
        self._note(names[bad], "NM104", "I13", "an organization (NM102 is 2) has no first name")

    def _check_line_payments(self) -> None:
        """What another payer paid and adjusted of a line is its charge."""
        body = self.body
        paid = body.of_row("2430", "SVD")
        if not len(paid):
            return
        name, place = ("SV1", 2) if body.grammar.kind == "837P" else ("SV2", 3)
        lines = body.of_row("2400", name)
        charge, good = element_cents(body, lines, place)
        charge_of = np.full(len(body) + 1, -1, np.int64)
        charge_of[body.owner(lines, "2400")] = np.where(good, charge, -1)
        amount, fine = element_cents(body, paid, 2)
        cas = body.of_row("2430", "CAS")
        cut, readable = adjustment_cents(body, cas)
        total, whole, count = summed(self._within(cas, "2430", paid), cut, readable, len(paid))
        due = charge_of[body.owner(paid, "2400")]
        bad = np.flatnonzero(fine & whole & (count > 0) & (due >= 0) & (amount + total != due) & body.fresh[paid])
        messages = [
            f"paid and adjusted come to {text_of(v)}, not to the charge of the line"
            for v in (amount + total)[bad].tolist()
        ]
        self._note(paid[bad], "SVD02", "A7:672", messages)

    def _check_claim_payments(self) -> None:
        """What another payer paid and adjusted of a claim, in the claim and its lines, is the claim's charge."""
        body = self.body
        payments = body.of_row("2320", "AMT", "D")
        payers = body.of_row("2320", "SBR")
        if not len(payments) or not len(payers) or not len(self.claims):
            return
        charge, good = element_cents(body, self.claims, 2)
        paid, fine = element_cents(body, payments, 2)
        holder = np.full(len(payers), 0)
        known = np.zeros(len(payers), bool)
        at = self._within(payments, "2320", payers)
        holder[at[at >= 0]], known[at[at >= 0]] = paid[at >= 0], fine[at >= 0]
        cas = body.of_row("2320", "CAS")
        cut, readable = adjustment_cents(body, cas)
        total, whole, count = summed(self._within(cas, "2320", payers), cut, readable, len(payers))
        line_total, line_count = self._line_adjustments(payers)
        claim = self._within(payers, "2300", self.claims)
        ours = (claim >= 0) & self.whole[claim] & known & whole & good[claim] & (count + line_count > 0)
        sums = holder + total + line_total
        bad = np.flatnonzero(ours & (sums != charge[claim]))
        messages = [
            f"paid and adjusted come to {text_of(v)}, not to the charge of the claim" for v in sums[bad].tolist()
        ]
        self._note(payers[bad], None, "A7:672", messages)

    def _line_adjustments(self, payers: Ints) -> tuple[Ints, Ints]:
        """Return the line adjustments of each payer of a claim, matched by its identifier, and how many there are."""
        body = self.body
        names = body.of_row("2330B", "NM1", "PR")
        cas = body.of_row("2430", "CAS")
        total, count = np.zeros(len(payers), np.int64), np.zeros(len(payers), np.int64)
        if not len(cas):
            return total, count
        cut, _ = adjustment_cents(body, cas)
        decisions = body.owner(cas, "2430")
        of_claim: dict[tuple[int, str], int] = {}
        payer_of = self._within(names, "2320", payers)
        for payer, claim, name in zip(
            payer_of.tolist(), body.owner(names, "2300").tolist(), texts(body, self._of(names, 9)), strict=True
        ):
            of_claim[claim, name] = payer
        by = texts(body, self._of(decisions, 1))
        for amount, claim, name in zip(cut.tolist(), body.owner(cas, "2300").tolist(), by, strict=True):
            payer = of_claim.get((claim, name), -1)
            if payer >= 0:
                total[payer] += amount
                count[payer] += 1
        return total, count

    def _check_line_numbers(self) -> None:
        """The lines of a claim are numbered from 1."""
        body = self.body
        lines = body.of_row("2400", "LX")
        claim = body.owner(lines, "2300")
        number, good = Fields(self.segments.data).decimal(self._of(lines, 1), 0)
        first = np.append(True, claim[1:] != claim[:-1]) if len(claim) else np.empty(0, bool)
        start = np.maximum.accumulate(np.where(first, np.arange(len(claim)), 0)) if len(claim) else claim
        bad = np.flatnonzero(
            good & (number != np.arange(len(claim)) - start + 1) & body.fresh[lines] & (claim >= 0) & self._fresh(claim)
        )
        self._note(lines[bad], "LX01", "7", "the lines of a claim are numbered 1, 2, 3 ...")

    def _fresh(self, claim: Ints) -> Flags:
        return self.body.fresh[np.maximum(claim, 0)]
