"""A month of a small clinic, visits to reports: at each step the sums are those of plain Python over the visits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim import x12
from cleanclaim.config import Config
from cleanclaim.outgoing import Sent
from cleanclaim.posting import Posted, undo, work
from cleanclaim.posting.book import Book
from cleanclaim.remit import Remitted
from cleanclaim.remit.totals import PARTS
from cleanclaim.remitting import remit
from cleanclaim.reports import money
from cleanclaim.rework import Worked
from cleanclaim.rework import work as work_denials
from cleanclaim.rework.corrected import Corrected, write_corrected
from cleanclaim.store.opened import opened
from cleanclaim.x12.validate import validate
from tests import month_clinic as month
from tests.month_clinic import BY_NUMBER, VISITS, Clinic, Tables, Visit, answered, charged, counted, first_answer

DENIAL_NOTES = {"M004": "records sent", "M013": "minutes of the note counted again"}


@dataclass
class Month:
    """What was written and posted, and the book after each step."""

    clinic: Clinic
    sent: Sent
    again: Sent
    corrected: Corrected
    denials: Worked
    first: Tables
    second: Tables
    files: dict[str, Path]
    posted: dict[str, list[Posted]] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    states: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    @property
    def last(self) -> Book:
        return self.books["paid again"]


@dataclass
class _Diary:
    """The month as it goes."""

    clinic: Clinic
    posted: dict[str, list[Posted]] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    states: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def post(self, step: str, *paths: Path) -> None:
        self.posted[step] = self.clinic.post(*paths)
        self.note(step)

    def note(self, step: str) -> None:
        self.books[step], self.states[step] = self.clinic.book(), self.clinic.states()


def first_remittance() -> Tables:
    told = Tables()
    for visit in VISITS:
        if visit.number not in (*month.REJECTED, *month.NEVER_ANSWERED):
            told.claim(visit, first_answer(visit))
    return told


def second_remittance() -> Tables:
    """What was sent again, three decisions reversed and made anew, money taken back, and interest."""
    told = Tables()
    for number in (*month.REJECTED, *month.UNPROCESSABLE):
        told.claim(BY_NUMBER[number], answered(BY_NUMBER[number]), control="2")
    for number in (month.CUT_LATER, month.WON, month.SET_RIGHT):
        visit = BY_NUMBER[number]
        told.claim(visit, first_answer(visit), sign=-1)
        told.claim(visit, month.last_answer(visit), control="2")
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("month")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANCLAIM_DATA", str(folder / "numbers"))
        config = Config.parse(month.CONFIG)
        # the URL of an empty database, to live the month there
        place = os.environ.get("CLEANCLAIM_TEST_DATABASE") or folder / "clinic.db"
        yield _lived(Clinic(folder, opened(place, make=True), config))


def _lived(clinic: Clinic) -> Month:
    diary = _Diary(clinic)
    sent = clinic.send("first", VISITS, month.SENT)
    claims = sent.files[0].path
    diary.post("sent", claims)
    diary.post("acknowledged", *clinic.acknowledged(claims, month.TAKEN_IN, month.REJECTED))

    again = clinic.send("again", VISITS, month.SENT_AGAIN)
    resent = again.files[0].path
    diary.post("sent again", resent)
    diary.post("acknowledged again", *clinic.acknowledged(resent, month.SENT_AGAIN))

    first = first_remittance()
    paid = clinic.keep("first.835", first.written("T1", month.PAID))
    diary.post("paid", paid)

    denials = work_denials([paid], [claims], config=clinic.config, as_of=month.CORRECTED)
    corrected = write_corrected(denials, [claims], clinic.folder / "corrected", now=month.at(month.CORRECTED))
    (fixed,) = map(Path, corrected.files)
    diary.post("corrected", fixed)
    diary.post("acknowledged corrected", *clinic.acknowledged(fixed, month.CORRECTED))
    for claim, note in DENIAL_NOTES.items():
        work(clinic.ledger, claim, actor="biller", note=note)
    for claim in month.WRITTEN_OFF:
        work(clinic.ledger, claim, actor="owner", note="written off", done=True)
    diary.note("worked")

    second = second_remittance()
    cut = (("WO", f"EX{month.TAKEN_BACK}1", month.TAKEN), ("L6", "INTEREST", -month.INTEREST))
    paid_again = clinic.keep("second.835", second.written("T2", month.PAID_AGAIN, cut))
    diary.post("paid again", paid_again)
    files = {"claims": claims, "resent": resent, "fixed": fixed, "paid": paid, "paid again": paid_again}
    return Month(clinic, sent, again, corrected, denials, first, second, files, diary.posted, diary.books, diary.states)


def reduced(frame: pl.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return frame.select(names).sort(names).rows()


def in_835(path: Path) -> dict[str, pl.DataFrame]:
    return x12.read(path, kinds=("835",)).tables


def lines_of(*visits: Visit, last: bool = False) -> list[month.Line]:
    return [line for one in visits for line in (month.last_answer(one) if last else first_answer(one))]


ANSWERED_FIRST = [v for v in VISITS if v.number not in (*month.REJECTED, *month.NEVER_ANSWERED)]
ANSWERED = [v for v in VISITS if v.number not in month.NEVER_ANSWERED]


def test_what_goes_out_is_what_was_done(told: Month) -> None:
    (file,) = told.sent.files
    assert (told.sent.held, told.sent.unreadable) == ((), ())
    count = sum(len(one.lines) for one in VISITS)
    assert (len(VISITS), count) == (52, 78)
    assert (file.claims, file.lines, file.charge_cents) == (52, 78, charged(VISITS))
    assert validate(file.path).accepted
    read = x12.read_837(file.path)
    assert dict(read.claims.select("claim_id", "charge_cents").rows()) == {v.number: v.charge for v in VISITS}
    assert read.lines["charge_cents"].sum() == charged(VISITS)
    (posted,) = told.posted["sent"]
    assert (posted.claims, posted.cents) == (52, charged(VISITS))
    assert told.states["sent"] == {"sent": counted(*BY_NUMBER)}
    assert told.books["sent"].outcomes["charge_cents"].sum() == charged(VISITS)


def test_three_claims_are_not_taken_in_and_go_out_again(told: Month) -> None:
    others = [one for one in BY_NUMBER if one not in month.REJECTED]
    assert told.states["acknowledged"] == {"accepted": counted(*others), "rejected": counted(*month.REJECTED)}
    (file,) = told.again.files
    assert (file.claims, file.charge_cents) == counted(*month.REJECTED)
    assert {(one.claim, one.reason) for one in told.again.held} == {(number, "sent_before") for number in others}
    after = {"accepted": counted(*others), "sent": counted(*month.REJECTED)}
    assert told.states["sent again"] == after
    assert told.states["acknowledged again"] == {"accepted": counted(*BY_NUMBER)}
    # what goes out again is no new money
    assert told.books["acknowledged again"].claims["charge_cents"].sum() == charged(VISITS)
    assert reduced(told.books["acknowledged again"].claims, "times_sent", "claim_id")[-3:] == [
        (2, one) for one in month.REJECTED
    ]


def test_the_first_remittance_balances_at_every_level(told: Month) -> None:
    held = in_835(told.files["paid"])
    assert held["payments"]["amount_cents"].to_list() == [told.first.paid]
    assert held["paid_claims"]["paid_cents"].sum() == told.first.paid
    assert held["paid_services"]["paid_cents"].sum() == told.first.paid
    assert held["paid_claims"]["charge_cents"].sum() == charged(ANSWERED_FIRST)
    assert held["paid_services"]["charge_cents"].sum() == charged(ANSWERED_FIRST)
    assert held["paid_services"]["paid_cents"].sum() + held["adjustments"]["cents"].sum() == charged(ANSWERED_FIRST)
    (posted,) = told.posted["paid"]
    assert (posted.claims, posted.cents) == (len(ANSWERED_FIRST), told.first.paid)


def test_each_line_ends_as_the_payer_answered_it(told: Month) -> None:
    book = told.books["paid"]
    open_lines = book.outcomes.filter(pl.col("answers").is_null())
    open_ones = (*month.REJECTED, *month.NEVER_ANSWERED)
    assert open_lines["charge_cents"].sum() == counted(*open_ones)[1]
    answers = book.outcomes.filter(pl.col("answers").is_not_null())
    assert month.sums(answers) == month.plain(lines_of(*ANSWERED_FIRST))
    assert (answers["charge_cents"] == answers.select(pl.sum_horizontal(PARTS)).to_series()).all()
    assert set(answers["matched_by"]) == {"modifiers"}
    by_line = {(one.claim, one.number): one for one in lines_of(*ANSWERED_FIRST)}
    for row in answers.iter_rows(named=True):
        line = by_line.pop((row["claim_id"], row["line_number"]))
        assert (row["paid_cents"], row["allowed_cents"], row["expected_allowed_cents"], row["short_cents"] or 0) == (
            line.paid, line.allowed, line.expected, line.short
        )  # fmt: skip
        assert row["outcome"] == _ends(line), row["claim_id"]
    assert by_line == {}


def _ends(line: month.Line) -> str:
    if line.denied:
        return "denied"
    if line.short:
        return "underpaid"
    if line.deductible:
        return "patient_share"
    return "reduced_by_rule" if line.reduced else "paid_as_expected"


def test_states_of_the_claims_after_the_first_remittance(told: Month) -> None:
    apart = (*month.REJECTED, *month.NEVER_ANSWERED, *month.DENIED, *month.UNPROCESSABLE, *month.UNDERPAID)
    paid = [one for one in BY_NUMBER if one not in (*apart, month.OF_DEDUCTIBLE)]
    assert told.states["paid"] == {
        "accepted": counted(*month.REJECTED, *month.NEVER_ANSWERED),
        "denied": counted(*month.DENIED, *month.UNPROCESSABLE),
        "underpaid": counted(*month.UNDERPAID),
        "patient_share": counted(month.OF_DEDUCTIBLE),
        "paid": counted(*paid),
    }


def test_denials_are_worked_and_what_needs_nobody_is_written_again(told: Month) -> None:
    by_step = {(one["claim"], one["step"], tuple(one["stopped_by"])) for one in told.denials.messages()}
    assert by_step == {(one, "new_claim", ("D101",)) for one in month.UNPROCESSABLE} | {
        (one, "find_out", ()) for one in month.DENIED
    }
    denied = sum(line.denied for line in lines_of(*ANSWERED_FIRST))
    assert told.denials.denials["denied_cents"].sum() == denied
    stopped = told.denials.loop()
    unpaid = [line for line in lines_of(*ANSWERED_FIRST) if line.claim in month.UNPROCESSABLE]
    (rule,) = stopped.rules.select("rule", "claims", "denied_cents", "stake_cents").rows()
    assert rule[:3] == ("D101", len(month.UNPROCESSABLE), sum(line.denied for line in unpaid))
    # what a patient would owe of it the payer has not said: the whole of what is allowed, less sequestration
    assert rule[3] == sum(month.cents(Decimal(line.expected) / 100 * Decimal("0.98")) for line in unpaid)
    assert {one.claim for one in told.corrected.left} == set(month.DENIED)
    assert list(told.corrected.files.values()) == [month.UNPROCESSABLE]


def test_the_corrected_claims_are_new_ones_with_gp_and_of_the_same_charge(told: Month) -> None:
    fixed = x12.read_837(told.files["fixed"])
    claims = fixed.claims.select("claim_id", "frequency", "charge_cents", "original_reference").rows()
    assert claims == [(one, "1", BY_NUMBER[one].charge, None) for one in month.UNPROCESSABLE]
    assert set(fixed.lines["modifier_1"]) == {"GP"}
    assert validate(told.files["fixed"]).accepted
    assert told.states["corrected"]["sent"] == counted(*month.UNPROCESSABLE)
    assert told.states["corrected"]["denied"] == counted(*month.DENIED)
    waiting = (*month.REJECTED, *month.NEVER_ANSWERED, *month.UNPROCESSABLE)
    assert told.states["acknowledged corrected"]["accepted"] == counted(*waiting)
    done = told.books["worked"].claims.filter("done")["claim_id"].sort().to_list()
    assert done == list(month.WRITTEN_OFF)


def test_the_second_remittance_balances_with_what_is_taken_back(told: Month) -> None:
    held = in_835(told.files["paid again"])
    cash = told.second.paid - month.TAKEN + month.INTEREST
    assert held["payments"]["amount_cents"].to_list() == [cash]
    assert held["paid_claims"]["paid_cents"].sum() == told.second.paid
    assert held["provider_adjustments"]["cents"].to_list() == [month.TAKEN, -month.INTEREST]
    (posted,) = told.posted["paid again"]
    assert posted.cents == cash


def test_every_cent_of_the_month_is_in_the_ledger_once(told: Month) -> None:
    final = lines_of(*ANSWERED, last=True)
    answers = told.last.outcomes.filter(pl.col("answers").is_not_null())
    assert month.sums(answers) == month.plain(final, recouped=month.TAKEN)
    assert told.last.outcomes["charge_cents"].sum() == charged(VISITS)
    assert (answers["charge_cents"] == answers.select(pl.sum_horizontal(PARTS)).to_series()).all()
    # money that came in: what stands as paid, less what was taken back, and the interest, which is of no claim
    cash = sum(told.posted[step][0].cents for step in ("paid", "paid again"))
    assert cash == sum(line.paid for line in final) - month.TAKEN + month.INTEREST
    assert told.last.unmatched.height == 0
    assert told.last.stray_acks == 0
    apart = (*month.NEVER_ANSWERED, *month.DENIED[1:], *month.UNDERPAID[1:], month.CUT_LATER, month.TAKEN_BACK)
    assert told.states["paid again"] == {
        "accepted": counted(*month.NEVER_ANSWERED),
        "denied": counted(*month.DENIED[1:]),
        "underpaid": counted(*month.UNDERPAID[1:], month.CUT_LATER),
        "recouped": counted(month.TAKEN_BACK),
        "patient_share": counted(month.OF_DEDUCTIBLE),
        "paid": counted(*(one for one in BY_NUMBER if one not in (*apart, month.OF_DEDUCTIBLE))),
    }


def test_files_together_say_what_the_ledger_says(told: Month) -> None:
    claims = [told.files["claims"]]
    whole = remit([told.files["paid"], told.files["paid again"]], claims, config=told.clinic.config)
    assert (whole.refused.height, whole.paid_twice.height, whole.charge_differs.height) == (0, 0, 0)
    assert _told(whole) == reduced(told.last.outcomes, *_NAMES)


_NAMES = ("claim_id", "line_number", "outcome", "charge_cents", *PARTS, "recouped_cents", "short_cents")


def _told(whole: Remitted) -> list[tuple[Any, ...]]:
    return reduced(whole.outcomes, *_NAMES)


def numbers(report: money.MoneyReport) -> dict[str, Any]:
    return {name: value for name, value, _ in report.sums}


def test_aging_is_what_is_open(told: Month) -> None:
    report = money.aging(told.last.claims, month.LAST)
    denied = sum(line.denied for line in lines_of(BY_NUMBER["M013"]))
    waits = counted(*month.NEVER_ANSWERED)[1]
    assert numbers(report) == {"Outstanding": waits + denied, "Without an answer": waits, "Denied": denied}
    by_payer, claims = report.sheets
    days = [(month.LAST - BY_NUMBER[one].dos).days for one in ("M013", *month.NEVER_ANSWERED)]
    assert [62 < day <= 92 for day in days] == [True, False]
    assert by_payer.rows[0][:2] == ("the date of service", "MEDICARE")
    assert by_payer.rows[0][2:] == (2, 0, 0, waits + denied, 0, 0, 0, waits + denied)
    assert [row[0] for row in claims.rows] == ["M013", *month.NEVER_ANSWERED]


def test_denials_are_a_share_of_the_lines_answered(told: Month) -> None:
    report = money.denials(told.last.outcomes, month.LAST)
    final = lines_of(*ANSWERED, last=True)
    lost = [line for line in final if line.denied]
    assert numbers(report) == {
        "Denied": sum(line.denied for line in lost), "Lines denied": f"{len(lost) / len(final):.1%}"
    }  # fmt: skip
    cents = sum(line.denied for line in lost)
    for way in ("payer", "code", "clinician", "cause", "reason"):
        assert sum(row[6] for row in report.sheets[0].rows if row[0] == way) == cents


def test_expected_against_paid(told: Month) -> None:
    report = money.expected(told.last.outcomes, month.LAST)
    final = lines_of(*ANSWERED, last=True)
    short = [line for line in final if line.short]
    assert numbers(report) == {
        "Expected to be allowed": sum(line.expected for line in final),
        "Allowed": sum(line.allowed for line in final),
        "Short, not denied": sum(line.short for line in short),
        "Still to come": sum(line.expected for one in month.NEVER_ANSWERED for line in answered(BY_NUMBER[one])),
    }
    assert sorted(row[0] for row in report.sheets[1].rows) == sorted(line.claim for line in short)
    assert [line.claim for line in short] == sorted([month.CUT_LATER, *month.UNDERPAID[1:]])


def test_money_at_risk_by_deadline(told: Month) -> None:
    report = money.deadlines(told.last.claims, told.last.outcomes, told.clinic.config.packs, month.LAST)
    short = {line.claim: line.short for line in lines_of(*ANSWERED, last=True) if line.short}
    denied = sum(line.denied for line in lines_of(BY_NUMBER["M013"]))
    assert numbers(report)["At risk"] == sum(short.values()) + denied
    assert numbers(report)["Passed"] == 0
    assert {(row[3], row[7]) for row in report.sheets[0].rows} == {*short.items(), ("M013", denied)}
    # 120 days to ask for a redetermination, from five days after the decision
    assert {row[0] for row in report.sheets[0].rows if row[3] == "M013"} == {date(2025, 1, 23)}


def test_the_same_remittance_again_changes_nothing(told: Month) -> None:
    clinic = told.clinic
    (same,) = clinic.post(told.files["paid"])
    assert (same.number, same.already) == (None, told.posted["paid"][0].number)
    content = told.files["paid"].read_bytes().replace(b"*000000001*", b"*000000077*")
    (another,) = clinic.post(clinic.keep("again.835", content.replace(b"IEA*1*000000001", b"IEA*1*000000077")))
    assert (another.number, another.already) == (None, told.posted["paid"][0].number)
    assert _equal(clinic.book(), told.last)


def test_undone_the_month_is_as_it_was_before(told: Month) -> None:
    clinic, (posted,) = told.clinic, told.posted["paid again"]
    assert posted.number is not None
    made = undo(clinic.ledger, posted.number, actor="owner", config=clinic.config)
    assert _equal(clinic.book(), told.books["worked"])
    undo(clinic.ledger, made.number, actor="owner", config=clinic.config)
    assert _equal(clinic.book(), told.last)


def _equal(one: Book, other: Book) -> bool:
    for name, by in (("claims", ["claim_key", "level"]), ("outcomes", ["claim_key", "line_number"])):
        held, wanted = getattr(one, name), getattr(other, name)
        given = [column for column in held.columns if column != "id"]
        assert_frame_equal(held.select(given).sort(by), wanted.select(given).sort(by))
    return one.unmatched.height == other.unmatched.height
