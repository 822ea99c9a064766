"""What a release changes: the facts on its first day against those that were in hand, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from cleanclaim.codes import ncci, tables
from cleanclaim.codes.imports import merged, release, store
from cleanclaim.codes.imports.merged import Merged
from cleanclaim.codes.imports.official import KINDS
from cleanclaim.codes.imports.release import ADDONS, DIAGNOSES, FEES, INDICES, MAXIMUMS, PAIRS

NOTHING = {
    PAIRS: "not in force",
    MAXIMUMS: "no maximum",
    FEES: "not in hand",
    INDICES: "not in hand",
    DIAGNOSES: "no code",
    ADDONS: "no add-on",
}


@dataclass(frozen=True)
class Change:
    """One fact that differs: ``was`` and ``now`` in words; ``therapy`` where all its codes are therapy codes."""

    kind: str
    table: str
    subject: str
    therapy: bool
    was: str
    now: str

    @property
    def text(self) -> str:
        """The change as a sentence."""
        return f"{self.subject}: {self.now} (was {self.was})"

    def as_dict(self) -> dict[str, Any]:
        """The change as data."""
        return {
            "kind": self.kind,
            "table": self.table or None,
            "subject": self.subject,
            "therapy": self.therapy,
            "was": self.was,
            "now": self.now,
        }


class View:
    """The tables as they are with some imports, or as shipped."""

    def __init__(self, laid_over: Merged | None) -> None:
        self._laid_over = laid_over

    def frame(self, name: str) -> pl.DataFrame:
        """Return one table."""
        if self._laid_over is not None and name in self._laid_over.names:
            return self._laid_over.frame(name)
        return tables.shipped(name)


def between(
    before: View, after: View, what: Iterable[tuple[str, str]], day_before: date, day_after: date
) -> list[Change]:
    """Return what differs for each kind and table: therapy codes first, what is new or changed before what ended."""
    therapy = after.frame("therapy_codes")["code"].implode()
    found: list[Change] = []
    for kind, table in what:
        was, now = _facts(before, kind, table, day_before), _facts(after, kind, table, day_after)
        both = now.join(was, on="subject", how="full", coalesce=True, suffix="_was")
        differs = both.filter(pl.col("state").ne_missing(pl.col("state_was"))).with_columns(
            therapy=pl.col("subject").str.split("/").list.eval(pl.element().is_in(therapy)).list.all()
        )
        if kind in (INDICES, DIAGNOSES):
            differs = differs.with_columns(therapy=pl.lit(False))
        ended = _ended(after, table, day_after) if kind == PAIRS else {}
        for row in differs.sort(~pl.col("therapy"), pl.col("words").is_null(), "subject").to_dicts():
            state, before_it = row["words"] or NOTHING[kind], row["words_was"] or NOTHING[kind]
            if kind == PAIRS and row["words"] is None:
                state = ended.get(row["subject"], state)
            elif kind == MAXIMUMS and row["words"]:
                state = f"{state} from {day_after}"
            found.append(Change(kind, table, row["subject"], row["therapy"], before_it, state))
    return found


def _facts(view: View, kind: str, table: str, day: date) -> pl.DataFrame:
    """One row per subject with its state, by which it is compared, and the state in words."""
    match kind:
        case "pairs":
            return _pairs(view, table, day)
        case "maximums":
            return _maximums(view, table, day)
        case "fees":
            return _fees(view, day)
        case "indices":
            return _indices(view, day)
        case "diagnoses":
            return _diagnoses(view, day)
    return view.frame("therapy_codes").select(
        subject="code", state="base_codes", words=pl.format("add-on to {}", "base_codes")
    )


def _pairs(view: View, table: str, day: date) -> pl.DataFrame:
    rows = view.frame("ncci_pairs").filter(pl.col("table").cast(pl.String) == table)
    force = ncci.in_force(pl.lit(day))
    indicator = pl.col("indicator").cast(pl.String)
    started = pl.when(pl.col("effective").is_not_null()).then(
        pl.format("indicator {} from {}", indicator, pl.col("effective").dt.to_string("%Y-%m-%d"))
    ).otherwise(pl.format("indicator {}", indicator))  # fmt: skip
    return (
        rows.with_columns(_force=force)
        .filter(pl.col("_force").fill_null(False))
        .select(
            subject=pl.format("{}/{}", pl.col("column_one").cast(pl.String), pl.col("column_two").cast(pl.String)),
            state=indicator,
            words=started,
        )
        .unique("subject", keep="first")
    )


def _ended(view: View, table: str, day: date) -> dict[str, str]:
    """When each pair that is no longer in force ended, in words."""
    rows = (
        view.frame("ncci_pairs")
        .filter(pl.col("table").cast(pl.String) == table, pl.col("deleted") < day, pl.col("indicator") != ncci.VOID)
        .sort("deleted")
    )
    names = zip(rows["column_one"].cast(pl.String), rows["column_two"].cast(pl.String), rows["deleted"], strict=True)
    return {f"{one}/{two}": f"not in force since {last + timedelta(days=1)}" for one, two, last in names}


def _of_codes(view: View, day: date) -> pl.DataFrame:
    facts = view.frame("code_periods").filter(pl.col("first_day") <= day)
    return facts.sort("code", "first_day").unique("code", keep="last", maintain_order=True)


def _maximums(view: View, table: str, day: date) -> pl.DataFrame:
    units, mai = pl.col(f"mue_units_{table}"), pl.col(f"mue_mai_{table}")
    noun = pl.when(units == 1).then(pl.lit("unit")).otherwise(pl.lit("units"))
    words = pl.when(mai.is_null()).then(pl.format("{} {}", units, noun)).otherwise(
        pl.format("{} {}, indicator {}", units, noun, mai)
    )  # fmt: skip
    found = _of_codes(view, day).filter(units.is_not_null())
    return found.select(subject="code", state=pl.format("{} {}", units, mai.fill_null(0)), words=words)


def _fees(view: View, day: date) -> pl.DataFrame:
    total = pl.sum_horizontal("work_rvu", "pe_rvu", "mp_rvu").round(2)
    valued = pl.col("work_rvu").is_not_null()
    words = pl.concat_str(
        pl.format("status {}", pl.col("fee_status").fill_null("not known")),
        pl.when(valued).then(pl.format("{} relative value units", total)),
        pl.when(pl.col("mult_proc")).then(pl.lit("therapy reduction")),
        pl.when(pl.col("national_fee_cents").is_not_null()).then(pl.lit("national rate only")),
        separator=", ",
        ignore_nulls=True,
    )
    found = _of_codes(view, day).filter(pl.col("fee_status").is_not_null() | valued)
    return found.select(subject="code", state=words, words=words)


def _indices(view: View, day: date) -> pl.DataFrame:
    rows = view.frame("gpci").filter(pl.col("first_day") <= day, pl.col("last_day") >= day)
    words = pl.format("work {}, practice expense {}, malpractice {}", "gpci_work", "gpci_pe", "gpci_mp")
    return rows.select(subject=pl.format("{} {}", "mac", "locality"), state=words, words=words)


def _diagnoses(view: View, day: date) -> pl.DataFrame:
    rows = view.frame("icd10cm")
    if "release" in rows.columns:
        rows = rows.filter(pl.col("first_day") <= day)
        rows = rows.filter(pl.col("first_day") == pl.col("first_day").max())
    words = pl.when("billable").then(pl.lit("billable")).otherwise(pl.lit("a heading, not billable"))
    return rows.select(subject="code", state=words, words=words)


def of_labels(first: str, second: str) -> list[Change]:
    """Return what differs between the tables under two releases, each on its own first day (``shipped``: the other's).

    Compared are the kinds of which one of the two is in hand. Raises InputError for a release that is not.
    """
    shipped = [label.lower() == release.SHIPPED for label in (first, second)]
    given = zip((first, second), shipped, strict=True)
    labels = [release.SHIPPED if own else release.normal(label, "RELEASE") for label, own in given]
    views = [View(merged.chosen(label, "RELEASE")) for label in labels]
    starts = [None if label == release.SHIPPED else release.span(label).first for label in labels]
    day_before, day_after = starts[0] or starts[1], starts[1] or starts[0]
    if day_before is None or day_after is None:
        return []
    held = merged.whole(store.manifest().entries)
    what = dict.fromkeys((parts[0].kind, parts[0].table) for parts in held if parts[0].release in labels)
    return between(views[0], views[1], what, day_before, day_after)


def heading(kind: str, table: str) -> str:
    """Return what a kind of file and its table are called.

    >>> heading("pairs", "hospital")
    'procedure-to-procedure edits, hospital'
    """
    return f"{KINDS[kind].title}, {table}" if table else KINDS[kind].title
