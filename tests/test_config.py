"""``cleanclaim.toml``: what it says, what it fills in, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.schema import SERVICES, SETTINGS
from cleanclaim.codes import payers
from cleanclaim.config import EXAMPLE, Clinician, Config, Site
from cleanclaim.errors import ConfigError, UnknownPayer
from tests.effort import times

NPI, OTHER_NPI, THIRD_NPI = "1234567893", "1003000126", "1245319599"


def services(*rows: Mapping[str, object]) -> pl.DataFrame:
    """One row each, other columns null."""
    kept = {name: SERVICES[name].dtype for row in rows for name in row}
    frame = pl.DataFrame([{name: row.get(name) for name in kept} for row in rows], schema=kept)
    return SERVICES.conform(frame.with_row_index("row"))


def resolved(config: Config, *rows: Mapping[str, object]) -> list[dict[str, object]]:
    """What ``resolve`` adds or changes in each row."""
    before = services(*rows)
    after = config.resolve(before)
    assert after.schema == before.schema
    assert after["row"].to_list() == before["row"].to_list()
    return [
        {name: new[name] for name in new if new[name] != old[name]}
        for old, new in zip(before.to_dicts(), after.to_dicts(), strict=True)
    ]


def config_of(*lines: str) -> Config:
    return Config.parse("\n".join(lines))


# reading


def test_example_says_what_it_says() -> None:
    config = Config.parse(EXAMPLE)
    assert config.payer_packs == {
        "acme health": "commercial:acme health",
        "60054": "commercial:acme health",
        "acme ppo": "commercial:acme health",
        "medicare": "medicare",
        "medicare part b": "medicare",
        "railroad medicare": "medicare",
    }
    assert config.sites == (Site("main", "office", NPI, "01112", "05"),)
    assert config.clinicians == (Clinician("JD", THIRD_NPI, "PT", "GP", "225100000X"),)
    assert (config.default_payer, config.default_site) == ("medicare", config.sites[0])


def test_example_names_every_setting_method_and_pack() -> None:
    words = EXAMPLE.replace(",", " ").split()
    assert [
        word for word in (*SETTINGS, *payers.UNIT_METHODS, *(p.id for p in payers.packs())) if word not in words
    ] == []


def test_no_file_is_the_empty_configuration() -> None:
    config = Config.load(None)
    assert config == Config()
    assert config.policy_by_period() is payers.policy_by_period()
    assert config.code_policy_by_period() is payers.code_policy_by_period()
    assert config.periods() is payers.periods()


def test_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "cleanclaim.toml").write_text(EXAMPLE, encoding="utf-8")
    assert Config.load(tmp_path / "cleanclaim.toml") == Config.parse(EXAMPLE)
    assert Config.load(str(tmp_path / "cleanclaim.toml")) == Config.parse(EXAMPLE)


@pytest.mark.parametrize("method", payers.UNIT_METHODS)
def test_a_payer_may_be_given_any_unit_method(method: str) -> None:
    pack = config_of("[payers.a]", 'pack = "medicaid"', f'unit_method = "{method}"').pack_of("a")
    value = pack.on("unit_method", date(2026, 3, 4))
    assert value is not None
    assert (value.value, value.standing, str(value.source)) == (method, "V", "cleanclaim.toml, clinic's contract")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2019, 6, 30), (False, 365, 12)),
        (date(2025, 12, 31), (True, 365, 12)),
        (date(2026, 1, 1), (True, 90, None)),
        (date(2026, 12, 31), (True, 90, None)),
        (date(2027, 1, 1), (True, 365, 12)),
    ],
)
def test_dated_override_holds_on_its_days_and_the_pack_on_all_others(
    on: date, expected: tuple[bool, int, int | None]
) -> None:
    config = config_of(
        "[payers.acme]",
        'pack = "medicare"',
        'filing_limit = [{ value = "90 days", first_day = 2026-01-01, last_day = 2026-12-31, source = "sec. 4" }]',
    )
    period = config.periods().number(pl.Series([on])).item()
    row = config.policy_by_period().filter(pack="medicare:acme", period=period)
    assert row.select("either_column_professional", "filing_limit_days", "filing_limit_months").row(0) == expected


def test_the_shipped_packs_stay_as_they_are_beside_an_override() -> None:
    config = config_of("[payers.acme]", 'pack = "medicare"', 'unit_method = "ama"')
    policy = config.policy_by_period().filter(pl.col("pack") != "medicare:acme")
    assert policy.equals(payers.policy_by_period())
    assert config.policy_by_period().filter(pack="medicare:acme")["unit_method"].unique().to_list() == ["ama"]


def test_code_overrides() -> None:
    config = config_of(
        "[payers.acme]",
        'pack = "medicare"',
        'substitute_code.97014 = [{ value = "97014", first_day = 2026-01-01 }]',
        "code_excluded.g0283 = true",
    )
    periods = config.periods().number(pl.Series([date(2025, 12, 31), date(2026, 1, 1)])).to_list()
    table = config.code_policy_by_period().filter(pack="medicare:acme")
    assert [
        table.filter(period=p).sort("code").select("code", "substitute_code", "code_excluded").rows() for p in periods
    ] == [
        [("97014", "G0283", None), ("G0283", None, True)],
        [("97014", "97014", None), ("G0283", None, True)],
    ]


def test_an_uncertain_override_decides_nothing() -> None:
    config = config_of("[payers.a]", 'pack = "commercial"', 'unit_method = [{ value = "hybrid", standing = "U" }]')
    assert config.policy_by_period().filter(pack="commercial:a")["unit_method"].unique().to_list() == [None]


def test_pack_of_and_default_payer() -> None:
    config = config_of('[payers."Acme Health"]', 'pack = "commercial"')
    assert config.pack_of(" ACME health ").id == "commercial"
    assert config.pack_of("Medicare").id == "medicare"
    assert config.with_default_payer("acme health").default_payer == "acme health"
    with pytest.raises(UnknownPayer) as error:
        config.with_default_payer("acme healt")
    assert str(error.value) == (
        'payer: payer "acme healt" is not mapped; did you mean "acme health"?; '
        'write [payers."acme healt"] with pack = one of commercial, medicaid, medicare in cleanclaim.toml'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[payer.x]", 'payer: unknown key; did you mean "payers"?; keys here: payers, sites, clinicians, defaults'),
        ("payers = 3", "payers: expected a table of keys, not 3"),
        ("[payers.x]", "payers.x: pack is missing; write one of commercial, medicaid, medicare"),
        ('[payers.x]\npack = "medicar"', 'payers.x.pack: "medicar" is not one of commercial, medicaid, medicare; did'),
        ('[payers.x]\npack = "medicare"\nunit_methd = "ama"', 'payers.x.unit_methd: unknown key; did you mean "unit_m'),
        ('[payers.x]\npack = "medicare"\nunit_method = 3', "payers.x.unit_method: expected text in quotes, not 3"),
        (
            '[payers.x]\npack = "medicare"\nunit_method = { value = "ama" }',
            "payers.x.unit_method: a dated value goes in a list: [{ value = ..., first_day = ... }]",
        ),
        (
            '[payers.x]\npack = "medicare"\nunit_method = [{ value = "ama" }, { value = "cms" }]',
            "payers.x.unit_method[1]: holds on the same days as the value before it",
        ),
        ('[payers.x]\npack = "medicare"\nnames = [60054]', "payers.x.names[0]: expected text in quotes, not 60054"),
        (
            '[payers.x]\npack = "medicare"\nnames = "y"',
            'payers.x.names: expected a list with at least one item, not "y"',
        ),
        (
            '[payers.x]\npack = "medicare"\n[payers.y]\npack = "medicaid"\nnames = ["X "]',
            'payers.y: "X" stands for two payers; names are compared without regard to case',
        ),
        ('[payers." "]\npack = "medicare"', 'payers." ": empty text; write a value or leave the key out'),
        ("[sites.a]", "sites.a: setting is missing; write one of office, "),
        ('[sites.a]\nsetting = "ofice"', 'sites.a.setting: "ofice" is not one of office, '),
        ('[sites.a]\nsetting = "office"\nnpi = "1234567890"', 'sites.a.npi: "1234567890" fails the NPI check digit;'),
        ('[sites.a]\nsetting = "office"\nnpi = 1234567893', "sites.a.npi: expected text in quotes, not 1234567893"),
        (
            '[sites.a]\nsetting = "office"\nmac = "01112"',
            "sites.a: a locality needs both mac and locality; give both or",
        ),
        (
            '[sites.a]\nsetting = "office"\nmac = "01112"\nlocality = "5"',
            'sites.a.locality: expected two digits in quotes, such as "05", not "5"',
        ),
        ('[clinicians.a]\ncredential = "PTAA"', 'clinicians.a.credential: "PTAA" is not one of '),
        ('[clinicians.a]\ndiscipline = "PTA"', 'clinicians.a.discipline: "PTA" is not one of GP, GO, GN, PT, OT, SLP'),
        (
            '[clinicians.a]\ncredential = "OTA"\ndiscipline = "PT"',
            "clinicians.a.discipline: PT contradicts credential OTA (GO); keep one",
        ),
        (
            '[clinicians.a]\ntaxonomy = "2251"',
            'clinicians.a.taxonomy: expected ten letters and digits, such as "2251000',
        ),
        (
            f'[clinicians.a]\nnpi = "{NPI}"\ncredential = "PT"\n[clinicians.b]\nnpi = "{NPI}"\ncredential = "PTA"',
            "clinicians.b: contradicts clinicians.a, which has the same id or NPI",
        ),
        (
            '[defaults]\npayer = "acme"',
            'defaults.payer: "acme" is neither in [payers] nor a pack; write [payers."acme"]',
        ),
        ('[defaults]\nsite = "b"', "defaults.site: no site is configured; add a [sites.NAME] table"),
        ('[sites.a]\nsetting = "office"\n[defaults]\nsite = "b"', 'defaults.site: "b" is not one of a'),
        ("[defaults", "not valid TOML: "),
    ],
)
def test_wrong_configuration_names_the_key_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config.parse(text)
    assert message in str(error.value)
    assert str(error.value).endswith("(cleanclaim.toml)")


# filling in

ACME = ('[payers."Acme Health"]', 'pack = "commercial"', 'names = ["60054"]', 'unit_method = "cms"')


@pytest.mark.parametrize(
    ("row", "pack"),
    [
        ({"payer": "Acme Health"}, "commercial:acme health"),
        ({"payer": "  ACME HEALTH "}, "commercial:acme health"),
        ({"payer": "ACME HEALTH OF IDAHO", "payer_id": "60054"}, "commercial:acme health"),
        ({"payer": "Acme Health", "payer_id": "99999"}, "commercial:acme health"),
        ({"payer": "medicare", "payer_id": "60054"}, "commercial:acme health"),
        ({"payer": "60054"}, "commercial:acme health"),
        ({"payer": "Medicare"}, "medicare"),
        ({"payer": "Medicaid"}, "medicaid"),
        ({"payer": "commercial"}, "commercial"),
    ],
)
def test_payer_is_found_by_id_then_name_in_any_case(row: dict[str, object], pack: str) -> None:
    assert resolved(config_of(*ACME), row) == [{"pack": pack}]


@pytest.mark.parametrize("row", [{"payer": "Acme"}, {"payer": "medicare advantage"}, {"payer_id": "6005"}, {}])
def test_unmapped_payer_has_no_pack(row: dict[str, object]) -> None:
    assert resolved(config_of(*ACME), row) == [{}]


def test_default_payer_is_for_rows_that_name_none() -> None:
    config = config_of(*ACME, "[defaults]", 'payer = "Acme Health"')
    assert resolved(config, {}, {"payer": " "}, {"payer": "Other"}, {"payer_id": "77"}) == [
        {"payer": "Acme Health", "pack": "commercial:acme health"},
        {"payer": "Acme Health", "pack": "commercial:acme health"},
        {},
        {},
    ]


def test_configured_payer_stands_before_the_pack_of_the_same_name() -> None:
    config = config_of("[payers.Medicare]", 'pack = "medicare"', 'filing_limit = "90 days"')
    assert resolved(config, {"payer": "MEDICARE"}) == [{"pack": "medicare:medicare"}]


def test_unmapped_payers_are_counted() -> None:
    rows = [
        {"payer": p, "payer_id": i} for p, i in [("B", None), ("medicare", None), ("A", "1"), ("A", "2"), (None, "7")]
    ]
    config = config_of(*ACME)
    assert config.unmapped(config.resolve(services(*rows, {}))) == [("A", 2), ("7", 1), ("B", 1), (None, 1)]


MAIN = ("[sites.main]", 'setting = "office"', f'npi = "{NPI}"', 'mac = "01112"', 'locality = "05"')
SNF = ("[sites.snf]", 'setting = "skilled_nursing_part_b"', f'npi = "{OTHER_NPI}"')
MAIN_FACTS = {"setting": "office", "mac": "01112", "locality": "05"}


def test_only_site_serves_rows_without_npi_or_with_its_own() -> None:
    rows = [{}, {"billing_npi": NPI}, {"billing_npi": OTHER_NPI}]
    assert resolved(config_of(*MAIN), *rows) == [MAIN_FACTS, MAIN_FACTS, {}]


def test_only_site_without_npi_serves_every_row() -> None:
    config = config_of("[sites.main]", 'setting = "corf"')
    assert resolved(config, {}, {"billing_npi": OTHER_NPI}) == [{"setting": "corf"}, {"setting": "corf"}]


def test_several_sites_are_told_apart_by_npi() -> None:
    rows = [{"billing_npi": NPI}, {"billing_npi": OTHER_NPI}, {}, {"billing_npi": THIRD_NPI}]
    snf = {"setting": "skilled_nursing_part_b"}
    assert resolved(config_of(*MAIN, *SNF), *rows) == [MAIN_FACTS, snf, {}, {}]
    assert resolved(config_of(*MAIN, *SNF, "[defaults]", 'site = "snf"'), *rows) == [MAIN_FACTS, snf, snf, {}]


def test_sites_that_share_an_npi_give_what_they_agree_on() -> None:
    branch = ("[sites.branch]", 'setting = "office"', f'npi = "{NPI}"', 'mac = "01112"', 'locality = "18"')
    assert resolved(config_of(*MAIN, *branch), {"billing_npi": NPI}) == [{"setting": "office", "mac": "01112"}]
    chosen = config_of(*MAIN, *branch, "[defaults]", 'site = "branch"')
    assert resolved(chosen, {"billing_npi": NPI}) == [{"setting": "office", "mac": "01112", "locality": "18"}]


def test_what_the_file_gave_is_kept() -> None:
    given_ = {"setting": "corf", "mac": "99999", "pack": "medicaid", "payer": "medicare", "rendering_npi": THIRD_NPI}
    people = ("[clinicians.JD]", f'npi = "{THIRD_NPI}"', 'credential = "PT"', 'taxonomy = "225100000X"')
    stated = {"credential": "OT", "taxonomy": "225X00000X", "stated_discipline": "GO"}
    assert resolved(config_of(*MAIN, *people), {**given_, **stated}) == [{}]


@pytest.mark.parametrize("written", ["JD", " jd", THIRD_NPI])
def test_clinician_is_found_by_own_id_or_npi(written: str) -> None:
    config = config_of(
        "[clinicians.JD]",
        f'npi = "{THIRD_NPI}"',
        'credential = "pta"',
        'discipline = "PT"',
        'taxonomy = "225200000x"',
    )
    filled = {"credential": "PTA", "taxonomy": "225200000X", "stated_discipline": "GP"}
    number = {} if written == THIRD_NPI else {"rendering_npi": THIRD_NPI}
    assert resolved(config, {"rendering_npi": written}) == [{**filled, **number}]


def test_clinician_written_by_npi_alone_and_unknown_clinician() -> None:
    config = config_of(f"[clinicians.{THIRD_NPI}]", 'credential = "SLP"')
    rows = [{"rendering_npi": THIRD_NPI}, {"rendering_npi": OTHER_NPI}, {}]
    assert resolved(config, *rows) == [{"credential": "SLP"}, {}, {}]


def test_own_id_without_npi_is_not_taken_for_an_npi() -> None:
    config = config_of("[clinicians.JD]", 'credential = "OT"')
    assert resolved(config, {"rendering_npi": "jd"}) == [{"credential": "OT", "rendering_npi": None}]


def test_one_clinician_may_have_two_ids() -> None:
    config = config_of(*(f'[clinicians.{i}]\nnpi = "{THIRD_NPI}"\ncredential = "PT"' for i in ("JD", "77")))
    rows = [{"rendering_npi": i} for i in ("JD", "77")]
    assert resolved(config, *rows) == [{"credential": "PT", "rendering_npi": THIRD_NPI}] * 2


def test_empty_table_stays_empty() -> None:
    assert Config.parse(EXAMPLE).resolve(SERVICES.empty()).equals(SERVICES.empty())
    assert Config.unmapped(SERVICES.empty()) == []


# properties

names = st.sampled_from(["medicare", "Acme", "acme ", "x", "", None])
npis = st.sampled_from([NPI, OTHER_NPI, "JD", "", None])
given_rows = st.lists(
    st.fixed_dictionaries({"payer": names, "payer_id": names, "billing_npi": npis, "rendering_npi": npis}), max_size=6
)
CLINIC = config_of(
    "[payers.acme]",
    'pack = "commercial"',
    *MAIN,
    *SNF,
    "[clinicians.JD]",
    f'npi = "{THIRD_NPI}"',
    'credential = "PT"',
    "[defaults]",
    'payer = "medicare"',
)


@settings(max_examples=times(100), deadline=None)
@given(given_rows)
def test_rows_are_filled_one_by_one(rows: list[dict[str, object]]) -> None:
    """A row gets the same whatever stands beside it, and a second time nothing changes."""
    if rows:
        assert resolved(CLINIC, *rows) == [resolved(CLINIC, row)[0] for row in rows]
        once = CLINIC.resolve(services(*rows))
        assert CLINIC.resolve(once).equals(once)


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=6)
    | st.sampled_from(["medicare", "office", "PT", "cms", "90 days", NPI])
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def section(*keys: str) -> st.SearchStrategy[object]:
    table = st.dictionaries(st.sampled_from(keys) | st.text(max_size=3), anything, max_size=4)
    return st.dictionaries(st.text(max_size=4), table | anything, max_size=3) | anything


documents = st.fixed_dictionaries(
    {},
    optional={
        "payers": section("pack", "names", *payers.FIELDS),
        "sites": section("setting", "npi", "mac", "locality"),
        "clinicians": section("npi", "credential", "discipline", "taxonomy"),
        "defaults": st.dictionaries(st.sampled_from(["payer", "site"]), anything, max_size=2) | anything,
    },
)


@settings(max_examples=times(300), deadline=None)
@given(documents, st.dictionaries(st.text(max_size=4), anything, max_size=1))
def test_any_document_loads_or_is_refused(document: dict[str, object], noise: dict[str, object]) -> None:
    try:
        config = Config.of({**document, **noise})
    except ConfigError:
        return
    assert config.resolve(services({"payer": "medicare"}))["pack"].to_list() != [None]
