"""What each kind of fix changes, what it leaves to a person, and that only these kinds need nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import cleanclaim
from cleanclaim import app
from cleanclaim.codes import modifiers
from cleanclaim.fixes.kinds import KINDS
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Needs

AS_OF = date(2026, 3, 20)
VISIT = {
    "visit_id": "V1",
    "patient_id": "P1",
    "payer": "medicare",
    "dos": "2026-03-04",
    "setting": "office",
    "place_of_service": "11",
    "rendering_npi": "2111111110",
    "credential": "PT",
    "diagnoses": "M54.50",
}
LINE = {"code": "97530", "modifiers": "GP", "units": 1, "minutes": 15, "by": "PT", "charge": "60.00"}


def fix(*services: dict[str, Any], **fields: Any) -> Any:
    return app.fix({"visits": [{**VISIT, **fields, "services": list(services)}]}, as_of=AS_OF)


def lines(*services: dict[str, Any], **fields: Any) -> list[tuple[str, str, int]]:
    """Code, modifiers and units of each line of the fixed visit."""
    fixed = fix(*services, **fields).visits["visits"][0]["services"]
    return [(one["code"], one["modifiers"], one["units"]) for one in fixed]


def test_what_needs_nothing_is_what_can_be_fixed() -> None:
    """Of I102 only the substitution is made: the rest of it needs a person, so the rule says so."""
    assert {rule.id for rule in all_rules() if rule.fix.needs is Needs.NOTHING} == set(KINDS) - {"I102"}


def test_the_payers_own_code() -> None:
    assert lines({**LINE, "code": "97014"}) == [("G0283", "GP", 1)]
    assert lines({**LINE, "code": "97010"}) == [("97010", "GP", 1)]


def test_a_substitution_that_brings_a_pair_edit_is_taken_back() -> None:
    """97032 stands in the pair table with G0283 and not with 97014."""
    stays = fix({**LINE, "code": "97014"}, {**LINE, "code": "97032"})
    assert [one["because"] for one in stays.stays() if one["rule"] == "I102"] == [
        "made on trial and taken back: afterwards there was P101"
    ]
    assert stays.edits.height == 0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("59 XS GP", "XS GP"), ("GP XS 59", "GP XS"), ("XE XS GP", "XE XS GP"), ("59 XE XS GP", "59 XE XS GP")],
)
def test_59_beside_one_x_modifier(given: str, wanted: str) -> None:
    made = lines({**LINE, "code": "97150"}, {**LINE, "modifiers": given})
    assert made[1] == ("97530", wanted, 1)


@pytest.mark.parametrize(
    ("line", "fields", "wanted"),
    [
        ({}, {}, "GP"),
        ({"by": None}, {"credential": None, "discipline": "GO"}, "GO"),
        ({"modifiers": "KX"}, {}, "GP KX"),
        ({"modifiers": "59 GA"}, {}, "59 GP GA"),
        ({"modifiers": "52"}, {}, "52 GP"),
        # nothing says which one, or what is said does not agree
        ({"by": None}, {"credential": None}, ""),
        ({"by": None}, {"credential": "MD"}, ""),
        ({}, {"discipline": "GO"}, ""),
        ({"by": "OT"}, {}, ""),
        ({"code": "97165"}, {}, ""),
        # an assistant's service, or no room
        ({"by": "PTA"}, {}, ""),
        ({"by": None}, {"credential": "PTA"}, ""),
        ({"modifiers": "CQ"}, {}, "CQ"),
        ({"modifiers": "59 KX 76 95"}, {}, "59 KX 76 95"),
    ],
)
def test_the_discipline_that_is_known(line: dict[str, Any], fields: dict[str, Any], wanted: str) -> None:
    made = lines({**LINE, "modifiers": "", **line}, **fields)
    assert made[0][1] == wanted


def test_the_payers_order(tmp_path: Any) -> None:
    path = tmp_path / "cleanclaim.toml"
    path.write_text(
        '[payers.plan]\npack = "commercial"\nmodifier_order_required = true\n'
        'modifier_order = ["discipline", "assistant", "bypass", "threshold"]\n'
    )
    visit = {**VISIT, "payer": "plan", "services": [{**LINE, "modifiers": "KX 95 59 GP"}]}
    made = app.fix({"visits": [visit]}, as_of=AS_OF, config=path)
    assert made.visits["visits"][0]["services"][0]["modifiers"] == "GP 95 59 KX"
    assert [change["rule"] for change in made.changes()] == ["D118"]


TWO = ({**LINE, "charge": "60.00"}, {**LINE, "charge": "55.00"})


def test_split_lines_are_added_up() -> None:
    made = fix(*TWO).visits["visits"][0]["services"]
    assert made == [{**LINE, "units": 2, "minutes": 30, "charge": "115.00"}]


@pytest.mark.parametrize(
    "second",
    [
        {"modifiers": "GP KX"},
        {"by": "PT+PTA"},
        {"pointers": "2"},
        {"start": "09:00", "stop": "09:15"},
        {"charge": None},
        {"units": 0.5},
        {"minutes": None},
        {"minutes": 5},
        {"room": "4"},
    ],
    ids=str,
)
def test_lines_that_differ_are_not_merged(second: dict[str, Any]) -> None:
    """Modifiers, giver, pointers, clock times, a missing charge, part of a unit, too few minutes, an unread value."""
    made = fix(LINE, {**LINE, **second})
    assert len(made.visits["visits"][0]["services"]) == 2
    assert made.edits.filter(rule="U107").height == 0


def test_equal_lines_without_minutes_may_be_one_typed_twice() -> None:
    bare = {**LINE, "minutes": None}
    assert len(lines(bare, bare)) == 2
    assert lines(bare, {**bare, "units": 2}) == [("97530", "GP", 3)]


def test_what_is_unread_in_one_of_the_services_is_not_lost() -> None:
    made = fix({**LINE, "room": "3"}, {**LINE, "room": "4"})
    assert [one["because"] for one in made.stays()] == ["the services differ in room, and merging them would lose that"]


def test_an_uncertain_value_of_a_pack_fixes_nothing(tmp_path: Any) -> None:
    path = tmp_path / "cleanclaim.toml"
    path.write_text(
        '[payers.plan]\npack = "commercial"\n'
        'substitute_code.97014 = [{ value = "G0283", standing = "U", source = "a letter" }]\n'
    )
    visit = {**VISIT, "payer": "plan", "services": [{**LINE, "code": "97014"}]}
    made = app.fix({"visits": [visit]}, as_of=AS_OF, config=path)
    assert made.edits.height == 0
    assert [one["because"] for one in made.stays() if one["rule"] == "I102"] == [
        "what is known of this payer is uncertain; confirm it first"
    ]


def test_only_what_is_asked_is_fixed() -> None:
    visits = {"visits": [{**VISIT, "services": [{**LINE, "modifiers": ""}, {**LINE, "code": "97014"}]}]}
    made = app.fix(visits, as_of=AS_OF, select=["D101"])
    assert made.visits["visits"][0]["services"] == [LINE, {**LINE, "code": "97014"}]
    assert visits["visits"][0]["services"][0]["modifiers"] == ""


def test_nothing_that_attests_is_ever_added() -> None:
    attesting = {*modifiers.BYPASS, *modifiers.ASSISTANT, *modifiers.LIABILITY, "KX"}
    made = fix({**LINE, "modifiers": ""}, {**LINE, "code": "97014"}, {**LINE, "code": "97150"})
    added = {
        m
        for change in made.changes()
        if change["after"]
        for m in set((change["after"]["modifiers"] or "").split()) - set((change["before"]["modifiers"] or "").split())
    }
    assert added == {"GP"}
    assert added.isdisjoint(attesting)


def test_public_name() -> None:
    assert isinstance(made := fix(LINE), app.Fixed)
    assert made.edits.equals(pl.DataFrame(schema=made.edits.schema))
    assert cleanclaim.check is app.check
