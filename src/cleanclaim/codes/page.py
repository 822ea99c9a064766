"""The page of a procedure code: what it is and is not, its unit, edits, maximums, price, and how it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import polars as pl

from cleanclaim.codes import fee_status, hcpcs, ncci, params, places, statements, tables
from cleanclaim.codes.modifiers import DISCIPLINES
from cleanclaim.dated import as_day
from cleanclaim.errors import InputError, UnknownCode

_CODE = re.compile(r"\d{5}|\d{4}[A-Z]|[A-Z]\d{4}")
_LISTS = {"A": "always therapy", "S": "sometimes therapy", "-": "not on the therapy list"}
_CLINICIANS = {
    "PT": "a physical therapist",
    "OT": "an occupational therapist",
    "SLP": "a speech-language pathologist",
}
_TABLES = ("practitioner", "hospital", "medicaid")
_SHARED_MISTAKES = ("common_mistakes", statements.SHARED)
_MOST_NAMED = 12
# The 10 percent test is not meant for monitoring devices, which nobody gives by the minute.
_DEVICE = "period_30_days"

Facts = Mapping[str, Any]
Pairs = Sequence[Mapping[str, Any]]
Statements = Sequence[Mapping[str, str | None]]


def code_page(code: str, on: date | str) -> dict[str, Any]:
    """Return the page of a therapy code as of a day, ready for JSON.

    Raises UnknownCode for a code outside the catalogue, InputError for a malformed one.

    Facts: ``code``, ``on``, ``valid`` (null: no table covers the day), ``first_day``, ``last_day``, ``replaced_by``,
    ``label``, ``group``, ``note``, ``unit_kind``, ``minutes_per_unit``, ``therapy_list`` (A always, S sometimes, - not
    listed; null unknown) with its meaning and standing, ``disciplines``, ``base_codes``, ``mue`` by table (``units``,
    ``mai``, ``age``), ``fee_schedule``, ``pairs`` (every edit in force, or that may be: ``in_force`` null) and
    ``pairs_complete_through``.

    Text: ``what_it_is``, ``what_it_is_not`` (``code``, ``label``, ``difference``, ``how_to_tell``), ``documentation``,
    ``who_may_bill`` (one entry a setting), ``modifiers``, ``common_mistakes`` (``mistake``; ``rule`` null where only
    the note can tell) and ``sources``. A statement has ``text``, ``cite`` (null: advice of this project) and
    ``standing``. Codes without text of their own have what follows from their data.

    >>> page = code_page("97530", date(2024, 7, 15))
    >>> page["mue"]["practitioner"]["units"], page["fee_schedule"]["national_cents"], page["what_it_is_not"][0]["code"]
    (6, 3662, '97110')
    """
    on = as_day(on, "on")
    facts = _facts(code, on)
    pairs = _pairs(facts["code"], on)
    reader = statements.Reader(facts["code"], on, _conditions(facts, pairs, on), _words(facts, pairs, on))
    own, shared = facts["code"], statements.SHARED
    page = {
        **_identity(facts, on),
        "mue": {table: _maximum(facts, table) for table in _TABLES},
        "fee_schedule": _fee_schedule(facts, on),
        "what_it_is": reader.statements("what_it_is", own) or [_own_words(facts["label"])],
        "what_it_is_not": [
            {"code": s["code"], "label": _labels().get(str(s["code"])), **s}
            for s in reader.statements("what_it_is_not", own)
        ],
        "documentation": reader.statements("documentation", own, shared),
        "who_may_bill": _who_may_bill(reader),
        "modifiers": reader.statements("modifiers", own, shared),
        "common_mistakes": _mistakes(reader.statements("common_mistakes", own), reader.statements(*_SHARED_MISTAKES)),
        "pairs": pairs,
        "pairs_complete_through": {table: str(ncci.complete_through(table)) for table in ncci.TABLES},
    }
    return page | {"sources": _sources(page, reader)}


def _facts(code: str, on: date) -> dict[str, Any]:
    name = code.strip().upper()
    if not _CODE.fullmatch(name):
        raise InputError("must be a procedure code: five letters or digits, like 97530", field="code")
    listed = hcpcs.catalogue().filter(code=name)
    if listed.is_empty():
        raise UnknownCode(
            f"{name} is not a code of the therapy family. A code belongs to it because it is listed, not because its "
            "number is near",
            field="code",
        )
    period = hcpcs.periods().number(pl.Series([on])).item()
    facts = hcpcs.code_periods().filter(code=name, period=period).row(0, named=True)
    return {**listed.row(0, named=True), **facts}


def _identity(facts: Facts, on: date) -> dict[str, Any]:
    letter = facts["therapy_list"]
    return {
        "code": facts["code"],
        "on": str(on),
        "valid": facts["code_valid"],
        "first_day": str(facts["code_first_day"]) if facts["code_first_day"] else None,
        "last_day": str(facts["code_last_day"]) if facts["code_last_day"] else None,
        "replaced_by": _split(facts["replaced_by"]),
        "label": facts["label"],
        "group": facts["group"],
        "note": facts["note"],
        "unit_kind": facts["unit_kind"],
        "minutes_per_unit": facts["minutes_per_unit"],
        "therapy_list": letter,
        "therapy_list_meaning": _LISTS.get(letter) if letter else None,
        "therapy_list_standing": facts["therapy_list_standing"],
        "disciplines": _split(facts["disciplines"]),
        "base_codes": _split(facts["base_codes"]),
    }


def _split(text: str | None) -> list[str]:
    return text.split() if text else []


@cache
def _labels() -> dict[str, str]:
    catalogue = hcpcs.catalogue()
    return dict(zip(catalogue["code"], catalogue["label"], strict=True))


def _own_words(text: str) -> dict[str, str | None]:
    return {"text": text, "cite": None, "standing": None}


def _maximum(facts: Facts, table: str) -> dict[str, Any]:
    return {name: facts[f"mue_{name}_{table}"] for name in ("units", "mai", "age")}


def _fee_schedule(facts: Facts, on: date) -> dict[str, Any]:
    """Status, relative values and national price of one unit on the day; null where they are not in hand."""
    factor = params.value("conversion_factor", on)
    rvus = [facts[name] for name in ("work_rvu", "pe_rvu", "mp_rvu")]
    total = sum(Decimal(str(rvu)) for rvu in rvus) if None not in rvus else None
    status, cents = facts["fee_status"], facts["national_fee_cents"]
    if status in fee_status.UNPAID:
        cents = 0
    elif status in fee_status.PRICED and total and factor is not None:
        cents = int((100 * total * Decimal(str(factor))).quantize(Decimal(1), ROUND_HALF_UP))
    return {
        "status": status,
        "status_meaning": fee_status.MEANING.get(status) if status else None,
        "work_rvu": facts["work_rvu"],
        "pe_rvu": facts["pe_rvu"],
        "mp_rvu": facts["mp_rvu"],
        "total_rvu": float(total) if total is not None else None,
        "conversion_factor": factor,
        "national_cents": cents,
        "multiple_procedure_reduction": facts["mult_proc"],
        "age": facts["fee_age"],
    }


def _pairs(code: str, on: date) -> list[dict[str, Any]]:
    """Return the edits that name the code and are in force on the day, or may be; the family's codes first."""
    table = tables.load("ncci_pairs").filter((pl.col("column_one") == code) | (pl.col("column_two") == code))
    partners = pl.concat([table[side].cast(pl.String) for side in ("column_one", "column_two")]).unique()
    day = pl.lit(on)
    rows = (
        ncci.edits_among(partners)
        .filter((pl.col("column_one") == code) | (pl.col("column_two") == code))
        .with_columns(in_force=ncci.in_force(day), age=ncci.table_age(day))
        .filter(pl.col("in_force").is_null() | pl.col("in_force"))
    )
    labels = _labels()
    entries = [_pair(row, code, labels) for row in rows.to_dicts()]
    order = {table: place for place, table in enumerate(ncci.TABLES)}
    return sorted(entries, key=lambda e: (order[e["setting"]], e["other_label"] is None, e["other"], e["column_one"]))


