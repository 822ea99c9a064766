"""An institutional claim on form UB-04 (CMS-1450), form locator by form locator.

Form locators and their contents: Medicare Claims Processing Manual (Pub. 100-04) ch. 25 sec. 75. Which segment one
comes from follows from the 837I, whose codes the locators share (HI qualifiers, CL1, the bill type in CLM05).
"""

from __future__ import annotations

from collections.abc import Sequence

from cleanclaim.paper.claims import Loop, Segment
from cleanclaim.paper.fill import (
    Filling,
    cents,
    days,
    named,
    npi,
    street,
    telephone,
    town,
    unpointed,
)

MEDICARE = ("MA", "MB")
_TOTAL = "0001"
_SHARED_LETTERS = ("principal", *"ABCDEFGHIJKLMNOPQ")
_PROCEDURES = ("principal", *"abcde")
_REMARK_WIDTHS = (19, 24, 24, 24)
COUNTED_VALUES = frozenset(("50", "51", "52", "53", "80", "81", "82", "83", "A0"))
"""Value codes of counts, days and ZIP codes, which stand left of the line between dollars and cents: visits of
physical, occupational, speech therapy and cardiac rehabilitation; covered days and the like; ZIP code."""
_SEQUENCES = {"P": "A", "S": "B", "T": "C"}


