"""TA1, 999 and 277CA: what they say of mutated files, that they are valid, and that they read back the same."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import x12
from cleanclaim.errors import InputError
from cleanclaim.x12.validate import Validation, validate
from cleanclaim.x12.write.answers import Answers, answers

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "validate")]

from judges import WANTED, installed, verdicts
from mutations import mutated as mutated_at_random
from test_mutants import BODY, ENVELOPE, Mutant, mutated, mutated_envelope, name
from valid_files import BODIES, TA1, interchange, transaction, written

SAMPLES = Path(__file__).parents[3].parent / "shared" / "x12" / "samples"
MADE = datetime(2026, 4, 2, 8, 30)  # noqa: DTZ001  (no zone is said)
P, INSTITUTIONAL, R = "837P", "837I", "835"
SETS = [(mutant, mutated(mutant)) for mutant in BODY]
ENVELOPES = [mutated_envelope(mutant) for mutant in ENVELOPE]
# for each mutant of ENVELOPE: TA105, and where a 999 is written AK901, AK905 and, of the set, IK501 and its codes
OUTCOMES = [
    ("000", "R", None, "R", "4"),
    ("000", "R", None, "R", "3"),
    ("000", "R", None, "R", "2"),
    ("000", "R", "5", None, None),
    ("000", "R", "4", None, None),
    ("000", "R", "3", None, None),
    ("021", None, None, None, None),
    ("001", None, None, None, None),
    ("023", None, None, None, None),
    ("000", "R", None, "R", "I6"),
    ("000", "R", None, None, None),  # a 999 in a group of claims: no code names it
    ("000", "R", None, "R", "7 3 5"),
    ("000", "R", None, "R", "5"),
    ("024", None, None, None, None),
    ("000", "R", None, "R", "18"),
    ("024", None, None, None, None),
    ("000", "R", None, "R", "4"),
    ("000", "R", None, "R", "4"),
    (None, None, None, None, None),  # nothing answers a group of 999s
    ("000", "R", None, "R", "4"),
]


def answered(content: bytes) -> tuple[Validation, Answers]:
    found = validate(content)
    return found, answers(content, found, MADE, count(7))


def problems_of(found: Validation, *, claims: bool) -> Iterator[dict[str, object]]:
    """Yield the problems that a 277CA answers (with a claim status), or the others."""
    for problem in found.problems.iter_rows(named=True):
        if (":" in (problem["code"] or "")) is claims:
            yield problem


@pytest.mark.parametrize("kind", list(BODIES))
def test_a_valid_file_is_accepted(kind: str) -> None:
    _, made = answered(written(interchange(kind)))
    assert x12.read(made.files["TA1"])["interchange_acks"].select(
        "control", "day", "time", "status", "note"
    ).rows() == [("000000001", "260309", "0930", "A", "000")]
    if kind == "999":
        assert made.reasons["999"].startswith("no group that it answers")
        return
    file = x12.read(made.files["999"])
    columns = ("functional_id", "control", "status", "included", "received", "accepted", "errors")
    [row] = file["group_acks"].select(columns).rows()
    assert row[1:] == ("1", "A", 1, 1, 1, None)
    assert file["set_acks"].select("control", "status", "errors").rows() == [("0001", "A", None)]
    assert ("277CA" in made.files) is (kind in (P, INSTITUTIONAL))


def test_the_999_of_a_faulty_claim() -> None:
    mutant = next(one for one in BODY if one.code == "I12" and one.segment == "N4")
    found, made = answered(mutated(mutant))
    assert found.problems.height == 1
    assert made.files["999"].decode().split("~\n")[2:-3] == [
        "ST*999*0001*005010X231A1",
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK3*N4*10*2010*8",
        "IK4*3*116*I12",
        "IK5*R*5",
        "AK9*R*1*1*0",
        "SE*8*0001",
    ]
    assert made.reasons == {"277CA": "no 837 whose form is accepted"}


def test_the_277ca_of_a_faulty_claim() -> None:
    content = written(interchange(P)).replace(b"XX*1245319599", b"XX*1245319589").replace(b"97140:GP", b"97140:G?")
    assert answered(content)[1].files["277CA"].decode().split("~\n")[2:-3] == [
        "ST*277*0001*005010X214",
        "BHT*0085*08*0000000090001*20260402*0830*TH",
        "HL*1**20*1",
        "NM1*PR*2*HOUSE*****46*HOUSE01",
        "TRN*1*0000000090001",
        "DTP*050*D8*20260402",
        "DTP*009*D8*20260402",
        "HL*2*1*21*1",
        "NM1*41*2*HILL CLINIC*****46*CLINIC01",
        "TRN*2*B1",
        "STC*A1:19:PR*20260402*WQ*268",
        "QTY*90*1",
        "QTY*AA*1",
        "AMT*YU*100",
        "AMT*YY*168",
        "HL*3*2*19*1",
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "TRN*1*0",
        "QTY*QA*1",
        "QTY*QC*1",
        "AMT*YU*100",
        "AMT*YY*168",
        "HL*4*3*PT",
        "NM1*QC*1*ALDER*ADA****MI*1AA0A00AA00",
        "TRN*2*V100",
        "STC*A7:562:82*20260402*U*168",
        "DTP*472*D8*20260304",
        "SVC*HC:97140:G?*84*****2",
        "STC*A7:453*20260402*U",
        "REF*FJ*2",
        "DTP*472*D8*20260304",
        "HL*5*3*PT",
        "NM1*QC*1*BIRCH*BEA****MI*M200",
        "TRN*2*V101",
        "STC*A2:20*20260402*WQ*100",
        "DTP*472*D8*20260304",
        "SE*37*0001",
    ]


def test_a_fault_above_claims_is_that_of_all_below() -> None:
    content = written(interchange(P)).replace(
        b"NM1*85*2*HILL CLINIC*****XX*1234567893", b"NM1*85*2*HILL*****XX*1234567890"
    )
    file = x12.read(answered(content)[1].files["277CA"])
    assert file["statuses"].select("category", "status", "entity", "action").rows() == [
        ("A1", "19", "PR", "WQ"),
        ("A7", "562", "85", "U"),
        ("A7", "562", "85", "U"),
    ]
    receiver = file["trackings"].filter(pl.col("level") == "receiver")
    columns = ("accepted_count", "rejected_count", "accepted_cents", "rejected_cents")
    assert receiver.select(columns).row(0) == (None, 2, None, 26800)


def test_a_dependent_is_named_with_the_subscribers_number() -> None:
    assert b"NM1*QC*1*BIRCH*BEA****MI*M200~" in answered(written(interchange(P)))[1].files["277CA"]


def test_an_institutional_claim_has_its_bill_type_and_statement_days() -> None:
    content = answered(written(interchange(INSTITUTIONAL)))[1].files["277CA"]
    assert b"REF*BLT*131~\nDTP*472*RD8*20260301-20260331~" in content


def test_groups_and_sets_are_answered_one_by_one() -> None:
    wrong = [segment.replace("CLM*V100*168", "CLM*V100*167") for segment in transaction(P, control="0002")]
    worse = [segment.replace("N4*CARMEL*IN*460321234", "N4*CARMEL") for segment in transaction(P, control="0003")]
    segments = interchange(P, transaction(P), wrong, worse)
    other = interchange(R)[1:-1]
    other[0] = other[0].replace("*1*X*", "*2*X*")
    other[-1] = "GE*1*2"
    content = written([*segments[:-1], *other, "IEA*2*000000001"])
    made = answered(content)[1]
    file = x12.read(made.files["999"])
    assert file["group_acks"].select("control", "status", "included", "received", "accepted").rows() == [
        ("1", "P", 3, 3, 2),
        ("2", "A", 1, 1, 1),
    ]
    assert file["set_acks"].select("control", "status").rows() == [
        ("0001", "A"),
        ("0002", "A"),
        ("0003", "R"),
        ("0001", "A"),
    ]
    statuses = x12.read(made.files["277CA"])
    assert statuses["sets"]["control"].to_list() == ["0001", "0002"]
    claims = statuses["trackings"].filter(pl.col("level") == "claim")
    assert claims.select("trace", "action").rows() == [("V100", "WQ"), ("V101", "WQ"), ("V100", "U"), ("V101", "WQ")]


def test_interchanges_are_answered_one_by_one() -> None:
    first, second = written(interchange(P)), written(interchange(R)).replace(b"000000001", b"000000002")
    broken = second.replace(b"IEA*1*", b"IEA*3*")
    made = answered(first + broken)[1]
    assert x12.read(made.files["TA1"])["interchange_acks"].select("control", "status", "note").rows() == [
        ("000000001", "A", "000"),
        ("000000002", "R", "021"),
    ]
    assert x12.read(made.files["999"]).interchanges == 1
    numbers = [int(number) for file in made.files.values() for number in re.findall(rb"IEA\*\d\*(\d+)", file)]
    assert numbers == [7, 8, 9, 10]


@pytest.mark.parametrize(
    ("content", "outcome"), list(zip(ENVELOPES, OUTCOMES, strict=True)), ids=[name(mutant) for mutant in ENVELOPE]
)
def test_faults_of_the_envelope(content: bytes, outcome: tuple[str | None, ...]) -> None:
    made = answered(content)[1]
    note, status, code, set_status, set_codes = outcome
    told = x12.read(made.files["TA1"])["interchange_acks"].select("status", "note").rows()
    assert told == [("A" if note in ("000", None) else "R", note or "000")]
    assert ("999" in made.files) is (status is not None)
    if status is not None:
        file = x12.read(made.files["999"])
        assert file["group_acks"].select("status", "accepted", "errors").rows() == [(status, 0, code)]
        expected = [] if set_status is None else [(set_status, set_codes)]
        assert file["set_acks"].select("status", "errors").rows() == expected
    assert "277CA" not in made.files


@pytest.mark.parametrize(("mutant", "content"), SETS, ids=[name(mutant) for mutant in BODY])
def test_answers_read_back_as_what_was_found(mutant: Mutant, content: bytes) -> None:
    found, made = answered(content)
    for file in made.files.values():
        assert validate(file).problems.rows() == []
        assert x12.read(file).problems.height == 0
    if mutant.kind == "999":
        assert "999" not in made.files
        return
    of_form = list(problems_of(found, claims=False))
    file = x12.read(made.files["999"])
    assert file["set_acks"]["status"].to_list() == ["R" if of_form else "A"]
    assert file["group_acks"].select("status", "accepted").rows() == [("R", 0) if of_form else ("A", 1)]
    told = set(file["set_errors"].select("segment_id", "position", "element", "component").iter_rows())
    assert told == {error for problem in of_form for error in _said(problem)}
    assert ("277CA" in made.files) is (not of_form and mutant.kind in (P, INSTITUTIONAL))
    if "277CA" in made.files:
        _check_statuses(found, x12.read(made.files["277CA"]))


def _said(problem: dict[str, object]) -> set[tuple[object, ...]]:
    """Return the rows of ``set_errors`` for a problem: a segment with a wrong element has one of its own."""
    position = problem["in_transaction"] or int(str(problem["position"])) - 2  # ISA and GS stand before the set
    at = (problem["segment"], position)
    place = re.fullmatch(r"[A-Z0-9]{2,3}?(\d\d)(?:-(\d\d))?", str(problem["element"]))
    if place is None:
        return {(*at, None, None)}
    return {(*at, None, None), (*at, str(int(place[1])), str(int(place[2])) if place[2] else None)}


def _check_statuses(found: Validation, file: x12.X12Tables) -> None:
    wanted = {problem["code"].split(":")[1] for problem in problems_of(found, claims=True)}  # type: ignore[attr-defined]
    statuses = file["statuses"].filter(pl.col("action") == "U")
    assert set(statuses["status"].to_list()) - {"247"} == wanted
    in_lines = statuses.filter(pl.col("service_segment").is_not_null())
    by_loop = any(str(problem["loop"]) >= "2400" for problem in problems_of(found, claims=True))
    assert (in_lines.height > 0) is by_loop
    claims = file["trackings"].filter(pl.col("level") == "claim")
    receiver = file["trackings"].filter(pl.col("level") == "receiver").row(0, named=True)
    rejected = claims.filter(pl.col("action") == "U")
    assert (receiver["rejected_count"] or 0, receiver["accepted_count"] or 0) == (
        rejected.height,
        claims.height - rejected.height,
    )
    assert receiver["charge_cents"] == claims["charge_cents"].sum()
    assert (receiver["rejected_cents"] or 0) == rejected["charge_cents"].sum()


def test_answers_to_the_samples_are_valid() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the third-party samples are not beside the checkout")
    files = [path.read_bytes() for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.suffix != ".csv"]
    made, numbers = dict[str, bytes](), count(7)
    for content in files:
        for kind, file in answers(content, validate(content), MADE, numbers).files.items():
            made[kind] = made.get(kind, b"") + file  # a file of many interchanges, which is read once
    assert set(made) == {"TA1", "999", "277CA"}
    for file in made.values():
        assert validate(file).problems.rows() == []
        assert x12.read(file).problems.rows() == []


def test_pyx12_accepts_the_999s() -> None:
    if not installed("pyx12"):
        pytest.skip(f"pyx12 {WANTED['pyx12']} is not installed")
    some = (*ENVELOPES, *(content for _, content in SETS[::5]))
    made = [answered(content)[1].files.get("999") for content in some]
    told = verdicts("pyx12", [file for file in made if file is not None])
    assert [verdict.reasons for verdict in told if not verdict.accepted] == []


def test_answers_to_damaged_files_are_valid() -> None:
    draw, whole = random.Random(835), [written(interchange(kind)) for kind in BODIES]
    for _ in range(120):
        content = mutated_at_random(draw.choice(whole), draw)
        for file in answered(content)[1].files.values():
            assert validate(file).problems.rows() == []


@pytest.mark.parametrize("content", [b"", b"visit_id,code", b"ST*837*0001~SE*2*0001~", TA1])
def test_what_holds_no_interchange_or_only_answers_is_not_answered(content: bytes) -> None:
    assert answered(content)[1].files == {}


def test_more_problems_than_are_listed_are_not_answered() -> None:
    found = validate(written(interchange(P)))
    with pytest.raises(InputError, match="3 problems beyond those listed"):
        answers(b"", Validation(found.problems, found.transactions, accepted=False, more=3), MADE, count(1))
