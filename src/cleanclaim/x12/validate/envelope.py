"""Level 1 of the envelope: the order of its segments, their counts and control numbers, and their elements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from cleanclaim.x12.chunk import Chunk
from cleanclaim.x12.segments import Ints
from cleanclaim.x12.validate.elements import is_time
from cleanclaim.x12.validate.grammar import by_version
from cleanclaim.x12.validate.problems import Problems

ENVELOPE = (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA", b"TA1")
_BEFORE = {  # what may stand before each
    b"ISA": (b"", b"IEA"),
    b"TA1": (b"ISA", b"TA1"),
    b"GS": (b"ISA", b"TA1", b"GE"),
    b"ST": (b"GS", b"SE"),
    b"SE": (b"ST",),
    b"GE": (b"SE",),
    b"IEA": (b"GE", b"TA1"),
}
# for each segment: the 999 or TA1 code of its absence or misplacement
_MISPLACED = {b"ISA": "022", b"TA1": "022", b"GS": "022", b"ST": "3", b"SE": "2", b"GE": "3", b"IEA": "023"}
_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_GROUPS = {"837P": b"HC", "837I": b"HC", "835": b"HP", "999": b"FA", "277CA": b"HN"}
_SETS = {b"837": b"HC", b"835": b"HP", b"999": b"FA", b"277": b"HN"}


@dataclass
class EnvelopeState:
    """What is open, carried from stretch to stretch."""

    last: bytes = b""
    transactions: int = 0
    isa_control: bytes = b""
    isa_controls: set[bytes] = field(default_factory=set)
    groups: int = 0
    group_control: bytes = b""
    group_controls: set[bytes] = field(default_factory=set)
    group_id: bytes = b""
    group_version: bytes = b""
    sets: int = 0
    set_controls: set[bytes] = field(default_factory=set)
    set_control: bytes = b""
    set_number: int = 0  # segment number of the open ST
    kind: str | None = None
    supported: int = 0
    in_set: bool = False

    @property
    def at_set(self) -> bool:
        """Whether the last envelope segment is of a transaction set; an SE without an ST is of none."""
        return self.last in (b"ST", b"SE") and self.transactions > 0


@dataclass(frozen=True)
class Sets:
    """The transaction sets of a stretch: the rows of each one's segments without its SE, and what it is."""

    begin: list[int]
    stop: list[int]
    kind: list[str | None]
    number: list[int]
    set_number: list[int]
    control: list[str]