def fill_ub04(filling: Filling) -> None:
    """Fill the pages of an institutional claim: 22 service lines each, the totals on the last."""
    sheet = _Sheet(filling)
    lines, rows = filling.claim.lines, filling.form.rows
    count = max(-(-len(lines) // rows), 1)
    for number in range(count):
        filling.turn()
        sheet.head()
        for row, line in enumerate(lines[number * rows : (number + 1) * rows]):
            sheet.line(line, row)
        sheet.foot(number + 1, count)
    if not lines:
        filling.note("42", "the claim has no service line")


class _Sheet:
    """The form locators of one claim."""

    def __init__(self, filling: Filling) -> None:
        claim = filling.claim
        self.fill = filling
        self.claim = claim.loop
        self.head_segment = claim.head
        self.provider = claim.level("2000A")
        self.billing = self.provider.one("2010AA")
        self.subscriber = claim.level("2000B")
        self.plan = self.subscriber.first("SBR")
        self.insured = self.subscriber.one("2010BA")
        dependent = claim.level("2000C")
        self.patient = dependent.one("2010CA") if dependent.segments else self.insured
        self.relation = dependent.first("PAT").at(1) if dependent.segments else self.plan.at(2)
        self.medicare = self.plan.at(9) in MEDICARE

    def head(self) -> None:
        """Form locators 1 to 41."""
        self._providers()
        self._patient()
        self._stay()
        self._codes()
        self._values()

    def line(self, line: Loop, row: int) -> None:
        """Form locators 42 to 48 of one service line."""
        put, service = self.fill.put, line.first("SV2")
        put("line_revenue", service.at(1).zfill(4) if service.at(1) else "", row=row, whole=True)
        drug, amount = line.one("2410").first("LIN"), line.one("2410").first("CTP")
        if drug:
            put("line_description", f"N4{drug.at(3)}{amount.part(5, 1)}{amount.at(4)}", row=row)
        put("line_code", "".join(service.part(2, n) for n in range(2, 7)), row=row)
        put("line_date", _short(days(line.first("DTP", "472"))[0]), row=row)
        put("line_units", service.at(5), row=row, whole=True)
        charge = cents(service.at(3))
        if charge is None:
            self.fill.note("47", "a line has no charge that can be read: left blank")
        self.fill.money("line_charge", charge, row)
        self.fill.money("line_non_covered", cents(service.at(7)), row)

    def foot(self, number: int, count: int) -> None:
        """Line 23 and form locators 50 to 81; the totals on the last page of the claim only."""
        self._totals(number, count)
        self.fill.put("billing_npi", npi(self.billing.first("NM1")), whole=True)
        self._payers()
        self._diagnoses()
        self._procedures()
        self._people()
        self._remarks()

    def _providers(self) -> None:
        put = self.fill.put
        put("billing_name", unpointed(self.billing.first("NM1").at(3)))
        put("billing_street", street(self.billing.first("N3")))
        put("billing_city", town(self.billing.first("N4")))
        put("billing_phone", telephone(self.billing.all("PER")))
        pay_to = self.provider.one("2010AB")
        if pay_to.segments:
            put("pay_to_name", unpointed(self.billing.first("NM1").at(3)))
            put("pay_to_street", street(pay_to.first("N3")))
            put("pay_to_city", town(pay_to.first("N4")))
        put("account", self.head_segment.at(1))
        put("medical_record", self.claim.first("REF", "EA").at(2))
        facility, _, frequency = (self.head_segment.part(5, n) for n in (1, 2, 3))
        if facility and frequency:
            put("bill_type", f"{facility}{frequency}".zfill(4), whole=True)
        else:
            self.fill.note("4", "the claim has no whole bill type (CLM05): left blank")
        tax = self.billing.first("REF", "EI").at(2)
        put("tax_id", "".join(c for c in tax if c.isalnum()), whole=True)
        first, last = days(self.claim.first("DTP", "434"))
        put("statement_from", _short(first))
        put("statement_to", _short(last))

    def _patient(self) -> None:
        put = self.fill.put
        if self.patient is not self.insured:
            put("patient_id", self.patient.first("NM1").at(9))
        put("patient_name", named(self.patient.first("NM1")))
        put("patient_street", street(self.patient.first("N3")))
        where = self.patient.first("N4")
        put("patient_city", unpointed(where.at(1)))
        put("patient_state", where.at(2))
        put("patient_zip", where.at(3).replace("-", ""))
        put("patient_country", where.at(4))
        person = self.patient.first("DMG")
        birth = person.at(2)
        put("birth", f"{birth[4:]}{birth[:4]}" if len(birth) == 8 else "")
        put("sex", person.at(3) if person.at(3) in ("M", "F", "U") else "")

    def _stay(self) -> None:
        put, admitted = self.fill.put, self.claim.first("DTP", "435")
        put("admission_date", _short(days(admitted)[0]))
        put("admission_hour", admitted.at(3)[8:10] if admitted.at(2) == "DT" else "")
        stay = self.claim.first("CL1")
        put("admission_type", stay.at(1))
        put("admission_source", stay.at(2))
        put("discharge_hour", self.claim.first("DTP", "096").at(3)[:2])
        put("discharge_status", stay.at(3), whole=True)

    def _codes(self) -> None:
        put = self.fill.put
        self._numbered("18", [code for code, *_ in self._listed("BG")], "condition_{}", 11)
        put("accident_state", self.claim.first("REF", "LU").at(2), whole=True)
        occurrences = self._listed("BH")
        self._numbered("31", [one[0] for one in occurrences], "occurrence_{}", 8)
        self._numbered("31", [_short(one[2]) for one in occurrences], "occurrence_date_{}", 8)
        spans = self._listed("BI")
        self._numbered("35", [one[0] for one in spans], "span_{}", 4)
        self._numbered("35", [_short(one[2].partition("-")[0]) for one in spans], "span_from_{}", 4)
        self._numbered("35", [_short(one[2].partition("-")[2]) for one in spans], "span_to_{}", 4)
        if not self.medicare:
            put("responsible_name", named(self.insured.first("NM1")))
            put("responsible_street", street(self.insured.first("N3")))
            put("responsible_city", town(self.insured.first("N4")))

    def _values(self) -> None:
        values = self._listed("BE")
        self._numbered("39", [one[0] for one in values], "value_{}", 12)
        for number, (code, _, _, text) in enumerate(values[:12], 1):
            if code in COUNTED_VALUES:
                self.fill.put(f"value_count_{number}", text, whole=True)
            else:
                self.fill.money(f"value_amount_{number}", cents(text))

    def _totals(self, number: int, count: int) -> None:
        put = self.fill.put
        put("page", str(number))
        put("pages", str(count))
        put("created", _short(self.fill.claim.around[0].first("BHT").at(4)))
        if number < count:
            return
        put("total_revenue", _TOTAL)
        total = cents(self.head_segment.at(2))
        if total is None:
            self.fill.note("47", "the claim has no total charge that can be read: left blank")
        self.fill.money("total_charge", total)
        missing = [cents(line.first("SV2").at(7)) for line in self.fill.claim.lines if line.first("SV2").at(7)]
        if missing and None not in missing:
            self.fill.money("total_non_covered", sum(amount for amount in missing if amount is not None))

    def _payers(self) -> None:
        """Form locators 50 to 65: A, B and C are the payers in their order, not in that of the file."""
        put = self.fill.put
        own = _SEQUENCES.get(self.plan.at(1), "A")
        payer = self.subscriber.one("2010BB")
        self._payer(own, self.plan, payer, self.insured, self.head_segment.at(9), self.head_segment.at(8))
        put(f"relation_{own}", self.relation)
        for number, qualifiers in (("authorization", ("G1", "9F")), ("document_control", ("F8",))):
            put(f"{number}_{own}", self.claim.first("REF", *qualifiers).at(2))
        put(f"other_provider_id_{own}", payer.first("REF", "G2", "LU").at(2))
        for other in self.claim.within("2320"):
            plan, insurance = other.first("SBR"), other.first("OI")
            row = _SEQUENCES.get(plan.at(1), "")
            if row in ("", own):
                self.fill.note("50", "another payer has no place of its own (SBR01): not printed")
                continue
            party = other.one("2330B")
            self._payer(row, plan, party, other.one("2330A"), insurance.at(6), insurance.at(3))
            put(f"relation_{row}", plan.at(2))
            put(f"authorization_{row}", party.first("REF", "G1", "9F").at(2))
            put(f"document_control_{row}", party.first("REF", "F8").at(2))
            self.fill.money(f"prior_payment_{row}", cents(other.first("AMT", "D").at(2)))
        self.fill.money(f"amount_due_{own}", cents(self.claim.first("AMT", "F3").at(2)))

    def _payer(self, row: str, plan: Segment, payer: Loop, person: Loop, release: str, assigned: str) -> None:
        put = self.fill.put
        put(f"payer_{row}", unpointed(payer.first("NM1").at(3)))
        put(f"plan_id_{row}", payer.first("NM1").at(9))
        put(f"release_{row}", release)
        put(f"assignment_{row}", assigned)
        put(f"insured_name_{row}", named(person.first("NM1")))
        put(f"insured_id_{row}", person.first("NM1").at(9))
        put(f"group_name_{row}", plan.at(4))
        put(f"group_number_{row}", plan.at(3))

    def _diagnoses(self) -> None:
        put = self.fill.put
        principal = self.claim.first("HI", "ABK", "BK")
        if principal:
            put("icd_indicator", "0" if principal.part(1, 1) == "ABK" else "9")
        else:
            self.fill.note("67", "the claim has no principal diagnosis")
        codes = [*self._composites("ABK", "BK")[:1], *self._composites("ABF", "BF")]
        if len(codes) > len(_SHARED_LETTERS):
            self.fill.note("67", f"{len(codes)} diagnoses, and room for {len(_SHARED_LETTERS)}")
        for letter, parts in zip(_SHARED_LETTERS, codes, strict=False):
            put(f"diagnosis_{letter}", _code(parts))
            put(f"present_{letter}", parts[8] if len(parts) > 8 else "")
        put("admitting", "".join(_code(parts) for parts in self._composites("ABJ", "BJ")[:1]))
        for letter, parts in zip("abc", self._composites("APR", "PR"), strict=False):
            put(f"reason_{letter}", _code(parts))
        put("pps", "".join(code for code, *_ in self._listed("DR")[:1]))
        for letter, parts in zip("abc", self._composites("ABN", "BN"), strict=False):
            put(f"cause_{letter}", _code(parts))
            put(f"cause_present_{letter}", parts[8] if len(parts) > 8 else "")

    def _procedures(self) -> None:
        found = [*self._listed("BBR", "BR", "CAH")[:1], *self._listed("BBQ", "BQ")]
        if len(found) > len(_PROCEDURES):
            self.fill.note("74", f"{len(found)} procedures, and room for {len(_PROCEDURES)}")
        for letter, (code, _, day, _) in zip(_PROCEDURES, found, strict=False):
            self.fill.put(f"procedure_{letter}", code.replace(".", ""))
            self.fill.put(f"procedure_date_{letter}", _short(day))

    def _people(self) -> None:
        """Form locators 76 to 79: attending, operating, and two others with what they are."""
        self._person("attending", self.claim.one("2310A"))
        self._person("operating", self.claim.one("2310B"))
        others = self.claim.within("2310C", "2310D", "2310F")
        if len(others) > 2:
            self.fill.note("78", f"{len(others)} other providers, and room for 2")
        for number, other in enumerate(others[:2], 1):
            self.fill.put(f"other_{number}_kind", other.first("NM1").at(1))
            self._person(f"other_{number}", other)

    def _person(self, stem: str, loop: Loop) -> None:
        put, who = self.fill.put, loop.first("NM1")
        put(f"{stem}_npi", npi(who), whole=True)
        number = loop.first("REF", "G2", "0B", "1G")
        put(f"{stem}_qualifier", number.at(1))
        put(f"{stem}_id", number.at(2))
        put(f"{stem}_last", who.at(3))
        put(f"{stem}_first", who.at(4))

    def _remarks(self) -> None:
        words = " ".join(segment.at(2) for segment in self.claim.all("NTE")).split()
        for number, width in enumerate(_REMARK_WIDTHS, 1):
            text = ""
            while words and len(f"{text} {words[0]}".strip()) <= width:
                text = f"{text} {words.pop(0)}".strip()
            self.fill.put(f"remark_{number}", text)
        if words:
            self.fill.note("80", "the remarks do not fit: what is left over is not printed")
        taxonomy = self.provider.first("PRV", "BI").at(3)
        if taxonomy:
            self.fill.put("code_qualifier_a", "B3")
            self.fill.put("code_a", taxonomy)

    def _numbered(self, item: str, texts: Sequence[str], name: str, most: int) -> None:
        if len(texts) > most:
            self.fill.note(item, f"{len(texts)} codes, and room for {most}")
        for number, text in enumerate(texts[:most], 1):
            self.fill.put(name.format(number), text, whole=True)

    def _composites(self, *qualifiers: str) -> list[list[str]]:
        """The entries of the code lists of some qualifiers, each as its components."""
        return [
            parts
            for segment in self.claim.all("HI", *qualifiers)
            for place in range(1, len(segment.elements))
            if (parts := segment.parts(place)) and parts[0] in qualifiers
        ]

    def _listed(self, *qualifiers: str) -> list[tuple[str, str, str, str]]:
        """The same as code, form of the date, date, and amount."""
        found = (("", *parts[1:], "", "", "", "") for parts in self._composites(*qualifiers))
        return [(parts[1], parts[2], parts[3], parts[4]) for parts in found]


def _code(parts: list[str]) -> str:
    return parts[1].replace(".", "") if len(parts) > 1 else ""


def _short(day: str) -> str:
    """Return a date as MMDDYY; "" for what is none."""
    return f"{day[4:6]}{day[6:8]}{day[2:4]}" if len(day) >= 8 and day[:8].isdigit() else ""
