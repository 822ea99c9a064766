"""A clinic's own pack: a TOML file in the shape of a shipped one, and everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from cleanclaim.codes.payers import toml
from cleanclaim.codes.payers.load import Pack, Problems, examine
from cleanclaim.codes.payers.names import packs
from cleanclaim.codes.payers.toml import Key
from cleanclaim.errors import ConfigError


def is_file_name(word: str) -> bool:
    """Return whether ``word`` names a file rather than a shipped pack.

    >>> is_file_name("our-plan.toml"), is_file_name("aetna")
    (True, False)
    """
    return word.strip().lower().endswith(".toml")


def examine_file(path: Path) -> tuple[Pack, Problems]:
    """Return the pack in the file ``path`` as far as it can be read, and everything that is wrong with it.

    ConfigError where the file is missing, or is no TOML.
    """
    pack, problems = examine(toml.read(path), path.name, packs(), path.parent)
    if pack.id in {shipped.id for shipped in packs()}:
        wrong = f'"{pack.id}" is the id of a shipped pack; choose another, and write base = "{pack.id}" to build on it'
        problems.append(Key(path.name, "id").error(wrong))
    if not pack.fields and not pack.codes and not problems:
        problems.append(Key(path.name).error("says nothing of the payer; write at least one field"))
    return pack, problems


def read_own(word: str, key: Key) -> Pack:
    """Return the pack in the file that ``word`` names, beside the configuration in which ``key`` stands."""
    path = (key.folder or Path()) / word.strip()
    try:
        pack, problems = examine_file(path)
    except ConfigError as error:
        raise key.error(error.message) from None
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise key.error(f"{path.name} is no pack: {problems[0]}{more}; see `cleanclaim payers check {path.name}`")
    return pack