class Envelope:
    """Follows the envelope segments of a file."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.state = EnvelopeState()
        self.stretch: Chunk
        self.controls: dict[int, str] = {}
        self.kinds: dict[int, str | None] = {}
        self.last_place = (1, 0)

    def sets(self, stretch: Chunk) -> Sets:
        """Note what is wrong with the envelope of a stretch, and return its transaction sets."""
        self.stretch = stretch
        state, segments = self.state, stretch.segments
        found = Sets([], [], [], [], [], [])
        rows = np.flatnonzero(np.any([segments.named(name) for name in ENVELOPE], axis=0))
        fresh = rows[rows >= stretch.known].tolist()
        open_at = 0 if state.in_set else -1
        outside = stretch.known if not state.in_set else -1
        for row in fresh:
            elements = self._elements(row)
            name = elements[0]
            if outside >= 0 and row > outside:
                self._note_outside(np.arange(outside, row))
            if open_at >= 0 and name in (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA"):
                self._close(found, open_at, row)
                open_at = -1
            if state.last not in _BEFORE[name]:
                self._misplaced(row, name)
            self._take(row, name, elements)
            if name == b"ST":
                open_at = row
            outside = -1 if open_at >= 0 else row + 1
            state.last = name if name != b"TA1" or state.last != b"ST" else state.last
        count = len(segments)
        if outside >= 0 and count > outside:
            self._note_outside(np.arange(outside, count))
        state.in_set = open_at >= 0
        if open_at >= 0:
            self._close(found, open_at, count)
        if count:
            at = np.array([count - 1])
            self.last_place = (int(stretch.numbers(at)[0]), int(stretch.offsets(at)[0]))
        return found

    def _close(self, found: Sets, begin: int, stop: int) -> None:
        state = self.state
        found.begin.append(begin)
        found.stop.append(stop)
        found.kind.append(state.kind)
        found.number.append(state.transactions)
        found.set_number.append(state.set_number)
        found.control.append(state.set_control.decode("latin-1"))

    def _elements(self, row: int) -> list[bytes]:
        segments = self.stretch.segments
        stop = min(int(segments.stop[row]), int(segments.start[row]) + 1024)
        text = segments.data[segments.start[row] : stop].tobytes()
        return text.split(bytes([segments.delimiters.element]))

    def _note(self, row: int, code: str, message: str, element: str | None = None, value: bytes | None = None) -> None:
        in_set = self.state.at_set
        if self.problems.full:
            self.problems.add(1, 1, transaction=self.state.transactions if in_set else None)
            return
        at = np.array([row])
        number = int(self.stretch.numbers(at)[0])
        self.problems.add(
            1,
            1,
            transaction=self.state.transactions if in_set else None,
            segment=self._elements(row)[0].decode("latin-1")[:3],
            position=number,
            in_transaction=number - self.state.set_number + 1 if in_set else None,
            offset=int(self.stretch.offsets(at)[0]),
            element=element,
            value=value.decode("latin-1")[:40] if value is not None else None,
            code=code,
            message=message,
        )

    def _note_outside(self, rows: Ints) -> None:
        if not len(rows):
            return
        first = rows[:1]
        self.problems.add(
            1,
            1,
            segment=self._elements(int(first[0]))[0].decode("latin-1")[:3],
            position=int(self.stretch.numbers(first)[0]),
            offset=int(self.stretch.offsets(first)[0]),
            code="022",
            message=f"{len(rows)} segments stand outside a transaction set"
            if len(rows) > 1
            else "this segment stands outside a transaction set",
        )

    def _misplaced(self, row: int, name: bytes) -> None:
        last = self.state.last.decode() or "the beginning"
        missing = {(b"ST", b"GE"): "2", (b"ST", b"ST"): "2", (b"SE", b"IEA"): "3", (b"SE", b"GS"): "3"}
        code = missing.get((self.state.last, name), _MISPLACED[name])
        self._note(row, code, f"{name.decode()} may not follow {last}")

    def _take(self, row: int, name: bytes, elements: list[bytes]) -> None:
        getattr(self, f"_take_{name.decode().lower()}")(row, elements + [b""] * (17 - len(elements)), len(elements) - 1)

    def _expect_count(self, row: int, name: str, have: int, low: int, high: int) -> None:
        if not low <= have <= high:
            self._note(row, "1" if have < low else "3", f"{name} has {have} elements in place of {high}")

    def _take_isa(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        self._expect_count(row, "ISA", have, 16, 16)
        for place, width in enumerate(_ISA_WIDTHS, 1):
            if len(e[place]) != width and have == 16:
                self._note(row, "024", f"ISA{place:02} is not {width} characters long", f"ISA{place:02}")
        for place, ok, code, what in (
            (1, e[1] in (b"00", b"03"), "010", "no qualifier of authorization information"),
            (3, e[3] in (b"00", b"01"), "012", "no qualifier of security information"),
            (5, re.fullmatch(rb"[0-9A-Z]{2}", e[5]), "005", "no qualifier of a sender"),
            (7, re.fullmatch(rb"[0-9A-Z]{2}", e[7]), "007", "no qualifier of a receiver"),
            (9, is_day(b"20" + e[9]), "014", "no date (YYMMDD)"),
            (10, is_time(e[10].decode("latin-1")), "015", "no time (HHMM)"),
            (12, e[12] == b"00501", "017", "not version 00501"),
            (13, re.fullmatch(rb"\d{9}", e[13]), "018", "no control number of nine digits"),
            (14, e[14] in (b"0", b"1"), "019", "not 0 or 1"),
            (15, e[15] in (b"P", b"T", b"I"), "020", "not P or T"),
        ):
            if not ok:
                self._note(row, code, what, f"ISA{place:02}", e[place])
        if e[13] in state.isa_controls:
            self._note(row, "025", "an interchange of this control number came before", "ISA13", e[13])
        state.isa_controls.add(e[13])
        state.isa_control, state.groups, state.group_controls = e[13], 0, set()

    def _take_ta1(self, row: int, e: list[bytes], have: int) -> None:
        self._expect_count(row, "TA1", have, 5, 5)
        for place, ok, what in (
            (1, re.fullmatch(rb"\d{9}", e[1]), "no control number of nine digits"),
            (2, is_day(b"20" + e[2]) or is_day(e[2]), "no date"),
            (3, is_time(e[3].decode("latin-1")), "no time"),
            (4, e[4] in (b"A", b"E", b"R"), "not A, E or R"),
            (5, re.fullmatch(rb"0[0-3]\d", e[5]) and e[5] <= b"031", "no note code (000 to 031)"),
            (5, (e[4] == b"A") <= (e[5] == b"000"), "accepted, and yet a code of an error"),
        ):
            if not ok:
                self._note(row, "024", what, f"TA1{place:02}", e[place])

    def _take_gs(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        state.groups += 1
        state.group_id, state.group_control, state.group_version, state.sets = e[1], e[6], e[8], 0
        state.set_controls = set()
        self._expect_count(row, "GS", have, 8, 8)
        for place, ok, code, what in (
            (2, 2 <= len(e[2]) <= 15, "024", "no code of a sender"),
            (3, 2 <= len(e[3]) <= 15, "024", "no code of a receiver"),
            (4, is_day(e[4]), "024", "no date (CCYYMMDD)"),
            (5, is_time(e[5].decode("latin-1")), "024", "no time"),
            (6, re.fullmatch(rb"\d{1,9}", e[6]), "6", "no control number"),
            (7, e[7] == b"X", "024", "not X"),
        ):
            if not ok:
                self._note(row, code, what, f"GS{place:02}", e[place])
        if e[6] in state.group_controls:
            self._note(row, "19", "a group of this control number came before", "GS06", e[6])
        state.group_controls.add(e[6])

    def _take_st(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        state.sets += 1
        state.transactions += 1
        state.last = b"ST"
        state.set_control, state.set_number = e[2], int(self.stretch.numbers(np.array([row]))[0])
        version = e[3] or state.group_version
        state.kind = by_version().get((e[1], version))
        number = state.transactions
        self.controls[number], self.kinds[number] = e[2].decode("latin-1")[:9], state.kind
        self._expect_count(row, "ST", have, 2, 3)
        if not 4 <= len(e[2]) <= 9:
            self._note(row, "7", "no control number of four to nine characters", "ST02", e[2])
        if e[2] in state.set_controls:
            self._note(row, "23", "a transaction set of this control number came before in the group", "ST02", e[2])
        state.set_controls.add(e[2])
        if state.kind is None:
            code = "I6" if e[1] in _SETS else "1"
            what = f"transaction {e[1].decode('latin-1')[:3]} of version {version.decode('latin-1')[:12] or 'unknown'}"
            self._note(row, code, f"{what} is not one that is validated here", "ST03", version)
            return
        state.supported += 1
        if e[3] and state.group_version and e[3] != state.group_version:
            self._note(row, "I6", "another version than GS08 says", "ST03", e[3])
        if state.group_id and state.group_id != _GROUPS[state.kind]:
            self._note(
                row,
                "18",
                f"this transaction may not stand in a group {state.group_id.decode('latin-1')[:2]}",
                "ST01",
                e[1],
            )

    def _take_se(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        self._expect_count(row, "SE", have, 2, 2)
        number = int(self.stretch.numbers(np.array([row]))[0])
        count = number - state.set_number + 1
        if state.last == b"ST":
            if not (e[1].isdigit() and int(e[1][:12]) == count):
                self._note(row, "4", f"the transaction set has {count} segments", "SE01", e[1])
            if e[2] != state.set_control:
                self._note(row, "3", "not the control number of its ST", "SE02", e[2])

    def _take_ge(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        self._expect_count(row, "GE", have, 2, 2)
        if not (e[1].isdigit() and int(e[1][:12]) == state.sets):
            self._note(row, "5", f"the group has {state.sets} transaction sets", "GE01", e[1])
        if e[2] != state.group_control:
            self._note(row, "4", "not the control number of its GS", "GE02", e[2])

    def _take_iea(self, row: int, e: list[bytes], have: int) -> None:
        state = self.state
        self._expect_count(row, "IEA", have, 2, 2)
        if not (e[1].isdigit() and int(e[1][:12]) == state.groups):
            self._note(row, "021", f"the interchange has {state.groups} groups", "IEA01", e[1])
        if e[2] != state.isa_control:
            self._note(row, "001", "not the control number of its ISA", "IEA02", e[2])

    def end(self) -> None:
        """Note what is missing at the end of the file."""
        state = self.state
        missing = {b"ST": ("SE", "2"), b"SE": ("GE", "3"), b"GE": ("IEA", "023"), b"GS": ("GE", "3")}
        missing |= {b"ISA": ("IEA", "023"), b"TA1": ("IEA", "023")}
        if state.last in missing:
            self._note_end(*missing[state.last])
        elif not state.last:
            self._note_end("an envelope", "024")

    def _note_end(self, name: str, code: str) -> None:
        state, (number, offset) = self.state, self.last_place
        inside = state.at_set
        self.problems.add(
            1,
            1,
            transaction=state.transactions if inside else None,
            segment=name if name in ("SE", "GE", "IEA") else None,
            position=number,
            in_transaction=number - state.set_number + 1 if inside else None,
            offset=offset,
            code=code,
            message=f"the file ends without {name}",
        )


def is_day(text: bytes) -> bool:
    """Return whether ``text`` is a day written CCYYMMDD.

    >>> is_day(b"20260228"), is_day(b"20260230")
    (True, False)
    """
    if not re.fullmatch(rb"\d{8}", text):
        return False
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    if not (1900 <= year <= 2099 and 1 <= month <= 12):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
