"""Candidate sites in files: GeoJSON, KML, KMZ, GPX, shapefile, GeoPackage, CSV.

A point is a site; a line or an area becomes the middle of the smallest circle around it, and that
circle's radius its accuracy. Every file is untrusted: sizes, members of archives and entities of
XML are bounded before anything is unpacked, and GDAL reads private copies of known parts alone.
"""

import io
import json
import math
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree
import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import pyproj.exceptions
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.errors import (
    BadExtentError,
    BadFileError,
    BadParameterError,
    TooLargeError,
    UnsupportedFormatError,
)
from layers.exchange import documents
from layers.exchange.rows import table
from layers.geo import GEOD
from layers.model import CandidateSite, RejectedRecord

MAX_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 20_000_000
MAX_MEMBERS = 64
MAX_SITES = 14
MAX_VERTICES = 100_000
MAX_NAME_CHARS = 80
FORMATS = ("geojson", "kml", "kmz", "gpx", "shapefile", "geopackage", "csv")
WGS84 = "OGC:CRS84"
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")
"""What stands at byte 68 of a SQLite file that is one."""
_NAMES = ("name", "title", "site", "label", "nom", "название", "наименование", "атауы", "nomi")
_ACCURACY_M = ("accuracy_m", "accuracy", "uncertainty_m")
_ACCURACY_KM = ("accuracy_km", "uncertainty_km")
_LON = ("lon", "longitude", "lng", "long", "x", "easting", "долгота")
_LAT = ("lat", "latitude", "y", "northing", "широта")

Found = tuple[BaseGeometry | None, dict[str, Any]]


def read(body: bytes, name: str = "", crs: str = "") -> list[CandidateSite]:
    """Return the sites of a file, in its order.

    Parameters
    ----------
    body : bytes
        The whole file; its first bytes say what it is.
    name : str
        Its name, for sentences.
    crs : str
        Reference system of a file that does not say its own, such as ``EPSG:32642``; empty takes
        longitude and latitude on WGS 84.

    Raises
    ------
    TooLargeError
        Above ``MAX_BYTES``, ``MAX_UNPACKED_BYTES``, ``MAX_SITES`` or ``MAX_VERTICES``.
    UnsupportedFormatError
        For a file of another format.
    BadFileError, BadExtentError, BadParameterError
        For a file that is not what it seems, or places that are none.
    """
    if len(body) > MAX_BYTES:
        raise too_large(len(body))
    if not body.strip():
        raise BadFileError("the file is empty")
    found, own = _reader(body)(body)
    system = own or crs or WGS84
    rows: list[Found] = []
    for geometry, properties in found:
        if len(rows) >= MAX_SITES:
            raise TooLargeError(f"the file holds more than {MAX_SITES} sites")
        rows.append((geometry, properties))
    if not rows:
        raise BadFileError(f'"{name or "the file"}" holds no site')
    return _sites(rows, system)


def too_large(size: int) -> TooLargeError:
    """Return the error of a file with so many bytes."""
    return TooLargeError(
        f"the file has {size:,} bytes; files of sites have at most {MAX_BYTES:,}: send points, or "
        "simpler outlines"
    )


def _reader(body: bytes) -> Callable[[bytes], tuple[Iterator[Found], str]]:
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith(b"PK\x03\x04"):
        return _archive
    if body.startswith(b"SQLite format 3\0"):
        return _geopackage
    if head.startswith(b"<"):
        return _xml
    if head.startswith((b"{", b"[")):
        return _geojson
    if b"\0" not in head:
        return _csv
    raise UnsupportedFormatError(
        f"the file is in no format that sites are read of; those are {', '.join(FORMATS)}"
    )


