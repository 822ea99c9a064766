"""From paths to what became of claims: remittances and claim files in, outcomes out. No billing logic here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.config import Config
from cleanclaim.errors import InputError, UnsupportedFile
from cleanclaim.intake.content import Kind
from cleanclaim.intake.found import find
from cleanclaim.remit import Remitted, remitted
from cleanclaim.remit.lines import SERVICES_READ

_LONGEST = 512 << 20
Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


def remit(
    remittances: Paths,
    claims: Paths,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    mapping: str | PathLike[str] | None = None,
) -> Remitted:
    """Return what became of each claim line: ``remittances`` (835 files) matched to ``claims``.

    Both are a path or several; folders and ZIP archives are opened. ``claims`` is what ``check`` reads: 837 files, CSV,
    workbooks or JSON visits, with all claims of the days concerned. ``payer`` stands in for rows that name none,
    ``mapping`` says what other headers mean. A remittance that does not balance is refused, and the others are
    answered. Raises UnreadableFile, UnsupportedFile or ConfigError.

    >>> remit([], [])
    Traceback (most recent call last):
    cleanclaim.errors.InputError: remittances: name at least one remittance (835)
    """
    settings = config if isinstance(config, Config) else Config.load(None if config is None else Path(config))
    if payer is not None:
        settings = settings.with_default_payer(payer)
    sources, notes = _sources(_listed(remittances))
    services, unreadable, files, told = _services(_listed(claims), mapping if mapping is not None else settings.mapping)
    result = remitted(sources, services, settings)
    shifted = unreadable.with_columns(file_id=pl.col("file_id") + len(sources))
    return replace(
        result,
        unreadable=pl.concat([result.unreadable, shifted]),
        files=(*result.files, *files),
        notes=tuple(dict.fromkeys([*notes, *result.notes, *told])),
    )


def _listed(paths: Paths) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | PathLike) else [Path(path) for path in paths]


def _sources(paths: list[Path]) -> tuple[list[tuple[str, Path | bytes]], list[str]]:
    """Return the remittances by name, as path or bytes, and notes on what beside them is not read."""
    if not paths:
        raise InputError("name at least one remittance (835)", field="remittances")
    found, notes = find(paths)
    sources: list[tuple[str, Path | bytes]] = []
    for one in found:
        if one.fault is not None:
            raise one.fault
        if one.kind is not Kind.X12:
            if one.named:
                raise UnsupportedFile(f"{one.content.name}: no X12 file; a remittance is an 835")
            notes.append(f"{one.content.name}: no X12 file, not read")
            continue
        sources.append((one.content.name, one.content.source(_LONGEST)))
    return sources, notes


def _services(
    paths: list[Path], mapping: intake.MappingSource | PathLike[str]
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...], list[str]]:
    """Return the services of claim files, of which only what is read here is held."""
    if not paths:
        raise InputError("name at least one file of claims", field="claims")
    named = str(mapping) if isinstance(mapping, PathLike) else mapping
    parts, unreadable = [SERVICES.empty().select(SERVICES_READ)], [UNREADABLE.empty()]
    notes: list[str] = []
    files: tuple[str, ...] = ()
    for batch in intake.batches(paths, mapping=named):
        parts.append(batch.services.filter("billed").select(SERVICES_READ))
        unreadable.append(batch.unreadable)
        notes += batch.notes
        files = batch.files
    return SERVICES.conform(pl.concat(parts)), pl.concat(unreadable), files, notes
