"""Visits and claims to 837 files: checked, put together, written; what is held back is told with the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import app
from cleanclaim.claims.registers import CLAIM_FACTS, PATIENTS
from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine.report import Report
from cleanclaim.intake.registers import Register, read_register
from cleanclaim.outgoing.batches import Outgoing, ready, sender
from cleanclaim.outgoing.gather import Gathered, HeldClaim, gather, resolved
from cleanclaim.outgoing.known import Known
from cleanclaim.outgoing.paid import Paid
from cleanclaim.reading import Source
from cleanclaim.x12.write.claims837 import write_file
from cleanclaim.x12.write.control import take
from cleanclaim.x12.write.placing import place_files

_LETTER = {"professional": "p", "institutional": "i"}


@dataclass(frozen=True)
class WrittenFile:
    """A file that went out."""

    path: Path
    payer: str
    form: str
    version: str
    interchange: int
    claims: int
    lines: int
    charge_cents: int


@dataclass(frozen=True)
class Sent:
    """The outcome: files, claims held back, what could not be read, notes."""

    files: tuple[WrittenFile, ...]
    held: tuple[HeldClaim, ...]
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: every claim went out, and everything could be read; 1: not."""
        return 1 if self.held or self.unreadable else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as ``x12 write --json`` writes it."""
        files = [{"file": str(one.path), **{name: getattr(one, name) for name in _SHOWN}} for one in self.files]
        held = [
            {
                "claim": one.claim,
                "payer": one.payer,
                "reason": one.reason,
                "messages": list(one.messages),
                "place": one.place,
            }
            for one in self.held
        ]
        return {"files": files, "held": held, "unreadable": list(self.unreadable), "notes": list(self.notes)}


_SHOWN = ("payer", "form", "version", "interchange", "claims", "lines", "charge_cents")


def write(
    source: Source,
    *,
    patients: str | PathLike[str],
    config: Config | str | PathLike[str],
    output: str | PathLike[str],
    facts: str | PathLike[str] | None = None,
    paid: Sequence[str | PathLike[str]] = (),
    payer: str | None = None,
    as_of: date | None = None,
    mapping: str | PathLike[str] | None = None,
    include_findings: bool = False,
    sent_before: Collection[tuple[str, str, str]] = (),
    now: datetime | None = None,
) -> Sent:
    """Write the claims of files of visits and claims as 837 files into the folder ``output``.

    ``source``, ``payer``, ``as_of`` and ``mapping`` as :func:`cleanclaim.app.check` takes them; ``patients`` is the
    patients file, ``facts`` one of claim facts, ``paid`` remittances of earlier payers. Each receiver, payer and form
    gets a file, with control numbers of the user's folder. A claim is held back where a fact is missing, the check
    has a finding on it that is a denial or a matter of compliance (unless ``include_findings``), its number stands
    twice, it is among ``sent_before`` (:func:`cleanclaim.posting.sent.sent_before`), or the validator would refuse it.
    Files appear whole, all or none; ``now`` is the time that they state.
    Raises ConfigError, UnreadableFile or InputError where nothing can be written at all.

    >>> write("services.csv", patients="patients.csv", config=Config(), output="out")
    Traceback (most recent call last):
    cleanclaim.errors.ConfigError: submitter: the section is missing: it says who sends the claims (cleanclaim.toml)
    """
    settings = config if isinstance(config, Config) else Config.load(Path(config))
    if payer is not None:
        settings = settings.with_default_payer(payer)
    submitter = sender(settings.sending)
    registers = [read_register(Path(patients), PATIENTS)]
    registers += [read_register(Path(facts), CLAIM_FACTS)] if facts is not None else []
    known = Known.of(settings, registers[0], registers[1] if facts is not None else None)
    decisions = Paid.of([Path(path) for path in paid], known.payer_key)
    seen: list[pl.DataFrame] = []
    report = app.check(
        source,
        config=settings,
        as_of=as_of,
        mapping=mapping,
        watch=lambda services, _: seen.append(services.filter("billed")),
    )
    rows = resolved(pl.concat([SERVICES.empty(), *seen]), settings)
    made = gather(rows, known, decisions, report, include_findings=include_findings)
    _hold_sent(made, sent_before)
    at = now or datetime.now()  # noqa: DTZ005  (the user's own clock is meant)
    going = ready(((payer, claim) for (_, payer), claim in made.claims.items()), settings.sending, at)
    for own, messages in going.refused.items():
        made.hold(own, "invalid", *messages)
    files = _written(going.batches, Path(output), submitter.first_control_number) if going.batches else ()
    return Sent(
        files,
        tuple(made.held.values()),
        (*_unread(report), *(line for one in registers for line in _unread_of(one))),
        tuple(dict.fromkeys([*report.notes, *(note for one in registers for note in one.notes)])),
    )


def _hold_sent(made: Gathered, sent_before: Collection[tuple[str, str, str]]) -> None:
    for own, claim in list(made.claims.items()):
        if (claim.id.strip().upper(), claim.coverage.sequence, claim.frequency) in sent_before:
            made.hold(
                own,
                "sent_before",
                "the ledger holds this claim as sent, and not as rejected; a correction goes out with frequency 7 or 8",
            )


def _written(batches: Sequence[Outgoing], folder: Path, at_least: int) -> tuple[WrittenFile, ...]:
    contents: dict[str, bytes] = {}
    made: list[tuple[str, Outgoing, int]] = []
    for one in batches:
        numbers = take(one.batch.sets, at_least=at_least)
        name = f"{_slug(one.payer)}-837{_LETTER[one.form]}-{numbers.interchange:09d}.837"
        contents[name] = write_file(one.batch, numbers).content
        made.append((name, one, numbers.interchange))
    place_files(folder, contents)
    return tuple(
        WrittenFile(
            path=folder / name,
            payer=one.payer,
            form=one.form,
            version=one.batch.version,
            interchange=interchange,
            claims=len(one.batch.claims),
            lines=sum(len(claim.lines) for claim in one.batch.claims),
            charge_cents=sum(claim.charge_cents for claim in one.batch.claims),
        )
        for name, one, interchange in made
    )


def _slug(payer: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", payer.lower()).strip("-")[:40] or "payer"


def _unread(report: Report) -> Iterator[str]:
    for one in report.unread():
        at = one["segment"] if one["line"] is None else one["line"]
        line = None if at is None else f"{'segment' if one['line'] is None else 'line'} {at}"
        yield f"{', '.join(part for part in (one['file'], line, one['column']) if part)}: {one['message']}"


def _unread_of(register: Register) -> Iterator[str]:
    for line, column, message in register.unreadable.select("line", "column", "message").iter_rows():
        yield f"{register.file}, line {line}{f', {column}' if column else ''}: {message}"
