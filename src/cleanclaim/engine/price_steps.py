"""A price in words: how an amount came about, step by step, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cleanclaim.citation import Citation
from cleanclaim.codes import fee_status
from cleanclaim.engine.price import FEE_SCHEDULE

Line = Mapping[str, Any]
Step = dict[str, str | None]

VALUES = Citation("CMS, physician fee schedule, relative value files")
FORMULA = Citation("42 CFR", "414.20 to 414.26")
NON_FACILITY = Citation("42 U.S.C. 1395m(k)", "para. (1)(B)")
REDUCTION = Citation("Medicare Claims Processing Manual (Pub. 100-04), ch. 5", "sec. 10.7")

_PARTS = {"work": "work", "pe": "practice expense", "mp": "malpractice"}


def explain(line: Line, day: Sequence[Line], dos: date, place: str) -> list[Step]:
    """Return the steps to a line's amount, in order; those that are known where the amount is not.

    ``line`` is a row of the table that :func:`cleanclaim.engine.price.price` takes, with what it gives; ``day`` the
    rows with units; ``place`` the words for its indices.
    """
    if not line["units"]:
        return [step("No units are billed: nothing is due.")]
    if line["unit_full_cents"] is None:
        return []
    if line["fee_status"] in fee_status.UNPAID:
        status = fee_status.MEANING[line["fee_status"]]
        return [step(f"{line['code']} has status {line['fee_status']}, {status}: allowed $0.00.", VALUES)]
    if line["work_rvu"] is None or line["conversion_factor"] is None:
        return [_national(line, dos), *_sum(line, day)]
    return [*_components(line, dos, place), *_sum(line, day)]


def _national(line: Line, dos: date) -> Step:
    rate = dollars(line["unit_full_cents"])
    return step(
        f"One unit of {line['code']} is {rate}, the national rate as published for {dos.year}{_qp(line)}; its parts "
        f"(work, practice expense, malpractice) are not known{_age(line)}.",
        VALUES,
    )


def _components(line: Line, dos: date, place: str) -> Iterator[Step]:
    rvu = {part: Decimal(str(line[f"{part}_rvu"])) for part in _PARTS}
    gpci = {part: Decimal(str(line[f"gpci_{part}"] if line["localized"] else 1)) for part in _PARTS}
    factor = Decimal(str(line["conversion_factor"]))
    yield step(
        f"{line['code']} has {rvu['work']:.2f} relative value units of work, {rvu['pe']:.2f} of practice expense (the "
        f"non-facility value, as for all therapy) and {rvu['mp']:.2f} of malpractice{_age(line)}.",
        NON_FACILITY,
    )
    worth = ", ".join(f"{name} {gpci[part]:.3f}" for part, name in _PARTS.items())
    indices = f"{place} ({worth})" if line["localized"] else place
    yield step(f"The conversion factor on {dos} is {factor:.4f}{_qp(line)}; {indices}.", FORMULA)
    whole = _product(rvu, gpci, factor, Decimal(1))
    yield step(f"One unit: {whole}, rounded half-up to {dollars(line['unit_full_cents'])}.", FORMULA)
    if _has_reduced_unit(line):
        kept = 1 - Decimal(str(line["mppr_pe_reduction"]))
        reduced = _product(rvu, gpci, factor, kept)
        yield step(
            f"One unit with {plain(100 * kept)}% of its practice expense: {reduced}, rounded half-up to "
            f"{dollars(line['unit_reduced_cents'])}.",
            REDUCTION,
        )


def _product(rvu: Mapping[str, Decimal], gpci: Mapping[str, Decimal], factor: Decimal, kept: Decimal) -> str:
    """The multiplication with its unrounded result; ``kept`` is the share of the practice expense that counts."""
    share = {"work": Decimal(1), "pe": kept, "mp": Decimal(1)}
    terms = [
        f"{rvu[part]:.2f} x {gpci[part]:.3f}" + (f" x {plain(share[part])}" if share[part] != 1 else "")
        for part in _PARTS
    ]
    exact = factor * sum(rvu[part] * gpci[part] * share[part] for part in _PARTS)
    return f"({' + '.join(terms)}) x {factor:.4f} = {plain(exact)}"


def _has_reduced_unit(line: Line) -> bool:
    keeps = line["keeps_practice_expense"]
    return line["unit_reduced_cents"] is not None and (keeps is False or (keeps is True and line["units"] > 1))


def _sum(line: Line, day: Sequence[Line]) -> Iterator[Step]:
    """Yield the line's place in the day's ranking, then its units added up."""
    if line["allowed_cents"] is None:
        return
    units, full, reduced = int(line["units"]), line["unit_full_cents"], line["unit_reduced_cents"]
    pool = _pool(day)
    if line not in pool:
        why = "This payer does not use" if line["mppr_applies"] is False else f"{line['code']} is not subject to"
        yield step(f"{why} the multiple-procedure reduction: every unit is paid in full.", REDUCTION)
        amounts = f"{units} x {dollars(full)}"
    elif len(pool) == 1 and units == 1:
        yield step("No other unit of the day is subject to the multiple-procedure reduction: paid in full.", REDUCTION)
        amounts = f"1 x {dollars(full)}"
    elif line["keeps_practice_expense"]:
        why = _why_first(line, [other for other in pool if other is not line])
        yield step(
            f"{why}: one unit of it is paid in full, and every other unit of the day that is subject to the "
            "multiple-procedure reduction is reduced.",
            REDUCTION,
        )
        amounts = f"1 x {dollars(full)}" + (f" + {units - 1} x {dollars(reduced)}" if units > 1 else "")
    else:
        first = next(other for other in pool if other["keeps_practice_expense"])
        yield step(
            f"{first['code']} has the first place of the day (practice expense {first['pe_rvu']:.2f}): the practice "
            f"expense of every unit of {line['code']} is reduced; work and malpractice stay whole.",
            REDUCTION,
        )
        amounts = f"{units} x {dollars(reduced)}"
    yield step(f"{amounts} = {dollars(line['allowed_cents'])}.")


def _pool(day: Sequence[Line]) -> list[Line]:
    """The lines of the day that the reduction is meant for, or may be."""
    return [
        line
        for line in day
        if line["mppr_applies"] is not False
        and line["mult_proc"] is not False
        and line["always_therapy"] is not False
        and line["fee_status"] not in fee_status.UNPAID
    ]


def _why_first(line: Line, others: Sequence[Line]) -> str:
    own = f"{line['pe_rvu']:.2f}"
    tied = [other for other in others if other["pe_rvu"] == line["pe_rvu"]]
    if not tied:
        return f"The practice expense of {line['code']} ({own}) is the highest of the day"
    equal = [other for other in tied if other["unit_full_cents"] == line["unit_full_cents"]]
    named = f"The practice expense of {line['code']} ({own}) is also that of {_codes(tied)}"
    if equal:
        return f"{named}, and the full fee that of {_codes(equal)}; the earlier line takes the first place"
    return f"{named}, and its full fee is higher"


def _codes(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(line["code"] for line in lines))


def why_not(line: Line, day: Sequence[Line], dos: date, payer: str) -> Iterator[dict[str, Any]]:
    """Yield what keeps a line's amount from being known: its code, the columns missing, and the reason in words."""
    if line["allowed_cents"] is not None:
        return
    missing, reason = _no_unit(line, dos, payer) if line["unit_full_cents"] is None else _no_rank(line, day, dos)
    yield {"code": line["code"], "missing": missing, "reason": reason}


