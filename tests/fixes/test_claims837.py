"""Claims in X12 837 written again: only what a fix names differs, counts are told anew, and the new file is fixed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim import app
from cleanclaim.x12 import read, totals
from cleanclaim.x12.validate import validate

AS_OF = date(2026, 3, 20)
HEAD = """GS*HC*CLINIC*HOUSE*20260309*0930*1*X*005010X222A1
ST*837*0001*005010X222A1
BHT*0019*00*B1*20260309*0930*CH
HL*1**20*1
NM1*85*2*SEÑOR CLINIC*****XX*1234567893
HL*2*1*22*0
SBR*P*18*******MB
NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00
DMG*D8*19450102*F
NM1*PR*2*MEDICARE*****PI*12502
CLM*V100*{total}***11:B:1*Y*A*Y*Y
HI*ABK:M5450
NM1*DN*1*DOE*JO****XX*1003000126
NM1*82*1*ROE*PAT****XX*1245319599
PRV*PE*PXC*225100000X
"""
FACILITY_HEAD = HEAD.replace("005010X222A1", "005010X223A2").replace("11:B:1*Y*A*Y*Y", "74:A:1**A*Y*Y")
FACILITY_HEAD = FACILITY_HEAD.replace("NM1*82*1*ROE*PAT****XX*1245319599\nPRV*PE*PXC*225100000X\n", "")
FACILITY_HEAD = FACILITY_HEAD.replace("HI*", "DTP*434*D8*20260304\nHI*").replace("NM1*DN", "NM1*71")
AFTER = "DTP*472*D8*20260304"
STYLES = (("*", ":", "~", "\n"), ("*", ":", "~", ""), ("|", ">", "!", "\r\n  "), ("*", ":", "\n", ""))


def claim(*services: str, after: str = AFTER, total: int = 0, head: str = HEAD) -> list[str]:
    """Return the segments of a file with one claim of these services, without its ISA."""
    lines = [f"LX*{n}\n{service}\n{after.replace('#', str(n))}" for n, service in enumerate(services, 1)]
    body = (head.format(total=total) + "\n".join(lines)).splitlines()
    return [*body, f"SE*{len(body)}*0001", "GE*1*1", "IEA*1*000000001"]


def written(segments: list[str], style: tuple[str, str, str, str] = STYLES[0]) -> bytes:
    element, component, terminator, between = style
    parties = f"00*{'':10}*00*{'':10}*ZZ*{'CLINIC':<15}*ZZ*{'HOUSE':<15}"
    isa = f"ISA*{parties}*260309*0930*^*00501*000000001*0*P*:"
    swap = str.maketrans("*:", element + component)
    return "".join(one.translate(swap) + terminator + between for one in [isa, *segments]).encode()


def fixed(path: Path, content: bytes) -> bytes:
    """Return the file with its fixes made, of which none is left then."""
    path.write_bytes(content)
    out = b"".join(app.fix(path, as_of=AS_OF).rewritten()[str(path)])
    path.write_bytes(out)
    assert app.fix(path, as_of=AS_OF).changes() == []
    assert totals(out)["problems"] == totals(content)["problems"] == []
    wrong, before = (validate(one, [1, 2, 3]).problems.select("segment", "element", "code") for one in (out, content))
    assert wrong.equals(before)
    return out


def reasons(path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    made = app.fix(path, as_of=AS_OF)
    assert made.rewritten() == {}
    return [one["because"] for one in made.stays()]


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_every_other_byte_stays(tmp_path: Path, style: tuple[str, str, str, str]) -> None:
    before = [
        "SV1*HC:97014:GP*30*UN*1***1",
        "SV1*HC:97110*60*UN*1***1",
        "SV1*HC:97140:KX::::hands on*60.00*UN*1***1",
        "SV1*HC:97116:59:XS:GP*60*UN*1***1",
    ]
    after = [
        "SV1*HC:G0283:GP*30*UN*1***1",
        "SV1*HC:97110:GP*60*UN*1***1",
        "SV1*HC:97140:GP:KX:::hands on*60.00*UN*1***1",
        "SV1*HC:97116:XS:GP*60*UN*1***1",
    ]
    out = fixed(tmp_path / "a.837", written(claim(*before, total=210), style))
    assert out == written(claim(*after, total=210), style)


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_merged_lines_are_one_loop_less(tmp_path: Path, style: tuple[str, str, str, str]) -> None:
    after = f"{AFTER}\nREF*6R*L#\nNTE*ADD*SAME"
    one = "SV1*HC:97530:GP*72.25*UN*1***1"
    services = [one, "SV1*HC:97530:GP*144.5*UN*2***1", "SV1*HC:97110:GP*60*UN*1***1"]
    out = fixed(tmp_path / "a.837", written(claim(*services, after=after, total=277), style))
    merged = claim("SV1*HC:97530:GP*216.75*UN*3***1", services[2], after=after, total=277)
    # the line that follows has its own control number still
    wanted = [("REF*6R*L3" if n == len(merged) - 5 else text) for n, text in enumerate(merged)]
    assert out == written(wanted, style)


def test_lines_of_an_837i_are_merged_and_given_their_discipline(tmp_path: Path) -> None:
    services = ["SV2*0420*HC:97530*72.00*UN*1", "SV2*0420*HC:97530*144.00*UN*2", "SV2*0250**60*UN*1"]
    out = fixed(tmp_path / "a.837", written(claim(*services, total=276, head=FACILITY_HEAD)))
    told = ["SV2*0420*HC:97530*216.00*UN*3", services[2]]
    assert out == written(claim(*told, total=276, head=FACILITY_HEAD))


def test_lines_that_other_fixes_make_alike_are_merged_at_once(tmp_path: Path) -> None:
    services = ["SV1*HC:97530*72*UN*1***1", "SV1*HC:97530:GP*144*UN*2***1"]
    out = fixed(tmp_path / "a.837", written(claim(*services, total=216)))
    assert out == written(claim("SV1*HC:97530:GP*216*UN*3***1", total=216))


def test_claims_with_minutes_in_another_file(tmp_path: Path) -> None:
    claims, minutes = tmp_path / "claims.837", tmp_path / "minutes.csv"
    line = "SV1*HC:97530:GP*72*UN*1***1"
    claims.write_bytes(written(claim(line, line, total=144)))
    minutes.write_text("claim_id,dos,code,minutes,by\nV100,2026-03-04,97530,15,PT\nV100,2026-03-04,97530,16,PT\n")
    (name, parts), *others = app.fix([claims, minutes], as_of=AS_OF).rewritten().items()
    assert (name, others) == (str(claims), [])
    claims.write_bytes(b"".join(parts))
    assert claims.read_bytes() == written(claim("SV1*HC:97530:GP*144*UN*2***1", total=144))
    again = app.fix([claims, minutes], as_of=AS_OF)
    assert (again.changes(), again.report.findings.filter(rule="U107").height) == ([], 0)


def test_descriptions_are_not_lost(tmp_path: Path) -> None:
    services = ["SV1*HC:97530:GP::::one*72*UN*1***1", "SV1*HC:97530:GP::::two*144*UN*2***1"]
    because = "the lines differ in SV1, and merging them would lose that"
    assert reasons(tmp_path / "a.837", written(claim(*services, total=216))) == [because]


@pytest.mark.parametrize(
    ("after", "because"),
    [
        (f"{AFTER}\nNTE*ADD*NOTE #", "the lines differ in NTE, and merging them would lose that"),
        (f"{AFTER}\nREF*G1*A#", "the lines differ in REF, and merging them would lose that"),
        (f"{AFTER}\nAMT*T*1", "a line has AMT of its own, which merging would not add up"),
        (f"{AFTER}\nSVD*P1*10*HC:97530**1", "a line has SVD of its own, which merging would not add up"),
    ],
)
def test_lines_that_say_more_stay(tmp_path: Path, after: str, because: str) -> None:
    services = ["SV1*HC:97530:GP*72*UN*1***1", "SV1*HC:97530:GP*144*UN*2***1"]
    assert reasons(tmp_path / "a.837", written(claim(*services, after=after, total=216))) == [because]


def test_non_covered_charges_are_not_added_up(tmp_path: Path) -> None:
    services = ["SV2*0420*HC:97530:GP*72*UN*1**5", "SV2*0420*HC:97530:GP*144*UN*2**5"]
    content = written(claim(*services, total=216, head=FACILITY_HEAD))
    because = "a line has a non-covered charge of its own, which merging would not add up"
    assert reasons(tmp_path / "a.837", content) == [because]


def test_lines_without_a_number_stay(tmp_path: Path) -> None:
    segments = claim("SV1*HC:97530:GP*72*UN*1***1", "SV1*HC:97530:GP*144*UN*2***1", total=216)
    segments.remove("LX*2")
    segments[-3] = "SE*20*0001"
    because = "the lines do not have an LX segment each, so that neither can be left out"
    assert because in reasons(tmp_path / "a.837", written(segments))


_LINE = st.tuples(
    st.sampled_from(("97110", "97530", "97140", "97014", "97032")),
    st.sampled_from(("", ":GP", ":59:GP", ":59:XS:GP", ":KX", ":GP:KX:76:59")),
    st.integers(1, 3),
    st.sampled_from((60, 31.25, 7.5)),
)


@settings(max_examples=8, deadline=None)
@given(lines=st.lists(_LINE, min_size=1, max_size=5), style=st.sampled_from(STYLES))
def test_a_fixed_file_holds_the_same_services_and_money(
    lines: list[tuple[str, str, int, float]], style: tuple[str, str, str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    total = sum(units * charge for _, _, units, charge in lines)
    services = [f"SV1*HC:{code}{held}*{units * charge:g}*UN*{units}***1" for code, held, units, charge in lines]
    content = written(claim(*services, total=total), style)  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("claims") / "a.837"
    path.write_bytes(content)
    parts = app.fix(path, as_of=AS_OF).rewritten()
    out = b"".join(parts[str(path)]) if parts else content
    path.write_bytes(out)
    assert app.fix(path, as_of=AS_OF).changes() == []
    assert (totals(out)["problems"], totals(out)["transactions"][0]["charge_cents"]) == ([], round(total * 100))
    before, after = read(content)["lines"], read(out)["lines"]
    assert after["line_number"].to_list() == list(range(1, after.height + 1))
    # one line of two may keep the old code
    code = pl.col("code").replace({"97014": "G0283"})
    counted = [frame.group_by(code).agg(pl.sum("units", "charge_cents")).sort("code") for frame in (before, after)]
    assert counted[0].equals(counted[1])
