"""What the payer should have allowed and paid for a claim line: the one place that matching asks."""

from __future__ import annotations

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.expectation import expect, periods_of
from cleanclaim.remit.alike import once_a_kind

EXPECTED = pl.Schema(
    {
        "row": pl.Int64(),
        "expected_allowed_cents": pl.Int64(),
        "expected_basis": pl.String(),
        "kept_share": pl.Int64(),
    }
)
LATER_PAYER = "a later payer: what it owes depends on the first payer's decision"
UNMAPPED = "the payer is not mapped to a pack"
UNPRICED = "no fees are known for the payer, the code, the date or the locality"


def expected_unknown() -> pl.Expr:
    """Return why it is not known what to expect of a claim line (``row``, ``level``, ``pack``); null where it is.

    No pack says how a later payer pays on top of the first, so nothing is expected of one, whatever the first payer
    left to the patient.

    >>> rows = {"row": [0, 1], "level": ["S", "P"], "pack": ["medicare", None], "expected_allowed_cents": [None, None]}
    >>> pl.DataFrame(rows).select(expected_unknown()).to_series().to_list() == [LATER_PAYER, UNMAPPED]
    True
    """
    later = pl.when(pl.col("level") != "P").then(pl.lit(LATER_PAYER))
    reason = later.when(pl.col("pack").is_null()).then(pl.lit(UNMAPPED)).otherwise(pl.lit(UNPRICED))
    asked = pl.col("row").is_not_null() & pl.col("expected_allowed_cents").is_null()
    return pl.when(asked).then(reason).alias("expected_unknown")


def expected(services: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return what is expected for each billed line of ``services`` (SERVICES, resolved) of which that is known.

    One row each, EXPECTED; ``kept_share`` goes with :func:`cleanclaim.engine.payment.paid_after`, since what a patient
    has left of a deductible is not known before the payer says so. A national price is no expectation, for no payer
    pays it. The reduction of the day reaches over all lines of a patient's day, so ``services`` holds whole patients.
    Source: :mod:`cleanclaim.engine.payment`.

    >>> from cleanclaim.claims.services import SERVICES
    >>> expected(SERVICES.empty(), Config.load(None)).height
    0
    """
    mapped = services.filter(pl.col("billed") & pl.col("pack").is_not_null())
    if not mapped.height:
        return pl.DataFrame(schema=EXPECTED)
    known = (pl.col("price_basis") == "expected") & pl.col("expected_allowed_cents").is_not_null()

    def told(lines: pl.DataFrame) -> pl.DataFrame:
        every = expect(lines, config.policy, columns=("price_basis", *EXPECTED.names()))
        return every.filter(known).select(EXPECTED.names())

    # a claim that replaces another bears on other days
    changed = mapped["frequency"].is_in(["7", "8"]).any()
    if changed:
        return told(mapped)
    # of the date counts which values were in force, and the year, which a contract may name
    dates = [periods_of(config.policy).number(mapped["dos"]), mapped["dos"].dt.year()]
    return once_a_kind(mapped, told, dated=dates)
