"""How every command ends: JSON on stdout, errors in words or as JSON, and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from cleanclaim.errors import CleanclaimError, InputError

COULD_NOT_RUN = 2


def emit(value: Any) -> None:
    """Write ``value`` as JSON on stdout, indented for people, with a line end."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def fail(error: CleanclaimError, *, as_json: bool) -> NoReturn:
    """End with exit code 2: the error as JSON on stdout, or in words on stderr."""
    if as_json:
        emit({"error": {"code": error.code, "message": error.message, "field": error.field}})
    else:
        typer.secho(f"cleanclaim: {error}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
    raise typer.Exit(COULD_NOT_RUN)


@contextmanager
def errors(*, as_json: bool) -> Iterator[None]:
    """Turn an exception of cleanclaim into the end of the command."""
    try:
        yield
    except CleanclaimError as error:
        fail(error, as_json=as_json)


def read_request(path: str) -> dict[str, Any]:
    """Return the JSON object in a file, or on stdin for ``-``. Raises InputError with line and column."""
    try:
        text = sys.stdin.read() if path == "-" else _text(path)
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise InputError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise InputError("the input is not UTF-8 text") from None
    if not isinstance(value, dict):
        raise InputError("a JSON object is wanted, such as {\"payer\": ..., \"dos\": ..., \"services\": [...]}")
    return value


def _text(path: str) -> str:
    from pathlib import Path

    from cleanclaim.errors import UnreadableFile

    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or 'cannot be read'}") from None
