"""An expected payment in words: what the contract allows, the charge, the patient's share, and what comes off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cleanclaim.citation import Citation
from cleanclaim.engine.contract_fees import PER_DAY, PER_VISIT, PERCENT, TABLE
from cleanclaim.engine.price import FEE_SCHEDULE
from cleanclaim.engine.price_steps import Line, Step, dollars, explain, plain, step, why_not

LESSER = Citation("42 U.S.C. 1395m(k)", "para. (1)(B)")
DEDUCTIBLE = Citation("42 U.S.C. 1395l", "para. (b)")
COINSURANCE = Citation("42 U.S.C. 1395m(k)", "para. (1)(B)")
ASSISTANTS = Citation("42 U.S.C. 1395m(v)", "para. (1)")
SEQUESTER = Citation("2 U.S.C. 901a and 906(d)", "sequestration of Medicare payments")
_CONTRACTS = (PERCENT, TABLE, PER_VISIT, PER_DAY)


def allowed_steps(line: Line, day: Sequence[Line], dos: date, place: str, payer: str) -> list[Step]:
    """Return the steps to what is allowed for a line of the day, in order; those that are known.

    ``line`` is a row of :func:`cleanclaim.engine.payment.pay`'s table, with what it gives; ``day`` those with units.
    """
    if not line["units"] or line["fee_basis"] not in _CONTRACTS:
        steps = explain(line, day, dos, place)
    else:
        steps = list(_of_contract(line)) if line["contract_cents"] is not None else []
    known = line["units"] and line["contract_cents"] is not None and line["expected_allowed_cents"] is not None
    return [*steps, *_less_than_contract(line, payer)] if known else steps


def _of_contract(line: Line) -> Iterator[Step]:
    basis, units, total = line["fee_basis"], int(line["units"]), dollars(line["contract_cents"])
    if basis in (PER_VISIT, PER_DAY):
        of = "visit" if basis == PER_VISIT else "day"
        rate = dollars(line["visit_rate"])
        stands = "it stands on this line" if line["contract_cents"] else "it stands on the first line"
        yield step(f"The contract allows {rate} for the {of}, whatever is done: {stands}, which is allowed {total}.")
        return
    full, further = line["unit_full_cents"], line["unit_reduced_cents"]
    if basis == PERCENT:
        of = f" of {line['fee_year']}" if line["fee_year"] else ""
        yield step(
            f"The contract allows {plain(Decimal(str(line['fee_percent'])))}% of Medicare's fee schedule{of}: "
            f"{dollars(full)} for a unit of {line['code']}."
        )
    else:
        table = Path(line["fee_table"]).name
        yield step(f"The contract's fees ({table}) have {dollars(full)} for a unit of {line['code']} on {line['dos']}.")
    first = 1 if line["keeps_practice_expense"] else units if further == full or further is None else 0
    rest = units - first
    if rest and further is not None:
        of = "fee" if line["reduction_of"] == "fee" else "practice expense"
        yield step(f"Every unit but the first of the day is reduced by a share of its {of}: {dollars(further)}.")
    parts = [f"{count} x {dollars(cents)}" for count, cents in ((first, full), (rest, further)) if count]
    yield step(f"{' + '.join(parts)} = {total}.")


def paid_steps(line: Line) -> list[Step]:
    """Return the steps from what is allowed for a line to what the payer pays and the patient owes, where known."""
    known = line["units"] and line["expected_paid_cents"] is not None and line["expected_allowed_cents"]
    return list(_paid(line)) if known else []


def _paid(line: Line) -> Iterator[Step]:
    medicare = line["assistant_law_applies"]
    rest = line["expected_allowed_cents"] - line["deductible_cents"]
    if line["deductible_cents"]:
        yield step(
            f"The deductible takes {dollars(line['deductible_cents'])}, which the patient owes: "
            f"{dollars(rest)} is left.",
            DEDUCTIBLE if medicare else None,
        )
    percent = Decimal(str(line["coinsurance_percent"]))
    yield step(
        f"Of {dollars(rest)} the patient owes {plain(percent)}%, {dollars(line['coinsurance_cents'])}: in all "
        f"{dollars(line['expected_patient_cents'])}.",
        COINSURANCE if medicare else None,
    )
    yield _payer_part(line, rest, 100 - percent)


def _less_than_contract(line: Line, payer: str) -> Iterator[Step]:
    allowed, contract, charge = line["expected_allowed_cents"], line["contract_cents"], line["charge_cents"]
    assistant = line["assistant_modifier"] and not line["assistant_law_applies"] and not line["by_modifier"]
    lesser = contract
    if charge is not None and charge < contract and line["lesser_of_charge"]:
        lesser = charge
        yield step(
            f"The charge, {dollars(charge)}, is lower: no more than that is allowed.",
            LESSER if line["fee_basis"] == FEE_SCHEDULE else None,
        )
    if assistant:
        percent = line["assistant_payment_percent"]
        yield step(f"{payer} allows {percent}% of it for an assistant's service.")
        lesser = (lesser * percent + 50) // 100
    if allowed < lesser:
        yield step(f"The contract's cap leaves {dollars(allowed)} for this line.")


def _payer_part(line: Line, rest: int, percent: Decimal) -> Step:
    """The payer's part as one product, rounded once."""
    exact = Decimal(rest) / 100 * percent / 100
    factors, why = [f"{dollars(rest)} x {plain(percent)}%"], []
    cite = COINSURANCE if line["assistant_law_applies"] else None
    if line["assistant_modifier"] and line["assistant_law_applies"] and not line["by_modifier"]:
        share = Decimal(str(line["assistant_share"]))
        if share != 1:
            exact *= share
            factors.append(f"{plain(100 * share)}%")
            why.append("the share for an assistant's service")
            cite = ASSISTANTS
    kept = 1 - Decimal(str(line["sequestration"] or 0)) if line["sequestration_applies"] else Decimal(1)
    if kept != 1:
        exact *= kept
        factors.append(f"{plain(100 * kept)}%")
        why.append("what sequestration leaves")
        cite = cite if len(why) > 1 else SEQUESTER
    said = f" ({', then '.join(why)})" if why else ""
    paid = dollars(line["expected_paid_cents"])
    return step(f"The payer pays {' x '.join(factors)}{said} = ${plain(exact)}, rounded half-up to {paid}.", cite)


