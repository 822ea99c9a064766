"""Minutes from one file put to the claim lines of another.

A row of minutes finds its claim by visit number and date, else by claim number, else by patient account. By each key
the code is looked for first; one that is billed nowhere under the key was given at that visit and not billed, and
shifts its units. Of several claims the one that stands is taken: no void, the primary
payer's before copies to others, a replacement before what it replaces; if more than one is left, the row is ambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.claims.schema import SERVICES
from cleanclaim.intake.rows import placed

_ONLY_VISIT = pl.when(pl.col("claim_id").is_null() & pl.col("patient_id").is_null()).then("visit_id")
_LEVELS = (
    (pl.col("visit_id"), pl.col("visit_id")),
    (pl.col("claim_id"), pl.col("claim_id")),
    (pl.col("patient_id"), pl.col("patient_id")),
    (pl.col("patient_id"), pl.col("claim_id")),
    # a practice may send its visit number as the claim number; tried only where nothing else could match
    (_ONLY_VISIT, pl.when(pl.col("visit_id").is_null()).then("claim_id")),
)
_MEASURED = ("minutes", "by", "start_minute", "stop_minute")
_HELD = ("carries_minutes", "carries_times")
_ENCOUNTER = ("_claim", "dos")
_CODED = ("_claim", "dos", "code")
_OF_CLAIM = (
    "claim_seq",
    "claim_id",
    "visit_id",
    "patient_id",
    "payer",
    "payer_id",
    "filing_indicator",
    "pack",
    "sequence",
    "claim_form",
    "setting",
    "received",
    "place_of_service",
    "bill_type",
    "frequency",
    "original_reference",
    "claim_charge_cents",
    "diagnoses",
    "billing_npi",
    "referring_npi",
    "attending_npi",
    "occurrence_codes",
    "mac",
    "locality",
    "carries_diagnoses",
    "carries_referring",
    "carries_attending",
    "carries_occurrences",
    "carries_original",
)
_OF_LINE = ("rendering_npi", "credential", "taxonomy", "revenue_code")
_OF_ROW = ("visit_id", "credential", "stated_discipline", "abn_on_file", "plan_of_care", "reading_days")
_OF_VISIT = ("visit_id", "setting", "ytd_pt_slp_cents", "ytd_ot_cents", "abn_on_file", "plan_of_care")
_ASSISTANTS = ("PTA", "OTA")
_DISCIPLINES = {
    **dict.fromkeys(("PT", "PTA", "PT+PTA"), "GP"),
    **dict.fromkeys(("OT", "OTA", "OT+OTA"), "GO"),
    "SLP": "GN",
}


_BLOCK = ("_claim", "dos", "code", "by", "minutes", "start_minute", "stop_minute")
# the same block twice, or the same row in two files, is one service told twice; two rows of equal length without clock
# times in one file may be two sessions
_REPEATED = (pl.col("row") > pl.col("row").min().over(_BLOCK)) & (
    pl.col("start_minute").is_not_null() | (pl.col("file_id") != pl.col("file_id").min().over(_BLOCK))
)


@dataclass(frozen=True)
class Joined:
    """``services``: claim lines with their minutes, and services given beside them; the rows that found no one claim.

    ``unmatched``, ``ambiguous`` and ``repeated`` are rows of minutes (SERVICES); ``merged`` counts those that became
    part of a line.
    """

    services: pl.DataFrame
    unmatched: pl.DataFrame
    ambiguous: pl.DataFrame
    repeated: pl.DataFrame
    merged: int


def join_minutes(claims: pl.DataFrame, minutes: pl.DataFrame) -> Joined:
    """Return ``claims`` with the ``minutes`` put to them; both have the columns of SERVICES and rows of their own.

    Each row of minutes goes to one claim line, or stays as a service of that claim that is not billed (a further block
    of a code, or a code that is not billed), or is unmatched, ambiguous, or the same minutes over again.
    """
    lines = _with_claim(claims).sort("row")
    found = _find(lines, minutes)
    single = found.filter(pl.col("count") == 1).select("row", "_claim", "billed_code")
    matched = minutes.join(single, on="row", how="inner")
    rows, repeated = matched.filter(~_REPEATED), matched.filter(_REPEATED)
    pairs = _pair(lines, rows)
    beside = rows.join(pairs, on="row", how="anti")
    served = _with_minutes(lines, rows, pairs)
    given = _given(lines, beside)
    return Joined(
        pl.concat([served.select(SERVICES.schema.names()), given]).sort("row"),
        minutes.join(found, on="row", how="anti"),
        minutes.join(found.filter(pl.col("count") > 1), on="row", how="semi"),
        repeated,
        pairs.height,
    )


def told_apart(claims: pl.DataFrame, complete: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of ``complete`` that may bring minutes to ``claims``, and those of claims of their own.

    ``complete`` comes from files that hold billed lines and their minutes. A visit or claim with a billed row stands
    for itself, unless ``claims`` have its number on that date: its patient may have been elsewhere on the same day.
    """
    numbered = complete.select("row", "dos", "file_id", "billed", number=pl.coalesce("claim_id", "visit_id"))
    billed = numbered.filter(pl.col("billed")).select("file_id", "dos", "number").drop_nulls().unique()
    own = numbered.join(billed, on=["file_id", "dos", "number"], how="semi").select("row")
    numbers = pl.concat(claims.select("dos", number=name) for name in ("visit_id", "claim_id")).drop_nulls().unique()
    met = pl.concat(
        complete.select("row", "dos", number=name).join(numbers, on=["dos", "number"], how="semi").select("row")
        for name in ("visit_id", "claim_id")
    )
    apart = own.join(met, on="row", how="anti")
    return complete.join(apart, on="row", how="anti"), complete.join(apart, on="row", how="semi")


