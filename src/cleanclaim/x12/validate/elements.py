"""Levels 1 and 2 of elements: how many, which are required, their type, length and code values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Ints, Spans, short_words
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.grammar import (
    COMPOSITE,
    DATE,
    DECIMAL,
    NOT_USED,
    REQUIRED,
    TIME,
    WHOLE,
    Grammar,
    code_key,
    grammar,
)
from cleanclaim.x12.validate.places import places, texts
from cleanclaim.x12.validate.problems import Problems

# bytes are counted by kind in four fields of one number
_OTHER, _POINT, _MINUS, _INNER = (np.uint64(1 << 16 * k) for k in range(4))
_FIELD = np.uint64(0xFFFF)
_LONGEST = 0xFFFF
_DECIMAL = re.compile(r"-?(\d+\.?\d*|\.\d+)$")


@dataclass(frozen=True)
class _Rows:
    spec: Ints
    count: Ints
    last_required: Ints
    segment: Ints


@cache
def _rows(kind: str) -> _Rows:
    rows, ids = grammar(kind).rows, grammar(kind).segment_ids
    return _Rows(
        np.array([row.spec for row in rows]),
        np.array([row.count for row in rows]),
        np.array([row.last_required for row in rows]),
        np.array([ids.index(row.segment.encode()) for row in rows]),
    )


class Elements:
    """Checks the elements of a body: each different text of a grammar row once."""

    def __init__(self, body: Body, problems: Problems) -> None:
        self.body = body
        self.own: Grammar = body.grammar
        self.problems = problems
        self.data = body.segments.data
        self.counts = _byte_counts(self.data, body)
        known = np.flatnonzero((body.row >= 0) & body.fresh)
        self.known = known
        rows, copy_of = body.segments.distinct(body.at[known])
        place = np.searchsorted(body.at, rows)
        differs = body.row[place[copy_of]] != body.row[known]
        alone = np.flatnonzero(differs)
        self.chosen = np.concatenate([place, known[alone]])
        copy_of = copy_of.copy()
        copy_of[alone] = len(place) + np.arange(len(alone))
        self.copy_of = copy_of
        self.row = body.row[self.chosen].astype(np.int64)
        self._by_segment = _rows(self.own.kind).segment[self.row]
        self._present = frozenset(np.unique(self._by_segment).tolist())

    def named(self, segment: bytes) -> Ints:
        """Return which of the chosen texts are segments of this id."""
        number = self.own.segment_ids.index(segment) if segment in self.own.segment_ids else -1
        return np.flatnonzero(self._by_segment == number) if number in self._present else np.empty(0, np.int64)

    def counts_of(self, spans: Spans) -> npt.NDArray[np.uint64]:
        """Return how many bytes of each kind are in each range."""
        stop = spans.start + spans.length
        found: npt.NDArray[np.uint64] = self.counts.take(stop, mode="clip")
        found -= self.counts.take(spans.start, mode="clip")
        return found

    def spec_of(self, chosen: Ints, place: Ints | int) -> Ints:
        """Return the specs of the elements at a place (from 1) of some of the chosen texts."""
        found: Ints = _rows(self.own.kind).spec[self.row[chosen]] + place - 1
        return found

    def check(self) -> None:
        """Note every problem of the elements."""
        segments, rows = self.body.segments, _rows(self.own.kind)
        at = self.body.at[self.chosen]
        row = self.row
        have = np.maximum(segments.last[at] - segments.first[at], 0)
        self.note(1, np.flatnonzero(have > rows.count[row]), None, None, "3", "too many elements")
        last = np.maximum(segments.last[at] - 1, segments.first[at])
        tail = np.flatnonzero((have > 0) & (segments.separators[last] + 1 == segments.stop[at]))
        self.note(1, tail, None, None, "6", "the segment ends with a separator")
        short = np.flatnonzero(have < rows.last_required[row])
        for number in np.unique(row[short]).tolist():
            self._note_absent(short[row[short] == number], number, have)
        spans, owner = segments.elements_of(at)
        place = np.arange(len(owner)) - (np.cumsum(have) - have)[owner]
        usual = place < rows.count[row][owner]
        if not usual.all():
            spans, owner, place = spans.at(usual), owner[usual], place[usual]
        spec = rows.spec[row][owner] + place
        self._check_all(spans, owner, spec)
        self._check_composites(spans, owner, spec)

    def _check_composites(self, spans: Spans, owner: Ints, spec: Ints) -> None:
        table, segments = self.own.specs, self.body.segments
        at = np.flatnonzero((table.count[spec] > 0) & (spans.length > 0) & (table.usage[spec] > NOT_USED))
        if not len(at):
            return
        composite, holder, base = spans.at(at), owner[at], spec[at]
        most = int(table.count[base].max())
        parts = segments.components_of(composite, most + 1)
        length, start = parts.length, parts.start
        over = np.zeros(len(at), bool)
        for k in range(most + 1):
            over |= (length[k] > 0) & (k >= table.count[base])
        over = np.flatnonzero(over)
        self.note(1, holder[over], base[over], None, "13", "too many components")
        for k in range(most):
            inside = np.flatnonzero(k < table.count[base])
            part = Spans(start[k][inside], length[k][inside])
            self._check_all(part, holder[inside], table.first[base[inside]] + k)

    def _check_all(self, spans: Spans, owner: Ints, spec: Ints) -> None:
        table = self.own.specs
        usage, kind = table.usage[spec], table.kind[spec]
        present = spans.length > 0
        for wrong, code, message in (
            (present & (usage == NOT_USED), "I10", "not used here"),
            (~present & (usage == REQUIRED), "1", "required and missing"),
        ):
            bad = np.flatnonzero(wrong)
            self.note(2, owner[bad], spec[bad], spans.at(bad), code, message)
        tried = np.flatnonzero(present & (usage > NOT_USED) & (kind != COMPOSITE))
        spans, owner, spec, kind = spans.at(tried), owner[tried], spec[tried], kind[tried]
        count = self.counts_of(spans)
        self._check_separators(spans, owner, spec, count)
        self._check_numbers(spans, owner, spec, kind, count)
        self._check_length(spans, owner, spec, kind, count)
        self._check_codes(spans, owner, spec)
        self._check_times(spans, owner, spec, kind)

    def _check_separators(self, spans: Spans, owner: Ints, spec: Ints, count: npt.NDArray[np.uint64]) -> None:
        bad = np.flatnonzero((count >> np.uint64(48)) > 0)
        if len(bad):
            text = "a separator, or a control character, within the element"
            self.note(1, owner[bad], spec[bad], None, "6", text)
        blank = np.flatnonzero(self.data.take(spans.start) == ord(" "))
        if len(blank):
            empty = np.array([not text.strip() for text in texts(self.body, spans.at(blank))], bool)
            bad = blank[empty]
            self.note(1, owner[bad], spec[bad], None, "6", "nothing but spaces")

    def _check_numbers(self, spans: Spans, owner: Ints, spec: Ints, kind: Ints, count: npt.NDArray[np.uint64]) -> None:
        numeric = (kind == DECIMAL) | (kind == WHOLE) | (kind == DATE) | (kind == TIME)
        wrong = numeric & ((count & _FIELD) > 0)
        signs = numeric & (count >= _POINT)
        wrong |= signs & (kind != DECIMAL) & (kind != WHOLE)
        at = np.flatnonzero(signs & ~wrong)
        if len(at):
            points = (count[at] >> np.uint64(16)) & _FIELD
            minus = (count[at] >> np.uint64(32)) & _FIELD
            first = self.data.take(spans.start[at]) == ord("-")
            bad = (points > 1) | (minus > first) | (spans.length[at] == points + minus)
            bad |= (points > 0) & (kind[at] == WHOLE)
            wrong[at] |= bad
        bad = np.flatnonzero(wrong)
        self.note(2, owner[bad], spec[bad], spans.at(bad), "6", "not a number as this element asks for")

    def _check_length(self, spans: Spans, owner: Ints, spec: Ints, kind: Ints, count: npt.NDArray[np.uint64]) -> None:
        table = self.own.specs
        length = spans.length
        numeric = (kind == DECIMAL) | (kind == WHOLE)
        if numeric.any():
            extra = ((count >> np.uint64(16)) & _FIELD) + ((count >> np.uint64(32)) & _FIELD)
            length = np.where(numeric, length - extra.astype(np.int64), length)
        for wrong, code, message in (
            (length < table.least[spec], "4", "too short"),
            (length > table.most[spec], "5", "too long"),
        ):
            bad = np.flatnonzero(wrong)
            self.note(2, owner[bad], spec[bad], spans.at(bad), code, message)

    def _check_codes(self, spans: Spans, owner: Ints, spec: Ints) -> None:
        lists = self.own.specs.codes[spec]
        at = np.flatnonzero(lists > 0)
        if not len(at):
            return
        coded = spans.at(at)
        keys = code_key(short_words(self.data, coded), lists[at])
        known = self.own.code_keys
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        bad = at[(known[place] != keys) | (coded.length > 8)]
        self.note(2, owner[bad], spec[bad], spans.at(bad), "7", "not a code of this element")

    def _check_times(self, spans: Spans, owner: Ints, spec: Ints, kind: Ints) -> None:
        at = np.flatnonzero(kind == DATE)
        at = at[spans.length[at] == 8]
        if len(at):
            _, good = Fields(self.data).days(spans.start[at], np.ones(len(at), bool))
            bad = at[~good]
            self.note(2, owner[bad], spec[bad], spans.at(bad), "8", "not a date")
        at = np.flatnonzero(kind == TIME)
        if len(at):
            bad = at[[not is_time(text) for text in texts(self.body, spans.at(at))]]
            self.note(2, owner[bad], spec[bad], spans.at(bad), "9", "not a time")

    def _note_absent(self, chosen: Ints, row: int, have: Ints) -> None:
        """Note the required elements past the end of segments of one row."""
        spec = int(_rows(self.own.kind).spec[row])
        for k in range(int(have[chosen].min()), int(_rows(self.own.kind).last_required[row])):
            if self.own.specs.usage[spec + k] == REQUIRED:
                bad = chosen[have[chosen] <= k]
                self.note(2, bad, np.full(len(bad), spec + k), None, "1", "required and missing")

    def note(
        self,
        level: int,
        chosen: Ints,
        spec: Ints | None,
        spans: Spans | None,
        code: str | list[str],
        message: str,
        *,
        label: str | None = None,
    ) -> None:
        """Note a problem of some of the chosen texts, for every segment that has one; with spans, show those."""
        if not len(chosen):
            return
        table = self.own.specs
        values: list[str | None] = [None] * len(chosen)
        if spans is not None and spec is not None:
            shown = table.shown[spec] if level < 5 else np.ones(len(spec), bool)
            values = [
                text if show and text else None for text, show in zip(texts(self.body, spans), shown, strict=True)
            ]
        labels: list[str | None] = [label] * len(chosen)
        if label is None and spec is not None:
            labels = [table.label[k] for k in spec.tolist()]
        entries, which = self._copies(chosen)
        self.problems.add(
            level,
            len(entries),
            **places(self.body, entries),
            element=[labels[k] for k in which.tolist()],
            value=[values[k] for k in which.tolist()],
            code=code if isinstance(code, str) else [code[k] for k in which.tolist()],
            message=message,
        )

    def _copies(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Return all entries with the chosen texts, and for each the place in ``chosen`` of its text."""
        order = np.argsort(chosen, kind="stable")
        members = np.flatnonzero(np.isin(self.copy_of, chosen))
        low = np.searchsorted(chosen[order], self.copy_of[members], side="left")
        high = np.searchsorted(chosen[order], self.copy_of[members], side="right")
        times = high - low
        entries = np.repeat(self.known[members], times)
        begins = np.cumsum(times) - times
        which = order[np.arange(len(entries)) + np.repeat(low - begins, times)]
        return entries, which


def is_time(text: str) -> bool:
    """Return whether ``text`` is a time: HHMM, with seconds and their fractions if any.

    >>> is_time("0930"), is_time("2460")
    (True, False)
    """
    return re.fullmatch(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?", text) is not None


def _byte_counts(data: npt.NDArray[np.uint8], body: Body) -> npt.NDArray[np.uint64]:
    """Return, for each place, how many bytes of each kind stand before it."""
    marks = body.segments.delimiters
    kinds = np.full(256, _OTHER, np.uint64)
    kinds[ord("0") : ord("9") + 1] = 0
    kinds[ord(".")], kinds[ord("-")] = _POINT, _MINUS
    kinds[:32] = _OTHER | _INNER
    kinds[marks.component] = _OTHER | _INNER
    if marks.repetition is not None:
        kinds[marks.repetition] = _OTHER | _INNER
    read = data[: body.segments.end]  # what is at hand beyond that may be a segment of many megabytes
    counts = np.zeros(len(read) + 1, np.uint64)
    np.take(kinds, read, out=counts[1:])
    return np.cumsum(counts, out=counts)
