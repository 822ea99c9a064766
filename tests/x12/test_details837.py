"""Diagnoses, providers and references of an 837 as tables: the same as the claim tables say, whatever the cuts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from whole_837 import whole_facility, whole_professional

from cleanclaim import x12
from cleanclaim.errors import UnreadableFile
from cleanclaim.x12.details837 import details

DAY = Path(__file__).parents[2] / "examples" / "clinic-day" / "claims.837"


def test_the_clinic_day_says_in_lists_what_it_says_in_tables() -> None:
    tables, found = x12.read(DAY), details(DAY)
    claims, lines = tables["claims"], tables["lines"]
    codes = found.diagnoses.group_by("claim_segment", maintain_order=True).agg(pl.col("code").str.join(" "))
    assert codes.rows() == claims.select("segment", "diagnoses").rows()
    assert set(found.diagnoses.filter(place=1)["qualifier"]) == {"ABK"}
    by_role = {role: of.select("claim_segment", "id") for (role,), of in found.providers.group_by("role")}
    assert set(by_role) == {"85", "82", "DN"}
    for role, column in (("82", "rendering_npi"), ("DN", "referring_npi")):
        told = claims.filter(pl.col(column).is_not_null()).select("segment", column)
        assert by_role[role].rows() == told.rows()
    controls = found.references.filter(qualifier="6R").select("line_segment", "value")
    assert controls.rows() == lines.drop_nulls("line_control").select("segment", "line_control").rows()


@pytest.mark.parametrize("whole", [whole_professional(), whole_facility()], ids=["professional", "institutional"])
def test_a_file_of_every_loop_is_the_same_however_it_is_cut(whole: bytes) -> None:
    tables, found = x12.read(whole), details(whole)
    for size in (300, 1_000, 5_000):
        cut = details(whole, chunk_bytes=size)
        for name in ("diagnoses", "providers", "references"):
            assert getattr(cut, name).equals(getattr(found, name)), (name, size)
    segments = [one.split("*") for one in whole.decode().replace("\n", "").split("~")]
    told = found.references.select("segment", "claim_segment", "line_segment", "other_payer", "of", "value")
    assert told.rows() == list(walked(segments))
    assert found.diagnoses["segment"].n_unique() == sum(one[0] == "HI" for one in segments)
    assert len(found.providers) == sum(one[0] == "NM1" and one[1] not in INSURED_AND_PAYERS for one in segments)
    claims = {*tables["claims"]["segment"], *tables["facility_claims"]["segment"]}
    lines = {*tables["lines"]["segment"], *tables["facility_lines"]["segment"]}
    for table in (found.diagnoses, found.providers, found.references):
        assert set(table["claim_segment"].drop_nulls()) <= claims
        assert set(table["line_segment"].drop_nulls()) <= lines


INSURED_AND_PAYERS = ("IL", "QC", "PR", "40", "41")


def walked(segments: list[list[str]]) -> Iterator[tuple[object, ...]]:
    """Yield where each REF stands, one segment after the other."""
    claim = line = other = of = None
    for number, (name, *elements) in enumerate(segments, 1):
        if name in ("HL", "CLM", "LX", "SBR"):
            of = None
        if name in ("HL", "CLM"):
            claim = line = other = None
        if name == "CLM":
            claim = number
        elif name == "SBR" and claim:
            other = (other or 0) + 1
        elif name == "LX":
            line = other = None
        elif name in ("SV1", "SV2"):
            line = number
        elif name == "NM1":
            of = elements[0]
        elif name == "REF":
            yield (number, claim, line, other, of, elements[1])


def test_other_sets_have_none_and_no_x12_is_refused() -> None:
    found = details((DAY.parent / "remittance.835").read_bytes())
    assert [len(found.diagnoses), len(found.providers), len(found.references)] == [0, 0, 0]
    with pytest.raises(UnreadableFile, match="not an X12 file"):
        details(b"visit_id,code")