def _sites(rows: list[Found], system: str) -> list[CandidateSite]:
    try:
        crs = pyproj.CRS.from_user_input(system)
        to_degrees = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as reason:
        raise BadParameterError(f'"{system[:60]}" is no reference system that is known') from reason
    sites: list[CandidateSite] = []
    for number, (geometry, properties) in enumerate(rows, start=1):
        label = _name(properties) or f"{number}"
        if geometry is None or geometry.is_empty:
            raise BadFileError(f'site {number} ("{label}") has no place')
        if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
            raise TooLargeError(
                f'site {number} ("{label}") has {shapely.get_num_coordinates(geometry):,} '
                f"vertices; the limit is {MAX_VERTICES:,}"
            )
        xy = shapely.get_coordinates(geometry)
        lon, lat = (np.asarray(v, float) for v in to_degrees.transform(xy[:, 0], xy[:, 1]))
        where = f'site {number} ("{label}")'
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise BadExtentError(f"{where} is at no place of {crs.name}")
        if np.abs(lat).max() > 90 or np.abs(lon).max() > 180:
            swapped = "; were longitude and latitude swapped?" if np.abs(lon).max() <= 90 else ""
            raise BadExtentError(
                f"{where} at {lon[0]:g}, {lat[0]:g} is no position on Earth{swapped}; "
                "positions in metres need their reference system"
            )
        place, radius_m = _circle(lon, lat)
        stated = _accuracy(properties, where)
        accuracy = stated if radius_m == 0 else max(stated or 0.0, radius_m)
        sites.append(CandidateSite(f"s{number}", label, place[0], place[1], accuracy))
    return sites


def _circle(
    lon: np.ndarray[Any, Any], lat: np.ndarray[Any, Any]
) -> tuple[tuple[float, float], float]:
    """Return the middle of the smallest circle around positions, and its geodesic radius."""
    if len(lon) == 1:
        return (float(lon[0]), float(lat[0])), 0.0
    # On a plane where a degree of longitude is as long as one of latitude.
    shrunk = math.cos(math.radians(float(lat.mean())))
    ring = shapely.minimum_bounding_circle(shapely.MultiPoint(np.column_stack([lon * shrunk, lat])))
    middle = shapely.centroid(ring)
    x, y = float(middle.x) / shrunk, float(middle.y)
    n = len(lon)
    _, _, far = GEOD.inv(np.full(n, x), np.full(n, y), lon, lat)
    return (x, y), float(np.max(far))


def _name(properties: dict[str, Any]) -> str:
    known = {str(key).strip().lower(): value for key, value in properties.items()}
    keys = (*_NAMES, *(f"name_{language}" for language in ("en", "ru", "kk", "uz")), "id")
    text = next((str(known[k]) for k in keys if known.get(k) not in (None, "")), "")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_NAME_CHARS]


def _accuracy(properties: dict[str, Any], where: str) -> float | None:
    known = {str(key).strip().lower(): value for key, value in properties.items()}
    for keys, metres in ((_ACCURACY_M, 1.0), (_ACCURACY_KM, 1000.0)):
        for key in keys:
            value = known.get(key)
            if value in (None, ""):
                continue
            try:
                return float(value) * metres
            except (TypeError, ValueError):
                raise BadFileError(f'{where}: "{key}" is "{str(value)[:40]}", no number') from None
    return None


def _geojson(body: bytes) -> tuple[Iterator[Found], str]:
    document = documents.parsed(io.BytesIO(body))
    own = ""
    if isinstance(document, dict) and isinstance(document.get("crs"), dict):
        properties = document["crs"].get("properties")
        own = str(properties.get("name", "")) if isinstance(properties, dict) else ""
        document = {key: value for key, value in document.items() if key != "crs"}
    if isinstance(document, dict) and "coordinates" in document:
        document = {"type": "Feature", "properties": {}, "geometry": document}
    features = documents.features(document)

    def each() -> Iterator[Found]:
        for number, feature in enumerate(features, start=1):
            try:
                geometry = shape(feature["geometry"])
            except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError,
                    IndexError) as reason:  # fmt: skip
                raise BadFileError(f"feature {number} has no geometry that is read") from reason
            own = feature.get("properties")
            properties = dict(own) if isinstance(own, dict) else {}
            if "id" in feature:
                properties.setdefault("id", feature["id"])
            yield geometry, properties

    return each(), own


def _csv(body: bytes) -> tuple[Iterator[Found], str]:
    rows = table(io.BytesIO(body))
    columns = [
        next((rows.header.index(word) for word in words if word in rows.header), None)
        for words in (_LON, _LAT)
    ]
    if None in columns:
        raise BadFileError(
            "the header has no columns of places; expected were lon and lat, found were "
            f"{', '.join(rows.header)[:200]}"
        )

    def each() -> Iterator[Found]:
        for row in rows.rows:
            if isinstance(row, RejectedRecord):
                raise BadFileError(f"line {row.line}: {row.reason}")
            number, cells, _ = row
            texts = [cells[at].strip() for at in columns if at is not None]
            if rows.comma:
                texts = [text.replace(",", ".") for text in texts]
            try:
                x, y = map(float, texts)
            except ValueError:
                raise BadFileError(f"line {number}: {', '.join(texts)[:60]} is no place") from None
            yield shapely.Point(x, y), dict(zip(rows.header, cells, strict=True))

    return each(), ""


