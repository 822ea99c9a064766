"""What the shipped packs say, how they are found by name, how they are laid out, and what is wrong with a pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.codes import hcpcs, payers
from cleanclaim.codes.payers import law, load, toml
from cleanclaim.codes.payers.own import examine_file
from cleanclaim.errors import ConfigError, UnknownPayer

DAY = date(2026, 3, 4)
SOURCE = {"document": "Plan manual", "section": "p. 3"}


def said(pack: str, field: str, on: date = DAY, code: str | None = None) -> tuple[object, str] | None:
    value = payers.pack(pack).on(field, on, code)
    return (value.value, value.standing) if value else None


@pytest.mark.parametrize(
    ("pack", "field", "on", "value"),
    [
        ("medicare-advantage", "unit_method", DAY, ("cms", "V")),
        ("medicare-advantage", "kx_applies", DAY, (False, "R")),
        ("medicare-advantage", "pair_edits_apply", DAY, None),
        ("uhc-commercial", "unit_method", DAY, ("cms", "U")),
        ("uhc-commercial", "discipline_modifier_required", date(2020, 6, 30), None),
        ("uhc-commercial", "discipline_modifier_required", date(2020, 7, 1), (True, "V")),
        ("uhc-commercial", "max_timed_units_day", DAY, (4, "U")),
        ("uhc-commercial", "note_times_required", date(2023, 10, 31), (True, "V")),
        ("uhc-commercial", "note_times_required", date(2023, 11, 1), (False, "V")),
        ("uhc-commercial", "plan_signature_required", date(2023, 7, 25), (True, "V")),
        ("uhc-commercial", "plan_signature_required", date(2023, 7, 26), (False, "V")),
        ("uhc-medicare-advantage", "unit_method", DAY, ("cms", "V")),
        ("uhc-medicare-advantage", "prior_authorization", date(2024, 8, 31), None),
        ("aetna", "unit_method", DAY, ("ama", "U")),
        ("aetna", "max_timed_units_day", DAY, (4, "U")),
        ("aetna", "assistant_payment_percent", date(2024, 2, 29), None),
        ("aetna", "assistant_payment_percent", date(2024, 3, 1), (85, "V")),
        ("aetna", "referral_required", date(2025, 6, 17), (False, "V")),
        ("anthem", "unit_method", date(2025, 7, 8), ("ama", "U")),
        ("anthem", "unit_method", date(2025, 7, 9), ("hybrid", "U")),
        ("anthem", "max_timed_units_day", date(2021, 3, 31), None),
        ("anthem", "max_timed_units_day", date(2021, 4, 1), (4, "V")),
        ("anthem", "filing_limit", date(2019, 9, 30), None),
        ("anthem", "filing_limit", date(2019, 10, 1), ("90 days", "U")),
        ("cigna", "max_timed_units_day", date(2022, 8, 28), None),
        ("cigna", "max_timed_units_day", date(2022, 8, 29), (4, "V")),
        ("cigna", "assistant_payment_percent", DAY, (85, "U")),
        ("humana", "assistant_payment_percent", DAY, (85, "V")),
        ("oscar", "assistant_modifier_required", DAY, (True, "V")),
        ("tricare", "unit_method", DAY, ("cms", "R")),
        ("tricare", "assistant_modifier_required", date(2020, 4, 15), None),
        ("tricare", "assistant_modifier_required", date(2020, 4, 16), (True, "V")),
        ("va-community-care", "unit_method", DAY, ("cms", "U")),
        ("va-community-care", "filing_limit", DAY, ("180 days", "V")),
        ("va-community-care", "appeal_levels", DAY, ("reconsideration: 90 days", "V")),
        ("va-community-care", "fee_basis", DAY, None),
        ("wc-california", "unit_method", DAY, ("cms", "U")),
        ("wc-california", "mppr_applies", DAY, (True, "V")),
        ("wc-texas", "unit_method", DAY, ("cms", "U")),
        ("wc-texas", "pair_edits_apply", DAY, (True, "V")),
        ("wc-new-york", "rvu_cap_day", date(2019, 3, 31), (8.0, "V")),
        ("wc-new-york", "rvu_cap_day", date(2019, 4, 1), (12.0, "V")),
        ("wc-new-york", "rvu_cap_evaluation_day", date(2019, 3, 31), (13.5, "V")),
        ("wc-new-york", "rvu_cap_evaluation_day", date(2019, 4, 1), (18.0, "V")),
        ("wc-new-york", "rvu_cap_reevaluation_day", date(2019, 4, 1), (15.0, "V")),
        ("wc-new-york", "unit_method", DAY, None),
        ("auto-new-york", "rvu_cap_day", date(2020, 9, 30), (8.0, "V")),
        ("auto-new-york", "rvu_cap_day", date(2020, 10, 1), (12.0, "V")),
        ("bcbs-nebraska", "unit_method", DAY, ("cms", "V")),
        ("bcbs-highmark", "unit_method", date(2015, 12, 31), None),
        ("bcbs-highmark", "unit_method", date(2016, 1, 1), ("cms", "V")),
        ("bcbs-illinois", "unit_method", date(2019, 7, 21), ("cms", "V")),
        ("bcbs-illinois", "unit_method", date(2019, 7, 22), ("ama", "V")),
        ("bcbs-illinois", "state_law_floor", date(2019, 7, 22), ("ama", "V")),
        ("bcbs-north-dakota", "max_timed_units_day", DAY, (4, "V")),
        ("bcbs-north-dakota", "timed_cap_counts_untimed", DAY, (True, "V")),
        ("bcbs-michigan", "mppr_applies", date(2025, 3, 31), None),
        ("bcbs-michigan", "mppr_applies", date(2025, 4, 1), (True, "V")),
        ("bcbs-horizon-new-jersey", "assistant_modifier_required", date(2022, 6, 26), None),
        ("bcbs-horizon-new-jersey", "assistant_modifier_required", date(2022, 6, 27), (True, "V")),
        ("medicaid-nevada", "max_timed_units_day", DAY, (4, "V")),
        ("medicaid-nevada", "maximums_professional", DAY, ("medicaid", "V")),
        ("medicaid-texas", "unit_method", DAY, ("nearest_15", "U")),
        ("medicaid-texas", "max_timed_units_day", DAY, (8, "U")),
    ],
)
def test_what_the_packs_say(pack: str, field: str, on: date, value: tuple[object, str] | None) -> None:
    assert said(pack, field, on) == value


@pytest.mark.parametrize(
    ("pack", "codes", "standing"),
    [
        ("cigna", ("97016", "97026", "97545", "97546", "20560", "20561"), "V"),
        ("cigna", ("97037", "0552T", "S8948"), "R"),
        ("oscar", ("90901", "90912", "90913", "29200", "29540"), "V"),
        ("tricare", ("20560", "20561"), "V"),
    ],
)
def test_codes_that_a_payer_never_pays(pack: str, codes: tuple[str, ...], standing: str) -> None:
    assert [said(pack, "code_excluded", DAY, code) for code in codes] == [(True, standing)] * len(codes)
    assert said(pack, "code_excluded", DAY, "97530") is None


def test_the_limit_of_anthem_counts_the_codes_that_it_prints() -> None:
    outside = payers.pack("anthem").codes["counts_toward_timed_cap"]
    counted = set(hcpcs.catalogue().filter("timed")["code"]) - set(outside)
    assert sorted(counted) == [
        *("97110", "97112", "97113", "97116", "97124", "97129", "97130", "97140", "97533", "97535", "97537", "97542"),
        *("97760", "97761", "97763"),
    ]
    assert [said("anthem", "counts_toward_timed_cap", DAY, code) for code in ("97530", "97035")] == [
        (False, "U"),
        (False, "V"),
    ]


def test_every_value_has_a_document_a_place_in_it_and_a_standing() -> None:
    table = pl.concat([payers.pack_table(pack).with_columns(pack=pl.lit(pack.id)) for pack in payers.packs()])
    assert table.filter(pl.any_horizontal(pl.col("document", "section").str.strip_chars() == "")).rows() == []
    assert table["standing"].unique().sort().to_list() == ["R", "U", "V"]


def test_no_limit_stands_on_an_exclusion_of_a_code_that_does_not_exist() -> None:
    known = set(hcpcs.code_periods()["code"])
    listed = {code for pack in payers.packs() for codes in pack.codes.values() for code in codes}
    assert sorted(listed - known) == ["S8948"]


# names


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("uhc", "uhc-commercial"),
        ("UNITED", "uhc-commercial"),
        ("UnitedHealthcare", "uhc-commercial"),
        ("uhc medicare", "uhc-medicare-advantage"),
        (" BCBS  IL ", "bcbs-illinois"),
        ("bcbs_il", "bcbs-illinois"),
        ("Highmark", "bcbs-highmark"),
        ("VA CCN", "va-community-care"),
        ("Railroad Medicare", "medicare"),
        ("MEDICARE", "medicare"),
        ("ny no-fault", "auto-new-york"),
        ("tx wc", "wc-texas"),
    ],
)
def test_names_fold(name: str, pack: str) -> None:
    assert payers.pack(name).id == pack


@pytest.mark.parametrize("name", ["", "...", "blue cross", "Kansas"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(UnknownPayer, match="no payer pack is called"):
        payers.pack(name)


def test_federal_programs_are_those_that_no_state_binds() -> None:
    assert [pack.id for pack in payers.packs() if pack.federal] == [
        *("medicaid", "medicaid-nevada", "medicaid-texas", "medicare", "medicare-advantage", "tricare"),
        *("uhc-medicare-advantage", "va-community-care"),
    ]


# state law


@pytest.mark.parametrize(
    ("method", "floor", "counted"),
    [
        ("cms", "ama", "cms_or_ama"),
        ("cms_or_ama", "ama", "cms_or_ama"),
        ("ama", "ama", "ama"),
        ("whole_15", "ama", "ama"),
        ("nearest_15", "ama", "ama"),
        ("hybrid", "ama", "ama"),
        ("per_visit", "ama", "per_visit"),
        (None, "ama", None),
        ("whole_15", None, "whole_15"),
    ],
)
def test_a_law_lifts_what_lies_below_it(method: str | None, floor: str | None, counted: str | None) -> None:
    assert law.at_least(method, floor) == counted


def test_a_law_is_dated_and_does_not_bind_federal_programs() -> None:
    key = toml.Key("cleanclaim.toml", "payers.x.state")
    plan = law.under_state(payers.pack("uhc"), "IL", key)
    assert [payers.unit_method(plan, day) for day in (date(2019, 7, 21), date(2019, 7, 22))] == ["cms", "cms_or_ama"]
    with pytest.raises(ConfigError, match="no state's law binds uhc-medicare-advantage"):
        law.under_state(payers.pack("uhc medicare"), "IL", key)
    with pytest.raises(ConfigError, match='"TX" is not one of IL'):
        law.under_state(payers.pack("uhc"), "TX", key)


# the page


def test_page_of_a_pack() -> None:
    page = payers.page("bcbs il", date(2019, 7, 21))
    assert {key: page[key] for key in ("pack", "on", "base", "verified")} == {
        "pack": "bcbs-illinois",
        "on": "2019-07-21",
        "base": None,
        "verified": "2026-11-24",
    }
    assert page["fields"][0] == {
        "field": "unit_method",
        "code": None,
        "value": "cms",
        "meaning": "how minutes become units",
        "first_day": None,
        "last_day": "2019-07-21",
        "standing": "V",
        "standing_meaning": "verified in the source",
        "document": "BCBSIL, notice on timed units",
        "section": "CMS counting before 2019-07-22",
        "url": None,
    }
    assert [(e["field"], e["value"], e["first_day"]) for e in page["other_days"]] == [
        ("unit_method", "ama", "2019-07-22"),
        ("state_law_floor", "ama", "2019-07-22"),
    ]
    missing = [entry["field"] for entry in page["not_known"]]
    assert ("filing_limit" in missing, "unit_method" in missing, "visit_limit" in missing) == (True, False, False)


def test_a_pack_laid_over_another_has_its_values() -> None:
    page = payers.page("medicaid-texas", DAY)
    assert page["base"] == "medicaid"
    assert [(e["field"], e["value"], e["standing_meaning"]) for e in page["fields"][:1]] == [
        ("unit_method", "nearest_15", "uncertain: advises only")
    ]
    assert "filing_limit" in {entry["field"] for entry in page["fields"]}


# what is wrong with a pack


def dated(value: object, **more: object) -> dict[str, object]:
    return {"value": value, "standing": "V", "source": SOURCE, **more}


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    document: dict[str, Any] = {
        "id": "x",
        "nmae": "X",
        "unit_metod": [dated("cms")],
        "unit_method": [
            dated("cms", first_day=date(2026, 1, 1)),
            dated("ama", last_day=date(2026, 1, 1)),
            {"value": "amma", "first_day": "2026"},
        ],
        "kx_applies": [dated("yes")],
        "code_excluded": {"9701": [dated(True)], "97010": [dated(1)]},
        "federal": 1,
        "base": "medicar",
    }
    _, problems = load.examine(document, "x.toml", payers.packs())
    assert [str(problem) for problem in problems] == [
        'nmae: unknown key; did you mean "name"? (x.toml)',
        'unit_metod: unknown key; did you mean "unit_method"? (x.toml)',
        "unit_method[2]: standing is missing; every value has value, standing and source (x.toml)",
        "unit_method[2]: source is missing; every value has value, standing and source (x.toml)",
        'unit_method[2].first_day: expected a date such as 2026-01-31, without quotes or a time, not "2026" (x.toml)',
        (
            'unit_method[2].value: "amma" is not one of cms, ama, hybrid, cms_or_ama, whole_15, nearest_15, per_visit; '
            'did you mean "ama"? (x.toml)'
        ),
        (
            "unit_method[0]: holds on the same days as the value before it (which ends 2026-01-01); end that one the "
            "day before this one begins (x.toml)"
        ),
        'kx_applies[0].value: expected true or false without quotes, not "yes" (x.toml)',
        'code_excluded.9701: expected a procedure code such as "97530", not "9701" (x.toml)',
        "code_excluded.97010[0].value: expected true or false without quotes, not 1 (x.toml)",
        "name: empty text; write a value or leave the key out (x.toml)",
        "federal: expected true or false without quotes, not 1 (x.toml)",
        f'base: "medicar" is not one of {", ".join(p.id for p in payers.packs())}; did you mean "medicare"? (x.toml)',
    ]


def test_a_pack_may_not_take_the_id_of_a_shipped_one_or_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('id = "aetna"\nname = "Our Aetna"\nbase = "aetna"\n')
    pack, problems = examine_file(tmp_path / "own.toml")
    assert (pack.id, [str(problem) for problem in problems]) == (
        "aetna",
        ['id: "aetna" is the id of a shipped pack; choose another, and write base = "aetna" to build on it (own.toml)'],
    )
    (tmp_path / "empty.toml").write_text('id = "ours"\nname = "Ours"\n')
    assert [str(problem) for problem in examine_file(tmp_path / "empty.toml")[1]] == [
        "says nothing of the payer; write at least one field (empty.toml)"
    ]


@pytest.mark.parametrize("value", [True, -1, 1001, "12", float("nan")])
def test_a_number_is_a_number(value: object) -> None:
    with pytest.raises(ConfigError, match="expected a number from 0 to 1000"):
        load.read_pack({"id": "x", "name": "X", "rvu_cap_day": [dated(value)]}, "x.toml")
