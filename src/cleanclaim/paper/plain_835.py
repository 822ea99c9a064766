"""A claim of an 835 in plain words: what the payer decided, and how the money adds up; and the payment around it."""

from __future__ import annotations

from cleanclaim.paper.claims import Claim, Loop
from cleanclaim.paper.facts import (
    Part,
    Reading,
    adjustments,
    amounts,
    dates,
    period,
    procedure,
    references,
    spoken,
)
from cleanclaim.paper.fill import npi, zip_code
from cleanclaim.paper.words import day_name, money, segment_name, value_name, vocabulary

_SERVICE_DAYS = ("472", "150", "151")
_STATEMENT_DAYS = ("232", "233")


def read_835(claim: Claim) -> Reading:
    """Return a claim of an 835 as a person reads it."""
    head, loop = claim.head, claim.loop
    payer = claim.around[0].one("1000A").first("N1").at(2)
    patient = loop.first("NM1", "QC")
    served = period(s.at(2)[:8] for line in claim.lines for s in line.all("DTM") if s.at(1) in _SERVICE_DAYS)
    served = served or period(s.at(2)[:8] for s in loop.all("DTM") if s.at(1) in _STATEMENT_DAYS)
    paid, charged, owed = (money(head.at(place)) for place in (4, 3, 5))
    status = value_name("CLP02", head.at(2)) or f"status {head.at(2)}"
    sentence = f"{payer or 'The payer'} paid {paid or 'no amount'} of {charged or 'no amount'} charged: {status}."
    if owed:
        sentence += f" The patient owes {owed}."
    parts = [_people(claim), _told(claim, status), _services(claim), _unpaid(claim)]
    return Reading(
        claim.number,
        spoken(patient),
        payer,
        served,
        len(claim.lines),
        f"{paid} of {charged}",
        sentence,
        [part for part in parts if part.facts or part.rows],
        [claim.level("2000"), loop],
    )


def read_payment(root: Loop) -> Part:
    """Return the payment of an 835: who pays whom, how much, how, and what is kept back or added (PLB)."""
    part, paid, trace = Part("Payment"), root.first("BPR"), root.first("TRN")
    part.add("paid", money(paid.at(2)), paid)
    part.add("how", ", ".join(t for t in (value_name("BPR04", paid.at(4)), value_name("BPR01", paid.at(1))) if t), paid)
    part.add("day of payment", day_name(paid.at(16)), paid)
    part.add("check or trace number", trace.at(2), trace)
    for name, label in (("1000A", "payer"), ("1000B", "payee")):
        loop = root.one(name)
        who, street, where = loop.first("N1"), loop.first("N3"), loop.first("N4")
        number = f"{value_name('N103', who.at(3)) or 'number'} {who.at(4)}" if who.at(4) else ""
        part.add(label, ", ".join(text for text in (who.at(2), number) if text), who)
        lines = (
            street.at(1),
            street.at(2),
            " ".join(t for t in (where.at(1), where.at(2), zip_code(where.at(3))) if t),
        )
        part.add(f"{label}'s address", ", ".join(line for line in lines if line), street, where)
        references(part, loop, kind="835", of=label)
    dates(part, root, kind="835")
    for segment in root.all("PLB"):
        for place in range(3, len(segment.elements), 2):
            reason = segment.part(place, 1)
            words = value_name("PLB03-01", reason)
            text = ", ".join(t for t in (money(segment.at(place + 1)), words, segment.part(place, 2)) if t)
            part.add(f"provider adjustment {reason}", text, segment)
    return part


def _people(claim: Claim) -> Part:
    part = Part("Who")
    for segment in claim.loop.all("NM1"):
        number = npi(segment)
        kind = value_name("NM108", segment.at(8)) or "number"
        shown = f"NPI {number}" if number else f"{kind} {segment.at(9)}" if segment.at(9) else ""
        text = ", ".join(t for t in (spoken(segment), shown) if t)
        part.add(segment_name("835", segment) or segment.at(1), text, segment)
    return part


def _told(claim: Claim, status: str) -> Part:
    part, head, loop = Part("Claim"), claim.head, claim.loop
    part.add("claim number", head.at(1), head)
    part.add("payer's claim number", head.at(7), head)
    part.add("decision", status, head)
    part.add("charged", money(head.at(3)), head)
    part.add("paid", money(head.at(4)), head)
    part.add("patient owes", money(head.at(5)), head)
    part.add("kind of plan", value_name("CLP06", head.at(6)) or head.at(6), head)
    part.add("frequency", value_name("CLM05-03", head.at(9)), head)
    dates(part, loop, kind="835")
    references(part, loop, kind="835")
    amounts(part, loop)
    for segment in (*loop.all("MOA"), *loop.all("MIA")):
        places = range(3, 8) if segment.name == "MOA" else (5, 20, 21, 22, 23)
        for place in places:
            part.add("remark", _remark(segment.at(place)), segment)
    return part


def _services(claim: Claim) -> Part:
    part = Part(
        "Services",
        columns=("day", "code", "what it is", "units", "charged", "allowed", "paid"),
        amounts=(3, 4, 5, 6),
        unbroken=(0,),
    )
    for line in claim.lines:
        service = line.first("SVC")
        code, words = procedure(service.parts(1))
        billed = procedure(service.parts(6))[0]
        if billed and billed != code:
            words = f"{words}; billed as {billed}".removeprefix("; ")
        allowed = money(line.first("AMT", "B6").at(2))
        said = (_served(line), code, words, service.at(5), money(service.at(2)), allowed, money(service.at(3)))
        part.rows.append((said, tuple(s.number for s in line.segments)))
    return part


def _unpaid(claim: Claim) -> Part:
    """Return every adjustment and remark: of services under their day and code, of the claim under no code."""
    part = Part("Not paid, and why", columns=("", "code", "what it is", "amount"), amounts=(3,), unbroken=(1,))
    for loop in (claim.loop, *claim.lines):
        code = procedure(loop.first("SVC").parts(1))[0]
        where = f"{_served(loop)} {code}".strip() if loop is not claim.loop else "claim"
        for segment in loop.all("CAS"):
            part.rows += [((where, *row), (segment.number,)) for row in adjustments([segment])]
        for segment in loop.all("LQ"):
            words = vocabulary("remarks").get(segment.at(2), "")
            part.rows.append(((where, segment.at(2), words, ""), (segment.number,)))
    return part


def _served(loop: Loop) -> str:
    return period(s.at(2)[:8] for s in loop.all("DTM") if s.at(1) in _SERVICE_DAYS)


def _remark(code: str) -> str:
    words = vocabulary("remarks").get(code, "")
    return f"{code} ({words})" if words else code
