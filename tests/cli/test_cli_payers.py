"""``cleanclaim payers``: the list, a pack's page, the check of a pack of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cleanclaim.cli.main import app
from cleanclaim.codes import payers

PLAN = """
id = "our-plan"
name = "Our plan"
base = "commercial"

[[filing_limit]]
value = "60 days"
standing = "V"
source = { document = "Contract of 2026", section = "sec. 4" }
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["payers", *arguments])


def data(*arguments: str) -> Any:
    done = run(*arguments, "--json")
    return json.loads(done.stdout)


def test_the_list() -> None:
    read = data("--on", "2019-07-22")["payers"]
    assert [pack["pack"] for pack in read] == [pack.id for pack in payers.packs()]
    assert next(pack for pack in read if pack["pack"] == "bcbs-illinois") == {
        "pack": "bcbs-illinois",
        "name": "Blue Cross Blue Shield of Illinois",
        "unit_method": "ama",
        "unit_method_standing": "V",
        "filing_limit": None,
        "standing": "2 V, 4 R",
        "verified": "2026-11-24",
    }
    lines = run().stdout.splitlines()
    assert lines[0].split() == ["pack", "units", "filing", "limit", "payer"]
    assert lines[-1] == "V verified in the source; R stated, confirm; U uncertain: advises only."
    assert max(map(len, lines)) <= 80


def test_a_pack_as_text() -> None:
    done = run("show", "BCBS il", "--on", "2019-07-21")
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[0]) == (0, "bcbs-illinois: Blue Cross Blue Shield of Illinois")
    assert lines.index("On 2019-07-21") < lines.index("  unit_method = cms  through 2019-07-21")
    assert lines.index("On other days") < lines.index("  unit_method = ama  from 2019-07-22")
    assert "      Verified in the source. BCBSIL, notice on timed units, CMS counting before" in lines
    assert "  filing_limit: time from the date of service to receipt of the claim [I304]" in lines
    uncertain = run("show", "uhc", "--on", "2026-03-04").stdout
    assert "  unit_method = cms\n      Uncertain: advises only. dynamicchiropractic.com, article" in uncertain


def test_the_contract_of_a_page() -> None:
    page = data("show", "tricare", "--on", "2026-03-04")
    assert list(page) == [
        *("pack", "name", "aliases", "base", "note", "verified", "on", "fields", "other_days", "not_known", "unchecked")
    ]
    assert page["fields"][0] == {
        "field": "unit_method",
        "code": None,
        "value": "cms",
        "meaning": "how minutes become units",
        "first_day": None,
        "last_day": None,
        "standing": "R",
        "standing_meaning": "stated, confirm",
        "document": "PPS Impact; Gawenda Seminars",
        "section": "TRICARE by phone: as Medicare; printed in none of its manuals",
        "url": None,
    }
    assert [entry["fields"] for entry in page["unchecked"] if entry["rule"] == "I102"] == [["fee_status_applies"]]


def test_a_payer_of_ones_own_file(tmp_path: Path) -> None:
    (tmp_path / "our-plan.toml").write_text(PLAN)
    (tmp_path / "c.toml").write_text('[payers."Our Plan"]\npack = "our-plan.toml"\nunit_method = "cms"\n')
    page = data("show", "our plan", "--config", str(tmp_path / "c.toml"), "--on", "2026-03-04")
    assert {(e["field"], e["value"], e["document"]) for e in page["fields"]} >= {
        ("unit_method", "cms", "cleanclaim.toml"),
        ("filing_limit", "60 days", "Contract of 2026"),
    }


def test_a_payer_that_no_pack_is_called_is_looked_for_in_the_configuration_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cleanclaim.toml").write_text('[payers."Part B of Illinois"]\npack = "medicare"\n')
    assert data("show", "part b of illinois")["pack"] == "medicare"
    done = run("show", "acme")
    assert done.stderr.startswith('cleanclaim: payer: payer "acme" is not mapped; write [payers."acme"] with pack')


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["show", "acme"], "unknown_payer", "payer"),
        (["show", "medicare", "--on", "today"], "bad_input", "--on"),
        (["--on", "today"], "bad_input", "--on"),
        (["check", "none.toml"], "bad_config", None),
    ],
)
def test_what_cannot_be_run(arguments: list[str], code: str, field: str | None) -> None:
    done = run(*arguments, "--json")
    assert done.exit_code == 2
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert run(*arguments).stderr.startswith("cleanclaim: ")


def test_a_pack_that_may_be_used(tmp_path: Path) -> None:
    file = tmp_path / "our-plan.toml"
    file.write_text(PLAN)
    done = run("check", str(file), "--on", "2026-03-04")
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[0]) == (0, "our-plan.toml: a pack that may be used (our-plan)")
    read = data("check", str(file))
    assert (read["pack"], read["problems"]) == ("our-plan", [])
    assert "I304" not in {entry["rule"] for entry in read["unchecked"]}
    assert next(e["fields"] for e in read["unchecked"] if e["rule"] == "U107") == ["one_line_per_code"]


def test_everything_that_is_wrong_with_a_pack(tmp_path: Path) -> None:
    file = tmp_path / "our-plan.toml"
    file.write_text(PLAN + '\n[[kx_aplies]]\nvalue = 1\n\n[[filing_limit]]\nvalue = "soon"\n')
    done = run("check", str(file))
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        [
            "our-plan.toml: 4 problems",
            '  - kx_aplies: unknown key; did you mean "kx_applies"? (our-plan.toml)',
            "  - filing_limit[1]: standing is missing; every value has value, standing and",
            "    source (our-plan.toml)",
            "  - filing_limit[1]: source is missing; every value has value, standing and",
            "    source (our-plan.toml)",
            '  - filing_limit[1].value: expected a time limit such as "90 days" or "12',
            '    months" (at most ten years), not "soon" (our-plan.toml)',
        ],
    )
    assert [problem["place"] for problem in data("check", str(file))["problems"]] == [
        "kx_aplies",
        "filing_limit[1]",
        "filing_limit[1]",
        "filing_limit[1].value",
    ]


@pytest.mark.parametrize("content", ["id = ", "\x00", "[a]\n[a]"])
def test_a_file_that_is_no_toml(tmp_path: Path, content: str) -> None:
    (tmp_path / "p.toml").write_text(content)
    done = run("check", str(tmp_path / "p.toml"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("cleanclaim: not valid TOML")
