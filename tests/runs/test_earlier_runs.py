"""Baselines and comparisons: what an earlier run's file may be, what is new since, what is gone."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleanclaim
from cleanclaim.errors import InputError, UnreadableFile, UnsupportedFile
from cleanclaim.runs.baseline import is_known, write_baseline
from cleanclaim.runs.diff import compare
from cleanclaim.runs.outcome import Outcome, read_baseline, read_report

AS_OF = date(2026, 3, 20)
A, B, C = (letter * 20 for letter in "abc")


def visits(*units: int) -> dict[str, Any]:
    """Visits of 22 minutes; two units or more break U101."""
    base = {"payer": "medicare", "dos": "2026-03-04", "discipline": "GP"}
    service = {"code": "97530", "minutes": 22, "modifiers": "GP", "charge": 72.0}
    return {
        "visits": [
            {**base, "visit_id": f"V{i}", "patient_id": f"P{i}", "services": [{**service, "units": n}]}
            for i, n in enumerate(units)
        ]
    }


def report_file(path: Path, *units: int) -> Path:
    path.write_text(json.dumps(cleanclaim.check(visits(*units), as_of=AS_OF).as_dict()))
    return path


# baselines


def test_only_what_is_new_is_told(tmp_path: Path) -> None:
    earlier = report_file(tmp_path / "old.json", 2, 1, 1)
    report = cleanclaim.check(visits(2, 1, 2), as_of=AS_OF, baseline=earlier)
    assert [m["visit"] for m in report.messages()] == ["V2"]
    assert report.accepted["visit_id"].to_list() == ["V0"]
    assert report.left_out.in_baseline == 1
    assert report.left_out.notes() == ["1 finding in the baseline left out"]
    assert report.summary()["left_out"]["in_baseline"] == 1
    assert cleanclaim.check(visits(2, 1, 1), as_of=AS_OF, baseline=earlier).exit_code == 0


def test_a_finding_that_reads_otherwise_is_new(tmp_path: Path) -> None:
    earlier = report_file(tmp_path / "old.json", 2)
    assert cleanclaim.check(visits(3), as_of=AS_OF, baseline=earlier).findings.height == 1


def test_a_baseline_holds_fingerprints_and_nothing_else(tmp_path: Path) -> None:
    report = cleanclaim.check(visits(2, 2), as_of=AS_OF)
    names = [message["fingerprint"] for message in report.messages()]
    write_baseline(pl.Series(names), tmp_path / "baseline.json", version="9.9.9")
    text = (tmp_path / "baseline.json").read_text()
    assert json.loads(text) == {
        "kind": "cleanclaim baseline",
        "format": 1,
        "cleanclaim": "9.9.9",
        "fingerprints": dict.fromkeys(sorted(names), 1),
    }
    assert sorted(tmp_path.iterdir()) == [tmp_path / "baseline.json"]
    assert cleanclaim.check(visits(2, 2), as_of=AS_OF, baseline=tmp_path / "baseline.json").findings.height == 0


def test_alike_findings_are_counted(tmp_path: Path) -> None:
    """Without visit numbers two visits of a day are told apart by their order alone."""

    def nameless(count: int) -> dict[str, Any]:
        return {"visits": [{k: v for k, v in one.items() if k != "visit_id"} for one in visits(*[2] * count)["visits"]]}

    write_baseline(cleanclaim.check(nameless(2), as_of=AS_OF).fingerprints(), tmp_path / "b.json", version="0.1.0")
    found = [
        cleanclaim.check(nameless(count), as_of=AS_OF, baseline=tmp_path / "b.json").findings.height
        for count in (1, 2, 3, 5)
    ]
    assert found == [0, 0, 1, 3]


@settings(deadline=None)
@given(st.lists(st.sampled_from([A, B, C])), st.dictionaries(st.sampled_from([A, B, C]), st.integers(1, 4)))
def test_of_each_fingerprint_as_many_are_known_as_there_were(found: list[str], before: Mapping[str, int]) -> None:
    known = is_known(pl.Series(found, dtype=pl.String), Outcome("b", "0", Counter(before)))
    left = Counter(before)
    for name, is_old in zip(found, known, strict=True):
        assert is_old == (left[name] > 0)
        left[name] -= 1


def test_a_baseline_is_written_over_a_baseline_only(tmp_path: Path) -> None:
    names = pl.Series([A])
    baseline = tmp_path / "b.json"
    write_baseline(names, baseline, version="0.1.0")
    write_baseline(pl.Series([B]), baseline, version="0.1.0")
    assert read_baseline(baseline).fingerprints == Counter([B])
    report = report_file(tmp_path / "report.json", 2)
    claims = tmp_path / "claims.837"
    claims.write_text("ISA*00*")
    for other in (report, claims, tmp_path):
        before = None if other.is_dir() else other.read_bytes()
        with pytest.raises(InputError) as error:
            write_baseline(names, other, version="0.1.0")
        assert str(error.value) == f"--write-baseline: {other} is there and is no baseline; name another file"
        assert before is None or other.read_bytes() == before
    with pytest.raises(InputError) as error:
        write_baseline(names, tmp_path / "no" / "b.json", version="0.1.0")
    assert str(error.value) == f"--write-baseline: {tmp_path}/no/b.json: there is no such folder; make it first"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every folder may be written to")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(InputError):
        write_baseline(pl.Series([A]), tmp_path / "b.json", version="0.1.0")
    tmp_path.chmod(stat.S_IRWXU)


FINDING = {"rule": "U101", "name": "n", "severity": "denial", "place": "line 2", "message": "m", "fingerprint": A}
FINDING |= dict.fromkeys(("file", "claim", "visit", "dos", "payer", "code", "cents", "cents_basis"))


def as_report(*findings: object, version: object = "0.1.0", **more: object) -> str:
    return json.dumps({"findings": list(findings), "versions": {"cleanclaim": version}, **more})


WANTED = "give what `cleanclaim check --format json` or `--write-baseline` wrote"
AGAIN = "check again with this version and use the new file"
BAD: list[tuple[str, type[Exception], str]] = [
    ("", UnreadableFile, f"not JSON at line 1, column 1; {WANTED}"),
    ('{"findings": [}', UnreadableFile, f"not JSON at line 1, column 15; {WANTED}"),
    ("ISA*00*          *00*", UnreadableFile, f"not JSON at line 1, column 1; {WANTED}"),
    ("[" * 200_000, UnreadableFile, f"not JSON; {WANTED}"),
    ("[1, 2]", UnsupportedFile, f"this is no report of cleanclaim; {WANTED}"),
    ('{"version": "2.1.0", "runs": []}', UnsupportedFile, f"this is no report of cleanclaim; {WANTED}"),
    ('{"versions": {"ruff": "0.1"}, "findings": []}', UnsupportedFile, f"this is no report of cleanclaim; {WANTED}"),
    ('{"versions": {"cleanclaim": "1"}}', UnsupportedFile, f"the report has no list of findings; {WANTED}"),
    (
        as_report({k: v for k, v in FINDING.items() if k != "fingerprint"}),
        UnsupportedFile,
        f"its findings have no fingerprints: cleanclaim 0.1.0 wrote it; {AGAIN}",
    ),
    (as_report({**FINDING, "fingerprint": "A" * 20}), UnsupportedFile, "its findings have no fingerprints: cleanclaim"),
    (as_report("x"), UnsupportedFile, "its findings have no fingerprints: cleanclaim"),
    (as_report({**FINDING, "cents": "1"}), UnsupportedFile, f"its findings are not as cleanclaim writes them; {AGAIN}"),
    (
        as_report({k: v for k, v in FINDING.items() if k != "claim"}),
        UnsupportedFile,
        f"its findings are not as cleanclaim writes them; {AGAIN}",
    ),
    (as_report(suppressed=[1]), UnsupportedFile, "its findings have no fingerprints: cleanclaim"),
]
BASELINE = {"kind": "cleanclaim baseline", "format": 1, "cleanclaim": "0.1.0", "fingerprints": {A: 1}}
BAD_BASELINE: list[tuple[Any, str]] = [
    ({**BASELINE, "format": 2}, f"a baseline of format 2, not 1; {AGAIN}"),
    ({**BASELINE, "format": None}, f"a baseline of format nothing, not 1; {AGAIN}"),
    ({**BASELINE, "fingerprints": {A: 0}}, f"the baseline's fingerprints are not as they were written; {AGAIN}"),
    ({**BASELINE, "fingerprints": {A: True}}, f"the baseline's fingerprints are not as they were written; {AGAIN}"),
    ({**BASELINE, "fingerprints": {"V1": 1}}, f"the baseline's fingerprints are not as they were written; {AGAIN}"),
    ({**BASELINE, "fingerprints": [A]}, f"the baseline's fingerprints are not as they were written; {AGAIN}"),
]


@pytest.mark.parametrize(("text", "kind", "message"), BAD)
def test_a_file_that_is_no_earlier_run(text: str, kind: type[Exception], message: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    for read in (read_report, read_baseline):
        with pytest.raises(kind) as error:
            read(path)
        assert str(error.value).startswith(f"{path}: {message}")
    with pytest.raises(kind):
        cleanclaim.check(visits(1), as_of=AS_OF, baseline=path)


@pytest.mark.parametrize(("document", "message"), BAD_BASELINE)
def test_a_baseline_of_another_make(document: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UnsupportedFile) as error:
        read_baseline(path)
    assert str(error.value) == f"{path}: {message}"


def test_other_files(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.json").write_text(json.dumps(BASELINE))
    cases = [
        (read_baseline, tmp_path / "no.json", UnreadableFile, "no such file or directory; check the path"),
        (read_baseline, tmp_path, UnreadableFile, "is a directory; check the path"),
        (read_baseline, tmp_path / "old.json", UnreadableFile, f"not JSON; {WANTED}"),
        (
            read_report,
            tmp_path / "b.json",
            UnsupportedFile,
            "this is a baseline, which holds no findings; give a report (--format json)",
        ),
    ]
    for read, path, kind, message in cases:
        with pytest.raises(kind) as error:
            read(path)
        assert str(error.value) == f"{path}: {message}"


# comparisons


def outcome(*findings: tuple[str, int | None], name: str = "new.json", version: str = "0.1.0") -> Outcome:
    told = [
        {**FINDING, "fingerprint": mark, "cents": cents, "cents_basis": None if cents is None else "charge"}
        for mark, cents in findings
    ]
    return Outcome.of({"findings": told, "versions": {"cleanclaim": version}}, name)


def test_new_gone_changed_and_unchanged() -> None:
    diff = compare(outcome((A, 100), (B, 200), (B, 300), name="old.json"), outcome((B, 300), (B, 250), (C, None)))
    assert [one["fingerprint"] for one in diff.appeared] == [C]
    assert [one["fingerprint"] for one in diff.gone] == [A]
    assert [(before["cents"], after["cents"]) for before, after in diff.changed] == [(200, 250)]
    assert diff.unchanged == 1
    assert diff.exit_code == 1
    told = diff.as_dict()
    assert told["old"] == {
        "file": "old.json",
        "cleanclaim": "0.1.0",
        "findings": 3,
        "priced_cents": 0,
        "charged_cents": 600,
    }
    assert told["summary"] == {
        "appeared": {"findings": 1, "priced_cents": 0, "charged_cents": 0},
        "gone": {"findings": 1, "priced_cents": 0, "charged_cents": 100},
        "changed": {"findings": 1},
        "unchanged": {"findings": 1},
    }
    assert told["changed"][0]["before"] == {"cents": 200, "cents_basis": "charge"}
    assert told["gone"][0]["suppressed_now"] is False
    assert told["notes"] == []


def test_duplicates_are_counted_on_both_sides() -> None:
    diff = compare(outcome((A, 1), (A, 1), (A, 1)), outcome((A, 1), (A, 1)))
    assert (len(diff.appeared), len(diff.gone), len(diff.changed), diff.unchanged) == (0, 1, 0, 2)
    assert diff.exit_code == 0


def test_new_advice_is_no_reason_to_fail() -> None:
    advice = Outcome.of({"findings": [{**FINDING, "severity": "advice"}], "versions": {"cleanclaim": "1"}}, "new")
    assert compare(outcome(version="1"), advice).exit_code == 0


def test_versions_that_differ_are_told() -> None:
    diff = compare(outcome(version="0.1.0"), outcome(version="0.2.0"))
    assert diff.notes() == ["the runs are of cleanclaim 0.1.0 and 0.2.0: rules may have changed between them"]


def test_a_finding_gone_because_it_is_suppressed_says_so(tmp_path: Path) -> None:
    old = read_report(report_file(tmp_path / "old.json", 2, 2))
    config = cleanclaim.Config.parse(
        '[[suppressions]]\nrule = "U101"\nvisit = "V1"\nreason = "known"\nexpires = 2026-12-31\n'
    )
    new = cleanclaim.check(visits(1, 2), as_of=AS_OF, config=config).as_dict()
    diff = compare(old, Outcome.of(new, "new"))
    assert [(one["visit"], one["suppressed_now"]) for one in diff.as_dict()["gone"]] == [("V0", False), ("V1", True)]


sides = st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from([None, 1, 2])), max_size=8)


@settings(deadline=None)
@given(sides, sides)
def test_every_finding_of_either_side_is_told_once(
    before: list[tuple[str, int | None]], after: list[tuple[str, int | None]]
) -> None:
    diff = compare(outcome(*before), outcome(*after))
    assert len(diff.appeared) + len(diff.changed) + diff.unchanged == len(after)
    assert len(diff.gone) + len(diff.changed) + diff.unchanged == len(before)
    marks = [Counter(mark for mark, _ in side) for side in (before, after)]
    assert Counter(one["fingerprint"] for one in diff.appeared) == marks[1] - marks[0]
    assert Counter(one["fingerprint"] for one in diff.gone) == marks[0] - marks[1]
    assert diff.unchanged == sum((Counter(before) & Counter(after)).values())
