"""Minutes from one file put to the claim lines of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim import intake

CLAIM_COLUMNS = ("claim_id", "visit_id", "patient_id", "dos", "code", "modifiers", "units", "sequence", "frequency")
MINUTE_COLUMNS = ("visit_id", "claim_id", "patient_id", "dos", "code", "minutes", "by", "start", "stop", "units")
DEFAULTS = {"dos": "2026-03-04", "units": "", "code": "97530"}
UNMATCHED = "unmatched: no claim line of this visit, claim or patient on this date; the row is left out"
ALONE = "unmatched: no claim line of this visit, claim or patient on this date; checked on its own"
AMBIGUOUS = "ambiguous: fits several claims; give its claim number; the row is left out"


def table(folder: Path, name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    path = folder / name
    filled = [",".join(str({**DEFAULTS, **row}.get(column, "")) for column in columns) for row in rows]
    path.write_text("\n".join([",".join(columns), *filled]) + "\n")
    return path


def joined(folder: Path, claims: list[dict[str, Any]], minutes: list[dict[str, Any]]) -> intake.Batch:
    claims = [{"units": 1, "modifiers": "GP", **claim} for claim in claims]
    batch = intake.read(
        [table(folder, "claims.csv", CLAIM_COLUMNS, claims), table(folder, "minutes.csv", MINUTE_COLUMNS, minutes)]
    )
    assert batch.rows_read == len(claims) + len(minutes)
    assert batch.rows_read == batch.services.height + batch.rows_left_out + batch.rows_merged
    assert batch.services["row"].n_unique() == batch.services.height
    assert batch.services.filter(pl.col("file_id") == 0).height == len(claims)
    return batch


def rows(batch: intake.Batch, *columns: str) -> list[tuple[Any, ...]]:
    return batch.services.select(columns).rows()


@pytest.mark.parametrize(
    ("claim", "minutes"),
    [
        ({"visit_id": "V1"}, {"visit_id": "V1"}),
        ({"claim_id": "C1"}, {"claim_id": "C1", "visit_id": "V1"}),
        ({"claim_id": "C1", "patient_id": "P1"}, {"visit_id": "V1", "patient_id": "P1"}),
        ({"claim_id": "A1", "patient_id": "M77"}, {"patient_id": "A1"}),
        ({"claim_id": "V1", "patient_id": "M77"}, {"visit_id": "V1"}),
    ],
    ids=["visit", "claim", "patient", "account", "visit sent as claim number"],
)
def test_the_keys_that_find_a_line(tmp_path: Path, claim: dict[str, str], minutes: dict[str, str]) -> None:
    batch = joined(tmp_path, [claim], [{**minutes, "minutes": 24, "by": "PTA"}])
    assert rows(batch, "file_id", "code", "units", "billed", "minutes", "by", "carries_minutes", "carries_times") == [
        (0, "97530", 1.0, True, 24, "PTA", True, True)
    ]
    assert batch.unreadable.rows() == []
    assert batch.rows_merged == 1
    assert batch.notes == (
        "minutes: 1 rows joined to claim lines, 0 kept beside them as services not billed, 0 unmatched, 0 ambiguous",
    )


def test_a_visit_number_is_no_claim_number_where_another_key_is_given(tmp_path: Path) -> None:
    batch = joined(tmp_path, [{"claim_id": "1"}], [{"visit_id": "1", "patient_id": "P1", "minutes": 24}])
    assert batch.unreadable["message"].to_list() == [UNMATCHED]


def test_an_earlier_key_goes_before_a_later_one(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1", "visit_id": "V1", "patient_id": "P1"}, {"claim_id": "C2", "patient_id": "P1"}]
    batch = joined(tmp_path, claims, [{"visit_id": "V1", "claim_id": "C2", "minutes": 9}])
    assert rows(batch, "claim_id", "minutes", "carries_minutes") == [("C1", 9, True), ("C2", None, False)]


def test_a_key_that_fits_several_claims_gives_way_to_one_that_fits_one(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1", "visit_id": "V1"}, {"claim_id": "C2", "visit_id": "V1"}]
    batch = joined(tmp_path, claims, [{"visit_id": "V1", "claim_id": "C2", "minutes": 9}])
    assert rows(batch, "claim_id", "minutes") == [("C1", None), ("C2", 9)]


def test_assistants_minutes_go_to_the_line_with_their_modifier(tmp_path: Path) -> None:
    claims = [
        {"claim_id": "C1", "modifiers": "GP CQ"},
        {"claim_id": "C1", "modifiers": "GP", "units": 2},
    ]
    minutes = [
        {"claim_id": "C1", "minutes": 30, "by": "PT"},
        {"claim_id": "C1", "minutes": 15, "by": "PTA"},
    ]
    batch = joined(tmp_path, claims, minutes)
    assert rows(batch, "modifier_2", "minutes", "by", "billed") == [("CQ", 15, "PTA", True), (None, 30, "PT", True)]


def test_what_is_left_over_goes_to_the_first_line_left_over(tmp_path: Path) -> None:
    one_line = joined(tmp_path, [{"claim_id": "C1"}], [{"claim_id": "C1", "minutes": 15, "by": "PTA"}])
    assert rows(one_line, "minutes", "by") == [(15, "PTA")]
    two_lines = joined(
        tmp_path,
        [{"claim_id": "C1"}, {"claim_id": "C1", "modifiers": "GP CQ"}],
        [{"claim_id": "C1", "minutes": 38, "by": "PT"}],
    )
    assert rows(two_lines, "modifier_2", "minutes", "by") == [(None, 38, "PT"), ("CQ", 0, "PT")]


def test_minutes_that_are_not_known_leave_the_rest_of_the_code_unknown(tmp_path: Path) -> None:
    batch = joined(tmp_path, [{"claim_id": "C1"}] * 2, [{"claim_id": "C1", "start": "09:00", "stop": "09:30"}])
    assert rows(batch, "minutes", "start_minute", "stop_minute") == [(None, 540, 570), (None, None, None)]


def test_further_blocks_of_a_code_stay_as_services_of_its_claim(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1", "patient_id": "M77", "modifiers": "GP", "units": 3}]
    minutes = [
        {"claim_id": "C1", "patient_id": "P1", "visit_id": "V1", "minutes": 20, "by": "PT", "units": 2},
        {
            "claim_id": "C1",
            "patient_id": "P1",
            "visit_id": "V1",
            "minutes": 15,
            "by": "PTA",
            "start": "10:00",
            "units": 1,
        },
    ]
    batch = joined(tmp_path, claims, minutes)
    columns = ("file_id", "source_line", "claim_id", "visit_id", "patient_id", "units", "billed", "minutes", "by")
    assert rows(batch, *columns) == [
        (0, 2, "C1", "V1", "M77", 3.0, True, 20, "PT"),
        (1, 3, "C1", "V1", "M77", None, False, 15, "PTA"),
    ]
    assert rows(batch, "stated_discipline", "start_minute", "line_number")[1] == ("GP", 600, None)
    assert batch.services["minutes"].sum() == 35


def test_services_given_and_not_billed_stay_with_their_claim(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1", "patient_id": "M77", "modifiers": "GP"}]
    minutes = [{"claim_id": "C1", "minutes": 10}, {"claim_id": "C1", "minutes": 7, "code": "97140"}]
    batch = joined(tmp_path, claims, minutes)
    assert rows(batch, "code", "patient_id", "billed", "minutes", "stated_discipline") == [
        ("97530", "M77", True, 10, None),
        ("97140", "M77", False, 7, "GP"),
    ]
    assert batch.rows_merged == 1
    assert batch.unreadable.rows() == []


def test_a_claim_of_two_disciplines_lends_none_to_an_unbilled_code(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1"}, {"claim_id": "C1", "code": "97535", "modifiers": "GO"}]
    batch = joined(tmp_path, claims, [{"claim_id": "C1", "code": "97140", "minutes": 7}])
    assert rows(batch, "code", "stated_discipline") == [("97530", None), ("97535", None), ("97140", None)]


def test_who_gave_an_unbilled_code_says_its_discipline(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1"}, {"claim_id": "C1", "code": "97535", "modifiers": "GO"}]
    batch = joined(tmp_path, claims, [{"claim_id": "C1", "code": "97140", "minutes": 7, "by": "OTA"}])
    assert rows(batch, "code", "stated_discipline")[2] == ("97140", "GO")


def test_minutes_that_could_not_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1"}, {"claim_id": "C1", "code": "97140"}, {"claim_id": "C1", "code": "97110"}]
    minutes = [{"claim_id": "C1", "minutes": "-5"}, {"claim_id": "C1", "code": "97140", "minutes": 9}]
    batch = joined(tmp_path, claims, minutes)
    assert rows(batch, "minutes", "carries_minutes") == [(None, None), (9, True), (None, True)]
    assert batch.unreadable.select("line", "column").rows() == [(2, "minutes")]


def test_lines_of_the_visit_without_minutes_are_known_to_have_none(tmp_path: Path) -> None:
    claims = [
        {"claim_id": "C1"},
        {"claim_id": "C1", "code": "97140"},
        {"claim_id": "C1", "dos": "2026-03-05"},
        {"claim_id": "C2"},
    ]
    batch = joined(tmp_path, claims, [{"claim_id": "C1", "minutes": 10}])
    assert rows(batch, "minutes", "carries_minutes") == [(10, True), (None, True), (None, False), (None, False)]


def test_rows_that_find_no_claim_or_several_are_reported(tmp_path: Path) -> None:
    claims = [{"claim_id": "C1", "patient_id": "P1"}, {"claim_id": "C2", "patient_id": "P1"}]
    minutes = [
        {"patient_id": "P1", "minutes": 10},
        {"patient_id": "P1", "minutes": 10, "code": "97140"},
        {"patient_id": "P2", "minutes": 10},
        {"patient_id": "P1", "minutes": 10, "dos": "2026-03-06"},
        {"patient_id": "P2", "minutes": 10, "units": 1},
    ]
    batch = joined(tmp_path, claims, minutes)
    assert sorted(batch.unreadable.select("file_id", "line", "column", "message").rows(), key=lambda r: r[1]) == [
        (1, 2, None, AMBIGUOUS),
        (1, 3, None, AMBIGUOUS),
        (1, 4, None, UNMATCHED),
        (1, 5, None, UNMATCHED),
        (1, 6, None, ALONE),
    ]
    assert rows(batch, "file_id", "minutes", "units", "carries_minutes") == [
        (0, None, 1.0, False),
        (0, None, 1.0, False),
        (1, 10, 1.0, True),
    ]
    assert batch.rows_left_out == 4


def test_a_row_that_names_its_claim_stays_with_it(tmp_path: Path) -> None:
    """Not with the patient's other claim of the day that bills its code."""
    claims = [{"claim_id": "C1", "patient_id": "P1"}, {"claim_id": "C2", "patient_id": "P1", "code": "97140"}]
    batch = joined(tmp_path, claims, [{"claim_id": "C1", "patient_id": "P1", "code": "97140", "minutes": 7}])
    assert rows(batch, "claim_id", "code", "billed", "minutes") == [
        ("C1", "97530", True, None),
        ("C2", "97140", True, None),
        ("C1", "97140", False, 7),
    ]


