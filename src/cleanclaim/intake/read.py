"""Files of any kind to services: opened, told apart, joined where one holds the claims and another the minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile, UnsupportedFile
from cleanclaim.intake.claims837 import open_claims
from cleanclaim.intake.content import Kind
from cleanclaim.intake.delimited import open_delimited
from cleanclaim.intake.found import Found, find
from cleanclaim.intake.join import join_minutes, told_apart
from cleanclaim.intake.mapping import Mapping as ColumnMapping
from cleanclaim.intake.mapping import load_mapping
from cleanclaim.intake.rows import Rows, unreadable
from cleanclaim.intake.source import Source
from cleanclaim.intake.visits import open_visits, visits_source
from cleanclaim.intake.workbook import open_workbook


@dataclass(frozen=True)
class Batch:
    """Services read from files, and what could not be read of them.

    ``services`` conforms to SERVICES, ``unreadable`` to UNREADABLE; ``file_id`` is the index in ``files``. Every row is
    accounted for: ``rows_read`` = services + ``rows_left_out`` + ``rows_merged`` (minutes put to a claim line).
    ``next_row`` is the number that a row after these has.
    """

    services: pl.DataFrame
    unreadable: pl.DataFrame
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    rows_read: int = 0
    rows_left_out: int = 0
    rows_merged: int = 0
    next_row: int = 0


MappingSource = ColumnMapping | Mapping[str, object] | Path | str | None
"""A mapping, the table or file that holds one, or the name of a shipped one."""

_NO_ROWS = SERVICES.empty()


@dataclass
class _Gathering:
    """Portions put together into one Batch, with rows numbered from ``first_row``.

    The number of a row does not hang on where one batch ends and the next begins.
    """

    files: tuple[str, ...]
    default_payer: str | None
    first_row: int = 0
    services: list[pl.DataFrame] = field(default_factory=list)
    unreadable: list[pl.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: int = 0
    left_out: int = 0
    merged: int = 0
    numbered: int = 0

    @property
    def height(self) -> int:
        return sum(frame.height for frame in self.services)

    def add(self, rows: Rows) -> pl.DataFrame:
        """Take a portion in, and return its services with their numbers."""
        payer = pl.col("payer") if self.default_payer is None else pl.col("payer").fill_null(self.default_payer)
        numbered = rows.services.with_columns(
            row=pl.int_range(pl.len(), dtype=pl.Int64) + (self.first_row + self.numbered), payer=payer
        )
        # a portion that is left out whole has numbers of its own too: those of the others do not hang on it
        self.numbered += numbered.height or rows.read
        self.services.append(numbered)
        self.unreadable.append(rows.unreadable)
        self.notes.extend(rows.notes)
        self.read += rows.read
        self.left_out += rows.left_out
        return numbered

    def batch(self) -> Batch:
        return Batch(
            pl.concat(self.services or [_NO_ROWS]).select(SERVICES.schema.names()),
            pl.concat(self.unreadable or [UNREADABLE.empty()]),
            self.files,
            tuple(self.notes),
            self.read,
            self.left_out,
            self.merged,
            self.first_row + self.numbered,
        )

    def next(self) -> _Gathering:
        return _Gathering(self.files, self.default_payer, self.first_row + self.numbered)


def read(paths: Sequence[Path], *, mapping: MappingSource = None, default_payer: str | None = None) -> Batch:
    """Return the services of all ``paths`` in one Batch.

    A file's kind is judged by its content: 837 claims, JSON visits, delimited rows or a workbook with the documented
    column names (or those of ``mapping``: a TOML file, or the name of a shipped one). The files in a folder or a ZIP
    archive are read as if each had been named; ``files`` has a workbook once for each sheet. ``default_payer`` goes
    to rows that name none. Where one file has billed lines and no place for minutes, and another has, they are
    joined. Raises UnreadableFile, UnsupportedFile or ConfigError where a file cannot be read at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "day.csv"
    ...     _ = path.write_text("visit_id,dos,code,minutes\\nV1,03/04/2026,97530,15\\nV1,02/30/2026,97110,15\\n")
    ...     batch = read([path], default_payer="medicare")
    >>> batch.services.select("code", "minutes", "payer").rows(), batch.unreadable.select("line", "column").rows()
    ([('97530', 15, 'medicare')], [(3, 'dos')])
    """
    parts = list(batches(paths, mapping=mapping, default_payer=default_payer, rows=None))
    return parts[0]


def batches(
    paths: Sequence[Path],
    *,
    mapping: MappingSource = None,
    default_payer: str | None = None,
    rows: int | None = 100_000,
) -> Iterator[Batch]:
    """Yield the services of ``paths`` in batches of about ``rows``, so that memory does not grow with the files.

    As ``read``; files that are joined come whole, in the first batch. A visit may stand in two batches. At least one
    batch is yielded. ``rows`` None puts everything into one.
    """
    sources, notes = _open(paths, load_mapping(mapping))
    gathering = _Gathering(tuple(source.name for source in sources), default_payer, notes=notes)
    together = _to_join(sources)
    if together:
        _gather_joined(together, gathering)
        if rows is not None and len(together) < len(sources):
            yield gathering.batch()
            gathering = gathering.next()
    yielded = bool(together)
    for source in sources:
        if source in together:
            continue
        for portion in _portions(source):
            gathering.add(portion)
            if rows is not None and gathering.height >= rows:
                yield gathering.batch()
                yielded, gathering = True, gathering.next()
    if gathering.read or gathering.unreadable or gathering.notes or not yielded:
        yield gathering.batch()


def services_from_json(visits: Mapping[str, object] | Sequence[object], *, default_payer: str | None = None) -> Batch:
    """Return visits in memory as a Batch: what a JSON file holds, as Python values.

    >>> batch = services_from_json({"visits": [{"payer": "medicare", "dos": "2026-03-04", "services": [
    ...     {"code": "97530", "minutes": 24, "units": 2, "modifiers": ["GP"]}]}]})
    >>> batch.services.select("code", "units", "minutes", "modifier_1").row(0)
    ('97530', 2.0, 24, 'GP')
    """
    source = visits_source(visits, "visits", 0)
    gathering = _Gathering((source.name,), default_payer)
    for portion in _portions(source):
        gathering.add(portion)
    return gathering.batch()


def _open(paths: Sequence[Path], mapping: ColumnMapping) -> tuple[list[Source], list[str]]:
    """Return the files as Sources, and notes on what beside them is not read.

    What cannot be read in a folder or an archive is reported, and what else is there is read.
    """
    if not paths:
        raise InputError("name at least one file", field="paths")
    opened = open_files(paths, mapping)
    return [source for one in opened.sources for source in one], list(opened.notes)


@dataclass(frozen=True)
class Opened:
    """Files opened: ``sources`` has those of each file (a workbook has several), ``notes`` what beside is not read.

    ``bytes`` has the size of each file, null for one of an archive.
    """

    sources: tuple[tuple[Source, ...], ...]
    notes: tuple[str, ...] = ()
    bytes: tuple[int | None, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The display names that ``file_id`` counts into."""
        return tuple(source.name for sources in self.sources for source in sources)

    def joined(self) -> tuple[int, ...]:
        """Return the places of the files of claims and of minutes that belong together: they are read in one go."""
        together = _to_join([source for sources in self.sources for source in sources])
        return tuple(n for n, sources in enumerate(self.sources) if any(source in together for source in sources))


