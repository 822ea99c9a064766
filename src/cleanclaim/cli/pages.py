"""The page of a procedure code as text: for a clinician first, so what it is and is not come before the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.reports.words import counted, dollars

_UNITS = {
    "timed": "Timed: one unit for each {minutes} minutes with the patient.",
    "timed_first": "Timed: one unit for the first {minutes} minutes; what follows is its add-on code's.",
    "timed_addon": "Timed add-on: one unit for each further {minutes} minutes, beside {base}.",
    "untimed": "Untimed: one unit, whatever its time.",
    "area": "By the wound's surface, not by minutes.",
    "area_addon": "Add-on by the wound's surface, not by minutes, beside {base}.",
    "band": "One unit: the minutes choose the code, and it is not counted in units.",
    "episode": "One unit for an episode of care.",
    "month": "By the minutes of a calendar month, not of a day.",
    "period_30_days": "One unit for a period of 30 days.",
    "unlisted": "No unit of its own: describe the service.",
}
_COUNTING = (
    "How many minutes make a unit is the payer's rule: Medicare adds the minutes of all 15-minute codes of the day "
    "(8 minutes earn the first unit, 23 the second, 38 the third; Claims Processing Manual, ch. 5, sec. 20.2.C); "
    "payers that follow the AMA count code by code, past the midpoint. cleanclaim units shows either, step by step."
)
_ADJUDICATION = {
    1: "on one line",
    2: "a day, over all lines (indicator 2: never more, by policy)",
    3: "a day, over all lines (indicator 3: more only on appeal, with records)",
}
_NOTE = "Read the note: "
_TOPICS = {"payment": "Paid by", "assistants": "Assistants", "supervision": "Supervision of assistants"}
_TABLES = ("practitioner", "hospital")
_STANDING = "R: stated from the named source; without R: verified in a copy of it. No number: this project's advice."

Page = Mapping[str, Any]
Entries = Sequence[Mapping[str, Any]]


@dataclass
class _Sources:
    """The publications named on the page, numbered in the order in which they are met."""

    numbers: dict[str, int] = field(default_factory=dict)

    def mark(self, statement: Mapping[str, Any]) -> str:
        """Return the mark to set behind a statement: its source's number, and its standing unless verified."""
        if not statement.get("cite"):
            return ""
        number = self.numbers.setdefault(statement["cite"], len(self.numbers) + 1)
        return f" [{number}]" if statement["standing"] == "V" else f" [{number}, {statement['standing']}]"


def print_code(page: Page) -> None:
    """Print the page of ``codes.page.code_page`` on stdout."""
    sources = _Sources()
    _identity(page)
    _section("What it is")
    _bullets(page["what_it_is"], sources)
    if page["what_it_is_not"]:
        _section("What it is not, and how to tell")
        _neighbors(page["what_it_is_not"], sources)
    _section("Unit")
    _unit(page)
    if page["documentation"]:
        _section("What the record must show")
        _bullets(page["documentation"], sources)
    _section("Who may bill it, and where")
    _settings(page, sources)
    if page["modifiers"]:
        _section("Modifiers")
        _modifiers(page["modifiers"], sources)
    _section("Unit maximums")
    _maximums(page["mue"])
    _section(f"Pair edits in force on {page['on']}")
    _pairs(page)
    _section("Relative values and national price")
    _price(page)
    if page["common_mistakes"]:
        _section("Common mistakes, and the rule that finds each")
        _mistakes(page["common_mistakes"], sources)
    _section("Sources")
    _publications(page["sources"], sources)


def _section(heading: str) -> None:
    show()
    show((heading.upper(), "bold"))


def _identity(page: Page) -> None:
    show((f"{page['code']}  {page['label']}", "bold"))
    days = [f"from {page['first_day']}" if page["first_day"] else "", f"through {page['last_day']}"]
    span = " ".join(part for part in days if part and not part.endswith("None"))
    valid = {True: "valid", False: "NOT VALID", None: "not known whether valid"}[page["valid"]]
    instead = f"; replaced by {', '.join(page['replaced_by'])}" if page["replaced_by"] else ""
    listed = page["therapy_list_meaning"] or "place on the therapy list not known"
    uncertain = " (uncertain)" if page["therapy_list_standing"] == "U" and page["therapy_list_meaning"] else ""
    paragraph(f"On {page['on']}: {valid}{f' ({span})' if span else ''}{instead}.")
    paragraph(f"{page['group']}. Medicare: {listed}{uncertain}. Given by: {', '.join(page['disciplines']) or '-'}.")
    if page["note"]:
        paragraph(page["note"], style="bold")


