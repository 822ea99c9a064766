"""Cuts a note into the pieces that may each be one intervention: rows, clauses, items of a menu."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cleanclaim.notes import durations
from cleanclaim.notes.durations import Kind, Length
from cleanclaim.notes.facts import Section
from cleanclaim.notes.sections import kind_at
from cleanclaim.notes.text import Page, parts, sentences

_BOX = re.compile(
    r"\[[ \t_]{0,3}(?:[xX\u2713\u2714\u00d7*][ \t]?)?\]|\([ \t]{1,3}\)|\(_{1,3}\)|\([xX\u2713\u2714]\)"
    r"|[\u2610\u2611\u2612\u2713\u2714\u25a1\u25a2]"
)
_TICKED = re.compile(r"[xX\u2713\u2714\u00d7*\u2611\u2612]")
_GAP = re.compile(
    r"_{2,}|\{[^{}\n]{0,40}\}|\*{3}|<<?[A-Za-z _]{1,24}>>?|@[A-Z]{2,16}@|\[[A-Za-z#/ ]{1,20}\]\["
    r"|\[#?\]|\bX{3,}\b|\?{3,}|\.{3}(?= ?(?:min|mins|minutes|x)\b)"
)
_LABEL = re.compile(
    r"(?:(?:time )?block [A-Z\d]{1,2}|(?:tx|rx|item|set|activity|intervention|exercise|ex|station|part"
    r"|task|no)\.? ?#?\d{1,2}|(?:mr|mrs|ms|(?-i:pt|Pt)|patient"
    r"|client)\.? ?[A-Z]?[\w.]{0,12} ?(?:\([^()\n]{0,60}\) ?)?(?=:)|this one|this member|this pt"
    r"|this patient|\d{5}(?: ?[-x] ?\d)?)"
    r"(?=[\s:.)(\-\u2013])[\s:.)\-\u2013]{0,3}(?:\([^()\n]{0,24}\)[ \t]{0,3})?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"[\s\-*\u2022\u25cf\u25aa#>=~|+:,.;)\]\u2013\u2014/&]{0,16}(?:\(?(?:\d{1,2}"
    r"|[a-hA-H])[.)](?=\s)\s{0,3})?[|\s\"\u201c]{0,4}"
)
_TAIL = re.compile(r"[\s\-:=(\[|/,~@\u2013\u2014;]+$")
_DOTS = re.compile(r"\.{2,}$")
_DOSED = re.compile(
    r"(?:[\u00d7/@+<>#~^-]|\b(?:of|grade|gr|level|lvl|to|score|scored|rpe|x|at|by|from|was|is|and|then"
    r"|hr|bp|spo2|no|step|size|l|c|t|s|visit|week|weeks|wk|wks|month|months|mo|yr|pod|phase|stage|type"
    r"|day|age|aged|borg|nprs|pain|sats?))[ \t]*$",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"[\s:.)=\-\u2013\u2014/]{0,6}")
DATE = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[ -](?:jan|feb|mar"
    r"|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct"
    r"|nov|dec)[a-z]{0,6}\.? \d{1,2}\b",
    re.IGNORECASE,
)


_LISTS = frozenset({"goals", "plan", "home"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that may be one intervention.

    ``start`` and ``end`` enclose its own words, ``first`` and ``last`` the whole clause with label and minutes.
    ``timed``: its row or clause gives it a length of time; ``box``: true ticked, false not ticked, null no box.
    """

    start: int
    end: int
    first: int
    last: int
    line: int
    section: str | None
    timed: bool = False
    box: bool | None = None
    gap: bool = False
    dated: bool = False
    opens: bool = False  # first of its line


def cut(page: Page, sections: Sequence[Section]) -> list[Piece]:
    """Return the pieces of ``page`` in order: one per row, sentence or clause that could be an intervention."""
    bodies = {each.start: _body(page.note, each) for each in sections}
    found: list[Piece] = []
    above = False  # the line above is a label with a length of its own: "Activities 28 min:"
    for number, (start, end) in enumerate(page.lines):
        if above and not page.lengths_in(start, end):
            stop = end - 1 if page.note[end - 1] == "." else end
            piece = Piece(start, end, start, end, number, kind_at(sections, start), timed=True, opens=True)
            found.append(_trimmed(page.note, piece, start, stop))
            above = False
            continue
        if _labels_below(page, start, end):
            above = True
            continue
        above = False
        found.extend(_of_line(page, sections, bodies, number, start, end))
    return found


