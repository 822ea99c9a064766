"""Which units take an assistant's modifier (CQ, CO).

The requirement in plain words (42 CFR 410.59 and 410.60, (a)(4); 84 FR 62702, 86 FR 64996). A unit that an assistant
gave in whole takes the modifier; one given in part takes it when the assistant's separate minutes exceed a tenth of
the unit's; from 2022 a therapist's minutes past the middle of the unit keep it free of the modifier. The test is made
unit by unit: whole units of each person first, then the units still open, one after the other. Minutes given together
are the therapist's, so they are no concern of this module.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import Remembered

_SHARES = 1_000
"""The share is compared in thousandths, as whole numbers: exactly a tenth never exceeds a tenth."""

_STEPS = pl.Schema(
    {
        "visit_key": pl.Int64(),
        "family": pl.String(),
        "first_modified": pl.Boolean(),
        "therapist_whole": pl.Int64(),
        "assistant_whole": pl.Int64(),
        "open_units": pl.Int64(),
        "open_therapist_minutes": pl.Int64(),
        "open_assistant_minutes": pl.Int64(),
        "open_past_midpoint": pl.Boolean(),
        "open_modified": pl.Int64(),
        "assistant_units": pl.Int64(),
        "other_assistant_units": pl.Int64(),
    }
)
NO_TESTS = pl.DataFrame(schema=_STEPS)
"""What :func:`assistant_units` returns where there is nobody to test."""


def exceeds_share(assistant: pl.Expr, total: pl.Expr) -> pl.Expr:
    """True where the assistant's minutes are more than ``assistant_de_minimis_share`` of the total.

    >>> pl.DataFrame({"a": [2, 3], "assistant_de_minimis_share": 0.1}).select(exceeds_share(pl.col("a"), pl.lit(20)))[
    ...     "a"
    ... ].to_list()
    [False, True]
    """
    share = (pl.col("assistant_de_minimis_share") * _SHARES).round().cast(pl.Int64)
    return assistant * _SHARES > share * total


def untimed_assistant_units(units: pl.Expr) -> pl.Expr:
    """The units of an untimed service that take the modifier: all or none; null where a needed minute is missing."""
    total = pl.col("therapist_minutes") + pl.col("assistant_minutes")
    modified = pl.col("assistant_only") | exceeds_share(pl.col("assistant_minutes"), total)
    return pl.when(modified).then(units).when(~modified).then(0)


def assistant_units(members: pl.DataFrame) -> pl.DataFrame:
    """Return the test of each timed member: one row per row of ``members``, keyed (visit_key, family).

    ``assistant_units`` is for the expected units, ``other_assistant_units`` for the units that the other settling of a
    tie gives. The steps are those of the expected units: ``first_modified`` (the base code's unit, families only),
    ``therapist_whole`` and ``assistant_whole`` units, ``open_units`` (0, 1 or 2) with the minutes that each person has
    left for them, ``open_past_midpoint`` (the midpoint test holds and the therapist meets it), ``open_modified`` of
    them. Units, minutes, share and midpoint test must be known in every row.
    """
    if members.is_empty():
        return NO_TESTS
    tested = members[:, _MEMBER].hstack(_TEST.of(members))
    if (members["other_units"] == members["units"]).all():
        other = tested["assistant_units"]
    else:
        settled = members.drop("units").rename({"other_units": "units"})
        other = _TEST.of(settled)["assistant_units"]
    return tested.hstack([other.alias("other_assistant_units")])[:, _STEPS.names()]


_MEMBER = ["visit_key", "family"]
_TESTED = (
    "therapist_minutes",
    "assistant_minutes",
    "first_minutes",
    "addon_minutes",
    "assistant_first",
    "addon_code",
    "units",
    "assistant_midpoint_test",
    "assistant_de_minimis_share",
)


def _test(members: pl.DataFrame) -> pl.DataFrame:
    """Return the test for the units of each member, row by row."""
    therapist, assistant, left = pl.col("_therapist"), pl.col("_assistant"), pl.col("_left")
    further = pl.col("addon_minutes")
    therapist_whole = pl.min_horizontal(therapist // further, left)
    of_therapist, of_assistant = pl.col("open_therapist_minutes"), pl.col("open_assistant_minutes")
    # of two open units each person takes one: whoever takes the first has nothing left for the second
    open_modified = (
        pl.when(pl.col("open_units") == 0)
        .then(0)
        .when(pl.col("open_units") == 1)
        .then((~pl.col("open_past_midpoint") & exceeds_share(of_assistant, of_therapist + of_assistant)).cast(pl.Int64))
        .otherwise((of_assistant > 0).cast(pl.Int64))
    )
    tested = (
        _after_first(members)
        .with_columns(
            therapist_whole=therapist_whole,
            assistant_whole=pl.min_horizontal(assistant // further, left - therapist_whole),
        )
        .with_columns(
            open_units=left - pl.col("therapist_whole") - pl.col("assistant_whole"),
            open_therapist_minutes=therapist - pl.col("therapist_whole") * further,
            open_assistant_minutes=assistant - pl.col("assistant_whole") * further,
        )
        .with_columns(open_past_midpoint=_past_midpoint(of_therapist, further))
        .with_columns(open_modified=open_modified)
        .with_columns(
            assistant_units=pl.col("first_modified").fill_null(False).cast(pl.Int64)
            + pl.col("assistant_whole")
            + pl.col("open_modified")
        )
    )
    return tested.select(name for name in _STEPS.names() if name in tested.columns)


_TEST = Remembered(_TESTED, _test)


def _after_first(members: pl.DataFrame) -> pl.DataFrame:
    """Settle the unit of a family's base code, whose length may differ from the add-on's; what is then left."""
    therapist, assistant, length = pl.col("therapist_minutes"), pl.col("assistant_minutes"), pl.col("first_minutes")
    modified = (
        pl.when(pl.col("assistant_first") & (assistant >= length))
        .then(True)
        .when(therapist >= length)
        .then(False)
        .when(assistant >= length)
        .then(True)
        .otherwise(~_past_midpoint(therapist, length) & exceeds_share(assistant, therapist + assistant))
    )
    by_assistant = pl.col("first_modified")
    return members.with_columns(
        first_modified=pl.when(pl.col("addon_code").is_not_null() & (pl.col("units") > 0)).then(modified)
    ).with_columns(
        _therapist=therapist - pl.when(~by_assistant).then(pl.min_horizontal(therapist, length)).otherwise(0),
        _assistant=assistant - pl.when(by_assistant).then(pl.min_horizontal(assistant, length)).otherwise(0),
        _left=pl.col("units") - by_assistant.is_not_null().cast(pl.Int64),
    )


def _past_midpoint(therapist: pl.Expr, length: pl.Expr) -> pl.Expr:
    """True where the therapist's minutes alone keep a unit of this length free of the modifier."""
    return pl.col("assistant_midpoint_test") & (therapist > length // 2)
