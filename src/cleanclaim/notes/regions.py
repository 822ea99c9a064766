"""Body area and side of each intervention, and the sides that diagnosis, surgery and complaint name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple, TypeAlias

from cleanclaim.notes.clauses import flowed
from cleanclaim.notes.facts import Intervention, Quote, Section, Status
from cleanclaim.notes.phrases import Hit, Phrases, Word, table, words

Sided: TypeAlias = tuple[tuple[str, str, Quote], ...]
"""(side, body area, words) of each place named with a side."""


class Mention(NamedTuple):
    """A body part named: its area, its side where one stands with it, its words; ``plain`` beyond everyday use."""

    area: str
    side: str | None
    start: int
    end: int
    plain: bool


_SIDES = ("left", "right", "bilateral")
_REACH = 4
_NEAR = 48
_BETWEEN = re.compile(r"[.;:|\n]")
_BEHIND = re.compile(r"[\s,(\u2013\u2014-]{0,3}(?:(?:on|of) (?:the )?)?")
_TOUCHED = re.compile(
    r"\b(?:hands?|palms?|touch\w*|nudg\w*|tap\w*|contact|cue[sd]?|pressure|prompts?)[ \t](?:her own |his own |under"
    r"|on|at|to|behind"
    r"|over|against|along|beneath)[ \t](?:the |his |her |their )?$",
    re.IGNORECASE,
)
_REACTED = re.compile(
    r"\b(?:when(?:ever)?|once|until|as|if|after|each time|every time|while) (?:the |his |her |their |an? |l |r "
    r"|left |right )*$",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"[ \t](?:\w+ed|crept|fell|rose|slid|sank|gave|shook|swung|missed|caught|came|let|hit|went)\b", re.IGNORECASE
)
_BULLET = re.compile(r"[.;|(]|\s[\u2013\u2014]\s")
_BEHIND_END = re.compile(r"[.;|](?=\s|$)|\n")


@cache
def _parts() -> Phrases:
    data = table("regions")
    kinds: dict[str, list[str]] = {"-": data["none"]["idioms"]}
    kinds |= dict(data["strong"])
    kinds |= {f"?{area}": entries for area, entries in data["weak"].items()}
    return Phrases(kinds)


@cache
def _conditions() -> Phrases:
    return Phrases(table("regions")["conditions"])


@cache
def _sides() -> Phrases:
    return Phrases(table("regions")["sides"])


@cache
def _around(kind: str) -> Phrases:
    data = table("regions")
    return Phrases({kind: data["around"].get(kind) or data["case"][kind]})


@cache
def _capitals() -> frozenset[str]:
    return frozenset(table("regions")["case"]["capitals"])


def mentions(note: str, start: int = 0, end: int | None = None) -> tuple[Mention, ...]:
    """Return the body parts named between ``start`` and ``end``, each with the side that stands with it.

    >>> [(each.area, each.side) for each in mentions("caudal glides L G-H; hand-over-hand, right side of the neck")]
    [('shoulder', 'left'), ('neck', 'right')]
    """
    every = words(note, start, end)
    found = [hit for hit in _parts().find(note, every) if _stands(note, every, hit)]
    sides = _sided(note, every)
    parts = [hit for hit in found if hit.kind != "-"]
    return tuple(
        Mention(
            hit.kind.removeprefix("?"), _side_of(note, number, parts, sides), hit.start, hit.end, hit.kind[0] != "?"
        )
        for number, hit in enumerate(parts)
    )


def _stands(note: str, every: Sequence[Word], hit: Hit) -> bool:
    """Return whether a hit is a body part: abbreviations in capitals, no level of a spinal cord injury."""
    written = note[hit.start : hit.end]
    if written.lower().replace("-", " ").replace("/", " ") in _capitals() and written != written.upper():
        return False
    if written.lower().replace("/", " ") in table("regions")["case"]["slashed"] and "/" not in written:
        return False
    if written[-1].isdigit() and len(written) <= 5:
        if hit.first and every[hit.first - 1].text in table("regions")["case"]["levels"]:
            return False
        following = every[hit.last + 1 : hit.last + 4]
        return next(_around("cord").find(note, following), None) is None
    return True


def _sided(note: str, every: Sequence[Word]) -> list[Hit]:
    """Return the words for a side; single letters only as capitals that no number stands before."""
    found = []
    for hit in _sides().find(note, every):
        written = note[hit.start : hit.end]
        if hit.kind == "neither":
            continue
        if len(written) == 1:
            before = note[max(0, hit.start - 2) : hit.start].rpartition("\n")[2].strip()[-1:]
            after = note[hit.end : hit.end + 2]
            liters = written.upper() == "L" and (before.isdigit() or after[:1] == "-")
            if (liters or not written.isupper()) and not _before_part(note, every, hit):
                continue
            if re.search(r"[A-Z]-$", note[max(0, hit.start - 2) : hit.start]):
                continue  # ACL-R is a reconstruction
            if note[max(0, hit.start - 1) : hit.start] in ("'", "\u2019", "&", "/") or after[:1] in (
                "'",
                "\u2019",
                "&",
                "/",
            ):
                continue
            if after[:1] == "." and after[1:2].strip():
                continue
        found.append(hit)
    return found


def _before_part(note: str, every: Sequence[Word], side: Hit) -> bool:
    return next((hit.first == 0 for hit in _parts().find(note, every[side.last + 1 : side.last + 3])), False)


def _side_of(note: str, number: int, parts: Sequence[Hit], sides: Sequence[Hit]) -> str | None:
    """Return the side that stands with a part: shortly before it in its clause, else right behind it."""
    part = parts[number]
    here = bisect_left(sides, part.start, key=lambda each: each.start)
    sides = sides[max(0, here - _REACH) : here + _REACH]
    floor = parts[number - 1].end if number else 0
    ceiling = parts[number + 1].start if number + 1 < len(parts) else len(note)
    for side in reversed(sides):
        if floor <= side.start and side.end <= part.start and part.first - side.last <= _REACH:
            gap = note[side.end : part.start]
            if not _BETWEEN.search(gap) and ("," not in gap or side.last + 1 == part.first):
                return side.kind
        if side.start >= part.start and side.end <= part.end:
            return side.kind
    inherited = (
        number
        and parts[number - 1].last + 2 >= part.first
        and re.fullmatch(r"\s*(?:and|&|/|,)\s*", note[floor : part.start])
    )
    for side in sides:
        if part.end <= side.start and side.end <= ceiling and _BEHIND.fullmatch(note, part.end, side.start):
            led = (
                number + 1 < len(parts)
                and parts[number + 1].first - side.last <= 2
                and not _BETWEEN.search(note, side.end, ceiling)
                and "," not in note[side.end : ceiling]
                and ")" not in note[side.end : ceiling]
            )
            if not led:
                return side.kind
    if inherited:
        return _side_of(note, number - 1, parts, sides)
    return None


def sites(note: str, clauses: Sequence[tuple[int, int]]) -> Mention | None:
    """Return the first body part named as the site of a diagnosis, complaint or treatment; null where none is.

    A part of everyday use ("hand", "arm") counts with a side or beside a complaint only.

    >>> sites("moved to a hand signal", [(0, 22)]) is None, sites("s/p R hand burn", [(0, 15)]).area
    (True, 'hand')
    """
    every = mentions(note)
    for start, end in clauses:
        own = [
            each
            for each in every
            if start <= each.start < end
            and not _TOUCHED.search(note, max(start, each.start - _NEAR), each.start)
            and not (
                not each.side
                and _MOVED.match(note, each.end)
                and _REACTED.search(note, max(start, each.start - _NEAR), each.start)
            )
        ]
        if not own:
            continue
        for each in own:
            if each.plain or each.side:
                return each
        if next(_around("complaint").find(note, words(note, start, end)), None) is not None:
            return own[0]
    return None


def place(note: str, sections: Sequence[Section], interventions: tuple[Intervention, ...]) -> tuple[Intervention, ...]:
    """Return ``interventions`` with body area and side as their own words, else their row or heading, name them.

    Where several parts are named, those with a side count most, then the more often named, then the first.

    >>> note = "R ankle: one-leg stance on a disc 16 min"
    >>> given = Intervention(Quote.of(note, 9, 32), Status.PERFORMED)
    >>> [(each.body_area, each.side) for each in place(note, (), (given,))]
    [('ankle', 'right')]
    """
    flow = flowed(note)
    return tuple(_placed(flow, interventions, number) for number in range(len(interventions)))


def _placed(note: str, interventions: Sequence[Intervention], number: int) -> Intervention:
    span = interventions[number].quote
    area, side = _chosen(
        [
            each
            for each in mentions(note, span.start, span.end)
            if note.count('"', span.start, each.start) % 2 == 0 or note[span.start] == '"'
        ]
    )
    side = side or _only_side(note, span.start, span.end)
    if area is None or side is None:
        for start, end in _around_span(note, interventions, number):
            near, near_side = _chosen(
                [
                    each
                    for each in mentions(note, start, end)
                    if (each.plain or each.side)
                    and not _TOUCHED.search(note, max(start, each.start - _NEAR), each.start)
                ]
            )
            if area is None and near is not None:
                area, side = near, side or near_side
            elif area == near and side is None:
                side = near_side
            if area is not None:
                break
    return replace(interventions[number], body_area=area, side=side)


def _chosen(found: Sequence[Mention]) -> tuple[str | None, str | None]:
    if not found:
        return None, None
    weights: dict[str, float] = {}
    for each in found:
        weights[each.area] = weights.get(each.area, 0) + (2 if each.side else 0) + (1 if each.plain else 0.5)
    area = max(weights, key=lambda each: weights[each])
    sides = {each.side for each in found if each.area == area and each.side}
    if not sides:
        return area, None
    return area, sides.pop() if len(sides) == 1 else "bilateral"


def _only_side(note: str, start: int, end: int) -> str | None:
    every = words(note, start, end)
    sides = {
        hit.kind
        for hit in _sided(note, every)
        if note[hit.start : hit.end].lower() != "both" and note[hit.start : hit.end] != "B"
    }
    return sides.pop() if len(sides) == 1 else None


def _around_span(note: str, interventions: Sequence[Intervention], number: int) -> Iterator[tuple[int, int]]:
    """Yield the words of the row before and behind a span, then of the heading over it, that no other span holds."""
    span = interventions[number].quote
    line = note.rfind("\n", 0, span.start) + 1
    stop = note.find("\n", span.end)
    stop = len(note) if stop < 0 else stop
    others = [each.quote for place, each in enumerate(interventions) if place != number]
    start = max([line, *(each.end for each in others if line <= each.end <= span.start)])
    end = min([stop, *(each.start for each in others if span.end <= each.start < stop)])
    yield max((each.end() for each in _BULLET.finditer(note, start, span.start)), default=start), span.start
    behind = _BEHIND_END.search(note, span.end - 1, end)
    yield span.end, max(span.end, behind.start()) if behind else end
    if start > line:
        colon = note.find(":", line, span.start)
        first = min((each.start for each in others if line <= each.start), default=span.start)
        if 0 <= colon < first and not _BULLET.search(note, line, colon):
            yield line, colon
    above = line
    for _ in range(12):
        if above <= 0:
            return
        previous = note.rfind("\n", 0, above - 1) + 1
        heading = note[previous : above - 1].strip()
        if not heading:
            return
        if heading.endswith(":") and not any(previous <= each.start < above for each in others):
            yield previous, above - 1
            return
        above = previous


def stated(note: str, sections: Sequence[Section], interventions: tuple[Intervention, ...]) -> tuple[Sided, Sided]:
    """Return (sides treated, sides stated by diagnosis, surgery or complaint), each (side, body area, words).

    A side of the brain, a direction, an old injury and a measured value state no side.

    >>> note = "Dx: plantar fasciitis, LEFT. Right heel release 15 min"
    >>> given = Intervention(Quote.of(note, 29, 47), Status.PERFORMED)
    >>> treated, named = stated(note, (), (given,))
    >>> treated[0][:2], named[0][:2]
    (('right', 'foot'), ('left', 'foot'))
    """
    treated = []
    for each in interventions:
        if each.status is not Status.PERFORMED:
            continue
        own = [one for one in mentions(note, each.quote.start, each.quote.end) if one.side in ("left", "right")]
        if own:
            treated += [(str(one.side), one.area, Quote.of(note, one.start, one.end)) for one in own]
        elif each.side in ("left", "right") and each.body_area:
            treated.append((each.side, each.body_area, each.quote))
    named: list[tuple[str, str, Quote]] = []
    for start, end in _clauses(note, interventions):
        named += _complaints(note, start, end)
    return tuple(treated), tuple(named)


def _clauses(note: str, interventions: Sequence[Intervention]) -> Iterator[tuple[int, int]]:
    """Yield the stretches up to stops and line ends that no intervention touches."""
    for found in re.finditer(r"[^\n.;|]+(?:[.](?=\w)[^\n.;|]+)*", note):
        if not any(each.quote.start < found.end() and found.start() < each.quote.end for each in interventions):
            yield found.span()


_ANY_SIDE = re.compile(r"\b(?:[LRlr]|left|right|lt|rt)\b", re.IGNORECASE)


def _complaints(note: str, start: int, end: int) -> list[tuple[str, str, Quote]]:
    if not _ANY_SIDE.search(note, start, end):
        return []
    every = words(note, start, end)
    sides = [hit for hit in _sided(note, every) if hit.kind in ("left", "right")]
    if not sides or next(_around("other_times").find(note, every), None) is not None:
        return []
    head = note.count("\n", 0, start) < 2
    if not head and next(_around("complaint").find(note, every), None) is None:
        return []
    found = [
        (str(each.side), each.area, Quote.of(note, each.start, each.end))
        for each in mentions(note, start, end)
        if each.side in ("left", "right")
    ]
    kinds = {hit.kind for hit in sides}
    if not found and len(kinds) == 1:
        areas = list(_conditions().find(note, every))
        areas += [Hit(each.area, each.start, each.end, 0, 0) for each in mentions(note, start, end)]
        found = [(sides[0].kind, hit.kind, Quote.of(note, hit.start, hit.end)) for hit in areas[:1]]
    return found
