"""What is done and billed on one patient's day: services with minutes, givers and blocks, and the lines they come to.

Units are what the oracle of ``tests/oracles`` gives, pair edits are looked up in the published tables: where one names
two codes that were both billed, the column two code is left out, or bears 59 where the two had blocks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from code_mix import shares
from practice import DISCIPLINES, Payer, charge
from published import Published, billed_pairs

from tests.oracles import units_oracle

_ASSISTANTS = {"PT": "PTA", "OT": "OTA"}
_EVALUATIONS = {"PT": ("97161", "97162", "97163"), "OT": ("97165", "97166", "97167"), "SLP": ("92523", "92610")}
_REEVALUATIONS = {"PT": "97164", "OT": "97168"}
_BY_TELEHEALTH = ("97110", "97112", "97530", "97535", "92507", "97129")
_SPLINTS = {"PT": (("29540", "RT"), ("L1902", "RT")), "OT": (("29125", "LT"),)}
_UNATTENDED = {"G0283": "97014"}
_ALONE = ("G0283", "97014", "97010", "97012", "97016", "97018", "97022")
_HARDENING = ("97545", "97546")
_GROUP, _GROUP_BLOCK = "97150", (435, 465)
_WOUND = "97597"
_ADDONS = {"97129": "97130", "97550": "97551"}
CODES = frozenset(
    {code for lane in ("PT", "OT", "SLP", "DC") for code in shares(lane)}
    | {code for codes in _EVALUATIONS.values() for code in codes}
    | {code for splints in _SPLINTS.values() for code, _ in splints}
    | set(_REEVALUATIONS.values()) | set(_ADDONS.values())
    | set(_UNATTENDED.values()) | set(_HARDENING)
    | {"97550", "97597", "98977", "98980", "97010"}
)  # fmt: skip


class Occasion(NamedTuple):
    """What decides how a patient's day looks: payer, form of claim, disciplines, and the stage of the plan of care."""

    payer: str
    institutional: bool
    lane: str
    stage: str


@dataclass(frozen=True)
class Given:
    """A service as given; ``block`` in minutes after the start of the day's visit, or of the day where ``fixed``."""

    discipline: str
    code: str
    minutes: int
    by: str
    block: tuple[int, int] = (0, 0)
    fixed: bool = False
    extra: tuple[str, ...] = ()


@dataclass
class Plan:
    """The rows of one patient's day, ready to be dated, and how many minutes the visit takes."""

    rows: list[dict[str, Any]]
    length: int


def plan(draw: Random, occasion: Occasion, payer: Payer, tables: Published) -> Plan:
    """Return one day of the occasion; the same for the same state of ``draw``."""
    for _ in range(200):
        given, kind = _services(draw, occasion, payer, tables)
        settled = _settled(draw, occasion, payer, tables, given, kind)
        if settled is not None:
            return settled
    raise RuntimeError(f"no day found for {occasion}")


def _services(draw: Random, occasion: Occasion, payer: Payer, tables: Published) -> tuple[list[Given], str]:
    if occasion.lane == "DC":
        return _chiropractic(draw, payer), "manipulation"
    if occasion.stage == "monitor":
        return [Given("PT", code, 0, "PT") for code in ("98977", "98980")], "monitor"
    disciplines = occasion.lane.split("+")
    if len(disciplines) == 2 and "SLP" not in disciplines and draw.random() < 0.4 and occasion.stage == "treat":
        return _together(draw, disciplines), "cotreatment"
    kind = _kind(draw, occasion)
    if kind == "plain" and occasion.lane == "PT" and payer.pack.startswith("wc-") and draw.random() < 0.08:
        return [
            Given("PT", code, minutes, "PT") for code, minutes in zip(_HARDENING, (120, 60), strict=True)
        ], "hardening"
    given: list[Given] = []
    for discipline in disciplines:
        codes = _codes(
            draw, discipline, occasion.stage, kind if discipline == disciplines[0] or kind == "telehealth" else "plain"
        )
        if not payer.as_medicare and draw.random() < 0.5:
            codes = [(_UNATTENDED.get(code, code), minutes) for code, minutes in codes]
        codes = [each for each in codes if each[0] not in payer.refused and _valid(each[0], tables)]
        if occasion.institutional and draw.random() < 0.06:
            codes.append(("97010", 10))
        given += _who(draw, discipline, codes, occasion.stage, tables)
    if kind == "plain" and given and draw.random() < 0.04:
        given.append(_further(draw, given, tables))
    if kind == "splint":
        discipline = disciplines[0]
        code, side = draw.choice(_SPLINTS[discipline])
        given.append(Given(discipline, code, 15, discipline, extra=(side,)))
    return given, kind


