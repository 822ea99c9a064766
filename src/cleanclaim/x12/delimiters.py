"""The four delimiters of an interchange, as its ISA segment defines them."""

from __future__ import annotations

import re
from dataclasses import dataclass

ISA_WIDTH = 106
LONGEST_ISA = 512  # of wrong width, but with its sixteen elements this near, an ISA can still be read
ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_FIRST_ISA = re.compile(rb"ISA[^A-Za-z0-9\s]")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """Byte values that separate elements, components and repetitions, and end a segment."""

    element: int
    component: int
    terminator: int
    repetition: int | None = None


def delimiters_at(window: bytes) -> tuple[Delimiters | None, str | None]:
    """Return the delimiters of the ISA segment that ``window`` begins with, and what is wrong with that segment.

    The delimiters are None where they cannot be told; the text is None where nothing is wrong.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> found, wrong = delimiters_at(isa + b"*260401*0930*^*00501*000000001*0*P*:~GS*HC")
    >>> bytes([found.element, found.component, found.terminator, found.repetition]), wrong
    (b'*:~^', None)
    """
    window = window[:LONGEST_ISA]
    if len(window) < 4 or not _can_separate(window[3]):
        return None, "the ISA segment is cut short or has no element separator"
    element = window[3]
    places = [3]
    while len(places) < 16 and places[-1] >= 0:
        places.append(window.find(element, places[-1] + 1))
    if places[-1] < 0 or len(window) < places[-1] + 3:
        return None, "the ISA segment does not have its sixteen elements"
    repetition = _only_byte(window[places[10] + 1 : places[11]])
    component, terminator = window[places[-1] + 1], window[places[-1] + 2]
    wrong = None if tuple(places) == ISA_SEPARATORS else "the ISA segment is not 106 characters wide"
    if window[places[-1] + 2 :].startswith(b"GS" + bytes([element])):
        component, terminator = ord(":"), component
        wrong = "ISA16 is missing; ':' is taken as the component separator"
    if len({element, component, terminator}) < 3 or not (_can_separate(component) and _can_end(terminator)):
        return None, "the ISA segment does not name three different delimiters"
    return Delimiters(element, component, terminator, repetition), wrong


def find_isa(head: bytes) -> int:
    """Return where in ``head`` the first ISA segment with readable delimiters begins, or -1.

    >>> find_isa(b"no envelope in here")
    -1
    """
    for match in _FIRST_ISA.finditer(head):
        if delimiters_at(head[match.start() : match.start() + LONGEST_ISA])[0]:
            return match.start()
    return -1


def without_isa(head: bytes) -> Delimiters | None:
    """Return the delimiters that a GS or ST segment at the start of ``head`` suggests; the component is a guess.

    >>> without_isa(b"ST*837*0001*005010X222A1~BHT*0019*00").terminator == ord("~")
    True
    """
    match = re.match(rb"(?:GS|ST)([^A-Za-z0-9\s])[^\n]{0,200}?([^A-Za-z0-9 ])\s*(?:ST|BHT)\1", head, re.DOTALL)
    if match is None or match[1] in (match[2], b":") or match[2] == b":":
        return None
    return Delimiters(match[1][0], ord(":"), match[2][0])


def _can_separate(byte: int) -> bool:
    return _can_end(byte) and byte not in b"\r\n"


def _can_end(byte: int) -> bool:
    return byte < 128 and byte != ord(" ") and not chr(byte).isalnum()


def _only_byte(element: bytes) -> int | None:
    return element[0] if len(element) == 1 and _can_separate(element[0]) else None
