"""Published and worked cases of minutes to units: Medicare's total time, CPT's midpoint, the assistant's modifier.

The cases are in ``units_cases.yaml``, with the publication each comes from. A further test runs every case of the
shared vector file, where that file is at hand.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from cleanclaim.engine.units import allocate_visit
from cleanclaim.errors import InputError

CASES = yaml.safe_load(Path(__file__).with_name("units_cases.yaml").read_text("utf-8"))


def _each(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[case["name"] for case in CASES[kind]])


def _day(services: list[tuple[str, int | None, str | None]], **visit: Any) -> dict[str, Any]:
    return allocate_visit(
        {
            "dos": "2026-03-04",
            "discipline": "GP",
            **({} if "payer" in visit else {"method": "cms"}),
            **visit,
            "services": [{"code": code, "minutes": minutes, "by": by} for code, minutes, by in services],
        }
    )


def _units(result: dict[str, Any]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in result["lines"]:
        units[line["code"]] += line["units"]
    return units


TABLE = [
    *((1, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5), (82, 5)),
    *((83, 6), (97, 6), (98, 7), (112, 7), (113, 8), (127, 8), (128, 9), (142, 9), (143, 10)),
]


@pytest.mark.parametrize(("minutes", "units"), TABLE, ids=[f"{m} minutes" for m, _ in TABLE])
def test_the_manuals_table_of_minutes(minutes: int, units: int) -> None:
    """From the Claims Processing Manual, ch. 5, sec. 20.2.C, and its continuation past two hours."""
    for method in ("cms", "ama"):
        result = _day([("97530", minutes, "PT")], method=method)
        assert (result["total_timed_minutes"], result["total_units"]) == (minutes, units)
        assert result["lines"] == [{"code": "97530", "units": units, "modifiers": ["GP"]}]


@_each("total_time")
def test_medicares_total_time(case: dict[str, Any]) -> None:
    untimed = case.get("untimed", [])
    services = [(code, minutes, None) for code, minutes in case["minutes"].items()]
    services += [(code, 15, None) for code in untimed]
    result = _day(services, payer="medicare", discipline="GO" if "97166" in untimed else "GP")
    assert (result["total_timed_minutes"], result["total_units"]) == (
        sum(case["minutes"].values()),
        case["total_units"],
    )
    assert result["ties"] == ([case["tie"]] if "tie" in case else [])
    assert _units(result) == _settled(case["units"], case.get("tie")) | dict.fromkeys(untimed, 1)
    assert [line["code"] for line in result["lines"]] == [*case["minutes"], *untimed]


def _settled(units: dict[str, int], tie: dict[str, Any] | None) -> dict[str, int]:
    """The units once the codes first given have taken those of the tie."""
    taken = tie["codes"][: tie["units"]] if tie else []
    return units | {code: units[code] + 1 for code in taken}


@_each("midpoint")
def test_the_midpoint_code_by_code(case: dict[str, Any]) -> None:
    result = _day([(code, minutes, "PT") for code, minutes in case["minutes"].items()], payer="commercial")
    assert result["method"] == "ama"
    assert (result["total_units"], _units(result)) == (case["total_units"], case["units"])
    assert result["ties"] == []


@_each("assistants")
@pytest.mark.parametrize("named", [{"payer": "medicare"}, {"method": "cms"}], ids=["medicare", "no payer"])
def test_which_units_take_the_assistants_modifier(named: dict[str, str], case: dict[str, Any]) -> None:
    result = _day([tuple(service) for service in case["given"]], dos=case["dos"], **named)
    lines = [[line["code"], line["units"], " ".join(line["modifiers"])] for line in result["lines"]]
    assert lines == case["lines"]


def test_an_occupational_therapy_assistant_takes_co() -> None:
    result = _day([("97530", 30, "OTA")], discipline="GO")
    assert result["lines"] == [{"code": "97530", "units": 2, "modifiers": ["GO", "CO"]}]


@pytest.mark.parametrize(
    ("code", "by", "discipline", "error"),
    [
        ("97161", "PTA", "GP", "evaluation_by_assistant"),
        ("97168", "OTA", "GO", "evaluation_by_assistant"),
        ("92507", "SLPA", "GN", "no_speech_assistant"),
        ("92507", "PTA", None, "no_speech_assistant"),
        ("97530", "OTA", "GN", "no_speech_assistant"),
    ],
)
def test_services_that_no_assistant_may_give_are_refused(
    code: str, by: str, discipline: str | None, error: str
) -> None:
    """From the Benefit Policy Manual (Pub. 100-02), ch. 15, sec. 230."""
    with pytest.raises(InputError) as raised:
        _day([(code, 30, by)], discipline=discipline)
    assert (raised.value.code, raised.value.field) == (error, "services[0].by")


def test_each_discipline_is_a_pool_by_itself() -> None:
    """From the Claims Processing Manual, ch. 5, sec. 20.2: minutes are totaled by discipline and day."""
    result = _day([("97530", 12, "PT"), ("97530", 7, "OT"), ("97535", 4, "OT")], discipline=None)
    assert result["lines"] == [
        {"code": "97530", "units": 1, "modifiers": ["GP"]},
        {"code": "97530", "units": 1, "modifiers": ["GO"]},
        {"code": "97535", "units": 0, "modifiers": ["GO"]},
    ]
    assert (result["total_timed_minutes"], result["total_units"]) == (23, 2)


SHARED = Path(__file__).parents[2].parent / "shared" / "vectors" / "vectors.yaml"
KINDS = ("units_cms", "units_ama", "assistant_modifier")
ELSEWHERE = {"assistant_modifier-037"}
"""Payment after the assistant's reduction: `test_payment.py` has it."""


