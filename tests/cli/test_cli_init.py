"""``cleanclaim init``: from files with headers of their own to a configuration with which `check` alone runs."""

from __future__ import annotations

import json
import shutil
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanclaim.beginnings.headers import Headers
from cleanclaim.beginnings.payer_names import pack_for
from cleanclaim.beginnings.survey import Counts, Survey
from cleanclaim.beginnings.written import written
from cleanclaim.cli.main import app
from cleanclaim.config import Config
from tests.effort import times

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic-day"
RUNNER = CliRunner(env={"COLUMNS": "80"})
PAYERS = ("MEDICARE PART B", "Medicare", "BCBS of Michigan", "Aetna Medicare PPO", "Prairie Mutual", "Self Pay")
SECRETS = ("Zedvik", "555-0101", "01/02/1950", "W123456789")
LINES = [  # account, day, code, units, minutes, payer
    (f"A{n % 4}", date(2026, 3, 2) + timedelta(n % 3), code, 1 + n % 2, 15 + 15 * (n % 2), PAYERS[n % len(PAYERS)])
    for n, code in enumerate(["97530", "97110", "97140", "97112"] * 6)
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Any:
    return RUNNER.invoke(app, list(arguments), catch_exceptions=False)


def report(*files: str) -> dict[str, Any]:
    """Check the files with no further option, and return the report."""
    done = run("check", *files, "--as-of", "2026-03-20", "--format", "json")
    assert done.exit_code in (0, 1), done.stdout
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def clinic_export() -> str:
    header = "Patient Name,Pt Acct,DOB,Phone,Member ID,DOS,Therapist,CPT Code,CPT Desc,Mod 1,Mod 2,Units,Tx Min,"
    rows = [header + "Total Treatment Min,ICD-10 1,ICD-10 2,Primary Ins,Billed Amt,Balance"]
    rows += [
        f'"Zedvik, Pat",{account},01/02/1950,555-0101,W123456789,{day:%m/%d/%Y},"Roe, Jan PT, DPT",{code},words,GP,,'
        f'{units},{minutes},45,M54.50,R26.2,{payer},"$1,0{units}0.00",0.00'
        for account, day, code, units, minutes, payer in LINES
    ]
    Path("clinic.csv").write_text("\n".join(rows) + "\n")
    return "clinic.csv"


def hospital_extract() -> str:
    rows = [
        "MRN;ADM DT;SVC DT;POST DT;CDM;HCPCS;MOD;MOD;REV CD;QTY;CHG AMT;FIN CLASS;RENDERING NPI;FACILITY NPI;TOB;DX1"
    ]
    rows += [
        f"{account};02/01/26;{day:%m/%d/%y};03/15/26;420{n};{code};GP;KX;420;{units};72.00;{payer};1245319599;"
        "1234567893;131;M5450"
        for n, (account, day, code, units, _, payer) in enumerate(LINES)
    ]
    Path("hospital.txt").write_text("\r\n".join(rows) + "\r\n")
    return "hospital.txt"


def excel_csv() -> str:
    rows = ["Charge Detail,,,,,,,", "", "Acct No,Date,Proc,Modifiers,Qty,Dur,Ins Name,Fee"]
    rows += [
        f"{account},{day.month}/{day.day}/{day:%y},{code},GP+59,{units},{minutes},{payer},$ 72.00"
        for account, day, code, units, minutes, payer in LINES
    ]
    Path("excel.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    return "excel.csv"


def workbook() -> str:
    book = xlsxwriter.Workbook("march.xlsx")
    book.add_worksheet("Info").write("A1", "Practice report")
    sheet = book.add_worksheet("Charges")
    sheet.merge_range("A1:H1", "Charges of March 2026")
    sheet.write_row("A3", ["Chart #", "Visit Dt", "Procedure", "M1", "# Units", "Mins", "Payor", "Charges"])
    day_format = book.add_format({"num_format": "m/d/yy"})
    for n, (account, day, code, units, minutes, payer) in enumerate(LINES, 3):
        sheet.write_row(n, 0, [account, None, int(code), "GP", units, minutes, payer, 72])
        sheet.write_datetime(n, 1, day, day_format)
    book.close()
    return "march.xlsx"


@pytest.mark.parametrize("extract", [clinic_export, hospital_extract, excel_csv, workbook])
def test_odd_headers_reach_a_report_by_init_and_check_alone(extract: Any) -> None:
    name = extract()
    done = run("init", name)
    assert done.exit_code == 0
    assert f"Next: cleanclaim check {name}" in done.stdout
    read = report(name)
    assert read["unreadable"] == []
    assert read["summary"]["lines"] == len(LINES)
    assert sorted(payer["payer"] for payer in read["summary"]["unmapped_payers"]) == ["Prairie Mutual"]


def test_what_is_written_of_a_clinics_export() -> None:
    done = run("init", clinic_export())
    text = Path("cleanclaim.toml").read_text()
    written = tomllib.loads(text)
    assert written["mapping"]["columns"] == {
        "patient_id": "Pt Acct",
        "payer": "Primary Ins",
        "code": "CPT Code",
        "modifier_1": "Mod 1",
        "modifier_2": "Mod 2",
        "minutes": "Tx Min",
        "charge": "Billed Amt",
        "diagnosis_1": "ICD-10 1",
        "diagnosis_2": "ICD-10 2",
        "rendering_npi": "Therapist",
    }
    assert written["payers"] == {
        "MEDICARE PART B": {"pack": "medicare", "names": ["Medicare"]},
        "BCBS of Michigan": {"pack": "bcbs-michigan"},
        "Aetna Medicare PPO": {"pack": "medicare-advantage"},
        "Self Pay": {"pack": "self-pay"},
    }
    assert written["clinicians"] == {"Roe, Jan PT, DPT": {"credential": "PT"}}
    assert '# [payers."Prairie Mutual"]             # 4 rows\n# pack = "commercial"' in text
    assert [secret for secret in SECRETS if secret in text + done.stdout] == []
    assert [account for account in ("A0", "A1", "A2", "A3") if f'"{account}"' in text] == []


def test_a_hospitals_extract_is_told_apart() -> None:
    run("init", hospital_extract())
    written = tomllib.loads(Path("cleanclaim.toml").read_text())
    assert written["mapping"]["values"] == {"dates": {"format": "%m/%d/%y"}}
    assert written["sites"] == {"main": {"setting": "outpatient_hospital", "npi": "1234567893"}}
    assert written["clinicians"] == {"1245319599": {}}


def test_several_files_have_one_mapping() -> None:
    names = [excel_csv(), hospital_extract(), workbook()]
    run("init", *names)
    columns = tomllib.loads(Path("cleanclaim.toml").read_text())["mapping"]["columns"]
    assert columns["code"] == ["Proc", "HCPCS", "Procedure"]
    # the extract without minutes takes those of the others, and the same minutes in two files are counted once
    read = report(*names)
    assert read["summary"]["lines"] == len(LINES)
    assert {row["message"] for row in read["unreadable"]} == {
        "the same minutes again; counted once, the row is left out"
    }


def test_files_of_ours_need_no_mapping() -> None:
    for name in ("claims.837", "minutes.csv"):
        shutil.copy(EXAMPLE / name, name)
    done = run("init")
    written = tomllib.loads(Path("cleanclaim.toml").read_text())
    assert "mapping" not in written
    assert written["payers"]["MEDICARE PART B"] == {"pack": "medicare"}
    assert written["sites"]["main"] == {"setting": "office", "npi": "2000000010"}
    assert "Next: cleanclaim check claims.837 minutes.csv\n" in done.stdout
    assert report(".")["summary"]["lines"] == 71


def test_a_configuration_is_not_written_over_without_force() -> None:
    name = excel_csv()
    Path("cleanclaim.toml").write_text("# mine\n")
    done = run("init", name)
    assert (done.exit_code, done.stderr) == (
        2,
        (
            "cleanclaim: cleanclaim.toml is there already and is not written over; --force replaces it, --output names"
            " another file\n"
        ),
    )
    assert Path("cleanclaim.toml").read_text() == "# mine\n"
    assert run("init", name, "--force").exit_code == 0
    assert "[mapping.columns]" in Path("cleanclaim.toml").read_text()
    assert "cleanclaim check excel.csv --config other.toml" in run("init", name, "--output", "other.toml").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["absent.csv"], "absent.csv: no such file; check the path"),
        ([], ".: no file in it that is read; name an 837, CSV, JSON or Excel file"),
        (["--output", "-"], "--output: name a file"),
        ([""], "an empty path; name a file or a folder"),
    ],
)
def test_init_that_cannot_run_writes_nothing(arguments: list[str], says: str) -> None:
    done = run("init", *arguments)
    assert (done.exit_code, done.stderr) == (2, f"cleanclaim: {says}\n")
    assert list(Path().iterdir()) == []


