"""Matching, standing answers and takebacks agree with plain Python over generated claims and payers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.remit import Remitted, remitted
from tests.oracles.matching import AMOUNTS, Decision, Line, Result, Service, settle
from tests.remit.payer import remittance, services_of

DAYS = (date(2026, 3, 4), date(2026, 3, 5))
CODES = ("97110", "97140", "97530")
MODIFIERS = ((), ("GP",), ("GP", "CQ"), ("GP", "59"), ("KX", "GP"))
COLUMNS = {
    "paid_cents": ("paid",),
    "contract_cents": ("contract", "other"),
    "reduced_cents": ("reduced", "withheld"),
    "patient_cents": ("patient",),
    "denied_cents": ("denied",),
    "prior_payer_cents": ("prior",),
}


@st.composite
def claim_lines(draw: st.DrawFn) -> list[Line]:
    """Draw a few claims; charges are few, so that lines are often alike."""
    lines: list[Line] = []
    for number in range(draw(st.integers(1, 2))):
        levels = draw(st.sampled_from(["P", "PS"]))
        controlled = draw(st.booleans())
        own = [
            (
                draw(st.sampled_from(DAYS)),
                draw(st.sampled_from(CODES)),
                draw(st.sampled_from(MODIFIERS)),
                float(draw(st.integers(1, 2))),
                draw(st.sampled_from([4000, 6000, 10000])),
            )
            for _ in range(draw(st.integers(1, 4)))
        ]
        for level in levels:
            for place, one in enumerate(own):
                control = f"C{number}-{place}" if controlled else None
                lines.append(Line(len(lines), f"C{number}", level, *one, control))
    return lines


def divided(draw: st.DrawFn, charge: int, level: str) -> dict[str, int]:
    """Divide a charge into what became of it."""
    amounts = dict.fromkeys(AMOUNTS, 0)
    left = charge
    for kind in draw(st.permutations(["patient", "reduced", "withheld", "prior" if level != "P" else "other"]))[:2]:
        amounts[kind] = draw(st.integers(0, 3)) * left // 10
        left -= amounts[kind]
    amounts["paid"] = left * draw(st.integers(0, 8)) // 8
    # a write-off of all the rest is no denial by another name
    amounts["contract"] = left - amounts["paid"]
    return amounts


def answered(draw: st.DrawFn, line: Line, charge: int | None = None) -> Service:
    """Draw how a payer answers a line: its code and modifiers changed or not, paid, divided or denied."""
    charge = line.charge if charge is None else charge
    modifiers = list(line.modifiers)
    change = draw(st.sampled_from(["keep", "keep", "drop", "add", "reorder", "substitute"]))
    if change == "drop":
        modifiers = modifiers[:-1]
    elif change == "add":
        modifiers.append("XU")
    elif change == "reorder":
        modifiers.reverse()
    code, asked = line.code, None
    if change == "substitute":
        code, asked = "97112", (line.code, line.modifiers)
    denied = draw(st.sampled_from([None, None, None, "CO-97", "OA-18"]))
    if denied:
        amounts = dict.fromkeys(AMOUNTS, 0) | {"denied": charge}
    else:
        amounts = divided(draw, charge, line.level)
        if amounts["contract"] == charge:
            amounts |= {"contract": 0, "denied": charge}
            denied = "CO-97"
    return Service(
        code,
        tuple(modifiers),
        draw(st.sampled_from([line.dos, line.dos, line.dos, line.dos, None])),
        line.units,
        charge,
        amounts,
        draw(st.sampled_from([line.control, line.control, None])),
        asked,
        bool(denied),
        (denied.split("-")[1],) if denied else (),
    )


def decided(draw: st.DrawFn, lines: list[Line], claim: str, level: str, control: str) -> Decision:
    """Draw a decision on a claim: line by line, split, bundled, short of a line, or without services."""
    mine = [line for line in lines if line.claim == claim and line.level == level] or [
        replace(line, level=level) for line in lines if line.claim == claim and line.level == "P"
    ]
    services: list[Service] = []
    shape = draw(st.sampled_from(["lines", "lines", "split", "bundle", "fewer", "more", "whole"]))
    if shape == "whole":
        charge = sum(line.charge for line in mine)
        amounts = divided(draw, charge, level)
        if amounts["contract"] == charge:
            amounts |= {"contract": 0, "paid": charge}
        return Decision(claim, level, control, False, (), Service("", (), None, 0, charge, amounts))
    for line in draw(st.permutations(mine)):
        if shape == "split" and draw(st.booleans()):
            services += [answered(draw, line, line.charge // 4), answered(draw, line, line.charge - line.charge // 4)]
        else:
            services.append(answered(draw, line))
    if shape == "fewer":
        services = services[1:] or services
    elif shape == "bundle" and len(services) > 1:
        first, *rest = services
        charge = sum(one.charge for one in services)
        amounts = {name: sum(one.amounts[name] for one in services) for name in AMOUNTS}
        kept = rest[1:] if draw(st.booleans()) else []
        if kept:
            charge, amounts = (
                first.charge + rest[0].charge,
                {n: first.amounts[n] + rest[0].amounts[n] for n in AMOUNTS},
            )
        refused = amounts["denied"] > 0
        merged = replace(first, charge=charge, amounts=amounts, refused=refused, reasons=())
        services = [replace(merged, control=draw(st.sampled_from([first.control, None]))), *kept]
    elif shape == "more":
        services.append(replace(answered(draw, mine[0]), code="97112", asked=None, control=None))
    return Decision(claim, level, control, False, tuple(services))


def reversed_of(decision: Decision) -> Decision:
    """Return the reversal of a decision: all amounts with the sign turned."""

    def turned(service: Service) -> Service:
        amounts = {name: -cents for name, cents in service.amounts.items()}
        return replace(service, charge=-service.charge, amounts=amounts, refused=False)

    whole = turned(decision.whole) if decision.whole else None
    return replace(decision, reversal=True, services=tuple(turned(one) for one in decision.services), whole=whole)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Line], list[Decision], list[tuple[str, str, int]]]:
    lines = draw(claim_lines())
    decisions: list[Decision] = []
    claims = sorted({line.claim for line in lines})
    for number in range(draw(st.integers(1, 5))):
        earlier = [one for one in decisions if not one.reversal]
        if earlier and draw(st.integers(0, 3)) == 0:
            decisions.append(reversed_of(draw(st.sampled_from(earlier))))
            continue
        claim = draw(st.sampled_from([*claims, *claims, "UNKNOWN"]))
        level = draw(st.sampled_from("PPPS"))
        control = f"PCN{claim}{level}{draw(st.integers(0, 1))}"
        if claim == "UNKNOWN":
            stranger = Line(-1, claim, level, DAYS[0], "97110", ("GP",), 1.0, 6000, None)
            decisions.append(Decision(claim, level, control, False, (answered(draw, stranger),)))
        else:
            decisions.append(decided(draw, lines, claim, level, control))
        del number
    taken = []
    for _ in range(draw(st.integers(0, 2))):
        reference = draw(st.sampled_from([*(one.control for one in decisions), *claims, "NOBODY"]))
        cents = draw(st.sampled_from([-2000, 500, 3333]))
        taken.append((draw(st.sampled_from(["WO", "FB", "72", "L6"])), reference, cents))
    return lines, decisions, taken


def told(result: Remitted) -> dict[tuple[int, str], dict[str, object]]:
    rows = result.outcomes.filter(result.outcomes["row"].is_not_null()).to_dicts()
    return {(row["row"], row["sequence"]): row for row in rows}


def compare(result: Remitted, expected: Result, lines: list[Line]) -> None:
    rows = told(result)
    assert set(rows) == set(expected.lines) | {(line.row, line.level) for line in lines}
    for key, row in rows.items():
        ended = expected.lines.get(key)
        if ended is None or not ended.answers:
            assert row["answers"] is None
            assert row["paid_cents"] is None
            assert row["recouped_cents"] == (ended.recouped if ended else 0)
            continue
        sums = {column: sum(ended.amounts[name] for name in names) for column, names in COLUMNS.items()}
        assert {column: row[column] for column in sums} == sums, key
        assert row["charge_cents"] == sum(sums.values())
        assert row["recouped_cents"] == ended.recouped, key
        assert row["answers"] == ended.answers, key
        assert row["matched_by"] in ended.ways, key
    lost = result.outcomes.filter(result.outcomes["row"].is_null())
    found = sorted(zip(lost["claim_id"], lost["paid_code"].fill_null(""), lost["charge_cents"], strict=True))
    assert found == sorted(expected.unmatched)
    assert {(row["row"], row["level"]): row["over"] for row in result.paid_twice.to_dicts()} == expected.twice


@settings(max_examples=150, deadline=None)
@given(cases())
def test_agrees_with_plain_python(case: tuple[list[Line], list[Decision], list[tuple[str, str, int]]]) -> None:
    lines, decisions, taken = case
    result = remitted([("a.835", remittance(decisions, taken))], services_of(lines))
    assert result.refused.height == 0
    compare(result, settle(lines, decisions, taken), lines)