def _valid(code: str, tables: Published) -> bool:
    return tables.facts[code]["code_valid"] is not False


def _further(draw: Random, given: Sequence[Given], tables: Published) -> Given:
    """A second session of a code the same day, or practice with a student, whose minutes count for nothing."""
    timed = [
        each for each in given if tables.facts[each.code]["pooled"] and each.code not in {*_ADDONS, *_ADDONS.values()}
    ]
    again = draw.choice(timed or list(given))
    if timed and draw.random() < 0.6:
        return replace(again, minutes=_minutes(draw, again.code))
    return replace(again, minutes=10, by="student")


def _kind(draw: Random, occasion: Occasion) -> str:
    if occasion.stage != "treat":
        return occasion.stage
    first = occasion.lane.split("+")[0]
    rare = {"PT": ("group", "wound", "splint", "caregiver"), "OT": ("splint", "group", "caregiver"), "SLP": ()}[first]
    return draw.choice(rare) if rare and draw.random() < 0.12 else "plain"


def _codes(draw: Random, discipline: str, stage: str, kind: str) -> list[tuple[str, int]]:
    """The codes of one discipline's visit and their minutes, in the order given."""
    mix = shares(discipline)
    if kind == "telehealth":
        mix = {code: share for code, share in mix.items() if code in _BY_TELEHEALTH}
    if kind != "group":
        mix = {code: share for code, share in mix.items() if code != _GROUP}
    most = {"first": 2, "telehealth": 3}.get(stage, 2 if discipline == "SLP" else 4)
    least = 0 if stage == "first" else 1 if discipline == "SLP" else 2
    ranked = sorted(mix, key=lambda code: draw.random() ** (1 / mix[code]), reverse=True)
    codes = [(code, _minutes(draw, code)) for code in ranked[: draw.randint(least, most)]]
    codes += [
        (_ADDONS[code], draw.choice((15, 16, 20, 23))) for code, _ in codes if code in _ADDONS and draw.random() < 0.5
    ]
    if stage == "first":
        return [(draw.choice(_EVALUATIONS[discipline]), draw.randint(25, 45)), *codes]
    if stage == "reeval" and discipline in _REEVALUATIONS:
        return [(_REEVALUATIONS[discipline], draw.randint(15, 25)), *codes]
    if kind == "group":
        return [(_GROUP, 30), *[each for each in codes if each[0] != _GROUP][:2]]
    if kind == "wound":
        return [(_WOUND, 20), *codes[:1]]
    if kind == "caregiver":
        return [("97550", 30), *codes[:2]]
    return codes


def _minutes(draw: Random, code: str) -> int:
    if code in ("92507", "92526"):
        return draw.randint(30, 50)
    if code in _ALONE:
        return 15
    if code == "97110":
        return draw.choice((15, 18, 20, 23, 24, 25, 28, 30, 32, 38))
    return draw.choice((5, 8, 8, 10, 10, 12, 14, 15, 15, 16, 18, 20, 23, 25))


def _who(draw: Random, discipline: str, codes: Sequence[tuple[str, int]], stage: str, tables: Published) -> list[Given]:
    """Who gave what: the therapist, the assistant, one code each, one code divided, or both together."""
    assistant = _ASSISTANTS.get(discipline)
    way = draw.choices(("therapist", "assistant", "each", "divided", "together"), (62, 20, 9, 6, 3))[0]
    given: list[Given] = []
    for code, minutes in codes:
        if code in _ADDONS.values():
            # the further units of a family are given by whoever gave the first
            base = next((each for each in given if _ADDONS.get(each.code) == code), None)
            given.append(Given(discipline, code, minutes, base.by if base else discipline))
            continue
        evaluation, timed = bool(tables.facts[code]["is_evaluation"]), bool(tables.facts[code]["timed"])
        alone = evaluation or code == _WOUND
        if assistant is None or stage == "telehealth" or alone or way == "therapist":
            given.append(Given(discipline, code, minutes, discipline))
        elif way == "assistant" or (way == "each" and draw.random() < 0.5):
            given.append(Given(discipline, code, minutes, assistant))
        elif way == "divided" and timed and minutes >= 16 and code not in _ADDONS:
            own = draw.randint(5, minutes - 5)
            given += [Given(discipline, code, own, discipline), Given(discipline, code, minutes - own, assistant)]
        elif way == "together":
            given.append(Given(discipline, code, minutes, f"{discipline}+{assistant}"))
        else:
            given.append(Given(discipline, code, minutes, discipline))
    return given


