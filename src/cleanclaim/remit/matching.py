"""Which claim line a service of a remittance answers.

Within a claim, and within one decision of the payer, the first way that finds a line is taken:

1. *control*: the line's number, which the payer tells back (REF*6R);
2. *modifiers*: day, code and the same modifiers in any order; of several such lines the one with the same charge and
   units, then the same charge, then the first;
3. *code*: day and code, with modifiers dropped or added; of several the one with the same charge, then the first;
4. *split*: a further service of a line's day and code, as long as the charges fit into that of the line;
5. *bundle*: a service whose charge is that of its own line, if it has one, and of all lines left of the day and code,
   else of the day (of the claim, where it has no day); two lines at least. Its amounts are spread over them by charge;
6. *claim*: a claim answered without its services is spread over all its lines by charge.

The code compared is the one billed, where the payer tells it (SVC06), for a payer may bundle or substitute. A service
without a day goes last, to a line of any day. What is left is unmatched: nothing is guessed.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cleanclaim.remit.answers import AMOUNTS
from cleanclaim.remit.in_order import in_order
from cleanclaim.remit.places import at, repeated, without
from cleanclaim.remit.spread import spread

_CODE = ("order", "dos", "code_key")
_ALIKE = ("order", "dos", "alike_key")
_STAGES = (
    ("modifiers", (*_ALIKE, "charge_key", "units_key")),
    ("modifiers", (*_ALIKE, "charge_key")),
    ("modifiers", _ALIKE),
    ("code", (*_CODE, "charge_key")),
    ("code", _CODE),
)
_SAME = {
    "dos": "dos",
    "asked_code": "code",
    "asked_modifiers": "modifiers",
    "charge": "charge",
    "asked_units": "units",
}
"""What the first way by modifiers goes by."""
_BUNDLES = (_CODE, ("order", "dos"), ("order",))
_LINK = ["answer", "order", "line", "matched_by"]
_NO_LINKS = pl.DataFrame(schema={"answer": pl.Int64, "order": pl.Int64, "line": pl.Int64, "matched_by": pl.String})


def matched(asked: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per answer and claim line: ``answer``, ``order``, ``line``, ``matched_by``, and AMOUNTS.

    ``asked`` are answers, numbered from 0 by ``answer``, with ``order`` (their decision) and ``claim_no`` (null: an
    unknown claim); ``lines`` claim lines, numbered from 0 by ``line``, with ``claim_no``, ``dos``, ``code``,
    ``modifiers``, ``units``, ``charge`` and ``line_control``. The rows of an answer, which are several only for a
    bundle or a claim without services, add up to it.
    """
    known = asked.select(
        "answer", "order", "claim_no", "dos", "asked_code", "asked_modifiers", "asked_units", "line_control",
        "whole_claim", charge=pl.col("charge").abs(),
    ).filter(pl.col("claim_no").is_not_null())  # fmt: skip
    links = _by_control(known, lines, asked.height)
    rest = without(known, "answer", links["answer"], asked.height).filter(~pl.col("whole_claim"))
    if rest.height and not links.height:
        links = in_order(rest, lines, _SAME).with_columns(matched_by=pl.lit("modifiers")).select(_LINK)
        rest = without(rest, "answer", links["answer"], asked.height)
    if rest.height:
        links = pl.concat([links, *_by_code(rest, lines, links, asked)])
    bundles = _bundles(known, lines, links, asked)
    if bundles.height:
        links = pl.concat([without(links, "answer", bundles["answer"], asked.height), bundles])
    whole = known.filter("whole_claim")
    if whole.height:
        of_claim = whole.join(lines.select("claim_no", "line"), on="claim_no", maintain_order="left_right")
        links = pl.concat([links, of_claim.with_columns(matched_by=pl.lit("claim")).select(_LINK)])
    return _with_amounts(links, asked, lines)


def _by_control(known: pl.DataFrame, lines: pl.DataFrame, asked: int) -> pl.DataFrame:
    numbers = lines["line_control"]
    if numbers.null_count() == len(numbers) or known["line_control"].null_count() == known.height:
        return _NO_LINKS
    key = ["claim_no", "line_control"]
    told = known.select("answer", "order", *key)
    found = told.select("answer", "order", line=pl.col("answer")).clear()
    # as long as no two lines bear the same number
    if numbers.n_unique() + numbers.null_count() - numbers.has_nulls() == len(numbers):
        found = in_order(told, lines.select("line", *key), {"line_control": "line_control"})
        told = without(told, "answer", found["answer"], asked)
    if told.height:
        numbered = lines.select("line", *key).drop_nulls("line_control")
        others = told.drop_nulls("line_control").join(numbered, on=key, how="inner", maintain_order="left")
        # a number that several lines of a claim bear tells nothing
        several = repeated(others["answer"])
        others = others if several is None else others.filter(~several)
        found = pl.concat([found, others.select(found.columns)])
    return found.with_columns(matched_by=pl.lit("control")).select(_LINK)


