"""An X12 file divided: by payer, by transaction set, or into files of so many claims, with envelopes of their own.

The bytes of claims stay as they are. Levels are numbered anew, and written again where their claims are divided; what
envelopes count is right; control numbers come from the user's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cleanclaim.errors import InputError
from cleanclaim.x12.stretches import Source
from cleanclaim.x12.totals import totals
from cleanclaim.x12.write.control import Numbers, take
from cleanclaim.x12.write.division import ClaimPiece, Level, Piece, TransactionSet, claims, sets
from cleanclaim.x12.write.placing import Placing, placing

WAYS = ("payer", "claims", "transaction")
_SUMS = ("claims", "lines", "charge_cents", "paid_cents", "adjustment_cents")
_MOST_OPEN = 64  # files at a time
Key = tuple[object, ...]


@dataclass
class _Part:
    """A file being written."""

    path: Path
    stream: BinaryIO
    numbers: Numbers
    isa: Piece
    between: bytes
    written_at: datetime | None = None  # None: as the source says
    begun: int = 0  # sets
    set: TransactionSet | None = None
    count: int = 0  # segments of the open set
    level: int = 0
    open: tuple[tuple[int, bool], ...] = ()  # HL of the source and whether a patient follows, by depth
    parents: tuple[int, ...] = ()

    def begin(self, first: TransactionSet) -> None:
        """Write the envelope's head."""
        isa = {13: f"{self.numbers.interchange:09d}"} | self.told_time(9, "%y%m%d", "%H%M")
        self.stream.write(self.isa.with_elements(isa))
        self.stream.write(first.gs.with_elements({6: str(self.numbers.group)} | self.told_time(4, "%Y%m%d", "%H%M")))

    def told_time(self, place: int, day: str, time: str) -> dict[int, str]:
        """Return the day and the time of writing, as the elements ``place`` and the next one say them."""
        at = self.written_at
        return {} if at is None else {place: at.strftime(day), place + 1: at.strftime(time)}

    def open_set(self, one: TransactionSet) -> None:
        """Write the ST of a set."""
        self.close_set()
        self.begun, self.set, self.count, self.level, self.open, self.parents = self.begun + 1, one, 0, 0, (), ()
        self.write(one.st.with_elements({2: self._control()}))

    def write(self, text: bytes) -> None:
        """Write a segment of the open set."""
        self.stream.write(text)
        self.count += 1

    def close_set(self) -> None:
        """Write the SE of the set that is open."""
        if self.set is not None:
            self._trail("SE", str(self.count + 1), self._control())
            self.set = None

    def rest(self) -> None:
        """Close the stream for a while."""
        self.stream.close()

    def wake(self) -> None:
        """Open the stream again, where it rests."""
        if self.stream.closed:
            self.stream = self.path.open("ab")

    def close(self) -> None:
        """Write what ends the file."""
        self.wake()
        self.close_set()
        self._trail("GE", str(self.begun), str(self.numbers.group))
        self._trail("IEA", "1", f"{self.numbers.interchange:09d}")
        self.stream.close()

    def reference(self) -> str:
        """Return a BHT03 of its own for the open set."""
        return f"{self.numbers.interchange:09d}{self.begun:04d}"

    def _control(self) -> str:
        return f"{self.numbers.first_set + self.begun - 1:04d}"

    def _trail(self, *elements: str) -> None:
        self.stream.write(self.isa.separator.join(elements).encode("ascii") + self.between)


class _Parts:
    """The files of a division, by their keys."""

    def __init__(
        self,
        files: Placing,
        sets_of_source: int,
        name_of: Callable[[int, Key], str],
        written_at: datetime | None = None,
    ) -> None:
        self._files, self._sets, self._name_of, self._at = files, sets_of_source, name_of, written_at
        self._parts: dict[Key, _Part] = {}

    def of(self, one: TransactionSet, own: Key) -> _Part:
        """Return the file for what stands under ``own`` in sets of this envelope."""
        key = (*one.envelope, *own)
        if key in self._parts:
            self._parts[key] = self._parts.pop(key)  # the one used last stands last
            self._parts[key].wake()
        else:
            name = self._name_of(len(self._parts) + 1, own)
            if name in self._files.staged:
                stem, dot, ending = name.rpartition(".")
                name = f"{stem or ending}-{len(self._parts) + 1}{dot if stem else ''}{ending if stem else ''}"
            width = len(one.isa.separator.join(one.isa.elements))
            stream = self._files.begin(name)
            between = one.isa.raw[width:]
            part = _Part(self._files.staged[name], stream, take(self._sets), one.isa, between, self._at)
            part.begin(one)
            self._parts[key] = part
        if len(self._parts) > _MOST_OPEN:
            list(self._parts.values())[-_MOST_OPEN - 1].rest()
        return self._parts[key]

    def close(self) -> None:
        """End all files."""
        for part in self._parts.values():
            part.close()


