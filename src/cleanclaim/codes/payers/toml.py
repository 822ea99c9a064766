"""Strict reading of TOML: every error names the file, the key and what to write instead."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from cleanclaim.errors import ConfigError

T = TypeVar("T")

_SHOWN = 40
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Key:
    """A place in a TOML document, and the checks of the value that stands there. ``folder`` is that of the file.

    >>> str(Key("medicare.toml") / "unit_method" / 0 / "value")
    'unit_method[0].value'
    >>> Key("cleanclaim.toml", "payers").choice("cmss", ("cms", "ama"))
    Traceback (most recent call last):
    ...
    cleanclaim.errors.ConfigError: payers: "cmss" is not one of cms, ama; did you mean "cms"? (cleanclaim.toml)
    """

    file: str
    path: str = ""
    folder: Path | None = None

    def __str__(self) -> str:
        return self.path or "the file"

    def __truediv__(self, name: str | int) -> Key:
        if isinstance(name, int):
            return replace(self, path=f"{self.path}[{name}]")
        bare = name if name and all(c.isalnum() or c in "_-" for c in name) else f'"{_short(name)}"'
        return replace(self, path=f"{self.path}.{bare}" if self.path else bare)

    def error(self, message: str) -> ConfigError:
        """Return the error for this place."""
        return ConfigError(f"{message} ({self.file})", field=self.path or None)

    def table(self, value: object, allowed: Iterable[str] | None = None) -> dict[str, object]:
        """Return ``value`` as a table whose keys are all in ``allowed`` (None: any key)."""
        if not isinstance(value, dict):
            raise self.error(f"expected a table of keys, not {shown(value)}")
        if allowed is not None:
            known = tuple(allowed)
            for name in value:
                if name not in known:
                    raise (self / name).error(f"unknown key{did_you_mean(name, known)}; keys here: {', '.join(known)}")
        return value

    def items(self, value: object) -> list[object]:
        """Return ``value`` as a list of at least one item."""
        if not isinstance(value, list) or not value:
            raise self.error(f"expected a list with at least one item, not {shown(value)}")
        return value

    def text(self, value: object) -> str:
        """Return ``value`` as text without blanks at its ends."""
        if not isinstance(value, str):
            raise self.error(f"expected text in quotes, not {shown(value)}")
        if not value.strip():
            raise self.error("empty text; write a value or leave the key out")
        return value.strip()

    def choice(self, value: object, choices: tuple[str, ...]) -> str:
        """Return ``value`` as one of ``choices``."""
        word = self.text(value)
        if word not in choices:
            raise self.error(f"{shown(word)} is not one of {', '.join(choices)}{did_you_mean(word, choices)}")
        return word

    def flag(self, value: object) -> bool:
        """Return ``value`` as true or false."""
        if not isinstance(value, bool):
            raise self.error(f"expected true or false without quotes, not {shown(value)}")
        return value

    def whole(self, value: object, low: int, high: int) -> int:
        """Return ``value`` as a whole number from ``low`` to ``high``."""
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(f"expected a whole number from {low} to {high}, not {shown(value)}")
        return value

    def number(self, value: object, low: int, high: int) -> float:
        """Return ``value`` as a number from ``low`` to ``high``."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.error(f"expected a number from {low} to {high}, not {shown(value)}")
        return float(value)

    def day(self, value: object) -> date | None:
        """Return ``value`` as a day; None where it is absent."""
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.error(f"expected a date such as 2026-01-31, without quotes or a time, not {shown(value)}")
        if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            raise self.error(
                f"expected a day from {_FIRST_YEAR} to {_LAST_YEAR}, not {value}; leave the key out for an open end"
            )
        return value

    def form(self, value: object, accepts: Callable[[str], bool], wanted: str) -> str:
        """Return ``value`` as text, upper case, that ``accepts`` accepts; ``wanted`` says what that is."""
        word = self.text(value).upper()
        if not accepts(word):
            raise self.error(f"expected {wanted}, not {shown(value)}")
        return word


def read(path: Path) -> dict[str, object]:
    """Return the TOML document in the file ``path``; ConfigError if it cannot be read or parsed."""
    try:
        return parse(path.read_bytes().decode("utf-8-sig"), path.name)
    except FileNotFoundError:
        raise ConfigError(f"no such file; check the path of the configuration ({path})") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"byte {error.start} is not UTF-8; save the file as UTF-8 ({path.name})") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error} ({path})") from None


def parse(text: str, file: str) -> dict[str, object]:
    """Return the TOML document in ``text``; ConfigError with the line of the first fault."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error} ({file})") from None
    except RecursionError:
        raise ConfigError(f"nested too deeply to be read ({file})") from None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `` did you mean ...`` for the closest of ``choices``, else nothing.

    >>> did_you_mean("unit_methd", ("unit_method", "tie_policy"))
    '; did you mean "unit_method"?'
    """
    near = difflib.get_close_matches(word[:_SHOWN].lower(), list(choices), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def shown(value: object) -> str:
    """Return ``value`` as a message may show it: short, and on one line."""
    if isinstance(value, str):
        return f'"{_short(value)}"'
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    return _short(str(value).lower() if isinstance(value, bool) else str(value))


def _short(text: str) -> str:
    line = text if text.isprintable() else ascii(text)[1:-1]
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
