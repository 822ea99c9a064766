"""Posting to the ledger: what counts, what counts once, what is refused, and what is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from office_files import (
    Claim,
    acknowledgment_file,
    claims_file,
    denied,
    interchange_answer,
    paid,
    remittance_file,
    status_file,
)
from sqlalchemy import func, select

from cleanclaim.errors import InputError
from cleanclaim.posting import Posted, book, undo, work
from cleanclaim.posting.worked import worked
from cleanclaim.store import postings
from cleanclaim.store.opened import Ledger
from cleanclaim.store.tables import OutcomeRow, PostingRow

C1, C2 = Claim("C1", ("97110", "97140")), Claim("C2", ("97530",), "W2")
Post = Callable[..., Posted]


def states(ledger: Ledger) -> dict[str, str]:
    return dict(book.book(ledger).claims.select("claim_id", "state").rows())


def ends(ledger: Ledger) -> list[tuple[object, ...]]:
    told = book.book(ledger)
    whole = pl.concat([told.outcomes, told.unmatched])
    return sorted(whole.select("claim_id", "code", "charge_cents", "paid_cents", "denied_cents", "outcome").rows())


def count(ledger: Ledger) -> int:
    with ledger.reading() as connection:
        return connection.execute(select(func.count(PostingRow.id))).scalar_one()


def test_claims_sent_are_open_lines(ledger: Ledger, posted: Post) -> None:
    one = posted(claims_file(C1, C2))
    assert (one.number, one.kind, one.claims, one.cents, one.notes) == (1, "claims", 2, 13400, ())
    assert ends(ledger) == [
        ("C1", "97110", 4200, None, None, "open"),
        ("C1", "97140", 4000, None, None, "open"),
        ("C2", "97530", 5200, None, None, "open"),
    ]
    assert states(ledger) == {"C1": "sent", "C2": "sent"}


def test_a_remittance_answers_lines(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1, C2))
    assert posted(remittance_file(paid(C1), denied(C2)), "a.835").cents == 4100
    assert ends(ledger) == [
        ("C1", "97110", 4200, 2100, 0, "paid_not_priced"),
        ("C1", "97140", 4000, 2000, 0, "paid_not_priced"),
        ("C2", "97530", 5200, 0, 5200, "denied"),
    ]
    assert states(ledger) == {"C1": "paid", "C2": "denied"}


def test_a_remittance_before_its_claims_gives_the_same(ledger: Ledger, posted: Post) -> None:
    posted(remittance_file(paid(C1), denied(C2)), "a.835")
    assert [row[-1] for row in ends(ledger)] == ["unmatched"] * 3
    posted(claims_file(C1, C2))
    assert [row[-1] for row in ends(ledger)] == ["paid_not_priced", "paid_not_priced", "denied"]


@pytest.mark.parametrize(
    "content",
    [
        claims_file(C1),
        remittance_file(paid(C1)),
        acknowledgment_file(1, accepted=True),
        status_file((C1, False)),
        interchange_answer(1, accepted=False),
    ],
    ids=["837", "835", "999", "277CA", "TA1"],
)
def test_the_same_file_twice_changes_nothing(ledger: Ledger, posted: Post, content: bytes) -> None:
    posted(claims_file(C2, control=9))
    posted(content, "first")
    before = (ends(ledger), states(ledger), count(ledger))
    again = posted(content, "second")
    assert (again.number, again.already) == (None, 2)
    assert (ends(ledger), states(ledger), count(ledger)) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (claims_file(C1), claims_file(C1, control=2, day="260310")),
        (remittance_file(paid(C1)), remittance_file(paid(C1), control=2)),
        (acknowledgment_file(1, accepted=True), acknowledgment_file(1, accepted=True, control=51)),
    ],
    ids=["837", "835", "999"],
)
def test_the_same_in_another_envelope_is_told(posted: Post, first: bytes, second: bytes) -> None:
    posted(first, "first")
    again = posted(second, "second")
    assert (again.number, again.already) == (None, 1)
    assert again.notes == ("another envelope, and in it what posting 1 says already",)


def test_a_payment_in_a_file_with_another_date_of_production_is_known_again(posted: Post) -> None:
    posted(remittance_file(paid(C1)), "first")
    again = posted(remittance_file(paid(C1), produced="20260404"), "second")
    assert (again.number, again.already, again.notes) == (None, 1, ("another file, with the same payments",))


def test_one_trace_number_with_other_claims_is_refused(ledger: Ledger, posted: Post) -> None:
    posted(remittance_file(paid(C2)), "first")
    other = Claim("C3", ("97530",), "W3")
    refused = posted(remittance_file(paid(other)), "second")
    place, told = refused.refused[0].split(": ")
    assert (place, len(refused.refused)) == ("segment 4", 1)
    assert told.startswith("posting 1 holds a payment of this trace number, day and amount with other claims in it;")
    assert count(ledger) == 1


def test_claims_sent_again_count_once(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1))
    again = posted(claims_file(C1, C2, control=2, day="260312"), "again")
    assert again.notes == ("sent before under the same number: 1 of 2 claims",)
    assert sum(row[2] for row in ends(ledger)) == C1.charge + C2.charge
    assert posted(claims_file(C1, control=3), "once more").already == 1
    assert posted(claims_file(C1, control=3), "once more", again=True).number == 3


def test_a_remittance_that_does_not_balance_is_refused_whole(ledger: Ledger, posted: Post) -> None:
    broken = remittance_file(paid(C1)).replace(b"CAS*PR*2*10.50", b"CAS*PR*2*10.51")
    refused = posted(broken)
    assert refused.number is None
    assert sorted(refused.refused) == [
        "segment 11: SVC03 says 21.00 is paid, and the charge less the adjustments is 20.99",
        "segment 9: CLP04 says 41.00 is paid, and the charge less all adjustments is 40.99",
    ]
    assert count(ledger) == 0


def test_undo_takes_back_and_undoing_the_undo_brings_back(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1))
    before = ends(ledger)
    posted(remittance_file(paid(C1)), "a.835")
    after = ends(ledger)
    assert undo(ledger, 2, actor="biller").number == 3
    assert ends(ledger) == before
    assert undo(ledger, 3, actor="biller").number == 4
    assert ends(ledger) == after
    with ledger.reading() as connection:
        told = [(one.number, one.kind, one.undoes, one.stands) for one in postings.log(connection)]
    assert told == [
        (1, "claims", None, True), (2, "remittance", None, True), (3, "undo", 2, False), (4, "undo", 3, True),
    ]  # fmt: skip


def test_what_cannot_be_undone_is_told(ledger: Ledger, posted: Post) -> None:
    posted(remittance_file(paid(C1)), "a.835")
    with pytest.raises(InputError, match=r"there is no posting 7; postings go from 1 to 1"):
        undo(ledger, 7, actor="biller")
    undo(ledger, 1, actor="biller")
    with pytest.raises(InputError, match="posting 1 does not stand: it was undone before"):
        undo(ledger, 1, actor="biller")
    assert posted(remittance_file(paid(C1)), "a.835").number == 3
    with pytest.raises(InputError, match="posting 1 was posted again as 3; undo that one first"):
        undo(ledger, 2, actor="biller")


def test_a_payment_that_came_again_keeps_an_undo_undone(ledger: Ledger, posted: Post) -> None:
    posted(remittance_file(paid(C1)), "a.835")
    undo(ledger, 1, actor="biller")
    assert posted(remittance_file(paid(C1), produced="20260404"), "b.835").number == 3
    with pytest.raises(InputError, match="posting 3 holds a payment of posting 1; undo that one first"):
        undo(ledger, 2, actor="biller")


def test_acknowledgments_move_claims_on(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1, C2))
    posted(interchange_answer(1, accepted=True), "a.ta1")
    assert states(ledger) == {"C1": "received", "C2": "received"}
    posted(acknowledgment_file(1, accepted=True), "a.999")
    posted(status_file((C1, True), (C2, False)), "a.277")
    assert states(ledger) == {"C1": "accepted", "C2": "rejected"}
    assert book.listed(book.book(ledger), ["rejected"])[0]["status"] == "A7:562"
    posted(claims_file(C2, control=2, day="260314"), "again")
    assert states(ledger) == {"C1": "accepted", "C2": "sent"}


@pytest.mark.parametrize("level", ["19", "20", "21"])
@pytest.mark.parametrize("told", [(), ((C1, True), (C2, True))], ids=["no claim named", "claims named"])
def test_what_rejects_a_level_rejects_its_claims(
    ledger: Ledger, posted: Post, level: str, told: tuple[tuple[Claim, bool], ...]
) -> None:
    posted(claims_file(C1, C2))
    posted(claims_file(Claim("C3", C1.codes), control=2), "other.837")
    posted(status_file(*told, rejects=level), "a.277")
    assert states(ledger) == {"C1": "rejected", "C2": "rejected", "C3": "sent"}
    assert {row["status"] for row in book.listed(book.book(ledger), ["rejected"])} == {"A3:496"}
    assert book.status(book.book(ledger))["stray_acknowledgments"] == 0


def test_a_rejected_provider_of_another_batch_rejects_nothing(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1))
    posted(status_file(rejects="19", batch="B9"), "a.277")
    assert states(ledger) == {"C1": "sent"}
    assert book.status(book.book(ledger))["stray_acknowledgments"] == 2  # of the batch, and of its provider


def test_a_rejected_set_rejects_its_claims_whenever_it_is_told(ledger: Ledger, posted: Post) -> None:
    posted(acknowledgment_file(1, accepted=False), "a.999")
    assert book.status(book.book(ledger))["stray_acknowledgments"] == 1
    posted(claims_file(C1, control=1))
    posted(claims_file(C2, control=2), "b.837")
    assert states(ledger) == {"C1": "rejected", "C2": "sent"}


def test_a_replacement_by_the_payers_number_takes_the_claim_away(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1))
    posted(remittance_file(denied(C1, "ICN77")), "a.835")
    posted(claims_file(Claim("C1R", C1.codes, frequency="7", original="ICN77"), control=2, day="260410"), "b.837")
    assert states(ledger) == {"C1": "replaced", "C1R": "sent"}
    assert book.status(book.book(ledger))["charge_cents"] == C1.charge


def test_money_taken_back_later_is_the_claims(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1, C2))
    posted(remittance_file(paid(C2), trace="T2", day="260501", taken=(("WO", "ICN1", 4100),)), "b.835")
    posted(remittance_file(paid(C1, "ICN1")), "a.835")
    assert states(ledger) == {"C1": "recouped", "C2": "paid"}
    assert book.book(ledger).claims["recouped_cents"].sum() == 4100


def test_work_is_kept_and_done_waits_for_nobody(ledger: Ledger, posted: Post) -> None:
    posted(claims_file(C1))
    posted(remittance_file(denied(C1)), "a.835")
    work(ledger, "c1", actor="biller", note="called the payer")
    assert [one["claim_id"] for one in book.listed(book.book(ledger), ["denied"])] == ["C1"]
    number = work(ledger, "C1", actor="lead", done=True).number
    assert book.listed(book.book(ledger), ["denied"]) == []
    told = [(one["by"], one["done"], one["note"]) for one in worked(ledger, "C1")]
    assert told == [("biller", False, "called the payer"), ("lead", True, None)]
    undo(ledger, number, actor="lead")
    assert [one["claim_id"] for one in book.listed(book.book(ledger), ["denied"])] == ["C1"]
    with pytest.raises(InputError, match="the ledger knows no claim C9"):
        work(ledger, "C9", actor="biller", done=True)


def test_outcomes_are_those_that_the_files_alone_give(ledger: Ledger, posted: Post, tmp_path: Path) -> None:
    """The way through the database changes nothing of what ``remit`` says."""
    from cleanclaim.intake import read
    from cleanclaim.remit import remitted

    files = {"claims.837": claims_file(C1, C2), "a.835": remittance_file(paid(C1), denied(C2))}
    for name, content in files.items():
        posted(content, name)
    direct = remitted([("a.835", files["a.835"])], read([tmp_path / "claims.837"]).services).outcomes
    columns = [name for name in direct.columns if name in OutcomeRow.table().columns and name != "posting_id"]
    assert len(columns) >= 30
    told = book.book(ledger).outcomes
    order = ["claim_id", "line_number"]
    assert told.select(columns).sort(order).rows() == direct.select(columns).sort(order).rows()
