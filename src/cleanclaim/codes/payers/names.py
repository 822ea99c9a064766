"""The shipped packs, and the names by which they are found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cleanclaim.codes.payers import toml
from cleanclaim.codes.payers.load import Pack, read_pack
from cleanclaim.errors import UnknownPayer

_FOLDER = Path(__file__).parent
_BREAKS = re.compile(r"[^a-z0-9]+")


@cache
def packs() -> tuple[Pack, ...]:
    """Return the packs shipped, in order of their ids.

    >>> [pack.id for pack in packs()][:3]
    ['aetna', 'anthem', 'auto-new-york']
    """
    return tuple(_shipped(id) for id in _ids())


@cache
def _ids() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def _shipped(id: str) -> Pack:
    """The pack with this id; one that is asked for by its id is read without the others."""
    file = _FOLDER / f"{id}.toml"
    document = toml.read(file)
    base = document.get("base")
    return read_pack(document, file.name, [_shipped(base)] if isinstance(base, str) else [])


def pack(name: str) -> Pack:
    """Return the shipped pack with this id or other name, in any case; UnknownPayer where there is none.

    >>> pack("UHC").id, pack("bcbs il").id
    ('uhc-commercial', 'bcbs-illinois')
    """
    if folded(name) in _ids():
        return _shipped(folded(name))
    found = _by_name().get(folded(name))
    if found is None:
        near = toml.did_you_mean(folded(name), _by_name())
        raise UnknownPayer(
            f"no payer pack is called {toml.shown(name)}{near}; `cleanclaim payers` lists them", field="payer"
        )
    return found


def folded(name: str) -> str:
    """Return a name as it is compared: small letters and digits, one hyphen for anything between.

    >>> folded("BCBS  of Illinois")
    'bcbs-of-illinois'
    """
    return _BREAKS.sub("-", name.lower()).strip("-")


@cache
def _by_name() -> dict[str, Pack]:
    named: dict[str, Pack] = {}
    for each in packs():
        for name in (each.id, *each.aliases):
            other = named.setdefault(folded(name), each)
            if other is not each:
                raise ValueError(f"{name!r} names two packs, {other.id} and {each.id}")
    return named
