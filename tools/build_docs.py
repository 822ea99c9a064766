"""Write what in docs/ follows from the program: the pages of the rules, and the generated parts of the guides.

    python tools/build_docs.py

``docs/rules/`` comes from the rules and their cases (``tests/rules/``). In the guides, the block after a ``sh`` block
is what its commands print, and the text between ``<!-- begin NAME -->`` and ``<!-- end -->`` comes from the program's
own tables. A test compares what is committed with what this writes.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import polars as pl  # noqa: E402
import rule_cases  # noqa: E402

from cleanclaim import config  # noqa: E402
from cleanclaim import rules as families  # noqa: E402
from cleanclaim.citation import Citation  # noqa: E402
from cleanclaim.claims.schema import GRAINS, SERVICES  # noqa: E402
from cleanclaim.cli.tables import family  # noqa: E402
from cleanclaim.codes import adjustments, payers  # noqa: E402
from cleanclaim.engine import report  # noqa: E402
from cleanclaim.intake.cells import KINDS  # noqa: E402
from cleanclaim.intake.fields import FIELDS, MODIFIERS  # noqa: E402
from cleanclaim.rules.rule import Rule  # noqa: E402

DOCS = ROOT / "docs"
GUIDES = (ROOT / "README.md", DOCS / "commands.md", DOCS / "input.md")
EXAMPLE = ROOT / "examples" / "clinic-day"
SEVERITIES = {
    "denial": "the payer denies, returns or rejects the claim or the line",
    "compliance": "it may be paid, and taken back on review",
    "underbilling": "care was given and is not billed, or is billed below its worth",
    "advice": "nothing is denied; better known than not",
}
NEEDS = {
    "nothing": "nothing: it may be done without the record",
    "note": "the treatment note or the record: look before changing the claim",
    "clinician": "the clinician, or whoever holds the notice: only they can attest it",
}
_LEAD = (
    "Every rule judges one row of a table and says *finding*, *pass* or *not checked*: the last where an input is not "
    "known. The number of a rule never changes its meaning."
)
_MEANINGS = {
    "discipline": "the plan of care under which it was given",
    "setting": "what kind of place it is",
    "modifiers": "modifiers of the line, in order",
    "modifier_1": "the same, one a column",
    "by": "who gave it; left out: the therapist of the discipline",
    "diagnoses": "ICD-10-CM codes of the claim, in order",
    "pointers": "places of the line's diagnoses in that list",
}
"""What the columns that a reader fills hold, where the dictionary of the tables speaks to programmers."""
_LINES = r"(?:(?!```).*\n)*"
_EXAMPLE = re.compile(rf"(?P<shell>```sh\n(?P<script>{_LINES})```\n\n```(?:text|json)\n){_LINES}(?P<close>```\n)")
_GENERATED = re.compile(r"(?P<begin><!-- begin (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def rule_pages() -> dict[str, str]:
    """Return the pages of ``docs/rules/``: the name of each file and its text."""
    listed = [rule for name in families.FAMILIES for rule in _members(name)]
    return {"index.md": _index(), **{f"{rule.id}.md": _page(rule) for rule in listed}}


def guide(text: str) -> str:
    """Return a guide with its examples run again and its generated parts written anew."""
    text = _GENERATED.sub(lambda m: f"{m['begin']}{_PARTS[m['name']]()}{m['end']}", text)
    return _EXAMPLE.sub(lambda m: f"{m['shell']}{printed(m['script'])}{m['close']}", text)


def printed(script: str) -> str:
    """Return what commands print (both streams), run in a copy of the example clinic day."""
    with tempfile.TemporaryDirectory() as folder:
        day, programs = Path(folder) / "clinic-day", Path(folder) / "bin"
        shutil.copytree(EXAMPLE, day)
        programs.mkdir()
        command = programs / "cleanclaim"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cleanclaim.cli.main "$@"\n')
        command.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "PYTHONPATH")}
        environment = kept | {"PATH": f"{programs}:{kept['PATH']}", "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=day,
            env=environment | {"LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.stdout.decode()


def _members(module: str) -> Sequence[Rule]:
    rules: Sequence[Rule] = import_module(f"cleanclaim.rules.{module}").RULES
    return sorted(rules, key=lambda rule: rule.id)


def _index() -> str:
    parts = [
        "# The rules",
        _generated(),
        _LEAD,
    ]
    for module in families.FAMILIES:
        doc = cleandoc(import_module(f"cleanclaim.rules.{module}").__doc__ or "")
        rules = _members(module)
        rows = [(f"[{r.id}]({r.id}.md)", r.name, r.title, r.severity.value, r.fix.who.value) for r in rules]
        parts += [f"## {family(rules[0])}", doc, _table(("rule", "name", "it finds", "severity", "who acts"), rows)]
    return "\n\n".join(parts) + "\n"


def _page(rule: Rule) -> str:
    table = GRAINS[rule.grain]
    failing, passing = _shown(rule, "finding"), _shown(rule, "pass")
    message = _message(failing)
    section = family(rule)
    anchor = re.sub(r"[^a-z0-9-]", "", section.lower().replace(" ", "-"))
    parts = [
        f"# {rule.id} {rule.name}",
        _generated(),
        f"**{rule.title}.**",
        _table(
            ("", ""),
            [
                ("severity", f"{rule.severity.value}: {SEVERITIES[rule.severity.value]}"),
                ("judges", f"{rule.grain.value}: {table.one_row_is}"),
                ("dates of service", _days(rule)),
                ("who acts", rule.fix.who.value),
            ],
        ),
        "## What it asks",
        f"The requirement in full: [{section}](index.md#{anchor}).",
        "## What a payer does",
        _denials(rule),
        "## Where it stands",
        _bullets(_cited(citation) for citation in rule.cite),
        "## A case that fails, and one that passes",
        "What a table does not show is in order or not in question: an office visit under Medicare on 2026-03-04.",
        *_case("Fails", failing),
        *([f"The report says:\n\n> {message['message']}"] if message else []),
        *_case("Passes", passing),
        "## The fix",
        f"{message['fix'] if message else rule.fix.text}. It needs {NEEDS[rule.fix.needs.value]}.",
        "## What it reads",
        "Where one of these is not known and would decide, the rule is not checked, and the report says so.",
        _table(("input", "meaning"), [(f"`{name}`", table[name].meaning) for name in rule.inputs]),
    ]
    if rule.yields_to:
        others = ", ".join(f"[{other}]({other}.md)" for other in rule.yields_to)
        parts += ["## Which it gives way to", f"{others}: one fault gives one finding, and theirs comes first."]
    return "\n\n".join(parts) + "\n"


def _generated() -> str:
    return "<!-- Written by tools/build_docs.py from the rules and their cases: change those, not this page. -->"


def _days(rule: Rule) -> str:
    first, last = rule.effective.first, rule.effective.last
    parts = [f"from {first}" if first else None, f"through {last}" if last else None]
    return " ".join(part for part in parts if part) or "all"


def _denials(rule: Rule) -> str:
    if not rule.denial:
        return f"No denial answers it: {SEVERITIES[rule.severity.value]}."
    lead = "It denies, with claim adjustment reason code (CARC):"
    if rule.severity.value != "denial":
        lead = f"{SEVERITIES[rule.severity.value].capitalize()}; a denial bears claim adjustment reason code (CARC):"
    return f"{lead}\n\n{_bullets(map(_carc, rule.denial))}"


def _carc(code: str) -> str:
    meaning = adjustments.carc().filter(pl.col("code") == code)["meaning"].item()
    return f"**{code}**: {meaning}" if meaning else f"**{code}**"


def _cited(citation: Citation) -> str:
    return f"[{citation}]({citation.url})" if citation.url else str(citation)


def _shown(rule: Rule, outcome: str) -> rule_cases.Case:
    """Return the case to show: one that a publication gives where there is one, with the rule's own finding."""
    cases = [c for c in rule_cases.case_files()[rule.id].cases if c.expect == outcome]
    plain = [c for c in cases if not c.given and c.instead is None] or cases
    return next((c for c in plain if c.source), plain[0])


