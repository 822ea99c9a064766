"""The part of the proof that says which units take CQ or CO, and why."""

from __future__ import annotations

from collections.abc import Iterator

from cleanclaim.citation import Citation
from cleanclaim.engine.visit_pool import Pool, Row, counted
from cleanclaim.engine.visit_terms import MARKS, Terms

_TEST = Citation("42 CFR 410.59 and 410.60", "para. (a)(4)")
_TWO_METHODS = Citation("CY 2020 physician fee schedule final rule", "two ways to compute the tenth")


Step = tuple[str, Citation]


def assistant_steps(pool: Pool, known: Terms) -> Iterator[Step]:
    """Yield the steps of the test, code by code, where an assistant gave a service of the pool."""
    helped = [m for m in pool.members if m["by_assistant"] and (m["units"] != 0 or m["in_tie"])]
    if not helped:
        return
    yield f"{known.assistant_reason[0].upper()}{known.assistant_reason[1:]}.", known.assistant_source
    for member in helped:
        if not known.assistant_required or member["assistant_units"] is None:
            continue
        mark = MARKS[pool.discipline]
        if member["units"]:
            yield from _member(member, pool.assistants.get(member["family"]), known, mark)
        if member["in_tie"]:
            other = f"{counted(member['other_units'], 'unit')}, {member['other_assistant_units']} of them with {mark}"
            yield f"With the tie settled the other way, {member['family']} has {other}.", _TEST


def _member(member: Row, test: Row | None, known: Terms, mark: str) -> Iterator[Step]:
    code, units = member["family"], member["units"]
    if member["assistant_only"]:
        yield f"{code}: an assistant gave it in whole, so {mark} on {counted(units, 'unit')}.", _TEST
    elif test is None:
        shared = (member["therapist_minutes"], member["assistant_minutes"])
        modified = member["assistant_units"] > 0
        result = mark if modified else f"no {mark}"
        yield f"{code}, untimed: {_against_share(*shared, modified, known)}: {result}.", _TEST
        yield from _two_methods(*shared, mark)
    else:
        yield _unit_by_unit(member, test, known, mark), _TEST
        if test["open_units"] == 1 and not test["open_past_midpoint"]:
            yield from _two_methods(test["open_therapist_minutes"], test["open_assistant_minutes"], mark)


def _unit_by_unit(member: Row, test: Row, known: Terms, mark: str) -> str:
    spent = counted(member["therapist_minutes"], "minute"), member["assistant_minutes"]
    parts = [f"{member['family']}: therapist {spent[0]}, assistant {spent[1]}"]
    if test["first_modified"] is not None:
        parts.append(f"the base code's unit is the {'assistant' if test['first_modified'] else 'therapist'}'s")
    parts.append(f"whole units: therapist {test['therapist_whole']}, assistant {test['assistant_whole']}")
    if test["open_units"]:
        parts.append(_open(test, known))
    plain = member["units"] - member["assistant_units"]
    return f"{'; '.join(parts)}. So {counted(plain, 'unit')} without and {member['assistant_units']} with {mark}."


def _open(test: Row, known: Terms) -> str:
    """Why the units that neither person filled alone are the therapist's or the assistant's."""
    shared = (test["open_therapist_minutes"], test["open_assistant_minutes"])
    left = f"{shared[0]} and {shared[1]} minutes left"
    if test["open_units"] > 1:
        split = "one each" if test["open_modified"] else "both the therapist's"
        return f"{test['open_units']} units are open, with {left}: {split}"
    if test["open_past_midpoint"]:
        return f"1 unit is open, with {left}: the therapist's {shared[0]} pass the middle of the unit, so no modifier"
    return f"1 unit is open, with {left}: {_against_share(*shared, test['open_modified'] > 0, known)}"


def _against_share(therapist: int, assistant: int, modified: bool, known: Terms) -> str:
    if not assistant:
        return "all of them the therapist's"
    share, total = f"{known.share:.0%}", therapist + assistant
    verdict = f"more than {share}" if modified else f"not more than {share}"
    return f"the assistant's {assistant} of {total} minutes are {assistant / total:.1%}, {verdict}"


def _two_methods(therapist: int, assistant: int, mark: str) -> Iterator[Step]:
    """The two published ways to compute the tenth, where they disagree with each other or with the regulation."""
    total = therapist + assistant
    if not therapist or not assistant:
        return
    percent = (200 * assistant + total) // (2 * total)
    smallest = (total + 5) // 10 + 1
    verdicts = {percent > 10, assistant >= smallest, assistant * 10 > total}
    if len(verdicts) == 1:
        return

    def said(takes: bool) -> str:
        return mark if takes else f"no {mark}"

    text = (
        f"CMS printed two ways to compute the tenth, and here they do not all agree: in whole percent, {percent}% "
        f"({said(percent > 10)}); a tenth of {total} rounded, plus 1, asks for {counted(smallest, 'minute')} "
        f"({said(assistant >= smallest)}). The regulation's own word, exceeds, decides."
    )
    yield text, _TWO_METHODS
