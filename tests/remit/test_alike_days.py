"""What is expected, worked out once for days that are alike, is what it is when every day is worked out."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine.expectation import expect
from cleanclaim.remit.alike import once_a_kind
from cleanclaim.remit.expected import EXPECTED, expected

CONFIG = Config.parse("")
MODIFIERS = (("GP",), ("GP", "CQ"), ("GO",), ("GN",), ("GP", "GY"), ())


@st.composite
def months(draw: st.DrawFn) -> pl.DataFrame:
    """Draw days of a few kinds, each of several patients, mixed; some with two claims, providers or disciplines."""
    line = st.fixed_dictionaries({
        "code": st.sampled_from(["97110", "97140", "97530", "97161", "G0283", "99999"]),
        "modifiers": st.sampled_from(MODIFIERS),
        "units": st.sampled_from([1.0, 2.0, 3.0, 1.5, None]),
        "charge_cents": st.sampled_from([1500, 6000, None]),
        "claim": st.sampled_from("aab"),
        "billing_npi": st.sampled_from(["1234567893", "1234567893", "1003000126"]),
        "locality": st.sampled_from(["15", "15", None]),
    })  # fmt: skip
    kinds = draw(st.lists(st.lists(line, min_size=1, max_size=4), min_size=1, max_size=3))
    rows = []
    for patient in range(draw(st.integers(2, 8))):
        named = draw(st.sampled_from([f"P{patient}", f"P{patient}", None]))
        for dos in (date(2024, 3, 8), date(2024, 3, 9)):
            for one in draw(st.sampled_from(kinds)):
                told = {f"modifier_{place}": text for place, text in enumerate(one["modifiers"], start=1)}
                kept = {name: one[name] for name in ("code", "units", "charge_cents", "billing_npi", "locality")}
                claim = f"C{patient}{dos.day}{one['claim']}"
                rows.append(kept | told | {"patient_id": named, "claim_id": claim, "visit_id": claim, "dos": dos})
    order = draw(st.permutations(range(len(rows))))
    table = pl.DataFrame([rows[place] for place in order], infer_schema_length=None)
    return SERVICES.conform(
        table.with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            modifier_count=pl.lit(1, dtype=pl.Int64),
            pack=pl.lit("medicare"),
            billed=pl.lit(True),
            claim_form=pl.lit("professional"),
            rendering_npi=pl.lit("1245319599"),
            mac=pl.when(pl.col("locality").is_not_null()).then(pl.lit("06102")),
        )
    )


@settings(max_examples=60, deadline=None)
@given(months())
def test_days_alike_are_expected_alike(services: pl.DataFrame) -> None:
    known = (pl.col("price_basis") == "expected") & pl.col("expected_allowed_cents").is_not_null()
    every = expect(services, CONFIG.policy).filter(known).select(EXPECTED.names()).sort("row")
    assert_frame_equal(expected(services, CONFIG).sort("row"), every)


def test_a_replaced_claim_bears_on_other_days() -> None:
    line = {"patient_id": "P1", "code": "97110", "units": 1.0, "charge_cents": 9000, "modifier_1": "GP"}
    same = {"pack": "medicare", "billed": True, "mac": "06102", "locality": "15", "dos": date(2024, 3, 9)}
    rows = [line | same | {"row": n, "claim_id": "C1", "frequency": f} for n, f in enumerate(("1", "7"))]
    services = SERVICES.conform(pl.DataFrame(rows))
    told = expected(services, CONFIG)
    assert told["row"].to_list() == [0, 1]
    # each is the only one of its day
    assert told["expected_allowed_cents"].n_unique() == 1


def test_each_kind_is_asked_of_once() -> None:
    day = {"dos": date(2024, 3, 9), "billed": True}
    rows = [
        day | {"row": 3 * n + k, "patient_id": f"P{n}", "claim_id": f"C{n}", "code": code}
        for n in range(6)
        for k, code in enumerate(("97110", "97530", "97110") if n % 2 else ("97110", "97110", "97530"))
    ]
    asked: list[int] = []

    def told(services: pl.DataFrame) -> pl.DataFrame:
        asked.append(services.height)
        return services.select("row", "code")

    assert sorted(once_a_kind(SERVICES.conform(pl.DataFrame(rows)), told).rows()) == [
        (r["row"], r["code"]) for r in rows
    ]
    assert asked == [6]


@st.composite
def weeks(draw: st.DrawFn) -> pl.DataFrame:
    """Draw patients with claims that reach over days and bear the same services, in any order of rows."""
    days = [date(2023, 12, 28), date(2024, 1, 2), date(2024, 3, 8), date(2024, 3, 9)]
    line = st.tuples(st.sampled_from("ab"), st.sampled_from(days), st.sampled_from(["97110", "97530"]))
    kinds = draw(st.lists(st.lists(line, min_size=1, max_size=5), min_size=1, max_size=2))
    rows = [
        {"patient_id": f"P{patient}", "claim_id": f"C{patient}{claim}", "dos": dos, "code": code}
        for patient in range(draw(st.integers(3, 8)))
        for claim, dos, code in draw(st.sampled_from(kinds))
    ]
    order = draw(st.one_of(st.just(range(len(rows))), st.permutations(range(len(rows)))))
    same = {"modifier_1": "GP", "modifier_count": 1, "units": 2.0, "charge_cents": 15000, "pack": "medicare"}
    same |= {"billed": True, "claim_form": "professional", "mac": "06102", "locality": "15"}
    same |= {"billing_npi": "1234567893", "rendering_npi": "1245319599"}
    return SERVICES.conform(pl.DataFrame([rows[place] | same | {"row": n} for n, place in enumerate(order)]))


@settings(max_examples=100, deadline=None)
@given(weeks())
def test_claims_over_several_days_are_expected_alike(services: pl.DataFrame) -> None:
    known = (pl.col("price_basis") == "expected") & pl.col("expected_allowed_cents").is_not_null()
    every = expect(services, CONFIG.policy).filter(known).select(EXPECTED.names()).sort("row")
    assert_frame_equal(expected(services, CONFIG).sort("row"), every)
