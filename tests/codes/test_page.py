"""The page of a code: its facts, the text of 97530 and its neighbors, and whether every statement holds up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from cleanclaim.codes import hcpcs, places, statements
from cleanclaim.codes.page import code_page
from cleanclaim.errors import InputError, UnknownCode

SUMMER = date(2024, 7, 15)
TODAY = date(2026, 11, 24)
NEIGHBORS = ["97110", "97112", "97116", "97140", "97150", "97535", "97537", "97542", "97750"]
CENTER = "97530"
TEXT_TOPICS = ("what_it_is", "what_it_is_not", "documentation", "modifiers", "common_mistakes")
SETTING_TOPICS = ("who", "payment", "assistants", "supervision")


@cache
def page(code: str = CENTER, on: date = SUMMER) -> dict[str, Any]:
    return code_page(code, on)


def rules(code: str = CENTER, on: date = SUMMER) -> list[str | None]:
    return [mistake["rule"] for mistake in page(code, on)["common_mistakes"]]


def modifiers(code: str = CENTER, on: date = SUMMER) -> list[str]:
    return [entry["modifier"] for entry in page(code, on)["modifiers"]]


def texts(statements_: list[dict[str, str]]) -> list[str]:
    return [statement["text"] for statement in statements_]


def setting(name: str, code: str = CENTER, on: date = SUMMER) -> dict[str, Any]:
    return next(entry for entry in page(code, on)["who_may_bill"] if entry["setting"] == name)


def label(code: str) -> str:
    text: str = hcpcs.catalogue().filter(code=code)["label"].item()
    return text


def edits(code: str, on: date, table: str) -> set[tuple[str, str, int, bool | None]]:
    return {
        (pair["column_one"], pair["column_two"], pair["indicator"], pair["in_force"])
        for pair in page(code, on)["pairs"]
        if pair["setting"] == table
    }


# --- the facts of the center ---


def test_facts_of_the_center() -> None:
    shown = page()
    assert {key: shown[key] for key in ("code", "on", "valid", "unit_kind", "minutes_per_unit")} == {
        "code": "97530",
        "on": "2024-07-15",
        "valid": True,
        "unit_kind": "timed",
        "minutes_per_unit": 15,
    }
    assert (shown["therapy_list"], shown["therapy_list_meaning"]) == ("A", "always therapy")
    assert shown["disciplines"] == ["PT", "OT", "SLP"]
    assert shown["label"] == label(CENTER)
    assert (shown["replaced_by"], shown["base_codes"], shown["first_day"], shown["last_day"]) == ([], [], None, None)
    assert shown["mue"] == {
        "practitioner": {"units": 6, "mai": 3, "age": None},
        "hospital": {"units": 6, "mai": 3, "age": None},
        "medicaid": {"units": 6, "mai": None, "age": "table of 2026-01-01"},
    }


def test_fee_schedule_of_the_center() -> None:
    assert page()["fee_schedule"] == {
        "status": "A",
        "status_meaning": "active: paid by the schedule",
        "work_rvu": 0.44,
        "pe_rvu": 0.65,
        "mp_rvu": 0.01,
        "total_rvu": 1.1,
        "conversion_factor": 33.2875,
        "national_cents": 3662,
        "multiple_procedure_reduction": True,
        "age": None,
    }


# from: the fee schedule's national rates for 97530 (2024 before and after March 9; 2025; 2026)
@pytest.mark.parametrize(
    ("on", "cents"),
    [(date(2024, 3, 8), 3602), (date(2024, 3, 9), 3662), (date(2025, 6, 1), 3461), (date(2026, 6, 1), 3507)],
)
def test_national_price_by_date(on: date, cents: int) -> None:
    assert page(CENTER, on)["fee_schedule"]["national_cents"] == cents


def test_fee_schedule_of_2026_says_what_is_missing_and_how_old_it_is() -> None:
    fee = page(CENTER, TODAY)["fee_schedule"]
    assert (fee["work_rvu"], fee["total_rvu"], fee["conversion_factor"]) == (None, None, 33.4009)
    assert fee["age"] == "reduction indicator of July 2024"


# from: Medicare NCCI tables of 2024-07-01, practitioner 62 + 25 edits with 97530, outpatient hospital 53 + 32
def test_every_edit_in_force_with_direction_by_table() -> None:
    for table, first, second in (("practitioner", 62, 25), ("hospital", 53, 32)):
        found = {edit for edit in edits(CENTER, SUMMER, table) if edit[3]}
        assert sum(one == CENTER for one, *_ in found) == first
        assert sum(two == CENTER for _, two, *_ in found) == second
        assert not {"97110", "97116", "97140", "97161", "97164", "97535"} & {
            c for one, two, *_ in found for c in (one, two)
        }
        assert ("97150", CENTER, 1, True) in found
        assert (CENTER, "95851", 0, True) in found
    assert (CENTER, "97153", 0, True) in edits(CENTER, SUMMER, "practitioner")
    assert ("97153", CENTER, 1, True) in edits(CENTER, SUMMER, "hospital")


def test_edits_of_the_family_come_first_and_say_what_the_other_code_is() -> None:
    first = page()["pairs"][0]
    assert (first["setting"], first["other"]) == ("practitioner", "90912")
    assert first["other_label"] == label("90912")
    assert page()["pairs_complete_through"] == {"practitioner": "2024-09-30", "hospital": "2024-09-30"}


def test_an_old_table_is_marked_where_it_is_relied_on() -> None:
    def ages(on: date) -> set[str | None]:
        return {p["age"] and p["age"][:24] for p in page(CENTER, on)["pairs"] if p["in_force"]}

    assert ages(SUMMER) == {None}
    # rows that the partial release of October 2026 also lists are borne out; the others rest on the older table
    assert ages(date(2025, 3, 3)) == {None, "pair table of 2024-07-01"}


def test_an_edit_whose_first_day_is_not_published_may_be_in_force() -> None:
    assert (CENTER, "97533", 1, None) in edits(CENTER, date(2021, 6, 1), "hospital")
    assert "97533" not in {pair["other"] for pair in page(CENTER, date(2022, 1, 1))["pairs"]}


# --- the text of the center ---


def test_the_exercise_mix_up_comes_first() -> None:
    first = page()["what_it_is_not"][0]
    assert first["code"] == "97110"
    assert "Popular descriptions give 97530 these very words" in first["difference"]
    mistake = page()["common_mistakes"][0]
    assert mistake["mistake"].startswith("Read the note: exercise for strength, endurance, range or flexibility")
    assert mistake["rule"] is None


def test_the_center_is_told_from_its_nine_neighbors() -> None:
    assert [entry["code"] for entry in page()["what_it_is_not"]] == NEIGHBORS
    assert [entry["label"] for entry in page()["what_it_is_not"]] == [label(code) for code in NEIGHBORS]


@pytest.mark.parametrize("code", NEIGHBORS)
def test_every_neighbor_has_text_and_is_told_from_the_center(code: str) -> None:
    shown = page(code)
    assert code in list(statements.authored_codes())
    assert shown["what_it_is_not"][0]["code"] == CENTER
    assert all(shown[topic] for topic in TEXT_TOPICS)


def test_mistakes_of_the_center_name_their_rules() -> None:
    assert rules() == [
        *([None] * 5),
        *("P105", None, "U101", "U102", "U104", "U105", "U107", "P101", "P102", "P104", "M102"),
        *("D101", "D108", "D109", "D202"),
    ]


def test_every_rule_named_exists() -> None:
    from cleanclaim.rules import all_rules

    named = {
        raw["rule"]
        for file in (*statements.authored_codes(), statements.SHARED)
        for raw in statements.read(file).get("common_mistakes", ())
        if "rule" in raw
    }
    assert named - {rule.id for rule in all_rules()} == set()
    wanted = "U101 U102 U104 U105 U106 U107 P101 P102 P104 P105 M101 M102 M103 D101 D103 D107 D108 D109 D202 I101 I102"
    assert named == set(wanted.split())


# --- where it may be billed ---


def test_settings_with_their_claims() -> None:
    shown = page()["who_may_bill"]
    assert {entry["setting"]: entry["bill_types"] for entry in shown} == {
        "office": [],
        "outpatient_hospital": ["12", "13"],
        "corf": ["75"],
        "rehabilitation_agency": ["74"],
        "skilled_nursing_part_b": ["22", "23"],
        "home_health_part_b": ["34"],
        "critical_access_hospital": ["85"],
    }
    assert {entry["claim_form"] for entry in shown[1:]} == {"institutional (837I, UB-04)"}
    assert shown[0]["claim_form"] == "professional (837P, CMS-1500)"
    assert "11" in shown[0]["places_of_service"]
    assert all(entry["who"] and entry["payment"] and entry["assistants"] and entry["supervision"] for entry in shown)


def test_private_practice_supervision_changed_in_2025() -> None:
    before, after = (setting("office", on=on)["supervision"] for on in (date(2024, 12, 31), date(2025, 1, 1)))
    assert [text.split(":")[0] for text in texts(before)] == ["Direct"]
    assert [text.split(":")[0] for text in texts(after)] == ["General"]


def test_assistants_by_setting_and_date() -> None:
    units = "The assistant's units bear CQ (PTA) or CO (OTA)."
    assert units in texts(setting("office")["assistants"])
    assert units not in texts(setting("office", on=date(2019, 12, 31))["assistants"])
    (hospital,) = texts(setting("critical_access_hospital")["assistants"])
    assert hospital.endswith("CQ and CO are not used, since the fee schedule does not pay.")


def test_evaluations_and_speech_have_no_assistants() -> None:
    assert texts(setting("office", "97161")["assistants"]) == ["An assistant may not evaluate or re-evaluate."]
    assert setting("office", "92507")["assistants"] == []
    assert modifiers("92507") == ["GN", "59, XE, XP, XS or XU", "KX", "GA, GX, GY or GZ"]
    assert "D107" in rules("97161")
    assert "D108" not in rules("97161")


# --- modifiers ---


def test_modifiers_of_the_center() -> None:
    assert modifiers() == [
        *("GP, GO or GN", "CQ", "CO", "CQ or CO", "59, XE, XP, XS or XU", "KX", "GA, GX, GY or GZ", "95"),
    ]
    assert modifiers(on=date(2018, 5, 5)) == [
        *("GP, GO or GN", "59, XE, XP, XS or XU", "KX", "GA, GX, GY or GZ"),
    ]
    assert "95" not in modifiers(on=date(2028, 1, 1))


@pytest.mark.parametrize(("year", "amount"), [(2018, "$2,010"), (2024, "$2,330"), (2026, "$2,480")])
def test_threshold_of_the_year(year: int, amount: str) -> None:
    kx = next(entry for entry in page(CENTER, date(year, 6, 1))["modifiers"] if entry["modifier"] == "KX")
    assert f"{amount} for PT and SLP together, {amount} for OT in {year}." in kx["text"]


def test_threshold_not_published_is_not_shown() -> None:
    assert "KX" not in modifiers(on=date(2027, 6, 1))
    assert "D202" not in rules(on=date(2027, 6, 1))


# --- pages from data ---


def test_a_page_from_data_alone() -> None:
    shown = page("97012")
    assert shown["what_it_is"] == [{"text": label("97012"), "cite": None, "standing": None}]
    assert shown["what_it_is_not"] == []
    assert (shown["unit_kind"], shown["minutes_per_unit"]) == ("untimed", None)
    assert rules("97012") == ["U106", "P101", "P102", "P104", "P105", "M102", "D101", "D108", "D109", "D202"]
    assert "More than 1 unit in a day, over all lines." in [mistake["mistake"] for mistake in shown["common_mistakes"]]


def test_addon_names_its_base() -> None:
    assert page("97130")["base_codes"] == ["97129"]
    assert "Billed without its base code (97129)." in [m["mistake"] for m in page("97130")["common_mistakes"]]
    assert page("97130")["modifiers"][0]["text"].startswith("On the line when it is given under a therapy plan")


def test_codes_that_medicare_does_not_pay() -> None:
    assert page("97010")["fee_schedule"]["national_cents"] == 0
    reason = "Sent to Medicare, which does not pay it: bundled into other services and never paid by itself."
    assert page("97010")["common_mistakes"][-1]["mistake"] == reason
    assert page("97014")["who_may_bill"] == []


def test_a_retired_code_names_its_successors() -> None:
    shown = page("97001")
    assert (shown["valid"], shown["last_day"]) == (False, "2016-12-31")
    assert shown["replaced_by"] == ["97161", "97162", "97163"]
    assert [m["mistake"] for m in shown["common_mistakes"]] == [
        "Billed on a date on which the code is not valid; it was replaced by 97161, 97162 or 97163."
    ]


@pytest.mark.parametrize("code", ["97007", "97008", "97009", "99213", "64466"])
def test_codes_outside_the_family_are_unknown_here(code: str) -> None:
    with pytest.raises(UnknownCode, match="not a code of the therapy family") as caught:
        code_page(code, SUMMER)
    assert caught.value.field == "code"


@pytest.mark.parametrize("code", ["", "9753", "975300", "therapy"])
def test_malformed_codes(code: str) -> None:
    with pytest.raises(InputError) as caught:
        code_page(code, SUMMER)
    assert caught.value.field == "code"


def test_code_is_read_in_any_case() -> None:
    assert code_page(" g0283 ", SUMMER)["code"] == "G0283"


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@pytest.mark.parametrize("on", [date(2019, 5, 1), TODAY])
def test_every_code_has_a_page_without_gaps_in_its_sentences(on: date) -> None:
    for code in hcpcs.catalogue()["code"]:
        shown = code_page(code, on)
        assert json.loads(json.dumps(shown)) == shown
        assert [text for text in strings(shown) if re.search(r"^$|[{}]|None|  |\(\)| [,.;:]", text)] == []


def test_sources_are_the_tables_and_publications_used() -> None:
    shown = page()
    documents = {source["document"] for source in shown["sources"]}
    assert "Medicare physician fee schedule, relative value files (PPRRVU)" in documents
    cited = {source["document"] for source in shown["sources"] if source["covers"] is None}
    cites = {s["cite"].split(",")[0] for topic in TEXT_TOPICS for s in shown[topic] if s["cite"]}
    assert cites <= {document.split(",")[0] for document in cited}
    assert len({(s["document"], s["section"]) for s in shown["sources"]}) == len(shown["sources"])


# --- the authored files ---


def raw_statements() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in (*statements.authored_codes(), statements.SHARED, statements.SETTINGS):
        for topic in (*TEXT_TOPICS, *SETTING_TOPICS):
            for raw in statements.read(file).get(topic, ()):
                yield file, topic, raw


def test_every_file_holds_known_topics_only() -> None:
    for code in statements.authored_codes():
        assert set(statements.read(code)) <= set(TEXT_TOPICS)
    assert set(statements.read(statements.SHARED)) == {"documentation", "modifiers", "common_mistakes"}
    assert set(statements.read(statements.SETTINGS)) == {"claim_form", *SETTING_TOPICS}
    assert set(statements.read(statements.SETTINGS)["claim_form"]) == set(places.SETTINGS)


def test_every_statement_has_a_citation_with_standing_or_is_advice() -> None:
    for _, _, raw in raw_statements():
        assert (raw.get("cite") in statements.citations(), raw.get("standing") in ("V", "R")) in (
            (True, True),
            (False, False),
        )
        assert ("cite" in raw) == ("standing" in raw)


def test_every_citation_is_used() -> None:
    assert {raw["cite"] for _, _, raw in raw_statements() if "cite" in raw} == set(statements.citations())


def test_conditions_codes_and_settings_exist() -> None:
    known = set(hcpcs.catalogue()["code"])
    for _, topic, raw in raw_statements():
        when = raw.get("when", [])
        assert {when} if isinstance(when, str) else set(when) <= set(statements.CONDITIONS)
        assert set(raw.get("codes", [])) <= known
        assert set(raw.get("settings", [])) <= set(places.SETTINGS)
        fields = {
            "what_it_is_not": {"code", "difference", "how_to_tell"},
            "modifiers": {"modifier", "text"},
        }.get(topic, {"text"})
        control = {"cite", "standing", "when", "codes", "settings", "first_day", "last_day", "rule"}
        assert set(raw) - control == fields
        assert raw.get("code", CENTER) in known


def test_every_condition_is_used() -> None:
    used: set[str] = set()
    for _, _, raw in raw_statements():
        when = raw.get("when", [])
        used |= {when} if isinstance(when, str) else set(when)
    assert used == set(statements.CONDITIONS)


def test_words() -> None:
    for _, _, raw in raw_statements():
        words = " ".join(str(raw.get(name, "")) for name in ("text", "difference", "how_to_tell"))
        assert not re.search(r"fraud|neighbour|centre|programme|behaviour|labour|practise|N1\d\d", words, re.IGNORECASE)
        assert all(sentence[-1] in ".?" for sentence in (raw.get("text", "."), raw.get("how_to_tell", ".")))
