"""A baseline: the findings that were there before, so that a run tells only what is new.

It holds fingerprints and how often each stands, nothing else: no claim, no patient.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from os import PathLike
from pathlib import Path

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.runs.outcome import FORMAT, KIND, Outcome, is_baseline

_OPTION = "--write-baseline"


def is_known(fingerprints: pl.Series, earlier: Outcome) -> pl.Series:
    """Return, for each finding, whether the earlier run had it.

    Of findings with one fingerprint as many are known as the earlier run had, the first of them.

    >>> earlier = Outcome("b.json", "0.1.0", Counter({"a": 1, "b": 2}))
    >>> is_known(pl.Series(["a", "a", "b", "c"]), earlier).to_list()
    [True, False, True, False]
    """
    named = fingerprints.alias("fingerprint").to_frame()
    before = {"fingerprint": list(earlier.fingerprints), "count": list(earlier.fingerprints.values())}
    counts = pl.DataFrame(before, schema={"fingerprint": pl.String, "count": pl.Int64})
    return (
        named.with_columns(nth=pl.int_range(pl.len()).over("fingerprint"))
        .join(counts, on="fingerprint", how="left", maintain_order="left")
        .select(known=(pl.col("nth") < pl.col("count")).fill_null(False))
        .to_series()
    )


def check_place(path: str | PathLike[str]) -> None:
    """Raise InputError where a baseline may not be written: over a file of another kind, or where no folder is."""
    target = Path(path)
    if target.exists() and not is_baseline(target):
        raise InputError(f"{path} is there and is no baseline; name another file", field=_OPTION)
    if not target.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no such folder; make it first", field=_OPTION)


def write_baseline(fingerprints: pl.Series, path: str | PathLike[str], *, version: str) -> None:
    """Write the baseline of a run's findings; the file is there whole, or as it was before.

    Raises InputError where it may not be or cannot be written.
    """
    check_place(path)
    target = Path(path)
    counts = dict(sorted(Counter(fingerprints).items()))
    document = {"kind": KIND, "format": FORMAT, "cleanclaim": version, "fingerprints": counts}
    try:
        _write(json.dumps(document, indent=1) + "\n", target)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise InputError(f"{path}: {reason}; nothing was written", field=_OPTION) from None


def _write(text: str, target: Path) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
