"""The plain Python oracles of ``tests/oracles`` over service lines: units with assistants, price, and pairs.

They look up each line's facts in dictionaries, as a program without data frames would. What they answer is compared
with the engine's answer for the same lines, so that both are known to have done the same work.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.codes import hcpcs, ncci
from cleanclaim.config import Config
from cleanclaim.engine.check import CheckResult

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracles import pairs_oracle, price_oracle, units_oracle

Row = dict[str, Any]
DISCIPLINES = ("GP", "GO", "GN")
_FEES = ("fee_status", "work_rvu", "pe_rvu", "mp_rvu", "national_fee_cents", "mult_proc", "always_therapy")
_TERMS = ("conversion_factor", "fee_basis", "mppr_applies", "mppr_pe_reduction")
_NATIONAL = {"gpci_work": None, "gpci_pe": None, "gpci_mp": None, "localized": False}


@dataclass(frozen=True)
class Answer:
    """What both must agree on: timed units allowed, assistants' units of billed codes, cents, pair findings."""

    units_allowed: int
    assistant_units: int
    allowed_cents: int
    pair_findings: int


@dataclass(frozen=True)
class Tables:
    """Published values by code and day, and payer policy by pack and day."""

    facts: dict[tuple[str, date], Row]
    policy: dict[tuple[str, date], Row]
    pairs: pairs_oracle.Tables


def tables_for(services: pl.DataFrame, config: Config) -> Tables:
    """Return the published values that the lines need; ``services`` have their payers' packs."""
    dated = services.select("code", "dos").unique()
    facts = dated.hstack([hcpcs.periods().number(dated["dos"])]).join(hcpcs.code_periods(), on=["code", "period"])
    periods, by_pack, _ = config.policy.with_parameters
    packed = services.select("pack", "dos").unique()
    policy = packed.hstack([periods.number(packed["dos"])]).join(by_pack, on=["pack", "period"])
    edits = ncci.edits_among(services["code"].unique()).select(
        "table", "column_one", "column_two", "indicator", "starts", "known_from", "deleted", "confirmed_through"
    )
    return Tables(
        facts={(row["code"], row["dos"]): row for row in facts.to_dicts()},
        policy={(row["pack"], row["dos"]): row for row in policy.to_dicts()},
        pairs=pairs_oracle.Tables.of(
            (pairs_oracle.Edit(*row) for row in edits.iter_rows()),
            {table: ncci.complete_through(table) for table in ncci.TABLES},
            ncci.family(),
        ),
    )


def answer(rows: Sequence[Row], tables: Tables) -> Answer:
    """Return what the oracles make of the lines, in plain Python from the first to the last step."""
    days: dict[tuple[str, date], list[Row]] = defaultdict(list)
    visits: dict[tuple[str, date, str], list[Row]] = defaultdict(list)
    for row in rows:
        days[row["patient_id"], row["dos"]].append(row)
        visits[row["patient_id"], row["dos"], _discipline(row)].append(row)
    allowed = assisted = cents = found = 0
    for visit in visits.values():
        earned = _units(visit, tables)
        allowed += earned.units_allowed or 0
        billed = {row["code"] for row in visit if row["billed"]}
        assisted += sum(earned.codes[code].modified or 0 for code in billed)
    for day in days.values():
        prices = price_oracle.price_day([_priced_line(row, tables) for row in day if row["billed"]])
        cents += sum(price.allowed or 0 for price in prices.values())
        verdicts = pairs_oracle.verdicts([_paired(row, tables) for row in day], tables.pairs)
        found += sum(verdict is True for entries in verdicts.values() for _, verdict in entries)
    return Answer(allowed, assisted, cents, found)


def engines_answer(result: CheckResult) -> Answer:
    """Return the same from the engine's grains and findings."""
    codes = result.grains.line.filter("first_of_code")
    return Answer(
        units_allowed=int(result.grains.visit["units_allowed"].sum()),
        assistant_units=int(codes["assistant_units_expected"].sum()),
        allowed_cents=int(result.grains.line["allowed_cents"].sum()),
        pair_findings=result.findings.filter(pl.col("rule").str.starts_with("P")).height,
    )


def _modifiers(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("modifier_1", "modifier_2", "modifier_3", "modifier_4") if row[name])


def _discipline(row: Row) -> str:
    """The line's modifier; the synthetic lines that lack one are of the discipline of who gave them."""
    stated = next((modifier for modifier in _modifiers(row) if modifier in DISCIPLINES), None)
    return stated or {"P": "GP", "O": "GO", "S": "GN"}[row["by"][0]]


def _units(visit: Sequence[Row], tables: Tables) -> units_oracle.Visit:
    first = visit[0]
    policy = tables.policy[first["pack"], first["dos"]]
    return units_oracle.visit(
        [units_oracle.Service(row["code"], row["minutes"], row["by"]) for row in visit],
        {row["code"]: _code(tables.facts[row["code"], row["dos"]]) for row in visit},
        units_oracle.Policy(
            policy["unit_method"],
            policy["tie_policy"] == "code_order",
            policy["assistant_modifier_required"] and policy["assistant_modifier_in_force"],
            policy["assistant_midpoint_test"],
        ),
    )


def _code(facts: Row) -> units_oracle.Code:
    kind = "pool" if facts["pooled"] else "own" if facts["timed"] else "untimed" if facts["untimed"] else "other"
    return units_oracle.Code(kind, facts["family"], facts["minutes_per_unit"] or 0, bool(facts["is_evaluation"]))


def _priced_line(row: Row, tables: Tables) -> Row:
    facts, policy = tables.facts[row["code"], row["dos"]], tables.policy[row["pack"], row["dos"]]
    return {
        "row": row["row"],
        "pool_key": 0,
        "units": row["units"],
        **{name: facts[name] for name in _FEES},
        **{name: policy[name] for name in _TERMS},
        **_NATIONAL,
    }


def _paired(row: Row, tables: Tables) -> pairs_oracle.Service:
    policy = tables.policy[row["pack"], row["dos"]]
    return pairs_oracle.Service(
        row=row["row"],
        code=row["code"],
        dos=row["dos"],
        table="practitioner",
        billing=row["billing_npi"],
        rendering=row["rendering_npi"],
        discipline=_discipline(row),
        modifiers=_modifiers(row),
        billed=row["billed"],
        timed=bool(tables.facts[row["code"], row["dos"]]["timed"]),
        minutes=row["minutes"],
        edits_apply=policy["pair_edits_apply"],
        either_line=policy["either_column_professional"],
    )
