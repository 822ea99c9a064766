"""TA1: whether the envelope of an interchange was in order."""

from __future__ import annotations

import re
from datetime import datetime

from cleanclaim.x12.write.envelope import Cover, Party
from cleanclaim.x12.write.segments import segment
from cleanclaim.x12.write.verdicts import ACCEPTED, REJECTED, InterchangeVerdict

NO_DIGITS = "000000000"


def answer(verdict: InterchangeVerdict, made: datetime) -> str:
    """Return the TA1 of an interchange; its day and time are taken from it where they can be read.

    >>> from cleanclaim.x12.write.received import Interchange, Segment
    >>> isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260401*0930*^*00501*000000001"
    >>> answer(InterchangeVerdict(Interchange(Segment(1, isa.split("*"))), [], "021"), datetime(2026, 4, 2))
    'TA1*000000001*260401*0930*R*021'
    """
    head = verdict.of.head
    control = head.at(13) if re.fullmatch(r"\d{9}", head.at(13)) else NO_DIGITS
    day = _as_written(head.at(9), "%y%m%d") or made.strftime("%y%m%d")
    time = _as_written(head.at(10), "%H%M") or made.strftime("%H%M")
    return segment("TA1", control, day, time, ACCEPTED if verdict.accepted else REJECTED, verdict.note)


def _as_written(text: str, pattern: str) -> str | None:
    """Return a day or time if it is one, written as X12 does."""
    try:
        told = datetime.strptime(text, pattern).strftime(pattern)  # noqa: DTZ007  (no zone is said)
    except ValueError:
        return None
    return text if told == text else None


def cover_of(verdict: InterchangeVerdict, made: datetime, control: int) -> Cover:
    """Return what goes around the answer to an interchange: from its receiver to its sender.

    Names that are no such are left at their first characters, an unknown qualifier becomes ZZ.
    """
    head, groups = verdict.of.head, verdict.groups
    first = groups[0].of.head if groups else None
    sender = _party(head.at(7), head.at(8), first.at(3) if first else "")
    receiver = _party(head.at(5), head.at(6), first.at(2) if first else "")
    return Cover(sender, receiver, made, control, head.at(15) if head.at(15) in ("P", "T") else "P")


def _party(qualifier: str, identifier: str, code: str) -> Party:
    known = qualifier if re.fullmatch(r"[0-9A-Z]{2}", qualifier) else "ZZ"
    name = _plain(identifier)[:15] or "UNKNOWN"
    told = _plain(code)[:15]
    return Party(known, name, told if len(told) > 1 else name.ljust(2, "0"))


def _plain(text: str) -> str:
    return "".join(letter for letter in text.strip() if " " <= letter <= "}" and letter not in "*:^")
