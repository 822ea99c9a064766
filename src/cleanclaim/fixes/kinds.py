"""What each kind of fix changes, by the rule whose finding it answers. Nothing here needs a note or a person.

A fix takes its new value from the payer's pack or from the line itself. It never changes how many units are billed,
never adds a bypass, threshold, liability or assistant's modifier, and never touches a line that bears more modifiers
than it holds. What cannot be told from the input is left to a person: the finding stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from cleanclaim.claims.schema import SERVICES
from cleanclaim.codes import modifiers
from cleanclaim.engine.check import CheckResult
from cleanclaim.engine.keys import MODIFIER_COLUMNS
from cleanclaim.engine.modifier_order import places
from cleanclaim.fixes.edits import PROPOSED

_LISTED = pl.concat_list(MODIFIER_COLUMNS).list.drop_nulls()
_HELD = pl.col("modifier_count") <= len(MODIFIER_COLUMNS)
_USUAL_ORDER = "bypass discipline assistant threshold"
_GIVEN_BY = {"PT": "GP", "PT+PTA": "GP", "OT": "GO", "OT+OTA": "GO", "SLP": "GN"}


@dataclass(frozen=True)
class Kind:
    """How a rule's findings are fixed: ``propose`` returns PROPOSED without ``rule``; ``takes`` is what that takes.

    ``propose`` gets the outcome of a check and the rows of the rule's findings in it.
    """

    propose: Callable[[CheckResult, pl.Series], pl.DataFrame]
    takes: str


def proposed(rule: str, result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """Return what fixes the findings of ``rule`` on ``rows`` (PROPOSED), each row of SERVICES at most once."""
    edits = KINDS[rule].propose(result, rows)
    return PROPOSED.conform(edits.with_columns(rule=pl.lit(rule)).sort("finding", "row"))


def _found(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    return result.grains.line.filter(pl.col("row").is_in(rows.implode()))


def _substituted(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """The code that the payer's pack wants in place of the line's."""
    lines = _found(result, rows).filter(pl.col("substitute_code").is_not_null())
    return lines.select("row", finding="row", code="substitute_code")


def _without_59(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """59 dropped beside one X modifier, which says the same more narrowly; of two X modifiers a person chooses."""
    lines = _found(result, rows).filter(_HELD & pl.col("has_59") & (pl.col("x_modifiers") == 1))
    kept = _LISTED.list.eval(pl.element().filter(pl.element() != "59"))
    return lines.select("row", finding="row", modifiers=kept.list.join(" "))


def _in_order(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """The same modifiers in the payer's order."""
    return _found(result, rows).filter(_HELD).select("row", finding="row", modifiers="modifiers_ordered")


_BY = pl.col("by").replace_strict(_GIVEN_BY, default=None, return_dtype=pl.String)
_NAMED = pl.coalesce("stated_discipline", "clinician_discipline")
_ALL_AGREE = pl.all_horizontal(
    (said == _NAMED).fill_null(True)
    for said in (
        pl.col("stated_discipline"),
        pl.col("clinician_discipline"),
        pl.col("required_discipline"),
        pl.col("revenue_discipline"),
        _BY,
    )
)
# an assistant's service needs CQ or CO beside the discipline, which the treatment note decides
_BY_THERAPIST = (
    ~pl.col("assistant_modifier")
    & ~pl.col("renders_as_assistant").fill_null(False)
    & (pl.col("by").is_null() | pl.col("by").is_in(list(_GIVEN_BY)))
)
_ROOM = pl.col("modifier_count") < len(MODIFIER_COLUMNS)


