"""What of a note no intervention covers and might yet be treatment: why something may be there that was not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanclaim.notes.durations import Kind
from cleanclaim.notes.facts import NoteFacts, Quote
from cleanclaim.notes.support import support, weigh
from cleanclaim.notes.text import page, parts, sentences

_ELSEWHERE = frozenset(
    {"subjective", "plan", "goals", "home", "history", "diagnosis", "referral", "signature", "time", "findings"}
)
_NOT_GIVEN = re.compile(
    r"\b(?:refus\w*|declin\w*|den(?:y|ies|ied)|held|hold off|not|no|never|without|unable|cancel\w*|postpon\w*|defer\w*"
    r"|next|plan\w*|goals?|wants?|hopes?|will|home|yesterday|last|since|before|ago"
    r"|history|h/o|hx|dx|diagnos\w*|order\w*"
    r"|refer\w*|recommend\w*|sign\w*|phone\w*|call\w*|e-?mail\w*|needs?|return"
    r"|so that|could|should|would|if|usual\w*)\b",
    re.IGNORECASE,
)
_LONGEST = 40_000
_MOST = 150
_LEAST_ROW, _MOST_ROW = 5, 90


def _clauses(facts: NoteFacts) -> Iterator[tuple[int, int]]:
    """Yield the clauses that no intervention touches, outside the sections in which no treatment stands."""
    note = facts.text[:_LONGEST]
    taken = [(each.quote.start, each.quote.end) for each in facts.interventions]
    apart = [(each.start, each.end) for each in facts.sections if each.kind in _ELSEWHERE]
    told = 0
    for line in page(note).lines:
        for sentence in sentences(note, *line):
            for start, end in parts(note, *sentence):
                if any(start < last and first < end for first, last in taken):
                    continue
                if any(first <= start < last for first, last in apart) or told == _MOST:
                    continue
                if note[start:end].rstrip().endswith(":"):
                    continue  # a heading decides nothing
                told += 1
                yield start, end


def might_show(facts: NoteFacts, code: str, discipline: str | None = None) -> Quote | None:
    """Return unread words that would support ``code`` had they been given, and that nothing says were not; else None.

    >>> might_show(NoteFacts("Stair training with rail."), "97116") is None
    False
    """
    for start, end in _clauses(facts):
        words = facts.text[start:end]
        if _NOT_GIVEN.search(words) is None and code in support(words, discipline=discipline).codes:
            return Quote.of(facts.text, start, end)
    return None


def might_last(facts: NoteFacts, most: int) -> bool:
    """Return whether an unread clause names work with minutes of its own, ``most`` at most: a row that was missed.

    >>> might_last(NoteFacts("squats on the wedge, 13 minutes"), 15)
    True
    """
    figures = [each.quote for each in (*facts.stated_totals, facts.timed_total, facts.total, facts.clock) if each]
    sheet = page(facts.text[:_LONGEST])
    total = facts.timed_total.quote.start if facts.timed_total is not None else len(facts.text)
    closed = any(each.quote.start < total for each in facts.performed)
    for start, end in _clauses(facts):
        if (closed and start > total) or any(start < each.end and each.start < end for each in figures):
            continue  # what stands below the total is the response
        words = facts.text[start:end]
        ends = end - len(words) + len(words.rstrip(" .|)\t"))
        lengths = [
            each.minutes
            for each in sheet.lengths_in(start, end)
            if each.kind in (Kind.UNIT, Kind.CLOCK) or each.end >= ends
        ]
        if any(_LEAST_ROW <= each <= min(most, _MOST_ROW) for each in lengths) and weigh(words).scores:
            return True
    return False
