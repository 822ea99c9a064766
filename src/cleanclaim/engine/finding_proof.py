"""A finding's proof: the steps and facts that lead to it, in words, from the rows kept as evidence.

Nothing is computed anew that a rule decided on: units are those of :mod:`cleanclaim.engine.allocate`, amounts those of
:mod:`cleanclaim.engine.price`, and a step whose result would not be the finding's own is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.claims.schema import Grain
from cleanclaim.codes import params, payers
from cleanclaim.engine import proof
from cleanclaim.engine.allocate import allocate
from cleanclaim.engine.evidence import Evidence
from cleanclaim.engine.price_steps import explain
from cleanclaim.engine.visit_pool import Pool, Row, counted
from cleanclaim.engine.visit_request import Service, VisitRequest
from cleanclaim.engine.visit_terms import Terms, terms
from cleanclaim.errors import UnknownPayer
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

_UNITS = frozenset(
    (
        *("units_allowed", "misallocated", "code_minutes", "code_units_low", "code_units_high", "code_units_expected"),
        *("assistant_only", "assistant_minutes", "assistant_units_expected"),
        *("assistant_units_low", "assistant_units_high"),
    )
)
_CONFIGURED = Citation("the clinic's configuration")
_ASSISTANTS = {
    True: "CQ or CO is asked for",
    False: "CQ or CO is not asked for",
    None: "it is not known whether CQ or CO is asked for",
}
_NATIONAL = "national values: every geographic index is 1"
_TESTS = {0: "0: never paid together, whatever the modifier", 1: "1: a modifier may separate them"}


@dataclass(frozen=True)
class Part:
    """One piece of a proof: a heading, and its steps, each with the publication it rests on (None where it has none).

    A step's ``label`` names a fact of a table; steps of a computation have none and are numbered.
    """

    heading: str
    steps: tuple[tuple[str | None, str, str | None], ...]


@dataclass(frozen=True)
class Proofs:
    """The proofs of the findings that ``evidence`` was kept for."""

    evidence: Evidence

    def of(self, finding: Mapping[str, Any]) -> list[Part]:
        """Return the parts of a finding's proof: minutes to units, the pair edit, the price; none where not kept.

        ``finding`` is a row of a report's findings.
        """
        rule, line = _rules()[finding["rule"]], self._lines.get(finding["row"])
        if line is None:
            return []
        parts = []
        if _UNITS.intersection(rule.inputs):
            parts.append(self._units(line["visit_key"]))
        if rule.grain == Grain.PAIR:
            parts.append(self._pair(finding))
        if finding["cents"] is not None and finding["cents_basis"] != "charge":
            parts.append(self._price(rule, finding, line))
        return [part for part in parts if part is not None and part.steps]

    @cached_property
    def _lines(self) -> dict[int, Row]:
        return {line["row"]: line for line in self.evidence.lines.iter_rows(named=True)}

    @cached_property
    def _by_visit(self) -> dict[int, list[Row]]:
        return _grouped(self.evidence.services.sort("row"), "visit_key")

    @cached_property
    def _pools(self) -> dict[int, dict[str, list[Row]]]:
        """The rows of the allocation, by visit: all visits are counted at once."""
        counted_up = allocate(self.evidence.services)
        frames = {
            "pools": counted_up.pools,
            "members": counted_up.members.sort("row"),
            "codes": counted_up.codes.sort("row", pl.col("code") != pl.col("family")),
            "assistants": counted_up.assistants,
        }
        found: dict[int, dict[str, list[Row]]] = defaultdict(dict)
        for name, frame in frames.items():
            for key, rows in _grouped(frame, "visit_key").items():
                found[key][name] = rows
        return found

    def _units(self, visit_key: int) -> Part | None:
        services = self._by_visit.get(visit_key, [])
        if not services or services[0]["discipline"] is None:
            return None
        first, rows = services[0], self._pools[visit_key]
        visit, known = _visit(services)
        pool = Pool(
            discipline=first["discipline"],
            services=visit.services,
            totals=rows["pools"][0],
            members=rows.get("members", []),
            codes=rows.get("codes", []),
            assistants={test["family"]: test for test in rows.get("assistants", [])},
        )
        # "as asked" is the word for a request on the command line
        said = [
            (s["text"].replace(", as asked:", ", as configured:"), s["cite"]) for s in proof.steps(visit, known, [pool])
        ]
        return Part("From minutes to units", tuple((None, text, cite) for text, cite in said))

    def _pair(self, finding: Mapping[str, Any]) -> Part | None:
        """The edit that the two lines meet; of several of one line, the one that the finding names."""
        pairs = [p for p in self._edits.get(finding["row"], []) if p["column_one"] in _words(finding)]
        if not pairs:
            return None
        pair = pairs[0]
        facts = [
            ("Paid (column one)", pair["column_one"]),
            ("Denied (column two)", pair["column_two"]),
            ("Modifier indicator", _TESTS.get(pair["indicator"], str(pair["indicator"]))),
            ("In force", _span(pair)),
            ("Table", f"{pair['table']}{'; ' + pair['table_age'] if pair['table_age'] else ''}"),
            ("Bypass modifier", _bypass(pair)),
            *self._blocks(finding["row"], pair),
        ]
        if pair["provider_assumed"]:
            facts.append(("Clinician", "no rendering provider is given on both lines: the same one is assumed"))
        return Part("The pair edit", tuple((label, text, None) for label, text in facts))

    @cached_property
    def _edits(self) -> dict[int, list[Row]]:
        return _grouped(self.evidence.pairs, "row")

    @cached_property
    def _by_day(self) -> dict[int, list[Row]]:
        return _grouped(self.evidence.services.sort("row"), "person_day_key")

    def _blocks(self, row: int, pair: Row) -> Iterator[tuple[str, str]]:
        """The recorded times of both codes, where some are."""
        day = self._by_day.get(self._lines[row]["person_day_key"], [])
        if pair["separate_blocks"] is None and not any(s["start_minute"] is not None for s in day):
            return
        for code in (pair["column_one"], pair["column_two"]):
            yield f"Times of {code}", ", ".join(_block(s) for s in day if s["code"] == code) or "none recorded"
        if pair["separate_blocks"] is not None:
            yield (
                "Separate blocks",
                "yes" if pair["separate_blocks"] else "no: they overlap, or do not hold each code's minutes",
            )

    @cached_property
    def _days(self) -> dict[int, list[Row]]:
        return _grouped(self.evidence.lines.sort("row"), "day_key")

    def _price(self, rule: Rule, finding: Mapping[str, Any], line: Row) -> Part | None:
        cents, day = finding["cents"], self._days[line["day_key"]]
        if rule.grain == Grain.CLAIM:
            return self._claim_price(cents, line)
        if rule.grain == Grain.VISIT:
            timed = [o for o in day if o["visit_key"] == line["visit_key"] and o["pooled"] and o["unit_reduced_cents"]]
            line = min(timed, key=lambda o: int(o["unit_reduced_cents"]), default=line)
        steps = self._price_steps(line)
        whole, unit = line["allowed_cents"], line["unit_reduced_cents"]
        if cents == whole and rule.grain != Grain.VISIT:
            return _priced(line, steps)
        if not unit or cents % unit:
            return None
        if rule.grain == Grain.VISIT:
            # the sum of the line is not the visit's question
            steps = steps[:-1]
        why = "the lowest price of a timed unit of the visit" if rule.grain == Grain.VISIT else "one unit of it"
        steps.append(
            (f"At stake: {counted(cents // unit, 'unit')} at {_dollars(unit)}, {why}: {_dollars(cents)}.", None)
        )
        return _priced(line, steps)

    def _claim_price(self, cents: int, line: Row) -> Part | None:
        """The sum of a claim's lines; left out where some of them stand on days that were not kept."""
        own = [other for other in self._lines.values() if other["claim_key"] == line["claim_key"]]
        if any(other["allowed_cents"] is None for other in own) or sum(o["allowed_cents"] for o in own) != cents:
            return None
        steps = [
            (f"{o['code']}: {self._price_steps(o)[-1][0]}", None) for o in sorted(own, key=lambda o: int(o["row"]))
        ]
        steps.append((f"Together {_dollars(cents)}.", None))
        return Part("The price of the claim", tuple((None, text, cite) for text, cite in steps))

    def _price_steps(self, line: Row) -> list[tuple[str, str | None]]:
        factor_qp = params.value("conversion_factor_qp", line["dos"])
        day = [{**o, "conversion_factor_qp": factor_qp} for o in self._days[line["day_key"]] if o["units"]]
        own = next((o for o in day if o["row"] == line["row"]), {**line, "conversion_factor_qp": factor_qp})
        place = _NATIONAL
        if line["localized"]:
            place = f"geographic indices of locality {line['locality']}, contractor {line['mac']}"
        return [(str(step["text"]), step["cite"]) for step in explain(own, day, line["dos"], place)]


