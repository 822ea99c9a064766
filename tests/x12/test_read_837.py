"""The claim and line tables of 837 professional files, on files that should be read."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from build_837 import BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, one, transaction
from plain_837 import read_plainly, segments_of, with_columns
from polars.testing import assert_frame_equal

from cleanclaim.x12 import X12Claims, iter_837, read_837
from cleanclaim.x12.schemas import CLAIMS, LINES

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from make_837 import make_837


def messages(file: X12Claims) -> list[str]:
    return file.problems["message"].to_list()


def same_as_plain(content: bytes, **options: int) -> X12Claims:
    """Return what is read, after checking it against the plain reader."""
    file = read_837(content, **options)
    claims, lines = read_plainly(content)
    assert file.claims.drop("patient_key").to_dicts() == with_columns(claims, [k for k in CLAIMS if k != "patient_key"])
    assert file.lines.to_dicts() == with_columns(lines, list(LINES))
    assert file.totals.claims == len(claims)
    assert file.totals.lines == len(lines)
    return file


def test_a_claim_and_its_line_in_full() -> None:
    file = same_as_plain(
        one(
            "CLM*V100*126.5***11:B:7*Y*A*Y*Y",
            "REF*F8*77001",
            "REF*G1*AUTH9",
            "HI*ABK:M54.50*ABF:M25561",
            "HI*BP:0FT44ZZ",
            "NM1*DN*1*LARCH*HUGO****XX*1003000126",
            "NM1*82*1*ROWAN*GAIL****XX*1245319599",
            "PRV*PE*PXC*225100000X",
            "NM1*77*2*HILL SITE*****XX*1234567893",
            "LX*1",
            "SV1*HC:97530:GP:59:KX:CQ:a note*126.5*UN*3*12**1:2:3",
            "DTP*472*D8*20260304",
            "REF*6R*L1",
        )
    )
    assert file.claims.drop("segment", "offset").to_dicts() == [
        {
            "claim_seq": 1,
            "interchange": 1,
            "transaction": 1,
            "version": "005010X222A1",
            "claim_id": "V100",
            "charge_cents": 12650,
            "place_of_service": "11",
            "frequency": "7",
            "original_reference": "77001",
            "sequence": "P",
            "filing_indicator": "MB",
            "payer_name": "MEDICARE",
            "payer_id": "12502",
            "subscriber_id": "1AA0A00AA00",
            "patient_key": "1AA0A00AA00",
            "billing_npi": "1234567893",
            "billing_taxonomy": "261QR0400X",
            "rendering_npi": "1245319599",
            "rendering_taxonomy": "225100000X",
            "referring_npi": "1003000126",
            "facility_npi": "1234567893",
            "diagnoses": "M54.50 M25561",
            "received": date(2026, 3, 9),
            "prior_authorization": "AUTH9",
        }
    ]
    assert file.lines.drop("segment", "offset").to_dicts() == [
        {
            "claim_seq": 1,
            "line_number": 1,
            "qualifier": "HC",
            "code": "97530",
            "modifier_1": "GP",
            "modifier_2": "59",
            "modifier_3": "KX",
            "modifier_4": "CQ",
            "charge_cents": 12650,
            "unit_basis": "UN",
            "units": 3.0,
            "place_of_service": "12",
            "pointers": "1 2 3",
            "dos": date(2026, 3, 4),
            "dos_last": date(2026, 3, 4),
            "rendering_npi": None,
            "rendering_taxonomy": None,
            "referring_npi": None,
            "line_control": "L1",
        }
    ]
    assert messages(file) == []


STYLES = {
    "usual": Style(),
    "line feed after each segment": Style(between="\n"),
    "CR LF after each segment": Style(between="\r\n"),
    "indented": Style(between="\n        "),
    "long padding": Style(between=" " * 70),
    "line feed as terminator": Style(terminator="\n"),
    "carriage return as terminator": Style(terminator="\r", between="\n"),
    "other delimiters": Style("|", ">", "'", "!"),
    "the usual ones, swapped": Style("~", "^", "_", "U"),
    "control characters": Style("\x1d", "\x1f", "\x1c", "\x1e"),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_any_delimiters_give_the_same_tables(style: Style) -> None:
    body = [*CLAIM, *LINE, "LX*2", "SV1*HC:97140:GP:59*40.25*UN*1***1", "DTP*472*D8*20260304"]
    usual, other = read_837(one(*body)), same_as_plain(one(*body, style=style))
    assert_frame_equal(other.claims.drop("offset"), usual.claims.drop("offset"))
    assert_frame_equal(other.lines.drop("offset"), usual.lines.drop("offset"))
    assert messages(other) == []


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\xef\xbb\xbf \n"], ids=["BOM", "blank", "both"])
def test_what_stands_before_the_file_is_passed_over(before: bytes) -> None:
    plain, shifted = read_837(one(*CLAIM, *LINE)), read_837(before + one(*CLAIM, *LINE))
    assert_frame_equal(shifted.claims.with_columns(pl.col("offset") - len(before)), plain.claims)
    assert messages(shifted) == []


def test_segment_number_and_offset_lead_back_to_the_segment() -> None:
    content = one(*CLAIM, *LINE, style=Style(between="\r\n"))
    file = read_837(content)
    by_number = {number: (offset, elements[0]) for number, offset, elements, _ in segments_of(content)}
    assert [by_number[n] for n in file.claims["segment"]] == [(o, "CLM") for o in file.claims["offset"]]
    assert [by_number[n] for n in file.lines["segment"]] == [(o, "SV1") for o in file.lines["offset"]]
    offset = file.claims["offset"][0]
    assert content[offset : offset + 8] == b"CLM*V100"


def test_several_interchanges_each_with_its_own_delimiters() -> None:
    body = transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE)
    styles = [Style(), Style("|", ">", "'", "!"), Style(terminator="\n"), Style("|", ">", "'", "!", "\r\n"), Style()]
    content = b"".join(interchange(body, body, style=style, control=f"{k:09d}") for k, style in enumerate(styles))
    file = same_as_plain(content)
    assert file.claims["interchange"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert file.claims["transaction"].to_list() == list(range(1, 11))
    assert file.totals.transactions == 10
    assert messages(file) == []


def test_several_billing_providers_and_payers() -> None:
    second = ["HL*3**20*1", "NM1*85*2*LAKE CLINIC*****XX*1003000126"]
    other = ["HL*4*3*22*0", "SBR*S*18*******CI", "NM1*IL*1*BIRCH*BEN****MI*W2", "NM1*PR*2*BLUE PLAN*****PI*60054"]
    third = ["HL*5*3*22*0", "SBR*P*18*******CI", "NM1*IL*1*CEDAR*COR****MI*W3", "NM1*PR*2*FIRST MUTUAL*****PI*87726"]
    body = [*BILLING, *SUBSCRIBER, *CLAIM, *LINE, *CLAIM, *LINE, *second, *other, *CLAIM, *LINE, *third, *CLAIM, *LINE]
    claims = same_as_plain(interchange(transaction(*body))).claims
    assert claims["billing_npi"].to_list() == ["1234567893", "1234567893", "1003000126", "1003000126"]
    assert claims["billing_taxonomy"].to_list() == ["261QR0400X", "261QR0400X", None, None]
    assert claims["payer_name"].to_list() == ["MEDICARE", "MEDICARE", "BLUE PLAN", "FIRST MUTUAL"]
    assert claims["sequence"].to_list() == ["P", "P", "S", "P"]


DEPENDENT = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*ALDER*FINN", "N4*CARMEL*IN*46032", "DMG*D8*20150607*M"]


def test_dependents_are_told_apart_and_their_names_are_not_in_the_key() -> None:
    sister = [s.replace("FINN", "ELLA") for s in DEPENDENT]
    shouted = [s.replace("FINN", "Finn") for s in DEPENDENT]
    file = same_as_plain(one(*CLAIM, *LINE, *DEPENDENT, *CLAIM, *LINE, *sister, *CLAIM, *LINE, *shouted, *CLAIM, *LINE))
    own, finn, ella, again = file.claims["patient_key"]
    assert own == "1AA0A00AA00"
    assert finn.startswith("1AA0A00AA00/")
    assert len({own, finn, ella}) == 3
    assert again == finn
    assert read_837(one(*DEPENDENT, *CLAIM, *LINE)).claims["patient_key"].to_list() == [finn]
    assert "FINN" not in finn.upper()


def test_without_a_member_number_the_person_is_the_key() -> None:
    nameless = [s.replace("ALDER*ADA****MI*1AA0A00AA00", "ALDER*ADA") for s in SUBSCRIBER]
    unknown = [s.replace("ALDER*ADA****MI*1AA0A00AA00", "") for s in SUBSCRIBER]
    body = [*BILLING, *nameless, *CLAIM, *LINE, *unknown, *CLAIM, *LINE, *nameless, *CLAIM, *LINE]
    first, none, third = read_837(interchange(transaction(*body))).claims["patient_key"]
    assert (first == third, none) == (True, None)
    assert first.startswith("/")
    assert len(first) == 17


def test_providers_of_a_line_are_not_those_of_the_claim() -> None:
    file = same_as_plain(
        one(
            *CLAIM,
            "NM1*82*1*ROWAN*GAIL****XX*1245319599",
            "PRV*PE*PXC*225100000X",
            *LINE,
            "NM1*82*1*MAPLE*HUGO****XX*1003000126",
            "PRV*PE*PXC*225X00000X",
            "NM1*DN*1*CEDAR*BEN****XX*1234567893",
            *["LX*2", "SV1*HC:97140:GP*40*UN*1***1", "DTP*472*D8*20260304"],
        )
    )
    assert file.claims["rendering_npi"].to_list() == ["1245319599"]
    assert file.claims["rendering_taxonomy"].to_list() == ["225100000X"]
    assert file.claims["referring_npi"].to_list() == [None]
    assert file.lines["rendering_npi"].to_list() == ["1003000126", None]
    assert file.lines["rendering_taxonomy"].to_list() == ["225X00000X", None]
    assert file.lines["referring_npi"].to_list() == ["1234567893", None]


def test_other_payers_do_not_touch_the_claim() -> None:
    file = same_as_plain(
        one(
            *CLAIM,
            "SBR*S*18*GROUP******CI",
            "AMT*D*20",
            "OI***Y***Y",
            "NM1*IL*1*OTHER*MEMBER****MI*X9",
            "NM1*PR*2*SECOND PLAN*****PI*99999",
            "REF*F8*OTHERCLAIM",
            "REF*G1*OTHERAUTH",
            "NM1*82*1",
            "REF*G2*77",
            "NM1*DN*1*X*Y****XX*1111111112",
            "SBR*T*18*GROUP******CI",
            "NM1*PR*2*THIRD PLAN*****PI*88888",
            *LINE,
            "SVD*99999*20*HC:97110**2",
            "CAS*CO*45*64",
            "DTP*573*D8*20260320",
        )
    )
    claim = file.claims.row(0, named=True)
    assert (claim["sequence"], claim["payer_name"], claim["payer_id"]) == ("P", "MEDICARE", "12502")
    assert claim["subscriber_id"] == "1AA0A00AA00"
    others = ("original_reference", "prior_authorization", "rendering_npi", "referring_npi")
    assert [claim[k] for k in others] == [None] * 4
    assert file.lines["dos"].to_list() == [date(2026, 3, 4)]
    assert messages(file) == []


@pytest.mark.parametrize(("frequency", "reference"), [("7", "ICN7"), ("8", "ICN8"), ("1", None)])
def test_frequency_and_the_control_number_it_refers_to(frequency: str, reference: str | None) -> None:
    reference_segment = [f"REF*F8*{reference}"] if reference else []
    claims = same_as_plain(one(f"CLM*V1*84***11:B:{frequency}", *reference_segment, CLAIM[1], *LINE)).claims
    assert claims.select("frequency", "original_reference").row(0) == (frequency, reference)


def test_a_range_of_dates() -> None:
    file = same_as_plain(one(*CLAIM, *LINE[:2], "DTP*472*RD8*20260304-20260306"))
    assert file.lines.select("dos", "dos_last").row(0) == (date(2026, 3, 4), date(2026, 3, 6))


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("84", 8400),
        ("84.5", 8450),
        ("84.50", 8450),
        (".5", 50),
        ("12.", 1200),
        ("0", 0),
        ("-12.34", -1234),
        ("84.500", 8450),
        ("0000084.05", 8405),
        ("123456789.01", 12345678901),
        ("1234567890123", 123456789012300),
        ("12345678901.12", 1234567890112),
        ("84.505", None),
        ("8,4", None),
        ("1e3", None),
        ("8.4.1", None),
        ("-", None),
        (".", None),
        ("$84", None),
        ("8 4", None),
        ("+84", None),
        ("84-", None),
        ("1234567890123456", None),
        ("99999999999999.9", None),
        ("", None),
    ],
)
def test_amounts_are_exact_or_not_read(written: str, cents: int | None) -> None:
    file = read_837(one(f"CLM*V1*{written}***11:B:1", "LX*1", f"SV1*HC:97110:GP*{written}*UN*1***1"))
    assert file.claims["charge_cents"].to_list() == [cents]
    assert file.lines["charge_cents"].to_list() == [cents]
    assert messages(file) == (
        []
        if cents is not None
        else [
            "CLM02 (total charge) is missing or not an amount",
            "SV102 (line charge) is missing or not an amount",
        ]
    )


@pytest.mark.parametrize(
    ("written", "units"),
    [("1", 1.0), ("1.5", 1.5), ("0.333", 0.333), ("1000000000", 1e9), ("", None), ("x", None), ("1e9", None)],
)
def test_units(written: str, units: float | None) -> None:
    file = read_837(one(*CLAIM, "LX*1", f"SV1*HC:97110:GP*84*UN*{written}***1"))
    assert file.lines["units"].to_list() == [units]
    assert messages(file) == (["SV104 (units) is not a number"] if written in ("x", "1e9") else [])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20260304", date(2026, 3, 4)),
        ("20240229", date(2024, 2, 29)),
        ("19000101", date(1900, 1, 1)),
        ("20991231", date(2099, 12, 31)),
        ("20260230", None),
        ("20260229", None),
        ("02302026", None),
        ("20261301", None),
        ("20260100", None),
        ("2026-3-4", None),
        ("21000101", None),
        ("260304", None),
        ("2026030A", None),
        ("", None),
    ],
)
def test_dates(written: str, day: date | None) -> None:
    file = read_837(one(*CLAIM, *LINE[:2], f"DTP*472*D8*{written}"))
    assert file.lines.select("dos", "dos_last").row(0) == (day, day)
    assert messages(file) == ([] if day else ["DTP*472 (service date) is not a date"])


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_that_are_not_ascii(encoding: str) -> None:
    payer = [s.replace("MEDICARE", "PLAN PEÑA, ÉCOLE") for s in SUBSCRIBER]
    patient = [s.replace("ALDER*ADA", "MUÑOZ*ZOË") for s in payer]
    content = interchange(transaction(*BILLING, *patient, *CLAIM, *LINE), style=Style(encoding=encoding))
    file = same_as_plain(content)
    assert file.claims["payer_name"].to_list() == ["PLAN PEÑA, ÉCOLE"]
    assert messages(file) == []


def test_a_path_or_its_text_is_as_good_as_bytes(tmp_path: Path) -> None:
    content = one(*CLAIM, *LINE)
    path = tmp_path / "claims.837"
    path.write_bytes(content)
    for source in (path, str(path)):
        assert_frame_equal(read_837(source).lines, read_837(content).lines)


@pytest.mark.parametrize("chunk_bytes", [3000, 1 << 21])
def test_a_generated_file_reads_as_the_plain_reader_does(chunk_bytes: int) -> None:
    content = make_837(1100, seed=3)
    file = same_as_plain(content, chunk_bytes=chunk_bytes)
    assert file.totals.transactions == 2
    assert messages(file) == []


def test_parts_hold_whole_claims_and_count_on() -> None:
    content = one(*(segment for _ in range(500) for segment in (*CLAIM, *LINE)))
    parts = list(iter_837(content, chunk_bytes=500))
    seqs = [part.claims["claim_seq"].to_list() for part in parts]
    assert [seq for part in seqs for seq in part] == list(range(1, 501))
    assert [part.lines["claim_seq"].to_list() for part in parts] == seqs
    assert max(len(seq) for seq in seqs[1:]) == 9
    assert sum(part.totals.charge_cents for part in parts) == 500 * 8400


def test_tables_keep_their_columns_when_they_are_empty() -> None:
    for file in (read_837(interchange(transaction())), read_837(one(*CLAIM, *LINE))):
        assert (file.claims.schema, file.lines.schema) == (CLAIMS, LINES)
