"""Delimited text cut into records, with the line each one stands on.

A record is a line, or several where a quoted cell holds line ends. Cutting is done on arrays of byte positions, so
that a block of regular lines costs a few passes over its bytes. Lines with misplaced quotes and records over several
lines are read one by one and written again with regular quotes; what has not the header's number of cells is
reported with its line, and reading goes on at the next line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.mapping import HEADER_ROWS

LONGEST_LINE = 64 << 20
LONGEST_RECORD = 1 << 20
LONGEST_HEADER = 1 << 20
_FEED, _RETURN, _QUOTE = 10, 13, 34
_Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """A run of records: ``body`` is regular UTF-8 CSV, ``lines`` the line of each; ``broken`` has line and message."""

    body: bytes
    lines: _Array
    broken: pl.DataFrame

    def frame(self, columns: dict[str, int], delimiter: str) -> pl.DataFrame:
        """Return the cells of the columns named, all text, and ``line``: one row per record, in the file's order."""
        if not self.lines.size:
            return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), "line": pl.Int64})
        places = sorted(set(columns.values()))
        cells = pl.read_csv(
            self.body, has_header=False, columns=places, separator=delimiter, infer_schema=False, raise_if_empty=False
        )
        named = dict(zip(places, cells.columns, strict=True))
        frame = cells.select(
            *(pl.col(named[place]).alias(name) for name, place in columns.items()),
            pl.Series("line", self.lines),
        )
        return frame if bool((np.diff(self.lines) > 0).all()) else frame.sort("line")


Header = tuple[list[str], str, int, bytes]


def read_header(name: str, pieces: Iterator[bytes], accepts: Callable[[list[str]], bool] | None = None) -> Header:
    """Return the header's names, the delimiter, the line after it, and the bytes read past it.

    Blank lines above the header are skipped, and so are up to HEADER_ROWS lines above the one that ``accepts`` takes;
    where it takes none, the first line is the header. The delimiter is the one of ``, ; tab |`` that the header has
    most of.
    """
    lines = _Lines(name, pieces)
    first: Header | None = None
    for _ in range(HEADER_ROWS):
        header = lines.next_header(needed=first is None)
        if header is None:
            break
        if accepts is None or accepts(header[0]):
            return header
        first = first or header
    assert first is not None
    names, delimiter, line, _ = first
    return names, delimiter, line, lines.after_first


class _Lines:
    """The lines at the beginning of a file, each of which may be its header."""

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        self.name, self.pieces = name, pieces
        self.held, self.start, self.line = b"", 0, 1
        self.ended = False
        self.first_end: int | None = None

    @property
    def after_first(self) -> bytes:
        return self.held[(self.first_end or 0) + 1 :]

    def next_header(self, *, needed: bool) -> Header | None:
        """Return the next line that is not blank; ``needed``: UnreadableFile where there is none, else None."""
        end = self._text_end()
        if isinstance(end, str):
            if needed:
                raise UnreadableFile(f"{self.name}: {end}")
            return None
        held, start = self.held, self.start
        text = held[start:end]
        while text.count(b'"') % 2 and (further := held.find(b"\n", end + 1)) >= 0 and further - start < LONGEST_HEADER:
            end = further
            text = held[start:end]
        bare = b"".join(text.split(b'"')[::2]).decode("utf-8", "replace")
        delimiter = max(",;\t|", key=bare.count)
        names = _cells(text, delimiter)
        if names is None and needed:
            raise UnreadableFile(f"{self.name}: the header in line {self.line} cannot be read; check its quotes")
        self.start, self.line = end + 1, self.line + 1 + text.count(b"\n")
        self.first_end = end if self.first_end is None else self.first_end
        return (names or [], delimiter, self.line, held[end + 1 :])

    def _text_end(self) -> int | str:
        """Return where the next line that is not blank ends, or why there is none."""
        while True:
            end = self.held.find(b"\n", self.start)
            if end < 0 and self.ended:
                return "no header line; the first line must name the columns"
            if end < 0:
                piece = next(self.pieces, None)
                self.ended = piece is None
                self.held += piece if piece is not None else b"\n"
                if len(self.held) - self.start > LONGEST_HEADER and not self.held.count(b"\n", self.start):
                    return f"line {self.line} is too long to be a header; is this a CSV file?"
            elif self.held[self.start : end].strip():
                return end
            else:
                self.start, self.line = end + 1, self.line + 1


