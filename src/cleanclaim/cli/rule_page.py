"""The page of a rule as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleanclaim.cli.layout import GAP, paragraph, sentence, show, table, width

Page = Mapping[str, Any]


def print_rule(page: Page) -> None:
    """Print the page of ``engine.rule_page.rule_page``; each example with ``found``, what the report says of it."""
    show((f"{page['rule']}  {page['name']}", "bold"))
    paragraph(f"{page['title']}.")
    _facts(page)
    _section("What it asks")
    for part in page["requirement"].split("\n\n"):
        paragraph(" ".join(part.replace("``", "").replace("*", "").split()), indent=2)
        show()
    _section("Why payers deny it", gap=False)
    _denials(page)
    _section("Where it stands")
    for cite in page["citations"]:
        paragraph(f"{cite['document']}, {cite['section']}", indent=4, lead="  - ")
        if cite["url"]:
            show(f"    {cite['url']}")
    for outcome, case in page["examples"].items():
        _section(f"A case that {outcome}")
        _example(outcome, case, page["rule"])
    _section("The fix")
    paragraph(f"{sentence(page['fix'])}.", indent=2)
    paragraph(f"It needs {page['needs_meaning']}.", indent=2)
    _section("What it reads")
    paragraph("Where one of these is not known and would decide, the rule is not checked.", indent=2, style="dim")
    table(("", ""), [(i["name"], i["meaning"]) for i in page["inputs"]], indent=2)
    _related(page)


def _section(heading: str, *, gap: bool = True) -> None:
    if gap:
        show()
    show((heading.upper(), "bold"))


def _facts(page: Page) -> None:
    days = [f"from {page['first_day']}" if page["first_day"] else "", f"through {page['last_day']}"]
    span = " ".join(part for part in days if part and not part.endswith("None")) or "all"
    rows = [
        ("Severity", f"{page['severity']}: {page['severity_meaning']}"),
        ("Judges", f"{page['grain']}: {page['one_row_is']}"),
        ("Dates of service", span),
        ("Who acts", page["who"]),
        *([("Earlier ids", ", ".join(page["formerly"]))] if page["formerly"] else []),
    ]
    table(("", ""), rows, indent=2)


def _denials(page: Page) -> None:
    if not page["denial"]:
        paragraph(f"No denial answers it: {page['severity_meaning']}.", indent=2)
    for code in page["denial"]:
        paragraph(f"CARC {code['code']}: {code['meaning'] or 'no short meaning yet'}", indent=4, lead="  - ")


def _example(outcome: str, case: Mapping[str, Any], rule_id: str) -> None:
    source = f" (from {case['source']})" if case["source"] else ""
    paragraph(f"{sentence(case['name'])}{source}.", indent=2)
    _lines(case["columns"], [[_cell(cell) for cell in line] for line in case["lines"]])
    for kept in case.get("kept", ()):
        paragraph(f"With {kept['title']}:", indent=2)
        _lines(kept["columns"], [[_cell(cell) for cell in line] for line in kept["lines"]])
    if case.get("found"):
        paragraph(f"Checked now, the report says: {case['found']}", indent=2)
    elif "request" in case:
        paragraph(f"Checked now, {rule_id} finds nothing.", indent=2)
    if "request" in case:
        show((f"  Try it: cleanclaim rule {rule_id} --example {outcome} {_TRIED['kept' in case]}", "dim"))


_TRIED = {False: "| cleanclaim check -", True: "> a.json; cleanclaim check a.json --episodes a.json"}


def _lines(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print the lines of a case as a table, or one by one where the table would be too broad."""
    broad = sum(max(len(cells[n]) for cells in (columns, *lines)) + len(GAP) for n in range(len(columns)))
    if broad + 4 <= width():
        table(columns, lines, indent=4)
        return
    for line in lines:
        told = [f"{name} {cell}" for name, cell in zip(columns, line, strict=True) if cell]
        paragraph(", ".join(told), indent=6, lead="    - ")


def _cell(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value or "")


def _related(page: Page) -> None:
    rows: Sequence[tuple[str, str]] = [
        (words, ", ".join(page[key]))
        for words, key in (
            ("Gives way to", "gives_way_to"),
            ("Comes before", "takes_over"),
            ("Same family, same denial", "related"),
        )
        if page[key]
    ]
    if rows:
        _section("Related rules")
        table(("", ""), rows, indent=2)