def test_a_file_with_claims_of_its_own_is_no_file_of_minutes(tmp_path: Path) -> None:
    """Its patient may be another's patient of the same day; what it gave and did not bill stays with its claim."""
    claims = [{"claim_id": "C1", "patient_id": "P1"}]
    complete = [
        {"claim_id": "D1", "patient_id": "P1", "minutes": 24, "units": 2},
        {"claim_id": "D1", "patient_id": "P1", "minutes": 6, "code": "97140"},
        {"claim_id": "C1", "patient_id": "P1", "minutes": 15, "units": 1},
    ]
    batch = joined(tmp_path, claims, complete)
    assert rows(batch, "file_id", "claim_id", "code", "billed", "minutes") == [
        (0, "C1", "97530", True, 15),
        (1, "D1", "97530", True, 24),
        (1, "D1", "97140", False, 6),
    ]
    assert batch.unreadable.height == 0


def test_of_several_copies_the_claim_that_stands_takes_the_minutes(tmp_path: Path) -> None:
    claims = [
        {"claim_id": "C1"},
        {"claim_id": "C1", "frequency": "7"},
        {"claim_id": "C1", "sequence": "S"},
        {"claim_id": "C1", "frequency": "8"},
    ]
    batch = joined(tmp_path, claims, [{"claim_id": "C1", "minutes": 24}])
    assert rows(batch, "frequency", "sequence", "minutes") == [
        (None, None, None),
        ("7", None, 24),
        (None, "S", None),
        ("8", None, None),
    ]


