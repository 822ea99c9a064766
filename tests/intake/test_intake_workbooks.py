"""Workbooks to SERVICES: sheets, headers, cells of every type, places, what is hidden, and what is refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from cleanclaim import intake
from cleanclaim.errors import CleanclaimError, UnreadableFile, UnsupportedFile
from cleanclaim.intake import sheet_parts

HEADER = ["visit_id", "dos", "code", "units", "minutes", "modifiers", "charge"]
ROW = ["V1", "2026-03-04", "97530", 2, 24, "GP", 144.1]


def book(path: Path, *sheets: tuple[str, Callable[[Any, Any], None]], **options: Any) -> Path:
    """Write a workbook; each sheet is filled by a function of the sheet and the workbook."""
    made = xlsxwriter.Workbook(path, options)
    for name, fill in sheets:
        fill(made.add_worksheet(name), made)
    made.close()
    return path


def rows(*lines: list[Any], top: int = 0) -> Callable[[Any, Any], None]:
    def fill(sheet: Any, _: Any) -> None:
        for number, line in enumerate(lines, top):
            sheet.write_row(number, 0, line)

    return fill


def without_changes(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
    """Write a workbook again with some of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, changes.get(name, lambda same: same)(content))
    return path


def test_a_sheet_under_a_title_with_its_places(tmp_path: Path) -> None:
    def fill(sheet: Any, made: Any) -> None:
        sheet.merge_range("B1:F1", "Charges of March")
        rows(HEADER, ROW, ["V2", "2026-03-04", 97110, 1, -5, "GP", 60], ["", "", ""], ["V3", "", "97140"], top=4)(
            sheet, made
        )

    batch = intake.read([book(tmp_path / "day.xlsx", ("Visits", fill), ("Notes", rows(["nothing here"])))])
    read = batch.services.select("visit_id", "code", "units", "minutes", "charge_cents", "place", "source_line").rows()
    assert read == [
        ("V1", "97530", 2.0, 24, 14410, "sheet Visits, row 6", 6),
        ("V2", "97110", 1.0, None, 6000, "sheet Visits, row 7", 7),
    ]
    assert batch.unreadable.select("line", "column", "message").rows() == [
        (
            None,
            "sheet Visits, row 7, minutes",
            "'-5' is not whole minutes from 0 to 1440, or hours and minutes such as 0:45; the cell is read as missing",
        ),
        (None, "sheet Visits, row 9, dos", "no date; the row is left out"),
    ]
    assert batch.notes == (f"{tmp_path}/day.xlsx: sheets not read: Notes",)
    assert (batch.rows_read, batch.rows_left_out) == (3, 1)


@pytest.mark.parametrize("since_1904", [False, True])
def test_cells_of_every_type(tmp_path: Path, since_1904: bool) -> None:
    names = ["patient_id", "dos", "received", "code", "modifiers", "start", "stop", "charge", "rendering_npi"]
    names += ["abn_on_file", "revenue_code"]
    serial = 46085 - (1462 if since_1904 else 0)

    def fill(sheet: Any, made: Any) -> None:
        day, clock = made.add_format({"num_format": "m/d/yy"}), made.add_format({"num_format": "h:mm"})
        sheet.write_row(0, 0, names)
        sheet.write_row(1, 0, [7, None, serial, 97530, 59, 0.375, None, None, 1245319599, True, 420])
        sheet.write_datetime(1, 1, datetime(2026, 3, 4), day)  # noqa: DTZ001
        sheet.write_datetime(1, 6, time(9, 24), clock)
        sheet.write_formula(1, 7, "=72.05*2", None, 144.10000000000002)

    path = book(tmp_path / "day.xlsx", ("A", fill), **({"date_1904": True} if since_1904 else {}))
    batch = intake.read([path])
    assert batch.unreadable.rows() == []
    assert batch.services.select(
        "patient_id", "dos", "received", "code", "modifier_1", "start_minute", "stop_minute", "charge_cents"
    ).row(0) == ("7", date(2026, 3, 4), date(2026, 3, 4), "97530", "59", 540, 564, 14410)
    assert batch.services.select("rendering_npi", "abn_on_file", "revenue_code").row(0) == ("1245319599", True, "0420")


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    def fill(sheet: Any, made: Any) -> None:
        rows(HEADER, ROW, ROW, ROW)(sheet, made)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(900, None, None, {"hidden": True})
        sheet.set_column("C:D", None, None, {"hidden": True})
        sheet.set_column("H:XFD", None, None, {"hidden": True})
        sheet.hide()

    path = book(tmp_path / "day.xlsx", ("First", rows(["x"])), ("Visits", fill))
    batch = intake.read([path])
    assert batch.services.height == 3
    assert batch.notes == (
        f"{path}: sheets not read: First",
        f"{path}, sheet Visits: the sheet is hidden, and is read too",
        f"{path}, sheet Visits: 1 hidden row is read too",
        f"{path}, sheet Visits: hidden columns are read too: code, units",
    )


