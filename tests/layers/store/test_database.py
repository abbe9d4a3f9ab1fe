import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from layers import store as rooms
from layers.errors import StoreLockedError
from layers.store import PUBLIC, FolderLock, Paths, Reader, SchemaError, Writer, verify_copy
from layers.store.database import SCHEMA_VERSION
from layers.store.schema import METADATA

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUANTITY = "ambient_dose_rate"


def test_the_migrations_build_the_tables_that_the_code_reads(store):
    engine = sqlalchemy.create_engine(f"sqlite:///{Paths(store.root).database}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_a_folder_is_migrated_once_and_opened_again_as_it_is(store, observation):
    store.send(observation("KP", 1.0))
    store.writer.close()
    store.writer = Writer(store.root)
    assert store.reader.snapshot(PUBLIC, NINE, QUANTITY, NINE).value.tolist() == [1.0]


def test_a_folder_of_a_newer_program_is_left_alone(store):
    database = Paths(store.root).database
    store.close()
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaError, match="newer version of this program"):
        Writer(store.root)
    with pytest.raises(SchemaError, match="schema 9999, this program reads"):
        Reader(store.root)


def test_readers_know_the_newest_migration():
    folder = Path(rooms.__file__).parent / "migrations" / "versions"
    assert max(path.name[:4] for path in folder.glob("[0-9]*.py")) == SCHEMA_VERSION


def test_there_is_nothing_to_read_before_the_first_writer(tmp_path):
    with pytest.raises(StoreLockedError, match="no store yet"):
        Reader(tmp_path)


def test_a_reader_cannot_write(store):
    engine = store.reader._engine
    with engine.connect() as connection, pytest.raises(sqlalchemy.exc.OperationalError):
        connection.exec_driver_sql("DELETE FROM batch")


def test_what_is_asked_often_is_found_by_an_index(store, observation):
    """No reading of an hour, a station or a surface may look at a whole table of observations."""
    store.send(*(observation(code, 1.0) for code in ("KP", "KQ")))
    asked = []
    engine = store.reader._engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        if not statement.startswith("EXPLAIN"):
            asked.append((statement, parameters))

    reader = store.reader
    reader.snapshot(PUBLIC, NINE, QUANTITY, NINE)
    reader.measuring(PUBLIC, NINE, QUANTITY, NINE, NINE.replace(hour=10))
    reader.series(PUBLIC, NINE, "KP", QUANTITY, NINE, NINE.replace(hour=10))
    reader.surfaces("dose-rate")
    reader.features(PUBLIC, NINE, "faults")
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) >= 5
    with engine.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for step in plan:
                for table in ("observation", "feature", "surface"):
                    assert not step.detail.startswith(f"SCAN {table}"), (statement, step.detail)


def test_two_writers_never_share_a_folder(tmp_path):
    with FolderLock(tmp_path):
        with pytest.raises(StoreLockedError, match="another server or command"):
            FolderLock(tmp_path)
        code = (
            "from pathlib import Path; from layers.store import FolderLock;"
            f"FolderLock(Path({str(tmp_path)!r}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert "StoreLockedError" in done.stderr
    FolderLock(tmp_path).release()


def test_a_copy_made_while_the_store_is_written_is_whole(store, observation, tmp_path):
    for i in range(5):
        store.send(observation("KP", float(i)))
    target = tmp_path / "copy.sqlite"
    store.writer.backup(target, NINE, "test")
    store.send(observation("KQ", 1.0))
    counts = verify_copy(target)
    assert counts is not None
    assert counts["batch"] == 5
    assert counts["observation_revision"] == 4
    target.write_bytes(target.read_bytes()[:8192])
    assert verify_copy(target) is None


def test_an_altered_audit_is_seen(store, observation):
    store.send(observation("KP", 1.0))
    store.writer.record(NINE, "somebody", "looked", "around")
    assert store.reader.broken_audit_row() is None
    store.writer.close()
    with sqlite3.connect(Paths(store.root).database) as connection:
        (first,) = connection.execute("SELECT min(seq) FROM audit").fetchone()
        connection.execute("UPDATE audit SET writer = 'nobody' WHERE seq = ?", (first,))
    connection.close()
    assert store.reader.broken_audit_row() == first
    store.writer = Writer(store.root)