def _pair(row: Mapping[str, Any], code: str, labels: Mapping[str, str]) -> dict[str, Any]:
    other = row["column_two"] if row["column_one"] == code else row["column_one"]
    return {
        "setting": row["table"],
        "column_one": row["column_one"],
        "column_two": row["column_two"],
        "other": other,
        "other_label": labels.get(other),
        "indicator": row["indicator"],
        "effective": str(row["effective"]) if row["effective"] else None,
        "deleted": str(row["deleted"]) if row["deleted"] else None,
        "in_force": row["in_force"],
        "release": str(row["release"]),
        "age": row["age"],
    }


def _conditions(facts: Facts, pairs: Pairs, on: date) -> frozenset[str]:
    """Return which of ``statements.CONDITIONS`` the code meets on the day."""
    disciplines = _split(facts["disciplines"])
    therapy = facts["therapy_list"] in ("A", "S")
    evaluation = bool(facts["is_evaluation"])
    by_assistant = {"PT", "OT"}.intersection(disciplines) and facts["unit_kind"] != _DEVICE
    met = {
        "therapy": therapy,
        "always": facts["always_therapy"],
        "sometimes": facts["sometimes_therapy"],
        "pt": "PT" in disciplines,
        "ot": "OT" in disciplines,
        "one_discipline": facts["required_discipline"] is not None,
        "treatment": not evaluation,
        "evaluation": evaluation,
        "assistant": therapy and not evaluation and by_assistant,
        "timed": facts["timed"],
        "pooled": facts["pooled"],
        "once_a_day": facts["untimed"] and facts["mue_units_practitioner"] == 1,
        "addon": facts["is_addon"],
        "separable": any(pair["in_force"] and pair["indicator"] == 1 for pair in pairs),
        "never_together": any(map(_never, pairs)),
        "line_maximum": facts["mue_mai_practitioner"] == 1,
        "day_maximum": facts["mue_mai_practitioner"] in (2, 3),
        "threshold_known": params.value("kx_threshold_ot_cents", on) is not None,
        "not_valid": facts["code_valid"] is False,
        "not_paid": facts["fee_status"] in fee_status.UNPAID,
    }
    return frozenset(name for name, holds in met.items() if holds)


