"""The answers of a payer: one row a service, with what became of its charge, by the kinds of its adjustments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.codes.reason_kinds import denies, kind_of
from cleanclaim.remit.spread import spread

AMOUNTS = ("paid", "contract", "other", "reduced", "withheld", "patient", "denied", "prior")
"""What a charge is divided into: it is their sum, to the cent."""
CUTS = AMOUNTS[1:]
_COLUMN = {
    "contractual": "contract",
    "other": "other",
    "reduction": "reduced",
    "withheld": "withheld",
    "patient": "patient",
    "denial": "denied",
    "prior_payer": "prior",
}
_MODIFIERS = tuple(f"modifier_{n}" for n in range(1, 5))
_ORIGINAL = tuple(f"original_{name}" for name in _MODIFIERS)
_MOST_PAIRS, _MOST_OF_ONE = 255, 8
Ints = npt.NDArray[np.int64]


def words(frame: pl.DataFrame, columns: Sequence[str] = _MODIFIERS) -> pl.Expr:
    """Return the texts of columns as one, with one space between them; columns without any are not looked at.

    >>> frame = pl.DataFrame({"a": ["GP", None], "b": ["59", None], "c": pl.Series([None, None], dtype=pl.String)})
    >>> frame.select(words(frame, "abc")).to_series().to_list()
    ['GP 59', '']
    """
    told = [name for name in columns if frame[name].null_count() < frame.height]
    if len(told) == 1:
        return pl.col(told[0]).fill_null("")
    return pl.concat_str(told, separator=" ", ignore_nulls=True) if told else pl.lit("")


def service_answers(services: pl.DataFrame, adjustments: pl.DataFrame, remarks: pl.DataFrame) -> pl.DataFrame:
    """Return one row per service of whole claims, in their order.

    ``claim`` and ``service`` are keys; ``code`` and ``modifiers`` as paid, ``asked_code`` and ``asked_modifiers`` as
    the payer says they were billed (SVC06, else the same); ``charge`` and AMOUNTS in cents; ``cut`` all adjustments;
    ``refused``: a reason that denies is among them; ``reasons`` and ``remarks`` with one space between them.
    Adjustments and remarks of the claim itself are not in it.
    """
    modifiers = words(services, _MODIFIERS)
    code, asked = pl.col("code"), modifiers
    if services["original_code"].null_count() < services.height:
        changed = pl.col("original_code").is_not_null()
        code = pl.coalesce("original_code", "code")
        asked = pl.when(changed).then(words(services, _ORIGINAL)).otherwise(modifiers)
    lines = services.select(
        "claim", "service", "segment", "offset", "code", "line_control", "dos",
        charge="charge_cents", paid="paid_cents", units="paid_units",
        asked_units=pl.coalesce("original_units", "paid_units"), modifiers=modifiers, asked_code=code,
        asked_modifiers=asked,
    )  # fmt: skip
    keys = services["service"].to_numpy()
    cut = _of_keys(keys, adjustments.filter(pl.col("service").is_not_null()), "service")
    told = remarks.filter(pl.col("service").is_not_null()).select("service", "code")
    if not told.height:
        return lines.hstack(cut).with_columns(remarks=pl.lit(None, dtype=pl.String))
    joined = told.group_by("service", maintain_order=True).agg(remarks=pl.col("code").str.join(" "))
    return lines.hstack(cut).join(joined, on="service", how="left", maintain_order="left")


def _of_keys(keys: Ints, adjustments: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return the sums of each key's adjustments, in the order of ``keys``, which ascend; 0 where it has none."""
    count = len(keys)
    if not adjustments.height:
        empty: dict[str, Any] = {name: np.zeros(count, np.int64) for name in (*CUTS, "cut")}
        nothing = pl.Series("reasons", [None] * count, dtype=pl.String)
        return pl.DataFrame({**empty, "refused": np.zeros(count, bool)}).with_columns(nothing)
    owner = adjustments[by].to_numpy()
    if (owner[1:] < owner[:-1]).any():
        adjustments = adjustments.sort(by, maintain_order=True)
        owner = adjustments[by].to_numpy()
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    at = np.searchsorted(keys, owner[starts])
    cents = adjustments["cents"].fill_null(0).to_numpy()
    pairs, pair = _pairs(adjustments)
    of_pair = [AMOUNTS.index(_COLUMN[kind_of(*one)]) for one in pairs]
    present, kinds = set(of_pair), np.array(of_pair)[pair]
    refusing = np.array([denies(reason) for _, reason in pairs])[pair] & (cents > 0)

    def summed(values: Ints) -> Ints:
        whole = np.zeros(count, np.int64)
        whole[at] = np.add.reduceat(values, starts)
        return whole

    columns: dict[str, Any] = {
        name: summed(np.where(kinds == number, cents, 0)) if number in present else np.zeros(count, np.int64)
        for number, name in enumerate(AMOUNTS)
        if number
    }
    columns |= {"cut": summed(cents), "refused": summed(refusing.astype(np.int64)) > 0}
    return pl.DataFrame(columns).with_columns(_listed(pairs, pair, starts, at, count))


