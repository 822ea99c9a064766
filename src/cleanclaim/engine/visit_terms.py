"""What payer and law say of one visit on its date: the values that turn its minutes into lines."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.codes import params, payers
from cleanclaim.codes.modifiers import ASSISTANT
from cleanclaim.codes.payers import DatedValue
from cleanclaim.engine.visit_request import VisitRequest

MARKS = {discipline: mark for mark, discipline in ASSISTANT.items()}
"""The assistant's modifier of each discipline that has one."""
_MANUAL = "Medicare Claims Processing Manual (Pub. 100-04), ch. 5"
_LAW = Citation("42 U.S.C. 1395m(v)", "para. (2)(B)")
_CONTRACT = Citation("the payer's contract")
_METHOD_SOURCES = {
    "cms": Citation(_MANUAL, "sec. 20.2.C"),
    "ama": Citation("AMA, CPT", "introduction, Time: a unit is attained when the midpoint is passed"),
}
_CRITICAL_ACCESS = "critical_access_hospital"
_ORDER = "bypass discipline assistant threshold"


@dataclass(frozen=True)
class Terms:
    """The visit's method and modifiers; None is not known.

    ``assistant_reason`` says why CQ and CO are or are not asked for, ``assistant_source`` where that is published;
    ``share`` and ``midpoint`` are the tests of the law on the date; ``method_doubt`` says that the payer's method is
    uncertain.
    """

    method: str | None
    method_source: Citation
    method_doubt: bool
    tie_policy: str | None
    names_discipline: bool
    modifier_order: tuple[str, ...]
    assistant_required: bool | None
    assistant_reason: str
    assistant_source: Citation
    midpoint: bool | None
    share: float | None


def terms(visit: VisitRequest) -> Terms:
    """Return the terms of ``visit``. Without a payer, Medicare's rule for the date says who takes CQ or CO."""
    period = params.periods().number(pl.Series([visit.dos])).item()
    law = params.by_period().row(by_predicate=pl.col("period") == period, named=True)
    held = _held(visit, "unit_method")
    method = visit.method or (payers.unit_method(visit.payer, visit.dos) if visit.payer else None)
    source = held.source if held is not None and not visit.method else _METHOD_SOURCES.get(method or "", _CONTRACT)
    floor = _held(visit, "state_law_floor")
    if floor is not None and not visit.method and method != _word(held):
        source = floor.source
    required, reason, assistant_source = _assistants(visit, bool(law["assistant_modifier_in_force"]))
    asks_discipline = _held(visit, "discipline_modifier_required")
    return Terms(
        method=method,
        method_source=source,
        method_doubt=held is not None and not visit.method and not held.certain,
        tie_policy=_word(_held(visit, "tie_policy")),
        # a payer that is silent gets the discipline modifier too: it is on the therapy lines of every plan known
        names_discipline=asks_discipline is None or bool(asks_discipline.value),
        modifier_order=tuple((_word(_held(visit, "modifier_order")) or _ORDER).split(" ")),
        assistant_required=required,
        assistant_reason=reason,
        assistant_source=assistant_source,
        midpoint=law["assistant_midpoint_test"],
        share=law["assistant_de_minimis_share"],
    )


def _held(visit: VisitRequest, field: str) -> DatedValue | None:
    """The payer's value on the date; None where there is no payer, or it is not known."""
    return visit.payer.on(field, visit.dos) if visit.payer else None


def _word(held: DatedValue | None) -> str | None:
    return None if held is None else str(held.value)


def _assistants(visit: VisitRequest, in_force: bool) -> tuple[bool | None, str, Citation]:
    """Whether CQ or CO is asked for, why, and where that is published."""
    if not in_force:
        return False, f"no modifier for assistants is in force on {visit.dos}: it begins in 2020", _LAW
    if visit.setting == _CRITICAL_ACCESS:
        return False, "a critical access hospital is not paid under the fee schedule: no CQ or CO", _LAW
    if visit.payer is None:
        return True, "no payer is named: assistants' services are marked as Medicare asks", _LAW
    held = _held(visit, "assistant_modifier_required")
    if held is None:
        return None, f"it is not known whether {visit.payer.name} asks for CQ or CO", _CONTRACT
    asks = "asks" if held.value else "does not ask"
    return bool(held.value), f"{visit.payer.name} {asks} for CQ or CO on assistants' services", held.source
