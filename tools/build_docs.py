"""Write what in docs/ follows from the program: the pages of the rules, and the generated parts of the guides.

    python tools/build_docs.py

``docs/rules/`` comes from the rules and their cases (``tests/rules/``), and so do the cases that ``cleanclaim rule``
shows (``src/cleanclaim/rules/examples.json``). In the guides, the block after a ``sh`` block
is what its commands print, and the text between ``<!-- begin NAME -->`` and ``<!-- end -->`` comes from the program's
own tables. A test compares what is committed with what this writes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from rule_examples import examples  # noqa: E402

from cleanclaim import app, config  # noqa: E402
from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, REPORTS  # noqa: E402
from cleanclaim.claims.registers import CLAIM_FACTS, PATIENTS  # noqa: E402
from cleanclaim.claims.schema import SERVICES  # noqa: E402
from cleanclaim.claims.table import Table  # noqa: E402
from cleanclaim.codes import payers  # noqa: E402
from cleanclaim.engine.rule_page import examples as rule_page_examples  # noqa: E402
from cleanclaim.engine.rule_page import requirement, rule_page  # noqa: E402
from cleanclaim.intake.cells import KINDS  # noqa: E402
from cleanclaim.intake.fields import DIAGNOSES, FIELDS, MODIFIERS  # noqa: E402
from cleanclaim.intake.registers import kind_of_column, written  # noqa: E402
from cleanclaim.rules import FAMILIES, all_rules, rules_of  # noqa: E402

DOCS = ROOT / "docs"
GUIDES = (ROOT / "README.md", DOCS / "commands.md", DOCS / "input.md")
EXAMPLE = ROOT / "examples" / "clinic-day"
EXAMPLES = ROOT / "src" / "cleanclaim" / "rules" / "examples.json"
_LEAD = (
    "Every rule judges one row of a table and says *finding*, *pass* or *not checked*: the last where an input is not "
    "known. The number of a rule never changes its meaning."
)
_MEANINGS = {
    "discipline": "the plan of care under which it was given",
    "setting": "what kind of place it is",
    "modifiers": "modifiers of the line, in order",
    "modifier_1": "the same, one a column",
    "diagnosis_1": "the same, one a column",
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
    return {"index.md": _index(), **{f"{rule.id}.md": _page(rule.id) for rule in all_rules()}}


def example_cases() -> str:
    """Return the text of ``examples.json``: the cases that the page of each rule shows."""
    return json.dumps({rule.id: examples(rule) for rule in all_rules()}, indent=1, ensure_ascii=False) + "\n"


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
        environment = kept | {
            "PATH": f"{programs}:{kept['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "CLEANCLAIM_DATA": str(Path(folder) / "data"),
        }
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


def _index() -> str:
    parts = ["# The rules", _GENERATED_PAGE, _LEAD]
    for family, words in FAMILIES.items():
        rows = [(f"[{r.id}]({r.id}.md)", r.name, r.title, r.severity.value, r.fix.who.value) for r in rules_of(family)]
        table = _table(("rule", "name", "it finds", "severity", "who acts"), rows)
        parts += [f"## {words}", requirement(family), table]
    return "\n\n".join(parts) + "\n"


def _page(rule_id: str) -> str:
    page = rule_page(rule_id)
    anchor = re.sub(r"[^a-z0-9-]", "", page["family"].lower().replace(" ", "-"))
    parts = [
        f"# {page['rule']} {page['name']}",
        _GENERATED_PAGE,
        f"**{page['title']}.**",
        _table(
            ("", ""),
            [
                ("severity", f"{page['severity']}: {page['severity_meaning']}"),
                ("judges", f"{page['grain']}: {page['one_row_is']}"),
                ("dates of service", _days(page)),
                ("who acts", page["who"]),
            ],
        ),
        "## What it asks",
        f"The requirement in full: [{page['family']}](index.md#{anchor}).",
        "## Why payers deny it",
        _denials(page),
        "## Where it stands",
        _bullets(_cited(citation) for citation in page["citations"]),
        "## A case that fails, and one that passes",
        "What a table does not show is in order or not in question: an office visit under Medicare on 2026-03-04.",
        *(part for outcome, case in page["examples"].items() for part in _case(page["rule"], outcome, case)),
        "## The fix",
        f"{page['fix']}. It needs {page['needs_meaning']}.",
        "## What it reads",
        "Where one of these is not known and would decide, the rule is not checked, and the report says so.",
        _table(("input", "meaning"), [(f"`{i['name']}`", i["meaning"]) for i in page["inputs"]]),
    ]
    related = [
        (words, ", ".join(f"[{other}]({other}.md)" for other in page[key]))
        for words, key in _RELATED.items()
        if page[key]
    ]
    if related:
        parts += ["## Related rules", _table(("", ""), related)]
    return "\n\n".join(parts) + "\n"


_GENERATED_PAGE = "<!-- Written by tools/build_docs.py from the rules and their cases: change those, not this page. -->"
_RELATED = {
    "gives way to (one fault gives one finding)": "gives_way_to",
    "comes before": "takes_over",
    "same family and denial code": "related",
}


def _days(page: dict[str, Any]) -> str:
    first, last = page["first_day"], page["last_day"]
    parts = [f"from {first}" if first else None, f"through {last}" if last else None]
    return " ".join(part for part in parts if part) or "all"


def _denials(page: dict[str, Any]) -> str:
    if not page["denial"]:
        return f"No denial answers it: {page['severity_meaning']}."
    lead = "It is denied with claim adjustment reason code (CARC):"
    if page["severity"] != "denial":
        meaning = page["severity_meaning"]
        lead = f"{meaning[:1].upper()}{meaning[1:]}; a denial bears claim adjustment reason code (CARC):"
    return f"{lead}\n\n{_bullets(map(_carc, page['denial']))}"


def _carc(code: dict[str, Any]) -> str:
    return f"**{code['code']}**: {code['meaning']}" if code["meaning"] else f"**{code['code']}**"


def _cited(cite: dict[str, Any]) -> str:
    text = f"{cite['document']}, {cite['section']}" if cite["section"] else cite["document"]
    return f"[{text}]({cite['url']})" if cite["url"] else text


def _case(rule_id: str, outcome: str, case: dict[str, Any]) -> list[str]:
    source = f" (from {case['source']})" if case["source"] else ""
    parts = [f"{outcome.capitalize()}: {case['name']}{source}.", _table(case["columns"], case["lines"])]
    for kept in case.get("kept", ()):
        parts += [f"With {kept['title']}:", _table(kept["columns"], kept["lines"])]
    if "request" not in case:
        return parts
    found = app.check(case["request"], as_of=case["as_of"]).messages()
    message = next((m["message"] for m in found if m["rule"] == rule_id), None)
    return [*parts, *([f"The report says:\n\n> {message}"] if message else [])]


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _columns() -> str:
    rows = []
    for name, field in FIELDS.items():
        if name in MODIFIERS[2:] or name in DIAGNOSES[2:]:
            continue
        meaning = _MEANINGS.get(name) or SERVICES[field.column].meaning
        last = {MODIFIERS[1]: len(MODIFIERS) - 1, DIAGNOSES[1]: len(DIAGNOSES) - 1}.get(name)
        shown = f"`{name}` to `{last}`" if last else f"`{name}`"
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


def _register(table: Table) -> str:
    columns = [table[name] for name in written(table)]
    meanings = (f"{column.meaning}{f'; blank: {column.null}' if column.null else ''}" for column in columns)
    rows = [
        (f"`{column.name}`", meaning, kind_of_column(table, column.name).wanted)
        for column, meaning in zip(columns, meanings, strict=True)
    ]
    return _table(("name", "meaning", "written as"), rows) + "\n"


_PARTS = {
    "columns": _columns,
    "configuration": _configuration,
    "policies": _policies,
    "patients": lambda: _register(PATIENTS),
    "facts": lambda: _register(CLAIM_FACTS),
    "episodes": lambda: _register(EPISODES),
    "progress_reports": lambda: _register(REPORTS),
    "authorizations": lambda: _register(AUTHORIZATIONS),
}


def main() -> None:
    folder = DOCS / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    EXAMPLES.write_text(example_cases(), encoding="utf-8")
    rule_page_examples.cache_clear()
    pages = rule_pages()
    for stale in {path.name for path in folder.glob("*.md")} - set(pages):
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in GUIDES:
        path.write_text(guide(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
