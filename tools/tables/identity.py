"""Modifiers, places, bill types, revenue codes, clinicians, diagnoses, adjustment codes: with this project's words."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tables.read import authored, text_csv

REVENUE_DISCIPLINES = {"042": "GP", "043": "GO", "044": "GN"}
# NUCC classification (and specialization, where it decides) -> discipline, assistant
THERAPISTS = {
    ("Physical Therapist", None): ("GP", False, "physical therapist"),
    ("Physical Therapy Assistant", None): ("GP", True, "physical therapist assistant"),
    ("Occupational Therapist", None): ("GO", False, "occupational therapist"),
    ("Occupational Therapy Assistant", None): ("GO", True, "occupational therapy assistant"),
    ("Speech-Language Pathologist", None): ("GN", False, "speech-language pathologist"),
    ("Specialist/Technologist", "Speech-Language Assistant"): ("GN", True, "speech-language assistant"),
}

# NUCC groupings whose clinicians have others' therapy billed incident to their own services
PHYSICIANS = (
    "Allopathic & Osteopathic Physicians",
    "Physician Assistants & Advanced Practice Nursing Providers",
    "Podiatric Medicine & Surgery Service Providers",
)


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return the tables by name; each is one row per code, or per setting and code."""
    return {
        "modifiers": authored("modifiers").with_columns(pl.col("first_day", "last_day").str.to_date()).sort("modifier"),
        "credentials": authored("credentials")
        .with_columns(pl.col("assistant", "physician") == "true")
        .sort("credential"),
        "taxonomies": _taxonomies(folder),
        "places": _places(folder),
        "setting_places": authored("setting_places").sort("setting", "place_of_service"),
        "bill_types": _bill_types(folder),
        "revenue_codes": _revenue_codes(folder),
        "icd10cm": _diagnoses(folder),
        "adjustments": _adjustments(folder),
    }


def _taxonomies(folder: Path) -> pl.DataFrame:
    rows = text_csv(folder / "taxonomy.csv").sort("code")
    facts = [
        THERAPISTS.get((c, None)) or THERAPISTS.get((c, s)) or (None, False, None)
        for c, s in zip(rows["classification"], rows["specialization"], strict=True)
    ]
    return pl.DataFrame(
        {
            "taxonomy": rows["code"],
            "discipline": pl.Series([f[0] for f in facts], dtype=pl.String),
            "assistant": [f[1] for f in facts],
            "label": pl.Series([f[2] for f in facts], dtype=pl.String),
            "physician": rows["grouping"].is_in(PHYSICIANS),
        }
    )


def _places(folder: Path) -> pl.DataFrame:
    assigned = text_csv(folder / "pos.csv").filter(pl.col("setting") != "Unassigned")
    return (
        assigned.select(place_of_service="pos", facility=pl.col("setting") == "Facility")
        .join(authored("places"), on="place_of_service", how="left")
        .sort("place_of_service")
    )


def _bill_types(folder: Path) -> pl.DataFrame:
    known = text_csv(folder / "tob_facility_class.csv").filter(pl.col("tob12").str.contains(r"^\d\d$"))
    return known.select(bill_type="tob12").join(authored("bill_types"), on="bill_type", how="left").sort("bill_type")


def _revenue_codes(folder: Path) -> pl.DataFrame:
    prefix = pl.col("revenue_code").str.slice(0, 3)
    return (
        text_csv(folder / "revenue_codes.csv")
        .select(revenue_code="rev_code")
        .join(authored("revenue"), on="revenue_code", how="left")
        .with_columns(discipline=prefix.replace_strict(REVENUE_DISCIPLINES, default=None, return_dtype=pl.String))
        .sort("revenue_code")
    )


def _diagnoses(folder: Path) -> pl.DataFrame:
    """Codes without the dot, in order; a code that is also the heading of its own section stands twice in the file."""
    rows = text_csv(folder / "icd10cm_apr2026_codes.csv").unique()
    bare = pl.col("code").str.replace(".", "", literal=True)
    return rows.select(bare, billable=pl.col("billable") == "1").sort("code")


def _adjustments(folder: Path) -> pl.DataFrame:
    """Every group, adjustment reason and remark code with its dates; a meaning where the project wrote one."""
    own = pl.concat(
        [
            text_csv(folder / f"{kind.lower()}.csv").select(pl.lit(kind).alias("kind"), "code", meaning="paraphrase")
            for kind in ("CARC", "RARC")
        ]
        + [authored("groups").select(pl.lit("group").alias("kind"), "code", "meaning")]
    )
    listed = text_csv(folder / "carc_rarc_all_codes.csv").with_columns(
        kind=pl.col("type").replace({"Group": "group"}),
        first_day=pl.col("start").str.to_date(),
        last_day=pl.col("stop").str.to_date(),
    )
    return (
        listed.join(own, on=["kind", "code"], how="left")
        .select("kind", "code", "meaning", "first_day", "last_day")
        .sort("kind", "code")
    )
