"""A treatment note held against what is billed for it: what the command line and the Python interface both call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from cleanclaim.codes import params, payers
from cleanclaim.config import Config
from cleanclaim.engine.check import of_notes
from cleanclaim.engine.note_bill import Bill
from cleanclaim.engine.note_units import TOTAL
from cleanclaim.engine.noted import Held, hold
from cleanclaim.errors import InputError
from cleanclaim.notes.documents.document import LONGEST
from cleanclaim.notes.facts import Element, NoteFacts, Quote
from cleanclaim.rules import rules_of
from cleanclaim.rules.rule import Rule, Severity

DISCIPLINES = ("PT", "OT", "SLP", "MD")
_OF_VISITS = ("note-without-claim", "claim-without-note")


@dataclass(frozen=True)
class NoteFinding:
    """One finding on a note: the rule, in words what was found and what is wanted, and the note's own words."""

    rule: Rule
    found: str
    expected: str
    quote: Quote | None

    @property
    def kind(self) -> str:
        """The finding's kind in the JSON contract: the rule's name with underscores."""
        return self.rule.name.replace("-", "_")

    @property
    def message(self) -> str:
        """What was found, what is wanted, and why, as in a report."""
        told = self.rule.message.format(found=self.found, expected=self.expected, dos="", code="", payer="")
        return _sentence(told.partition(": ")[2])

    @property
    def explain(self) -> str:
        """What was found and what to do, in plain words."""
        return f"{_sentence(self.found)}. {self.rule.fix.text}."

    def as_dict(self) -> dict[str, Any]:
        """Return the finding in the shape of the JSON contract; ``start`` and ``end`` are null without a quote."""
        start, end = (None, None) if self.quote is None else (self.quote.start, self.quote.end)
        return {"rule": self.rule.id, "kind": self.kind, "explain": self.explain, "start": start, "end": end}


