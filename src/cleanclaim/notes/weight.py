"""What stands in a clause, and how strongly its words say that an activity was done."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page

DOSE = re.compile(
    r"\b\d{1,3}['\u2019\"\u201d](?!\d)|\b\d{1,2} ?[x\u00d7] ?\d{1,3}\b|\bx ?\d{1,3}\b"
    r"|\b\d{1,3} ?(?:reps?|sets?|laps?|bouts?|trials?|times|rounds?|steps)\b|\b\d{1,3} ?(?:ft|feet"
    r"|lbs?|kg)\b|\b\d[\"\u201d]|\b(?:grade|gr\.?|level|lvl) ?(?:[1-5IV]{1,3})\b|\b(?:two|three|four"
    r"|five|six|ten) (?:sets|reps|laps|bouts|spells)\b|\bRPE ?\d",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b\d{1,3}(?:\.\d)? ?(?:deg|kg|lbs?|cm|s|m|%)? to \d|\bminus \d|"
    r"\d[^.;]{0,12}\b(?:then|after(?:wards?)?|at the end|by the end|post|down from|up from)\b"
    r"|\b(?:then|after|fell|rose|went|improved|dropped) (?:from |to )?\d|->|\u2192"
    r"|\bfrom \d[^.;]{0,16}\bto \d|\b(?:post|after)\b ?:? ?\d|\blast (?:time|visit|week)\b"
    r"|\(\d[^()]{0,8} (?:in|on|at) [^()]{1,16}\)",
    re.IGNORECASE,
)
PERFORMED_FIRST = re.compile(
    r"(?:today[, ]|this session[, ]|then |we |i |pt |patient |client |child |therapist |(?:pt|patient"
    r"|client|child) (?:was |then )?)?(?:then )?(?:also )?(?:performed|completed|practi[cs]ed"
    r"|worked (?:on|through)|trained|received|did|engaged in|participated in|ran through|went through"
    r"|rehearsed|given|applied|mobili[sz]ed|stretched|treated with|instructed in|tackled|started with"
    r"|began with|finished with|taught|progressed to|used)\b",
    re.IGNORECASE,
)
_DID = re.compile(
    r"(?:(?:the )?(?:pt|patient|client|child|student|pupil|member|he|she|they|baby|infant)|(?:mr|mrs"
    r"|ms)\.? [A-Z][a-z]*)\.? (?:then |also |next )?(?:named|produced|identified|answered|read"
    r"|repeated|imitated|wrote|copied|recalled|retold|described|matched|sorted|followed|swallowed"
    r"|drank|ate|walked|ambulated|climbed|ascended|descended|stepped|stood|lifted|carried|reached"
    r"|threw|caught|balanced|squatted|propelled|transferred|rolled|crawled|dressed|donned|doffed"
    r"|brushed|shaved|bathed|washed|cooked|prepared|folded|poured|cut|stacked|placed|strung"
    r"|practi[cs]ed|performed|completed|rode|pedal+ed|rowed|jumped|hopped|used|played|rehearsed"
    r"|ordered|planned|drew|traced|buttoned|tied|pushed|pulled)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:he|she|they|it|pt|patient|client|child|mr|mrs|ms|member|his|her|their|mother|father|mum|mom"
    r"|wife|husband|son|daughter|parents?|family|no|not|still|all|which|that|this|there|also|but|and"
    r"|both)\b(?!:)",
    re.IGNORECASE,
)
_CLINICIAN = re.compile(r"(?:PT|OT|SLP|PTA|COTA|OTA)\b")
_TOLD = re.compile(
    r"\b(?:she|he|they) (?:[a-z]+s|[a-z]+ed|can|will|must|has|had|did|does|is|was)\b|\b(?:by"
    r"|from) (?:the )?(?:therapist|clinician|PT|OT|SLP|me)\b"
)
_DOING = re.compile(
    r"(?:^|[,;:] (?:and |then )?)(?!(?:wanting|needing|having|being|going|feeling|complaining"
    r"|reporting|tolerating|improving|during|including|starting|beginning|according|following|living"
    r"|working|morning|evening|nothing|something|everything|string|spring|king|ring|using"
    r"|with)\b)[a-z][a-z-]{2,}ing\b",
    re.IGNORECASE,
)
_BE_DONE = re.compile(
    r"[ \t](?:be|been|any [a-z]+|was|were)?[ \t]?(?:[a-z]+[ \t])?(?:begun|started|done|tried|given"
    r"|held|performed|completed|attempted|carried out|provided|undertaken|managed)\b",
    re.IGNORECASE,
)
_US = re.compile(r"\bUS\b(?! (?:scan|imaging|of|guid))")
_SERVICE = frozenset({"service", "exercise", "modality", "evaluation"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a clause: kinds of activities, of status cues and of other cues, and the scores of both."""

    named: frozenset[str]
    generic: int
    cues: frozenset[str]
    about: frozenset[str]
    strong: int
    tasks: int

    @property
    def names(self) -> bool:
        """Whether a service or an activity is named."""
        return bool(self.strong or self.tasks)

    @property
    def serves(self) -> bool:
        """Whether therapy is named at least in general ("four more sessions")."""
        return self.names or self.generic > 0


