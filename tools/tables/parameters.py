"""Parameters by date: money in cents, shares, factors, and what is in force."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tables.read import authored, text_csv

# published name -> (column, factor to its unit); a factor of None marks a requirement that is or is not in force
NAMES: dict[str, tuple[str, int | None]] = {
    "kx_threshold_pt_slp": ("kx_threshold_pt_slp_cents", 100),
    "kx_threshold_ot": ("kx_threshold_ot_cents", 100),
    "part_b_deductible": ("part_b_deductible_cents", 100),
    "targeted_review_threshold": ("targeted_review_cents", 100),
    "conversion_factor": ("conversion_factor", 1),
    "conversion_factor_non_qp": ("conversion_factor", 1),
    "conversion_factor_qp": ("conversion_factor_qp", 1),
    "sequestration": ("sequestration", 1),
    "mppr_pe_reduction_office": ("mppr_pe_reduction_office", 1),
    "mppr_pe_reduction_institution": ("mppr_pe_reduction_institution", 1),
    "mppr_pe_reduction": ("mppr_pe_reduction", 1),
    "assistant_modifier_required": ("assistant_modifier_in_force", None),
    "assistant_payment_share": ("assistant_share", 1),
    "assistant_de_minimis_share": ("assistant_de_minimis_share", 1),
    "assistant_final_unit_midpoint_test": ("assistant_midpoint_test", None),
    "either_column_bypass_part_b": ("either_column_in_force", None),
    "discipline_modifier_returned": ("discipline_modifier_returned", None),
    "functional_reporting_g_codes": ("functional_reporting", None),
    "initial_certification_signature_exception": ("certification_signature_exception", None),
    "general_supervision_private_practice": ("general_supervision_private_practice", None),
    "therapist_telehealth": ("therapist_telehealth", None),
}


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return ``parameters``, one row per parameter and span: a number, or a requirement that is in force."""
    rows = pl.concat([text_csv(folder / "params.csv"), authored("parameters")])
    unknown = set(rows["parameter"]) - set(NAMES)
    assert not unknown, f"parameters without a name here: {sorted(unknown)}"
    columns = pl.DataFrame(
        {
            "parameter": list(NAMES),
            "column": [c for c, _ in NAMES.values()],
            "factor": pl.Series([f for _, f in NAMES.values()], dtype=pl.Float64),
        }
    )
    number = (pl.col("value").cast(pl.Float64) * pl.col("factor")).alias("number")
    typed = rows.join(columns, on="parameter", how="left").select(
        pl.col("column").alias("parameter"),
        pl.col("first_day", "last_day").str.to_date(),
        pl.when(pl.col("column").str.ends_with("_cents")).then(number.round(0)).otherwise(number),
        pl.col("factor").is_null().alias("in_force"),
        "standing",
    )
    return {"parameters": typed.sort("parameter", "first_day")}
