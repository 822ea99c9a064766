"""What other X12 libraries say of files: each runs in a process of its own, silent and with a time limit.

As a program, ``python judges.py JUDGE VERDICTS FILE...`` writes one JSON object a file into the file VERDICTS.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 60  # for all files given at once
WANTED = {"pyx12": "4.0", "x12sdk": "2.2", "oxedi": "0.6"}


@dataclass(frozen=True)
class Verdict:
    """``reasons`` are places and rules in the judge's own words, without values of the file; none where it accepts."""

    accepted: bool
    reasons: tuple[str, ...]


def installed(judge: str) -> bool:
    """Return whether the judge is there in the version that is wanted."""
    try:
        return importlib.metadata.version(judge).startswith(WANTED[judge])
    except importlib.metadata.PackageNotFoundError:
        return False


def verdicts(judge: str, files: Sequence[bytes], seconds: float = SECONDS) -> list[Verdict]:
    """Return what a judge says of each file. Raises RuntimeError where it breaks or takes too long; nothing is shown.

    What a judge prints goes nowhere, as it may quote the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.x12" for number in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        out = Path(folder) / "verdicts"
        command = [sys.executable, __file__, judge, str(out), *map(str, paths)]
        try:
            # in a folder of its own: a judge reads settings from the one it is started in, and leaves files behind
            done = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{judge} has not answered within {seconds:g} s") from None
        if done.returncode or not out.exists():
            raise RuntimeError(f"{judge} ended with {done.returncode} and no verdict")
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [Verdict(one["accepted"], tuple(one["reasons"])) for one in found]


def _pyx12(path: Path) -> tuple[bool, list[str]]:
    import pyx12.params
    import pyx12.x12n_document

    found = io.StringIO()
    accepted = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), str(path), fd_997=io.StringIO(), fd_html=None, fd_json=found
    )
    reasons = list(_pyx12_reasons(json.loads(found.getvalue() or "{}"), ""))
    return bool(accepted), reasons


def _pyx12_reasons(node: Any, place: str) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _pyx12_reasons(one, place)
    elif isinstance(node, dict):
        here = " ".join(str(node[k]) for k in ("seg_id", "seg_count", "ele_ref_num") if node.get(k)) or place
        if "err_cde" in node:
            yield f"{place}: {node['err_cde']}"
        for value in node.values():
            if isinstance(value, list | dict):
                yield from _pyx12_reasons(value, here)


def _x12sdk(path: Path) -> tuple[bool, list[str]]:
    from pydantic import ValidationError
    from x12sdk.io import X12ModelReader

    wanted = path.read_bytes().count(b"ST*837*") + path.read_bytes().count(b"ST*835*")
    seen = 0
    try:
        with X12ModelReader(str(path)) as reader:
            for model in reader.models():
                seen += bool(model)
    except ValidationError as error:
        return False, [f"{'.'.join(str(part) for part in one['loc'])}: {one['type']}" for one in error.errors()]
    except Exception as error:  # a judge that breaks refuses
        return False, [type(error).__name__]
    return (True, []) if seen == wanted else (False, [f"{seen} of {wanted} transaction sets seen"])


def _oxedi(path: Path) -> tuple[bool, list[str]]:
    import oxedi

    result = oxedi.parse(path.read_bytes())
    reasons = [f"segment {one.segment} {one.path}: {one.kind}" for one in result.diagnostics]
    return not reasons and result.document.write() == path.read_bytes(), reasons


JUDGES = {"pyx12": _pyx12, "x12sdk": _x12sdk, "oxedi": _oxedi}


def _main(judge: str, out: str, *paths: str) -> None:
    with Path(out).open("w", encoding="utf-8") as stream:
        for path in paths:
            accepted, reasons = JUDGES[judge](Path(path))
            stream.write(json.dumps({"accepted": accepted, "reasons": reasons}) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
