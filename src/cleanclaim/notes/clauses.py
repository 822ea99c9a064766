"""The clauses of a note with what is said there: of treatment given, of plans, of results."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache

from cleanclaim.notes import durations, statements
from cleanclaim.notes.facts import Intervention, Quote, Section, Status
from cleanclaim.notes.phrases import Hit, Phrases, Word, phrases, table
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
_HANDS_ON = frozenset(
    {"97140", "97124", "97035", "97033", "97032", "G0283", "97014", "20560", "20561", "97597", "97016"}
)


LONGEST = 12_000
"""Code points looked through for evidence, as many as the reader reads: more than any record of one visit."""


class Clauses:
    """The clauses of a note with their sections and with what is said there of treatment given or not given."""

    def __init__(self, note: str, sections: Sequence[Section], interventions: Sequence[Intervention]) -> None:
        note = note[:LONGEST]
        self.note = note
        self.page = page(note)
        self._end = len(note) + 1
        self._spans = sorted(
            (each.quote.start, each.quote.end)
            for each in interventions
            if each.status is Status.PERFORMED and each.codes
        )
        self._hits: dict[str, tuple[list[Hit], list[int]]] = {}
        self.sections = sections
        self.interventions = interventions
        self.bare = _blanked(note, interventions)
        self.given = min((each.quote.start for each in interventions if each.status is Status.PERFORMED), default=None)
        """Where the first activity of the day begins: results stand behind it."""
        self.all = [
            part for line in self.page.lines for sentence in sentences(note, *line) for part in parts(note, *sentence)
        ]

    def words(self, clause: tuple[int, int]) -> Sequence[Word]:
        """Return the words of ``clause``."""
        return self.page.words_in(*clause)

    def hits(self, name: str, clause: tuple[int, int]) -> list[Hit]:
        """Return the phrases of the table ``name`` ("skill", "response/sure", "skill/around/stock") in ``clause``."""
        if name not in self._hits:
            found = list(_phrases(name).find(self.note, self.page.words))
            self._hits[name] = (found, [each.start for each in found])
        found, starts = self._hits[name]
        first, last = bisect_left(starts, clause[0]), bisect_left(starts, clause[1])
        return [each for each in found[first:last] if each.end <= clause[1]]

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

    def plain(self, clause: tuple[int, int]) -> str:
        """Return the words of ``clause`` outside the activities of the day, lengths of time kept."""
        start, end = clause
        text = self.note[start:end]
        for each in self.interventions:
            if each.quote.start < end and start < each.quote.end and each.codes:
                since, until = max(0, each.quote.start - start), min(end, each.quote.end) - start
                text = text[:since] + " " * (until - since) + text[until:]
        return text

    def hands_on(self, clause: tuple[int, int]) -> bool:
        """Return whether ``clause`` holds treatment by the clinician's hands or device."""
        return any(
            each.status is Status.PERFORMED and each.codes and each.codes[0] in _HANDS_ON
            for each in self.interventions
            if each.quote.start < clause[1] and clause[0] < each.quote.end
        )

    def reported(self, clause: tuple[int, int]) -> bool:
        """Return whether ``clause`` stands under a heading of complaints or findings."""
        return any(
            each.kind in ("subjective", "findings") and each.start <= clause[0] < each.end for each in self.sections
        )

    def in_activity(self, place: int) -> bool:
        """Return whether ``place`` is within the words of an activity of the day that supports a code."""
        number = bisect_right(self._spans, (place, self._end)) - 1
        return number >= 0 and place < self._spans[number][1]

    def from_treatment(self, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the clauses ``found`` from the first activity of the day on, then those before it."""
        every = list(found)
        since = self.given or 0
        return [each for each in every if each[1] > since] + [each for each in every if each[1] <= since]

    def quote(self, clause: tuple[int, int]) -> Quote:
        """Return the words of ``clause`` without blanks around them."""
        written = self.note[clause[0] : clause[1]]
        start = clause[0] + len(written) - len(written.lstrip(" \t\n-*\u2022"))
        return Quote.of(self.note, start, max(start, clause[0] + len(written.rstrip())))


@cache
def _phrases(name: str) -> Phrases:
    """Return the phrases of a whole table ("skill"), of one kind ("response/sure") or of one around it."""
    file, *kinds = name.split("/")
    if not kinds:
        return phrases(file)
    entries = table(file)
    for kind in kinds[:-1]:
        entries = entries[kind]
    return Phrases({kind: entries[kind] for kind in kinds[-1].split("+")})


@cache
def around(name: str, kind: str) -> frozenset[str]:
    """Return the plain words of a kind around the phrases of a table."""
    return frozenset(each.rstrip("+*") for each in table(name)["around"][kind])


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
