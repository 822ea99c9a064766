"""Where therapy is given: places of service, bill types and revenue codes, and the setting each goes with."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import tables

# CMS's settings for therapy under Part B, with the words to show (Pub. 100-04, ch. 5 sec. 10).
SETTINGS = {
    "office": "private practice or office",
    "outpatient_hospital": "outpatient hospital",
    "critical_access_hospital": "critical access hospital",
    "skilled_nursing_part_b": "skilled nursing facility, Part B",
    "home_health_part_b": "home health agency, Part B",
    "rehabilitation_agency": "rehabilitation agency",
    "corf": "comprehensive outpatient rehabilitation facility",
}

# Places of service that say telehealth: the patient elsewhere than at home, and at home.
TELEHEALTH = ("02", "10")


@cache
def places() -> pl.DataFrame:
    """Return CMS's assigned places of service, one row each: facility (Boolean) and our label (may be null).

    >>> places().filter(pl.col("place_of_service") == "11").row(0)
    ('11', False, 'office')
    """
    return tables.load("places")


def place_known(codes: pl.Series) -> pl.Series:
    """Return for each place of service whether CMS has assigned it; null for null.

    >>> place_known(pl.Series(["11", "28", None])).to_list()
    [True, False, None]
    """
    return codes.cast(pl.String).is_in(places()["place_of_service"].implode())


@cache
def setting_places() -> pl.DataFrame:
    """Return the places of service that fit a setting, one row per setting and place; a setting may have none.

    >>> setting_places().filter(pl.col("setting") == "corf")["place_of_service"].to_list()
    ['12', '62']
    """
    return tables.load("setting_places")


@cache
def setting_bill_types() -> pl.DataFrame:
    """Return the bill types (two digits) that fit a setting, one row per setting and type.

    >>> setting_bill_types().filter(pl.col("setting") == "skilled_nursing_part_b")["bill_type"].to_list()
    ['22', '23']
    """
    return tables.load("bill_types").drop_nulls("setting").select("setting", "bill_type", "label", "standing")


@cache
def revenue_discipline() -> pl.DataFrame:
    """Return the discipline of the therapy revenue codes, one row per ``revenue_prefix`` (first three of four digits).

    >>> revenue_discipline().rows()
    [('042', 'GP'), ('043', 'GO'), ('044', 'GN')]
    """
    therapy = tables.load("revenue_codes").drop_nulls("discipline")
    prefix = pl.col("revenue_code").str.slice(0, 3).alias("revenue_prefix")
    return therapy.select(prefix, "discipline").unique().sort("revenue_prefix")
