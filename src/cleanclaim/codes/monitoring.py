"""What remote therapeutic monitoring codes stand for: minutes of a calendar month, days with readings of 30 days."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import polars as pl

from cleanclaim.citation import Citation

FILE = Path(__file__).parent / "authored" / "monitoring.toml"
_SCHEMA = {
    "code": pl.String,
    "counts": pl.String,
    "least": pl.Int64,
    "most": pl.Int64,
    "step": pl.Int64,
    "standing": pl.String,
}


@cache
def bands() -> pl.DataFrame:
    """Return one row per code, in code order: code, counts, least, most, step, standing.

    ``counts`` is *minutes* (of management, in the calendar month) or *readings* (days with readings, in the device's 30
    days); ``least`` and ``most`` the band that the code stands for, inclusive, ``most`` null where it is open; ``step``
    the minutes of each further unit past ``least``, null where the code is billed once.
    Source: ``authored/monitoring.toml``.

    >>> bands().filter(code="98979").select("counts", "least", "most").row(0)
    ('minutes', 10, 19)
    """
    written = tomllib.loads(FILE.read_text("utf-8"))["band"]
    return pl.DataFrame([{name: band.get(name) for name in _SCHEMA} for band in written], schema=_SCHEMA).sort("code")


@cache
def sources() -> dict[str, Citation]:
    """Return where each code's band is published.

    >>> sources()["98985"].section
    'devices, 2 to 15 days'
    """
    written = tomllib.loads(FILE.read_text("utf-8"))["band"]
    return {band["code"]: Citation(**band["source"]) for band in written}
