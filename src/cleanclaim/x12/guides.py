"""The transaction sets that are read: what ST and GS call them, and in which versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cleanclaim.errors import InputError


@dataclass(frozen=True)
class Guide:
    """An implementation guide: its short name, ST01, and the versions that are read; with none, all are."""

    name: str
    kind: str
    versions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {' '.join(self.versions)}".rstrip()


GUIDES = (
    Guide("837P", "837", ("005010X222", "005010X222A1", "005010X222A2")),
    Guide("837I", "837", ("005010X223", "005010X223A1", "005010X223A2", "005010X223A3")),
    Guide("835", "835", ("005010X221", "005010X221A1")),
    Guide("999", "999", ("005010X231", "005010X231A1")),
    Guide("997", "997"),
    Guide("277CA", "277", ("005010X214",)),
)
KINDS = tuple(guide.name for guide in GUIDES)
_OTHERS = {
    "X096": "837I",
    "X097": "837D",
    "X098": "837P",
    "X222": "837P",
    "X223": "837I",
    "X224": "837D",
    "X214": "277CA",
}


def chosen(kinds: Iterable[str]) -> tuple[Guide, ...]:
    """Return the guides of these names, in their own order. Raises InputError for a name that is none.

    >>> [guide.name for guide in chosen(["835", "837P"])]
    ['837P', '835']
    """
    wanted = list(kinds)
    for name in wanted:
        if name not in KINDS:
            raise InputError(f"{name!r} is not one of {', '.join(KINDS)}", field="kinds")
    return tuple(guide for guide in GUIDES if guide.name in wanted)


def short_name(kind: str, version: str) -> str:
    """Return what a transaction set is called for short, by ST01 and its version.

    >>> short_name("837", "005010X223A2"), short_name("271", "005010X279A1")
    ('837I', '271')
    """
    name = _OTHERS.get(version[6:10], "")
    return name if name.startswith(kind) else kind
