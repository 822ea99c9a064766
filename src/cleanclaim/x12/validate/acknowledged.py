"""Level 4 of acknowledgments: verdicts that go with what they are about (999 and 277CA)."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.segments import Flags, Ints
from cleanclaim.x12.validate.balances import numbered
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.places import places
from cleanclaim.x12.validate.problems import Problems

_REJECTED = (b"A3", b"A6", b"A7", b"A8")
_TAKEN = (b"A1", b"A2")


def check_acknowledgment(body: Body, problems: Problems, still_open: Ints) -> None:
    """Note sets accepted in spite of noted errors, rejections without a reason, and groups that say otherwise."""
    segments = body.segments
    verdicts = body.of_row("2000", "IK5")
    sets = body.of_row("2000", "AK2")
    errors = body.of_row("2100", "IK3")
    owner = numbered(sets, body.owner(errors, "2000"), len(body))
    has_error = np.bincount(owner[owner >= 0], minlength=len(sets)) > 0
    of_verdict = numbered(sets, body.owner(verdicts, "2000"), len(body))
    verdict = segments.element(body.at[verdicts], 1)
    taken = segments.equal(verdict, b"A")
    fresh = body.fresh[verdicts] & (of_verdict >= 0)
    with_errors = np.append(has_error, False)[of_verdict]
    bad = np.flatnonzero(fresh & taken & with_errors)
    _note(body, problems, verdicts[bad], "IK501", "I9", "accepted without errors (A), and yet errors are listed")
    reason = segments.element(body.at[verdicts], 2).length > 0
    bad = np.flatnonzero(fresh & taken & reason)
    _note(body, problems, verdicts[bad], "IK502", "I13", "accepted (A), and yet a reason of rejection")
    _check_listed(body, problems, still_open)
    ends = body.of_row("ST", "AK9")
    ends = ends[body.fresh[ends]]
    whole = segments.equal(segments.element(body.at[ends], 1), b"A")
    refused = segments.equal(verdict, b"R")
    sets_refused = set(body.transaction[verdicts[refused]].tolist())
    bad = np.array([entry for entry in ends[whole].tolist() if int(body.transaction[entry]) in sets_refused], np.int64)
    _note(body, problems, bad, "AK901", "I9", "the group is accepted (A), and yet a transaction set is not")


def _check_listed(body: Body, problems: Problems, still_open: Ints) -> None:
    """Note segments said to have faulty elements (IK304 is 8) of which none is named."""
    segments = body.segments
    noted = body.of_row("2100", "IK3")
    named = numbered(noted, body.owner(body.of_row("2110", "IK4"), "2100"), len(body))
    count = np.bincount(named[named >= 0], minlength=len(noted))
    faulty = segments.equal(segments.element(body.at[noted], 4), b"8")
    whole = body.fresh[noted] & ~np.isin(noted, still_open)
    bad = noted[np.flatnonzero(faulty & (count == 0) & whole)]
    _note(body, problems, bad, "IK304", "I6", "elements are wrong (8), and yet none is named (IK4)")


def check_statuses(body: Body, problems: Problems) -> None:
    """Note actions (accept or reject) that do not go with the category of the status."""
    statuses = np.flatnonzero(body.grammar_rows_of(b"STC") & body.fresh)
    if not len(statuses):
        return
    segments = body.segments
    whole = segments.element(body.at[statuses], 1)
    category = segments.components_of(whole, 1).at(0)
    action = segments.element(body.at[statuses], 3)
    rejected: Flags = np.any([segments.equal(category, code) for code in _REJECTED], axis=0)
    taken: Flags = np.any([segments.equal(category, code) for code in _TAKEN], axis=0)
    bad = np.flatnonzero((rejected & segments.equal(action, b"WQ")) | (taken & segments.equal(action, b"U")))
    _note(body, problems, statuses[bad], "STC03", "I9", "WQ accepts and U rejects: not what the category says")


def _note(body: Body, problems: Problems, entries: Ints, element: str | None, code: str, message: str) -> None:
    problems.add(4, len(entries), **places(body, entries), element=element, code=code, message=message)
