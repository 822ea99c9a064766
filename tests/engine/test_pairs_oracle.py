"""The pair grain and the pair rules against the oracle, on random days of one patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.schema import SERVICES
from cleanclaim.codes import hcpcs, ncci
from cleanclaim.config import Config
from cleanclaim.engine.check import CheckResult, check
from tests.effort import times
from tests.oracles import pairs_oracle
from tests.oracles.pairs_oracle import Edit, Service, Tables, Verdicts

CODES = (
    "97530", "97150", "97750", "95851", "97140", "97110", "97116", "97161", "97164", "97535", "97532", "G0283", "95852",
)  # fmt: skip
BUSY = ("97530", "97150", "97750", "95851", "97140", "97116")
AS_OF = date(2026, 11, 24)
# the payer's use of the edits, and whether it takes the bypass modifier on either line: (professional, hospital)
PAYERS = {
    "medicare": (True, None),
    "commercial": (None, (None, None)),
    "Column Two Only": (True, (False, False)),
    "No Edits": (False, (None, None)),
}
CONFIG = Config.parse(
    """
    [payers."Column Two Only"]
    pack = "commercial"
    pair_edits_apply = true
    either_column_professional = false
    either_column_institutional = false
    [payers."No Edits"]
    pack = "commercial"
    pair_edits_apply = false
    """
)
FORMS = {"practitioner": "professional", "hospital": "institutional"}
PAIR_RULES = ("P101", "P102", "P103", "P104", "P105", "P106", "P107")


@cache
def tables() -> Tables:
    rows = ncci.edits_among(CODES).select(
        "table", "column_one", "column_two", "indicator", "starts", "known_from", "deleted", "confirmed_through"
    )
    return Tables.of(
        (Edit(*row) for row in rows.iter_rows()),
        {table: ncci.complete_through(table) for table in ncci.TABLES},
        ncci.family(),
    )


@cache
def timed() -> dict[str, bool]:
    listed = hcpcs.catalogue().filter(pl.col("code").is_in(CODES))
    return dict(listed.select("code", "timed").iter_rows())


def services(days: Sequence[tuple[str, Sequence[Service]]]) -> pl.DataFrame:
    """Each day with its payer, as a patient of its own with one claim."""
    return pl.DataFrame(
        [_row(number, payer, s) for number, (payer, day) in enumerate(days) for s in day], schema=SERVICES.schema
    )


def _row(number: int, payer: str, service: Service) -> dict[str, object]:
    written = service.modifiers or ()
    return {
        "row": service.row,
        "file_id": 0,
        "source_line": service.row + 1,
        "claim_id": f"C{number}",
        "visit_id": f"V{number}",
        "patient_id": f"P{number}",
        "payer": payer,
        "claim_form": FORMS[service.table],
        "dos": service.dos,
        "code": service.code,
        **{f"modifier_{place}": modifier for place, modifier in enumerate(written, start=1)},
        "modifier_count": None if service.modifiers is None else len(written),
        "units": 1.0 if service.billed else None,
        "charge_cents": 6000 if service.billed else None,
        "billed": service.billed,
        "minutes": service.minutes,
        "start_minute": service.block[0] if service.block else None,
        "stop_minute": service.block[1] if service.block else None,
        "stated_discipline": service.discipline,
        "billing_npi": service.billing,
        "rendering_npi": service.rendering,
        "carries_minutes": True,
        "carries_times": service.carries_times,
    }


def _either_line(payer: str, table: str, day: date | None) -> bool | None:
    """Medicare's practitioner system takes the modifier on either line from July 2019; hospitals keep to column two."""
    stated = PAYERS[payer][1]
    if stated is not None:
        return stated[table == "hospital"]
    if table == "hospital":
        return None if day is None else False
    return None if day is None else day >= date(2019, 7, 1)


BOUNDARIES = (
    date(2018, 1, 1), date(2019, 6, 30), date(2019, 7, 1), date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 2),
    date(2020, 9, 30), date(2020, 10, 1), date(2021, 12, 31), date(2022, 1, 1), date(2024, 6, 30), date(2024, 7, 1),
    date(2024, 9, 30), date(2024, 10, 1), date(2026, 12, 31), date(2027, 1, 1),
)  # fmt: skip
ANY_DAY = st.integers(0, 3286).map(lambda days: date(2018, 1, 1) + timedelta(days))
DAYS = st.one_of(st.sampled_from(BOUNDARIES), ANY_DAY)
BLOCKS = st.builds(lambda start, length: (start, start + length), st.integers(600, 620), st.integers(1, 20))