@cache
def _rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules()}


def _grouped(frame: pl.DataFrame, key: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        found[row[key]].append(row)
    return found


@cache
def _pack(pack: str | None) -> payers.Pack | None:
    """The payer's published pack; None for a pack that only the configuration knows."""
    try:
        return None if pack is None else payers.pack(pack)
    except UnknownPayer:
        return None


def _service(service: Row) -> Service:
    return Service("", service["code"], service["minutes"], service["by"], service["discipline"], service)


def _visit(services: Sequence[Row]) -> tuple[VisitRequest, Terms]:
    """The visit and the terms that the check used: the payer's, with what the configuration says instead."""
    first = services[0]
    visit = VisitRequest(_pack(first["pack"]), None, first["dos"], first["setting"], tuple(map(_service, services)))
    held = visit.payer.on("unit_method", visit.dos) if visit.payer else None
    if held is not None and held.value == first["unit_method"]:
        known = replace(terms(visit), method=first["unit_method"], method_source=held.source)
    else:
        visit = replace(visit, method=first["unit_method"])
        known = terms(visit)
    required = first["assistant_modifier_required"]
    if known.assistant_required != required:
        known = replace(
            known,
            assistant_required=required,
            assistant_reason=_ASSISTANTS[required],
            assistant_source=_CONFIGURED,
        )
    return visit, replace(known, tie_policy=first["tie_policy"])


def _words(finding: Mapping[str, Any]) -> set[str]:
    return set(
        f"{finding['found']} {finding['expected']}".replace("(", " ").replace(",", " ").replace(";", " ").split()
    )


def _span(pair: Row) -> str:
    first = f"from {pair['effective']}" if pair["effective"] else "first day not published"
    return f"{first}, through {pair['deleted']}" if pair["deleted"] else f"{first}, no end published"


def _bypass(pair: Row) -> str:
    where = [pair[f"column_{side}"] for side in ("one", "two") if pair[f"bypass_{side}"]]
    return f"{pair['bypass_text']} on {' and '.join(where)}" if where else "none on either line"


def _block(service: Row) -> str:
    minutes = "minutes not recorded" if service["minutes"] is None else counted(service["minutes"], "minute")
    start, stop = service["start_minute"], service["stop_minute"]
    if start is None or stop is None:
        return f"{minutes}, no clock times"
    return f"{_clock(start)} to {_clock(stop)} ({minutes})"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _priced(line: Row, steps: list[tuple[str, str | None]]) -> Part:
    return Part(f"The price of {line['code']}", tuple((None, text, cite) for text, cite in steps))


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