def open_files(paths: Sequence[Path], mapping: ColumnMapping) -> Opened:
    """Return the files of ``paths``, opened far enough to know what each can hold. Raises as :func:`read`."""
    found, notes = find(paths)
    opened: list[tuple[Source, ...]] = []
    faults: list[CleanclaimError] = []
    number = 0
    for one in found:
        opened.append(_sources(one, number, mapping, faults))
        number += len(opened[-1])
    if faults and len(faults) == number:
        raise faults[0]
    sizes = (None if one.content.path is None else one.content.path.stat().st_size for one in found)
    return Opened(tuple(opened), tuple(notes), tuple(sizes))


def _sources(one: Found, number: int, mapping: ColumnMapping, faults: list[CleanclaimError]) -> tuple[Source, ...]:
    try:
        return tuple(_opened(one, number, mapping))
    except (UnreadableFile, UnsupportedFile) as error:
        if one.named:
            raise
        faults.append(error)
        return (_unread(one.content.name, number, error),)


@dataclass(frozen=True)
class Share:
    """A share of the input that is read by itself: whole files, or pieces ``first`` to before ``last`` of a file.

    ``files`` are places in the list of files; ``file_ids`` the number of the first source of each. ``joined``: they are
    files of claims and of minutes, joined with each other.
    """

    files: tuple[int, ...]
    file_ids: tuple[int, ...]
    first: int = 0
    last: int | None = None
    joined: bool = False


def read_share(
    share: Share,
    found: Sequence[Found],
    *,
    mapping: MappingSource,
    default_payer: str | None = None,
    rows: int = 100_000,
) -> Iterator[Batch]:
    """Yield the services of one share of the files ``found`` in batches, numbered from 0; ``files`` is left empty."""
    means = load_mapping(mapping)
    chosen = [
        source
        for place, number in zip(share.files, share.file_ids, strict=True)
        for source in _sources(found[place], number, means, [])
    ]
    gathering = _Gathering((), default_payer)
    if share.joined:
        _gather_joined(chosen, gathering)
        yield gathering.batch()
        return
    for source in chosen:
        for portion in _portions(source, share.first, share.last):
            gathering.add(portion)
            if gathering.height >= rows:
                yield gathering.batch()
                gathering = gathering.next()
    yield gathering.batch()


