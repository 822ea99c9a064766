"""``cleanclaim.toml``: what it says, what it fills in, and how a wrong one is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.schema import SERVICES, SETTINGS
from cleanclaim.codes import payers
from cleanclaim.codes.payers import FIELDS
from cleanclaim.codes.payers.toml import Key
from cleanclaim.config import EXAMPLE, Clinician, Config, Site, sending
from cleanclaim.config.sending import Name
from cleanclaim.config.settings import SCOPE, RuleSettings, Suppression
from cleanclaim.engine.selection import Selection
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


PLACE = Key("cleanclaim.toml")
"""Where a setting stands is no part of what it says."""


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
    assert config.clinicians == (Clinician("JD", THIRD_NPI, "PT", "GP", "225100000X", Name("DOE", "JO")),)
    assert (config.default_payer, config.default_site) == ("medicare", config.sites[0])
    assert config.rules == RuleSettings(PLACE, None, ("I107",), {"D110": "advice"})
    assert config.contracts.rules == {"acme health": RuleSettings(PLACE, None, ("U103",), {})}
    assert config.suppressions == (
        Suppression(
            PLACE,
            rule="P104",
            reason="payer confirmed by letter of 2026-03-02",
            expires=date(2027, 1, 31),
            payer="Acme Health",
            code="97530",
        ),
    )


def test_example_names_every_setting_and_method() -> None:
    words = EXAMPLE.replace(",", " ").split()
    assert [word for word in (*SETTINGS, *payers.UNIT_METHODS) if word not in words] == []


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


def test_an_uncertain_override_advises() -> None:
    config = config_of("[payers.a]", 'pack = "commercial"', 'unit_method = [{ value = "whole_15", standing = "U" }]')
    assert config.policy_by_period().filter(pack="commercial:a")["unit_method"].unique().to_list() == ["whole_15"]
    own = config.policy.uncertain.filter(pack="commercial:a")
    assert own.select("field", "code").unique().rows() == [("unit_method", None)]
    assert own["period"].to_list() == list(range(len(config.periods().starts)))


def test_a_price_never_rests_on_an_uncertain_value() -> None:
    config = config_of("[payers.a]", 'pack = "medicare"', 'fee_basis = [{ value = "contract", standing = "U" }]')
    assert config.policy_by_period().filter(pack="medicare:a")["fee_basis"].unique().to_list() == [None]


PLAN = """
id = "our-plan"
name = "Our plan"
base = "commercial"

