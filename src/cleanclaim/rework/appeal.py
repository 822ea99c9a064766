"""What goes with an appeal of one claim: its facts, minutes and denial; refused where an appeal isn't honest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.claims.registers import PATIENTS
from cleanclaim.claims.schema import Grain
from cleanclaim.codes import adjustments, hcpcs
from cleanclaim.codes.denials import Cause, cause_named
from cleanclaim.config import Config
from cleanclaim.config.names import folded
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.units import allocate_visit
from cleanclaim.errors import CleanclaimError, InputError
from cleanclaim.intake.registers import read_register
from cleanclaim.letters import Block, Disputed, Fact, Line, Packet, Passed, Step
from cleanclaim.remit.honest import rules_by_id
from cleanclaim.remit.limits import limits
from cleanclaim.reports.words import dollars
from cleanclaim.rework.run import Worked

_NOT_RECORDED = ""
_CLAIM = pl.coalesce("claim_id", "visit_id")
"""The number of a claim: rows without one go by their visit's, as remittances are matched."""
_WHY = (
    "Why the decision is wrong, in the words of the person who knows the record",
    "Name, title and telephone of the person who asks for the appeal",
    "Signature and date",
)
_LONG, _SHORT = "long", "short"
_DECISION = "the remittance with this decision"
_OWN_WORDS = {
    "not-necessary": "Why the service was necessary and needed a therapist's skill: to be written by the therapist",
    "pair": "What each of the two services was for, with their times: to be written by the therapist from the note",
}


@dataclass(frozen=True)
class Appeal:
    """A packet, the lines that it appeals, and the denied lines that it leaves out, each with the reason."""

    packet: Packet
    lines: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]
    appeal_by: date | None
    passed: bool | None


def appeal(worked: Worked, claim: str, *, patient: Mapping[str, str | None] | None = None) -> Appeal:
    """Return what goes with an appeal of a claim: its denied lines for which an appeal is honest.

    ``patient`` is what a patients file says (``name``, ``member_id``, ``birth_date``); without it these are blanks.
    Raises InputError where the claim has no denied line, or none whose appeal is honest: the message says why not.

    >>> from cleanclaim.claims.denials import DENIAL
    >>> from cleanclaim.claims.schema import SERVICES
    >>> from cleanclaim.remit import remitted
    >>> none = remitted([], SERVICES.empty())
    >>> appeal(Worked(none, DENIAL.empty(), SERVICES.empty(), Config.load(None), date(2026, 4, 20)), "C1")
    Traceback (most recent call last):
    cleanclaim.errors.InputError: CLAIM: C1 is not among the claims
    """
    denials = worked.denials.filter(pl.col("claim_id") == claim)
    if denials.is_empty():
        known = claim in worked.remitted.outcomes["claim_id"]
        raise InputError(
            f"no line of {claim} is denied" if known else f"{claim} is not among the claims", field="CLAIM"
        )
    opened = denials.filter(pl.col("appeal") == "open")
    # of a claim that two payers denied, the later decision is appealed
    last = opened.sort("decided_on", "sequence", nulls_last=False)["sequence"].tail(1).implode()
    opened, other = opened.filter(pl.col("sequence").is_in(last)), opened.filter(~pl.col("sequence").is_in(last))
    rest = denials.filter(pl.col("appeal") != "open")
    left_out = (
        *((line["line_number"], _refused(line)) for line in rest.iter_rows(named=True)),
        *((number, "denied by another payer before") for number in other["line_number"]),
    )
    if opened.is_empty():
        told = "; ".join(f"line {number}: {because}" for number, because in left_out)
        raise InputError(f"no appeal of {claim} is made: {told}", field="CLAIM")
    first = opened.row(0, named=True)
    packet = _packet(worked, claim, opened, patient or {})
    passed = None if first["appeal_by"] is None else first["appeal_by"] < worked.as_of
    return Appeal(packet, tuple(opened["line_number"]), left_out, first["appeal_by"], passed)


def named_in(worked: Worked, claim: str, patients: Path) -> dict[str, str | None]:
    """Return ``name`` and ``member_id`` of a claim's patient as the patients file says; None where it doesn't.

    Raises as :func:`cleanclaim.intake.registers.read_register` does.
    """
    rows = worked.services.filter(_CLAIM.eq(claim))
    register = read_register(patients, PATIENTS).rows
    theirs = register.filter(pl.col("patient_id").is_in(rows["patient_id"].drop_nulls().implode()))
    payers = {_payer_key(worked.config, name) for name in rows["payer"].drop_nulls().unique()}
    covers = [
        row
        for row in theirs.iter_rows(named=True)
        if row["payer"] and _payer_key(worked.config, row["payer"]) in payers
    ]
    if theirs.is_empty():
        return {"name": None, "member_id": None}
    own = theirs.row(0, named=True)
    names = [own[part] for part in ("first_name", "middle_name", "last_name", "suffix") if own[part]]
    members = {row["member_id"] for row in covers if row["member_id"]}
    return {"name": " ".join(names) or None, "member_id": members.pop() if len(members) == 1 else None}