def test_formulas_without_a_value_and_cells_with_errors_are_told(tmp_path: Path) -> None:
    path = book(tmp_path / "day.xlsx", ("Visits", rows(HEADER, ROW, ROW)))

    def changed(sheet: bytes) -> bytes:
        sheet = sheet.replace(b'<c r="D2"><v>2</v></c>', b'<c r="D2"><f>1+1</f><v></v></c>')
        return sheet.replace(b'<c r="E3"><v>24</v></c>', b'<c r="E3" t="e"><v>#N/A</v></c>')

    batch = intake.read([without_changes(path, {"xl/worksheets/sheet1.xml": changed})])
    assert batch.services["units"].to_list() == [None, 2.0]
    assert batch.services["minutes"].to_list() == [24, None]
    assert batch.notes == (
        (
            f"{path}, sheet Visits: 1 formulas have no stored value and count as blank; open the workbook in Excel and"
            " save it"
        ),
        f"{path}, sheet Visits: 1 cells hold an error such as #N/A and count as blank",
    )


def test_tags_with_a_prefix_of_their_own(tmp_path: Path) -> None:
    def fill(sheet: Any, made: Any) -> None:
        rows(HEADER, ROW, ROW)(sheet, made)
        sheet.set_row(1, None, None, {"hidden": True})

    path = book(tmp_path / "day.xlsx", ("Visits", fill))

    def prefixed(sheet: bytes) -> bytes:
        named = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", sheet)
        return named.replace(b" xmlns=", b" xmlns:x=")

    batch = intake.read([without_changes(path, {"xl/worksheets/sheet1.xml": prefixed})])
    assert batch.services["units"].to_list() == [2.0, 2.0]
    assert batch.notes == (f"{path}, sheet Visits: 1 hidden row is read too",)


def test_sheets_of_claims_and_minutes_are_joined(tmp_path: Path) -> None:
    claims = rows(["claim_id", "dos", "code", "units", "charge"], ["C1", "2026-03-04", 97530, 1, 72])
    minutes = rows(
        ["claim_id", "dos", "code", "minutes"], ["C1", "2026-03-04", 97530, 16], ["C9", "2026-03-04", 97530, 8]
    )
    batch = intake.read([book(tmp_path / "day.xlsx", ("Claims", claims), ("Minutes", minutes))])
    assert batch.services.select("claim_id", "units", "minutes").rows() == [("C1", 1.0, 16)]
    assert batch.unreadable.select("column", "message").rows() == [
        (
            "sheet Minutes, row 3",
            "unmatched: no claim line of this visit, claim or patient on this date; the row is left out",
        )
    ]


