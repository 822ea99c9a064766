"""Bad files, half files, two imports at once: an error that names the place and the remedy, and nothing changed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import official_files as files
import pytest

from cleanclaim.codes import ncci, tables
from cleanclaim.codes.imports import archive, official
from cleanclaim.codes.imports import store as stored
from cleanclaim.codes.imports.bring import bring
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile, UnsupportedFile

pytestmark = pytest.mark.usefixtures("small")
TODAY = date(2026, 11, 24)
PTP, MUE, FEES = "ccipra-v323r0-f1.txt", "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", "PPRRVU2026_Oct_nonQPP.csv"
FEE_ROWS = [("97530", "", "A", 0.44, 0.60, 0.01, "5")]


def _cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def _zip(name: str, content: str) -> bytes:
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return target.getvalue()


def _bomb() -> bytes:
    return _zip(PTP, "0" * 60_000_000)


def _many() -> bytes:
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for number in range(archive.MEMBERS + 1):
            made.writestr(f"{number}.txt", "x")
    return target.getvalue()


def _nested(depth: int) -> bytes:
    content = _zip(PTP, files.ptp(files.PARTS[0]))
    for _ in range(depth):
        content = _zip_bytes("inner.zip", content)
    return content


def _zip_bytes(name: str, content: bytes) -> bytes:
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(name, content)
    return target.getvalue()


def ptp(*rows: tuple[str, str, str, str, str]) -> bytes:
    return files.ptp(rows).encode()


GOOD = ("97530", "97140", "20261001", "*", "1")
HTML = b"<!DOCTYPE html>\n<html><head><title>License</title></head></html>"
MUE_TEXT = files.mue([("97110", 6, 3), ("97530", 6, 3)]).decode("cp1252")
FEE_TEXT = files.pprrvu(2026, "October", FEE_ROWS)
LAST_YEAR = files.pprrvu(2025, "October", FEE_ROWS).replace("2025 National", "2026 National")
BAD: list[tuple[str, str, bytes, type[CleanclaimError], str]] = [
    ("empty", PTP, b"", UnreadableFile, "the file is empty; download it again"),
    ("web page as CSV", MUE, HTML, UnreadableFile, "a web page saved under this name.*accept the license"),
    ("PDF", MUE, b"%PDF-1.7", UnsupportedFile, "a PDF; import the text, CSV or XLSX file"),
    ("old workbook", "x.xls", b"\xd0\xcf\x11\xe0" + bytes(600), UnsupportedFile, r"an old workbook \(.xls\)"),
    (
        "UTF-16",
        PTP,
        files.ptp(files.PARTS[0]).encode("utf-16"),
        UnreadableFile,
        "not in the encoding it is published in",
    ),
    (
        "cut archive",
        "edits-f1.zip",
        _cut(_zip(PTP, files.ptp(files.PARTS[0]) * 50)),
        UnreadableFile,
        "cut off or damaged",
    ),
    (
        "damaged archive",
        "edits.zip",
        b"PK\x03\x04" + bytes(200),
        UnreadableFile,
        "cut off or damaged; download it again",
    ),
    ("bomb", "edits.zip", _bomb(), UnreadableFile, "no official file packs so well"),
    ("201 members", "edits.zip", _many(), UnreadableFile, "holds 201 files, more than 200"),
    ("archives in archives", "edits.zip", _nested(3), UnsupportedFile, "unpack it first"),
    ("nothing official", "notes.txt", b"Dear team,\nplease see below\n", UnsupportedFile, "none of the official files"),
    ("archive of others", "x.zip", _zip("a.txt", "Hello"), UnsupportedFile, "none of the official files that are read"),
    ("no heading", PTP, b"97530\t97140\t\t20261001\t*\t1\tx\r\n", UnsupportedFile, "the heading lacks Column 1"),
    (
        "eight columns",
        PTP,
        files.ptp([GOOD]).replace("\tOwn words", "\tOwn\tnew").encode(),
        UnsupportedFile,
        "line 7: 8 columns, not 7",
    ),
    (
        "indicator 2",
        PTP,
        ptp(GOOD, ("97530", "97150", "20261001", "*", "2")),
        UnreadableFile,
        "line 8: 0, 1 or 9 in column 6",
    ),
    ("no code", PTP, ptp(GOOD, ("97530", "total", "20261001", "*", "1")), UnreadableFile, "line 8: a code in column 2"),
    ("no day", PTP, ptp(GOOD, ("97530", "97150", "10/01/26", "*", "1")), UnreadableFile, "line 8: a day in column 4"),
    ("February 30", PTP, ptp(GOOD, ("97530", "97150", "20260230", "*", "1")), UnreadableFile, "line 8: no such days"),
    (
        "ends before it begins",
        PTP,
        ptp(("97530", "97150", "20260401", "20250101", "1")),
        UnreadableFile,
        "line 7: no such days",
    ),
    ("cut before its rows", PTP, _cut(ptp(GOOD)), UnreadableFile, "no row of two codes in its beginning"),
    ("cut in a row", PTP, ptp(GOOD, GOOD)[:-14], UnreadableFile, "the last line is no whole row; the file is cut off"),
    ("row twice", PTP, ptp(GOOD, GOOD), UnreadableFile, "the row 97530/97140 of 2026-10-01 stands twice"),
    (
        "two at once",
        PTP,
        ptp(("97530", "97140", "20200101", "*", "0"), GOOD),
        UnreadableFile,
        "two rows of 97530/97140 are in force on 2026-10-01",
    ),
    ("later than its name", "ccipra-v320r0-f1.txt", ptp(GOOD), InputError, "rows begin on 2026-10-01, after 2026Q1"),
    ("no name", "download.txt", ptp(GOOD), InputError, "neither the file nor its name says which"),
    ("part 5 of 4", "ccipra-v323r0-f5.txt", ptp(GOOD), InputError, "part 5 of a table of 4 files"),
    ("maximums without header", MUE, b'"MUE Values"\n97110,6\n', UnsupportedFile, "no heading with 'MUE Values'"),
    (
        "a column more",
        MUE,
        MUE_TEXT.replace("Rationale", "Rationale,New").encode("cp1252"),
        UnsupportedFile,
        "update cleanclaim",
    ),
    (
        "units are no number",
        MUE,
        MUE_TEXT.replace("97110,6", "97110,six").encode("cp1252"),
        UnreadableFile,
        "line 6: the units",
    ),
    (
        "indicator 4",
        MUE,
        MUE_TEXT.replace("97110,6,3", "97110,6,4").encode("cp1252"),
        UnreadableFile,
        "line 6: the adjudication",
    ),
    ("code twice", MUE, MUE_TEXT.replace("97530", "97110").encode("cp1252"), UnreadableFile, "97110 stands twice"),
    ("no release", "mue.csv", MUE_TEXT.encode("cp1252"), InputError, "give --release 2026Q4"),
    ("last year's layout", FEES, LAST_YEAR.encode(), UnsupportedFile, "31 columns, but the file of 2026 has 32"),
    (
        "next layout",
        FEES,
        FEE_TEXT.replace("\r\n", ",\r\n").encode(),
        UnsupportedFile,
        "33 columns, but the file of 2026 has 32",
    ),
    (
        "columns moved",
        FEES,
        FEE_TEXT.replace("WORK,NON-FAC", "NON-FAC,WORK").encode(),
        UnsupportedFile,
        "line 5, column 6",
    ),
    ("no year", FEES, FEE_TEXT.replace("2026 National", "National").encode(), UnsupportedFile, "does not say the year"),
    ("short row", FEES, FEE_TEXT.replace(",09,0,99", ",09,0").encode(), UnreadableFile, "line 6: 31 cells, not 32"),
    ("no value", FEES, FEE_TEXT.replace("0.44", "?").encode(), UnreadableFile, "line 6: column 6 is wanted, a number"),
    (
        "the qualifying file",
        "PPRRVU2026_Oct_QPP.csv",
        FEE_TEXT.encode(),
        UnsupportedFile,
        "import the one named nonQPP",
    ),
    (
        "suppliers",
        "MCR_MUE_DMESupplierServices_Eff_10-01-2026.csv",
        files.mue([("A4253", 1, 3)], "DME Supplier"),
        UnsupportedFile,
        "suppliers",
    ),
    (
        "indices without rows",
        "GPCI2026.csv",
        files.gpci(2026, []).encode(),
        UnreadableFile,
        "no rows after the heading",
    ),
    (
        "index is no number",
        "GPCI2026.csv",
        files.gpci(2026, [("1112", "CA", "5", "X", 1.0, 1.0, 1.0)]).replace("1.0,1.0,1.0", "1.0,,1.0").encode(),
        UnreadableFile,
        "gpci_pe is wanted, a number",
    ),
    (
        "order file",
        "icd10cm_order_2027.txt",
        (files.icd10([("M54", 0)]) + "M5450 billable\n").encode(),
        UnreadableFile,
        "line 2: not a line of the order file",
    ),
    (
        "add-on type",
        "AOC_V2026Q4_01-MCR.txt",
        files.aoc([("97546", "97545", 7, "2013001", "")]).encode(),
        UnreadableFile,
        "the edit type is 1, 2 or 3",
    ),
    (
        "add-on day",
        "AOC_V2026Q4_01-MCR.txt",
        files.aoc([("97546", "97545", 1, "13-01", "")]).encode(),
        UnreadableFile,
        "YYYYDDD or YYYYMMDD",
    ),
    (
        "broken workbook",
        "x_2026q4.xlsx",
        _zip("[Content_Types].xml", "<x/>"),
        UnreadableFile,
        "the workbook cannot be read",
    ),
]


@pytest.mark.parametrize(("name", "content", "error", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_file_changes_nothing(
    name: str, content: bytes, error: type[CleanclaimError], words: str, tmp_path: Path, store: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=words) as told:
        bring([path], today=TODAY)
    assert name.rsplit(".", 1)[0] in str(told.value) or told.value.field is not None
    assert not store.exists()


def _filled(tmp_path: Path) -> list[Path]:
    zips = files.ptp_zips(tmp_path)
    bring(zips, today=TODAY)
    return zips


@pytest.mark.parametrize("content", [HTML, _cut(_zip(PTP, files.ptp(files.PARTS[0]) * 50)), ptp(GOOD, GOOD)])
def test_one_bad_file_among_good_ones_changes_nothing(content: bytes, tmp_path: Path, store: Path) -> None:
    _filled(tmp_path)
    before, answer = files.tree(store), ncci.pairs("97140", "97530", TODAY, "practitioner")
    good, bad = tmp_path / MUE, tmp_path / "ccioph-v323r0-f1.zip"
    good.write_bytes(files.mue([("97110", 8, 3)]))
    bad.write_bytes(content)
    with pytest.raises(CleanclaimError):
        bring([good, bad], today=TODAY)
    assert files.tree(store) == before
    assert ncci.pairs("97140", "97530", TODAY, "practitioner") == answer


@pytest.mark.parametrize("failing", range(1, 6))
def test_a_write_that_fails_changes_nothing(
    failing: int, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(tmp_path)
    before = files.tree(store)
    moves: list[Path] = []
    move = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) == failing:
            raise OSError(28, "No space left on device")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    path = tmp_path / MUE
    path.write_bytes(files.mue([("97110", 8, 3)]))
    with pytest.raises(UnreadableFile, match="no space left on device; nothing was changed"):
        bring([path], today=TODAY)
    changed = {name: content for name, content in files.tree(store).items() if before.get(name) != content}
    assert [name for name, content in changed.items() if content] == []
    assert ncci.pairs("97140", "97530", TODAY, "practitioner")["denied_without_modifier"] == "97140"


def test_two_imports_at_once_are_refused(tmp_path: Path, store: Path) -> None:
    zips = files.ptp_zips(tmp_path)
    with stored.locked(), pytest.raises(stored.StoreBusy, match=r"another import is writing to .*; wait"):
        bring(zips, today=TODAY)
    assert stored.manifest() == stored.Manifest()
    bring(zips, today=TODAY)
    assert len(stored.manifest().entries) == 4


def test_the_same_file_under_two_names_is_no_second_part(tmp_path: Path, store: Path) -> None:
    text = files.ptp(files.PARTS[0])
    paths = [tmp_path / files.ptp_name(number) for number in (1, 2)]
    for path in paths:
        path.write_text(text, newline="")
    with pytest.raises(UnreadableFile, match="part 2: repeats rows of part 1; is it the same file twice"):
        bring(paths, today=TODAY)
    assert not store.exists()
    bring(paths[:1], today=TODAY)
    before = files.tree(store)
    with pytest.raises(InputError, match=r"already imported as ccipra-v323r0-f1.txt, 2026Q4 part 1"):
        bring(paths[1:], today=TODAY)
    paths[1].write_text(
        text + text.splitlines()[-1].replace("97140", "97530").replace("97530\t97530", "97535\t97530"), newline=""
    )
    with pytest.raises(UnreadableFile, match="repeats rows of part 1"):
        bring(paths[1:], today=TODAY)
    assert files.tree(store) == before


def test_two_different_files_for_one_place_are_refused(tmp_path: Path, store: Path) -> None:
    paths = [tmp_path / MUE, tmp_path / f"again_{MUE}"]
    for units, path in enumerate(paths, 2):
        path.write_bytes(files.mue([("97110", units, 3)]))
    with pytest.raises(InputError, match="are both the medically unlikely edits, practitioner, 2026Q4"):
        bring(paths, today=TODAY)
    assert not store.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (official.Named(release="2026Q3"), "says 2026Q4, not 2026Q3"),
        (official.Named(table="hospital"), "says practitioner, not hospital"),
        (official.Named(part=2), "says 1, not 2"),
        (official.Named(release="Q4"), "'Q4' is no release"),
    ],
)
def test_an_option_that_contradicts_the_name_is_refused(
    given: official.Named, words: str, tmp_path: Path, store: Path
) -> None:
    path = tmp_path / PTP
    path.write_text(files.ptp(files.PARTS[0]), newline="")
    with pytest.raises(InputError, match=words):
        bring([path], given=given, today=TODAY)
    assert not store.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "entries": [{}], "code_lists": {}, "merged": null}']
)
def test_a_damaged_manifest_is_told(text: str, store: Path) -> None:
    store.mkdir()
    (store / stored.MANIFEST).write_text(text)
    tables.forget()
    with pytest.raises(UnreadableFile, match=r"damaged; move .* away and import the files again"):
        tables.load("ncci_pairs")
    with tables.under("shipped"):
        assert tables.load("ncci_coverage").height == 2


def test_a_manifest_of_a_later_version_is_told(store: Path) -> None:
    store.mkdir()
    (store / stored.MANIFEST).write_text('{"format": 2}')
    with pytest.raises(UnreadableFile, match="written by a later cleanclaim"):
        stored.manifest()


def test_missing_rows_are_told_with_the_file_to_import_again(tmp_path: Path, store: Path) -> None:
    _filled(tmp_path)
    for path in [*store.glob("releases/*/*-f3-*"), *store.glob("merged/*/*")]:
        path.unlink()
    tables.forget()
    with pytest.raises(UnreadableFile, match=r"missing or damaged; import ccipra-v323r0-f3.txt again"):
        tables.load("ncci_pairs")


@pytest.mark.parametrize(("path", "words"), [("nowhere.zip", "no such file; check the path"), (".", "a folder")])
def test_a_path_that_is_no_file(path: str, words: str, tmp_path: Path, store: Path) -> None:
    with pytest.raises(UnreadableFile, match=words):
        bring([tmp_path / path], today=TODAY)
    assert not store.exists()


def test_a_release_that_is_not_in_hand_cannot_be_chosen(store: Path) -> None:
    def chosen(label: str) -> Callable[[], None]:
        def choose() -> None:
            with tables.under(label):
                pass

        return choose

    with pytest.raises(InputError, match="the release 2025Q1 is not in hand; choose 2024Q3 or shipped"):
        chosen("2025Q1")()
    with pytest.raises(InputError, match="'soon' is no release"):
        chosen("soon")()
    assert tables.chosen() is None


class TestHalfFiles:
    """Without the small limits: a table with too few rows is a half one."""

    @pytest.fixture
    def small(self) -> None:
        """The limits as they are."""

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            (MUE, files.mue([("97110", 6, 3)]), "1 rows, and the whole medically unlikely edits have more than 5,000"),
            (FEES, FEE_TEXT.encode(), "more than 8,000; the file is cut off or filtered"),
            ("icd10cm_order_2027.txt", files.icd10([("M54", 0)]).encode(), "more than 60,000"),
        ],
    )
    def test_too_few_rows_are_no_table(
        self, name: str, content: bytes, words: str, tmp_path: Path, store: Path
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=words):
            bring([path], today=TODAY)
        assert not store.exists()

    def test_a_set_of_pair_files_with_too_few_rows_is_no_table(self, tmp_path: Path, store: Path) -> None:
        zips = files.ptp_zips(tmp_path)
        bring(zips[:3], today=TODAY)
        before = files.tree(store)
        with pytest.raises(UnreadableFile, match=r"practitioner, 2026Q4: 10 rows, and the whole .* more than 50,000"):
            bring(zips[3:], today=TODAY)
        assert files.tree(store) == before
