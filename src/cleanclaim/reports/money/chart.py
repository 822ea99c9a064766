"""Bars as a static SVG: no script, no font of its own, readable where colors are not, with its table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cleanclaim.reports.money.sheets import Cell, Drawn, Kind, MoneyColumn
from cleanclaim.reports.words import printable

MOST_BARS = 12
_WIDTH, _LEFT = 480, 2
_ROW, _BAR, _LINE = 46, 18, 20
_LONGEST = 38


@dataclass(frozen=True)
class Bar:
    """A bar: its label, its parts, and what stands behind it."""

    label: str
    parts: tuple[int, ...]
    shown: str


def chart(title: str, drawn: Drawn, columns: Sequence[MoneyColumn], rows: Sequence[Sequence[Cell]], key: str) -> str:
    """Return the SVG of a table's rows; empty where there is nothing above zero to draw.

    Each row is a bar; the columns of ``drawn.parts`` lie in it one behind the other or, where they are compared, one
    below the other. ``key`` makes its ids unique on a page.
    """
    names = [column.name for column in columns]
    label = names.index(drawn.label)
    places = [names.index(name) for name in drawn.parts]
    bars = [
        _bar(row, label, [(columns[place], row[place]) for place in places], compared=drawn.compared) for row in rows
    ]
    bars = [bar for bar in bars if sum(bar.parts) > 0]
    if not bars:
        return ""
    legend = [columns[place].heading for place in places] if len(places) > 1 else []
    more = len(bars) - MOST_BARS
    described = f"{len(bars[:MOST_BARS])} bars, from {bars[0].shown} for {bars[0].label}; the table has all values"
    if more > 0:
        described += f", {more} more among them"
    return _svg(title, described, bars[:MOST_BARS], legend, key, compared=drawn.compared)


def _bar(row: Sequence[Cell], label: int, parts: Sequence[tuple[MoneyColumn, Cell]], *, compared: bool) -> Bar:
    values = tuple(max(value, 0) if isinstance(value, int) else 0 for _, value in parts)
    if compared:
        total = " / ".join(column.shown(value) for column, value in parts)
    else:
        total = MoneyColumn("total", "", kind=Kind.CENTS).shown(sum(values))
    text = printable(str(row[label] or "not given"))
    return Bar(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...", values, total)


def _svg(title: str, described: str, bars: Sequence[Bar], legend: Sequence[str], key: str, *, compared: bool) -> str:
    top = _LINE * ((len(legend) + 2) // 3) + 8 if legend else 4
    height = top + _ROW * len(bars)
    most = max(max(bar.parts) if compared else sum(bar.parts) for bar in bars)
    names = f'role="img" aria-labelledby="{key}-t {key}-d"'
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" {names} xmlns="http://www.w3.org/2000/svg">',
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(described)}</desc>',
    ]
    for place, name in enumerate(legend):
        x, y = place % 3 * 160 + _LEFT, place // 3 * _LINE + 4
        parts.append(f'<rect class="p{place}" x="{x}" y="{y}" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="{y + 11}">{escape(name)}</text>')
    for number, bar in enumerate(bars):
        y = top + number * _ROW
        parts.append(f'<text x="{_LEFT}" y="{y + 14}">{escape(bar.label)}</text>')
        parts.append(f'<text class="v" x="{_WIDTH - _LEFT}" y="{y + 14}">{escape(bar.shown)}</text>')
        left = float(_LEFT)
        for place, value in enumerate(bar.parts):
            width = value / most * (_WIDTH - 2 * _LEFT)
            tall = _BAR / len(bar.parts) if compared else _BAR
            at = y + 20 + (place * tall if compared else 0)
            if width > 0:
                parts.append(
                    f'<rect class="p{place}" x="{left:.1f}" y="{at:g}" width="{max(width, 1):.1f}" height="{tall:g}"/>'
                )
            left += 0 if compared else width
    return "".join([*parts, "</svg>"])
