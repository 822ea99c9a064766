"""Skill and response in the words of a note: what the clinician did, and what the patient showed today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from cleanclaim.notes.clauses import Clauses, around, has, phrases_around
from cleanclaim.notes.facts import Quote, Status
from cleanclaim.notes.phrases import Hit, Phrases, Word, phrases, table


def skill(clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses that say what the clinician did: cue, assistance, grading, judgment."""
    for clause in clauses.today("subjective", (Status.REFUSED,)):
        among = clauses.words(clause)
        if among and not has(phrases_around("skill", "stock"), clauses.note, among) and _skilled(clauses.note, among):
            yield clauses.quote(clause)


def _skilled(note: str, among: Sequence[Word]) -> bool:
    for hit in phrases("skill").find(note, among):
        if hit.kind == "sure" or (hit.kind == "change" and not _own_result(note, among, hit)):
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


def _own_result(note: str, among: Sequence[Word], verb: Hit) -> bool:
    """Return whether what changed is the patient's own result, or the verb has the patient as its subject."""
    return has(phrases_around("skill", "result"), note, among[max(0, verb.first - 4) : verb.first]) or has(
        phrases_around("skill", "result"), note, among[verb.last + 1 : verb.last + 2]
    )


_SCORE = re.compile(
    r"\b\d{1,2}(?:\.\d)?\s?/\s?10\b|\b(?:\d{1,3}|no|none|one|two|three|four|five|six|seven|eight|nine|ten|both"
    r"|all) (?:of|out of|from|in) (?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve)\b"
    r"|\b\d{1,3} ?%|\b\d+(?:\.\d)?\s?(?:deg\w*|cm|mm|lb|kg|s|sec|ft|db)?,? (?:then|now|to|->) \d+"
    r"|\bfrom \d[\w.]* to \d|\b\d+(?:\.\d)? ?(?:\w+ )?\((?:was |from )?\d+(?:\.\d)?[^)]{0,20}\)|\bwas \d|\b(?:RPE"
    r"|Borg|SpO2|HR|BP|VAS|NPRS)\b\D{0,6}\d"
    r"|\b\d+ ?(?:deg\w*|cm|mm|db)? (?:after|afterwards|post)\b|\b(?:ache|pain|headache|dyspnea|soreness)\W{1,3}\d"
    r"|\bpain\b[^.;\n]{0,20}\b(?:to|then|now)\b ?\d|\d ?(?:->|\u2192) ?\d|\bx ?\d+ (?:without|with only)\b"
    r"|\bvs\.? ?\d|\d+ ?/ ?\d+ (?:named|correct|trials|words|accurate|sentences|attempts)|\bno [a-z]+ (?:after"
    r"|afterwards|post\b|during)|\b(?:as|when|once|until)\b [^.;\n]{2,30}?\b(?:fell|rose|sank|steadied|eased"
    r"|improved|faded|tired|slowed|winced|tingled|hiked|narrowed|rolled|twitched|shook|trembled|wobbled|drifted"
    r"|lagged|blanched|coped|calmed|softened|flagged|buckled|slipped|hurt|coughed|choked|gagged|took over|let go)\b"
    r"|\b(?:pain|ache|stiffness|swelling|tone|spasms?|tightness|soreness|headache|dizziness|fatigue|numbness"
    r"|tingling|symptoms?|tension|edema|oedema)\W{1,3}(?:is |was |felt )?(?:down|up|less|gone|better|worse|same"
    r"|milder|lower|higher|eased|reduced|decreased|increased|improved|resolved|abated|unchanged)\b"
    r"|\bwas [^.;\n]{2,24}\bnow\b|\b(?:it )?was (?:one|two|three|four|five|six|seven|eight|nine|ten|half)\b"
    r"|\bin \d+ (?:s|sec\w*)\b|\b(?:one"
    r"|two|three|four|five|six|seven|eight|nine|ten|\d+)[^.;\n]{0,12}\b(?:then|now) (?:one|two|three|four|five|six"
    r"|seven|eight|nine|ten|\d+|no|none)\b|^\W*post\b\W{0,3}\d|\bpost[: ]{1,2}\d",
    re.IGNORECASE,
)


_IN_TIME = re.compile(
    r"\b(?:on|off|done|finished|up|dressed|buttoned|walked|completed|across|back) in \d+ ?(?:s|sec\w*|min\w*)\b",
    re.IGNORECASE,
)


def response(clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses that tell tolerance or change today, those with figures of both first."""
    for clause in clauses.today():
        among = clauses.words(clause)
        if not among:
            continue
        text = clauses.bare[clause[0] : clause[1]]
        compared = _COMPARED.search(text) is not None
        if has(phrases_around("response", "before"), clauses.note, among) and not compared:
            continue
        if has(phrases_around("skill", "stock"), clauses.note, among) and not has(
            _sure_response(), clauses.note, among
        ):
            continue
        subjective = any(
            each.kind in ("subjective", "findings") and each.start <= clause[0] < each.end for each in clauses.sections
        )
        if subjective and not compared:
            continue
        if _SCORE.search(text) or _IN_TIME.search(clauses.note, *clause) or _telling(clauses, clause, among):
            yield clauses.quote(clause)


_COMPARED = re.compile(
    r"\b(?:after|afterwards?|post|then|now|by the end|at the end|by end|end of (?:session|visit|tx|treatment)"
    r"|following|tolerat\w+|was \d|to \d)\b",
    re.IGNORECASE,
)


@cache
def _sure_response() -> Phrases:
    return Phrases({"sure": table("response")["sure"]})


def _telling(clauses: Clauses, clause: tuple[int, int], among: Sequence[Word]) -> bool:
    """Return whether words of response stand in the clause outside the words of an activity."""
    spans = [each.quote for each in clauses.interventions if each.status is Status.PERFORMED]
    for hit in _sure_response().find(clauses.note, among):
        if not any(span.start <= hit.start < span.end for span in spans):
            return True
    return False
