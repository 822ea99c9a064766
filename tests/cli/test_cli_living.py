"""``check`` as an office lives with it: selection, suppressions, baselines, comparisons, statistics, groups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app

RUNNER = CliRunner(env={"COLUMNS": "80"})
CONFIG = '[payers.medicare]\npack = "medicare"\n'
SUPPRESSION = '[[suppressions]]\nrule = "U101"\nvisit = "V1"\nreason = "note amended"\nexpires = 2026-12-31\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a folder of its own, with three visits that break U101 (compliance)."""
    monkeypatch.chdir(tmp_path)
    service = {"code": "97530", "units": 2, "minutes": 22, "by": "PT", "modifiers": ["GP"], "charge": 144.0}
    visit = {"payer": "medicare", "dos": "2026-03-04", "setting": "office", "services": [service]}
    days = [{**visit, "visit_id": f"V{i}", "patient_id": f"P{i}"} for i in range(3)]
    Path("day.json").write_text(json.dumps({"visits": days}))
    Path("cleanclaim.toml").write_text(CONFIG)


def run(*arguments: str) -> Any:
    return RUNNER.invoke(app, arguments, catch_exceptions=False)


def check(*arguments: str) -> Any:
    return run("check", "day.json", "--as-of", "2026-03-20", *arguments)


def as_json(*arguments: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(check(*arguments, "--format", "json").stdout)
    return read


def visits(read: dict[str, Any]) -> list[str]:
    return [finding["visit"] for finding in read["findings"]]


def test_selection_on_the_command_line() -> None:
    assert visits(as_json("--select", "D,P101")) == []
    assert visits(as_json("--select", "D", "--select", "U")) == ["V0", "V1", "V2"]
    assert visits(as_json("--ignore", "units-exceed-minutes")) == []
    assert as_json("--ignore", "U101")["summary"]["left_out"]["rules_not_asked"] == ["U101"]
    done = check("--ignore", "U101")
    assert done.exit_code == 0
    assert "Note: 1 rule not asked: U101" in done.stdout.splitlines()


def test_severity_on_the_command_line() -> None:
    done = check("--severity", "denial")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:2] == [
        "Checked 3 claim lines in 3 visits, $432.00 charged. No findings.",
        "Note: 3 findings less grave than denial left out",
    ]
    assert check("--severity", "compliance").exit_code == 1


BAD = [
    (
        ["--select", "U1O1"],
        "--select",
        '"U1O1" names no rule; did you mean "U101"?; `cleanclaim rules` lists their ids ',
    ),
    (["--ignore", ","], "--ignore", "names no rule; name rules by id, first letters or name, or leave the option out"),
    (["--severity", "worst"], "--severity", '"worst" is not one of denial, compliance, underbilling, advice'),
    (["--group-by", "day"], "--group-by", "must be one of who, payer, clinician, rule, claim"),
    (["--baseline", "no.json"], None, "no.json: no such file or directory; check the path"),
    (["--baseline", "cleanclaim.toml"], None, "cleanclaim.toml: not JSON at line 1, column 2; give what"),
    (["--baseline", "day.json"], None, "day.json: this is no report of cleanclaim; give what `cleanclaim check"),
    (["--diff", "day.json"], None, "day.json: this is no report of cleanclaim; give what `cleanclaim check"),
    (["--write-baseline", "day.json"], "--write-baseline", "day.json is there and is no baseline; name another file"),
]


@pytest.mark.parametrize(("options", "where", "message"), BAD, ids=[" ".join(case[0]) for case in BAD])
def test_bad_options_end_with_2_and_change_nothing(options: list[str], where: str | None, message: str) -> None:
    before = {path: path.read_bytes() for path in Path().iterdir()}
    text, data = check(*options), check(*options, "--format", "json")
    shown = f"{where}: {message}" if where else message
    assert (text.exit_code, text.stdout) == (2, "")
    assert text.stderr.startswith(f"cleanclaim: {shown}")
    assert (data.exit_code, data.stderr) == (2, "")
    assert json.loads(data.stdout)["error"]["field"] == where
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.parametrize("form", ["jsonl", "html", "csv", "xlsx", "sarif"])
@pytest.mark.parametrize("option", [["--statistics"], ["--diff", "old.json"]])
def test_what_is_no_list_of_findings_is_told_as_text_or_json(form: str, option: list[str]) -> None:
    done = check(*option, "--format", form, "--output", "out")
    assert done.exit_code == 2
    if form in ("jsonl", "sarif"):
        assert json.loads(done.stdout)["error"]["field"] == option[0]
    else:
        assert done.stderr == f"cleanclaim: {option[0]}: goes with --format text or json\n"
    assert not Path("out").exists()


