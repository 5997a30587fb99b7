"""The database: made, upgraded, shared between processes, and refused where it can't be trusted."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from opswright import migrations
from opswright.database import current_revision, open_database, upgrade
from schemas.errors import Misconfigured
from tests.processes import forked


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "opswright.db"


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def declared_tables() -> set[str]:
    return {name for metadata in migrations.declared() for name in metadata.tables}


def test_the_migrated_schema_is_the_declared_one(file: Path) -> None:
    with open_database(file).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, migrations.declared()) == []  # type: ignore[arg-type]  # it takes several too


def test_no_two_rooms_declare_a_table_of_the_same_name() -> None:
    assert sum(len(metadata.tables) for metadata in migrations.declared()) == len(declared_tables())


def test_the_newest_revision_by_name_is_the_one_by_history() -> None:
    assert ScriptDirectory.from_config(migrations.config()).get_heads() == [migrations.newest()]


def test_a_new_database_has_every_table_and_is_its_owners_alone(file: Path) -> None:
    engine = open_database(file)
    assert tables(engine) == declared_tables()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_existing_database_keeps_its_rows(file: Path) -> None:
    with open_database(file).begin() as connection:
        connection.execute(text("INSERT INTO tool_uses VALUES ('r1', 'hosts', 1, '2026-11-20', 1.0)"))
    with open_database(file).connect() as connection:
        assert connection.scalar(text("SELECT tool FROM tool_uses")) == "hosts"


def test_connections_write_ahead_and_enforce_foreign_keys(file: Path) -> None:
    with open_database(file).connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 10_000


def test_several_processes_that_open_a_new_database_at_once_all_succeed(file: Path) -> None:
    processes = [forked(lambda: open_database(file)) for _ in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes] == [0, 0, 0, 0]
    assert tables(open_database(file)) == declared_tables()


def test_an_upgrade_killed_halfway_leaves_the_schema_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., object] = Operations.create_table
    made: list[object] = []

    def fatal(*arguments: object, **options: object) -> object:
        if made:
            os.kill(os.getpid(), signal.SIGKILL)
        made.append(arguments)
        return real(*arguments, **options)

    def die_upgrading() -> None:
        monkeypatch.setattr(Operations, "create_table", fatal)
        open_database(file)

    _, status = os.waitpid(forked(die_upgrading), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    assert tables(open_database(file)) == declared_tables()


def test_an_upgraded_database_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_database(file)
    monkeypatch.setattr(migrations, "run", None)
    upgrade(engine)
    assert current_revision(engine) == migrations.newest()


def test_a_downgrade_removes_every_table(file: Path) -> None:
    from alembic import command

    engine = open_database(file)
    with engine.begin() as connection:
        command.downgrade(migrations.config(connection), "base")
    assert tables(engine) == set()


def test_a_database_of_a_newer_release_is_refused_untouched(file: Path) -> None:
    with open_database(file).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="not one that this release knows"):
        open_database(file)
    with sqlite3.connect(file) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_file_that_is_no_database_is_refused_with_the_way_out(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"not a database at all, but long enough to have a header" * 100)
    with pytest.raises(Misconfigured, match=r"file is not a database.*OPSWRIGHT_HOME"):
        open_database(file)


def test_a_home_that_is_a_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(Misconfigured, match="OPSWRIGHT_HOME"):
        open_database(tmp_path / "home" / "opswright.db")


def test_the_working_directory_does_not_matter(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = elsewhere\n")
    monkeypatch.chdir(tmp_path)
    assert tables(open_database(file)) == declared_tables()
