"""Files read in small stretches, and files with anything in them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_mutants import BODY, mutated
from valid_files import BODIES, ISA, TA1, interchange, transaction, written

from cleanclaim.x12.validate import validate

VALID = [written(interchange(kind)) for kind in BODIES] + [TA1, written(interchange("837P"), "\r\n")]
PIECES = [b"~", b"*", b":", b"^", b"~~", b"\xef\xbb\xbf", b"\x00", b"ISA*", b"ST*837*", b"HL*1**20*1~", b"SE*1*1~"]
PIECES += [segment.encode() + b"~" for body in BODIES.values() for segment in body.split("\n") if segment]


def many_claims(count: int) -> list[str]:
    """Return a transaction set of many subscribers of one claim each."""
    segments = [segment for segment in BODIES["837P"].split("\n") if segment]
    begin, end = segments.index("HL*2*1*22*0"), segments.index("HL*3*1*22*1")
    made = segments[:begin]
    for number in range(count):
        made += [f"HL*{number + 2}*1*22*0", *segments[begin + 1 : end]]
    return made


@pytest.mark.parametrize("block_bytes", [64, 700, 5000])
def test_a_long_transaction_set_is_read_in_stretches(block_bytes: int) -> None:
    good = many_claims(30)
    assert validate(written(interchange("837P", transaction("837P", good))), block_bytes=block_bytes).accepted
    bad = good.copy()
    last = len(bad) - 1 - bad[::-1].index("CLM*V100*168***11:B:1*Y*A*Y*Y")
    bad[last] = "CLM*V100*169***11:B:1*Y*A*Y*Y"
    data = written(interchange("837P", transaction("837P", bad)))
    found = validate(data, block_bytes=block_bytes)
    assert found.problems.select(
        "level", "transaction", "loop", "position", "in_transaction", "offset", "code"
    ).rows() == [(3, 1, "2300", last + 4, last + 2, data.index(b"CLM*V100*169"), "A7:178")]


@pytest.mark.parametrize("block_bytes", [64, 900])
@pytest.mark.parametrize("mutant", BODY[::4])
def test_the_size_of_blocks_changes_nothing(mutant: object, block_bytes: int) -> None:
    data = mutated(mutant)  # type: ignore[arg-type]
    assert validate(data, block_bytes=block_bytes).problems.equals(validate(data).problems)


@pytest.mark.parametrize("block_bytes", [64, 900, 2500, 4000])
def test_sets_of_several_kinds_in_turn_are_read_in_stretches(block_bytes: int) -> None:
    long = transaction("837P", many_claims(12), "0003")
    sets = [transaction("837P", None, "0001"), transaction("837I", None, "0002"), long]
    data = written(interchange("837P", *sets)).replace(b"M5450*ABF", b"M5450*XXX", 3)
    found = validate(data, levels=(1, 2, 3), block_bytes=block_bytes).problems
    assert found.equals(validate(data, levels=(1, 2, 3)).problems)
    assert found.filter(pl.col("code") == "7").select("transaction", "element").rows() == [
        (1, "HI02-01"),
        (3, "HI02-01"),
        (3, "HI02-01"),
    ]


def test_an_error_in_one_transaction_set_does_not_hide_the_next() -> None:
    broken = [segment for segment in BODIES["837P"].split("\n") if segment and not segment.startswith("N3*1 HILL")]
    sets = [transaction("837P", broken, "0001"), transaction("837P", None, "0002"), transaction("837P", broken, "0003")]
    found = validate(written(interchange("837P", *sets)))
    assert found.transactions.rows() == [
        (1, "0001", "837P", False),
        (2, "0002", "837P", True),
        (3, "0003", "837P", False),
    ]
    assert found.problems.select("transaction", "control", "segment", "code").rows() == [
        (1, "0001", "N3", "3"),
        (3, "0003", "N3", "3"),
    ]


def test_delimiters_and_padding_of_all_kinds_are_read() -> None:
    for data in (
        b"\xef\xbb\xbf" + VALID[0],
        VALID[0].replace(b"~", b"~\n  "),
        VALID[0].replace(b"~", b"\n"),
        VALID[0].replace(b"*", b"|").replace(b":", b">").replace(b"~", b"!"),
        VALID[0].replace(b"ALDER", "ÑANDÚ".encode()),
        VALID[0].replace(b"ALDER", "ÑANDÚ".encode("latin-1")),
    ):
        assert validate(data).problems.rows() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "022"),
        (b"visit_id,code\n1,97110\n", "022"),
        (b"\xff\xfeI\x00S\x00", "022"),
        (ISA[:80].encode(), "022"),
        (ISA.encode() + b"~", "023"),
        (VALID[0][:900], "023"),
    ],
)
def test_what_is_no_whole_file_is_a_problem_with_its_place(data: bytes, code: str) -> None:
    found = validate(data)
    assert not found.accepted
    assert code in found.problems["code"].to_list()
    assert found.problems["offset"].null_count() == 0
    assert found.problems["position"].null_count() == 0


def test_other_transactions_are_named_as_not_validated() -> None:
    data = VALID[2].replace(b"ST*835*", b"ST*820*").replace(b"GS*HP*", b"GS*RA*")
    found = validate(data)
    assert found.problems.select("level", "segment", "element", "code").rows() == [(1, "ST", "ST03", "1")]
    assert found.transactions.rows() == [(1, "0001", None, False)]


def test_patients_are_not_shown() -> None:
    secrets = ("ALDER", "ADA", "1AA0A00AA00", "19450102", "OAK STREET", "V100")
    for mutant in BODY:
        shown = " ".join(str(value) for value in validate(mutated(mutant)).problems["value"].drop_nulls())
        assert not [secret for secret in secrets if secret in shown.split()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.binary(max_size=40))
def test_any_order_of_segments_never_raises(pieces: list[bytes], tail: bytes) -> None:
    found = validate(ISA.encode() + b"~" + b"".join(pieces) + tail)
    assert not found.accepted


@pytest.mark.parametrize("tail", [b"ISA", b"ISA*00*", b"\nISA", b"~ISA", b"ISA*" + b"x" * 300])
def test_a_file_that_ends_in_the_beginning_of_an_interchange_comes_to_an_end(tail: bytes) -> None:
    for begun in (ISA.encode() + b"~", ISA.encode() + b"~GS*HC~"):
        assert not validate(begun + tail).accepted
        assert not validate(begun + tail, block_bytes=64).accepted