def _body(note: str, section: Section) -> int:
    place = section.start
    if section.title:
        at = note.find(section.title, section.start, section.end)
        place = at + len(section.title) if at >= 0 else place
    after = _TITLE_END.match(note, place, section.end)
    return after.end() if after else place


def _labels_below(page: Page, start: int, end: int) -> bool:
    if page.note[end - 1] not in ":-\u2013" or end - start > 90:
        return False
    lengths = page.lengths_in(start, end)
    return bool(lengths) and end - lengths[-1].end <= 4


def _of_line(
    page: Page, sections: Sequence[Section], bodies: dict[int, int], number: int, start: int, end: int
) -> Iterator[Piece]:
    boxes = list(_BOX.finditer(page.note, start, end))
    if boxes and not _CUES_ONLY.match(page.note, start, end):
        edges = [each.start() for each in boxes] + [end]
        if edges[0] - start > 3:
            yield from _of_text(page, sections, bodies, number, start, edges[0])
        for box, stop in zip(boxes, edges[1:], strict=True):
            ticked = _TICKED.search(box.group()) is not None
            yield _boxed(page, sections, number, box.end(), stop, ticked=ticked)
        return
    yield from _of_text(page, sections, bodies, number, start, end)


_CUES_ONLY = re.compile(r"\s*(?:cues|assist|level|accuracy|response|pain)\b", re.IGNORECASE)


def _boxed(page: Page, sections: Sequence[Section], number: int, start: int, end: int, *, ticked: bool) -> Piece:
    section = kind_at(sections, start)
    gap = _has_gap(page.note, start, end) and not page.lengths_in(start, end)
    piece = _piece(page, start, end, number, section)
    return Piece(
        piece.start, piece.end, start, end, number, section, timed=piece.timed, box=ticked, gap=gap, opens=True
    )


def _of_text(
    page: Page, sections: Sequence[Section], bodies: dict[int, int], number: int, start: int, end: int
) -> Iterator[Piece]:
    held: list[Piece] = []
    earlier: list[Piece] = []
    for first, last in _sentences(page, sections, bodies, start, end):
        section = kind_at(sections, first)
        if number == 0:
            first = _past_date(page.note, first, last)
        if held and _only_lengths(page, first, last):
            cued = held and not _names(page, held) and not page.hits("status", held[0].first, held[-1].last)
            if earlier and cued and _names(page, earlier):
                held, earlier = earlier, held
            if not any(each.timed for each in held):
                whole = replace(held[0], end=held[-1].end, last=held[-1].last, timed=True)
                mixed = bool(page.hits("status", whole.first, whole.last))
                held = [replace(held[0], timed=True), *held[1:]] if mixed else [whole]
            continue
        yield from earlier
        earlier = held
        held = _of_sentence(page, first, last, number, section, opens=first == start)
    yield from sorted([*earlier, *held], key=lambda each: each.first)


def _names(page: Page, held: Sequence[Piece]) -> bool:
    return any(hit.kind in _DONE for each in held for hit in page.hits("activities", each.start, each.last))


_DONE = frozenset({"service", "exercise", "task", "modality", "evaluation"})


def _past_date(note: str, first: int, last: int) -> int:
    """Where the words of a first line begin that opens with a date, or with a short title and its date and a colon."""
    date = DATE.search(note, first, min(last, first + 60))
    if date is None:
        return first
    after = _AFTER_DATE.match(note, date.end(), last)
    if after and after.end() < last and (date.start() - first <= 1 or after["colon"]):
        return after.end()
    return first


_AFTER_DATE = re.compile(r"[ \t,]{0,3}(?P<colon>:|-{1,2}[ \t]|\u2013|\u2014)?[ \t]{0,3}")


