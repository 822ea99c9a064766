"""The tables of 999, 997, TA1 and 277CA files: what was accepted or rejected, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from build_837 import interchange
from build_x12 import ACKNOWLEDGMENT, CLAIM_STATUS, REJECTION, STATUS, transaction_set

from cleanclaim import x12
from cleanclaim.x12.verdicts277 import verdicts

PLACES = ("interchange", "transaction", "segment", "offset")
ANSWER = interchange(transaction_set("999", *REJECTION, version=ACKNOWLEDGMENT), version=ACKNOWLEDGMENT)


def test_a_999() -> None:
    file = x12.read(ANSWER)
    assert file["group_acks"].drop(PLACES).rows() == [("HC", "77", "005010X222A1", "P", 2, 2, 1, "5")]
    assert file["set_acks"].drop(PLACES).rows() == [
        ("77", "837", "0001", "005010X222A1", "A", None),
        ("77", "837", "0002", "005010X222A1", "R", "5 I5"),
    ]
    columns = ("set_control", "segment_id", "position", "loop", "code", "element", "component", "element_reference")
    assert file["set_errors"].select(*columns, "value", "claim_id").rows() == [
        ("0002", "CLM", 22, "2300", "8", None, None, None, None, "V100"),
        ("0002", "CLM", 22, "2300", "7", "5", "3", "1325", "X9", "V100"),
        ("0002", "NM1", 31, None, "3", None, None, None, None, None),
    ]
    assert file["set_errors"]["segment"].to_list() == [8, 11, 12]
    assert file["error_contexts"].drop(PLACES).rows() == [
        (8, "CLM01", "V100", None, None, None, None),
        (8, "SITUATIONAL TRIGGER", None, "CLM", 22, "2300", "5:3"),
    ]
    assert file.problems.height == 0


def test_a_997_says_the_same_with_other_names() -> None:
    old = [line.replace("IK", "AK", 1) for line in REJECTION if not line.startswith("CTX")]
    file = x12.read(interchange(transaction_set("997", *old), version="005010"))
    assert file["set_acks"]["errors"].to_list() == [None, "5 I5"]
    assert file["set_errors"].select("segment_id", "code", "element", "claim_id").rows() == [
        ("CLM", "8", None, None),
        ("CLM", "7", "5", None),
        ("NM1", "3", None, None),
    ]


def test_what_an_acknowledgment_lacks_is_told() -> None:
    file = x12.read(
        interchange(
            transaction_set(
                "999",
                "IK5*A",
                "IK4*1",
                "CTX*CLM01:V1",
                "AK1*HC*1",
                "IK4*1*2*3",
                "AK2*837*1",
                "IK3*NM1*x**8",
                version=ACKNOWLEDGMENT,
            )
        )
    )
    assert file.problems.select("segment", "message").rows() == [
        (4, "IK5 without AK2 of its own: it is not read"),
        (5, "IK4 without IK3: the error is not read"),
        (6, "CTX without IK3: it is not read"),
        (7, "AK1 without AK9: the group has no status"),
        (8, "IK4 without IK3: the error is not read"),
        (9, "AK2 without IK5: the transaction set has no status"),
        (10, "IK302 (segment position) is not a whole number"),
    ]
    assert file["group_acks"]["status"].to_list() == [None]


def test_a_ta1_alone() -> None:
    content = interchange().replace(b"GS*HC*CLINIC*HOUSE*20260309*0930*1*X*005010X222A1~GE*0*1~", b"")
    content = content.replace(b"IEA*1", b"TA1*000000905*260309*0930*R*012~IEA*0")
    file = x12.read(content)
    assert file["interchange_acks"].drop("offset").rows() == [(1, 2, "000000905", "260309", "0930", "R", "012")]
    assert file.problems.height == 0
    assert x12.kinds(content) == ("TA1",)


ABOVE = ("source_segment", "receiver_segment", "provider_segment")


@pytest.mark.parametrize("chunk_bytes", [1, 200, 1 << 20])
def test_a_277ca_says_in_which_levels_a_claim_stands(chunk_bytes: int) -> None:
    again = [
        segment.replace("HL*", "HL*1", 1).replace("TRN*2*V", "TRN*2*W") if segment[:3] in ("HL*", "TRN") else segment
        for segment in STATUS[12:]
    ]
    sets = [transaction_set("277", *STATUS, *again, version=CLAIM_STATUS)] * 2
    file = x12.read(interchange(*sets, version=CLAIM_STATUS), chunk_bytes=chunk_bytes)
    at = file["trackings"]["segment"].to_list()
    source, receiver, clinic, other = at[0], at[1], at[2], at[5]
    assert file["trackings"].head(8).select("trace", *ABOVE).rows() == [
        ("ANSWER1", source, None, None),
        ("BATCH1", source, receiver, None),
        ("0", source, receiver, clinic),
        ("V100", source, receiver, clinic),
        ("V101", source, receiver, clinic),
        ("0", source, receiver, other),
        ("W100", source, receiver, other),
        ("W101", source, receiver, other),
    ]
    first, second = (file["trackings"].filter(pl.col("transaction") == number) for number in (1, 2))
    moved = second["segment"][0] - source
    assert second.select(ABOVE).rows() == first.select(pl.col(ABOVE) + moved).rows()


REJECTED = "STC*A3:496:85*20260407*U*240"


@pytest.mark.parametrize(
    ("level", "rejected_at"), [("TRN*1*ANSWER1", "source"), ("TRN*2*BATCH1", "receiver"), ("TRN*1*0", "provider")]
)
def test_a_level_that_rejects_rejects_its_claims(level: str, rejected_at: str) -> None:
    body = [part for segment in STATUS for part in ([segment, REJECTED] if segment == level else [segment])]
    file = x12.read(interchange(transaction_set("277", *body, version=CLAIM_STATUS), version=CLAIM_STATUS))
    claims = verdicts(file["trackings"], file["statuses"]).filter(pl.col("level") == "claim")
    assert claims.select("trace", "rejected", "rejected_at", "status", "batch").rows() == [
        ("V100", True, rejected_at, "A2:20", "BATCH1"),
        ("V101", True, rejected_at, "A7:562 A7:21", "BATCH1"),
    ]


def test_a_claim_without_a_status_has_that_of_the_level_that_rejects_it() -> None:
    body = [part for segment in STATUS for part in ([segment, REJECTED] if segment == "TRN*1*0" else [segment])]
    body = [segment for segment in body if segment != "STC*A2:20:PR*20260406*WQ*120"]
    file = x12.read(interchange(transaction_set("277", *body, version=CLAIM_STATUS), version=CLAIM_STATUS))
    found = verdicts(file["trackings"], file["statuses"])
    assert found.select("level", "trace", "rejected", "rejected_at", "status", "told_on").rows() == [
        ("source", "ANSWER1", None, None, None, None),
        ("receiver", "BATCH1", False, None, "A1:19", date(2026, 4, 6)),
        ("provider", "0", True, "provider", "A3:496", date(2026, 4, 7)),
        ("claim", "V100", True, "provider", "A3:496", date(2026, 4, 7)),
        ("claim", "V101", True, "provider", "A7:562 A7:21", date(2026, 4, 6)),
    ]


def test_a_277ca() -> None:
    file = x12.read(interchange(transaction_set("277", *STATUS, version=CLAIM_STATUS), version=CLAIM_STATUS))
    levels = ("level", "entity", "name", "provider_npi", "trace")
    assert file["trackings"].select(levels).rows() == [
        ("source", "PR", "BLUE PLAN", None, "ANSWER1"),
        ("receiver", "41", "HOUSE", None, "BATCH1"),
        ("provider", "85", "HILL CLINIC", "1234567893", "0"),
        ("claim", "QC", None, "1234567893", "V100"),
        ("claim", "QC", None, "1234567893", "V101"),
    ]
    receiver, claim, other = (
        file["trackings"].drop(PLACES, *levels, *ABOVE).to_dicts()[1::2]
        + file["trackings"].drop(PLACES, *levels, *ABOVE).to_dicts()[4:]
    )
    assert {k: v for k, v in receiver.items() if v is not None} == {
        "action": "WQ",
        "charge_cents": 24000,
        "accepted_count": 1,
        "rejected_count": 1,
        "accepted_cents": 12000,
        "rejected_cents": 12000,
    }
    assert {k: v for k, v in claim.items() if v is not None} == {
        "payer_control": "9001",
        "dos": date(2026, 3, 4),
        "dos_last": date(2026, 3, 4),
        "action": "WQ",
        "charge_cents": 12000,
    }
    assert (other["action"], other["dos_last"]) == ("U", date(2026, 3, 5))
    traces = dict(file["trackings"].select("segment", "trace").iter_rows())
    told = file["statuses"].select("tracking_segment", "category", "status", "entity", "action", "cents", "message")
    assert [(traces[row[0]], *row[1:]) for row in told.iter_rows()] == [
        ("BATCH1", "A1", "19", "PR", "WQ", 24000, None),
        ("V100", "A2", "20", "PR", "WQ", 12000, None),
        ("V101", "A7", "562", "85", "U", 12000, "NPI missing"),
        ("V101", "A7", "21", None, "U", 12000, "NPI missing"),
        ("V101", "A7", "507", None, "U", None, None),
    ]
    assert file["statuses"]["service_segment"].to_list() == [None, None, None, None, 30]
    assert file["statuses"]["line_control"].to_list() == [None, None, None, None, "L2"]
    assert file.problems.height == 0


def test_rows_of_several_files_say_which_one_they_are_of(tmp_path: Path) -> None:
    for name, body in (("a.277", STATUS), ("b.277", STATUS[:-5])):
        content = interchange(transaction_set("277", *body, version=CLAIM_STATUS), version=CLAIM_STATUS)
        (tmp_path / name).write_bytes(content + (b"IEA*" if name == "b.277" else b""))
    paths = [str(tmp_path / name) for name in ("a.277", "b.277")]
    found = x12.read_files(paths)
    alone = [x12.read(path) for path in paths]
    for name in ("trackings", "statuses", "sets"):
        assert found[name].schema["file"] == pl.Enum(paths)
        for path, file in zip(paths, alone, strict=True):
            assert found[name].filter(pl.col("file") == path).drop("file").equals(file[name])
    assert found["claims"].is_empty()
    assert found.problems["file"].unique().to_list() == paths[1:]
    assert found.interchanges == 2
