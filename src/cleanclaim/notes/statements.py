"""The totals of minutes that the words of a note state, whatever was performed: label and figure in one clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from cleanclaim.notes import durations
from cleanclaim.notes.durations import Kind, Length
from cleanclaim.notes.numerals import WORDED, value
from cleanclaim.notes.phrases import Hit, Phrases, phrases, table, words


class Of(StrEnum):
    """What a stated total is the total of."""

    TIMED = "timed"
    TOTAL = "total"


class Statement(NamedTuple):
    """A total with its minutes; ``start`` to ``end`` are its words with the figure, ``figure`` the figure alone."""

    of: Of
    minutes: int
    start: int
    end: int
    figure: Length


class _Item(NamedTuple):
    kind: str  # a label's kind or "number"
    start: int
    end: int
    length: Length | None = None


_STOP = re.compile(r"[,;|\n\u2022]|\.(?=\s|$)|/(?!\s*\d)|\s[\u2013\u2014-]\s(?!\s*\d)")
_SENTENCE = re.compile(r"[.!?]\s|[;|,\n]")
_PLUS = re.compile(r"\s*(?:min(?:ute)?s?|m|')?\s*[+&]\s*", re.IGNORECASE)
_MINUTES = re.compile(r"\b(?:min\w*|time|length|duration|ttt|lasted)\b", re.IGNORECASE)
_COLON = re.compile(r"[:=]\s*$")
_PER = re.compile(
    r"\s*(?:min\w*\s*)?(?:(?:per|each|every)\b|(?:a\s+|/)(?:visit|session|week|day|time|wk|go)\b)", re.IGNORECASE
)
_NONE = re.compile(r"[ \t:=(–-]{0,6}(?:time[ \t:=]{0,3}|minutes?[ \t:=]{0,3})?(?:none|nil|n/a)\b", re.IGNORECASE)
_SAME = re.compile(
    r"\b(?:total|session|visit|whole|all|treatment|overall)\b[^.;\n\d]{0,20}\b(?:the same|same|ditto|identical)\b",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"(?<![\w.:/-])(?P<part>\d{{1,3}}|\b{WORDED})(?: ?min\w*)? of (?:the |them|these|those|which|that |it)"
    rf"(?:(?P<whole>\d{{1,3}}|{WORDED}) ?)?(?:min\w* )?(?:\w+ )?(?:were |was |being |is |are |in )*timed\b",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"\btimed\b(?:[ \t]+(?:codes?|min\w*|time|services?|work))?[ \t]*[:=]?[ \t]*(?P<part>\d{1,3})(?: ?min\w*"
    r"|\')?[ \t]+(?:out )?of (?:an? |the )?"
    r"(?P<whole>\d{1,3})(?![\w:/%]| (?:codes|units|visits|sessions))",
    re.IGNORECASE,
)
_FEW = 6
_SHORT = 60
_FAR = 200
_MOST = 200
"""Labels read of one line: no line of a note holds more."""
_PAIRED = re.compile(
    r"\btimed\W{0,3}(?:/|and|&|,|\|)\W{0,2}(?:total|session|visit|treatment|all|overall|whole)(?:\s+(?:min\w*|time"
    r"|treatment|tx))*\W{1,4}(\d{1,3})\s?(?:min\w*|')?\W{0,2}(?:/|and|&|,|\|)\W{0,2}(\d{1,3})\b(?![\d/%])",
    re.IGNORECASE,
)


_INITIALS = re.compile(
    r"\b(?:T ?/ ?T|timed ?/ ?tx|TT ?/ ?TTT|TTM ?/ ?TTT)(?: min\w*)?[ \t:=-]{1,4}(\d{1,3})\s?(?:min\w*"
    r"|')?\s?[/|,&]\s?(\d{1,3})\b(?![\d/%])"
)
_PAIR_FIRST = re.compile(
    r"(?<![\w./:-])(\d{1,3})\s?(?:min\w*|')?\s?/\s?(\d{1,3})\s?(?:min\w*|')?\s?\(?timed\s?/\s?(?:total|session"
    r"|visit|treatment|all|whole)\b",
    re.IGNORECASE,
)
_SAME_TIMED = re.compile(
    r"(?: ?min\w*|'| ?m\b)?[ \t]?[,;(\u2013\u2014=-]{0,2}[ \t]?all (?:of (?:it|that|them|which) )?(?:was |were "
    r"|is )?timed\b",
    re.IGNORECASE,
)
_ALL_TIMED = re.compile(
    r"[ \t]?[,;(\u2013\u2014-]{0,2}[ \t]?all (?:of (?:it|that|them|which) )?(?:was |were |is )?timed\b",
    re.IGNORECASE,
)


@cache
def _counted() -> Phrases:
    return Phrases({"counted": table("totals")["after"]["counted"]})


@cache
def _around() -> Phrases:
    return Phrases({"elsewhere": table("totals")["around"]["elsewhere"]})


@lru_cache(maxsize=4)
def find(note: str) -> tuple[Statement, ...]:
    """Return the totals that the words of ``note`` state, in order; a stated zero is 0.

    >>> [(each.of.value, each.minutes) for each in find("TIMED 28, IN ALL 28. Total of 40 reps.")]
    [('timed', 28), ('total', 28)]
    >>> [(each.of.value, each.minutes) for each in find("23 timed in a 38 min visit")]
    [('timed', 23), ('total', 38)]
    >>> [(each.of.value, each.minutes) for each in find("No timed codes; 50 min overall")]
    [('timed', 0), ('total', 50)]
    """
    note = durations.unwrapped(note)
    by_line: dict[int, list[Hit]] = {}
    start, end = 0, -1
    for hit in phrases("totals").find(note, words(note)):
        if hit.start >= end:
            start, end = note.rfind("\n", 0, hit.start) + 1, line_end(note, hit.start)
        by_line.setdefault(start, []).append(hit)
    found: list[Statement] = []
    for start, hits in by_line.items():
        if any(hit.kind in ("timed", "total", "none") for hit in hits):
            stop = max(line_end(note, start), hits[-1].end)
            found += _paired(note, start, stop) or _part(note, start, stop) or _of_line(note, start, stop, hits)
    return tuple(found)


def line_end(note: str, place: int) -> int:
    """Return the end of the line on which ``place`` stands.

    >>> line_end("ab" + chr(10) + "c", 1)
    2
    """
    end = note.find("\n", place)
    return len(note) if end < 0 else end


def elsewhere(note: str, start: int, end: int) -> bool:
    """Return whether the clause that ends with ``start`` to ``end`` speaks of another day, a goal, a plan or a call.

    >>> note = "Next visit 45 min"
    >>> elsewhere(note, 5, len(note))
    True
    """
    since = max(note.rfind("\n", 0, start) + 1, start - _FAR)
    for each in _SENTENCE.finditer(note, since, start):
        since = each.end()
    if _PER.match(note, end):
        return True
    return next(iter(_around().find(note, words(note, since, end))), None) is not None


def _paired(note: str, start: int, stop: int) -> list[Statement]:
    """Return both totals of "timed/total: 23/38" or "23/38 timed/total"."""
    found = (
        _PAIRED.search(note, start, stop)
        or _INITIALS.search(note, start, stop)
        or _PAIR_FIRST.search(note, start, stop)
    )
    if found is None:
        return []
    figures = [Length(Kind.BARE, found.start(each), found.end(each), int(found[each])) for each in (1, 2)]
    return [
        Statement(of, figure.minutes, found.start(), found.end(), figure)
        for of, figure in zip((Of.TIMED, Of.TOTAL), figures, strict=True)
        if figure.minutes <= durations.LONGEST
    ]


def _part(note: str, start: int, stop: int) -> list[Statement]:
    """Return the totals of "30 of the 45 minutes were timed" and "timed 30 of 45"."""
    found = _PART.search(note, start, stop) or _OF_ALL.search(note, start, stop)
    if found is None:
        return []
    written = [(Of.TIMED, "part")] + ([(Of.TOTAL, "whole")] if found["whole"] else [])
    return [
        Statement(
            of, minutes, found.start(), found.end(), Length(Kind.BARE, found.start(name), found.end(name), minutes)
        )
        for of, name in written
        if (minutes := value(found[name])) is not None and minutes <= durations.LONGEST
    ]


def _items(note: str, start: int, stop: int, hits: Sequence[Hit]) -> list[_Item]:
    numbers = [*durations.between(durations.find(note), start, stop), *durations.bare(note, start, stop)]
    numbers.sort(key=lambda each: each.start)
    items = [_Item("number", each.start, each.end, each) for each in numbers]
    items += [
        _Item(hit.kind, hit.start, hit.end) for hit in hits if not durations.overlaps(numbers, hit.start, hit.end)
    ]
    return sorted(items, key=lambda each: each.start)


def _within(note: str, hits: Sequence[Hit]) -> list[Statement]:
    """Return the totals whose label stands inside the figure: "thirty timed minutes"."""
    found = []
    for hit in hits:
        if hit.kind in ("timed", "total"):
            for each in durations.between(durations.find(note), hit.start - _SHORT, hit.start):
                if each.kind is Kind.UNIT and hit.start < each.end:
                    found.append(Statement(Of(hit.kind), each.minutes, each.start, each.end, each))
    return found


def _of_line(note: str, start: int, stop: int, hits: Sequence[Hit]) -> list[Statement]:
    hits = hits[:_MOST]
    items = _items(note, start, min(stop, hits[-1].end + _SHORT), hits)
    found = _within(note, hits)
    used = {each.start for each in found}
    timed_here = any(hit.kind in ("timed", "none") for hit in hits)
    waiting: list[tuple[Of, int]] = []
    place = 0
    while place < len(items):
        item = items[place]
        if item.kind == "none":
            found.append(Statement(Of.TIMED, 0, item.start, item.end, Length(Kind.BARE, item.start, item.end, 0)))
        if item.kind not in ("timed", "total"):
            place += 1
            continue
        last, of = _run(note, items, place)
        number = _right(note, items, place, last, used) or _left(note, items, place, used) if of else None
        if of and number and _counts(note, number, of, item, items[last], timed_here):
            assert number.length is not None
            used.add(number.start)
            begin, end = min(item.start, number.start), max(items[last].end, number.end)
            found += [
                Statement(each, number.length.minutes, since, end, number.length)
                for each, since in [*waiting, (of, begin)]
            ]
            waiting = []
        elif of and _shares(note, items, last):
            waiting.append((of, item.start))
        elif of is Of.TIMED and (none := _NONE.match(note, items[last].end)):
            found.append(Statement(of, 0, item.start, none.end(), Length(Kind.BARE, none.start(), none.end(), 0)))
        place = last + 1
    if not any(each.of is Of.TIMED for each in found):
        found += [
            Statement(Of.TIMED, each.minutes, each.start, wholly.end(), each)
            for each in durations.between(durations.find(note), start, stop)
            if each.kind is Kind.UNIT and (wholly := _ALL_TIMED.match(note, each.end))
        ]
    if not any(each.of is Of.TIMED for each in found):
        found += [
            Statement(Of.TIMED, each.minutes, each.start, wholly.end(), each.figure)
            for each in found
            if (wholly := _SAME_TIMED.match(note, each.figure.end))
        ]
    same = _SAME.search(note, start, stop)
    if same and [each.of for each in found] == [Of.TIMED]:
        found.append(found[0]._replace(of=Of.TOTAL, end=max(found[0].end, same.end())))
    found.sort(key=lambda each: (each.start, each.of))
    return [each for each in found if not elsewhere(note, each.start, each.end)]


def _open(note: str, before: _Item, after: _Item) -> bool:
    """Return whether nothing but blanks, colons, brackets and the like stand between two items."""
    gap = note[before.end : after.start]
    return not any(each.isalpha() for each in gap) and not _STOP.search(gap)


def _run(note: str, items: Sequence[_Item], place: int) -> tuple[int, Of | None]:
    """Return the last item of the label that begins at ``place``, and what it totals (null: untimed minutes)."""
    kinds, last, ahead = {items[place].kind}, place, place + 1
    if place and items[place - 1].kind == "untimed" and _open(note, items[place - 1], items[place]):
        kinds.add("untimed")
    while (
        ahead < len(items)
        and items[ahead].kind in ("timed", "total", "fill", "untimed")
        and _open(note, items[ahead - 1], items[ahead])
        and "/" not in note[items[ahead - 1].end : items[ahead].start]
    ):
        if items[ahead].kind != "fill":
            kinds.add(items[ahead].kind)
            last = ahead
        ahead += 1
    if "untimed" in kinds:
        return last, None
    return last, Of.TIMED if "timed" in kinds else Of.TOTAL


def _right(note: str, items: Sequence[_Item], first: int, last: int, used: set[int]) -> _Item | None:
    before = items[first - 1] if first else None
    free = (
        before is not None
        and before.kind == "number"
        and before.start not in used
        and _open(note, before, items[first])
    )
    ahead = last + 1
    while ahead < len(items) and _open(note, items[ahead - 1], items[ahead]):
        item = items[ahead]
        if item.kind == "number":
            return _summed(note, items, ahead, used)
        if item.kind not in ("fill", "link", "join") or (item.kind == "link" and free):
            return None
        ahead += 1
    return None


def _summed(note: str, items: Sequence[_Item], place: int, used: set[int]) -> _Item | None:
    """Return the figure at ``place``, or what stands behind the equals sign of a sum that begins there."""
    added = False
    while place + 1 < len(items) and items[place + 1].kind == "number":
        gap = note[items[place].end : items[place + 1].start]
        if gap.strip() == "=":
            return items[place + 1]
        if not _PLUS.fullmatch(gap):
            break
        added = True
        place += 1
    return None if added or items[place].start in used else items[place]


def _left(note: str, items: Sequence[_Item], first: int, used: set[int]) -> _Item | None:
    back = first - 1
    while back >= 0 and _open(note, items[back], items[back + 1]):
        item = items[back]
        if item.kind == "number":
            return None if item.start in used else item
        if item.kind not in ("fill", "link"):
            return None
        back -= 1
    return None


def _shares(note: str, items: Sequence[_Item], last: int) -> bool:
    """Return whether the label that ends at ``last`` has its figure in common with the next label."""
    ahead = last + 1
    while ahead < len(items) and items[ahead].kind in ("fill", "join"):
        ahead += 1
    if ahead >= len(items) or items[ahead].kind not in ("timed", "total"):
        return False
    between = note[items[last].end : items[ahead].start]
    return any(each.kind == "join" for each in items[last + 1 : ahead]) or any(mark in between for mark in "/=&")


def _counts(note: str, number: _Item, of: Of, first: _Item, last: _Item, timed_here: bool) -> bool:
    """Return whether ``number`` beside a total's label counts minutes, not steps, visits or units."""
    length = number.length
    if length is None or length.kind is Kind.CLOCK:
        return False
    if length.kind is Kind.UNIT:
        return True
    tail = note[number.end : number.end + 24]
    following = words(tail)[:2]
    if following and tail[: following[0].start].strip() == "" and number.start > first.start:
        hit = next(iter(_counted().find(tail, following)), None)
        if hit is not None and hit.first == 0:
            return False
    if number.start < first.start and 0 < length.minutes <= _FEW:
        return False
    if of is Of.TIMED or length.kind is Kind.MARK or timed_here:
        return length.minutes != 1
    if _MINUTES.search(note, min(number.start, first.start), max(number.end, last.end)) or _MINUTES.match(
        note, last.end + 1
    ):
        return True
    if first.start < last.start < number.start:
        return True
    rest = note[number.end : line_end(note, number.end)].strip(" .)")
    if rest != "" or length.minutes <= _FEW:
        return False
    opens = note[note.rfind("\n", 0, first.start) + 1 : first.start].strip(" |*-\t") == ""
    alone = opens and length.minutes > 2 * _FEW and first.start < number.start
    return alone or _COLON.search(note, last.end, number.start) is not None
