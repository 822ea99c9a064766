"""JSON visits, from a file and from memory."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim import intake
from cleanclaim.errors import UnreadableFile

VISIT: dict[str, Any] = {
    "visit_id": "V1",
    "patient_id": "P1",
    "payer": "medicare",
    "dos": "2026-03-04",
    "discipline": "GP",
    "diagnoses": ["M54.50", "R26.2"],
    "services": [
        {"code": "97530", "minutes": 24, "units": 2, "modifiers": ["GP", "59"], "charge": 120.1, "by": "PT"},
        {"code": 97140, "minutes": 8, "start": "09:30", "stop": "09:38"},
    ],
}


def with_service(**fields: Any) -> dict[str, Any]:
    return {"visits": [{"visit_id": "V1", "dos": "2026-03-04", "services": [{"code": "97530", **fields}]}]}


def read_text(folder: Path, text: str) -> intake.Batch:
    path = folder / "visits.json"
    path.write_text(text)
    return intake.read([path])


def test_a_file_and_the_same_values_in_memory_agree(tmp_path: Path) -> None:
    from_file = read_text(tmp_path, json.dumps({"visits": [VISIT]}))
    from_memory = intake.services_from_json({"visits": [VISIT]})
    assert from_file.services.equals(from_memory.services)
    assert from_file.unreadable.rows() == []
    columns = ["row", "source_line", "code", "units", "billed", "minutes", "by", "start_minute", "charge_cents"]
    assert from_file.services.select(columns).rows() == [
        (0, 1, "97530", 2.0, True, 24, "PT", None, 12010),
        (1, 2, "97140", None, False, 8, None, 570, None),
    ]
    columns = ["visit_id", "payer", "dos", "stated_discipline", "diagnoses", "modifier_1", "modifier_count"]
    assert from_file.services.select(columns).rows() == [
        ("V1", "medicare", date(2026, 3, 4), "GP", "M54.50 R26.2", "GP", 2),
        ("V1", "medicare", date(2026, 3, 4), "GP", "M54.50 R26.2", None, 0),
    ]
    # minutes and times belong in visits; a referring provider is not concluded to be missing where no visit names one
    assert from_file.services.select(pl.col("^carries_.*$")).unique().rows() == [(True, True, True, *[False] * 6)]


def test_a_service_overrides_its_visit() -> None:
    visit = {**VISIT, "by": "PTA", "services": [{"code": "97530"}, {"code": "97140", "by": "PT", "dos": "03/05/2026"}]}
    services = intake.services_from_json({"visits": [visit]}).services
    assert services.select("by", "dos").rows() == [("PTA", date(2026, 3, 4)), ("PT", date(2026, 3, 5))]


@pytest.mark.parametrize(
    ("charge", "cents"),
    [("0.29", 29), ("1.10", 110), ("33.33", 3333), ("4.350", 435), ("1e2", None), ("60.005", None), ('"$60"', 6000)],
)
def test_charges_are_taken_by_their_decimal_text(tmp_path: Path, charge: str, cents: int | None) -> None:
    text = (
        f'{{"visits": [{{"visit_id": 1, "dos": "2026-03-04", "code": "97530", "services": [{{"charge": {charge}}}]}}]}}'
    )
    batch = read_text(tmp_path, text)
    assert batch.services["charge_cents"].to_list() == [cents]
    assert batch.services["billed"].to_list() == [True]
    assert batch.unreadable["column"].to_list() == ([] if cents is not None else ["visits[0].services[0].charge"])


def test_python_values_are_read_as_they_print() -> None:
    batch = intake.services_from_json(
        with_service(units=1.5, charge=Decimal("60.10"), start=time(9, 5), received=date(2026, 3, 9), abn_on_file=True)
    )
    row = batch.services.select("units", "charge_cents", "start_minute", "received", "abn_on_file").row(0)
    assert row == (1.5, 6010, 545, date(2026, 3, 9), True)
    assert batch.unreadable.rows() == []


def test_lists_as_lists_or_as_texts() -> None:
    as_list = intake.services_from_json(with_service(modifiers=["GP", 59], pointers=[1, 2], diagnoses="M54.50, R26.2"))
    row = as_list.services.select("modifier_1", "modifier_2", "modifier_count", "pointers", "diagnoses").row(0)
    assert row == ("GP", "59", 2, "1 2", "M54.50 R26.2")
    assert intake.services_from_json(with_service(modifiers=[])).services["modifier_count"].to_list() == [0]


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        (
            {"minutes": -5},
            ".minutes",
            "'-5' is not whole minutes from 0 to 1440, or hours and minutes such as 0:45; the cell is read as missing",
        ),
        (
            {"minutes": 7.5},
            ".minutes",
            "'7.5' is not whole minutes from 0 to 1440, or hours and minutes such as 0:45; the cell is read as missing",
        ),
        ({"minutes": [24]}, ".minutes", "one text or number is wanted; read as missing"),
        ({"minutes": True}, ".minutes", "true or false is not a value of this field; read as missing"),
        ({"Units": {"n": 2}}, ".Units", "one text or number is wanted; read as missing"),
        ({"modifiers": ["GP", ["59"]]}, ".modifiers", "one text or number is wanted; read as missing"),
        ({"modifiers": ["GP", {}]}, ".modifiers[1]", "one text or number is wanted; read as missing"),
        (
            {"abn_on_file": "perhaps"},
            ".abn_on_file",
            "a text of 7 characters is not yes or no; the cell is read as missing",
        ),
    ],
)
def test_values_that_cannot_be_read_are_named_by_their_path(fields: dict[str, Any], place: str, message: str) -> None:
    batch = intake.services_from_json(with_service(**fields))
    assert batch.services.height == 1
    assert batch.unreadable.rows() == [(0, None, f"visits[0].services[0]{place}", None, message)]


def test_a_fault_of_a_visit_is_reported_once_for_all_its_services() -> None:
    batch = intake.services_from_json({"visits": [{**VISIT, "received": "soon", "dos": "02/30/2026"}]})
    assert batch.services.height == 0
    assert batch.unreadable["column"].to_list() == ["visits[0].dos", "visits[0].received"]
    assert (batch.rows_read, batch.rows_left_out) == (2, 2)


def test_visits_and_services_of_the_wrong_shape_are_left_out_and_counted() -> None:
    visits: list[Any] = [5, {"visit_id": "V1"}, {**VISIT, "services": []}, {**VISIT, "services": ["97530", {}]}, VISIT]
    batch = intake.services_from_json({"visits": visits})
    assert batch.services.height == 2
    assert batch.unreadable.select("column", "message").rows() == [
        ("visits[0]", "an object of services is wanted; the visit is left out"),
        ("visits[1].services", "a list of services is wanted; the visit is left out"),
        ("visits[2].services", "a list of services is wanted; the visit is left out"),
        ("visits[3].services[0]", "an object is wanted; the service is left out"),
        ("visits[3].services[1].code", "no procedure code; the row is left out"),
    ]
    assert (batch.rows_read, batch.rows_left_out) == (7, 5)


def test_visits_without_any_number_are_told_apart_by_their_place() -> None:
    visit = {"dos": "2026-03-04", "services": [{"code": "97530"}, {"code": "97140"}]}
    services = intake.services_from_json([visit, visit]).services
    assert services["visit_id"].to_list() == ["visit 1", "visit 1", "visit 2", "visit 2"]


def test_keys_that_stand_twice_and_keys_unknown_are_told(tmp_path: Path) -> None:
    service = '{"code": "97530", "code": "97110"}'
    text = f'{{"visits": [{{"visit_id": "V1", "dos": "2026-03-04", "mood": 1, "services": [{service}]}}]}}'
    batch = read_text(tmp_path, text)
    assert batch.services["code"].to_list() == ["97110"]
    assert batch.unreadable.select("column", "message").rows() == [
        ("visits[0].services[0].code", "the key stands twice; the last one is read")
    ]
    assert batch.notes == (f"{tmp_path}/visits.json: keys not read: mood",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"visits": [\n  {"dos": }]}', "not JSON at line 2, column 11: Expecting value"),
        ('{"visits": []} x', "not JSON at line 1, column 16: Extra data"),
        ('{"visits": 5}', 'no list of visits; write {"visits": [{..., "services": [...]}]}'),
        ('{"claims": []}', 'no list of visits; write {"visits": [{..., "services": [...]}]}'),
        ("[" * 100_000, "not visits: values nested too deep"),
    ],
)
def test_files_that_are_not_visits(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_text(tmp_path, text)
    assert str(caught.value) == f"{tmp_path}/visits.json: {says}"


def test_numbers_of_any_length_and_none_are_read(tmp_path: Path) -> None:
    text = json.dumps(with_service(units=1)).replace('"units": 1', '"units": NaN, "minutes": ' + "9" * 5000)
    batch = read_text(tmp_path, text)
    assert batch.services.select("units", "minutes", "billed").row(0) == (None, None, True)
    assert batch.unreadable["column"].to_list() == ["visits[0].services[0].units", "visits[0].services[0].minutes"]


def test_no_visits_give_no_rows() -> None:
    batch = intake.services_from_json({"visits": []})
    assert (batch.services.height, batch.rows_read) == (0, 0)
