"""What a run did not tell, so that silence is never taken for a pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cleanclaim.config.settings import SCOPE, Suppression
from cleanclaim.rules.rule import Severity

_MOST_LISTED = 12


@dataclass(frozen=True)
class LeftOut:
    """Rules not asked, and findings not told.

    ``rules`` were not asked; ``settings``, ``below_level`` and ``in_baseline`` (null: no baseline was given) count
    findings; ``suppressions`` has each suppression with how many it suppresses, null where its rule was not asked or
    it is one of ``expired``.
    """

    rules: tuple[str, ...] = ()
    settings: int = 0
    below_level: int = 0
    level: Severity | None = None
    suppressions: tuple[tuple[Suppression, int | None], ...] = ()
    expired: tuple[Suppression, ...] = ()
    in_baseline: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the same in the shape of the JSON contract."""
        return {
            "rules_not_asked": list(self.rules),
            "level": self.level.value if self.level else None,
            "below_level": self.below_level,
            "left_out_by_settings": self.settings,
            "in_baseline": self.in_baseline,
            "suppressions": [self._suppression(one, count) for one, count in self.suppressions],
        }

    def _suppression(self, one: Suppression, count: int | None) -> dict[str, Any]:
        expired = one in self.expired
        state = "expired" if expired else {None: "not asked", 0: "unused"}.get(count, "used")
        return {
            "rule": one.rule,
            **{name: getattr(one, name) for name in SCOPE},
            "reason": one.reason,
            "expires": one.expires.isoformat(),
            "state": state,
            "findings": count or 0,
            "message": expired_message(one) if expired else None,
        }

    def expired_messages(self) -> list[str]:
        """Return in words which suppressions have expired, and what to do."""
        return [expired_message(one) for one in self.expired]

    def notes(self) -> list[str]:
        """Return in words what was left out."""
        said = []
        if self.rules:
            listed = f": {', '.join(self.rules)}" if len(self.rules) <= _MOST_LISTED else ""
            said.append(f"{_counted(len(self.rules), 'rule')} not asked{listed}")
        if self.settings:
            said.append(f"{_counted(self.settings, 'finding')} left out by the rules of a payer or site")
        if self.below_level:
            said.append(f"{_counted(self.below_level, 'finding')} less grave than {self.level} left out")
        if self.in_baseline is not None:
            said.append(f"{_counted(self.in_baseline, 'finding')} in the baseline left out")
        said += [
            f"suppression {one.place} ({one.title}) met no finding; remove it if it is no longer needed"
            for one, count in self.suppressions
            if count == 0
        ]
        return said


def expired_message(one: Suppression) -> str:
    """Return in words that a suppression has expired, and what to do."""
    return (
        f"{one.place} ({one.title}) expired on {one.expires} and suppresses nothing; its findings are told again. Act "
        f"on them and remove it, or look again and give it a later day ({one.place.file})"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
