"""Files that are no ledgers, ledgers that are damaged, disks that are full, and two versions of one file."""

from __future__ import annotations

import os
import sqlite3
import sys
from decimal import Decimal

import pytest

from langchain_openrouter import LedgerError, SpendLedger
from langchain_openrouter.spend import sqlite as sqlite_store
from langchain_openrouter.spend.record import COLUMNS, record_of, row_of
from langchain_openrouter.spend.schema import APPLICATION_ID, STEPS, VERSION, statements
from tests.unit_tests.spend.attempts import attempt, settled, spend

USD = Decimal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spend.db"


def refused(path, match):
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=match) as raised:
        SpendLedger(path)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


def test_the_file_of_another_program_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    refused(path, "no ledger of this package")
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA application_id = 252006673")
    other.close()
    refused(path, "no ledger of this package")


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_text("id,cost\n1,0.5\n" * 100)
    refused(path, "not a SQLite file")


def test_a_newer_ledger_is_left_alone(path):
    SpendLedger(path).close()
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    refused(path, "upgrade langchain-openrouter-agents")


def test_an_empty_file_becomes_a_ledger(path):
    path.touch()
    with SpendLedger(path) as ledger:
        spend(ledger)
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


def test_one_that_is_to_be_there_is_not_made(tmp_path):
    with pytest.raises(LedgerError, match=r"no ledger .*spend.db"):
        SpendLedger(tmp_path / "a" / "spend.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_opened_is_told_once(path, caplog):
    path.write_text("no database")
    with pytest.raises(LedgerError):
        SpendLedger(path)
    assert caplog.records == []


def test_a_folder_is_made(tmp_path):
    with SpendLedger(tmp_path / "a" / "b" / "spend.db") as ledger:
        spend(ledger)
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="cannot be opened"):
        SpendLedger(tmp_path / "file" / "spend.db")


def test_a_damaged_ledger_says_what_to_do(path):
    with SpendLedger(path) as ledger:
        for _ in range(200):
            spend(ledger)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is damaged"):
        SpendLedger(path)


def test_a_first_version_is_brought_up_to_date(path):
    raw = sqlite3.connect(path, isolation_level=None)
    for statement in statements(STEPS[0], strict_key="WITHOUT ROWID"):
        raw.execute(statement)
    old = settled(attempt(user="ann"), "0.5")
    marks = ",".join("?" * len(COLUMNS))
    raw.execute(f"INSERT INTO spend_entry ({','.join(COLUMNS)}) VALUES ({marks})", row_of(record_of(old, None)))
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute("PRAGMA user_version = 1")
    raw.close()
    with SpendLedger(path) as ledger:
        assert ledger.entry(old.id).charged_usd == USD("0.5")
        spend(ledger, "0.25", user="ann")
        assert ledger.total() == USD("0.75")
        assert ledger.verify().is_ok
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA user_version").fetchone() == (VERSION,)
    raw.close()


def test_another_programs_lock_is_waited_for_and_told(path, monkeypatch):
    with SpendLedger(path) as ledger:
        spend(ledger)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite_store, "_PATIENCE", 0.05)
        with pytest.raises(LedgerError, match="has been locked by another program"):
            ledger.reserve(attempt()).result()
        other.execute("ROLLBACK")
        other.close()
        assert ledger.reserve(attempt()).result() is None


def test_a_ledger_that_is_deleted_while_it_is_open_is_made_anew(path):
    with SpendLedger(path) as ledger:
        entry = attempt()
        ledger.reserve(entry).result()
        for file in path.parent.glob("spend.db*"):
            file.unlink()
        # its hold is gone with the file; its cost is not
        assert ledger.settle(settled(entry, "0.5")).result() is True
        assert ledger.reserve(attempt()).result() is None
    with SpendLedger(path) as again:
        assert again.total() == USD("0.5")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on the size of files")
def test_a_full_disk_loses_nothing_and_works_again_when_there_is_room(path, program):
    """The limit on the size of files is what a full disk is: writes fail, until they do not."""
    child = program(
        """
        import resource, sys
        from langchain_openrouter import SpendLedger, LedgerError
        from tests.unit_tests.spend.attempts import attempt, settled
        path = sys.argv[1]
        ledger = SpendLedger(f"sqlite:///{path}")
        entries = [attempt() for _ in range(200)]
        for entry in entries:
            ledger.reserve(entry).result()
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
        told = []
        for future in [ledger.settle(settled(entry)) for entry in entries]:
            try:
                future.result()
            except LedgerError as error:
                told.append(str(error))
        try:
            ledger.reserve(attempt()).result()
        except LedgerError as error:
            told.append(str(error))
        print(len(told), told[-1].count(path))
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert ledger.reserve(attempt()).result() is None
        ledger.close()
        """,
        path,
    )
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert output.split() == ["201", "1"]
    with SpendLedger(path) as ledger:
        assert ledger.total(by=())[0].attempts == 201
        assert ledger.total() == USD("0.004") * 200
        assert ledger.verify().is_ok


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no owners of files")
def test_a_file_that_may_not_be_written_says_so(tmp_path, path, program):
    with SpendLedger(path) as ledger:
        spend(ledger)
    path.chmod(0o444)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o555 if folder == tmp_path else folder.stat().st_mode | 0o055)
    child = program(
        """
        import os, sys
        from langchain_openrouter import SpendLedger, LedgerError
        SpendLedger("sqlite://").close()
        if os.geteuid() == 0:
            # nobody, who could not read these modules
            os.setuid(65534)
        try:
            SpendLedger(f"sqlite:///{sys.argv[1]}")
        except LedgerError as error:
            print(error)
        """,
        path,
    )
    output, _ = child.communicate(timeout=60)
    tmp_path.chmod(0o755)
    assert "check the permissions" in output
    assert str(path) in output
