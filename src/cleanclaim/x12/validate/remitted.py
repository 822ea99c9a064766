"""Level 4 of the 835: what must be there because of something else in the payment or the claim."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.segments import Ints
from cleanclaim.x12.validate.amounts import element_cents
from cleanclaim.x12.validate.balances import numbered
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.places import places
from cleanclaim.x12.validate.problems import Problems


def check_remittance(body: Body, problems: Problems, still_open: Ints) -> None:
    """Note payments without their accounts, trace numbers of another payer, and services without a day."""
    _check_payment(body, problems)
    _check_days(body, problems, still_open)


def _check_payment(body: Body, problems: Problems) -> None:
    segments = body.segments
    heads = body.of_row("ST", "BPR")
    heads = heads[body.fresh[heads]]
    if not len(heads):
        return
    method = segments.element(body.at[heads], 4)
    for method_code, needed in (
        (b"ACH", (5, 6, 7, 8, 9, 10, 12, 13, 14, 15)),
        (b"BOP", (5, 6, 7, 8, 9, 10, 12, 13, 14, 15)),
    ):
        ours = segments.equal(method, method_code)
        for place in needed:
            bad = np.flatnonzero(ours & (segments.element(body.at[heads], place).length == 0))
            text = f"a payment by {method_code.decode()} needs this element"
            _note(body, problems, heads[bad], f"BPR{place:02}", "I9", text)
    amount, good = element_cents(body, heads, 2)
    bad = np.flatnonzero(segments.equal(method, b"NON") & good & (amount != 0))
    _note(body, problems, heads[bad], "BPR02", "I9", "no payment is made (BPR04 is NON), and yet there is an amount")
    bad = np.flatnonzero(good & (amount < 0))
    _note(body, problems, heads[bad], "BPR02", "I12", "a payment is not negative: balances are carried forward in PLB")
    _check_trace(body, problems, heads)


def _check_trace(body: Body, problems: Problems, heads: Ints) -> None:
    traces = body.of_row("ST", "TRN")
    by_set = {int(body.transaction[head]): head for head in heads.tolist()}
    pairs = [(t, by_set[int(body.transaction[t])]) for t in traces.tolist() if int(body.transaction[t]) in by_set]
    if not pairs:
        return
    trace, head = np.array(pairs).T
    one, other = body.segments.element(body.at[trace], 3), body.segments.element(body.at[head], 10)
    both = (one.length > 0) & (other.length > 0)
    bad = np.flatnonzero(both & ~body.segments.same(one, other))
    _note(body, problems, trace[bad], "TRN03", "I12", "not the originating company of BPR10")


def _check_days(body: Body, problems: Problems, still_open: Ints) -> None:
    services = body.of_row("2110", "SVC")
    claims = body.of_row("2100", "CLP")
    if not len(claims) or not len(services):
        return
    days = body.of_row("2110", "DTM", "472")
    qualifier = body.segments.element(body.at[days], 1)
    size = len(body)
    owner = numbered(services, body.owner(days, "2110"), size)
    count = {}
    for code in (b"472", b"150", b"151"):
        held = body.segments.equal(qualifier, code) & (owner >= 0)
        count[code] = np.bincount(owner[held], minlength=len(services))
    closed = body.fresh[services] & ~np.isin(services, still_open)
    bad = np.flatnonzero(closed & ((count[b"150"] > 0) != (count[b"151"] > 0)))
    _note(body, problems, services[bad], None, "I6", "a period of service needs both its days (DTM*150 and DTM*151)")
    dated = body.of_row("2100", "DTM", "232")
    has = np.bincount(_held(body, dated, claims), minlength=len(claims) + 1)[1:] > 0
    claim = numbered(claims, body.owner(services, "2100"), size)
    none = (count[b"472"] + count[b"150"] + count[b"151"] == 0) & (claim >= 0) & ~has[claim]
    bad = np.flatnonzero(closed & none)
    _note(body, problems, services[bad], None, "I6", "neither the service nor its claim has a day (DTM)")


def _held(body: Body, entries: Ints, claims: Ints) -> Ints:
    return numbered(claims, body.owner(entries, "2100"), len(body)) + 1


def _note(body: Body, problems: Problems, entries: Ints, element: str | None, code: str, message: str) -> None:
    problems.add(4, len(entries), **places(body, entries), element=element, code=code, message=message)
