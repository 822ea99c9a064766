"""The pages of the procedure codes, from the same statements and tables as ``cleanclaim code``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from md import bullets, page, plain, table

from cleanclaim.codes import hcpcs
from cleanclaim.codes.page import code_page

Entry = Mapping[str, Any]
_TABLES = ("practitioner", "hospital", "medicaid")
_TOPICS = {"who": "Who", "payment": "Paid by", "assistants": "Assistants", "supervision": "Supervision"}


@dataclass
class _Sources:
    """The publications named on a page, numbered as they are met: the footnotes of the page."""

    numbers: dict[str, int] = field(default_factory=dict)

    def said(self, entry: Entry, key: str = "text") -> str:
        """Return a statement with the mark of its source, and its standing unless verified."""
        if not entry.get("cite"):
            return plain(entry[key])
        number = self.numbers.setdefault(entry["cite"], len(self.numbers) + 1)
        standing = "" if entry["standing"] == "V" else f" ({entry['standing']})"
        return f"{plain(entry[key])}[^{number}]{standing}"

    def notes(self) -> str:
        return "\n".join(f"[^{number}]: {plain(name)}" for name, number in self.numbers.items())


def code_pages(on: date) -> dict[str, str]:
    """Return the pages of ``codes/``: the name of each file and its text."""
    catalogue = hcpcs.catalogue().sort("code")
    rows = [
        (f"[{code}]({code}.md)", plain(label), plain(group))
        for code, label, group in catalogue.select("code", "label", "group").iter_rows()
    ]
    index = page(
        [
            "# Procedure codes",
            f"What is published of each code of the therapy family, as of {on}.",
            "The labels are this project's own few words, not the AMA's descriptors.",
            table(("code", "what it is", "group"), rows),
        ]
    )
    return {"index.md": index, **{f"{code}.md": _page(code_page(code, on)) for code in catalogue["code"]}}


def _page(told: Entry) -> str:
    sources = _Sources()
    return page(
        [
            f"# {told['code']} {plain(told['label'])}",
            _validity(told),
            plain(told["note"]) if told["note"] else None,
            "## What it is",
            bullets(sources.said(entry) for entry in told["what_it_is"]),
            *_neighbors(told["what_it_is_not"], sources),
            *_section("What the record must show", bullets(sources.said(e) for e in told["documentation"])),
            *_section("Who may bill it, and where", _settings(told["who_may_bill"], sources)),
            *_section("Modifiers", _modifiers(told["modifiers"], sources)),
            "## Unit maximums",
            _maximums(told["mue"]),
            *_section("Pair edits with therapy codes", _pairs(told)),
            "## Fee schedule",
            _price(told["fee_schedule"]),
            *_section("Common mistakes", _mistakes(told["common_mistakes"], sources)),
            "## Sources",
            "R: stated from the named source, confirm before relying on it; otherwise verified in a copy of it.",
            sources.notes(),
        ]
    )


def _section(heading: str, text: str | None) -> list[str]:
    return [f"## {heading}", text] if text else []


def _validity(told: Entry) -> str:
    valid = {True: "valid", False: "not valid", None: "not known whether valid"}[told["valid"]]
    listed = told["therapy_list_meaning"] or "place on the therapy list not known"
    instead = f" Replaced by {', '.join(map(_linked, told['replaced_by']))}." if told["replaced_by"] else ""
    return (
        f"On {told['on']}: {valid}.{instead} {plain(told['group'])}; Medicare: {listed}. "
        f"Given by: {', '.join(told['disciplines']) or 'not said'}."
    )


def _linked(code: str) -> str:
    return f"[{code}]({code}.md)" if code in set(hcpcs.catalogue()["code"]) else code


def _neighbors(others: Sequence[Entry], sources: _Sources) -> list[str]:
    if not others:
        return []
    rows = [(_linked(o["code"]), sources.said(o, "difference"), plain(o["how_to_tell"])) for o in others]
    return ["## What it is not, and how to tell", table(("code", "the difference", "how to tell"), rows)]


def _settings(places: Sequence[Entry], sources: _Sources) -> str:
    parts = []
    for place in places:
        parts.append(f"### {place['name'][:1].upper()}{place['name'][1:]}")
        codes = [
            f"{words} {', '.join(place[name])}"
            for name, words in (("bill_types", "bill type"), ("places_of_service", "place of service"))
            if place[name]
        ]
        parts.append(plain("; ".join([place["claim_form"], *codes])))
        parts.append(
            bullets(
                f"**{words}**: {' '.join(sources.said(entry) for entry in place[topic])}"
                for topic, words in _TOPICS.items()
                if place[topic]
            )
        )
    return "\n\n".join(parts)


def _modifiers(modifiers: Sequence[Entry], sources: _Sources) -> str | None:
    rows = [(plain(entry["modifier"]), sources.said(entry)) for entry in modifiers]
    return table(("modifier", "when"), rows) if rows else None


def _maximums(limits: Mapping[str, Entry]) -> str:
    rows = [
        (
            name,
            "not in hand" if limits[name]["units"] is None else str(limits[name]["units"]),
            plain(limits[name]["mai"]),
            plain(limits[name]["age"]),
        )
        for name in _TABLES
    ]
    return table(("table", "units", "indicator", "age of the table"), rows)


def _pairs(told: Entry) -> str | None:
    edits = [pair for pair in told["pairs"] if pair["other_label"]]
    rows = [
        (
            _linked(pair["other"]),
            pair["setting"],
            pair["column_two"],
            str(pair["indicator"]),
            {True: "yes", False: "no", None: "not known"}[pair["in_force"]],
            plain(pair["effective"] or "not known"),
        )
        for pair in edits
    ]
    if not rows:
        return None
    lead = "The code denied is the one of column two. Indicator 1: unless a bypass modifier is true of it; 0: always."
    return f"{lead}\n\n{table(('with', 'table', 'denied', 'indicator', 'in force', 'first day'), rows)}"


def _price(fee: Entry) -> str:
    cents = fee["national_cents"]
    parts = [
        f"Status {fee['status']}: {plain(fee['status_meaning'])}." if fee["status"] else None,
        f"National price of one unit: ${cents // 100:,}.{cents % 100:02d}." if cents is not None else None,
        "Subject to the multiple-procedure reduction." if fee["multiple_procedure_reduction"] else None,
        f"{plain(fee['age'])}." if fee["age"] else None,
    ]
    return " ".join(part for part in parts if part) or "No fee schedule in hand has the code on this date."


def _mistakes(mistakes: Sequence[Entry], sources: _Sources) -> str:
    return bullets(_rule(m["rule"]) + sources.said(m, "mistake") for m in mistakes)


def _rule(rule_id: str | None) -> str:
    return f"[{rule_id}](../rules/{rule_id}.md): " if rule_id else ""
