import dataclasses

import numpy as np
import pytest
import shapely

from layers.errors import BadInputError
from layers.geo import Bounds
from layers.seismic import hazard_model, psha, summation, zoning
from layers.seismic.activity import Grid, smoothed
from layers.seismic.catalogue import Complete, Events
from layers.seismic.hazard_model import Choices

BOX = Bounds(66.0, 39.0, 76.0, 45.0)


def events(n: int = 200) -> Events:
    """Two clusters of places, one rate, b = 1."""
    rng = np.random.default_rng(11)
    lon = np.where(rng.uniform(size=n) < 0.7, rng.normal(69, 0.4, n), rng.normal(74, 0.4, n))
    mw = np.round(4.95 + rng.exponential(1 / np.log(10), n), 1)
    year = np.sort(rng.uniform(1920, 2020, n))
    return Events(year, lon, rng.normal(41.5, 0.4, n), np.full(n, 10.0), np.minimum(mw, 7.6))


CHOICES = Choices(
    BOX, 2020.0, step_deg=0.5, least=5.0, complete=(Complete(5.0, 1920.0),), floor=1e-7
)


@pytest.fixture(scope="module")
def made() -> hazard_model.HazardModel:
    return hazard_model.model(events(), CHOICES)


def test_smoothing_keeps_every_event_that_is_within_the_grid() -> None:
    grid = Grid(Bounds(60, 34, 80, 50), 0.25)
    found = smoothed(grid, np.array([70.0, 71.0]), np.array([42.0, 42.5]), (50.0, 100.0))
    assert found.sum() == pytest.approx(1.0, abs=0.003)
    # Of one at the edge about half is lost, and not put back.
    edge = smoothed(grid, np.array([60.0]), np.array([42.0]), (50.0,))
    assert edge.sum() == pytest.approx(0.5, abs=0.03)


def test_a_grid_is_as_large_as_its_box_on_the_sphere() -> None:
    grid = Grid(Bounds(60, 40, 70, 50), 0.5)
    # R^2 * width * (sin 50 - sin 40)
    area = (
        summation.EARTH_KM**2 * np.radians(10) * (np.sin(np.radians(50)) - np.sin(np.radians(40)))
    )
    assert grid.shape == (20, 20)
    assert grid.areas_km2().sum() == pytest.approx(area, rel=1e-4)


def test_uniform_activity_shakes_every_place_alike_at_centres_and_at_corners() -> None:
    quiet = events().where(np.arange(200) < 40)
    model = hazard_model.model(quiet, dataclasses.replace(CHOICES, floor=1e-4))
    assert model.quiet.all()
    lon = np.array([71.25, 71.5, 71.375])  # a centre, an edge, and between them
    lat = np.array([42.25, 42.0, 42.1])
    rates = hazard_model.curves(model, lon, lat)
    pga = psha.at_return_periods(hazard_model.LEVELS_G, rates, (475,))
    assert pga[0] == pytest.approx(pga[0, 0], rel=0.03)


def test_the_rates_of_all_cells_are_those_of_the_catalogue_and_the_floor(
    made: hazard_model.HazardModel,
) -> None:
    floor = (made.sources.areas_km2() * 1e-7)[made.quiet].sum()
    active = made.rate[~made.quiet].sum()
    assert made.recurrence.rate == pytest.approx(made.recurrence.count / 100, rel=1e-6)
    assert active == pytest.approx(made.recurrence.rate, rel=0.12)
    assert made.rate.sum() == pytest.approx(active + floor)


def test_hazard_is_higher_where_earthquakes_were_and_at_rarer_levels(
    made: hazard_model.HazardModel,
) -> None:
    pga = made.pga_g
    assert pga.shape == (4, 12, 20)
    assert (np.diff(pga, axis=0) > 0).all()
    lon, lat = (each.reshape(12, 20) for each in made.grid.centres())
    west = pga[0][(np.abs(lon - 69) < 0.6) & (np.abs(lat - 41.5) < 0.6)].mean()
    east = pga[0][(np.abs(lon - 74) < 0.6) & (np.abs(lat - 41.5) < 0.6)].mean()
    far = pga[0][(lat > 44.5)].mean()
    assert west > east > far


def test_a_site_on_softer_ground_shakes_more(made: hazard_model.HazardModel) -> None:
    soft = dataclasses.replace(made, choices=dataclasses.replace(CHOICES, vs30_m_s=300.0))
    at = np.array([71.0]), np.array([43.5])
    rock, ground = (hazard_model.curves(each, *at)[0] for each in (made, soft))
    level = 20
    assert ground[level] > rock[level]


def test_the_smallest_magnitude_is_found_or_was_cut() -> None:
    rng = np.random.default_rng(2)
    mw = np.round(3 + rng.exponential(1 / np.log(10), 20_000), 1)
    seen = mw[rng.uniform(size=mw.size) < np.clip((mw - 3) / 1.5, 0, 1)]
    assert 3.7 <= hazard_model.completeness_magnitude(seen) <= 4.6
    assert hazard_model.completeness_magnitude(mw[mw >= 5]) == 5.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"step_deg": 0.01}, "step of 0.05"),
        ({"step_deg": 0.0}, "step of 0.05"),
        ({"bounds": Bounds(-170, -80, 170, 80), "step_deg": 0.1}, "250,000 cells"),
        ({"floor": -1.0}, "floor"),
        ({"largest": 4.5}, "magnitudes up to more"),
        ({"largest": 10.0}, "largest magnitude"),
        ({"vs30_m_s": 20.0}, "Vs30"),
        ({"depth_km": -1.0}, "depth"),
        ({"truncation": 9.0}, "deviations"),
        ({"periods_y": (2475.0, 475.0)}, "rise"),
        ({"widths_km": ()}, "widths"),
        ({"least": 7.0}, "are needed for a slope"),
        ({"end_year": 1900.0}, "no event"),
    ],
)
def test_a_model_that_cannot_be_made_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        hazard_model.model(events(), dataclasses.replace(CHOICES, **change))  # type: ignore[arg-type]


def test_zones_tile_their_domain_by_degree() -> None:
    lon, lat = np.arange(60, 64.1, 0.25), np.arange(44, 39.9, -0.25)
    pga = 0.5 * np.exp(-((lon[None] - 62) ** 2 + (lat[:, None] - 42) ** 2))
    domain = shapely.box(60, 40, 64, 44)
    areas = zoning.degrees(pga, lon, lat, domain, 0.01)
    every = [area for parts in areas.values() for area in parts]
    assert shapely.coverage_is_valid(every)
    assert shapely.union_all(every).area == pytest.approx(16)
    # 0.5 exp(-r^2) = 0.1 at r = sqrt(ln 5): 8 and more within it.
    inner = sum(a.area for grade in (8, 9, 10) for a in areas[grade])
    assert inner == pytest.approx(np.pi * np.log(5), rel=0.02)
    assert len(areas[10]) == 1
    assert areas[10][0].contains(shapely.Point(62, 42))
