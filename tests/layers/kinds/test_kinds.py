"""Four questions to every kind, over a real store and a real file."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from layers.errors import BadFileError, CatalogError, GoneError, NoSurfaceError, UnavailableError
from layers.geo import Bounds, CellGrid, Point, Window, mercator
from layers.kinds import KINDS, Sources
from layers.kinds.collection import degrees
from layers.model import (
    Context,
    Feature,
    Features,
    LayerDefinition,
    Network,
    Observation,
    Organisation,
    Picture,
    Raster,
    Station,
    StyleDefinition,
    Surface,
)
from layers.model.kind import LayerKind, Question
from layers.render.surface import off_scale
from layers.store import PUBLIC, Batch, Reader, Writer

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
NOW = NINE + timedelta(hours=3)
DOSE = "ambient_dose_rate"
TASHKENT = Point(69.24, 41.3)
AROUND = Window(6, 44, 23)
FAR = Window(6, 0, 0)


def features_of(found: object) -> Features:
    assert isinstance(found, Features)
    return found


class House:
    def __init__(self, root: Path) -> None:
        self.writer = Writer(root, Context.ROUTINE)
        self.reader = Reader(root)
        self.sources = Sources(self.reader, PUBLIC, lambda: NOW)
        self.sent = 0
        self.writer.put_organisations([Organisation("o", "O", "UZ")], writer="t", at=NINE)
        self.writer.put_networks([Network("n", "o", "Net")], writer="t", at=NINE)

    def kind(self, kind: str, **more: object) -> LayerKind:
        collection = "c" if "collection" in KINDS[kind].needs else None
        layer = LayerDefinition("l", kind, "L", **({"collection": collection} | more))
        return KINDS[kind].make(layer, self.sources)

    def batch(self) -> Batch:
        self.sent += 1
        return Batch(f"b{self.sent}", "", "t", None, Context.ROUTINE, NOW)

    def put(self, *rows: Feature) -> None:
        assert self.writer.append_features(self.batch(), rows).accepted == len(rows)

    def station(self, code: str, place: Point, **names: str) -> None:
        found = Station(code, "n", place.lon, place.lat, names)
        self.writer.put_stations([found], writer="t", at=NINE)

    def observe(self, code: str, value: float | None, at: datetime = NINE) -> None:
        row = Observation(code, DOSE, at, at + timedelta(hours=1), value, sd=2.0)
        self.writer.append_observations(self.batch(), [row])

    def surface(self, revision: int = 1) -> Surface:
        grid = CellGrid.covering(Bounds(60, 38, 75, 46), 4)
        bands = np.zeros((3, *grid.shape), np.float32)
        bands[0], bands[1], bands[2] = np.log(100.0), 0.1, 0.2
        bands[2, :, : grid.width // 3] = 0.99
        made = Surface(
            "l", DOSE, NINE, revision, Context.ROUTINE, grid, bands, "log", 0.2, "i", revision,
            {"unit": "nSv/h"},
        )  # fmt: skip
        self.writer.publish_surface(made, NOW)
        return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data")
    yield made
    made.reader.close()
    made.writer.close()


def asked(measure: str = "value", **more: object) -> Question:
    return Question(StyleDefinition("s", measure=measure), **more)


COLLECTIONS = ["zones", "faults", "quakes", "points"]


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_a_collection_without_features_is_empty_and_answers(house: House, kind: str) -> None:
    layer = house.kind(kind)
    version = layer.version(None)
    assert layer.tile(AROUND, None, version, asked()) is None
    assert layer.inspect(TASHKENT, None)["known"] is False
    assert layer.extent().times == ()


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_a_version_changes_with_its_collection_and_with_nothing_else(
    house: House, kind: str
) -> None:
    layer = house.kind(kind)
    empty = layer.version(None)
    house.put(Feature("a", "c", TASHKENT_BOX, {"mag": 6.0, "magnitude": 6.0}))
    first = layer.version(None)
    assert first != empty
    house.put(Feature("x", "another", shapely.Point(70, 40), {}))
    house.station("S", TASHKENT)
    assert layer.version(None) == first
    house.put(Feature("b", "c", shapely.Point(70, 40), {"magnitude": 7.0}))
    assert layer.version(None) != first
    with pytest.raises(GoneError, match="no longer kept"):
        layer.tile(AROUND, None, first, asked())


TASHKENT_BOX = shapely.box(69, 41, 70, 42)


def test_earthquakes_are_chosen_by_magnitude_and_by_time(house: House) -> None:
    layer = house.kind("quakes")
    place = AROUND.bounds
    for i, (magnitude, hours) in enumerate([(5.0, 0), (6.5, 1), (7.0, None), (None, 2)]):
        at = None if hours is None else NINE + timedelta(hours=hours)
        where = shapely.Point(place.west + 0.1 * (i + 1), place.south + 1)
        house.put(Feature(f"q{i}", "c", where, {"magnitude": magnitude}, time=at))
    version = layer.version(None)

    def shown(**more: object) -> set[str]:
        found = layer.tile(AROUND, None, version, asked(**more))
        return set() if found is None else set(features_of(found).ids)

    assert shown() == {"q0", "q1", "q2", "q3"}
    assert shown(min_magnitude=6.5) == {"q1", "q2"}
    assert shown(begin=NINE) == {"q0", "q1", "q3"}
    assert shown(end=TEN) == {"q0"}
    assert shown(begin=TEN, end=TEN + timedelta(seconds=1)) == {"q1"}
    assert shown(min_magnitude=6, begin=TEN) == {"q1"}
    assert shown(min_magnitude=9) == set()
    found = features_of(layer.tile(AROUND, None, version, asked(min_magnitude=6.5, end=NOW)))
    assert found.properties["magnitude"][0] == 6.5
    assert found.properties["time"][0] == "2026-11-23T10:00:00Z"


def test_a_point_at_180_degrees_is_in_the_buffer_of_the_tile_on_the_other_side(
    house: House,
) -> None:
    layer = house.kind("points")
    house.put(
        Feature("east", "c", shapely.Point(179.99, 10)),
        Feature("west", "c", shapely.Point(-179.99, 10)),
    )
    version = layer.version(None)
    for col in (0, 15):
        found = features_of(layer.tile(Window(4, col, 7), None, version, asked(buffer_px=16)))
        assert sorted(found.ids) == ["east", "west"]
        west, _, east, _ = Window(4, col, 7).bounds_m
        x = shapely.get_x(found.geometry)
        assert ((x > west - 2e5) & (x < east + 2e5)).all()
    within = features_of(layer.tile(Window(4, 0, 7), None, version, asked()))
    assert list(within.ids) == ["west"]


def test_a_point_beyond_the_square_of_the_tiles_is_not_moved_to_its_edge(house: House) -> None:
    layer = house.kind("points")
    house.put(
        Feature("pole", "c", shapely.Point(20, 90)),
        Feature("svalbard", "c", shapely.Point(20, 85.2)),
        Feature("alert", "c", shapely.Point(20, 82.5)),
    )
    version = layer.version(None)
    found = features_of(layer.tile(Window(0, 0, 0), None, version, asked()))
    assert list(found.ids) == ["alert"]
    wider = features_of(layer.tile(Window(0, 0, 0), None, version, asked(buffer_px=16)))
    assert sorted(wider.ids) == ["alert", "svalbard"]
    # A file holds them where they are.
    whole = layer.everything(None, version)  # type: ignore[attr-defined]
    lat = dict(zip(whole.ids, shapely.get_y(degrees(whole)), strict=True))
    assert lat == pytest.approx({"pole": 90, "svalbard": 85.2, "alert": 82.5})


def test_a_click_finds_points_and_areas_by_their_distance(house: House) -> None:
    layer = house.kind("points")
    house.put(
        Feature("area", "c", TASHKENT_BOX),
        Feature("near", "c", shapely.Point(TASHKENT.lon + 0.01, TASHKENT.lat)),
        Feature("far", "c", shapely.Point(TASHKENT.lon + 1, TASHKENT.lat)),
    )
    said = layer.inspect(TASHKENT, None)
    assert [f["id"] for f in said["features"]] == ["area", "near"]


def test_a_tile_holds_what_touches_it_and_its_buffer(house: House) -> None:
    layer = house.kind("points")
    bounds = AROUND.bounds
    beyond = bounds.east + (bounds.east - bounds.west) / 256 * 10
    house.put(
        Feature("in", "c", shapely.Point(bounds.west + 1, bounds.south + 1)),
        Feature("near", "c", shapely.Point(beyond, bounds.south + 1)),
        Feature("far", "c", shapely.Point(-100, 10)),
    )
    version = layer.version(None)
    assert set(features_of(layer.tile(AROUND, None, version, asked())).ids) == {"in"}
    wider = layer.tile(AROUND, None, version, asked(buffer_px=16))
    assert set(features_of(wider).ids) == {"in", "near"}
    assert layer.tile(Window(6, 10, 40), None, version, asked()) is None


def test_a_zone_has_its_grade_and_its_acceleration_and_says_which_is_derived(
    house: House,
) -> None:
    layer = house.kind("zones")
    house.put(
        Feature("grade", "c", TASHKENT_BOX, {"msk": 8}),
        Feature("shaking", "c", shapely.box(60, 38, 61, 39), {"pga_min_g": 0.25}),
    )
    (grade,) = layer.inspect(Point(69.5, 41.5), None)["features"]
    assert (grade["msk"], grade["pga_min_g"], grade["pga_max_g"]) == (8, 0.1, 0.2)
    assert "pga from msk" in grade["derived"]
    (shaking,) = layer.inspect(Point(60.5, 38.5), None)["features"]
    assert shaking["msk"] == 9
    assert "msk from pga" in shaking["derived"]
    assert layer.inspect(Point(50, 50), None)["known"] is False


@pytest.mark.parametrize("grade", [{"msk": 12}, {"msk": 10**400}, {"pga_min_g": -0.1}])
def test_a_grade_beyond_the_scale_stays_as_it_came(house: House, grade: dict[str, Any]) -> None:
    layer = house.kind("zones")
    house.put(Feature("z", "c", TASHKENT_BOX, grade))
    assert layer.extent().bounds.west == pytest.approx(69, abs=0.001)
    assert "derived" not in layer.everything(None, layer.version(None)).properties


def test_a_late_value_of_an_earlier_hour_changes_what_an_hour_shows_and_its_version(
    house: House,
) -> None:
    layer = house.kind("stations", quantity=DOSE)
    house.station("A", TASHKENT)
    house.station("B", Point(70.0, 41.0))
    house.observe("A", 100.0)
    version = layer.version(NINE)
    house.observe("B", 90.0, NINE - timedelta(hours=5))
    assert layer.version(NINE) != version
    assert len(layer.everything(NINE, layer.version(NINE)).ids) == 2
    before = layer.version(NINE)
    moved = Station("A", "n", TASHKENT.lon, TASHKENT.lat, elevation_m=455.0)
    house.writer.put_stations([moved], writer="t", at=NINE)
    assert layer.version(NINE) != before


def test_a_fold_is_told_from_a_fault(house: House) -> None:
    layer = house.kind("faults")
    line = shapely.LineString([(69, 41), (70, 42)])
    house.put(
        Feature("a", "c", line, {"slip_type": "Anticline"}),
        Feature("b", "c", line, {"type": "Reverse"}),
    )
    found = layer.everything(None, layer.version(None))
    assert dict(zip(found.ids, found.properties["fold"], strict=True)) == {"a": True, "b": False}


def test_stations_show_a_gap_as_a_gap_and_the_nearest_with_distance(house: House) -> None:
    layer = house.kind("stations", quantity=DOSE)
    with pytest.raises(NoSurfaceError):
        layer.version(None)
    house.station("A", TASHKENT, en="Tashkent", kk="Ташкент")
    house.station("B", Point(70.0, 42.0))
    house.observe("A", 120.0)
    house.observe("B", None)
    assert layer.extent().times == (NINE,)
    version = layer.version(None)
    found = features_of(layer.tile(AROUND, None, version, asked(buffer_px=64)))
    shown = zip(found.properties["value"], found.properties["mark"], strict=True)
    held = dict(zip(found.ids, shown, strict=True))
    assert held == {"A": (120.0, "normal"), "B": (None, "missing")}
    click = layer.inspect(TASHKENT, None)
    nearest = click["nearest_stations"]
    assert [n["code"] for n in nearest] == ["A", "B"]
    assert nearest[0]["distance_km"] == pytest.approx(0, abs=1e-6)
    assert nearest[1]["distance_km"] == pytest.approx(100, abs=2)
    house.observe("A", 130.0)
    assert layer.version(None) != version
    house.observe("A", 125.0, TEN)
    assert layer.extent().times == (NINE, TEN)
    assert layer.version(NINE) != layer.version(TEN)


def test_a_silent_station_is_shown_for_a_day_and_then_no_more(house: House) -> None:
    layer = house.kind("stations", quantity=DOSE)
    house.station("A", TASHKENT)
    house.station("B", Point(70.0, 42.0))
    house.observe("A", 120.0, NINE - timedelta(hours=30))
    house.observe("B", 110.0, NINE - timedelta(hours=20))
    house.observe("B", 111.0, NINE)
    shown = layer.everything(NINE, layer.version(NINE))
    assert set(shown.ids) == {"B"}
    before = NINE - timedelta(hours=20)
    then = layer.everything(before, layer.version(before))
    marks = dict(zip(then.ids, then.properties["mark"], strict=True))
    assert marks == {"A": "missing", "B": "normal"}


def test_a_surface_is_measured_as_its_style_asks_and_hides_what_nobody_can_know(
    house: House,
) -> None:
    layer = house.kind("surface", quantity=DOSE)
    with pytest.raises(NoSurfaceError):
        layer.version(None)
    assert layer.inspect(TASHKENT, None) == {"known": False, "reason": "no_surface", "values": []}
    made = house.surface()
    version = layer.version(None)

    def value(measure: str, **more: object) -> np.ndarray:
        found = layer.tile(AROUND, NINE, version, asked(measure, **more))
        assert isinstance(found, Raster)
        shown = found.bands["value"]
        return np.where(found.known, off_scale(found.scale, shown), np.nan)

    mean = value("mean")
    known = np.isfinite(mean)
    assert known.any()
    assert mean[known] == pytest.approx(100 * np.exp(0.005), rel=1e-5)
    assert value("median")[known] == pytest.approx(100.0, rel=1e-5)
    chance = value("exceedance", threshold=100.0)[known]
    assert chance == pytest.approx(0.5, abs=1e-5)
    assert value("quantile", quantile=0.95)[known] == pytest.approx(100 * np.exp(0.16449), rel=1e-4)
    assert layer.tile(FAR, NINE, version, asked("mean")) is None
    unknown = made.grid.bounds
    click = layer.inspect(Point(unknown.west + 0.5, 42.0), None)
    assert (click["known"], click["reason"]) == (False, "no_station_near")
    assert layer.inspect(Point(0, 0), None)["reason"] == "outside_domain"
    told = {v["name"]: v for v in layer.inspect(TASHKENT, None)["values"]}
    assert told["median"]["value"] == pytest.approx(100.0, rel=1e-5)
    assert told["median"]["unit"] == "nSv/h"
    house.surface(2)
    assert layer.version(None) != version
    old = layer.tile(AROUND, NINE, version, asked("mean"))
    assert isinstance(old, Raster), "an older revision is kept for those who look at it"


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    """A grid of 40 x 40 cells of 10 km in UTM 42 N around Tashkent; column 0 is empty."""
    path = tmp_path / "utm.tif"
    cells = np.arange(1600, dtype=np.float32).reshape(40, 40)
    cells[:, 0] = -9999
    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=40, count=1, dtype="float32",
        crs="EPSG:32642", transform=Affine(10_000, 0, 300_000, 0, -10_000, 4_800_000), nodata=-9999,
    ) as dataset:  # fmt: skip
        dataset.write(cells, 1)
    return path


def test_a_raster_of_another_projection_is_shown_cell_for_cell(house: House, raster: Path) -> None:
    layer = house.kind("raster", paths=(raster,), options={"unit": "nSv/h"})
    click = layer.inspect(TASHKENT, None)
    with rasterio.open(raster) as dataset:
        xs, ys = rasterio.warp.transform("OGC:CRS84", dataset.crs, [69.24], [41.3])
        expected = float(next(dataset.sample([(xs[0], ys[0])]))[0])
    assert [v["value"] for v in click["values"]] == [expected]
    assert click["values"][0]["unit"] == "nSv/h"
    window = AROUND
    found = layer.tile(window, None, layer.version(None), asked())
    assert isinstance(found, Raster)
    x, y = (float(v) for v in mercator(TASHKENT.lon, TASHKENT.lat))
    west, south, east, north = window.bounds_m
    cells = found.bands["value"]
    margin, size = found.margin, cells.shape[0] - 2 * found.margin
    col = margin + int((x - west) / (east - west) * size)
    row = margin + int((north - y) / (north - south) * size)
    assert cells[row, col] == expected
    assert layer.inspect(Point(0, 0), None)["known"] is False
    assert layer.tile(FAR, None, layer.version(None), asked()) is None


def test_a_raster_is_named_by_what_its_folder_says_of_it(house: House, raster: Path) -> None:
    first = house.kind("raster", paths=(raster,)).version(None)
    assert house.kind("raster", paths=(raster,)).version(None) == first
    os.utime(raster, ns=(0, raster.stat().st_mtime_ns + 1))
    assert house.kind("raster", paths=(raster,)).version(None) != first


def test_a_raster_over_the_antimeridian_is_opened(house: House, tmp_path: Path) -> None:
    path = tmp_path / "pacific.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=10, count=1, dtype="float32",
        crs="EPSG:3832", transform=Affine(100_000, 0, 2_000_000, 0, -100_000, 500_000),
    ) as dataset:  # fmt: skip
        dataset.write(np.ones((10, 40), np.float32), 1)
    layer = house.kind("raster", paths=(path,))
    assert (layer.extent().bounds.west, layer.extent().bounds.east) == (-180.0, 180.0)


def test_a_file_that_is_no_raster_is_refused_by_name(house: House, tmp_path: Path) -> None:
    for name, body in (("cut.tif", b"II*\x00\x08"), ("text.tif", b"hello")):
        (tmp_path / name).write_bytes(body)
        layer = LayerDefinition("l", "raster", "L", paths=(tmp_path / name,))
        with pytest.raises(BadFileError, match=name):
            KINDS["raster"].check(layer)
        kind = house.kind("raster", paths=layer.paths)
        with pytest.raises(UnavailableError, match=name):
            kind.tile(AROUND, None, kind.version(None), asked())
        assert kind.inspect(TASHKENT, None)["known"] is False


class Land:
    """A source that draws every tile of a block in one colour."""

    token = "land"
    bounds = Bounds(20, 20, 116, 67)

    def draw(self, window: Window, theme: str, block_px: int) -> Mapping[Window, np.ndarray]:
        side = block_px // window.size_px
        first = (window.col // side * side, window.row // side * side)
        rgba = np.full((window.size_px, window.size_px, 4), len(theme), np.uint8)
        return {
            Window(window.zoom, first[0] + i, first[1] + j, window.size_px): rgba
            for i in range(side)
            for j in range(side)
        }


def test_the_base_map_gives_its_block_and_knows_nothing_of_a_place(house: House) -> None:
    layer = LayerDefinition("basemap", "basemap", "Land")
    with pytest.raises(CatalogError, match="no base map data"):
        KINDS["basemap"].make(layer, house.sources)
    sources = Sources(house.reader, PUBLIC, lambda: NOW, Land())
    kind = KINDS["basemap"].make(layer, sources)
    found = kind.tile(AROUND, None, "land", asked("dark"))
    assert isinstance(found, Picture)
    assert found.rgba[0, 0, 0] == len("dark")
    assert len(found.beside) == 15
    assert AROUND not in found.beside
    assert kind.inspect(TASHKENT, None)["known"] is False


def test_a_raster_that_breaks_under_a_running_server_is_gone_and_harms_no_other(
    house: House, raster: Path
) -> None:
    layer = house.kind("raster", paths=(raster,))
    version = layer.version(None)
    raster.write_bytes(raster.read_bytes()[:1_500])
    with pytest.raises(GoneError, match="cannot be read any more"):
        layer.tile(AROUND, None, version, asked())
    said = layer.inspect(TASHKENT, None)
    assert (said["known"], said["values"]) == (False, [])


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_a_feature_whose_time_begins_or_ends_is_another_version(house: House, kind: str) -> None:
    place = shapely.Point(69, 41)
    house.put(
        Feature("always", "c", place),
        Feature("ends", "c", place, valid_to=TEN),
        Feature("begins", "c", place, valid_from=TEN + timedelta(hours=1)),
    )
    seen: dict[str, set[str]] = {}
    layer = house.kind(kind)
    for now in (NINE, TEN - timedelta(seconds=1), TEN, TEN + timedelta(hours=2)):
        house.sources = Sources(house.reader, PUBLIC, lambda now=now: now)
        layer._sources = house.sources  # type: ignore[attr-defined]
        version = layer.version(None)
        ids = set(features_of(layer.everything(None, version)).ids)
        assert seen.setdefault(version, ids) == ids
        # Another worker that has just been started tells the same.
        assert house.kind(kind).version(None) == version
    assert list(seen.values()) == [{"always", "ends"}, {"always"}, {"always", "begins"}]


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_are_hours_without_values(house: House, year: int) -> None:
    house.station("S", TASHKENT)
    house.observe("S", 100.0)
    layer = house.kind("stations", quantity=DOSE)
    for at in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, tzinfo=UTC)):
        with pytest.raises(NoSurfaceError):
            layer.version(at)
