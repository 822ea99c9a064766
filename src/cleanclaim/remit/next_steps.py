"""From denied lines to next steps: cause, who acts, what to do, by when, and whether an appeal is honest.

Lines that are told the same are decided once: there are few ways to be denied, and many lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.claims.denials import DENIAL
from cleanclaim.claims.episodes import Records
from cleanclaim.codes.denials import cause_named
from cleanclaim.config import Config
from cleanclaim.remit.as_sent import AsSent, as_sent
from cleanclaim.remit.causes import SITUATION, denied, told_by
from cleanclaim.remit.honest import explaining, judged, rules_by_id
from cleanclaim.remit.limits import Limits, limits
from cleanclaim.rules.rule import Who

_EVIDENCE = (
    "found", "lacking", "claim_form", "minutes_known", "separate_blocks", "pair_published", "mue_mai", "authorized",
    "authorization",
)  # fmt: skip
_DECIDED = {
    name: pl.String()
    for name in ("cause", "reason", "who", "fix", "step", "appeal", "because", "stopped_by", "unchecked", "missing")
}
_OF_LIMITS = ("pack", "claim_form", "dos", "decided_on")
_DATED = {
    "way": pl.String(),
    "correct_by": pl.Date(),
    "new_claim_by": pl.Date(),
    "level": pl.String(),
    "appeal_by": pl.Date(),
}
_UNTOLD = "Ask the payer what is meant; the remittance does not say"


def next_steps(
    outcomes: pl.DataFrame, services: pl.DataFrame, config: Config, *, as_of: date, records: Records | None = None
) -> pl.DataFrame:
    """Return one row per denied line (DENIAL), in the order of ``outcomes`` (OUTCOME).

    ``services`` (SERVICES) has all services of the patients concerned: the claims are checked as they were sent.
    ``as_of`` is the day of that check for claims that do not say when they were sent. Denials for want of an
    authorization are held against those in ``records``.

    >>> from cleanclaim.claims.outcomes import OUTCOME
    >>> from cleanclaim.claims.schema import SERVICES
    >>> next_steps(OUTCOME.empty(), SERVICES.empty(), Config.load(None), as_of=date(2026, 4, 2)).height
    0
    """
    lines = denied(outcomes)
    if lines.is_empty():
        return DENIAL.empty()
    sent = as_sent(services, lines["row"], config, as_of=as_of, records=records)
    told = _with_evidence(lines.with_columns(decided_on="paid_on"), sent)
    decided = _with_limits(_decided(told), config)
    first_rule = pl.col("stopped_by").str.split(" ").list.first()
    asked = sent.found.select("row", "rule", "expected")
    named = decided.with_columns(rule=first_rule).join(asked, on=["row", "rule"], how="left", maintain_order="left")
    return DENIAL.conform(
        named.with_columns(
            by_when=_by_when(),
            way=pl.when(pl.col("step") == "correct").then("way"),
            # what the payer says the patient owes is denied as well
            denied_cents=pl.when(pl.col("denied_cents") > 0).then("denied_cents").otherwise("patient_cents"),
            stake_cents=_stake(),
        )
    )


def _stake() -> pl.Expr:
    owed = pl.col("expected_paid_cents") - pl.col("paid_cents")
    return pl.when(owed >= 0).then(owed)


def _by_when() -> pl.Expr:
    step = pl.col("step")
    return (
        pl.when(step == "correct").then("correct_by")
        .when(step.is_in(["new_claim", "other_payer"])).then(pl.when(step == "new_claim").then("new_claim_by"))
        .when(step == "appeal").then("appeal_by")
        # before something is found out, no way may close
        .when(step == "find_out").then(pl.min_horizontal("correct_by", "appeal_by"))
    )  # fmt: skip


def _with_evidence(lines: pl.DataFrame, sent: AsSent) -> pl.DataFrame:
    found = sent.found.group_by("row", maintain_order=True).agg(found=pl.col("rule").str.join(" "))
    lacking = sent.gaps.group_by("row", maintain_order=True).agg(
        lacking=pl.concat_str("rule", pl.lit("="), pl.col("missing").str.replace_all(" ", ",")).str.join(" ")
    )
    for part in (found, lacking, sent.facts.unique("row", keep="first")):
        lines = lines.join(part, on="row", how="left", maintain_order="left")
    return lines


def _decided(lines: pl.DataFrame) -> pl.DataFrame:
    keys = [*SITUATION, *_EVIDENCE]
    alike = lines.select(keys).unique(maintain_order=True).with_row_index("_situation")
    answers = pl.DataFrame([_decision(one) for one in alike.iter_rows(named=True)], schema=_DECIDED).with_row_index(
        "_situation"
    )
    numbered = lines.join(alike, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return numbered.join(answers, on="_situation", how="left", maintain_order="left").drop("_situation")


def _decision(line: dict[str, Any]) -> dict[str, str | None]:
    told = told_by(line["reasons"], line["remarks"], line["modifiers"])
    cause, found = told.cause, (line["found"] or "").split()
    explained = explaining(told.reason, cause, found)
    lacking = dict(one.split("=", 1) for one in (line["lacking"] or "").split())
    unchecked = () if explained else explaining(told.reason, cause, list(lacking))
    verdict = judged(cause, frozenset((line["remarks"] or "").split()), found, explained, line)
    missing = dict.fromkeys(name for rule in unchecked for name in lacking[rule].split(",") if name)
    step = verdict.step or (cause.step if cause else "find_out")
    # a finding of the claim as sent says better what to correct than the payer's reason does
    by_rule = (
        rules_by_id()[explained[0]] if explained and step in ("correct", "new_claim") and not verdict.fix else None
    )
    own_who = by_rule.fix.who.value if by_rule else cause.who if cause else Who.BILLER.value
    return {
        "cause": cause.id if cause else None,
        "reason": told.pair,
        "who": verdict.who or own_who,
        "fix": None if by_rule else verdict.fix or (cause.fix if cause else _UNTOLD),
        "step": step,
        "appeal": verdict.appeal,
        "because": verdict.because,
        "stopped_by": " ".join(explained) or None,
        "unchecked": " ".join(unchecked) or None,
        "missing": " ".join(missing) or None,
    }


def _with_limits(lines: pl.DataFrame, config: Config) -> pl.DataFrame:
    packs = {pack.id: pack for pack in config.packs}
    alike = lines.select(_OF_LIMITS).unique(maintain_order=True)
    rows = [
        _dated(limits(packs.get(pack), claim_form, dos, decided_on))
        for pack, claim_form, dos, decided_on in alike.rows()
    ]
    known = alike.hstack(pl.DataFrame(rows, schema=_DATED, orient="row"))
    return lines.join(known, on=_OF_LIMITS, how="left", nulls_equal=True, maintain_order="left")


def _dated(found: Limits) -> tuple[object, ...]:
    level = found.levels[0][0] if found.levels else None
    return found.way, found.correct_by, found.new_claim_by, level, found.appeal_by


@dataclass(frozen=True, slots=True)
class Words:
    """What a denial means and what to do about it, in words."""

    cause: str
    fix: str


def in_words(line: dict[str, Any]) -> Words:
    """Return a row of DENIAL in words: the cause, and what to do.

    >>> in_words({"cause": "late", "fix": "Look for proof"})
    Words(cause="the claim came after the payer's limit", fix='Look for proof')
    """
    cause = cause_named(line["cause"]) if line["cause"] else None
    said = cause.cause if cause else "written off whole, or for a reason that cleanclaim has no words for"
    if line["fix"] is not None:
        return Words(said, line["fix"])
    rule = rules_by_id()[line["stopped_by"].split()[0]]
    return Words(said, rule.fix.text.format(expected=line["expected"] or "", code=line["code"], found=""))