def why_unknown(line: Line, day: Sequence[Line], dos: date, payer: str) -> Iterator[dict[str, Any]]:
    """Yield what keeps a line's amounts from being known: its code, the columns missing, and the reason in words."""
    if line["contract_cents"] is None:
        yield from _no_contract(line, day, dos, payer)
    elif line["expected_allowed_cents"] is None:
        yield _gap(line, *_not_allowed(line, payer))
    elif line["expected_paid_cents"] is None:
        reason = f"{payer}: what of the allowed amount the patient owes is not known"
        yield _gap(line, "coinsurance_percent", reason)


def _no_contract(line: Line, day: Sequence[Line], dos: date, payer: str) -> Iterator[dict[str, Any]]:
    basis, code = line["fee_basis"], line["code"]
    if basis == TABLE and line["unit_full_cents"] is None:
        table = Path(line["fee_table"]).name if line["fee_table"] else "the table"
        yield _gap(line, "fee_table", f"{table} has no fee of {code} for {dos}, or two that fit the line")
    elif basis in (PER_VISIT, PER_DAY):
        yield _gap(line, "visit_rate", f"{payer}: the amount for a visit on {dos} is not known")
    elif basis in _CONTRACTS:
        yield from why_not({**line, "fee_basis": FEE_SCHEDULE}, day, dos, payer)
    else:
        yield from why_not(line, day, dos, payer)


def _not_allowed(line: Line, payer: str) -> tuple[str, str]:
    charge = line["charge_cents"]
    if charge is not None and charge < line["contract_cents"] and line["lesser_of_charge"] is None:
        return "lesser_of_charge", f"{payer}: whether no more than the charge is allowed is not known"
    if line["assistant_modifier"] and line["assistant_payment_percent"] is None:
        return "assistant_payment_percent", f"{payer}: what is paid for an assistant's service is not known"
    return "visit_cap", f"{payer}: what an earlier line leaves of the cap is not known"


def _gap(line: Line, missing: str, reason: str) -> dict[str, Any]:
    return {"code": line["code"], "missing": [missing], "reason": reason}