def _sentences(
    page: Page, sections: Sequence[Section], bodies: dict[int, int], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """The sentences of a line, headings left out and never running over one."""
    begin = bisect_left(sections, start, key=lambda each: each.start)
    until = bisect_left(sections, end, key=lambda each: each.start)
    breaks = [each.start for each in sections[begin:until]]
    edges = sorted({start, *breaks, end})
    for begin, stop in itertools.pairwise(edges):
        begin = min(bodies.get(begin, begin), stop)
        for first, last in sentences(page.note, begin, stop):
            if page.words_in(first, last):
                yield first, last


def _only_lengths(page: Page, start: int, end: int) -> bool:
    """Whether a clause says nothing but how long: "Thirty-eight minutes, 38 timed"."""
    lengths = page.lengths_in(start, end)
    if not lengths or end - start > 60 or lengths[0].start - start > 3:
        return False
    words = [word.text for word in page.words_in(lengths[0].end, end)]
    return all(
        word.isdigit()
        or word in {"timed", "untimed", "total", "on", "that", "for", "this", "of", "min", "mins", "minutes", "all"}
        for word in words
    )


def _of_sentence(page: Page, first: int, last: int, number: int, section: str | None, *, opens: bool) -> list[Piece]:
    clauses = parts(page.note, first, last)
    if len(clauses) == 1:
        return list(_each_length(page, first, last, number, section, opens=opens))
    if section in _LISTS:
        return [_piece(page, start, end, number, section, opens=opens and start == first) for start, end in clauses]
    timed = [bool(page.lengths_in(start, end)) for start, end in clauses]
    if sum(timed) == 1 and (timed[-1] or timed[0]) and not page.hits("status", first, last):
        whole = _piece(page, first, last, number, section, opens=opens)
        if whole.timed:
            return [whole]
    if not any(timed) and not page.hits("status", first, last):
        whole = _piece(page, first, last, number, section, opens=opens)
        if whole.timed or _lists(page, clauses):
            return [whole]
    return [
        piece
        for start, end in clauses
        for piece in _each_length(page, start, end, number, section, opens=opens and start == first)
    ]


def _lists(page: Page, clauses: Sequence[tuple[int, int]]) -> bool:
    """Whether every clause names what was done in a few words and tells nothing else: "ladder carry; pallet lifts"."""
    return all(
        end - start <= _ROW
        and {hit.kind for hit in page.hits("activities", start, end)} & _DONE
        and not any(hit.kind == "measure" for hit in page.hits("activities", start, end))
        and not any(hit.kind in {"cue", "clinician", "link"} for hit in page.hits("clauses", start, end))
        for start, end in clauses
    )


_ROW = 70


def _each_length(
    page: Page, first: int, last: int, number: int, section: str | None, *, opens: bool
) -> Iterator[Piece]:
    """The parts of a clause that gives each of its activities minutes: "manual 10 min, bike 8 min"."""
    lengths = [each for each in page.lengths_in(first, last) if each.kind is Kind.UNIT]
    begin = first
    if len(lengths) > 1 and section not in _LISTS:
        for length, following in itertools.pairwise(lengths):
            seam = _NEXT.match(page.note, length.end, last)
            if seam and length.start - begin > 3 and following.start - seam.end() > 3:
                yield _piece(page, begin, length.end, number, section, opens=opens and begin == first)
                vital = _VITAL.match(page.note, seam.end(), following.start)
                begin = vital.end() if vital else seam.end()
    yield _piece(page, begin, last, number, section, opens=opens and begin == first)


_VITAL = re.compile(r"(?:RPE|HR|SpO2|O2|BP|pain|Borg)\b[^,;\n]{0,14}, ", re.IGNORECASE)
_NEXT = re.compile(r"[)\]]?(?:,? (?:and )?then |,? and |, |[ \t]{2,}|\t| [/|+&] )")


@lru_cache(maxsize=4)
def _gaps(note: str) -> tuple[int, ...]:
    return tuple(each.start() for each in _GAP.finditer(note))


def _has_gap(note: str, start: int, end: int) -> bool:
    gaps = _gaps(note)
    return bool(gaps) and bisect_left(gaps, start) < bisect_left(gaps, end)


def _piece(page: Page, first: int, last: int, number: int, section: str | None, *, opens: bool = False) -> Piece:
    note = page.note
    start, end, timed = first, last, False
    lengths = [each for each in page.lengths_in(first, last) if note[each.end : each.end + 5].lower() != " walk"]
    if lengths:
        start, end, timed = _around(page, first, last, lengths)
    else:
        end, timed = _figure_last(page, first, last)
    piece = Piece(
        start,
        end,
        first,
        last,
        number,
        section,
        timed=timed,
        gap=_has_gap(note, first, last),
        dated=number == 0 and DATE.search(note, first, last) is not None,
        opens=opens,
    )
    return _trimmed(note, piece, start, end)


def _around(page: Page, first: int, last: int, lengths: Sequence[Length]) -> tuple[int, int, bool]:
    """The words of a clause beside the lengths at its edges, and whether a length stands there."""
    note = page.note
    lead = _LEAD.match(note, first, last)
    begin = lead.end() if lead else first
    opener = _CONNECTS.match(note, begin, lengths[0].start)
    begin = opener.end() if opener else begin
    if lengths[0].start - begin <= 1 and note[lengths[0].start : lengths[0].end].count("-") < 2:
        after = lengths[0].end
        if lengths[0].kind is Kind.CLOCK or (
            note[after : after + 1] in " :,-\u2013)]|\t"
            and (opener or not note.startswith(("-", " of ", " per "), after))
        ):
            of = _OF.match(note, after) if opener else None
            after = of.end() if of else after
            return after, lengths[-1].start if len(lengths) > 1 and _ends(page, lengths[-1], last) else last, True
    colon = note.find(":", lengths[0].end, lengths[0].end + 3)
    if colon >= 0 and last - colon > 8 and len(lengths) == 1:
        return colon + 1, last, True
    for length in lengths[-_MOST:]:
        if _WITHIN.search(note, max(first, length.start - 12), length.start):
            continue
        if _ends(page, length, last):
            return first, length.start, True
    clock = next((each for each in lengths if each.kind is Kind.CLOCK and note[each.end : each.end + 1] == ":"), None)
    if clock is not None and clock.start - first <= 60:
        end, _ = _figure_last(page, clock.end, last)
        return clock.end + 1, end, True
    return first, last, False


def _ends(page: Page, length: Length, last: int) -> bool:
    """Whether no activity and few words follow a length."""
    after = page.words_in(length.end, last)
    if after and after[0].text in _COMPARED:
        return False
    return len(after) <= _TRAILING and not page.hits("activities", length.end, last)


_CONNECTS = re.compile(
    r"(?:(?:after (?:that|this|which)|then|next|first|finally|lastly|also|and|followed by|another|the next|the first"
    r"|the last|the other|the remaining|about|some|(?:we|i) spent|spent)[, ]+){1,4}",
    re.IGNORECASE,
)
_MOST = 12
_TRAILING = 9
_COMPARED = frozenset({"longer", "more", "less", "later", "earlier", "further", "than", "late", "early", "ago"})


def _figure_last(page: Page, first: int, last: int) -> tuple[int, bool]:
    """Where a clause's own words end and whether a bare figure that may be its minutes ends it."""
    figures = durations.bare(page.note, max(first, last - 28), last)
    if not figures:
        return last, False
    figure = figures[-1]
    after = page.note[figure.end : last].strip(" .)|]\t,;:")
    if after and not _AFTER.match(after):
        return last, False
    if figure.start - first < 6 or not 2 <= figure.minutes <= 120:
        return last, False
    if _DOSED.search(page.note, max(first, figure.start - 12), figure.start):
        return last, False
    return figure.start, True


_OF = re.compile(
    r"[ \t]+(?:of|on|for|doing|went (?:in)?to|went on(?: to)?|(?:was|were) spent(?: on)?|working on)(?=[ \t])"
)
_WITHIN = re.compile(
    r"\b(?:in|after|within|under|every|until|by|from|than|was|last|first|at|another|further|up to|rest"
    r"|by)[ \t]+$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:not timed|untimed|timed|one[- ]to[- ]one|1[:-]?(?:on|to)?[:-]?1|individual(?:ly)?)\W*$", re.IGNORECASE
)


def _trimmed(note: str, piece: Piece, start: int, end: int) -> Piece:
    lead = _LEAD.match(note, start, end)
    start = lead.end() if lead else start
    label = _LABEL.match(note, start, end)
    if label and label.end() < end:
        start = label.end()
        again = _LEAD.match(note, start, end)
        start = again.end() if again else start
    while end > start:
        tail = _TAIL.search(note, max(start, end - 24), end) or _DOTS.search(note, max(start, end - 24), end)
        if tail is None or (end == piece.last and note[end - 1] in ")]"):
            break
        end = tail.start()
    if end <= start:
        start = end = min(max(start, piece.first), piece.last)
    return replace(piece, start=start, end=end)
