import csv
import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.io import MemoryFile
from shapely.geometry.base import BaseGeometry

from layers import demo
from layers.demo import zoning
from layers.model import Context, Feature
from layers.store import PUBLIC, Batch, Reader, Writer

REPO = Path(__file__).parents[3]
SHARED = REPO.parent / "shared" / "data"
# True to scale at 38 and 50 N, and within one per cent between 34 and 54 N.
TO_METRES = pyproj.Transformer.from_crs(
    4326, "+proj=lcc +lat_1=38 +lat_2=50 +lat_0=44 +lon_0=70", always_xy=True
)


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared reference data are not here")
    return path


def _metres(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda c: np.column_stack(TO_METRES.transform(*c.T)))


# --- earthquakes ---------------------------------------------------------------------------------


def test_sixty_strong_earthquakes_since_1880_are_typed() -> None:
    events = demo.earthquakes()
    assert len(events) >= 60
    assert len({e.id for e in events}) == len(events)
    times = [e.time for e in events]
    assert all(t is not None and t >= datetime(1880, 1, 1, tzinfo=UTC) for t in times)
    assert times == sorted(times)  # type: ignore[type-var]
    for e in events:
        assert 46 <= e.geometry.x <= 88
        assert 34 <= e.geometry.y <= 57
        assert e.properties["magnitude"] >= 6
        assert e.properties["source"].startswith(("USGS ComCat", "NOAA NCEI"))
        assert e.properties["note"] == "typed from public-domain catalogues"


@pytest.mark.parametrize(
    ("place", "year"),
    [
        ("Verny", 1887), ("Chilik", 1889), ("Andijan", 1902), ("Karatag", 1907), ("Kemin", 1911),
        ("Chatkal", 1946), ("Khait", 1949), ("Gazli", 1976), ("Zhalanash", 1978), ("Gazli", 1984),
        ("Zaysan", 1990), ("Suusamyr", 1992), ("Nura", 2008),
    ],
)  # fmt: skip
def test_the_earthquakes_everyone_remembers_are_there(place: str, year: int) -> None:
    assert any(
        e.properties["place"].startswith(place) and e.time is not None and e.time.year == year
        for e in demo.earthquakes()
    )


def test_each_earthquake_has_a_name_in_every_language_and_its_letters() -> None:
    letters = {"kk": "[Ѐ-ӿ]", "ru": "[Ѐ-ӿ]", "uz": "[A-Za-zʻʼ]", "en": "[A-Za-z]"}
    for e in demo.earthquakes():
        for language, letter in letters.items():
            name = e.properties[f"name_{language}"]
            assert re.fullmatch(rf"({letter}|[ ,()–-])+", name), name


def test_no_nuclear_explosion_passes_for_an_earthquake() -> None:
    semipalatinsk, azgir = shapely.Point(78.8, 49.9), shapely.Point(48.1, 47.9)
    assert all(
        min(e.geometry.distance(semipalatinsk), e.geometry.distance(azgir)) > 1
        for e in demo.earthquakes()
    )