@st.composite
def one_day(draw: st.DrawFn) -> tuple[str, list[Service]]:
    """Two to five services of a patient and day, with the payer; their rows are numbered later."""
    payer = draw(st.sampled_from(["medicare", "medicare", "medicare", *PAYERS]))
    table = draw(st.sampled_from(sorted(FORMS)))
    dos = draw(DAYS)
    clocks = draw(st.sampled_from(["none", "all", "some"]))
    disciplines = draw(st.sampled_from([("GP",), ("GP", "GO"), (None,)]))
    codes = draw(st.sampled_from([CODES, BUSY, BUSY]))
    renderings = draw(st.sampled_from([("R1",), ("R1", "R2"), ("R1", "R2", None), (None,)]))
    day = []
    for _ in range(draw(st.integers(2, 5))):
        code = draw(st.sampled_from(codes))
        discipline = draw(st.sampled_from(disciplines))
        bypass = draw(st.sampled_from([(), (), (), ("59",), ("XE",), ("XU",), ("XS", "59"), None]))
        own = () if discipline is None else (discipline,)
        day.append(
            Service(
                row=0,
                code=code,
                dos=dos,
                table=table,
                billing=draw(st.sampled_from(["B1", "B1", "B1", "B2"])),
                rendering=draw(st.sampled_from(renderings)),
                discipline=discipline,
                modifiers=None if bypass is None else (*own, *bypass),
                billed=draw(st.sampled_from([True, True, True, False])),
                timed=timed().get(code, False),
                minutes=draw(st.sampled_from([None, 0, 5, 8, 15, 15, 20])),
                block=draw(BLOCKS) if clocks == "all" or (clocks == "some" and draw(st.booleans())) else None,
                carries_times=clocks != "none",
                edits_apply=PAYERS[payer][0],
                either_line=_either_line(payer, table, dos),
            )
        )
    return payer, day


def numbered(days: Sequence[tuple[str, list[Service]]]) -> list[tuple[str, list[Service]]]:
    rows = iter(range(10_000))
    return [(payer, [replace(s, row=next(rows)) for s in day]) for payer, day in days]


PAIR_COLUMNS = ("column_one", "column_two", "indicator", "in_force", "provider_assumed", "bypass_one", "bypass_two")


def grain_of(result: CheckResult) -> dict[tuple[int, int], tuple[object, ...]]:
    """The pair grain by (row, row_one); the evidence only where a bypass modifier asks for it."""
    asked = pl.col("bypass_one").fill_null(False) | pl.col("bypass_two").fill_null(False)
    evidence = (pl.when(asked).then(c).alias(c) for c in ("has_times", "separate_blocks"))
    rows = result.grains.pair.select("row", "row_one", *PAIR_COLUMNS, *evidence).rows()
    assert len(rows) == len({row[:2] for row in rows})
    return {row[:2]: row[2:] for row in rows}


def grain_expected(days: Sequence[tuple[str, list[Service]]]) -> dict[tuple[int, int], tuple[object, ...]]:
    found = [pair for _, day in days for pair in pairs_oracle.pairs(day, tables())]
    return {
        (p.two.row, p.ones[0].row): (
            p.edit.one, p.edit.two, p.edit.indicator, p.in_force, p.assumed, p.bypass_one, p.bypass_two,
            *((p.has_times, p.separate) if p.bypass_one or p.bypass_two else (None, None)),
        )
        for p in found
    }  # fmt: skip


def found_by_engine(result: CheckResult) -> dict[str, tuple[list[int], int]]:
    """By rule, the rows of its findings and the count of what was not checked."""
    faults: dict[str, list[int]] = defaultdict(list)
    for rule, row in result.findings.select("rule", "row").iter_rows():
        faults[rule].append(row)
    gaps: dict[str, int] = defaultdict(int)
    for rule, count in result.not_checked.select("rule", "count").iter_rows():
        gaps[rule] += count
    return {rule: (sorted(faults[rule]), gaps[rule]) for rule in PAIR_RULES}


def found_by_oracle(days: Sequence[tuple[str, list[Service]]]) -> dict[str, tuple[list[int], int]]:
    each: list[Verdicts] = [pairs_oracle.verdicts(day, tables()) for _, day in days]
    together = {rule: [entry for found in each for entry in found.get(rule, [])] for rule in PAIR_RULES}
    return {
        rule: (sorted(row for row, verdict in entries if verdict), sum(verdict is None for _, verdict in entries))
        for rule, entries in together.items()
    }


