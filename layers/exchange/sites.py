"""Candidate sites in files: GeoJSON, KML, KMZ, GPX, shapefile, GeoPackage, CSV.

A point is a site; a line or an area becomes the middle of the smallest circle around it, and that
circle's radius its accuracy. Every file is untrusted: sizes, members of archives and entities of
XML are bounded before anything is unpacked, and GDAL reads private copies of known parts alone.
"""

import io
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyproj
import pyproj.exceptions
import shapely
from shapely.geometry import shape

from layers.errors import (
    BadExtentError,
    BadFileError,
    BadParameterError,
    TooLargeError,
    UnsupportedFormatError,
)
from layers.exchange import documents, site_archives, site_xml
from layers.exchange.rows import table
from layers.exchange.site_places import WGS84, Found
from layers.geo import GEOD
from layers.model import CandidateSite, RejectedRecord
from layers.model.site import MOST_SITES

MAX_BYTES = 5_000_000
MAX_VERTICES = 100_000
MAX_NAME_CHARS = 80
FORMATS = ("geojson", "kml", "kmz", "gpx", "shapefile", "geopackage", "csv")
_NAMES = ("name", "title", "site", "label", "nom", "название", "наименование", "атауы", "nomi")
_ACCURACY_M = ("accuracy_m", "accuracy", "uncertainty_m")
_ACCURACY_KM = ("accuracy_km", "uncertainty_km")
_CODE = re.compile(
    r"[A-Za-z]\w+:\w+|urn:ogc:def:crs:\w+:[\w.]*:\w+"
    r"|https?://www\.opengis\.net/def/crs/\w+/[\w.]+/\w+",
    re.ASCII,
)
_LON = ("lon", "longitude", "lng", "long", "x", "easting", "долгота")
_LAT = ("lat", "latitude", "y", "northing", "широта")


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
        Above ``MAX_BYTES``, ``MAX_UNPACKED_BYTES``, ``MOST_SITES`` or ``MAX_VERTICES``.
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
    if crs and not own:
        _check_code(crs)
    system = own or crs or WGS84
    rows: list[Found] = []
    for geometry, properties in found:
        if len(rows) >= MOST_SITES:
            raise TooLargeError(f"the file holds more than {MOST_SITES} sites")
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
        return site_archives.archive
    if body.startswith(b"SQLite format 3\0"):
        return site_archives.geopackage
    if head.startswith(b"<"):
        return site_xml.read
    if head.startswith((b"{", b"[")):
        return _geojson
    if b"\0" not in head:
        return _csv
    raise UnsupportedFormatError(
        f"the file is in no format that sites are read of; those are {', '.join(FORMATS)}"
    )


def _check_code(system: str) -> None:
    """Refuse a text that does not name a system by its code: PROJ would take pipelines, too."""
    if not _CODE.fullmatch(system):
        raise BadParameterError(
            f'"{system[:60]}" is no reference system that is known by a code, such as EPSG:32642'
        )


def _sites(rows: list[Found], system: str) -> list[CandidateSite]:
    try:
        crs = pyproj.CRS.from_user_input(system).to_2d()
        to_degrees = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as reason:
        raise BadParameterError(f'"{system[:60]}" is no reference system that is known') from reason
    if not (crs.is_geographic or crs.is_projected):
        raise BadParameterError(f"{crs.name} is a system of neither a map nor degrees")
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
        if crs.is_projected and (np.abs(xy) <= (180, 90)).all():
            raise BadExtentError(
                f"{where} at {xy[0, 0]:g}, {xy[0, 1]:g} looks like degrees, not like {crs.name}; "
                "name no reference system for degrees"
            )
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
            except (TypeError, ValueError, OverflowError):
                raise BadFileError(f'{where}: "{key}" is "{str(value)[:40]}", no number') from None
    return None


def _geojson(body: bytes) -> tuple[Iterator[Found], str]:
    document = documents.parsed(io.BytesIO(body))
    own = ""
    if isinstance(document, dict) and isinstance(document.get("crs"), dict):
        properties = document["crs"].get("properties")
        own = str(properties.get("name", "")) if isinstance(properties, dict) else ""
        if own:
            _check_code(own)
        document = {key: value for key, value in document.items() if key != "crs"}
    if isinstance(document, dict) and "coordinates" in document:
        document = {"type": "Feature", "properties": {}, "geometry": document}
    features = documents.features(document)

    def each() -> Iterator[Found]:
        for number, feature in enumerate(features, start=1):
            try:
                with np.errstate(invalid="ignore"):  # NaN is told below, with the name of the site
                    geometry = shape(feature["geometry"])
            except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError,
                    IndexError, OverflowError) as reason:  # fmt: skip
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
