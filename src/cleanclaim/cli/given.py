"""The file that a command is given: by its path, or ``-`` for what comes on standard input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleanclaim.errors import InputError, UnreadableFile

_STANDARD_INPUT = Path("-")


@contextmanager
def given(file: Path) -> Iterator[Path | bytes]:
    """Yield what to read: the path, or for ``-`` what came on standard input, which errors call by that name.

    What a pipe brings is held in memory; a file that stands behind standard input is not.

    >>> with given(Path("claims.837")) as source:
    ...     print(source)
    claims.837
    """
    if file != _STANDARD_INPUT:
        yield file
        return
    from cleanclaim.intake.content import STANDARD_INPUT, STANDARD_INPUT_PATH, Content

    content = Content.of(STANDARD_INPUT_PATH)
    try:
        yield content.path or content.held
    except UnreadableFile as error:
        _, _, reason = error.message.partition(": ")
        raise UnreadableFile(f"{STANDARD_INPUT}: {reason}") from error


def shown_name(file: Path) -> str:
    """Return what a file is called on a page that is made of it.

    >>> shown_name(Path("in/claims.837")), shown_name(Path("-"))
    ('claims.837', 'standard input')
    """
    from cleanclaim.intake.content import STANDARD_INPUT

    return STANDARD_INPUT if file == _STANDARD_INPUT else file.name


def by_path(file: str | Path) -> None:
    """Raise InputError for ``-`` where a command wants a file of its own name.

    >>> by_path("-")
    Traceback (most recent call last):
    cleanclaim.errors.InputError: standard input is not read here; write it to a file and name that
    """
    if Path(file) == _STANDARD_INPUT:
        raise InputError("standard input is not read here; write it to a file and name that")