def _pairs(adjustments: pl.DataFrame) -> tuple[list[tuple[str, str]], Ints]:
    """Return the different pairs of group and reason, and which one each adjustment has."""
    group, reason = (_numbered(_physical(adjustments[name])) for name in ("group", "reason"))
    numbers = _numbered(group * (reason.max() + 1) + reason)
    first = np.zeros(numbers.max() + 1, np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    told = adjustments[first, ["group", "reason"]].select(pl.all().fill_null(""))
    return told.rows(), numbers


def _physical(texts: pl.Series) -> Ints:
    return texts.fill_null("").cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy()


def _numbered(values: Ints) -> Ints:
    """Return small numbers as numbers from 0 without gaps, in the same order."""
    held = np.zeros(values.max() + 1, bool)
    held[values] = True
    places: Ints = np.cumsum(held) - 1
    return places[values]


def _listed(pairs: list[tuple[str, str]], pair: Ints, starts: Ints, at: Ints, count: int) -> pl.Series:
    """Return the reasons of each key as text. Few lists occur, so that each is written once."""
    sizes = np.diff(np.append(starts, len(pair)))
    names = [f"{group}-{reason}" for group, reason in pairs]
    places: Ints = np.full(count, -1, np.int64)
    if len(pairs) <= _MOST_PAIRS and sizes.max() <= _MOST_OF_ONE:
        nth = (np.arange(len(pair)) - np.repeat(starts, sizes)).astype(np.uint64)
        packed = np.add.reduceat((pair + 1).astype(np.uint64) << (nth * np.uint64(8)), starts)
        lists, places[at] = np.unique(packed, return_inverse=True)
        texts = [" ".join(names[byte - 1] for byte in int(one).to_bytes(8, "little") if byte) for one in lists]
    else:
        texts = [" ".join(names[n] for n in pair[a : a + size]) for a, size in zip(starts, sizes, strict=True)]
        places[at] = np.arange(len(starts))
    gathered = pl.Series(places).replace(-1, None)
    return pl.Series("reasons", texts, dtype=pl.String).gather(gathered).alias("reasons")


def whole_answers(
    services: pl.DataFrame, claims: pl.DataFrame, adjustments: pl.DataFrame, remarks: pl.DataFrame
) -> pl.DataFrame:
    """Return all answers: services, and claims that have none (``whole_claim``), numbered by ``answer``.

    ``services`` is :func:`service_answers`; ``adjustments`` and ``remarks`` those of the claims themselves. Where a
    claim has services, its own adjustments are spread over these by what is paid for them, and its remarks are theirs.
    """
    keys = claims["claim"].to_numpy()
    served = np.zeros(len(keys), bool)
    served[np.searchsorted(keys, services["claim"].to_numpy())] = True
    of_claim = _of_keys(keys, adjustments, "claim")
    lines = services.with_columns(whole_claim=pl.lit(False))
    if adjustments.height:
        lines = _with_claim_level(lines, claims.select("claim").hstack(of_claim))
    if not served.all():
        alone = claims.hstack(of_claim).filter(pl.Series(~served))
        alone = alone.select(
            "claim", "file_id", "segment", "offset", *CUTS, "refused", "reasons",
            charge="charge_cents", paid="paid_cents", whole_claim=pl.lit(True),
        )  # fmt: skip
        lines = pl.concat([lines, alone], how="diagonal")
    if remarks.height:
        said = remarks.group_by("claim", maintain_order=True).agg(_said=pl.col("code").str.join(" "))
        lines = lines.join(said, on="claim", how="left", maintain_order="left").with_columns(
            remarks=pl.concat_str("remarks", "_said", separator=" ", ignore_nulls=True)
        )
        lines = lines.with_columns(remarks=pl.when(pl.col("remarks") != "").then("remarks")).drop("_said")
    return lines.with_columns(answer=pl.int_range(pl.len(), dtype=pl.Int64))


def _with_claim_level(lines: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Add to the services of a claim their shares of its own adjustments, which lower what is paid for them."""
    names = (*CUTS, "cut", "refused", "reasons")
    cut = own.filter(pl.col("reasons").is_not_null()).rename({name: f"{name}_of_claim" for name in names})
    place = lines.with_columns(_place=pl.int_range(pl.len()))
    held = place.join(cut, on="claim", how="inner", maintain_order="left")
    if not held.height:
        return lines
    shared = [f"{name}_of_claim" for name in CUTS]
    # by what is paid, so that no service is paid less than nothing; by the charge where nothing is
    unpaid = pl.col("paid").sum().over("claim") == 0
    weighed = held.with_columns(_by=pl.when(unpaid).then("charge").otherwise("paid").abs())
    added = spread(weighed, shared, by="claim", weight="_by").with_columns(
        *((pl.col(name) + pl.col(f"{name}_of_claim")).alias(name) for name in CUTS),
        paid=pl.col("paid") - pl.sum_horizontal(shared),
        refused=pl.col("refused") | pl.col("refused_of_claim"),
        reasons=pl.concat_str("reasons", "reasons_of_claim", separator=" ", ignore_nulls=True),
    )
    others = place.join(cut, on="claim", how="anti")
    return pl.concat([others, added.select(place.columns)]).sort("_place").drop("_place")
