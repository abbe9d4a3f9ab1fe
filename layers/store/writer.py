"""The store as its one writer, the keeper, has it."""

import contextlib
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from layers.errors import ConflictError
from layers.geo import Window
from layers.model import (
    BatchAnswer,
    Context,
    Feature,
    Network,
    Observation,
    Organisation,
    RejectedRecord,
    Release,
    Station,
    Surface,
    SurfaceInfo,
)
from layers.store import (
    audit,
    batches,
    cells,
    classed,
    features,
    observations,
    policy,
    register,
    surfaces,
    tokens,
)
from layers.store import quarantine as waiting
from layers.store.batches import Batch
from layers.store.classed import Lines
from layers.store.database import migrate, writer_engine
from layers.store.paths import Paths
from layers.store.policy import contexts_of
from layers.store.schema import FOLDER, STATION

LOG = logging.getLogger("mapserver.store")


class Writer:
    """Writing functions over one data folder; open it only while holding the folder's lock.

    A new folder takes the ``context`` it is opened with. Opening migrates the schema and sweeps
    away what a killed writer left half done.

    Raises
    ------
    ConflictError
        Where the folder holds another context.
    """

    def __init__(self, root: Path, context: Context | None = None) -> None:
        self.paths = Paths(root)
        root.mkdir(parents=True, exist_ok=True)
        self._engine = writer_engine(self.paths.database)
        migrate(self._engine)
        self.context = self._context(context)
        self._cells = cells.Cells(self.paths)
        self.taken_back = 0
        """How often this writer took anything back from the public."""
        with self._engine.begin() as connection:
            surfaces.sweep(self.paths, connection)

    def _context(self, wanted: Context | None) -> Context:
        with self._engine.begin() as connection:
            query = select(FOLDER.c.value).where(FOLDER.c.key == "context")
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                found = str(wanted or Context.ROUTINE)
                connection.execute(insert(FOLDER).values(key="context", value=found))
        context = Context(found)
        if wanted is not None and wanted not in contexts_of(context):
            raise ConflictError(_other_context(wanted, context))
        return context

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def _admit(self, batch: Batch) -> None:
        if batch.context not in contexts_of(self.context):
            raise ConflictError(_other_context(batch.context, self.context))

    def answered(self, batch: Batch) -> BatchAnswer | None:
        """Return the answer that a batch has had, or None; raise where it can never be taken."""
        self._admit(batch)
        with self._engine.begin() as connection:
            return batches.answered(connection, batch)

    def renewed(self, batch: Batch) -> Batch:
        """Return a batch that its content names, under the name by which it is answered now."""
        with self._engine.begin() as connection:
            return batches.renewed(connection, batch)

    def append_observations(
        self, batch: Batch, rows: Iterable[Observation | RejectedRecord]
    ) -> BatchAnswer:
        """Store a batch of observations; when this returns it is on the disk."""
        self._admit(batch)
        with self._engine.begin() as connection:
            return observations.append(connection, batch, rows)

    def append_features(
        self, batch: Batch, rows: Iterable[Feature | RejectedRecord]
    ) -> BatchAnswer:
        """Store a batch of features; when this returns it is on the disk."""
        self._admit(batch)
        hidden = False

        def noted() -> Iterator[Feature | RejectedRecord]:
            nonlocal hidden
            for row in rows:
                hidden |= isinstance(row, Feature) and row.release is not Release.PUBLIC
                yield row

        with self._engine.begin() as connection:
            answer = features.append(connection, batch, noted())
        if hidden:
            self._forget_made()
        return answer

    @contextmanager
    def _registering(self, at: datetime) -> Iterator[Connection]:
        """Give a transaction; what it takes back from the public leaves the disk with it."""
        shown = policy.stations(select(STATION.c.code), policy.PUBLIC, at)
        with self._engine.begin() as connection:
            before = surfaces.standing(connection), set(connection.execute(shown).scalars())
            yield connection
            fewer = surfaces.standing(connection) < before[0]
            hidden = before[1] - set(connection.execute(shown).scalars())
        if fewer:
            with self._engine.begin() as connection:
                surfaces.sweep(self.paths, connection)
        if fewer or hidden:
            self.taken_back += 1
            self._forget_made()

    def _forget_made(self) -> None:
        """Delete what was drawn and made: some may show what the public may see no more."""
        self._mark_taken_back()  # what is being drawn is not kept
        for made in ("tiles", "files", "plates"):
            gone = self.paths.cache / f"{made}-gone-{time.time_ns()}"
            # Renamed first: what is drawn meanwhile does not come back into the same folder.
            with contextlib.suppress(OSError):
                (self.paths.cache / made).rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
        self._mark_taken_back()  # what was read from there meanwhile is forgotten

    def _mark_taken_back(self) -> None:
        mark, now = self.paths.taken_back, time.time_ns()
        try:
            mark.touch()
            os.utime(mark, ns=(now, now))  # the clock of a file system may stand still between two
        except OSError as reason:
            LOG.error("workers may serve what was taken back until they start again: %s", reason)

    def append_stations(
        self, batch: Batch, rows: Sequence[Station], refused: Sequence[RejectedRecord]
    ) -> BatchAnswer:
        """Register the stations of a batch, and keep the rows that were refused."""
        self._admit(batch)
        with self._registering(batch.received_at) as connection:
            return register.append(connection, batch, rows, refused)

    def reprocess_quarantine(self, batch: Batch, code: str = "unknown_station") -> BatchAnswer:
        """Offer refused observations again, after what they lacked was added."""
        self._admit(batch)
        with self._engine.begin() as connection:
            return waiting.reprocess(connection, batch, code)

    def put_organisations(self, rows: Iterable[Organisation], *, writer: str, at: datetime) -> None:
        """Register organisations."""
        with self._engine.begin() as connection:
            register.put_organisations(connection, rows, writer=writer, at=at)

    def put_networks(self, rows: Iterable[Network], *, writer: str, at: datetime) -> None:
        """Register networks, or change their licence and release policy."""
        with self._registering(at) as connection:
            register.put_networks(connection, rows, writer=writer, at=at)

    def put_stations(
        self,
        rows: Iterable[Station],
        *,
        writer: str,
        at: datetime,
        organisation_id: str | None = None,
    ) -> list[str]:
        """Register stations; return the codes of those that changed."""
        with self._registering(at) as connection:
            return register.put_stations(
                connection, rows, writer=writer, organisation_id=organisation_id, at=at
            )

    def create_token(
        self,
        organisation_id: str,
        *,
        writer: str,
        at: datetime,
        expires_at: datetime | None = None,
        note: str = "",
    ) -> str:
        """Return a new token of an organisation, shown this once."""
        with self._engine.begin() as connection:
            return tokens.create(
                connection,
                organisation_id,
                writer=writer,
                at=at,
                expires_at=expires_at,
                note=note,
            )

    def revoke_token(self, prefix: str, *, writer: str, at: datetime) -> None:
        """Make a token useless at once."""
        with self._engine.begin() as connection:
            tokens.revoke(connection, prefix, writer=writer, at=at)

    def next_surface_revision(self, layer_id: str, valid_time: datetime) -> int:
        """Return the revision that the next surface of an hour gets."""
        with self._engine.connect() as connection:
            return surfaces.next_revision(connection, layer_id, valid_time)

    def publish_surface(self, surface: Surface, published_at: datetime) -> SurfaceInfo:
        """Write a surface and then name it; until it is named, nobody sees any of it."""
        token = surfaces.write_files(self.paths, surface)
        with self._engine.begin() as connection:
            return surfaces.publish(connection, surface, token, published_at)

    def keep_classed(self, info: SurfaceInfo, shown: str, lines: Callable[[Window], Lines]) -> None:
        """Keep the classes of a surface in the style of a token, as the lines of its tiles."""
        classed.write(self._cells.path(info, f".{shown}"), info.grid, lines)

    def withdraw_surfaces(self, layer_id: str, valid_time: datetime) -> int:
        """Take back the surfaces of an hour that has nothing to map any more; return how many."""
        with self._engine.begin() as connection:
            gone = surfaces.withdraw(connection, layer_id, valid_time)
        cells.delete(self._cells, gone)
        return len(gone)

    def retire_surfaces(
        self, layer_id: str, *, keep_hours: int, keep_revisions: int = 3, open_hours: int = 24
    ) -> int:
        """Delete what is beyond the retention, compress older hours; return how many went."""
        with self._engine.begin() as connection:
            gone = surfaces.retire(
                connection, layer_id, keep_hours=keep_hours, keep_revisions=keep_revisions
            )
            kept = list(surfaces.surfaces(connection, layer_id).values())
        cells.delete(self._cells, gone)
        if len(kept) > open_hours:
            cells.compress(self._cells, kept[: len(kept) - open_hours])
        return len(gone)

    def record(
        self, at: datetime, writer: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Append one row to the audit."""
        with self._engine.begin() as connection:
            audit.record(connection, at, writer, action, subject, detail)

    def backup(self, target: Path, at: datetime, writer: str) -> None:
        """Copy the database as it stands now to a new file, while everything goes on."""
        self.record(at, writer, "backup", target.name)
        aside = target.with_name(target.name + ".part")
        aside.unlink(missing_ok=True)
        source = self._engine.raw_connection()
        copy = sqlite3.connect(aside)
        try:
            driver = source.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the embedded store
            driver.backup(copy)
            # A copy is one file that can be carried away, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            source.close()
        aside.replace(target)


def _other_context(offered: Context, held: Context) -> str:
    return (
        f'this data folder holds "{held}" data; "{offered}" data need a folder of their own: '
        f"start with --data-dir ANOTHER_FOLDER and a catalogue whose context is "
        f'"{offered}" (see docs/tutorial.md)'
    )
