"""Which codes the words of a note support, as a set with reasons."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from cleanclaim.notes.facts import Support
from cleanclaim.notes.lexicon import Concept, Hit, find, lexicon

_LONGEST = 4_000  # characters read of one activity and of its heading
_IN_PURPOSE = 0.35  # what the work is for says less about the code than the work itself
_AGAIN = (1.0, 0.5, 0.25)  # a second word of the same meaning adds less
_ENOUGH = 1.0
_CLOSE = 0.85
_OF_BEST = 0.35  # the share of the best code's strength that a meaning with several codes must give
_END_OF_CLAUSE = re.compile(r"[.;\n,()]")


@dataclass(frozen=True, slots=True)
class Weighed:
    """How strongly the words speak for each code, the meanings found, and the words behind each code."""

    scores: dict[str, float]
    meanings: dict[str, float]
    because: dict[str, tuple[tuple[str, str], ...]]  # code -> (words, what they say)


def weigh(words: str) -> Weighed:
    """Return how strongly the words speak for each code; ``NONE`` stands for no service of a therapist.

    >>> weighed = weigh("Lifting a crate from floor to shelf")
    >>> max(weighed.scores, key=weighed.scores.get)
    '97530'
    """
    hits = find(words)
    scores: dict[str, float] = {}
    meanings: dict[str, float] = {}
    because: dict[str, list[tuple[str, str]]] = {}
    seen: dict[str, int] = {}
    purpose_until = context_until = -1
    for hit in hits:
        for concept in hit.concepts:
            if concept.name == "purpose_marker":
                purpose_until = _clause_end(words, hit.end)
                continue
            if concept.name == "before":
                context_until = _clause_end(words, hit.end)
                continue
            share = _share(concept, hit, purpose_until, context_until)
            times = seen.get(concept.name, 0)
            seen[concept.name] = times + 1
            share *= _AGAIN[min(times, 2)]
            if share == 0:
                continue
            meanings[concept.name] = meanings.get(concept.name, 0.0) + share
            for place, code in enumerate(concept.codes):
                scores[code] = scores.get(code, 0.0) + concept.weight * share * (0.9 if place else 1.0)
                because.setdefault(code, []).append((hit.text, concept.says))
            if concept.name.startswith("for_"):
                purpose_until = _clause_end(words, hit.end)
    _apply_turns(scores, meanings, because)
    return Weighed(scores, meanings, {code: tuple(each) for code, each in because.items()})


def _clause_end(words: str, at: int) -> int:
    found = _END_OF_CLAUSE.search(words, at)
    return found.start() if found else len(words)


def _share(concept: Concept, hit: Hit, purpose_until: int, context_until: int) -> float:
    if concept.name in _NEVER_AIMED and hit.start < purpose_until:
        return 0.0  # people or a pool that the task is for, not where it is given
    if concept.part in ("context", "evaluation"):
        return 1.0
    if hit.start < context_until:
        return 0.0
    if hit.start < purpose_until and concept.part != "purpose":
        return _IN_PURPOSE
    return 1.0


_NEVER_AIMED = frozenset({"group", "aquatic"})


def _apply_turns(
    scores: dict[str, float], meanings: dict[str, float], because: dict[str, list[tuple[str, str]]]
) -> None:
    for turn in lexicon().turns:
        if turn.when <= meanings.keys() and not turn.unless & meanings.keys():
            for code in turn.codes:
                scores[code] = scores.get(code, 0.0) + turn.weight
                because.setdefault(code, []).append(("", turn.says))
            for code in turn.against:
                if code in scores:
                    scores[code] = max(0.0, scores[code] - turn.by)


_NOTHING = "NONE"
_LEVEL = {"low": 0, "moderate": 1, "high": 2}
_ARM = re.compile(r"arm|hand|wrist|elbow|upper ext|\bue\b", re.IGNORECASE)
_FEW_MUSCLES = re.compile(
    r"\b(?:one|two|single|1|2) muscles?\b|\b(?:one|two|1|2) (?:\w+ )?(?:sites?|points?)\b", re.IGNORECASE
)
_MANY_MUSCLES = re.compile(
    r"\b(?:three|four|five|six|seven|eight|[3-9]|1\d) muscles?\b|,[^,]*(?:,|\band\b)", re.IGNORECASE
)
_SELDOM_SHARE = 0.4


@cache
def _families() -> dict[str, Any]:
    return tomllib.loads((files("cleanclaim.notes") / "words" / "families.toml").read_text("utf-8"))


def support(
    words: str,
    *,
    discipline: str | None,
    context: str = "",
    on: date | None = None,
    pack: str | None = None,
    setting: str = "",
) -> Support:
    """Return which codes the words of one activity support, best first, with reasons that quote the words.

    ``discipline`` is PT, OT, SLP or MD; ``context`` the heading or clause around the words, which counts only for who
    shared the session and where the words themselves say nothing; ``setting`` that of the whole visit, as
    :func:`cleanclaim.notes.setting.setting` reads it; ``on`` the day of service and ``pack`` the payer
    pack, where codes differ by them. Words too unspecific for any code give none. Policy: the local coverage
    determinations on outpatient therapy (L33631, L35036, L34428) for what each code asks for.

    >>> support("Lifting a crate from floor to shelf", discipline="PT").codes
    ('97530',)
    >>> support("Prone knee curls 4 x 8, isometrics", discipline="PT").codes
    ('97110',)
    >>> support("Stair training with rail", discipline="PT").disputed
    True
    """
    words, context = words[:_LONGEST], context[-_LONGEST:]
    weighed = weigh(words)
    around = weigh(context).meanings if context else {}
    if ("group" in weighed.meanings or "group" in around) and not _SINGLY.search(words):
        return _shared(weighed, discipline)
    if evaluation := _evaluation(words, weighed, discipline):
        return evaluation
    if context and not any(code != _NOTHING for code in weighed.scores):
        weighed = weigh(f"{context} {words}")
    weighed = _as_given_by(weighed, discipline)
    scores = weighed.scores
    if not scores or max(scores.values()) < _ENOUGH:
        return Support(reasons=("the words are too unspecific for any code",))
    best = max(scores, key=lambda code: scores[code])
    if best == _NOTHING:
        return Support(reasons=_reasons(weighed, (_NOTHING,)))
    codes, disputed = _acceptable(weighed, best)
    codes = _placed(codes, weighed, words, f"{context} {words}", discipline)
    codes = _in_setting(codes, weighed, around, _visit(setting))
    if codes[0] == best:
        codes = (*codes, *(code for code in _of_parts(_own(words), discipline) if code not in codes))
    codes = _versions(codes, on, pack)
    close, could, lacking = _lacking(weighed, codes)
    if close and (own := _own(words)) != words:
        close = _lacking(_as_given_by(weigh(own), discipline), codes)[0]
    against = _against(weighed, codes)
    return Support(codes, could, lacking, against, disputed, _reasons(weighed, codes), close)


_SINGLY = re.compile(r"\b(?:1[: ]1|one[- ](?:on|to)[- ]one|individual(?:ly)?|alone with|singly)\b", re.IGNORECASE)
_PARTED = re.compile(r"[,;+/&|\n]|\b(?:then|and|plus|followed by)\b", re.IGNORECASE)
_A_PART = 3.0  # how strongly a part of the words must speak to stand for a code of its own
_MOST_PARTS = 24


@lru_cache(maxsize=64)
def _visit(setting: str) -> Mapping[str, float]:
    return weigh(setting).meanings


def _own(words: str) -> str:
    """The words behind a heading in front of them: a heading decides nothing."""
    heading = _HEADING.match(words)
    return words[heading.end() :] if heading and len(words) - heading.end() >= _LEAST_OWN else words


_HEADING = re.compile(r"[^.;\n]{2,90}?:\s")
_LEAST_OWN = 16


def _in_setting(
    codes: tuple[str, ...], weighed: Weighed, around: Mapping[str, float], visit: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the codes as the place of the work makes them: movement in water, the hours of a work program, lymph."""
    concepts, families = lexicon().concepts, _families()
    meanings = weighed.meanings
    wet = "aquatic" in meanings or (("aquatic" in around or "aquatic" in visit) and "on_land" not in meanings)
    if wet and codes[0] in families["moved"]:
        return concepts["aquatic"].codes
    if "hardening" in visit and codes[0] in families["moved"]:
        return (*concepts["hardening"].codes, *codes)
    if codes[0] in concepts["bandage"].codes and ("lymph" in meanings or "lymph" in visit):
        return tuple(dict.fromkeys((*codes, concepts["manual"].codes[0])))
    return codes


