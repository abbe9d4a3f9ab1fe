"""Candidate sites from every format that planners hold, and from files that mean no good."""

import contextlib
import io
import json
import sqlite3
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import (
    BadExtentError,
    BadFileError,
    BadParameterError,
    LayersError,
    TooLargeError,
    UnavailableError,
    UnsupportedFormatError,
)
from layers.exchange import site_archives, sites

PLACES = ((73.95, 45.15), (67.35, 40.45), (64.7, 39.75))
NAMES = ("Үлкен", "Tuzkan – janub", "Тудакуль")
UTM = "EPSG:32642"


def features(**more: object) -> bytes:
    listed = [
        {
            "type": "Feature",
            "properties": {"name": name, "accuracy_km": 3},
            "geometry": {"type": "Point", "coordinates": list(place)},
        }
        for name, place in zip(NAMES, PLACES, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed, **more}).encode()


def written(path: Path, driver: str, crs: str = "EPSG:4326") -> bytes:
    to = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    points = shapely.points(*to.transform(*np.array(PLACES).T))
    pyogrio.raw.write(
        path, np.array(shapely.to_wkb(points), object), [np.array(NAMES, object)], ["name"],
        geometry_type="Point", crs=crs, driver=driver, encoding="UTF-8",
    )  # fmt: skip
    return path.read_bytes() if path.suffix == ".gpkg" else b""


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return stream.getvalue()


def shapefile(folder: Path, crs: str) -> bytes:
    folder.mkdir()
    written(folder / "alan.shp", "ESRI Shapefile", crs)
    return zipped({f"data/{p.name}": p.read_bytes() for p in folder.iterdir()})


KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    + "".join(
        f"<Placemark><name>{name}</name><Point><coordinates>{x},{y},0</coordinates></Point>"
        "</Placemark>"
        for name, (x, y) in zip(NAMES, PLACES, strict=True)
    )
    + "</Document></kml>"
).encode()
GPX = (
    '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    + "".join(
        f'<wpt lat="{y}" lon="{x}"><name>{name}</name></wpt>'
        for name, (x, y) in zip(NAMES, PLACES, strict=True)
    )
    + "</gpx>"
).encode()
CSV = "name;lon;lat\n" + "".join(
    f"{name};{x:.2f};{y:.2f}\n".replace(".", ",")
    for name, (x, y) in zip(NAMES, PLACES, strict=True)
)


@pytest.mark.parametrize("kind", ["geojson", "kml", "kmz", "gpx", "shapefile", "gpkg", "csv"])
def test_the_same_three_sites_are_read_of_every_format(tmp_path: Path, kind: str) -> None:
    body = {
        "geojson": features,
        "kml": lambda: KML,
        "kmz": lambda: zipped({"doc.kml": KML}),
        "gpx": lambda: GPX,
        "shapefile": lambda: shapefile(tmp_path / "s", UTM),
        "gpkg": lambda: written(tmp_path / "s.gpkg", "GPKG", UTM),
        "csv": CSV.encode,
    }[kind]()
    found = sites.read(body, f"alan.{kind}")
    assert [site.name for site in found] == list(NAMES)
    np.testing.assert_allclose([(s.lon, s.lat) for s in found], PLACES, atol=1e-7)
    assert [site.accuracy_m for site in found] == [3000.0 if kind == "geojson" else None] * 3
    assert [site.id for site in found] == ["s1", "s2", "s3"]


