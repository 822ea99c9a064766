"""Cutting delimited text into records: quotes, blank and uneven lines, blocks of any size, the line of each record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake import records
from cleanclaim.intake.records import read_header, split_records


def pieces(text: bytes, size: int) -> Iterator[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


def cut(text: bytes, width: int = 3, size: int = 1 << 20, delimiter: str = ",") -> tuple[list[tuple], list[tuple]]:
    """Return the records (line first) and the broken lines."""
    good: list[tuple] = []
    broken: list[tuple] = []
    for run in split_records("a.csv", pieces(text, size), delimiter, width, 1):
        frame = run.frame({f"c{n}": n for n in range(width)}, delimiter)
        good += [(row[-1], *(cell or "" for cell in row[:-1])) for row in frame.rows()]
        broken += run.broken.rows()
    return good, broken


UNEVEN = "cells in the row: {}, in the header: 3; check for a delimiter in a cell without quotes; the row is left out"
UNCLOSED = "a quote is opened and not closed, or closed early; the line is left out"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize(
    ("text", "good", "broken"),
    [
        (b"a,b,c\nd,e,f\n", [(1, "a", "b", "c"), (2, "d", "e", "f")], []),
        (b"a,b,c\r\nd,e,f", [(1, "a", "b", "c"), (2, "d", "e", "f")], []),
        (b"\n\r\na,b,c\n\n,,\n", [(3, "a", "b", "c"), (5, "", "", "")], []),
        (b'"a,1","b ""q""",\nd,e,f\n', [(1, "a,1", 'b "q"', ""), (2, "d", "e", "f")], []),
        (b'a,"b\n\nx",c\nd,e,f\n', [(1, "a", "b\n\nx", "c"), (4, "d", "e", "f")], []),
        (b'a,"b\r\nx",c\r\nd,e,f\r\n', [(1, "a", "b\r\nx", "c"), (3, "d", "e", "f")], []),
        (b'a,"b\n","c\n"\nd,e,f\n', [(1, "a", "b\n", "c\n"), (4, "d", "e", "f")], []),
        (b'a,5" band,c\nd,e,f\n', [(1, "a", '5" band', "c"), (2, "d", "e", "f")], []),
        (b'a,5" by 6",c\nd,e,f\n', [(1, "a", '5" by 6"', "c"), (2, "d", "e", "f")], []),
        (b'a,"x"y,c\nd,e,f\n', [(1, "a", "xy", "c"), (2, "d", "e", "f")], []),
        (b"a,b\nd,e,f\nd,e,f,g\n", [(2, "d", "e", "f")], [(1, UNEVEN.format(2)), (3, UNEVEN.format(4))]),
        (b'a,"b,c\nd,e,f\n', [(2, "d", "e", "f")], [(1, UNCLOSED)]),
        (b'a,"b,c\nd,e,f\ng,"h,i\nj,k,l\n', [(2, "d", "e", "f"), (4, "j", "k", "l")], [(1, UNCLOSED), (3, UNCLOSED)]),
        (b'a,5",x,"open\nd,e,f\n', [(2, "d", "e", "f")], [(1, UNCLOSED)]),
    ],
)
def test_records_and_their_lines(text: bytes, good: list[tuple], broken: list[tuple], size: int) -> None:
    assert cut(text, size=size) == (good, broken)


def test_a_long_open_quote_does_not_swallow_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_RECORD", 50)
    good, broken = cut(b'a,"b,c\n' + b"d,e,f\n" * 30 + b'"g,h,i\n', size=40)
    assert [row[0] for row in good] == list(range(2, 32))
    assert [row[0] for row in broken] == [1, 32]


def test_a_line_of_ten_megabytes_is_a_record() -> None:
    good, broken = cut(b"a,b,c\nx," + b"y" * 10_000_000 + b",z\nd,e,f\n")
    assert [(row[0], len(row[2])) for row in good] == [(1, 1), (2, 10_000_000), (3, 1)]
    assert broken == []


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 1000)
    with pytest.raises(UnreadableFile, match=r"a.csv: line 2 is longer than 0 MB; check the line ends"):
        cut(b"a,b,c\n" + b"x" * 2000, size=100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"code,dos\n1,2\n", (["code", "dos"], ",", 2, b"1,2\n")),
        (b"code;dos;a,b\n", (["code", "dos", "a,b"], ";", 2, b"")),
        (b"code\tdos", (["code", "dos"], "\t", 2, b"")),
        (b"\n \ncode|dos\r\nx", (["code", "dos"], "|", 4, b"x")),
        (b'"co,de,x";"d\nos"\nx', (["co,de,x", "d\nos"], ";", 3, b"x")),
    ],
)
def test_headers(text: bytes, expected: tuple[list[str], str, int, bytes]) -> None:
    assert read_header("a.csv", iter([text])) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\n \n\n", "a.csv: no header line; the first line must name the columns"),
        (b'"code,dos\n1,2\n', "a.csv: the header in line 1 cannot be read; check its quotes"),
        (b"x" * (2 << 20), "a.csv: line 1 is too long to be a header; is this a CSV file?"),
    ],
)
def test_headers_that_cannot_be_used(text: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_header("a.csv", pieces(text, 1 << 20))
    assert str(caught.value) == says


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab,"\n; ', max_size=6), min_size=3, max_size=3), min_size=1, max_size=12),
    st.integers(1, 40),
    st.sampled_from(",;"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_written_rows_come_back(rows: list[list[str]], size: int, delimiter: str, quoting: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(rows)
    body = text.getvalue()
    lines, at = [], 1
    for row in rows:
        lines.append(at)
        at += 1 + sum(cell.count("\n") for cell in row)
    good, broken = cut(body.encode(), size=size, delimiter=delimiter)
    assert broken == []
    assert good == [(line, *row) for line, row in zip(lines, rows, strict=True)]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='ab,"\n', max_size=60), st.integers(1, 30))
def test_no_line_with_text_is_lost_whatever_the_quotes(text: str, size: int) -> None:
    good, broken = cut(text.encode(), size=size)
    whole = cut(text.encode())
    assert (good, broken) == whole
    told = {row[0] for row in broken}
    for line, *cells in good:
        told |= set(range(line, line + 1 + sum(cell.count("\n") for cell in cells)))
    assert told >= {number for number, line in enumerate(text.split("\n"), 1) if line}
