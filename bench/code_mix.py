"""How often each code is billed, by discipline, after Medicare's published utilization: the table ``code_mix.csv``.

    python bench/code_mix.py FOLDER

writes the table anew from ``partb_util_2012_smallstates.csv`` in FOLDER (Medicare Provider Utilization and Payment
Data, Physician and Other Supplier, CY2012; 21 small states and territories, services summed by code and specialty).
Codes that have ended since stand under the code that took their place; codes of less than 2 units in a thousand, and
evaluations, whose number follows from the plans of care, are left out.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import polars as pl

TABLE = Path(__file__).with_name("code_mix.csv")
_FILE = "partb_util_2012_smallstates.csv"
_SPECIALTIES = {
    "Physical Therapist": "PT",
    "Occupational therapist": "OT",
    "Speech Language Pathologist": "SLP",
    "Chiropractic": "DC",
}
_SUCCESSORS = {"97532": "97129", "97762": "97763"}
_EVALUATIONS = ("92610", "92611", "92520")
_OTHERS = ("99213", "99214", "98942")
_LEAST = 0.002
_SOURCE = (
    "# Units billed to Medicare Part B by code, as a share of the discipline's.",
    "# Source: CMS, Medicare Provider Utilization and Payment Data: Physician and Other Supplier, CY2012 (public",
    "# domain), 21 small states and territories, from DallasMorningNews/Medicare-metrics-data @ 9a69fb1b.",
    "# Made by bench/code_mix.py.",
)


@cache
def shares(discipline: str) -> dict[str, float]:
    """Return each code's share of the units of a discipline (PT, OT, SLP, DC), the most frequent first.

    >>> list(shares("PT"))[:2]
    ['97110', '97140']
    """
    table = pl.read_csv(TABLE, comment_prefix="#", schema_overrides={"code": pl.String})
    return dict(table.filter(pl.col("discipline") == discipline).select("code", "share").iter_rows())


def _counted(folder: Path) -> pl.DataFrame:
    billed = pl.read_csv(folder / _FILE, schema_overrides={"hcpcs": pl.String})
    return (
        billed.select(
            "services",
            discipline=pl.col("provider_specialty").replace_strict(_SPECIALTIES, default=None),
            code=pl.col("hcpcs").replace(_SUCCESSORS),
        )
        .drop_nulls("discipline")
        .filter(~pl.col("code").is_in([*_EVALUATIONS, *_OTHERS]))
        .group_by("discipline", "code")
        .agg(pl.col("services").sum())
        .with_columns(share=pl.col("services") / pl.col("services").sum().over("discipline"))
        .filter(pl.col("share") >= _LEAST)
        .select("discipline", "code", pl.col("share").round(4))
        .sort("discipline", "share", "code", descending=[False, True, False])
    )


if __name__ == "__main__":
    TABLE.write_text("\n".join(_SOURCE) + "\n" + _counted(Path(sys.argv[1])).write_csv())
