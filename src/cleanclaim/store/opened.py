"""Opens a ledger: a SQLite file by its path, made where it is not there, or another database by its URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.store.refusals import in_words
from cleanclaim.store.tables import LedgerRow

HEAD = "0001"
"""The revision of the schema that this release reads and writes."""
WAIT_SECONDS = 30.0
_WRITES = "ledger_writes"


@dataclass(frozen=True)
class Ledger:
    """An open ledger; ``name`` is how messages call it."""

    name: str
    engine: Engine = field(repr=False)
    wait_seconds: float = WAIT_SECONDS

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that nobody else writes beside; an exception takes all of it back."""
        with in_words(self.name, self.wait_seconds), self.engine.connect() as connection:
            writer = connection.execution_options(**{_WRITES: True})
            with writer.begin():
                if inspect(writer).has_table(LedgerRow.__tablename__):
                    writer.execute(select(LedgerRow.id).with_for_update())
                yield writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the ledger, whatever is posted meanwhile."""
        with in_words(self.name, self.wait_seconds), self.engine.connect() as connection, connection.begin():
            yield connection


def opened(place: str | PathLike[str], *, make: bool = False, wait_seconds: float = WAIT_SECONDS) -> Ledger:
    """Return the ledger in the file ``place``, or at the database URL; an older one is brought up to date first.

    With ``make`` a file that is not there is made, for its owner alone. Raises UnreadableFile for what is no ledger or
    of a newer release, and LedgerBusy where another process writes longer than ``wait_seconds``.

    >>> opened("nowhere.db")
    Traceback (most recent call last):
    cleanclaim.errors.UnreadableFile: nowhere.db: no such ledger; `cleanclaim ledger post` makes one
    """
    shown = os.fspath(place)
    if "://" in shown:
        ledger = _by_url(shown, wait_seconds)
    else:
        path = Path(shown)
        _ensure(path, make)
        ledger = Ledger(shown, _engine(f"sqlite:///{path.absolute()}", wait_seconds), wait_seconds)
    _brought_up_to_date(ledger, make)
    return ledger


def _ensure(path: Path, make: bool) -> None:
    """Make the file, readable by its owner alone from its first moment on."""
    try:
        if not path.exists():
            if not make:
                raise UnreadableFile(f"{path}: no such ledger; `cleanclaim ledger post` makes one")
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        elif not path.is_file():
            raise UnreadableFile(f"{path}: no file; name the file of the ledger")
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'it cannot be made').lower()}; check the path") from None


def _by_url(url: str, wait_seconds: float) -> Ledger:
    try:
        parsed = make_url(url)
        # the name is shown in messages: without the password
        shown = parsed.render_as_string(hide_password=True)
        return Ledger(shown, _engine(url, wait_seconds), wait_seconds)
    except (ArgumentError, ImportError, ValueError) as error:
        reason = "its driver is not installed" if isinstance(error, ImportError) else "not a database URL"
        raise InputError(f"the ledger cannot be opened: {reason}", field="--ledger") from None


def _engine(url: str, wait_seconds: float) -> Engine:
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"timeout": wait_seconds} if is_sqlite else {},
    )
    if is_sqlite:
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: Any, _: object) -> None:
    # transactions begin where this module says so, not where the driver guesses
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    # what is deleted must not be left readable in the file
    connection.execute("PRAGMA secure_delete = ON")


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _brought_up_to_date(ledger: Ledger, make: bool) -> None:
    with ledger.reading() as connection:
        found = _revision(connection, ledger.name)
    if found == HEAD:
        return
    if found is None and not make:
        raise UnreadableFile(f"{ledger.name}: no ledger in it yet; `cleanclaim ledger post` makes one")
    if found is not None and found > HEAD:
        raise UnreadableFile(f"{ledger.name}: written by a newer cleanclaim; update the program")
    from cleanclaim.store.migrations import upgrade

    with ledger.writing() as connection:
        # another process may have been first
        if _revision(connection, ledger.name) == HEAD:
            return
        upgrade(connection)
        if connection.execute(select(LedgerRow.id)).first() is None:
            made = {"id": 1, "made_at": datetime.now(UTC), "made_by": f"cleanclaim {version('cleanclaim')}"}
            connection.execute(LedgerRow.table().insert(), made)


def _revision(connection: Connection, name: str) -> str | None:
    """Return the revision of the schema; None where the database is empty."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not {"alembic_version", LedgerRow.__tablename__} <= tables:
        raise UnreadableFile(f"{name}: a database of something else; name the file of the ledger")
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