def _bullets(statements: Entries, sources: _Sources) -> None:
    for statement in statements:
        paragraph(f"{statement['text']}{sources.mark(statement)}", indent=4, lead="  - ")


def _neighbors(neighbors: Entries, sources: _Sources) -> None:
    for other in neighbors:
        show((f"  {other['code']}", "bold"), f"  {other['label']}")
        paragraph(f"{other['difference']}{sources.mark(other)}", indent=9)
        paragraph(f"How to tell: {other['how_to_tell']}", indent=9)


def _unit(page: Page) -> None:
    words = _UNITS[page["unit_kind"]]
    base = " or ".join(page["base_codes"])
    paragraph(words.format(minutes=page["minutes_per_unit"], base=base), indent=2)
    if page["unit_kind"] == "timed" and page["minutes_per_unit"] == 15:
        paragraph(_COUNTING, indent=2)


def _settings(page: Page, sources: _Sources) -> None:
    places = page["who_may_bill"]
    if not places:
        paragraph(
            "No therapy list that cleanclaim has names it on this day, so nothing is said of therapists billing it.",
            indent=2,
        )
    for place in places:
        codes = [
            f"{words} {', '.join(place[name])}"
            for name, words in (("bill_types", "bill type"), ("places_of_service", "place of service"))
            if place[name]
        ]
        show((f"  {place['name']}", "bold"))
        paragraph("; ".join([place["claim_form"], *codes]), indent=6)
        paragraph(_joined(place["who"], sources), indent=6)
    for topic, words in (
        ("payment", "Paid by"),
        ("assistants", "Assistants"),
        ("supervision", "Supervision of assistants"),
    ):
        said: dict[str, list[str]] = {}
        for place in places:
            said.setdefault(_joined(place[topic], sources), []).append(place["name"])
        said.pop("", None)
        if said:
            show((f"  {words}", "bold"))
        for text, names in said.items():
            everywhere = len(names) == len(places)
            paragraph(f"{'Everywhere' if everywhere else '; '.join(names)}: {text}", indent=6)


def _joined(statements: Entries, sources: _Sources) -> str:
    return " ".join(f"{statement['text']}{sources.mark(statement)}" for statement in statements)


def _modifiers(modifiers: Entries, sources: _Sources) -> None:
    for entry in modifiers:
        show((f"  {entry['modifier']}", "bold"))
        paragraph(f"{entry['text']}{sources.mark(entry)}", indent=6)


def _maximums(limits: Mapping[str, Mapping[str, Any]]) -> None:
    rows = []
    for name, limit in limits.items():
        if limit["units"] is None:
            words = "not in cleanclaim's table"
        else:
            per = _ADJUDICATION.get(limit["mai"], "(whether by line or by day is not said in cleanclaim's table)")
            words = "; ".join(part for part in (f"{counted(limit['units'], 'unit')} {per}", limit["age"]) if part)
        rows.append(("Medicaid" if name == "medicaid" else name, words))
    table(("", ""), rows, indent=2)


def _pairs(page: Page) -> None:
    pairs, code = page["pairs"], page["code"]
    if pairs:
        doubt = any(pair["in_force"] is None for pair in pairs)
        question = " ?: the edit's first day is not published, so whether it was in force is not known." * doubt
        paragraph(
            "The code named is the one denied when both are billed on a day. 1: unless a modifier (59, XE, XP, XS, XU) "
            f"is true of it. 0: whatever the modifier.{question}",
            indent=2,
        )
        _pairs_of_family([pair for pair in pairs if pair["other_label"]])
        _pairs_of_others([pair for pair in pairs if not pair["other_label"]], code)
    else:
        paragraph("No edit in cleanclaim's tables names it.", indent=2)
    for name in _TABLES:
        ages = dict.fromkeys(pair["age"] for pair in pairs if pair["setting"] == name and pair["in_force"])
        late = page["on"] > page["pairs_complete_through"][name]
        missing = f"complete through {page['pairs_complete_through'][name]}: an edit added later may be missing"
        told = [*filter(None, ages), *([missing] if late else [])]
        if told:
            paragraph(f"{sentence(name)}: {'; '.join(told)}.", indent=2, style="dim")


