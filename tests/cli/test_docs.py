"""The documentation is what the program says: generated pages as committed, examples run again, links that lead."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import build_docs  # noqa: E402

HOW = "run: python tools/build_docs.py"
PAGES = build_docs.rule_pages()


def test_the_folder_holds_the_pages_of_the_rules_and_no_other() -> None:
    assert sorted(path.name for path in (build_docs.DOCS / "rules").iterdir()) == sorted(PAGES), HOW


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_of_the_rules_are_what_the_rules_say(name: str) -> None:
    assert (build_docs.DOCS / "rules" / name).read_text("utf-8") == PAGES[name], HOW


@pytest.mark.parametrize("path", build_docs.GUIDES, ids=lambda path: path.name)
def test_the_examples_print_what_the_guides_show(path: Path) -> None:
    text = path.read_text("utf-8")
    assert build_docs.guide(text) == text, HOW


@pytest.mark.parametrize("path", build_docs.GUIDES, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text("utf-8")):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.is_file(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
        assert not anchor or anchor in [re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings], link
