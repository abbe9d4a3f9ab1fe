"""One edition of a layer as a file: PMTiles 3 or MBTiles 1.3, whole under its name or not there."""

import contextlib
import fcntl
import gzip
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pmtiles.convert import pmtiles_to_mbtiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.errors import BadParameterError, ConflictError, NotFoundError
from layers.geo import Bounds
from layers.tiles import TileRequest

SUFFIXES = (".pmtiles", ".mbtiles")
_TYPES = {"png": TileType.PNG, "webp": TileType.WEBP, "mvt": TileType.MVT}


class Archive:
    """Takes the tiles of one edition, best in the order of their numbers."""

    def __init__(self, stream: BinaryIO, folder: Path, image: str) -> None:
        self._image = image
        self._writer = Writer(stream)
        # The library gathers the tiles aside: where they take as much room as in the end.
        self._writer.tile_f.close()
        self._writer.tile_f = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
        self.count = 0

    def put(self, request: TileRequest, body: bytes) -> None:
        """Add a tile; both kinds of archive hold vector tiles packed."""
        at = request.window
        packed = gzip.compress(body, 9, mtime=0) if self._image == "mvt" else body
        self._writer.write_tile(zxy_to_tileid(at.zoom, at.col, at.row), packed)
        self.count += 1

    def finish(self, bounds: Bounds, metadata: Mapping[str, Any]) -> None:
        """Write the directories before the tiles.

        Raises
        ------
        NotFoundError
            Where there is no tile.
        """
        if not self.count:
            raise NotFoundError("nothing is to be seen there: the archive would be empty")
        west, south, east, north = (round(edge * 1e7) for edge in bounds.as_tuple())
        header = {
            "tile_type": _TYPES[self._image],
            "tile_compression": Compression.GZIP if self._image == "mvt" else Compression.NONE,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }
        self._writer.finalize(header, dict(metadata))

    def close(self) -> None:
        """Give back what was gathered aside."""
        self._writer.tile_f.close()


@contextlib.contextmanager
def archive(target: Path, image: str) -> Iterator[Archive]:
    """Give an archive that stands under its name once it is finished; until then the old one does.

    Raises
    ------
    BadParameterError
        Where the file cannot be written.
    ConflictError
        Where another command is writing it.
    """
    if target.suffix not in SUFFIXES:
        raise BadParameterError(f"{target}: an archive ends in {' or '.join(SUFFIXES)}")
    aside, base = (target.with_name(f"{target.name}.{end}") for end in ("part", "base.part"))
    try:
        with aside.open("a+b") as stream, contextlib.ExitStack() as after:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConflictError(f"{target}: another command is writing it") from None
            after.callback(aside.unlink, missing_ok=True)
            after.callback(base.unlink, missing_ok=True)
            stream.truncate(0)
            gathered = Archive(stream, target.parent, image)
            after.callback(gathered.close)
            yield gathered
            stream.flush()
            if target.suffix == ".mbtiles":
                base.unlink(missing_ok=True)
                pmtiles_to_mbtiles(str(aside), str(base))
                base.replace(target)
            else:
                os.fsync(stream.fileno())
                aside.replace(target)
    except OSError as reason:
        raise BadParameterError(f"{target}: {reason.strerror or reason}") from reason
