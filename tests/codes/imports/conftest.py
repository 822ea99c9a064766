"""A store of one's own for each test, and tables read anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cleanclaim.codes import tables
from cleanclaim.codes.imports import official


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of imports, not there yet."""
    folder = tmp_path / "store"
    monkeypatch.setenv("CLEANCLAIM_DATA", str(folder))
    tables.forget()
    yield folder
    monkeypatch.undo()
    tables.forget()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of a few rows count as whole."""
    monkeypatch.setattr(official, "LEAST", dict.fromkeys(official.LEAST, 1))
