"""Files that are broken, foreign or hostile: a problem with its place, the rest read, and no exception but ours."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from build_837 import BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, one, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12 import X12Claims, iter_837, read_837

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from make_837 import make_837

from tests.effort import times

GOOD = one(*CLAIM, *LINE)


def problems(file: X12Claims) -> list[tuple[int, str]]:
    return list(file.problems.select("segment", "message").iter_rows())


def test_a_problem_names_segment_and_offset() -> None:
    content = one("CLM*V1*8x***11:B:1", *LINE)
    (problem,) = read_837(content).problems.to_dicts()
    assert problem["segment"] == 14
    assert content[problem["offset"] :].startswith(b"CLM*V1*8x")


UNREADABLE = {
    b"": "the bytes given: holds nothing",
    b" \r\n\xef\xbb\xbf\n": "the bytes given: holds nothing",
    b"visit_id,code\nV1,97110\n": "the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes",
    b"\x00\x01\x02\x80\xff" * 999: "the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes",
    b"MY VISA CARD IS A GOOD ONE*": "the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes",
    GOOD.decode().encode("utf-16"): "the bytes given: is in UTF-16: save it as plain text (ASCII or UTF-8)",
    b"ISA*00*": "the bytes given: not an X12 file: the ISA segment does not have its sixteen elements",
    GOOD[:106].replace(b":~", b"**"): (
        "the bytes given: not an X12 file: the ISA segment does not name three different delimiters"
    ),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_what_is_not_x12_is_unreadable(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_837(content)
    assert str(caught.value) == message


def test_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.837", tmp_path, "a\0b"):
        with pytest.raises(UnreadableFile):
            read_837(path)


def test_a_chunk_needs_a_byte() -> None:
    with pytest.raises(InputError) as caught:
        read_837(GOOD, chunk_bytes=0)
    assert str(caught.value) == "chunk_bytes: must be 1 or more"


@pytest.mark.parametrize(
    ("kind", "version", "name"),
    [
        ("837", "005010X223A2", "837I 005010X223A2"),
        ("837", "005010X224A2", "837D 005010X224A2"),
        ("837", "004010X098A1", "837P 004010X098A1"),
        ("837", "005010X291", "837 005010X291"),
        ("835", "005010X221A1", "835 005010X221A1"),
    ],
)
def test_other_transaction_sets_are_named_and_the_rest_is_read(kind: str, version: str, name: str) -> None:
    other = transaction("CLM*X*1", "SV1*HC:97110*1", version=version, kind=kind)
    mine = transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE)
    file = read_837(interchange(other, mine))
    assert problems(file) == [
        (3, f"the transaction set ({name}) is not read: only 837P 005010X222 005010X222A1 005010X222A2 are")
    ]
    assert file.claims.select("transaction", "claim_id").rows() == [(2, "V100")]
    assert file.totals.transactions == 2


def test_the_group_names_the_version_where_the_transaction_set_does_not() -> None:
    bare = transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version="")
    assert read_837(interchange(bare, version="005010X222A2")).claims["version"].to_list() == ["005010X222A2"]
    file = read_837(interchange(bare, version="004010X098A1"))
    assert file.totals.claims == 0
    assert problems(file)[0][1].startswith("the transaction set (837P 004010X098A1) is not read")


NO_SE = "the file ends inside a transaction set (no SE): its last claim may be cut short"


def test_a_file_cut_within_a_segment_keeps_what_came_before() -> None:
    content = one(*CLAIM, *LINE, *CLAIM, *LINE)
    file = read_837(content[: content.rindex(b"*84*UN")])
    assert file.lines["claim_seq"].to_list() == [1]
    assert file.claims["claim_seq"].to_list() == [1, 2]
    assert problems(file) == [
        (19, "CLM without a service line (SV1)"),
        (21, "LX without SV1: no line is read"),
        (21, NO_SE),
        (22, "the file ends inside this segment, which is not read"),
    ]


def test_a_file_cut_between_segments() -> None:
    content = GOOD[: GOOD.rindex(b"SE*")]
    file = read_837(content)
    assert file.totals.lines == 1
    assert problems(file) == [(18, NO_SE)]
    without_iea = read_837(GOOD[: GOOD.index(b"IEA")])
    assert problems(without_iea) == [(20, "the file ends after GE: no IEA")]


def test_a_last_segment_without_its_terminator() -> None:
    file = read_837(GOOD[:-1] + b"\r\n\x1a")
    assert file.totals.lines == 1
    assert problems(file) == [(21, "the last segment has no terminator")]


def test_an_isa_of_another_width() -> None:
    file = read_837(GOOD.replace(b"HOUSE          ", b"HOUSE"))
    assert file.totals.lines == 1
    assert problems(file) == [(1, "the ISA segment is not 106 characters wide")]
    shorter = read_837(GOOD.replace(b"*P*:~", b"*P*~"))
    assert shorter.lines["modifier_1"].to_list() == ["GP"]
    assert problems(shorter) == [(1, "ISA16 is missing; ':' is taken as the component separator")]


def test_no_isa() -> None:
    file = read_837(GOOD[GOOD.index(b"GS*") :][: -len(b"IEA*1*000000001~")])
    assert file.lines["code"].to_list() == ["97110"]
    assert problems(file) == [
        (1, "no ISA segment: the delimiters are guessed"),
        (1, "GS at the start of the file: expected ISA"),
    ]
    bare = read_837(GOOD[GOOD.index(b"ST*") : GOOD.index(b"GE*")])
    assert bare.totals.lines == 1
    assert [message for _, message in problems(bare)] == [
        "no ISA segment: the delimiters are guessed",
        "ST at the start of the file: expected ISA",
        "the file ends after SE: no IEA",
    ]


def test_text_before_the_isa() -> None:
    file = read_837(b"Subject: claims\r\n\r\n" + GOOD)
    assert file.totals.lines == 1
    assert problems(file) == [(1, "19 bytes before the first ISA segment are not read")]


def test_counts_and_control_numbers_of_the_envelope() -> None:
    wrong = GOOD.replace(b"SE*17*0001~GE*1*1~IEA*1*000000001", b"SE*18*0002~GE*2*3~IEA*x*1")
    assert problems(read_837(wrong)) == [
        (19, "SE01 is not the number of segments from ST to SE"),
        (19, "SE02 is not the control number of its ST"),
        (20, "GE01 is not the number of transaction sets from GS to GE"),
        (20, "GE02 is not the control number of its GS"),
        (21, "IEA01 is not the number of groups from ISA to IEA"),
        (21, "IEA02 is not the control number of its ISA"),
    ]


def test_nested_envelopes() -> None:
    inner = GOOD[: GOOD.rindex(b"SE*")]
    file = read_837(inner + GOOD)
    assert file.claims["interchange"].to_list() == [1, 2]
    assert problems(file) == [(19, "ISA after ST: expected SE")]
    other = one(*CLAIM, *LINE, style=Style("|", ">", "'", "!"))
    assert problems(read_837(inner + other)) == [(19, "ISA after ST: expected SE")]
    twice = GOOD.replace(b"BHT*", b"ST*837*0009*005010X222A1~BHT*")
    assert next(m for _, m in problems(read_837(twice))) == "ST after ST: expected SE"


def test_segments_outside_a_transaction_set() -> None:
    content = GOOD.replace(b"ST*837", b"N1*A~N1*B~ST*837").replace(b"GE*1", b"CLM*X*1~SV1*HC:97110*1~GE*1")
    file = read_837(content)
    assert file.totals.claims == 1
    assert problems(file) == [
        (3, "segments from here on are outside a transaction set and not read"),
        (22, "segments from here on are outside a transaction set and not read"),
    ]


def test_claims_and_lines_that_do_not_belong_together() -> None:
    file = read_837(
        one(
            "SV1*HC:97110*1*UN*1",  # 14
            *CLAIM,  # 15, 16
            "SV1*HC:97112:GP*20*UN*1***1",  # 17
            "DTP*472*D8*20260304",
            *LINE,  # 19, 20, 21
            "SV1*HC:97140:GP*40*UN*1***1",  # 22
            "LX*2",  # 23
            *CLAIM,  # 24
            "HL*3*1*22*0",
            "SV1*HC:97110*1*UN*1",  # 27
        )
    )
    assert file.lines.select("claim_seq", "line_number", "code", "segment").rows() == [
        (1, None, "97112", 17),
        (1, 1, "97110", 20),
        (1, None, "97140", 22),
    ]
    assert problems(file) == [
        (14, "SV1 outside a claim: the line is not read"),
        (17, "SV1 without an LX of its own: the line has no number"),
        (22, "SV1 without an LX of its own: the line has no number"),
        (23, "LX without SV1: no line is read"),
        (24, "CLM without a service line (SV1)"),
        (27, "SV1 outside a claim: the line is not read"),
    ]


def test_things_that_are_no_segments() -> None:
    file = read_837(GOOD.replace(b"HI*", b"~~Nd44*X~Q~HI*"))
    assert file.totals.lines == 1
    assert problems(file)[:-1] == [
        (14, "followed by an empty segment, or several"),
        (15, "not a segment: its id is not two or three characters"),
        (16, "not a segment: its id is not two or three characters"),
    ]


def test_a_file_without_a_transaction_set() -> None:
    assert problems(read_837(interchange())) == [(4, "the file has no transaction set")]


@pytest.mark.parametrize("chunk_bytes", [1 << 16, 1 << 21, 1 << 25])
def test_a_segment_of_ten_megabytes(chunk_bytes: int) -> None:
    huge = b"NTE*ADD*" + b"x" * 10_000_000
    middle = GOOD.replace(b"HI*", huge + b"~HI*").replace(b"SE*17", b"SE*18")
    file = read_837(middle, chunk_bytes=chunk_bytes)
    assert file.lines["code"].to_list() == ["97110"]
    assert problems(file) == [(15, "a segment of over 65,536 bytes: is a terminator missing?")]
    endless = read_837(GOOD[: GOOD.index(b"HI*")] + huge, chunk_bytes=chunk_bytes)
    assert endless.totals.claims == 1
    assert [m for _, m in problems(endless)][-1] in (NO_SE, "the file ends inside this segment, which is not read")


def test_a_claim_of_twenty_megabytes_is_read_in_parts() -> None:
    content = one(*CLAIM, *["NTE*ADD*" + "x" * 80] * 250_000, *LINE)
    file = read_837(content, chunk_bytes=1 << 20)
    assert file.totals.claims == 1
    assert "too much without a new claim: what belongs to one is cut here" in [m for _, m in problems(file)]


def test_a_segment_of_thirty_megabytes_is_passed_over() -> None:
    content = GOOD.replace(b"CLM*", b"NTE*ADD*" + b"x" * 30_000_000 + b"~CLM*")
    file = read_837(content, chunk_bytes=1 << 20)
    assert file.lines["code"].to_list() == ["97110"]
    assert problems(file)[-2:] == [
        (14, "a segment too long to be read"),
        (20, "SE01 is not the number of segments from ST to SE"),
    ]


MIXED = b"".join(
    [
        interchange(
            transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, *["HL*3*2*23*0", "NM1*QC*1*ALDER*FINN", *CLAIM, *LINE]),
            transaction("CLP*1*1*1", kind="835", version="005010X221A1"),
            transaction("SV1*HC:97110*x", *BILLING, *SUBSCRIBER, "CLM*V1*1.2.3", *LINE, *LINE[1:], "CLM*V2*5"),
        ),
        one(*CLAIM, *LINE, style=Style("|", ">", "'", "!", "\r\n")),
        make_837(10, seed=5).replace(b"GE*1", b"N1*STRAY~~GE*2"),
        one(*CLAIM, *LINE, style=Style(terminator="\n", between="  ")).replace(b"IEA*1", b""),
        one(*CLAIM, *LINE)[:-30],
    ]
)


@settings(max_examples=times(30), deadline=None)
@given(st.one_of(st.integers(1, 600), st.integers(600, 40_000)))
def test_any_chunk_size_gives_the_same_tables(chunk_bytes: int) -> None:
    whole, cut = read_837(MIXED), read_837(MIXED, chunk_bytes=chunk_bytes)
    assert_frame_equal(cut.claims, whole.claims)
    assert_frame_equal(cut.lines, whole.lines)
    assert_frame_equal(cut.problems, whole.problems)
    assert cut.totals == whole.totals


HOSTILE = {
    "terminators": b"~" * 5_000_000,
    "element separators": b"*" * 5_000_000,
    "segments without claims": b"N3*~" * 1_000_000,
    "one claim": b"CLM*1*1~" + b"N3*~" * 1_000_000,
    "claims": b"CLM*1*1~" * 300_000,
    "envelopes": b"ST*837*1*005010X222A1~SE*2*1~" * 100_000,
    "unreadable ISAs": b"ISA*~" * 100_000,
    "bytes": random.Random(1).randbytes(3_000_000),
}


@pytest.mark.parametrize("rest", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_read_to_their_end(rest: bytes) -> None:
    begin = GOOD[: GOOD.index(b"CLM*")]
    parts = list(iter_837(begin + rest))
    assert sum(len(part.problems) for part in parts) >= 1
    assert sum(part.totals.claims for part in parts) == rest.count(b"CLM*")
