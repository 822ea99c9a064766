"""Files written again: only the cells that change differ, whatever the encoding, the delimiter and the line ends."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cleanclaim import app

AS_OF = date(2026, 3, 20)
HEADER = "visit_id,patient_id,payer,dos,setting,code,modifiers,units,minutes,by,charge,credential,diagnoses,room"
ROW = "V1,P1,medicare,2026-03-04,office,{},1,15,PT,60.00,PT,M54.50,{}"


def rewritten(path: Path, mapping: Path | None = None) -> bytes:
    made = app.fix(path, as_of=AS_OF, mapping=mapping)
    return b"".join(made.rewritten()[str(path)])


def reasons(path: Path) -> list[str]:
    made = app.fix(path, as_of=AS_OF)
    assert made.rewritten() == {}
    return [one["because"] for one in made.stays()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["feed", "both", "return"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_every_other_byte_stays(tmp_path: Path, encoding: str, end: str, delimiter: str) -> None:
    rows = [
        HEADER,
        ROW.format("97014,GP", "Señor"),
        ROW.format('"97110","GP"', '"é ""x"""'),
        "",
        ROW.format("97530,", "é"),
    ]
    text = end.join(rows).replace(",", delimiter)
    path = tmp_path / "day.csv"
    path.write_bytes(text.encode(encoding))
    wanted = text.replace("97014", "G0283").replace(f"97530{delimiter}", f"97530{delimiter}GP")
    assert rewritten(path) == wanted.encode(encoding)


