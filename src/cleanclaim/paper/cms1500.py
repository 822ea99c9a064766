"""A professional claim on form CMS-1500 (02/12), item by item.

Item numbers and their contents: the NUCC's Reference Instruction Manual for the 02/12 version, and for claims to
Medicare the Claims Processing Manual (Pub. 100-04) ch. 26 sec. 10, which differs in items 4, 7, 9, 11, 13, 15, 22, 24
and 29. Which segment an item comes from: the NUCC's crosswalk of the form to the 837P, as that manual gives it. A
signature is told as on file where the claim says that it is (CLM06, CLM08, CLM09), and never made up.
"""

from __future__ import annotations

from cleanclaim.paper.claims import Loop, Segment
from cleanclaim.paper.cms1500_lines import put_line
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
    zip_code,
)

ON_FILE = "SIGNATURE ON FILE"
MEDICARE = ("MA", "MB")
_LETTERS = "ABCDEFGHIJKL"
_PLANS = {"MA": "is_medicare", "MB": "is_medicare", "MC": "is_medicaid", "CH": "is_tricare", "VA": "is_champva"}
_RELATIONS = {"18": "is_self", "01": "is_spouse", "19": "is_child"}
_OTHER_DATES = ("454", "304", "453", "439", "455", "471", "090", "091", "444")
_HOME = "12"


