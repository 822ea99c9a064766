"""Official files into the user's store: all are read and found right, then written in one step, or nothing is."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.codes.imports import changes, csv_tables, layers, merged, official, pair_edits, store
from cleanclaim.codes.imports.archive import Piece, pieces, refuse_impostors
from cleanclaim.codes.imports.official import PARTS, Named, Official
from cleanclaim.codes.imports.release import ADDONS, DIAGNOSES, FEES, INDICES, MAXIMUMS, PAIRS, span
from cleanclaim.codes.imports.rows import Sheet, sheet
from cleanclaim.codes.imports.store import Entry, Manifest
from cleanclaim.errors import InputError, UnreadableFile, UnsupportedFile

Progress = Callable[[str, int, int], None]
"""Called with the name of the file that is read, and the bytes read so far and in all."""

_BY_EXTENSION = {"": ("csv", "txt", "xlsx"), "pprrvu": ("csv", "xlsx", "txt"), "gpci": ("csv", "xlsx", "txt")}
_UNUSED = {
    FEES: "the file of qualifying participants: the same relative values; import the one named nonQPP",
    MAXIMUMS: "the maximums of suppliers of equipment, which no rule uses",
}


@dataclass
class Outcome:
    """What an import did."""

    imported: list[Entry] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    changes: list[changes.Change] = field(default_factory=list)


def bring(
    paths: Sequence[Path],
    *,
    given: Named | None = None,
    parts: int = PARTS,
    today: date | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Import official files, zipped or not, and return what was taken and what it changes.

    ``given`` says what a renamed file does not; ``parts`` is the number of files of a pair table. Raises
    UnreadableFile, UnsupportedFile, InputError or StoreBusy; then nothing has changed.
    """
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        read = _read(paths, given or Named(), Path(folder), outcome, progress)
        read = _distinct(read, parts, outcome)
        pair_sets: dict[tuple[str, str, int], list[Official]] = {}
        for one in read:
            if one.kind == PAIRS:
                pair_sets.setdefault((one.table, one.release, one.revision), []).append(one)
        for held in pair_sets.values():
            pair_edits.check_parts(held)
        day = today or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
        with store.locked() as place:
            _write(place, read, parts, day, outcome)
    tables.forget()
    return outcome


def _read(
    paths: Sequence[Path], given: Named, folder: Path, outcome: Outcome, progress: Progress | None
) -> list[Official]:
    opened = []
    for path in paths:
        held = pieces(path, folder)
        if len(held) == 1:
            refuse_impostors(held[0])
        opened.append((path, _one_of_each(held, outcome)))
    total = sum(piece.path.stat().st_size for _, held in opened for piece in held)
    done = 0
    found: list[Official] = []
    codes = layers.codes_taken()
    for path, held in opened:
        own: list[Official] = []
        reasons: list[str] = []
        for piece in held:
            if progress:
                progress(piece.name, done, total)
            one = _official(piece, given, folder, codes, reasons)
            done += piece.path.stat().st_size
            if one is not None:
                own.append(one)
        if not own:
            raise UnsupportedFile(reasons[0] if len(held) == 1 and reasons else _nothing(path, held))
        outcome.unused += reasons
        found += own
    if progress:
        progress("", total, total)
    return found


def _nothing(path: Path, held: list[Piece]) -> str:
    if len(held) == 1:
        return str(official.refuse(sheet(held[0], held[0].path.parent)))
    titles = "; ".join(kind.title for kind in official.KINDS.values())
    return f"{path.name}: none of its {len(held)} files is an official file that is read ({titles})"


def _one_of_each(held: list[Piece], outcome: Outcome) -> list[Piece]:
    """The best form of each file of an archive: what is there as text is there as a workbook too."""
    stems: dict[str, list[Piece]] = {}
    for piece in held:
        stems.setdefault(piece.place.rpartition(".")[0].lower(), []).append(piece)
    best = []
    for forms in stems.values():
        name = forms[0].name.rsplit("/", 1)[-1].lower()
        order = next(order for start, order in reversed(_BY_EXTENSION.items()) if name.startswith(start))
        ranked = [f for ext in order for f in forms if f.name.lower().endswith(ext)] or forms
        best.append(ranked[0])
        outcome.unused += [f"{f.place}: the same as {ranked[0].name}" for f in forms if f is not ranked[0]]
    return best


def _official(piece: Piece, given: Named, folder: Path, codes: frozenset[str], reasons: list[str]) -> Official | None:
    if len(piece.names) > 1:
        try:
            refuse_impostors(piece)
        except (UnreadableFile, UnsupportedFile) as error:
            reasons.append(str(error))
            return None
    content = sheet(piece, folder)
    kind = official.kind(content)
    if kind is None:
        reasons.append(str(official.refuse(content)))
        return None
    said = official.told(piece, given)
    found = pair_edits.read(content, said, codes) if kind == PAIRS else _READERS[kind](content, said)
    if found is not None and kind != PAIRS:
        official.refuse_half(kind, found.published, piece.place)
    if found is None:
        reasons.append(f"{piece.place}: {_UNUSED[kind]}")
    return found


_READERS: dict[str, Callable[[Sheet, Named], Official | None]] = {
    MAXIMUMS: csv_tables.maximums,
    FEES: csv_tables.fees,
    INDICES: csv_tables.indices,
    ADDONS: csv_tables.addons,
    DIAGNOSES: csv_tables.diagnoses,
}


