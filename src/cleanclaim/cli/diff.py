"""``cleanclaim diff``: two runs compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import Json, emit, errors
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.runs.diff import Diff

_Finding = Mapping[str, Any]
_MOST = 200
_WORTH = {"charge": "charged", "national": "(national fee schedule)", "expected": "(fee schedule)"}


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Report of the earlier run (--format json).")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Report of the later run.")],
    as_json: Json = False,
) -> None:
    """Compare two JSON reports: findings that are new, gone or worth another sum.

    Ends with 0 when nothing is new but advice, 1 with new findings, 2 when it could not run.
    """
    with errors(as_json=as_json):
        from cleanclaim.runs.diff import compare
        from cleanclaim.runs.outcome import read_report

        compared = compare(read_report(old), read_report(new))
    if as_json:
        emit(compared.as_dict())
    else:
        print_diff(compared)
    raise typer.Exit(compared.exit_code)


def print_diff(compared: Diff) -> None:
    """Print what is new, what is gone, what is worth another sum, then how many of each."""
    told = compared.as_dict()
    _section("New", told["appeared"], _worth)
    _section("Gone", told["gone"], lambda one: _worth(one) + ("  suppressed now" if one["suppressed_now"] else ""))
    _section("Worth another sum", told["changed"], lambda one: f"{_worth(one['before'])} before, {_worth(one)} now")
    sums = told["summary"]
    ends = f"Worth another sum: {sums['changed']['findings']:,}. Unchanged: {sums['unchanged']['findings']:,}."
    show((f"New: {_sum(sums['appeared'])}. Gone: {_sum(sums['gone'])}. {ends}", "bold"))
    for note in told["notes"]:
        paragraph(f"Note: {note}", style="dim")


def _section(title: str, findings: Sequence[_Finding], worth: Callable[[_Finding], str]) -> None:
    if not findings:
        return
    show((title, "bold"))
    for one in findings[:_MOST]:
        key = next((f"{name} {one[name]}" for name in ("claim", "visit") if one[name]), None)
        where = [one["file"], one["place"], key, one["dos"], one["payer"], one["code"]]
        show("  ", (f"{one['rule']} {one['name']}", ""), (f"  {_joined(where)}", "dim"), (f"  {worth(one)}", "bold"))
    if len(findings) > _MOST:
        show(f"  ... and {len(findings) - _MOST:,} more; --json lists them all")
    show()


def _joined(parts: Iterable[str | None]) -> str:
    return "  ".join(part for part in parts if part)


def _worth(finding: _Finding) -> str:
    if finding["cents"] is None:
        return "no known sum"
    return f"{dollars(finding['cents'])} {_WORTH.get(finding['cents_basis'], '')}".rstrip()


def _sum(part: Mapping[str, int]) -> str:
    money = [
        f"{dollars(part[key])} {basis}"
        for key, basis in (("priced_cents", "at the fee schedule"), ("charged_cents", "charged"))
        if part[key]
    ]
    return counted(part["findings"], "finding") + (f" ({', '.join(money)})" if money else "")