def _words(facts: Facts, pairs: Pairs, on: date) -> dict[str, str]:
    """Return the words for the placeholders of the statements; empty where a condition keeps the statement away."""
    disciplines = _split(facts["disciplines"])
    modifiers = [m for m, discipline in DISCIPLINES.items() if discipline in disciplines]
    by = _either([text for discipline, text in _CLINICIANS.items() if discipline in disciplines]) or "a therapist"
    limits = {table: facts[f"mue_units_{table}"] for table in ncci.TABLES}
    instead = _split(facts["replaced_by"])
    return {
        "by": by,
        "By": by[:1].upper() + by[1:],
        "discipline_modifiers": facts["required_discipline"] or _either(modifiers or list(DISCIPLINES)),
        "kx_pt_slp": _dollars(params.value("kx_threshold_pt_slp_cents", on)),
        "kx_ot": _dollars(params.value("kx_threshold_ot_cents", on)),
        "year": str(on.year),
        "line_maximum": _units(facts["mue_units_practitioner"]),
        "day_maximum": _day_maximum({table: n for table, n in limits.items() if n is not None}),
        "base_codes": _either(_split(facts["base_codes"])),
        "never_with": _never_with(pairs),
        "status_meaning": fee_status.MEANING.get(facts["fee_status"] or "", ""),
        "instead": f"; it was replaced by {_either(instead)}" if instead else "",
    }


def _day_maximum(limits: dict[str, int]) -> str:
    if len(set(limits.values())) == 1:
        return _units(next(iter(limits.values())))
    return _either([f"{_units(n)} ({table} table)" for table, n in limits.items()])


