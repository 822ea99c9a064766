"""The clauses of a note with what is said there: of treatment given, of plans, of results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache

from cleanclaim.notes import durations, statements
from cleanclaim.notes.facts import Intervention, Quote, Section, Status
from cleanclaim.notes.phrases import Phrases, Word, table
from cleanclaim.notes.text import lines, page, parts, sentences

_NOT_TODAY = frozenset({"plan", "goals", "home", "history", "diagnosis", "referral", "signature"})
_NEVER_GIVEN = frozenset(
    {
        Status.PLANNED,
        Status.GOAL,
        Status.HEP_HOME,
        Status.HISTORY,
        Status.REFERRAL,
        Status.REFUSED,
        Status.TEMPLATE,
        Status.HEP_ISSUED,
    }
)


LONGEST = 48_000
"""Code points looked through for evidence: some thirty pages, more than any record of one visit."""


class Clauses:
    """The clauses of a note with their sections and with what is said there of treatment given or not given."""

    def __init__(self, note: str, sections: Sequence[Section], interventions: Sequence[Intervention]) -> None:
        note = note[:LONGEST]
        self.note = note
        self.page = page(note)
        self.sections = sections
        self.interventions = interventions
        self.bare = _blanked(note, interventions)
        self.all = [
            part for line in self.page.lines for sentence in sentences(note, *line) for part in parts(note, *sentence)
        ]

    def words(self, clause: tuple[int, int]) -> Sequence[Word]:
        """Return the words of ``clause``."""
        return self.page.words_in(*clause)

    def within(self, without: Collection[str], statuses: Collection[Status]) -> Iterator[tuple[int, int]]:
        """Yield the clauses outside sections of the kinds ``without`` and outside spans of ``statuses``."""
        barred = [(each.start, each.end) for each in self.sections if each.kind in without]
        barred += [(each.quote.start, each.quote.end) for each in self.interventions if each.status in statuses]
        for start, end in self.all:
            if any(since <= start < until for since, until in barred):
                continue
            for since, until in barred:
                if start < since < end:
                    end = since
                elif since <= start < until:
                    start = until
            if end > start:
                yield start, end

    def today(self, also_without: str = "", also: Collection[Status] = ()) -> Iterator[tuple[int, int]]:
        """Yield the clauses that may speak of today's treatment; ``also`` names further statuses to read."""
        return self.within(_NOT_TODAY | {also_without}, _NEVER_GIVEN.difference(also))

    def quote(self, clause: tuple[int, int]) -> Quote:
        """Return the words of ``clause`` without blanks around them."""
        written = self.note[clause[0] : clause[1]]
        start = clause[0] + len(written) - len(written.lstrip(" \t\n-*\u2022"))
        return Quote.of(self.note, start, max(start, clause[0] + len(written.rstrip())))


@cache
def around(name: str, kind: str) -> frozenset[str]:
    """Return the plain words of a kind around the phrases of a table."""
    return frozenset(each.rstrip("+*") for each in table(name)["around"][kind])


@cache
def phrases_around(name: str, kind: str) -> Phrases:
    """Return the phrases of a kind around those of a table."""
    return Phrases({kind: table(name)["around"][kind]})


def has(found: Phrases, note: str, among: Sequence[Word]) -> bool:
    """Return whether a phrase stands among the words.

    >>> has(Phrases({"x": ["knee pain"]}), "knee pain", [Word("knee", 0, 4), Word("pain", 5, 9)])
    True
    """
    return next(found.find(note, among), None) is not None


def _blanked(note: str, interventions: Sequence[Intervention]) -> str:
    """Return ``note`` with blanks for dates, lengths of time and the words of activities: the rest tells results."""
    spans = [(each.start, each.end) for each in durations.find(note)]
    spans += [(each.start, each.end) for each in statements.find(note)]
    spans += [found.span() for found in durations.DATE.finditer(note)]
    spans += [(each.quote.start, each.quote.end) for each in interventions if each.status is not Status.TEST_FINDING]
    pieces, place = [], 0
    for start, end in sorted(spans):
        if end <= place:
            continue
        pieces += [note[place : max(place, start)], " " * (end - max(place, start))]
        place = end
    return "".join([*pieces, note[place:]])


@lru_cache(maxsize=4)
def flowed(note: str) -> str:
    """Return ``note`` with blanks for the line ends that only a narrow window made; every place stays the same."""
    letters = list(durations.unwrapped(note))
    for start, end in lines(note):
        place = note.find("\n", start, end)
        while place >= 0:
            letters[place] = " " if letters[place] == "\n" else letters[place]
            place = note.find("\n", place + 1, end)
    return "".join(letters)