def split(
    source: Source, by: str, folder: Path, *, claims_each: int | None = None, name: str | None = None
) -> list[Path]:
    """Divide an X12 file into files in ``folder``, and return their paths in order.

    ``by`` payer (837, 835), transaction (any), or claims (837): ``claims_each`` a file. ``name`` is what the files are
    called after, by default the source. Raises InputError, and nothing is written, where the file cannot be divided so,
    where a file of that name is there, and where the parts do not have the claims, lines and amounts of the whole.

    >>> import tempfile
    >>> split(b"ISA", "pages", Path(tempfile.gettempdir()))
    Traceback (most recent call last):
    cleanclaim.errors.InputError: by: must be one of payer, claims, transaction
    """
    if by not in WAYS:
        raise InputError(f"must be one of {', '.join(WAYS)}", field="by")
    if by == "claims" and (claims_each is None or claims_each < 1):
        raise InputError("say how many claims each file is to have, 1 or more", field="claims_each")
    whole = totals(source)
    named = name or (Path(source).name if not isinstance(source, bytes) else "part.x12")
    with placing(folder) as files:
        parts = _Parts(files, max(1, len(whole["transactions"])), lambda n, own: _name(named, by, n, own))
        types = {one["type"] for one in whole["transactions"]}
        unread = [n for n, one in enumerate(whole["transactions"], 1) if one["claims"] is None]
        if by != "transaction" and unread:
            raise InputError(f"set {unread[0]} has no claims that are read; divide the file by transaction", field="by")
        if by == "transaction":
            _whole_sets(parts, source, lambda one, body: (one.number,))
        elif types == {"835"} and by == "payer":
            _whole_sets(parts, source, lambda one, body: (_payer_of_835(body),))
        else:
            _divided(parts, claims(source), _key_of(by, claims_each or 1))
        parts.close()
        _check(whole, [totals(path) for path in files.staged.values()])
        return files.place()


def choose(source: Source, chosen: Iterable[int], path: Path, *, written_at: datetime) -> Path:
    """Write the claims of an 837 whose CLM segments have these numbers as a file of their own; return its path.

    As ``split``: bytes as they are, envelope and control numbers of its own. ``written_at`` is when the file says that
    it was written: claims sent again are sent then, not when they first were.
    """
    wanted = set(chosen)
    with placing(path.parent) as files:
        parts = _Parts(files, max(1, len(totals(source)["transactions"])), lambda n, own: path.name, written_at)
        _divided(parts, (one for one in claims(source) if one.number in wanted), lambda one: ())
        parts.close()
        if len(files.staged) != 1:
            raise InputError("the claims chosen stand in envelopes of different partners; choose them one by one")
        return files.place()[0]


def _key_of(by: str, each: int) -> Callable[[ClaimPiece], Key]:
    if by == "payer":
        return lambda one: (one.payer,)
    counted = iter(range(1 << 62))
    return lambda one: (next(counted) // each,)


def _name(source: str, by: str, n: int, own: Key) -> str:
    path = Path(source)
    tail = re.sub(r"[^a-z0-9]+", "-", str(own[0]).lower()).strip("-") if by == "payer" else f"{n:04d}"
    return f"{path.stem}-{tail or 'payer'}{path.suffix}"


def _whole_sets(parts: _Parts, source: Source, key: Callable[[TransactionSet, list[Piece]], Key]) -> None:
    for one, body in sets(source):
        part = parts.of(one, key(one, body))
        part.open_set(one)
        for piece in body[:-1]:
            part.write(piece.raw)
        part.close_set()


def _payer_of_835(body: list[Piece]) -> str:
    for piece in body:
        if piece.name == "N1" and piece.element(1) == "PR":
            return piece.element(4).strip() or piece.element(2).strip()
    return ""


def _divided(
    parts: _Parts, found: Iterator[ClaimPiece] | Iterable[ClaimPiece], key: Callable[[ClaimPiece], Key]
) -> None:
    for claim in found:
        part = parts.of(claim.set, key(claim))
        if part.set is not claim.set:
            part.open_set(claim.set)
            for piece in claim.set.head:
                bht = {3: part.reference()} | part.told_time(4, "%Y%m%d", "%H%M%S")
                part.write(piece.with_elements(bht) if piece.name == "BHT" else piece.raw)
        _open_levels(part, claim.levels)
        for piece in claim.pieces:
            part.write(piece.raw)


def _open_levels(part: _Part, levels: tuple[Level, ...]) -> None:
    """Write the levels of a claim that are not open, each with its number and that of the one around it.

    A subscriber who has claims of their own and a dependent is written once for each, as the guides want it.
    """
    wanted = tuple((level.hl.number, depth + 1 < len(levels)) for depth, level in enumerate(levels))
    same = 0
    while same < min(len(wanted), len(part.open)) and wanted[same] == part.open[same]:
        same += 1
    part.open, part.parents = part.open[:same], part.parents[:same]
    for depth in range(same, len(levels)):
        part.level += 1
        parent = str(part.parents[-1]) if part.parents else ""
        changes = {1: str(part.level), 2: parent, 4: "1" if wanted[depth][1] else "0"}
        part.write(levels[depth].hl.with_elements(changes))
        for piece in levels[depth].rest:
            part.write(piece.raw)
        part.open, part.parents = (*part.open, wanted[depth]), (*part.parents, part.level)


def _check(whole: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """Raise InputError where the parts do not have what the whole has: a file that cannot be read right is not cut."""

    def sums(counted: Iterable[dict[str, Any]]) -> dict[str, int]:
        all_sets = [one for file in counted for one in file["transactions"]]
        return {name: sum(one.get(name) or 0 for one in all_sets) for name in _SUMS}

    before, after = sums([whole]), sums(parts)
    wrong = [name for name in _SUMS if before[name] != after[name]]
    if wrong:
        told = ", ".join(f"{name} {before[name]:,} and {after[name]:,}" for name in wrong)
        raise InputError(f"the parts would not have what the whole has ({told}); nothing was written")
