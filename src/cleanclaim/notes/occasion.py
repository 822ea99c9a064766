"""What occasion a document records: a treatment given, or a call, a missed visit, a plan, an order, a menu."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cleanclaim.notes import phrases
from cleanclaim.notes.durations import Kind
from cleanclaim.notes.phrases import Hit, Phrases
from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page
from cleanclaim.notes.weight import DOSE, begins_performed

_OPENING = 150
_BEGINS = 30
_SAID, _TITLED = 110, 45  # how far into a note a call or an absence is told, a title stands
_TITLES = frozenset({"plan", "order", "handout", "absent", "meeting", "template", "physician"})
_TIMED_TOTAL = re.compile(
    r"\btimed\b[^\n.;]{0,32}?\b(?!0\b)(?:\d{1,3}|thirty|forty|fifty|sixty|twenty|fifteen|eight|ten"
    r"|twelve)\b|\b(?!0\b)\d{1,3}[ \t]?(?:m|min|mins|minutes|')?[ \t](?:of )?(?:1:1 )?timed\b|\b(?:TCT"
    r"|TTT|TTM|tct|ttm)\b ?[:=]? ?\d",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:TT|TOT|tot|Tot|total|session|visit|overall|in all|treatment (?:time|minutes|length)"
    r"|length of (?:treatment|session|visit)|seen for|spent|duration|treated)\b[^\n.;]{0,24}?\b\d{1,3}\b"
    r"|\b\d{1,3}[ \t]?(?:m|min|mins|minutes)?[ \t](?:in all|overall|in total|total|all told|altogether)\b",
    re.IGNORECASE,
)
_SINGLY = re.compile(
    r"\b1 ?: ?1\b|\bindividual\b[.,;]|\bindividual (?:treatment|video|therapy|speech|visit|session|pt"
    r"|ot|slp|tx|appointment)\b|\b(?:just|only) (?:us two|me and|him and|her and)"
    r"|\bto myself\b|\balone with (?:the )?(?:therapist|clinician|pt|ot|slp|me)\b|\bno one else\b"
    r"|\b(?:one|1)[- ](?:on|to)[- ](?:one|1)\b|\b(?:seen|treated) (?:singly|alone"
    r"|individually)\b|\bindividual(?:ly)? (?:throughout|session|treatment|visit|tx|hour)\b"
    r"|\bno other (?:patient|client)|\bone therapist\b|\bjust the two of us\b",
    re.IGNORECASE,
)
_ACTED = re.compile(
    r"\b(?:I|PT|OT|SLP|COTA|PTA|OTA|[Tt]herapist|[Cc]linician|[Pp]hysio) (?:then |only |also "
    r"|again )?(?:cut|faded|lowered|raised|eased"
    r"|slowed|moved|held|steered|set|kept|tapped|cued|prompted|blocked|guided|corrected|reduced"
    r"|increased|shortened|modelled|modeled"
    r"|stopped|had (?:her|him|them)|put|spotted|guarded|graded|swapped|changed|placed|waited"
    r"|gave (?:the|a|one|two|him|her)|took (?:her|him|over)"
    r"|supported|facilitated|backed|dropped|widened|narrowed|counted|timed)\b"
)
_SCORED = re.compile(
    r"\b\d{1,3} ?(?:/|of|out of) ?\d{1,3} (?:w/|with|trials|opp|accur|correct|min|mod|max)"
    r"|\b\d{1,3} ?% ?(?:w/|with|accur|acc\b|correct|\(|given|min|mod|max)|\b(?:min|mod|max)(?:imal"
    r"|erate|imum)? (?:cues|assist|prompts)",
    re.IGNORECASE,
)
_PROPOSED = re.compile(
    r"\b(?:duration|per visit|per session|a visit|a session|each|weeks|\d ?x ?/ ?w|\d ?w ?\d|weekly"
    r"|frequency|will|plan(?:ned)?|goals?)\b",
    re.IGNORECASE,
)
_PHYSICIAN = re.compile(
    r"(?:,[ \t]?|[ \t])(?:M\.?D\.?|PM ?& ?R|[Pp]hysiatr\w+|D\.?O\.?|MBBS|FRCP|FRCS|N\.?P\.?|PA-C|APRN"
    r"|FNP(?:-BC)?|CRNP|RN|LPN"
    r"|MSW|RD)(?:,? [A-Z&]{2,8}(?:-[A-Z]{1,3})?){0,2}[.)]{0,2}[ \t]*$",
    re.MULTILINE,
)
_THERAPIST = re.compile(
    r"(?:,[ \t]?|[ \t/])(?:M?PT|MSPT|DPT|P\.T\.|PTA|LPTA|OTR/?L?|OTD|COTA/?L?|OT|MOT|CCC[-/ ]?SLP"
    r"|SLP(?:-CCC|-A)?|RPT|CHT|OTA|MCSP"
    r"|HCPC)\b(?:,? [A-Z][A-Za-z]{1,7}(?:[-/][A-Z]{1,3})?){0,3}(?: on [\d/.-]+)?[.)]{0,2}[ \t]*$",
    re.MULTILINE,
)
_CLOSES = re.compile(
    r"\b(?:yours (?:sincerely|faithfully|truly|etc)|sincerely|(?:with )?(?:kind|best|warm) (?:regards"
    r"|wishes)|respectfully|regards,)",
    re.IGNORECASE,
)
_TAIL = 160


def _therapy_given(note: str, told: Sequence[Hit]) -> bool:
    """Whether a physician's note shows treatment by more than the length of the visit."""
    return (
        any(
            each.kind == "treating" and each.start < _OPENING and note[each.start : each.end].lower() not in _LOOSE
            for each in told
        )
        or _TIMED_TOTAL.search(note) is not None
        or _SINGLY.search(note) is not None
        or _ACTED.search(note) is not None
    )


