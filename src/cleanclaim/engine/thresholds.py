"""How much of Medicare's yearly thresholds each patient has used, which line crosses them, and where KX stands.

Two amounts a calendar year, one for physical therapy and speech-language pathology together and one for occupational
therapy, count what is allowed (after the multiple-procedure reduction, the patient's share included) over all providers
and settings (42 U.S.C. 1395l(g); Medicare Claims Processing Manual, ch. 5, sec. 10.3). The line with which the amount
goes above the threshold needs KX, and every one after it. Above a second amount claims may be picked for review.

Medicare counts claims in the order in which it finishes them. That order is not known here: lines count by date of
service and in the order read, amounts from elsewhere on the day through which they are stated, before the lines of
that day. KX is an attestation: this module says where it is needed, and never that it may be added.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.claims.episodes import PAYMENTS_ELSEWHERE
from cleanclaim.codes import params

PT_SLP, OT = "pt_slp", "ot"
ATTESTS = (
    "KX on a line says that the therapist attests: this service is skilled and medically necessary beyond the yearly "
    "amount, and the record shows why. Whoever adds it without that record makes a false statement; cleanclaim never "
    "adds it."
)
"""What the KX modifier states, in our words (source: Medicare Claims Processing Manual, ch. 5, sec. 10.3)."""
SOURCES = ("remittance", "stated", "expected", "national", "unknown", "elsewhere", "denial")
"""Where an amount comes from: a payer's answer; the input; the price of the locality; the national one; nowhere; a
statement about other providers; a line sent to be denied, which adds nothing."""
_GROUP = ("patient_id", "year", "bucket")
_OWN = ("row", *_GROUP, "day", "has_kx", "exempt", "amount_from", "low_cents", "high_cents", "elsewhere_source")
_ACCRUAL = {
    "row": pl.Int64(),
    "patient_id": pl.String(),
    "year": pl.Int32(),
    "bucket": pl.String(),
    "day": pl.Date(),
    "has_kx": pl.Boolean(),
    "exempt": pl.Boolean(),
    "amount_from": pl.String(),
    "low_cents": pl.Int64(),
    "high_cents": pl.Int64(),
    "elsewhere_source": pl.String(),
}


@dataclass(frozen=True)
class Thresholds:
    """What counts, in order, and what it comes to.

    ``accruals`` has one row per line and amount from elsewhere: ``row`` (null: elsewhere), patient_id, year, bucket,
    ``day``, ``has_kx``, ``exempt`` (GA, GY or GZ: a line sent to be denied takes no KX), ``amount_from`` (one of
    SOURCES), ``low_cents`` and ``high_cents`` (equal where the amount is known, high null where nothing bounds it),
    ``running_low_cents`` and ``running_high_cents`` with this row, ``threshold_cents``, ``review_cents``, and
    ``above``: true, false, or null where the amounts do not tell.

    ``summary`` has one row per patient, year and bucket: ``threshold_cents``, ``review_cents``, ``used_low_cents``,
    ``used_high_cents``, ``used_cents`` (null unless both agree), ``left_cents``, ``state`` and ``review_state``
    (``below``, ``above``, ``not_known``), ``crossing_row`` and ``crossing_day`` (the first amount above for certain;
    the row is null where that is one from elsewhere), ``review_row``, ``review_day``; ``kx_from_row``, the first line
    that needs KX; how many lines need it (``kx_needed``), lack it (``kx_missing``) from ``first_missing_row`` on, bear
    it while certainly below (``kx_early``); ``lines``, ``unknown_lines``, ``national_lines``. Null is not known.
    """

    summary: pl.DataFrame
    accruals: pl.DataFrame
    not_counted: dict[str, int]


def thresholds(
    lines: pl.DataFrame,
    elsewhere: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    year: int | None = None,
) -> Thresholds:
    """Return what ``lines`` (of whole patients) use of the thresholds of their years, or of one ``year``.

    ``lines`` are rows of :func:`cleanclaim.engine.expectation.expect` with ``has_ga``, ``charge_cents`` and
    ``allowed_given_cents``; ``elsewhere`` rows of PAYMENTS_ELSEWHERE, whose amounts must not hold the lines' own;
    ``outcomes`` (``row``, ``allowed_cents``) what payers have answered, which goes before every expectation.

    >>> from datetime import date
    >>> line = {"row": 0, "patient_id": "1", "dos": date(2026, 3, 4), "discipline": "GP", "kx_applies": True,
    ...         "always_therapy": True, "discipline_modifiers": 1, "has_kx": False, "has_ga": False,
    ...         "sent_for_denial": False, "charge_cents": 6000, "allowed_given_cents": None, "accrues_cents": 3600,
    ...         "upper_cents": 3600, "price_basis": "expected"}
    >>> before = {"patient_id": "1", "year": 2026, "bucket": "pt_slp", "allowed_cents": 247000}
    >>> used = thresholds(pl.DataFrame([line]), pl.DataFrame([before]))
    >>> used.summary.select("used_cents", "left_cents", "crossing_row", "kx_missing").row(0)
    (250600, 0, 0, 1)
    """
    counted, not_counted = _of_lines(lines, outcomes)
    parts = [counted]
    if elsewhere is not None and elsewhere.height:
        parts.append(_of_elsewhere(PAYMENTS_ELSEWHERE.conform(elsewhere)))
    accruals = pl.concat(parts)
    if year is not None:
        accruals = accruals.filter(pl.col("year") == year)
    running = _running(accruals)
    return Thresholds(_summary(running), running, not_counted)


_THERAPY = pl.col("always_therapy") | (pl.col("discipline_modifiers") >= 1)
_BUCKET = (
    pl.when(pl.col("discipline") == "GO")
    .then(pl.lit(OT))
    .when(pl.col("discipline").is_not_null())
    .then(pl.lit(PT_SLP))
    .alias("bucket")
)
_EXEMPT = pl.col("sent_for_denial") | pl.col("has_ga")
_BOUND = pl.min_horizontal("upper_cents", "charge_cents")


def _of_lines(lines: pl.DataFrame, outcomes: pl.DataFrame | None) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the lines that count with their amounts, and how many were left out, by reason."""
    therapy = lines.filter(pl.col("kx_applies").fill_null(False) & _THERAPY.fill_null(False))
    answered = pl.DataFrame(schema={"row": pl.Int64, "_answered": pl.Int64})
    if outcomes is not None:
        told = outcomes.filter(pl.col("row").is_not_null() & pl.col("allowed_cents").is_not_null())
        answered = told.group_by("row").agg(_answered=pl.col("allowed_cents").max())
    known = therapy.join(answered, on="row", how="left", maintain_order="left").with_columns(_BUCKET)
    placed = known["patient_id"].is_not_null() & known["bucket"].is_not_null() & known["dos"].is_not_null()
    not_counted = {
        "without_patient": int(known["patient_id"].null_count()),
        "without_discipline": int((known["bucket"].is_null() & known["patient_id"].is_not_null()).sum()),
    }
    zero, nothing = pl.lit(0, dtype=pl.Int64), pl.lit(None, dtype=pl.Int64)
    exact = pl.coalesce("_answered", pl.when(_EXEMPT).then(zero), "allowed_given_cents", "accrues_cents")
    source = (
        pl.when(pl.col("_answered").is_not_null())
        .then(pl.lit("remittance"))
        .when(_EXEMPT)
        .then(pl.lit("denial"))
        .when(pl.col("allowed_given_cents").is_not_null())
        .then(pl.lit("stated"))
        .when(pl.col("accrues_cents").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("price_basis") == "national")
        .then(pl.lit("national"))
        .otherwise(pl.lit("expected"))
    )
    counted = known.filter(placed).with_columns(
        year=pl.col("dos").dt.year(),
        day="dos",
        exempt=_EXEMPT,
        amount_from=source,
        low_cents=pl.coalesce(exact, zero),
        high_cents=pl.coalesce(exact, _BOUND, nothing),
        elsewhere_source=pl.lit(None, dtype=pl.String),
    )
    return counted.select(_OWN).cast(_ACCRUAL), not_counted  # type: ignore[arg-type]


