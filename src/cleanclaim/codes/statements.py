"""The authored text of the code pages: statements in our own words, each with its citation and standing.

``authored/`` holds one TOML file per code that has text of its own, ``shared.toml`` for what holds of many codes,
``settings.toml`` for where a service may be billed, and ``citations.toml``; files that are not named after a code
belong to other modules. A statement may name conditions that the code must meet (``when``, all of them), codes
(``codes``), settings (``settings``) and the days on which it holds (``first_day``, ``last_day``). Its standing is V
(verified in a copy of the source) or R (stated from the source, not read again); a statement without a citation is
this project's own advice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cleanclaim.citation import Citation
from cleanclaim.dated import Span

FOLDER = Path(__file__).parent / "authored"
SHARED, SETTINGS, CITATIONS = "shared", "settings", "citations"
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
CONDITIONS = (
    *("therapy", "always", "sometimes", "pt", "ot", "one_discipline", "treatment", "evaluation", "assistant"),
    *("timed", "pooled", "once_a_day", "addon", "separable", "never_together", "line_maximum", "day_maximum"),
    *("threshold_known", "not_valid", "not_paid"),
)
_CONTROL = ("cite", "standing", "when", "codes", "settings", "first_day", "last_day")


@dataclass(frozen=True)
class Reader:
    """For whom statements are rendered: a code on a day, the conditions it meets, and words for the ``{...}`` in them.

    ``cited`` gathers the citations used, in order.
    """

    code: str
    on: date
    conditions: frozenset[str]
    words: Mapping[str, str]
    cited: dict[Citation, None] = field(default_factory=dict)

    def statements(self, topic: str, *files: str, setting: str | None = None) -> list[dict[str, str | None]]:
        """Return the statements on a topic that hold, file by file: their fields, ``cite`` and ``standing``."""
        return [self._render(raw) for file in files for raw in read(file).get(topic, ()) if self._holds(raw, setting)]

    def _holds(self, raw: Mapping[str, Any], setting: str | None) -> bool:
        when = raw.get("when", ())
        return (
            self.on in Span(raw.get("first_day"), raw.get("last_day"))
            and self.conditions.issuperset([when] if isinstance(when, str) else when)
            and (self.code in raw.get("codes", (self.code,)))
            and (setting is None or setting in raw.get("settings", (setting,)))
        )

    def _render(self, raw: Mapping[str, Any]) -> dict[str, str | None]:
        shown: dict[str, str | None] = {
            name: str(value).format_map(self.words) for name, value in raw.items() if name not in _CONTROL
        }
        key = raw.get("cite")
        if key is not None:
            self.cited[citations()[key]] = None
        return shown | {"cite": str(citations()[key]) if key else None, "standing": raw.get("standing")}


@cache
def read(file: str) -> Mapping[str, Any]:
    """Return one file of ``authored/`` as a table; an empty one where there is no such file.

    >>> read("97530")["what_it_is_not"][0]["code"], read("97012")
    ('97110', {})
    """
    path = FOLDER / f"{file}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def authored_codes() -> Iterator[str]:
    """Yield the codes that have text of their own, in order.

    >>> " ".join(authored_codes())
    '97110 97112 97116 97140 97150 97530 97535 97537 97542 97750'
    """
    for path in sorted(FOLDER.glob("*.toml")):
        if _CODE.fullmatch(path.stem):
            yield path.stem


@cache
def citations() -> Mapping[str, Citation]:
    """Return the publications by the key under which statements name them.

    >>> str(citations()["treatment_note"])
    'Medicare Benefit Policy Manual (Pub. 100-02), ch. 15, sec. 220.3.E'
    """
    return {key: Citation(**entry) for key, entry in read(CITATIONS).items()}
