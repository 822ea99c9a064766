"""Whatever is posted and undone, in whatever order: the ledger says what the standing files say, to the cent."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import Claim, Decision, acknowledgment_file, claims_file, denied, paid, remittance_file, status_file
from sqlalchemy import select

from cleanclaim.posting import book, derived_again, post, undo
from cleanclaim.store import postings
from cleanclaim.store.bulk import read
from cleanclaim.store.opened import Ledger, opened
from cleanclaim.store.tables import OutcomeRow

CLAIMS = [
    Claim("C1", ("97110", "97140"), "W1"),
    Claim("C2", ("97530",), "W1"),
    Claim("C3", ("97110",), "W2"),
    Claim("C4", ("97140", "97530"), "W3"),
]
UNKNOWN = Claim("X9", ("97110",), "W9")


@dataclass(frozen=True)
class File:
    """A file and, in plain values, what it says."""

    content: bytes
    sent: tuple[Claim, ...] = ()
    decided: tuple[Decision, ...] = ()
    rejected: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    received: tuple[str, ...] = ()


ONE, TWO = (paid(CLAIMS[0], "I1"), denied(CLAIMS[2], "I3")), (paid(CLAIMS[1], "I2"), paid(UNKNOWN, "I9"))
FILES = (
    File(claims_file(*CLAIMS[:2]), sent=tuple(CLAIMS[:2])),
    File(claims_file(*CLAIMS[2:], control=2), sent=tuple(CLAIMS[2:])),
    File(remittance_file(*ONE, trace="T1"), decided=ONE),
    File(remittance_file(*TWO, trace="T2", control=2, day="260409"), decided=TWO),
    File(acknowledgment_file(2, accepted=True), received=("C3", "C4")),
    File(status_file((CLAIMS[3], False), (CLAIMS[0], True)), rejected=("C4",), accepted=("C1",)),
)
NAMES = ("charge_cents", "paid_cents", "contract_cents", "patient_cents", "denied_cents")


@dataclass
class Plain:
    """What a ledger must say, worked out file by file and line by line."""

    standing: dict[int, File] = field(default_factory=dict)

    def sums(self) -> dict[str, tuple[int, ...]]:
        """Return per claim the sums of NAMES over its lines."""
        found = {one.number: (one.charge, 0, 0, 0, 0) for file in self.standing.values() for one in file.sent}
        for file in self.standing.values():
            for one in file.decided:
                parts = [sum(line[place] for line in one.lines) for place in range(1, 5)]
                found[one.number] = (one.charge, *parts)
        return found

    def states(self) -> dict[str, str]:
        """Return the state of each claim that was sent."""
        told = list(self.standing.values())
        found = {one.number: "sent" for file in told for one in file.sent}
        for state in ("received", "accepted", "rejected"):
            found |= {name: state for file in told for name in getattr(file, state) if name in found}
        for file in told:
            for one in file.decided:
                if one.number in found:
                    found[one.number] = "denied" if one.status == "4" else "paid"
        return found


def ledger_sums(ledger: Ledger) -> dict[str, tuple[int, ...]]:
    with ledger.reading() as connection:
        told = read(connection, select(OutcomeRow.table()))
    summed = told.group_by("claim_id").agg(pl.col(NAMES).fill_null(0).sum())
    return {row[0]: row[1:] for row in summed.rows()}


def all_outcomes(ledger: Ledger) -> list[tuple[object, ...]]:
    with ledger.reading() as connection:
        told = read(connection, select(OutcomeRow.table())).drop("id", "line_no", "posting_id")
    return sorted(told.rows(), key=str)


STEPS = st.lists(
    st.one_of(st.integers(0, len(FILES) - 1), st.tuples(st.just("undo"), st.integers(0, 20))), min_size=1, max_size=9
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_postings_and_undos_adds_up(empty: Path, steps: list[int | tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = opened(shutil.copy(empty, f"{folder}/clinic.db"))
        plain, count = Plain(), 0
        undone: dict[int, tuple[int, File]] = {}
        for step in steps:
            if isinstance(step, int):
                path = Path(folder) / f"{step}.x12"
                path.write_bytes(FILES[step].content)
                one = post(ledger, [path], actor="biller")[0]
                known = next((n for n, file in plain.standing.items() if file is FILES[step]), None)
                assert (one.already, one.refused) == (known, ())
                if known is None:
                    count += 1
                    assert one.number == count
                    plain.standing[count] = FILES[step]
                continue
            choices = [*plain.standing, *(n for n, (_, file) in undone.items() if file not in plain.standing.values())]
            if not choices:
                continue
            number = choices[step[1] % len(choices)]
            count += 1
            assert undo(ledger, number, actor="biller").number == count
            if number in undone:
                back, file = undone.pop(number)
                plain.standing[back] = file
            else:
                undone[count] = (number, plain.standing.pop(number))
        assert ledger_sums(ledger) == plain.sums()
        told = book.book(ledger)
        assert dict(told.claims.select("claim_id", "state").rows()) == plain.states()
        with ledger.reading() as connection:
            log = postings.log(connection)
        assert [one.number for one in log] == list(range(1, count + 1))
        assert {one.number for one in log if one.stands and one.kind != "undo"} == set(plain.standing)
        before = all_outcomes(ledger)
        derived_again(ledger)
        assert all_outcomes(ledger) == before


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(FILES))))
def test_the_order_of_files_changes_nothing(empty: Path, order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ends = []
        for name, places in (("a", list(range(len(FILES)))), ("b", order)):
            ledger = opened(shutil.copy(empty, f"{folder}/{name}.db"))
            paths = [Path(folder) / f"{place}.x12" for place in places]
            for place, path in zip(places, paths, strict=True):
                path.write_bytes(FILES[place].content)
            post(ledger, paths, actor="biller")
            told = book.book(ledger).claims.select("claim_id", "state", "since", "paid_cents", "open_cents")
            ends.append((all_outcomes(ledger), sorted(told.rows())))
        assert ends[0] == ends[1]
