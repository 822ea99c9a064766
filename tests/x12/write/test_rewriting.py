"""Files written again: nothing changed is nothing changed; a change touches its bytes alone; counts stay right."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_rewrite import STYLES, Plain, Style, written

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12 import iter_segments, read, totals
from cleanclaim.x12.write import Edits, rewrite, service_loops

SAMPLES = Path(__file__).parents[3].parent / "shared" / "x12" / "samples"
INDEX = SAMPLES / "INDEX.csv"
PATHS = [row["path"] for row in csv.DictReader(INDEX.open(encoding="utf-8"))] if INDEX.exists() else []
LF = Style(between="\n", trailing=b"\n")
LINES = ["LX*2", "SV1*HC:97530:59:GP*72*UN*1***1", "DTP*472*D8*20260304"]


def made(content: bytes, edits: Edits, *, recount: bool = True, chunk_bytes: int = 300) -> bytes:
    return b"".join(rewrite(content, edits, recount=recount, chunk_bytes=chunk_bytes))


def same_again(content: bytes) -> Edits:
    """Return edits that give every element of every segment the value that it has."""
    edits, repetition = Edits(), "^"
    for frame, _ in iter_segments(content):
        for number, _, text, separator, component in frame.iter_rows():
            for place, element in enumerate(text.rstrip("\r\n").split(separator)[1:], 1):
                if text.startswith("ISA"):
                    repetition = element if place == 11 else repetition
                    continue
                # a repeated element is no single value, and new values are ASCII
                if repetition in element or not element.isascii() or not element.isprintable():
                    continue
                if component not in element:
                    edits.put(number, place, element)
                    continue
                for n, part in enumerate(element.split(component), 1):
                    edits.put(number, place, part, n)
    return edits


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
@pytest.mark.parametrize("city", [b"", " Ñ".encode(), b" \xd1\x81"], ids=["ascii", "utf-8", "latin-1"])
@pytest.mark.parametrize("institutional", [False, True])
def test_nothing_changed_is_byte_identical(style: Style, city: bytes, institutional: bool) -> None:
    content = written(style, institutional=institutional, city=city) * 2
    assert made(content, Edits(), chunk_bytes=1000) == content
    assert made(content, same_again(content)) == content


@pytest.mark.parametrize("path", PATHS)
def test_samples_are_byte_identical(path: str) -> None:
    content = (SAMPLES / path).read_bytes()
    try:
        assert made(content, Edits(), chunk_bytes=1000) == content
        edits = same_again(content)
    except UnreadableFile:
        return
    assert made(content, edits, chunk_bytes=4000) == content


@pytest.mark.skipif(not PATHS, reason="the folder of shared samples is not beside this checkout")
def test_there_are_samples() -> None:
    assert len(PATHS) > 180


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_changes_are_those_of_the_plain_rewriter(data: st.DataObject) -> None:
    style = data.draw(st.sampled_from(STYLES))
    content = written(style, institutional=data.draw(st.booleans()), city=" Ñ".encode())
    plain, edits = Plain.of(content, style), Edits()
    element, component = style.element.encode(), style.component.encode()
    count = len(plain.texts)
    for number in data.draw(st.sets(st.integers(2, count), max_size=6)):
        elements = plain.texts[number - 1].split(element)
        place = data.draw(st.integers(1, len(elements) - 1))
        parts = elements[place].split(component)
        new = data.draw(st.text("ABC 019.-", min_size=1, max_size=12))
        if data.draw(st.booleans()):
            n = data.draw(st.integers(1, len(parts)))
            parts[n - 1] = new.encode()
            edits.put(number, place, new, n)
        else:
            parts = [new.encode()]
            edits.put(number, place, new)
        elements[place] = component.join(parts)
        plain.texts[number - 1] = element.join(elements)
    assert made(content, edits, chunk_bytes=data.draw(st.sampled_from((1, 120, 5000)))) == plain.joined(style)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_segments_that_go_take_what_follows_along(data: st.DataObject) -> None:
    style = data.draw(st.sampled_from(STYLES))
    content = written(style)
    plain, edits = Plain.of(content, style), Edits()
    gone = data.draw(st.sets(st.integers(2, len(plain.texts) - 1), max_size=8))
    for number in gone:
        edits.drop(number)
    # the bytes before a segment that goes stay, those before the next one go
    for number in sorted(gone, reverse=True):
        plain.leads[number] = plain.leads[number - 1]
        del plain.leads[number - 1], plain.texts[number - 1]
    out = made(content, edits, recount=False, chunk_bytes=data.draw(st.sampled_from((1, 120, 5000))))
    assert out == plain.joined(style)


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_a_line_that_goes_leaves_right_counts(style: Style) -> None:
    content = written(style)
    plain = Plain.of(content, style)
    number = plain.numbers("SV1", style)[1]
    loop = service_loops(content, [number])[number]
    edits = Edits()
    assert loop.begins == plain.numbers("LX", style)[1]
    edits.drop(loop.begins, loop.begins + len(loop.segments) - 1)
    edits.put(number + 3, 2, "144")
    out = made(content, edits)
    assert read(out).problems.rows() == []
    assert totals(out)["problems"] == []
    before, after = read(content)["lines"], read(out)["lines"]
    kept = ["claim_seq", "line_number", "code", "modifier_1", "charge_cents", "line_control"]
    assert after.select(kept).rows() == [
        (1, 1, "97110", "GP", 8400, "L1"),
        (1, 2, "97530", "59", 14400, None),
        (2, 1, "97140", "GP", 6000, None),
        (3, 1, "97112", "GP", 6000, None),
    ]
    assert before["charge_cents"].sum() == after["charge_cents"].sum()
    swap = str.maketrans("*:", style.element + style.component)
    text = out.decode()
    assert "SE*24*0001".translate(swap) in text
    assert "SE*13*0002".translate(swap) in text
    assert len(content) - len(out) == sum(len(one + style.terminator + style.between) for one in LINES) - 1


def test_counts_stay_where_they_are_not_asked_for() -> None:
    content = written(LF)
    edits = Edits()
    edits.drop(18, 20)
    out = made(content, edits, recount=False)
    assert out == content.replace("\n".join(f"{one}~" for one in LINES).encode() + b"\n", b"", 1)


def test_a_wrong_count_stays_in_a_set_that_keeps_its_segments() -> None:
    content = written(LF).replace(b"SE*13*", b"SE*99*")
    edits = Edits()
    edits.drop(18, 20)
    out = made(content, edits)
    assert (b"SE*24*0001~" in out, b"SE*99*0002~" in out) == (True, True)


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_segments_that_come(style: Style) -> None:
    content = written(style)
    plain, edits = Plain.of(content, style), Edits()
    claim, line = plain.numbers("CLM", style)[0], plain.numbers("LX", style)[1]
    edits.put(claim, 5, "7", 3)
    edits.insert(claim + 1, ["REF", "F8", "9001"])
    edits.insert(line, ["LX", "2"], ["SV1", ("HC", "97112", "GP", ""), "0", "UN", "1", "", "", "1"])
    edits.insert(line, ["DTP", "472", "D8", "20260304"])
    out = made(content, edits)
    assert read(out).problems.rows() == []
    assert totals(out)["problems"] == []
    assert read(out)["claims"].select("frequency", "original_reference").row(0) == ("7", "9001")
    assert read(out)["lines"]["line_number"].to_list() == [1, 2, 3, 4, 1, 1]
    assert len(Plain.of(out, style).texts) == len(plain.texts) + 4
    swap = str.maketrans("*:", style.element + style.component)
    assert f"{style.terminator}{style.between}SE*31*0001".translate(swap).encode() in out


def test_sets_and_groups_that_come_and_go_are_counted() -> None:
    content = written(LF)
    plain, edits = Plain.of(content, LF), Edits()
    edits.drop(plain.numbers("ST", LF)[1], plain.numbers("SE", LF)[1])
    out = made(content, edits)
    assert (totals(out)["problems"], out.splitlines()[-2:]) == ([], [b"GE*1*1~", b"IEA*1*000000001~"])
    edits = Edits()
    new = [["ST", "837", "0003", "005010X222A1"], ["BHT", "0019", "00", "B3", "20260309", "0930", "CH"]]
    edits.insert(plain.numbers("GE", LF)[0], *new, ["SE", "3", "0003"])
    group = ["GS", "HC", "CLINIC", "HOUSE", "20260309", "0930", "2", "X", "005010X222A1"]
    edits.insert(plain.numbers("IEA", LF)[0], group, ["GE", "0", "2"])
    out = made(content, edits)
    assert out.splitlines()[-4:] == [
        b"GE*3*1~",
        b"GS*HC*CLINIC*HOUSE*20260309*0930*2*X*005010X222A1~",
        b"GE*0*2~",
        b"IEA*2*000000001~",
    ]


def test_all_of_a_file_may_go() -> None:
    content = written(STYLES[0])
    edits = Edits()
    edits.drop(1, len(Plain.of(content, STYLES[0]).texts))
    assert made(content, edits) == b""


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda e: e.put(400, 1, "1"), "the file has segments 1 to 44, and no others can be changed"),
        (lambda e: e.drop(0), "the file has segments 1 to 44, and no others can be changed"),
        (lambda e: e.put(6, 3, "A*B"), "segment 6: a new value holds a delimiter, or is not ASCII"),
        (lambda e: e.put(6, 3, "A^B"), "segment 6: a new value holds a delimiter, or is not ASCII"),
        (lambda e: e.put(6, 3, "Ñ"), "segment 6: a new value holds a delimiter, or is not ASCII"),
        (lambda e: e.put(6, 3, "A\n"), "segment 6: a new value holds a delimiter, or is not ASCII"),
        (lambda e: e.insert(6, ["NTE", "ADD~"]), "segment 6: a new value holds a delimiter, or is not ASCII"),
        (lambda e: e.put(1, 13, "77"), "segment 1: elements of ISA are of fixed width"),
        (lambda e: e.put(6, 0, "77"), "elements and components are counted from 1"),
        (lambda e: e.put(6, 1, "77", 0), "elements and components are counted from 1"),
    ],
    ids=range(10),
)
def test_what_cannot_be_written(edit: Callable[[Edits], None], message: str) -> None:
    def asked() -> None:
        edits = Edits()
        edit(edits)
        made(written(STYLES[0]), edits)

    with pytest.raises(InputError) as raised:
        asked()
    assert message in str(raised.value)


def test_what_is_not_x12_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not an X12 file"):
        made(b"visit_id,code\n", Edits())
    with pytest.raises(UnreadableFile, match="cannot be opened: No such file"):
        list(rewrite(tmp_path / "none.837", Edits()))


def test_a_line_without_a_number_of_its_own_stands_alone() -> None:
    content = written(LF).replace(b"LX*1~\n", b"", 1)
    number = Plain.of(content, LF).numbers("SV1", LF)[0]
    loop = service_loops(content, [number], chunk_bytes=100)[number]
    assert (loop.begins, loop.segments) == (None, (loop.own,))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    one = written(LF)
    peaks = []
    for times in (200, 800):
        path = tmp_path / f"{times}.837"
        path.write_bytes(one * times)
        edits = Edits()
        edits.drop(18, 20)
        tracemalloc.start()
        length = sum(len(part) for part in rewrite(path, edits, recount=True, chunk_bytes=1 << 15))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert length == len(one) * times - sum(len(line) + 2 for line in LINES)
    assert peaks[1] < peaks[0] * 1.2


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_files_are_borne(data: st.DataObject) -> None:
    """Whatever was done to a file, it is written as it was, and edits do not depend on where it was cut."""
    content = bytearray(written(data.draw(st.sampled_from(STYLES))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.sampled_from((0, 1, 30)))] = data.draw(
            st.sampled_from((b"~", b"", b"\xff*", b":"))
        )
    edits = Edits()
    edits.drop(data.draw(st.integers(2, 20)))
    edits.insert(22, ["NTE", "ADD", "X"])
    edits.put(data.draw(st.integers(21, 40)), 2, "AB", 2)
    try:
        assert made(bytes(content), Edits()) == content
        assert made(bytes(content), edits, chunk_bytes=1) == made(bytes(content), edits, chunk_bytes=1 << 20)
    except (InputError, UnreadableFile):
        return
