"""The JSON contract of the price of one visit: amounts, steps, what is not known, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.codes import hcpcs, tables
from cleanclaim.config import Config
from cleanclaim.engine.price import price
from cleanclaim.engine.pricing import price_visit
from cleanclaim.errors import InputError, UnknownPayer
from tests.oracles.price_oracle import price_day

ALABAMA = {"mac": "10112", "locality": "00"}


def visit(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "payer": "medicare",
        "dos": "2024-07-15",
        "discipline": "GP",
        "services": [{"code": "97530", "units": 2}],
    }
    return {key: value for key, value in (usual | changes).items() if value is not None}


def services(**units: float) -> list[dict[str, Any]]:
    return [{"code": code.lstrip("_"), "units": count} for code, count in units.items()]


def amounts(result: dict[str, Any]) -> list[int | None]:
    return [line["allowed_cents"] for line in result["lines"]]


def texts(result: dict[str, Any], line: int = 0) -> list[str]:
    return [step["text"] for step in result["lines"][line]["steps"]]


def reasons(result: dict[str, Any]) -> list[tuple[str, list[str], str]]:
    return [(entry["code"], entry["missing"], entry["reason"]) for entry in result["not_checked"]]


def test_two_units_at_national_values() -> None:
    assert price_visit(visit()) == {
        "lines": [
            {
                "code": "97530",
                "units": 2,
                "allowed_cents": 6242,
                "medicare_cents": 4894,
                "payer_cents": 4894,
                "patient_cents": 1248,
                "steps": [
                    {
                        "text": "97530 has 0.44 relative value units of work, 0.65 of practice expense (the "
                        "non-facility value, as for all therapy) and 0.01 of malpractice.",
                        "cite": "42 U.S.C. 1395m(k), para. (1)(B)",
                    },
                    {
                        "text": "The conversion factor on 2024-07-15 is 33.2875; national values: every geographic "
                        "index is 1.",
                        "cite": "42 CFR, 414.20 to 414.26",
                    },
                    {
                        "text": "One unit: (0.44 x 1.000 + 0.65 x 1.000 + 0.01 x 1.000) x 33.2875 = 36.61625, rounded "
                        "half-up to $36.62.",
                        "cite": "42 CFR, 414.20 to 414.26",
                    },
                    {
                        "text": "One unit with 50% of its practice expense: (0.44 x 1.000 + 0.65 x 1.000 x 0.5 + 0.01 "
                        "x 1.000) x 33.2875 = 25.7978125, rounded half-up to $25.80.",
                        "cite": "Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 10.7",
                    },
                    {
                        "text": "The practice expense of 97530 (0.65) is the highest of the day: one unit of it is "
                        "paid in full, and every other unit of the day that is subject to the multiple-procedure "
                        "reduction is reduced.",
                        "cite": "Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 10.7",
                    },
                    {"text": "1 x $36.62 + 1 x $25.80 = $62.42.", "cite": None},
                ],
                "payment_steps": [
                    {
                        "text": "Of $62.42 the patient owes 20%, $12.48: in all $12.48.",
                        "cite": "42 U.S.C. 1395m(k), para. (1)(B)",
                    },
                    {
                        "text": "The payer pays $62.42 x 80% x 98% (what sequestration leaves) = $48.93728, rounded "
                        "half-up to $48.94.",
                        "cite": "2 U.S.C. 901a and 906(d), sequestration of Medicare payments",
                    },
                ],
            }
        ],
        "allowed_cents": 6242,
        "medicare_cents": 4894,
        "payer_cents": 4894,
        "patient_cents": 1248,
        "without_reduction_cents": 7324,
        "price_basis": "national",
        "not_checked": [],
    }


def test_result_is_json() -> None:
    result = price_visit(visit(locality=ALABAMA))
    assert json.loads(json.dumps(result)) == result


def test_day_across_disciplines() -> None:
    result = price_visit(visit(services=services(_97530=2, _97535=1, _92507=1, _97129=1, _97010=1)))
    assert amounts(result) == [5160, 2397, 7623, 2230, 0]
    assert result["allowed_cents"] == 17410
    assert result["without_reduction_cents"] == 20439
    place, total = texts(result)[-2:]
    assert place == (
        "92507 has the first place of the day (practice expense 0.96): the practice expense of every unit of 97530 is "
        "reduced; work and malpractice stay whole."
    )
    assert total == "2 x $25.80 = $51.60."
    assert texts(result, 3)[-2:] == [
        "97129 is not subject to the multiple-procedure reduction: every unit is paid in full.",
        "1 x $22.30 = $22.30.",
    ]
    assert texts(result, 4) == [
        "97010 has status B, bundled into other services and never paid by itself: allowed $0.00."
    ]


def test_a_tie_is_explained() -> None:
    result = price_visit(visit(services=services(_97110=1, _97116=1)))
    assert amounts(result) == [2929, 2230]
    assert texts(result)[-2] == (
        "The practice expense of 97110 (0.42) is also that of 97116, and the full fee that of 97116; the earlier line "
        "takes the first place: one unit of it is paid in full, and every other unit of the day that is subject to the "
        "multiple-procedure reduction is reduced."
    )
    # 97012, 97016, G0281 and G0283 share 0.16; traction has more work
    result = price_visit(visit(services=services(G0283=1, _97012=1)))
    assert amounts(result) == [899, 1398]
    assert "97012 (0.16) is also that of G0283, and its full fee is higher: one unit" in texts(result, 1)[-2]


def test_locality_and_the_same_indices_by_hand() -> None:
    by_name = price_visit(visit(locality=ALABAMA))
    by_hand = price_visit(visit(gpci={"work": 1, "pe": 0.869, "mp": 0.575}))
    assert amounts(by_name) == amounts(by_hand) == [5788]
    assert by_name["price_basis"] == by_hand["price_basis"] == "expected"
    worth = "(work 1.000, practice expense 0.869, malpractice 0.575)."
    assert texts(by_name)[1].endswith(f"geographic indices of locality 00, contractor 10112 {worth}")
    assert texts(by_hand)[1].endswith(f"geographic indices as given {worth}")
    assert amounts(price_visit(visit(locality={"mac": 10112, "locality": "0"}))) == [5788]


def test_conversion_factor_changes_within_2024() -> None:
    one = services(_97530=1)
    assert amounts(price_visit(visit(dos="2024-03-08", services=one))) == [3602]
    assert amounts(price_visit(visit(dos="2024-03-09", services=one))) == [3662]


def test_values_of_2025_say_how_old_their_parts_are() -> None:
    result = price_visit(visit(dos="2025-05-05", services=services(_97530=1)))
    assert amounts(result) == [3461]
    assert texts(result)[0].endswith(
        "0.01 of malpractice (relative values of the October 2025 release; status and indicator of July 2024)."
    )


def test_2026_has_national_rates_only() -> None:
    alone = price_visit(visit(dos="2026-03-04", services=services(_97530=1)))
    assert amounts(alone) == [3507]
    assert texts(alone)[1:] == [
        "No other unit of the day is subject to the multiple-procedure reduction: paid in full.",
        "1 x $35.07 = $35.07.",
    ]
    assert texts(alone)[0].startswith(
        "One unit of 97530 is $35.07, the national rate as published for 2026 (for clinicians who are not qualifying "
        "participants in an advanced payment model); its parts (work, practice expense, malpractice) are not known"
    )
    several = price_visit(visit(dos="2026-03-04"))
    assert (amounts(several), several["allowed_cents"], several["without_reduction_cents"]) == ([None], None, 7014)
    why = (
        "the practice expense of 97530 for 2026 is not known (only its national rate is): what a reduced unit pays "
        "is not known"
    )
    assert reasons(several) == [("97530", ["pe_rvu"], why)]


def test_locality_prices_need_the_year_in_hand() -> None:
    relative = price_visit(visit(dos="2026-03-04", locality=ALABAMA))
    assert reasons(relative) == [
        (
            "97530",
            ["work_rvu", "pe_rvu", "mp_rvu"],
            "cleanclaim's tables have no relative values of 97530 for 2026, only its national rate",
        )
    ]
    indices = price_visit(visit(dos="2025-03-04", locality=ALABAMA))
    assert reasons(indices) == [
        (
            "97530",
            ["gpci_work", "gpci_pe", "gpci_mp"],
            "the locality's geographic indices for 2025-03-04 are not known",
        )
    ]
    assert relative["price_basis"] is indices["price_basis"] is None


@pytest.mark.parametrize(
    ("code", "dos", "reason"),
    [
        (
            "97039",
            "2024-07-15",
            "97039 has status C on the fee schedule: priced by the contractor, not by the schedule",
        ),
        ("97545", "2024-07-15", "cleanclaim's tables have no relative values of 97545 for 2024"),
        ("97007", "2026-03-04", "cleanclaim has no fee schedule with 97007 for 2026-03-04"),
        ("97530", "2017-03-04", "cleanclaim has no fee schedule with 97530 for 2017-03-04"),
        ("97530", "2027-03-04", "no conversion factor is known for 2027-03-04"),
    ],
)
def test_no_amount(code: str, dos: str, reason: str) -> None:
    result = price_visit(visit(dos=dos, services=services(**{code: 1})))
    nothing = dict.fromkeys(("allowed_cents", "medicare_cents", "payer_cents", "patient_cents"))
    assert result["lines"] == [{"code": code, "units": 1, **nothing, "steps": [], "payment_steps": []}]
    assert [why for _, _, why in reasons(result)] == [reason]


def test_a_line_without_a_price_leaves_the_sums_open_and_the_other_lines_priced() -> None:
    result = price_visit(visit(services=services(_97530=2, _97039=1)))
    assert amounts(result) == [6242, None]
    assert (result["allowed_cents"], result["without_reduction_cents"]) == (None, None)
    assert result["price_basis"] == "national"


def test_payers_that_do_not_pay_by_the_schedule() -> None:
    for payer in ("commercial", "medicaid"):
        result = price_visit(visit(payer=payer))
        assert (amounts(result), result["price_basis"], result["allowed_cents"]) == ([None], None, None)
        assert [missing for _, missing, _ in reasons(result)] == [["fee_basis"]]


def test_zero_units_are_worth_nothing_and_take_no_place() -> None:
    result = price_visit(visit(services=services(_97161=0, _97530=1)))
    assert amounts(result) == [0, 3662]
    assert texts(result) == ["No units are billed: nothing is due."]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payer": None}, "payer"),
        ({"payer": 5}, "payer"),
        ({"dos": None}, "dos"),
        ({"dos": "02/30/2026"}, "dos"),
        ({"dos": "2026-02-30"}, "dos"),
        ({"dos": "20260304"}, "dos"),
        ({"discipline": "PT"}, "discipline"),
        ({"gpci": {"work": 1, "pe": 1, "mp": 1}, "locality": ALABAMA}, "gpci"),
        ({"gpci": 1}, "gpci"),
        ({"gpci": {"work": 1, "pe": 1}}, "gpci.mp"),
        ({"gpci": {"work": 0, "pe": 1, "mp": 1}}, "gpci.work"),
        ({"gpci": {"work": 1, "pe": 0.8691, "mp": 1}}, "gpci.pe"),
        ({"gpci": {"work": 1, "pe": float("nan"), "mp": 1}}, "gpci.pe"),
        ({"gpci": {"work": 1, "pe": 1, "mp": True}}, "gpci.mp"),
        ({"gpci": {"work": 1, "pe": 1, "mp": 1, "mal": 1}}, "gpci.mal"),
        ({"locality": {"mac": "10112"}}, "locality.locality"),
        ({"locality": {"mac": "Alabama", "locality": "00"}}, "locality.mac"),
        ({"locality": {"mac": "99999", "locality": "00"}}, "locality"),
        ({"localty": ALABAMA}, "localty"),
        ({"services": None}, "services"),
        ({"services": []}, "services"),
        ({"services": {"code": "97530"}}, "services"),
        ({"services": ["97530"]}, "services[0]"),
        ({"services": [{"code": "97530", "units": 1}, {"code": "9753", "units": 1}]}, "services[1].code"),
        ({"services": [{"code": 97530, "units": 1}]}, "services[0].code"),
        ({"services": [{"code": "97530"}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": "2"}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": -1}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": 1.5}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": 1e10}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": float("inf")}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": float("nan")}]}, "services[0].units"),
        ({"services": [{"code": "97530", "units": True}]}, "services[0].units"),
        ({"services": [{"code": "97530", "unit": 1}]}, "services[0].unit"),
    ],
)
def test_bad_requests_name_their_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        price_visit(visit(**changes))
    assert caught.value.field == field


def test_unknown_payer() -> None:
    with pytest.raises(UnknownPayer) as caught:
        price_visit(visit(payer="medicar"))
    assert caught.value.field == "payer"


def test_every_published_value_in_every_locality_agrees_with_the_oracle() -> None:
    facts = hcpcs.code_periods().filter(pl.col("work_rvu").is_not_null(), pl.col("fee_status").is_in(["A", "R"]))
    values = facts.unique(["work_rvu", "pe_rvu", "mp_rvu"]).filter("mult_proc")
    indices = (
        tables.load("gpci").filter(pl.col("first_day").dt.year() == 2024).unique(["gpci_work", "gpci_pe", "gpci_mp"])
    )
    lines = (
        values.select("fee_status", "mult_proc", "always_therapy", "work_rvu", "pe_rvu", "mp_rvu", "national_fee_cents")
        .join(indices.select("gpci_work", "gpci_pe", "gpci_mp"), how="cross")
        .sample(4000, seed=97530)
        .with_row_index("row")
        .with_columns(
            pl.lit(1.0).alias("units"),
            pl.lit(33.2875).alias("conversion_factor"),
            pl.lit(0.5).alias("mppr_pe_reduction"),
            pl.lit(True).alias("localized"),
            pl.lit("medicare_fee_schedule").alias("fee_basis"),
            pl.lit(True).alias("mppr_applies"),
            pool_key=pl.col("row"),
        )
    )
    expected = price_day(lines.to_dicts())
    got = {row: (full, further) for row, full, further, *_ in price(lines).rows()}
    assert got == {row: (one.full, one.further) for row, one in expected.items()}


def test_codes_of_the_reduction_are_the_published_51_and_all_always_therapy() -> None:
    facts = hcpcs.code_periods().filter("mult_proc", pl.col("known_code"))
    assert facts["code"].n_unique() == 51
    assert facts["always_therapy"].to_list() == [True] * facts.height


# what payer and patient owe


def owed(result: dict[str, Any]) -> list[tuple[int | None, int | None, int | None]]:
    return [(line["allowed_cents"], line["medicare_cents"], line["patient_cents"]) for line in result["lines"]]


def service(code: str = "97530", units: int = 1, **more: Any) -> dict[str, Any]:
    return {"code": code, "units": units, **more}


def test_an_assistants_line_and_a_deductible() -> None:
    day = [service(modifiers=["GP", "CQ"], charge_cents=9000), service("97110", modifiers="GP")]
    result = price_visit(visit(services=day, deductible_remaining_cents=1000))
    # (36.62 - 10.00) x 80% x 85% x 98% = 17.739568; 22.30 x 80% x 98% = 17.4832
    assert owed(result) == [(3662, 1774, 1000 + 532), (2230, 1748, 446)]
    assert (result["allowed_cents"], result["medicare_cents"], result["patient_cents"]) == (5892, 3522, 1978)
    assert [step["text"] for step in result["lines"][0]["payment_steps"]] == [
        "The deductible takes $10.00, which the patient owes: $26.62 is left.",
        "Of $26.62 the patient owes 20%, $5.32: in all $15.32.",
        (
            "The payer pays $26.62 x 80% x 85% x 98% (the share for an assistant's service, then what sequestration "
            "leaves) = $17.739568, rounded half-up to $17.74."
        ),
    ]


def test_a_lower_charge() -> None:
    result = price_visit(visit(services=[service(units=2, charge_cents=5000)]))
    assert owed(result) == [(5000, 3920, 1000)]
    assert texts(result)[-1] == "The charge, $50.00, is lower: no more than that is allowed."
    assert result["without_reduction_cents"] == 7324


def test_the_day_decides_the_share_for_assistants_and_sequestration() -> None:
    indices = {"work": 1.0, "pe": 0.9, "mp": 0.9}

    def of(dos: str) -> tuple[int | None, int | None, int | None]:
        return owed(price_visit(visit(dos=dos, gpci=indices, services=[service(modifiers=["GP", "CQ"])])))[0]

    for dos, factor in (("2021-12-31", 0.8), ("2022-01-01", 0.8 * 0.85), ("2022-05-01", 0.8 * 0.85 * 0.99)):
        allowed, medicare, patient = of(dos)
        if allowed is not None:
            assert (medicare, patient) == (int(allowed * factor + 0.5), int(allowed * 0.2 + 0.5))


def test_a_date_without_published_indices_takes_the_callers() -> None:
    assert amounts(price_visit(visit(dos="2025-03-04", locality=ALABAMA))) == [None]
    given = price_visit(visit(dos="2025-03-04", gpci={"work": 1.0, "pe": 0.9, "mp": 0.9}, services=[service()]))
    # (0.44 + 0.62 x 0.9 + 0.01 x 0.9) x 32.3465 = 32.5729255
    assert owed(given) == [(3257, 2553, 651)]


def test_another_payers_share_is_not_medicares(tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text("code,modifier,cents,from,to\n97530,,4100,2024-01-01,\n")
    (tmp_path / "cleanclaim.toml").write_text(
        '[payers.Acme]\npack = "commercial"\nfee_table = "acme.csv"\nmppr_applies = false\ncoinsurance_percent = 10\n'
        '[payers.Percent]\npack = "commercial"\nfee_basis = "percent_of_medicare"\nfee_percent = 110\nfee_year = 2024\n'
        'mppr_applies = true\n[payers.Flat]\npack = "commercial"\nfee_basis = "per_visit"\nvisit_rate = 95.50\n'
    )
    config = Config.load(tmp_path / "cleanclaim.toml")
    table = price_visit(visit(payer="Acme", services=[service(units=2, modifiers="GP")]), config=config)
    line = table["lines"][0]
    assert (line["allowed_cents"], line["medicare_cents"], line["payer_cents"], line["patient_cents"]) == (
        8200, None, 7380, 820,
    )  # fmt: skip
    assert texts(table) == [
        "The contract's fees (acme.csv) have $41.00 for a unit of 97530 on 2024-07-15.",
        "2 x $41.00 = $82.00.",
    ]
    percent = price_visit(visit(payer="Percent", dos="2026-03-04", services=[service(units=2)]), config=config)
    assert amounts(percent) == [4028 + 2838]
    assert (
        texts(percent)[0] == "The contract allows 110% of Medicare's fee schedule of 2024: $40.28 for a unit of 97530."
    )
    why = "Percent: what of the allowed amount the patient owes is not known"
    assert reasons(percent) == [("97530", ["coinsurance_percent"], why)]
    flat = price_visit(visit(payer="Flat", services=[service(), service("97110")]), config=config)
    assert amounts(flat) == [9550, 0]
    unknown = price_visit(visit(payer="Acme", services=[service("97110")]), config=config)
    assert reasons(unknown)[0][1:] == (
        ["fee_table"],
        "acme.csv has no fee of 97110 for 2024-07-15, or two that fit the line",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deductible_remaining_cents": -1}, "deductible_remaining_cents"),
        ({"deductible_remaining_cents": 1.5}, "deductible_remaining_cents"),
        ({"services": [service(charge_cents="60")]}, "services[0].charge_cents"),
        ({"services": [service(charge_cents=True)]}, "services[0].charge_cents"),
        ({"services": [service(modifiers=["GP", 5])]}, "services[0].modifiers"),
        ({"services": [service(modifiers=["GPX"])]}, "services[0].modifiers"),
        ({"services": [service(modifiers="GP CQ 59 KX GA")]}, "services[0].modifiers"),
        ({"services": [service(modifiers=7)]}, "services[0].modifiers"),
    ],
)
def test_bad_payment_requests_name_their_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        price_visit(visit(**changes))
    assert caught.value.field == field
