"""Claims that a payer answers line by line, as they were sent: most of them, and found without looking further."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl


def in_order(asked: pl.DataFrame, lines: pl.DataFrame, alike: Mapping[str, str]) -> pl.DataFrame:
    """Return pairs of answers and lines of decisions in which the first answers the first, the second the second ...

    ``asked`` are answers (``answer``, ``order``, ``claim_no``), ``lines`` claim lines (``line``, ``claim_no``);
    ``alike`` the columns of an answer that must say the same as those of its line. A decision is in the result (one row
    per ``answer``, with ``order`` and ``line``) only if it answers all lines of its claim so; a null is like nothing.

    >>> asked = pl.DataFrame({"answer": [0, 1, 2], "order": [0, 0, 1], "claim_no": [0, 0, 1], "code": ["a", "b", "a"]})
    >>> lines = pl.DataFrame({"line": [0, 1, 2, 3], "claim_no": [0, 0, 1, 1], "code": ["a", "b", "a", "b"]})
    >>> in_order(asked, lines, {"code": "code"}).rows()
    [(0, 0, 0), (1, 0, 1)]
    """
    if not asked.height or not lines.height:
        return asked.select("answer", "order", line=pl.col("answer")).clear()
    if not asked["order"].is_sorted():
        asked = asked.sort("order", maintain_order=True)
    if not lines["claim_no"].is_sorted():
        lines = lines.sort("claim_no", maintain_order=True)
    order, claim = asked["order"].to_numpy(), asked["claim_no"].to_numpy()
    starts = np.flatnonzero(np.append(True, order[1:] != order[:-1]))
    sizes = np.diff(np.append(starts, len(order)))
    count = np.bincount(lines["claim_no"].to_numpy(), minlength=int(claim.max()) + 1)
    fits = count[claim[starts]] == sizes
    answers = np.flatnonzero(np.repeat(fits, sizes))
    if not len(answers):
        return asked.select("answer", "order", line=pl.col("answer")).clear()
    nth = np.arange(len(order)) - np.repeat(starts, sizes)
    met = ((np.cumsum(count) - count)[claim] + nth)[answers]
    own, other = _rows(asked, answers), _rows(lines, met)
    equal = pl.select(
        pl.all_horizontal(own[one] == other[two] for one, two in alike.items()).fill_null(False)
    ).to_series()
    heads = np.cumsum(sizes[fits]) - sizes[fits]
    whole = np.repeat(np.logical_and.reduceat(equal.to_numpy(), heads), sizes[fits])
    pairs = own.select("answer", "order").hstack([other["line"]])
    return pairs if whole.all() else pairs.filter(pl.Series(whole))


def _rows(frame: pl.DataFrame, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    """Return the rows at ``places``; the frame itself where these are all of them, in order."""
    if len(places) == frame.height and (places == np.arange(frame.height)).all():
        return frame
    return frame[places]
