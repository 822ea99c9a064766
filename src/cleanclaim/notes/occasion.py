"""What occasion a document records: a treatment given, or a call, a missed visit, a plan, an order, a menu."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cleanclaim.notes import phrases
from cleanclaim.notes.durations import Kind
from cleanclaim.notes.phrases import Phrases
from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page
from cleanclaim.notes.weight import DOSE

_OPENING = 150
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
    r"|length of (?:treatment|session|visit)|seen for|treated)\b[^\n.;]{0,24}?\b\d{1,3}\b"
    r"|\b\d{1,3}[ \t]?(?:m|min|mins|minutes)?[ \t](?:in all|overall|total|all told|altogether)\b",
    re.IGNORECASE,
)
_SINGLY = re.compile(
    r"\b1 ?: ?1\b|\b(?:one|1)[- ](?:on|to)[- ](?:one|1)\b|\b(?:seen|treated) (?:singly|alone"
    r"|individually)\b|\bindividual(?:ly)? (?:throughout|session|treatment|visit|tx|hour)\b"
    r"|\bno other (?:patient|client)|\bone therapist\b|\bjust the two of us\b",
    re.IGNORECASE,
)
_PROPOSED = re.compile(
    r"\b(?:duration|per visit|per session|a visit|a session|each|weeks|\d ?x ?/ ?w|\d ?w ?\d|weekly"
    r"|frequency|will|plan(?:ned)?|goals?)\b",
    re.IGNORECASE,
)
_PHYSICIAN = re.compile(
    r"(?:,[ \t]?|[ \t])(?:M\.?D\.?|D\.?O\.?|MBBS|FRCP|FRCS|N\.?P\.?|PA-C|APRN|FNP(?:-BC)?|CRNP|RN|LPN"
    r"|MSW|RD)(?:,? [A-Z]{2,8}(?:-[A-Z]{1,3})?){0,2}[.)]{0,2}[ \t]*$",
    re.MULTILINE,
)
_THERAPIST = re.compile(
    r"(?:,[ \t]?|[ \t/])(?:M?PT|MSPT|DPT|P\.T\.|PTA|LPTA|OTR/?L?|OTD|COTA/?L?|OT|MOT|CCC[-/ ]?SLP"
    r"|SLP(?:-CCC|-A)?|RPT|CHT|OTA|MCSP"
    r"|HCPC)\b(?:,? [A-Z][A-Za-z]{1,7}(?:[-/][A-Z]{1,3})?){0,3}(?: on [\d/.-]+)?[.)]{0,2}[ \t]*$",
    re.MULTILINE,
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
    if opens == "template" or (gaps >= 2 and gaps > filled and not ticked):
        return Occasion("template", given=False)
    if nothing:
        return Occasion(opens or "missed", given=hard >= 3)
    if opens == "physician":
        return Occasion(None if hard >= 2 else opens, given=hard >= 2)
    if opens is not None:
        given = hard >= 3 and opens != "review"
        return Occasion(None if given else opens, given=given)
    physician = discipline == "MD" or (
        discipline is None and _PHYSICIAN.search(page.note) is not None and _THERAPIST.search(page.note) is None
    )
    if physician and hard < 2:
        return Occasion("physician", given=False)
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
    about = {hit.kind for hit in page.hits("clauses", 0, len(note))}
    hard += "group" in about and "clinician" in about
    soft += ("cue" in about) + ("response" in about) + (_THERAPIST.search(note) is not None)
    soft += DOSE.search(note) is not None
    soft += 2 * any(each.timed and page.hits("activities", each.start, each.end) for each in pieces)
    return hard, soft


_DISCIPLINES = (
    ("SLP", re.compile(r"\bCCC[-/ ]?SLP\b|\bSLP\b|\bspeech\b", re.IGNORECASE)),
    ("OT", re.compile(r"\bOTR\b|\bOTR/L\b|\bCOTA\b|\bOTD\b|\bOT\b|\b[Oo]ccupational [Tt]herap|OCCUPATIONAL THERAP")),
    ("PT", re.compile(r"\bD?PT\b|\bPTA\b|\b[Pp]hysical [Tt]herap|\b[Pp]hysio(?:therap\w*)?\b|PHYSICAL THERAP")),
    ("MD", re.compile(r"\bM\.?D\.?\b|\bD\.?O\.?\b|\b[Pp]hysiatr|\bPM ?& ?R\b")),
)


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