def _xml(body: bytes) -> tuple[Iterator[Found], str]:
    try:
        root = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except defusedxml.DefusedXmlException as reason:
        raise BadFileError(
            "the XML declares entities or a document type; that is not read"
        ) from reason
    except (ParseError, ValueError, LookupError) as reason:
        raise BadFileError(f"the file is no whole XML: {reason}") from reason
    word = _tag(root)
    if word == "gpx":
        return _gpx(root), WGS84
    if word == "kml":
        return _kml(root), WGS84
    raise UnsupportedFormatError(f'XML of "{word[:40]}" is not read; KML and GPX are')


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of the children by their names, and KML's extended data by theirs."""
    found = {_tag(child): (child.text or "").strip() for child in element}
    for data in element.iter():
        if _tag(data) in ("data", "simpledata") and data.get("name"):
            value = next((c.text for c in data if _tag(c) == "value"), data.text)
            found[str(data.get("name")).lower()] = (value or "").strip()
    return found


def _gpx(root: Element) -> Iterator[Found]:
    for point in root.iter():
        if _tag(point) != "wpt":
            continue
        try:
            place = shapely.Point(float(point.get("lon", "")), float(point.get("lat", "")))
        except ValueError:
            raise BadFileError("a way point has no lon and lat") from None
        yield place, dict(_texts(point))


def _kml(root: Element) -> Iterator[Found]:
    for mark in root.iter():
        if _tag(mark) != "placemark":
            continue
        places: list[tuple[float, float]] = []
        for element in mark.iter():
            if _tag(element) != "coordinates":
                continue
            for word in (element.text or "").split():
                try:
                    x, y = map(float, word.split(",")[:2])
                except ValueError:
                    raise BadFileError(f'"{word[:40]}" is no position of KML') from None
                places.append((x, y))
        if places:
            geometry = shapely.Point(places[0]) if len(places) == 1 else shapely.MultiPoint(places)
            yield geometry, dict(_texts(mark))


def _archive(body: bytes) -> tuple[Iterator[Found], str]:
    """Read a zipped shapefile or a KMZ, of which no more is unpacked than its parts."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError) as reason:
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
        return _shapefile(archive, shapes[0], named)
    if not shapes and documents_:
        first = min(documents_, key=lambda path: (path.name.lower() != "doc.kml", str(path)))
        return _xml(_unpacked(archive, named[first]))
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


def _geopackage(body: bytes) -> tuple[Iterator[Found], str]:
    if body[68:72] not in _GEOPACKAGES:
        raise BadFileError("the SQLite database is no GPKG: it does not say that it is one")
    with tempfile.TemporaryDirectory(prefix="sites-") as folder:
        path = Path(folder) / "sites.gpkg"
        path.write_bytes(body)
        return _by_gdal(path, "GPKG")


def _by_gdal(path: Path, driver: str) -> tuple[Iterator[Found], str]:
    try:
        layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
        if not layers:
            raise BadFileError("the file has no layer with places")
        meta, _, geometry, columns = pyogrio.raw.read(
            path, layer=layers[0], max_features=MAX_SITES + 1
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError,
            RuntimeError) as reason:  # fmt: skip
        raise BadFileError(f"the file is no {driver} that can be read") from reason
    names = [str(name) for name in meta["fields"]]
    rows: list[Found] = [
        (
            None if wkb is None else shapely.from_wkb(wkb),
            {n: _plain(column[i]) for n, column in zip(names, columns, strict=True)},
        )
        for i, wkb in enumerate(geometry)
    ]
    return iter(rows), str(meta["crs"] or "")


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and math.isnan(value) else value


def geojson(sites: list[CandidateSite]) -> bytes:
    """Return sites as GeoJSON that ``read`` reads back."""
    features = [
        {
            "type": "Feature",
            "id": site.id,
            "properties": {"name": site.name}
            | ({} if site.accuracy_m is None else {"accuracy_m": site.accuracy_m}),
            "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]},
        }
        for site in sites
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return text.encode()