def test_places_in_metres_are_read_by_the_system_that_the_file_or_its_sender_names() -> None:
    to = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:28413", always_xy=True)
    x, y = to.transform(73.95, 45.15)
    table = f"name,x,y\nUlken,{x:.3f},{y:.3f}\n".encode()
    (site,) = sites.read(table, crs="EPSG:28413")
    assert (site.lon, site.lat) == pytest.approx((73.95, 45.15), abs=1e-7)
    with pytest.raises(BadExtentError, match="need their reference system"):
        sites.read(table)
    with pytest.raises(BadParameterError, match="no reference system"):
        sites.read(table, crs="EPSG:123456789")
    x, y = pyproj.Transformer.from_crs("OGC:CRS84", UTM, always_xy=True).transform(67.35, 40.45)
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32642"}},
        "features": [{"type": "Feature", "properties": None,
                      "geometry": {"type": "Point", "coordinates": [x, y]}}],
    }  # fmt: skip
    (site,) = sites.read(json.dumps(document).encode())
    assert (site.lon, site.lat) == pytest.approx((67.35, 40.45), abs=1e-7)


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ("EPSG:4978", "neither"),  # metres from the middle of the Earth
        ("EPSG:5773", "neither"),  # heights
        ("+proj=utm +zone=42 +ellps=WGS84", "known by a code"),
        ("+init=/etc/hostname:x", "known by a code"),
        ("http://example.com/x", "known by a code"),
        ("\0", "known by a code"),
    ],
)
def test_a_system_is_named_by_a_code_and_is_one_of_a_map_or_of_degrees(crs: str, said: str) -> None:
    with pytest.raises(BadParameterError, match=said):
        sites.read(b"lon,lat\n69,41\n", crs=crs)
    with pytest.raises(LayersError):
        sites.read(features(crs={"type": "name", "properties": {"name": crs}}))


@pytest.mark.parametrize(
    "name",
    ["EPSG:4326", "OGC:CRS84", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC:1.3:CRS84",
     "http://www.opengis.net/def/crs/EPSG/0/4326"],
)  # fmt: skip
def test_a_system_has_several_spellings(name: str) -> None:
    (site,) = sites.read(b"lon,lat\n69,41\n", crs=name)
    assert (site.lon, site.lat) == pytest.approx((69, 41))


def test_a_package_that_has_heights_too_is_read_by_its_places(tmp_path: Path) -> None:
    found = sites.read(written(tmp_path / "s.gpkg", "GPKG", "EPSG:4979"))
    np.testing.assert_allclose([(s.lon, s.lat) for s in found], PLACES, atol=1e-7)


def with_view(path: Path, select: str) -> bytes:
    """Return a GeoPackage whose layer of places is a view."""
    path.parent.mkdir()
    written(path, "GPKG")
    with contextlib.closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("ALTER TABLE s RENAME TO held")
        base.execute(f"CREATE VIEW s AS {select}")
        base.execute("DELETE FROM gpkg_ogr_contents")
        base.commit()
    return path.read_bytes()


def test_a_view_is_read_unless_it_has_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = with_view(tmp_path / "plain" / "s.gpkg", "SELECT * FROM held")
    assert [site.name for site in sites.read(plain)] == list(NAMES)
    endless = with_view(
        tmp_path / "endless" / "s.gpkg",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) "
        "SELECT r.i AS fid, held.geom AS geom FROM r, held WHERE r.i < 0",
    )
    monkeypatch.setattr(site_archives, "CPU_S", 1)
    with pytest.raises(BadFileError, match=r"more than 1 seconds.*no end"):
        sites.read(endless)


def test_a_geometry_that_is_not_read_is_named(tmp_path: Path) -> None:
    corners = [(69, 41, 0), (70, 41, 0), (69, 42, 0), (69, 41, 0)]
    triangle = struct.pack("<BIII12d", 1, 1017, 1, 4, *np.ravel(corners))
    with warnings.catch_warnings(action="ignore"):
        pyogrio.raw.write(
            tmp_path / "s.gpkg", np.array([triangle], object), [np.array([1])], ["a"],
            geometry_type="Unknown", crs="EPSG:4326", driver="GPKG",
        )  # fmt: skip
    with pytest.raises(BadFileError, match="feature 1 has a geometry that is not read"):
        sites.read((tmp_path / "s.gpkg").read_bytes())


