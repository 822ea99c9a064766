"""For random claims with such faults: a fix removes its finding, adds none, keeps every total, and is made once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim import app
from cleanclaim.engine.report import Report

AS_OF = date(2026, 3, 20)
CODES = ("97110", "97530", "97140", "97014", "97032", "97150", "97161", "97129")
MODIFIERS = ("", "GP", "GP 59", "59 XS GP", "GP XE 59", "KX", "59 XE XS", "CQ GP", "GO", "GP KX 95 59", "76")

service = st.fixed_dictionaries(
    {
        "code": st.sampled_from(CODES),
        "modifiers": st.sampled_from(MODIFIERS),
        "units": st.sampled_from((1, 1, 1, 2, 3)),
        "minutes": st.sampled_from((None, 8, 15, 15, 30)),
        "by": st.sampled_from((None, "PT", "PT", "PTA", "OT")),
        "charge": st.sampled_from(("60.00", "60.00", "31.25", None)),
    }
)
visit = st.fixed_dictionaries(
    {
        "payer": st.sampled_from(("medicare", "medicare", "commercial", "Acme Health")),
        "dos": st.sampled_from(("2026-03-04", "2024-07-15")),
        "setting": st.just("office"),
        "credential": st.sampled_from(("PT", "PT", "OT", "MD", "PTA", None)),
        "discipline": st.sampled_from((None, "GP", "GO")),
        "diagnoses": st.just("M54.50"),
        "services": st.lists(service, min_size=1, max_size=4).flatmap(
            lambda lines: st.sampled_from(([*lines, dict(lines[-1])], lines))
        ),
    }
)


def _found(report: Report) -> Counter[tuple[str, str]]:
    return Counter((m["rule"], m["visit"]) for m in report.messages())


def _totals(visits: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    return [
        (
            one["visit_id"],
            sum(line["units"] for line in one["services"]),
            sum(line["minutes"] or 0 for line in one["services"]),
            sum(round(float(line["charge"] or 0) * 100) for line in one["services"]),
        )
        for one in visits["visits"]
    ]


@settings(max_examples=12, deadline=None)
@given(st.lists(visit, min_size=3, max_size=8))
def test_a_fix_does_what_it_says_and_nothing_else(days: list[dict[str, Any]]) -> None:
    visits = {"visits": [{**one, "visit_id": f"V{n}", "patient_id": f"P{n // 2}"} for n, one in enumerate(days)]}
    made = app.fix(visits, as_of=AS_OF)
    before, after = _found(made.report), _found(app.check(made.visits, as_of=AS_OF))
    assert after - before == Counter()
    fixed = Counter((change["rule"], change["visit"]) for change in made.changes() if change["after"] is not None)
    assert {key: before[key] - after[key] for key in fixed if before[key] - after[key] < fixed[key]} == {}
    assert _totals(made.visits) == _totals(visits)
    for change in made.changes():
        _check(change)
    again = app.fix(made.visits, as_of=AS_OF)
    assert again.changes() == []
    assert again.visits == made.visits


def _check(change: dict[str, Any]) -> None:
    old, new = change["before"], change["after"]
    if new is None:
        assert change["rule"] == "U107"
        return
    assert old["code"] == new["code"] or (change["rule"], old["code"], new["code"]) == ("I102", "97014", "G0283")
    borne, bears = Counter((old["modifiers"] or "").split()), Counter((new["modifiers"] or "").split())
    assert set(bears - borne) <= {"GP", "GO", "GN"}
    assert set(borne - bears) <= {"59"}
    if change["rule"] != "U107":
        assert [old[name] for name in ("units", "minutes", "charge")] == [
            new[name] for name in ("units", "minutes", "charge")
        ]
