"""Results told by their form: two figures held against each other, a gain or a loss, a symptom that stayed away."""

from __future__ import annotations

import re

_DAY = (
    r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|satur|sun)(?:day)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?"
    r"|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_FIGURE = (
    r"(?:\d[\d./]*+|\b(?:none|nil|zero|once|twice|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen|eighteen|twenty|thirty|forty|fifty|all|both)\b)"
)
_EARLIER = (
    r"\b(?:last (?:time|visit|session|week|wk|month|mo|tx|treatment|trip|one|day|term|tues\w*|" + _DAY + r")"
    r"|(?:at|on|in) the (?:last|previous|prior|first) (?:visit|session|time|tx|week|trip|trial|set|round|lap|try)"
    r"|at (?:\w+(?:'s)? ){0,2}(?:visit|session|eval\w*|intake|discharge)|(?:a|one|two|three|\d) (?:days?|weeks?"
    r"|wks?|months?) (?:ago|back|earlier)|on the \d{1,2}(?:st|nd|rd|th)|(?:a )?fortnight (?:ago|back)|(?:in"
    r"|last) (?:spring|summer|autumn|fall"
    r"|winter)|previous(?:ly)?|before|beforehand|prior|earlier|(?:a|one|two|three|\d) (?:days?|weeks?|wks?|months?"
    r"|visits?"
    r"|sessions?) (?:ago|back)|on (?:day|visit|session|the first) ?\d*|at (?:first|start|the start|the outset|entry"
    r"|arrival|eval\w*|baseline|intake)|(?:on|in|since|last) (?:" + _DAY + r")|on \d{1,2}/\d{1,2}|initially"
    r"|first (?:day|visit|time|set|trial|round|try|lap|pass)|to (?:start|begin)|coming in|on arrival|yesterday|baseline"
    r"|a (?:week|month) ago)\b"
)
_PAST = re.compile(_EARLIER, re.IGNORECASE)
_AGAINST = re.compile(
    rf"{_FIGURE}[^;\n]{{0,24}}?\b(?:against|vs\.?|versus|compared (?:with|to)|up from|down from) (?:the )?{_FIGURE}"
    rf"|^\W*(?:after |it was |was |only |against )?{_FIGURE}[^,;\n]{{0,24}}?{_EARLIER}\W*$",
    re.IGNORECASE,
)
_HELD_AGAINST = re.compile(
    rf"{_FIGURE}[^;\n]{{0,60}}?[,(;:-] ?(?:it |was |from |had been |up from |down from |only |against |vs\.? "
    rf"|and ){{0,3}}"
    rf"{_FIGURE}[^;\n]{{0,24}}?{_EARLIER}"
    rf"|{_EARLIER}[^;\n]{{0,14}}?{_FIGURE}[^;\n]{{0,30}}?[,;:] ?[^;\n]{{0,20}}?{_FIGURE}"
    rf"|{_FIGURE}[^;\n]{{0,40}}?[,;(-] ?{_EARLIER} (?:it was |was |only |at )?{_FIGURE}"
    rf"|[,(;] ?(?:it |was |from |had been |only |against |vs\.? |and ){{0,3}}{_FIGURE}[^,;\n]{{0,24}}?{_EARLIER}",
    re.IGNORECASE,
)
_SET_BESIDE = re.compile(
    rf"\d\s?(?:>|=>|\u2192|\u21d2|-->?|->)\s?\d|\bnow (?:only |at |up to |down to |just )?{_FIGURE}"
    rf"|{_FIGURE}[^,;\n]{{0,24}}, (?:then|now|later|and now) (?:only )?{_FIGURE}",
    re.IGNORECASE,
)
_ENDS = re.compile(
    rf"\b(?:last|final|second|third|fourth|fifth|sixth|tenth"
    rf"|\d+th)\b[^,;\n]{{0,20}}{_FIGURE}[^;\n]{{0,12}}[,;] ?(?:the )?"
    rf"first\b[^,;\n]{{0,12}}{_FIGURE}"
    rf"|\b(?:first|start)\b[^,;\n]{{0,16}}{_FIGURE}[^;\n]{{0,12}}\b(?:last|end|finish)\b[^,;\n]{{0,10}}{_FIGURE}",
    re.IGNORECASE,
)
_ANY_FIGURE = re.compile(_FIGURE, re.IGNORECASE)
_THAN = re.compile(
    r"\b(?:more|less|fewer|farther|further|longer|shorter|higher|lower|quicker|slower|faster|better|worse|closer|deeper"
    r"|wider|taller|straighter|steadier|easier|later|sooner|earlier|half|double|twice)\b[^;\n]{0,24}\b(?:than|as)\b"
    r"[^;\n]{0,12}\b(?:last|before|previous\w*|prior|earlier|yesterday|on|at|when|ever|usual|the first|the other"
    rf"|{_DAY}|\d)\b",
    re.IGNORECASE,
)
_AMOUNT = (
    r"(?:\d[\d.]*|half(?: an?)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|a full|another)"
    r"[ -]?(?:and a half )?"
)
_OF = (
    r"(?:deg\w*|\u00b0|cm|mm|centimet\w*|millimet\w*|kilo\w*|kg|lbs?|pounds?|points?|pts|inch\w*|sec\w*|s\b|ft|feet"
    r"|met(?:er|re)s?|steps?|words?|reps?|db|percent|%|grades?|levels?|stairs|flights?|blocks?|laps?)"
)
_DELTA = re.compile(
    rf"(?:(?:^|[\s(])[+\u2212\u2013-] ?\d[\d.]* ?{_OF}|\b(?:plus|minus) {_AMOUNT} ?{_OF}"
    rf"|\b(?:up|down|better|worse|less|more|gained|lost|gain of|loss of|increased|decreased|improved|by) (?:by )?"
    rf"{_AMOUNT} ?{_OF}|\b{_AMOUNT} ?{_OF} (?:more|less|better|worse|further|farther|higher|lower|longer|shorter"
    rf"|gained|lost|improvement|gain)\b)",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b(?:weights?|load|bar|band|cuff|step|bench|seat|speed|incline|height|resistance|dumbbell|kettlebell|tray|tension"
    r"|pressure|intensity|level|volume|target|box|crate)\b[^,;\n]{0,12}$",
    re.IGNORECASE,
)
_SYMPTOM = (
    r"(?:pain|ache|aching|soreness|headache|catch\w*|pinch\w*|click\w*|clunk\w*|lock\w*|pop\w*|dizz\w*|vertigo|faint\w*"
    r"|lightheaded\w*|giddi\w*|nausea|sick\w*|rash|redness|marks?|pressure marks?|blanch\w*|cough\w*|chok\w*|gag\w*"
    r"|throat clear\w*|wet voice|gurgl\w*|spasms?|cramps?|tingl\w*|numb\w*|pins and needles|burning|stiffness"
    r"|swelling|swell|tremor|shak\w*|wobbl\w*|sway|buckl\w*|giving way|limp\w*|trips?|stumbl\w*|falls?|drops?|spill\w*"
    r"|errors?|miss\w*|lapses?|slips?|outbursts?|tears|meltdown\w*|escap\w*|hiking|doming|leak\w*|lag|flare\w*"
    r"|fatigue|breathless\w*|dyspn\w*|desat\w*|wheez\w*|strain|hoarse\w*|crack\w*|break in voice|stutter\w*|blocks?"
    r"|freez\w*|festination|toe scuff\w*|scuff\w*|catching|nystagmus|skin (?:change|problem|breakdown)\w*"
    r"|bruis\w*|bleeding|rests?|breaks?|help|hands|prompts?|cues?|reminders?|loss of balance|lob|compensation\w*"
    r"|guarding|wincing|grimac\w*|complain\w*|symptoms?|trouble|protest\w*|refus\w*|residue|reflux|discomfort"
    r"|adverse\w*|side effects?|ill effects?|hurt\w*)"
)
_STAYED_AWAY = re.compile(
    rf"(?:^|[,;(:]|\band|\bwith|\bbut)[\s\"'*-]*(?:still |had |reports? |and )?(?:no|zero|never any|not any|nil"
    rf"|not one|not a)"
    rf"(?: (?:more|further|new|added|extra|other|increase[d]? in|change in|sign of|signs of|single|real|longer any))?"
    rf"(?: \w+)?(?: \w+)? ?\b{_SYMPTOM}\b",
    re.IGNORECASE,
)
_NONE_LAST = re.compile(
    r"^\W*no \w+ (?:over|in|on|during|at|by|through|for) (?:the |all )?(?:last|final|whole|end|entire|second|third"
    r"|session)\b",
    re.IGNORECASE,
)
_NOT_ROSE = re.compile(
    r"\b(?:did not|didn't|never|does not|doesn't|not) (?:rise|increase\w*|return\w*|worsen\w*|drop\w*|change\w*"
    r"|hurt|cough\w*|choke\w*|tire|fatigue|buckle\w*|limp|lose|fall|need|spread|flare|complain|ask|stop|come"
    r"|catch|wobble|trip|leak|budge|help|spill|miss|freeze|fuss)\b",
    re.IGNORECASE,
)
_DID = (
    r"(?:\w{2,}ed|stood|sat|walked|said|got|went|did|made|held|kept|took|put|wrote|read|sang|spoke|ate|drank|rose|ran"
    r"|swam|rode|threw|caught|found|gave|came|told|bent|slid|swung|drew|cut|hit|hung|lay|led|left|let|set|slept"
    r"|swallowed|bore|brought|built|chose|drove|fed|forgot|fell|hid|knelt|knew|lost|met|paid|rang|sent|shook|shut"
    r"|stuck|tore|wore|won|began|bit|blew|broke|climbed|crept|stepped|tied|cleared|copied)"
)
_DOES = re.compile(
    rf"\W*(?:(?:she|he|they|pt|patient|client|child|now|today|then|mr\.? \w+|mrs\.? \w+|ms\.? \w+) ){{0,3}}{_DID}\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:without|w/o|w/out|unaided|alone|on (?:his|her|their) own|by (?:him|her|them)sel(?:f|ves)|for the first time"
    r"|this time|in one go|first try|at the first try|at once|with only|with just|every time|each time|all the way"
    r"|right through|of (?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)|out of \d+|\d+ times"
    r"|twice|before (?:tiring|stopping|resting|a rest|needing|losing|fatigue))\b",
    re.IGNORECASE,
)
_FIRST_TIME = re.compile(
    r"\b(?:(?:more|less) \w{3,}ly|best (?:so far|yet|to date|ever)|personal best|for the first time"
    r"|first time (?:ever|since|today)|, first time)\b",
    re.IGNORECASE,
)
_BYGONE = re.compile(
    r"\b(?:last (?:month|year|night|weekend|summer|winter|spring|autumn|fall)|ago|yesterday|since (?:last|the)"
    r"|at home|on exam\w*"
    r"|on (?:palpation|inspection|arrival|entry|waking)|at rest|over the weekend|known allerg\w*|history of"
    r"|at (?:intake|eval\w*|baseline|admission|start of care))\b",
    re.IGNORECASE,
)
_NEVER_PAST = re.compile(
    r"\b(?:never|not once|always|stayed|kept|remained) (?:under|over|above|below|past|beyond|within|at) \d"
    r"|\b\d+ ?(?:s|secs?|seconds|reps|steps|words|m|ft|feet|laps|times|trials)\b[^;,\n]{0,12} without\b",
    re.IGNORECASE,
)
_LABELED = re.compile(
    r"\W*(?:resp(?:onse)?|tol(?:erance)?|reaction|outcome|result|after|afterwards?|post[- ]?(?:tx|treatment|session))"
    r" ?[:=-]\s*\w",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<!before and)(?<!before &)(?<!before/) (?:after|afterwards|by the end|at the end)[\s.!)]*$",
    re.IGNORECASE,
)
_THROUGHOUT = re.compile(
    r"^(?!.*\b(?:PT|OT|SLP|therapist|clinician|belt|1:1|one-on-one|cue[sd]?)\b).*\b(?:stayed|remained|kept|was|were"
    r"|stays) [^,;\n]{0,30}\b"
    r"(?:throughout|(?:to|till|until) the end|all (?:through|along|session)|the whole (?:time|way|session))\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"(?<![\d/.-])(\d{1,3})\s?/\s?(\d{2,3})(?![\d/-])(?=\s*(?:[a-z,;.()]|$))|\b\d{1,3} (?:hits?|correct|right|wrong"
    r"|errors?|misses|successes|catches|drops?|spills?|slips?|stumbles?|touches|touchdowns?|scuffs?|coughs?|stutters?"
    r"|blocks?|freezes?|rests?|breaks?)\b|\b(?:errors|hits|misses|coughs|stutters|freezes|drops|spills|slips|falls"
    r"|rests"
    r"|correct|right|wrong)\W{1,3}\d{1,3}\b",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"\b(?:pain|ache|tingling|numbness|swelling|symptoms?|headache|arc|spasm|stiffness|cough|voice|tone|girth|skin"
    r"|scar|edema|oedema|dizziness|vertigo|burning|click|clicking|catch|pinch|limp|shoulder|knee|hip|back|neck|leg|arm"
    r"|hand|ankle|foot|foot|feet|legs|quads?|calf|grip|gait|breathing|mood|speech)\b[^,;.\n\d]{0,22}\b(?:gone|milder"
    r"|softer|sharper|duller|lighter|looser|warmer|cooler|calmer|quieter|only|no longer|stopped|went away|let go"
    r"|centrali[sz]ed|moved up|up the leg|settled|held up|felt|feels|free|freer|tired|sore|spent|done in|gave out"
    r"|buckled|came (?:up|down)|went down|the same|unchanged|no (?:better|worse|different|change)|as before)\b",
    re.IGNORECASE,
)


def compared(text: str) -> bool:
    """Return whether ``text`` holds two figures, or a degree and an earlier time, against each other.

    >>> compared("2 coughs in 20 trials, 5 last time"), compared("gauze changed 5 times")
    (True, False)
    """
    if _ANY_FIGURE.search(text) is not None:
        if _AGAINST.search(text) is not None or _SET_BESIDE.search(text) is not None or _ENDS.search(text) is not None:
            return True
        if _PAST.search(text) is not None and _HELD_AGAINST.search(text) is not None:
            return True
    return _THAN.search(text) is not None


def changed(text: str) -> bool:
    """Return whether ``text`` tells a gain or a loss of what the patient shows, not of a dose.

    >>> changed("Girth minus 0.8 cm"), changed("weight up 2 lb")
    (True, False)
    """
    return any(not _DOSE.search(text, max(0, each.start() - 40), each.start()) for each in _DELTA.finditer(text))


def told(text: str) -> bool:
    """Return whether ``text``, standing behind the treatment, tells how it went.

    >>> told("No catch today."), told("Said the order without a model once."), told("No known allergies.")
    (True, True, False)
    """
    if _BYGONE.search(text) and not compared(text):
        return False
    if _NEVER_PAST.search(text) or _STAYED_AWAY.search(text) or _NONE_LAST.match(text) or _NOT_ROSE.search(text):
        return True
    if _LABELED.match(text) or _AFTER.search(text):
        return True
    does = _DOES.match(text)
    if does is not None and _WITHOUT.search(text, does.end(), does.end() + 90):
        return True
    if _FIRST_TIME.search(text) or _THROUGHOUT.search(text) or _STATE.search(text):
        return True
    found = _FRACTION.search(text)
    return found is not None and (found[1] is None or int(found[1]) <= int(found[2]))
