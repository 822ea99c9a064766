"""Which rules are asked and told: names, options over the file, payers and sites, severities, suppressions."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleanclaim
from cleanclaim.config import Config
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.named import rules_named
from cleanclaim.engine.selection import Selection
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

sys.path.insert(0, str(Path(__file__).parents[1]))

import rule_cases
from effort import times

AS_OF = date(2026, 3, 20)
RULES = {rule.id: rule for rule in all_rules()}
EVERY = list(RULES)


def selection(*lines: str, **options: Any) -> Selection:
    return Selection.of(Config.parse("\n".join(lines)), as_of=AS_OF, **options)


def ids(*lines: str, **options: Any) -> list[str]:
    return [rule.id for rule in selection(*lines, **options).rules]


def family(*letters: str) -> list[str]:
    return [id for id in EVERY if id.startswith(letters)]


# names


def test_what_a_name_stands_for() -> None:
    assert [rule.id for rule in rules_named(" u101 ")] == ["U101"]
    assert [rule.id for rule in rules_named("Units-exceed-minutes")] == ["U101"]
    assert [rule.id for rule in rules_named("d1")] == family("D1")
    assert [rule.id for rule in rules_named("D10")] == family("D10")
    for nothing in ("", "Q", "U1011", "1", "units", "U-1", "*"):
        assert rules_named(nothing) == ()


# options over the file


def test_all_rules_are_asked_where_nothing_is_said() -> None:
    assert ids() == EVERY
    assert selection().narrowed is None


def test_select_and_ignore() -> None:
    assert ids(select=["U", "P101"]) == [*family("P101"), *family("U")]
    assert ids(ignore=["U", "kx-with-ga-or-gz"]) == [id for id in EVERY if not id.startswith("U") and id != "D203"]
    assert ids(select=["U1"], ignore=["U101"]) == [id for id in family("U1") if id != "U101"]


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(InputError) as error:
        selection(select=["U101"], ignore=["U"])
    assert str(error.value) == "--select: no rule is left to ask; ignore fewer, or select more"


FILE = ("[rules]", 'select = ["U", "D"]', 'ignore = ["D110", "U103"]')


def test_the_file_selects_and_ignores() -> None:
    assert ids(*FILE) == [id for id in family("D", "U") if id not in ("D110", "U103")]


def test_the_command_line_wins() -> None:
    assert ids(*FILE, select=["P101"]) == ["P101"]
    # a family leaves what the file ignores out; an id brings it back
    assert ids(*FILE, select=["D11"]) == [id for id in family("D11") if id != "D110"]
    assert ids(*FILE, select=["D110"]) == ["D110"]
    assert ids(*FILE, ignore=["D"]) == [id for id in family("U") if id != "U103"]
    assert ids(*FILE, select=["D110", "U101"], ignore=["D110"]) == ["U101"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": ["P10l"]}, '--select: "P10l" names no rule; did you mean "P101"?; `cleanclaim rules` lists'),
        ({"ignore": ["units-exceed-minute"]}, '--ignore: "units-exceed-minute" names no rule; did you mean "units-exc'),
        ({"select": ["U101", "ZZZ"]}, '--select: "ZZZ" names no rule; `cleanclaim rules` lists their ids and names'),
        ({"level": "denail"}, '--severity: "denail" is not one of denial, compliance, underbilling, advice; did you'),
        ({"level": ""}, '--severity: "" is not one of denial'),
    ],
)
def test_an_unknown_name_on_the_command_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        selection(**options)
    assert message in str(error.value)


ACME = ('[payers."Acme Health"]', 'pack = "commercial"', 'names = ["60054"]')
SITES = ("[sites.main]", 'setting = "office"', 'npi = "1234567893"')
SITES += ("[sites.snf]", 'setting = "skilled_nursing_part_b"')
LAST = ('reason = "asked"', "expires = 2027-01-31")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["[rules]", 'select = ["U", "U11O"]'], 'rules.select[1]: "U11O" names no rule; did you mean "U110"?'),
        (["[rules]", 'ignore = ["nothing-like-it"]'], 'rules.ignore[0]: "nothing-like-it" names no rule'),
        (["[rules.severity]", 'D110 = "grave"'], 'rules.severity.D110: "grave" is not one of denial, compliance'),
        (["[rules.severity]", 'X999 = "advice"'], 'rules.severity.X999: "X999" names no rule'),
        (
            [*ACME, '[payers."Acme Health".rules]', 'ignore = ["X9"]'],
            'payers."Acme Health".rules.ignore[0]: "X9" names',
        ),
        ([*SITES, "[sites.snf.rules.severity]", 'U101 = "x"'], "sites.snf.rules.severity.U101: "),
        (["[[suppressions]]", 'rule = "X9"', *LAST], 'suppressions[0].rule: "X9" names no rule'),
        (
            ["[[suppressions]]", 'rule = "U101"', 'code = "97110"', *LAST],
            "suppressions[0].code: U101 judges a whole visit, not a code; leave code out",
        ),
    ],
)
def test_an_unknown_name_in_the_file(lines: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        selection(*lines)
    assert message in str(error.value)
    assert str(error.value).endswith("(cleanclaim.toml)")


# a selection tells what a whole run tells of the same rules


@cache
def _services() -> pl.DataFrame:
    cases = [case for case in rule_cases.cases() if case.as_of == date(2026, 11, 24) and not case.given]
    return rule_cases.services(cases)


def _run(rules: tuple[Rule, ...] | None) -> CheckResult:
    return check(_services(), as_of=date(2026, 11, 24), rules=rules)


@cache
def _whole() -> CheckResult:
    return _run(None)


def _agrees(chosen: list[str]) -> None:
    result = _run(tuple(RULES[id] for id in chosen))
    of_chosen = pl.col("rule").is_in(chosen)
    assert result.findings.equals(_whole().findings.filter(of_chosen))
    assert result.not_checked.equals(_whole().not_checked.filter(of_chosen))


def test_a_rule_that_gives_way_does_so_beside_a_rule_that_is_left_out() -> None:
    partners = {other for rule in all_rules() for other in rule.yields_to}
    yielding = [rule.id for rule in all_rules() if rule.yields_to and rule.id not in partners]
    _agrees(yielding)


def test_leaving_a_rule_out_makes_no_other_speak() -> None:
    visit = {"payer": "medicare", "patient_id": "1", "visit_id": "V", "dos": "2026-03-04", "discipline": "GP"}
    services = [{"code": "97530", "minutes": m, "units": u, "modifiers": "GP"} for m, u in ((15, 1), (15, 3))]
    source = {"visits": [{**visit, "services": services}]}
    found = [m["rule"] for m in cleanclaim.check(source, as_of=AS_OF).messages()]
    for left_out in set(found):
        rest = [m["rule"] for m in cleanclaim.check(source, as_of=AS_OF, ignore=[left_out]).messages()]
        assert rest == [id for id in found if id != left_out]


@settings(max_examples=times(6), deadline=None)
@given(st.lists(st.sampled_from(EVERY), min_size=1, max_size=40, unique=True))
def test_a_selection_tells_what_a_whole_run_tells_of_the_same_rules(chosen: list[str]) -> None:
    _agrees(sorted(chosen))


def test_only_selected_rules_and_those_they_give_way_to_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    from cleanclaim.engine import check as module

    run = module._run

    def noted(rules: Any, frame: pl.DataFrame) -> Any:
        asked.extend(rule.id for rule in rules)
        return run(rules, frame)

    monkeypatch.setattr(module, "_run", noted)
    module.check(_services().head(50), as_of=AS_OF, rules=(RULES["I302"],))
    assert sorted(asked) == ["I301", "I302"]


# payers, sites, severities


def visits(*given_: dict[str, Any]) -> dict[str, Any]:
    """Visits that break U101 (compliance): 22 minutes, two units."""
    base = {"discipline": "GP", "dos": "2026-03-04"}
    service = {"code": "97530", "minutes": 22, "units": 2, "modifiers": "GP"}
    return {
        "visits": [
            {**base, "visit_id": f"V{i}", "patient_id": f"P{i}", "services": [service], **one}
            for i, one in enumerate(given_)
        ]
    }


MEDICARE = ("[payers.medicare]", 'pack = "medicare"', 'names = ["Part B"]')
OTHER = ("[payers.Other]", 'pack = "medicare"', 'names = ["O1"]')


def told(config: list[str], source: dict[str, Any], **options: Any) -> list[tuple[str, str, str]]:
    report = cleanclaim.check(source, config=Config.parse("\n".join(config)), as_of=AS_OF, **options)
    return [(m["rule"], m["visit"], m["severity"]) for m in report.messages()]


TWO = visits({"payer": "medicare"}, {"payer": "O1"}, {"payer": "Part B"})


def test_a_payer_leaves_a_rule_out() -> None:
    rules = ["[payers.Other.rules]", 'ignore = ["U"]']
    assert told([*MEDICARE, *OTHER], TWO) == [("U101", f"V{i}", "compliance") for i in range(3)]
    assert told([*MEDICARE, *OTHER, *rules], TWO) == [("U101", "V0", "compliance"), ("U101", "V2", "compliance")]
    report = cleanclaim.check(TWO, config=Config.parse("\n".join([*MEDICARE, *OTHER, *rules])), as_of=AS_OF)
    assert report.left_out.settings == 1
    assert report.left_out.notes() == ["1 finding left out by the rules of a payer or site"]
    # named on the command line it is told whatever the file says
    assert told([*MEDICARE, *OTHER, *rules], TWO, select=["U101"]) == [
        ("U101", f"V{i}", "compliance") for i in range(3)
    ]
    assert told([*MEDICARE, *OTHER, *rules], TWO, select=["U"]) == [
        ("U101", "V0", "compliance"),
        ("U101", "V2", "compliance"),
    ]


def test_a_payer_selects_the_only_rules_it_wants() -> None:
    rules = ["[payers.medicare.rules]", 'select = ["D"]']
    assert told([*MEDICARE, *OTHER, *rules], TWO) == [("U101", "V1", "compliance")]


def test_a_site_leaves_a_rule_out() -> None:
    config = [*MEDICARE, *OTHER, *SITES, "[sites.snf.rules]", 'ignore = ["units-exceed-minutes"]']
    snf = [line.replace('"skilled_nursing_part_b"', '"skilled_nursing_part_b"\nnpi = "1245319599"') for line in config]
    source = visits(*({"payer": "medicare", "billing_npi": npi} for npi in ("1234567893", "1245319599")))
    assert [visit for rule, visit, _ in told(snf, source) if rule == "U101"] == ["V0"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "compliance"),
        (["[rules.severity]", 'U101 = "advice"'], "advice"),
        (["[rules.severity]", 'U = "advice"', 'units-exceed-minutes = "denial"'], "denial"),
        (["[rules.severity]", 'U = "advice"', 'U10 = "underbilling"'], "underbilling"),
        (["[rules.severity]", 'U101 = "advice"', "[payers.medicare.rules.severity]", 'U = "denial"'], "denial"),
    ],
)
def test_severities_are_overridden(lines: list[str], expected: str) -> None:
    assert told([*MEDICARE, *lines], visits({"payer": "medicare"})) == [("U101", "V0", expected)]


def test_an_overridden_severity_decides_the_exit_code() -> None:
    config = Config.parse('[rules.severity]\nU101 = "advice"')
    source = visits({"payer": "medicare"})
    assert cleanclaim.check(source, as_of=AS_OF).exit_code == 1
    report = cleanclaim.check(source, config=config, as_of=AS_OF)
    assert report.exit_code == 0
    assert report.by_rule()[0]["severity"] == "advice"


@pytest.mark.parametrize(
    ("level", "count", "below"), [("denial", 0, 1), ("compliance", 1, 0), ("underbilling", 1, 0), ("advice", 1, 0)]
)
def test_a_level_tells_that_and_graver(level: str, count: int, below: int) -> None:
    report = cleanclaim.check(visits({"payer": "medicare"}), as_of=AS_OF, severity=level)
    assert (report.findings.height, report.left_out.below_level, report.exit_code) == (count, below, count)


# suppressions


def suppressed(*lines: str, source: dict[str, Any] | None = None, more: tuple[str, ...] = (), **options: Any) -> Any:
    text = "\n".join([*MEDICARE, *OTHER, *more, "[[suppressions]]", *lines, 'reason = "asked the payer"'])
    return cleanclaim.check(source or TWO, config=Config.parse(text), as_of=AS_OF, **options)


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ([], []),
        (['payer = "medicare"'], ["V1"]),
        (['payer = "PART B"'], ["V1"]),
        (['payer = "Other"'], ["V0", "V2"]),
        (['visit = "V1"'], ["V0", "V2"]),
        (['payer = "Other"', 'visit = "V0"'], ["V0", "V1", "V2"]),
        (['claim = "V1"'], ["V0", "V1", "V2"]),
    ],
)
def test_a_suppression_holds_within_its_scope(scope: list[str], left: list[str]) -> None:
    report = suppressed('rule = "U101"', *scope, "expires = 2026-03-20")
    assert [m["visit"] for m in report.messages()] == left
    assert Counter(report.suppressed["visit_id"]) == Counter({"V0", "V1", "V2"} - set(left))
    state = "used" if len(left) < 3 else "unused"
    assert [s["state"] for s in report.left_out.as_dict()["suppressions"]] == [state]
    assert [s["findings"] for s in report.left_out.as_dict()["suppressions"]] == [3 - len(left)]


def test_suppressed_findings_are_listed_with_their_suppression() -> None:
    report = suppressed('rule = "U"', 'visit = "V1"', "expires = 2026-12-31")
    [found] = report.suppressions()
    assert (found["rule"], found["visit"], found["suppressed_by"]) == ("U101", "V1", "suppressions[0]")
    assert report.summary()["suppressed"] == 1
    assert report.summary()["left_out"]["suppressions"] == [
        {
            "rule": "U",
            "payer": None,
            "site": None,
            "code": None,
            "claim": None,
            "visit": "V1",
            "reason": "asked the payer",
            "expires": "2026-12-31",
            "state": "used",
            "findings": 1,
            "message": None,
        }
    ]


def test_by_code_only_findings_on_a_line_are_suppressed() -> None:
    """The first line of a visit has a code too, which says nothing of the visit's fault."""
    service = {"code": "97530", "minutes": 22, "units": 2}
    source = visits({"payer": "medicare", "services": [service]})
    whole = [m["rule"] for m in cleanclaim.check(source, as_of=AS_OF).messages()]
    assert "U101" in whole
    assert "D101" in whole
    for code, left in (("97530", ["U101"]), ("97110", whole)):
        text = "\n".join(
            f'[[suppressions]]\nrule = "{letter}"\ncode = "{code}"\nreason = "r"\nexpires = 2026-12-31'
            for letter in sorted({id[0] for id in whole})
        )
        report = cleanclaim.check(source, config=Config.parse(text), as_of=AS_OF)
        assert [m["rule"] for m in report.messages()] == left