def test_json_minutes_join_and_are_reported_by_their_path(tmp_path: Path) -> None:
    claims = table(tmp_path, "claims.csv", CLAIM_COLUMNS, [{"visit_id": "V1", "units": 2, "modifiers": "GP"}])
    visits = tmp_path / "visits.json"
    visits.write_text(
        '{"visits": [{"visit_id": "V1", "dos": "2026-03-04", "setting": "office", "ytd_pt_slp": 100,'
        ' "services": [{"code": "97530", "minutes": 24, "plan_of_care": true}]},'
        ' {"visit_id": "V2", "dos": "2026-03-04", "services": [{"code": "97530", "minutes": 24}]}]}'
    )
    for order in ([claims, visits], [visits, claims]):
        batch = intake.read(order)
        assert rows(batch, "visit_id", "minutes", "setting", "ytd_pt_slp_cents", "plan_of_care", "units") == [
            ("V1", 24, "office", 10000, True, 2.0)
        ]
        assert batch.unreadable.select("column", "message").rows() == [("visits[1].services[0]", UNMATCHED)]


def test_files_that_both_carry_minutes_are_not_joined(tmp_path: Path) -> None:
    one = table(tmp_path, "one.csv", MINUTE_COLUMNS, [{"visit_id": "V1", "minutes": 24, "units": 2}])
    two = table(tmp_path, "two.csv", MINUTE_COLUMNS, [{"visit_id": "V1", "minutes": 8, "units": 1}])
    batch = intake.read([one, two])
    assert (batch.services.height, batch.rows_merged, batch.notes) == (2, 0, ())


