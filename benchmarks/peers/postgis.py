"""PostGIS in a private cluster, which makes vector tiles by ST_AsMVT."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

import shapely

from layers.geo import Window
from layers.model import Features
from layers.render import mvt


class PostGIS:
    """A private cluster, and one connection to it."""

    def __init__(self, folder: Path) -> None:
        import psycopg

        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not found:
            raise SystemExit("PostGIS is missing: apt-get install postgresql-15-postgis-3")
        self._bin, self._data = found[-1], folder / "data"
        # A cluster refuses to belong to root.
        self._user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "bench", "--no-sync")
        said = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        said += " -c jit=off -c max_parallel_workers_per_gather=0 -c shared_buffers=512MB"
        self._run("pg_ctl", "-D", self._data, "-o", said, "-l", folder / "log", "-w", "start")
        self._connection = psycopg.connect(
            host=str(folder), user="bench", dbname="postgres", autocommit=True
        )
        self._connection.prepare_threshold = 0
        self._connection.execute("CREATE EXTENSION postgis")
        self._pid = self._connection.info.backend_pid
        self._query: dict[str, str] = {}

    def _run(self, program: str, *words: object) -> None:
        user = {"user": self._user, "group": self._user} if os.getuid() == 0 else {}
        subprocess.run(
            [self._bin / program, *map(str, words)],
            check=True, cwd=self._data.parent, stdout=subprocess.DEVNULL, timeout=120, **user,
        )  # fmt: skip

    def close(self) -> None:
        """End the cluster."""
        self._connection.close()
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    @property
    def version(self) -> str:
        """What it is."""
        row = self._connection.execute(
            "SELECT postgis_lib_version(), current_setting('server_version')"
        ).fetchone()
        assert row is not None
        return f"PostGIS {row[0]}, PostgreSQL {str(row[1]).split()[0]}"

    def load(self, table: str, features: Features) -> None:
        """Make a table of features, with an index."""
        types = {name: _sql_type(column) for name, column in features.properties.items()}
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        run = self._connection.execute
        run(f"CREATE TABLE {table} (fid bigint, {columns}, geom geometry(Geometry, 3857))")
        shapes = shapely.to_wkb(
            shapely.set_srid(features.geometry, 3857), hex=True, include_srid=True
        )
        rows = zip(map(int, features.ids), *features.properties.values(), shapes, strict=True)
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        run(f"CREATE INDEX ON {table} USING gist (geom)")
        run(f"CLUSTER {table} USING {table}_geom_idx")
        run(f"VACUUM ANALYZE {table}")
        named = ", ".join(f'"{name}"' for name in types)
        margin = mvt.BUFFER_PX / 256
        self._query[table] = (
            f"SELECT ST_AsMVT(t, '{table}', {mvt.EXTENT}, 'geom', 'fid') FROM "
            f"(SELECT fid, {named}, "
            f"ST_AsMVTGeom(geom, ST_TileEnvelope(%s, %s, %s), {mvt.EXTENT}, "
            f"{int(mvt.EXTENT * margin)}, true) AS geom FROM {table} "
            f"WHERE geom && ST_TileEnvelope(%s, %s, %s, margin => {margin})) AS t"
        )

    def tile(self, table: str, window: Window) -> bytes:
        """Return the bytes of a tile."""
        at = (window.zoom, window.col, window.row)
        row = self._connection.execute(self._query[table], (*at, *at), binary=True).fetchone()
        assert row is not None
        return bytes(row[0])

    def cpu_s(self) -> float:
        """Return the CPU seconds that the backend has taken so far."""
        return int(Path(f"/proc/{self._pid}/schedstat").read_text().split()[0]) / 1e9


def _sql_type(column: Any) -> str:
    kinds = {type(value) for value in column if value is not None}
    return {"int": "bigint", "float": "double precision"}.get(
        kinds.pop().__name__ if len(kinds) == 1 else "", "text"
    )