def _together(draw: Random, disciplines: Sequence[str]) -> list[Given]:
    """Two therapists treat the patient at once and divide the minutes of the hour between them."""
    first, second = draw.randint(20, 26), draw.randint(20, 26)
    block = (0, first + second)
    one, two = disciplines
    return [
        Given(one, "97112", first, one, block),
        Given(two, "97535", second, two, block),
    ]


def _chiropractic(draw: Random, payer: Payer) -> list[Given]:
    mix = shares("DC")
    code = draw.choices(list(mix), list(mix.values()))[0]
    given = [Given("DC", code, 10, "DC", extra=("AT",))]
    if payer.pack == "medicare" and draw.random() < 0.2:
        given.append(Given("DC", "97110", 15, "PT", extra=("GP", "GY")))
    return given


def _settled(
    draw: Random, occasion: Occasion, payer: Payer, tables: Published, given: list[Given], kind: str
) -> Plan | None:
    """Units, pair edits and lines; None where the payer's cap or nothing to bill asks for another day."""
    keep = draw.random() < 0.45 and kind != "cotreatment"
    while given:
        units = _units(given, payer, tables)
        if any(
            count and name not in {(each.discipline, each.code) for each in given} for name, (count, _) in units.items()
        ):
            # minutes past the first unit stand under the add-on code
            return None
        bypassing, partners, dropped = _edits(occasion, given, units, tables, keep)
        if dropped:
            dropped |= {_ADDONS[code] for code in dropped if code in _ADDONS}
            given = [each for each in given if each.code not in dropped]
            continue
        if not _within(occasion, payer, units, tables):
            return None
        rows = _rows(given, units, payer, bypassing, partners)
        if not any(row["units"] for row in rows):
            return None
        blocked, length = _blocks(draw, given)
        for row, (start, stop, fixed) in zip(rows, blocked, strict=True):
            row |= {"start": start, "stop": stop, "fixed": fixed, "kind": kind}
        _mark(draw, rows, occasion, payer)
        _price(rows, payer, tables)
        return Plan(rows, length)
    return None


Units = dict[tuple[str, str], tuple[int, int]]


def _units(given: Sequence[Given], payer: Payer, tables: Published) -> Units:
    """Per discipline and code: units, and how many of them bear CQ or CO."""
    found: Units = {}
    policy = units_oracle.Policy(payer.counts_by(tables.day), False, payer.assistant, True)
    for discipline in dict.fromkeys(each.discipline for each in given):
        own = [each for each in given if each.discipline == discipline]
        facts = {each.code: tables.code(each.code) for each in own}
        counted = [
            units_oracle.Service(each.code, each.minutes, None if each.by == "DC" else each.by)
            for each in own
            if facts[each.code].kind != "other"
        ]
        known = {code: fact for code, fact in facts.items() if fact.kind != "other"}
        known |= {_ADDONS[code]: tables.code(_ADDONS[code]) for code in facts if code in _ADDONS}
        for code, earned in units_oracle.visit(counted, known, policy).codes.items():
            found[discipline, code] = (earned.units or 0, earned.modified or 0)
        found |= {(discipline, code): (1, 0) for code, fact in facts.items() if fact.kind == "other"}
        if payer.pack == "medicare" and (discipline, "97010") in found:
            found[discipline, "97010"] = (0, 0)
    return found


def _within(occasion: Occasion, payer: Payer, units: Units, tables: Published) -> bool:
    """Whether the day keeps the published maximum of each code, and the payer's cap of each discipline."""
    maximum = "mue_units_hospital" if occasion.institutional else "mue_units_practitioner"
    of_code: dict[str, int] = {}
    of_discipline: dict[str, int] = {}
    for (discipline, code), (count, _) in units.items():
        of_code[code] = of_code.get(code, 0) + count
        if tables.facts[code]["timed"]:
            of_discipline[discipline] = of_discipline.get(discipline, 0) + count
    kept = all(count <= (tables.facts[code][maximum] or count) for code, count in of_code.items())
    return kept and (payer.cap is None or all(total <= payer.cap for total in of_discipline.values()))