def _of_parts(words: str, discipline: str | None) -> tuple[str, ...]:
    """Return the codes for which single items of a row speak by a verb of their own: one row, several services."""
    items = [item for item in _PARTED.split(words)[:_MOST_PARTS] if len(item) > 3]
    if len(items) < 2:
        return ()
    found: dict[str, None] = {}
    for item in items:
        weighed = _as_given_by(weigh(item), discipline)
        best = max(weighed.scores, key=lambda code: weighed.scores[code], default=_NOTHING)
        named = any(lexicon().concepts[name].part == "verb" for name in weighed.meanings)
        if named and best != _NOTHING and weighed.scores[best] >= _A_PART and best in _families()["parts"]:
            found[best] = None
    return tuple(found)


def _as_given_by(weighed: Weighed, discipline: str | None) -> Weighed:
    """Return the scores as the discipline that writes makes them likely."""
    seldom = _families()["seldom"].get(discipline, ())
    if not weighed.scores.keys() & set(seldom):
        return weighed
    scores = {code: each * (_SELDOM_SHARE if code in seldom else 1.0) for code, each in weighed.scores.items()}
    return replace(weighed, scores=scores)


def _acceptable(weighed: Weighed, best: str) -> tuple[tuple[str, ...], bool]:
    """The best code, the codes that published sources give the same words, and codes that speak as strongly."""
    scores = weighed.scores
    chosen = [best]
    disputed = False
    for name, strength in weighed.meanings.items():
        concept = lexicon().concepts[name]
        codes = concept.codes
        if best in codes and len(codes) > 1 and concept.weight * strength >= scores[best] * _OF_BEST:
            fresh = [code for code in codes if code not in chosen]
            chosen.extend(fresh)
            disputed = disputed or bool(fresh)
    for code in sorted(scores, key=lambda each: -scores[each]):
        if code not in chosen and code != _NOTHING and scores[code] >= max(_CLOSE * scores[best], 2.0):
            chosen.append(code)
    return tuple(chosen), disputed


