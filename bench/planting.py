"""Plants errors in the dirty half of a month: chooses the claims, changes them, and writes down what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from faults import CLAIMS_A_FAULT, TWO_PATIENTS, Fault, faults

_CLAIM = ("claim_id", "sequence", "frequency")


def plant(
    lines: pl.DataFrame, *, timed: frozenset[str], seed: int, first_day: date, as_of: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ``lines`` with errors in the dirty half, and what was planted: rule and claim_id, one row per error.

    ``timed`` are the codes whose units count minutes. Raises ValueError where too few claims can bear a fault.
    """
    told = _told(lines.with_row_index("_row"), timed)
    can_bear = told.filter(
        (pl.col("_half") == "dirty") & (pl.col("sequence") == "P") & (pl.col("frequency") == "1") & ~pl.col("_repeats")
    )
    taken = np.zeros(told["_claim_number"].max() + 1, dtype=bool)  # type: ignore[operator]
    draw = np.random.default_rng(seed)
    wanted = max(1, int(can_bear["_claim_number"].n_unique()) // CLAIMS_A_FAULT)
    changed = [_two_patients(can_bear, taken, draw, wanted)]
    able = [fault for fault in faults(as_of) if fault.since <= first_day]
    for fault, anchors in zip(able, _anchors(able, can_bear, taken, draw, wanted), strict=True):
        changed.append((_changed(told, fault, anchors), _planted(fault, anchors)))
    rows = pl.concat(frame for frame, _ in changed)
    kept = told.filter(~pl.col("_row").is_in(rows["_row"].implode())).select(rows.columns)
    whole = pl.concat([kept, rows]).sort("_row", "_after", maintain_order=True)
    planted = pl.concat(frame for _, frame in changed).sort("rule", "claim_id")
    return whole.select(name for name in lines.columns), planted


def _told(lines: pl.DataFrame, timed: frozenset[str]) -> pl.DataFrame:
    """Add what the faults ask about a line and its claim."""
    billed = pl.col("units").is_not_null()
    counts = pl.col("code").is_in(timed) & billed
    by_therapist = (pl.col("by") == pl.col("_discipline")).fill_null(False)
    marked = pl.col("modifiers").str.contains("59|XU|KX|GA|GY|CQ|CO")
    ordinary = (
        by_therapist & billed & ~marked & (pl.col("_stage") == "treat") & (pl.col("_kind") == "plain")
        & pl.col("place_of_service").is_not_null() & pl.col("_single")
    )  # fmt: skip
    remote = pl.col("code").is_in(["97110", "97112", "97116", "97530", "97535"])
    told = lines.with_columns(
        _single=~pl.col("_lane").str.contains("+", literal=True),
        _after=pl.lit(0),
        _off=pl.lit(0.0),
        _claim_number=pl.col("claim_id").rank("dense").cast(pl.Int64),
        _facility=pl.col("bill_type").is_not_null(),
        _minutes=pl.col("_clinic") != "lake",
        _timed=counts,
        _low=pl.col("ytd_pt_slp").cast(pl.Float64) < 1700,
        _exact=pl.col("minutes").add(7) // 15 == pl.col("units"),
        _whole=pl.col("minutes") // 15 == pl.col("units"),
    )
    return told.with_columns(
        _plain=ordinary.all().over(_CLAIM),
        _remote=remote.all().over(_CLAIM),
        _by_therapist=by_therapist.all().over(_CLAIM),
        _one_row=pl.len().over(*_CLAIM, "dos", "code") == 1,
        _lines=billed.sum().over(_CLAIM),
        _timed_lines=counts.sum().over(_CLAIM),
        _stimulated=(pl.col("code") == "G0283").any().over(_CLAIM),
    )


def _anchors(
    able: Sequence[Fault], can_bear: pl.DataFrame, taken: npt.NDArray[np.bool_], draw: np.random.Generator, wanted: int
) -> list[pl.DataFrame]:
    """Return the anchors of each fault, up to ``wanted`` of them and each on a claim of its own, and take the claims.

    Where few claims can bear a fault they are left to it: as many rounds of matching faults with claims as are wanted.
    """
    candidates = []
    for fault in able:
        found = can_bear.filter(fault.where)
        mixed = found[draw.permutation(found.height)] if found.height else found
        # with as many as all faults together want, none can be left without
        own = mixed.unique(fault.once, keep="first", maintain_order=True)
        candidates.append(
            own.filter(pl.Series(~taken[own["_claim_number"].to_numpy()], dtype=pl.Boolean)).head(wanted * len(able))
        )
    claims = [found["_claim_number"].to_list() for found in candidates]
    chosen: list[list[int]] = [[] for _ in able]
    for turn in range(wanted):
        for number, claim in _matched(claims).items():
            chosen[number].append(claim)
            taken[claim] = True
        short = [able[number].rule for number, own in enumerate(chosen) if len(own) <= turn]
        if short and turn == 0:
            raise ValueError(f"too few claims can bear the faults of {', '.join(short)}; make a larger month")
        claims = [[claim for claim in own if not taken[claim]] for own in claims]
    return [found.filter(pl.col("_claim_number").is_in(own)) for found, own in zip(candidates, chosen, strict=True)]


def _matched(claims: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a claim for each number, no claim twice, for as many numbers as can be (augmenting paths)."""
    held: dict[int, int] = {}

    def find(number: int, seen: set[int]) -> bool:
        for claim in claims[number]:
            if claim not in seen:
                seen.add(claim)
                if claim not in held or find(held[claim], seen):
                    held[claim] = number
                    return True
        return False

    for number in sorted(range(len(claims)), key=lambda each: len(claims[each])):
        find(number, set())
    return {number: claim for claim, number in held.items()}


def _planted(fault: Fault, anchors: pl.DataFrame) -> pl.DataFrame:
    claim = pl.col("claim_id") + ("B" if fault.on == "new" else "")
    return anchors.select(rule=pl.lit(fault.rule), claim_id=claim)


def _changed(told: pl.DataFrame, fault: Fault, anchors: pl.DataFrame) -> pl.DataFrame:
    """Return all rows of the anchors' claims, changed, and those that the fault adds."""
    mark = anchors.select(*_CLAIM, _anchor="_row", _anchor_day="dos")
    rows = told.join(mark, on=_CLAIM, how="inner", maintain_order="left")
    is_anchor = pl.col("_row") == pl.col("_anchor")
    on_day = pl.col("dos") == pl.col("_anchor_day")
    further = pl.col("_timed") & ~is_anchor
    is_other = further & (pl.col("_row") == pl.col("_row").filter(further).min().over(_CLAIM))
    rows = rows.with_columns(_is_anchor=is_anchor, _on_day=on_day, _is_other=is_other)
    rows = _where("_on_day", fault.visit, rows.with_columns(**fault.claim))
    before = rows.filter("_is_anchor")
    parts = [_where("_is_anchor", fault.line, _where("_is_other", fault.other, rows))]
    parts += [before.with_columns(_after=pl.lit(place), **changes) for place, changes in enumerate(fault.add, start=1)]
    if fault.copy:
        parts.append(rows.with_columns(_after=pl.lit(1), claim_id=pl.col("claim_id") + "B"))
    working = ("_anchor", "_anchor_day", "_is_anchor", "_on_day", "_is_other")
    return pl.concat(part.drop(working).select(told.columns) for part in parts)


def _where(flag: str, changes: dict[str, pl.Expr] | object, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.when(flag).then(value).otherwise(name).alias(name)
        for name, value in dict(changes).items()  # type: ignore[call-overload]
    )


def _two_patients(
    can_bear: pl.DataFrame, taken: npt.NDArray[np.bool_], draw: np.random.Generator, wanted: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One therapist's block with a patient is moved to a minute after the start of the block with another."""
    alone = can_bear.filter((pl.col("_clinic") == "north") & pl.col("_plain") & pl.col("_timed"))
    day = ["rendering_npi", "dos"]
    firsts = alone.unique([*day, "_claim_number"], keep="first", maintain_order=True)
    met = firsts.join(firsts.select(*day, other="_claim_number", begins="start", ends="stop"), on=day).filter(
        (pl.col("_claim_number") != pl.col("other"))
        # within the other's block, so that no third patient's is touched
        & (pl.col("stop") - pl.col("start") < pl.col("ends") - pl.col("begins"))
    )
    chosen: list[int] = []
    for place in draw.permutation(met.height).tolist():
        pair = met["_claim_number"][place], met["other"][place]
        if len(chosen) < wanted and not taken[list(pair)].any():
            taken[list(pair)] = True
            chosen.append(place)
    if not chosen:
        raise ValueError(f"no two claims can bear the fault of {TWO_PATIENTS}; make a larger month")
    moved = met[chosen].with_columns(
        start=pl.col("begins") + 1, stop=pl.col("begins") + 1 + pl.col("stop") - pl.col("start")
    )
    return moved.select(can_bear.columns), moved.select(rule=pl.lit(TWO_PATIENTS), claim_id="claim_id")
