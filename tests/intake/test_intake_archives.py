"""ZIP archives and folders: their files read as if named, what is not read told, and archives that are refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from cleanclaim import intake
from cleanclaim.errors import UnreadableFile
from cleanclaim.intake import archives

CLAIMS = "claim_id,dos,code,units,charge\nC1,2026-03-04,97530,1,72\n"
MINUTES = "claim_id,dos,code,minutes\nC1,2026-03-04,97530,16\n"


def zipped(path: Path, **members: str | bytes) -> Path:
    return packed(path, {name.replace("__", "."): content for name, content in members.items()})


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        intake.read([path])
    return str(caught.value).removeprefix(f"{path}: ")


def test_files_in_an_archive_are_joined_as_when_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "day.zip", minutes__csv=MINUTES, claims__csv=CLAIMS)
    batch = intake.read([path])
    assert batch.files == (f"{path}/claims.csv", f"{path}/minutes.csv")
    assert batch.services.select("claim_id", "units", "minutes", "source_line").rows() == [("C1", 1.0, 16, 2)]


def test_names_in_an_archive_are_only_names(tmp_path: Path) -> None:
    path = packed(tmp_path / "day.zip", {"../../claims.csv": CLAIMS, "/etc/minutes.csv": MINUTES})
    batch = intake.read([path])
    assert batch.files == (f"{path}/../../claims.csv", f"{path}//etc/minutes.csv")
    assert batch.services["minutes"].to_list() == [16]
    assert sorted(tmp_path.parent.glob("*.csv")) == []


def test_what_is_not_read_in_an_archive_is_told(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("claims.csv", CLAIMS)
    path = packed(
        tmp_path / "day.zip",
        {
            "claims.csv": CLAIMS,
            "scan.pdf": "%PDF-1.7",
            "notes.md": "# notes",
            "__MACOSX/claims.csv": "x",
            ".DS_Store": "x",
            "inner.zip": inner.getvalue(),
            "people.csv": "name,phone\n",
            "empty.csv": "",
        },
    )
    batch = intake.read([path])
    assert batch.services.height == 1
    assert batch.notes == (f"{path}: not read: notes.md, scan.pdf", f"{path}: 2 hidden files are not read")
    told = {batch.files[row["file_id"]]: row["message"] for row in batch.unreadable.to_dicts()}
    assert told[f"{path}/inner.zip"] == "an archive in an archive is not opened; unpack it first; the file is left out"
    assert told[f"{path}/empty.csv"] == "the file is empty; export it again; the file is left out"
    assert told[f"{path}/people.csv"].startswith("the header has no column code and none for dos")
    assert batch.rows_read == 1 + batch.rows_left_out == 4


def test_an_archive_with_nothing_in_it_to_read(tmp_path: Path) -> None:
    nothing = "no file in it that is read; name an 837, CSV, JSON or Excel file"
    assert refused(zipped(tmp_path / "a.zip", scan__pdf="%PDF")) == nothing
    assert refused(zipped(tmp_path / "b.zip")) == nothing
    assert refused(packed(tmp_path / "c.zip", {"x/": "", ".hidden": "x"})) == nothing
    only_bad = zipped(tmp_path / "d.zip", people__csv="name,phone\n")
    assert refused(only_bad).startswith(f"{only_bad}/people.csv: the header has no column code")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"a.csv": b"0" * (archives.LARGE + 1)})
    assert refused(bomb) == (
        "a.csv unpacks to more than 200 times its size, which real files do not; it is not unpacked"
    )
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    assert refused(packed(tmp_path / "long.zip", {"a.csv": CLAIMS, "b.csv": CLAIMS * 2})) == (
        "unpacks to 0 MB, at most 0 MB are read; divide it"
    )
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    assert refused(packed(tmp_path / "many.zip", {"a.csv": "x", "b.csv": "x"})) == (
        "2 files in one archive, at most 1; divide it"
    )


def test_an_archive_behind_a_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "day.zip", claims__csv=CLAIMS)
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    assert refused(path) == "protected by a password; unpack it first and name the files"


def test_a_member_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "day.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("claims.csv", CLAIMS)
    path.write_bytes(path.read_bytes().replace(b"C1,", b"C2,"))
    says = "the archive is damaged or cut off; export or pack it again"
    assert refused(path) == f"{path}/claims.csv: {says}"


def test_a_fixed_copy_beside_its_input_is_not_read_twice(tmp_path: Path) -> None:
    for name in ("claims.csv", "claims.fixed.csv", "alone.fixed.csv"):
        (tmp_path / name).write_text(CLAIMS)
    batch = intake.read([tmp_path])
    assert batch.files == (f"{tmp_path}/alone.fixed.csv", f"{tmp_path}/claims.csv")
    assert batch.notes[0] == (
        f"{tmp_path}: not read: claims.fixed.csv, the fixed copy of claims.csv; name it to check it"
    )


def test_a_folder_is_read_in_order_of_names(tmp_path: Path) -> None:
    for name, text in {
        "b-minutes.csv": MINUTES,
        "a-claims.csv": CLAIMS,
        "cleanclaim.toml": "[defaults]",
        ".hidden.csv": CLAIMS,
        "~$book.xlsx": "x",
        "scan.pdf": "%PDF",
        "program.py": "x",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "2025").mkdir()
    (tmp_path / "2025" / "claims.csv").write_text(CLAIMS)
    zipped(tmp_path / "c.zip", more__csv=CLAIMS.replace("C1", "C2"))
    batch = intake.read([tmp_path])
    assert batch.files == tuple(f"{tmp_path}/{name}" for name in ("a-claims.csv", "b-minutes.csv", "c.zip/more.csv"))
    assert batch.services.select("claim_id", "minutes").rows() == [("C1", 16), ("C2", None)]
    assert batch.notes[:2] == (
        f"{tmp_path}: not read: 2025/, program.py, scan.pdf",
        f"{tmp_path}: 2 hidden files are not read",
    )


def test_a_file_in_a_folder_and_named_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS)
    once = intake.read([tmp_path])
    twice = intake.read([tmp_path, file, tmp_path / ".." / tmp_path.name / "claims.csv"])
    assert twice.services.equals(once.services)
    assert twice.files == (str(file),)
    assert [note for note in twice.notes if "read once" in note] == [
        f"{name}: named more than once; read once" for name in (file, f"{tmp_path}/../{tmp_path.name}/claims.csv")
    ]
