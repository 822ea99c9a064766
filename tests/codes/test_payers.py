"""Payer packs: what they say, on which days, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.citation import Citation
from cleanclaim.claims.schema import METHODS
from cleanclaim.codes import params, payers
from cleanclaim.codes.payers import fields, load, toml
from cleanclaim.codes.payers.load import DatedValue, Pack
from cleanclaim.dated import Span
from cleanclaim.errors import ConfigError, InputError, UnknownPayer

SOURCE = {"document": "Plan manual", "section": "p. 3"}


def value_on(pack: str, column: str, on: date) -> object:
    period = payers.periods().number(pl.Series([on])).item()
    return payers.policy_by_period().filter(pack=pack, period=period)[column].item()


def small(**fields_: object) -> Pack:
    return load.read_pack({"id": "x", "name": "X", **fields_}, "x.toml")


def dated(value: object, **more: object) -> dict[str, object]:
    return {"value": value, "standing": "V", "source": SOURCE, **more}


# what the packs say


def test_methods_are_those_of_the_schema() -> None:
    assert fields.UNIT_METHODS == METHODS


@pytest.mark.parametrize(
    ("pack", "column", "on", "value"),
    [
        ("medicare", "unit_method", date(2018, 1, 1), "cms"),
        ("medicare", "tie_policy", date(2026, 3, 4), "order_given"),
        ("medicare", "modifier_order", date(2026, 3, 4), "bypass discipline assistant threshold"),
        ("medicare", "bypass_preference", date(2026, 3, 4), "X"),
        ("medicare", "one_date_per_line", date(2021, 4, 18), False),
        ("medicare", "one_date_per_line", date(2021, 4, 19), True),
        ("medicare", "discipline_modifier_required", date(2017, 12, 31), None),
        ("medicare", "discipline_modifier_required", date(2018, 1, 1), True),
        ("medicare", "assistant_modifier_required", date(2019, 12, 31), False),
        ("medicare", "assistant_modifier_required", date(2020, 1, 1), True),
        ("medicare", "either_column_professional", date(2019, 6, 30), False),
        ("medicare", "either_column_professional", date(2019, 7, 1), True),
        ("medicare", "either_column_institutional", date(2026, 3, 4), False),
        ("medicare", "kx_applies", date(2017, 12, 31), None),
        ("medicare", "kx_applies", date(2018, 1, 1), True),
        ("medicare", "pair_edits_apply", date(2026, 3, 4), True),
        ("medicare", "maximums_professional", date(2026, 3, 4), "practitioner"),
        ("medicare", "maximums_institutional", date(2026, 3, 4), "hospital"),
        ("medicare", "mppr_applies", date(2010, 12, 31), False),
        ("medicare", "mppr_applies", date(2011, 1, 1), True),
        ("medicare", "fee_basis", date(2026, 3, 4), "medicare_fee_schedule"),
        ("medicare", "fee_status_applies", date(2026, 3, 4), True),
        ("medicare", "referring_required", date(2026, 3, 4), True),
        ("medicare", "filing_limit_months", date(2009, 12, 31), None),
        ("medicare", "filing_limit_months", date(2010, 1, 1), 12),
        ("medicare", "filing_limit_days", date(2010, 1, 1), 365),
        ("medicaid", "unit_method", date(2026, 3, 4), None),
        ("medicaid", "pair_edits_apply", date(2026, 3, 4), None),
        ("medicaid", "unit_maximums_apply", date(2010, 9, 30), None),
        ("medicaid", "unit_maximums_apply", date(2026, 3, 4), True),
        ("medicaid", "maximums_professional", date(2026, 3, 4), "medicaid"),
        ("medicaid", "maximums_institutional", date(2026, 3, 4), None),
        ("medicaid", "filing_limit_months", date(2026, 3, 4), 12),
        ("medicaid", "kx_applies", date(2026, 3, 4), False),
        ("commercial", "unit_method", date(2026, 3, 4), "ama"),
        ("commercial", "kx_applies", date(2026, 3, 4), False),
        ("commercial", "discipline_modifier_required", date(2026, 3, 4), None),
        ("commercial", "filing_limit_days", date(2026, 3, 4), None),
    ],
)
def test_value_on_a_day(pack: str, column: str, on: date, value: object) -> None:
    assert value_on(pack, column, on) == value


@pytest.mark.parametrize(
    ("column", "parameter"),
    [
        ("either_column_professional", "either_column_in_force"),
        ("discipline_modifier_required", "discipline_modifier_returned"),
        ("assistant_modifier_required", "assistant_modifier_in_force"),
    ],
)
@pytest.mark.parametrize("year", range(2017, 2027))
def test_medicare_agrees_with_the_parameters(column: str, parameter: str, year: int) -> None:
    for on in (date(year, 1, 1), date(year, 6, 30), date(year, 7, 1), date(year, 12, 31)):
        assert (value_on("medicare", column, on) or False) == params.value(parameter, on)


def test_policy_has_every_pack_in_every_period_once() -> None:
    policy = payers.policy_by_period()
    assert policy.height == len(payers.packs()) * len(payers.periods().starts)
    assert policy.select("pack", "period").is_duplicated().sum() == 0
    assert policy.schema["period"] == pl.UInt32
    plain = {f.name for f in fields.FIELDS.values() if f.decides and not f.by_code} - {"filing_limit"}
    limits = {f"{name}_{unit}" for name in ("filing_limit", "corrected_limit") for unit in ("days", "months")}
    assert set(policy.columns) == {"pack", "period"} | limits | plain - {"corrected_filing_limit"}


@pytest.mark.parametrize(
    ("on", "substitute"), [(date(2003, 3, 31), None), (date(2003, 4, 1), "G0283"), (date(2026, 3, 4), "G0283")]
)
def test_medicare_wants_its_own_code_for_unattended_stimulation(on: date, substitute: str | None) -> None:
    period = payers.periods().number(pl.Series([on])).item()
    found = payers.code_policy_by_period().filter(pack="medicare", code="97014", period=period)
    assert found["substitute_code"].to_list() == ([substitute] if substitute else [])


def test_code_policy_is_keyed_by_pack_code_and_period() -> None:
    table = payers.code_policy_by_period()
    assert table.schema == {
        "pack": pl.String,
        "code": pl.String,
        "period": pl.UInt32,
        "substitute_code": pl.String,
        "code_excluded": pl.Boolean,
        "counts_toward_timed_cap": pl.Boolean,
        "in_reduction": pl.Boolean,
        "relative_value": pl.Float64,
    }
    assert table.select("pack", "code", "period").is_duplicated().sum() == 0


def test_file_name_is_the_pack_id() -> None:
    folder = Path(payers.__file__).parent
    assert [pack.id for pack in payers.packs()] == sorted(file.stem for file in folder.glob("*.toml"))


def test_every_pack_says_when_its_sources_were_looked_at() -> None:
    assert {pack.verified for pack in payers.packs()} == {date(2026, 11, 24)}


def test_unknown_payer_is_told_the_nearest() -> None:
    with pytest.raises(UnknownPayer) as error:
        payers.pack("medcare")
    assert str(error.value) == (
        'payer: no payer pack is called "medcare"; did you mean "medicare"?; `cleanclaim payers` lists them'
    )


def test_standing_of_a_value() -> None:
    assert payers.standing("medicare", "unit_method", date(2026, 3, 4)) == "V"
    assert payers.standing("commercial", "unit_method", date(2026, 3, 4)) == "R"
    assert payers.standing("medicaid", "unit_method", date(2026, 3, 4)) is None
    assert payers.standing("medicare", "substitute_code", date(2026, 3, 4), "97014") == "V"
    assert payers.standing("medicare", "substitute_code", date(2026, 3, 4), "97530") is None


def test_asking_for_no_field_is_a_bad_call() -> None:
    with pytest.raises(InputError, match='did you mean "unit_method"'):
        payers.standing("medicare", "unit_metod", date(2026, 3, 4))
    with pytest.raises(InputError, match="goes by procedure code"):
        payers.standing("medicare", "code_excluded", date(2026, 3, 4))


def test_uncertain_value_is_shown_used_and_marked() -> None:
    pack = small(
        unit_method=[dated("cms", standing="U")],
        tie_policy=[dated("code_order")],
        code_excluded={"97010": [dated(True, standing="U", first_day=date(2020, 1, 1))]},
        visit_limit=[dated("20 visits", standing="U")],
    )
    policy = payers.Policy.of([pack])
    assert policy.by_period.select("unit_method", "tie_policy").row(0) == ("cms", "code_order")
    assert policy.uncertain.rows() == [
        ("x", 0, "unit_method", None),
        ("x", 1, "unit_method", None),
        ("x", 1, "code_excluded", "97010"),
    ]
    pack = small(unit_method=[dated("cms", standing="U")], tie_policy=[dated("code_order")])
    assert payers.pack_table(pack).select("field", "value", "standing").rows() == [
        ("unit_method", "cms", "U"),
        ("tie_policy", "code_order", "V"),
    ]
    assert payers.payer_table(date(2026, 1, 1), [pack]).select("unit_method_standing", "standing").row(0) == (
        "U",
        "1 V, 1 U",
    )


def test_payer_table() -> None:
    chosen = [payers.pack(name) for name in ("commercial", "medicaid", "medicare")]
    table = payers.payer_table(date(2026, 3, 4), chosen)
    assert table.select("pack", "unit_method", "unit_method_standing", "filing_limit").rows() == [
        ("commercial", "ama", "R", None),
        ("medicaid", None, None, "12 months"),
        ("medicare", "cms", "V", "12 months"),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_every_unit_method_may_be_written(method: str) -> None:
    assert payers.Policy.of([small(unit_method=[dated(method)])]).by_period["unit_method"].to_list() == [method]


# what is refused

UNIT = "unit_method"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"unit_metod": []}, 'unit_metod: unknown key; did you mean "unit_method"?'),
        ({UNIT: "cms"}, 'unit_method: expected a list with at least one item, not "cms" (x.toml)'),
        ({UNIT: []}, "unit_method: expected a list with at least one item, not an empty list (x.toml)"),
        ({UNIT: [3]}, "unit_method[0]: expected a table of keys, not 3 (x.toml)"),
        ({UNIT: [{"value": "cms", "standing": "V"}]}, "unit_method[0]: source is missing"),
        ({UNIT: [{"value": "cms", "source": SOURCE}]}, "unit_method[0]: standing is missing"),
        ({UNIT: [{"standing": "V", "source": SOURCE}]}, "unit_method[0]: value is missing"),
        ({UNIT: [dated("cms", source="p. 3")]}, 'unit_method[0].source: expected a table of keys, not "p. 3"'),
        ({UNIT: [dated("cms", source={"document": "Manual"})]}, "unit_method[0].source.section: is missing"),
        ({UNIT: [dated("cms", standing="W")]}, 'unit_method[0].standing: "W" is not one of V, R, U (x.toml)'),
        ({UNIT: [dated("cmss")]}, 'unit_method[0].value: "cmss" is not one of cms, ama, hybrid'),
        ({UNIT: [dated("cms", until=3)]}, "unit_method[0].until: unknown key; keys here: value, first_day"),
        ({UNIT: [dated("cms", first_day="2026-01-01")]}, "unit_method[0].first_day: expected a date such as"),
        (
            {UNIT: [dated("cms", first_day=datetime(2026, 1, 1, tzinfo=UTC))]},
            "unit_method[0].first_day: expected a date",
        ),
        ({UNIT: [dated("cms", last_day=date(9999, 12, 31))]}, "unit_method[0].last_day: expected a day from 1900 to"),
        (
            {UNIT: [dated("cms", first_day=date(2026, 1, 2), last_day=date(2026, 1, 1))]},
            "unit_method[0].last_day: 2026-01-01 is before first_day 2026-01-02 (x.toml)",
        ),
        (
            {UNIT: [dated("cms", first_day=date(2026, 1, 1)), dated("ama", last_day=date(2026, 1, 1))]},
            "unit_method[0]: holds on the same days as the value before it (which ends 2026-01-01)",
        ),
        ({UNIT: [dated("cms"), dated("ama")]}, "holds on the same days as the value before it (which ends never)"),
        ({"kx_applies": [dated("yes")]}, 'kx_applies[0].value: expected true or false without quotes, not "yes"'),
        ({"kx_applies": [dated(1)]}, "kx_applies[0].value: expected true or false without quotes, not 1"),
        ({"assistant_payment_percent": [dated(True)]}, "expected a whole number from 1 to 99, not true"),
        ({"assistant_payment_percent": [dated(0)]}, "expected a whole number from 1 to 99, not 0"),
        ({"filing_limit": [dated(90)]}, "filing_limit[0].value: expected text in quotes, not 90"),
        ({"filing_limit": [dated("ninety days")]}, 'expected a time limit such as "90 days" or "12 months"'),
        ({"filing_limit": [dated("9999 months")]}, "(at most ten years)"),
        ({"modifier_order": [dated(["bypass", "discipline"])]}, "expected each of bypass, discipline, assistant,"),
        ({"modifier_order": [dated(["bypass", "asistant"])]}, 'modifier_order[0].value[1]: "asistant" is not one of'),
        ({"substitute_code": [dated("G0283")]}, "substitute_code: expected a table of keys, not a list"),
        ({"substitute_code": {"9701": [dated("G0283")]}}, "substitute_code.9701: expected a procedure code"),
        ({"substitute_code": {"97014": [dated("G283")]}}, "substitute_code.97014[0].value: expected a procedure code"),
        ({"code_excluded": {"g0283": [dated(True)], "G0283": [dated(True)]}}, "G0283 stands here twice; keep one"),
        ({"verified": "today"}, 'verified: expected a date such as 2026-01-31, without quotes or a time, not "today"'),
        ({"name": 3}, "name: expected text in quotes, not 3 (x.toml)"),
        ({"id": ""}, "id: empty text; write a value or leave the key out (x.toml)"),
    ],
)
def test_wrong_pack_is_refused_by_key_and_file(document: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        small(**document)
    assert message in str(error.value)
    assert str(error.value).endswith("(x.toml)")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id = ", "not valid TOML: Invalid value (at end of document) (p.toml)"),
        (b"id = 1\nid = 2\n", "not valid TOML: Cannot overwrite a value (at line 2, column 7) (p.toml)"),
        (b'id = "\xff"', "byte 6 is not UTF-8; save the file as UTF-8 (p.toml)"),
        (b"a = " + b"[" * 20_000, "nested too deeply to be read (p.toml)"),
    ],
)
def test_file_that_is_no_toml(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "p.toml").write_bytes(content)
    with pytest.raises(ConfigError) as error:
        toml.read(tmp_path / "p.toml")
    assert str(error.value) == message


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b'\xef\xbb\xbfid = "x"')
    assert toml.read(tmp_path / "p.toml") == {"id": "x"}


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        toml.read(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        toml.read(tmp_path)


# properties

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.sampled_from(["cms", "59", "V", "12 months", "G0283", ["bypass", "discipline", "assistant", "threshold"]])
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
sources = st.fixed_dictionaries({"document": st.just("D"), "section": st.just("S")}) | anything
dated_values = st.fixed_dictionaries(
    {"value": anything, "standing": st.sampled_from("VRU") | anything, "source": sources},
    optional={"first_day": st.dates() | anything, "last_day": st.dates() | anything},
)
values = anything | st.lists(dated_values, max_size=3)
field_tables = st.dictionaries(
    st.sampled_from(sorted(fields.FIELDS)),
    values | st.dictionaries(st.sampled_from(["97014", "x"]), values),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=6), anything, max_size=3), field_tables)
def test_any_document_is_a_pack_or_an_error(noise: dict[str, object], table: dict[str, object]) -> None:
    try:
        pack = load.read_pack({"id": "x", "name": "X", **noise, **table}, "x.toml")
    except ConfigError:
        return
    assert payers.Policy.of([pack]).by_period["pack"].unique().to_list() == [pack.id]


days = st.dates(date(2020, 1, 1), date(2020, 1, 20))


@st.composite
def spans(draw: Callable[..., Any]) -> tuple[Span, ...]:
    """Spans that do not overlap, in date order, perhaps open at either end of the list."""
    edges = sorted(draw(st.sets(days, max_size=6)))
    pairs = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if pairs and draw(st.booleans()):
        pairs[0] = Span(None, pairs[0].last)
    if pairs and draw(st.booleans()):
        pairs[-1] = Span(pairs[-1].first, None)
    return tuple(pairs) if pairs else draw(st.sampled_from([(), (Span(),)]))


def valued(name: str, held: tuple[Span, ...]) -> tuple[DatedValue, ...]:
    return tuple(DatedValue(f"{name}{i}", span, "V", Citation("D", "S")) for i, span in enumerate(held))


@settings(max_examples=200, deadline=None)
@given(spans(), spans())
def test_own_values_hold_on_their_days_and_the_packs_on_all_others(
    own: tuple[Span, ...], base: tuple[Span, ...]
) -> None:
    ours, theirs = valued("own", own), valued("base", base)
    made = load.overlaid(Pack("p", "P", fields={UNIT: theirs}), "p:x", "X", {UNIT: ours}, {})
    policy = payers.Policy.of([made])
    for number in range(1, 24):
        day = date(2019, 12, 29) if number == 1 else date(2020, 1, number)
        expected = next((v.value for v in (*ours, *theirs) if day in v.span), None)
        said = [v.value for v in made.fields[UNIT] if day in v.span]
        assert said == ([expected] if expected is not None else [])
        period = policy.periods.number(pl.Series([day])).item()
        assert policy.by_period.filter(period=period)[UNIT].item() == expected


def test_times_are_no_days() -> None:
    with pytest.raises(ConfigError, match="expected a date"):
        toml.Key("x.toml", "first_day").day(time(8, 0))
