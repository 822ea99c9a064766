"""The status of a piece: from its section, its clause and the occasion, never from the activity itself."""

from __future__ import annotations

import re

from cleanclaim.notes.facts import Status
from cleanclaim.notes.occasion import Occasion
from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page
from cleanclaim.notes.weight import CHANGED, PERFORMED_FIRST, Reading, has_subject, led_by_others, perfect

_VALUE = re.compile(
    r"\d ?(?:deg(?:rees?)?\b|\u00b0|kg\b|lbs?\b|n\b|cm\b|mm\b|m\b|ft\b|feet\b|%|/ ?\d{1,3}\b|s\b"
    r"|secs?\b|seconds\b|db\b|ml\b|m/s)|\b\d{1,3} of \d{1,3}\b|\bscore \d|\b\d{2,3}$"
    r"|[a-z] \d{1,3}(?: \(\d|[,.;]?$)|\b\d ?[+-]?/5|\b\d\+? on\b|: ?\d{1,2}\b|\b(?:deferred|antalgic"
    r"|fails?|failed|positive|negative|limited|limits|impaired|wnl|wfl|decreased|diminished|absent"
    r"|intact|poor|fair|good|straight|restricted|smaller|abnormal|normal|unchanged|difficulty|unsteady"
    r"|mildly|moderate(?:ly)?|severe(?:ly)?|painful|stiff|tight|weak(?:ness)?) *\b|\b(?:two|three|four"
    r"|five) (?:deg|degrees|out of)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:told|advised|advise|instructed|encouraged|reminded|asked|to continue|continue|keep|keeps|does"
    r"|do|did|parents?|mother|father|mum|mom|wife|husband|carers?|caregiver)\b",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(r"(?:told|advised|instructed|encouraged|reminded|asked|to keep|keep)\b", re.IGNORECASE)
_OWN = re.compile(
    r"[\"\u201c]?(?:(?:he|she|they|i|pt|patient|client|child) (?:also |still |now )?)?(?:rode|rides?"
    r"|mows?|mowed|mowing|push(?:es|ed)|cycl(?:es|ed)|walk(?:s|ed)|jog(?:s|ged)|r[au]ns?|swims?|swam"
    r"|gardens?|gardened|dug|digs|plays|played|carries|carried|danc(?:es|ed)|drives|drove"
    r"|hikes|hiked|lifts|lifted|climb(?:s|ed)|did|does|bakes|baked"
    r"|shopp?(?:s|ed)|clean(?:s|ed)|rows|rowed|practi[sc]es|practi[sc]ed|raked"
    r"|shovel(?:s|ed)|cooked|cooks|painted|skat(?:es|ed)|ski(?:s|ed)|golfed|golfs|travel(?:s|led)"
    r"|vacuum(?:s|ed)|wash(?:es|ed)|knits|sang|sings|read|reads|attend(?:s|ed)|stretch(?:es|ed)"
    r"|exercis(?:es|ed))\b",
    re.IGNORECASE,
)
_OBSERVED = re.compile(
    r"(?:stands|rises|squats|sits|walks|hops|climbs|reaches|lifts|gets|moves|bends|kneels|toe|heel"
    r"|difficulty|gait|balance|unable|able|cannot|can't|can)\b",
    re.IGNORECASE,
)
_GOAL_LABEL = re.compile(r"(?:goals?|[sl]tgs?|targets?|aim)\b ?#?\d?[ \t]?[:=-]", re.IGNORECASE)
_HOME_WORD = re.compile(r"\b(?:HEP|home|program(?:me)?|sheets?|handouts?)\b", re.IGNORECASE)
_WAS_DUE = re.compile(
    r"\b(?:was|were|had been) (?:scheduled|booked|planned|due|to (?:have|get|do|start))\b|^planned\b", re.IGNORECASE
)
_HELD = re.compile(
    r"^(?:[\w'/ -]{3,40} )?(?:held|on hold)(?: (?:today|due|because|until|secondary|d/t"
    r"|2/2)\b.*)?[.,]?$|^(?:held|hold|holding off)\b|\bnone (?:today|given|done)\b",
    re.IGNORECASE,
)
_WHILE = re.compile(r"\b(?:as|while|when|once|where|by)\b", re.IGNORECASE)
_WILL_NOT = re.compile(r"\b(?:won'?t|will not|refuses? to)\b", re.IGNORECASE)
_REFUSES = re.compile(
    r"refus|declin(?:ed|es|ing)|didn'?t want|did not want|turned down|postpon|cancel|\bheld (?:today"
    r"|due|because|until)|skipp|omitted|said no|deferr",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:den(?:y|ies|ied|ying)|no longer refus)", re.IGNORECASE)
_LOOKS_AHEAD = re.compile(
    r"\bnext (?:visit|session|time|week|tx|appt|appointment|month)\b|\bfrom (?:next|week|mon|tue|wed"
    r"|thu|fri)|\b(?:will|shall)\b|\bto (?:be [a-z]+ed|follow|come)\b|\b(?:is|are|was) planned\b"
    r"|^to (?:start|begin|add)\b|\bplanned for\b|\bnot yet\b|\btomorrow\b|\b(?:booked|scheduled|authori[sz]ed)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"(?:all (?:this |so )?|it is |it's |this is |only )?(?:for|so|to|because)\b|(?:needs?|wants?"
    r"|wish(?:es)?|hopes?|must|wanted|aims?)\b",
    re.IGNORECASE,
)
_TRADE = re.compile(r"\bas (?:a|an|the) [a-z]+\b|\bfor a living\b", re.IGNORECASE)
_OFTEN = re.compile(
    r"\b(?:duration|freq(?:uency)?\.?|how often|plan of care|poc|requested)\b|\d ?x? ?/ ?(?:wk|week)"
    r"|\d ?x ?(?:weekly|a week|per week)",
    re.IGNORECASE,
)
_COUNTS_ON = re.compile(r"\b(?:issued|given|supplied) (?:on|after|for|at|with|by|with) \d", re.IGNORECASE)
_LASTING = re.compile(
    r"\d ?(?:m|mins?|minutes|h|hrs?|hours?|miles?|km)\b|\b(?:minutes|hours?|an hour)\b", re.IGNORECASE
)
_AFTERWARDS = re.compile(
    r"\b(?:longer|farther|further|than (?:last|before)|right after|after(?:wards?)?|now|today"
    r"|by the end|without)\b",
    re.IGNORECASE,
)
_IN_CLINIC = re.compile(
    r"(?:walked|practi[sc]ed|did|used|climbed|stood|sat|lifted|carried|read|washed|cooked|stretched"
    r"|exercised|worked|pushed|took)\b",
    re.IGNORECASE,
)
_UNIT_LAST = re.compile(r"\d ?(?:deg|\u00b0|kg|lbs?|%|/5|cm|mm|db)\b", re.IGNORECASE)
_SETS = re.compile(r"\b\d{1,2} ?[x\u00d7] ?\d{1,3}\b|\b\d{1,3} ?(?:reps?|sets?|laps?|bouts?)\b", re.IGNORECASE)
_FUTURE_DAY = re.compile(
    r"\b(?:on )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[^.;]{0,12}\b(?:we "
    r"|i |to )?(?:start|begin|try|add|do)\b|(?:^|, )add(?:ing)? [a-z]|\b(?:by|in) \d{1,2} (?:weeks?"
    r"|wks?|months?|visits?|sessions?)\b",
    re.IGNORECASE,
)
_FOR_OTHERS = re.compile(
    r"(?:PT|OT|SLP|ST|physio\w*|speech|occupational therapy|physical therapy)\s?:\s", re.IGNORECASE
)
_GOAL_FORM = re.compile(
    r"\b(?:will be able|(?:pt|patient|client|child|he|she) will\b[^.;]{0,80}\b(?:in|within|by)\b"
    r"|to be able to\b|(?:stg|ltg) ?#?\d?\b)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"(?:(?:he|she|they|pt|patient|client|child) )?(?:really |also )?(?:wants?|needs?|wish(?:es)?"
    r"|hopes?|must|has to|wanted|means to"
    r"|would (?:love|like)|looking (?:to|forward)|looks forward|is keen|keen to|longs|aims"
    r"|trying (?:to|for)|so (?:that |he|she|they))\b",
    re.IGNORECASE,
)
_GOAL_ASIDE = re.compile(
    r"(?:rehab|prognosis|potential|good|fair|i certify|reviewed|discussed|agreed)\b", re.IGNORECASE
)
_MONTH = re.compile(
    r"\bin (?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)|\b(?:last|this past) (?:spring|summer"
    r"|autumn|fall|winter)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:had|did|was|were|went|came|got|took|made|began|saw|gave|rode|ran|swam|[a-z]{3,}ed)\b", re.IGNORECASE
)
_RANGES = re.compile(
    r"\b(?:a?rom|prom|arom|aarom|flex(?:ion)?|ext(?:ension)?|abd(?:uction)?|add(?:uction)?|er|ir|rotation|rot|df|pf"
    r"|dorsiflexion|grip|pinch|strength|mmt|quads?|hamstrings?|berg|tug|dgi|fga|moca|quickdash|dash"
    r"|lefs|odi|ndi|koos|5xsts"
    r"|girth|sup(?:ination)?|pron(?:ation)?)(?:[ \t]+(?:of|to|at|was|is|now|score|l|r|left|right|arom"
    r"|prom))*[ \t]*[:=]?[ \t]*-?\d{1,3}(?:\.\d)?"
    r"(?![ \t]?(?:x|\u00d7|reps?|sets?|min|m\b|lbs?|times|\d|ft|trials))",
    re.IGNORECASE,
)
_SWALLOWED = re.compile(
    r"\b\d{1,2} ?/ ?\d{1,2} (?:with )?(?:cough|throat|wet|clear|residue|penetrat|aspirat|no )|\b(?:coughs?|residue"
    r"|aspiration|penetration|pocketing|loss) (?:on|in|at|with|0|\d)|\bno (?:aspiration|penetration|residue)\b",
    re.IGNORECASE,
)
_SCORED = re.compile(r"\b\d{1,2} ?/ ?\d{1,2}\b")
_STUDY = re.compile(
    r"(?:FEES|MBSS?|VFSS|VFS|MBS study|barium swallow|videofluoroscopy)\b[^.;]{0,14}[\d:]", re.IGNORECASE
)
_HABIT = re.compile(
    r"(?:(?:he|she|they) )?(?:danc|cook|walk|garden|play|work|teach|sing|bak|farm|driv|clean|paint|run"
    r"|rid|swim|coach|travel|cycl|hik)e?s\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"(?:he|she|they|pt|patient|client|child|mother|father|mum|mom|wife|husband|spouse|parents?"
    r"|caregiver)\.? (?:also )?(?:reports?|reported|states?|stated|says|said|notes|noted|mentions"
    r"|mentioned|admits|tells|told)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:before (?:this|that|the|her|his|surgery|then|it)|prior (?:to|level)|until (?:the|her|his"
    r"|then)|plof|previously|formerly)\b",
    re.IGNORECASE,
)
_EVALUATES = re.compile(r"\b(?:evaluation|eval|assessment)\b", re.IGNORECASE)
_TITLE = 90
_DEFAULT = {
    "plan": Status.PLANNED,
    "order": Status.REFERRAL,
    "letter": Status.HISTORY,
    "review": Status.HISTORY,
    "questionnaire": Status.TEST_FINDING,
    "template": Status.TEMPLATE,
    "handout": Status.HEP_HOME,
}


def of(page: Page, piece: Piece, read: Reading, occasion: Occasion) -> Status | None:
    """Return the status that ``piece`` has by section, clause and occasion; none where no service stands there.

    ``performed`` is not decided here: null leaves that to the caller, who knows the other rows.
    """
    words = page.note[piece.first : piece.last]
    if piece.gap or piece.box is False or occasion.kind == "template":
        return Status.TEMPLATE if read.names else None
    if _DENIES.search(words) and not piece.timed:
        return None
    own = page.note[piece.start : piece.last]
    if _WISH.match(own) and piece.section not in {"goals", "plan", "home", "referral"} and not read.generic:
        return None  # what it is for
    found = _by_words(page, piece, read, occasion)
    if found is Status.PLANNED and occasion.kind == "physician":
        return Status.REFERRAL  # a physician's plan for therapy is another's to give
    return found


def _by_words(page: Page, piece: Piece, read: Reading, occasion: Occasion) -> Status | None:
    words = page.note[piece.first : piece.last]
    own = page.note[piece.start : piece.last]
    for found in (
        _by_section(page, piece, read, words, own),
        _not_given(piece, read, words, own, occasion),
        _ahead(piece, read, words, own, occasion),
        _elsewhere(page, piece, read, own, occasion),
    ):
        if found is not None:
            return found
    if _is_finding(page, piece, read, own, occasion):
        return Status.TEST_FINDING
    if not occasion.given and read.names and occasion.kind in _DEFAULT:
        return _DEFAULT[occasion.kind]
    return None


def _by_section(page: Page, piece: Piece, read: Reading, words: str, own: str) -> Status | None:
    if piece.section == "goals":
        return Status.GOAL if (read.names or "measure" in read.named) and not _GOAL_ASIDE.match(own) else None
    if piece.section == "plan" and (read.names or (read.serves and not _OFTEN.search(words))):
        if "issued" in read.cues:
            return Status.HEP_ISSUED
        if "referral" in read.cues and "planned" not in read.cues:
            return Status.REFERRAL
        if PERFORMED_FIRST.match(own) or (piece.box and piece.timed):
            return None
        if "home" in read.cues and not read.generic and "planned" not in read.cues:
            return Status.HEP_HOME
        return Status.REFUSED if _REFUSES.search(words) else Status.PLANNED
    if not read.names:
        return None
    if piece.section == "referral":
        return Status.REFUSED if "refused" in read.cues else Status.REFERRAL
    if piece.section == "home" and led_by_others(page, piece) < 2:
        if "issued" in read.cues:
            return Status.HEP_ISSUED
        if "history" in read.cues and not read.strong:
            return Status.HISTORY
        return Status.HEP_HOME
    return Status.HISTORY if piece.section == "history" else None


def _not_given(piece: Piece, read: Reading, words: str, own: str, occasion: Occasion) -> Status | None:
    """Refused, held, not done; or only aimed at."""
    if read.serves and _refused(piece, read, words, own):
        return Status.REFUSED
    if not read.names:
        return None
    lowered = words.lower()
    if _GOAL_FORM.search(words) or _GOAL_LABEL.match(own) or "partly met" in lowered:
        return Status.GOAL
    return None


def _refused(piece: Piece, read: Reading, words: str, own: str) -> bool:
    if "refused" in read.cues:
        explicit = _REFUSES.search(words) is not None
        if piece.section in {"subjective", "findings", "assessment"} and not explicit:
            return _WILL_NOT.search(words) is not None
        return not piece.timed or explicit
    return _HELD.search(own) is not None and _WHILE.search(own) is None


def _ahead(piece: Piece, read: Reading, words: str, own: str, occasion: Occasion) -> Status | None:
    """Handed over for home, asked of someone else, or planned."""
    if "issued" in read.cues and not piece.timed and (read.names or _HOME_WORD.search(words)):
        if occasion.kind == "missed":
            return None
        return None if _COUNTS_ON.search(words) else Status.HEP_ISSUED
    if not read.serves:
        return None
    if occasion.kind == "missed" and _WAS_DUE.search(own):
        return Status.REFUSED
    if read.names and not piece.timed and _INSTRUCTS.match(own) and piece.section != "treatment":
        return Status.HEP_HOME
    if _FOR_OTHERS.match(own) and not occasion.given:
        if "refused" in read.cues:
            return Status.REFUSED
        return Status.HISTORY if "history" in read.cues or _PAST.search(own) else Status.REFERRAL
    if read.names and _MONTH.search(own) and not _HABIT.match(own) and not (occasion.given and piece.timed):
        return Status.HISTORY if _PAST.search(own) else Status.PLANNED
    if "referral" in read.cues and not (occasion.given and piece.timed):
        return Status.REFERRAL
    if ("planned" in read.cues or _FUTURE_DAY.search(words)) and not (_HABIT.match(own) or _WISH.match(own)):
        if _row_now(piece, occasion, words):
            return None
        return Status.REFERRAL if occasion.kind == "order" else Status.PLANNED
    return None


def _row_now(piece: Piece, occasion: Occasion, words: str) -> bool:
    """Whether a row of treatment given only seems to look ahead ("planned pauses", "if the")."""
    return occasion.given and piece.timed and _LOOKS_AHEAD.search(words) is None


def _elsewhere(page: Page, piece: Piece, read: Reading, own: str, occasion: Occasion) -> Status | None:
    """Done at home, on another day, in another place, or the patient's own activity."""
    if not read.names or _PURPOSE.match(own) or _TRADE.search(own):
        return None
    if (_BEFORE.match(own) or perfect(own)) and not piece.timed:
        return Status.HISTORY
    given_here = PERFORMED_FIRST.match(own) is not None
    row = piece.timed and occasion.given and piece.section != "subjective" and not has_subject(own)
    if not row:
        if _REPORTS.match(own) and (_LASTING.search(own) or read.cues & {"often", "history"}):
            return Status.HISTORY
        if _OWN.match(own) and not read.strong and not (read.cues & {"history"}):
            return Status.HISTORY if _LASTING.search(own) else None  # a role or a habit
        told = not has_subject(own) or _TELLS.match(own) is not None
        if "home" in read.cues or (not given_here and "often" in read.cues and told):
            return Status.HISTORY if "history" in read.cues and not _TELLS.match(own) else Status.HEP_HOME
        if "history" in read.cues and "today" not in read.about and not (occasion.given and CHANGED.search(own)):
            return Status.HISTORY
    elif "history" in read.cues and _OWN.match(own):
        return Status.HISTORY
    if not (_OWN.match(own) and _LASTING.search(own)) or piece.section == "treatment" or _AFTERWARDS.search(own):
        return None
    here = occasion.given and piece.section != "subjective" and (given_here or _IN_CLINIC.match(own))
    return None if here else Status.HISTORY


def _is_finding(page: Page, piece: Piece, read: Reading, own: str, occasion: Occasion) -> bool:
    page_start = page.note[:_TITLE]
    count = 0 if _SETS.search(own) or PERFORMED_FIRST.match(own) else len(_RANGES.findall(own))
    if piece.timed and (page.lengths_in(piece.first, piece.last) or (count == 1 and read.strong)):
        count = 0
    ranges = count > 0 and not has_subject(own) and piece.section in {None, "findings", "treatment"}
    if piece.timed and not ranges and occasion.given and piece.section != "findings" and not _UNIT_LAST.search(own):
        return False
    scored = _SCORED.search(own) is not None and not _SETS.search(own) and "cue" not in read.about
    if scored and not piece.timed and piece.section != "treatment" and read.names and _EVALUATES.search(page_start):
        return True
    if _STUDY.match(own) or (_SWALLOWED.search(own) and (not occasion.given or _EVALUATES.search(page_start))):
        return True
    if occasion.kind == "review" or (occasion.given and piece.section == "subjective"):
        return False
    if occasion.given and CHANGED.search(own) and piece.section != "findings":
        return False
    if ranges:
        return True
    if "measure" in read.named and _VALUE.search(own) and not _SETS.search(own):
        return not has_subject(own)
    if piece.section == "findings" and len(own) < 60 and _OBSERVED.match(own):
        return True
    looks = occasion.kind in {"physician", "letter", "questionnaire"} or piece.section == "findings"
    return (
        looks
        and piece.section in {None, "findings", "treatment"}
        and read.names
        and (_OBSERVED.match(own) is not None or occasion.kind == "questionnaire")
    )