@settings(max_examples=times(60), deadline=None)
@given(st.lists(one_day(), min_size=1, max_size=12).map(numbered))
def test_the_engine_agrees_with_the_oracle(days: list[tuple[str, list[Service]]]) -> None:
    result = check(services(days), as_of=AS_OF, config=CONFIG)
    assert grain_of(result) == grain_expected(days)
    assert found_by_engine(result) == found_by_oracle(days)


DAY = date(2024, 7, 15)
GROUP = Service(
    row=0, code="97150", dos=DAY, table="practitioner", billing="B1", rendering="R1", discipline="GP",
    modifiers=("GP",), timed=False,
)  # fmt: skip
ACTIVITY = replace(GROUP, row=1, code="97530", timed=True)


def checked(*day: Service) -> CheckResult:
    """One day under Medicare, of which the oracle says the same."""
    lines = [replace(s, row=row, carries_times=any(x.block for x in day)) for row, s in enumerate(day)]
    result = check(services([("medicare", lines)]), as_of=AS_OF, config=CONFIG)
    expected = [replace(s, edits_apply=True, either_line=_either_line("medicare", s.table, s.dos)) for s in lines]
    assert grain_of(result) == grain_expected([("medicare", expected)])
    assert found_by_engine(result) == found_by_oracle([("medicare", expected)])
    return result


def rules_found(result: CheckResult) -> list[tuple[str, int]]:
    return [found for found in result.findings.select("rule", "row").iter_rows() if found[0] in PAIR_RULES]


def test_a_modifier_on_any_line_of_a_code_answers_its_edit() -> None:
    """The second line of the column one code bears the modifier: it separates the pair and is not needless."""
    test_report = replace(GROUP, code="97750", timed=True)
    result = checked(ACTIVITY, replace(ACTIVITY, modifiers=("GP", "59")), test_report)
    assert rules_found(result) == []


def test_modifiers_that_are_not_known_stay_unknown() -> None:
    result = checked(GROUP, replace(GROUP, modifiers=None), ACTIVITY)
    assert result.grains.pair["bypass_one"].to_list() == [None]
    assert rules_found(result) == []


def test_another_clinicians_blocks_are_no_evidence() -> None:
    """Another clinician's activity at the hour of the group neither overlaps the pair nor holds its minutes."""
    group = replace(GROUP, block=(600, 630))
    own = replace(ACTIVITY, modifiers=("GP", "59"), minutes=15, block=(630, 645))
    other = replace(ACTIVITY, rendering="R2", minutes=15, block=(600, 615))
    assert rules_found(checked(group, own, other)) == []
    too_short = replace(own, minutes=20)
    assert rules_found(checked(group, too_short, replace(other, minutes=0, block=(700, 720)))) == [("P104", 1)]


def test_a_block_without_a_clinician_counts_for_its_discipline() -> None:
    """A block given and not billed often names no clinician: it counts for its billing provider and discipline."""
    group = replace(GROUP, block=(600, 630))
    own = replace(ACTIVITY, modifiers=("GP", "59"), minutes=10, block=(630, 640))
    rest = replace(ACTIVITY, billed=False, rendering=None, minutes=5)
    assert rules_found(checked(group, own, replace(rest, block=(645, 650)))) == []
    assert rules_found(checked(group, own, replace(rest, block=(610, 615)))) == [("P104", 1)]
    assert rules_found(checked(group, own, replace(rest, block=(610, 615), discipline="GO", modifiers=("GO",)))) == []


def test_a_minute_of_the_clock_counts_once() -> None:
    group = replace(GROUP, block=(600, 630))
    twice = replace(ACTIVITY, modifiers=("GP", "59"), minutes=15, block=(630, 645))
    result = checked(group, twice, replace(twice, modifiers=("GP", "59", "CQ")))
    assert rules_found(result) == [("P104", 1), ("P104", 2)]


@pytest.mark.parametrize(
    "elsewhere", [[], [("medicare", [replace(GROUP, row=5)])]], ids=["alone", "beside a dated day"]
)
def test_a_day_that_is_not_known_is_not_checked(elsewhere: list[tuple[str, list[Service]]]) -> None:
    undated = [
        ("medicare", [replace(GROUP, dos=None, either_line=None), replace(ACTIVITY, dos=None, either_line=None)])
    ]
    result = check(services([*undated, *elsewhere]), as_of=AS_OF, config=CONFIG)
    assert found_by_engine(result) == found_by_oracle(undated)
    assert found_by_engine(result)["P101"] == ([], 1)
