"""Days of patients that are alike but for whose they are: what depends on a day's lines alone is worked out once.

A month of claims has few kinds of days: the same codes, units, charges and payers again and again. Lines of a patient's
day, in order, are told by a number made of all that they say, without the numbers of patients, claims and rows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

_OF_ONE = (
    "row", "file_id", "source_line", "claim_seq", "claim_id", "visit_id", "patient_id", "line_number", "line_control",
)  # fmt: skip
"""What says whose a line is and where it stands, and nothing of what it is."""
_PERSON = pl.coalesce("patient_id", "visit_id", "claim_id").alias("person")
_CLAIM = ("file_id", "claim_seq", "claim_id", "visit_id", "frequency")
_WORTH_IT = 2
_ODD = np.uint64(0x9E3779B97F4A7C15)
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def once_a_kind(services: pl.DataFrame, find: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Return what ``find`` says of ``services`` (SERVICES), asked of one day of each kind.

    ``find`` returns rows keyed by ``row``, at most one for each given, which depend on nothing but the lines of the
    same patient and day, in the order of ``row``. Rows come in no order. Two kinds are taken for one where their
    64-bit numbers are equal: once in a hundred million files of a hundred thousand days.

    >>> from cleanclaim.claims.services import SERVICES
    >>> day = {"dos": None, "code": "97530"}
    >>> two = SERVICES.conform(pl.DataFrame([{"row": n, "patient_id": f"P{n}", **day} for n in range(4)]))
    >>> asked = []
    >>> def told(rows: pl.DataFrame) -> pl.DataFrame:
    ...     asked.append(rows.height)
    ...     return rows.select("row", told="code")
    >>> sorted(once_a_kind(two, told).rows()), asked
    ([(0, '97530'), (1, '97530'), (2, '97530'), (3, '97530')], [1])
    """
    if not services.height:
        return find(services)
    days = services.select(_PERSON, "dos").hash_rows().to_numpy()
    rows = services["row"].to_numpy()
    order = np.lexsort((rows, days))
    days = days[order]
    starts = np.flatnonzero(np.append(True, days[1:] != days[:-1]))
    sizes = np.diff(np.append(starts, len(days)))
    place = np.arange(len(days)) - np.repeat(starts, sizes)
    said = _said(services, order, np.repeat(starts, sizes))
    kinds = np.add.reduceat(said * _multiplier(place), starts) + sizes.astype(np.uint64)
    _, first, kind = np.unique(kinds, return_index=True, return_inverse=True)
    if len(first) * _WORTH_IT > len(starts):
        return find(services)
    # the line of its kind's first day that each line is like
    like = np.repeat(starts[first][kind], sizes) + place
    asked = np.zeros(len(days), bool)
    asked[like] = True
    found = find(services[np.sort(order[asked])])
    held: Ints = np.full(int(rows.max()) + 1, -1, np.int64)
    held[found["row"].to_numpy()] = np.arange(found.height)
    answers = held[rows[order[like]]]
    known = answers >= 0
    told: pl.DataFrame = found[answers[known]]
    return told.with_columns(row=pl.Series(rows[order][known])).select(found.columns)


def _said(services: pl.DataFrame, order: Ints, first: Ints) -> Words:
    """Return a number for what each line says, in ``order``, and for whether its claim is that of the ``first``."""
    names = [c.name for c in services.get_columns() if c.name not in _OF_ONE and c.null_count() < len(c)]
    lines = services.select(*names, pl.col("patient_id").is_null().alias("_nobody"))
    claims = services.select(_CLAIM).hash_rows().to_numpy()[order]
    # of days with several claims no two are alike
    said: Words = lines.hash_rows().to_numpy()[order] + (claims - claims[first])
    return said


def _multiplier(place: Ints) -> Words:
    """Return an odd number for each place in a day, so that the order of its lines counts."""
    mixed = (place.astype(np.uint64) + np.uint64(1)) * _ODD
    mixed ^= mixed >> np.uint64(29)
    return mixed * np.uint64(0xBF58476D1CE4E5B9) | np.uint64(1)
