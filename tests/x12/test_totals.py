"""What a file holds, counted: equal to an independent count on third-party samples and on files of our own."""

from __future__ import annotations

import csv
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import pytest
from build_837 import A1, BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, transaction
from build_x12 import (
    ACKNOWLEDGMENT,
    CLAIM_STATUS,
    FACILITY_CLAIM,
    PAID_CLAIM,
    PROVIDER,
    REJECTION,
    REVERSAL,
    STATUS,
    facility_set,
    remittance_set,
    transaction_set,
)
from plain_totals import adjustments_of, facility_rows_of, totals_of

from cleanclaim import x12
from cleanclaim.errors import UnreadableFile
from cleanclaim.x12.write import Edits, rewrite

SAMPLES = Path(__file__).parents[2].parent / "shared" / "x12" / "samples"
INDEX = SAMPLES / "INDEX.csv"
ROWS = list(csv.DictReader(INDEX.open(encoding="utf-8"))) if INDEX.exists() else []

UNREADABLE = "keironstoddart+edi-835-parser/tests__test_edi_835_files__blue_cross_nc_sample.txt"
EVERY_KIND = interchange(
    transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version=A1),
    facility_set(*FACILITY_CLAIM),
    transaction_set("835", *remittance_set(*PAID_CLAIM, *REVERSAL, *PROVIDER)[1:-1], version="005010X221A1"),
    transaction_set("999", *REJECTION, version=ACKNOWLEDGMENT),
    transaction_set("277", *STATUS, version=CLAIM_STATUS),
    transaction_set("997", "AK1*HC*1", "AK2*837*7", "AK5*R*5", "AK9*R*1*1*0", version="005010"),
    transaction_set("271", "BHT*0022*11*1*20260406*1200", version="005010X279A1"),
)


def test_every_kind_in_one_interchange() -> None:
    totals = x12.totals(EVERY_KIND)
    assert totals["transactions"] == [
        {"type": "837", "version": A1, "claims": 1, "lines": 1, "charge_cents": 8400},
        {"type": "837", "version": "005010X223A2", "claims": 1, "lines": 2, "charge_cents": 24050},
        {
            "type": "835",
            "version": "005010X221A1",
            "claims": 2,
            "lines": 3,
            "charge_cents": 0,
            "paid_cents": 0,
            "adjustment_cents": 2000 + 875 - 150 + 2150 - 875,
        },
        {
            "type": "999",
            "version": ACKNOWLEDGMENT,
            "claims": None,
            "lines": None,
            "charge_cents": None,
            "accepted": 1,
            "rejected": 1,
        },
        {
            "type": "277",
            "version": CLAIM_STATUS,
            "claims": 2,
            "lines": None,
            "charge_cents": 24000,
            "accepted": 1,
            "rejected": 1,
        },
        {
            "type": "997",
            "version": "005010",
            "claims": None,
            "lines": None,
            "charge_cents": None,
            "accepted": 0,
            "rejected": 1,
        },
        {"type": "271", "version": "005010X279A1", "claims": None, "lines": None, "charge_cents": None},
    ]
    assert totals["interchanges"] == 1
    assert [problem["message"].split(" is not read")[0] for problem in totals["problems"]] == [
        "the transaction set (271 005010X279A1)"
    ]
    assert (totals["interchanges"], totals["transactions"]) == totals_of(EVERY_KIND)


def test_the_kinds_of_a_file() -> None:
    assert x12.kinds(EVERY_KIND) == ("837P", "837I", "835", "999", "277CA", "997", "271")
    assert x12.kinds(EVERY_KIND.replace(b"GS*HC", b"TA1*000000001*260309*0930*A*000~GS*HC", 1))[0] == "TA1"


def test_interchanges_of_other_delimiters_are_counted_together() -> None:
    other = interchange(transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE), style=Style("|", ">", "'", "!", "\r\n"))
    totals = x12.totals(EVERY_KIND + other)
    assert (totals["interchanges"], len(totals["transactions"])) == (2, 8)
    assert totals["transactions"][-1]["charge_cents"] == 8400


@pytest.mark.skipif(not ROWS, reason="the folder of shared samples is not beside this checkout")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_every_sample_is_read_into_tables_and_written_as_it_was(row: dict[str, str]) -> None:
    content = (SAMPLES / row["path"]).read_bytes()
    if row["path"] == UNREADABLE:
        return
    file = x12.read(content)
    assert file["sets"].height == len(x12.totals(content)["transactions"])
    assert b"".join(rewrite(content, Edits())) == content


@pytest.mark.skipif(not ROWS, reason="the folder of shared samples is not beside this checkout")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_totals_of_every_sample_equal_a_plain_count(row: dict[str, str]) -> None:
    content = (SAMPLES / row["path"]).read_bytes()
    if row["path"] == UNREADABLE:
        with pytest.raises(UnreadableFile, match=r"not an X12 file: no ISA segment in its first 4,096 bytes"):
            x12.totals(content)
        return
    totals = x12.totals(content)
    messages = [problem["message"] for problem in totals["problems"]]
    isa = content.find(b"ISA")
    if isa < 0:
        assert messages[0] == "no ISA segment: the delimiters are guessed"
        content, isa = EVERY_KIND[:106] + content, 0  # the plain counter cannot guess
        totals["interchanges"] += 1
    plain = totals_of(content[isa:])
    found = [{k: v or "" if k in ("type", "version") else v for k, v in one.items()} for one in totals["transactions"]]
    if row["path"].endswith("x12__invalid999.edi"):  # verdicts on no set, which only the plain counter counts
        assert sum("IK5 without AK2 of its own" in message for message in messages) == 2
        assert (found[0]["accepted"], plain[1][0]["accepted"]) == (0, 2)
        return
    assert (totals["interchanges"], found) == plain
    unread = [one for one in found if one["claims"] is None and "accepted" not in one]
    named = [message for message in messages if "is not read: only" in message]
    assert len(named) == len(unread)
    for one, message in zip(unread, named, strict=True):
        assert one["type"] in message
        assert one["version"] in message


@pytest.mark.skipif(not ROWS, reason="the folder of shared samples is not beside this checkout")
@pytest.mark.parametrize("row", [row for row in ROWS if row["transaction"] in ("835", "837I")], ids=lambda r: r["path"])
def test_adjustments_and_institutional_rows_equal_a_plain_reading(row: dict[str, str]) -> None:
    content = (SAMPLES / row["path"]).read_bytes()
    if (isa := content.find(b"ISA")) < 0:
        pytest.skip("the plain reader needs an ISA segment")
    file = x12.read(content, chunk_bytes=700)
    assert file["adjustments"].select("group", "reason", "cents").rows() == adjustments_of(content[isa:])
    claims = file["facility_claims"].select("segment", "claim_id", "charge_cents", "bill_type").rows()
    lines = file["facility_lines"].select("segment", "revenue_code", "charge_cents").rows()
    found = [row[1:] for row in sorted([*claims, *lines], key=itemgetter(0))]
    plain = [(first, int(Decimal(charge) * 100), *rest) for first, charge, *rest in facility_rows_of(content[isa:])]
    assert found == plain
