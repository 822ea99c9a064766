"""What a request in JSON may hold, read strictly: a wrong or misspelled field is an error that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cleanclaim.errors import InputError

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def only(given: Any, keys: Sequence[str], field: str | None, request: str) -> None:
    """Refuse what is no object, or has a key that ``request`` does not take: a misspelling would change the answer.

    >>> only({"dos": "2026-03-04"}, ("dos",), None, "a units request")
    """
    if not isinstance(given, Mapping):
        raise InputError(f"an object is wanted with {', '.join(keys)}", field=field)
    for key in given:
        if key not in keys:
            path = f"{field}.{key}" if field else str(key)
            raise InputError(f"not part of {request}; it takes {', '.join(keys)}", field=path)


def text(value: Any, field: str) -> str:
    """Return a text that is not blank.

    >>> text(" medicare ", "payer")
    'medicare'
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError("missing: a text is wanted" if value is None else "a text is wanted", field=field)
    if not value.isascii():
        raise InputError("a text of plain letters and digits is wanted", field=field)
    return value.strip()


def choice(given: Mapping[str, Any], key: str, choices: Sequence[str], path: str = "") -> str | None:
    """Return one of ``choices``, or None where the key is not there.

    >>> choice({"discipline": "GP"}, "discipline", ("GP", "GO"))
    'GP'
    """
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or value.strip() not in choices:
        raise InputError(f"must be one of {', '.join(choices)}", field=path + key)
    return value.strip()


def day(value: Any, field: str = "dos") -> date:
    """Return a date written YYYY-MM-DD.

    >>> day("2026-03-04")
    datetime.date(2026, 3, 4)
    """
    try:
        if isinstance(value, str) and _DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise InputError("must be a date that exists, written YYYY-MM-DD", field=field)


def services(request: Mapping[str, Any], example: str) -> list[Any]:
    """Return the list of services, which may not be empty.

    >>> services({"services": [{"code": "97530"}]}, '{"code": ...}')
    [{'code': '97530'}]
    """
    listed = request.get("services")
    if not isinstance(listed, list) or not listed:
        raise InputError(f"a list of services is wanted: [{example}]", field="services")
    return listed