def test_suppressed_findings_are_counted_and_listed() -> None:
    Path("cleanclaim.toml").write_text(CONFIG + SUPPRESSION)
    done = check()
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    at = lines.index("Suppressed: 1 finding")
    assert lines[at + 1 : at + 5] == [
        "  suppressions[0] (U101, visit V1): 1 finding through 2026-12-31: note amended",
        "      U101  day.json  visit V1  2026-03-04  medicare  visits[1].services[0]",
        "",
        "Not checked",
    ]
    read = as_json()
    assert visits(read) == ["V0", "V2"]
    assert [(f["visit"], f["suppressed_by"]) for f in read["suppressed"]] == [("V1", "suppressions[0]")]
    rows = [json.loads(line) for line in check("--format", "jsonl").stdout.splitlines()]
    assert [row["visit"] for row in rows if row["kind"] == "suppressed"] == ["V1"]


def test_an_expired_suppression_ends_with_2_and_its_findings_are_told() -> None:
    Path("cleanclaim.toml").write_text(CONFIG + SUPPRESSION.replace("2026-12-31", "2026-03-19"))
    done = check("--exit-zero", "--write-baseline", "b.json")
    assert done.exit_code == 2
    assert done.stderr == (
        "cleanclaim: suppressions[0] (U101, visit V1) expired on 2026-03-19 and suppresses nothing; its findings are "
        "told again. Act on them and remove it, or look again and give it a later day (cleanclaim.toml)\n"
    )
    assert "3 findings." in done.stdout
    assert "Suppressed" not in done.stdout
    assert not Path("b.json").exists()
    read = as_json()
    assert visits(read) == ["V0", "V1", "V2"]
    assert read["summary"]["left_out"]["suppressions"][0]["state"] == "expired"


def test_an_unused_suppression_is_a_note() -> None:
    Path("cleanclaim.toml").write_text(CONFIG + SUPPRESSION.replace("V1", "V9"))
    done = check()
    assert (done.exit_code, done.stderr) == (1, "")
    text = " ".join(done.stdout.split())
    assert "Note: suppression suppressions[0] (U101, visit V9) met no finding; remove it if it is no longer" in text


def test_a_baseline_from_the_first_run_to_the_next() -> None:
    first = check("--write-baseline", "baseline.json", "--exit-zero")
    assert (first.exit_code, first.stderr) == (0, "")
    assert list(json.loads(Path("baseline.json").read_text())) == ["kind", "format", "cleanclaim", "fingerprints"]
    again = check("--baseline", "baseline.json")
    assert again.exit_code == 0
    assert "Note: 3 findings in the baseline left out" in again.stdout.splitlines()
    day = json.loads(Path("day.json").read_text())
    day["visits"][1]["services"][0]["units"] = 3
    Path("day.json").write_text(json.dumps(day))
    assert visits(as_json("--baseline", "baseline.json")) == ["V1"]
    # what is written beside a baseline that is read holds both, so that it may take its place
    check("--baseline", "baseline.json", "--write-baseline", "baseline.json")
    assert visits(as_json("--baseline", "baseline.json")) == []


def _two_runs() -> None:
    check("--format", "json", "--output", "old.json")
    day = json.loads(Path("day.json").read_text())
    day["visits"][0]["services"][0]["units"] = 1
    day["visits"][1]["services"][0]["charge"] = 200.0
    day["visits"][2]["visit_id"] = "V9"
    Path("day.json").write_text(json.dumps(day))
    check("--format", "json", "--output", "new.json")


DIFFERENCE = """\
New
  U101 units-exceed-minutes  day.json  visits[2].services[0]  visit V9  2026-03-04  medicare  $72.00 charged

Gone
  U101 units-exceed-minutes  day.json  visits[0].services[0]  visit V0  2026-03-04  medicare  $72.00 charged
  U101 units-exceed-minutes  day.json  visits[2].services[0]  visit V2  2026-03-04  medicare  $72.00 charged

Worth another sum
  U101 units-exceed-minutes  day.json  visits[1].services[0]  visit V1  2026-03-04  medicare  $72.00 charged \
before, $100.00 charged now

New: 1 finding ($72.00 charged). Gone: 2 findings ($144.00 charged). Worth another sum: 1. Unchanged: 0.
"""


def test_two_runs_compared() -> None:
    _two_runs()
    done = run("diff", "old.json", "new.json")
    assert (done.exit_code, done.stdout, done.stderr) == (1, DIFFERENCE, "")
    told = json.loads(run("diff", "old.json", "new.json", "--json").stdout)
    assert list(told) == ["old", "new", "appeared", "gone", "changed", "summary", "notes"]
    assert [one["visit"] for one in told["appeared"]] == ["V9"]
    same = run("diff", "new.json", "new.json")
    assert (same.exit_code, same.stdout) == (
        0,
        "New: 0 findings. Gone: 0 findings. Worth another sum: 0. Unchanged: 2.\n",
    )


