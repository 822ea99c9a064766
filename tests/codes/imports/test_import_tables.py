"""Official files of every kind: what they say is what is answered afterwards, for the days they are for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import official_files as files
import polars as pl
import pytest

import cleanclaim
from cleanclaim.codes import fees, hcpcs, icd10, ncci, tables
from cleanclaim.codes.imports import layers, merged, official, release, status
from cleanclaim.codes.imports import store as stored
from cleanclaim.codes.imports.bring import Outcome, bring

pytestmark = pytest.mark.usefixtures("store", "small")
TODAY = date(2026, 11, 24)
LAYOUTS = Path(__file__).parents[3].parent / "shared/data/layouts"


def take(folder: Path, name: str, content: str | bytes) -> Outcome:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
    return bring([path], today=TODAY)


def fact(code: str, day: date, *names: str) -> tuple[object, ...]:
    period = hcpcs.periods().number(pl.Series([day])).item()
    return hcpcs.code_periods().filter(code=code, period=period).select(names).row(0)


def force(one: str, two: str, day: date, setting: str = "practitioner") -> list[tuple[str, str, int, str | None]]:
    edits = ncci.pairs(one, two, day, setting)["edits"]
    return [(e["column_one"], e["column_two"], e["indicator"], e["effective"]) for e in edits if e["in_force"]]


def reach(kind: str, table: str = "") -> status.Reach:
    return next(row for row in status.reaches(TODAY) if (row.kind, row.table) == (kind, table))


def test_a_pair_table_is_in_force_only_when_its_four_files_are_there(tmp_path: Path, store: Path) -> None:
    zips = files.ptp_zips(tmp_path)
    before = force("97140", "97530", TODAY)
    first = bring(zips[:1], today=TODAY)
    title = "procedure-to-procedure edits, practitioner, 2026Q4"
    assert first.waiting == [f"{title}: 1 of 4 files; not in force until files 2, 3, 4 are imported"]
    assert first.changes == []
    assert reach("pairs", "practitioner").waiting == ("2026Q4: 1 of 4 files; missing 2, 3, 4",)
    assert reach("pairs", "practitioner").through == date(2024, 9, 30)
    assert force("97140", "97530", TODAY) == before == []
    bring(zips[2:], today=TODAY)
    assert reach("pairs", "practitioner").waiting == ("2026Q4: 3 of 4 files; missing 2",)
    last = bring(zips[1:2], today=TODAY)
    assert last.waiting == []
    assert force("97140", "97530", TODAY) == [("97530", "97140", 1, "2026-10-01")]
    assert reach("pairs", "practitioner").through == date(2026, 12, 31)
    assert reach("pairs", "practitioner").stale is False
    assert reach("pairs", "hospital").stale is True
    told = {c.subject: c.text for c in last.changes if c.therapy}
    assert told["97530/97140"] == "97530/97140: indicator 1 from 2026-10-01 (was not in force)"
    assert told["97530/97537"] == "97530/97537: not in force (was indicator 1)"
    assert {c.therapy for c in last.changes} == {True, False}
    assert (store / "manifest.json").is_file()


def test_a_whole_table_answers_for_every_day_of_its_rows(tmp_path: Path) -> None:
    bring(files.ptp_zips(tmp_path), today=TODAY)
    days = [date(2000, 6, 30), date(2000, 7, 1), date(2019, 12, 31), date(2020, 1, 1), date(2026, 9, 30)]
    assert [force("97140", "97530", day) for day in days] == [
        [],
        [("97140", "97530", 1, "2000-07-01")],
        [("97140", "97530", 1, "2000-07-01")],
        [],
        [],
    ]
    assert force("97530", "97116", date(1996, 1, 1)) == []
    assert ncci.complete_through("practitioner") == date(2026, 12, 31)
    assert ncci.complete_through("hospital") == date(2024, 9, 30)
    assert ncci.pairs("97110", "97530", TODAY, "practitioner")["note"] is None
    assert ncci.pairs("97110", "97530", date(2027, 1, 1), "practitioner")["note"] == (
        "pair table of 2026-10-01; whether an edit was added since is not known"
    )
    # codes that came after the shipped table are of the family that was taken
    assert "97007" in ncci.family("practitioner")
    assert "97007" not in ncci.family("hospital")
    assert "97007" not in ncci.family()
    rows = pl.DataFrame({"table": ["practitioner", "hospital"], "code": ["97007"] * 2, "code_right": ["11042"] * 2})
    assert rows.select(k=ncci.of_family())["k"].to_list() == [True, False]


def test_the_other_table_keeps_its_shipped_rows(tmp_path: Path) -> None:
    before = tables.shipped("ncci_pairs").filter(pl.col("table") == "hospital").height
    bring(files.ptp_zips(tmp_path), today=TODAY)
    held = tables.load("ncci_pairs")
    assert held.filter(pl.col("table") == "hospital").height == before
    assert held.filter(pl.col("table") == "practitioner").height == 10
    assert force("97150", "97530", TODAY, "hospital") == [("97150", "97530", 1, None)]


def test_an_older_whole_table_leaves_the_shipped_one_in_force_until_it_is_chosen(tmp_path: Path) -> None:
    older = tuple(tuple(row for row in part if row[2] < "2024") for part in files.PARTS)
    bring(files.ptp_zips(tmp_path, "v300r0", parts=older), today=TODAY)
    assert force("97530", "97537", TODAY) == [("97530", "97537", 1, None)]
    with tables.under("2024Q1"):
        assert force("97530", "97537", TODAY) == []
        assert force("97530", "97750", TODAY) == [("97530", "97750", 1, "2020-10-01")]
    assert force("97530", "97537", TODAY) == [("97530", "97537", 1, None)]


def test_a_revision_counts_when_it_is_whole(tmp_path: Path) -> None:
    bring(files.ptp_zips(tmp_path), today=TODAY)
    revised = tuple(tuple((*row[:4], "0" if row[4] == "1" else row[4]) for row in part) for part in files.PARTS)
    zips = files.ptp_zips(tmp_path, "v323r1", parts=revised)
    bring(zips[:3], today=TODAY)
    assert force("97140", "97530", TODAY)[0][2] == 1
    bring(zips[3:], today=TODAY)
    assert force("97140", "97530", TODAY)[0][2] == 0


def test_pair_edits_as_a_workbook_are_the_same(tmp_path: Path) -> None:
    rows = [["CPT only copyright"], ["Column1/Column2 Edits"]]
    rows += [line.split("\t") for line in files.PTP_HEADING.split("\n")[2:6]]
    paths = []
    for number, part in enumerate(files.PARTS, 1):
        cells = [[a, b, "", int(start), end, int(i), "own"] for a, b, start, end, i in part]
        path = tmp_path / f"ccipra-v323r0-f{number}.xlsx"
        path.write_bytes(files.workbook([*rows, *cells]))
        paths.append(path)
    bring(paths, today=TODAY)
    assert force("97140", "97530", TODAY) == [("97530", "97140", 1, "2026-10-01")]


def test_unit_maximums_hold_for_their_quarter_and_say_their_age_elsewhere(tmp_path: Path) -> None:
    fourth = take(tmp_path, "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", files.mue([("97110", 8, 3)]))
    assert fourth.changes[0].text == "97110: 8 units, indicator 3 from 2026-10-01 (was 6 units, indicator 3)"
    take(tmp_path, "MCR_MUE_PractitionerServices_Eff_04-01-2025.csv", files.mue([("97110", 5, 2), ("97530", 4, 3)]))
    names = ("mue_units_practitioner", "mue_mai_practitioner", "mue_age_practitioner")
    days = [
        date(2024, 8, 1),
        date(2025, 4, 1),
        date(2025, 6, 30),
        date(2025, 7, 1),
        date(2026, 10, 1),
        date(2027, 1, 1),
    ]
    assert [fact("97110", day, *names) for day in days] == [
        (6, 3, None),
        (5, 2, None),
        (5, 2, None),
        (5, 2, "table of 2025-04-01"),
        (8, 3, None),
        (8, 3, "table of 2026-10-01"),
    ]
    # the whole table of the quarter has no maximum for the code: none is taken from an older one
    assert fact("97530", TODAY, *names) == (None, None, None)
    assert fact("97530", TODAY, "mue_units_hospital") == (6,)


@pytest.mark.parametrize(
    ("services", "name", "table"),
    [
        ("Outpatient Hospital", "renamed_2026q4.csv", "hospital"),
        ("Practitioner", "MCR_MUE_x_Eff_10-01-2026.csv", "practitioner"),
    ],
)
def test_which_maximum_table_it_is_stands_in_its_heading(services: str, name: str, table: str, tmp_path: Path) -> None:
    outcome = take(tmp_path, name, files.mue([("97110", 3, 3)], services))
    assert [(entry.kind, entry.table, entry.release) for entry in outcome.imported] == [("maximums", table, "2026Q4")]
    assert fact("97110", TODAY, f"mue_units_{table}") == (3,)


def test_medicaid_maximums_have_no_indicator(tmp_path: Path) -> None:
    text = files.mue([("97110", 7, 3)]).decode("cp1252")
    text = text.replace("MUE Adjudication Indicator,", "").replace(",3 Date of Service Edit: Clinical", "")
    take(tmp_path, "medicaid-ncci-q4-2026-mue-edits-practitioner-services.csv", text)
    assert fact("97110", TODAY, "mue_units_medicaid", "mue_mai_medicaid", "mue_age_medicaid") == (7, None, None)


def test_maximums_as_a_workbook(tmp_path: Path) -> None:
    heading = ["HCPCS/\nCPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]
    rows = [
        ["Notice, copyright\nand more"],
        heading,
        [97110, 9, "3 Date of Service Edit: Clinical", "own"],
        [100, 1, "2", ""],
    ]
    take(tmp_path, "MCR_MUE_PractitionerServices_Eff_10-01-2026.xlsx", files.workbook(rows))
    assert fact("97110", TODAY, "mue_units_practitioner") == (9,)
    entry = stored.manifest().entries[0]
    assert stored.read(entry)["code"].to_list() == ["00100", "97110"]


FEE_ROWS = [
    ("97530", "", "A", 0.44, 0.60, 0.01, "5"),
    ("97010", "", "B", 0.06, 0.11, 0.01, "9"),
    ("97799", "", "C", 0.0, 0.0, 0.0, "0"),
    ("92537", "26", "A", 0.60, 0.20, 0.02, "0"),
    ("92537", "TC", "A", 0.00, 0.20, 0.01, "0"),
]
FEE = ("fee_status", "mult_proc", "work_rvu", "pe_rvu", "fee_age")


def test_relative_values_of_2026_have_32_columns_and_serve_their_quarter(tmp_path: Path) -> None:
    outcome = take(tmp_path, "PPRRVU2026_Oct_nonQPP.csv", files.pprrvu(2026, "October", FEE_ROWS))
    assert outcome.imported[0].release == "2026Q4"
    assert fact("97530", TODAY, *FEE, "national_fee_cents") == ("A", True, 0.44, 0.60, None, None)
    assert fact("97010", TODAY, *FEE) == ("B", False, 0.06, 0.11, None)
    assert fact("97799", TODAY, *FEE) == ("C", False, None, None, None)
    # component rows are other services
    assert fact("92537", TODAY, "work_rvu") == (None,)
    # the rest of the year has the release with its age, later years its status and indicator alone
    assert fact("97530", date(2026, 3, 4), *FEE) == ("A", True, 0.44, 0.60, "relative value file RVU26D")
    assert fact("97530", date(2027, 2, 1), *FEE) == ("A", True, None, None, "status and indicator of RVU26D")
    # a release in hand of the day stands, whatever else was imported
    assert fact("97530", date(2024, 8, 1), *FEE) == ("A", True, 0.44, 0.65, None)
    assert fact("97530", date(2025, 8, 1), *FEE)[4].startswith("relative values of the October 2025")  # type: ignore[attr-defined]
    price = cleanclaim.price(
        {"payer": "medicare", "dos": "2026-11-24", "discipline": "GP", "services": [{"code": "97530", "units": 1}]}
    )
    assert price["allowed_cents"] == 3507


def test_relative_values_to_2025_have_31_columns(tmp_path: Path) -> None:
    take(tmp_path, "PPRRVU2025_Apr.csv", files.pprrvu(2025, "April", FEE_ROWS))
    assert fact("97530", date(2025, 5, 1), *FEE) == ("A", True, 0.44, 0.60, None)
    assert fact("97530", date(2025, 11, 1), *FEE) == ("A", True, 0.44, 0.60, "relative value file RVU25B")
    # in 2026 the shipped status of July 2026 is newer than the imported one
    assert fact("97530", date(2026, 8, 1), "fee_status", "national_fee_cents") == ("A", 3507)


@pytest.mark.parametrize(("first", "name"), [(date(2026, 1, 1), "RVU26A"), (date(2024, 7, 1), "RVU24C")])
def test_relative_value_files_have_a_letter_a_quarter(first: date, name: str) -> None:
    assert layers.fee_release(first) == name


def test_indices_get_their_zeros_back_and_serve_their_year(tmp_path: Path) -> None:
    rows = [("2102", "AK", "1", "ALASKA*", 1.5, 1.1, 0.6), ("01112", "CA", "05", "SOME PLACE**", 1.09, 1.4, 0.4)]
    take(tmp_path, "GPCI2025.csv", files.gpci(2025, rows, stars=""))
    assert fees.localities(date(2025, 7, 1)).rows() == [
        ("01112", "05", "CA", "SOME PLACE", 1.09, 1.4, 0.4),
        ("02102", "01", "AK", "ALASKA", 1.5, 1.1, 0.6),
    ]
    assert fees.localities(date(2026, 7, 1)).height == 109
    assert fees.localities(date(2024, 7, 1)).height == 109


def test_add_on_codes_join_the_catalogue(tmp_path: Path) -> None:
    rows = [
        ("97546", "97545", 1, "2013001", ""),
        ("97551", "97550", 1, "2024001", ""),
        ("97551", "97799", 1, "2020001", "2021365"),
        ("97598", "11042", 1, "2013001", "0000000"),
        ("97130", "CCCCC", 3, "2020001", ""),
    ]
    outcome = take(tmp_path, "AOC_V2026Q4_01-MCR.txt", files.aoc(rows))
    assert [change.text for change in outcome.changes] == ["97598: add-on to 97597 11042 (was add-on to 97597)"]
    listed = dict(hcpcs.catalogue().select("code", "base_codes").rows())
    assert (listed["97598"], listed["97546"], listed["97551"], listed["97130"]) == (
        "97597 11042",
        "97545",
        "97550",
        "97129",
    )
    assert fact("97598", TODAY, "base_codes", "family") == ("97597 11042", "97597")


def test_diagnoses_are_of_the_release_of_the_day(tmp_path: Path) -> None:
    take(tmp_path, "icd10cm_order_2027.txt", files.icd10([("M54", 0), ("M545", 0), ("M5450", 1), ("M5499", 1)]))
    found = [icd10.lookup(pl.Series(["M54.50", "M54.51", "M54.99"]), place)["known"].to_list() for place in (0, 1)]
    assert found == [[True, True, False], [True, False, True]]
    days = pl.DataFrame({"d": [date(2026, 9, 30), date(2026, 10, 1), date(2027, 10, 1), date(2025, 9, 30)]})
    assert days.select(icd10.covered(pl.col("d")), of=icd10.release_of(pl.col("d"))).rows() == [
        (True, 0),
        (True, 1),
        (False, 1),
        (False, 0),
    ]


def _visit(day: str, diagnoses: list[str]) -> dict[str, object]:
    service = {"code": "97530", "minutes": 30, "units": 2, "modifiers": "GP"}
    return {"visits": [{"visit_id": "V1", "patient_id": "P1", "payer": "medicare", "dos": day, "discipline": "GP",
                        "diagnoses": diagnoses, "services": [service]}]}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "diagnosis", "found"),
    [
        ("2026-09-30", "M54.51", False),
        ("2026-10-01", "M54.51", True),
        ("2026-09-30", "M54.99", True),
        ("2026-10-01", "M54.99", False),
    ],
)
def test_a_check_uses_the_diagnoses_of_the_day(day: str, diagnosis: str, found: bool, tmp_path: Path) -> None:
    take(tmp_path, "icd10cm_order_2027.txt", files.icd10([("M54", 0), ("M5450", 1), ("M5499", 1)]))
    report = cleanclaim.check(_visit(day, [diagnosis]), as_of=TODAY)
    assert ("I105" in {m["rule"] for m in report.messages()}) is found


def test_an_archive_of_several_files_takes_the_ones_that_are_read(tmp_path: Path) -> None:
    values = files.pprrvu(2026, "October", FEE_ROWS)
    path = files.zipped(
        tmp_path / "rvu26d.zip",
        {
            "PPRRVU2026_Oct_nonQPP.csv": values,
            "PPRRVU2026_Oct_nonQPP.txt": "2026 National Physician Fee Schedule Relative Value File, fixed columns",
            "PPRRVU2026_Oct_QPP.csv": values,
            "GPCI2026.csv": files.gpci(2026, [("02102", "AK", "01", "ALASKA", 1.5, 1.1, 0.6)]),
            "26LOCCO.csv": "Counties,of,localities\n1,2,3\n",
            "RVU26D.pdf": b"%PDF-1.7",
        },
    )
    outcome = bring([path], today=TODAY)
    assert sorted((entry.kind, entry.release) for entry in outcome.imported) == [
        ("fees", "2026Q4"),
        ("indices", "2026"),
    ]
    assert len(outcome.unused) == 4


def test_a_file_in_hand_is_not_taken_again(tmp_path: Path, store: Path) -> None:
    zips = files.ptp_zips(tmp_path)
    bring(zips, today=TODAY)
    before = files.tree(store)
    again = bring([*zips, zips[0]], today=TODAY)
    assert (again.imported, again.changes, len(again.already)) == ([], [], 4)
    assert files.tree(store) == before


def test_what_was_replaced_is_removed_one_import_later(tmp_path: Path, store: Path) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
    for units in (2, 3, 4):
        take(tmp_path, name, files.mue([("97110", units, 3)]))
    assert fact("97110", TODAY, "mue_units_practitioner") == (4,)
    assert len(list(store.glob("releases/*/*.parquet"))) == 2
    assert len(list(store.glob("merged/*"))) == 2


def test_no_description_is_kept(tmp_path: Path, store: Path) -> None:
    take(tmp_path, "PPRRVU2026_Oct_nonQPP.csv", files.pprrvu(2026, "October", FEE_ROWS))
    take(tmp_path, "icd10cm_order_2027.txt", files.icd10([("M54", 0), ("M5450", 1)]))
    bring(files.ptp_zips(tmp_path), today=TODAY)
    for path in store.rglob("*.parquet"):
        texts = pl.read_parquet(path).select(pl.col(pl.String))
        words = (
            texts.select(pl.all().str.contains("(?i)own words|descriptor|short words").any()) if texts.width else texts
        )
        assert True not in (words.row(0) if words.height else ())


def test_renamed_files_are_told_by_options(tmp_path: Path) -> None:
    path = tmp_path / "download.txt"
    path.write_text(files.ptp(files.PARTS[0]), newline="")
    given = official.Named(release="2026-q4", table="hospital", part=1)
    assert [(e.table, e.release, e.part) for e in bring([path], given=given, parts=1, today=TODAY).imported] == [
        ("hospital", "2026Q4", 1)
    ]
    assert force("92507", "97530", TODAY, "hospital") == []


def test_the_merged_tables_are_made_anew_after_an_update(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(files.ptp_zips(tmp_path), today=TODAY)
    monkeypatch.setattr(merged, "VERSION", merged.VERSION + 1)
    tables.forget()
    assert force("97140", "97530", TODAY) == [("97530", "97140", 1, "2026-10-01")]
    old = stored.manifest().merged
    merged.refresh()
    assert stored.manifest().merged != old
    tables.forget()
    assert force("97140", "97530", TODAY) == [("97530", "97140", 1, "2026-10-01")]


def test_the_sources_say_what_was_imported(tmp_path: Path) -> None:
    bring(files.ptp_zips(tmp_path), today=TODAY)
    source = tables.source("ncci_pairs")
    assert source.release.startswith("imported: practitioner 2026Q4; shipped: 2024-07-01")
    assert (source.last_day, source.rows) == (date(2026, 12, 31), tables.load("ncci_pairs").height)
    with tables.under("shipped"):
        assert tables.source("ncci_pairs").last_day == date(2024, 9, 30)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("FY2027", date(2026, 10, 1), date(2027, 9, 30)),
    ],
)
def test_days_of_a_release(label: str, first: date, last: date) -> None:
    span = release.span(release.normal(label))
    assert (span.first, span.last) == (first, last)


@pytest.mark.skipif(not LAYOUTS.is_dir(), reason="the samples of the published layouts are not here")
@pytest.mark.parametrize(
    ("name", "kind", "label", "rows"),
    [
        ("GPCI2022.full.csv", "indices", "2022", 112),
        ("GPCI2026.full.csv", "indices", "2026", 109),
        ("MCR_MUE_PractitionerServices_Eff_07-01-2026.sample.csv", "maximums", "2026Q3", None),
        ("PPRRVU2026_Jul_nonQPP.sample.csv", "fees", "2026Q3", None),
        ("PPRRVU22_JAN.sample.csv", "fees", "2022Q1", None),
        ("ccipra-v322r0-f1.sample.txt", "pairs", "2026Q3", None),
        ("icd10cm_order_2026.sample.txt", "diagnoses", "FY2026", 13),
    ],
)
def test_samples_of_the_published_layouts(name: str, kind: str, label: str, rows: int | None) -> None:
    (entry,) = bring([LAYOUTS / name], today=TODAY).imported
    assert (entry.kind, entry.release) == (kind, label)
    assert entry.published == (rows if rows is not None else entry.published)
