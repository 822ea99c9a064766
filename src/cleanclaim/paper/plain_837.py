"""A claim of an 837, professional or institutional, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from cleanclaim.paper.claims import Claim, Loop, Segment
from cleanclaim.paper.facts import (
    Part,
    Reading,
    adjustments,
    amounts,
    birth,
    dates,
    party,
    period,
    procedure,
    references,
    spoken,
)
from cleanclaim.paper.fill import days, npi
from cleanclaim.paper.ub04 import COUNTED_VALUES
from cleanclaim.paper.words import day_name, money, segment_name, value_name, vocabulary
from cleanclaim.reports.words import counted

_LETTERS = "ABCDEFGHIJKL"
_DIAGNOSES = ("ABK", "ABF", "BK", "BF", "ABJ", "BJ", "APR", "PR", "ABN", "BN")
_PEOPLE = ("2310A", "2310B", "2310C", "2310D", "2310E", "2310F")
_PROVIDERS = ("2420A", "2420B", "2420C", "2420D", "2420E", "2420F")


def read_837(claim: Claim) -> Reading:
    """Return a claim of an 837 as a person reads it."""
    subscriber, dependent = claim.level("2000B"), claim.level("2000C")
    insured = subscriber.one("2010BA")
    patient = dependent.one("2010CA") if dependent.segments else insured
    payer = subscriber.one("2010BB")
    billing = claim.level("2000A").one("2010AA")
    served = period(day for line in claim.lines for day in days(line.first("DTP", "472")))
    served = served or period(days(claim.loop.first("DTP", "434")))
    total = money(claim.head.at(2)) or "no amount"
    who, from_whom, whom = (spoken(one.first("NM1")) for one in (billing, payer, patient))
    sentence = (
        f"{who or 'The provider'} asks {from_whom or 'the payer'} for {total} for "
        f"{counted(len(claim.lines), 'line')} of care to {whom or 'the patient'}"
        f"{' on ' + served if served and ' to ' not in served else ' from ' + served if served else ''}."
    )
    kind = value_name("CLM05-03", claim.head.part(5, 3))
    if claim.head.part(5, 3) in ("7", "8"):
        sentence += f" It {kind}."
    parts = [
        _people(claim, subscriber, dependent, insured, patient, payer, billing),
        _told(claim),
        _diagnoses(claim),
        _lines(claim),
        *(_other_payer(other, claim.kind) for other in claim.loop.within("2320")),
    ]
    loops = [level for level in (subscriber, dependent) if level.segments]
    return Reading(
        claim.number,
        whom,
        from_whom,
        served,
        len(claim.lines),
        total,
        sentence,
        [part for part in parts if part.facts or part.rows],
        [*loops, claim.loop],
    )


def read_billing(level: Loop, kind: str) -> Part:
    """Return who bills, from the provider's level, 2000A."""
    part = Part("Billing provider")
    party(part, "billing provider", level.one("2010AA"), kind=kind)
    taxonomy = level.first("PRV")
    words = vocabulary("taxonomies").get(taxonomy.at(3), "")
    part.add("taxonomy", " ".join(text for text in (taxonomy.at(3), words) if text), taxonomy)
    for name in ("2010AB", "2010AC"):
        loop = level.one(name)
        if loop.segments:
            party(part, segment_name(kind, loop.first("NM1")), loop, kind=kind)
    return part


def _people(
    claim: Claim, subscriber: Loop, dependent: Loop, insured: Loop, patient: Loop, payer: Loop, billing: Loop
) -> Part:
    part, kind, plan = Part("Who"), claim.kind, subscriber.first("SBR")
    party(part, "patient", patient, kind=kind)
    birth(part, "patient's birth and sex", patient)
    if patient is not insured:
        party(part, "insured", insured, kind=kind)
        birth(part, "insured's birth and sex", insured)
        relation = dependent.first("PAT")
        part.add("patient is the insured's", value_name("PAT01", relation.at(1)) or relation.at(1), relation)
    party(part, "payer", payer, kind=kind)
    words = (value_name("SBR09", plan.at(9)) or plan.at(9), value_name("SBR01", plan.at(1)), plan.at(3), plan.at(4))
    part.add("plan", ", ".join(word for word in words if word), plan)
    who = billing.first("NM1")
    number = npi(who)
    part.add("billed by", ", ".join(text for text in (spoken(who), f"NPI {number}" if number else "") if text), who)
    for loop in claim.loop.within(*_PEOPLE):
        party(part, segment_name(kind, loop.first("NM1")) or "provider", loop, kind=kind)
    return part


def _told(claim: Claim) -> Part:
    part, head, loop = Part("Claim"), claim.head, claim.loop
    facility = head.part(5, 1)
    table = "places" if claim.kind == "837P" else "bill_types"
    place = " ".join(text for text in (facility, vocabulary(table).get(facility, "")) if text)
    part.add("claim number", head.at(1), head)
    part.add("kind", value_name("CLM05-03", head.part(5, 3)) or head.part(5, 3), head)
    part.add("place" if claim.kind == "837P" else "bill type", place, head)
    part.add("total charge", money(head.at(2)), head)
    for label, reference, place_of in (
        ("provider's signature on file", "CLM06", 6),
        ("assignment", "CLM07", 7),
        ("benefits assigned to the provider", "CLM08", 8),
        ("release of information", "CLM09", 9),
        ("patient's signature", "CLM10", 10),
    ):
        part.add(label, value_name(reference, head.at(place_of)) or head.at(place_of), head)
    causes = [value_name("CLM11-01", cause) or cause for cause in head.parts(11)[:3] if cause]
    part.add("caused by", ", ".join([*causes, *(p for p in head.parts(11)[3:] if p)]), head)
    dates(part, loop, kind=claim.kind)
    references(part, loop, kind=claim.kind)
    amounts(part, loop)
    for note in (*loop.all("NTE"), *loop.all("K3")):
        part.add("note", note.at(2) or note.at(1), note)
    for paper in loop.all("PWK"):
        part.add("attachment", " ".join(text for text in (paper.at(1), paper.at(6)) if text), paper)
    stay = loop.first("CL1")
    for label, place_in in (("type of admission", 1), ("source of admission", 2), ("patient's status", 3)):
        part.add(label, stay.at(place_in), stay)
    _listed(part, loop)
    return part


