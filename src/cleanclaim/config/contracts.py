"""The payers of a clinic and what its contracts say, as ``cleanclaim.toml`` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cleanclaim.citation import Citation
from cleanclaim.codes import payers
from cleanclaim.codes.payers.law import under_state
from cleanclaim.codes.payers.load import overlaid, read_fields, unpriced
from cleanclaim.codes.payers.own import is_file_name, read_own
from cleanclaim.codes.payers.toml import Key, shown
from cleanclaim.config.example import FILE_NAME
from cleanclaim.config.names import folded
from cleanclaim.config.settings import RuleSettings, read_rules
from cleanclaim.errors import UnknownPayer

_CONTRACT = Citation(FILE_NAME, "clinic's contract")


@dataclass(frozen=True)
class Contracts:
    """The ``[payers]`` of a configuration; names are in small letters.

    ``packs`` leads from each id or name to a pack, ``payers`` to the first name of its table; ``rules`` has the rule
    settings of the payers, by that name. ``overrides`` are the clinic's own packs.
    """

    packs: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[payers.Pack, ...] = ()
    payers: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, RuleSettings] = field(default_factory=dict)


def read_payers(given: object, key: Key) -> Contracts:
    """Return what the ``[payers]`` tables say; ConfigError naming the key at fault."""
    names: dict[str, str] = {}
    first_names: dict[str, str] = {}
    rules: dict[str, RuleSettings] = {}
    overrides: list[payers.Pack] = []
    own: dict[str, payers.Pack] = {}
    for payer, value in key.table(given).items():
        place = key / payer
        table = place.table(value, ("pack", "state", "names", "rules", "send", *payers.FIELDS))
        if "pack" not in table:
            raise place.error("pack is missing; `cleanclaim payers` lists them")
        pack = _pack(table["pack"], place / "pack", own)
        fields, codes = read_fields(
            {name: table[name] for name in table if name in payers.FIELDS}, place, source=_CONTRACT
        )
        stated = "state" in table
        if stated:
            pack = under_state(pack, table["state"], place / "state")
        if fields or codes or stated:
            pack = overlaid(pack, f"{pack.id}:{folded(payer)}", payer.strip(), fields, codes)
            for problem in unpriced(pack, place):
                raise problem
            overrides.append(pack)
        listed = (place / "names").items(table["names"]) if "names" in table else []
        also = [(place / "names" / i).text(name) for i, name in enumerate(listed)]
        for name in (place.text(payer), *also):
            if folded(name) in names:
                raise place.error(f"{shown(name)} stands for two payers; names are compared without regard to case")
            names[folded(name)] = pack.id
            first_names[folded(name)] = folded(payer)
        if "rules" in table:
            rules[folded(payer)] = read_rules(table["rules"], place / "rules")
    return Contracts(names, (*own.values(), *overrides), first_names, rules)


def _pack(given: object, key: Key, own: dict[str, payers.Pack]) -> payers.Pack:
    """The shipped pack, or the clinic's own, that ``given`` names; packs of the clinic are kept in ``own`` by id."""
    word = key.text(given)
    if not is_file_name(word):
        try:
            return payers.pack(word)
        except UnknownPayer as error:
            raise key.error(error.message) from None
    pack = read_own(word, key)
    if own.setdefault(pack.id, pack) != pack:
        raise key.error(f'another file is called "{pack.id}" too; give one of the two packs another id')
    return pack


def how_to_map(payer: str) -> str:
    """Return in words how a payer's name is led to a pack."""
    name = shown(payer).strip(chr(34))
    return f'write [payers."{name}"] with pack = "..." in {FILE_NAME}; `cleanclaim payers` lists the packs'
