"""Days of patients that are alike but for whose they are: what depends on a day's lines alone is worked out once.

A month of claims has few kinds of days: the same codes, units, charges and payers again and again. Lines of a patient's
day, in order, are told by a number made of all that they say, without the numbers of patients, claims and rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

_OF_ONE = (
    "row", "file_id", "source_line", "claim_seq", "claim_id", "visit_id", "patient_id", "line_number", "line_control",
    "dos",
)  # fmt: skip
"""What says whose a line is, where it stands and when, and nothing of what it is."""
_PERSON = pl.coalesce("patient_id", "visit_id", "claim_id").alias("person")
_UNNAMED = pl.col("claim_id").is_null() & pl.col("visit_id").is_null()
_CLAIM = (
    "file_id", "claim_seq", pl.coalesce("claim_id", "visit_id").alias("_claim"),
    pl.when(_UNNAMED).then("dos").alias("_day"), _PERSON, pl.col("sequence").fill_null("P"), "frequency",
)  # fmt: skip
"""What tells claims apart, as :mod:`cleanclaim.engine.keys` does."""
_WORTH_IT = 2
_MOST_LINES = 32
"""Lines of a day up to which it is looked at which of them share a claim."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def once_a_kind(
    services: pl.DataFrame, find: Callable[[pl.DataFrame], pl.DataFrame], *, dated: Sequence[pl.Series] | None = None
) -> pl.DataFrame:
    """Return what ``find`` says of ``services`` (SERVICES), asked of one day of each kind.

    ``dated`` is what counts of the date of each line, such as the number of a period; the date itself by default.

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
    if not services["row"].is_sorted():
        services = services.sort("row")
    named = services.select(_PERSON, "dos").hash_rows()
    order = named.to_frame("day").select(pl.arg_sort_by("day", maintain_order=True))["day"].to_numpy()
    days = named.to_numpy()[order]
    starts = np.flatnonzero(np.append(True, days[1:] != days[:-1]))
    sizes = np.diff(np.append(starts, len(days)))
    place = np.arange(len(days)) - np.repeat(starts, sizes)
    claims = _claims(services.select(_CLAIM).hash_rows().to_numpy(), order, starts, sizes, place)
    if claims is None:
        return find(services)
    said = _said(services, [services["dos"]] if dated is None else dated)[order] + claims
    kinds = np.add.reduceat(said * _multiplier(place), starts) + sizes.astype(np.uint64)
    _, first, kind = np.unique(kinds, return_index=True, return_inverse=True)
    if len(first) * _WORTH_IT > len(starts):
        return find(services)
    # the line of its kind's first day that each line is like
    like = np.repeat(starts[first][kind], sizes) + place
    asked = np.zeros(len(days), bool)
    asked[like] = True
    found = find(services[np.sort(order[asked])])
    rows = services["row"].to_numpy()
    held: Ints = np.full(int(rows[-1]) + 1, -1, np.int64)
    held[found["row"].to_numpy()] = np.arange(found.height)
    answers = held[rows[order[like]]]
    known = answers >= 0
    told: pl.DataFrame = found[answers[known]]
    return told.with_columns(row=pl.Series(rows[order][known])).select(found.columns)


def _said(services: pl.DataFrame, dates: Sequence[pl.Series]) -> Words:
    """Return a number for what each line says, but for whose it is."""
    names = [c.name for c in services.get_columns() if c.name not in _OF_ONE and c.null_count() < len(c)]
    nobody = services["patient_id"].is_null().alias("_nobody")
    lines = services[:, names].hstack([*(one.alias(f"_date_{n}") for n, one in enumerate(dates)), nobody])
    said: Words = lines.hash_rows().to_numpy()
    return said


def _claims(claims: Words, order: Ints, starts: Ints, sizes: Ints, place: Ints) -> Words | None:
    """Return a number for which earlier lines of its day are of another claim than each line, in ``order``.

    None where more bears on a day than its own lines: which of two claims comes first is told by all their lines, and
    may not be what the day's lines tell.
    """
    own = claims[order]
    apart = np.zeros(len(own), np.uint64)
    several = np.logical_or.reduceat(own != own[np.repeat(starts, sizes)], starts)
    if not several.any():
        return apart
    if sizes[several].max() > _MOST_LINES:
        return None
    within, begins = np.repeat(several, sizes), np.ones(len(own), bool)
    for back in range(1, int(sizes[several].max())):
        later = np.flatnonzero(within & (place >= back))
        same = own[later] == own[later - back]
        apart[later[~same]] += _multiplier(np.array([back]))[0]
        begins[later[same]] = False
    heads = np.flatnonzero(np.append(True, claims[1:] != claims[:-1]))
    if pl.Series(claims[heads]).n_unique() == len(heads):
        # lines of a claim stand together
        return apart
    _, firsts, claim = np.unique(claims, return_index=True, return_inverse=True)
    new = np.flatnonzero(within & begins)
    first, day = firsts[claim[order[new]]], new - place[new]
    return None if ((first[1:] < first[:-1]) & (day[1:] == day[:-1])).any() else apart


def _multiplier(place: Ints) -> Words:
    """Return an odd number for each place in a day, so that the order of its lines counts."""
    mixed = (place.astype(np.uint64) + np.uint64(1)) * _ODD
    mixed ^= mixed >> np.uint64(29)
    return mixed * np.uint64(0xBF58476D1CE4E5B9) | np.uint64(1)
