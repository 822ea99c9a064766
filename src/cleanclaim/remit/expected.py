"""What the payer should have allowed and paid for a claim line: the one place that matching asks."""

from __future__ import annotations

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.expectation import expect
from cleanclaim.remit.alike import once_a_kind

EXPECTED = pl.Schema(
    {
        "row": pl.Int64(),
        "expected_allowed_cents": pl.Int64(),
        "expected_basis": pl.String(),
        "kept_share": pl.Int64(),
    }
)


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
    return told(mapped) if changed else once_a_kind(mapped, told)