def _with_claim(claims: pl.DataFrame) -> pl.DataFrame:
    """Number the claims: an X12 file's own count, else claim (or visit, or patient), payer level and frequency."""
    key = pl.coalesce("claim_id", "visit_id", "patient_id")
    parts = pl.struct("file_id", "claim_seq", key, "sequence", "frequency")
    return claims.with_columns(_claim=parts.rank("dense").cast(pl.Int64))


def _find(lines: pl.DataFrame, minutes: pl.DataFrame) -> pl.DataFrame:
    """Return, per row of minutes with a candidate: how many claims are left (``count``), and which where it is one."""
    standing = lines.filter(pl.col("frequency").ne_missing(pl.lit("8"))).with_columns(
        _copy=~pl.col("sequence").fill_null("P").eq("P"),
        _replaced=pl.col("frequency").ne_missing(pl.lit("7")),
    )
    open_rows = minutes.select("row", "dos", "code", "visit_id", "claim_id", "patient_id")
    found: list[pl.DataFrame] = []
    for own, other in _LEVELS:
        # a row that names a claim stays with it, whatever else the patient's other claims of the day bill
        for with_code in (True, False):
            here = _candidates(standing, open_rows, own, other, with_code)
            found.append(here)
            open_rows = open_rows.join(here.filter(pl.col("count") == 1), on="row", how="anti")
            if with_code:
                # a code billed on several claims is ambiguous: without the code it would only match more
                doubtful = here.filter(pl.col("count") > 1)
                held = open_rows.join(doubtful, on="row", how="semi")
                open_rows = open_rows.join(doubtful, on="row", how="anti")
        open_rows = pl.concat([open_rows, held])
    return pl.concat(found).sort("count", maintain_order=True).unique("row", keep="first", maintain_order=True)


def _candidates(
    standing: pl.DataFrame, rows: pl.DataFrame, own: pl.Expr, other: pl.Expr, with_code: bool
) -> pl.DataFrame:
    """Return, per row that meets a claim by this key: the number of best claims (``count``) and the first of them."""
    key = ["_key", "dos", "code"] if with_code else ["_key", "dos"]
    targets = standing.with_columns(_key=other).select(*key, "_claim", "_copy", "_replaced").unique()
    met = rows.with_columns(_key=own).select("row", *key).join(targets, on=key, how="inner")
    rank = pl.struct("_copy", "_replaced").rank("dense")
    best = met.with_columns(_rank=rank).filter(pl.col("_rank") == pl.col("_rank").min().over("row"))
    return best.group_by("row", maintain_order=True).agg(
        count=pl.col("_claim").n_unique().cast(pl.Int64), _claim=pl.col("_claim").first(), billed_code=pl.lit(with_code)
    )