def test_an_area_becomes_the_circle_around_it() -> None:
    ring = [[67.0, 40.0], [67.1, 40.0], [67.1, 40.1], [67.0, 40.1], [67.0, 40.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    (site,) = sites.read(json.dumps(area).encode())
    assert (site.lon, site.lat) == pytest.approx((67.05, 40.05), abs=1e-3)
    # Half the diagonal of 8.5 km by 11.1 km.
    assert site.accuracy_m == pytest.approx(7000, abs=100)


def test_what_is_written_is_read_back() -> None:
    found = sites.read(features())
    assert sites.read(sites.geojson(found)) == found


def evil_zip(name: str) -> bytes:
    return zipped({name: b"x"})


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * 30_000_000)
    return stream.getvalue()


def lying() -> bytes:
    """An archive whose directory claims less than its member unpacks to."""
    body = bytearray(bomb())
    size = (30_000_000).to_bytes(4, "little")
    small = (100).to_bytes(4, "little")
    return bytes(body.replace(size, small).replace(b"a.shp", b"a.kml"))


def linked() -> bytes:
    """A shapefile whose parts are symbolic links to what lies outside."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("a.shp", "a.shx", "a.dbf"):
            link = zipfile.ZipInfo(name)
            link.create_system, link.external_attr = 3, 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


BILLION = (
    b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<kml><Placemark><name>&b;</name></Placemark></kml>"
)
OUTSIDE = (
    b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<kml><Placemark><name>&x;</name><Point><coordinates>70,40</coordinates></Point></Placemark>"
    b"</kml>"
)


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (b"", BadFileError, "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", UnsupportedFormatError, "no format that sites are read of"),
        (b"%PDF-1.4 \0", UnsupportedFormatError, "geojson, kml"),
        (b"<html><body/></html>", UnsupportedFormatError, 'XML of "html"'),
        (b"<kml><Placemark>", BadFileError, "no whole XML"),
        (b"<kml/>", BadFileError, "no site"),
        (b"<kml>" + b"<Placemark>" * 20_000 + b"</Placemark>" * 20_000 + b"</kml>", BadFileError,
         "within another"),
        (BILLION, BadFileError, "entities"),
        (OUTSIDE, BadFileError, "entities"),
        (evil_zip("../../etc/cron.d/x.shp"), BadFileError, "leads outside"),
        (evil_zip("/etc/x.shp"), BadFileError, "leads outside"),
        (evil_zip("C:\\x.shp"), BadFileError, "leads outside"),
        (evil_zip("readme.txt"), UnsupportedFormatError, "neither a shapefile nor a KML"),
        (evil_zip("a.shp"), BadFileError, "has no .shx, .dbf"),
        (zipped({"a.shp": b"", "b.shp": b""}), UnsupportedFormatError, "2 shapefiles"),
        (zipped({f"{i}.txt": b"" for i in range(70)}), TooLargeError, "70 files"),
        (zipped({"a.shp": b"x", "a.shx": b"y", "a.dbf": b"z"}), BadFileError, "no ESRI Shapefile"),
        (linked(), BadFileError, "no ESRI Shapefile"),
        (zipped({"in.zip": zipped({"a.kml": b"<kml/>"})}), UnsupportedFormatError, "neither a"),
        (bomb(), TooLargeError, "unpacks to more"),
        (lying(), LayersError, "cannot be unpacked|is broken|unpacks to more"),
        (b"PK\x03\x04" + b"\0" * 100, BadFileError, "archive is broken"),
        (b"SQLite format 3\0" + b"\0" * 4000, BadFileError, "no GPKG"),
        (b"name,easting_m\na,1\n", BadFileError, "no columns of places"),
        (b"name,lon,lat\na,east,40\n", BadFileError, "line 2: east, 40 is no place"),
        (b"name,lon,lat\na,40,170\n", BadExtentError, "swapped"),
        (b"name,lon,lat,accuracy_m\na,70,40,near\n", BadFileError, "no number"),
        (b"name,lon,lat,accuracy_m\na,70,40,-5\n", BadParameterError, "accuracy of -5"),
        (b'{"type":"Point","coordinates":[1e400,2]}', LayersError, "at no place"),
        (b'{"type":"Point","coordinates":[1%s,2]}' % (b"0" * 400), BadFileError, "no geometry"),
        (b'{"type":"Feature","properties":{"accuracy_m":1%s},"geometry":{"type":"Point",'
         b'"coordinates":[69,41]}}' % (b"0" * 400), BadFileError, "no number"),
        (b'{"type":"Point","coordinates":[NaN,40]}', BadExtentError, "at no place"),
        (b'{"type":"Polygon","coordinates":[[[70,40],[71,NaN],[71,41],[70,40]]]}',
         BadExtentError, "at no place"),
        (b'{"type":"Polygon","coordinates":[]}', BadFileError, "has no place"),
        (b"name,lon,lat\na,nan,40\n", BadExtentError, "at no place"),
        (b"<kml><Placemark><Point><coordinates>nan,40</coordinates></Point></Placemark></kml>",
         BadExtentError, "at no place"),
        (b'{"type":"Point","coordinates":[500000,4600000]}', BadExtentError, "need their refer"),
        (b'{"type":"Feature","geometry":null}', BadFileError, "no geometry"),
        (b'{"type":"Feature","geometry":{"type":"Circle"}}', BadFileError, "no geometry"),
        (b'{"type":"FeatureCollection","features":[]}', BadFileError, "no site"),
        (b'{"type":"Topology"}', BadFileError, "no GeoJSON"),
        (b"name,lon,lat\n" + b"a,70,40\n" * 15, TooLargeError, "more than 14"),
        (b"x" * 5_000_001, TooLargeError, "5,000,001 bytes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_answered_by_a_sentence(
    body: bytes, error: type[LayersError], said: str
) -> None:
    with pytest.raises(error, match=said):
        sites.read(body, "sites")


@pytest.mark.parametrize(
    ("body", "crs", "error", "said"),
    [
        (
            b'{"type":"Point","coordinates":[5e5,46e5]}',
            "EPSG:999999",
            BadParameterError,
            "is known",
        ),
        (b"name,x,y\na,1,2\n", "; drop table", BadParameterError, "no reference system"),
        (b'{"type":"Point","coordinates":[70,40]}', "EPSG:32642", BadExtentError, "looks like deg"),
        (b'{"type":"Point","coordinates":[5e6,5e6]}', "EPSG:4978", BadParameterError, "neither a"),
    ],
)
def test_a_reference_system_that_cannot_be_that_of_the_places_is_told(
    body: bytes, crs: str, error: type[LayersError], said: str
) -> None:
    with pytest.raises(error, match=said):
        sites.read(body, "sites", crs)


def test_an_outline_of_too_many_corners_is_refused() -> None:
    angle = np.linspace(0, 2 * np.pi, 100_002)
    ring = np.column_stack([70 + np.cos(angle), 40 + np.sin(angle)]).round(3).tolist()
    ring[-1] = ring[0]
    body = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    with pytest.raises(TooLargeError, match="vertices"):
        sites.read(body)


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"<", b"{", b"lon,lat\n"]))
def test_whatever_bytes_come_the_answer_is_sites_or_a_sentence(body: bytes, head: bytes) -> None:
    with contextlib.suppress(LayersError):
        assert sites.read(head + body)


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 255))
def test_an_archive_with_a_spoilt_byte_is_answered_too(at: int, byte: int) -> None:
    body = bytearray(zipped({"doc.kml": KML}))
    body[at % len(body)] = byte
    with contextlib.suppress(LayersError):
        assert sites.read(bytes(body))


def test_no_more_files_are_read_by_gdal_at_once_than_have_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = written(tmp_path / "s.gpkg", "GPKG")
    monkeypatch.setattr(site_archives, "CHILD_WAIT_S", 0.01)
    with contextlib.ExitStack() as held:
        for _ in range(site_archives.CHILDREN):
            held.enter_context(site_archives._child())
        with pytest.raises(UnavailableError, match="ask again"):
            sites.read(body)
        # What needs no process of its own waits for nobody.
        assert len(sites.read(b"lon,lat\n69,41\n")) == 1
    for _ in range(site_archives.CHILDREN + 1):  # each gives its place back
        assert len(sites.read(body)) == len(PLACES)
