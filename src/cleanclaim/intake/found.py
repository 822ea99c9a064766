"""Paths to files: a folder's and an archive's files are read as if each had been named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleanclaim.errors import CleanclaimError, UnreadableFile, UnsupportedFile
from cleanclaim.intake.archives import members
from cleanclaim.intake.content import Content, Kind, kind_of
from cleanclaim.intake.own_reports import is_own_report

_TEXTS = ("", ".csv", ".tsv", ".tab", ".txt", ".dat", ".json", ".837", ".837p", ".x12", ".edi", ".clm")
_NAMES_SHOWN = 10
_OWN = "cleanclaim"
_FIXED = ".fixed"


@dataclass(frozen=True)
class Found:
    """A file to read. ``named``: the user named it, so that it must be readable; ``fault``: why it cannot be read."""

    content: Content
    kind: Kind | None
    named: bool
    fault: CleanclaimError | None = None


def find(paths: Sequence[Path]) -> tuple[list[Found], list[str]]:
    """Return the files of ``paths`` in order, and notes on what in folders and archives is not read.

    A folder's files come in order of their names; folders in it are not opened, those in an archive are. A file that
    is named twice, or stands in a folder and is named, is read once. Raises UnreadableFile or UnsupportedFile for a
    file that the user named, and for a folder or archive without any file that is read.
    """
    notes: list[str] = []
    return _once([found for path in paths for found in _of_path(Path(path), notes)], notes), notes


def _once(files: Sequence[Found], notes: list[str]) -> list[Found]:
    """Return the files without those that come a second time, as in a folder and by their own names."""
    seen: set[Path] = set()
    result: list[Found] = []
    for found in files:
        path = found.content.path and found.content.path.resolve()
        if path is None or path not in seen:
            result.append(found)
            seen.update([path] if path else [])
        elif (note := f"{found.content.name}: named more than once; read once") not in notes:
            notes.append(note)
    return result


def _of_path(path: Path, notes: list[str]) -> Iterator[Found]:
    if not _is_folder(path):
        content = Content.of(path)
        if is_own_report(content):
            raise UnsupportedFile(f"{content.name}: this is a report of cleanclaim; name the file that was checked")
        yield from _of_content(content, notes, named=True)
        return
    try:
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be opened ({error.strerror}); check its permissions") from error
    folders = [f"{entry.name}/" for entry in entries if _is_folder(entry) and not _hidden(entry.name)]
    files = [entry for entry in entries if not _is_folder(entry)]
    yield from _inside(str(path), ((file.name, file) for file in files), notes, folders)


def _of_content(content: Content, notes: list[str], *, named: bool) -> Iterator[Found]:
    kind = kind_of(content)
    if kind is not Kind.ARCHIVE:
        yield Found(content, kind, named)
        return
    inside = ((member.name.removeprefix(f"{content.name}/"), member) for member in members(content))
    yield from _inside(content.name, inside, notes, [])


def _inside(
    name: str, files: Iterable[tuple[str, Path | Content]], notes: list[str], others: list[str]
) -> Iterator[Found]:
    """Yield the files of a folder or archive that are read, and note the names of those that are not."""
    found = False
    hidden = 0
    reports: list[str] = []
    listed = list(files)
    names = {shown for shown, _ in listed}
    for shown, file in listed:
        if any(_hidden(part) for part in shown.split("/")):
            hidden += 1
        elif _is_settings(shown):
            continue
        elif (input_name := shown.replace(f"{_FIXED}.", ".")) != shown and input_name in names:
            notes.append(f"{name}: not read: {shown}, the fixed copy of {input_name}; name it to check it")
        elif _is_report(file):
            reports.append(shown)
        elif (one := _one(shown, file, notes)) is None:
            others.append(shown)
        else:
            found = True
            yield from one
    if reports:
        notes.append(f"{name}: not read, as cleanclaim wrote them: {_listed(reports)}")
    if others:
        notes.append(f"{name}: not read: {_listed(others)}")
    if hidden:
        notes.append(f"{name}: {hidden} hidden {'file is' if hidden == 1 else 'files are'} not read")
    if not found:
        beside = " beside reports of cleanclaim" if reports else ""
        raise UnreadableFile(f"{name}: no file in it that is read{beside}; name an 837, CSV, JSON or Excel file")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{', '.join(names[:_NAMES_SHOWN])}{more}"


def _is_report(file: Path | Content) -> bool:
    """Return whether a file of a folder or archive is a report; one that cannot be read is none."""
    try:
        if isinstance(file, Path):
            return file.is_file() and is_own_report(Content.of(file))
        return is_own_report(file)
    except CleanclaimError:
        return False


def _one(shown: str, file: Path | Content, notes: list[str]) -> list[Found] | None:
    """Return what one file of a folder or archive gives: None where it is of another kind, a fault where it is bad."""
    content = file if isinstance(file, Content) else None
    try:
        if isinstance(file, Path):
            if not file.is_file():
                return None
            content = Content.of(file)
        elif not file.head():
            raise UnreadableFile(f"{file.name}: the file is empty; export it again")
        assert content is not None
        kind = kind_of(content)
        if kind in (Kind.DELIMITED, Kind.JSON) and Path(shown).suffix.lower() not in _TEXTS:
            return None
        if kind is Kind.ARCHIVE and isinstance(file, Content):
            raise UnreadableFile(f"{content.name}: an archive in an archive is not opened; unpack it first")
        return list(_of_content(content, notes, named=False))
    except UnsupportedFile as error:
        # a claim or workbook that only needs saving in another way is told with its cure; other kinds are only named
        return [_faulty(content, file, error)] if Path(shown).suffix.lower() in (".xls", ".xlsx", ".xlsb") else None
    except UnreadableFile as error:
        return [_faulty(content, file, error)]


def _faulty(content: Content | None, file: Path | Content, error: CleanclaimError) -> Found:
    return Found(content or Content(str(file)), None, named=False, fault=error)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _hidden(name: str) -> bool:
    return name.startswith((".", "~$", "__MACOSX")) and name not in (".", "..")


def _is_settings(name: str) -> bool:
    return Path(name).name.startswith(_OWN) and name.endswith(".toml")