_OURS = frozenset({"PT", "OT", "SLP"})
_LOOSE = frozenset({"class", "group", "session", "daily", "progress note", "visit note"})
_SURE = 3
_OWN_WORDS = re.compile(r"\b(?:my|me|myself)\b", re.IGNORECASE)
_OTHER_HANDS = re.compile(
    r"\b(?:RN|LPN|LVN|CNA|MSW|LCSW|RD|aide|front (?:desk|office)|billing|biller|vendor|supply co"
    r"|scheduler|reception(?:ist)?"
    r"|secretary|coordinator|case manager|compliance|auditor)\b",
    re.IGNORECASE,
)
_CLOSED = frozenset(
    {
        "template",
        "phone",
        "missed",
        "plan",
        "order",
        "letter",
        "questionnaire",
        "review",
        "meeting",
        "handout",
        "absent",
        "physician",
    }
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """``kind``: what the document is where it records no treatment; ``given``: whether it records treatment given.

    ``plain``: nothing tells either way: then only a clause that shows it by itself was performed.
    ``sure``: a total, attendance or clock shows the treatment, and not only its rows, headings or signature.
    """

    kind: str | None
    given: bool
    plain: bool = False
    sure: bool = True


@cache
def _words() -> tuple[Phrases, Phrases]:
    table = phrases.table("documents")
    opening = {kind: entries for kind, entries in table.items() if kind in _CLOSED}
    return Phrases(opening), Phrases({"nothing": table["nothing"], "treating": table["treating"]})


@cache
def _weak() -> frozenset[str]:
    return frozenset(phrases.table("documents")["weak"])


def read(page: Page, pieces: Sequence[Piece], discipline: str | None) -> Occasion:
    """Return what occasion ``page`` records, weighing its opening, its totals and rows against each other."""
    opens = _opening(page)
    told = list(_words()[1].find(page.note, page.words))
    nothing = any(each.kind == "nothing" for each in told)
    hard, soft = _shown(page, pieces)
    if any(each.kind == "treating" and each.start < _OPENING for each in told):
        hard, soft = hard + 1, soft + 1
    gaps = sum(each.gap or each.box is False for each in pieces)
    filled = sum(each.timed and not each.gap and each.box is not False for each in pieces)
    ticked = sum(each.box is True for each in pieces)
    if opens is None and _CLOSES.search(page.note, max(0, len(page.note) - _TAIL)):
        opens = "letter"
    if opens == "template" or (gaps >= 2 and gaps > filled and not ticked):
        return Occasion("template", given=False)
    if nothing:
        return Occasion(opens or "missed", given=hard >= 3)
    if opens == "physician":
        given = hard >= 2 and _therapy_given(page.note, told)
        return Occasion(None if given else opens, given=given)
    if opens is not None:
        given = hard >= 3 and opens != "review"
        return Occasion(None if given else opens, given=given)
    physician = discipline == "MD" or (
        discipline is None and _PHYSICIAN.search(page.note) is not None and _THERAPIST.search(page.note) is None
    )
    if physician and not _therapy_given(page.note, told):
        return Occasion("physician", given=False)
    ours = discipline in _OURS or _THERAPIST.search(page.note) is not None or _discipline(page.note) in _OURS
    rows = any(e.timed and page.lengths_in(e.first, e.last) and page.hits("activities", e.start, e.end) for e in pieces)
    ours = ours or (rows and not _OTHER_HANDS.search(page.note) and not _OWN_WORDS.search(page.note))
    if not ours and hard < (_SURE if _OTHER_HANDS.search(page.note, max(0, len(page.note) - _TAIL)) else 1):
        told_here = any(begins_performed(page, each) for each in pieces) and not _OWN_WORDS.search(page.note)
        return Occasion(None, given=False, plain=True) if told_here else Occasion("absent", given=False)
    given = hard + soft >= (3 if hard == 0 else 2) and (hard > 1 or _mostly_here(page, pieces))
    return Occasion(None, given=given, plain=not given, sure=hard > 0)


def _mostly_here(page: Page, pieces: Sequence[Piece]) -> bool:
    """Whether most of the clauses that name an activity neither stand under plans and histories nor say so."""
    here = away = 0
    for piece in pieces:
        named = [hit.kind for hit in page.hits("activities", piece.start, piece.last)]
        if not any(kind in _NAMING for kind in named):
            continue
        cues = {hit.kind for hit in page.hits("status", piece.first, piece.last)} - {"unable", "issued"}
        if piece.section in _AWAY or (cues and not piece.timed) or piece.gap:
            away += piece.section is None or piece.section == "treatment"
        else:
            here += 1
    return here > 0 and here >= away


_NAMING = frozenset({"service", "exercise", "task", "modality", "evaluation"})
_AWAY = frozenset({"plan", "goals", "home", "history", "subjective", "referral", "diagnosis", "findings"})


def _opening(page: Page) -> str | None:
    """The kind of document that the first words name; the kind named first stands."""
    note = page.note
    end = min(len(note), _OPENING)
    first = page.lines[0][1] if page.lines else 0
    end = min(end, max(first, 60))
    among = page.words_in(0, end)
    best: str | None = None
    for hit in _words()[0].find(note, among):
        if hit.start > (_TITLED if hit.kind in _TITLES else _SAID):
            continue
        if hit.start > _BEGINS and " ".join(word.text for word in page.words[hit.first : hit.last + 1]) in _weak():
            continue
        if hit.kind == "physician":
            best = best or hit.kind
            continue
        if best is None or best == "physician":
            best = hit.kind
    return best


def _shown(page: Page, pieces: Sequence[Piece]) -> tuple[int, int]:
    """How strongly totals, attendance and clock show a treatment (hard), and rows, headings and signature (soft)."""
    note = page.note
    hard = soft = 0
    timed = _TIMED_TOTAL.search(note)
    if timed and not _PROPOSED.search(note, max(0, timed.start() - 20), min(len(note), timed.end() + 20)):
        hard += 3
    total = _TOTAL.search(note)
    if total and not _PROPOSED.search(note, max(0, total.start() - 20), min(len(note), total.end() + 25)):
        hard += 1
    if _SINGLY.search(note):
        hard += 1
    if any(each.kind is Kind.CLOCK for each in page.lengths):
        hard += 1
    hard += _ACTED.search(note) is not None
    about = {hit.kind for hit in page.hits("clauses", 0, len(note))}
    hard += "group" in about and "clinician" in about
    soft += ("cue" in about) + ("response" in about) + (_THERAPIST.search(note) is not None)
    soft += DOSE.search(note) is not None
    soft += _SCORED.search(note) is not None
    soft += any(
        each.end - each.start >= end - start - 2 for start, end in page.lines for each in page.lengths_in(start, end)
    )
    soft += 2 * any(each.timed and page.hits("activities", each.start, each.end) for each in pieces)
    return hard, soft


_DISCIPLINES = (
    ("SLP", re.compile(r"\bCCC[-/ ]?SLP\b|\bSLP\b|\bspeech\b", re.IGNORECASE)),
    ("OT", re.compile(r"\bOTR\b|\bOTR/L\b|\bCOTA\b|\bOTD\b|\bOT\b|\b[Oo]ccupational [Tt]herap|OCCUPATIONAL THERAP")),
    ("PT", re.compile(r"\bD?PT\b|\bPTA\b|\b[Pp]hysical [Tt]herap|\b[Pp]hysio(?:therap\w*)?\b|PHYSICAL THERAP")),
    ("MD", re.compile(r"\bM\.?D\.?\b|\bD\.?O\.?\b|\b[Pp]hysiatr|\bPM ?& ?R\b")),
)


def _discipline(note: str) -> str | None:
    return discipline(note)


def discipline(note: str) -> str | None:
    """Return whose note it is (PT, OT, SLP, MD) by its last lines, else by its opening; none where neither says.

    >>> discipline("Wrist work, 15 min" + chr(10) + "e-signed: Ada Fern, OTR/L")
    'OT'
    """
    for text in (note[-90:], note[:90]):
        last = [
            (max(each.start() for each in pattern.finditer(text)), name)
            for name, pattern in _DISCIPLINES
            if pattern.search(text)
        ]
        if last:
            return max(last)[1]
    return None
