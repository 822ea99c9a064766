"""The option ``--ledger``: which ledger a command reads or writes, and who works with it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.output import local_config
from cleanclaim.errors import CleanclaimError

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.store.opened import Ledger

LedgerFile = Annotated[
    str,
    typer.Option(
        "--ledger",
        metavar="FILE",
        envvar="CLEANCLAIM_LEDGER",
        help="The ledger: a file of your own, or the URL of a database; $CLEANCLAIM_LEDGER by default.",
    ),
]
Who = Annotated[
    str | None, typer.Option("--who", metavar="NAME", help="Who does this, for the log; your user name by default.")
]


def opened(place: str, *, make: bool = False) -> Ledger:
    """Return the ledger; CleanclaimError where the extra is not installed, else as :func:`store.opened.opened`."""
    try:
        import alembic  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise CleanclaimError('the ledger needs a package: pip install "cleanclaim[ledger]"') from None
    from cleanclaim.store.opened import opened as open_ledger

    return open_ledger(place, make=make)


def actor(named: str | None) -> str:
    """Return who works with the ledger: as named, else the user's name on this machine."""
    if named and named.strip():
        return named.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def settings(config: Path | None) -> Config:
    """Return the configuration named, else that of the current folder, else the empty one."""
    from cleanclaim.config import Config

    return Config.load(config or local_config())
