"""Who gave each intervention, where its own row names a therapist or an assistant."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from cleanclaim.notes.facts import NoteFacts, Quote

_ROLES = re.compile(
    r"\b(?:(?P<PTA>L?P\.?T\.?A\b|physical therap(?:ist|y) assistants?)"
    r"|(?P<OTA>C?\.?O\.?T\.?A\b(?:/L)?|occupational therap(?:ist|y) assistants?)"
    r"|(?P<PT>D?P\.?T\b|physical therapist|physiotherapist)"
    r"|(?P<OT>O\.?T\.?R?\b(?:/L)?|occupational therapist)"
    r"|(?P<SLP>(?:CCC-)?SLP\b|speech(?:-language)? (?:pathologist|therapist)))",
    re.IGNORECASE,
)
_LONGEST = 300
ASSISTANTS = ("PTA", "OTA")


def givers(facts: NoteFacts) -> tuple[str | None, ...]:
    """Return the role that gave each intervention, in their order; None where its row names nobody.

    A role counts that stands in the intervention's own row, before its words (after those of the intervention before
    it), in them, or behind them. Two different roles in one place decide nothing, but an assistant beside the
    therapist who supervises is the assistant.

    >>> from cleanclaim.notes.facts import Intervention, Quote, Status
    >>> note = "PTA 8:15: step-ups"
    >>> givers(NoteFacts(note, interventions=(Intervention(Quote.of(note, 10, 18), Status.PERFORMED),)))
    ('PTA',)
    """
    spans = sorted((each.quote.start, each.quote.end) for each in facts.interventions)
    firsts, lasts = [start for start, _ in spans], sorted(end for _, end in spans)
    return tuple(each.given_by or _named(facts.text, each.quote, firsts, lasts) for each in facts.interventions)


def _named(note: str, words: Quote, firsts: Sequence[int], lasts: Sequence[int]) -> str | None:
    start, end = words.start, words.end
    earlier, later = bisect_right(lasts, start), bisect_left(firsts, end)
    line, stop = note.rfind("\n", 0, start) + 1, note.find("\n", end)
    before = max(line, start - _LONGEST, lasts[earlier - 1] if earlier else 0)
    after = min(len(note) if stop < 0 else stop, end + _LONGEST, firsts[later] if later < len(firsts) else len(note))
    return _role(note, before, min(end, start + _LONGEST)) or _role(note, end, after)


def _role(note: str, start: int, end: int) -> str | None:
    roles = {name for match in _ROLES.finditer(note, start, end) for name, text in match.groupdict().items() if text}
    assistants = [role for role in ASSISTANTS if role in roles]
    if assistants:
        return assistants[0]
    return roles.pop() if len(roles) == 1 else None
