"""Diagnoses, NPI check digits, modifiers, clinicians, places, adjustment codes."""

from __future__ import annotations

import string
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.schema import SETTINGS
from cleanclaim.codes import adjustments, icd10, modifiers, npi, places, tables


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, written out."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


@given(st.lists(st.text(string.digits, min_size=10, max_size=10), max_size=20))
@settings(max_examples=50, deadline=None)
def test_npi_check_digits_agree_with_the_plain_algorithm(npis: list[str]) -> None:
    expected = [luhn("80840" + number) for number in npis]
    assert npi.valid(pl.Series("npi", npis, dtype=pl.String)).to_list() == expected


@given(st.text(string.digits, min_size=9, max_size=9))
@settings(max_examples=50, deadline=None)
def test_exactly_one_last_digit_is_right(start: str) -> None:
    assert sum(npi.is_valid(start + digit) for digit in string.digits) == 1


@given(st.text(max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_other_text_is_not_an_npi(text: str) -> None:
    if not (len(text) == 10 and text.isascii() and text.isdigit()):
        assert npi.is_valid(text) is False


def test_a_missing_npi_is_not_judged_and_names_are_kept() -> None:
    found = npi.valid(pl.Series("rendering_npi", ["1234567893", None, " 1234567893", ""]))
    assert (found.name, found.to_list()) == ("rendering_npi", [True, None, False, False])
    assert npi.valid(pl.Series("n", [None, None])).to_list() == [None, None]


@pytest.mark.parametrize(
    ("written", "known", "billable"),
    [
        ("M54.50", True, True),
        ("m5450", True, True),
        (" M54.50 ", True, True),
        ("M54.5", True, False),
        ("M54", True, False),
        ("M54.59X", False, None),
        ("S83.511A", True, True),
        ("S83.511", True, False),
        ("A00", True, False),
        ("Z99.89", True, True),
        ("ZZZ", False, None),
        ("", False, None),
        (".", False, None),
        ("719.41", False, None),
        (None, None, None),
    ],
)
def test_diagnosis_look_up(written: str | None, known: bool | None, billable: bool | None) -> None:
    found = icd10.lookup(pl.Series("dx", [written], dtype=pl.String))
    assert found.rows() == [(written, known, billable)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 98_185), max_size=8), st.booleans())
def test_every_code_of_the_release_is_found_in_any_spelling(rows: list[int], dotted: bool) -> None:
    listed = tables.load("icd10cm")[rows]
    written = listed["code"].str.to_lowercase()
    if dotted:
        written = written.str.replace(r"^(.{3})(.+)$", "$1.$2")
    found = icd10.lookup(written)
    assert found["known"].all()
    assert found["billable"].to_list() == listed["billable"].to_list()


def test_the_release_and_its_days() -> None:
    assert tables.load("icd10cm")["code"].is_sorted()
    assert tables.load("icd10cm").height == 98_186
    covers = icd10.releases()[0].covers
    assert (covers.first, covers.last) == (date(2025, 10, 1), date(2026, 9, 30))


def test_modifier_families_are_in_the_table_with_their_kind() -> None:
    kinds = dict(modifiers.modifiers().select("modifier", "kind").rows())
    assert {kinds[m] for m in modifiers.DISCIPLINES} == {"discipline"}
    assert {kinds[m] for m in modifiers.ASSISTANT} == {"assistant"}
    assert {kinds[m] for m in modifiers.BYPASS} == {"bypass"}
    assert {kinds[m] for m in modifiers.LIABILITY} == {"liability"}
    assert kinds["KX"] == "threshold"
    assert sorted(m for m, kind in kinds.items() if kind == "bypass") == sorted(modifiers.BYPASS)
    assert set(modifiers.ASSISTANT.values()) < set(modifiers.DISCIPLINES)


def test_modifiers_with_an_end() -> None:
    ended = modifiers.modifiers().drop_nulls("last_day").select("modifier", "last_day")
    functional = {name: date(2018, 12, 31) for name in ("CH", "CI", "CJ", "CK", "CL", "CM", "CN")}
    assert dict(ended.rows()) == functional | {"SZ": date(2017, 12, 31)}


