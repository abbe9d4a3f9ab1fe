"""Contours of surfaces: where they lie, where they end, whose times and versions they have."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from layers.catalog import parse
from layers.errors import CatalogError, NoSurfaceError
from layers.geo import Bounds, CellGrid, Point, Window, cell_m, lonlat
from layers.kinds import KINDS, Sources, contours
from layers.kinds.contours import ContoursKind
from layers.kinds.isolines import isolines, simplified
from layers.model import Context, LayerDefinition, Palette, StyleDefinition, Surface
from layers.model.kind import Question
from layers.store import PUBLIC, Reader, Writer
from layers.tiles import Tiler, TileRequest

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
DOSE = "ambient_dose_rate"
GRID = CellGrid.covering(Bounds(60, 38, 75, 46), 5)
MEAN = StyleDefinition(
    "mean", measure="mean", symbol="isoline", breaks=(80.0, 100.0, 120.0),
    palette=Palette("p", ("#102030", "#506070", "#8090A0", "#F0F0F0")),
)  # fmt: skip
SURFACE = LayerDefinition("dose", "surface", "Dose", quantity=DOSE)
LINES = LayerDefinition("lines", "contours", "Lines", quantity=DOSE, source=SURFACE, styles=(MEAN,))


def field() -> np.ndarray:
    """A hill of 60 to 160 nSv/h in the middle of the grid."""
    row, col = np.mgrid[0 : GRID.height, 0 : GRID.width]
    far = np.hypot(row - GRID.height / 2, col - GRID.width / 2)
    return (160 - 100 * far / far.max()).astype(np.float32)


class House:
    def __init__(self, root: Path) -> None:
        self.writer, self.revision = Writer(root, Context.ROUTINE), 0
        self.reader = Reader(root)
        self.sources = Sources(self.reader, PUBLIC, lambda: NINE)

    def publish(self, value: np.ndarray, support: object = 0.2, at: datetime = NINE) -> None:
        self.revision += 1
        bands = np.zeros((3, *value.shape), np.float32)
        bands[0], bands[1], bands[2] = value, 1.0, support
        made = Surface(
            "dose", DOSE, at, self.revision, Context.ROUTINE, GRID, bands, "none", 0.2, "i",
            self.revision, {"unit": "nSv/h"},
        )  # fmt: skip
        self.writer.publish_surface(made, NINE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data")
    yield made
    made.reader.close()
    made.writer.close()


def xy(line: shapely.Geometry) -> np.ndarray:
    return shapely.get_coordinates(line)


def cells_at(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of positions, counted from the centre of the first cell."""
    west, north = GRID.origin_m
    side = cell_m(GRID.zoom)
    return (north - place[:, 1]) / side - 0.5, (place[:, 0] - west) / side - 0.5


def test_a_line_lies_where_the_value_is_between_the_centres_of_cells() -> None:
    value = np.broadcast_to(10.0 * np.arange(GRID.width), GRID.shape).astype(np.float32)
    geometry, level = isolines(value, GRID, (15.0, 40.0))
    assert level.tolist() == [15.0, 40.0]
    for line, col in zip(geometry, (1.5, 4.0), strict=True):
        row, found = cells_at(xy(line))
        np.testing.assert_allclose(found, col, atol=1e-6)
        assert (row.min(), row.max()) == pytest.approx((0, GRID.height - 1))


def test_lines_of_every_second_cell_lie_where_those_of_all_do() -> None:
    value = np.broadcast_to(10.0 * np.arange(GRID.width), GRID.shape).astype(np.float32)
    (line,), _ = isolines(value[::3, ::3], GRID, (45.0,), step=3)
    np.testing.assert_allclose(cells_at(xy(line))[1], 4.5, atol=1e-6)


@pytest.mark.parametrize("turned", [False, True])
def test_the_higher_values_lie_on_the_right(turned: bool) -> None:
    value = field() if not turned else 200 - field()
    geometry, level = isolines(value, GRID, (100.0, 120.0))
    checked = 0
    for line, each in zip(geometry, level, strict=True):
        place = xy(line)
        step = np.diff(place, axis=0)
        long = np.hypot(*step.T) > cell_m(GRID.zoom) / 3
        middle = (place[1:] + place[:-1])[long] / 2
        right = np.column_stack((step[long, 1], -step[long, 0]))
        right *= cell_m(GRID.zoom) / np.hypot(*right.T)[:, None]
        row, col = np.rint(cells_at(middle + right)).astype(int)
        inside = (row >= 0) & (row < GRID.height) & (col >= 0) & (col < GRID.width)
        assert (value[row[inside], col[inside]] > each).all()
        checked += int(inside.sum())
    assert checked > 100


