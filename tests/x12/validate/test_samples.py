"""Published sample files that their origins call valid: accepted at levels 1 to 3, or refused for a known reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cleanclaim.x12.validate import validate

SAMPLES = Path(__file__).parents[4] / "shared" / "x12" / "samples"
if not (SAMPLES / "INDEX.csv").is_file():
    pytest.skip("the collection of sample files is not here", allow_module_level=True)

# Endings of files that are refused at levels 1 to 3, and why, each looked at by hand.
REFUSED = {
    "demo-file__demo.835": "no PER*BL; TS309 and TS311, which 5010 does not use",
    "005010X221A1__secondary-payment.835": "no PER*BL, no BPR16, not the component separator of ISA16",
    "005010X221A1__tertiary-payment.835": "the same, and a service charge that does not add up",
    "example_5010_835__sample1.txt": "a claim of which 0.01 is neither paid nor adjusted",
    "example_5010_835__sample2.txt": "BPR16 is no day; claims that do not add up",
    "005010X223A3__out-of-network-repriced-claim.837i": "CLM06 is not used; not the component separator of ISA16",
    "005010X223A3__ppo-repriced-claim.837i": "CLM06 is not used; not the component separator of ISA16",
    "005010X223A3__two-claims-single-provider.837i": "CLM06 is not used",
    "sample_837_0.txt": "HL numbers that do not begin with 1",
    "sample_837_2.txt": "version 00401 in ISA, PER in 1000B, SV1 in an institutional claim, no CL1",
    "sample_837_4.txt": "version 00401 in ISA, PER in 1000B, SV1 in an institutional claim, no CL1",
    "sample_837_5.txt": "version 00401 in ISA, PER in 1000B, SV1 in an institutional claim, no CL1",
    "sample_837_6.txt": "version 00401 in ISA, PER in 1000B, SV1 in an institutional claim, no CL1",
    "demo.cob.example4.837": "AMT*F2 in 2320, of 4010",
    "demo.example11.837": "not the component separator of ISA16",
    "demo.example12.837": "not the component separator of ISA16",
    "sample837-small.edi": "version 00402 in ISA; transaction sets without their loops",
}
# What may be wrong with the others at levels 4 and 5: made-up NPIs, ZIP codes of five digits for billing providers, a
# made-up state, and a status that rejects (A7) with the action to accept (WQ).
ALLOWED = {("NM1", "NM109"), ("N1", "N104"), ("N4", "N403"), ("N4", "N402"), ("STC", "STC03")}


def listed() -> list[str]:
    index = pl.read_csv(SAMPLES / "INDEX.csv", infer_schema_length=0).with_columns(pl.all().fill_null(""))
    ours = index.filter(
        pl.col("version").str.contains("^005010X22[123]|^005010X231|^005010X214"),
        pl.col("transaction").is_in(["837P", "837I", "835", "999", "277CA"]),
        pl.col("valid").is_in(["yes", "yes?"]),
        pl.col("envelope_issues").is_in(["", "BOM"]),
    )
    return ours["path"].to_list()


@pytest.mark.parametrize("path", listed(), ids=lambda path: path[-40:])
def test_samples_are_accepted_or_refused_for_a_known_reason(path: str) -> None:
    problems = validate(SAMPLES / path).problems
    refused = any(path.endswith(ending) for ending in REFUSED)
    assert problems.filter(pl.col("level") <= 3).is_empty() != refused
    if not refused:
        assert set(problems.select("segment", "element").rows()) <= ALLOWED


def test_each_known_reason_is_for_a_file_of_the_collection() -> None:
    assert [ending for ending in REFUSED if not any(path.endswith(ending) for path in listed())] == []
