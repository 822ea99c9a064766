"""A finding's name that stays the same from run to run: what a baseline and a list of alerts know it by."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import all_rules

_NAMED = ("claim_id", "visit_id", "dos", "found", "expected")
_OF_A_LINE = ("line_number", "code")
_DIGITS = 20


def fingerprints(findings: pl.DataFrame) -> pl.Series:
    """Return the fingerprint of each finding, 20 hexadecimal digits, in the order of ``findings``.

    ``findings`` has the columns of a report's findings. A fingerprint is made of the rule, the numbers of claim and
    visit, the day, what was found and what was expected; for a finding on a line or pair also of the line's number and
    code. It does not depend on file names, on the place in the file or on what else is in it. Findings alike in all of
    these (in input without claim and visit numbers) are told apart by their order, so that each fingerprint stands
    once. Findings that have a column ``fingerprint`` keep it: leaving some out renames none.

    >>> from cleanclaim.engine.report import empty_findings
    >>> alike = pl.DataFrame({"rule": "U101", "row": [3, 9], "claim_id": "C1", "found": "3 units"})
    >>> fingerprints(pl.concat([empty_findings(), alike], how="diagonal_relaxed")).to_list()
    ['9481b846c1ec28fa5321', 'e169bceb686c6d3d549b']
    """
    if "fingerprint" in findings.columns:
        return findings["fingerprint"]
    on_a_line = [rule.id for rule in all_rules() if rule.grain in (Grain.LINE, Grain.PAIR)]
    named = [pl.col(name).cast(pl.String).fill_null("") for name in _NAMED]
    placed = [
        pl.when(pl.col("rule").is_in(on_a_line)).then(pl.col(name).cast(pl.String)).fill_null("") for name in _OF_A_LINE
    ]
    # a separator that no number or word holds, so that no two sets of cells give one text
    texts = findings.select("row", text=pl.concat_str(pl.col("rule"), *named, *placed, separator="\x1f"))
    nth = texts.select(pl.col("row").rank("ordinal").over("text")).to_series()
    names = [
        blake2b(f"{text}\x1f{number}".encode(), digest_size=_DIGITS // 2).hexdigest()
        for text, number in zip(texts["text"], nth, strict=True)
    ]
    return pl.Series("fingerprint", names, dtype=pl.String)