def _vectors() -> list[dict[str, Any]]:
    if not SHARED.is_file():
        return []
    listed = yaml.safe_load(SHARED.read_text("utf-8"))["vectors"]
    return [vector for vector in listed if vector["kind"] in KINDS and vector["id"] not in ELSEWHERE]


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared vector file is not beside this checkout")
def test_every_shared_vector_of_these_kinds_is_met() -> None:
    vectors = _vectors()
    assert Counter(vector["kind"] for vector in vectors) == {"units_cms": 57, "units_ama": 15, "assistant_modifier": 20}
    failed = [vector["id"] for vector in vectors if not _met(vector)]
    assert failed == []


def _met(vector: dict[str, Any]) -> bool:
    given, wanted = vector["inputs"], vector["expected"]
    if vector["kind"] == "assistant_modifier":
        return _assistant_met(given, wanted)
    if "by_discipline" in given:
        pools = given["by_discipline"].items()
        return wanted == {
            discipline: _units(_day([(code, minutes, None) for code, minutes in codes.items()], discipline=discipline))
            for discipline, codes in pools
        }
    if "group" in given:
        return _units(_day([("97150", given["group"]["minutes"], "PT")])) == {"97150": wanted["97150"]}
    if "97530_minutes" in given:
        return _units(_day([("97530", given["97530_minutes"], "PT")])) == {"97530": wanted["97530"]}
    services = [(code, minutes, None) for code, minutes in given["minutes"].items()]
    services += [(code, None, None) for code in given.get("untimed", ())]
    discipline = "GO" if "97166" in given.get("untimed", ()) else "GP"
    if vector["kind"] == "units_ama":
        by_midpoint, pooled = _day(services, method="ama"), _day(services)
        totals = (by_midpoint["total_units"], pooled["total_units"])
        return totals == (wanted["total_units"], wanted["cms_total_units"]) and _units(by_midpoint) == wanted["units"]
    result = _day(services, payer="medicare", discipline=discipline)
    tie = {"units": wanted["tie"]["choose"], "codes": wanted["tie"]["from"]} if "tie" in wanted else None
    return (
        (result["total_timed_minutes"], result["total_units"]) == (wanted["total_timed_minutes"], wanted["total_units"])
        and result["ties"] == ([tie] if tie else [])
        and _units(result) == _settled(wanted["units"], tie) | wanted.get("untimed", {})
    )


def _assistant_met(given: dict[str, Any], wanted: dict[str, Any]) -> bool:
    services = [(code, minutes, by.replace(" together", "")) for code, by, minutes in given["minutes"]]
    if "error" in wanted:
        with pytest.raises(InputError):
            _day(services, dos=given["dos"], discipline=None)
        return True
    result = _day(services, dos=given["dos"])
    lines = [(line["code"], line["units"], " ".join(line["modifiers"])) for line in result["lines"]]
    if "lines" not in wanted:
        return "-> CQ" in wanted["authoritative"] and lines == [("97150", 1, "GP CQ")]
    return [line for line in lines if line[1]] == [tuple(line) for line in wanted["lines"]]
