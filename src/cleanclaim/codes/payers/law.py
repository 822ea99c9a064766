"""State law over a plan's own rule: the units that no plan under a state's insurance law may fall below.

Illinois (215 ILCS 5/368g, in force 2019-07-22) lets no health care plan apply a time standard that yields fewer units
than CPT allows: the units are the larger of the plan's method and the midpoint rule. Federally funded patients are
outside it. A state's values stand in ``states/``, in the shape of a pack's.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleanclaim.codes.payers import toml
from cleanclaim.codes.payers.load import DatedValues, Pack, examine, overlaid
from cleanclaim.codes.payers.toml import Key

_BY_THE_VISIT = "per_visit"
_MAY_GIVE_MORE = ("cms", "cms_or_ama")


def at_least(method: str | None, floor: str | None) -> str | None:
    """Return the method by which units are counted where a law sets ``floor`` under the plan's ``method``.

    Total time gives more units than the midpoint rule on some days and fewer on others: the larger counts. Every other
    method by minutes gives as many or fewer. Null where the plan's own method is not known.

    >>> at_least("cms", "ama"), at_least("whole_15", "ama"), at_least("cms", None), at_least(None, "ama")
    ('cms_or_ama', 'ama', 'cms', None)
    """
    if floor is None or method in (None, _BY_THE_VISIT):
        return method
    return "cms_or_ama" if method in _MAY_GIVE_MORE else floor


@cache
def states() -> dict[str, dict[str, DatedValues]]:
    """Return, for each state whose law is in hand, the fields that it sets.

    >>> sorted(states()), states()["IL"]["state_law_floor"][0].span.first
    (['IL'], datetime.date(2019, 7, 22))
    """
    found: dict[str, dict[str, DatedValues]] = {}
    for file in sorted((Path(__file__).parent / "states").glob("*.toml")):
        law, problems = examine({"id": file.stem, "name": file.stem, **toml.read(file)}, file.name)
        problems.raise_first()
        found[file.stem] = dict(law.fields)
    return found


def under_state(pack: Pack, state: object, key: Key) -> Pack:
    """Return ``pack`` with the law of ``state`` over it; ConfigError at ``key`` where no such law is in hand or binds.

    >>> from cleanclaim.codes import payers
    >>> plan = under_state(payers.pack("commercial"), "IL", Key("cleanclaim.toml", "payers.x.state"))
    >>> plan.fields["state_law_floor"][0].value
    'ama'
    """
    if pack.federal:
        raise key.error(f"no state's law binds {pack.id}, whose patients are federally funded; leave the key out")
    fields = states()[key.choice(state, tuple(states()))]
    return overlaid(pack, pack.id, pack.name, fields, {})
