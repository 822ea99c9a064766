"""Segments, transaction sets, groups and interchanges written from their parts, with the right counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleanclaim.errors import InputError

ELEMENT, COMPONENT, REPETITION, END = "*", ":", "^", "~"
GROUPS = {"837": "HC", "835": "HP", "999": "FA", "277": "HN"}  # functional group by kind of transaction set
_MARKS = frozenset(ELEMENT + COMPONENT + REPETITION + END)
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


def element(value: object) -> str:
    """Return a value as an element; None is an empty one.

    Raises InputError for a value with a delimiter or a control character in it.

    >>> element("HILL CLINIC"), element(None), element(3)
    ('HILL CLINIC', '', '3')
    """
    if isinstance(value, Composite):
        return value
    text = "" if value is None else str(value)
    if not _MARKS.isdisjoint(text) or any(ord(letter) < 32 for letter in text):
        raise InputError("has a delimiter (* : ^ ~) or a control character, which X12 cannot carry", field="element")
    return text


class Composite(str):
    """Components joined: an element that may hold the component separator."""

    __slots__ = ()


def composite(*parts: object) -> Composite:
    """Return components joined, without those that are empty at the end.

    >>> composite("HC", "97110", "GP", None)
    'HC:97110:GP'
    """
    return Composite(COMPONENT.join(map(element, parts)).rstrip(COMPONENT))


def segment(name: str, *elements: object) -> str:
    """Return a segment without its end; empty elements at its end are left out.

    >>> segment("SVC", composite("HC", "97110"), "84", None, None)
    'SVC*HC:97110*84'
    """
    return ELEMENT.join([name, *map(element, elements)]).rstrip(ELEMENT)


def transaction_set(kind: str, version: str, control: int, body: Sequence[str]) -> list[str]:
    """Return the segments of a transaction set, its ST and its SE around ``body``.

    >>> transaction_set("835", "005010X221A1", 1, ["LX*1"])
    ['ST*835*0001', 'LX*1', 'SE*3*0001']
    """
    told = version if kind in _IN_HEADER else None
    return [segment("ST", kind, f"{control:04}", told), *body, segment("SE", len(body) + 2, f"{control:04}")]


def group(kind: str, version: str, cover: Cover, control: int, sets: Iterable[Sequence[str]]) -> list[str]:
    """Return the segments of a functional group: its GS, the transaction sets (with their ST and SE), its GE."""
    held = list(sets)
    made = (cover.made.strftime("%Y%m%d"), cover.made.strftime("%H%M"))
    parties = (cover.sender.group_code, cover.receiver.group_code)
    opening = segment("GS", GROUPS[kind], *parties, *made, control, "X", version)
    return [opening, *(one for inner in held for one in inner), segment("GE", len(held), control)]


def interchange(cover: Cover, groups: Iterable[Sequence[str]] = (), answers: Sequence[str] = ()) -> bytes:
    """Return an interchange: its ISA, TA1 segments (``answers``), the groups, its IEA; a segment a line.

    >>> from datetime import datetime
    >>> cover = Cover(Party("ZZ", "CLINIC"), Party("ZZ", "HOUSE"), datetime(2026, 4, 1, 9, 30), 7)
    >>> print(interchange(cover, [], ["TA1*000000005*260331*0930*A*000"]).decode(), end="")
    ISA*00*          *00*          *ZZ*CLINIC         *ZZ*HOUSE          *260401*0930*^*00501*000000007*0*P*:~
    TA1*000000005*260331*0930*A*000~
    IEA*0*000000007~
    """
    held = list(groups)
    sender, receiver = cover.sender, cover.receiver
    parties = [sender.qualifier, f"{element(sender.identifier):15}", receiver.qualifier]
    parties += [f"{element(receiver.identifier):15}", cover.made.strftime("%y%m%d"), cover.made.strftime("%H%M")]
    blank = " " * 10
    opening = ["ISA", "00", blank, "00", blank, *parties, REPETITION, "00501", f"{cover.control:09}", "0", cover.usage]
    inner = [*answers, *(one for segments in held for one in segments)]
    last = segment("IEA", len(held), f"{cover.control:09}")
    return "".join(f"{one}{END}\n" for one in [ELEMENT.join([*opening, COMPONENT]), *inner, last]).encode()
