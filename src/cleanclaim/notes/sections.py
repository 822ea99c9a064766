"""The parts of a note: SOAP letters and their spellings, plans, goals, home programs, signature lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from cleanclaim.notes import phrases
from cleanclaim.notes.facts import Section
from cleanclaim.notes.text import lines, sentences

_BULLET = re.compile(r"[\s\-*\u2022\u25cf\u25aa#>=_~|+]{0,12}(?:\(?(?:\d{1,2}|[a-hA-H])[.)]\s{0,3})?")
_TITLE = re.compile(
    r"([A-Za-z][A-Za-z0-9 /&'\u2019.#+-]{0,40}?)\s{0,3}(?:\([^()\n]{0,30}\)\s{0,2})?(?::|=(?!=)"
    r"|\s-{1,2}\s|\s?[\u2013\u2014])"
)
_LETTER = re.compile(r"([SOAP])(?:-(?=[\sA-Z0-9])\s?|\s?[:.)\u2013=]\s?|\s-\s?|/\s|\s(?=[A-Z0-9a-z]))")
_CAPITALS = re.compile(r"([A-Z]{3}[A-Z /&-]{0,28}?)[ \t]{2,}(?=\S)")
_INLINE = re.compile(
    r"(?:(?<=[.;!?|] )|(?<=[.;!?|]  )|(?<=[.\"\u201d)] )|(?<=  )"
    r"|(?<=\t))([A-Z][A-Za-z/&' -]{0,28}):(?=\s)"
)
_INLINE_LETTER = re.compile(r"(?<=\s)([SOAP]):\s")
_EDGES = " \t-=*#_:.~|>\u2022[]"
_FIGURE_LAST = re.compile(r"\d{1,3}\s?(?:m|mins?|minutes?|')?\W{0,3}$", re.IGNORECASE)
_LISTED = re.compile(r"(?:[-*\u2022\u25cf+]|\(?\d{1,2}[.)]|\(?[a-hA-H][.)])\s")
_CLOSING = re.compile(
    r"(?:electronic|digital|e-?sign|/e?s/|/+\s*signed|signed|signature|authentic|e-?sig|timed|total"
    r"|sum\b|session\b|visit\b|time in|in\s?:?\s?\d|minutes)",
    re.IGNORECASE,
)
_MERE_PLACE = frozenset({"home", "at home", "for home"})
_RUNS_ON = frozenset({"treatment", "signature"})
_LINE_ONLY = frozenset({"time", "diagnosis", "signature"})


_MOST = 120


class _Head(NamedTuple):
    kind: str
    title: str
    start: int
    body: int
    line: int
    inline: bool


@cache
def _kinds() -> dict[str, str]:
    return {title: kind for kind, titles in phrases.table("sections")["titles"].items() for title in titles}


def read(note: str) -> tuple[Section, ...]:
    """Return the headed parts of ``note`` in order; what no heading governs belongs to none.

    ``kind`` is subjective, treatment, assessment, plan, goals, home, history, findings, diagnosis, referral,
    signature or time. A part ends with its last line; a heading within a line governs the rest of that line.
    At most 120 are told.

    >>> [(each.kind, each.title) for each in read("S: sore. O: bridges\\nA/P: add step-downs\\nHEP:\\nclams nightly")]
    [('subjective', 'S'), ('treatment', 'O'), ('plan', 'A/P'), ('home', 'HEP')]
    """
    rows = lines(note)
    heads = _heads(note, rows)[:_MOST]
    kinds = {head.kind for head in heads}
    found = []
    for place, head in enumerate(heads):
        following = heads[place + 1] if place + 1 < len(heads) else None
        last = _last_line(note, rows, head, following, kinds)
        end = rows[last][1]
        if head.kind == "home" and (head.inline or head.title.lower() in _MERE_PLACE) and last == head.line:
            end = sentences(note, head.body, end)[0][1] if head.body < end else end
        if following is not None and following.start < end:
            end = following.start
        found.append(Section(head.kind, head.title, head.start, end))
    return tuple(found)


def kind_at(sections: Sequence[Section], place: int) -> str | None:
    """Return the kind of the section that ``place`` lies in, none where no heading governs it."""
    low, high = 0, len(sections)
    while low < high:
        middle = (low + high) // 2
        if sections[middle].start <= place:
            low = middle + 1
        else:
            high = middle
    return sections[low - 1].kind if low and place < sections[low - 1].end else None


def _heads(note: str, rows: Sequence[tuple[int, int]]) -> list[_Head]:
    lettered = sum(
        1 for start, end in rows if note[start] in "SOAP" and end - start > 1 and not note[start + 1].isalpha()
    )
    heads = []
    for number, (start, end) in enumerate(rows):
        head = _line_head(note, start, end, number, lettered)
        begin = start
        if head is not None:
            heads.append(head)
            begin = head.body
        for each in _INLINE.finditer(note, begin, end):
            kind = _kind(each[1])
            if kind is not None:
                heads.append(_Head(kind, each[1], each.start(), each.end(), number, inline=True))
        if lettered:
            for each in _INLINE_LETTER.finditer(note, begin, end):
                heads.append(_Head(_kinds()[each[1].lower()], each[1], each.start(), each.end(), number, inline=True))
    return sorted({head.start: head for head in heads}.values(), key=lambda head: head.start)


def _line_head(note: str, start: int, end: int, number: int, lettered: int) -> _Head | None:
    bullet = _BULLET.match(note, start, end)
    begin = bullet.end() if bullet else start
    if lettered:
        letter = _LETTER.match(note, start, end)
        if letter and (not letter.group().endswith(" ") or len(letter.group()) > 2 or lettered > 1):
            return _Head(_kinds()[letter[1].lower()], letter[1], start, letter.end(), number, inline=False)
    for title in (_TITLE.match(note, begin, end), _CAPITALS.match(note, begin, end)):
        if title is None:
            continue
        kind = _kind(title[1])
        if kind is not None:
            return _Head(kind, title[1], start, title.end(), number, inline=False)
    if end - begin <= 45:
        alone = note[begin:end].strip(_EDGES)
        kind = _kind(alone) if len(alone) > 2 else None
        if kind is not None:
            return _Head(kind, alone, start, end, number, inline=False)
    return None


def _kind(title: str) -> str | None:
    return _kinds().get(" ".join(title.lower().replace("\u2019", "'").rstrip(". ").split()))


def _last_line(
    note: str, rows: Sequence[tuple[int, int]], head: _Head, following: _Head | None, kinds: set[str]
) -> int:
    stop = following.line if following is not None else len(rows) - 1
    if following is not None and not following.inline:
        stop = following.line - 1
    if head.inline and head.kind not in {"subjective", "treatment", "findings"}:
        return head.line
    alone = not note[head.body : rows[head.line][1]].strip(_EDGES)
    if head.kind in _LINE_ONLY and not alone:
        return head.line
    last = head.line
    listed = head.title.lower().endswith("s") or head.kind != "goals"
    for number in range(head.line + 1, max(stop, head.line) + 1):
        start, end = rows[number]
        if _CLOSING.match(note, start, end) and head.kind not in _RUNS_ON:
            break
        blank = note.count("\n", rows[number - 1][1], start) > 1
        if blank and not (alone and number == head.line + 1):
            if head.kind != "treatment":
                break
        elif not alone and not _goes_on(note, start, end, head, kinds, listed=listed):
            break
        last = number
    return last


def _goes_on(note: str, start: int, end: int, head: _Head, kinds: set[str], *, listed: bool) -> bool:
    """Whether a line below a heading that has words of its own still belongs to it."""
    if head.kind in _RUNS_ON:
        return True
    if head.kind == "subjective":
        return "treatment" in kinds
    if _FIGURE_LAST.search(note, max(start, end - 16), end):
        return False
    if _LISTED.match(note, start, end):
        return listed
    return head.kind == "plan" and ("treatment" in kinds or "assessment" in kinds)