def _pair(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return which row of minutes goes to which line (``row``, ``line_row``), at most one to one.

    Within a claim, date and code, the nth row of an assistant goes to the nth line with CQ or CO, the nth row of
    anyone else to the nth line without; what is left over, in order, to the lines that are left over.
    """
    bears = pl.any_horizontal(pl.col(f"modifier_{n}").is_in(["CQ", "CO"]).fill_null(False) for n in range(1, 5))
    free_lines = lines.select(*_CODED, line_row="row", _assistant=bears)
    free_rows = rows.filter("billed_code").select(
        *_CODED, "row", _assistant=pl.col("by").is_in(list(_ASSISTANTS)).fill_null(False)
    )
    pairs = []
    for alike in ([*_CODED, "_assistant"], list(_CODED)):
        nth_line = free_lines.with_columns(_nth=pl.int_range(pl.len()).over(alike))
        nth_row = free_rows.sort("row").with_columns(_nth=pl.int_range(pl.len()).over(alike))
        paired = nth_row.join(nth_line, on=[*alike, "_nth"], how="inner").select("row", "line_row")
        pairs.append(paired)
        free_lines = free_lines.join(paired, on="line_row", how="anti").sort("line_row")
        free_rows = free_rows.join(paired, on="row", how="anti")
    return pl.concat(pairs)


def _with_minutes(lines: pl.DataFrame, rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the claim lines with the minutes of their rows, and what the visit's rows say beside them."""
    own = rows.join(pairs, on="row", how="inner").select(
        pl.col("line_row").alias("row"),
        *_MEASURED,
        *(pl.col(c).alias(f"{c}_own") for c in (*_OF_ROW, *_HELD)),
        _paired=True,
    )
    # the other lines of a split code have no minutes of their own: all of the code's stand on its rows
    elsewhere = (
        rows.filter("billed_code")
        .sort("row")
        .group_by(_CODED, maintain_order=True)
        .agg(_by=pl.col("by").first(), _none=pl.when(pl.col("minutes").is_not_null().all()).then(pl.lit(0, pl.Int64)))
    )
    visits = (
        rows.sort("row")
        .group_by(_ENCOUNTER, maintain_order=True)
        .agg(
            *(_agreed(pl.col(c).drop_nulls()).alias(f"{c}_seen") for c in _OF_VISIT),
            # null: written there and not read, so the input does hold them
            *(pl.col(c).fill_null(True).any().alias(f"{c}_seen") for c in _HELD),
        )
    )
    paired = pl.col("_paired").is_not_null()
    return (
        lines.drop(_MEASURED)
        .join(own, on="row", how="left", maintain_order="left", validate="1:1")
        .join(elsewhere, on=list(_CODED), how="left", maintain_order="left", validate="m:1")
        .join(visits, on=list(_ENCOUNTER), how="left", maintain_order="left", validate="m:1")
        .with_columns(pl.coalesce(c, f"{c}_own").alias(c) for c in _OF_ROW)
        .with_columns(
            *(pl.coalesce(c, f"{c}_seen").alias(c) for c in _OF_VISIT),
            minutes=pl.when(paired).then("minutes").otherwise("_none"),
            by=pl.when(paired).then("by").otherwise("_by"),
            **{c: pl.when(paired).then(f"{c}_own").otherwise(pl.coalesce(f"{c}_seen", c)) for c in _HELD},
        )
    )


def _agreed(values: pl.Expr) -> pl.Expr:
    """The value that all of a group have in common, else null."""
    return pl.when(values.n_unique() == 1).then(values.first())


def _given(lines: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """Return rows of minutes without a line of their own as services of their claim, not billed.

    They take the claim's keys, and from the lines of their code (else of the visit) what those all agree on. Who gave
    a service says its discipline before the other lines of the visit do.
    """
    modifiers = [pl.col(f"modifier_{n}") for n in range(1, 5)]
    disciplines = [pl.when(m.is_in(["GP", "GO", "GN"])).then(m) for m in modifiers]
    giver = pl.col("by").replace_strict(_DISCIPLINES, default=None, return_dtype=pl.String)
    known = lines.with_columns(stated_discipline=pl.coalesce(*disciplines, "stated_discipline"))
    of_claim = known.group_by(_ENCOUNTER).agg(
        *(pl.col(c).first().alias(f"{c}_claimed") for c in _OF_CLAIM),
        *(_agreed(pl.col(c)).alias(f"{c}_visit") for c in (*_OF_LINE, "stated_discipline")),
    )
    of_code = known.group_by(_CODED).agg(
        _agreed(pl.col(c)).alias(f"{c}_code") for c in (*_OF_LINE, "stated_discipline")
    )
    joined = (
        beside.join(of_claim, on=list(_ENCOUNTER), how="left", maintain_order="left", validate="m:1")
        .join(of_code, on=list(_CODED), how="left", maintain_order="left", validate="m:1")
        .with_columns(
            *(pl.coalesce(f"{c}_claimed", c).alias(c) for c in _OF_CLAIM),
            *(pl.coalesce(c, f"{c}_code", f"{c}_visit").alias(c) for c in _OF_LINE),
            stated_discipline=pl.coalesce(
                "stated_discipline", "stated_discipline_code", giver, "stated_discipline_visit"
            ),
        )
    )
    unbilled = {c: pl.lit(None) for c in ("units", "charge_cents", "allowed_given_cents", "line_number")}
    return placed(joined, billed=pl.lit(False), **unbilled)
