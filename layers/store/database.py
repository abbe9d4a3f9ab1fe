"""Connections: one that writes, and readers that cannot; the schema's version is checked first."""

import operator
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import Connection, Engine, Insert, event, text

from layers.errors import StoreLockedError, UnavailableError

CACHE_KB = 512
"""Pages that a connection of a reader keeps: the system holds the file for all of them."""
BUSY_MS = 5_000
SCHEMA_VERSION = "0002"
"""The newest migration; workers do not pay for the import of the tool that knows it."""
TRANSIENT = (OSError, sqlite3.OperationalError)
"""The disk, and not what is stored, is to blame; the second stands behind an error of SQL."""
SAFE_SQLITE = (3, 51, 3)
"""Older libraries can corrupt a WAL when two connections write or checkpoint: we have one."""


SQLITE_VERSION = sqlite3.sqlite_version_info


class SchemaError(UnavailableError):
    """The database was made by another version of the schema."""


def writer_engine(database: Path) -> Engine:
    """Return the engine of the only writing and checkpointing connection."""
    engine = sqlalchemy.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(database, check_same_thread=False, isolation_level=None),
        poolclass=sqlalchemy.pool.StaticPool,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            # Full within minutes of deliveries, and no slower than 4 MB (benchmarks.store_ingest).
            "cache_size=-1024",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reader_engine(database: Path) -> Engine:
    """Return an engine whose connections cannot write; one for each thread.

    Raises
    ------
    StoreLockedError
        Where there is no database yet.
    """
    if not database.is_file():
        raise StoreLockedError(
            "the data folder has no store yet: what serves it or writes to it first makes it"
        )
    address = f"file:{quote(str(database))}?mode=ro"
    engine = sqlalchemy.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            address, uri=True, check_same_thread=False, isolation_level=None
        ),
        poolclass=sqlalchemy.pool.QueuePool,
        pool_size=8,
        max_overflow=120,
        pool_use_lifo=True,  # each connection keeps pages: few are used again and again
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")

    return engine


def check_schema(engine: Engine) -> None:
    """Look that the store is of the version that this program reads; its keeper migrates it.

    Raises
    ------
    SchemaError
        Where it is not.
    """
    try:
        with engine.connect() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
            query = text("SELECT version_num FROM alembic_version")
            found = connection.execute(query).scalar() if "alembic_version" in names else None
    except sqlalchemy.exc.DatabaseError:
        return  # Not to be read at all is another illness, and `healthy` tells it.
    if found != SCHEMA_VERSION:
        raise SchemaError(
            f"the store is of schema {found}, this program reads schema {SCHEMA_VERSION}; a keeper "
            "of the same version brings an older one up to date"
        )


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version.

    Raises
    ------
    SchemaError
        Where the database is newer than this program: it is left as it is.
    """
    # Only the writer migrates, so only the writer pays for the import.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == script.get_current_head():
            return
        if found is not None and found not in {s.revision for s in script.walk_revisions()}:
            raise SchemaError(
                f"the data folder was written by a newer version of this program (schema {found}); "
                "install that version, or restore a backup"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def write_many(
    connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute one statement for many rows of plain numbers and texts.

    The statement is compiled once and the driver is handed tuples: SQLAlchemy's own way looks at
    every parameter of every row, which takes longer than the writing itself.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    names = getattr(compiled, "positiontup", None)
    if names is None:
        connection.execute(statement, list(rows))
        return
    pick = operator.itemgetter(*names)
    connection.exec_driver_sql(str(compiled), [pick(row) for row in rows])


def healthy(engine: Engine) -> bool:
    """Tell whether the structure of the database is whole."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("PRAGMA quick_check")).scalar() == "ok"
    except sqlalchemy.exc.DatabaseError:
        return False
