"""Skill and response in the words of a note: what the clinician did, and what the patient showed today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleanclaim.notes import grading, outcomes
from cleanclaim.notes.clauses import Clauses, around
from cleanclaim.notes.facts import Quote, Status
from cleanclaim.notes.phrases import Hit, Word


def skill(clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses that say what the clinician did: cue, assistance, grading, judgment."""
    for clause in clauses.from_treatment(clauses.today("subjective", (Status.REFUSED,))):
        among = clauses.words(clause)
        if not among or clauses.hits("skill/around/stock", clause):
            continue
        if _skilled(clauses, clause, among) or grading.shown(
            clauses.note[clause[0] : clause[1]], clauses.hands_on(clause)
        ):
            yield clauses.quote(clause)


def _skilled(clauses: Clauses, clause: tuple[int, int], among: Sequence[Word]) -> bool:
    note = clauses.note
    for hit in clauses.hits("skill", clause):
        if hit.kind == "sure" or (hit.kind == "change" and not _own_result(clauses, clause, hit)):
            return True
    if _graded(among):
        return True
    clinicians = around("skill", "clinician")
    for place, word in enumerate(among[:-1]):
        if word.text in clinicians and not (
            word.text in ("ot", "pt", "st", "slp") and among[place + 1].text in ("evaluation", "eval", "visit")
        ):
            for following in among[place + 1 : place + 4]:
                if following.text in around("skill", "passive"):
                    break
                if following.text in around("skill", "acts") or (
                    len(following.text) > 4 and following.text.endswith("ed")
                ):
                    return not patient_is(note, word)
    return False


def _graded(among: Sequence[Word]) -> bool:
    """Return whether something that a clinician sets is followed by a past verb: "cuff dropped 2 mmHg"."""
    for place, word in enumerate(among[:-1]):
        if word.text in around("skill", "dose"):
            verb = next(
                (
                    each.text
                    for each in among[place + 1 : place + 3]
                    if each.text not in ("was", "were", "then", "again")
                ),
                "",
            )
            if verb in around("skill", "irregular"):
                return True
            if (
                len(verb) > 4
                and verb.endswith("ed")
                and verb not in around("skill", "passive")
                and verb not in _OUTCOME
            ):
                return True
    return False


_OUTCOME = frozenset(
    {
        "improved",
        "increased",
        "decreased",
        "steadied",
        "shaped",
        "based",
        "assisted",
        "unweighted",
        "weighted",
        "elevated",
        "involved",
        "affected",
        "related",
        "limited",
        "restricted",
        "impaired",
        "sided",
    }
)


def patient_is(note: str, word: Word) -> bool:
    """Return whether "pt" stands for the patient here: in small letters, or "Pt"."""
    return word.text == "pt" and note[word.start : word.end] != "PT"


def _own_result(clauses: Clauses, clause: tuple[int, int], verb: Hit) -> bool:
    """Return whether what changed is the patient's own result, or the verb has the patient as its subject."""
    words = clauses.page.words
    first = words[max(0, verb.first - 4)].start
    results = clauses.hits("skill/around/result", (max(clause[0], first), clause[1]))
    return any(each.last < verb.first or each.first == verb.last + 1 for each in results)