def test_an_expired_suppression_suppresses_nothing_and_is_named() -> None:
    report = suppressed('rule = "U101"', 'payer = "Other"', "expires = 2026-03-19")
    assert report.findings.height == 3
    assert report.exit_code == 2
    message = (
        "suppressions[0] (U101, payer Other) expired on 2026-03-19 and suppresses nothing; its findings are told "
        "again. Act on them and remove it, or look again and give it a later day (cleanclaim.toml)"
    )
    assert report.left_out.expired_messages() == [message]
    [one] = report.left_out.as_dict()["suppressions"]
    assert (one["state"], one["message"]) == ("expired", message)


def test_a_suppression_whose_rule_is_not_asked_is_not_called_unused() -> None:
    report = suppressed('rule = "U101"', "expires = 2027-01-31", select=["D"])
    assert [s["state"] for s in report.left_out.as_dict()["suppressions"]] == ["not asked"]
    assert [note for note in report.left_out.notes() if "suppression" in note] == []
    unused = suppressed('rule = "U102"', "expires = 2027-01-31").left_out.notes()
    assert unused == ["suppression suppressions[0] (U102) met no finding; remove it if it is no longer needed"]


def test_the_first_suppression_that_fits_counts() -> None:
    again = ("[[suppressions]]", 'rule = "U101"', 'reason = "first"', "expires = 2026-12-31")
    report = suppressed('rule = "U"', "expires = 2026-12-31", more=again)
    assert [s["findings"] for s in report.left_out.as_dict()["suppressions"]] == [3, 0]


