"""A file opened far enough to know what its rows can hold; the rows themselves are read in portions, on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleanclaim.intake.rows import Rows


@dataclass(frozen=True)
class Source:
    """One input file. ``bills``: it may hold billed lines; ``carries_minutes``: it has a place for minutes or times."""

    file_id: int
    name: str
    bills: bool
    carries_minutes: bool
    rows: Callable[[], Iterator[Rows]]

    @property
    def lacks_minutes(self) -> bool:
        """True for a file of billed lines whose minutes can only come from another file."""
        return self.bills and not self.carries_minutes