def _pairs_of_family(pairs: Entries) -> None:
    by_code: dict[tuple[str, str], dict[str, str]] = {}
    for pair in pairs:
        cell = f"{pair['column_two']} ({_indicator(pair)})"
        by_code.setdefault((pair["other"], pair["other_label"]), {})[pair["setting"]] = cell
    if by_code:
        table(
            ("with", *_TABLES, ""),
            [(code, *(cells.get(name) for name in _TABLES), label) for (code, label), cells in by_code.items()],
            indent=2,
        )


def _pairs_of_others(pairs: Entries, code: str) -> None:
    """Print the codes outside the family, for which there are no words of our own, by what happens to them."""
    outcomes: dict[str, dict[str, str]] = {}
    for pair in pairs:
        denied = code if pair["column_two"] == code else "the other code"
        outcomes.setdefault(pair["other"], {})[pair["setting"]] = f"{denied} is denied ({_indicator(pair)})"
    groups: dict[tuple[str | None, ...], list[str]] = {}
    for other, cells in outcomes.items():
        groups.setdefault(tuple(cells.get(name) for name in _TABLES), []).append(other)
    if groups:
        paragraph("With codes outside the therapy family:", indent=2)
    for outcome, others in sorted(groups.items(), key=lambda item: (-len(item[1]), item[1])):
        said = (
            f"both tables: {outcome[0]}"
            if len(set(outcome)) == 1
            else "; ".join(f"{name}: {cell}" for name, cell in zip(_TABLES, outcome, strict=True) if cell)
        )
        paragraph(said, indent=4, style="bold")
        paragraph(" ".join(others), indent=6)


def _indicator(pair: Mapping[str, Any]) -> str:
    return f"{pair['indicator']}{'?' if pair['in_force'] is None else ''}"


def _price(page: Page) -> None:
    fee = page["fee_schedule"]
    if fee["status"]:
        paragraph(f"Status {fee['status']} ({fee['status_meaning']}).", indent=2)
    if fee["total_rvu"] is not None:
        paragraph(
            f"Relative values: work {fee['work_rvu']:g}, practice expense {fee['pe_rvu']:g} (non-facility), "
            f"malpractice {fee['mp_rvu']:g}; together {fee['total_rvu']:g}.",
            indent=2,
        )
    elif fee["status"] is not None:
        paragraph("The relative values of this date are not known.", indent=2)
    else:
        paragraph("No fee schedule that cleanclaim has names the code on this date.", indent=2)
    if fee["national_cents"] is not None:
        factor = f" (conversion factor {fee['conversion_factor']:g})" if fee["conversion_factor"] else ""
        paragraph(f"National price of one unit: {dollars(fee['national_cents'])}{factor}.", indent=2)
    if fee["multiple_procedure_reduction"]:
        paragraph(
            "Subject to the multiple-procedure reduction: beside other therapy of the day, only the unit with the "
            "highest practice expense is paid in full.",
            indent=2,
        )
    if fee["age"]:
        paragraph(f"{sentence(fee['age'])}.", indent=2, style="dim")


def _mistakes(mistakes: Entries, sources: _Sources) -> None:
    rows = [
        (entry["rule"] or "note", f"{sentence(entry['mistake'].removeprefix(_NOTE))}{sources.mark(entry)}")
        for entry in mistakes
    ]
    table(("", ""), rows, indent=2)
    if any(rule == "note" for rule, _ in rows):
        paragraph("note: no rule of this release can tell; read the note.", indent=2, style="dim")


def _publications(listed: Entries, sources: _Sources) -> None:
    urls = {_named(source): source["url"] for source in listed}
    for name, number in sources.numbers.items():
        paragraph(f"{name}. {urls.get(name) or ''}".rstrip(), indent=7, lead=f"{f'[{number}]':>6} ")
    paragraph(_STANDING, indent=2, style="dim")
    for source in listed:
        if source["covers"] is not None:
            paragraph(_table_source(source), indent=4, lead="  - ")


def _named(source: Mapping[str, Any]) -> str:
    return ", ".join(part for part in (source["document"], source["section"]) if part)


def _table_source(source: Mapping[str, Any]) -> str:
    first, last = source["covers"]
    days = f"{'the beginning' if first == 'None' else first} to {'now' if last == 'None' else last}"
    parts: Iterable[str] = (f"{_named(source)}; {days}", f"standing {source['standing']}", source["url"] or "")
    return "; ".join(part for part in parts if part)
