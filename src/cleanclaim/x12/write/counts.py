"""The numbers that an X12 file holds about itself, kept right where segments come or go."""

from __future__ import annotations

from dataclasses import dataclass

COUNTED = (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA", b"CLM", b"LX")


@dataclass
class Counts:
    """Follows the segments of a file: how many a set, a group and an interchange hold, and the lines of a claim.

    A count is told where segments came or went; where none did, it stays as it is written, right or wrong.
    """

    begin: int = 0  # number of the open set's ST
    extra: int = 0  # segments that the open set has more than before
    sets: int = 0
    sets_differ: bool = False
    groups: int = 0
    groups_differ: bool = False
    in_claim: bool = False
    lines: int = 0
    lines_differ: bool = False

    def came(self, name: str) -> None:
        """Take in a segment that was not in the file."""
        self.extra += 1
        self.sets += name == "ST"
        self.groups += name == "GS"
        self.lines += name == "LX"
        self._differ(name)

    def went(self, name: str) -> None:
        """Take in a segment that is no longer in the file."""
        self.extra -= 1
        self._differ(name)

    def stayed(self, name: str, number: int) -> int | None:
        """Take in a segment of the file; return what its first element must say, None where it is right."""
        told = None
        if name == "ISA":
            self.groups, self.groups_differ = 0, False
        elif name == "GS":
            self.groups, self.sets, self.sets_differ = self.groups + 1, 0, False
        elif name == "ST":
            self.sets, self.begin, self.extra, self.in_claim = self.sets + 1, number, 0, False
        elif name == "CLM":
            self.in_claim, self.lines, self.lines_differ = True, 0, False
        elif name == "LX" and self.in_claim:
            self.lines += 1
            told = self.lines if self.lines_differ else None
        elif name == "SE":
            told = number - self.begin + 1 + self.extra if self.begin and self.extra else None
            self.begin = 0
        elif name == "GE":
            told = self.sets if self.sets_differ else None
        elif name == "IEA":
            told = self.groups if self.groups_differ else None
        return told

    def _differ(self, name: str) -> None:
        self.sets_differ |= name == "ST"
        self.groups_differ |= name == "GS"
        self.lines_differ |= name == "LX"