[[filing_limit]]
value = "60 days"
standing = "V"
source = { document = "Contract of 2026", section = "sec. 4" }
"""


def test_a_pack_of_ones_own_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "our-plan.toml").write_text(PLAN)
    for payers_ in ('[payers.Ours]\npack = "our-plan.toml"\n', '[payers.Ours]\npack = "./our-plan.toml"\n'):
        (tmp_path / "cleanclaim.toml").write_text(payers_ + '[payers.Other]\npack = "our-plan.toml"\nunit_method="cms"')
        config = Config.load(tmp_path / "cleanclaim.toml")
        assert [config.pack_of(name).id for name in ("ours", "other")] == ["our-plan", "our-plan:other"]
        day = date(2026, 3, 4)
        period = config.periods().number(pl.Series([day])).item()
        read = ("pack", "unit_method", "filing_limit_days")
        own = config.policy_by_period().filter(period=period).select(read)
        assert own.filter(pl.col("pack").str.starts_with("our")).rows() == [
            ("our-plan", "ama", 60),
            ("our-plan:other", "cms", 60),
        ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "payers.x.pack: no such file; check the path of the configuration ("),
        ({"p.toml": 'id = "p"\nname = "P"\n'}, "payers.x.pack: p.toml is no pack: says nothing of the payer; write at"),
        (
            {"p.toml": PLAN.replace("our-plan", "medicare") + "\n[[kx_aplies]]\nvalue = 3"},
            'payers.x.pack: p.toml is no pack: kx_aplies: unknown key; did you mean "kx_applies"? (p.toml) (and ',
        ),
        (
            {"p.toml": PLAN, "q.toml": PLAN.replace("60 days", "61 days")},
            'payers.y.pack: another file is called "our-plan" too; give one of the two packs another id',
        ),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "cleanclaim.toml").write_text('[payers.x]\npack = "p.toml"\n[payers.y]\npack = "q.toml"\n')
    with pytest.raises(ConfigError) as error:
        Config.load(tmp_path / "cleanclaim.toml")
    assert str(error.value).startswith(message)


def test_a_states_law_stands_over_a_plans_method() -> None:
    config = config_of(
        '[payers."Plan IL"]\npack = "uhc"\nstate = "IL"\n[payers."Whole"]\npack = "commercial"',
        'state = "IL"\nunit_method = "whole_15"',
    )
    periods, policy = config.periods(), config.policy_by_period()
    for day, of_total_time, of_whole in (
        (date(2019, 7, 21), "cms", "whole_15"),
        (date(2019, 7, 22), "cms_or_ama", "ama"),
    ):
        methods = policy.filter(period=periods.number(pl.Series([day])).item()).select("pack", "unit_method")
        assert dict(methods.iter_rows())["uhc-commercial:plan il"] == of_total_time
        assert dict(methods.iter_rows())["commercial:whole"] == of_whole
        assert dict(methods.iter_rows())["uhc-commercial"] == "cms"


def test_pack_of_and_default_payer() -> None:
    config = config_of('[payers."Acme Health"]', 'pack = "commercial"')
    assert config.pack_of(" ACME health ").id == "commercial"
    assert config.pack_of("Medicare").id == "medicare"
    assert config.with_default_payer("acme health").default_payer == "acme health"
    with pytest.raises(UnknownPayer) as error:
        config.with_default_payer("acme healt")
    assert str(error.value) == (
        'payer: payer "acme healt" is not mapped; did you mean "acme health"?; '
        'write [payers."acme healt"] with pack = "..." in cleanclaim.toml; `cleanclaim payers` lists the packs'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[payer.x]", 'payer: unknown key; did you mean "payers"?; keys here: payers, sites, clinicians, defaults'),
        ("payers = 3", "payers: expected a table of keys, not 3"),
        ("[payers.x]", "payers.x: pack is missing; `cleanclaim payers` lists them"),
        ('[payers.x]\npack = "medicar"', 'payers.x.pack: no payer pack is called "medicar"; did you mean "medicare"?'),
        ('[payers.x]\npack = "aetna"\nstate = "OH"', 'payers.x.state: "OH" is not one of IL'),
        ('[payers.x]\npack = "tricare"\nstate = "IL"', "payers.x.state: no state's law binds tricare, whose patients"),
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


REQUIRED = 'rule = "D110"\nreason = "asked"\nexpires = 2027-01-31'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[rules]\nselct = []",
            'rules.selct: unknown key; did you mean "select"?; keys here: select, ignore, severity',
        ),
        ('[rules]\nselect = "U"', 'rules.select: expected a list with at least one item, not "U"'),
        ("[rules]\nignore = []", "rules.ignore: expected a list with at least one item, not an empty list"),
        ("[rules]\nignore = [3]", "rules.ignore[0]: expected text in quotes, not 3"),
        ("[rules]\nseverity = 3", "rules.severity: expected a table of keys, not 3"),
        ("[rules.severity]\nD110 = 3", "rules.severity.D110: expected text in quotes, not 3"),
        ('[sites.a]\nsetting = "office"\nrules = 3', "sites.a.rules: expected a table of keys, not 3"),
        ('[payers.a]\npack = "medicare"\nrules.x = 3', "payers.a.rules.x: unknown key"),
        ("suppressions = 3", "suppressions: expected a list with at least one item, not 3"),
        ("suppressions = [3]", "suppressions[0]: expected a table of keys, not 3"),
        (
            "[[suppressions]]\n" + REQUIRED.replace("rule", "rules"),
            'suppressions[0].rules: unknown key; did you mean "rule"',
        ),
        (
            '[[suppressions]]\nreason = "r"',
            "suppressions[0]: rule is missing; write the rule's id or name, such as rule = ",
        ),
        ('[[suppressions]]\nrule = "U"', "suppressions[0]: reason is missing; say why these findings may stand"),
        (
            '[[suppressions]]\nrule = "U"\nreason = "r"',
            "suppressions[0]: expires is missing; write the last day on which it holds, such as expires = 2027-01-31",
        ),
        ('[[suppressions]]\nrule = "U"\nreason = " "\nexpires = 2027-01-31', "suppressions[0].reason: empty text"),
        (
            '[[suppressions]]\nrule = "U"\nreason = "r"\nexpires = "2027-01-31"',
            "suppressions[0].expires: expected a date such as 2026-01-31, without quotes or a time",
        ),
        (
            f'[[suppressions]]\n{REQUIRED}\npayer = "acme"',
            'suppressions[0].payer: "acme" is neither in [payers] nor a pack',
        ),
        (f'[[suppressions]]\n{REQUIRED}\nsite = "main"', "suppressions[0].site: no site is configured; add a [sites"),
        (
            f'[sites.a]\nsetting = "office"\n[[suppressions]]\n{REQUIRED}\nsite = "b"',
            'suppressions[0].site: "b" is not one of a',
        ),
        (
            f'[[suppressions]]\n{REQUIRED}\n[[suppressions]]\n{REQUIRED}\npatient = "Doe"',
            "suppressions[1].patient: a suppression holds nothing of a patient; name the claim or the visit instead",
        ),
        (
            f'[[suppressions]]\n{REQUIRED}\nMember_ID = "1"',
            "suppressions[0].Member_ID: a suppression holds nothing of a",
        ),
    ],
)
def test_wrong_settings_of_rules_name_the_key_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config.parse(text)
    assert message in str(error.value)
    assert "Doe" not in str(error.value)


def test_settings_of_rules_by_site_and_payer() -> None:
    config = config_of(
        "[rules]",
        'select = ["U", " D1 "]',
        "[payers.a]",
        'pack = "medicare"',
        'names = ["60054"]',
        "[payers.A2.rules]",
        'severity.U101 = "advice"',
        "[payers.A2]",
        'pack = "medicare"',
        "[sites.one]",
        'setting = "office"',
        'rules.ignore = ["D"]',
    )
    assert config.rules == RuleSettings(PLACE, ("U", "D1"))
    assert config.contracts.rules == {"a2": RuleSettings(PLACE, None, (), {"U101": "advice"})}
    assert config.site_rules == {"one": RuleSettings(PLACE, None, ("D",), {})}
    assert [config.payer_id(name) for name in ("A", "60054", "a2", "Medicare", "none")] == [
        "a",
        "a",
        "a2",
        "medicare",
        None,
    ]


GUIDE = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL))
def test_the_examples_of_the_guide_are_valid(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme-2026.csv").write_text("code,modifier,cents,from,to\n97530,,4100,,\n")
    Selection.of(Config.parse(block), as_of=date(2026, 3, 20))


def test_the_guide_explains_every_key() -> None:
    keys = {"pack", "state", "names", "rules", "setting", "npi", "mac", "locality", "credential", "discipline"}
    keys |= {"taxonomy", "payer", "site", "select", "ignore", "severity.RULE", "rule", "reason", "expires", *SCOPE}
    keys |= {*sending.KEYS, "send", "facility_npi"}
    explained = {
        word for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE) for word in re.findall("`(.+?)`", row)
    }
    assert keys - explained == set()
    assert explained - keys <= {"NAME", "ID", "[payers.NAME]", "[sites.NAME]", "[clinicians.ID]", "[defaults]"} | {
        "[submitter]",
        "[receivers.NAME]",
        "[billing]",
        "[physicians.ID]",
        "[rules]",
        "[[suppressions]]",
        "[mapping.columns]",
        'mapping = "FILE"',
        *(f"{name}.CODE" if field.by_code else name for name, field in FIELDS.items()),
    }


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
    assert resolved(config, {"rendering_npi": "jd"}) == [
        {"credential": "OT", "rendering_npi": None, "clinician_id": "jd"}
    ]


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
        "rules": st.dictionaries(st.sampled_from(["select", "ignore", "severity"]), anything, max_size=3) | anything,
        "suppressions": st.lists(
            st.dictionaries(st.sampled_from(["rule", "reason", "expires", "payer", "site", "code"]), anything),
            max_size=2,
        )
        | anything,
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
