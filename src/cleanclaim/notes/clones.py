"""Text carried over from earlier notes, and ready phrases that earn no credit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleanclaim.notes.facts import Quote
from cleanclaim.notes.phrases import phrases, words

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_PASSING = re.compile(
    rf"\b\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}\b|(?:^|\b(?:on|since|from|until|by|dos|date|of"
    rf"|dated)\s)\d{{1,2}}/\d{{1,2}}\b(?!/)"
    rf"|\b{_MONTH}\.?[ -]\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ -]\d{{2,4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}\.?(?:,?[ -]\d{{2,4}})?\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|\b(?:visit|session|treatment|tx|note|day|#)\s?#?\s?\d{1,3}(?:\s?(?:of|/)\s?\d{1,3})?\b(?!\s?(?:min|m\b|'))"
    r"|\b(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]\.?m\.?)?",
    re.IGNORECASE | re.MULTILINE,
)
"""What differs between any two visits: day, number of the visit, time of day."""

_SPACES = re.compile(r"[\W_]+")
_ALIKE = 0.97


def compare(note: str, previous: Sequence[str]) -> bool:
    """Return whether activity, dose, cue and response of ``note`` repeat one of ``previous`` but for the date.

    Another dose, cue or result is another visit; a word or two in a long note (a weekday's name, a greeting) is not.

    >>> compare("9/4/26 bridges 3 x 10, cued twice, 2/10", ["9/1/26 bridges 3 x 10, cued twice, 2/10"])
    True
    >>> compare("9/4/26 bridges 3 x 12, cued twice, 2/10", ["9/1/26 bridges 3 x 10, cued twice, 2/10"])
    False
    """
    if not previous:
        return False
    own = _told(note)
    return bool(own) and any(_same(own, _told(each)) for each in previous)


def repeated(note: str, quote: Quote, previous: Sequence[str]) -> bool:
    """Return whether the words of ``quote`` stand in an earlier note, but for dates.

    >>> text = "Cued twice at the hip."
    >>> repeated(text, Quote.of(text, 0, len(text)), ["bridges; cued twice at the hip"])
    True
    """
    own = " " + " ".join(_told(quote.text)) + " "
    return len(own) > 2 and any(own in " " + " ".join(_told(each)) + " " for each in previous)


def boilerplate(note: str) -> tuple[Quote, ...]:
    """Return the ready phrases of ``note``, in its order.

    >>> [each.text for each in boilerplate("Pt would benefit from skilled PT. Continue plan of care.")]
    ['would benefit from skilled PT', 'Continue plan of care']
    """
    return tuple(Quote.of(note, hit.start, hit.end) for hit in phrases("boilerplate").find(note, words(note)))


def _told(text: str) -> list[str]:
    return _SPACES.sub(" ", _PASSING.sub(" ", text).lower()).split()


def _same(own: Sequence[str], earlier: Sequence[str]) -> bool:
    if own == earlier:
        return True
    figures = [word for word in own if any(letter.isdigit() for letter in word)]
    if figures != [word for word in earlier if any(letter.isdigit() for letter in word)]:
        return False
    rest, other = set(own), set(earlier)
    changed = len(rest ^ other)
    return changed <= 2 and 1 - changed / max(len(rest | other), 1) >= _ALIKE