def fill_cms1500(filling: Filling) -> None:
    """Fill the pages of a professional claim: six service lines each, the totals on the last."""
    sheet = _Sheet(filling)
    lines = filling.claim.lines
    rows = filling.form.rows
    count = max(-(-len(lines) // rows), 1)
    for number in range(count):
        filling.turn()
        if count > 1:
            filling.put("page", f"PAGE {number + 1:02} OF {count:02}")
        sheet.head()
        for row, line in enumerate(lines[number * rows : (number + 1) * rows]):
            put_line(filling, line, row, medicare=sheet.medicare)
        sheet.foot(last=number + 1 == count)
    if not lines:
        filling.note("24", "the claim has no service line")


class _Sheet:
    """The items outside the service lines."""

    def __init__(self, filling: Filling) -> None:
        claim = filling.claim
        self.fill = filling
        self.claim = claim.loop
        self.head_segment = claim.head
        self.subscriber = claim.level("2000B")
        self.plan = self.subscriber.first("SBR")
        self.insured = self.subscriber.one("2010BA")
        dependent = claim.level("2000C")
        self.is_dependent = bool(dependent.segments)
        self.patient = dependent.one("2010CA") if self.is_dependent else self.insured
        self.relation = dependent.first("PAT").at(1) if self.is_dependent else self.plan.at(2)
        self.provider = claim.level("2000A")
        self.billing = self.provider.one("2010AA")
        self.payer = self.subscriber.one("2010BB")
        self.others = self.claim.within("2320")
        self.medicare = self.plan.at(9) in MEDICARE
        self.primary = next((o for o in self.others if o.first("SBR").at(1) == "P"), None)

    def head(self) -> None:
        """Items 1 to 23."""
        self._payer()
        self._patient()
        self._insured()
        self._other_insured()
        self._condition()
        self._signatures()
        self._dates()
        self._referring()
        self._codes()

    def foot(self, *, last: bool) -> None:
        """Items 25 to 33; the totals on the last page of the claim only."""
        put, tick = self.fill.put, self.fill.tick
        tax = self.billing.first("REF", "EI", "SY")
        put("tax_id", "".join(c for c in tax.at(2) if c.isalnum()), whole=True)
        if tax:
            tick("tax_id_is_ein" if tax.at(1) == "EI" else "tax_id_is_ssn")
        put("account", self.head_segment.at(1))
        assignment = self.head_segment.at(7)
        if assignment in ("A", "C"):
            self.fill.choose(assignment == "A", "is_assigned", "is_not_assigned")
        elif assignment == "B":
            self.fill.note("27", "assignment of laboratory services only (CLM07 B): neither box is marked")
        if last:
            total = cents(self.head_segment.at(2))
            if total is None:
                self.fill.note("28", "the claim has no total charge that can be read: left blank")
            self.fill.money("total_charge", total, gap=" ")
            self.fill.money("amount_paid", self._paid(), gap=" ")
        self._provider()

    def _payer(self) -> None:
        put = self.fill.put
        put("payer_name", self.payer.first("NM1").at(3))
        address = self.payer.first("N3")
        put("payer_street", unpointed(address.at(1)))
        put("payer_more", unpointed(address.at(2)))
        put("payer_city", town(self.payer.first("N4")))
        group = self.plan.at(3) or self.plan.at(4)
        commercial = self.plan.at(9) in ("BL", "CI", "HM", "12", "13", "14", "15", "16", "17")
        known = _PLANS.get(self.plan.at(9))
        self.fill.tick(known or ("is_group" if group and commercial else "is_other"))
        put("insured_id", self.insured.first("NM1").at(9))

    def _patient(self) -> None:
        put = self.fill.put
        put("patient_name", named(self.patient.first("NM1")))
        self._birth(self.patient.first("DMG"), "birth", "is_male", "is_female")
        put("patient_street", street(self.patient.first("N3")))
        where = self.patient.first("N4")
        put("patient_city", unpointed(where.at(1)))
        put("patient_state", where.at(2))
        put("patient_zip", zip_code(where.at(3)))
        self._phone("patient", self.patient)

    def _insured(self) -> None:
        """Items 4, 6, 7 and 11: to Medicare only where another payer comes first."""
        put = self.fill.put
        if self.medicare:
            self._before_medicare()
            return
        if self.relation:
            self.fill.tick(_RELATIONS.get(self.relation, "is_other_relation"))
        put("insured_name", named(self.insured.first("NM1")))
        self._insured_address(self.insured)
        self._phone("insured", self.insured)
        put("group_number", self.plan.at(3))
        self._birth(self.insured.first("DMG"), "insured_birth", "insured_is_male", "insured_is_female")
        property_claim = self.patient.first("REF", "Y4") or self.insured.first("REF", "Y4")
        if property_claim:
            put("other_claim_qualifier", "Y4")
            put("other_claim_id", property_claim.at(2))
        put("plan_name", self.plan.at(4))
        self.fill.choose(bool(self.others), "has_other_plan", "has_no_other_plan")

    def _before_medicare(self) -> None:
        put = self.fill.put
        if self.primary is None:
            put("group_number", "NONE")
            return
        plan, person = self.primary.first("SBR"), self.primary.one("2330A")
        self.fill.tick(_RELATIONS.get(plan.at(2), "is_other_relation"))
        put("insured_name", "SAME" if plan.at(2) == "18" else named(person.first("NM1")))
        self._insured_address(person)
        put("group_number", plan.at(3) or person.first("NM1").at(9))
        put("plan_name", plan.at(4) or self.primary.one("2330B").first("NM1").at(3))

    def _insured_address(self, person: Loop) -> None:
        put, where = self.fill.put, person.first("N4")
        put("insured_street", street(person.first("N3")))
        put("insured_city", unpointed(where.at(1)))
        put("insured_state", where.at(2))
        put("insured_zip", zip_code(where.at(3)))

    def _other_insured(self) -> None:
        if not self.others:
            return
        if len(self.others) > 1:
            self.fill.note("9", f"the form has room for one other payer, the claim names {len(self.others)}")
        if self.medicare:
            if self.primary is None:
                self.fill.note("9", "another payer after Medicare: items 9 to 9d are for Medigap only, and stay blank")
            return
        other, put = self.others[0], self.fill.put
        put("other_insured_name", named(other.one("2330A").first("NM1")))
        put("other_group_number", other.first("SBR").at(3) or other.one("2330A").first("NM1").at(9))
        put("other_plan_name", other.first("SBR").at(4) or other.one("2330B").first("NM1").at(3))

    def _condition(self) -> None:
        """Item 10: related causes (CLM11), and condition codes as claim codes."""
        causes = self.head_segment.parts(11)
        choose = self.fill.choose
        choose("EM" in causes[:3], "is_employment", "is_not_employment")
        choose("AA" in causes[:3], "is_auto_accident", "is_not_auto_accident")
        choose("OA" in causes[:3], "is_other_accident", "is_not_other_accident")
        if "AA" in causes[:3]:
            self.fill.put("accident_state", self.head_segment.part(11, 4))
        codes = [s.part(n, 2) for s in self.claim.all("HI", "BG") for n in range(1, len(s.elements))]
        self.fill.put("claim_codes", " ".join(codes))

    def _signatures(self) -> None:
        put, note = self.fill.put, self.fill.note
        if self.head_segment.at(9) == "Y":
            put("patient_signature", ON_FILE)
        else:
            note("12", "the claim does not say that the patient's signature is on file (CLM09): left blank")
        if self.medicare:
            return
        if self.head_segment.at(8) == "Y":
            put("insured_signature", ON_FILE)
        else:
            note("13", "the claim does not say that benefits are assigned (CLM08): left blank")

    def _dates(self) -> None:
        fill, claim = self.fill, self.claim
        illness = claim.first("DTP", "431", "484")
        fill.day("illness", days(illness)[0])
        if illness:
            fill.put("illness_qualifier", illness.at(1))
        other = claim.first("DTP", *_OTHER_DATES)
        if other and not self.medicare:
            fill.put("other_date_qualifier", other.at(1))
            fill.day("other_date", days(other)[0])
        both = days(claim.first("DTP", "314"))
        fill.day("unable_from", both[0] or days(claim.first("DTP", "360", "297"))[0])
        fill.day("unable_to", both[1] or days(claim.first("DTP", "361", "296"))[0])
        fill.day("hospital_from", days(claim.first("DTP", "435"))[0])
        fill.day("hospital_to", days(claim.first("DTP", "096"))[0])

    def _referring(self) -> None:
        """Item 17: the referring provider, else who ordered, else who supervised."""
        put = self.fill.put
        for place, qualifier in (("2310A", "DN"), ("2420F", "DN"), ("2420E", "DK"), ("2310D", "DQ"), ("2420D", "DQ")):
            within = [self.claim] if place.startswith("23") else self.fill.claim.lines
            found = [loop for outer in within for loop in outer.within(place) if loop.first("NM1", qualifier)]
            if not found:
                continue
            who = found[0].first("NM1", qualifier)
            put("referring_qualifier", qualifier)
            put("referring_name", named(who, first_first=True))
            put("referring_npi", npi(who), whole=True)
            if len({npi(loop.first("NM1")) for loop in found}) > 1:
                self.fill.note("17", "lines name several: the first is printed")
            number = found[0].first("REF", "0B", "1G", "G2")
            if number and not self.medicare:
                put("referring_other_qualifier", number.at(1))
                put("referring_other_id", number.at(2))
            return

    def _codes(self) -> None:
        """Items 19 to 23."""
        put, note = self.fill.put, self.fill.note
        put("additional", " ".join(segment.at(2) for segment in self.claim.all("NTE")))
        self._outside_services()
        listed = self.claim.first("HI", "ABK", "BK")
        codes = [(listed.part(n, 1), listed.part(n, 2)) for n in range(1, len(listed.elements))]
        if codes:
            put("icd_indicator", "0" if codes[0][0] == "ABK" else "9")
        else:
            note("21", "the claim has no diagnosis")
        for letter, (_, code) in zip(_LETTERS, codes, strict=False):
            put(f"diagnosis_{letter}", code.replace(".", ""))
        frequency = self.head_segment.part(5, 3)
        if frequency in ("7", "8") and not self.medicare:
            put("resubmission_code", frequency)
            put("original_reference", self.claim.first("REF", "F8").at(2))
        elif frequency in ("7", "8"):
            note("22", "Medicare does not take replacements and voids on paper in this item: left blank")
        put("prior_authorization", self.claim.first("REF", "G1", "9F", "X4").at(2))
        if len({s.at(1) for s in self.claim.all("REF", "G1", "9F", "X4")}) > 1:
            note("23", "the item takes one number: the authorization goes before a referral or a laboratory number")

    def _outside_services(self) -> None:
        bought = [line.first("PS1") for line in self.fill.claim.lines if line.first("PS1")]
        amounts = [cents(segment.at(2)) for segment in bought]
        if bought:
            self.fill.tick("is_outside_lab")
            known = [amount for amount in amounts if amount is not None]
            self.fill.money("outside_lab_charge", sum(known) if len(known) == len(bought) else None, gap=" ")

    def _paid(self) -> int | None:
        """Item 29: what the patient paid, and but for Medicare what other payers paid; None where nothing is told."""
        told = [self.claim.first("AMT", "F5")]
        if not self.medicare:
            told += [other.first("AMT", "D") for other in self.others]
        amounts = [cents(segment.at(2)) for segment in told if segment]
        return sum(a for a in amounts if a is not None) if amounts and None not in amounts else None

    def _provider(self) -> None:
        """Items 31 to 33."""
        put = self.fill.put
        if self.head_segment.at(6) == "Y":
            put("provider_signature", ON_FILE)
        else:
            self.fill.note("31", "the claim does not say that the provider's signature is on file (CLM06): left blank")
        place = self.claim.one("2310C")
        if not place.segments and self.head_segment.part(5, 1) != _HOME:
            place = self.billing  # the 837P leaves the place out where it is the billing provider's
        put("facility_name", unpointed(place.first("NM1").at(3)))
        put("facility_street", street(place.first("N3")))
        put("facility_city", town(place.first("N4")))
        put("facility_npi", npi(place.first("NM1")), whole=True)
        who, phone = self.billing.first("NM1"), telephone(self.billing.all("PER"))
        put("billing_area_code", phone[:3] if len(phone) == 10 else "")
        put("billing_phone", f"{phone[3:6]} {phone[6:]}" if len(phone) == 10 else phone)
        put("billing_name", named(who, first_first=True) if who.at(2) == "1" else unpointed(who.at(3)))
        put("billing_street", street(self.billing.first("N3")))
        put("billing_city", town(self.billing.first("N4")))
        put("billing_npi", npi(who), whole=True)
        if not self.medicare:
            self._other_numbers(place)

    def _other_numbers(self, place: Loop) -> None:
        """Items 32b and 33b: a number that the payer gave, else the billing provider's taxonomy."""
        number = place.first("REF", "0B", "G2", "LU") if place is not self.billing else Segment()
        if number:
            self.fill.put("facility_other_id", f"{number.at(1)}{number.at(2)}")
        given = self.payer.first("REF", "G2", "LU")
        taxonomy = self.provider.first("PRV", "BI").at(3)
        if given:
            self.fill.put("billing_other_id", f"{given.at(1)}{given.at(2)}")
        elif taxonomy:
            self.fill.put("billing_other_id", f"ZZ{taxonomy}")

    def _birth(self, segment: Segment, stem: str, male: str, female: str) -> None:
        self.fill.day(stem, segment.at(2))
        if segment.at(3) in ("M", "F"):
            self.fill.tick(male if segment.at(3) == "M" else female)

    def _phone(self, who: str, person: Loop) -> None:
        number = telephone(person.all("PER"))
        if len(number) == 10:
            self.fill.put(f"{who}_area_code", number[:3])
            self.fill.put(f"{who}_phone", f"{number[3:6]} {number[6:]}")