def _never_with(pairs: Pairs) -> str:
    """Return the codes of the edits that no modifier opens: those of both tables, then those of one alone."""
    never = {
        table: {p["other"]: p["other_label"] for p in pairs if p["setting"] == table and _never(p)}
        for table in ncci.TABLES
    }
    both = set.intersection(*map(set, never.values()))
    parts = [_some({code: never[ncci.TABLES[0]][code] for code in both})] if both else []
    for table, codes in never.items():
        alone = {code: label for code, label in codes.items() if code not in both}
        if alone:
            parts.append(f"on {table} claims {'also ' if both else ''}{_some(alone)}")
    return "; ".join(parts)


def _never(pair: Mapping[str, Any]) -> bool:
    return pair["in_force"] is True and pair["indicator"] == 0


def _some(codes: Mapping[str, str | None]) -> str:
    """Return the first of the codes, those of the family before others, and how many more there are."""
    shown = sorted(codes, key=lambda code: (codes[code] is None, code))
    more = [f"{len(shown) - _MOST_NAMED} more"] if len(shown) > _MOST_NAMED else []
    return ", ".join([*shown[:_MOST_NAMED], *more])


def _units(number: int | None) -> str:
    return "1 unit" if number == 1 else f"{number} units"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _dollars(cents: int | float | bool | None) -> str:
    return "" if cents is None else f"${int(cents) / 100:,.0f}"


def _who_may_bill(reader: statements.Reader) -> list[dict[str, Any]]:
    """Return one entry per setting for a code of the therapy list; nothing for other codes."""
    if "therapy" not in reader.conditions:
        return []
    return [
        {
            "setting": setting,
            "name": places.SETTINGS[setting],
            "claim_form": form,
            "bill_types": _of_setting(places.setting_bill_types(), setting, "bill_type"),
            "places_of_service": _of_setting(places.setting_places(), setting, "place_of_service"),
            **{
                topic: reader.statements(topic, statements.SETTINGS, setting=setting)
                for topic in ("who", "payment", "assistants", "supervision")
            },
        }
        for setting, form in statements.read(statements.SETTINGS)["claim_form"].items()
    ]


def _of_setting(table: pl.DataFrame, setting: str, column: str) -> list[str]:
    """Return the codes that are certain for a setting; an uncertain one is not put forward."""
    found: list[str] = table.filter(pl.col("setting") == setting, pl.col("standing") != "U")[column].to_list()
    return found


def _mistakes(own: Statements, shared: Statements) -> list[dict[str, str | None]]:
    """Return the code's own mistakes, then those of its kind whose rule they do not name yet."""
    named = {statement.get("rule") for statement in own} - {None}
    kept = [*own, *(statement for statement in shared if statement.get("rule") not in named)]
    return [{"mistake": s["text"], "rule": s.get("rule"), "cite": s["cite"], "standing": s["standing"]} for s in kept]


def _sources(page: Mapping[str, Any], reader: statements.Reader) -> list[dict[str, Any]]:
    """Return the tables that the page's facts come from, then the publications that its text names."""
    used = {
        "therapy_codes": True,
        "unit_maximums": any(limit["units"] is not None for limit in page["mue"].values()),
        "fee_schedule": page["fee_schedule"]["status"] is not None or page["fee_schedule"]["work_rvu"] is not None,
        "ncci_pairs": bool(page["pairs"]),
        "parameters": page["fee_schedule"]["conversion_factor"] is not None,
    }
    known = [tables.source(name) for name, uses in used.items() if uses]
    return [
        *(
            {
                "document": source.document,
                "section": f"release {source.release}",
                "url": source.url,
                "covers": [str(source.first_day), str(source.last_day)],
                "standing": source.standing,
            }
            for source in known
        ),
        *(
            {"document": c.document, "section": c.section or None, "url": c.url, "covers": None, "standing": None}
            for c in reader.cited
        ),
    ]