def _payer_key(config: Config, name: str) -> str:
    return config.payer_id(name) or folded(name)


def _refused(line: Mapping[str, Any]) -> str:
    words = {"refused": "not honest", "not_known": "not known to be honest", "none": "not the way"}[line["appeal"]]
    return f"{words}: {line['because']}"


def _packet(worked: Worked, claim: str, opened: pl.DataFrame, patient: Mapping[str, str | None]) -> Packet:
    services = worked.services
    own = services.filter(_CLAIM.eq(claim) & pl.col("billed")).sort("line_number", "row")
    causes = [one for id in opened["cause"].unique(maintain_order=True) if (one := cause_named(id)) is not None]
    first = opened.row(0, named=True)
    said = dict.fromkeys(words for one in causes if (words := _OWN_WORDS.get(one.id)))
    return Packet(
        title=f"Appeal of claim {claim}",
        as_of=worked.as_of,
        about=tuple(_about(own.row(0, named=True), first, patient)),
        decision=tuple(_decision(worked, first)),
        lines=tuple(_lines(worked, own, set(opened["row"]))),
        disputed=tuple(_disputed(line) for line in opened.iter_rows(named=True)),
        recorded=tuple(_recorded(_of_visits(services, own))),
        steps=tuple(_steps(worked, own, opened, causes)),
        passed=tuple(_passed(worked, opened, causes)),
        statements=tuple(Fact(words, _LONG if words in (*said, _WHY[0]) else _SHORT) for words in (*said, *_WHY)),
        records=tuple(dict.fromkeys([_DECISION, *(record for one in causes for record in one.records)])),
    )


def _about(line: Mapping[str, Any], denial: Mapping[str, Any], patient: Mapping[str, str | None]) -> Iterator[Fact]:
    yield Fact("Payer", denial["payer"])
    yield Fact("Payer's claim number", denial["payer_control"])
    yield Fact("Claim number", denial["claim_id"])
    yield Fact("Patient", patient.get("name"))
    yield Fact("Member number", patient.get("member_id"))
    yield Fact("Billing provider (NPI)", line["billing_npi"])
    yield Fact("Clinician (NPI)", line["rendering_npi"])
    yield Fact("Diagnoses", line["diagnoses"])


def _decision(worked: Worked, line: Mapping[str, Any]) -> Iterator[Fact]:
    packs = {pack.id: pack for pack in worked.config.packs}
    pack = packs.get(line["pack"])
    found = limits(pack, line["claim_form"], line["dos"], line["decided_on"])
    yield Fact("Decided on", _day(line["decided_on"]))
    yield Fact("Level of appeal", line["level"])
    yield Fact("Last day", _last_day(line, worked.as_of))
    told = pack.on("appeal_levels", line["decided_on"]) if pack and line["decided_on"] else None
    if told is not None:
        yield Fact("Time limit by", f"{told.source.document}, {told.source.section}")
    if len(found.levels) > 1:
        further = ", ".join(f"{name} ({limit})" for name, limit in found.levels[1:])
        yield Fact("Levels after it", f"{further}, each from the decision before it")


def _last_day(line: Mapping[str, Any], as_of: date) -> str | None:
    if line["appeal_by"] is None:
        return None
    passed = "; it has passed: state why it could not be kept" if line["appeal_by"] < as_of else ""
    return f"{line['appeal_by']}{passed}"


def _disputed(line: Mapping[str, Any]) -> Disputed:
    reasons, remarks = adjustments.carc(), adjustments.rarc()
    codes = [(pair, _meaning(reasons, pair.rpartition("-")[2])) for pair in (line["reasons"] or "").split()]
    codes += [(remark, _meaning(remarks, remark)) for remark in (line["remarks"] or "").split()]
    code = " ".join(part for part in (line["code"], line["modifiers"]) if part)
    title = f"Line {line['line_number']}: {code} of {line['dos']}, {dollars(line['denied_cents'])} denied"
    facts = [Fact(name, meaning) for name, meaning in codes]
    cause = cause_named(line["cause"]) if line["cause"] else None
    # the publications named with the causes are Medicare's; other payers have policies of their own
    if cause is not None and (line["pack"] or "").partition(":")[0] == "medicare":
        facts.append(Fact("Publication", f"{cause.source.document}: {cause.source.section}"))
    return Disputed(title, tuple(facts))


def _meaning(table: pl.DataFrame, code: str) -> str:
    found = table.filter(pl.col("code") == code)["meaning"]
    return found[0] if len(found) and found[0] is not None else "as the published code list says"