@dataclass(frozen=True)
class Audit:
    """A note as read, and what is wrong with it; ``units_given`` are the timed units that its minutes give."""

    facts: NoteFacts
    findings: tuple[NoteFinding, ...]
    not_checked: tuple[str, ...] = ()
    units_given: int | None = None

    @property
    def is_grave(self) -> bool:
        """Whether any finding is more than advice."""
        return any(finding.rule.severity is not Severity.ADVICE for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return the audit in the shape of the JSON contract of ``cleanclaim note --json``."""
        facts = self.facts
        return {
            "interventions": [
                {
                    "text": each.quote.text,
                    "start": each.quote.start,
                    "end": each.quote.end,
                    "status": each.status.value,
                    "codes": list(each.codes),
                    "minutes": each.minutes,
                    "body_area": each.body_area,
                    "side": each.side,
                }
                for each in facts.interventions
            ],
            "totals": {
                "timed_minutes": None if facts.timed_total is None else facts.timed_total.minutes,
                "total_minutes": None if facts.total is None else facts.total.minutes,
            },
            "documentation": {
                element.value: "present" if (s := facts.documentation.get(element)) and s.present else "absent"
                for element in Element
            },
            "findings": [each.as_dict() for each in self.findings if each.rule.severity is not Severity.ADVICE],
            "advice": [each.as_dict() for each in self.findings if each.rule.severity is Severity.ADVICE],
        }


def audit_note(
    text: str,
    billed: Mapping[str, float] | None = None,
    *,
    payer: str | None = None,
    previous: Sequence[str] = (),
    modifiers: Mapping[str, Sequence[str]] | None = None,
    discipline: str | None = None,
    on: date | None = None,
    config: Config | None = None,
) -> Audit:
    """Return what ``text`` says and where it falls short of what is billed.

    ``billed`` are units by code; None: what is billed is not known, and only the note itself is judged. ``modifiers``
    are by code; without any, they are no part of the audit. ``previous`` are earlier notes of the patient: words
    carried over from them earn no credit. ``payer`` is the id of a payer pack, or a payer of ``config``; without one,
    units are counted as Medicare does. ``discipline`` is one of PT, OT, SLP and MD; ``on`` the day of the visit, today
    by default.

    Raises InputError or UnknownPayer. No message holds words of the note.

    >>> audit = audit_note("Plan: gait training 15 min on Friday.", {"97116": 1})
    >>> [finding.kind for finding in audit.findings]
    ['billed_not_documented']
    """
    units = None if billed is None else {_code(code): _units(code, value) for code, value in billed.items()}
    if discipline is not None and discipline not in DISCIPLINES:
        raise InputError(f"must be one of {', '.join(DISCIPLINES)}", field="discipline")
    from cleanclaim.notes.read import read_note

    facts = read_note(_readable(text), discipline=discipline, previous=previous)
    return audit_facts(facts, units, payer=payer, modifiers=modifiers, on=on, config=config)


def audit_facts(
    facts: NoteFacts,
    billed: Mapping[str, float] | None = None,
    *,
    payer: str | None = None,
    modifiers: Mapping[str, Sequence[str]] | None = None,
    on: date | None = None,
    config: Config | None = None,
) -> Audit:
    """Return where a note that is read already falls short of what is billed; as :func:`audit_note`."""
    day = on or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    bill = None if billed is None else _bill(billed, modifiers, _pack(payer, config), day)
    noted = hold(
        [Held(facts, bill, {"row": 0, "visit_key": 0, "dos": day, "bill_given": None if bill is None else True})]
    )
    rules = {rule.id: rule for rule in _rules()}
    findings, gaps = of_notes(noted.grain, _rules())
    told = [
        NoteFinding(rule, found, expected, noted.quotes.get((0, rule.name.replace("-", "_"))))
        for rule, found, expected in (
            (rules[id], found, expected)
            for id, found, expected in findings.select("rule", "found", "expected").iter_rows()
        )
    ]
    units = noted.grain["units_given"].item()
    unread = ("unread",) if "unread" in facts.mentions else ()  # a paste longer than the record of a visit
    return Audit(facts, tuple(told), (*gaps["rule"].unique().sort(), *unread), units)


@cache
def _rules() -> tuple[Rule, ...]:
    every = (*rules_of("notes"), *rules_of("notes_shown"))
    return tuple(sorted((rule for rule in every if rule.name not in _OF_VISITS), key=lambda rule: rule.id))


def _bill(
    billed: Mapping[str, float], modifiers: Mapping[str, Sequence[str]] | None, pack: payers.Pack | None, day: date
) -> Bill:
    """The bill as the payer counts it; Medicare's count stands in where no payer is named."""
    marks = {_code(code): tuple(mark.strip().upper() for mark in given) for code, given in (modifiers or {}).items()}
    method: Any = TOTAL
    required: Any = True
    if pack is not None:
        held = {name: value for name in ("unit_method", "assistant_modifier_required") if (value := pack.on(name, day))}
        method = held["unit_method"].value if "unit_method" in held else None
        required = held["assistant_modifier_required"].value if "assistant_modifier_required" in held else None
    return Bill(
        units=dict(billed),
        modifiers=marks or None,
        method=method,
        assistant_required=required,
        midpoint=bool(params.value("assistant_midpoint_test", day)),
        share=params.value("assistant_de_minimis_share", day),
    )


def _pack(payer: str | None, config: Config | None) -> payers.Pack | None:
    if payer is None:
        return None
    return payers.pack(payer.strip().lower()) if config is None else config.pack_of(payer)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _code(code: str) -> str:
    return code.strip().upper()


def _units(code: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1000:
        raise InputError("units must be a number from 0 to 999", field=f"billed.{_code(code)[:12]}")
    return float(value)


def _readable(text: str) -> str:
    if not isinstance(text, str):
        raise InputError("a text is wanted", field="text")
    if not text.strip():
        raise InputError("the note is empty; if it is a scan, it has no text to read", field="text")
    if len(text) > LONGEST:
        raise InputError(f"longer than {LONGEST:,} characters: no single note; divide it by visit", field="text")
    return text
