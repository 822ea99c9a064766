"""Which pack a payer's name speaks of: what is plain in the name, and never a guess between two."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleanclaim.codes import payers
from cleanclaim.codes.payers.names import folded
from cleanclaim.errors import UnknownPayer

_PART_B = "MB"
_BASES = ("medicaid", "commercial")
_STATES = {
    "illinois": "il",
    "michigan": "mi",
    "nebraska": "ne",
    "north-dakota": "nd",
    "new-jersey": "nj",
    "california": "ca",
    "new-york": "ny",
    "texas": "tx",
    "nevada": "nv",
}


@dataclass(frozen=True)
class Choice:
    """A pack for a payer, or none and ``choices``; ``why`` in words. ``sure``: the name is the pack's own.

    ``nobody``: no payer is meant, so that no pack is to be chosen.
    """

    pack: str | None
    why: str
    choices: tuple[str, ...] = ()
    sure: bool = False
    nobody: bool = False


def pack_for(name: str, filing_indicator: str | None = None) -> Choice:
    """Return the pack that a payer's name speaks of.

    >>> pack_for("MEDICARE PART B").pack, pack_for("Aetna Medicare HMO").pack, pack_for("Prairie Mutual").pack
    ('medicare', 'medicare-advantage', None)
    """
    if filing_indicator == _PART_B:
        return Choice("medicare", "the claims say Medicare Part B", sure=True)
    try:
        found = payers.pack(name).id
        if found not in _BASES:
            return Choice(found, "the name of the pack", sure=True)
    except UnknownPayer:
        pass
    said = folded(name)
    for pattern, choice in _KINDS:
        if re.search(pattern, said):
            return _of_state(said, choice)
    return _by_words(said) or Choice(None, "no pack of this name", ("commercial",))


def _of_state(said: str, choice: Choice) -> Choice:
    """Take of several packs the one whose state the name has; of a state without a pack of its own none."""
    words = f"-{said}-"
    for pack in choice.choices:
        state = next((state for state in _STATES if pack.endswith(state)), None)
        if state is not None and (f"-{state}-" in words or f"-{_STATES[state]}-" in words):
            return Choice(pack, "by its name and state")
    return choice


def _by_words(said: str) -> Choice | None:
    """Return the one pack of which a name or alias stands in the payer's name as words of their own."""
    words = f"-{said}-"
    met = {
        pack.id: max(len(alias) for alias in named)
        for pack in payers.packs()
        if pack.id not in _TOO_PLAIN
        and (named := [a for a in map(folded, (pack.id, *pack.aliases)) if len(a) > 4 and f"-{a}-" in words])
    }
    if not met:
        return None
    best = max(met, key=lambda pack: met[pack])
    return Choice(best, "by its name")


def _ids(*beginnings: str) -> tuple[str, ...]:
    return tuple(pack.id for pack in payers.packs() if pack.id.startswith(beginnings))


_TOO_PLAIN = ("commercial", "medicaid", "medicare", "medicare-advantage")
_ADVANTAGE = r"(advantage|replacement|\bhmo\b|\bppo\b|part-c|gold|complete|dual|\bplus\b|\bsnp\b)"
_CARRIERS = r"(aetna|humana|uhc|united|anthem|cigna|blue|bcbs|wellcare|aarp|optum|devoted|clover|health-plan|kaiser)"
_KINDS = (
    (
        r"self-?pay|private-pay|\bcash\b|no-insurance|uninsured",
        Choice(None, "self-pay: no payer's rules", nobody=True),
    ),
    (r"supplement|medigap", Choice(None, "a supplement to Medicare")),
    (
        r"(work|wrk)(ers?|mans?|mens?|rs?)?-?s?-?comp|\bwc\b|\bw-c\b",
        Choice(None, "depends on the state", _ids("wc-")),
    ),
    (r"no-fault|\bauto\b|\bpip\b|\bmva\b", Choice(None, "depends on the state", _ids("auto-"))),
    (
        rf"(?=.*medicare)(?=.*({_ADVANTAGE}|{_CARRIERS}))(?=.*(uhc|united|aarp))",
        Choice("uhc-medicare-advantage", "by its name"),
    ),
    (
        rf"(?=.*medicare)(?=.*({_ADVANTAGE}|{_CARRIERS}))",
        Choice("medicare-advantage", "by its name"),
    ),
    (r"medicare|\bmcr\b|railroad|palmetto|noridian|novitas", Choice("medicare", "by its name")),
    (
        r"medicaid|medi-cal|\bmcd\b|state-aid",
        Choice("medicaid", "the federal baseline; states differ", _ids("medicaid-")),
    ),
    (r"tricare|triwest-tri|champus", Choice("tricare", "by its name")),
    (r"veteran|\bva\b|\bvaccn\b|community-care", Choice("va-community-care", "by its name")),
    (r"\bunited-?health|\buhc\b", Choice("uhc-commercial", "by its name")),
    (
        r"blue-?cross|blue-?shield|bcbs|\bbcn\b",
        Choice(None, "depends on the state", (*_ids("bcbs-", "anthem"), "commercial")),
    ),
)
