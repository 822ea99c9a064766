"""An earlier run as its file tells it: a report in JSON, or a baseline."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from cleanclaim.codes.payers.toml import shown
from cleanclaim.errors import CleanclaimError, UnreadableFile, UnsupportedFile

KIND, FORMAT = "cleanclaim baseline", 1
_FINGERPRINT = re.compile(r"[0-9a-f]{20}")
# what a comparison reads of a finding; absent counts as of a wrong kind
_TEXT, _MAY_BE_TEXT = (str,), (str, type(None))
_SHOWN = {
    **dict.fromkeys(("rule", "name", "severity", "place", "message"), _TEXT),
    **dict.fromkeys(("file", "claim", "visit", "dos", "payer", "code", "cents_basis"), _MAY_BE_TEXT),
    "cents": (int, type(None)),
}
_WANTED = "give what `cleanclaim check --format json` or `--write-baseline` wrote"
_AGAIN = "check again with this version and use the new file"


@dataclass(frozen=True)
class Outcome:
    """What a run found: ``fingerprints`` counts its findings; ``findings`` are its messages, empty for a baseline.

    ``suppressed`` are the fingerprints of findings that its configuration suppressed; ``version`` is the program's.
    """

    name: str
    version: str
    fingerprints: Counter[str]
    findings: tuple[Mapping[str, Any], ...] = ()
    suppressed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: Mapping[str, Any], name: str) -> Outcome:
        """Return the run that a report in the shape of the JSON contract tells of."""
        findings = tuple(document["findings"])
        return cls(
            name=name,
            version=document["versions"]["cleanclaim"],
            fingerprints=Counter(finding["fingerprint"] for finding in findings),
            findings=findings,
            suppressed=frozenset(finding["fingerprint"] for finding in document.get("suppressed", ())),
        )


def read_report(path: str | PathLike[str]) -> Outcome:
    """Return the run whose JSON report stands in a file; UnreadableFile or UnsupportedFile where it is none."""
    document = _object(Path(path))
    if document.get("kind") == KIND:
        raise UnsupportedFile(f"{path}: this is a baseline, which holds no findings; give a report (--format json)")
    return _report(document, str(path))


def read_baseline(path: str | PathLike[str]) -> Outcome:
    """Return the run in a baseline or a JSON report; UnreadableFile or UnsupportedFile where it is neither."""
    document = _object(Path(path))
    return _baseline(document, str(path)) if document.get("kind") == KIND else _report(document, str(path))


def is_baseline(path: Path) -> bool:
    """Return whether a file holds a baseline of any format."""
    try:
        return _object(path).get("kind") == KIND
    except CleanclaimError:
        return False


def _object(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'it cannot be read').lower()}; check the path") from None
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"{path}: not JSON at line {error.lineno}, column {error.colno}; {_WANTED}") from None
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{path}: not JSON; {_WANTED}") from None
    if not isinstance(read, dict):
        raise UnsupportedFile(f"{path}: this is no report of cleanclaim; {_WANTED}")
    return read


def _report(document: dict[str, Any], name: str) -> Outcome:
    versions, findings = document.get("versions"), document.get("findings")
    if not isinstance(versions, dict) or not isinstance(versions.get("cleanclaim"), str):
        raise UnsupportedFile(f"{name}: this is no report of cleanclaim; {_WANTED}")
    suppressed = document.get("suppressed", [])
    if not isinstance(findings, list) or not isinstance(suppressed, list):
        raise UnsupportedFile(f"{name}: the report has no list of findings; {_WANTED}")
    for finding in (*findings, *suppressed):
        if not isinstance(finding, dict) or not _is_fingerprint(finding.get("fingerprint")):
            raise UnsupportedFile(
                f"{name}: its findings have no fingerprints: cleanclaim {_short(versions)} wrote it; {_AGAIN}"
            )
        if not all(isinstance(finding.get(key, ...), kinds) for key, kinds in _SHOWN.items()):
            raise UnsupportedFile(f"{name}: its findings are not as cleanclaim writes them; {_AGAIN}")
    return Outcome.of(document, name)


def _baseline(document: dict[str, Any], name: str) -> Outcome:
    if document.get("format") != FORMAT:
        raise UnsupportedFile(f"{name}: a baseline of format {shown(document.get('format'))}, not {FORMAT}; {_AGAIN}")
    counts = document.get("fingerprints")
    if not isinstance(counts, dict) or not all(_is_fingerprint(f) and _is_count(n) for f, n in counts.items()):
        raise UnsupportedFile(f"{name}: the baseline's fingerprints are not as they were written; {_AGAIN}")
    return Outcome(name, _short(document), Counter(counts))


def _is_fingerprint(value: object) -> bool:
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _short(document: Mapping[str, Any]) -> str:
    return str(document.get("cleanclaim"))[:40]
