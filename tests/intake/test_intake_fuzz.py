"""Whatever the bytes: a Batch in which every row is accounted for, or an error of ours with the file's name."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim import intake
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.errors import CleanclaimError
from tests.effort import times

CSV = (
    b"visit_id,patient_id,dos,code,modifiers,units,minutes,start,stop,charge,diagnoses,by\n"
    b'V1,P1,2026-03-04,97530,"GP,59",2,24,09:00,9:24 AM,"$1,120.50",M54.50;R26.2,PT\n'
    b'V1,P1,03/04/2026,97140,GP,1,8,,,60,"M54.50\nR26.2",PTA\n'
)
JSON = json.dumps(
    {"visits": [{"visit_id": "V1", "dos": "2026-03-04", "services": [{"code": "97530", "units": 2, "minutes": 24.0}]}]}
).encode()
X12 = (
    b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260401*0930*^*00501*000000001*0*P*:~"
    b"GS*HC*A*B*20260401*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260401*0930*CH~"
    b"HL*1**20*1~HL*2*1*22*0~CLM*C1*84***11:B:1~LX*1~SV1*HC:97110:GP*84*UN*2***1~DTP*472*D8*20260304~"
    b"SE*9*0001~GE*1*1~IEA*1*000000001~"
)


def _workbook() -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held)
    sheet = book.add_worksheet("Visits")
    for number, line in enumerate(CSV.decode().replace("\nR26.2", "").splitlines()):
        sheet.write_row(number, 0, line.split(","))
    sheet.write_formula("F2", "=1+1", None, 2)
    sheet.set_row(1, None, None, {"hidden": True})
    book.close()
    return held.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


XLSX = _workbook()
PARTS = _members(XLSX)
ZIP = _zip({"visits.csv": CSV, "visits.json": JSON, "claims.837": X12, "book.xlsx": XLSX})
XML = [b"<row>", b"<c ", b"/>", b"</v>", b'r="XFD1048576"', b'r="A0"', b't="s"', b'hidden="1"', b"99999999999", b"&a;"]
TOKENS = [b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"9" * 30, *b'" , "" { ] [[ - ~ * : null'.split()]
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=6) | st.sampled_from(TOKENS))


def mutated(text: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, put in edits:
        at = int(where * len(text))
        text = text[:at] + put + text[at + gone :]
    return text


def read(folder: Path, *contents: bytes) -> intake.Batch | None:
    paths = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.txt"
        path.write_bytes(content)
        paths.append(path)
    refused, batch = "", None
    try:
        batch = intake.read(paths)
    except CleanclaimError as error:
        refused = str(error)
    if batch is None:
        assert str(folder) in refused
        return None
    assert batch.services.schema == SERVICES.schema
    assert batch.unreadable.schema == UNREADABLE.schema
    assert batch.rows_read == batch.services.height + batch.rows_left_out + batch.rows_merged
    assert batch.rows_left_out == 0 or batch.unreadable.height > 0
    assert batch.services["row"].n_unique() == batch.services.height
    assert not batch.services["dos"].has_nulls()
    assert not batch.services["code"].has_nulls()
    return batch


def test_the_seeds_themselves_are_read_whole(tmp_path: Path) -> None:
    for text, rows in ((CSV, 2), (JSON, 1), (X12, 1), (XLSX, 2)):
        batch = read(tmp_path, text)
        assert batch is not None
        assert batch.services.height == rows


@settings(max_examples=times(150), deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.mktemp("any"), content)


@pytest.mark.parametrize(
    "seed",
    [CSV, JSON, X12, CSV.decode().encode("utf-16"), XLSX, ZIP],
    ids=["csv", "json", "x12", "utf16", "xlsx", "zip"],
)
@settings(max_examples=times(150), deadline=None)
@given(edits=st.lists(EDIT, min_size=1, max_size=6))
def test_files_with_bytes_changed(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    read(tmp_path_factory.mktemp("mutated"), mutated(seed, edits))


@settings(max_examples=times(150), deadline=None)
@given(
    part=st.sampled_from(sorted(PARTS)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from([*TOKENS, *XML])), max_size=5),
)
def test_workbooks_with_a_part_changed(
    tmp_path_factory: pytest.TempPathFactory, part: str, edits: list[tuple[float, int, bytes]]
) -> None:
    read(tmp_path_factory.mktemp("parts"), _zip({**PARTS, part: mutated(PARTS[part], edits)}))


@settings(max_examples=times(60), deadline=None)
@given(kept=st.floats(0, 1))
@pytest.mark.parametrize("seed", [XLSX, ZIP], ids=["xlsx", "zip"])
def test_archives_cut_off(tmp_path_factory: pytest.TempPathFactory, seed: bytes, kept: float) -> None:
    assert read(tmp_path_factory.mktemp("cut"), seed[: int(kept * (len(seed) - 1))]) is None


@settings(max_examples=times(60), deadline=None)
@given(body=st.lists(EDIT, max_size=4))
def test_rows_changed_under_a_sound_header_are_never_an_error(
    tmp_path_factory: pytest.TempPathFactory, body: list[tuple[float, int, bytes]]
) -> None:
    header, _, rows = CSV.partition(b"\n")
    content = header + b"\n" + mutated(rows, body).replace(b"\0", b"?")
    batch = read(tmp_path_factory.mktemp("rows"), content)
    assert batch is not None


@settings(max_examples=times(60), deadline=None)
@given(edits=st.lists(EDIT, max_size=3), more=st.lists(EDIT, max_size=3))
def test_two_files_joined(
    tmp_path_factory: pytest.TempPathFactory,
    edits: list[tuple[float, int, bytes]],
    more: list[tuple[float, int, bytes]],
) -> None:
    minutes = b"claim_id,dos,code,minutes\nC1,2026-03-04,97110,30\nC1,2026-03-04,97140,8\nC2,2026-03-04,97110,8\n"
    read(tmp_path_factory.mktemp("joined"), mutated(X12, edits), mutated(minutes, more))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["visits", "services", "code", "dos", "minutes", "modifiers", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=times(150), deadline=None)
@given(top=JSON_VALUES)
def test_any_json_values(tmp_path_factory: pytest.TempPathFactory, top: object) -> None:
    read(tmp_path_factory.mktemp("json"), json.dumps({"visits": top}).encode())