def test_files_without_anything_of_ours_leave_no_configuration() -> None:
    Path("people.csv").write_text("Name,Phone\nA,B\n")
    done = run("init")
    assert (done.exit_code, done.stderr) == (
        2,
        (
            "cleanclaim: no service lines found (people.csv): rows need a procedure code, a date and the number of a"
            " patient, visit or claim, under a line of headers; nothing was written\n"
        ),
    )
    assert not Path("cleanclaim.toml").exists()


def test_an_extract_as_a_spreadsheet_prints_it() -> None:
    """Titles, minutes as hours and minutes, a header again for a second page, a blank row and a row of totals."""
    header = "Pt Acct #;Svc Dt;CPT/HCPC;Mods;Tx Mins;Qty;Ins;Chg"
    rows = [f"A{n};3/{n + 1}/2026;97530;GP;0:23;2;Wrk Comp - Acme;$1,200.00" for n in range(6)]
    lines = ["Charges;;;;;;;", "", header, *rows[:4], ";;;;;;;", header, *rows[4:], "Total;;;;;12;;$7,200.00"]
    Path("march.csv").write_text("\n".join(line.replace("Total;", ";") for line in lines) + "\n")
    done = run("init")
    assert "  Tx Mins      minutes     one-on-one minutes of the code" in done.stdout
    assert '# [payers."Wrk Comp - Acme"]            # 6 rows' in Path("cleanclaim.toml").read_text()
    assert "choose: wc-california, wc-new-york, wc-texas" in Path("cleanclaim.toml").read_text()
    read = report("march.csv")
    assert (read["summary"]["lines"], read["summary"]["charge_cents"]) == (6, 720_000)
    assert [row["line"] for row in read["unreadable"]] == [12]
    assert "march.csv: the header is repeated in line 9; skipped" in read["summary"]["notes"]