def sorted_words(texts: pl.Series) -> pl.Series:
    """Return texts with their words sorted; each distinct text is sorted once.

    >>> sorted_words(pl.Series(["GP CQ", None])).to_list()
    ['CQ GP', None]
    """
    each = texts.drop_nulls().unique()
    told = [" ".join(sorted(text.split())) for text in each.to_list()]
    return texts.replace_strict(each, pl.Series(told, dtype=pl.String), default=None, return_dtype=pl.String)


def _number(texts: pl.Series) -> pl.Series:
    """Return a number for each text, the same wherever the text is met."""
    return texts.cast(pl.Categorical).to_physical().cast(pl.Int64)


def _keys(code: pl.Series, modifiers: pl.Series) -> list[pl.Series]:
    """Return code, modifiers in any order, and both together as numbers, which compare faster than texts."""
    codes, others = _number(code), _number(sorted_words(modifiers.fill_null("")))
    return [codes.alias("code_key"), others.alias("modifiers_key"), (codes * 2**32 + others).alias("alike_key")]


def _by_code(rest: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame, asked: pl.DataFrame) -> list[pl.DataFrame]:
    left = rest.select("answer", "order", "claim_no", "dos", charge_key="charge", units_key="asked_units")
    left = left.hstack(_keys(rest["asked_code"], rest["asked_modifiers"]))
    own = lines.select("claim_no", "line", "dos", charge_key="charge", units_key="units")
    own = own.hstack(_keys(lines["code"], lines["modifiers"]))
    every = _with_orders(own, left)
    free = every.join(links, on=["order", "line"], how="anti", maintain_order="left") if links.height else every
    found: list[pl.DataFrame] = []
    for undated in (False, True):
        here = left.filter(pl.col("dos").is_null() == undated)
        for way, keys in _STAGES:
            if not here.height or not free.height:
                break
            pairs = _paired(here, free, [key for key in keys if key != "dos" or not undated])
            if pairs.height:
                found.append(pairs.with_columns(matched_by=pl.lit(way)).select(_LINK))
                here = without(here, "answer", pairs["answer"], asked.height)
                if not here.height and (undated or not left["dos"].null_count()):
                    break
                free = free.join(pairs, on=["order", "line"], how="anti", maintain_order="left")
    left = without(left, "answer", pl.concat([_NO_LINKS, *found])["answer"], asked.height)
    if left.height:
        found.append(_splits(left, every, pl.concat([links, *found]), asked))
    return found