def test_a_run_compared_with_an_earlier_one_as_it_is_made() -> None:
    _two_runs()
    done = check("--diff", "old.json")
    assert (done.exit_code, done.stdout) == (1, DIFFERENCE)
    told = as_json("--diff", "old.json")
    assert told["new"]["file"] == "this run"
    assert {**told, "new": None} == {**json.loads(run("diff", "old.json", "new.json", "--json").stdout), "new": None}
    assert check("--diff", "new.json").exit_code == 0
    check("--diff", "old.json", "--output", "changes.txt")
    assert Path("changes.txt").read_text() == DIFFERENCE


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_comparison_with_what_is_no_report(options: list[str]) -> None:
    _two_runs()
    done = run("diff", "old.json", "day.json", *options)
    assert done.exit_code == 2
    assert "day.json: this is no report of cleanclaim" in done.stdout + done.stderr


def test_statistics() -> None:
    done = check("--statistics")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:12] == [
        "Checked 3 claim lines in 3 visits, $432.00 charged. 3 findings.",
        "",
        "rule  severity    findings  fee schedule  charged",
        "U101  compliance         3                $216.00  units exceed minutes",
        "",
        "who must act  findings  fee schedule  charged",
        "biller               3                $216.00",
        "",
        "payer     findings  fee schedule  charged",
        "medicare         3                $216.00",
        "",
        "clinician    findings  fee schedule  charged",
    ]
    told = as_json("--statistics")
    sums = {"findings": 3, "priced_cents": 0, "charged_cents": 21600, "without_cents": 0}
    assert told["total"] == sums
    assert told["checked"] == {"lines": 3, "services": 3, "visits": 3, "claims": 3, "charge_cents": 43200}
    assert told["by_rule"] == [{"rule": "U101", "name": "units-exceed-minutes", **sums}]
    assert told["by_payer"] == [{"payer": "medicare", **sums}]
    assert told["by_clinician"] == [{"clinician": None, **sums}]
    assert told["by_who"] == [{"who": "biller", **sums}]
    assert told["by_severity"] == [{"severity": "compliance", **sums}]


def _two_rules() -> None:
    service = {"code": "97530", "units": 2, "minutes": 22, "by": "PT", "modifiers": ["GP"], "charge": 144.0}
    visit = {"setting": "office", "services": [service]}
    kx = {**service, "units": 1, "modifiers": ["GP", "KX", "GA"]}
    days = [
        {**visit, "visit_id": "V0", "patient_id": "P0", "payer": "medicare", "dos": "2026-03-04"},
        {**visit, "visit_id": "V1", "patient_id": "P1", "payer": "Part B", "dos": "2026-03-03", "services": [kx]},
        {**visit, "visit_id": "V2", "patient_id": "P2", "payer": "Part B", "dos": "2026-03-02"},
    ]
    Path("day.json").write_text(json.dumps({"visits": days}))
    Path("cleanclaim.toml").write_text('[payers.medicare]\npack = "medicare"\nnames = ["Part B"]\n')


@pytest.mark.parametrize(
    ("by", "headings", "order"),
    [
        ("who", ["Biller", "Therapist"], ["V2", "V0", "V1"]),
        ("rule", ["D203 kx-with-ga-or-gz", "U101 units-exceed-minutes"], ["V1", "V2", "V0"]),
        ("payer", ["Payer: Part B", "Payer: medicare"], ["V2", "V1", "V0"]),
        ("clinician", ["Clinician: (not named)"], ["V2", "V1", "V0"]),
        ("claim", [], ["V2", "V1", "V0"]),
    ],
)
def test_groups_what_must_be_filed_first_before(by: str, headings: list[str], order: list[str]) -> None:
    _two_rules()
    lines = check("--group-by", by).stdout.splitlines()
    assert [line for line in lines if line in headings] == headings
    shown = [line.split()[2] for line in lines if line.startswith("day.json  visit")]
    assert (shown, visits(as_json("--group-by", by))) == (order, order)


def test_by_when_a_claim_must_be_filed() -> None:
    _two_rules()
    Path("cleanclaim.toml").write_text(
        '[payers.medicare]\npack = "medicare"\n[payers."Part B"]\npack = "commercial"\nunit_method = "cms"\n'
    )
    told = {f["visit"]: (f["by_when"], f["by_when_unknown"]) for f in as_json()["findings"] if f["rule"] == "U101"}
    assert told == {"V0": ("2027-03-04", None), "V2": (None, "the payer's filing limit is not known")}
    assert "Fix (biller, file by 2027-03-04): Lower the units to what the documented" in check().stdout
