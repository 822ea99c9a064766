"""What only an institutional claim says: bill type, statement, admission, and its lists of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cleanclaim.outgoing import providers
from cleanclaim.outgoing.known import Known, Row
from cleanclaim.outgoing.needs import FACTS, SERVICES, Needs
from cleanclaim.x12.write.claims837.model import Facility

_Spans = tuple[tuple[str, date, date], ...]


def facility_of(known: Known, rows: Sequence[Row], facts: Mapping[str, Any], needs: Needs) -> Facility:
    """Return the institutional part of a claim, from its rows and its facts."""
    bill_type = needs.text(needs.one(rows, "bill_type"), "bill_type", SERVICES, "the bill type")
    kind = needs.text(facts.get("admission_type"), "admission_type", FACTS, "the type of admission")
    status = needs.text(facts.get("patient_status"), "patient_status", FACTS, "the patient's status")
    attending = needs.text(needs.one(rows, "attending_npi"), "attending_npi", SERVICES, "the attending provider's NPI")
    first, last = min(row["dos"] for row in rows), max(row["dos_end"] or row["dos"] for row in rows)
    return Facility(
        bill_type=bill_type,
        first_day=facts.get("statement_from") or first,
        last_day=facts.get("statement_through") or last,
        admission_type=kind,
        patient_status=status,
        admission_source=facts.get("admission_source"),
        admitted=facts.get("admitted"),
        admitting_diagnosis=_bare(facts.get("admitting_diagnosis")),
        visit_reasons=tuple(_bare(code) or "" for code in (facts.get("visit_reasons") or "").split()),
        occurrences=_occurrences(rows, needs),
        occurrence_spans=_spans(facts.get("occurrence_spans"), needs),
        value_codes=_values(facts.get("value_codes")),
        condition_codes=tuple((facts.get("condition_codes") or "").split()),
        attending=providers.provider(known, attending or None, None, "attending provider", needs),
        operating=providers.provider(known, facts.get("operating_npi"), None, "operating physician", needs),
        other_operating=providers.provider(
            known, facts.get("other_operating_npi"), None, "other operating physician", needs
        ),
    )


def _bare(code: str | None) -> str | None:
    return None if code is None else code.replace(".", "").upper()


def _occurrences(rows: Sequence[Row], needs: Needs) -> tuple[tuple[str, date], ...]:
    found: list[tuple[str, date]] = []
    for one in (needs.one(rows, "occurrence_codes") or "").split():
        code, _, on = one.partition(":")
        if on:
            found.append((code, date.fromisoformat(on)))
        else:
            needs.say(f"occurrence code {code} has no date: occurrence_codes in the {SERVICES}")
    return tuple(found)


def _spans(text: str | None, needs: Needs) -> _Spans:
    found: list[tuple[str, date, date]] = []
    for one in (text or "").split():
        code, _, days = one.partition(":")
        try:
            first, last = map(date.fromisoformat, days.split("/"))
        except ValueError:
            needs.say(f"occurrence span {code} has a day that does not exist: occurrence_spans in the {FACTS}")
        else:
            found.append((code, first, last))
    return tuple(found)


def _values(text: str | None) -> tuple[tuple[str, int], ...]:
    pairs = (one.partition(":") for one in (text or "").split())
    return tuple((code, int(Decimal(dollars) * 100)) for code, _, dollars in pairs)
