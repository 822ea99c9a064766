"""What publications and payers say of each line: code facts, payer policy and dated parameters, joined by period."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import fees, hcpcs, icd10, npi
from cleanclaim.codes.payers import Policy
from cleanclaim.engine.beside import beside

# HCPCS Level I is five digits, or four and a letter; Level II a letter and four digits
_CODE_FORM = r"^(\d{5}|\d{4}[A-Z]|[A-Z]\d{4})$"


def with_code_facts(services: pl.DataFrame) -> pl.DataFrame:
    """Add the facts of each code on its date (source: the tables of ``codes``); rows in equal rows out."""
    numbered = services.hstack([hcpcs.periods().number(services["dos"])])
    joined = beside(numbered, hcpcs.code_periods(), ["code", "period"])
    listed = pl.col("known_code").fill_null(False)
    return joined.with_columns(
        known_code=listed,
        # a code outside the catalogue is not on CMS's therapy list: the rules for listed codes are not meant for it
        **{c: pl.col(c).fill_null(False) for c in ("timed", "untimed", "pooled", "is_evaluation", "is_addon")},
        always_therapy=pl.when(listed).then("always_therapy").otherwise(pl.lit(False)),
        sometimes_therapy=pl.when(listed).then("sometimes_therapy").otherwise(pl.lit(False)),
        well_formed_code=pl.col("code").str.contains(_CODE_FORM),
        family=pl.coalesce("family", "code"),
    ).drop("period")


def with_policy(services: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add the payer's policy and the year's parameters for each line; null where the payer is not mapped."""
    periods, by_pack, by_code = policy.with_parameters
    numbered = services.hstack([periods.number(services["dos"])])
    dated = beside(numbered, by_pack.select(_READ), ["pack", "period"], nulls_equal=True)
    if services["code"].is_in(by_code["code"].unique().implode()).any():
        dated = beside(dated, by_code, ["pack", "code", "period"])
    else:
        dated = dated.with_columns(_NOTHING_SAID)
    return dated.with_columns(_POLICY)


_INSTITUTIONAL = pl.col("claim_form") == "institutional"
# a critical access hospital is not paid under the fee schedule, so the assistant's modifiers do not apply there
_CRITICAL_ACCESS = _INSTITUTIONAL & (
    (pl.col("setting") == "critical_access_hospital") | pl.col("bill_type").str.starts_with("85")
)


_NOTHING_SAID = (
    pl.lit(None, dtype=pl.String).alias("substitute_code"),
    pl.lit(None, dtype=pl.Boolean).alias("code_excluded"),
)


def _maximum(column: str) -> pl.Expr:
    """The unit maximum of the table that the payer uses for this form of claim."""
    table = pl.when(_INSTITUTIONAL).then("maximums_institutional").otherwise("maximums_professional")
    picked = (
        pl.when(table == "practitioner")
        .then(f"{column}_practitioner")
        .when(table == "hospital")
        .then(f"{column}_hospital")
        .when(table == "medicaid")
        .then(f"{column}_medicaid")
    )
    return pl.when("unit_maximums_apply").then(picked).alias(column)


def _of_bucket(occupational: str, other: str) -> pl.Expr:
    """PT and SLP share a bucket of the year's amounts, OT has its own (42 USC 1395l(g))."""
    discipline = pl.col("discipline")
    return pl.when(discipline == "GO").then(occupational).when(discipline.is_not_null()).then(other)