def _with_discipline(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """The discipline that the input states or the clinician's credential tells, where nothing speaks against it."""
    lines = _found(result, rows).filter(_ROOM & _NAMED.is_not_null() & _ALL_AGREE & _BY_THERAPIST)
    orders = lines["modifier_order"].unique(maintain_order=True)
    parts = (
        lines.filter(pl.col("modifier_order").eq_missing(pl.lit(order, dtype=pl.String))).select(
            "row", finding="row", modifiers=_put_in(_NAMED, order or _USUAL_ORDER)
        )
        for order in orders
    )
    return pl.concat([PROPOSED.empty().select("row", "finding", "modifiers"), *parts])


def _put_in(discipline: pl.Expr, order: str) -> pl.Expr:
    """A line's modifiers with one more, before the first that comes later in the payer's order; the others stay."""
    ranks = places(order)
    later = [m for m, rank in ranks.items() if rank > ranks["GP"]] + list(modifiers.LIABILITY)
    comes_later = _LISTED.list.eval(pl.element().is_in(later))
    place = pl.when(comes_later.list.any()).then(comes_later.list.arg_max()).otherwise(_LISTED.list.len())
    return pl.concat_list(_LISTED.list.head(place), discipline, _LISTED.list.slice(place)).list.join(" ")


_SPLIT = ("visit_key", "code_key", "assistant_modifier")
_ADDED = ("units", "minutes", "charge_cents", "allowed_given_cents")
_OWN = ("row", "source_line", "source_offset", "place", "line_number", "line_control")
_SAME = [name for name in SERVICES.schema.names() if name not in (*_ADDED, *_OWN)]
_MINUTES_ARE_SHORT = ("U101", "U102")
_WHOLE_UNITS = ((pl.col("units") > 0) & (pl.col("units") == pl.col("units").floor())).fill_null(False).all()
_NO_TIMES = (pl.col("start_minute").is_null() & pl.col("stop_minute").is_null()).all()
_ALL_OR_NONE = pl.all_horizontal(pl.col(name).is_null().n_unique() == 1 for name in _ADDED)
_MAYBE_TWICE = pl.col("minutes").is_null().any() & (pl.col("units").n_unique() < pl.len())


def _merged(result: CheckResult, rows: pl.Series) -> pl.DataFrame:
    """Lines that differ in nothing but units, minutes and charge, added up on the first of them.

    Blocks of clock time would be lost, so lines with times stay. Equal lines without minutes may be one service typed
    twice, and minutes that do not give the units show that one is: adding them up would hide it.
    """
    lines = result.grains.line
    heads = _found(result, rows).select(*_SPLIT)
    short = result.findings.filter(pl.col("rule").is_in(_MINUTES_ARE_SHORT))["row"]
    doubtful = _found(result, short)["visit_key"]
    split = lines.join(heads, on=_SPLIT, how="semi").filter(~pl.col("visit_key").is_in(doubtful.implode()))
    charges = (pl.col("charge_cents") >= 0).all() & (pl.col("allowed_given_cents") >= 0).all()
    alike = (
        split.sort("row")
        .group_by(_SPLIT, maintain_order=True)
        .agg(
            pl.col("row"),
            pl.col("row").first().alias("first"),
            *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in _ADDED),
            one=pl.struct(_SAME).n_unique() == 1,
            sound=_WHOLE_UNITS & _NO_TIMES & _ALL_OR_NONE & ~_MAYBE_TWICE & charges,
            one_day=(pl.col("dos_end").is_null() | (pl.col("dos_end") == pl.col("dos"))).all(),
            held=_HELD.all(),
        )
        .filter(pl.col("one") & pl.col("sound") & pl.col("one_day") & pl.col("held"))
    )
    stays = pl.col("row") == pl.col("first")
    return alike.explode("row").select(
        "row",
        *(pl.when(stays).then(name).alias(name) for name in _ADDED),
        finding="first",
        into=pl.when(~stays).then("first"),
    )


KINDS: dict[str, Kind] = {
    "I102": Kind(_substituted, "another code that the payer's pack names for this one"),
    "P106": Kind(_without_59, "59 beside a single X modifier"),
    "D101": Kind(
        _with_discipline,
        "a stated discipline or a therapist's credential with which code, revenue code and giver agree, and room for "
        "one more modifier",
    ),
    "D118": Kind(_in_order, "at most four modifiers"),
    "U107": Kind(
        _merged,
        "lines alike in everything but units, minutes and charge, without clock times, whose minutes give their units",
    ),
}
"""The fixes that need nothing, by rule, in the order in which they are made; merging comes when the lines are right."""