def test_a_million_empty_rows_are_no_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "day.xlsx", ("Visits", rows(HEADER, ROW)))

    def changed(sheet: bytes) -> bytes:
        empty = b"".join(b'<row r="%d" ht="15"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_000_001))
        return sheet.replace(b"</sheetData>", empty + b"</sheetData>")

    batch = intake.read([without_changes(path, {"xl/worksheets/sheet1.xml": changed})])
    assert (batch.services.height, batch.rows_read) == (1, 1)


def test_cells_strewn_over_a_sheet_are_refused(tmp_path: Path) -> None:
    def fill(sheet: Any, made: Any) -> None:
        rows(HEADER, ROW)(sheet, made)
        sheet.write(1_048_575, 16_383, "x")

    path = book(tmp_path / "day.xlsx", ("Visits", fill))
    with pytest.raises(UnreadableFile) as caught:
        intake.read([path])
    assert str(caught.value) == (
        f"{path}: sheet Visits reaches to row 1,048,576 and column 16,384, which is too far; delete what stands"
        " outside the table, or save the sheet as CSV"
    )


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("xl/workbook.xml", "its part xl/workbook.xml declares entities, which is not read; save the workbook again"),
        (
            "xl/worksheets/sheet1.xml",
            "its part xl/worksheets/sheet1.xml is no plain sheet; save the workbook again as .xlsx",
        ),
    ],
)
def test_entities_are_refused(tmp_path: Path, part: str, says: str) -> None:
    path = book(tmp_path / "day.xlsx", ("Visits", rows(HEADER, ROW)))
    without_changes(path, {part: lambda text: text.replace(b"?>", b"?>" + ENTITIES, 1)})
    with pytest.raises(UnreadableFile) as caught:
        intake.read([path])
    assert str(caught.value) == f"{path}: {says}"


def test_workbooks_of_other_kinds_say_what_to_do(tmp_path: Path) -> None:
    locked = b"\xd0\xcf\x11\xe0" + b"\0" * 2_000_000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100
    binary = io.BytesIO()
    with zipfile.ZipFile(binary, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    kinds: Iterable[tuple[bytes, str]] = [
        (
            locked,
            (
                "this workbook is protected by a password; open it, remove the password (File, Info, Protect Workbook)"
                " and save it again"
            ),
        ),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            "this is an old Office file (.xls), which is not read; open it and save it as .xlsx or CSV",
        ),
        (binary.getvalue(), "this is a binary workbook (.xlsb), which is not read; save it as .xlsx"),
    ]
    for content, says in kinds:
        path = tmp_path / "day.xlsx"
        path.write_bytes(content)
        with pytest.raises(UnsupportedFile) as caught:
            intake.read([path])
        assert str(caught.value) == f"{path}: {says}"


def test_a_workbook_without_our_columns_says_which_are_missing(tmp_path: Path) -> None:
    path = book(tmp_path / "day.xlsx", ("A", rows(["Title"], ["CPT", "visit_id"], [97530, 1])), ("B", rows(["x"])))
    with pytest.raises(
        UnreadableFile, match=r"sheet A: the header has no column code and none for dos; .*; none of its 2 sheets has"
    ):
        intake.read([path])
    empty = book(tmp_path / "empty.xlsx", ("A", rows()))
    with pytest.raises(UnreadableFile, match="the workbook has no cells with a value; export it again"):
        intake.read([empty])


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    path = book(tmp_path / "day.xlsx", ("Visits", rows(HEADER, *[ROW] * 50)))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CleanclaimError, match="the archive is damaged or cut off; export or pack it again"):
        intake.read([path])


def test_a_sheet_is_measured_over_the_ends_of_pieces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fill(sheet: Any, made: Any) -> None:
        rows(HEADER, *[ROW] * 300)(sheet, made)
        for row in (7, 90, 250):
            sheet.set_row(row, None, None, {"hidden": True})

    path = book(tmp_path / "day.xlsx", ("Visits", fill))
    whole = intake.read([path])
    monkeypatch.setattr(sheet_parts, "_PIECE", 61)
    assert intake.read([path]).notes == whole.notes == (f"{path}, sheet Visits: 3 hidden rows are read too",)