def _no_unit(line: Line, dos: date, payer: str) -> tuple[list[str], str]:
    """Why not even one unit has a price."""
    code, status = line["code"], line["fee_status"]
    if line["fee_basis"] != FEE_SCHEDULE:
        return ["fee_basis"], f"{payer}: what this payer allows does not follow a fee schedule that cleanclaim has"
    if status is not None and status not in fee_status.PRICED:
        return (
            [],
            f"{code} has status {status} on the fee schedule: {fee_status.MEANING.get(status, 'no amount is set')}",
        )
    if status is None and line["work_rvu"] is None and line["national_fee_cents"] is None:
        return ["fee_status"], f"cleanclaim has no fee schedule with {code} for {dos}"
    if status is None:
        return ["fee_status"], f"the status of {code} on the fee schedule of {dos} is not known"
    if line["conversion_factor"] is None:
        return ["conversion_factor"], f"no conversion factor is known for {dos}"
    if line["localized"] and line["gpci_work"] is None:
        return ["gpci_work", "gpci_pe", "gpci_mp"], f"the locality's geographic indices for {dos} are not known"
    held = ", only its national rate" if line["national_fee_cents"] is not None else ""
    return [
        "work_rvu",
        "pe_rvu",
        "mp_rvu",
    ], f"cleanclaim's tables have no relative values of {code} for {dos.year}{held}"


def _no_rank(line: Line, day: Sequence[Line], dos: date) -> tuple[list[str], str]:
    """Why the reduction of a line with a known full fee is not known."""
    code = line["code"]
    if line["mppr_applies"] is None:
        return ["mppr_applies"], "whether this payer uses the multiple-procedure reduction is not known"
    if line["mult_proc"] is None:
        return ["mult_proc"], f"whether {code} is subject to the multiple-procedure reduction on {dos} is not known"
    if line["pe_rvu"] is None:
        return ["pe_rvu"], (
            f"the practice expense of {code} for {dos.year} is not known (only its national rate is): what a reduced "
            "unit pays is not known"
        )
    unknown = [other for other in _pool(day) if not other["mult_proc"] or other["pe_rvu"] is None]
    if unknown:
        whose = _codes(unknown)
        return ["pe_rvu"], f"the practice expense of {whose} is not known: which unit is paid in full is not known"
    return ["mppr_pe_reduction"], f"the share of practice expense taken off on {dos} is not known"


def _age(line: Line) -> str:
    return f" ({line['fee_age']})" if line["fee_age"] else ""


def _qp(line: Line) -> str:
    """From 2026 there are two factors; the one used is that of most therapists."""
    if line["conversion_factor_qp"] is None:
        return ""
    return " (for clinicians who are not qualifying participants in an advanced payment model)"


def step(text: str, cite: Citation | None = None) -> Step:
    return {"text": text, "cite": str(cite) if cite else None}


def plain(number: Decimal | int) -> str:
    return f"{Decimal(number).normalize():f}"


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