_FIGURE = re.compile(
    r"\d|\b(?:no|none|one|two|three|four|five|six|seven|eight|nine|ten|twelve|both|all|half)\b", re.IGNORECASE
)
_SCORE = re.compile(
    r"\b\d{1,2}(?:\.\d)?\s?/\s?10\b|\b(?:\d{1,3}|no|none|one|two|three|four|five|six|seven|eight|nine|ten|both"
    r"|all) (?:of|out of|from|in) (?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve)\b"
    r"|\b\d{1,3} ?%|\b\d+(?:\.\d)?\s?(?:deg\w*|cm|mm|lb|kg|s|sec|ft|db)?,? (?:then|now|to|->) \d+"
    r"|\bfrom \d[\w.]* to \d|\b\d+(?:\.\d)? ?(?:\w+ )?\((?:was |from )?\d+(?:\.\d)?[^)]{0,20}\)|\bwas \d|\b(?:RPE"
    r"|Borg|SpO2|HR|VAS|NPRS)\b\D{0,6}\d"
    r"|\b\d+ ?(?:deg\w*|cm|mm|db)? (?:after|afterwards|post)\b|\b(?:ache|pain|headache|dyspnea|soreness)\W{1,3}\d"
    r"|\bpain\b[^.;\n]{0,20}\b(?:to|then|now)\b ?\d|\d ?(?:->|\u2192) ?\d|\bx ?\d+ (?:without|with only)\b"
    r"|\bvs\.? ?\d|\d+ ?/ ?\d+ (?:named|correct|trials|words|accurate|sentences|attempts)|\bno [a-z]+ (?:after"
    r"|afterwards|post\b|during)"
    r"|\b(?:it )?was (?:one|two|three|four|five|six|seven|eight|nine|ten|half)\b"
    r"|\bin \d+ (?:s|sec\w*)\b|\b(?:one"
    r"|two|three|four|five|six|seven|eight|nine|ten|\d+)[^.;\n]{0,12}\b(?:then|now) (?:one|two|three|four|five|six"
    r"|seven|eight|nine|ten|\d+|no|none)\b|^\W*post\b\W{0,3}\d|\bpost[: ]{1,2}\d",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:as|when|once|until)\b [^.;\n]{2,30}?\b(?:fell|rose|sank|steadied|eased"
    r"|improved|faded|tired|slowed|winced|tingled|hiked|narrowed|rolled|twitched|shook|trembled|wobbled|drifted"
    r"|lagged|blanched|coped|calmed|softened|flagged|buckled|slipped|hurt|coughed|choked|gagged|took over|let go)\b"
    r"|\b(?:pain|ache|stiffness|swelling|tone|spasms?|tightness|soreness|headache|dizziness|fatigue|numbness"
    r"|tingling|symptoms?|tension|edema|oedema)\W{1,3}(?:is |was |felt )?(?:down|up|less|gone|better|worse|same"
    r"|milder|lower|higher|eased|reduced|decreased|increased|improved|resolved|abated|unchanged)\b"
    r"|\bwas [^.;\n]{2,24}\bnow\b",
    re.IGNORECASE,
)


_IN_TIME = re.compile(
    r"\b(?:on|off|done|finished|up|dressed|buttoned|walked|completed|across|back) in \d+ ?(?:s|sec\w*|min\w*)\b",
    re.IGNORECASE,
)


def response(clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses that tell tolerance or change today, those with figures of both first."""
    for clause in clauses.from_treatment(clauses.today()):
        text = clauses.bare[clause[0] : min(clause[1], clause[0] + grading.LONGEST)]
        if text.strip() and _responds(clauses, clause, text):
            yield clauses.quote(clause)


def _responds(clauses: Clauses, clause: tuple[int, int], text: str) -> bool:
    behind = clauses.given is not None and clause[1] > clauses.given
    against: bool | None = None
    if clauses.hits("response/around/before", clause) or clauses.reported(clause):
        against = behind and outcomes.compared(clauses.plain(clause)[: grading.LONGEST])
        if not against and _COMPARED.search(text) is None:
            return False
    sure = clauses.hits("response/sure", clause)
    if clauses.hits("skill/around/stock", clause) and not sure:
        return False
    if against or not all(clauses.in_activity(hit.start) for hit in sure):
        return True
    if (_FIGURE.search(text) and _SCORE.search(text)) or _TURN.search(text) or _IN_TIME.search(clauses.note, *clause):
        return True
    if not behind:
        return False
    if against is None and outcomes.compared(clauses.plain(clause)[: grading.LONGEST]):
        return True
    return outcomes.changed(text) or outcomes.told(text)


_COMPARED = re.compile(
    r"\b(?:after|afterwards?|post|then|now|by the end|at the end|at end|at finish|by end|end of (?:session|visit|tx"
    r"|treatment)"
    r"|following|tolerat\w+|was \d|to \d)\b",
    re.IGNORECASE,
)
