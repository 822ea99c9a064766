"""What goes wrong with a ledger, in words: without parameters of statements, which hold claims and patients' keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cleanclaim.errors import CleanclaimError, UnreadableFile

_DAMAGED = "it is no ledger, or damaged; nothing was changed"
_WORDS = {
    "SQLITE_FULL": "the disk is full; nothing was posted",
    "SQLITE_READONLY": "it may not be written; nothing was posted",
    "SQLITE_CANTOPEN": "it cannot be opened; check the path and who may read it",
    "SQLITE_PERM": "it cannot be opened; check who may read it",
    "SQLITE_IOERR": "the disk failed; nothing was posted",
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CORRUPT": _DAMAGED,
}


class LedgerBusy(CleanclaimError):  # noqa: N818  (named for what the user sees)
    """Another process is writing to the ledger."""

    code = "store_busy"


class Unbalanced(CleanclaimError):  # noqa: N818
    """Sums that must agree do not; nothing was posted."""

    code = "out_of_balance"


@contextmanager
def in_words(name: str, wait_seconds: float) -> Iterator[None]:
    """Turn an error of the database into one of cleanclaim that names the ledger and quotes nothing."""
    try:
        yield
    except DBAPIError as error:
        told = getattr(error.orig, "sqlite_errorname", None) or ""
        if told.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise LedgerBusy(
                f"{name}: another process has been writing to it for {wait_seconds:g} seconds; nothing was changed, "
                "try again when it is done"
            ) from None
        reason = next((words for code, words in _WORDS.items() if told.startswith(code)), None)
        raise UnreadableFile(f"{name}: {reason or f'the database refused ({told or type(error).__name__})'}") from None
    except SQLAlchemyError as error:
        raise UnreadableFile(f"{name}: the database cannot be used ({type(error).__name__})") from None
