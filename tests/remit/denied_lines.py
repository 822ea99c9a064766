"""Denied lines for tests: services of one made-up clinic, and what a payer says of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.claims.episodes import Records
from cleanclaim.claims.outcomes import OUTCOME
from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.remit.next_steps import next_steps

DOS, DECIDED = date(2024, 8, 13), date(2024, 8, 30)
_CARRIES = {
    name: True
    for name in SERVICES.schema.names()
    if name.startswith("carries_") and name not in ("carries_occurrences", "carries_attending", "carries_revenue")
}


def services(*lines: dict[str, Any]) -> pl.DataFrame:
    """Return billed lines of one Medicare visit as SERVICES; ``modifiers`` as text, the rest by column."""
    return SERVICES.conform(pl.DataFrame([_row(n, line) for n, line in enumerate(lines)], infer_schema_length=None))


def _row(row: int, line: dict[str, Any]) -> dict[str, Any]:
    modifiers = line.get("modifiers", "GP").split()
    return {
        "row": row, "file_id": 0, "source_line": row + 1, "claim_id": "K1", "visit_id": "V1", "line_number": row + 1,
        "patient_id": "P1", "payer": "medicare", "claim_form": "professional", "setting": "office", "dos": DOS,
        "received": date(2024, 8, 16), "place_of_service": "11", "modifier_count": len(modifiers), "units": 1.0,
        "billed": True, "charge_cents": 6000, "diagnoses": "M54.50", "pointers": "1", "rendering_npi": "1245319599",
        "billing_npi": "1234567893", "referring_npi": "1003000126", "credential": "PT", "ytd_pt_slp_cents": 0,
        **_CARRIES, **{f"modifier_{n}": word for n, word in enumerate(modifiers, 1)},
        **{name: value for name, value in line.items() if name != "modifiers"},
    }  # fmt: skip


def steps(
    frame: pl.DataFrame,
    denied: dict[int, tuple[str, str]],
    *,
    config: str = "",
    decided_on: date = DECIDED,
    records: Records | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of DENIAL for lines denied with reasons and remarks, both as text, by row."""
    settings = Config.parse(config)
    told = settings.resolve(frame).filter(pl.col("row").is_in(list(denied)))
    outcomes = told.with_columns(
        modifiers=pl.concat_str([f"modifier_{n}" for n in range(1, 5)], separator=" ", ignore_nulls=True),
        paid_on=pl.lit(decided_on),
        answers=pl.lit(1, dtype=pl.Int64),
        paid_cents=pl.lit(0, dtype=pl.Int64),
        patient_cents=pl.lit(0, dtype=pl.Int64),
        denied_cents="charge_cents",
        file_id=pl.lit(0, dtype=pl.Int64),
        payer_control=pl.lit("9001"),
        reasons=pl.col("row").replace_strict({row: one[0] for row, one in denied.items()}, return_dtype=pl.String),
        remarks=pl.col("row").replace_strict({row: one[1] for row, one in denied.items()}, return_dtype=pl.String),
        outcome=pl.lit("denied"),
        sequence=pl.lit("P"),
    )
    return next_steps(OUTCOME.conform(outcomes), frame, settings, as_of=decided_on, records=records).to_dicts()


def step(line: dict[str, Any], reasons: str, remarks: str = "", **asked: Any) -> dict[str, Any]:
    """Return the row of DENIAL for a visit of one line."""
    return steps(services(line), {0: (reasons, remarks)}, **asked)[0]


def told(found: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a test of a decision reads: cause, who, step, appeal, rules that would have stopped it."""
    return found["cause"], found["who"], found["step"], found["appeal"], found["stopped_by"]
