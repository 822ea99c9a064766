"""The pages of the payer packs, from the same page as ``cleanclaim payers show``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from md import bullets, page, plain, table

from cleanclaim.codes import payers

Entry = Mapping[str, Any]
_STANDING = (
    "What a pack says has a standing: verified in the source; stated by the named source and not read again (confirm "
    "before relying on it); or uncertain, which advises and never denies. What it does not say stays unchecked."
)


def pack_pages(on: date) -> dict[str, str]:
    """Return the pages of ``payers/``: the name of each file and its text."""
    told = [payers.page(pack, on) for pack in payers.packs()]
    rows = [(f"[{p['pack']}]({p['pack']}.md)", plain(p["name"]), plain(", ".join(p["aliases"]))) for p in told]
    index = page(
        [
            "# Payer packs",
            f"What each payer asks, as of {on}.",
            "A clinic's contract comes first: [cleanclaim.toml](../configuration.md) overrides any field.",
            _STANDING,
            table(("pack", "payer", "also called"), rows),
        ]
    )
    return {"index.md": index, **{f"{p['pack']}.md": _page(p) for p in told}}


def _page(told: Entry) -> str:
    base = f"Built on [{told['base']}]({told['base']}.md)." if told["base"] else None
    others = ["## On other days", _entries(told["other_days"])] if told["other_days"] else []
    return page(
        [
            f"# {plain(told['name'])}",
            f'`pack = "{told["pack"]}"`',
            plain(told["note"]) if told["note"] else None,
            base,
            f"## On {told['on']}",
            _entries(told["fields"]),
            *others,
            "## What it does not say",
            bullets(f"`{entry['field']}`: {plain(entry['meaning'])}" for entry in told["not_known"]),
        ]
    )


def _entries(entries: Sequence[Entry]) -> str:
    rows = [
        (
            f"`{'.'.join(filter(None, (entry['field'], entry['code'])))}`",
            plain(str(entry["value"]).lower() if isinstance(entry["value"], bool) else entry["value"]),
            _days(entry),
            plain(entry["standing_meaning"]),
            _source(entry),
        )
        for entry in entries
    ]
    return table(("field", "value", "dates", "standing", "source"), rows)


def _days(entry: Entry) -> str:
    parts = [f"from {entry['first_day']}" if entry["first_day"] else "", f"through {entry['last_day']}"]
    return " ".join(part for part in parts if part and not part.endswith("None"))


def _source(entry: Entry) -> str:
    text = plain(", ".join(part for part in (entry["document"], entry["section"]) if part))
    return f"[{text}]({entry['url']})" if entry["url"] else text
