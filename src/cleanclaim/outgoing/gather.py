"""Service rows to claims, one number and payer at a time, and those that are held back with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import polars as pl

from cleanclaim.config import Config
from cleanclaim.config.names import given, key
from cleanclaim.engine.report import Report
from cleanclaim.outgoing.assemble import assemble
from cleanclaim.outgoing.known import Known, Row
from cleanclaim.outgoing.paid import Paid
from cleanclaim.rules import all_rules
from cleanclaim.x12.write.claims837.model import Claim

HOLD = ("denial", "compliance")
"""Findings of these severities hold a claim back: it would be denied, or says what the record does not bear out."""

Key = tuple[str, str]
"""A claim's number and the key of its payer."""


@dataclass(frozen=True)
class HeldClaim:
    """A claim that does not go out; ``place`` is where its first row stands.

    ``reason``: ``missing`` facts, a ``finding`` of the check, a cell or row that is ``unreadable``, a number that is a
    ``duplicate``, ``sent_before`` as a ledger tells, or ``invalid``: the validator refuses it.
    """

    claim: str | None
    payer: str | None
    reason: str
    messages: tuple[str, ...]
    place: str


@dataclass
class Gathered:
    """Claims that can be put together and those that are held back, by the same keys; and where each stands."""

    claims: dict[Key, Claim] = field(default_factory=dict)
    held: dict[Key, HeldClaim] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)

    def hold(self, own: Key, reason: str, *messages: str) -> None:
        """Keep a claim back."""
        self.claims.pop(own, None)
        number, payer = own
        self.held[own] = HeldClaim(number or None, payer or None, reason, messages, self.places[own])


def resolved(services: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return billed rows of SERVICES with what the configuration fills in, ``payer_key`` and ``site``."""
    filled = config.resolve(services)
    by_name = pl.when(given("payer").is_not_null()).then(key("payer"))
    payer_key = pl.coalesce(config.payer_column, by_name, key("payer_id"))
    return filled.with_columns(payer_key=payer_key, site=config.site_column).sort("row")


def gather(rows: pl.DataFrame, known: Known, paid: Paid, report: Report, *, include_findings: bool) -> Gathered:
    """Return the claims that ``rows`` (as ``resolved`` returns them) make, and why others cannot go out."""
    made = Gathered()
    faulty = {} if include_findings else _findings(report)
    unread = _Unread(report)
    for own, listed in _grouped(rows):
        if own in made.places:
            own = (own[0], f"{own[1]}, again")
        made.places[own] = _place(listed[0], report.files)
        lost = tuple(dict.fromkeys(chain.from_iterable(map(unread.of, listed))))
        found = tuple(dict.fromkeys(chain.from_iterable(faulty.get(row["row"], ()) for row in listed)))
        if not own[0]:
            made.hold(own, "missing", "the claim's number is missing: claim_id in the service rows")
        elif (twice := _twice(listed, report.files)) is not None:
            made.hold(own, "duplicate", twice)
        elif lost:
            made.hold(own, "unreadable", *lost)
        else:
            _assemble(made, own, known, paid, listed, found)
    _refuse_shared_numbers(made)
    return made


def _assemble(made: Gathered, own: Key, known: Known, paid: Paid, rows: Sequence[Row], found: tuple[str, ...]) -> None:
    claim = assemble(known, paid, rows)
    if isinstance(claim, tuple):
        made.hold(own, "missing", *claim, *found)
    elif found:
        made.hold(own, "finding", *found)
    elif {row["claim_charge_cents"] for row in rows} - {None, claim.charge_cents}:
        made.hold(own, "invalid", "the stated total is not the sum of its lines: claim_charge in the service rows")
    else:
        made.claims[own] = claim


def _grouped(rows: pl.DataFrame) -> Iterator[tuple[Key, list[Row]]]:
    """Yield the rows of each claim number and payer, in the order read; a row without a number is by itself."""
    groups: dict[tuple[str, str, int | None], list[Row]] = {}
    for row in rows.iter_rows(named=True):
        own = None if row["claim_id"] is not None else row["row"]
        groups.setdefault((row["claim_id"] or "", row["payer_key"] or "", own), []).append(row)
    for (number, payer, _), listed in groups.items():
        yield (number, payer), listed


def _refuse_shared_numbers(made: Gathered) -> None:
    """Hold claims of different payers that have one number and the same place among the payers."""
    by_number: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for own, claim in made.claims.items():
        by_number[claim.id, claim.coverage.sequence].append(own)
    for keys in by_number.values():
        for own in keys if len(keys) > 1 else ():
            made.hold(own, "duplicate", "claims to two payers have this number and the same sequence")


def _twice(rows: Sequence[Row], files: Sequence[str]) -> str | None:
    """Return why the rows are of two claims with one number; None where they are of one."""
    sources = list(dict.fromkeys(files[row["file_id"]] for row in rows))
    if len(sources) > 1:
        return f"the claim's number stands in {' and in '.join(sources)}"
    if len({row["claim_seq"] for row in rows}) > 1:
        return "two claims of the file have this number"
    if len({row["patient_id"] for row in rows}) > 1:
        return "the claim's number stands with two patients"
    return None


def _findings(report: Report) -> Mapping[int, tuple[str, ...]]:
    """Return, by row, the findings that hold a claim back."""
    grave = report.findings.filter(pl.col("severity").is_in(HOLD)).select("row", "rule", "severity")
    names = {rule.id: rule.name for rule in all_rules()}
    found: dict[int, tuple[str, ...]] = {}
    for row, rule, severity in grave.iter_rows():
        found[row] = (*found.get(row, ()), f"{rule} {names.get(rule, '')} ({severity})")
    return found


class _Unread:
    """What could not be read, by the rows that it may have taken something from.

    A row that is left out says no claim number: any claim of its file may lack a line, and none of them goes out.
    """

    def __init__(self, report: Report) -> None:
        self._lines: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
        self._paths: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self._files: defaultdict[int, list[str]] = defaultdict(list)
        for one in report.unreadable.iter_rows(named=True):
            line, column = one["line"] or one["segment"], one["column"]
            words = "line" if one["line"] is not None else "segment"
            where = f"{f'{words} {line}' if line is not None else ''}{', ' if line and column else ''}{column or ''}"
            text = f"{where}: {one['message']}"
            if "left out" in one["message"] or (line is None and column is None):
                self._files[one["file_id"]].append(f"a line of this claim may be lost with {text}")
            elif line is not None:
                self._lines[one["file_id"], line].append(text)
            else:
                self._paths[one["file_id"]].append((column, text))

    def of(self, row: Row) -> Iterator[str]:
        """Yield what may be lost of a row."""
        yield from self._files.get(row["file_id"], ())
        yield from self._lines.get((row["file_id"], row["source_line"]), ())
        place = row["place"]
        if place is not None:
            visit = place.partition(".services")[0]
            for path, text in self._paths.get(row["file_id"], ()):
                if _within(path, place) or (_within(path, visit) and ".services" not in path):
                    yield text


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place},"))


def _place(row: Row, files: Sequence[str]) -> str:
    at = row["place"] or f"{'segment' if row['source_offset'] is not None else 'line'} {row['source_line']}"
    return f"{files[row['file_id']]}, {at}"
