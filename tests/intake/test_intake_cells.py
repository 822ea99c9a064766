"""Every kind of cell: what is read, what is not, and what a message may show of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.intake.cells import KINDS, date_of, shown
from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.rows import convert

DAY = date(2026, 3, 4)
READ: dict[str, dict[str, Any]] = {
    "date": {
        "2026-03-04": DAY,
        "2026-03-04T00:00:00": DAY,
        "2026-03-04 13:05": DAY,
        "03/04/2026": DAY,
        "3/4/2026": DAY,
        "3/4/2026 12:00:00 AM": DAY,
        "20260304": DAY,
        "2024-02-29": date(2024, 2, 29),
        "1900-01-01": date(1900, 1, 1),
        "2200-12-31": date(2200, 12, 31),
        "02/30/2026": None,
        "2026-02-29": None,
        "1899-12-31": None,
        "2201-01-01": None,
        "03/04/26": None,
        "04.03.2026": None,
        "Mar 4, 2026": None,
        "46085": None,
        "0000-00-00": None,
    },
    "minutes": {
        "0": 0,
        "24": 24,
        "24.0": 24,
        "1440": 1440,
        "-5": None,
        "7.5": None,
        "1441": None,
        "1e2": None,
        "24 min": None,
        "0:23": 23,
        "00:45": 45,
        "1:05:00": 65,
        "4:59": 299,
        "5:00": None,
        "15:00": None,
        "0:60": None,
        "0:23:30": None,
        "999999999999999999999": None,
    },
    "units": {
        "1": 1.0,
        "1.5": 1.5,
        "0": 0.0,
        "-1": -1.0,
        "1e9": 1e9,
        "1000000000": 1e9,
        ".5": 0.5,
        "nan": None,
        "inf": None,
        "1e999": None,
        "two": None,
        "1,5": None,
    },
    "money": {
        "60": 6000,
        "60.5": 6050,
        "60.50": 6050,
        "60.500": 6050,
        "$1,234.56": 123456,
        "1,234,567.89": 123456789,
        ".07": 7,
        "7.": 700,
        "-5.00": -500,
        "-$5.00": -500,
        "($5.00)": -500,
        "$ 12.00": 1200,
        "0.29": 29,
        "999999999999.99": 99999999999999,
        "60.005": None,
        "1,23.00": None,
        "12,34": None,
        "(5.00": None,
        "$": None,
        ".": None,
        "1e3": None,
        "60 USD": None,
        "9999999999999.00": None,
    },
    "time": {
        "09:05": 545,
        "9:05": 545,
        "13:30": 810,
        "1:30 PM": 810,
        "1:30pm": 810,
        "1:30 p.m.": 810,
        "12:00 AM": 0,
        "12:15 PM": 735,
        "00:00": 0,
        "24:00": 1440,
        "09:05:59": 545,
        "24:01": None,
        "13:30 PM": None,
        "0:30 AM": None,
        "9:5": None,
        "09:60": None,
        "0905": None,
        "noon": None,
    },
    "code": {
        "97530": "97530",
        "g0283": "G0283",
        "97530.0": "97530",
        "9753": "9753",
        "97530-59": None,
        "97530 GP": None,
        "THERAPEUTIC": None,
    },
    "modifiers": {
        "GP": ["GP"],
        "gp 59": ["GP", "59"],
        "GP,59": ["GP", "59"],
        "GP:59": ["GP", "59"],
        "GP; 59|KX/CQ-XE": ["GP", "59", "KX", "CQ", "XE"],
        "GP59": ["GP", "59"],
        "GP 5": None,
        "GPX": None,
        "GP*59": None,
    },
    "amount": {"1,000.50": 100050, "0": 0, "-0.00": 0, "-0.01": None, "($5)": None, "1.005": None},
    "occurrences": {
        "11:2026-03-01": "11:2026-03-01",
        "11:2026-03-01 35:2026-03-02": "11:2026-03-01 35:2026-03-02",
        "11=3/1/2026, 35 : 20260302;29": "11:2026-03-01 35:2026-03-02 29",
        "11:12/9/2025": "11:2025-12-09",
        "a1:2026-03-01": "A1:2026-03-01",
        "35": "35",
        "11:2026-02-30": None,
        "11:1899-12-31": None,
        "11:2026-03": None,
        "1:2026-03-01": None,
        "fell at home": None,
    },
    "yes_no": {"yes": True, "N": False, "TRUE": True, "0": False, "maybe": None, "2": None},
    "role": {
        "pta": "PTA",
        "PT + PTA": "PT+PTA",
        "Student": "student",
        "DPT": "PT",
        "COTA/L": "OTA",
        "lpta": "PTA",
        "OTR": "OT",
        "MD": None,
        "SLPA": None,
        "PT+OT": None,
    },
    "discipline": {"gp": "GP", "OT": "GO", "slp": "GN", "ST": "GN", "GQ": None},
    "setting": {"Office": "office", "outpatient hospital": "outpatient_hospital", "moon": None},
    "sequence": {"P": "P", "secondary": "S", "3": "T", "X": None},
    "claim_form": {"Professional": "professional", "UB-04": "institutional", "dental": None},
    "frequency": {"1": "1", "7.0": "7", "10": None},
    "place": {"11": "11", "2": "02", "11.0": "11", "office": None},
    "bill_type": {"131": "131", "0131": "131", "13X": "13X", "13": None, "01310": None},
    "revenue_code": {"420": "0420", "0420": "0420", "42": None},
    "mac": {"1112": "01112", "01112": "01112", "112": None},
    "locality": {"5": "05", "05": "05", "005": None},
    "days": {"0": 0, "16": 16, "31.0": 31, "32": None, "1.5": None},
    "count": {"1": 1, "3.0": 3, "0": None, "1.5": None},
    "pointers": {"1": "1", "1,2": "1 2", "A:B": "1 2", "AB": "1 2", "12": "12", "L": "12", "M": None, "100": None},
    "list": {"M54.50": "M54.50", "M54.50,M62.81;R26.2|Z47.1": "M54.50 M62.81 R26.2 Z47.1", " m54.50 ": "m54.50"},
    "npi": {"1234567893": "1234567893", "1234567893.0": "1234567893", "JD": "JD"},
    "upper": {"pt": "PT"},
    "text": {"V-1 ü": "V-1 ü"},
}


def parsed(kind: str, cells: list[str]) -> list[Any]:
    values = pl.DataFrame({"cell": cells}).select(KINDS[kind].parse(pl.col("cell")).alias("value"))["value"]
    return values.to_list()


def test_every_kind_has_cases_and_every_field_a_kind() -> None:
    assert set(READ) == set(KINDS)
    assert {field.kind for field in FIELDS.values()} == set(KINDS)


@pytest.mark.parametrize("kind", READ)
def test_cells_of_each_kind(kind: str) -> None:
    cases = READ[kind]
    assert dict(zip(cases, parsed(kind, list(cases)), strict=True)) == cases


def test_formats_of_its_own_replace_the_others_but_for_iso() -> None:
    frame = pl.DataFrame({"cell": ["04.03.2026", "2026-03-04", "3/4/26 0:00", "03/04/2026", "20260304"]})
    read = frame.select(date_of(("%d.%m.%Y", "%m/%d/%y"))(pl.col("cell")))["cell"].to_list()
    assert read == [DAY, DAY, DAY, None, None]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=20))
def test_money_survives_a_round_trip_to_the_cent(amounts: list[int]) -> None:
    plain = [f"{'-' if a < 0 else ''}{abs(a) // 100}.{abs(a) % 100:02d}" for a in amounts]
    grouped = [f"{'(' if a < 0 else ''}${abs(a) // 100:,}.{abs(a) % 100:02d}{')' if a < 0 else ''}" for a in amounts]
    assert parsed("money", plain) == amounts
    assert parsed("money", grouped) == amounts


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dates(date(1900, 1, 1), date(2200, 12, 31)), min_size=1, max_size=20))
def test_dates_survive_a_round_trip_in_each_form(days: list[date]) -> None:
    for form in ("{0:%Y}-{0:%m}-{0:%d}", "{0:%m}/{0:%d}/{0:%Y}", "{0:%Y}{0:%m}{0:%d}", "{0.month}/{0.day}/{0.year}"):
        assert parsed("date", [form.format(day) for day in days]) == days


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1439), min_size=1, max_size=20))
def test_times_survive_a_round_trip_in_both_clocks(times: list[int]) -> None:
    half = [f"{(t // 60 - 1) % 12 + 1}:{t % 60:02d} {'AM' if t < 720 else 'PM'}" for t in times]
    assert parsed("time", [f"{t // 60:02d}:{t % 60:02d}" for t in times]) == times
    assert parsed("time", half) == times


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=10))
def test_any_text_is_read_or_null_and_never_an_error(cells: list[str]) -> None:
    for kind in KINDS:
        assert len(parsed(kind, cells)) == len(cells)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("02/30/2026", "'02/30/2026'"),
        ("-5", "'-5'"),
        ("60.005", "'60.005'"),
        ("25:10 PM", "'25:10 PM'"),
        ("20260230", "'20260230'"),
        ("Jane Doe", "a text of 8 characters"),
        ("1EG4TE5MK73", "a text of 11 characters"),
        ("123-45-6789", "a text of 11 characters"),
        ("123456789", "a text of 9 characters"),
        ("12345678", "a text of 8 characters"),
    ],
)
def test_messages_never_show_what_could_be_a_name_or_a_number_of_a_person(cell: str, says: str) -> None:
    assert pl.DataFrame({"c": [cell]}).select(shown(pl.col("c")))["c"].to_list() == [says]


def converted(**columns: list[str | None]) -> Any:
    rows = max(len(column) for column in columns.values())
    base = {"code": ["97530"] * rows, "dos": ["2026-03-04"] * rows, "visit_id": ["V1"] * rows}
    schema = dict.fromkeys([*base, *columns], pl.String)
    return convert(pl.DataFrame({**base, **columns}, schema=schema))


def test_rows_without_a_readable_code_date_or_key_are_not_kept() -> None:
    result = converted(
        code=["97530", None, "97530 GP", "97530", "97530", "97530"],
        dos=["2026-03-04", "2026-03-04", "2026-03-04", " ", "02/30/2026", "2026-03-04"],
        visit_id=["V1", "V1", "V1", "V1", "V1", ""],
    )
    assert result.kept.to_list() == [True, False, False, False, False, False]
    assert result.faults.rows() == [
        (1, "code", "no procedure code; the row is left out"),
        (2, "code", "a text of 8 characters is not a procedure code; the row is left out"),
        (3, "dos", "no date; the row is left out"),
        (
            4,
            "dos",
            "'02/30/2026' is not a date such as 2026-03-04, 03/04/2026 or 20260304; the row is left out",
        ),
        (5, "visit_id", "no patient, visit or claim number; the row is left out"),
    ]


def test_one_fault_in_several_rows_is_told_of_each() -> None:
    result = converted(code=[None, None, "97530"], dos=["2026-03-04", "2026-03-04", "2026-03-04"])
    says = "no procedure code; the row is left out"
    assert result.faults.rows() == [(0, "code", says), (1, "code", says)]


def test_a_row_of_totals_is_told_once() -> None:
    none = [None, None]
    result = converted(code=["97530", *none], dos=["2026-03-04", *none], visit_id=["V1", " ", "Total"])
    says = "no procedure code and no date, as in a row of totals; the row is left out"
    assert result.kept.to_list() == [True, False, False]
    assert result.faults.rows() == [(1, "code", says), (2, "code", says)]


def test_a_stop_before_its_start_is_not_read() -> None:
    result = converted(start=["09:00", "10:00", "23:30"], stop=["09:00", "9:45 AM", "24:00"])
    assert result.values["stop_minute"].to_list() == [540, None, 1440]
    assert result.faults.rows() == [(1, "stop", "'9:45 AM' is before the start, '10:00'; the cell is read as missing")]
    assert result.values["times_lost"].to_list() == [False, True, False]


def test_a_last_day_before_the_first_is_not_read() -> None:
    result = converted(dos_end=["2026-03-04", "3/3/2026", "2026-03-05", None])
    assert result.values["dos_end"].to_list() == [DAY, None, DAY + timedelta(days=1), None]
    assert result.faults.rows() == [
        (1, "dos_end", "'3/3/2026' is before the first day, '2026-03-04'; the cell is read as missing")
    ]


def test_billed_is_said_by_the_unit_or_charge_cell_even_when_it_cannot_be_read() -> None:
    result = converted(units=["2", "x", None, None], charge=[None, None, "60", " "])
    assert result.values["billed"].to_list() == [True, True, True, False]
    assert result.values["units"].to_list() == [2.0, None, None, None]


def test_modifiers_in_one_cell_or_in_four() -> None:
    four = converted(modifier_1=["GP", None], modifier_2=[" 59", None], modifier_4=["KX", None]).values
    assert four.select(pl.col("^modifier_.$")).rows() == [("GP", "59", "KX", None), (None, None, None, None)]
    assert four["modifier_count"].to_list() == [3, 0]
    one = converted(modifiers=["GP 59 KX CQ XE GA", "GP*", None]).values
    assert one["modifier_4"].to_list() == ["CQ", None, None]
    assert one["modifier_count"].to_list() == [6, None, 0]
    both = converted(modifiers=["GO", None], modifier_1=["GP", "GP"]).values
    assert both["modifier_1"].to_list() == ["GO", "GP"]


def test_without_a_modifier_column_the_count_is_not_known() -> None:
    assert "modifier_count" not in converted(units=["1"]).values.columns


def test_the_last_digit_of_the_bill_type_is_the_frequency() -> None:
    assert converted(bill_type=["0137", "131"], frequency=[None, "8"]).values["frequency"].to_list() == ["7", "8"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(["", " ", "1", "GP", "09:00", "1:30 PM", "x", "2026-03-04", "$5"])] * 5),
        max_size=20,
    )
)
def test_long_columns_are_read_as_short_ones_are(rows: list[tuple[str, ...]]) -> None:
    names = ("minutes", "modifiers", "start", "stop", "charge")
    columns = {name: [row[n] or None for row in rows] for n, name in enumerate(names)}
    short = converted(**columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleanclaim.intake.rows._FEW", 0)
        long = converted(**columns)
    assert long.values.equals(short.values)
    assert long.kept.equals(short.kept)
    assert long.faults.equals(short.faults)
