"""What stands in a clause, and how strongly its words say that an activity was done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

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
    r"|rehearsed|given|applied|targeted|addressed|elicited|facilitated|modelled|modeled"
    r"|focus(?:s)?ed on|drilled|rehearsal of"
    r"|trial+ed|fitted|fabricated|issued and practi[sc]ed|reviewed and practi[sc]ed"
    r"|continued(?: with)?|led through|taken through"
    r"|taped|strapped|ended with|closed with|warmed up (?:with|on)|mobili[sz]ed|stretched|treated with"
    r"|instructed in|tackled|started with"
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
_OPENER = re.compile(
    r"(?:(?:after (?:that|this|which|a [a-z]+)|then|next|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly"
    r"|to (?:start|begin|finish|end)|today|in the (?:session|clinic|gym)|this session|also|and|followed by|moved on to"
    r"|the rest|from there|once (?:warm|settled))[, :]+){0,3}"
    r"(?:(?:the )?(?:first|next|last|remaining|other|final)?[ \t]?(?:\d{1,3}|[a-z]+(?:[ -][a-z]+)?"
    r"|quarter of an|half an)"
    r"[ -](?:min(?:ute)?s?|hour)\b[ \t]?(?:of|on|for|went on|went (?:in)?to|(?:was"
    r"|were)(?: spent)?(?: on)?|doing)?[ \t]+)?"
    r"(?:(?:(?:she|he|they|[a-z]+) and I|I|we|PT|OT|SLP|COTA|PTA|therapist|clinician|he|she|they"
    r"|(?:the )?(?:pt|patient|client|child|lady|gentleman))[ \t]"
    r"(?:(?:then|also|next|today|now)[ \t])?(?:spent (?:the )?(?:[a-z]+[ \t]){0,6}?(?:on|in|doing"
    r"|with)|(?:did|gave|used|applied|made|cooked|baked|folded|wrote|built|targeted|addressed|elicited"
    r"|facilitated|ended with|closed with"
    r"|tried|practi[sc]ed|performed|completed|worked (?:on|through|at)|went (?:over|through|on (?:to"
    r"|with))|started with"
    r"|began with|finished with|moved (?:on )?to|ran (?:through)?|led (?:him|her|them)? ?(?:through|in)?"
    r"|took (?:him|her|them) (?:through|over|round|around)?|had (?:him|her|them)|instructed (?:(?:him|her|them) )?in"
    r"|continued (?:with)?|carried out|rehearsed|drilled|taught(?: (?:him|her|them))?|trained|reviewed"
    r"|treated|mobili[sz]ed"
    r"|stretched|massaged|delivered|provided|received|engaged in|participated in|tolerated))\b[ \t]*)?",
    re.IGNORECASE,
)
_TOLERATES = re.compile(
    r"(?:(?:now|still|only|usually|can|could|able to)[ \t])?(?:lies|does|sits|stands|sleeps|walks"
    r"|types|wears|keeps|says|drives"
    r"|paints|cooks|lives|delivers|sings|gets|goes|propels|ambulates|negotiates|requires|shows"
    r"|demonstrates|presents|takes|attends|returns|freez(?:es|ing)|feeds|complains|tolerates|drinks"
    r"|eats|dresses|climbs|rises|reads|writes|manages|plays|tires"
    r"|paces|rests|works|uses|stays|lasts|can|could|able|needs|wants|has|is|was|were|had|slept|lasted|stayed"
    r"|kept|lay|sat (?:for|through|on|at|up|still)|stood (?:for|at|up|on|without)|walked (?:out|in"
    r"|from|home|without))\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:vs\.?|versus|up from|down from|compared|for the first time"
    r"|longer|fewer|gone|in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|last (?:time|visit|week|session|wk|month)|at (?:the )?start|at eval\w*)\b",
    re.IGNORECASE,
)
_BY_US = re.compile(
    r"\b(?!mobili[sz]|stretch|massag|manipulat|appli|perform|deliver|taught|guid|given|provid"
    r"|led)[a-z]+(?:ed|en|ut|et|eld)"
    r" (?:by|with) (?:the )?(?:therapist|clinician|PT|OT|SLP|PTA|COTA|me)\b"
)
_AT_HOME = len("at home")
_SO_THAT = re.compile(r"(?<!continue)(?<!told)(?<!asked)(?<!advised)(?<!encouraged)(?<!him)(?<!her) (?:to|for) [a-z]+")
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
_CANNOT = re.compile(r"(?:cannot|can't|can not|unable to|not able)", re.IGNORECASE)
_SOUND = re.compile(
    r"(?<!\w)/[a-rt-z\u0283\u03b8\u00f0]{1,2}/|(?<!\w)/s/ (?:in|at|initial|final|medial|blends?|words?"
    r"|phrases?|sentences?)\b"
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
        sum(kind in _SERVICE for kind in named)
        + (_SOUND.search(page.note, start, end) is not None)
        + (_US.search(page.note, start, end) is not None),
        sum(kind == "task" for kind in named),
    )


def _cues(page: Page, start: int, end: int) -> frozenset[str]:
    """The kinds of status cues; "could not" and the like count only beside an activity or "be done"."""
    kinds = set()
    for hit in page.hits("status", start, end):
        if hit.kind == "home" and hit.end - hit.start == _AT_HOME and _SO_THAT.search(page.note, start, hit.start):
            continue  # "to lift a crate at home" is what it is for
        if hit.kind != "unable":
            kinds.add(hit.kind)
        elif _BE_DONE.match(page.note, hit.end, end) or (
            not _CANNOT.match(page.note, hit.start, hit.end)
            and any(
                page.note.find(",", hit.end, named.start) < 0
                for named in page.hits("activities", hit.end, min(end, hit.end + 26))
            )
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
    begin = core(page, piece)
    own = page.note[begin : piece.end]
    did = alone and _DID.match(own) is not None and not own.startswith(("PT ", "OT "))
    opened = begin > piece.start and _ACTS.search(page.note, piece.start, begin) is not None
    if has_subject(own) and not opened and not did and not PERFORMED_FIRST.match(own):
        return -2
    score = min(read.strong, 3) * 2 + min(read.tasks, 3)
    score += 2 * (DOSE.search(own) is not None) + 3 * (did or opened or PERFORMED_FIRST.match(own) is not None)
    score += 2 * (_GIVEN_SO.search(own, 0, 90) is not None)
    score += named_first(page, piece) + _listed_doings(own) + 2 * _mostly_named(page, piece)
    score -= led_by_others(page, replace(piece, start=begin))
    if tolerates(own):
        score -= 4
    if not piece.timed and not did and _TOLD.search(own):
        score -= 3
    return score


def core(page: Page, piece: Piece) -> int:
    """Return where a clause's own words begin behind "then", "we spent 15 minutes on" and the like."""
    opener = _OPENER.match(page.note, piece.start, piece.end)
    return opener.end() if opener and opener.end() < piece.end else piece.start


