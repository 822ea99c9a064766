"""A file of delimited rows, written again with some cells changed: every other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cleanclaim.fixes.rewrite import ADDED, MADE_ONE, NOT_HERE, LineEdit, Refusal, numbered, spelled
from cleanclaim.intake.content import Content
from cleanclaim.intake.delimited import header_of
from cleanclaim.intake.encoding import encoding_of, utf8_pieces
from cleanclaim.intake.fields import MODIFIERS
from cleanclaim.intake.mapping import Mapping, bind

_CANNOT_BE_TOLD = "the row's cells cannot be told apart"
_NO_PLACE = "the file has no column for its new {}"
_WOULD_LOSE = "the rows differ in column {}, and merging them would lose that"
_COUNTED = (*ADDED, "line_number")
_KEPT = "surrogateescape"
"""A byte that the encoding leaves undefined comes out as it went in."""


@dataclass(frozen=True)
class _Record:
    """A row as it stands in the file: its text, the text of its line end, and where each cell begins and ends."""

    text: str
    end: str
    spans: list[tuple[int, int]]

    def raw(self, place: int) -> str:
        first, last = self.spans[place]
        return self.text[first:last]

    def with_cells(self, cells: dict[int, str]) -> str:
        parts, at = [], 0
        for place in sorted(cells):
            first, last = self.spans[place]
            parts += [self.text[at:first], cells[place]]
            at = last
        return "".join([*parts, self.text[at:], self.end])


class DelimitedFile:
    """A file of delimited rows that can be written again (see :class:`cleanclaim.fixes.rewrite.Rewriter`)."""

    def __init__(self, content: Content, mapping: Mapping) -> None:
        self._content = content
        self._encoding = encoding_of(content)
        names, self._delimiter, _, _ = header_of(content, utf8_pieces(content, self._encoding), mapping)
        self._names = names
        self._places = bind(content.name, names, mapping).places
        self._separator = mapping.modifier_separator or " "

    def refusals(self, edits: Sequence[LineEdit]) -> list[Refusal]:
        """Return the rows that cannot be changed as wanted, and why."""
        if edits and not self._is_exact:
            return [Refusal(edit.row, "the file's text is damaged and could not be kept as it is") for edit in edits]
        wanted = {edit.source_line for edit in edits}
        records = {line: record for line, _, record in self._rows(wanted) if line in wanted}
        return [Refusal(edit.row, because) for edit in edits if (because := self._because(edit, records)) is not None]

    def parts(self, edits: Sequence[LineEdit]) -> Iterator[bytes]:
        """Yield the file with ``edits`` made."""
        by_line = {edit.source_line: edit for edit in edits}
        for line, raw, record in self._rows(set(by_line)):
            edit = by_line.get(line)
            if edit is None or record is None:
                yield raw
            elif edit.into is None:
                yield record.with_cells(self._cells(edit, record) or {}).encode(self._codec, _KEPT)

    def _because(self, edit: LineEdit, records: dict[int, _Record | None]) -> str | None:
        record = records.get(edit.source_line)
        if record is None or self._value(record, "code").upper().removesuffix(".0") != edit.code:
            return _CANNOT_BE_TOLD
        if edit.into is not None:
            other = records.get(edit.into.source_line)
            return _CANNOT_BE_TOLD if other is None else self._lost(record, other)
        return next((_NO_PLACE.format(name) for name in edit.changes if not self._has_place(name, record, edit)), None)

    def _lost(self, record: _Record, other: _Record) -> str | None:
        known = {self._places[name] for name in (*_COUNTED, *MADE_ONE) if name in self._places}
        known |= self._modifiers_read(record) & self._modifiers_read(other)
        unlike = [
            name
            for place, name in enumerate(self._names)
            if place not in known and self._unquoted(record.raw(place)) != self._unquoted(other.raw(place))
        ]
        return _WOULD_LOSE.format(unlike[0].strip()[:40] or "without a name") if unlike else None

    def _modifiers_read(self, record: _Record) -> set[int]:
        """The places of numbered modifier columns that are read: none where a column has all modifiers together."""
        if "modifiers" in self._places and self._value(record, "modifiers"):
            return set()
        return {self._places[name] for name in MODIFIERS[1:] if name in self._places}

    def _has_place(self, name: str, record: _Record, edit: LineEdit) -> bool:
        if name == "modifiers":
            return self._cells(edit, record) is not None
        return name in self._places or name in NOT_HERE

    def _cells(self, edit: LineEdit, record: _Record) -> dict[int, str] | None:
        """Return the new text of each cell that changes, by its place; None where modifiers have too few columns."""
        cells: dict[str, str] = {}
        for name, new in edit.changes.items():
            if name == "modifiers":
                spread = self._modifier_cells(new, record)
                if spread is None:
                    return None
                cells |= spread
            elif name in self._places:
                cells[name] = spelled(name, self._value(record, name), new)
        return {
            self._places[name]: self._quoted(new, record.raw(self._places[name]))
            for name, new in cells.items()
            if new != self._value(record, name)
        }

    def _modifier_cells(self, new: str, record: _Record) -> dict[str, str] | None:
        apart = [name for name in MODIFIERS[1:] if name in self._places]
        if "modifiers" in self._places and (self._value(record, "modifiers") or not apart):
            return {"modifiers": spelled("modifiers", self._value(record, "modifiers"), new, self._separator)}
        return numbered(new, apart)

    def _value(self, record: _Record, name: str) -> str:
        return self._unquoted(record.raw(self._places[name])).strip()

    def _unquoted(self, raw: str) -> str:
        if not raw.startswith('"'):
            return raw
        return next(csv.reader(io.StringIO(raw, newline=""), delimiter=self._delimiter))[0]

    def _quoted(self, new: str, old: str) -> str:
        if old.startswith('"') or any(mark in new for mark in (self._delimiter, '"', "\n", "\r")):
            return '"' + new.replace('"', '""') + '"'
        return new

    def _rows(self, wanted: set[int]) -> Iterator[tuple[int, bytes, _Record | None]]:
        """Yield each line with its number; a wanted one with all the lines of its record, and its cells."""
        lines = self._lines()
        number = 0
        for raw in lines:
            number += 1
            if number not in wanted:
                yield number, raw, None
                continue
            first, taken = number, raw
            record = self._record(taken)
            while record is None and (further := next(lines, None)) is not None:
                number, taken = number + 1, taken + further
                record = self._record(taken)
            yield first, taken, record if record and len(record.spans) == len(self._names) else None

    def _record(self, raw: bytes) -> _Record | None:
        """Return a row's cells; None where a quote stays open."""
        text = raw.decode(self._codec, _KEPT)
        bare = text.rstrip("\r\n")
        cells = _spans(bare, self._delimiter)
        return None if cells is None else _Record(bare, text[len(bare) :], cells)

    @cached_property
    def _codec(self) -> str:
        if self._encoding.codec == "utf-16":
            with self._content.open() as stream:
                return "utf-16-le" if stream.read(2) == codecs.BOM_UTF16_LE else "utf-16-be"
        return "utf-8" if self._encoding.codec.startswith("utf-8") else self._encoding.codec

    @cached_property
    def _is_exact(self) -> bool:
        """Whether the file's text, written again, gives its bytes: only UTF-16 is decoded as a whole."""
        if not self._codec.startswith("utf-16"):
            return True
        with self._content.open() as stream:
            held = stream.read()
        try:
            return held.decode(self._codec).encode(self._codec) == held
        except UnicodeError:
            return False

    def _lines(self) -> Iterator[bytes]:
        """Yield the file's lines with their ends; a byte order mark stays before the first."""
        with self._content.open() as stream:
            if not self._codec.startswith("utf-16") and not self._encoding.returns_end_lines:
                yield from stream
                return
            feed = "\r" if self._encoding.returns_end_lines else "\n"
            for line in io.StringIO(stream.read().decode(self._codec, _KEPT), newline=feed):
                yield line.encode(self._codec, _KEPT)


def _spans(text: str, delimiter: str) -> list[tuple[int, int]] | None:
    """Return where each cell of a row begins and ends, quotes included; None where a quote stays open.

    >>> _spans('97530,"GP,59",1', ",")
    [(0, 5), (6, 13), (14, 15)]
    """
    found: list[tuple[int, int]] = []
    start = at = 0
    while True:
        if text.startswith('"', at):
            at = _closing(text, at + 1)
            if at < 0:
                return None
        end = text.find(delimiter, at)
        found.append((start, len(text) if end < 0 else end))
        if end < 0:
            return found
        start = at = end + 1


def _closing(text: str, at: int) -> int:
    """Return the place after the quote that ends a cell, -1 where it stays open."""
    while (at := text.find('"', at)) >= 0:
        if not text.startswith('"', at + 1):
            return at + 1
        at += 2
    return -1
