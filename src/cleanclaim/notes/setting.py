"""Where the whole visit took place, as the title or a heading says it: in a pool, in a work program, for lymphedema."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleanclaim.notes.facts import Section

_TITLE = 160
_SETTINGS = (
    ("pool", re.compile(
        r"\b(?:aquatics?|hydro(?:therapy)?|(?<!car )pool(?! table)(?:s|side)?|swim ?ex"
        r"|hydro ?worx|in (?:the )?water)\b",
        re.IGNORECASE,
    )),
    ("work conditioning", re.compile(r"\bwork[ -](?:conditioning|hardening)\b", re.IGNORECASE)),
)  # fmt: skip
_LYMPH = re.compile(r"\b(?:MLD|CDT|lymph\w*|decongestive)\b", re.IGNORECASE)
_HEADINGS = ("treatment", "plain", "title")
_ELSEWHERE = re.compile(
    r"\b(?:goal|wants?|return|back to|needs?|hopes|before|until|plan|next|start(?:s|ing)?)\b", re.IGNORECASE
)


def setting(note: str, sections: Sequence[Section]) -> str:
    """Return the setting of all work in ``note``, in words of the code tables; empty where there is none of its own.

    Only a title (the first line that holds words) and the headings of treatment tell it; a pool that is wished for
    or planned is none.

    >>> setting("Aquatic therapy 3/4" + chr(10) + "hip kicks 3 x 10", ())
    'in the pool'
    >>> setting("Knee pain. Wants the pool again." + chr(10) + "leg press", ())
    ''
    """
    start = len(note) - len(note.lstrip())
    stop = note.find("\n", start)
    titles = [note[start : min(len(note) if stop < 0 else stop, start + _TITLE)]]
    titles += [part.title for part in sections if part.title and part.kind in _HEADINGS]
    words = []
    for name, pattern in _SETTINGS:
        for title in titles:
            found = pattern.search(title)
            if found and not _ELSEWHERE.search(title, 0, found.start()):
                words.append("in the pool" if name == "pool" else name)
                break
    if _LYMPH.search(note):
        words.append("lymph")
    return " ".join(words)
