"""Rules that shipped tables alone cannot bring about, or whose day they end before, speak from imported ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import official_files as files
import polars as pl
import pytest

from cleanclaim.claims.schema import SERVICES
from cleanclaim.codes.imports.bring import bring
from cleanclaim.engine.check import check

pytestmark = pytest.mark.usefixtures("store", "small")
TODAY = date(2026, 11, 24)
LINE: dict[str, Any] = {
    "file_id": 0,
    "patient_id": "P1",
    "visit_id": "V1",
    "claim_id": "C1",
    "pack": "medicare",
    "payer": "medicare",
    "dos": TODAY,
    "claim_form": "professional",
    "setting": "office",
    "place_of_service": "11",
    "billing_npi": "1234567893",
    "rendering_npi": "1245319599",
    "credential": "PT",
    "billed": True,
    "units": 1.0,
    "charge_cents": 6000,
    "modifier_1": "GP",
    "modifier_count": 1,
}


def broken(*lines: dict[str, Any]) -> set[str]:
    rows = [LINE | {"row": row, "source_line": row + 1, **line} for row, line in enumerate(lines)]
    services = pl.DataFrame(rows, schema=SERVICES.schema)
    return set(check(services, as_of=TODAY).findings["rule"])


def test_a_maximum_of_the_line_is_judged_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
    path.write_bytes(files.mue([("97110", 3, 1), ("97530", 3, 3)]))
    bring([path], today=TODAY)
    assert {"M101"} == broken({"code": "97110", "units": 4.0}) & {"M101", "M102"}
    assert set() == broken({"code": "97110", "units": 3.0}) & {"M101", "M102"}
    assert {"M102"} == broken({"code": "97530", "units": 4.0}) & {"M101", "M102"}


def test_pairs_of_an_imported_quarter_are_judged(tmp_path: Path) -> None:
    pair = ({"code": "97530"}, {"code": "97140"})
    told = {"P101", "P102", "P103", "P105"}
    bring(files.ptp_zips(tmp_path), today=TODAY)
    assert broken(*pair) & told == {"P101"}
    bypassed = {"code": "97140", "modifier_2": "59", "modifier_count": 2}
    assert broken(pair[0], bypassed) & told == set()
    # the quarter is whole: that it names no edit is a conclusion
    assert broken({"code": "97110"}, bypassed) & told == {"P105"}


def test_never_together_of_an_imported_quarter(tmp_path: Path) -> None:
    never = [*files.PARTS[:3], (*files.PARTS[3], ("97530", "97535", "20261001", "*", "0"))]
    bring(files.ptp_zips(tmp_path, parts=never), today=TODAY)
    assert broken({"code": "97530"}, {"code": "97535"}) & {"P101", "P102", "P103"} == {"P102"}
    bypassed = {"code": "97535", "modifier_2": "59", "modifier_count": 2}
    assert broken({"code": "97530"}, bypassed) & {"P101", "P102", "P103"} == {"P103"}