def _distinct(read: list[Official], parts: int, outcome: Outcome) -> list[Official]:
    """Refuse two different files for one place; a file that was named twice counts once."""
    seen: dict[tuple[object, ...], Official] = {}
    for one in read:
        if one.part is not None and not 1 <= one.part <= parts:
            raise InputError(f"{one.file}: part {one.part} of a table of {parts} files; see --parts", field="--part")
        place = (one.kind, one.table, one.release, one.revision, one.part)
        before = seen.setdefault(place, one)
        if before is not one and before.sha256 != one.sha256 and not before.rows.equals(one.rows):
            raise InputError(f"{before.file} and {one.file} are both the {one.title}; import only one of them")
        if before is not one:
            outcome.unused.append(f"{one.file}: named twice")
    return list(seen.values())


def _write(place: Path, read: list[Official], parts: int, today: date, outcome: Outcome) -> None:
    held = store.manifest()
    codes = " ".join(sorted(layers.codes_taken()))
    key = hashlib.sha256(codes.encode()).hexdigest()[:8]
    kept = {entry.place: entry for entry in held.entries}
    rows = {}
    for one in read:
        entry = _entry(one, parts if one.kind == PAIRS else 1, today, key if one.kind == PAIRS else None)
        same = next((e for e in held.entries if e.sha256 == one.sha256 and e.kind == one.kind), None)
        if same is not None and same.place == entry.place and same.parts == entry.parts and same.codes == entry.codes:
            outcome.already.append(f"{one.file}: {one.title}, imported on {same.imported}")
            continue
        if same is not None and same.kind == PAIRS and same.place != entry.place:
            raise InputError(f"{one.file}: already imported as {same.file}, {same.release} part {same.part}")
        kept[entry.place] = entry
        rows[entry.path] = one.rows
        outcome.imported.append(entry)
    if not rows:
        return
    for entry in outcome.imported:
        _beside_stored(entry, kept, rows)
    # the number of files in the set is what was said last
    entries = tuple(replace(e, parts=parts) if _in_a_set(e, outcome.imported) else e for e in kept.values())
    new = Manifest(entries, {**(held.code_lists or {}), key: codes})
    _commit(place, held, new, rows, outcome)


def _in_a_set(entry: Entry, imported: list[Entry]) -> bool:
    return entry.kind == PAIRS and any(
        (e.kind, e.table, e.release, e.revision) == (entry.kind, entry.table, entry.release, entry.revision)
        for e in imported
    )


def _beside_stored(
    entry: Entry, kept: dict[tuple[str, str, str, int, int], Entry], rows: dict[str, pl.DataFrame]
) -> None:
    """Refuse a part that repeats the rows of one that was imported before."""
    if entry.kind != PAIRS:
        return
    others = [e for e in kept.values() if _in_a_set(e, [entry]) and e.path not in rows]
    parts = [_again(e, store.read(e)) for e in others]
    if parts:
        mine = _again(entry, rows[entry.path])
        for other in parts:
            pair_edits.check_parts([other, mine])


def _again(entry: Entry, rows: pl.DataFrame) -> Official:
    return Official(
        entry.kind, entry.table, entry.release, entry.part, entry.revision, entry.file, entry.sha256, entry.published,
        rows,
    )  # fmt: skip


def _entry(one: Official, parts: int, today: date, codes: str | None) -> Entry:
    days = span(one.release)
    assert days.first is not None
    assert days.last is not None
    part = f"-f{one.part}" if one.part else ""
    name = "-".join(filter(None, [one.kind, one.table])) + f"{part}-r{one.revision}-{one.sha256[:12]}"
    return Entry(
        one.kind, one.table, one.release, one.part, parts, one.revision, days.first, days.last, one.file, one.sha256,
        one.published, one.rows.height, today, f"{store.RELEASES}/{one.release}/{name}.parquet", codes,
    )  # fmt: skip


def _commit(place: Path, held: Manifest, new: Manifest, rows: dict[str, pl.DataFrame], outcome: Outcome) -> None:
    before = changes.View(merged.of(held))
    change = store.Change(place)
    try:
        for path, frame in rows.items():
            change.add(frame, path)
        counted = merged.whole(new.entries)
        for held_parts in counted:
            first = held_parts[0]
            if first.kind == PAIRS and any(part.path in rows for part in held_parts):
                place_ = f"{changes.heading(first.kind, first.table)}, {first.release}"
                official.refuse_half(PAIRS, sum(part.rows for part in held_parts), place_)
        after = changes.View(None)
        if counted:
            made = merged.make(counted, new, None, rows)
            after = changes.View(made)
            new = replace(new, merged=f"{store.MERGED}/{merged.key(new)}")
            merged.stage(change, made, str(new.merged))
        change.commit(new)
    except OSError as error:
        raise UnreadableFile(
            f"{place}: {(error.strerror or 'it cannot be written').lower()}; nothing was changed"
        ) from None
    finally:
        change.close()
    store.sweep(place, held, new)
    _tell(before, after, new, outcome)


def _tell(before: changes.View, after: changes.View, new: Manifest, outcome: Outcome) -> None:
    """Put into words what came into force and what still waits for its other files."""
    sets = {(p[0].kind, p[0].table, p[0].release, p[0].revision): p for p in merged.whole(new.entries)}
    told = set()
    for entry in outcome.imported:
        name = (entry.kind, entry.table, entry.release, entry.revision)
        if name in told:
            continue
        told.add(name)
        if name not in sets:
            there = sorted(e.part or 0 for e in new.entries if _in_a_set(e, [entry]))
            missing = [str(n) for n in range(1, entry.parts + 1) if n not in there]
            files = f"file {missing[0]} is" if len(missing) == 1 else f"files {', '.join(missing)} are"
            outcome.waiting.append(
                f"{changes.heading(entry.kind, entry.table)}, {entry.release}: {len(there)} of {entry.parts} files; "
                f"not in force until {files} imported"
            )
            continue
        outcome.changes += changes.between(before, after, [(entry.kind, entry.table)], entry.first_day, entry.first_day)
