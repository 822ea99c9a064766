"""Lay out the sources of the documentation site: the pages of docs/, and those made from codes, packs and examples.

    python tools/site/build_site.py && mkdocs build

``scripts/docs`` does both. What is made here is not kept: ``docs/`` holds what people write and what tests compare.
"""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools"), str(ROOT / "tests")]

from build_docs import printed  # noqa: E402
from code_pages import code_pages  # noqa: E402
from md import page, plain  # noqa: E402
from pack_pages import pack_pages  # noqa: E402

SOURCE = ROOT / "build" / "site-source"
DAY = ROOT / "examples" / "clinic-day"
_AT_THE_ROOT = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
_SHOWN = {".toml": "toml", ".csv": "text", ".json": "json", ".837": "text"}


def main() -> None:
    """Write the sources of the site anew."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE)
    for name, target in _AT_THE_ROOT.items():
        text = (ROOT / name).read_text("utf-8")
        (SOURCE / target).write_text(re.sub(r"\]\(docs/", "](", text), "utf-8")
    today = date.today()  # noqa: DTZ011  (the builder's own calendar day is meant)
    _write("codes", code_pages(today))
    _write("payers", pack_pages(today))
    (SOURCE / "example.md").write_text(_example(), "utf-8")


def _write(folder: str, pages: dict[str, str]) -> None:
    (SOURCE / folder).mkdir(exist_ok=True)
    for name, text in pages.items():
        (SOURCE / folder / name).write_text(text, "utf-8")


def _example() -> str:
    """Return the page of the example clinic day: its files, and what the check says of them."""
    script = "cleanclaim check claims.837 minutes.csv visits.json --as-of 2026-03-20"
    parts = [
        "# An example day",
        "A clinic's claims of one day with the minutes behind them, all made up, with faults in some.",
        "The files are in `examples/clinic-day`.",
        f"```sh\n{script}\n```",
        f"```text\n{printed(script)}```",
    ]
    for path in sorted(DAY.iterdir()):
        if path.suffix in _SHOWN:
            parts += [f"## {plain(path.name)}", f"```{_SHOWN[path.suffix]}\n{_head(path)}```"]
    return page(parts)


def _head(path: Path, lines: int = 40) -> str:
    text = path.read_text("utf-8").replace("~", "~\n") if path.suffix == ".837" else path.read_text("utf-8")
    kept = [line for line in text.splitlines() if line][: lines + 1]
    return "\n".join([*kept[:lines], *(["..."] if len(kept) > lines else [])]) + "\n"


if __name__ == "__main__":
    main()
