"""The tables of 835 files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from build_837 import Style, interchange
from build_x12 import PAID_CLAIM, PROVIDER, REMITTANCE, REVERSAL, remittance, remittance_set

from cleanclaim import x12

WHOLE = remittance(*PAID_CLAIM, *REVERSAL, *PROVIDER)
PLACES = ("interchange", "transaction", "segment", "offset")


def rows(file: x12.X12Tables, name: str, *without: str) -> list[dict[str, object]]:
    return file[name].drop(PLACES, *without).to_dicts()


def told(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}


@pytest.mark.parametrize("style", [Style(), Style("|", ">", "'", "!", "\r\n"), Style(terminator="\n")])
def test_a_payment_and_its_claims_in_full(style: Style) -> None:
    file = x12.read(remittance(*PAID_CLAIM, *REVERSAL, *PROVIDER, style=style))
    assert rows(file, "payments") == [
        {
            "version": "005010X221A1",
            "handling": "I",
            "amount_cents": 15125,
            "credit_debit": "C",
            "method": "ACH",
            "paid_on": date(2026, 4, 6),
            "trace": "CHECK77",
            "trace_origin": "1512345678",
            "produced_on": date(2026, 4, 5),
            "payer_name": "BLUE PLAN",
            "payer_id": "60054",
            "payee_name": "HILL CLINIC",
            "payee_qualifier": "XX",
            "payee_id": "1234567893",
            "payee_tax_id": "351234567",
            "receiver_id": "HOUSE",
        }
    ]
    paid, reversed_ = rows(file, "paid_claims")
    assert told(paid) == {
        "claim_id": "V100",
        "status": "1",
        "charge_cents": 24000,
        "paid_cents": 15125,
        "patient_responsibility_cents": 4000,
        "filing_indicator": "12",
        "payer_control": "9001",
        "facility_code": "11",
        "frequency": "1",
        "group_number": "1",
        "patient_key": "1AA0A00AA00",
        "rendering_npi": "1245319599",
        "received": date(2026, 3, 10),
        "statement_first": date(2026, 3, 4),
        "statement_last": date(2026, 3, 5),
        "coverage_cents": 19125,
    }
    assert told(reversed_) == {
        "claim_id": "V100",
        "status": "22",
        "charge_cents": -24000,
        "paid_cents": -15125,
        "filing_indicator": "12",
        "payer_control": "9001",
        "facility_code": "11",
        "frequency": "1",
        "group_number": "1",
    }
    first, second, third = rows(file, "paid_services", "claim_segment")
    assert told(first) == {
        "qualifier": "HC",
        "code": "97530",
        "modifier_1": "GP",
        "modifier_2": "59",
        "charge_cents": 12000,
        "paid_cents": 9125,
        "paid_units": 2.0,
        "original_qualifier": "HC",
        "original_code": "97110",
        "original_units": 3.0,
        "dos": date(2026, 3, 4),
        "dos_last": date(2026, 3, 4),
        "line_control": "L1",
        "location": "11",
        "rendering_npi": "1245319599",
        "allowed_cents": 10000,
    }
    assert told(second) == {
        "qualifier": "NU",
        "code": "0420",
        "charge_cents": 12000,
        "paid_cents": 6000,
        "dos": date(2026, 3, 4),
        "dos_last": date(2026, 3, 5),
    }
    assert (third["charge_cents"], third["paid_cents"]) == (-12000, -9125)
    assert file.problems.height == 0


def test_every_adjustment_remark_and_amount_with_what_it_belongs_to() -> None:
    file = x12.read(WHOLE)
    first, reversal = file["paid_claims"]["segment"].to_list()
    service, _, reversed_service = file["paid_services"]["segment"].to_list()
    assert file["adjustments"].drop(PLACES).rows() == [
        (first, None, "PR", "3", 2000, None),
        (first, service, "CO", "45", 875, 1.0),
        (first, service, "CO", "253", -150, None),
        (first, service, "PR", "1", 2150, None),
        (first, service, "PR", "2", 0, None),
        (reversal, reversed_service, "CO", "45", -875, None),
    ]
    assert file["remarks"].drop(PLACES).rows() == [
        (first, None, "MOA", "MA01"),
        (first, None, "MOA", "MA18"),
        (first, service, "HE", "N130"),
        (first, service, "HE", "M15"),
    ]
    assert file["amounts"].drop(PLACES).rows() == [(first, None, "AU", 19125), (first, service, "B6", 10000)]
    assert file["provider_adjustments"].drop(PLACES).rows() == [
        ("1234567893", date(2026, 12, 31), "WO", "OLD77", -1250),
        ("1234567893", date(2026, 12, 31), "L6", "INT", 300),
    ]
    assert file["paid_services"]["claim_segment"].to_list() == [first, first, reversal]
    for name, starts in (("adjustments", b"CAS"), ("remarks", (b"MOA", b"LQ")), ("provider_adjustments", b"PLB")):
        assert all(WHOLE[offset:].startswith(starts) for offset in file[name]["offset"])


def test_more_than_six_adjustments_in_a_segment() -> None:
    many = "CAS*CO" + "".join(f"*{k}*{k}.01*{k}" for k in range(1, 9))
    file = x12.read(remittance("CLP*V1*1*1*0", many))
    assert file["adjustments"].select("reason", "cents", "quantity").rows() == [
        (str(k), 100 * k + 1, float(k)) for k in range(1, 9)
    ]


def test_amounts_of_any_length() -> None:
    texts = [f".{'0' * k}1" for k in range(18)] + ["9" * k for k in range(1, 20)] + [f"1.{'0' * k}" for k in range(18)]
    file = x12.read(remittance("CLP*V1*1*1*0", *(f"CAS*CO*45*{text}" for text in texts)))
    cents = [Decimal(text) * 100 for text in texts]
    readable = [len(t) <= 15 and c % 1 == 0 and c < 2**53 for t, c in zip(texts, cents, strict=True)]
    expected = [int(c) if known else None for c, known in zip(cents, readable, strict=True)]
    assert file["adjustments"]["cents"].to_list() == expected


def test_patients_are_told_apart_by_id_else_by_name() -> None:
    file = x12.read(
        remittance(
            "CLP*V1*1*1*0",
            "NM1*QC*1*ALDER*ADA****MI*M1",
            "CLP*V2*1*1*0",
            "NM1*QC*1*ALDER*ADA",
            "CLP*V3*1*1*0",
            "NM1*QC*1*ALDER*BO",
            "CLP*V4*1*1*0",
            "NM1*QC*1*ALDER*BO****MI*M1",
            "NM1*IL*1*ALDER*ADA****MI*M1",
            "CLP*V5*1*1*0",
            "NM1*QC*1*Alder*Ada",
            "CLP*V6*1*1*0",
        )
    )
    first, second, third, fourth, fifth, none = file["paid_claims"]["patient_key"].to_list()
    assert (first, second == fifth, none) == ("M1", True, None)
    assert len({first, second, third, fourth}) == 4
    assert "ALDER" not in f"{second}{third}{fourth}"


def test_faults_have_a_place() -> None:
    file = x12.read(
        interchange(
            remittance_set(
                "CAS*CO*45*1",  # 11
                "SVC*HC:97110*1*1",  # 12
                "CLP***1.234*",  # 13
                "CAS*CO**5",  # 14
                "CAS*CO*45*x*y",  # 15
                "AMT*B6",  # 16
                "DTM*232*20260230",  # 17
                "SVC*HC:97110**two**few",  # 18
                "PLB*1234567893*20261231*WO:OLD77",  # 19
            ),
            version=REMITTANCE,
        )
    )
    assert file.problems.select("segment", "message").rows() == [
        (11, "CAS outside a claim: it is not read"),
        (12, "SVC outside a claim: the service is not read"),
        (13, "CLP01 (claim number) is missing"),
        (13, "CLP02 (claim status) is missing"),
        (13, "CLP03 (total charge) is missing or not an amount"),
        (13, "CLP04 (amount paid) is missing or not an amount"),
        (14, "CAS: a reason code is missing"),
        (15, "CAS: an adjustment is missing or not an amount"),
        (15, "CAS: a quantity is not a number"),
        (16, "AMT02 is missing or not an amount"),
        (17, "DTM*232 (statement from) is not a date of the form CCYYMMDD"),
        (18, "SVC02 (line charge) is missing or not an amount"),
        (18, "SVC03 (amount paid) is missing or not an amount"),
        (18, "SVC05 (units paid) is not a number"),
        (19, "PLB: an adjustment is missing or not an amount"),
    ]


@pytest.mark.parametrize("chunk_bytes", [64, 200, 1000, 1 << 20])
def test_several_payments_in_any_stretches(chunk_bytes: int) -> None:
    sets = [remittance_set(*PAID_CLAIM, *REVERSAL, *PROVIDER, control=f"{k:04d}") for k in range(1, 6)]
    file = x12.read(interchange(*sets, version=REMITTANCE), chunk_bytes=chunk_bytes)
    assert file["payments"]["transaction"].to_list() == [1, 2, 3, 4, 5]
    assert file["paid_claims"].group_by("transaction").len().sort("transaction")["len"].to_list() == [2] * 5
    claims = dict(file["paid_claims"].select("segment", "transaction").iter_rows())
    for name in ("paid_services", "adjustments", "remarks", "amounts"):
        owners = [claims[number] for number in file[name]["claim_segment"]]
        assert owners == file[name]["transaction"].to_list()
    assert file["provider_adjustments"].height == 10