def test_nobody_is_asked_for_the_pack_of_those_who_pay_themselves() -> None:
    Path("a.csv").write_text("Acct,DOS,CPT,Ins\n" + "7,2026-03-04,97530,Self Pay\n" * 3)
    assert "choose one" not in run("init", "a.csv").stdout


def test_a_file_with_a_question_is_told_and_waits() -> None:
    Path("a.csv").write_text("Acct,D1,D2,CPT\n" + "7,2026-03-04,2026-03-05,97530\n" * 3)
    done = run("init", "a.csv")
    assert "a.csv cannot be checked yet: no column was found for dos." in done.stdout
    text = Path("cleanclaim.toml").read_text()
    assert '# dos = "D1"' in text
    Path("cleanclaim.toml").write_text(text.replace('# dos = "D1"', 'dos = "D1"'))
    assert report("a.csv")["summary"]["services"] == 3


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("MEDICARE", "medicare"),
        ("Medicare of Illinois", "medicare"),
        ("Medicare Advantage", "medicare-advantage"),
        ("Humana Gold Plus Medicare", "medicare-advantage"),
        ("AARP Medicare Complete", "uhc-medicare-advantage"),
        ("AARP Medicare Supplement", None),
        ("UNITED HEALTHCARE", "uhc-commercial"),
        ("Aetna PPO", "aetna"),
        ("BCBS IL PPO", "bcbs-illinois"),
        ("Blue Cross of Idaho", None),
        ("Texas Workers Comp", "wc-texas"),
        ("Workers Compensation", None),
        ("State Medicaid", "medicaid"),
        ("TX Medicaid", "medicaid-texas"),
        ("TRICARE East Region", "tricare"),
        ("VA CCN Optum", "va-community-care"),
        ("Self-Pay", "self-pay"),
        ("Nevada Mutual", None),
    ],
)
def test_the_pack_that_a_name_speaks_of(name: str, pack: str | None) -> None:
    assert pack_for(name).pack == pack


NAMES = st.text(min_size=1, max_size=30).filter(lambda name: name.strip() != "")


@settings(max_examples=times(150), deadline=None)
@given(payers=st.lists(NAMES, max_size=5), people=st.lists(NAMES, max_size=5), sites=st.lists(NAMES, max_size=3))
def test_whatever_the_names_the_configuration_can_be_read(
    payers: list[str], people: list[str], sites: list[str]
) -> None:
    survey = Survey(
        payers={name.strip(): Counts(1) for name in payers},
        sites={name: Counts(2) for name in sites},
        clinicians={name.strip(): Counts(3) for name in people},
        rows=9,
    )
    Config.parse(written(Headers(), survey, [], []))