def _of_elsewhere(amounts: pl.DataFrame) -> pl.DataFrame:
    """Return amounts from elsewhere; one without a day counts from the first of its year."""
    year = pl.coalesce("year", pl.col("through").dt.year())
    return (
        amounts.with_columns(year=year)
        .with_columns(
            row=pl.lit(None, dtype=pl.Int64),
            day=pl.coalesce("through", pl.date("year", 1, 1)),
            has_kx=pl.lit(False),
            exempt=pl.lit(True),
            amount_from=pl.lit("elsewhere"),
            low_cents="allowed_cents",
            high_cents="allowed_cents",
            elsewhere_source="source",
        )
        .select(_OWN)
        .cast(_ACCRUAL)  # type: ignore[arg-type]
    )


def _running(accruals: pl.DataFrame) -> pl.DataFrame:
    """Add the running amounts in order, the year's thresholds, and whether a row lies above."""
    ordered = accruals.sort([*_GROUP, "day", "row"], nulls_last=False)
    numbered = ordered.with_columns(params.periods().number(ordered["day"]))
    limits = params.by_period().select(
        "period", "kx_threshold_pt_slp_cents", "kx_threshold_ot_cents", review_cents="targeted_review_cents"
    )
    known = numbered.join(limits, on="period", how="left", maintain_order="left")
    threshold = pl.when(pl.col("bucket") == OT).then("kx_threshold_ot_cents").otherwise("kx_threshold_pt_slp_cents")
    summed = known.with_columns(
        threshold_cents=threshold,
        running_low_cents=pl.col("low_cents").cum_sum().over(_GROUP),
        _open=pl.col("high_cents").is_null().cum_sum().over(_GROUP),
        _high=pl.col("high_cents").cum_sum().over(_GROUP),
    ).with_columns(running_high_cents=pl.when(pl.col("_open") == 0).then("_high"))
    return summed.with_columns(above=_above("threshold_cents"), above_review=_above("review_cents")).select(
        *_OWN, "running_low_cents", "running_high_cents", "threshold_cents", "review_cents", "above", "above_review"
    )


