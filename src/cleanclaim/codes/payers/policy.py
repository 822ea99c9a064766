"""Payer packs as tables: one row per pack and period, and per pack, code and period."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from cleanclaim.codes import params
from cleanclaim.codes.payers.fields import FIELDS, HYBRID, PRICED, Value, limit_parts
from cleanclaim.codes.payers.law import at_least
from cleanclaim.codes.payers.load import DatedValue, Pack
from cleanclaim.dated import Periods, Span


@dataclass(frozen=True, eq=False)
class Policy:
    """The values of some packs, cut into periods within which none changes.

    ``by_period`` is keyed (pack, period) and has every pack in every period; ``by_code`` is keyed (pack, code, period)
    and has only what a pack says. Null is not known. ``uncertain`` has a row (pack, period, field, code) for each value
    of standing U, code null where the field does not go by code: what rests on it is advice. A price never rests on an
    uncertain value: there it counts as not known.
    """

    periods: Periods
    by_period: pl.DataFrame
    by_code: pl.DataFrame
    uncertain: pl.DataFrame

    @classmethod
    def of(cls, packs: Sequence[Pack]) -> Policy:
        """Return the tables of ``packs``, whose ids are distinct."""
        periods = Periods.between(_first_days(packs))
        starts: list[date] = periods.starts.to_list()
        return cls(periods, _by_period(packs, starts), _by_code(packs, starts), _uncertain(packs, starts))

    @cached_property
    def doubtful_packs(self) -> pl.Series:
        """The packs that have an uncertain value."""
        return self.uncertain["pack"].unique()

    @cached_property
    def with_parameters(self) -> tuple[Periods, pl.DataFrame, pl.DataFrame]:
        """The tables and Medicare's dated parameters by one numbering of periods.

        The periods; ``by_period`` with the columns of :func:`cleanclaim.codes.params.by_period`, which hold for a null
        pack as well; and ``by_code``.
        """
        dated = params.periods()
        periods = Periods.between([*self.periods.starts, *dated.starts])
        starts = pl.DataFrame({"period": range(len(periods.starts))}, schema={"period": pl.UInt32}).with_columns(
            _own=self.periods.number(periods.starts), _dated=dated.number(periods.starts)
        )
        unmapped = starts.with_columns(pack=pl.lit(None, dtype=pl.String))
        by_pack = (
            pl.concat([starts.join(self.by_period, left_on="_own", right_on="period"), unmapped], how="diagonal")
            .join(params.by_period(), left_on="_dated", right_on="period")
            .drop("_own", "_dated")
        )
        by_code = starts.join(self.by_code, left_on="_own", right_on="period").drop("_own", "_dated")
        return periods, by_pack, by_code


def _first_days(packs: Sequence[Pack]) -> Iterable[date]:
    for pack in packs:
        by_code = (values for codes in pack.codes.values() for values in codes.values())
        for values in (*pack.fields.values(), *by_code):
            for value in values:
                if value.span.first is not None:
                    yield value.span.first
                if value.span.last is not None:
                    yield value.span.last + timedelta(days=1)


def _by_period(packs: Sequence[Pack], starts: list[date]) -> pl.DataFrame:
    periods = range(len(starts))
    columns: dict[str, list[Value | None]] = {"pack": [pack.id for pack in packs for _ in periods]}
    columns["period"] = [period for _ in packs for period in periods]
    schema: dict[str, pl.DataType] = {"pack": pl.String(), "period": pl.UInt32()}
    for name, field in FIELDS.items():
        if field.by_code or not field.decides:
            continue
        silence = False if field.said_if_wanted else None
        columns[name] = [value for pack in packs for value in _spread(_told(pack, name), starts, silence)]
        schema[name] = field.dtype
    columns["unit_method"] = [
        at_least(None if method is None else str(method), None if floor is None else str(floor))
        for method, floor in zip(columns["unit_method"], columns["state_law_floor"], strict=True)
    ]
    for told, name in (("filing_limit", "filing_limit"), ("corrected_filing_limit", "corrected_limit")):
        del schema[told]
        limits = [limit_parts(str(limit)) if limit is not None else (None, None) for limit in columns.pop(told)]
        for place, unit in enumerate(("days", "months")):
            columns[f"{name}_{unit}"] = [parts[place] for parts in limits]
            schema[f"{name}_{unit}"] = pl.Int64()
    return pl.DataFrame(columns, schema=schema)


def _by_code(packs: Sequence[Pack], starts: list[date]) -> pl.DataFrame:
    fields = [field for field in FIELDS.values() if field.by_code]
    schema = {"pack": pl.String(), "code": pl.String(), "period": pl.UInt32(), **{f.name: f.dtype for f in fields}}
    rows = [
        (pack.id, code, period, *said)
        for pack in packs
        for code in sorted({code for codes in pack.codes.values() for code in codes})
        for period, said in enumerate(
            zip(*(_spread(pack.codes.get(f.name, {}).get(code, ()), starts) for f in fields), strict=True)
        )
        if any(value is not None for value in said)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _uncertain(packs: Sequence[Pack], starts: list[date]) -> pl.DataFrame:
    rows = [
        (pack.id, period, name, code)
        for pack in packs
        for name, code, value in pack.said()
        if _doubtful(name, value)
        for period in _periods_of(value.span, starts)
    ]
    schema = {"pack": pl.String(), "period": pl.UInt32(), "field": pl.String(), "code": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _doubtful(name: str, value: DatedValue) -> bool:
    """Whether what rests on a value is advice only: how hybrid methods count is nowhere published."""
    return FIELDS[name].decides and (not value.certain or (name == "unit_method" and value.value == HYBRID))


def _told(pack: Pack, name: str) -> Sequence[DatedValue]:
    values = pack.fields.get(name, ())
    return [value for value in values if value.certain] if name in PRICED else values


def _periods_of(span: Span, starts: list[date]) -> range:
    """Return the periods that a span covers; no span divides one."""
    low = 0 if span.first is None else bisect_left(starts, span.first)
    return range(low, len(starts) if span.last is None else bisect_right(starts, span.last))


def _spread(values: Sequence[DatedValue], starts: list[date], silence: Value | None = None) -> list[Value | None]:
    """Return the value in each period, ``silence`` in those of which nothing is said."""
    spread = [silence] * len(starts)
    for value in values:
        for period in _periods_of(value.span, starts):
            spread[period] = value.value
    return spread
