import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geo import GEOD, Point
from layers.screening import Shapes, to_points

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
ULKEN, TUZKAN = Point(73.98, 45.2), Point(67.48, 40.55)


def by_brute_force(place: Point, line: shapely.Geometry, step_deg: float = 2e-6) -> float:
    """The smallest geodesic to points every 0.2 m along the nearest part of a line."""
    xy = shapely.get_coordinates(shapely.segmentize(line, 0.002))
    _, _, far = GEOD.inv(*np.full((2, len(xy)), [[place.lon], [place.lat]]), *xy.T)
    near = int(np.argmin(far))
    best = np.inf
    for a, b in ((near - 1, near), (near, near + 1)):
        if a >= 0 and b < len(xy):
            share = np.linspace(0, 1, 1 + int(np.abs(xy[b] - xy[a]).max() / step_deg))[:, None]
            fine = xy[a] + share * (xy[b] - xy[a])
            _, _, far = GEOD.inv(*np.full((2, len(fine)), [[place.lon], [place.lat]]), *fine.T)
            best = min(best, float(far.min()))
    return best


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(60, 82), st.floats(38, 52)), min_size=2, max_size=5, unique=True),
    st.floats(60, 82),
    st.floats(38, 52),
)
def test_the_way_to_a_line_is_the_shortest_geodesic_to_a_metre(vertices, lon, lat) -> None:
    line, place = shapely.LineString(vertices), Point(lon, lat)
    ways = Shapes([line]).ways(place)
    assert ways.distance_m[0] == pytest.approx(by_brute_force(place, line), abs=1.0)
    # It leads where it says.
    there, _, _ = GEOD.fwd(place.lon, place.lat, ways.azimuth_deg[0], ways.distance_m[0])
    assert there == pytest.approx(ways.lon[0], abs=1e-6)


def test_the_nearest_of_all_real_faults_is_that_of_a_brute_force_search() -> None:
    file = SHARED / "seismic" / "gem_gaf_faults.geojson"
    if not file.is_file():
        pytest.skip("the shared data are not here")
    lines = [
        shapely.geometry.shape(f["geometry"]) for f in json.loads(file.read_text())["features"]
    ]
    shapes = Shapes(lines)
    for place in (ULKEN, TUZKAN, Point(76.93, 43.24)):
        ways = shapes.ways(place)
        assert len(ways) == len(lines)
        # Coarsely for all of them, finely for the nearest ones.
        coarse = np.array([by_brute_force(place, line, 1e-4) for line in lines])
        assert np.all(np.abs(ways.distance_m - coarse) < 10)
        for i in ways.order()[:5]:
            assert ways.distance_m[i] == pytest.approx(by_brute_force(place, lines[i]), abs=1.0)
        assert set(ways.order()[:5]) == set(np.argsort(coarse)[:5])


def test_an_area_that_holds_the_place_is_at_no_distance_and_its_edge_counts() -> None:
    area = shapely.box(73, 45, 75, 46)
    ways = Shapes([area, shapely.box(80, 45, 81, 46)]).ways(ULKEN)
    assert ways.distance_m[0] == 0
    assert np.isnan(ways.azimuth_deg[0])
    _, _, edge = GEOD.inv(ULKEN.lon, ULKEN.lat, 80, 45.2)
    assert ways.distance_m[1] == pytest.approx(edge, rel=1e-3)
    assert Shapes([area]).ways(Point(73, 45)).distance_m[0] == 0


def test_points_lines_of_several_parts_and_nothing_are_measured_too() -> None:
    point = shapely.Point(75, 45.2)
    parts = shapely.MultiLineString([[(80, 45), (80, 46)], [(74.1, 45), (74.1, 46)]])
    ways = Shapes([point, parts]).ways(ULKEN)
    assert ways.distance_m[0] == to_points(ULKEN, np.array([75.0]), np.array([45.2])).distance_m[0]
    assert ways.lon[1] == pytest.approx(74.1)
    assert len(Shapes([]).ways(ULKEN)) == 0


@given(st.integers(0, 2**32 - 1))
def test_the_nearest_of_all_is_that_of_all_ways(seed: int) -> None:
    generator = np.random.default_rng(seed)
    lines = [shapely.LineString(generator.uniform((60, 38), (82, 52), (3, 2))) for _ in range(12)]
    shapes = Shapes([*lines, shapely.box(70, 44, 70.5, 44.5)])
    place = Point(*generator.uniform((60, 38), (82, 52)))
    assert shapes.nearest_m(place) == shapes.ways(place).distance_m.min()
    assert Shapes([]).nearest_m(place) == np.inf
    (part, *_) = shapes.around(Point(70.2, 44.2), 100_000)
    assert np.abs(part).max() < 130_000