def _opened(one: Found, file_id: int, mapping: ColumnMapping) -> list[Source]:
    if one.fault is not None:
        raise one.fault
    if one.kind is Kind.X12:
        return [open_claims(one.content, file_id)]
    if one.kind is Kind.JSON:
        return [open_visits(one.content, file_id)]
    if one.kind is Kind.WORKBOOK:
        return open_workbook(one.content, file_id, mapping)
    if one.kind is Kind.COLUMNAR:
        from cleanclaim.intake.columnar import open_columnar

        return [open_columnar(one.content, file_id, mapping)]
    return [open_delimited(one.content, file_id, mapping)]


def _unread(name: str, file_id: int, error: CleanclaimError) -> Source:
    message = f"{error.message.removeprefix(f'{name}: ')}; the file is left out"
    told = unreadable(pl.DataFrame({"message": [message]}), file_id)
    rows = Rows(_NO_ROWS, told, read=1, left_out=1)
    return Source(file_id, name, bills=False, carries_minutes=False, rows=lambda: iter([rows]))


def _portions(source: Source, first: int = 0, last: int | None = None) -> Iterator[Rows]:
    """Yield the portions of a file, or of some of its pieces; for a file without any service one that says so."""
    lines, told = 0, False
    for portion in _rows_of(source, first, last):
        lines += portion.read
        told |= bool(portion.notes)
        yield portion
    if not lines and not told:
        yield Rows(_NO_ROWS, UNREADABLE.empty(), read=0, notes=(f"{source.name}: no service lines in it",))


def _rows_of(source: Source, first: int, last: int | None) -> Iterator[Rows]:
    if last is None or source.piece is None:
        yield from source.rows()
        return
    for number in range(first, last):
        yield from source.piece(number)


def _to_join(sources: Sequence[Source]) -> list[Source]:
    """Return the files of claims and of minutes that belong together, or none."""
    claims = [source for source in sources if source.lacks_minutes]
    minutes = [source for source in sources if source.carries_minutes]
    return [source for source in sources if source in claims or source in minutes] if claims and minutes else []


def _gather_joined(together: Sequence[Source], gathering: _Gathering) -> None:
    """Read the files whole, join minutes to claim lines, and report the rows that found no one claim."""
    claims: list[pl.DataFrame] = []
    minutes: list[pl.DataFrame] = []
    complete: list[pl.DataFrame] = []
    for source in together:
        numbered = [gathering.add(portion) for portion in _portions(source)]
        (claims if source.lacks_minutes else complete if source.bills else minutes).extend(numbered)
    shared, own = told_apart(pl.concat(claims), pl.concat(complete or [_NO_ROWS]))
    minutes.append(shared)
    joined = join_minutes(pl.concat(claims), pl.concat(minutes))
    alone, lost = joined.unmatched.filter("billed"), joined.unmatched.filter(~pl.col("billed"))
    unmatched = "unmatched: no claim line of this visit, claim or patient on this date"
    ambiguous = "ambiguous: fits several claims; give its claim number"
    gathering.services[:] = [pl.concat([joined.services, alone, own]).sort("row")]
    gathering.unreadable += [
        _report(alone, f"{unmatched}; checked on its own"),
        _report(lost, f"{unmatched}; the row is left out"),
        _report(joined.ambiguous, f"{ambiguous}; the row is left out"),
        _report(joined.repeated, "the same minutes again; counted once, the row is left out"),
    ]
    gathering.left_out += lost.height + joined.ambiguous.height + joined.repeated.height
    gathering.merged += joined.merged
    beside = joined.services.height - sum(frame.height for frame in claims)
    gathering.notes.append(
        f"minutes: {joined.merged} rows joined to claim lines, {beside} kept beside them as services not billed,"
        f" {joined.unmatched.height} unmatched, {joined.ambiguous.height} ambiguous"
    )


def _report(rows: pl.DataFrame, message: str) -> pl.DataFrame:
    """Return one UNREADABLE row for each of ``rows``, at its line, or its path in a JSON file."""
    in_json = pl.col("place").is_not_null()
    placed_rows = rows.select(
        "file_id", line=pl.when(~in_json).then("source_line"), column="place", message=pl.lit(message)
    )
    return UNREADABLE.conform(placed_rows)
