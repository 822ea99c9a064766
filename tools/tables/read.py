"""Reading of the input files: everything as text, typed by the builder that knows what it means."""

from __future__ import annotations

from pathlib import Path

import polars as pl

AUTHORED = Path(__file__).parents[1] / "authored"


def text_csv(path: Path) -> pl.DataFrame:
    """Return a CSV file with every column as text and empty cells null."""
    return pl.read_csv(path, infer_schema=False)


def authored(name: str) -> pl.DataFrame:
    """Return one of the project's own CSV files (labels and mappings written for this project)."""
    return text_csv(AUTHORED / f"{name}.csv")
