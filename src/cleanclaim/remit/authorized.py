"""Which lines an authorization on file covers, as the check counts them."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.episodes import Records
from cleanclaim.config import Config
from cleanclaim.engine.check import CheckResult
from cleanclaim.engine.episodes import used_by
from cleanclaim.engine.treatment import treatment_days

_ID, _TEXT = pl.col("authorization_id"), pl.col("authorization_text")
_COVERED = pl.col("authorization_gap").is_null() & _ID.is_not_null()
_SCHEMA = {"row": pl.Int64(), "day_row": pl.Int64(), "authorized": pl.Boolean(), "authorization": pl.String()}


def authorized(result: CheckResult, records: Records | None, config: Config) -> pl.DataFrame:
    """Return per line billed to a first payer whether an authorization in ``records`` covers it.

    ``row``, ``day_row`` (the row of its treatment day), ``authorized`` and ``authorization``: the number of the one
    that covers it, else that of the nearest and why it does not; null where the patient has none. No rows where no
    authorizations are given. Visits and units are counted over the services of ``result``, and those used before.
    """
    if records is None or records.authorizations is None:
        return pl.DataFrame(schema=_SCHEMA)
    days = treatment_days(result.grains.given, result.grains.line)
    found, lines = used_by(days, result.grains.given, records.authorizations, config)
    told = lines.hstack(found.of_line.sort("line").drop("line"))
    short = pl.when(_ID.is_not_null()).then(pl.concat_str(_ID, pl.lit(" ("), _TEXT, pl.lit(")")))
    return told.select(
        "row", "day_row", authorized=_COVERED, authorization=pl.when(_COVERED).then(_ID).otherwise(short)
    )
