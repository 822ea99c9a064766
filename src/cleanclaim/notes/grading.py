"""Skill told by its form: a dose changed because of what the patient showed, or what the clinician's hands did."""

from __future__ import annotations

import re

_CLINICIAN = (
    r"(?:pt|ot|slp|st|pta|cota|ota|therapist|clinician|physio(?:therapist)?|assistant|author|writer|examiner"
    r"|practitioner|instructor|trainer)"
)
_DONE = (
    r"(?:\w{2,}ed|cut|let|held|kept|set|put|slid|taken|took|withdrawn|hidden|hid|given|brought|built|made|drawn|bent"
    r"|broken|shown|lent|fed|led|laid|hung|spun|swung|ground|read|sung|spoken|said|told|sent|turned|rung|wound|shut"
    r"|split|spread|stuck|caught|chosen|backd|slowd)"
)
_PATIENTS = re.compile(
    r"(?:walk|rest|tolerat|complet|perform|practi[cs]|report|complain|not|improv|feel|need|manag|stumbl|limp|tir"
    r"|fatigu|cough|work|tri|jump|climb|repeat|continu|finish|start|us|want|lik|treat|sign|evaluat|perceiv|repris"
    r"|document|bill|arriv|discuss|refer|schedul|plann|deni|cri|laugh|recover|relax|respond|react|reach|lift|play"
    r"|return|stay|remain|enjoy|pass|fail|scor|achiev|march|squatt|stepp|stretch|hopp|danc|talk|answer|nam|receiv"
    r"|provid|appli|deliver|administer|addit|seat|balanc|wean|participat|engag|breath|swallow|sleep|snor|turn over"
    r"|decreas|increas|swell|swoll|involv|affect|relat|suppos|accompani|follow|bas|requir|schedul|pleas|worri|frighten"
    r"|reduc|weaken|injur|fractur|sprain|strain|torn|sustain|present|attend|liv|retir)ed$",
    re.IGNORECASE,
)
_AT = (
    r"(?:when(?:ever|n)?|once|as soon as|as|until|till|after|if|where|wherever|because|since|d/t|due to|w/|with|at"
    r"|over|for|on|in response to|to suit)"
)
_REACTION = (
    r"(?:(?:(?:his|her|their|the|any|some|first|each|every|an?|more|signs? of|onset of|increased|visible|slight"
    r"|early|end"
    r"|end-?range|l|r|left|right) ){0,4}(?:guard\w*|spasm\w*|pinch\w*|tingl\w*|flinch\w*|winc\w*|grimac\w*|pain\w*"
    r"|ache\w*"
    r"|impinge\w*|tender\w*|sore\w*|irritab\w*|lightheaded\w*|dizz\w*|giddi\w*|nausea|fatigue|tiring|tremor|shak\w*"
    r"|wobbl\w*|sway\w*|buckl\w*|substitut\w*|compensat\w*|hik\w*|tone|clonus|resist\w*|stiff\w*|firm\w*|barrier"
    r"|fibro\w*|scar|knot\w*|trigger point\w*|symptom\w*|numb\w*|pulling|catch\w*|click\w*|loss of form|form|quality"
    r"|technique|error\w*|mistake\w*|miss\w*|fail\w*|success\w*|hesitat\w*|stall\w*|freez\w*|scuff\w*|cough\w*|gag\w*"
    r"|wet\w*|chok\w*|gurgl\w*|breathless\w*|dyspn\w*|desat\w*|hr|bp|spo2|rpe|saturation\w*|sats|frustrat\w*|tears"
    r"|cry\w*"
    r"|fuss\w*|yawn\w*|distract\w*|drift\w*|overflow|thumb drift|blanch\w*|redden\w*|redness|skin|swelling|heat|warmth"
    r"|twitch\w*|doming|leak\w*|lag|valgus|knee drift|drift|trembl\w*|strain\w*|slump\w*|lean\w*|arch\w*|rounding"
    r"|voice|breath|breathing|sweat\w*|pallor|anxi\w*|fear\w*|doubt|complain\w*|response|tolerance|comfort|effort"
    r"|grip|color|colour|drop foot|discomfort|protest\w*)\b"
    r"|(?:she|he|they|pt|patient|client|child|baby|boy|girl|it|this|that|these|both|one|two|three|[a-z]+'s)\b"
    r"|(?:(?:his|her|their|the|l|r|left|right|either|both|each|any) )+\w+ (?:\w+ed|fell|rose|sank|gave|slid|shook"
    r"|hurt|went"
    r"|came|began|lost|let|hit|got|broke|shone|bent|swung|lay|left|was|were|grew|caught|stuck|held|stood)\b"
    r"|\w+ (?:\w+ed|fell|rose|sank|gave way|slid|shook|hurt|went|came|began|hit|got|broke|was|were|grew|caught)\b)"
)
_BECAUSE = re.compile(rf"\b(?P<verb>{_DONE})(?: [\w%/.-]+){{0,4}}? {_AT} {_REACTION}", re.IGNORECASE)
_DEGREE = (
    r"(?:lighter|gentler|softer|slower|lower|higher|shallower|deeper|firmer|harder|smaller|shorter|closer|less|easier"
    r"|milder|weaker|stronger|thinner|thicker|quieter|louder|simpler|nearer|further|farther|wider|narrower|heavier"
    r"|briefer|light|gentle|more)"
)
_MORE = re.compile(
    rf"\b{_DEGREE}\b(?: \w+){{0,3}}? {_AT} {_REACTION}"
    rf"|\b{_DEGREE} (?:over|at|near|round|around|along|across|close to) (?:the|his|her|a) \w+",
    re.IGNORECASE,
)
_SET_MORE = re.compile(
    rf"(?:,|\band|\bthen|\bwith|[:;(-]|\b{_DONE}) ?(?:then |and |was |were |a bit |slightly |much |kept "
    rf"|held ){{0,4}}{_DEGREE}\b"
    rf"(?: \w+)? (?:when(?:ever)?|once|as|after|until|if) {_REACTION}",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"\b(?P<verb>{_DONE})\b(?: (?!by\b)[\w'/%.,-]+){{0,9}}? by (?:the |this |her |his |treating "
    rf"|supervising ){{0,4}}{_CLINICIAN}\b(?!'s (?:report|note))",
    re.IGNORECASE,
)
_ADMINISTRATIVE = re.compile(
    r"(?:perform|treat|see|seen|sign|evaluat|review|author|document|complet|provid|deliver|administer|refer"
    r"|discharg|write"
    r"|render|approv|certif|prescrib|order|recommend|sent|bill|conduct|perform|schedul|discuss|call|recommend|"
    r"employ|told|issu|cosign|co-sign|given|request|accompani|set|made)(?:ed|d|)?$",
    re.IGNORECASE,
)
_PART = (
    r"(?:hips?|pelvis|trunk|shoulders?|scapulae?|ribs?|ribcage|knees?|heels?|foot|feet|ankles?|elbows?|wrists?"
    r"|hands?|sacrum"
    r"|sternum|chin|jaw|cheeks?|lips?|forehead|head|neck|back|thighs?|thorax|chest|axilla|fingers?|thumb|toes?"
    r"|gluteals?"
    r"|glutes?|quads?|belt|gait belt|iliac crests?|asis|spine|lumbar|low back|larynx|throat|belly|abdomen|waist|arm"
    r"|arms"
    r"|leg|legs|kneecap|patella)"
)
_HANDS = re.compile(
    rf"\b(?:{_CLINICIAN}(?:'s|s')?|my|a|one|both|light|two|flat|second|open|steadying|helping|guiding) "
    rf"(?:hands?|fingers?|fingertips?|thumbs?|palms?|knuckles?|forearm|knee|foot) (?:lightly |flat |laid |kept "
    rf"|just ){{0,4}}"
    rf"(?:at|on|under|behind|over|against|along|beneath|around|round|across|below|above|between|to|near)"
    rf" (?:the |his |her |their |both |each |either |l |r |left |right |lower |upper ){{0,4}}{_PART}\b(?! of the)"
    rf"|\bhands? (?:at|on|under|behind|round|around) (?:the |his |her |their |both |l |r ){{0,4}}"
    rf"(?:hips?|pelvis|trunk|scapulae?|ribs?|ribcage|sacrum|sternum|iliac crests?|belt|gait belt|larynx),? (?:then"
    rf"|to|and then)\b"
    rf"|\b(?:hand|hands|arm|arms|legs?|feet|elbow|trunk|pelvis|head|foot|heel|wrist|jaw) (?:held|steadied|supported"
    rf"|carried|lifted|slid|moved"
    rf"|guided|turned|placed|brought|propped|kept)[^,;.\n]{{0,24}}(?:then let go|and let go|for (?:him|her|them"
    rf"|the (?:first|last)|one|two)|then released)\b"
    rf"|\b(?:{_DONE}) for (?:him|her|them)\b",
    re.IGNORECASE,
)
_ACTING = re.compile(
    r"\b(?:PT|OT|SLP|PTA|COTA|OTA|ST|[Tt]herapist|[Cc]linician|[Pp]hysio|[Aa]ssistant) (?:then |also |just |only )?"
    r"(?:\w{3,}ing|behind|beside|alongside|in front|at (?:his|her|the) (?:side|elbow|hip|back|belt|feet|head)|one step"
    r"|within (?:arm|reach)|close by|close behind|holds|sets|guards|cues|taps|lifts|slows|moves|steers|shows|picks"
    r"|blocks|turns|raises|lowers|calls|stops|counts|presses|gives|keeps|adds|takes|cuts)\b"
    r"|\b(?:PT|OT|SLP|PTA|COTA|[Tt]herapist|[Cc]linician|[Pp]hysio)'s? (?:hand|hands|finger|fingers|thumb|palm"
    r"|touch|cue|model"
    r"|voice|lead|knee|foot|count|grip|grasp|call|prompt|cueing|tap|signal|support)\b"
    r"|\b(?:I|we) (?:then |also |only |just |had to )?(?!(?:saw|met|spoke|called (?:him|her|them|pt|patient|back"
    r"|the (?:family|patient|office|doctor))|treated|evaluated|think|believe"
    r"|see|hope"
    r"|plan|will|shall|am|was|were|have|would|recommend\w*|discussed|spent|finished|went|wrote|signed|reviewed"
    r"|asked about"
    r"|noted|did|started|began|worked|ended|stopped early|talked|agreed|billed|can|may|could)\b)[a-z]{3,}\b"
    r"|\bI had to\b|\bwith(?:out)? my (?:hands?|help|cue|voice|model|arm|count|finger)\b|\bmy (?:hands?|fingers?"
    r"|thumb|palm|"
    r"voice|count|model|finger) \b"
)
_KEPT = re.compile(
    r"\b(?:kept|held|stopped|staying|keeping|holding|worked) (?:just |well |always |it |them |all ){0,4}(?:short|shy"
    r"|clear|out) of\b"
    r"|\b(?:kept|held|dosed|worked) (?:just |well |always ){0,4}(?:below|under|inside|off|away from) (?:the |his |her "
    r"|first |onset)",
    re.IGNORECASE,
)
_RATED = re.compile(
    r"\b(?:pressure|force|load|pace|speed|depth|range|amplitude|intensity|dose|height|volume|grade|rate|stroke|strokes"
    r"|traction|angle|stretch|resistance|sustain|hold|holds|oscillation|push size|size|weight|tension|bolus|sips?"
    r"|choices"
    r"|cueing|help|support|grip|tilt|distance|noise|light|steps?|beat|tempo|pitch|seat|wedge|ramp|incline|shelf|rung"
    r"|strap|straps|trim lines?|edge|edges|pad|pads|mirror|chair|table|walker|cane|rail)"
    r"(?: (?:was|were|being|then|only|again|always|just|still|back|up|down|kept|held|in|out))* (?:light|gentle"
    r"|lighter|lower|higher"
    r"|smaller|shorter|slower|softer|closer|cut|dropped|halved|doubled|kept|held|set|let|matched|judged|varied"
    r"|reined|pulled"
    r"|brought|changed|ground|moved|taken|put|swapped|slid|eased|given|made|turned|stepped|thinned|thickened|tipped"
    r"|tilted"
    r"|chosen|picked|trimmed|flared|padded|relieved|widened|narrowed|tapered|nudged|limited|capped|stopped|read out"
    r"|titrated)\b",
    re.IGNORECASE,
)
_NOT_CLINICIAN = re.compile(
    r"\b(?:rail|wall|bar|bars|counter|walker|table|chair|cane|pole|pillow|stick|rollator|frame|sink|armrests?|ball)\b",
    re.IGNORECASE,
)
_CHOSE = re.compile(
    r"\b(?:because|since|so) (?:the )?(?:\w+ ){1,6}(?:therefore|instead|rather)\b"
    r"|\binstead of\b[^,;\n]{0,40}\b(?:because|as|since|d/t|due to)\b"
    r"|\b(?:chose|chosen|opted|elected|decided|picked|preferred|skipped|left out|held back|put off"
    r"|postponed)\b[^,;\n]{0,50}"
    r"\b(?:because|as|since|d/t|due to|for|over|until|till|given)\b",
    re.IGNORECASE,
)
LONGEST = 800
"""Code points of one clause looked through: none that a person wrote is longer."""
_REFUSED = re.compile(r"\b(?:refus\w+|declin\w+|cancel\w+|no[- ]show)\b", re.IGNORECASE)


def shown(text: str, hands_on: bool) -> bool:
    """Return whether ``text`` tells what the clinician did; ``hands_on`` where it holds manual treatment.

    >>> shown("STM bil UT, lighter on L d/t guarding", True), shown("beat slowed when he froze", False)
    (True, True)
    >>> shown("rested when she tired", False), shown("table slides, isometrics, 3 x 10", False)
    (False, False)
    """
    text = text[:LONGEST]
    if _REFUSED.search(text):
        return False
    if any(not _PATIENTS.match(each["verb"]) for each in _BECAUSE.finditer(text)):
        return True
    if " by " in text and any(not _ADMINISTRATIVE.match(each["verb"]) for each in _BY.finditer(text)):
        return True
    if (hands_on and _MORE.search(text)) or _SET_MORE.search(text):
        return True
    if any(not _NOT_CLINICIAN.match(text, each.end() + 1) for each in _HANDS.finditer(text)):
        return True
    return any(each.search(text) for each in (_ACTING, _RATED, _CHOSE, _KEPT))
