"""Finds the interventions of a note: the words that say what was done, planned, taught or refused, and which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cleanclaim.notes import lexicon, phrases, pieces, split, status, weight
from cleanclaim.notes import occasion as occasions
from cleanclaim.notes.durations import Kind
from cleanclaim.notes.facts import Intervention, Quote, Section, Status
from cleanclaim.notes.occasion import Occasion
from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page, page, sentences
from cleanclaim.notes.weight import Reading

_SIGNED = re.compile(
    r"(?:[/\s]*(?:electronic|digital)(?:ally)?\b|[/\s]*e-?(?:sign|sig|s/)|/+e?s/\s*(?-i:[A-Z])|/typed/"
    r"|[/\s]*signed\b|signature\b|authentic|sign-?off|co-?sign|prepared by|yours\b|clinician:"
    r"|therapist:)",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"(?:[\w.,'-]+ ){1,5}(?:speech(?:[- ]language)? (?:pathologist|therapist)|(?:physical|occupational"
    r"|physio) ?therapist)\W*$"
    r"|(?:[A-Za-z&/]+ ){1,4}(?:dept|department|team|staff|services?|clinic|unit|group)\W*$",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"\b(?:PT|DPT|PTA|OTR/L|OTR|COTA|COTA/L|CCC-SLP|SLP|MD|DO|CHT)[.,)]*$")
_TABLE_HEAD = re.compile(
    r"[|\s]{0,4}(?:exercise|activity|intervention|modality|code|cpt|treatment"
    r"|procedure)s?\b[^\d\n]{0,40}\b(?:sets|reps|min|mins|minutes|time|units|wt|weight"
    r"|resistance)\b[^\d\n]{0,40}$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:other )?(?:patients|clients"
    r"|members|children|kids|men|women|ladies|gentlemen|pupils|students|adults|people|persons"
    r"|residents|players|participants|boys|girls|veterans|middle-schoolers|schoolers|teenagers|teens"
    r"|swimmers|seniors|in (?:the |a )?(?:class|group|circuit)|others\b)|\bin (?:a |the )?(?:class"
    r"|group|pair)s?\b|\b(?:group|class)\b(?! ?(?:I|V|\d))|\bshared the (?:therapist|clinician|pt|ot"
    r"|slp)\b|\bpairs? of (?:patients|clients|children)\b|\bdyad\b|\bwith (?:one|two|three|four"
    r"|\d) other (?:patients?|clients?|children|members?)\b",
    re.IGNORECASE,
)
_LEAST = 3
_MOST = 120
_SILENT = frozenset({"subjective", "diagnosis", "signature", "time", "history", "findings"})
_ROW_ALONE = 3


def find(note: str, sections: Sequence[Section], *, discipline: str | None = None) -> tuple[Intervention, ...]:
    """Return the interventions of ``note`` in its order, each with status and section; spans never overlap.

    Codes, minutes, body area and side are not yet filled in. What only measures, cues, responds or gives a purpose is
    no intervention. At most 120 are told, more than a visit holds. ``discipline`` is whose note it is, where known.

    >>> from cleanclaim.notes import sections
    >>> note = "Rx: bridges 3 x 10, 8 min; stairs refused; next visit bus step" + chr(10) + "Timed 8 / total 8"
    >>> [(each.quote.text, each.status.value) for each in find(note, sections.read(note))]
    [('bridges 3 x 10', 'performed'), ('stairs refused', 'refused'), ('next visit bus step', 'planned')]
    """
    sheet = page(note)
    cut = [part for piece in pieces.cut(sheet, sections) for part in split.by_cue(sheet, piece)]
    occasion = occasions.read(sheet, cut, discipline)
    read = [(each, weight.reading(sheet, each.first, each.last)) for each in cut]
    chosen: list[tuple[Piece, Status]] = []
    open_: list[tuple[Piece, Reading]] = []
    rows = any(piece.timed and what.names and sheet.lengths_in(piece.first, piece.last) for piece, what in read)
    closing = len(note)  # where the totals begin: what stands below them is rather response than treatment
    for piece, what in read:
        if piece.end - piece.start < _LEAST or _is_frame(sheet, piece, what):
            closing = min(closing, piece.first) if piece.line else closing
            continue
        found = status.of(sheet, piece, what, occasion)
        if found is not None:
            chosen.append((piece, found))
        elif piece.section not in _SILENT or piece.box:
            asked = not what.names and (piece.timed or not rows)  # beside rows, what no table names is no activity
            open_.append((piece, _known(sheet, piece, what, occasion) if asked else what))
    given = _performed(sheet, open_, occasion, closing, _evaluated(sheet, cut, occasion))
    chosen = [each for each in chosen if not any(each[0].start < one.end and one.start < each[0].end for one in given)]
    chosen.extend((each, Status.PERFORMED) for each in given)
    chosen.sort(key=lambda each: each[0].start)
    return tuple(_intervention(note, piece, found) for piece, found in chosen[:_MOST])


def _known(sheet: Page, piece: Piece, what: Reading, occasion: Occasion) -> Reading:
    """``what`` with the therapy words that the tables of code support know, where the activity tables name none."""
    if not (occasion.given or occasion.plain) or piece.section not in {None, "treatment"}:
        return what
    own = sheet.note[weight.core(sheet, piece) : piece.end][:_KNOWN]
    if weight.has_subject(own) or weight.tolerates(own) or what.about & {"idle"} or what.cues or _DIAGNOSED.search(own):
        return what
    if piece.line == 0 and piece.opens and not weight.begins_performed(sheet, piece):
        return what
    strong = sum(
        any(each.part in _WORK and each.codes and each.weight >= _SAYS for each in hit.concepts)
        for hit in lexicon.find(own)
    )
    return replace(what, strong=strong)


_DIAGNOSED = re.compile(
    r"\b(?:s/p|p/o|dx|fx|hx|c/o|y/?o|yrs?|year[- ]old|pod|wks?|weeks?|mos?|months?|palsy|palsies"
    r"|apraxia|aphasia|dysarthria|dysphagia"
    r"|dysphonia|lisp|syndrome|disorder|disease|fracture|replacement|repair|stroke|cva|tbi|deficits?"
    r"|delay|weakness|pain|wound"
    r"|ulcer|\d ?(?:mm|cm|deg|degrees)|positive|negative|dept|department|looking|trying|hopes?|wants?"
    r"|needs?|for (?:his|her|their)|so that)\b",
    re.IGNORECASE,
)
_WORK = frozenset({"verb", "device"})
_KNOWN, _SAYS = 160, 2.5


def _intervention(note: str, piece: Piece, found: Status) -> Intervention:
    end = piece.end
    if found is not Status.PERFORMED:
        end = max(end, piece.last)
        while end > piece.end and note[end - 1] in " \t,;|-":
            end -= 1
    return Intervention(
        quote=Quote.of(note, piece.start, end),
        status=found,
        section=piece.section,
    )


def _evaluated(sheet: Page, cut: Sequence[Piece], occasion: Occasion) -> Piece | None:
    """The title of a document that records an evaluation of that day, with its measures or findings."""
    if occasion.kind is not None:
        return None
    for piece in cut:
        if piece.first > _OPENS:
            return None
        own = sheet.note[piece.start : piece.end]
        if _EVALUATION.search(own) and not _NO_EVALUATION.search(sheet.note, piece.first, piece.last):
            begins = [
                each for each in cut if each.section in {"findings", "history", "subjective", "treatment", "goals"}
            ]
            measured = sum(hit.kind == "measure" for hit in sheet.hits("activities", piece.end, len(sheet.note)))
            today = "today" in own or sheet.lengths_in(piece.first, len(sheet.note))
            return piece if begins or measured > 1 or today else None
    return None


_OPENS = 120
_EVALUATION = re.compile(
    r"\b(?:re-?)?eval(?:uation)?\b|\b(?:initial|swallow\w*|first|therapy|OT|PT|SLP|physio\w*) assessment\b",
    re.IGNORECASE,
)
_NO_EVALUATION = re.compile(
    r"\b(?:since|last|prior|previous|after|before|at|from|until|scheduled|booked|for|referr\w+"
    r"|order\w*|request\w*|next|will|not|no"
    r"|pending|awaiting|and treat|& treat|plan|cancel\w*|missed|see)\b",
    re.IGNORECASE,
)


def _performed(
    sheet: Page, open_: Sequence[tuple[Piece, Reading]], occasion: Occasion, closing: int, evaluated: Piece | None
) -> list[Piece]:
    """The pieces that were performed: rows with minutes, clauses that show it, else the best of a treatment note."""
    if not (occasion.given or occasion.plain):
        return []
    scored = [(piece, what, weight.shows_itself(sheet, piece, what)) for piece, what in open_]
    if occasion.plain:
        plainly = [piece for piece, what, score in scored if _plainly(sheet, piece, what, score)]
        return plainly or ([evaluated] if evaluated is not None else [])
    rows = [
        piece.timed and (occasion.sure or (what.names and score >= 1)) and _is_row(sheet, piece, what, score)
        for piece, what, score in scored
    ]
    least = 4 if any(rows) else 3
    kept: list[Piece] = []
    near: list[Piece] = []
    best: tuple[int, Piece] | None = None
    for (piece, what, score), row in zip(scored, rows, strict=True):
        if row or (piece.box and what.names):
            kept.append(piece)
            continue
        if not any(rows):
            score = weight.shows_itself(sheet, piece, what, alone=True)
        if _idles(sheet, piece) or not what.names or piece.section == "assessment" or weight.is_cue(sheet, piece):
            continue
        if weight.talks(sheet, piece):
            continue
        needed = least + (piece.first >= closing) * 2 - (piece.section == "treatment")
        if score >= needed and not (piece.dated and piece.line == 0):
            kept.append(piece)
            continue
        if score >= 2 and piece.opens and weight.named_first(sheet, piece) and piece.first < closing and piece.line:
            near.append(piece)
        if best is None or score > best[0]:
            best = (score, piece)
    beside = {each.line for each in kept}
    kept.extend(each for each in near if {each.line - 1, each.line + 1} & beside)
    if not kept and evaluated is not None:
        kept.append(evaluated)
    if not kept and best is not None and best[0] >= (1 if occasion.sure else 3):
        kept.append(best[1])
    return kept


def _is_row(sheet: Page, piece: Piece, what: Reading, score: int) -> bool:
    if _idles(sheet, piece) and not what.strong:
        return False
    if piece.line == 0 and piece.dated and not what.strong:
        return False
    words = len(sheet.words_in(piece.start, piece.end))
    units = any(each.kind is not Kind.BARE for each in sheet.lengths_in(piece.first, piece.last))
    if not units and sheet.note[piece.start].isdigit() and not what.strong:
        return False
    if _PAIRS.match(sheet.note, piece.first, piece.last):
        return False
    own = sheet.note[weight.core(sheet, piece) : piece.last]
    if not what.strong and (weight.tolerates(own) or weight.compares(own) or _WITHIN.match(own)):
        return False
    if weight.is_cue(sheet, piece) and score < _CLEAR:
        return False
    if what.names:
        eager = score >= -1 or piece.opens or piece.section == "treatment"
        return eager and (words > 1 or bool(what.strong) or piece.opens)
    if piece.line == 0 and not any(each.kind is Kind.UNIT for each in sheet.lengths_in(piece.first, piece.last)):
        return False
    lengths = sheet.lengths_in(piece.first, piece.last)
    if lengths and len(sheet.words_in(lengths[-1].end, piece.last)) > 1 and lengths[0].start - piece.first > 1:
        return False
    return words >= _ROW_ALONE and score >= 0 and "response" not in what.about


def _idles(sheet: Page, piece: Piece) -> bool:
    """Whether a clause begins with time that is no treatment: rest, travel, waiting."""
    first = sheet.words_in(piece.first, piece.last)[:3]
    if first and not first[0].text[0].isdigit():
        first = first[:2]
    return bool(first) and any(hit.kind == "idle" for hit in sheet.hits("clauses", piece.first, first[-1].end))


def _plainly(sheet: Page, piece: Piece, what: Reading, score: int) -> bool:
    """Whether a clause that no heading or total helps shows by itself that it was done."""
    if (not what.strong and not (what.tasks and "cue" in what.about)) or weight.talks(sheet, piece):
        return False
    if piece.timed or "cue" in what.about:
        return score >= 2
    return score >= 4


@lru_cache(maxsize=4)
def title_end(note: str, line: tuple[int, int]) -> int:
    """Return where the title of a note ends: with the sentence of the first line that holds its date, if any does."""
    start, end = line
    for first, last in sentences(note, start, min(end, start + 400)):
        if first - start > 140:
            break
        date = pieces.DATE.search(note, first, min(last, start + 110))
        if date and not _SIGNED.match(note, first, last):
            return last
    return 0


def _is_title(sheet: Page, piece: Piece, what: Reading) -> bool:
    if piece.line or piece.box is not None or piece.first >= title_end(sheet.note, sheet.lines[0]):
        return False
    date = pieces.DATE.search(sheet.note, 0, min(piece.last, 400))
    if date and date.end() <= piece.start:
        colon = sheet.note[date.end() : date.end() + 2].strip()[:1] in {":", "-", "\u2013", "\u2014"}
        return not (colon or what.strong or what.cues or weight.begins_performed(sheet, piece))
    units = any(each.kind is Kind.UNIT for each in sheet.lengths_in(piece.first, piece.last))
    return not (what.strong and units)


def _is_frame(sheet: Page, piece: Piece, what: Reading) -> bool:
    """Whether a piece only frames the note: signature, stated total, title with its date."""
    note = sheet.note
    if _is_title(sheet, piece, what):
        return True
    if _is_caption(sheet, piece, what):
        return True
    if piece.line == 0 and piece.opens and not what.strong and _SEVERAL.search(note, piece.first, piece.last):
        return True
    if _STAFF.match(note, piece.first, piece.last):
        return True
    if _TABLE_HEAD.match(note, piece.first, piece.last):
        return True
    if _SIGNED.match(note, piece.first, piece.last) or (
        not what.names
        and any(_CREDENTIAL.search(note, max(piece.first, place - 14), place) for place in (piece.last, piece.end))
    ):
        return True
    return _is_total(sheet, piece, what)


def _is_caption(sheet: Page, piece: Piece, what: Reading) -> bool:
    """Whether the first line only names the document: capitals or a few words, no dose, "class 1:00-1:45", "NOTE"."""
    if piece.line or not piece.opens or len(sheet.lines) < _CAPTIONED or "evaluation" in what.named:
        return False
    start, end = sheet.lines[0]
    words = sheet.note[start:end]
    if weight.DOSE.search(words) or weight.begins_performed(sheet, piece):
        return False
    lengths = sheet.lengths_in(start, end)
    if any(each.kind is Kind.UNIT for each in lengths) or piece.box:
        return False
    if lengths and piece.first <= lengths[0].start <= piece.start:
        return False
    few = len(sheet.words_in(piece.first, piece.last)) <= _FEW
    named = _DOCUMENT.search(sheet.note, piece.first, piece.last) is not None
    return words.isupper() or (few and named) or (few and bool(lengths))


_CAPTIONED, _FEW = 3, 9
_DOCUMENT = re.compile(
    r"\b(?:notes?|record|report|log|class|group|session|visit|program(?:me)?|daily|summary|tx"
    r"|treatment|care|conditioning"
    r"|clinic|therapy|form|day \d+|no\.? ?\d+|# ?\d+)\b",
    re.IGNORECASE,
)


def _is_total(sheet: Page, piece: Piece, what: Reading) -> bool:
    """Whether a clause states a total: a figure, and hardly a word but those of totals."""
    words = sheet.words_in(piece.first, piece.last)
    if len(words) > 24 or not words:
        return False
    if any(_TOTAL_FIRST.match(sheet.note, place, piece.last) for place in (piece.first, piece.start)):
        return True
    if len(words) <= 5 and _TOTAL_LAST.search(sheet.note, piece.first, piece.last):
        return True
    if what.names:
        return False
    totals = frozenset(phrases.table("clauses")["frame"]["total"])
    other = sum(not word.text[0].isdigit() and word.text not in totals for word in words)
    figures = any(word.text[0].isdigit() for word in words)
    return other <= 1 and figures and any(word.text in _TELLING for word in words)


_TOTAL_FIRST = re.compile(
    r"[\s|*\-]{0,4}(?:(?:direct|stated|grand|one-on-one|1:1|sum(?: of)?|no)[ \t]){0,2}(?:timed|untimed"
    r"|tot|tt|t(?=[ \t:]\d)|total|totals|session|visit|(?:whole|entire|full) (?:visit|session"
    r"|appointment)|in all|all told"
    r"|overall|treatment (?:time|minutes|length|total)|length of|minutes|tct|ttt|time (?:in|out|at|on|with)"
    r"|in)\b(?:[ \t](?:of|the|and|in|code|codes|part|min|minutes|time|length|total|sum|treatment"
    r"|session|visit|home|clinic|house|patient|appointment|procedures?|together|timed|services?|units?"
    r"|was|is)\b|[ \t:=|/-]){0,7}\d",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"(?:in|on|at|with|from|during|of|after|until|within) ", re.IGNORECASE)
_CLEAR = 3
_PAIRS = re.compile(
    r"(?:[A-Za-z/<>-]{1,12} ){1,3}\d{1,3}(?: ?deg)?"
    r"(?:[,;]? (?:and )?(?:[A-Za-z/<>-]{1,12} ){1,2}\d{1,3}(?: ?deg)?){1,6}[.]?$"
)
_TOTAL_LAST = re.compile(
    r"\b(?:total|subtotal|tot|sum)\b[ \t:=|-]{0,4}\d{1,3}[ \t]?(?:m|mins?|minutes)?\W{0,3}$", re.IGNORECASE
)
_TELLING = frozenset(
    {
        "timed",
        "total",
        "totals",
        "session",
        "visit",
        "overall",
        "sum",
        "all",
        "whole",
        "altogether",
        "untimed",
        "minutes",
        "min",
        "mins",
        "tot",
        "length",
        "duration",
        "treatment",
        "seen",
        "in",
        "out",
        "treated",
    }
)
