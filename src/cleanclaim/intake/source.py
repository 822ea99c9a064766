"""A file opened far enough to know what its rows can hold; the rows themselves are read in portions, on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleanclaim.intake.rows import Rows


@dataclass(frozen=True)
class Source:
    """One input file. ``bills``: it may hold billed lines; ``carries_minutes``: it has a place for minutes or times.

    ``piece`` reads one of the pieces, each of which can be read without the others; together they are ``rows``.
    ``pieces`` has the rows of each; empty for a file that is read from its start.
    """

    file_id: int
    name: str
    bills: bool
    carries_minutes: bool
    rows: Callable[[], Iterator[Rows]]
    pieces: tuple[int, ...] = ()
    piece: Callable[[int], Iterator[Rows]] | None = None

    @property
    def lacks_minutes(self) -> bool:
        """True for a file of billed lines whose minutes can only come from another file."""
        return self.bills and not self.carries_minutes

    def cuts(self, rows: int) -> tuple[tuple[int, int], ...]:
        """Return the pieces, from one to before another, that together have about ``rows``; none for a file without.

        >>> Source(0, "a", bills=True, carries_minutes=True, rows=list, pieces=(5, 5, 5)).cuts(10)
        ((0, 2), (2, 3))
        """
        bounds, held = [0], 0
        for number, height in enumerate(self.pieces):
            if held and held + height > rows:
                bounds.append(number)
                held = 0
            held += height
        return tuple(zip(bounds, [*bounds[1:], len(self.pieces)], strict=True)) if self.pieces else ()
