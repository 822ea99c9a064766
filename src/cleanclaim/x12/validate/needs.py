"""Level 4 of claims, segment by segment: elements and segments that a code elsewhere makes necessary."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.amounts import element_cents, text_of
from cleanclaim.x12.validate.balances import numbered
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.elements import Elements
from cleanclaim.x12.validate.places import places
from cleanclaim.x12.validate.problems import Problems

_INPATIENT_PLACES = (b"21", b"51", b"61")  # CMS's 837P edits: an admission date is needed for these


def check_needs(elements: Elements, problems: Problems, still_open: Ints) -> None:
    """Note attachments without a number, stays without a day of admission, secondary Medicare without a reason."""
    _check_attachments(elements)
    _check_medicare_second(elements)
    _check_admissions(elements.body, problems, still_open)
    _check_negative(elements.body, problems)
    if elements.own.kind == "837P":
        _check_units(elements.body, problems)


def _spans(elements: Elements, chosen: Ints, place: int) -> Spans:
    body = elements.body
    return body.segments.element(body.at[elements.chosen[chosen]], place)


def _is(elements: Elements, spans: Spans, *codes: bytes) -> Flags:
    found: Flags = np.any([elements.body.segments.equal(spans, code) for code in codes], axis=0)
    return found


def _check_attachments(elements: Elements) -> None:
    chosen = elements.named(b"PWK")
    if not len(chosen):
        return
    sent = _is(elements, _spans(elements, chosen, 2), b"BM", b"EL", b"EM", b"FT", b"FX")
    bad = chosen[np.flatnonzero(sent & (_spans(elements, chosen, 6).length == 0))]
    elements.note(4, bad, elements.spec_of(bad, 6), None, "I9", "an attachment that is sent needs its control number")


def _check_medicare_second(elements: Elements) -> None:
    if elements.own.kind != "837P":
        return
    chosen = elements.named(b"SBR")
    if not len(chosen):
        return
    first = elements.body.loop[elements.chosen[chosen]] == elements.own.loop("2000B")
    medicare = _is(elements, _spans(elements, chosen, 9), b"MA", b"MB")
    later = _is(elements, _spans(elements, chosen, 1), b"S", b"T")
    bad = chosen[np.flatnonzero(first & medicare & later & (_spans(elements, chosen, 5).length == 0))]
    message = "Medicare is not the first payer: the reason (insurance type) is needed"
    elements.note(4, bad, elements.spec_of(bad, 5), None, "I9", message)


def _check_admissions(body: Body, problems: Problems, still_open: Ints) -> None:
    claims = body.of_row("2300", "CLM")
    if not len(claims):
        return
    place = body.segments.components_of(body.segments.element(body.at[claims], 5), 1).at(0)
    codes = _INPATIENT_PLACES if body.grammar.kind == "837P" else (b"11",)
    stays = np.any([body.segments.equal(place, code) for code in codes], axis=0)
    owner = numbered(claims, body.owner(body.of_row("2300", "DTP", "435"), "2300"), len(body))
    dated = np.bincount(owner[owner >= 0], minlength=len(claims)) > 0
    whole = body.fresh[claims] & ~np.isin(claims, still_open)
    bad = claims[np.flatnonzero(stays & ~dated & whole)]
    message = "an inpatient claim needs its day of admission (DTP*435)"
    problems.add(4, len(bad), **places(body, bad), element=None, code="A7:189", message=message)


def _check_units(body: Body, problems: Problems) -> None:
    lines = body.of_row("2400", "SV1")
    units, good = element_cents(body, lines, 4)
    given = body.segments.element(body.at[lines], 4).length > 0
    bad = lines[np.flatnonzero(given & good & (units <= 0) & body.fresh[lines])]
    message = "the units of a service are more than 0"
    problems.add(4, len(bad), **places(body, bad), element="SV104", code="A7:476", message=message)


def _check_negative(body: Body, problems: Problems) -> None:
    name, place = ("SV1", 2) if body.grammar.kind == "837P" else ("SV2", 3)
    for loop, segment, at in (("2300", "CLM", 2), ("2400", name, place)):
        entries = body.of_row(loop, segment)
        amount, good = element_cents(body, entries, at)
        bad = np.flatnonzero(good & (amount < 0) & body.fresh[entries])
        problems.add(
            4,
            len(bad),
            **places(body, entries[bad]),
            element=f"{segment}{at:02}",
            value=[text_of(v) for v in amount[bad].tolist()],
            code="A7:178",
            message="a charge is not negative",
        )
