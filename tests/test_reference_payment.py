"""The reference prices and thresholds: the reduction of a day, payments printed for a code, amounts of a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from cleanclaim.codes import params
from cleanclaim.engine.payment import pay
from tests.engine.test_payment import ALL
from tests.engine.test_payment import line as paid_line
from tests.engine.test_thresholds import before, line, used

VECTORS = Path(__file__).parents[1].parent / "shared" / "vectors" / "vectors.yaml"
pytestmark = pytest.mark.skipif(not VECTORS.is_file(), reason="the reference vectors are not beside the checkout")
# what a vector says of notices is shown by the cases of D203 and D205, what it says of a denial by those of D202
IN_CASES = {"kx-016", "kx-017"}


def _vectors(kind: str) -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        return []
    written = yaml.safe_load(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return [v for v in written if v["kind"] == kind]


def _priced(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a vector: published values, components in whole dollars, or one total."""
    own = {"conversion_factor": inputs.get("cf", 1.0), "mppr_pe_reduction": inputs.get("reduction", 0.5)}
    if "components" in inputs:
        parts = enumerate(inputs["components"].values())
        return [paid_line(row) | _rvu(values) | own for row, values in parts]
    if "total_rvu" in inputs:
        return [paid_line(0, inputs["code"]) | _rvu((inputs["total_rvu"], 0.0, 0.0)) | own]
    rvu = inputs["rvu_2024_work_pe_mp"]
    return [
        paid_line(row, code) | _rvu(rvu[code]) | own | {"units": float(units)}
        for row, (code, units) in enumerate(inputs["units"].items())
    ]


def _rvu(parts: Any) -> dict[str, float]:
    return dict(zip(("work_rvu", "pe_rvu", "mp_rvu"), map(float, parts), strict=True))


@pytest.mark.parametrize("vector", _vectors("mppr"), ids=lambda v: v["id"])
def test_prices_are_the_reference_to_the_cent(vector: dict[str, Any]) -> None:
    lines, expected = _priced(vector["inputs"]), vector["expected"]
    result = pay(pl.DataFrame(lines, schema=ALL))
    assert result["expected_allowed_cents"].sum() == round(expected.get("total", expected.get("payment")) * 100)
    if "total_without_mppr" in expected:
        assert result["upper_cents"].sum() == round(expected["total_without_mppr"] * 100)
    for code in {code for code, _, _ in expected.get("lines", ())}:
        amounts = [round(dollars * 100) for other, _, dollars in expected["lines"] if other == code]
        place = next(row for row, one in enumerate(lines) if one["code"] == code)
        assert result["expected_allowed_cents"][place] == sum(amounts)


@pytest.mark.parametrize("vector", [v for v in _vectors("kx") if v["id"] not in IN_CASES], ids=lambda v: v["id"])
def test_thresholds_are_the_reference(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    if "97530_x2_2024_accrues" in expected:
        reduced = pay(pl.DataFrame([paid_line(units=2.0)], schema=ALL))["expected_allowed_cents"].item()
        assert reduced == round(expected["97530_x2_2024_accrues"] * 100)
        return
    year, day = inputs["year"], date(inputs["year"], 7, 1)
    if "pt_slp_combined" in expected:
        names = {"pt_slp_combined": "kx_threshold_pt_slp_cents", "ot": "kx_threshold_ot_cents"}
        names["medical_review_threshold"] = "targeted_review_cents"
        assert {name: params.value(names[name], day) for name in expected} == {
            name: dollars * 100 for name, dollars in expected.items()
        }
        return
    amounts = [
        before(round(inputs[f"{one}_allowed_ytd"] * 100), bucket, year=year, through=None)
        for one, bucket in (("pt", "pt_slp"), ("slp", "pt_slp"), ("ot", "ot"))
        if f"{one}_allowed_ytd" in inputs
    ]
    bucket = "ot" if inputs.get("next", "").startswith("OT") else "pt_slp"
    own = line(
        allowed=round(inputs.get("line_allowed", 0.0) * 100), dos=day, discipline="GO" if bucket == "ot" else "GP"
    )
    row = used([own], *amounts).summary.row(by_predicate=pl.col("bucket") == bucket, named=True)
    assert (row["kx_needed"] == 1) == expected["kx_required"]
    if "ytd" in expected:
        assert row["used_cents"] == expected["ytd"] * 100
    if "targeted_review" in expected:
        assert row["review_state"] == "above"
