import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geo import GEOD, Point
from layers.screening import Settlements, nearest_town, people_around

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
TUZKAN = Point(67.48, 40.55)


def settlements(rows: list[tuple[str, float, float, float, str]]) -> Settlements:
    name, lon, lat, population, country = zip(*rows, strict=True) if rows else ((),) * 5
    return Settlements(name, *(np.array(c, float) for c in (lon, lat, population)),
                       np.array(country, str))  # fmt: skip


def test_people_are_counted_by_state_and_a_circle_holds_the_smaller_ones() -> None:
    # One degree of latitude is 111 km; 0.04 degrees are 4.4 km.
    table = settlements([
        ("near", 67.48, 40.59, 1000, "UZ"), ("across", 67.48, 41.3, 500, "KZ"),
        ("silent", 67.48, 40.6, np.nan, "UZ"), ("far", 80.0, 50.0, 10**6, "KZ"),
    ])  # fmt: skip
    five, thirty, hundred, _ = people_around(TUZKAN, table)
    assert five.people == {"UZ": 1000}
    assert five.total == 1000
    assert thirty.settlements == 2
    assert thirty.unknown == 1
    assert hundred.people == {"KZ": 500, "UZ": 1000}
    assert five.density_per_km2 == pytest.approx(1000 / (np.pi * 25))


def test_a_place_that_may_be_elsewhere_may_have_other_people_around_it() -> None:
    table = settlements([("edge", 67.48, 40.55 + 29 / 111, 700, "UZ"),
                         ("out", 67.48, 40.55 + 31 / 111, 300, "UZ")])  # fmt: skip
    (circle,) = people_around(TUZKAN, table, radii_km=[30], accuracy_m=5000)
    assert (circle.least, circle.total, circle.most) == (0, 700, 1000)


def test_without_settlements_nobody_is_counted_and_no_town_is_near() -> None:
    assert [c.total for c in people_around(TUZKAN, settlements([]))] == [0, 0, 0, 0]
    assert nearest_town(TUZKAN, settlements([]), 25_000) is None


@given(st.integers(0, 2**32 - 1), st.floats(-180, 180), st.floats(-85, 85))
def test_counts_equal_those_of_measuring_every_settlement(
    seed: int, lon: float, lat: float
) -> None:
    generator = np.random.default_rng(seed)
    n = 400
    lons = (lon + generator.uniform(-8, 8, n) + 180) % 360 - 180
    lats = np.clip(lat + generator.uniform(-4, 4, n), -90, 90)
    size = generator.integers(1, 10**5, n).astype(float)
    table = Settlements([""] * n, lons, lats, size, np.where(size > 5e4, "KZ", "UZ"))
    _, _, far = GEOD.inv(np.full(n, lon), np.full(n, lat), lons, lats)
    for circle in people_around(Point(lon, lat), table):
        inside = far <= circle.radius_km * 1000
        assert circle.total == size[inside].sum()
        assert circle.people.get("KZ", 0) == size[inside & (size > 5e4)].sum()
    town = nearest_town(Point(lon, lat), table, 50_000)
    assert town is not None
    assert town.distance_m == pytest.approx(far[size >= 50_000].min(), abs=1e-6)


def test_the_real_table_gives_the_same_people_around_tuzkan_as_adding_them_up() -> None:
    file = SHARED / "base" / "geonames_cities500.csv"
    if not file.is_file():
        pytest.skip("the shared data are not here")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    table = settlements([
        (r["name"], float(r["lon"]), float(r["lat"]), float(r["population"]), r["country"])
        for r in rows
    ])  # fmt: skip
    circle = people_around(TUZKAN, table)[2]
    summed = {"UZ": 0.0, "KZ": 0.0, "TJ": 0.0}
    for r in rows:
        _, _, far = GEOD.inv(TUZKAN.lon, TUZKAN.lat, float(r["lon"]), float(r["lat"]))
        if far <= 100_000:
            summed[r["country"]] += float(r["population"])
    assert circle.people == {k: v for k, v in summed.items() if v}
    assert circle.people["UZ"] > 100_000