def _shared(weighed: Weighed, discipline: str | None) -> Support:
    spoken = weighed.meanings.keys() & {"speech", "swallow"}
    speech = discipline == "SLP" or (discipline is None and bool(spoken))
    many = _families()["group"]
    code = _families()["speech_group"] if speech else many
    against = tuple(sorted(each for each in weighed.scores if each not in (code, many, _NOTHING)))
    reasons = _reasons(weighed, (many,)) or ("the session was shared by two or more patients",)
    return Support((code,), contradicts=against, reasons=reasons)


def _evaluation(words: str, weighed: Weighed, discipline: str | None) -> Support | None:
    meanings = weighed.meanings
    named = [name for name in meanings if name.startswith("eval_") or name == "cognitive_test"]
    if named:
        concepts = sorted((lexicon().concepts[name] for name in named), key=lambda each: -each.weight)
        codes = tuple(dict.fromkeys(code for concept in concepts for code in concept.codes))
        if {"eval_sound", "eval_language"} <= meanings.keys():
            codes = tuple(code for code in codes if code != lexicon().concepts["eval_sound"].codes[0])
        return Support(codes, reasons=tuple(f"{concept.says}" for concept in concepts))
    if "reevaluation" not in meanings and "evaluation" not in meanings:
        return None
    if "test" in meanings and "reevaluation" not in meanings:
        return None
    again = "reevaluation" in meanings
    table: dict[str, list[str]] = _families()["reevaluation" if again else "evaluation"]
    who = discipline if discipline in table else _named(words) or (None if discipline else "PT")
    codes = tuple(table.get(who or "", ()))
    if not again and who in ("PT", "OT"):
        for name, place in _LEVEL.items():
            if name in meanings:
                codes = (codes[place], *(codes[each] for each in (place - 1, place + 1) if 0 <= each <= 2))
    says = lexicon().concepts["reevaluation" if again else "evaluation"].says
    return Support(codes, reasons=(f"{says} by {who}" if who else says,))