def reading(page: Page, start: int, end: int) -> Reading:
    """Return what stands between ``start`` and ``end``."""
    named = [hit.kind for hit in page.hits("activities", start, end)]
    return Reading(
        frozenset(named),
        named.count("generic"),
        _cues(page, start, end),
        frozenset(hit.kind for hit in page.hits("clauses", start, end)),
        sum(kind in _SERVICE for kind in named) + (_US.search(page.note, start, end) is not None),
        sum(kind == "task" for kind in named),
    )


def _cues(page: Page, start: int, end: int) -> frozenset[str]:
    """The kinds of status cues; "could not" and the like count only beside an activity or "be done"."""
    kinds = set()
    for hit in page.hits("status", start, end):
        if hit.kind != "unable":
            kinds.add(hit.kind)
        elif _BE_DONE.match(page.note, hit.end, end) or any(
            page.note.find(",", hit.end, named.start) < 0
            for named in page.hits("activities", hit.end, min(end, hit.end + 26))
        ):
            kinds.add("refused")
    return frozenset(kinds)


def has_subject(own: str) -> bool:
    """Return whether a clause begins with the patient or another subject ("PT" and "OT" in capitals are no patient)."""
    return _SUBJECT.match(own) is not None and not own.startswith(("PT ", "OT "))


def begins_performed(page: Page, piece: Piece) -> bool:
    """Return whether the words of ``piece`` begin with what was done ("did", "worked on")."""
    return PERFORMED_FIRST.match(page.note, piece.start, piece.end) is not None


def shows_itself(page: Page, piece: Piece, read: Reading, *, alone: bool = False) -> int:
    """Return how strongly the clause itself says that it was done: its noun or verb, dose, figures, against its cues.

    ``alone``: no row of the note has minutes, so that what the patient is said to have done may be the treatment.
    """
    own = page.note[piece.start : piece.end]
    did = alone and _DID.match(own) is not None and not own.startswith(("PT ", "OT "))
    if has_subject(own) and not did and not PERFORMED_FIRST.match(own):
        return -2
    score = min(read.strong, 3) * 2 + min(read.tasks, 3)
    score += 2 * (DOSE.search(own) is not None) + 3 * (did or PERFORMED_FIRST.match(own) is not None)
    score += named_first(page, piece) + _listed_doings(own) + 2 * _mostly_named(page, piece)
    score -= led_by_others(page, piece)
    if not piece.timed and not did and _TOLD.search(own):
        score -= 3
    return score


def named_first(page: Page, piece: Piece) -> bool:
    """Return whether a clause begins with the name of what is done, but for a side, a number or the like."""
    first = page.words_in(piece.start, piece.end)[:2]
    return bool(first) and any(hit.kind != "measure" for hit in page.hits("activities", piece.start, first[-1].end))


def _mostly_named(page: Page, piece: Piece) -> bool:
    """Whether most of a clause's words name activities: "Ice massage", "clams, bridges"."""
    words = len(page.words_in(piece.start, piece.end))
    named = sum(
        hit.last - hit.first + 1 for hit in page.hits("activities", piece.start, piece.end) if hit.kind in _SERVICE
    )
    return 0 < words <= named * 5 / 3


def _listed_doings(own: str) -> int:
    return min(3, 2 * len(_DOING.findall(own)))


def led_by_others(page: Page, piece: Piece) -> int:
    """Return how much the first words make the clause the clinician's cue, a response or a purpose."""
    first = page.words_in(piece.start, piece.end)[:4]
    if not first:
        return 0
    led = 0
    assesses = any(hit.kind == "evaluation" for hit in page.hits("activities", piece.start, first[-1].end))
    until = first[-1].end
    for hit in page.hits("clauses", piece.start, until):
        if hit.kind == "clinician" and assesses:
            continue
        if hit.kind in {"cue", "clinician", "response"} or (hit.kind == "idle" and piece.timed):
            led += 3 if hit.start <= first[1 if len(first) > 1 else 0].start else 2
        elif hit.kind == "link":
            led += 4
    own = page.note[piece.start : piece.end]
    if re.match(r"(?:for|to|so|because|after|before|when|while|once)\b", own, re.IGNORECASE):
        led += 4
    if not assesses and _CLINICIAN.match(own):
        led += 3
    if re.search(r"\b\d{1,3} of \d{1,3}\b", own) or CHANGED.search(own):
        led += 3
    return led
