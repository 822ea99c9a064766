"""``cleanclaim check``: exit codes, the JSON contract, what text shows, and how it ends when it cannot run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.cli.main import app
from cleanclaim.cli.render import print_report
from cleanclaim.engine.report import Report, empty_findings
from cleanclaim.rules import all_rules

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic-day"
RUNNER = CliRunner(env={"COLUMNS": "80"})

FINDING = ["rule", "name", "severity", "uncertain", "file", "place", "claim", "visit", "plan", "line", "dos", "payer"]
FINDING += ["clinician", "code", "message", "found", "expected", "fix", "needs", "who", "citations", "coverage"]
FINDING += ["cents", "cents_basis", "by_when", "by_when_unknown", "fingerprint"]
SUMMARY = ["lines", "services", "visits", "claims", "charge_cents", "findings", "unreadable", "by_rule"]
SUMMARY += ["unmapped_payers", "notes", "suppressed", "left_out"]

SERVICE = {"code": "97530", "units": 1, "minutes": 22, "by": "PT", "modifiers": ["GP"], "charge": 72.0}
VISIT = {"visit_id": "V1", "patient_id": "P1", "payer": "medicare", "dos": "2026-03-04", "setting": "office"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the folder in which the tests are started may be found."""
    monkeypatch.chdir(tmp_path)


def check(*arguments: str, given: bytes | None = None) -> Any:
    return RUNNER.invoke(app, ["check", *arguments], input=given, catch_exceptions=False)


def visits(*services: dict[str, Any], **fields: Any) -> str:
    """Write one visit to ``day.json`` and return its name; without services a clean one."""
    Path("day.json").write_text(json.dumps({"visits": [{**VISIT, **fields, "services": [*services] or [SERVICE]}]}))
    return "day.json"


