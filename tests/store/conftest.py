"""A ledger of its own for each test: a copy of one that was made once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cleanclaim.posting import Posted, post
from cleanclaim.store.opened import Ledger, opened

Posting = Callable[..., Posted]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    opened(path, make=True)
    return path


@pytest.fixture
def ledger(empty: Path, tmp_path: Path) -> Ledger:
    return opened(shutil.copy(empty, tmp_path / "clinic.db"))


@pytest.fixture
def posted(ledger: Ledger, tmp_path: Path) -> Posting:
    """Post the bytes of a file, and return what became of it."""

    def file(content: bytes, name: str = "file.x12", **options: bool) -> Posted:
        path = tmp_path / name
        path.write_bytes(content)
        return post(ledger, [path], actor="biller", **options)[0]

    return file
