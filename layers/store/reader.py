"""The store as any process reads it: nothing here can write."""

import bisect
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DatabaseError

from layers import temporal
from layers.geo import Bounds
from layers.model import (
    Context,
    Datastream,
    Float32Array,
    Network,
    Organisation,
    RejectedRecord,
    Station,
    StoredFeature,
    StoredObservation,
    SurfaceInfo,
)
from layers.store import (
    audit,
    cells,
    datastreams,
    features,
    hours,
    observed,
    register,
    snapshots,
    surfaces,
    tokens,
    walk,
)
from layers.store.aligned import Aligned
from layers.store.classed import Lines
from layers.store.database import check_schema, healthy, reader_engine
from layers.store.memo import Memo
from layers.store.observed import Observed, Place, Wanted
from layers.store.paths import Paths
from layers.store.policy import Audience
from layers.store.schema import BATCH, FOLDER, METADATA, QUARANTINE
from layers.store.snapshots import FloatArray, Snapshot
from layers.store.walk import Walk
from layers.store.working_copy import IntArray

T = TypeVar("T")


class Reader:
    """Reading functions over one data folder. Every one that can tell a secret takes an audience.

    Raises
    ------
    StoreLockedError
        Where the folder has no store yet.
    SchemaError
        Where the store is of another version of the schema.
    """

    def __init__(self, root: Path, engine: Engine | None = None) -> None:
        self.paths = Paths(root)
        if engine is None:
            engine = reader_engine(self.paths.database)
            check_schema(engine)
        self._engine = engine
        self._cells = cells.Cells(self.paths)
        self.aligned = Aligned(self.paths)
        self._memo = Memo(engine)
        self._listed: dict[str, surfaces.Listed] = {}

    def close(self) -> None:
        """Give back the connections."""
        self._memo.close()
        self._engine.dispose()

    def still(self) -> AbstractContextManager[None]:
        """Look once whether somebody wrote, for all that this thread asks within."""
        return self._memo.still()

    def edition(self) -> Hashable:
        """Return what differs as soon as an answer may: somebody wrote, or an embargo may lift."""
        return self._memo.edition()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` reads here, from memory while nobody has written.

        Keys are those of all who ask: one begins with a word of the asker's own.
        """
        return self._memo.once(key, make)

    def context(self) -> Context:
        """Return the context of the data folder."""

        def ask(connection: Connection) -> Context:
            query = select(FOLDER.c.value).where(FOLDER.c.key == "context")
            return Context(connection.execute(query).scalar_one())

        return self._memo.answer("context", ask)

    def organisations(self) -> list[Organisation]:
        """Return all organisations."""
        return self._memo.answer("organisations", register.organisations)

    def networks(self) -> list[Network]:
        """Return all networks."""
        return self._memo.answer("networks", register.networks)

    def shown_networks(self, audience: Audience, now: datetime) -> list[Network]:
        """Return the networks that have a visible station."""

        def ask(connection: Connection) -> list[Network]:
            shown = {s.network_id for s in register.stations(connection, audience, now, None)}
            return [n for n in register.networks(connection) if n.id in shown]

        return self._memo.answer(("shown networks", audience), ask)

    def stations(
        self, audience: Audience, now: datetime, *, at: datetime | None = None
    ) -> list[Station]:
        """Return the visible stations by code; with ``at``, those that were valid then."""
        return self._memo.answer(
            ("stations", audience, at), lambda c: register.stations(c, audience, now, at)
        )

    def station(self, audience: Audience, now: datetime, code: str) -> Station:
        """Return one visible station, or raise UnknownStationError."""
        with self._engine.connect() as connection:
            return register.station(connection, audience, now, code)

    def hours(
        self,
        audience: Audience,
        now: datetime,
        quantity: str,
        *,
        newest: int = hours.SHOWN_HOURS,
        span: tuple[datetime, datetime] | None = None,
    ) -> list[tuple[datetime, int]]:
        """Return (hour, state) of the newest hours with visible observations, or of a span."""
        return self._memo.answer(
            ("hours", audience, quantity, newest, span),
            lambda c: hours.hours(c, audience, now, quantity, newest=newest, span=span),
        )

    def snapshot(
        self,
        audience: Audience,
        now: datetime,
        quantity: str,
        hour: datetime,
        *,
        known_at: datetime | None = None,
    ) -> Snapshot:
        """Return one hour of one quantity as columns; ``known_at`` gives a past state of it."""
        return self._memo.answer(
            ("snapshot", audience, quantity, hour, known_at),
            lambda c: snapshots.snapshot(c, audience, now, quantity, hour, known_at),
        )

    def history(
        self, audience: Audience, now: datetime, quantity: str, hours: Sequence[datetime]
    ) -> tuple[list[str], FloatArray, FloatArray]:
        """Return codes, values and their deviations, (stations, hours), NaN where there is none."""
        with self._engine.connect() as connection:
            return snapshots.history(connection, audience, now, quantity, hours)

    def values_before(
        self, audience: Audience, now: datetime, quantity: str, begin: datetime, end: datetime
    ) -> list[tuple[str, float]]:
        """Return (station, value) of the hours from ``begin`` to before ``end``, oldest first."""
        with self._engine.connect() as connection:
            return snapshots.values_before(connection, audience, now, quantity, begin, end)

    def reaching(
        self,
        audience: Audience,
        now: datetime,
        quantity: str,
        hours: Sequence[datetime],
        threshold: float,
    ) -> list[list[StoredObservation]]:
        """Return, for each hour, what visible stations measured at or above a value."""
        with self._engine.connect() as connection:
            return [
                snapshots.reaching(connection, audience, now, quantity, hour, threshold)
                for hour in hours
            ]

    def measuring(
        self, audience: Audience, now: datetime, quantity: str, begin: datetime, end: datetime
    ) -> list[str]:
        """Return the codes of visible stations that reported a quantity over [begin, end)."""
        return self._memo.answer(
            ("measuring", audience, quantity, begin, end),
            lambda c: snapshots.measuring(c, audience, now, quantity, begin, end),
        )

    def series(
        self,
        audience: Audience,
        now: datetime,
        station_code: str,
        quantity: str,
        begin: datetime,
        end: datetime,
        *,
        known_at: datetime | None = None,
    ) -> list[StoredObservation]:
        """Return what one station measured over [begin, end), oldest first."""
        with self._engine.connect() as connection:
            return snapshots.series(
                connection, audience, now, station_code, quantity, begin, end, known_at
            )

    def datastreams(self, audience: Audience, now: datetime) -> list[Datastream]:
        """Return what visible stations have ever measured, by station and quantity."""
        return self._memo.answer(
            ("datastreams", audience), lambda c: datastreams.datastreams(c, audience, now)
        )

    def observations(
        self, audience: Audience, now: datetime, wanted: Walk
    ) -> Iterator[StoredObservation]:
        """Yield observations of some datastreams in the order of time, reading no more of them."""
        with self._engine.connect() as connection:
            yield from walk.observations(connection, audience, now, wanted)

    def observation_count(self, audience: Audience, now: datetime, wanted: Walk, most: int) -> int:
        """Return how many observations there are of some datastreams; TooLargeError above most."""
        with self._engine.connect() as connection:
            return walk.count(connection, audience, now, wanted, most)

    def observed(
        self,
        audience: Audience,
        now: datetime,
        wanted: Wanted,
        *,
        after: Place | None = None,
        limit: int,
    ) -> list[Observed]:
        """Return the next observations of all stations after a place, in the order of places."""
        with self._engine.connect() as connection:
            return observed.observed(connection, audience, now, wanted, after=after, limit=limit)

    def observation(self, audience: Audience, now: datetime, place: Place) -> Observed | None:
        """Return the observation at a place, or None."""
        with self._engine.connect() as connection:
            return observed.one(connection, audience, now, place)

    def observed_span(self, audience: Audience, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the first and last hour that holds observations, or None."""
        return self._memo.answer(
            ("observed span", audience), lambda c: observed.span(c, audience, now)
        )

    def features(
        self,
        audience: Audience,
        now: datetime,
        collection: str,
        *,
        bounds: Bounds | None = None,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[StoredFeature]:
        """Return the visible features of a collection by id."""
        with self._engine.connect() as connection:
            return list(
                features.features(
                    connection, audience, collection, bounds=bounds, at=at, known_at=known_at
                )
            )

    def each_feature(
        self, audience: Audience, now: datetime, collection: str
    ) -> Iterator[StoredFeature]:
        """Yield the visible features of a collection that hold now, by id, one after the other."""
        with self._engine.connect() as connection:
            yield from features.features(connection, audience, collection, at=now)

    def feature(
        self, audience: Audience, now: datetime, collection: str, feature_id: str
    ) -> StoredFeature | None:
        """Return a visible feature that holds now, or None."""
        with self._engine.connect() as connection:
            return next(
                features.features(connection, audience, collection, at=now, feature_id=feature_id),
                None,
            )

    def collection_token(self, audience: Audience, now: datetime, collection: str) -> str:
        """Return a hash that changes with every change of a visible feature that holds now."""
        token, moments = self._memo.answer(
            ("token", audience, collection),
            lambda c: features.collection_token(c, audience, collection),
        )
        passed = bisect.bisect_right(moments, temporal.epoch_s(now)) if moments else 0
        return features.hashed(f"{token} {moments[passed - 1]}") if passed else token

    def collections(self, audience: Audience) -> dict[str, int]:
        """Return the number of visible features of every collection."""
        return self._memo.answer(
            ("collections", audience), lambda c: features.collections(c, audience)
        )

    def surfaces(self, layer_id: str) -> list[SurfaceInfo]:
        """Return the newest revision of every valid time, oldest first."""

        def ask(connection: Connection) -> list[SurfaceInfo]:
            listed = surfaces.surfaces(connection, layer_id, self._listed.get(layer_id))
            self._listed[layer_id] = listed
            return list(listed.values())

        return self._memo.answer(("surfaces", layer_id), ask)

    def surface(
        self, layer_id: str, valid_time: datetime | None = None, token: str | None = None
    ) -> SurfaceInfo:
        """Return a surface; None is the newest. Raises NoSurfaceError or GoneError."""
        return self._memo.answer(
            ("surface", layer_id, valid_time, token),
            lambda c: surfaces.surface_at(c, layer_id, valid_time, token),
        )

    def cells(self, info: SurfaceInfo, rows: slice, cols: slice) -> Float32Array:
        """Return cells of a surface, shape (bands, rows, cols)."""
        return self._cells.read(info, rows, cols)

    def cell(self, info: SurfaceInfo, row: int, col: int) -> Float32Array:
        """Return one cell of a surface, shape (bands,)."""
        return self._cells.cell(info, row, col)

    def is_at_hand(self, info: SurfaceInfo) -> bool:
        """Tell whether cells of a surface can be had without decoding a whole file."""
        return self._cells.is_at_hand(info)

    def part(self, info: SurfaceInfo, rows: slice, cols: slice) -> Float32Array:
        """Return cells as ``cells`` does, for who reads a little of each of many surfaces."""
        return self._cells.part(info, rows, cols)

    def picked(self, info: SurfaceInfo, zoom: int, rows: IntArray, cols: IntArray) -> Float32Array:
        """Return cells of the grid as it is thinned to a zoom, shape (bands, rows, cols)."""
        return self._cells.picked(info, zoom, rows, cols)

    def tile(self, info: SurfaceInfo, zoom: int, row: int, col: int) -> Float32Array | None:
        """Return the cells of a tile, shape (bands, 256, 256), or None; not to be written to."""
        return self._cells.tile(info, zoom, row, col)

    def classed(self, info: SurfaceInfo, shown: str, zoom: int, row: int, col: int) -> Lines | None:
        """Return the lines of a tile in the style of a token, shape (256, n), or None."""
        return self._cells.classed(info, shown, zoom, row, col)

    def classed_part(
        self, info: SurfaceInfo, shown: str, zoom: int, rows: slice, cols: slice
    ) -> tuple[Lines, int] | None:
        """Return the bytes of lines in which some cells lie, and how many lie before them."""
        return self._cells.classed_part(info, shown, zoom, rows, cols)

    def maps_classed(self, info: SurfaceInfo, shown: str) -> bool:
        """Tell whether ``classed_part`` has an answer for a surface, at some zooms at least."""
        return self._cells.maps_classed(info, shown)

    def has_classed(self, info: SurfaceInfo, shown: str) -> bool:
        """Tell whether the classes of a surface are kept in the style of a token."""
        return self._cells.path(info, f".{shown}").is_file()

    def geotiff(self, info: SurfaceInfo) -> Path:
        """Return the path of a surface's Cloud Optimized GeoTIFF."""
        return self._cells.path(info, cells.GEOTIFF)

    def organisation_of(self, token: str, now: datetime) -> str:
        """Return the organisation a token writes for, or raise ForbiddenError."""
        with self._engine.connect() as connection:
            return tokens.organisation_of(connection, token, now)

    def tokens(self) -> list[tokens.TokenInfo]:
        """Return all tokens without their secrets."""
        with self._engine.connect() as connection:
            return tokens.tokens(connection)

    def quarantine(self, batch_id: str | None = None, limit: int = 1000) -> list[RejectedRecord]:
        """Return refused rows, newest last; for operators only."""
        query = select(QUARANTINE).where(QUARANTINE.c.released == 0).order_by(QUARANTINE.c.seq)
        if batch_id is not None:
            query = query.join(BATCH, BATCH.c.seq == QUARANTINE.c.batch).where(
                BATCH.c.id == batch_id
            )
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [RejectedRecord(r.line, r.code, r.reason, r.raw) for r in rows]

    def counts(self) -> dict[str, int]:
        """Return how many rows the tables hold; for operators only."""
        with self._engine.connect() as connection:
            return {
                table.name: int(
                    connection.execute(select(func.count()).select_from(table)).scalar_one()
                )
                for table in METADATA.sorted_tables
            }

    def broken_audit_row(self) -> int | None:
        """Return the first audit row that is not what was written, or None."""
        with self._engine.connect() as connection:
            return audit.broken_row(connection)

    def healthy(self) -> bool:
        """Tell whether the database's structure is whole; reads all of it."""
        return healthy(self._engine)


def verify_copy(database: Path) -> dict[str, int] | None:
    """Return the row counts of a copied database, or None where it is not whole."""
    engine = reader_engine(database)
    reader = Reader(database.parent, engine)
    try:
        whole = reader.healthy() and reader.broken_audit_row() is None
        return reader.counts() if whole else None
    except DatabaseError:
        return None
    finally:
        reader.close()