def as_json(*arguments: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(check(*arguments, "--format", "json", "--as-of", "2026-03-20").stdout)
    return read


def test_a_clean_day_ends_with_0() -> None:
    done = check(visits(), "--as-of", "2026-03-05")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "Checked 1 claim line in 1 visit, $72.00 charged. No findings."
    assert done.stderr == ""


def test_findings_end_with_1_and_with_0_on_request() -> None:
    day = visits({**SERVICE, "units": 2})
    assert check(day, "--as-of", "2026-03-05").exit_code == 1
    assert check(day, "--as-of", "2026-03-05", "--exit-zero").exit_code == 0


def test_rows_that_cannot_be_read_end_with_1() -> None:
    done = check(visits(dos="02/30/2026"), "--as-of", "2026-03-05")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == [
        "Could not be read",
        "  day.json, visits[0].dos: '02/30/2026' is not a date such as 2026-03-04,",
    ]
    assert done.stdout.splitlines()[-1] == "No claim line to check."


def test_the_contract_of_json() -> None:
    for name in ("claims.837", "minutes.csv"):
        text = (EXAMPLE / name).read_text()
        Path(name).write_text(text + "V999,C999,P9,02/30/2026,97530,15,PT,,,,,\n" if name == "minutes.csv" else text)
    read = as_json("claims.837", "minutes.csv", "--config", str(EXAMPLE / "cleanclaim.toml"))
    rules = {rule.id: rule for rule in all_rules()}
    assert list(read) == ["findings", "suppressed", "not_checked", "unreadable", "summary", "versions"]
    assert len(read["findings"]) == read["summary"]["findings"]
    for finding in read["findings"]:
        assert list(finding) == FINDING
        assert finding["severity"] == rules[finding["rule"]].severity.value
        assert (finding["cents"] is None) == (finding["cents_basis"] is None)
        assert finding["cents_basis"] in ("charge", "national", "expected", None)
        assert finding["needs"] in ("nothing", "note", "clinician")
        assert finding["who"] in ("therapist", "biller", "credentialing", "front desk")
        assert [list(citation) for citation in finding["citations"]] == [["document", "section", "url"]] * len(
            rules[finding["rule"]].cite
        )
    assert {tuple(gap) for gap in read["not_checked"]} == {("rule", "reason", "missing", "count")}
    assert [list(place) for place in read["unreadable"]] == [["file", "line", "column", "segment", "message"]]
    assert read["unreadable"][0]["file"] == "minutes.csv"
    assert read["unreadable"][0]["column"] == "dos"
    assert read["unreadable"][0]["segment"] is None
    assert list(read["summary"]) == SUMMARY
    assert {tuple(row) for row in read["summary"]["by_rule"]} == {
        ("rule", "count", "priced_cents", "charged_cents", "name", "severity")
    }
    assert read["summary"]["unmapped_payers"] == [{"payer": "PRAIRIE MUTUAL", "rows": 1}]
    assert list(read["versions"]) == ["cleanclaim", "tables"]


def test_the_contract_of_json_lines() -> None:
    arguments = [str(EXAMPLE / "visits.json"), "--config", str(EXAMPLE / "cleanclaim.toml"), "--as-of", "2026-03-20"]
    whole = json.loads(check(*arguments, "--format", "json").stdout)
    done = check(*arguments, "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert lines == [
        *({"kind": "finding", **finding} for finding in whole["findings"]),
        *({"kind": "not_checked", **gap} for gap in whole["not_checked"]),
        {"kind": "summary", **whole["summary"]},
    ]


def test_text_and_json_tell_the_same_findings() -> None:
    arguments = [str(EXAMPLE / name) for name in ("claims.837", "minutes.csv")]
    arguments += ["--config", str(EXAMPLE / "cleanclaim.toml")]
    text = check(*arguments, "--as-of", "2026-03-20").stdout
    told = [line.split()[:2] for line in text.splitlines() if line[:2] == "  " and line[2:3].isalpha()]
    assert told == [[f["rule"], f["name"]] for f in as_json(*arguments)["findings"]]


def test_the_payer_of_rows_that_name_none() -> None:
    day = visits({**SERVICE, "units": 2}, payer=None)
    assert as_json(day)["summary"]["unmapped_payers"] == [{"payer": "(none named)", "rows": 1}]
    assert [f["rule"] for f in as_json(day)["findings"]] == []
    assert [f["rule"] for f in as_json(day, "--payer", "medicare")["findings"]] == ["U101"]


def test_the_configuration_here_is_found_and_another_one_when_named() -> None:
    day = visits({**SERVICE, "units": 2}, payer="Acme")
    Path("cleanclaim.toml").write_text('[payers.Acme]\npack = "medicare"\n')
    Path("other.toml").write_text('[payers.Acme]\npack = "commercial"\n')
    assert [f["rule"] for f in as_json(day)["findings"]] == ["U101"]
    assert [f["rule"] for f in as_json(day, "--config", "other.toml")["findings"]] == ["U102"]


def test_the_day_of_the_check_decides_what_is_in_the_future() -> None:
    day = visits()
    rules = [
        [f["rule"] for f in json.loads(check(day, "--format", "json", "--as-of", on).stdout)["findings"]]
        for on in ("2026-03-03", "2026-03-04")
    ]
    assert rules == [["I310"], []]


def test_other_headers() -> None:
    Path("extract.csv").write_text("visit_id,visit_date,cpt,unit_count,amount\nV1,2026-03-04,97530,1,72.00\n")
    assert as_json("extract.csv", "--mapping", "extract", "--payer", "medicare")["summary"]["charge_cents"] == 7200


def _files() -> None:
    Path("folder").mkdir()
    Path("empty.csv").touch()
    Path("program").write_bytes(b"\x7fELF\x02\x00\x00")
    Path("book.xlsx").write_bytes(b"PK\x03\x04...")
    Path("line.csv").write_text("x" * 10_000_000)
    Path("bad.json").write_text('{"visits": [\n  {"dos": }]}')
    Path("other.837").write_text("ISA*00*")
    Path("names.csv").write_text("name,day\nx,y\n")


COULD_NOT_RUN = [
    ("missing.csv", "unreadable_file", "missing.csv: no such file; check the path"),
    ("folder", "unreadable_file", "folder: no file in it that is read; name an 837, CSV, JSON or Excel file"),
    ("empty.csv", "unreadable_file", "empty.csv: the file is empty; export it again"),
    ("program", "unsupported_file", "program: this is not a text file; give a CSV, JSON or X12 file"),
    (
        "book.xlsx",
        "unreadable_file",
        "book.xlsx: the archive is damaged or cut off; export or pack it again",
    ),
    ("line.csv", "unreadable_file", "line.csv: line 1 is too long to be a header; is this a CSV file?"),
    ("bad.json", "unreadable_file", "bad.json: not JSON at line 2, column 11: Expecting value"),
]


@pytest.mark.parametrize(("name", "code", "message"), COULD_NOT_RUN, ids=[case[0] for case in COULD_NOT_RUN])
def test_a_file_that_cannot_be_checked(name: str, code: str, message: str) -> None:
    _files()
    text, data = check(name), check(name, "--format", "json")
    assert (text.exit_code, text.stdout, text.stderr) == (2, "", f"cleanclaim: {message}\n")
    assert (data.exit_code, data.stderr) == (2, "")
    assert json.loads(data.stdout) == {"error": {"code": code, "message": message, "field": None}}


@pytest.mark.parametrize("name", ["other.837", "names.csv"])
def test_a_file_that_is_not_what_it_seems(name: str) -> None:
    _files()
    done = check(name, "--format", "jsonl")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["code"] == "unreadable_file"
    assert json.loads(done.stdout)["error"]["message"].startswith(f"{name}: ")


def test_nothing_is_written_where_one_of_the_files_cannot_be_checked() -> None:
    day = visits({**SERVICE, "units": 2})
    Path("empty.837").write_text("ISA*00*")
    for other in ("missing.csv", "empty.837"):
        done = check(day, other)
        assert (done.exit_code, done.stdout) == (2, "")


NOT_MAPPED = (
    'payer "Nobody" is not mapped; write [payers."Nobody"] with pack = "..." in cleanclaim.toml; '
    "`cleanclaim payers` lists the packs"
)
OPTIONS = [
    (["--format", "xml"], "bad_input", "--format", "must be one of text, json, jsonl, html, csv, xlsx, sarif"),
    (["--as-of", "3/4/2026"], "bad_input", "--as-of", "write the day as YYYY-MM-DD, such as 2026-03-04"),
    (["--as-of", "2026-02-30"], "bad_input", "--as-of", "write the day as YYYY-MM-DD, such as 2026-03-04"),
    (
        ["--payer", "Nobody"],
        "unknown_payer",
        "payer",
        NOT_MAPPED,
    ),
    (
        ["--config", "none.toml"],
        "bad_config",
        None,
        "no such file; check the path of the configuration (none.toml)",
    ),
    (
        ["--mapping", "none"],
        "bad_config",
        "mapping",
        "no mapping file none and no shipped mapping of that name (extract)",
    ),
]


@pytest.mark.parametrize(("options", "code", "where", "message"), OPTIONS, ids=[" ".join(o[0]) for o in OPTIONS])
def test_an_option_that_cannot_be_used(options: list[str], code: str, where: str | None, message: str) -> None:
    day = visits()
    text = check(day, *options)
    shown = f"{where}: {message}" if where else message
    assert (text.exit_code, text.stdout, text.stderr) == (2, "", f"cleanclaim: {shown}\n")
    if options[0] != "--format":
        data = check(day, *options, "--format", "json")
        assert data.exit_code == 2
        assert json.loads(data.stdout) == {"error": {"code": code, "message": message, "field": where}}


@pytest.mark.parametrize(
    ("arguments", "message"), [([], "Missing argument"), (["day.json", "--bogus"], "No such option: --bogus")]
)
def test_a_command_line_that_cannot_be_parsed(arguments: list[str], message: str) -> None:
    done = check(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_ctrl_c_is_not_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr("cleanclaim.app.check", interrupted)
    done = check(visits())
    assert (done.exit_code, done.stdout) == (130, "")


def test_hostile_values_are_findings_or_places_not_crashes() -> None:
    rows = [
        "V1,2026-03-04,97530,1000000000,100,5",
        "x" * 10_000_000,
        "V2,02/30/2026,97530,1,100,5",
        "V3,2026-03-04,97530,1,100,-5",
        "V4,2026-03-04,ZZ,1,1e999,99999999999",
        "V5,2026-03-04,97530,nan,100,5",
    ]
    Path("day.csv").write_text("\n".join(["visit_id,dos,code,units,charge,minutes", *rows]))
    read = as_json("day.csv", "--payer", "medicare")
    assert [(place["line"], place["column"]) for place in read["unreadable"]] == [
        (3, None),
        (4, "dos"),
        (5, "minutes"),
        (6, "minutes"),
        (6, "charge"),
        (7, "units"),
    ]
    assert read["summary"]["services"] == 4
    assert {"M102", "I103"} <= {finding["rule"] for finding in read["findings"]}
    assert check("day.csv", "--payer", "medicare").exit_code == 1


def test_no_text_of_a_file_drives_the_terminal() -> None:
    hostile = "V1\x1b[31m\x1b]0;title\x07\u202e\r\n\x9b"
    day = visits({**SERVICE, "units": 2}, visit_id=hostile, payer=f"p{hostile}")
    done = check(day, "--as-of", "2026-03-05")
    assert {c for c in done.stdout if not c.isprintable()} == {"\n"}
    assert r"  1 row of payer pV1\x1b[31m\x1b]0;title\x07\u202e\r\n\x9b: it is not mapped" in done.stdout
    heading = check(visits({**SERVICE, "units": 2}, visit_id=hostile), "--as-of", "2026-03-05").stdout.splitlines()[0]
    assert heading == r"day.json  visit V1\x1b[31m\x1b]0;title\x07\u202e\r\n\x9b  2026-03-04  medicare"
    visits({**SERVICE, "units": 2}, visit_id=hostile, payer=f"p{hostile}")
    written = check(day, "--as-of", "2026-03-05", "--format", "json").stdout
    assert {c for c in written if ord(c) < 32} == {"\n"}
    assert json.loads(written)["summary"]["unmapped_payers"] == [{"payer": f"p{hostile}", "rows": 1}]


def test_an_encoding_that_is_not_utf_8_is_read_and_told() -> None:
    Path("day.csv").write_bytes("visit_id,dos,code,units,payer\nV1,2026-03-04,97530,1,Señor\n".encode("cp1252"))
    read = as_json("day.csv")
    assert read["summary"]["notes"][0] == "day.csv: not UTF-8; read as Windows-1252"
    assert read["summary"]["unmapped_payers"] == [{"payer": "Señor", "rows": 1}]


def test_standard_input_is_read() -> None:
    # the runner has no file behind its standard input; the program itself is run in test_cli_process.py
    shutil.copy(EXAMPLE / "visits.json", "day.json")
    assert check("-", "-", given=b"").exit_code == 2


@dataclass(frozen=True)
class Told(Report):
    """A report whose words are given, so that only their layout is tested."""

    findings: pl.DataFrame = field(default_factory=empty_findings)
    not_checked: pl.DataFrame = field(default_factory=pl.DataFrame)
    unreadable: pl.DataFrame = field(default_factory=UNREADABLE.empty)
    said: tuple[dict[str, Any], ...] = ()
    sums: tuple[dict[str, Any], ...] = ()
    open: tuple[dict[str, Any], ...] = ()
    unread_places: tuple[dict[str, Any], ...] = ()

    def messages(self) -> Iterator[dict[str, Any]]:
        return iter(self.said)

    def by_rule(self) -> list[dict[str, Any]]:
        return list(self.sums)

    def gaps(self) -> list[dict[str, Any]]:
        return list(self.open)

    def unread(self) -> list[dict[str, Any]]:
        return list(self.unread_places)


def _message(**fields: Any) -> dict[str, Any]:
    given = dict.fromkeys(FINDING) | {
        "rule": "U101",
        "name": "units-exceed-minutes",
        "severity": "compliance",
        "file": "day.csv",
        "place": "line 2",
        "visit": "V1",
        "dos": "2026-03-04",
        "payer": "medicare",
        "message": "Two units for one.",
        "fix": "Bill one",
        "who": "biller",
        "citations": [{"document": "Manual", "section": "sec. 1", "url": None}],
    }
    return given | fields


def _sum(rule: str, severity: str, name: str, count: int, priced: int, charged: int) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": severity,
        "name": name,
        "count": count,
        "priced_cents": priced,
        "charged_cents": charged,
    }


def _gap(rule: str, reason: str, count: int) -> dict[str, Any]:
    return {"rule": rule, "reason": reason, "missing": [], "count": count}


def _place(**fields: Any) -> dict[str, Any]:
    return {"file": "day.csv", "line": None, "column": None, "segment": None, "message": "not read", **fields}


def _lines(report: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", "80")
    print_report(report)
    return capsys.readouterr().out.splitlines()


COUNTS = {"lines": 2, "services": 2, "visits": 1, "claims": 1, "charge_cents": 123456}


def test_the_layout_of_a_report(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    report = Told(
        said=(
            _message(code="97530", cents=7200, cents_basis="charge", coverage="table of 2024-07-01"),
            _message(rule="D109", name="n" * 70, severity="underbilling", cents=2580, cents_basis="national"),
            _message(claim="C1", cents=2580, cents_basis="expected"),
            _message(claim="C1", file=None, visit=None, dos=None, payer=None),
        ),
        sums=(_sum("D109", "underbilling", "a-b", 1, 2580, 0), _sum("U101", "compliance", "c-d", 1234, 0, 7200)),
        open=(
            _gap("U101", "minutes are not recorded", 3),
            _gap("U101", "minutes are not recorded", 2),
            _gap("D108", "minutes are not recorded", 4),
            _gap("M102", "no table", 6),
            _gap("I203", "the NPI is not named", 1),
        ),
        unread_places=(
            _place(line=4, column="DOS"),
            _place(segment=12),
            _place(column="visits[1].dos", file="v.json"),
            _place(file=None),
        ),
        counts=COUNTS,
        unmapped=(("Acme", 2),),
        notes=("minutes: 2 rows joined",),
    )
    assert _lines(report, capsys, monkeypatch) == [
        "day.csv  visit V1  2026-03-04  medicare",
        "  U101 units-exceed-minutes  line 2  97530  $72.00 charged",
        "      Two units for one.",
        "      Fix (biller): Bill one",
        "      Manual, sec. 1; table of 2024-07-01",
        f"  D109 {'n' * 70}  line 2  $25.80 (national fee schedule)",
        "      Two units for one.",
        "      Fix (biller): Bill one",
        "      Manual, sec. 1",
        "",
        "day.csv  claim C1  2026-03-04  medicare",
        "  U101 units-exceed-minutes  line 2  $25.80 (fee schedule)",
        "      Two units for one.",
        "      Fix (biller): Bill one",
        "      Manual, sec. 1",
        "",
        "claim C1",
        "  U101 units-exceed-minutes  line 2",
        "      Two units for one.",
        "      Fix (biller): Bill one",
        "      Manual, sec. 1",
        "",
        "Could not be read",
        "  day.csv, line 4, DOS: not read",
        "  day.csv, segment 12: not read",
        "  v.json, visits[1].dos: not read",
        "  input: not read",
        "",
        "Checked 2 claim lines in 1 visit, $1,234.56 charged. 1,235 findings.",
        "Note: minutes: 2 rows joined",
        "",
        "rule  severity      findings  fee schedule  charged",
        "U101  compliance       1,234                 $72.00  c d",
        "D109  underbilling         1        $25.80           a b",
        "",
        "Not checked",
        "  2 rows of payer Acme: it is not mapped, so rules that depend on the payer were",
        "    not checked. Map it in cleanclaim.toml.",
        "  6 rows: no table (M102)",
        "  5 rows: minutes are not recorded (D108, U101)",
        "  1 row: the NPI is not named (I203)",
    ]


def test_a_report_without_anything(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _lines(Told(counts={**COUNTS, "visits": 3}), capsys, monkeypatch) == [
        "Checked 2 claim lines in 3 visits, $1,234.56 charged. No findings."
    ]


def test_many_places_are_cut_with_their_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Told(counts=COUNTS, unread_places=tuple(_place(line=n) for n in range(1250)))
    lines = _lines(report, capsys, monkeypatch)
    assert lines[50] == "  day.csv, line 49: not read"
    assert lines[51] == "  ... and 1,200 more; --format json lists them all"
