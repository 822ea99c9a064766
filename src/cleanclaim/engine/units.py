"""One visit's minutes to billable lines, with the proof: the contract of ``cleanclaim units``.

The units are :mod:`cleanclaim.engine.allocate`'s; this module reads the request, finds what is published for its date
and lays the result out as lines. The words are :mod:`cleanclaim.engine.proof`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from cleanclaim.engine.allocate import COUNTED_METHODS, UNCOUNTED, allocate
from cleanclaim.engine.methods import EITHER
from cleanclaim.engine.proof import steps
from cleanclaim.engine.visit_pool import Pool, pools_of
from cleanclaim.engine.visit_request import Service, VisitRequest, read_visit
from cleanclaim.engine.visit_terms import MARKS, Terms, terms

if TYPE_CHECKING:
    from cleanclaim.config import Config

_COUNTED_BY = {
    "area": "{} counts the wound's surface, not minutes",
    "area_addon": "{} counts the wound's surface, not minutes",
    "band": "{} is chosen by a band of minutes: it is not counted in units here",
    "episode": "{} is billed once an episode: one day does not decide it",
    "month": "{} counts the minutes of a calendar month: one day does not decide it",
    "period_30_days": "{} covers 30 days: one day does not decide it",
    "unlisted": "{} has no unit of its own: the description sent with it says what was done",
}
_UNCOUNTED_METHODS = {
    "per_visit": "the payer pays by the visit, not by its units",
    None: "how the payer turns minutes into units is not known",
}
_NOT_LISTED = "{} is not in the therapy catalogue: its unit is not known"
_SCHEMA = pl.Schema(
    {
        "visit_key": pl.Int64(),
        "row": pl.Int64(),
        "code": pl.String(),
        "minutes": pl.Int64(),
        "by": pl.String(),
        "family": pl.String(),
        "is_addon": pl.Boolean(),
        "unit_kind": pl.String(),
        "minutes_per_unit": pl.Int64(),
        "timed": pl.Boolean(),
        "untimed": pl.Boolean(),
        "pooled": pl.Boolean(),
        "is_evaluation": pl.Boolean(),
        "unit_method": pl.String(),
        "tie_policy": pl.String(),
        "assistant_modifier_required": pl.Boolean(),
        "assistant_midpoint_test": pl.Boolean(),
        "assistant_de_minimis_share": pl.Float64(),
    }
)


def allocate_visit(request: Mapping[str, Any], *, config: Config | None = None) -> dict[str, Any]:
    """Return the lines that the minutes of one visit earn, with the steps that lead to them.

    ``request`` has ``payer`` (a pack's id, or a payer of ``config``) or ``method`` (one of ``claims.schema.METHODS``;
    with a payer it replaces the payer's own), ``dos`` (YYYY-MM-DD), ``services`` (``code``, ``minutes``, ``by``) and
    may have ``discipline`` (GP, GO, GN; where it is left out, ``by`` and the codes decide) and ``setting`` (one of
    ``claims.schema.SETTINGS``).
    A service may have a ``discipline`` of its own; each discipline is a pool by itself. Without a payer, assistants'
    modifiers are those that Medicare asks for on the date.

    The result has ``method``, ``total_timed_minutes`` and ``total_units`` (both of the 15-minute codes alone: untimed
    codes and those with units of other lengths are on lines of their own), ``lines`` (after the payer's tie policy; a
    code whose units differ in the assistant's modifier has two, the one without first), ``ties`` (codes that may share
    ``units`` freely), ``not_checked`` and ``steps``. Units that are not known are null, and ``not_checked`` says why.

    Raises InputError naming the field, UnknownPayer or UnknownCode (see :mod:`cleanclaim.engine.visit_request`).

    >>> visit = allocate_visit({"payer": "medicare", "dos": "2026-03-04", "discipline": "GP", "services": [
    ...     {"code": "97110", "minutes": 33, "by": "PT"}, {"code": "97140", "minutes": 7, "by": "PT"}]})
    >>> visit["total_units"], [(line["code"], line["units"]) for line in visit["lines"]]
    (3, [('97110', 2), ('97140', 1)])
    """
    visit = read_visit(request, config)
    known = terms(visit)
    pools = pools_of(allocate(_services(visit, known)), visit)
    return {
        "method": known.method,
        "total_timed_minutes": _total(pool.totals["timed_minutes"] for pool in pools),
        "total_units": _total(pool.totals["units_allowed"] for pool in pools),
        "lines": [line for pool in pools for line in _lines(pool, known)],
        "ties": [tie for pool in pools for tie in _ties(pool)],
        "not_checked": [entry for pool in pools for entry in _not_checked(pool, known)],
        "steps": steps(visit, known, pools),
    }


def _services(visit: VisitRequest, known: Terms) -> pl.DataFrame:
    """One row per service; ``visit_key`` numbers the disciplines in the order of the request."""
    facts = ("family", "is_addon", "unit_kind", "minutes_per_unit", "timed", "untimed", "pooled", "is_evaluation")
    rows = [
        {
            "visit_key": visit.disciplines.index(service.discipline),
            "row": row,
            "code": service.code,
            "minutes": service.minutes,
            "by": service.by,
            **{fact: service.facts[fact] for fact in facts},
            "unit_method": known.method,
            "tie_policy": known.tie_policy,
            "assistant_modifier_required": known.assistant_required,
            "assistant_midpoint_test": known.midpoint,
            "assistant_de_minimis_share": known.share,
        }
        for row, service in enumerate(visit.services)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _total(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def _lines(pool: Pool, known: Terms) -> list[dict[str, Any]]:
    lines = []
    for code in pool.codes:
        units, modified = code["code_units_expected"], code["assistant_units_expected"] or 0
        plain = units if units is None else units - modified
        if plain != 0 or units == 0:
            lines.append({"code": code["code"], "units": plain, "modifiers": _modifiers(pool.discipline, known, False)})
        if modified:
            lines.append(
                {"code": code["code"], "units": modified, "modifiers": _modifiers(pool.discipline, known, True)}
            )
    return lines


def _modifiers(discipline: str, known: Terms, assistant: bool) -> list[str]:
    """The modifiers of a line in the payer's order; bypass and threshold modifiers need more than minutes."""
    groups = {
        "discipline": discipline if known.names_discipline else None,
        "assistant": MARKS[discipline] if assistant else None,
    }
    return [modifier for group in known.modifier_order if (modifier := groups.get(group))]


def _ties(pool: Pool) -> list[dict[str, Any]]:
    shared = sum(member["in_tie"] and member["extra"] for member in pool.members)
    return [{"codes": [code["code"] for code in pool.codes if code["in_tie"]], "units": shared}] if shared else []


def _not_checked(pool: Pool, known: Terms) -> list[dict[str, Any]]:
    """What is not known: the codes, the missing inputs (paths of the request, or names of values), the reason."""
    facts = {service.code: service.facts for service in pool.services}
    unknown = [code["code"] for code in pool.codes if code["code_units_expected"] is None]
    timed = [code for code in unknown if facts[code]["timed"]]
    entries = []
    if timed and known.method not in (*COUNTED_METHODS, *EITHER):
        entries.append(_gap(timed, ["unit_method"], _UNCOUNTED_METHODS[known.method]))
    elif timed:
        silent = _without_minutes(pool, timed)
        codes = sorted({service.code for service in silent})
        reason = f"no minutes are recorded for {', '.join(codes)}, so units that depend on them are not known"
        entries.append(_gap(timed, [f"{service.field}.minutes" for service in silent], reason))
    for code in unknown:
        if code not in timed:
            entries.append(
                _gap([code], ["unit_kind"], _COUNTED_BY.get(facts[code]["unit_kind"], _NOT_LISTED).format(code))
            )
    unmarked = [c["code"] for c in pool.codes if c["assistant_units_expected"] is None and c["code"] not in unknown]
    if unmarked and known.assistant_required is None:
        entries.append(_gap(unmarked, ["assistant_modifier_required"], known.assistant_reason))
    elif unmarked:
        missing = [f"{service.field}.minutes" for service in _without_minutes(pool, unmarked)]
        entries.append(_gap(unmarked, missing, "without minutes the assistant's share is not known"))
    return entries


def _without_minutes(pool: Pool, codes: Sequence[str]) -> list[Service]:
    counted = (s for s in pool.services if s.minutes is None and s.by not in UNCOUNTED)
    return [service for service in counted if service.code in codes]


def _gap(codes: Sequence[str], missing: Sequence[str], reason: str) -> dict[str, Any]:
    return {"codes": list(codes), "missing": list(missing), "reason": reason}
