"""Places of zipped shapefiles, KMZ and GeoPackages: no more is unpacked than what is known."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import BadFileError, TooLargeError, UnavailableError, UnsupportedFormatError
from layers.exchange import site_gdal, site_xml
from layers.exchange.site_places import Found
from layers.model.site import MOST_SITES

MAX_UNPACKED_BYTES = 20_000_000
MAX_MEMBERS = 64
CPU_S = 10
"""Of a processor, for what GDAL reads; files of so few sites take a hundredth of a second."""
WAIT_S = 60
"""By the clock, on a machine that has no time for it."""
CHILDREN = 2
"""Processes of GDAL that read at once."""
CHILD_WAIT_S = 5.0
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")
"""What stands at byte 68 of a SQLite file that is one."""

_children = threading.BoundedSemaphore(CHILDREN)


def archive(body: bytes) -> tuple[Iterator[Found], str]:
    """Return the places of a zipped shapefile or a KMZ, and their reference system.

    Raises
    ------
    BadFileError, TooLargeError, UnsupportedFormatError
        For archives that are broken, locked, too large, lead outside, or hold something else.
    """
    try:
        opened = zipfile.ZipFile(io.BytesIO(body))
        members = opened.infolist()
    # A later version of zip, or of its packing, is NotImplementedError there.
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as reason:
        raise BadFileError("the archive is broken") from reason
    if len(members) > MAX_MEMBERS:
        raise TooLargeError(f"the archive has {len(members)} files; the limit is {MAX_MEMBERS}")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise TooLargeError(f"the archive unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    named = {}
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise BadFileError(f'the archive holds "{member.filename[:60]}", which leads outside')
        if member.flag_bits & 1:
            raise BadFileError("the archive is locked by a password")
        if not member.is_dir() and "__MACOSX" not in path.parts:
            named[path] = member
    shapes = [path for path in named if path.suffix.lower() == ".shp"]
    documents_ = [path for path in named if path.suffix.lower() == ".kml"]
    if len(shapes) == 1:
        return _shapefile(opened, shapes[0], named)
    if not shapes and documents_:
        first = min(documents_, key=lambda path: (path.name.lower() != "doc.kml", str(path)))
        return site_xml.read(_unpacked(opened, named[first]))
    held = f"{len(shapes)} shapefiles" if shapes else "neither a shapefile nor a KML document"
    raise UnsupportedFormatError(f"the archive holds {held}; one shapefile or a KMZ is read")


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member; the size that it claims is not believed."""
    try:
        with archive.open(member) as stream:
            body = stream.read(MAX_UNPACKED_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError) as reason:
        raise BadFileError(
            f'"{member.filename[:60]}" of the archive cannot be unpacked'
        ) from reason
    except Exception as reason:  # zlib.error and what other packings raise
        raise BadFileError(f'"{member.filename[:60]}" of the archive is broken') from reason
    if len(body) > MAX_UNPACKED_BYTES:
        raise TooLargeError(f"the archive unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    return body


def _shapefile(
    archive: zipfile.ZipFile, path: PurePosixPath, named: dict[PurePosixPath, zipfile.ZipInfo]
) -> tuple[Iterator[Found], str]:
    parts = {
        each.suffix.lower(): member
        for each, member in named.items()
        if each.parent == path.parent
        and each.stem.lower() == path.stem.lower()
        and each.suffix.lower() in _PARTS
    }
    lacking = [suffix for suffix in (".shp", ".shx", ".dbf") if suffix not in parts]
    if lacking:
        raise BadFileError(f"the shapefile has no {', '.join(lacking)}")
    with tempfile.TemporaryDirectory(prefix="sites-") as folder:
        for suffix, member in parts.items():
            (Path(folder) / f"sites{suffix}").write_bytes(_unpacked(archive, member))
        return _by_gdal(Path(folder) / "sites.shp", "ESRI Shapefile")


def geopackage(body: bytes) -> tuple[Iterator[Found], str]:
    """Return the places of the first layer of a GeoPackage, and their reference system.

    Raises
    ------
    BadFileError
        For what is none.
    """
    if body[68:72] not in _GEOPACKAGES:
        raise BadFileError("the SQLite database is no GPKG: it does not say that it is one")
    with tempfile.TemporaryDirectory(prefix="sites-") as folder:
        path = Path(folder) / "sites.gpkg"
        path.write_bytes(body)
        return _by_gdal(path, "GPKG")


@contextlib.contextmanager
def _child() -> Iterator[None]:
    """Hold the place of a process that GDAL reads in: each may take gigabytes for a moment."""
    if not _children.acquire(timeout=CHILD_WAIT_S):
        raise UnavailableError("many files of sites are being read; ask again in a moment")
    try:
        yield
    finally:
        _children.release()


def _by_gdal(path: Path, driver: str) -> tuple[Iterator[Found], str]:
    with _child():
        ended = _read_by_gdal(path, driver)
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _too_long(driver)
    if ended.returncode == site_gdal.NO_LAYER:
        raise BadFileError("the file has no layer with places")
    if ended.returncode == site_gdal.TOO_LARGE:
        raise TooLargeError(f"the {driver} unpacks to more than {site_gdal.MOST_BYTES:,} bytes")
    if ended.returncode:
        raise BadFileError(f"the file is no {driver} that can be read")
    read = json.loads(ended.stdout)
    rows = [(_geometry(n, wkb), own) for n, (wkb, own) in enumerate(read["rows"], start=1)]
    return iter(rows), read["crs"]


def _read_by_gdal(path: Path, driver: str) -> subprocess.CompletedProcess[bytes]:
    command = (sys.executable, "-P", site_gdal.__file__, path, MOST_SITES + 1, CPU_S)
    try:
        return subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT_S,
            check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as reason:
        raise _too_long(driver) from reason


def _too_long(driver: str) -> BadFileError:
    return BadFileError(
        f"the {driver} takes more than {CPU_S} seconds to read: it may hold a view that has no "
        "end; write its places into a plain layer, or send them as GeoJSON"
    )


def _geometry(number: int, wkb: str | None) -> BaseGeometry | None:
    if wkb is None:
        return None
    try:
        return shapely.from_wkb(wkb)
    except (shapely.errors.ShapelyError, ValueError) as reason:
        raise BadFileError(
            f"feature {number} has a geometry that is not read; points, lines and areas are"
        ) from reason
