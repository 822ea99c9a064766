"""The envelope of all that is written: interchange, functional groups and transaction sets, with the right counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleanclaim.x12.write.segments import COMPONENT, ELEMENT, END, REPETITION, element, segment

GROUPS = {"837": "HC", "835": "HP", "999": "FA", "277": "HN"}  # functional group by kind of transaction set
_IN_HEADER = ("837", "999", "277")  # sets whose ST names the version; an 835's does not


@dataclass(frozen=True)
class Party:
    """A sender or receiver: as the ISA names it, and as the GS does (the same where ``code`` is not given)."""

    qualifier: str
    identifier: str
    code: str = ""

    @property
    def group_code(self) -> str:
        """What the GS says: ``code``, or the identifier without its padding."""
        return self.code or self.identifier.strip()


@dataclass(frozen=True)
class Cover:
    """What goes around what is written: from whom to whom, when, the control number (ISA13), test or production."""

    sender: Party
    receiver: Party
    made: datetime
    control: int
    usage: str = "P"


def isa(cover: Cover, repetition: str = REPETITION, component: str = COMPONENT) -> list[str]:
    """Return the elements of an ISA, which are of fixed width.

    >>> cover = Cover(Party("ZZ", "CLINIC"), Party("30", "HOUSE"), datetime(2026, 4, 1, 9, 30), 7)
    >>> isa(cover)[6:10], isa(cover)[12:]
    (['CLINIC         ', '30', 'HOUSE          ', '260401'], ['00501', '000000007', '0', 'P', ':'])
    """
    sender, receiver, blank = cover.sender, cover.receiver, " " * 10
    return [
        *("ISA", "00", blank, "00", blank, sender.qualifier, f"{sender.identifier:15}", receiver.qualifier),
        *(f"{receiver.identifier:15}", cover.made.strftime("%y%m%d"), cover.made.strftime("%H%M"), repetition),
        *("00501", f"{cover.control:09}", "0", cover.usage, component),
    ]


def gs(kind: str, version: str, cover: Cover, control: int) -> list[str]:
    """Return the elements of a GS.

    >>> cover = Cover(Party("ZZ", "CLINIC"), Party("ZZ", "HOUSE"), datetime(2026, 4, 1, 9, 30), 7)
    >>> gs("837", "005010X222A1", cover, 3)
    ['GS', 'HC', 'CLINIC', 'HOUSE', '20260401', '0930', '3', 'X', '005010X222A1']
    """
    parties = (cover.sender.group_code, cover.receiver.group_code)
    made = (cover.made.strftime("%Y%m%d"), cover.made.strftime("%H%M"))
    return ["GS", GROUPS[kind], *parties, *made, str(control), "X", version]


def st(kind: str, version: str, control: int) -> list[str]:
    """Return the elements of an ST.

    >>> st("837", "005010X222A1", 3), st("835", "005010X221A1", 3)
    (['ST', '837', '0003', '005010X222A1'], ['ST', '835', '0003'])
    """
    return ["ST", kind, f"{control:04}", *([version] if kind in _IN_HEADER else [])]


def se(count: int, control: int) -> list[str]:
    """Return the elements of the SE of a set with so many segments, ST and SE among them.

    >>> se(12, 3)
    ['SE', '12', '0003']
    """
    return ["SE", str(count), f"{control:04}"]


def ge(sets: int, control: int) -> list[str]:
    """Return the elements of a GE.

    >>> ge(2, 3)
    ['GE', '2', '3']
    """
    return ["GE", str(sets), str(control)]


def iea(groups: int, control: int) -> list[str]:
    """Return the elements of an IEA.

    >>> iea(1, 7)
    ['IEA', '1', '000000007']
    """
    return ["IEA", str(groups), f"{control:09}"]


def transaction_set(kind: str, version: str, control: int, body: Sequence[str]) -> list[str]:
    """Return the segments of a transaction set, its ST and its SE around ``body``.

    >>> transaction_set("835", "005010X221A1", 1, ["LX*1"])
    ['ST*835*0001', 'LX*1', 'SE*3*0001']
    """
    return [segment(*st(kind, version, control)), *body, segment(*se(len(body) + 2, control))]


def group(kind: str, version: str, cover: Cover, control: int, sets: Iterable[Sequence[str]]) -> list[str]:
    """Return the segments of a functional group: its GS, the transaction sets (with their ST and SE), its GE."""
    held = list(sets)
    opening = segment(*gs(kind, version, cover, control))
    return [opening, *(one for inner in held for one in inner), segment(*ge(len(held), control))]


def interchange(cover: Cover, groups: Iterable[Sequence[str]] = (), answers: Sequence[str] = ()) -> bytes:
    """Return an interchange: its ISA, TA1 segments (``answers``), the groups, its IEA; a segment a line.

    >>> cover = Cover(Party("ZZ", "CLINIC"), Party("ZZ", "HOUSE"), datetime(2026, 4, 1, 9, 30), 7)
    >>> print(interchange(cover, [], ["TA1*000000005*260331*0930*A*000"]).decode(), end="")
    ISA*00*          *00*          *ZZ*CLINIC         *ZZ*HOUSE          *260401*0930*^*00501*000000007*0*P*:~
    TA1*000000005*260331*0930*A*000~
    IEA*0*000000007~
    """
    held = list(groups)
    for party in (cover.sender, cover.receiver):
        element(party.identifier)
    opening = ELEMENT.join(isa(cover))
    inner = [*answers, *(one for segments in held for one in segments)]
    return "".join(f"{one}{END}\n" for one in [opening, *inner, segment(*iea(len(held), cover.control))]).encode()