_REPEATED = re.compile(
    r"\b\d{1,2} ?[x\u00d7] ?\d|\b[x\u00d7] ?\d|\b\d{1,3} ?(?:reps?|sets?|laps?|bouts?|trials?|times|rounds?)\b",
    re.IGNORECASE,
)
_GIVEN_SO = re.compile(
    r"[a-z)\d] (?:(?:was|were) )?(?:adjusted|fitted|fabricated|mou?lded|applied|performed|practi[sc]ed"
    r"|rehearsed|mobili[sz]ed|stretched"
    r"|massaged|trialled|trialed|trained|taped|strapped|remoulded|treated|debrided|graded|reviewed and)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\b(?:I|we|PT|OT|SLP|COTA|PTA|therapist|clinician|pt|patient|client|child|he|she|they)\b", re.IGNORECASE
)


def tolerates(own: str) -> bool:
    """Return whether a clause tells how long or well the patient does or did a thing, and not that it was given."""
    if _REPEATED.search(own):
        return False
    return _TOLERATES.match(own) is not None and not PERFORMED_FIRST.match(own)


_TALKS = re.compile(
    r"(?:(?:[A-Za-z][\w.'-]* ){0,4}?(?:reports?|reported|watched|observed|argued|replied|wrote|emailed"
    r"|called|asked whether|asked about|requested"
    r"|recommends?|recommended|suggests?|suggested|discussed|explained|billed|denied|approved|agreed"
    r"|phoned|rang|faxed|texted|read that))\b",
    re.IGNORECASE,
)
_PERFECT = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[2-9]|[1-9]\d) (?:sessions|visits|treatments)\b|"
    r"\b(?:has|have|had) (?:also |now |already |only )?(?:been|consisted|included|received|undergone"
    r"|worked|attended|completed|practi[sc]ed|done"
    r"|tried|participated|engaged|used|made|progressed|focused|performed|involved|comprised|continued"
    r"|shown|gained|met)\b",
    re.IGNORECASE,
)


def talks(page: Page, piece: Piece) -> bool:
    """Return whether a clause tells what somebody said, saw or asked, and not what was done."""
    return _TALKS.match(page.note, piece.start, min(piece.end, piece.start + 70)) is not None


def perfect(own: str) -> bool:
    """Return whether a clause looks back over a course: "treatment has consisted of joint mobilizations"."""
    return _PERFECT.search(own, 0, 90) is not None


def is_cue(page: Page, piece: Piece) -> bool:
    """Return whether a clause tells what the clinician did to the activity: "swing slowed by the therapist"."""
    until = page.note.find(",", piece.start, piece.end)
    return _BY_US.search(page.note, piece.start, min(piece.end if until < 0 else until, piece.start + 60)) is not None


def compares(own: str) -> bool:
    """Return whether a clause holds its figure against another: "4 min, 1 min in January", "gone x 10 min"."""
    return _COMPARES.search(own) is not None


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
    if _BY_US.search(own[:60]):
        led += 4
    if re.search(r"\b\d{1,3} of \d{1,3}\b", own) or CHANGED.search(own):
        led += 3
    return led