def test_a_closed_line_ends_where_it_begins_and_lower_levels_come_first() -> None:
    geometry, level = isolines(field(), GRID, (140.0, 150.0))
    assert level.tolist() == [140.0, 150.0]
    assert all(shapely.is_closed(geometry))


def test_no_line_is_drawn_where_a_neighbour_is_unknown() -> None:
    value = field()
    value[:, 40:60] = np.nan
    value[10, 10] = np.nan
    geometry, _ = isolines(value, GRID, (80.0, 100.0, 120.0))
    row, col = cells_at(np.concatenate([xy(line) for line in geometry]))
    # The last centres that are known are those of columns 39 and 60.
    assert not ((col > 39 + 1e-9) & (col < 60 - 1e-9)).any()
    assert not ((abs(row - 10) < 1) & (abs(col - 10) < 1)).any()
    assert len(geometry) > 3


def test_nothing_known_or_nothing_reached_is_no_line() -> None:
    for value in (np.full(GRID.shape, np.nan, np.float32), np.ones(GRID.shape, np.float32)):
        geometry, level = isolines(value, GRID, (80.0,))
        assert len(geometry) == len(level) == 0


def test_a_simplified_line_stays_within_its_tolerance() -> None:
    geometry, _ = isolines(field(), GRID, (80.0, 100.0, 150.0))
    thin, kept = simplified(geometry, 2000.0, 100_000.0)
    assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(geometry).sum() / 2
    for line, of in zip(thin, kept, strict=True):
        assert shapely.hausdorff_distance(line, geometry[of], densify=0.1) <= 2000.0 * 1.001
    assert (shapely.length(geometry[kept]) >= 100_000.0).all()


def test_contours_have_the_times_and_versions_of_their_surface(house: House) -> None:
    kind = ContoursKind(LINES, house.sources)
    surface = KINDS["surface"].make(SURFACE, house.sources)
    assert kind.extent().times == ()
    with pytest.raises(NoSurfaceError):
        kind.version(None)
    assert kind.inspect(Point(67, 42), None)["reason"] == "no_surface"
    house.publish(field())
    house.publish(field() - 45, at=NINE + timedelta(hours=1))
    assert kind.extent() == surface.extent()
    assert kind.version(None) == surface.version(None) != kind.version(NINE)
    first = kind.version(NINE)
    assert set(kind.everything(NINE, first).properties["mean"]) == {80.0, 100.0, 120.0}
    newest = NINE + timedelta(hours=1)
    assert set(kind.everything(newest, kind.version(newest)).properties["mean"]) == {80.0, 100.0}
    house.publish(field() + 30, at=NINE)
    assert kind.version(NINE) != first
    kept = kind.everything(NINE, first).properties["mean"]
    assert set(kept) == {80.0, 100.0, 120.0}, "an older revision is kept for those who look at it"
    with pytest.raises(NoSurfaceError, match="abcdef"):
        kind.tile(Window(5, 21, 11), NINE, "abcdef", Question(MEAN))


