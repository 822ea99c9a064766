"""What publications and payers say of each line: code facts, payer policy and dated parameters, joined by period."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from cleanclaim.codes import fees, hcpcs, icd10, npi, params
from cleanclaim.dated import Periods

# HCPCS Level I is five digits, or four and a letter; Level II a letter and four digits
_CODE_FORM = r"^(\d{5}|\d{4}[A-Z]|[A-Z]\d{4})$"


class Policies(Protocol):
    """Payer policy by pack and period; a clinic's configuration adds its own packs."""

    def periods(self) -> Periods:
        """The periods within which no policy changes."""

    def policy_by_period(self) -> pl.DataFrame:
        """One row per pack and period."""

    def code_policy_by_period(self) -> pl.DataFrame:
        """One row per pack, code and period."""


def with_code_facts(services: pl.DataFrame) -> pl.DataFrame:
    """Add the facts of each code on its date (source: the tables of ``codes``); rows in equal rows out."""
    table = hcpcs.code_periods()
    joined = services.with_columns(hcpcs.periods().number(services["dos"])).join(
        table, on=["code", "period"], how="left", maintain_order="left", validate="m:1"
    )
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


def with_policy(services: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    """Add the payer's policy and the year's parameters for each line; null where the payer is not mapped."""
    numbered = services.with_columns(policies.periods().number(services["dos"]))
    joined = (
        numbered.join(
            policies.policy_by_period(), on=["pack", "period"], how="left", maintain_order="left", validate="m:1"
        )
        .join(
            policies.code_policy_by_period(),
            on=["pack", "code", "period"],
            how="left",
            maintain_order="left",
            validate="m:1",
        )
        .drop("period")
    )
    dated = joined.with_columns(params.periods().number(services["dos"])).join(
        params.by_period(), on="period", how="left", maintain_order="left", validate="m:1"
    )
    institutional = pl.col("claim_form") == "institutional"
    hospital_rate = (pl.col("setting") == "critical_access_hospital") | pl.col("bill_type").str.starts_with("85")
    # a critical access hospital is not paid under the fee schedule, so the assistant's modifiers do not apply there
    critical_access = pl.when(institutional).then(hospital_rate).otherwise(pl.lit(False))
    return dated.with_columns(
        assistant_modifier_required=pl.col("assistant_modifier_required")
        & pl.col("assistant_modifier_in_force")
        & ~pl.coalesce(critical_access, pl.lit(False)),
        either_column_bypass=pl.when(institutional)
        .then("either_column_institutional")
        .otherwise("either_column_professional"),
        kx_threshold_cents=pl.when(pl.col("discipline") == "GO")
        .then("kx_threshold_ot_cents")
        .when(pl.col("discipline").is_not_null())
        .then("kx_threshold_pt_slp_cents"),
        ytd_cents=pl.when(pl.col("discipline") == "GO")
        .then("ytd_ot_cents")
        .when(pl.col("discipline").is_not_null())
        .then("ytd_pt_slp_cents"),
        code_excluded=pl.coalesce("code_excluded", pl.when(pl.col("pack").is_not_null()).then(pl.lit(False))),
        **_maximums(institutional),
    ).drop("period")


def _maximums(institutional: pl.Expr) -> dict[str, pl.Expr]:
    """The unit maximum of the table that the payer uses for this form of claim."""
    table = pl.when(institutional).then("maximums_institutional").otherwise("maximums_professional")
    used = pl.col("unit_maximums_apply") & pl.col("claim_form").is_not_null()

    def chosen(column: str) -> pl.Expr:
        picked = pl.when(table == "practitioner").then(f"{column}_practitioner")
        picked = picked.when(table == "hospital").then(f"{column}_hospital")
        return pl.when(used).then(picked.when(table == "medicaid").then(f"{column}_medicaid"))

    return {name: chosen(name) for name in ("mue_units", "mue_mai", "mue_age")}


def with_indices(services: pl.DataFrame) -> pl.DataFrame:
    """Add the geographic indices of the line's locality; null where it has none or none are published for the date."""
    periods, table = fees.gpci_periods()
    return (
        services.with_columns(periods.number(services["dos"]), localized=pl.col("mac").is_not_null())
        .join(table, on=["mac", "locality", "period"], how="left", maintain_order="left", validate="m:1")
        .drop("period")
    )


def with_diagnoses(services: pl.DataFrame) -> pl.DataFrame:
    """Add what is wrong with the claim's diagnoses: each distinct list is looked up once."""
    lists = services.select("diagnoses").unique().drop_nulls()
    each = lists.with_columns(diagnosis=pl.col("diagnoses").str.split(" ")).explode("diagnosis")
    found = icd10.lookup(each["diagnosis"].unique()).rename({"code": "diagnosis"})
    first_bad = (
        each.join(found, on="diagnosis", how="left", maintain_order="left")
        .group_by("diagnoses", maintain_order=True)
        .agg(
            diagnosis_count=pl.col("diagnosis").filter(pl.col("diagnosis") != "").count().cast(pl.Int64),
            diagnosis_unknown=pl.col("diagnosis").filter(~pl.col("known")).first(),
            diagnosis_unbillable=pl.col("diagnosis").filter(pl.col("known") & ~pl.col("billable")).first(),
        )
    )
    beyond = (
        services.select("diagnoses", "pointers")
        .unique()
        .drop_nulls()
        .join(first_bad.select("diagnoses", "diagnosis_count"), on="diagnoses", how="left")
        .with_columns(pointer=pl.col("pointers").str.split(" ").cast(pl.List(pl.Int64), strict=False))
        .with_columns(
            pointer_beyond=pl.col("pointer")
            .list.eval(pl.element().filter(pl.element() > 0))
            .list.max()
        )
        .with_columns(pointer_beyond=pl.when(pl.col("pointer_beyond") > pl.col("diagnosis_count")).then("pointer_beyond"))
        .select("diagnoses", "pointers", "pointer_beyond")
    )
    covered = icd10.COVERS.covers(pl.col("dos"))
    return (
        services.join(first_bad, on="diagnoses", how="left", maintain_order="left", validate="m:1")
        .join(beyond, on=["diagnoses", "pointers"], how="left", maintain_order="left", validate="m:1")
        .with_columns(
            diagnosis_table_covers=covered,
            diagnosis_age=pl.when(~covered).then(pl.lit("ICD-10-CM release of April 2026")),
            diagnosis_count=pl.coalesce("diagnosis_count", pl.when(pl.col("carries_diagnoses")).then(0)),
        )
    )


def with_identifiers(services: pl.DataFrame) -> pl.DataFrame:
    """Add whether each NPI's check digit is right; null where there is no NPI. Each distinct NPI is tried once."""
    columns = ("rendering_npi", "billing_npi", "referring_npi")
    distinct = pl.concat([services[c] for c in columns]).unique().drop_nulls().alias("npi")
    verdicts = pl.DataFrame({"npi": distinct, "valid": npi.valid(distinct)})
    for column in columns:
        services = services.join(
            verdicts.rename({"npi": column, "valid": f"{column}_valid"}), on=column, how="left", maintain_order="left"
        )
    return services