def _with_orders(lines: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of the claims asked of, once for each decision (``order``) on the claim, in order."""
    claims, orders = asked["claim_no"].to_numpy(), asked["order"].to_numpy()
    own = lines["claim_no"].to_numpy()
    of_claim = np.full(max(claims.max(initial=-1), own.max(initial=-1)) + 1, -1, np.int64)
    of_claim[claims] = orders
    if (of_claim[claims] == orders).all():
        # each claim is decided once
        return lines.with_columns(order=pl.Series(of_claim[own])).filter(pl.col("order") >= 0)
    return asked.select("order", "claim_no").unique().join(lines, on="claim_no").sort("order", "line")


def _hashed(frame: pl.DataFrame, number: str, keys: list[str]) -> pl.DataFrame:
    """Return the keys of rows as one number, which is joined faster; a row with a null in them is like no other."""
    held = frame.drop_nulls(keys) if any(frame[name].null_count() for name in keys) else frame
    return held[:, [number, "order"]].hstack([held[:, keys].hash_rows().alias("_key")])


def _paired(answers: pl.DataFrame, lines: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return pairs that agree in ``keys``: the first answer with the first line, the second with the second ..."""
    own, other = _hashed(answers, "answer", keys), _hashed(lines.select("line", *keys), "line", keys)
    pairs = own.join(other.drop("order"), on="_key", how="inner", maintain_order="left_right").drop("_key")
    pairs = pairs.select("answer", "order", "line")
    if repeated(pairs["answer"]) is None:
        shared = repeated(pairs["line"])
        if shared is None or not pairs.filter(shared).select("order", "line").is_duplicated().any():
            return pairs
    # of answers and lines that meet several, the n-th meets the n-th
    numbered = pl.int_range(pl.len()).over(keys).alias("_nth")
    left = answers.select("answer", *keys).with_columns(numbered)
    right = lines.select("line", *keys).with_columns(numbered)
    return left.join(right, on=[*keys, "_nth"], how="inner", maintain_order="left").select("answer", "order", "line")


def _splits(left: pl.DataFrame, every: pl.DataFrame, links: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return further answers of lines that their charges still fit into."""
    charged = links.hstack(at(asked.select(_charge=pl.col("charge").abs()), links["answer"]))
    taken = charged.group_by("order", "line").agg(_taken=pl.col("_charge").sum())
    room = every.join(taken, on=["order", "line"], how="inner")
    room = room.with_columns(_room=pl.col("charge_key") - pl.col("_taken"))
    fits = (
        left.join(room, on=["order", "dos", "code_key"], suffix="_of_line")
        .filter(pl.col("_room") >= pl.col("charge_key"))
        .with_columns(_other=pl.col("modifiers_key") != pl.col("modifiers_key_of_line"))
        .sort("answer", "_other", "_room", "line", descending=[False, False, True, False])
        .unique("answer", keep="first", maintain_order=True)
        .with_columns(_upto=pl.col("charge_key").cum_sum().over("order", "line"))
        .filter(pl.col("_upto") <= pl.col("_room"))
    )
    return fits.with_columns(matched_by=pl.lit("split")).select(_LINK)


def _bundles(known: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return all lines of services that answer several: their own, if they have one, and lines left over."""
    charges = lines["charge"].gather(links["line"])
    # of a line whose charge is not known it cannot be said that an answer is for more
    more = asked["charge"].abs().gather(links["answer"]) > charges
    own = links.with_columns(_charge=charges).filter(more) if more.any() else links.clear().with_columns(_charge=None)
    own = own.filter(pl.col("matched_by") != "split").select("answer", "line", pl.col("_charge").cast(pl.Int64))
    lost = without(known, "answer", links["answer"], asked.height).filter(~pl.col("whole_claim")).select("answer")
    if not own.height and not lost.height:
        return _NO_LINKS
    over = (
        pl.concat([own, lost], how="diagonal")
        .join(known, on="answer", maintain_order="left")
        .with_columns(excess=pl.col("charge") - pl.col("_charge").fill_null(0), code_key="asked_code")
    )
    free = (
        over.select("order", "claim_no")
        .unique(maintain_order=True)
        .join(lines.select("claim_no", "line", "dos", "charge", code_key="code"), on="claim_no")
        .join(links, on=["order", "line"], how="anti")
    )
    found = [_NO_LINKS]
    for keys in _BUNDLES:
        if not over.height or not free.height:
            break
        alone = pl.len().over(keys) == 1
        one = over.filter(alone if "dos" in keys else alone & pl.col("dos").is_null())
        whole = free.filter(pl.col("charge").is_not_null().all().over(keys))
        whole = whole.with_columns(_need=pl.col("charge").sum().over(keys))
        met = one.select("answer", "excess", *keys).join(whole.drop("claim_no"), on=list(keys))
        met = met.filter(pl.col("_need") == pl.col("excess"))
        # one line alone is no bundle: it would only be a guess
        lines_of = met.join(over.select("answer", _own="line"), on="answer")
        met = lines_of.filter(pl.col("_own").is_not_null() | (pl.len().over("answer") > 1))
        with_own = over.join(met, on="answer", how="semi").drop_nulls("line")
        made = pl.concat([frame.select("answer", "order", "line") for frame in (met, with_own)])
        found.append(made.with_columns(matched_by=pl.lit("bundle")))
        over = over.join(made, on="answer", how="anti")
        free = free.join(made, on=["order", "line"], how="anti")
    return pl.concat(found)


def _with_amounts(links: pl.DataFrame, asked: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add what each answer gives to each of its lines."""
    told = links.hstack(at(asked.select(AMOUNTS), links["answer"]))
    several = pl.col("matched_by").is_in(["bundle", "claim"])
    shared = told.filter(several)
    if not shared.height:
        return told
    weighed = shared.hstack(at(lines.select("charge"), shared["line"])).sort("answer", "line")
    return pl.concat([told.filter(~several), spread(weighed, AMOUNTS, by="answer", weight="charge").drop("charge")])