def split_records(name: str, pieces: Iterable[bytes], delimiter: str, width: int, line: int) -> Iterator[Records]:
    """Yield the records of ``pieces``, which begin at ``line``, each with ``width`` cells; no line is left out.

    >>> [r] = split_records("a.csv", [b'97530,"1\\n2"\\n97110\\n'], ",", 2, line=2)
    >>> r.lines.tolist(), r.broken["line"].to_list()
    ([2], [4])
    """
    rest = b""
    for piece in pieces:
        block = rest + piece
        if b"\n" not in piece and len(block) > LONGEST_LINE:
            raise UnreadableFile(f"{name}: line {line} is longer than {LONGEST_LINE >> 20} MB; check the line ends")
        if b"\n" in piece:
            records, used = _Block(block[: block.rindex(b"\n") + 1], delimiter, width, line).cut(final=False)
            line += block.count(b"\n", 0, used)
            rest = block[used:]
            yield records
        else:
            rest = block
    if rest:
        yield _Block(rest if rest.endswith(b"\n") else rest + b"\n", delimiter, width, line).cut(final=True)[0]


class _Block:
    """Whole lines of text, and the byte positions in it that decide where records and cells end."""

    def __init__(self, text: bytes, delimiter: str, width: int, line: int) -> None:
        self.text, self.delimiter, self.width, self.line = text, delimiter, width, line
        self.bytes = np.frombuffer(text, dtype=np.uint8)
        self.ends = np.flatnonzero(self.bytes == _FEED)
        self.starts = np.concatenate((np.zeros(1, dtype=np.int64), self.ends[:-1] + 1))
        self.quotes = np.flatnonzero(self.bytes == _QUOTE)

    def cut(self, *, final: bool) -> tuple[Records, int]:
        """Return the records, and how many bytes they take: an open quote at the end waits for the next block."""
        cells, blank = self._cells_per_line(), self._blank_lines()
        apart, odd = self._lines_apart()
        inside = np.zeros(self.ends.size, dtype=bool)
        used = self.ends.size
        one_by_one: list[tuple[int, list[str] | None]] = []
        for first, last, row in self._several_lines(odd, final):
            if last < 0:
                used = first
                break
            inside[first : last + 1] = True
            one_by_one.append((first, row))
        for index in np.flatnonzero((apart & ~inside & ~blank)[:used]).tolist():
            one_by_one.append((index, _cells(self.text[self.starts[index] : self.ends[index]], self.delimiter)))
        regular = ~(blank | apart | inside)
        regular[used:] = False
        whole, ragged = regular & (cells == self.width), np.flatnonzero(regular & (cells != self.width))
        rewritten = [(index, row) for index, row in one_by_one if row is not None and len(row) == self.width]
        unclosed = [index for index, row in one_by_one if row is None]
        uneven = [(index, len(row)) for index, row in one_by_one if row is not None and len(row) != self.width]
        lines = np.concatenate((np.flatnonzero(whole), np.array([index for index, _ in rewritten], dtype=np.int64)))
        broken = pl.concat(
            [
                self._uneven(ragged, cells[ragged]),
                self._uneven(*np.array(uneven, dtype=np.int64).reshape(-1, 2).T),
                pl.DataFrame({"line": unclosed}, schema={"line": pl.Int64}).select("line", message=pl.lit(_UNCLOSED)),
            ]
        ).select(pl.col("line") + self.line, "message")
        taken = len(self.text) if used == self.ends.size else int(self.starts[used])
        body = self._runs(whole) + _written([row for _, row in rewritten], self.delimiter)
        return Records(body, lines + self.line, broken.sort("line")), taken

    def _cells_per_line(self) -> _Array:
        """Return one more than the delimiters outside quotes, per line."""
        delimiters = np.flatnonzero(self.bytes == ord(self.delimiter))
        if self.quotes.size:
            odd = np.bitwise_xor.accumulate(self.bytes == _QUOTE)
            per_line = np.diff(np.searchsorted(delimiters, self.ends), prepend=0)
            before_line = np.concatenate((np.zeros(1, dtype=bool), odd[self.ends[:-1]]))
            delimiters = delimiters[odd[delimiters] == np.repeat(before_line, per_line)]
        return np.diff(np.searchsorted(delimiters, self.ends), prepend=0) + 1

    def _blank_lines(self) -> npt.NDArray[np.bool_]:
        length = self.ends - self.starts
        blank: npt.NDArray[np.bool_] = (length == 0) | ((length == 1) & (self.bytes[self.starts] == _RETURN))
        return blank

    def _lines_apart(self) -> tuple[npt.NDArray[np.bool_], _Array]:
        """Return the lines whose quotes are not regular, and of these the numbers of those with an odd count.

        Regular: a quote opens at the start of a cell and closes at its end; within, quotes are doubled.
        """
        apart = np.zeros(self.ends.size, dtype=bool)
        if not self.quotes.size:
            return apart, np.zeros(0, dtype=np.int64)
        first_of_line = np.searchsorted(self.quotes, self.starts)
        count = np.diff(first_of_line, append=self.quotes.size)
        line = np.repeat(np.arange(self.ends.size), count)
        rank = np.arange(self.quotes.size) - np.repeat(first_of_line, count)
        comma = ord(self.delimiter)
        padded = np.concatenate((self.bytes, np.full(2, _FEED, dtype=np.uint8)))
        before, after, second = padded[self.quotes - 1], padded[self.quotes + 1], padded[self.quotes + 2]
        opens = (self.quotes == self.starts[line]) | (before == comma) | ((before == _QUOTE) & (rank > 0))
        closes = (after == comma) | (after == _FEED) | (after == _QUOTE) | ((after == _RETURN) & (second == _FEED))
        apart[line[np.where(rank % 2 == 0, ~opens, ~closes)]] = True
        odd = count % 2 == 1
        return apart | odd, np.flatnonzero(odd)

    def _several_lines(self, odd: _Array, final: bool) -> Iterator[tuple[int, int, list[str] | None]]:
        """Yield first and last line of each record that an open quote carries over lines, with its cells.

        Without cells the first line alone is broken; a last line of -1 says that the record may go on past the block.
        """
        lines = odd.tolist()
        place = 0
        while place < len(lines):
            first = lines[place]
            place += 1
            if not _left_open(self.text[self.starts[first] : self.ends[first]], self.delimiter):
                continue
            last = lines[place] if place < len(lines) else -1
            size = int(self.ends[last] - self.starts[first])
            if last < 0 and not final and size <= LONGEST_RECORD:
                yield first, -1, None
                return
            row = None
            if last >= 0 and size <= LONGEST_RECORD:
                row = _cells(self.text[self.starts[first] : self.ends[last]], self.delimiter, strict=True)
            if row is not None and len(row) == self.width:
                place += 1
                yield first, last, row
            else:
                yield first, first, None

    def _runs(self, kept: npt.NDArray[np.bool_]) -> bytes:
        """Return the text of the lines kept, joined run by run."""
        if kept.all():
            return self.text
        edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=0, append=0))
        firsts, lasts = self.starts[edges[::2]].tolist(), (self.ends[edges[1::2] - 1] + 1).tolist()
        return b"".join(self.text[first:last] for first, last in zip(firsts, lasts, strict=True))

    def _uneven(self, lines: _Array, cells: _Array) -> pl.DataFrame:
        return pl.DataFrame({"line": lines, "cells": cells}, schema={"line": pl.Int64, "cells": pl.Int64}).select(
            "line", message=pl.format(_UNEVEN, "cells", pl.lit(self.width))
        )


_UNEVEN = "cells in the row: {}, in the header: {}; check for a delimiter in a cell without quotes; the row is left out"
_UNCLOSED = "a quote is opened and not closed, or closed early; the line is left out"


def _cells(text: bytes, delimiter: str, *, strict: bool = False) -> list[str] | None:
    """Return the cells of one record, a quote inside a bare cell being a character; None where a quote stays open.

    ``strict``: None also where a quoted cell goes on after its closing quote.
    """
    lines = [f"{line}\n" for line in text.decode("utf-8", "replace").split("\n")]
    rows = csv.reader([*lines, "\n"], delimiter=delimiter, strict=strict)
    try:
        row = next(rows)
    except csv.Error:
        return None
    return row if rows.line_num == len(lines) else None


def _left_open(line: bytes, delimiter: str) -> bool:
    """True where the line ends inside a quoted cell."""
    rows = csv.reader([line.decode("utf-8", "replace") + "\n", "\n"], delimiter=delimiter)
    try:
        next(rows)
    except csv.Error:
        return False
    return rows.line_num > 1


def _written(rows: list[list[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
