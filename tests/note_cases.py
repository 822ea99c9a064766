"""Notes as rule cases write them: a text, or what is read from one, put together into facts with their places.

Keys of what is read, all optional: ``given`` (interventions, each a mapping or its words alone), ``timed``, ``total``,
``clock``, ``stated`` (minutes), ``shown`` (elements present; by default all but response and one-on-one), ``nearest``
(element to words and why they do not count), ``credential`` (null: a signature without one), ``assistants``,
``treated`` and ``named`` (side, area, words), ``evaluation`` (the parts it has), ``cloned``, ``stock`` (ready phrases),
``text`` (further words).
"""

from __future__ import annotations

from typing import Any

from cleanclaim.notes.facts import (
    Element,
    Figure,
    Intervention,
    NoteFacts,
    Quote,
    Section,
    Shown,
    Signature,
    Status,
    Support,
)

KEYS = {
    *("given", "timed", "total", "clock", "stated", "shown", "nearest", "credential", "assistants", "treated", "named"),
    *("evaluation", "cloned", "stock", "text"),
}
_GIVEN_KEYS = {"words", "status", "codes", "minutes", "area", "side", "at", "by", "several", "reason"}
_SILENT = {Element.RESPONSE, Element.ONE_ON_ONE}
_PARTS = ("history", "measures", "goals", "plan")


class _Text:
    """A text that grows by the words it is asked to quote, a line each."""

    def __init__(self) -> None:
        self.written = ""

    def quote(self, words: str) -> Quote:
        start = len(self.written)
        self.written += f"{words}\n"
        return Quote(start, start + len(words), words)


def facts(written: Any) -> NoteFacts:
    """Return the facts of a note as a case writes it."""
    if isinstance(written, str):
        from cleanclaim.notes.read import read_note

        return read_note(written)
    assert set(written) <= KEYS, f"unknown keys of a note: {sorted(set(written) - KEYS)}"
    text = _Text()
    given = tuple(_intervention(each, text) for each in written.get("given", ()))
    body = Section("treatment", "Treatment", 0, len(text.written))
    text.quote(written.get("text", ""))
    parts = written.get("evaluation")
    return NoteFacts(
        text=text.written,
        sections=(body,),
        interventions=given,
        timed_total=_figure(written.get("timed"), "timed", text),
        total=_figure(written.get("total"), "total", text),
        stated_totals=tuple(_figure(each, "stated", text) for each in written.get("stated", ())),  # type: ignore[misc]
        clock=_figure(written.get("clock"), "on the clock", text),
        documentation=_documentation(written, text),
        signatures=(Signature(text.quote("/s/ A. Example"), written.get("credential", "PT")),),
        assistants=tuple(text.quote(words) for words in written.get("assistants", ())),
        treated_sides=tuple((side, area, text.quote(words)) for side, area, words in written.get("treated", ())),
        stated_sides=tuple((side, area, text.quote(words)) for side, area, words in written.get("named", ())),
        evaluation=parts is not None,
        evaluation_elements={part: Shown(part in parts) for part in _PARTS} if parts is not None else {},
        cloned=written.get("cloned", False),
        boilerplate=tuple(text.quote(words) for words in written.get("stock", ())),
    )


def _intervention(written: Any, text: _Text) -> Intervention:
    own = {"words": written} if isinstance(written, str) else written
    assert set(own) <= _GIVEN_KEYS, f"unknown keys of an intervention: {sorted(set(own) - _GIVEN_KEYS)}"
    start, end = (None, None) if "at" not in own else (_minute(part) for part in own["at"].split("-"))
    reasons = (own["reason"],) if "reason" in own else ()
    minutes = own.get("minutes")
    return Intervention(
        quote=text.quote(own["words"]),
        status=Status(own.get("status", "performed")),
        support=Support(tuple(str(own.get("codes", "")).split()), reasons=reasons),
        minutes=minutes,
        minutes_quote=None if minutes is None else text.quote(f"{minutes} min"),
        body_area=own.get("area"),
        side=own.get("side"),
        clock_start=start,
        clock_end=end,
        several_patients=own.get("several", False),
        given_by=own.get("by"),
    )


def _documentation(written: dict[str, Any], text: _Text) -> dict[Element, Shown]:
    shown = {Element(name) for name in written.get("shown", [e.value for e in Element if e not in _SILENT])}
    found = {element: Shown(element in shown) for element in Element}
    for name, (words, why) in written.get("nearest", {}).items():
        found[Element(name)] = Shown(False, nearest=text.quote(words), why_not=why)
    return found


def _figure(minutes: int | None, words: str, text: _Text) -> Figure | None:
    return None if minutes is None else Figure(minutes, text.quote(f"{words} {minutes}"))


def _minute(clock: str) -> int:
    hour, minute = clock.strip().split(":")
    return int(hour) * 60 + int(minute)