def _named(words: str) -> str | None:
    return next((who for who, pattern in _families()["named"].items() if re.search(pattern, words)), None)


def _placed(
    codes: tuple[str, ...], weighed: Weighed, words: str, around: str, discipline: str | None
) -> tuple[str, ...]:
    """Return the codes with those of a family narrowed to the region or the number that the words name."""
    concepts = lexicon().concepts
    if codes[0] in concepts["strap"].codes:
        regions = _families()["strap"].items()
        found = (code for text in (words, around) for code, region in regions if re.search(region, text, re.IGNORECASE))
        first = next(found, None)
        return codes if first is None else (first,)
    if codes[0] in concepts["bandage"].codes and _ARM.search(words):
        return tuple(reversed(concepts["bandage"].codes))
    if codes[0] in concepts["needling_few"].codes:
        few, many = concepts["needling_few"].codes
        return (few,) if _FEW_MUSCLES.search(words) else (many,) if _MANY_MUSCLES.search(words) else (few, many)
    if discipline == "SLP" and codes[0] == concepts["selfcare"].codes[0] and "swallow" in weighed.meanings:
        return concepts["swallow"].codes
    return codes


def _versions(codes: tuple[str, ...], on: date | None, pack: str | None) -> tuple[str, ...]:
    chosen = list(codes)
    for version in lexicon().versions:
        if version.until and on and on < version.until and version.code in chosen:
            place = chosen.index(version.code)
            chosen[place : place + 1] = version.was
        if version.rather and pack and version.code in chosen and version.rather in chosen:
            wanted = version.rather if pack in version.packs else version.code
            chosen.remove(wanted)
            chosen.insert(0, wanted)
    return tuple(dict.fromkeys(chosen))


def _lacking(weighed: Weighed, codes: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """Return the codes close by, those that the words come near to, and what is not said for the likeliest of them."""
    if not codes or codes[0] not in weighed.scores:
        return (), (), None
    half = weighed.scores[codes[0]] / 2
    near = tuple(
        code
        for code in sorted(weighed.scores, key=lambda each: -weighed.scores[each])
        if weighed.scores[code] >= half and code not in codes and code != _NOTHING
    )
    for each in _families()["near"]:
        if codes[0] == each["code"] and each["other"] not in codes:
            return near, tuple(dict.fromkeys((each["other"], *near))), each["lacking"]
    return near, near, None


def _against(weighed: Weighed, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the common codes of treatment that the words speak for less than half as strongly as for the best."""
    if not codes or codes[0] not in weighed.scores:
        return ()
    half = weighed.scores[codes[0]] / 2
    return tuple(code for code in _families()["common"] if code not in codes and weighed.scores.get(code, 0.0) < half)


def _reasons(weighed: Weighed, codes: Sequence[str]) -> tuple[str, ...]:
    """Return for each code, in order, the words that speak for it and what they say, each once."""
    lines: dict[str, None] = {}
    for code in codes:
        grouped: dict[str, list[str]] = {}
        for text, says in weighed.because.get(code, ()):
            grouped.setdefault(says, []).append(text)
        for says, texts in grouped.items():
            quoted = ", ".join(f'"{each}"' for each in dict.fromkeys(texts) if each)
            lines[f"{says}: {quoted}" if quoted else says] = None
    return tuple(lines)[:6]
