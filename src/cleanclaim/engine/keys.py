"""The keys of the grains: whose discipline a line is, which lines are one visit, one day, one claim.

A visit, the pool within which timed minutes are counted, is a patient, date, billing provider and discipline
(Medicare Claims Processing Manual, ch. 5, sec. 20.2: timed minutes are totaled by discipline and day). A *day* is the
same without the discipline: the multiple-procedure reduction and the day maximums reach across disciplines
(ch. 5, sec. 10.7; NCCI Policy Manual, ch. 1). Copies of a claim to a further payer never mix with the first.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import modifiers, places

MODIFIER_COLUMNS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
_FLAGS = ("GP", "GO", "GN", "CQ", "CO", "59", "KX", "GA", "GX", "GY", "GZ")
_PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")


def has(modifier: str) -> pl.Expr:
    """True where the line bears ``modifier``."""
    return pl.any_horizontal(pl.col(c).eq_missing(pl.lit(modifier)) for c in MODIFIER_COLUMNS)


def with_modifier_flags(services: pl.DataFrame) -> pl.DataFrame:
    """Add what each line's modifiers say: one Boolean per modifier that a rule reads, and their counts."""
    flagged = services.with_columns(
        *(has(m).alias(f"has_{m.lower()}") for m in _FLAGS),
        x_modifiers=pl.sum_horizontal(has(m).cast(pl.Int64) for m in modifiers.X_MODIFIERS),
        modifiers_text=pl.concat_str([pl.col(c) for c in MODIFIER_COLUMNS], separator=" ", ignore_nulls=True),
    )
    return flagged.with_columns(
        discipline_modifiers=pl.sum_horizontal(pl.col(f"has_{m}").cast(pl.Int64) for m in ("gp", "go", "gn")),
        assistant_modifier=pl.col("has_cq") | pl.col("has_co"),
        has_bypass=pl.col("has_59") | (pl.col("x_modifiers") != 0),
        modifiers_text=pl.when(pl.col("modifiers_text") != "").then("modifiers_text"),
    )


def with_forms(services: pl.DataFrame) -> pl.DataFrame:
    """Fill ``claim_form`` where the row itself decides it: a bill or revenue code, a place of service, a setting."""
    institutional = pl.lit("institutional")
    return services.with_columns(
        claim_form=pl.coalesce(
            "claim_form",
            pl.when(pl.col("bill_type").is_not_null() | pl.col("revenue_code").is_not_null()).then(institutional),
            pl.when(pl.col("place_of_service").is_not_null()).then(pl.lit("professional")),
            pl.when(pl.col("setting") == "office").then(pl.lit("professional")),
            pl.when(pl.col("setting").is_not_null()).then(institutional),
        ),
        sequence=pl.col("sequence").fill_null("P"),
    )


def _clinician(services: pl.DataFrame) -> pl.DataFrame:
    by_credential = modifiers.credential_discipline().rename({"discipline": "_cd", "assistant": "_ca"})
    by_taxonomy = modifiers.taxonomy_discipline().select("taxonomy", _td="discipline", _ta="assistant")
    return (
        services.join(by_credential, on="credential", how="left", maintain_order="left")
        .join(by_taxonomy, on="taxonomy", how="left", maintain_order="left")
        .with_columns(
            clinician_discipline=pl.coalesce("_cd", "_td"),
            renders_as_assistant=pl.coalesce("_ca", "_ta"),
        )
        .drop("_cd", "_ca", "_td", "_ta")
    )


def with_disciplines(services: pl.DataFrame) -> pl.DataFrame:
    """Add ``discipline``: the line's modifier, else as stated, else the clinician's, else the only one of the day.

    A line that stays without one is in no other line's pool: it has a pool of its own, whose minutes are not checked.
    """
    modifier = (
        pl.when(pl.col("discipline_modifiers") == 1)
        .then(
            pl.when(pl.col("has_gp")).then(pl.lit("GP")).when(pl.col("has_go")).then(pl.lit("GO")).otherwise(pl.lit("GN"))
        )
    )
    known = (
        _clinician(services)
        .with_columns(_family=pl.col("revenue_code").str.slice(0, 3))
        .join(
            places.revenue_discipline().rename({"revenue_prefix": "_family", "discipline": "revenue_discipline"}),
            on="_family",
            how="left",
            maintain_order="left",
        )
        .drop("_family")
        .with_columns(discipline=pl.coalesce(modifier, "stated_discipline", "clinician_discipline"))
    )
    if not known["discipline"].has_nulls():
        return known
    day = [_PATIENT.alias("_patient"), "dos", "billing_npi", "sequence"]
    only = (
        known.filter(pl.col("discipline").is_not_null())
        .group_by(day)
        .agg(_only=pl.when(pl.col("discipline").n_unique() == 1).then(pl.col("discipline").first()))
    )
    return (
        known.with_columns(_PATIENT.alias("_patient"))
        .join(only, on=["_patient", "dos", "billing_npi", "sequence"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(discipline=pl.coalesce("discipline", "_only"))
        .drop("_patient", "_only")
    )


def with_keys(services: pl.DataFrame) -> pl.DataFrame:
    """Sort by patient and day and number the groups: ``visit_key``, ``day_key``, ``person_day_key``, ``claim_key``.

    Keys are integers, consecutive in the order of the sort; ``claim_key`` is null where the input has no claims.
    """
    named = services.with_columns(_patient=_PATIENT, _claim=pl.coalesce("claim_id", "visit_id"))
    claim = ["file_id", "claim_seq", "_claim", "_patient", "sequence", "frequency"]
    claims = (
        named.filter(pl.col("_claim").is_not_null() & pl.col("billed"))
        .group_by(claim)
        .agg(_first=pl.col("row").min())
        .sort("_first")
        .with_row_index("claim_key")
        .with_columns(pl.col("claim_key").cast(pl.Int64))
        .drop("_first")
    )
    claimed = named.join(claims, on=claim, how="left", nulls_equal=True, maintain_order="left").drop("_claim")
    same = ["_patient", "dos", "sequence", "billing_npi", "code", "modifiers_text", "units"]
    copied = pl.col("billed") & (pl.col("claim_key") > pl.col("claim_key").min().over(same))
    parts = ["_patient", "dos", "sequence", "_copy", "billing_npi", "discipline"]
    ordered = claimed.with_columns(_copy=copied.fill_null(False)).sort([*parts, "row"], nulls_last=False)

    def numbered(columns: list[str]) -> pl.Expr:
        changed = pl.any_horizontal(pl.col(c).ne_missing(pl.col(c).shift()) for c in columns)
        return changed.cast(pl.Int64).cum_sum()

    return ordered.with_columns(
        person_day_key=numbered(parts[:4]),
        day_key=numbered(parts[:5]),
        visit_key=numbered(parts),
    )