def _catalogue() -> list[tuple[datetime, timedelta, float, float, set[float]]]:
    """Instant, its uncertainty, lon, lat and all magnitudes of the public-domain catalogues."""
    listed = []
    with _shared("seismic/usgs_comcat_m6_1900_2023.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            listed.append(
                (
                    datetime.fromisoformat(row["time"]),
                    timedelta(seconds=2),
                    float(row["lon"]),
                    float(row["lat"]),
                    {float(row["mag"])},
                )
            )
    with _shared("seismic/noaa_significant_earthquakes.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if not (row["latitude"] and row["day"] and row["hour"]) or int(row["year"]) < 1880:
                continue
            parts = [int(float(row[k] or 0)) for k in ("year", "month", "day", "hour", "minute")]
            magnitudes = {float(v) for k, v in row.items() if k.startswith("eq_mag") and v}
            listed.append(
                (
                    datetime(*parts, tzinfo=UTC),  # type: ignore[misc, arg-type]
                    timedelta(minutes=1),
                    float(row["longitude"]),
                    float(row["latitude"]),
                    magnitudes,
                )
            )
    return listed


def test_every_earthquake_stands_in_a_public_domain_catalogue() -> None:
    catalogue = _catalogue()
    unmatched = []
    for event in demo.earthquakes():
        assert event.time is not None
        found = any(
            abs(event.time - time) <= uncertainty
            and abs(event.geometry.x - lon) <= 0.5
            and abs(event.geometry.y - lat) <= 0.5
            and any(abs(event.properties["magnitude"] - m) <= 0.3 for m in magnitudes)
            for time, uncertainty, lon, lat, magnitudes in catalogue
        )
        if not found:
            unmatched.append(event.id)
    assert unmatched == []


# --- faults --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published_traces() -> BaseGeometry:
    traces = []
    for name in ("gem_gaf_faults", "himatibetmap_faults"):
        document = json.loads(_shared(f"seismic/{name}.geojson").read_text(encoding="utf-8"))
        for feature in document["features"]:
            kind = feature["properties"].get("slip_type") or feature["properties"].get("type")
            if str(kind).lower() not in {"anticline", "syncline", "sycline"}:
                traces.append(shapely.from_geojson(json.dumps(feature["geometry"])))
    return _metres(shapely.union_all(traces))


@pytest.mark.parametrize("fault", demo.faults(), ids=lambda f: f.id)
def test_a_fault_says_what_it_is_and_how_far_to_trust_it(fault: Feature) -> None:
    facts = fault.properties
    assert all(facts[f"name_{language}"] for language in ("en", "kk", "ru", "uz"))
    assert facts["type"] in {"strike-slip", "reverse", "normal"}
    assert facts["slip_sense"] in {"dextral", "sinistral", None}
    assert facts["source"]
    assert facts["status"] == "demonstration"
    assert facts["note"].startswith("hand-generalised, demonstration")
    assert facts["position_accuracy_km"] == 10
    corners = shapely.get_coordinates(fault.geometry)
    assert 8 <= len(corners) <= 40
    np.testing.assert_allclose(corners / 0.05, np.rint(corners / 0.05), atol=1e-6)


@pytest.mark.parametrize("fault", demo.faults(), ids=lambda f: f.id)
def test_a_fault_keeps_within_10_km_of_a_published_trace(
    fault: Feature, published_traces: BaseGeometry
) -> None:
    """Every corner, and every point of the line between corners."""
    line = shapely.segmentize(_metres(fault.geometry), 2_000)
    apart = shapely.distance(shapely.points(shapely.get_coordinates(line)), published_traces)
    assert apart.max() <= 10_000


def test_a_fault_moves_as_the_traces_below_it_do() -> None:
    document = json.loads(_shared("seismic/gem_gaf_faults.geojson").read_text(encoding="utf-8"))
    slips = [f["properties"]["slip_type"].lower() for f in document["features"]]
    is_fault = ["cline" not in slip for slip in slips]
    slips = [slip for slip, kept in zip(slips, is_fault, strict=True) if kept]
    traces = shapely.STRtree(
        [
            shapely.from_geojson(json.dumps(f["geometry"]))
            for f, kept in zip(document["features"], is_fault, strict=True)
            if kept
        ]
    )
    for fault in demo.faults():
        corners = shapely.points(shapely.get_coordinates(fault.geometry))
        (_, nearest), apart = traces.query_nearest(corners, return_distance=True, all_matches=False)
        below = [slips[i] for i, d in zip(nearest, apart, strict=True) if d < 0.1]
        assert len(below) >= 5
        facts = fault.properties
        word = facts["slip_sense"] if facts["type"] == "strike-slip" else facts["type"]
        assert sum(word in slip for slip in below) > len(below) / 2, (fault.id, below)


def test_faults_are_not_copied_from_the_published_traces(published_traces: BaseGeometry) -> None:
    """The corners are our own: hardly any coincides with a corner of a published trace."""
    published = shapely.STRtree(shapely.points(shapely.get_coordinates(published_traces)))
    ours = shapely.points(
        np.vstack([shapely.get_coordinates(_metres(f.geometry)) for f in demo.faults()])
    )
    _, apart = published.query_nearest(ours, return_distance=True, all_matches=False)
    assert np.mean(apart < 100) < 0.02


# --- seismic zones -------------------------------------------------------------------------------


def test_the_files_of_hazard_and_zones_are_what_the_model_gives() -> None:
    folder = Path(zoning.__file__).parent / "data" / "hazard"
    made = zoning.grids()
    assert {path.name for path in folder.iterdir()} == made.keys()
    assert (folder / "hazard.toml").read_bytes() == made["hazard.toml"]
    for name in made.keys() - {"hazard.toml"}:
        with rasterio.open(folder / name) as kept, MemoryFile(made[name]) as new:
            assert kept.tags()["note"] == zoning.NOTE
            with new.open() as cells:
                np.testing.assert_allclose(kept.read(1), cells.read(1), rtol=1e-3, atol=1.1e-4)
    written = (Path(zoning.__file__).parent / "data" / "seismic_zones.geojson").read_text("utf-8")
    old = {f["id"]: f for f in json.loads(written)["features"]}
    new = {f["id"]: f for f in json.loads(zoning.geojson())["features"]}
    assert old.keys() == new.keys()
    for name, feature in new.items():
        assert old[name]["properties"] == feature["properties"]
        drawn, kept = (
            shapely.from_geojson(json.dumps(f["geometry"])) for f in (feature, old[name])
        )
        # Another processor or library may break a tie the other way: a step of the grid.
        assert shapely.hausdorff_distance(drawn.boundary, kept.boundary) <= zoning.GRID_DEG


def test_zones_tile_without_overlap_or_gap() -> None:
    areas = [z.geometry for z in demo.seismic_zones()]
    assert all(a.is_valid and a.geom_type == "Polygon" for a in areas)
    assert shapely.coverage_is_valid(areas)
    whole = shapely.union_all(areas)
    assert sum(a.area for a in areas) == pytest.approx(whole.area, rel=1e-12)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0


def test_neighbouring_zones_differ_by_one_grade() -> None:
    zones = demo.seismic_zones()
    for one, other in itertools.combinations(zones, 2):
        shared = one.geometry.boundary.intersection(other.geometry.boundary).length
        if shared > 0:
            assert abs(one.properties["msk"] - other.properties["msk"]) == 1, (one.id, other.id)


def test_zones_cover_both_states() -> None:
    whole = shapely.union_all([z.geometry for z in demo.seismic_zones()])
    document = json.loads(_shared("base/kaz_uzb_10m.geojson").read_text(encoding="utf-8"))
    for feature in document["features"]:
        assert shapely.from_geojson(json.dumps(feature["geometry"])).within(whole)


@pytest.mark.parametrize(
    ("code", "grade"),
    [
        ("KZALA", 9), ("KZKEG", 9), ("KZTAL", 7), ("KZAYD", 8), ("KZSHY", 8), ("KZOSK", 6),
        ("KZZAY", 8), ("KZAST", 6), ("KZSHL", 6), ("KZULK", 6), ("UZTAS", 8), ("UZSAM", 8),
        ("UZAND", 9), ("UZGAZ", 9), ("UZNUK", 6),
    ],
)  # fmt: skip
def test_places_lie_in_the_grade_that_the_model_gives_them(code: str, grade: int) -> None:
    """What came out. Annex B of SP RK 2.03-30-2017 has Shalkar 6 as here, and Aidarly 7, not 8."""
    station = next(s for s in demo.station_table().stations if s.code == code)
    here = shapely.Point(station.lon, station.lat)
    assert [z.properties["msk"] for z in demo.seismic_zones() if z.geometry.contains(here)] == [
        grade
    ]


def test_zones_say_that_they_are_no_official_map() -> None:
    for zone in demo.seismic_zones():
        facts = zone.properties
        assert facts["status"] == "demonstration"
        assert "not an official zoning map" in facts["note"]
        assert facts["label"] == zoning.LABELS[facts["msk"]]
        assert (facts["pga_min_g"], facts["pga_max_g"]) == zoning.PGA_G[facts["msk"]]
    grades = sorted({z.properties["msk"] for z in demo.seismic_zones()})
    assert grades == list(zoning.GRADES)
    limits = [zoning.PGA_G[g] for g in grades]
    assert all(low[1] == high[0] for low, high in itertools.pairwise(limits))


def test_the_outline_of_the_domain_is_drawn_smoothly() -> None:
    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    # One round by hand: each side keeps its middle half.
    once = zoning.smoothed(square, rounds=1)
    np.testing.assert_allclose(once[:2], [[1.0, 0.0], [3.0, 0.0]])
    assert len(once) == 8
    curve = zoning.smoothed(square)
    sides = np.roll(curve, -1, axis=0) - curve
    heading = np.unwrap(np.arctan2(sides[:, 1], sides[:, 0]))
    assert np.degrees(np.abs(np.diff(heading))).max() < 15


def test_a_folder_with_the_zones_of_an_earlier_edition_shows_the_new_ones_alone(
    tmp_path: Path,
) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    writer = Writer(tmp_path, Context.SIMULATED)
    old = [Feature("msk-9-6", demo.SEISMIC_ZONES, shapely.box(62, 39, 64, 41), {"msk": 9})]
    for name, features in (
        ("old", old), ("new", [*demo.seismic_zones(), *demo.withdrawn()]),
    ):  # fmt: skip
        writer.append_features(
            Batch(name, "", "test", None, Context.SIMULATED, now, "test"), features
        )
    writer.close()
    reader = Reader(tmp_path)
    shown = {s.feature.id for s in reader.each_feature(PUBLIC, now, demo.SEISMIC_ZONES)}
    reader.close()
    assert shown == {zone.id for zone in demo.seismic_zones()}
