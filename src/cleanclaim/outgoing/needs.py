"""What keeps a claim from being written: facts that are missing, each with the place where it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

PATIENTS, FACTS, SERVICES, CONFIG = "patients file", "file of claim facts", "service rows", "cleanclaim.toml"


class NotWhole(Exception):  # noqa: N818  (named for the claim, not for the class tree)
    """A claim that cannot be put together; what it lacks is in the ``Needs`` it came from."""


@dataclass
class Needs:
    """Collects what one claim lacks, so that all of it can be told at once. Never names a patient.

    >>> needs = Needs()
    >>> needs.text(None, "zip", PATIENTS, "the patient's ZIP code"), needs.messages
    ('', ["the patient's ZIP code is missing: zip in the patients file"])
    """

    messages: list[str] = field(default_factory=list)

    def say(self, message: str) -> None:
        """Note what keeps the claim back, once."""
        if message not in self.messages:
            self.messages.append(message)

    def text(self, value: str | None, name: str, where: str, what: str) -> str:
        """Return ``value``; where there is none, note that ``name`` in ``where`` is missing."""
        return self.given(value, name, where, what, "")

    def given(self, value: T | None, name: str, where: str, what: str, instead: T) -> T:
        """Return ``value``; where there is none, note it and return ``instead``, which is never written."""
        if value is None:
            self.say(f"{what} is missing: {name} in the {where}" if where != CONFIG else f"{what} is missing: {name}")
            return instead
        return value

    def one(self, rows: Sequence[Mapping[str, Any]], name: str) -> Any:
        """Return what all rows of a claim say in a column; None where none says it."""
        values = list(dict.fromkeys(row[name] for row in rows if row[name] is not None))
        if len(values) > 1:
            self.say(f"its service rows differ in {name}")
        return values[0] if values else None

    def stop(self) -> None:
        """Raise NotWhole where anything is missing."""
        if self.messages:
            raise NotWhole