def _case(outcome: str, case: rule_cases.Case) -> list[str]:
    names = [name for name in FIELDS if any(name in line for line in case.lines)]
    others = dict.fromkeys(name for line in case.lines for name in line if name not in FIELDS)
    source = f" (from {case.source})" if case.source else ""
    rows = [[_cell(line[name]) if name in line else "" for name in (*names, *others)] for line in case.lines]
    return [f"{outcome}: {case.name}{source}.", _table([*names, *others], rows)]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "(none)"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _message(case: rule_cases.Case) -> dict[str, Any] | None:
    """Return what the report says of a failing case; None where it holds what no input brings about."""
    if case.given or case.instead:
        return None
    result = rule_cases.run([case])
    found = report.Report(
        findings=report.with_context(result.findings, result.services),
        not_checked=pl.DataFrame(),
        unreadable=pl.DataFrame(),
        files=("",),
    )
    return next(message for message in found.messages() if message["rule"] == case.rule_id)


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _columns() -> str:
    rows = []
    for name, field in FIELDS.items():
        if name in MODIFIERS[2:]:
            continue
        meaning = _MEANINGS.get(name) or SERVICES[field.column].meaning
        shown = f"`{MODIFIERS[1]}` to `{MODIFIERS[-1][-1]}`" if name == MODIFIERS[1] else f"`{name}`"
        rows.append((shown, meaning, KINDS[field.kind].wanted))
    return _table(("name", "meaning", "written as"), rows) + "\n"


def _configuration() -> str:
    return f"```toml\n{config.EXAMPLE}```\n"


def _policies() -> str:
    rows = []
    for field in payers.FIELDS.values():
        name = f"`{field.name}.CODE`" if field.by_code else f"`{field.name}`"
        rows.append((name, field.meaning, ", ".join(field.choices) or field.kind.value))
    return _table(("field", "meaning", "values"), rows) + "\n"


_PARTS = {"columns": _columns, "configuration": _configuration, "policies": _policies}


def main() -> None:
    folder = DOCS / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    pages = rule_pages()
    for stale in {path.name for path in folder.glob("*.md")} - set(pages):
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in GUIDES:
        path.write_text(guide(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