def _listed(part: Part, loop: Loop) -> None:
    """Add the code lists that are no diagnoses: occurrences, values, conditions, procedures."""
    for segment in loop.all("HI"):
        for place in range(1, len(segment.elements)):
            parts = [*segment.parts(place), "", "", "", "", ""]
            if parts[0] and parts[0] not in _DIAGNOSES:
                name = value_name("HI01", parts[0]) or f"code {parts[0]}"
                amount = parts[4] if parts[1] in COUNTED_VALUES else money(parts[4])
                part.add(name, ", ".join(t for t in (parts[1], day_name(parts[3]), amount) if t), segment)


def _diagnoses(claim: Claim) -> Part:
    part = Part("Diagnoses", columns=("", "code", "what it is"))
    letter = 0
    for segment in claim.loop.all("HI"):
        for place in range(1, len(segment.elements)):
            qualifier, code = segment.part(place, 1), segment.part(place, 2)
            if qualifier not in _DIAGNOSES:
                continue
            pointed = claim.kind == "837P" and qualifier in _DIAGNOSES[:4] and letter < len(_LETTERS)
            mark = _LETTERS[letter] if pointed else ""
            letter += pointed
            part.rows.append(((mark, _dotted(code), value_name("HI01", qualifier) or qualifier), (segment.number,)))
    return part


def _dotted(code: str) -> str:
    return code if "." in code or len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _lines(claim: Claim) -> Part:
    professional = claim.kind == "837P"
    part = Part(
        "Lines",
        columns=(
            "",
            "day",
            "code" if professional else "revenue, code",
            "what it is",
            "units",
            "for" if professional else "not covered",
            "charge",
        ),
        amounts=(4, 6) if professional else (4, 5, 6),
        unbroken=(1, 2) if professional else (1,),
    )
    for line in claim.lines:
        service, day = line.first("SV1") or line.first("SV2"), line.first("DTP", "472")
        coded = 1 if professional else 2
        code, words = procedure(service.parts(coded))
        if not professional:
            code = " ".join(text for text in (service.at(1), code) if text)
            words = words or vocabulary("revenue_codes").get(service.at(1).zfill(4), "")
        unit = value_name("SV103", service.at(3)) if professional else value_name("SV204", service.at(4))
        units = f"{service.at(4 if professional else 5)} {unit if unit != 'units' else ''}".strip()
        last = _pointed(service) if professional else money(service.at(7))
        charge = money(service.at(2 if professional else 3))
        said = (line.first("LX").at(1), period(days(day)), code, _more(line, words), units, last, charge)
        numbers = tuple(segment.number for loop in line.walk() for segment in loop.segments)
        part.rows.append((said, numbers))
    return part


def _pointed(service: Segment) -> str:
    numbers = [int(part) for part in service.parts(7) if part.isdigit()]
    return " ".join(_LETTERS[number - 1] if 1 <= number <= 12 else str(number) for number in numbers)


def _more(line: Loop, words: str) -> str:
    """Return the words of a line with what else it tells: its own providers, drugs, place and notes."""
    told: list[str] = [words] if words else []
    place = line.first("SV1").at(5)
    if place:
        told.append(f"at {vocabulary('places').get(place, place)}")
    for loop in line.within(*_PROVIDERS):
        who = loop.first("NM1")
        told.append(f"{segment_name('837', who)} {spoken(who)}".strip())
    told += [f"drug {loop.first('LIN').at(3)}" for loop in line.within("2410")]
    told += [note.at(2) for note in line.all("NTE")]
    told += [_decided(loop) for loop in line.within("2430")]
    return "; ".join(text for text in told if text)


def _decided(loop: Loop) -> str:
    paid = money(loop.first("SVD").at(2))
    rest: Iterable[str] = (f"{code} {amount}" for code, _, amount in adjustments(loop.all("CAS")))
    return f"other payer paid {paid}" + "".join(f", {one}" for one in rest)


def _other_payer(other: Loop, kind: str) -> Part:
    part, plan = Part("Another payer"), other.first("SBR")
    party(part, "payer", other.one("2330B"), kind=kind)
    words = (value_name("SBR09", plan.at(9)) or plan.at(9), value_name("SBR01", plan.at(1)), plan.at(3), plan.at(4))
    part.add("plan", ", ".join(word for word in words if word), plan)
    party(part, "insured", other.one("2330A"), kind=kind)
    part.add("patient is the insured's", value_name("SBR02", plan.at(2)), plan)
    amounts(part, other)
    for segment in other.all("CAS"):
        for code, meaning, amount in adjustments([segment]):
            part.add(f"adjustment {code}", ", ".join(text for text in (amount, meaning) if text), segment)
    dates(part, other.one("2330B"), kind=kind)
    return part