def test_a_byte_that_the_encoding_leaves_undefined_stays(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    held = f"{HEADER}\n{ROW.format('97014,GP', 'x')}\n".encode().replace(b"x", b"\x81\xe9")
    path.write_bytes(held)
    assert rewritten(path) == held.replace(b"97014", b"G0283")


def test_merged_rows_go_away_with_all_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    row = ROW.format('97530,"gp, kx"', '"a\nb"').replace("60.00", "$60")
    other = ROW.format("97110,GP", "2")
    path.write_text(f"{HEADER}\n{row}\n{other}\n{row}\n{other.replace('97110', '97140')}")
    merged = row.replace("1,15", "2,30").replace("$60", "$120")
    assert rewritten(path) == f"{HEADER}\n{merged}\n{other}\n{other.replace('97110', '97140')}".encode()


def test_rows_that_differ_in_a_column_that_is_not_read_stay(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("\n".join([HEADER, ROW.format("97530,GP", "1"), ROW.format("97530,GP", "2")]))
    assert reasons(path) == ["the rows differ in column room, and merging them would lose that"]


def test_rows_that_another_fix_makes_alike_are_merged_at_once(tmp_path: Path) -> None:
    """GP is put on the second row, then both are one; a second pass over the new file finds nothing to do."""
    path, again = tmp_path / "day.csv", tmp_path / "again.csv"
    path.write_text("\n".join([HEADER, ROW.format("97530,gp", "1"), ROW.format("97530,", "1")]))
    again.write_bytes(rewritten(path))
    merged = ROW.format("97530,gp", "1").replace("1,15", "2,30").replace("60", "120")
    assert again.read_text().splitlines() == [HEADER, merged]
    assert app.fix(again, as_of=AS_OF).count == 0


def test_a_modifier_that_is_not_read_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    header = HEADER.replace("modifiers", "modifiers,modifier_1")
    path.write_text("\n".join([header, ROW.format("97530,GP,", "1"), ROW.format("97530,GP,KX", "1")]))
    assert reasons(path) == ["the rows differ in column modifier_1, and merging them would lose that"]


def test_services_that_another_fix_makes_alike_are_merged_at_once(tmp_path: Path) -> None:
    path, again = tmp_path / "day.json", tmp_path / "again.json"
    bare = {name: value for name, value in SERVICE.items() if name != "modifiers"}
    path.write_text(json.dumps([{**VISIT, "services": [SERVICE, bare]}]))
    again.write_bytes(rewritten(path))
    merged = {**SERVICE, "units": 2, "minutes": 30, "charge": 120.2}
    assert json.loads(again.read_text()) == [{**VISIT, "services": [merged]}]
    assert app.fix(again, as_of=AS_OF).count == 0
    memory = [{**VISIT, "services": [SERVICE, bare]}]
    assert app.fix({"visits": memory}, as_of=AS_OF).visits["visits"] == [{**VISIT, "services": [merged]}]


def test_modifiers_in_columns_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    header = HEADER.replace("modifiers", "modifier_1,modifier_2")
    rows = [ROW.format("97150,GP,", "1"), ROW.format("97530,59,XS", "1"), ROW.format("97110,KX,", "1")]
    path.write_text("\n".join([header, *rows]))
    wanted = [ROW.format("97150,GP,", "1"), ROW.format("97530,XS,GP", "1"), ROW.format("97110,GP,KX", "1")]
    assert rewritten(path).decode().split("\n") == [header, *wanted]


def test_a_modifier_for_which_the_file_has_no_column(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("\n".join([HEADER.replace("modifiers", "modifier_1"), ROW.format("97110,KX", "1")]))
    assert reasons(path) == ["the file has no column for its new modifiers"]


def test_headers_and_separators_of_a_mapping(tmp_path: Path) -> None:
    path, mapping = tmp_path / "day.csv", tmp_path / "mapping.toml"
    mapping.write_text('[columns]\ncode = "CPT"\nmodifiers = "Mods"\n\n[values.modifiers]\nseparator = "+"\n')
    header = HEADER.replace("code", "CPT").replace("modifiers", "Mods")
    path.write_text("\n".join([header, ROW.format("97110,KX", "1"), ROW.format("97150,GP", "1")]))
    assert rewritten(path, mapping).decode().split("\n")[1] == ROW.format("97110,GP+KX", "1")


SERVICE = {"code": "97530", "modifiers": ["GP"], "units": 1, "minutes": 15, "by": "PT", "charge": 60.10}
VISIT = {"visit_id": "V1", "patient_id": "P1", "payer": "medicare", "dos": "2026-03-04", "credential": "PT"}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_json_keeps_its_order_and_its_values(tmp_path: Path, indent: int | None, encoding: str) -> None:
    services = [{**SERVICE, "code": "97014"}, SERVICE, SERVICE, {**SERVICE, "code": "97150", "note": "é"}]
    visits = {"clinic": 1.10, "visits": [{**VISIT, "services": services}]}
    path = tmp_path / "day.json"
    path.write_bytes(json.dumps(visits, indent=indent, ensure_ascii=False).encode(encoding))
    merged = {**SERVICE, "units": 2, "minutes": 30, "charge": 120.2}
    fixed = {"clinic": 1.10, "visits": [{**VISIT, "services": [{**SERVICE, "code": "G0283"}, merged, services[3]]}]}
    wanted = json.dumps(fixed, indent=indent, ensure_ascii=False).replace("120.2", "120.20")
    assert rewritten(path) == wanted.encode(encoding)


def test_json_gets_the_modifiers_that_it_lacked(tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    bare = '{"code": "97530",  "units": 1, "minutes": 15}'
    empty = '{"code": "97110", "modifiers": [], "units": 1, "minutes": 15}'
    apart = '{"code": "97140", "modifier_1": "kx", "units": 1, "minutes": 15}'
    text = '[{"visit_id": "V1", "payer": "medicare", "dos": "2026-03-04", "credential": "PT", "services": [{}]}]'
    path.write_text(text.replace("{}]", f"{bare},{empty},{apart}]"))
    assert rewritten(path).decode() == text.replace(
        "{}]",
        '{"code": "97530",  "units": 1, "minutes": 15,"modifiers": ["GP"]},'
        '{"code": "97110", "modifiers": ["GP"], "units": 1, "minutes": 15},'
        '{"code": "97140", "modifier_1": "GP", "units": 1, "minutes": 15,"modifier_2": "KX"}]',
    )


def test_services_of_two_visits_are_not_merged(tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps([{**VISIT, "services": [SERVICE]}, {**VISIT, "services": [SERVICE]}]))
    assert reasons(path) == ["the services stand in two visits"]


def test_claims_and_minutes_in_two_files(tmp_path: Path) -> None:
    """What a file has no column for stays where it is: the minutes are in the other one."""
    claims, minutes = tmp_path / "claims.csv", tmp_path / "minutes.csv"
    claims.write_text(
        "claim_id,patient_id,payer,dos,code,modifiers,units,charge,credential\n"
        "C1,P1,medicare,2026-03-04,97530,GP,1,60.00,PT\n"
        "C1,P1,medicare,2026-03-04,97530,GP,1,60.00,PT\n"
    )
    minutes.write_text("claim_id,dos,code,minutes,by\nC1,2026-03-04,97530,15,PT\nC1,2026-03-04,97530,16,PT\n")
    made = app.fix([claims, minutes], as_of=AS_OF)
    (name, parts), *others = made.rewritten().items()
    assert (name, others) == (str(claims), [])
    text = b"".join(parts).decode()
    assert text.splitlines()[1:] == ["C1,P1,medicare,2026-03-04,97530,GP,2,120.00,PT"]
    claims.write_text(text)
    again = app.fix([claims, minutes], as_of=AS_OF)
    assert again.changes() == []
    assert again.report.findings.filter(rule="U107").height == 0
