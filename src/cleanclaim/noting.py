"""Treatment notes in a folder, each in a file that bears the number of its visit.

A note is read when its visit's services come by, and only what it says is kept. No words of a note go anywhere but into
what is read from it: not into messages, not into files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.codes.modifiers import DISCIPLINES
from cleanclaim.engine.note_visits import FIRST_ROW, NAME, Notes
from cleanclaim.errors import CleanclaimError, UnreadableFile
from cleanclaim.notes.documents.read import read_document
from cleanclaim.notes.facts import NoteFacts

SUFFIXES = ("", ".txt", ".text", ".md", ".note", ".pdf", ".xml", ".cda", ".csv", ".json")
_PREVIOUS = 3


@dataclass
class NoteFolder:
    """The notes of a folder by the name of their visit; ``unreadable`` grows while they are read (UNREADABLE)."""

    paths: dict[str, Path]
    doubles: tuple[Path, ...] = ()
    skipped: tuple[str, ...] = ()
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)
    _faults: list[tuple[str, str]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path) -> NoteFolder:
        """Return the notes of ``folder``; folders in it, hidden files and files of other kinds are not opened.

        Raises UnreadableFile where it is no folder, or has no note.
        """
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        except OSError as error:
            reason = (error.strerror or "cannot be opened").lower()
            raise UnreadableFile(f"{folder}: {reason}; name the folder that holds the notes") from None
        paths: dict[str, Path] = {}
        doubles = []
        for path in (path for path in files if path.suffix.lower() in SUFFIXES):
            if path.stem in paths:
                doubles.append(path)
            else:
                paths[path.stem] = path
        if not paths:
            raise UnreadableFile(f"{folder}: no note in it; a note is a file named after its visit, as V101.txt")
        return cls(paths, tuple(doubles), tuple(p.name for p in files if p.suffix.lower() not in SUFFIXES))

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, in the order that ``Notes.files`` counts in."""
        return tuple(str(path) for path in (*self.paths.values(), *self.doubles))

    def of_visits(self, services: pl.DataFrame) -> Notes:
        """Return the notes of the visits in ``services``, whose patients are whole, each beside its earlier ones."""
        read: dict[str, NoteFacts] = {}
        for name, discipline, earlier in self._in_order(services):
            previous = [text for other in earlier if (text := self._text(other)) is not None]
            text = self._text(name)
            if text is not None:
                read[name] = _read(text, discipline, previous)
        self._texts.clear()
        unread = frozenset(name for name, _ in self._faults)
        return Notes(read, files=self._places(), unread=unread)

    def strays(self) -> Notes:
        """Return the notes of which no visit came by."""
        left = {name: text for name in self.paths if name not in self._seen and (text := self._text(name)) is not None}
        self._texts.clear()
        return Notes(strays={name: _read(text, None, []) for name, text in left.items()}, files=self._places())

    def unreadable(self) -> pl.DataFrame:
        """Return what could not be read (UNREADABLE); ``file_id`` counts into ``files``."""
        places = {str(path): place for place, path in enumerate((*self.paths.values(), *self.doubles))}
        told = [(places[str(self.paths[name])], message) for name, message in self._faults]
        told += [(places[str(path)], "a second note of the same visit; it is left out") for path in self.doubles]
        return UNREADABLE.conform(pl.DataFrame(told, schema={"file_id": pl.Int64, "message": pl.String}, orient="row"))

    def placed(
        self, found: pl.DataFrame, unread: pl.DataFrame, files: tuple[str, ...]
    ) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
        """Return a run's findings, unreadable places and files with those of the notes, which come after the others."""
        moved = (pl.col("file_id") + len(files)).alias("file_id")
        own = pl.when(pl.col("row") >= FIRST_ROW).then(moved).otherwise("file_id").alias("file_id")
        every = pl.concat([unread, self.unreadable().with_columns(moved)])
        return found.with_columns(own), every, (*files, *self.files)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to tell of the folder."""
        if not self.skipped:
            return ()
        first = ", ".join(self.skipped[:3]) + (" ..." if len(self.skipped) > 3 else "")
        what = "file of another kind is" if len(self.skipped) == 1 else "files of other kinds are"
        return (f"notes: {len(self.skipped)} {what} not read ({first})",)

    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.paths)}

    def _in_order(self, services: pl.DataFrame) -> Iterator[tuple[str, str | None, list[str]]]:
        """Yield each visit that has a note, its discipline, and the patient's visits before it, the last first."""
        marks = [f"modifier_{place}" for place in range(1, 5)]
        named = services.select(
            "row",
            "dos",
            _name=NAME,
            _patient=pl.coalesce("patient_id", NAME),
            _mark=pl.coalesce(
                *(pl.when(pl.col(mark).is_in(list(DISCIPLINES))).then(mark) for mark in marks), "stated_discipline"
            ),
        ).filter(pl.col("_name").is_in(list(self.paths)))
        visits = (
            named.group_by("_name")
            .agg(
                pl.col("dos").min(),
                pl.col("row").min(),
                pl.col("_patient").first(),
                pl.col("_mark").drop_nulls().first(),
            )
            .sort("_patient", "dos", "row", nulls_last=True)
        )
        earlier: list[str] = []
        patient = None
        for name, own, mark in visits.select("_name", "_patient", "_mark").iter_rows():
            if own != patient:
                patient, earlier = own, []
            self._seen.add(name)
            yield name, DISCIPLINES.get(mark), earlier[-_PREVIOUS:][::-1]
            earlier.append(name)

    def _text(self, name: str) -> str | None:
        if name not in self._texts:
            try:
                self._texts[name] = read_document(self.paths[name]).text
            except CleanclaimError as error:
                self._texts[name] = None
                if all(other != name for other, _ in self._faults):
                    self._faults.append((name, error.message.removeprefix(f"{self.paths[name]}: ")))
        return self._texts[name]


def _read(text: str, discipline: str | None, previous: list[str]) -> NoteFacts:
    from cleanclaim.notes.read import read_note

    return read_note(text, discipline=discipline, previous=previous)