def _edits(
    occasion: Occasion, given: Sequence[Given], units: Units, tables: Published, keep: bool
) -> tuple[set[tuple[str, str]], set[tuple[str, str]], set[str]]:
    """The billed (discipline, code) that bear a bypass modifier, those they are set apart from, and codes to drop."""
    table = "hospital" if occasion.institutional else "practitioner"
    billed = [each for each in units if units[each][0]]
    rendering = {d: "all" if occasion.institutional else d for d, _ in billed}
    codes = [code for _, code in billed]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        # a facility's edits reach across disciplines; and what is billed once a day is billed by one of them
        if occasion.institutional or not tables.facts[code]["timed"]:
            return set(), set(), {code}
    bypassing, partners = set(), set()
    for provider in sorted(set(rendering.values())):
        own = {code: (d, code) for d, code in billed if rendering[d] == provider}
        for a, b in billed_pairs(own):
            edit = tables.edit(table, a, b)
            if edit is None:
                continue
            one, two, indicator = edit
            fixed = any(each.extra for each in given if each.code == two)
            if indicator == 1 and keep and not fixed:
                bypassing.add(own[two])
                partners.add(own[one])
            else:
                evaluation = tables.facts[two]["is_evaluation"]
                return set(), set(), {one if evaluation and not tables.facts[one]["is_evaluation"] else two}
    return bypassing, partners, set()


def _rows(
    given: Sequence[Given], units: Units, payer: Payer, bypassing: set[tuple[str, str]], partners: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    rows = []
    left = dict(units)
    last = {(each.discipline, each.code): place for place, each in enumerate(given) if each.by != "student"}
    for place, each in enumerate(given):
        name = each.discipline, each.code
        count, modified = left[name]
        by_assistant = each.by in ("PTA", "OTA")
        if each.by == "student":
            own = 0
        elif last[name] == place:
            own = count
        else:
            own = count - modified if payer.assistant and not by_assistant else count
        marked = payer.assistant and by_assistant and modified > 0
        left[name] = (count - own, modified)
        rows.append(
            {
                "discipline": each.discipline,
                "code": each.code,
                "minutes": each.minutes,
                "by": None if each.by == "DC" else each.by,
                "units": own or None,
                "assistant": marked,
                "bypass": name in bypassing,
                "partner": name in partners,
                "extra": each.extra,
            }
        )
    return rows


def _blocks(draw: Random, given: Sequence[Given]) -> tuple[list[tuple[int, int, bool]], int]:
    """The blocks of the services, and for how long the therapist is with this patient alone."""
    clock, blocks, held = 0, [], 0
    for each in given:
        if each.code == _GROUP:
            blocks.append((*_GROUP_BLOCK, True))
        elif each.block != (0, 0):
            blocks.append((*each.block, False))
            clock = held = max(clock, each.block[1])
        else:
            blocks.append((clock, clock + each.minutes, False))
            # an assistant's patient, and one on an unattended modality, leave the therapist to the next one
            if each.by not in ("PTA", "OTA") and each.code not in _ALONE:
                held = clock + each.minutes + 5
            clock += each.minutes + draw.choice((0, 0, 0, 1, 2))
    return blocks, held


def _mark(draw: Random, rows: Sequence[dict[str, Any]], occasion: Occasion, payer: Payer) -> None:
    """The modifiers of each billed line, in the order that every payer takes."""
    bypass = "XU" if payer.pack == "medicare" and draw.random() < 0.2 else "59"
    for row in rows:
        discipline = row["discipline"]
        therapy = discipline in DISCIPLINES and not row["code"].startswith("L")
        telehealth = occasion.stage == "telehealth"
        parts = [
            bypass if row.pop("bypass") else "",
            DISCIPLINES[discipline] if therapy else "",
            {"PT": "CQ", "OT": "CO"}[discipline] if row.pop("assistant") else "",
            "97" if therapy and payer.rehabilitative else "",
            "95" if telehealth and payer.video else "",
            *row.pop("extra"),
        ]
        row["modifiers"] = " ".join(part for part in parts if part)


def _price(rows: Sequence[dict[str, Any]], payer: Payer, tables: Published) -> None:
    """What Medicare allows, where its values are known, else two fifths of the charge: for the year to date."""
    billed = [row for row in rows if row["units"]]
    known = tables.prices([(row["code"], float(row["units"])) for row in billed]) if payer.pack == "medicare" else []
    for row in rows:
        row["cents"] = 0
    for place, row in enumerate(billed):
        price = known[place] if known else None
        row["cents"] = price if price is not None else charge(row["code"]) * row["units"] * 40
