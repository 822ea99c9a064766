"""An X12 file walked through piece by piece: sets, levels and claims, each with its bytes as they stand in the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12.files import iter_segments
from cleanclaim.x12.stretches import Source

_TRAILERS = ("SE", "GE", "IEA")
_LEVELS = {"20": 0, "22": 1, "23": 2}


@dataclass(frozen=True)
class Piece:
    """A segment: its elements, and its bytes up to where the next one begins."""

    elements: tuple[str, ...]
    raw: bytes
    separator: str
    number: int

    @property
    def name(self) -> str:
        """The segment's id."""
        return self.elements[0]

    def element(self, place: int) -> str:
        """Return an element, blank where there is none."""
        return self.elements[place] if place < len(self.elements) else ""

    def with_elements(self, changes: dict[int, str]) -> bytes:
        """Return the bytes with other values in some elements, of the same width in an ISA; all else as it is."""
        text = self.separator.join(self.elements)
        new = self.separator.join(changes.get(n, value) for n, value in enumerate(self.elements))
        return new.encode("latin-1") + self.raw[len(text.encode("latin-1")) :]


@dataclass
class Level:
    """A level of an 837, of a billing provider, subscriber or patient: its HL and what belongs to it but claims."""

    hl: Piece
    rest: list[Piece] = field(default_factory=list)

    def payer(self) -> str:
        """Return the number of the payer that a subscriber's level names, else its name."""
        for piece in self.rest:
            if piece.name == "NM1" and piece.element(1) == "PR":
                return piece.element(9).strip() or piece.element(3).strip()
        return ""


@dataclass
class TransactionSet:
    """A set as it is met: its ST and the segments before the first level; ``number`` counts from 1 within the file."""

    isa: Piece
    gs: Piece
    st: Piece
    number: int
    head: list[Piece] = field(default_factory=list)

    @property
    def type(self) -> str:
        """ST01."""
        return self.st.element(1)

    @property
    def envelope(self) -> tuple[str, ...]:
        """What sets must have in common to stand in one group: its partners and its version."""
        return (*(self.isa.element(n) for n in (5, 6, 7, 8, 11, 15, 16)), *(self.gs.element(n) for n in (1, 2, 3, 8)))


@dataclass
class ClaimPiece:
    """A claim of an 837 with its bytes, in its set and levels; ``levels`` without the patient's where there is none."""

    set: TransactionSet
    levels: tuple[Level, ...]
    pieces: list[Piece]

    @property
    def number(self) -> int:
        """The number of its CLM in the file."""
        return self.pieces[0].number

    @property
    def payer(self) -> str:
        """The payer it goes to, by its number."""
        return self.levels[1].payer()


def pieces(source: Source) -> Iterator[Piece]:
    """Yield the segments of a file with their bytes; the last one has what is left of the file.

    >>> [(piece.name, piece.raw) for piece in pieces(b"ST*837*1*005010X222A1~\\nBHT*0019~SE*3*1~")][1:]
    [('BHT', b'BHT*0019~'), ('SE', b'SE*3*1~')]
    """
    with _opened(source) as stream:
        cutter = _Cutter(stream)
        for frame, _ in iter_segments(source):
            for number, offset, text, separator in frame.select("segment", "offset", "text", "element").iter_rows():
                yield from cutter.cut(offset)
                cutter.held = (offset, text, separator, number)
        yield from cutter.cut(None)


@dataclass
class _Cutter:
    """Cuts a file at the offsets of its segments; the terminator is what stands after an ISA."""

    stream: BinaryIO
    held: tuple[int, str, str, int] | None = None
    terminator: bytes = b"~"

    def cut(self, until: int | None) -> Iterator[Piece]:
        """Yield the segment that is held, if one is, with its bytes up to ``until``."""
        if self.held is None:
            return
        offset, text, separator, number = self.held
        self.stream.seek(offset)
        raw = self.stream.read() if until is None else self.stream.read(until - offset)
        if text.startswith("ISA"):
            self.terminator = raw[len(text) : len(text) + 1]
        # byte for character, so that what is not ASCII stays as it is
        bare = raw.partition(self.terminator)[0].decode("latin-1")
        yield Piece(tuple(bare.split(separator)), raw, separator, number)


def _opened(source: Source) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return Path(source).open("rb")
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{source!s}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def sets(source: Source) -> Iterator[tuple[TransactionSet, list[Piece]]]:
    """Yield each set whole: from what follows its ST to its SE. Raises InputError for a TA1, which is in no set.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~GS*HC*A*B*20260401*0930*1*X*005010X222A1~"
    >>> [(one.number, len(body)) for one, body in sets(isa + b"ST*837*1~BHT*0019~SE*3*1~GE*1*1~IEA*1*000000001~")]
    [(1, 2)]
    """
    isa = gs = None
    now: TransactionSet | None = None
    body: list[Piece] = []
    number = 0
    for piece in pieces(source):
        if piece.name == "ISA":
            isa = piece
        elif piece.name == "GS":
            gs = piece
        elif piece.name == "ST":
            if isa is None or gs is None or now is not None:
                raise InputError(f"segment {piece.number}: a set without its envelope; the file cannot be divided")
            number += 1
            now, body = TransactionSet(isa, gs, piece, number), []
        elif piece.name in _TRAILERS:
            if piece.name == "SE" and now is not None:
                yield now, [*body, piece]
                now = None
        elif now is None:
            raise InputError(f"segment {piece.number}: {piece.name} stands in no set; the file cannot be divided")
        else:
            body.append(piece)
    if now is not None:
        raise InputError("the last set of the file has no SE; the file cannot be divided")


def claims(source: Source) -> Iterator[ClaimPiece]:
    """Yield each claim of an 837 with its levels.

    Raises InputError for sets of another type, and for claims outside the levels.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~GS*HP*A*B*20260401*0930*1*X*005010X221A1~"
    >>> next(claims(isa + b"ST*835*1~BPR*I~SE*3*1~GE*1*1~IEA*1*000000001~"))
    Traceback (most recent call last):
    cleanclaim.errors.InputError: set 1 is a 835; only an 837 has claims that can stand alone
    """
    for one, body in sets(source):
        if one.type != "837":
            raise InputError(f"set {one.number} is a {one.type}; only an 837 has claims that can stand alone")
        yield from _claims(one, body)


def _claims(one: TransactionSet, body: list[Piece]) -> Iterator[ClaimPiece]:
    levels: list[Level] = []
    claim: ClaimPiece | None = None
    for piece in body:
        if piece.name in ("HL", "CLM", "SE") and claim is not None:
            yield claim
            claim = None
        if piece.name == "HL":
            depth = _LEVELS.get(piece.element(3))
            if depth is None or depth > len(levels):
                raise InputError(f"segment {piece.number}: a level out of place; the file cannot be divided")
            levels = [*levels[:depth], Level(piece)]
        elif piece.name == "CLM":
            if len(levels) < 2:
                raise InputError(f"segment {piece.number}: a claim outside a subscriber; the file cannot be divided")
            claim = ClaimPiece(one, tuple(levels), [piece])
        elif claim is not None:
            claim.pieces.append(piece)
        elif levels:
            levels[-1].rest.append(piece)
        elif piece.name != "SE":
            one.head.append(piece)
