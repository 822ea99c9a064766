"""How every command begins and ends: requests and days read, JSON on stdout, errors in words or as JSON, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.reports.words import printable

Json = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]

COULD_NOT_RUN = 2
INTERRUPTED = 130


def emit(value: Any) -> None:
    """Write ``value`` as JSON on stdout, indented for people, with a line end."""
    sys.stdout.write(as_json_text(value, indent=2) + "\n")


def as_json_text(value: Any, indent: int | None = None) -> str:
    """Return ``value`` as JSON; beyond ASCII only where stdout can hold it."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    return json.dumps(value, indent=indent, ensure_ascii=plain, default=str)


def fail(error: CleanclaimError, *, as_json: bool) -> NoReturn:
    """End with exit code 2: the error as JSON on stdout, or in words on stderr."""
    if as_json:
        emit({"error": {"code": error.code, "message": error.message, "field": error.field}})
    else:
        warn(str(error))
    raise typer.Exit(COULD_NOT_RUN)


def warn(text: str) -> None:
    """Write one line in words on stderr."""
    typer.secho(f"cleanclaim: {printable(text)}", err=True, fg=typer.colors.RED)


@contextmanager
def errors(*, as_json: bool) -> Iterator[None]:
    """Turn an exception of cleanclaim, or Ctrl-C, into the end of the command."""
    try:
        yield
    except CleanclaimError as error:
        fail(error, as_json=as_json)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def choice(text: str, option: str, choices: Sequence[str]) -> str:
    """Return ``text`` if it is one of ``choices``; InputError naming the option if not.

    >>> choice("hospital", "--setting", ("practitioner", "hospital"))
    'hospital'
    """
    if text not in choices:
        raise InputError(f"must be one of {', '.join(choices)}", field=option)
    return text


def day(text: str | None, option: str) -> date:
    """Return the day an option names, today where it is not given; InputError naming the option if it is no day.

    >>> day("2026-03-04", "--on")
    datetime.date(2026, 3, 4)
    """
    if text is None:
        return date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    from cleanclaim.dated import as_day

    return as_day(text, option)


def named(paths: list[str]) -> list[str]:
    """Return the paths; InputError where one is empty, which would mean the whole folder.

    >>> named(["day.csv"])
    ['day.csv']
    """
    if "" in paths:
        raise InputError("an empty path; name a file or a folder")
    return paths


def local_config() -> Path | None:
    """Return the configuration of the current folder, where there is one."""
    here = Path("cleanclaim.toml")
    return here if here.is_file() else None


def read_request(path: str) -> dict[str, Any]:
    """Return the JSON object in a file, or on stdin for ``-``. Raises InputError with line and column."""
    try:
        value = json.loads(sys.stdin.buffer.read() if path == "-" else _content(path), object_pairs_hook=_object)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise InputError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise InputError("the input is not UTF-8 text") from None
    except UnicodeEncodeError:
        raise InputError("the JSON holds half a character: a lone \\ud800 to \\udfff") from None
    except ValueError:
        raise InputError("a number in the JSON is too long") from None
    if not isinstance(value, dict):
        raise InputError('a JSON object is wanted, such as {"payer": ..., "dos": ..., "services": [...]}')
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would change the result without a word."""
    read = dict(pairs)
    if len(read) < len(pairs):
        keys = [key for key, _ in pairs]
        raise InputError("the key stands twice in one object", field=next(key for key in keys if keys.count(key) > 1))
    return read


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'it cannot be read').lower()}; check the path") from None
