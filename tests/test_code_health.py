"""Tests that read the code: size, purity, sources, names. Each guards a convention of the design."""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cleanclaim
from cleanclaim.claims.schema import GRAINS
from cleanclaim.rules import all_rules

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "cleanclaim"
MODULES = sorted(SRC.rglob("*.py"))
PURE = [p for p in MODULES if p.parent.name in {"rules", "engine"}]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_files_stay_under_400_lines_and_functions_under_60(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_no_star_imports(path: Path) -> None:
    stars = [
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert stars == []


def _without_docstrings(tree: ast.Module) -> list[ast.Constant]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docstrings]


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(SRC)))
def test_no_procedure_codes_or_dollar_limits_in_rules_and_engine(path: Path) -> None:
    constants = _without_docstrings(ast.parse(path.read_text()))
    numbers = [c.value for c in constants if isinstance(c.value, int) and 10_000 <= c.value < 100_000]
    # the number of a change request is a document's, not a code
    texts = [re.sub(r"Change Request \d+", "", c.value) for c in constants if isinstance(c.value, str)]
    codes = [text for text in texts if re.search(r"\b(\d{5}|[A-Z]\d{4}|\d{4}T)\b", text)]
    allowed = {"partitions.py": [50_000]}.get(path.name, [])
    assert [n for n in numbers if n not in allowed] == []
    assert codes == []


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(SRC)))
def test_dates_stand_in_spans_only(path: Path) -> None:
    tree = ast.parse(path.read_text())
    in_spans = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Span"
        for inner in ast.walk(node)
    }
    loose = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "date" and id(node) not in in_spans
    ]
    assert loose == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.id)
def test_rules_read_declared_columns_and_carry_what_a_reader_needs(rule: cleanclaim.Rule) -> None:
    table = GRAINS[rule.grain]
    read = {*rule.inputs}
    for expression in (rule.found, rule.expected, rule.priced_cents, rule.charged_cents, rule.coverage):
        if expression is not None:
            read |= set(expression.meta.root_names())
    assert sorted(name for name in read if name not in table) == []
    assert re.fullmatch(r"[UPMDICVNRA]\d{3}", rule.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert all(citation.document for citation in rule.cite)
    assert rule.cite != ()
    assert "fraud" not in f"{rule.message} {rule.title} {rule.fix.text}".lower()
    assert (ROOT / "tests" / "rules" / f"{rule.id}.yaml").is_file()


def test_rule_ids_and_names_are_unique_and_yields_name_rules() -> None:
    rules = all_rules()
    ids = [r.id for r in rules]
    assert len(set(ids)) == len(ids)
    assert len({r.name for r in rules}) == len(ids)
    assert sorted({y for r in rules for y in r.yields_to} - set(ids)) == []


def test_every_case_file_has_its_rule() -> None:
    assert sorted(p.stem for p in (ROOT / "tests" / "rules").glob("*.yaml")) == [r.id for r in all_rules()]


def test_every_table_has_its_source_and_its_hash() -> None:
    folder = SRC / "codes" / "data"
    sources = tomllib.loads((folder / "SOURCES.toml").read_text())["table"]
    assert sorted(f"{s['name']}.parquet" for s in sources) == sorted(p.name for p in folder.glob("*.parquet"))
    for source in sources:
        assert hashlib.sha256((folder / f"{source['name']}.parquet").read_bytes()).hexdigest() == source["sha256"]
        assert source["document"]
        assert source["licence"]


def test_public_names() -> None:
    assert sorted(cleanclaim.__all__) == list(cleanclaim.__all__)
    assert set(cleanclaim.__all__) == set(cleanclaim._HOME)
    for name in cleanclaim.__all__:
        module, attribute = cleanclaim._HOME[name]
        assert getattr(cleanclaim, name) is getattr(importlib.import_module(module), attribute)


def test_import_loads_nothing_heavy() -> None:
    program = (
        "import sys, cleanclaim; print(sorted({'polars', 'numpy', 'pyarrow', 'typer', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_readme_runs() -> None:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        subprocess.run([sys.executable, "-c", block], check=True, cwd=ROOT, capture_output=True)


def test_every_option_of_every_command_is_documented() -> None:
    from typer.main import get_command

    from cleanclaim.cli.main import app

    text = (ROOT / "docs" / "commands.md").read_text()
    group = get_command(app)
    missing = [
        f"{name} {option}"
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in text
    ]
    assert missing == []
    assert sorted(n for n in group.commands if f"cleanclaim {n}" not in text) == []  # type: ignore[attr-defined]
