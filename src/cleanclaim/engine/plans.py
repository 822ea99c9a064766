"""The episode grain: plans of care, the days that each covers, and by when its certification was due.

A plan applies from its first treatment day to the day before the next plan of the same patient, discipline and
provider. Its certification is due a number of days after that first day, counted without it; a certification covers
the plan's length or the payer's maximum, whichever is shorter, the first day counted with it (Medicare Benefit Policy
Manual, ch. 15, sec. 220.1.3). A plan that continues another is a recertification, due by the last day that the former
certification covers.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import EPISODE, SERVICES
from cleanclaim.codes.certifiers import certifiers
from cleanclaim.codes.payers import Policy
from cleanclaim.config import Config
from cleanclaim.engine.beside import beside
from cleanclaim.engine.treatment import POLICY
from cleanclaim.rules.rule import known_sum

FIRST_ROW = 1 << 48
"""Plans are numbered from here on, beside the rows of SERVICES, so that a finding's row tells which it is on."""
_OWNER = ["patient_id", "discipline", "billing_npi"]
_DAY = pl.duration(days=1)


def _days(count: pl.Expr) -> pl.Expr:
    return pl.duration(days=count)


def anchors(episodes: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return the plans as rows of SERVICES: where each stands, and its payer, pack and setting as configured."""
    placed = SERVICES.conform(
        episodes.select(
            pl.col("row") + FIRST_ROW,
            "file_id",
            "source_line",
            "patient_id",
            "payer",
            "billing_npi",
            "setting",
            pl.col("episode_id").alias("visit_id"),
            pl.col("first_treatment").alias("dos"),
            pl.lit("P").alias("sequence"),
        )
    )
    return config.resolve(placed)


def plans(episodes: pl.DataFrame, days: pl.DataFrame, anchored: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the plans in order of patient, discipline, provider and first day, with the days that each applies to.

    One row per row of ``episodes`` (EPISODES): ``dos`` is the first day, ``ends`` the day before the next plan's,
    ``chain`` numbers plans that continue each other, and there is a column for each field of ``POLICY``.
    """
    told = episodes.drop("setting", "row", "file_id", "source_line").hstack(
        anchored[:, ["row", "file_id", "source_line", "pack", "setting"]]
    )
    begun = _begun(_with_discipline(told, days), days).sort(
        *_OWNER, "dos", pl.col("recertifies").is_not_null(), "row", nulls_last=True
    )
    former = begun.with_columns(
        ends=(pl.col("dos").shift(-1) - _DAY).over(_OWNER),
        _former=pl.col("episode_id").shift().over(_OWNER),
        _former_out=(pl.col("discharged").shift() < pl.col("dos")).over(_OWNER),
        _both=(
            (pl.col("dos") == pl.col("dos").shift())
            | ((pl.col("dos") <= pl.col("discharged").shift()) & pl.col("recertifies").is_null())
        ).over(_OWNER),
    )
    # a plan without a day of its own stands last, and ends no other
    initial = pl.col("recertifies").is_null() & (pl.col("_former").is_null() | pl.col("_former_out").fill_null(False))
    chained = former.with_columns(initial=initial).with_columns(chain=pl.col("initial").cum_sum())
    numbered = chained.hstack([policy.periods.number(chained["dos"])])
    return beside(numbered, policy.by_period[:, ["pack", "period", *POLICY]], ["pack", "period"]).drop("period")


def _with_discipline(told: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Fill the discipline of a plan where the patient is treated under one alone, and the payer's pack likewise."""
    only = days.group_by("patient_id").agg(
        _only=pl.when(pl.col("discipline").n_unique() == 1).then(pl.col("discipline").first()),
        _pack=pl.when(pl.col("pack").n_unique() == 1).then(pl.col("pack").first()),
        _setting=pl.when(pl.col("setting").n_unique() == 1).then(pl.col("setting").first()),
        _payer=pl.when(pl.col("payer").n_unique() == 1).then(pl.col("payer").first()),
    )
    return (
        beside(told, only, ["patient_id"])
        .with_columns(
            discipline=pl.coalesce("discipline", "_only"),
            pack=pl.when(pl.col("payer").is_null()).then(pl.coalesce("_pack", "pack")).otherwise("pack"),
            setting=pl.coalesce("setting", "_setting"),
            payer=pl.coalesce("payer", "_payer"),
        )
        .drop("_only", "_pack", "_setting", "_payer")
    )


def met(plans: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return each pair of a plan's and a day's row of one patient and discipline, where the providers do not differ."""
    found = days.join(plans, on=["patient_id", "discipline"], suffix="_plan")
    same = (pl.col("billing_npi") == pl.col("billing_npi_plan")).fill_null(True)
    return found.filter(same)


def _begun(told: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Add ``dos``: the first treatment day as stated, else the first one from the day of the plan on.

    A plan that says neither begins with the patient's first day, if it is the patient's only one.
    """
    of_day = days.select("patient_id", "discipline", "billing_npi", "dos")
    pairs = met(told.select("patient_id", "discipline", "billing_npi", "plan_established", "row"), of_day)
    seen = pairs.group_by("row").agg(
        _first=pl.col("dos").min(), _since=pl.col("dos").filter(pl.col("dos") >= pl.col("plan_established")).min()
    )
    alone = pl.len().over("patient_id", "discipline") == 1
    first = (
        pl.when(pl.col("first_treatment").is_not_null())
        .then("first_treatment")
        .when(pl.col("plan_established").is_not_null())
        .then("_since")
        .when(alone)
        .then("_first")
    )
    return beside(told, seen, ["row"]).with_columns(dos=first).drop("_first", "_since")


def covered_by(plans: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return per row of ``days`` that a plan covers: ``row`` and ``plan_row``, the latest plan that has begun."""
    own = plans.filter(pl.col("dos").is_not_null()).select(*_OWNER, "dos", "ends", plan_row="row")
    pairs = met(own, days[:, ["row", *_OWNER, "dos"]])
    inside = (pl.col("dos") >= pl.col("dos_plan")) & (pl.col("dos") <= pl.col("ends")).fill_null(True)
    return (
        pairs.filter(inside)
        .sort("row", "dos_plan", "plan_row")
        .group_by("row", maintain_order=True)
        .agg(pl.col("plan_row").last())
    )


def with_certification(plans: pl.DataFrame) -> pl.DataFrame:
    """Add by when a plan's certification is due, whether it was in time, and through when it holds."""
    length = pl.min_horizontal(pl.col("plan_days").fill_null(pl.col("certified_days")), "certified_days")
    held = pl.when(pl.col("certified_days").is_not_null()).then(pl.col("dos") + _days(length - 1))
    through = plans.with_columns(certified_through=held).with_columns(
        _former_through=pl.col("certified_through").shift().over(_OWNER)
    )
    first = pl.col("dos") + _days(pl.col("certification_days"))
    verbal = pl.col("verbal_order") + _days(pl.col("verbal_order_days"))
    spoken = (pl.col("verbal_order") <= first).fill_null(False) & (verbal > first).fill_null(False)
    due = pl.when("initial").then(pl.when(spoken).then(verbal).otherwise(first)).otherwise("_former_through")
    # a plan changed before its end has 30 days of its own: then it is not known which limit holds
    changed = ~pl.col("initial") & (pl.col("dos") <= pl.col("_former_through")) & (pl.col("certified") <= first)
    by_then = pl.col("certified") <= pl.col("certification_due")
    in_time = pl.when(by_then).then(True).when(~changed.fill_null(False) & by_then.is_not_null()).then(False)
    dated = through.with_columns(certification_due=due)
    return dated.with_columns(in_time=in_time, order_stands=_order_stands(), order_text=_order_text())


def _order_stands() -> pl.Expr:
    """True where a signed order and proof of sending stand for the signature on a first plan, as the payer has it."""
    sent = (pl.col("plan_sent") - pl.col("dos")).dt.total_days()
    complete = pl.col("order_signed").is_not_null() & pl.col("plan_sent").is_not_null() & pl.col("initial")
    in_days = sent <= pl.col("plan_sent_days")
    return pl.when(complete).then(pl.col("order_stands_in") & in_days).otherwise(False)


def _order_text() -> pl.Expr:
    order, sent = pl.col("order_signed"), pl.col("plan_sent")
    return (
        pl.when(~pl.col("initial") & order.is_not_null())
        .then(pl.lit("an order, which does not recertify"))
        .when(order.is_not_null() & sent.is_not_null())
        .then(pl.format("an order of {}, plan sent {}", order, sent))
        .when(order.is_not_null())
        .then(pl.lit("an order, no proof that the plan was sent"))
        .when(sent.is_not_null())
        .then(pl.lit("plan sent, no signed order"))
        .otherwise(pl.lit("no signed order"))
    )


_CONTENTS = {
    "plan_diagnoses": "diagnoses",
    "plan_goals": "long-term goals",
    "plan_type": "type of service",
    "plan_duration": "duration",
}
"""What a plan must state. An unstated amount means once a day, an unstated frequency one treatment."""
_SILENT = pl.any_horizontal(pl.col(name).is_null() for name in _CONTENTS)
_LACKS = pl.concat_str(
    [pl.when(~pl.col(name)).then(pl.lit(words)) for name, words in _CONTENTS.items()],
    separator=", ",
    ignore_nulls=True,
)
_IMPOSSIBLE = {
    "discharged before the first treatment day": pl.col("discharged") < pl.col("dos"),
    "certified before the plan was written": pl.col("certified") < pl.col("plan_established"),
    "certified after the day of the check": pl.col("certified") > pl.col("as_of"),
    "first treatment after the day of the check": pl.col("dos") > pl.col("as_of"),
    "continues a plan that is not in the list": pl.col("recertifies").is_not_null() & pl.col("_unlisted"),
}


_ALLOWED = (
    pl.when(pl.col("allowed") == pl.col("in_corf"))
    .then("allowed")
    .when(pl.col("setting") == "corf")
    .then("in_corf")
    .when(pl.col("setting").is_not_null())
    .then("allowed")
)


def episode_grain(plans: pl.DataFrame, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return EPISODE: one row per plan. ``days`` are treatment days with ``plan_row``."""
    treated = days.group_by(row="plan_row").agg(
        treatment_days=pl.len().cast(pl.Int64),
        allowed_cents=known_sum(pl.col("allowed_cents")),
        charge_cents=known_sum(pl.col("charge_cents")),
        price_basis=pl.col("price_basis").max(),
    )
    known = certifiers().rename({"credential": "certifier"})
    listed = pl.col("recertifies").is_in(plans["episode_id"].implode())
    told = beside(beside(plans, treated.filter(pl.col("row").is_not_null()), ["row"]), known, ["certifier"])
    told = told.with_columns(as_of=pl.lit(as_of), _unlisted=~listed)
    faults = [pl.when(wrong).then(pl.lit(words)) for words, wrong in _IMPOSSIBLE.items()]
    return EPISODE.conform(
        told.with_columns(
            treatment_days=pl.col("treatment_days").fill_null(0),
            certifier_allowed=_ALLOWED,
            certifier_limited=pl.col("limited"),
            signed=pl.when(pl.col("carries_certification")).then(pl.col("certified").is_not_null()),
            is_discharged=pl.col("discharged").is_not_null(),
            continued=pl.col("ends").is_not_null(),
            plan_lacks=pl.when(~_SILENT | (_LACKS != "")).then(_LACKS),
            disorder=pl.concat_str(faults, separator="; ", ignore_nulls=True),
            same_day_as=pl.when(pl.col("_both").fill_null(False)).then("_former").fill_null(""),
            has_referral=pl.when(pl.col("carries_referral")).then(
                pl.any_horizontal(pl.col("referral", "order_signed").is_not_null())
            ),
            delay_explained=pl.col("delay_reason").fill_null(False),
        )
    )