def _lines(worked: Worked, own: pl.DataFrame, disputed: set[int]) -> Iterator[Line]:
    ended = {row["row"]: row for row in worked.remitted.outcomes.iter_rows(named=True) if row["row"] is not None}
    for row in own.iter_rows(named=True):
        outcome = ended.get(row["row"], {})
        yield Line(
            number=str(row["line_number"]),
            dos=_day(row["dos"]) or _NOT_RECORDED,
            code=row["code"] or _NOT_RECORDED,
            label=_label(row["code"]),
            modifiers=" ".join(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"]),
            units=f"{row['units']:g}" if row["units"] is not None else _NOT_RECORDED,
            charge=dollars(row["charge_cents"]),
            paid=dollars(outcome.get("paid_cents")),
            denied=dollars(outcome.get("denied_cents")),
            disputed=row["row"] in disputed,
        )


def _of_visits(services: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Return the services given in the visits of a claim, billed or not, in order of time."""
    claims, visits = own["claim_id"].drop_nulls().implode(), own["visit_id"].drop_nulls().implode()
    beside = pl.col("claim_id").is_null() & pl.col("visit_id").is_in(visits)
    near = services.filter(pl.col("claim_id").is_in(claims) | beside)
    return near.sort("dos", "start_minute", "row", nulls_last=True, maintain_order=True)


def _recorded(given: pl.DataFrame) -> Iterator[Block]:
    for row in given.filter(pl.any_horizontal(pl.col("minutes", "start_minute").is_not_null())).iter_rows(named=True):
        yield Block(
            dos=_day(row["dos"]) or _NOT_RECORDED,
            code=row["code"] or _NOT_RECORDED,
            label=_label(row["code"]),
            minutes=_NOT_RECORDED if row["minutes"] is None else str(row["minutes"]),
            start=_clock(row["start_minute"]),
            stop=_clock(row["stop_minute"]),
            by=row["by"] or _NOT_RECORDED,
            billed="yes" if row["billed"] else "no",
        )


def _steps(worked: Worked, own: pl.DataFrame, opened: pl.DataFrame, causes: list[Cause]) -> Iterator[Step]:
    """Yield how the minutes of the days with a denied line become units, where that is what the appeal is about."""
    if not any("minutes" in one.facts for one in causes):
        return
    for day in opened["dos"].unique(maintain_order=True):
        given = _of_visits(worked.services, own).filter((pl.col("dos") == day) & pl.col("minutes").is_not_null())
        pack = opened["pack"][0]
        if given.is_empty() or pack is None:
            continue
        asked = [
            {"code": row["code"], "minutes": row["minutes"], **({"by": row["by"]} if row["by"] else {})}
            for row in given.iter_rows(named=True)
        ]
        discipline = opened.filter(pl.col("dos") == day)["modifiers"].str.extract(r"\b(GP|GO|GN)\b")[0]
        request = {"payer": pack.split(":")[0], "dos": day.isoformat(), "services": asked}
        try:
            told = allocate_visit(request | ({"discipline": discipline} if discipline else {}))
        except CleanclaimError:
            # what cannot be counted is not shown; the minutes stand above
            continue
        yield from (Step(step["text"], step["cite"] or "") for step in told["steps"])


def _passed(worked: Worked, opened: pl.DataFrame, causes: list[Cause]) -> Iterator[Passed]:
    """Yield the rules that look for what the payer denies, that apply to a denied line, and that it does not break."""
    result = check(worked.services, as_of=worked.as_of, config=worked.config, part=True)
    rows = set(opened["row"])
    for rule in dict.fromkeys(rule for one in causes for rule in one.rules):
        if _holds(result, rule, rows):
            found = rules_by_id()[rule]
            title = f"{found.title[0].lower()}{found.title[1:]}"
            yield Passed(rule, title, tuple(dict.fromkeys(f"{c.document}, {c.section}" for c in found.cite)))


def _holds(result: CheckResult, rule_id: str, rows: set[int]) -> bool:
    """Return whether a rule is meant for one of the lines, and finds nothing on any of them."""
    rule = rules_by_id()[rule_id]
    if rule.grain not in (Grain.LINE, Grain.PAIR, Grain.VISIT, Grain.CLAIM):
        return False
    lines = result.grains.line.filter(pl.col("row").is_in(rows))
    key = {Grain.VISIT: "visit_key", Grain.CLAIM: "claim_key"}.get(rule.grain, "row")
    near = result.grains[rule.grain].filter(pl.col(key).is_in(lines[key].drop_nulls().implode()))
    judged = near.select(applies=rule.applies, verdict=rule.verdict)
    return True in judged["applies"].to_list() and set(judged["verdict"].to_list()) == {False}


def _label(code: str | None) -> str:
    found = hcpcs.catalogue().filter(pl.col("code") == code)["label"]
    return found[0] if len(found) else ""


def _clock(minute: int | None) -> str:
    return _NOT_RECORDED if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
