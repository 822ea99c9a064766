"""A ledger of its own for each test: a copy of one that was made once.

With the URL of a database in ``CLEANCLAIM_TEST_DATABASE``, which is emptied, tests that need no file use that in place.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sqlalchemy import create_engine, text

from cleanclaim.posting import Posted, post
from cleanclaim.store.opened import Ledger, opened

Posting = Callable[..., Posted]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    opened(path, make=True)
    return path


@pytest.fixture
def ledger(empty: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Ledger:
    url = os.environ.get("CLEANCLAIM_TEST_DATABASE")
    if url and request.node.path.name == "test_posting.py":
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return opened(url, make=True)
    return opened(shutil.copy(empty, tmp_path / "clinic.db"))


@pytest.fixture
def posted(ledger: Ledger, tmp_path: Path) -> Posting:
    """Post the bytes of a file, and return what became of it."""

    def file(content: bytes, name: str = "file.x12", **options: bool) -> Posted:
        path = tmp_path / name
        path.write_bytes(content)
        return post(ledger, [path], actor="biller", **options)[0]

    return file
