"""Level 5: codes of lists kept outside the transactions, and the check digits of identifiers."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from cleanclaim.codes import npi, places, tables
from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.elements import Elements
from cleanclaim.x12.validate.places import texts

_FILE = Path(__file__).parent / "codesets.toml"
_WHAT = {
    "npi": "no valid national provider identifier (check digit)",
    "place": "no place of service that is assigned",
    "bill_type": "no type of bill",
    "revenue": "no revenue code",
    "procedure": "not of the form of a procedure code",
    "modifier": "not of the form of a modifier",
    "state": "no state",
    "province": "no province",
    "taxonomy": "not of the form of a taxonomy code",
    "drug": "no national drug code of eleven digits",
    "category": "no claim status category of an acknowledgment",
}


@dataclass(frozen=True)
class _At:
    """An element, or a component of one."""

    segment: bytes
    element: int
    component: int
    label: str

    def spans(self, elements: Elements, chosen: Ints) -> Spans:
        """Return where it stands in some of the chosen texts."""
        segments = elements.body.segments
        whole = segments.element(elements.body.at[elements.chosen[chosen]], self.element)
        if not self.component:
            return whole
        return segments.components_of(whole, self.component).at(self.component - 1)


@dataclass(frozen=True)
class _Check:
    at: _At
    name: str
    status: str | None
    entity: _At | None
    when: _At | None
    codes: tuple[bytes, ...]
    kinds: frozenset[str] | None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _checks() -> tuple[_Check, ...]:
    found = []
    for row in _table()["check"]:
        condition, _, codes = row.get("when", "").partition("=")
        found.append(
            _Check(
                _at(row["at"]),
                row["set"],
                row.get("status"),
                _at(row["entity"]) if "entity" in row else None,
                _at(condition) if condition else None,
                tuple(code.encode() for code in codes.split("|")),
                frozenset(row["kinds"]) if "kinds" in row else None,
            )
        )
    return tuple(found)


def _at(label: str) -> _At:
    name, _, component = label.partition("-")
    return _At(name[:-2].encode(), int(name[-2:]), int(component or 0), label)


def check_code_sets(elements: Elements) -> None:
    """Note codes that are not in their list, or not of its form. Each different segment text is judged once."""
    kind = elements.own.kind
    for check in _checks():
        if check.kinds is not None and kind not in check.kinds:
            continue
        chosen = elements.named(check.at.segment)
        if not len(chosen):
            continue
        spans = check.at.spans(elements, chosen)
        tried = spans.length > 0
        if check.when is not None:
            condition = check.when.spans(elements, chosen)
            tried &= np.any([_holds(elements, condition, code) for code in check.codes], axis=0)
        at = np.flatnonzero(tried)
        if len(at):
            found = texts(elements.body, spans.at(at))
            bad = at[~valid(check.name, found)]
            if len(bad):
                _note(elements, check, chosen[bad], spans.at(bad))


def _holds(elements: Elements, spans: Spans, code: bytes) -> Flags:
    return elements.body.segments.equal(spans, code) if code else spans.length == 0


def _note(elements: Elements, check: _Check, chosen: Ints, spans: Spans) -> None:
    codes: list[str] = ["7"] * len(chosen)
    if check.status and elements.own.kind in ("837P", "837I"):
        codes = [f"A7:{check.status}"] * len(chosen)
        if check.entity is not None:
            entities = texts(elements.body, check.entity.spans(elements, chosen))
            codes = [f"{code}:{entity}" for code, entity in zip(codes, entities, strict=True)]
    message = _WHAT.get(check.name, "not a code of its list")
    elements.note(5, chosen, elements.spec_of(chosen, check.at.element), spans, codes, message, label=check.at.label)


def valid(name: str, codes: list[str]) -> Flags:
    """Return which codes are in the list ``name``, or of its form.

    >>> valid("state", ["IN", "XX"]).tolist()
    [True, False]
    """
    distinct = pl.Series(codes).unique().sort()
    verdict = _judge(name)(distinct)
    good = set(distinct.filter(verdict).to_list())
    return np.array([code in good for code in codes], bool)


def _judge(name: str) -> Callable[[pl.Series], pl.Series]:
    pattern = _table()["set"].get(name)
    if pattern is not None:
        return lambda codes: codes.str.contains(f"^(?:{pattern})$")
    if name == "npi":
        return npi.valid
    if name == "place":
        return places.place_known
    listed = {"bill_type": "bill_types", "revenue": "revenue_codes"}[name]
    column = {"bill_type": "bill_type", "revenue": "revenue_code"}[name]
    known = tables.load(listed)[column].unique().implode()
    return lambda codes: (codes.str.zfill(4) if name == "revenue" else codes).is_in(known)
