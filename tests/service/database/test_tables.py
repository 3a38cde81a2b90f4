"""A database is made where it can be; one that cannot be used is said with the reason."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from open_the_eyes.errors import UsageError
from open_the_eyes.service.database import tables
from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.database.tables import connect
from tests.service.repositories import queued


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////dev/null/jobs.sqlite", "FileExistsError|NotADirectoryError: "),
        ("postgresql://ote:secret@127.0.0.1:1/none", "Connection refused"),
        ("postgresql://ote:half@secret@127.0.0.1:1/none", "failed to resolve host"),
        ("postgresql://ote:secret@127.0.0.1:port/none", "ValueError"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_with_the_reason_and_without_its_password(url: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"OTE_DATABASE.*{why}") as caught:
        JobRepository(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_named_and_so_is_what_moves_it() -> None:
    """It is the one in OTE_FOLDER where OTE_DATABASE is not set: `serve` and `ui` have it in the user's home."""
    with pytest.raises(UsageError, match=r"in /dev/null/jobs\.sqlite that .*name another place by .* OTE_FOLDER\.$"):
        JobRepository("sqlite:////dev/null/jobs.sqlite")


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(UsageError, match=r"DatabaseError: file is not a database"):
        JobRepository(f"sqlite:///{tmp_path}/jobs.sqlite")


def test_a_folder_for_the_database_is_made(tmp_path: Path) -> None:
    JobRepository(f"sqlite:///{tmp_path}/a/b/jobs.sqlite").close()
    assert (tmp_path / "a/b/jobs.sqlite").is_file()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("fullfsync", 1)])
def test_what_is_written_is_on_the_disk_before_it_is_answered(tmp_path: Path, pragma: str, value: object) -> None:
    engine = connect(f"sqlite:///{tmp_path}/jobs.sqlite", 1)
    with engine.connect() as connection:
        assert connection.execute(sa.text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()


def test_processes_that_start_at_once_make_a_database_together(tmp_path: Path) -> None:
    for number in range(8):
        address = f"sqlite:///{tmp_path}/{number}.sqlite"
        with ThreadPoolExecutor(4) as pool:
            for engine in pool.map(lambda _, at=address: connect(at, 1), range(4)):
                engine.dispose()


class LockedAtFirst:
    """A connection to a file that another process is making write-ahead."""

    def __init__(self, times: int, refusal: str) -> None:
        self.left, self.refusal = times, refusal

    def execute(self, sql: str) -> None:
        if "journal_mode" in sql and self.left:
            self.left -= 1
            raise sqlite3.OperationalError(self.refusal)


def test_a_file_that_another_process_makes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = LockedAtFirst(3, "database is locked")
    tables._write_ahead(patient)
    assert patient.left == 0
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        tables._write_ahead(LockedAtFirst(1, "disk I/O error"))
    monkeypatch.setattr(tables, "_PATIENCE", 0.0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        tables._write_ahead(LockedAtFirst(10**6, "database is locked"))


@pytest.mark.parametrize("lost", ["COLUMN", "INDEX"])
def test_a_database_of_another_version_is_refused_in_a_sentence_and_left_as_it_is(tmp_path: Path, lost: str) -> None:
    address = f"sqlite:///{tmp_path}/jobs.sqlite"
    before = JobRepository(address)
    job = queued(before)
    drop = "ALTER TABLE ote_jobs DROP COLUMN moved" if lost == "COLUMN" else "DROP INDEX ote_jobs_listed"
    with before._engine.begin() as connection:
        connection.execute(sa.text(drop))
    with pytest.raises(
        UsageError,
        match=r"OTE_DATABASE: expected this version's table ote_jobs in /.*/jobs[.]sqlite, got another.*OTE_STORE",
    ):
        JobRepository(address)
    with before._engine.begin() as connection:
        assert connection.execute(sa.text("SELECT id FROM ote_jobs")).scalar() == str(job.id)
    before.close()