def _above(limit: str) -> pl.Expr:
    """True where the least is above the limit, false where the most is not, null between."""
    certain = pl.when(pl.col("running_low_cents") > pl.col(limit)).then(pl.lit(True))
    return pl.coalesce(certain, pl.when(pl.col("running_high_cents") <= pl.col(limit)).then(pl.lit(False)))


_LINE = pl.col("row").is_not_null()
_ABOVE = pl.col("above").fill_null(False)
_NEEDS = _LINE & _ABOVE & ~pl.col("exempt")
_LACKS = _NEEDS & ~pl.col("has_kx")


def _state(above: str) -> pl.Expr:
    last = pl.col(above).last()
    return pl.when(last).then(pl.lit("above")).when(~last).then(pl.lit("below")).otherwise(pl.lit("not_known"))


def _summary(running: pl.DataFrame) -> pl.DataFrame:
    above_review = pl.col("above_review").fill_null(False)
    found = running.group_by(_GROUP, maintain_order=True).agg(
        pl.col("threshold_cents", "review_cents").last(),
        used_low_cents=pl.col("running_low_cents").last(),
        used_high_cents=pl.col("running_high_cents").last(),
        state=_state("above"),
        crossing_row=pl.col("row").filter(_ABOVE).first(),
        crossing_day=pl.col("day").filter(_ABOVE).first(),
        crossing_from=pl.col("amount_from").filter(_ABOVE).first(),
        kx_from_row=pl.col("row").filter(_NEEDS).first(),
        kx_needed=_NEEDS.sum().cast(pl.Int64),
        kx_missing=_LACKS.sum().cast(pl.Int64),
        first_missing_row=pl.col("row").filter(_LACKS).first(),
        kx_early=(_LINE & pl.col("has_kx") & ~pl.col("above").fill_null(True)).sum().cast(pl.Int64),
        review_state=_state("above_review"),
        review_row=pl.col("row").filter(above_review).first(),
        review_day=pl.col("day").filter(above_review).first(),
        lines=_LINE.sum().cast(pl.Int64),
        unknown_lines=(pl.col("amount_from") == "unknown").sum().cast(pl.Int64),
        national_lines=(pl.col("amount_from") == "national").sum().cast(pl.Int64),
        elsewhere_cents=pl.col("low_cents").filter(pl.col("amount_from") == "elsewhere").sum(),
    )
    used = pl.when(pl.col("used_low_cents") == pl.col("used_high_cents")).then("used_low_cents")
    return found.with_columns(used_cents=used).with_columns(
        left_cents=(pl.col("threshold_cents") - pl.col("used_cents")).clip(lower_bound=0)
    )