_READ = (
    "pack", "period", "unit_method", "tie_policy", "discipline_modifier_required", "assistant_modifier_required",
    "kx_applies", "fee_status_applies", "fee_basis", "mppr_applies", "referring_required", "one_line_per_code",
    "either_column_institutional", "either_column_professional", "pair_edits_apply", "unit_maximums_apply",
    "maximums_institutional", "maximums_professional", "filing_limit_days", "filing_limit_months",
    "assistant_modifier_in_force", "assistant_midpoint_test", "assistant_de_minimis_share", "kx_threshold_ot_cents",
    "kx_threshold_pt_slp_cents", "conversion_factor", "mppr_pe_reduction",
)  # fmt: skip
_POLICY = (
    (
        pl.col("assistant_modifier_required")
        & pl.col("assistant_modifier_in_force")
        # there is no modifier for a speech-language pathology assistant
        & pl.col("discipline").ne_missing("GN")
        & ~_CRITICAL_ACCESS.fill_null(False)
    ).alias("assistant_modifier_required"),
    pl.when(_INSTITUTIONAL)
    .then("either_column_institutional")
    .otherwise("either_column_professional")
    .alias("either_column_bypass"),
    _of_bucket("kx_threshold_ot_cents", "kx_threshold_pt_slp_cents").alias("kx_threshold_cents"),
    _of_bucket("ytd_ot_cents", "ytd_pt_slp_cents").alias("ytd_cents"),
    pl.coalesce("code_excluded", pl.when(pl.col("pack").is_not_null()).then(pl.lit(False))).alias("code_excluded"),
    *(_maximum(column) for column in ("mue_units", "mue_mai", "mue_age")),
)


def with_indices(services: pl.DataFrame) -> pl.DataFrame:
    """Add the geographic indices of the line's locality; null where it has none or none are published for the date."""
    if services["mac"].is_null().all():
        return services.with_columns(_NO_INDICES)
    periods, table = fees.gpci_periods()
    numbered = services.with_columns(periods.number(services["dos"]), localized=pl.col("mac").is_not_null())
    return beside(numbered, table, ["mac", "locality", "period"]).drop("period")


_NO_INDICES = (
    pl.lit(False).alias("localized"),
    *(pl.lit(None, dtype=pl.Float64).alias(name) for name in ("gpci_work", "gpci_pe", "gpci_mp")),
)


def with_diagnoses(services: pl.DataFrame) -> pl.DataFrame:
    """Add what is wrong with the claim's diagnoses: each distinct list is looked up once."""
    each = services.select("diagnoses").unique().drop_nulls().with_columns(diagnosis=pl.col("diagnoses").str.split(" "))
    each = each.explode("diagnosis")
    found = icd10.lookup(each["diagnosis"])
    listed = (
        each.hstack(found.select("known", "billable"))
        .group_by("diagnoses", maintain_order=True)
        .agg(
            diagnosis_count=(pl.col("diagnosis") != "").sum().cast(pl.Int64),
            diagnosis_unknown=pl.col("diagnosis").filter(~pl.col("known")).first(),
            diagnosis_unbillable=pl.col("diagnosis").filter(pl.col("known") & ~pl.col("billable")).first(),
        )
    )
    return beside(services, listed, ["diagnoses"]).with_columns(_DIAGNOSES)


_HIGHEST_POINTER = pl.col("pointers").str.extract_all(r"\d+").cast(pl.List(pl.Int64), strict=False).list.max()
_COVERED = icd10.COVERS.covers(pl.col("dos"))
_DIAGNOSES = (
    _COVERED.alias("diagnosis_table_covers"),
    pl.when(~_COVERED).then(pl.lit("ICD-10-CM release of April 2026")).alias("diagnosis_age"),
    pl.coalesce("diagnosis_count", pl.when("carries_diagnoses").then(0)).alias("diagnosis_count"),
    pl.when(pl.col("diagnosis_count") < _HIGHEST_POINTER).then(_HIGHEST_POINTER).alias("pointer_beyond"),
)


def with_identifiers(services: pl.DataFrame) -> pl.DataFrame:
    """Add whether each NPI's check digit is right; null where there is no NPI. Each distinct NPI is tried once."""
    columns = ("rendering_npi", "billing_npi", "referring_npi")
    distinct = pl.concat([services[c] for c in columns]).unique().drop_nulls()
    if distinct.is_empty():
        return services.with_columns(pl.lit(None, dtype=pl.Boolean).alias(f"{c}_valid") for c in columns)
    right = pl.Series([npi.is_valid(number) for number in distinct])
    return services.with_columns(
        pl.col(c).replace_strict(distinct, right, default=None).alias(f"{c}_valid") for c in columns
    )