@pytest.mark.parametrize(
    ("credential", "discipline", "assistant"),
    [
        *[("PT", "GP", False), ("DPT", "GP", False), ("PTA", "GP", True), ("OTR/L", "GO", False)],
        *[("COTA/L", "GO", True), ("CCC-SLP", "GN", False), ("MD", None, False), ("DC", None, False)],
    ],
)
def test_credentials(credential: str, discipline: str | None, assistant: bool) -> None:
    row = modifiers.credential_discipline().row(by_predicate=pl.col("credential") == credential)
    assert row == (credential, discipline, assistant)


@pytest.mark.parametrize(
    ("credential", "role"),
    [
        ("COTA", "OTA"),
        ("COTA/L", "OTA"),
        ("LPTA", "PTA"),
        ("PTA-L", "PTA"),
        ("OTR", "OT"),
        ("DPT", "PT"),
        ("CCC-SLP", "SLP"),
    ],
)
def test_roles_by_credential(credential: str, role: str) -> None:
    assert modifiers.credential_roles()[credential] == role


def test_physicians_are_no_therapists() -> None:
    by_credential, by_taxonomy = modifiers.physicians()
    named = set(by_credential.filter("physician")["credential"])
    assert {"MD", "DO", "NP", "PA-C", "CNS", "DPM"} < named
    assert named & set(modifiers.credential_discipline().drop_nulls("discipline")["credential"]) == set()
    assert by_taxonomy["physician"].sum() == 42
    assert not by_taxonomy.filter(taxonomy="111N00000X")["physician"].item()


def test_taxonomies_go_by_classification_not_by_the_first_digits() -> None:
    rows = modifiers.taxonomy_discipline()
    assert rows.group_by("discipline", "assistant").len().sort("discipline", "assistant").rows() == [
        (None, False, 98),
        ("GN", False, 1),
        ("GN", True, 1),
        ("GO", False, 13),
        ("GO", True, 5),
        ("GP", False, 11),
        ("GP", True, 1),
    ]
    orthotic_fitter = rows.row(by_predicate=pl.col("taxonomy") == "225000000X")
    assert orthotic_fitter == ("225000000X", None, False, None)


def test_settings_are_those_of_the_claim_tables() -> None:
    assert tuple(places.SETTINGS) == SETTINGS
    assert set(places.setting_places()["setting"]) <= set(SETTINGS)
    assert sorted(set(places.setting_bill_types()["setting"])) == sorted(set(SETTINGS) - {"office"})


def test_every_place_that_fits_a_setting_is_assigned() -> None:
    assert places.place_known(places.setting_places()["place_of_service"]).all()
    assert places.place_known(pl.Series(["1", "00", "28", "100", "11 ", None])).to_list() == [*[False] * 5, None]
    assert places.places().height == 52


def test_facilities_do_not_fit_a_private_practice() -> None:
    office = places.setting_places().filter(pl.col("setting") == "office")["place_of_service"]
    hospital = {"19", "21", "22", "23", "31", "61"}
    assert hospital & set(office) == set()
    assert {"11", "12", "02", "10"} <= set(office)


def test_bill_types_of_each_setting() -> None:
    rows = places.setting_bill_types().sort("setting", "bill_type")
    assert rows.select("setting", "bill_type").rows() == [
        ("corf", "75"),
        ("critical_access_hospital", "85"),
        ("home_health_part_b", "34"),
        ("outpatient_hospital", "12"),
        ("outpatient_hospital", "13"),
        ("rehabilitation_agency", "74"),
        ("skilled_nursing_part_b", "22"),
        ("skilled_nursing_part_b", "23"),
    ]


def test_only_our_own_words_for_licensed_code_sets() -> None:
    revenue = tables.load("revenue_codes")
    assert revenue.drop_nulls("label").select("discipline").null_count().item() == 0
    assert tables.load("taxonomies").columns == ["taxonomy", "discipline", "assistant", "label", "physician"]
    for name in ("bill_types", "revenue_codes", "places", "taxonomies"):
        labels = tables.load(name)["label"].drop_nulls()
        assert not labels.str.contains(r"[A-Z]{4,}").any()


def test_adjustment_codes() -> None:
    counts = (adjustments.carc().height, adjustments.rarc().height, adjustments.groups().height)
    meant = tuple(frame()["meaning"].count() for frame in (adjustments.carc, adjustments.rarc, adjustments.groups))
    assert (counts, meant) == ((405, 1171, 5), (167, 137, 5))
    assert adjustments.carc().row(by_predicate=pl.col("code") == "119") == (
        "119",
        "benefit maximum reached for the period (therapy cap/visit limit)",
        date(1995, 1, 1),
        None,
    )