def test_a_line_says_its_value_with_the_unit(house: House) -> None:
    house.publish(field())
    kind = ContoursKind(LINES, house.sources)
    found = kind.everything(NINE, kind.version(NINE))
    assert found.properties["label"][0] == "80 nSv/h"
    assert set(found.properties["unit"]) == {"nSv/h"}
    assert found.properties["mean"] == sorted(found.properties["mean"])
    assert len(set(found.ids)) == len(found.ids)
    x, y = xy(found.geometry[-1])[0]
    lon, lat = (float(v) for v in lonlat(x, y))
    click = kind.inspect(Point(lon, lat), None)
    assert click["known"] is True
    assert found.ids[-1] in [each["id"] for each in click["features"]]
    middle = CellGrid.at(GRID, np.array([GRID.height // 2]), np.array([GRID.width // 2]))
    assert kind.inspect(Point(float(middle[0][0]), float(middle[1][0])), None)["known"] is False


def test_what_the_network_cannot_know_has_no_line(house: House) -> None:
    support = np.full(GRID.shape, 0.2)
    support[:, : GRID.width // 2] = 0.95
    house.publish(field(), support)
    kind = ContoursKind(LINES, house.sources)
    found = kind.everything(NINE, kind.version(NINE))
    _, col = cells_at(np.concatenate([xy(line) for line in found.geometry]))
    assert col.min() >= GRID.width // 2 - 1e-9


def test_a_tile_holds_the_lines_that_touch_it_and_from_afar_fewer_vertices(house: House) -> None:
    house.publish(field() + np.random.default_rng(0).normal(0, 3, GRID.shape).astype(np.float32))
    kind = ContoursKind(LINES, house.sources)
    version = kind.version(NINE)
    whole = kind.everything(NINE, version)

    def vertices(window: Window) -> int:
        found = kind.tile(window, NINE, version, Question(MEAN))
        assert found is not None
        assert set(found.ids) <= set(whole.ids)
        return int(shapely.get_num_coordinates(found.geometry).sum())

    assert vertices(Window(2, 2, 1)) < vertices(Window(3, 5, 2)) < vertices(Window(5, 21, 11))
    assert kind.tile(Window(6, 0, 0), NINE, version, Question(MEAN)) is None
    deep = kind.tile(Window(9, 350, 190), NINE, version, Question(MEAN, buffer_px=16))
    assert deep is None or len(deep) < len(whole)


def test_a_surface_beyond_the_limit_is_thinned(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publish(field())
    fine = ContoursKind(LINES, house.sources)
    one = fine.everything(NINE, fine.version(NINE)).geometry
    monkeypatch.setattr(contours, "MOST_CELLS", GRID.width * GRID.height // 5)
    monkeypatch.setattr(contours, "_ROWS", 7)
    coarse = ContoursKind(LINES, house.sources)
    other = coarse.everything(NINE, coarse.version(NINE)).geometry
    count = [int(shapely.get_num_coordinates(g).sum()) for g in (one, other)]
    assert 2 * count[1] < count[0]
    apart = shapely.distance(shapely.points(xy(shapely.union_all(other))), shapely.union_all(one))
    assert apart.max() < cell_m(GRID.zoom)


def test_lines_are_tiles_that_others_can_read(house: House) -> None:
    house.publish(field())
    tiler = Tiler(
        {"lines": LINES}, {"lines": ContoursKind(LINES, house.sources)}, None, memory_bytes=0
    )
    request = TileRequest("lines", "mean", None, None, Window(5, 22, 11), "mvt")
    decoded = mapbox_vector_tile.decode(tiler.fetch(request).body)["lines"]["features"]
    assert {f["geometry"]["type"] for f in decoded} <= {"LineString", "MultiLineString"}
    assert {f["properties"]["label"] for f in decoded} >= {"100 nSv/h", "120 nSv/h"}
    drawn = tiler.fetch(TileRequest("lines", "mean", None, None, Window(5, 22, 11)))
    assert not drawn.empty


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": "dosis"}, 'no surface "dosis"; layers of kind surface are dose; did you mean'),
        ({"source": "zones"}, 'no surface "zones"'),
        ({"source": None}, '"source" is missing'),
        ({"levels": [2, 1]}, "rise strictly"),
        ({"levels": ["x"]}, "no number"),
        ({"levels": list(range(65))}, "65 levels; at most 64"),
        ({"style": [{"id": "s", "breaks": [1, 2], "unit": "uSv/h"}]}, "nSv/h"),
        ({"style": [{"id": "s"}]}, 'style "s" has no "breaks"'),
        ({"style": [{"id": "s", "measure": "exceedance", "breaks": [1]}]}, "exceedance"),
        ({"quantity": DOSE}, "quantity"),
    ],
)
def test_what_cannot_be_contoured_is_refused_by_name(change: dict[str, object], said: str) -> None:
    entry: dict[str, object] = {
        "id": "lines", "kind": "contours", "title": "T", "source": "dose",
        "style": [{"id": "s", "breaks": [1, 2]}], **change,
    }  # fmt: skip
    entry = {key: value for key, value in entry.items() if value is not None}
    surface = {"id": "dose", "kind": "surface", "title": "T", "quantity": DOSE}
    zones = {"id": "zones", "kind": "zones", "title": "T"}
    with pytest.raises(CatalogError, match=said):
        parse({"title": "T", "layer": [entry, surface, zones]}, Path("own.toml"), {})


def test_contours_show_no_more_than_their_surface_whose_quantity_they_have() -> None:
    surface = {
        "id": "dose", "kind": "surface", "title": "T", "quantity": DOSE, "support_limit": 0.4
    }  # fmt: skip
    entry = {"id": "lines", "kind": "contours", "title": "T", "source": "dose", "levels": [1, 2.5]}
    layer = parse({"title": "T", "layer": [entry, surface]}, Path("own.toml"), {}).layers[0]
    assert (layer.quantity, layer.support_limit) == (DOSE, 0.4)
    assert layer.source
    assert layer.source.id == "dose"
    assert contours.levels_of(layer, layer.styles[0]) == (1.0, 2.5)


def test_lines_are_made_once_for_each_version(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publish(field())
    made: list[int] = []
    drawn: Callable[..., object] = isolines

    def counted(*all_: object, **more: object) -> object:
        made.append(1)
        return drawn(*all_, **more)

    monkeypatch.setattr(contours, "isolines", counted)
    kind = ContoursKind(LINES, house.sources)
    version = kind.version(NINE)
    for zoom in range(3, 9):
        for _ in range(2):
            kind.tile(
                Window(zoom, 2**zoom * 2 // 3, 2**zoom * 3 // 8), NINE, version, Question(MEAN)
            )
    assert made == [1]
