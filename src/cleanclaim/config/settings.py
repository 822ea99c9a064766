"""Which rules a clinic wants, how grave it takes them, and what it has looked at: as ``cleanclaim.toml`` writes them.

Rules are named here by id, by the letters with which ids begin, or by name. What those stand for is not known at this
level: :mod:`cleanclaim.engine.selection` reads them, and answers at the place that each setting carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cleanclaim.codes.payers.toml import Key

_REQUIRED = ("rule", "reason", "expires")
SCOPE = ("payer", "site", "code", "claim", "visit")
_PATIENT = ("patient", "patient_id", "patient_name", "name", "member", "member_id", "subscriber", "birth_date", "dob")


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """A ``rules`` table: names of rules as written. ``select`` None: every rule. ``place`` is where it stands."""

    place: Key = field(compare=False)
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Findings that the clinic has looked at and lives with through ``expires``; None: any payer, site, code ...

    ``payer`` is written as in the file; ``code`` in capitals.
    """

    place: Key = field(compare=False)
    rule: str
    reason: str
    expires: date
    payer: str | None = None
    site: str | None = None
    code: str | None = None
    claim: str | None = None
    visit: str | None = None

    @property
    def scope(self) -> dict[str, str]:
        """What it is limited to, by key, in the order of ``SCOPE``."""
        return {name: value for name in SCOPE if (value := getattr(self, name)) is not None}

    @property
    def title(self) -> str:
        """The suppression in a few words: its rule, and what it is limited to.

        >>> Suppression(Key("cleanclaim.toml"), "D110", "asked the payer", date(2027, 1, 31), code="97530").title
        'D110, code 97530'
        """
        return ", ".join([self.rule, *(f"{name} {value}" for name, value in self.scope.items())])


def read_rules(given: object, place: Key) -> RuleSettings:
    """Return the settings in a ``rules`` table; ConfigError naming the key at fault."""
    table = place.table(given, ("select", "ignore", "severity"))
    severity = place / "severity"
    return RuleSettings(
        place=place,
        select=_names(table["select"], place / "select") if "select" in table else None,
        ignore=_names(table["ignore"], place / "ignore") if "ignore" in table else (),
        severity={
            name: (severity / name).text(value) for name, value in severity.table(table.get("severity", {})).items()
        },
    )


def _names(given: object, place: Key) -> tuple[str, ...]:
    return tuple((place / i).text(name) for i, name in enumerate(place.items(given)))


def read_suppressions(
    given: object, place: Key, *, payer: Callable[[str, Key], str], sites: tuple[str, ...]
) -> tuple[Suppression, ...]:
    """Return the ``[[suppressions]]``; ``payer`` checks a payer's name at its place, ``sites`` are those that exist."""
    if given == []:
        return ()
    return tuple(_suppression(one, place / i, payer, sites) for i, one in enumerate(place.items(given)))


def _suppression(given: object, place: Key, payer: Callable[[str, Key], str], sites: tuple[str, ...]) -> Suppression:
    table = place.table(given)
    for name in table:
        if name.lower() in _PATIENT:
            raise (place / name).error("a suppression holds nothing of a patient; name the claim or the visit instead")
    table = place.table(given, (*_REQUIRED, *SCOPE))
    for name in _REQUIRED:
        if name not in table:
            raise place.error(f"{name} is missing; {_WANTED[name]}")
    texts = {name: (place / name).text(table[name]) for name in ("rule", "reason", *SCOPE) if name in table}
    expires = (place / "expires").day(table["expires"])
    if expires is None:
        raise place.error(f"expires is missing; {_WANTED['expires']}")
    if "payer" in texts:
        payer(texts["payer"], place / "payer")
    if "site" in texts:
        if not sites:
            raise (place / "site").error("no site is configured; add a [sites.NAME] table")
        (place / "site").choice(texts["site"], sites)
    if "code" in texts:
        texts["code"] = texts["code"].upper()
    return Suppression(place=place, expires=expires, **texts)


_WANTED = {
    "rule": 'write the rule\'s id or name, such as rule = "D110"',
    "reason": "say why these findings may stand, for whoever reads this next",
    "expires": "write the last day on which it holds, such as expires = 2027-01-31",
}