def test_joined_files_come_in_one_batch_before_the_others(tmp_path: Path) -> None:
    claims = table(tmp_path, "claims.csv", CLAIM_COLUMNS, [{"claim_id": f"C{n}", "units": 1} for n in range(50)])
    minutes = table(tmp_path, "minutes.csv", MINUTE_COLUMNS, [{"claim_id": f"C{n}", "minutes": 9} for n in range(50)])
    plain = tmp_path / "plain.csv"
    plain.write_text("visit_id,dos,code\nV1,2026-03-04,97530\n")
    parts = list(intake.batches([plain, claims, minutes], rows=10))
    assert [(part.services.height, part.rows_merged) for part in parts] == [(50, 50), (1, 0)]
    assert pl.concat(part.services["row"] for part in parts).n_unique() == 51


def test_an_837_and_minutes(tmp_path: Path) -> None:
    claims = tmp_path / "claims.837"
    line = "LX*{}~SV1*HC:{}:GP*60*UN*1***1~DTP*472*D8*20260304~"
    claims.write_text(
        "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260311*0930*^*00501*000000001*0*P*:~"
        "GS*HC*CLINIC*PAYER*20260311*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260311*0930*CH~"
        "HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~HL*2*1*22*0~SBR*P*18*******MB~NM1*IL*1*DOE*JANE****MI*M77~"
        "NM1*PR*2*MEDICARE*****PI*01112~"
        f"CLM*C1*120***11:B:1*Y*A*Y*Y~HI*ABK:M5450~{line.format(1, '97530')}{line.format(2, '97140')}"
        f"CLM*C2*60***11:B:1*Y*A*Y*Y~HI*ABK:M5450~{line.format(1, '97530')}"
        "SE*24*0001~GE*1*1~IEA*1*000000001~"
    )
    minutes = [{"claim_id": "C1", "minutes": 24}, {"claim_id": "C1", "code": "97110", "minutes": 5}]
    batch = intake.read([claims, table(tmp_path, "minutes.csv", MINUTE_COLUMNS, minutes)])
    columns = ("claim_seq", "code", "billed", "minutes", "carries_minutes", "billing_npi", "payer", "sequence")
    shared = ("1234567893", "MEDICARE", "P")
    assert rows(batch, *columns) == [
        (1, "97530", True, 24, True, *shared),
        (1, "97140", True, None, True, *shared),
        (2, "97530", True, None, False, *shared),
        (1, "97110", False, 5, True, *shared),
    ]


CODES = st.sampled_from(["97530", "97140"])
IDS = st.sampled_from(["1", "2"])
CLAIM = st.fixed_dictionaries(
    {
        "claim_id": IDS,
        "code": CODES,
        "modifiers": st.sampled_from(["GP", "GP CQ"]),
        "frequency": st.sampled_from(["", "7", "8"]),
    }
)
MINUTES = st.fixed_dictionaries(
    {
        "claim_id": st.sampled_from(["1", "2", "3"]),
        "code": CODES,
        "minutes": st.integers(1, 60),
        "by": st.sampled_from(["PT", "PTA"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(claims=st.lists(CLAIM, min_size=1, max_size=6), minutes=st.lists(MINUTES, min_size=1, max_size=6))
def test_minutes_are_neither_lost_nor_doubled(
    tmp_path_factory: pytest.TempPathFactory, claims: list[dict[str, Any]], minutes: list[dict[str, Any]]
) -> None:
    batch = joined(tmp_path_factory.mktemp("join"), claims, minutes)
    reported = set(batch.unreadable["line"])
    kept = [row for number, row in enumerate(minutes, 2) if number not in reported]
    assert batch.services["minutes"].sum() == sum(row["minutes"] for row in kept)
    for code in ("97530", "97140"):
        own = batch.services.filter(pl.col("code") == code)
        assert own["minutes"].sum() == sum(row["minutes"] for row in kept if row["code"] == code)
        by_assistant = own.filter(pl.col("by") == "PTA")["minutes"].sum()
        assert by_assistant == sum(row["minutes"] for row in kept if row["code"] == code and row["by"] == "PTA")
