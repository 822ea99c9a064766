"""The ledger as a file: who may read it, killed processes, two at once, its schema up and down."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from office_files import Claim, claims_file, paid, remittance_file
from sqlalchemy import func, insert, inspect, select, text

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.posting import Posted, book, post
from cleanclaim.store import migrations
from cleanclaim.store.opened import HEAD, Ledger, opened
from cleanclaim.store.refusals import LedgerBusy
from cleanclaim.store.remittance_tables import REMITTANCES
from cleanclaim.store.tables import Base, ClaimRow, LedgerRow, PostingRow

C1 = Claim("C1", ("97110", "97140"))
KILLED = """
import os, signal, sys
from cleanclaim.posting import post, run
from cleanclaim.store.opened import opened
real = run.{name}
def killed(*given, **named):
    {before}
    os.kill(os.getpid(), signal.SIGKILL)
run.{name} = killed
post(opened(sys.argv[1]), sys.argv[2:], actor="biller")
"""


def rows(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.skipif(os.name == "nt", reason="permissions are of another kind there")
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        opened(tmp_path / "new.db", make=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal there")
@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("touched", "pass"),
        ("derive", "pass"),
        ("derive", "real(*given, **named)"),
        ("written", "real(*given, **named)"),
    ],
    ids=["rows written", "before outcomes", "outcomes written", "first table written"],
)
def test_a_killed_process_leaves_nothing_half_posted(ledger: Ledger, tmp_path: Path, name: str, before: str) -> None:
    (tmp_path / "c.837").write_bytes(claims_file(C1))
    (tmp_path / "a.835").write_bytes(remittance_file(paid(C1)))
    post(ledger, [tmp_path / "c.837"], actor="biller")
    stood = rows(ledger)
    program = KILLED.format(name=name, before=before)
    done = subprocess.run([sys.executable, "-c", program, ledger.name, str(tmp_path / "a.835")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert rows(opened(ledger.name)) == stood
    assert post(ledger, [tmp_path / "a.835"], actor="biller")[0].number == 2


def _post(place: str, path: str) -> int | None:
    return post(opened(place), [path], actor=path)[0].number


def test_processes_wait_for_each_other(ledger: Ledger, tmp_path: Path) -> None:
    paths = []
    for number in range(6):
        claim = Claim(f"C{number}", ("97110",), f"W{number}")
        paths.append(tmp_path / f"{number}.837")
        paths[-1].write_bytes(claims_file(claim, control=number + 1))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        numbers = pool.starmap(_post, [(ledger.name, str(path)) for path in paths])
    assert sorted(number for number in numbers if number) == [1, 2, 3, 4, 5, 6]
    assert book.status(book.book(ledger))["charge_cents"] == 6 * 4200


def test_a_ledger_in_use_for_too_long_is_told(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "c.837").write_bytes(claims_file(C1))
    with ledger.writing(), pytest.raises(LedgerBusy) as told:
        post(opened(ledger.name, wait_seconds=0.05), [tmp_path / "c.837"], actor="biller")
    assert str(told.value) == (
        f"{ledger.name}: another process has been writing to it for 0.05 seconds; nothing was changed, "
        "try again when it is done"
    )
    assert rows(ledger)["posting"] == 0


def test_errors_of_the_database_quote_no_values(ledger: Ledger) -> None:
    row = {"id": 1, "made_at": None, "made_by": "SECRET-PATIENT"}
    with pytest.raises(UnreadableFile) as told, ledger.writing() as connection:
        connection.execute(insert(LedgerRow.table()), row)
    assert "SECRET" not in str(told.value)
    assert told.value.__cause__ is None
    assert str(told.value) == f"{ledger.name}: the database refused (SQLITE_CONSTRAINT_NOTNULL)"


def test_what_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no database" * 100)
    with pytest.raises(UnreadableFile, match="it is no ledger, or damaged"):
        opened(tmp_path / "note.txt")
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sqlite3; sqlite3.connect({str(tmp_path / 'x.db')!r}).execute('create table a(b)')",
        ],
        check=True,
    )
    with pytest.raises(UnreadableFile, match="a database of something else"):
        opened(tmp_path / "x.db", make=True)
    (tmp_path / "empty.db").touch()
    with pytest.raises(UnreadableFile, match="no ledger in it yet"):
        opened(tmp_path / "empty.db")
    with pytest.raises(InputError, match=r"its driver is not installed|not a database URL"):
        opened("nonsense://user:secret@host/x")


def test_a_ledger_of_a_newer_program_is_left_alone(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnreadableFile, match="written by a newer cleanclaim; update the program"):
        opened(ledger.name)


def test_the_schema_goes_up_with_data_and_down(ledger: Ledger, tmp_path: Path) -> None:
    for name, content in (("c.837", claims_file(C1)), ("a.835", remittance_file(paid(C1)))):
        (tmp_path / name).write_bytes(content)
        post(ledger, [tmp_path / name], actor="biller")
    held = rows(ledger)
    script = ScriptDirectory.from_config(migrations._config(None))  # type: ignore[arg-type]
    history = [one.revision for one in reversed(list(script.walk_revisions()))]
    assert history[-1] == HEAD
    for before in reversed(history[:-1]):
        # every revision but the first keeps what the ledger holds
        with ledger.writing() as connection:
            migrations.downgrade(connection, before)
        with ledger.writing() as connection:
            migrations.upgrade(connection)
        assert rows(ledger) == held
    with ledger.writing() as connection:
        migrations.downgrade(connection, "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        migrations.upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_failed_migration_leaves_the_ledger_as_it_was(ledger: Ledger) -> None:
    before = rows(ledger)

    def fail() -> None:
        with ledger.writing() as connection:
            migrations.downgrade(connection, "base")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(opened(ledger.name)) == before


def test_models_and_tables_hold_no_names() -> None:
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert {name for name in columns if "name" in name} == {"file_name", "payer_name"}
    assert set(REMITTANCES) == {
        "payments", "paid_claims", "paid_services", "adjustments", "remarks", "provider_adjustments",
    }  # fmt: skip


def test_the_file_holds_no_patients_name(ledger: Ledger, posted: object, tmp_path: Path) -> None:
    assert callable(posted)
    for content in (claims_file(C1), remittance_file(paid(C1))):
        one: Posted = posted(content)
        assert one.refused == ()
    assert b"ALDERSON" not in Path(ledger.name).read_bytes()
    with ledger.reading() as connection:
        assert connection.execute(select(func.count(ClaimRow.id))).scalar_one() == 1
        assert connection.execute(select(PostingRow.actor)).scalars().all() == ["biller", "biller"]
