"""837P claims as SERVICES rows: what comes from the line, the claim and the file."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import intake, x12
from cleanclaim.errors import CleanclaimError, UnreadableFile

ISA = "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260311*0930*^*00501*000000001*0*P*:~"
OPEN = "GS*HC*CLINIC*PAYER*20260311*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260311*0930*CH~"
CLOSE = "SE*99*0001~GE*1*1~IEA*1*000000001~"
BILLING = "HL*1**20*1~PRV*BI*PXC*261QP2000X~NM1*85*2*CLINIC*****XX*1234567893~"
SUBSCRIBER = "HL*2*1*22*0~SBR*S*18*******MB~NM1*IL*1*DOE*JANE****MI*M77~NM1*PR*2*MEDICARE*****PI*01112~"


def line(number: int, procedure: str, charge: str, units: str = "1", basis: str = "UN", more: str = "") -> str:
    return f"LX*{number}~SV1*HC:{procedure}*{charge}*{basis}*{units}***1:2~DTP*472*D8*20260304~{more}"


def claim(number: str, total: str, *lines: str, frequency: str = "1", more: str = "") -> str:
    return f"CLM*{number}*{total}***11:B:{frequency}*Y*A*Y*Y~{more}HI*ABK:M5450*ABF:R262~{''.join(lines)}"


def file_837(folder: Path, *claims: str) -> Path:
    path = folder / "claims.837"
    path.write_text(ISA + OPEN + BILLING + SUBSCRIBER + "".join(claims) + CLOSE)
    return path


def test_a_line_with_what_its_claim_says(tmp_path: Path) -> None:
    rendering = "NM1*DN*1*ROE*MARY****XX*1003000126~NM1*82*1*POE*ANN****XX*1245319599~PRV*PE*PXC*225100000X~"
    path = file_837(
        tmp_path, claim("C9", "150.25", line(1, "97530:GP:59", "150.25", "2"), more=f"REF*F8*ICN7~{rendering}")
    )
    batch = intake.read([path])
    row = {k: v for k, v in batch.services.row(0, named=True).items() if v is not None}
    assert row.pop("source_offset") == path.read_bytes().index(b"SV1")
    assert row == {
        "row": 0,
        "file_id": 0,
        "source_line": 19,
        "claim_seq": 1,
        "claim_id": "C9",
        "line_number": 1,
        "patient_id": "M77",
        "payer": "MEDICARE",
        "payer_id": "01112",
        "sequence": "S",
        "filing_indicator": "MB",
        "claim_form": "professional",
        "dos": date(2026, 3, 4),
        "dos_end": date(2026, 3, 4),
        "received": date(2026, 3, 11),
        "place_of_service": "11",
        "frequency": "1",
        "original_reference": "ICN7",
        "code": "97530",
        "modifier_1": "GP",
        "modifier_2": "59",
        "modifier_count": 2,
        "units": 2.0,
        "billed": True,
        "charge_cents": 15025,
        "claim_charge_cents": 15025,
        "diagnoses": "M5450 R262",
        "pointers": "1 2",
        "rendering_npi": "1245319599",
        "billing_npi": "1234567893",
        "referring_npi": "1003000126",
        "taxonomy": "225100000X",
        "carries_minutes": False,
        "carries_times": False,
        "carries_diagnoses": True,
        "carries_referring": True,
        "carries_pointers": True,
        "carries_attending": False,
        "carries_occurrences": False,
        "carries_revenue": False,
        "carries_original": True,
    }


def test_the_taxonomy_is_that_of_whoever_gave_the_line(tmp_path: Path) -> None:
    of_claim = "NM1*82*1*POE*ANN****XX*1245319599~PRV*PE*PXC*225100000X~"
    of_line = "NM1*82*1*ROE*BO****XX*1003000126~PRV*PE*PXC*225X00000X~"
    bare = "NM1*82*1*ROE*BO****XX*1003000126~"
    path = file_837(
        tmp_path,
        claim("C1", "1", line(1, "97530", "1")),
        claim(
            "C2",
            "3",
            line(1, "97530", "1"),
            line(2, "97110", "1", more=of_line),
            line(3, "97112", "1", more=bare),
            more=of_claim,
        ),
    )
    assert intake.read([path]).services.select("rendering_npi", "taxonomy").rows() == [
        (None, "261QP2000X"),
        ("1245319599", "225100000X"),
        ("1003000126", "225X00000X"),
        ("1003000126", None),
    ]


def test_lines_that_cannot_be_placed_are_reported_and_unsettle_the_stated_total(tmp_path: Path) -> None:
    undated = "LX*2~SV1*HC:97110*60*UN*1***1~"
    codeless = "LX*1~SV1*HC*60*UN*1***1~DTP*472*D8*20260304~"
    path = file_837(
        tmp_path,
        claim("C1", "120", line(1, "97530", "60"), undated),
        claim("C2", "60", codeless),
        claim("C3", "60", line(1, "97112", "60", "15", "MJ")),
    )
    batch = intake.read([path])
    assert batch.services.select("claim_id", "code", "units", "claim_charge_cents").rows() == [
        ("C1", "97530", 1.0, None),
        ("C3", "97112", None, 6000),
    ]
    own = batch.unreadable.filter(pl.col("column").is_not_null())
    assert own.select("line", "column", "segment", "message").rows() == [
        (None, "DTP*472", 18, "no readable date of service; the line is left out"),
        (None, "SV101", 22, "no procedure code; the line is left out"),
        (None, "SV103", 27, "the units are minutes (MJ); they are read as missing"),
    ]
    assert (batch.rows_read, batch.rows_left_out) == (4, 2)


def test_a_file_without_claims_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.837"
    path.write_text(ISA + OPEN + CLOSE.replace("*99*", "*3*"))
    with pytest.raises(UnreadableFile) as caught:
        intake.read([path])
    assert str(caught.value) == f"{path}: no claims in it; give a file of 837 claims"


def test_a_remittance_or_acknowledgment_holds_no_services_and_tells_what_is_wrong_with_it(tmp_path: Path) -> None:
    paid = (Path(__file__).parents[2] / "examples" / "clinic-day" / "remittance.835").read_bytes()
    path = tmp_path / "paid.837"  # by content, not by name
    path.write_bytes(paid.replace(b"CLP*C201*1*262*65.74", b"CLP*C201*1*262*6x.74") + ISA.encode() + TA1.encode())
    batch = intake.read([path])
    assert (batch.services.height, batch.rows_read) == (0, 0)
    assert batch.unreadable.select("segment", "message").rows() == [
        (15, "CLP04 (amount paid) is missing or not an amount")
    ]
    assert batch.notes == (f"{path}: holds no services, and is for `cleanclaim x12 validate`: 835 (2), TA1 (1)",)


TA1 = "TA1*000000005*260331*0930*A*000~IEA*0*000000001~"
SAMPLES = Path(__file__).parents[2].parent / "shared" / "x12" / "samples"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of third-party samples is not beside the checkout")
def test_every_sample_is_accounted_for_line_by_line() -> None:
    with (SAMPLES / "INDEX.csv").open(newline="") as index:
        paths = [SAMPLES / row["path"] for row in csv.DictReader(index)]
    read = 0
    for path in paths:
        try:
            batch = intake.read([path])
        except CleanclaimError:
            continue
        read += 1
        file = x12.read(path, kinds=("837P", "837I"))
        lines = pl.concat([file["lines"], file["facility_lines"]], how="diagonal")
        stated = file["facility_claims"].filter(pl.col("statement_first") == pl.col("statement_last"))
        dated = pl.col("dos").is_not_null() | pl.col("claim_seq").is_in(stated["claim_seq"].to_list())
        kept = lines.filter(pl.col("code").is_not_null() & dated)
        assert batch.services["charge_cents"].sum() == kept["charge_cents"].sum()
        assert batch.rows_read == batch.services.height + batch.rows_left_out
        assert batch.services.height == kept.height
    assert read == 180