def test_a_suppression_by_site() -> None:
    source = visits(*({"payer": "medicare", "billing_npi": npi} for npi in ("1234567893", "1245319599")))
    report = suppressed('rule = "U101"', 'site = "main"', "expires = 2026-12-31", source=source, more=SITES[:3])
    assert [m["visit"] for m in report.messages() if m["rule"] == "U101"] == ["V1"]


def test_partitions_do_not_change_what_is_told() -> None:
    many = visits(*({"payer": payer} for payer in ("medicare", "O1", "Part B") * 20))
    whole = suppressed('rule = "U101"', 'payer = "Other"', "expires = 2026-12-31", source=many)
    parts = suppressed('rule = "U101"', 'payer = "Other"', "expires = 2026-12-31", source=many, partition_rows=7)
    assert whole.as_dict() == parts.as_dict()
    assert (whole.findings.height, whole.suppressed.height) == (40, 20)


def test_the_name_of_a_finding_does_not_hang_on_what_is_left_out() -> None:
    """Two findings alike, the first of them suppressed: the second keeps its name."""
    nameless = {"payer": "medicare", "visit_id": None}
    source = visits(nameless, {**nameless, "payer": "O1"}, nameless)
    config = Config.parse("\n".join([*MEDICARE, *OTHER]))
    names = [m["fingerprint"] for m in cleanclaim.check(source, config=config, as_of=AS_OF).messages()]
    assert len(set(names)) == 3
    report = suppressed('rule = "U101"', 'payer = "Other"', "expires = 2026-12-31", source=source)
    assert [m["fingerprint"] for m in report.messages()] == [names[0], names[2]]
    assert [m["fingerprint"] for m in report.suppressions()] == [names[1]]
