"""Segments of answers and remittances as text, with the delimiters that X12 takes where nothing else is agreed."""

from __future__ import annotations

from cleanclaim.errors import InputError

ELEMENT, COMPONENT, REPETITION, END = "*", ":", "^", "~"
_MARKS = frozenset(ELEMENT + COMPONENT + REPETITION + END)


def element(value: object) -> str:
    """Return a value as an element; None is an empty one.

    Raises InputError for a value with a delimiter or a control character in it.

    >>> element("HILL CLINIC"), element(None), element(3)
    ('HILL CLINIC', '', '3')
    """
    if isinstance(value, Composite):
        return value
    text = "" if value is None else str(value)
    if not _MARKS.isdisjoint(text) or any(ord(letter) < 32 for letter in text):
        raise InputError("has a delimiter (* : ^ ~) or a control character, which X12 cannot carry", field="element")
    return text


class Composite(str):
    """Components joined: an element that may hold the component separator."""

    __slots__ = ()


def composite(*parts: object) -> Composite:
    """Return components joined, without those that are empty at the end.

    >>> composite("HC", "97110", "GP", None)
    'HC:97110:GP'
    """
    return Composite(COMPONENT.join(map(element, parts)).rstrip(COMPONENT))


def segment(name: str, *elements: object) -> str:
    """Return a segment without its end; empty elements at its end are left out.

    >>> segment("SVC", composite("HC", "97110"), "84", None, None)
    'SVC*HC:97110*84'
    """
    return ELEMENT.join([name, *map(element, elements)]).rstrip(ELEMENT)
