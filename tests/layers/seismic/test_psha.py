"""Hazard against PEER report 2010/106 (Thomas, Wong and Abrahamson), set 1: rock, deviation 0."""

import csv
from pathlib import Path

import numpy as np
import pytest

from layers.errors import BadInputError
from layers.seismic import boore_2014, psha, sadigh_1997, summation
from layers.seismic.fault_source import fault_rates
from layers.seismic.motion import Distances, Motion, Source
from layers.seismic.plane import Plane
from layers.seismic.rupture import Rupture

REFERENCE = Path(__file__).parents[2] / "reference" / "seismic" / "peer_2010_106_set1.csv"
SADIGH = psha.Laws([(sadigh_1997.pga, 1.0)], 760.0, truncation=0)
CENTRE = Plane(-122.0, 38.0)


def published(case: str) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Levels in g and annual probabilities above 1e-4, by site."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    lines = [line for line in REFERENCE.read_text().splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        if row["case"] == case and float(row["annual_poe"]) > 1e-4:
            pair = float(row["pga_g"]), float(row["annual_poe"])
            found.setdefault((row["lon"], row["lat"]), []).append(pair)
    return {site: tuple(np.array(pairs).T) for site, pairs in found.items()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("case", "depths"), [("10", (5.0,)), ("11", (5.0, 6.0, 7.0, 8.0, 9.0, 10.0))]
)
def test_area_sources_give_the_curves_of_peer_within_five_per_cent(
    case: str, depths: tuple[float, ...]
) -> None:
    # Points of a circle of 100 km; 0.0395 events a year from M 5 to 6.5 with b = 0.9, which the
    # lowest level of the curves says too: 1 - exp(-0.0395) = 0.0387.
    step = np.arange(-100.5, 101.0)
    x, y = (each.ravel() for each in np.meshgrid(step, step))
    inside = np.hypot(x, y) <= 100
    places = summation.vectors(*CENTRE.lonlat(x[inside], y[inside]))
    rate = np.full(len(places), 0.0395 / len(places))
    magnitudes = psha.gutenberg_richter(0.9, 5.0, 6.5, 0.02)
    km = np.arange(0, 260, 0.2)
    sites = published(case)
    assert len(sites) == 4
    for (lon, lat), (levels, poe) in sites.items():
        table = np.mean(
            [
                psha.distance_table(
                    lambda r, mw, depth=depth: (
                        Source(mw), Distances(r, np.hypot(r, depth), np.zeros_like(r)),
                    ),
                    magnitudes, SADIGH, levels, km,
                )
                for depth in depths
            ],
            axis=0,
        )  # fmt: skip
        site = summation.vectors(np.array([float(lon)]), np.array([float(lat)]))
        found = summation.rates_of_exceedance(site, places, rate, table, 0.2)[0]
        assert psha.probabilities(found) == pytest.approx(poe, rel=0.05), (lon, lat)


def peer_size_km(mw: float) -> tuple[float, float]:
    """Length and width of a rupture as the report prescribes them, beside log10(A) = M - 4."""
    return 10 ** (0.5 * mw - 1.85), 10 ** (0.5 * mw - 2.15)


@pytest.mark.parametrize("finer", [1, 2, pytest.param(4, marks=pytest.mark.full)])
def test_a_fault_source_gives_the_curves_of_peer_within_five_per_cent_however_fine_the_steps(
    finer: int,
) -> None:
    # The report's words place the sites: on the fault of 25 km at its middle and end, 10 km west
    # of the middle, 10 km beyond the end (its degrees are rounded to 50 m). At 10 km beyond, 0.3 g
    # takes M 6.44 to 6.5, whose ruptures fill the fault but for a kilometre: with an area that is
    # kept when the fault cuts the width, they are longer and that level comes out 15 % more often.
    places = {
        ("-122.0", "38.113"): (0.0, 12.5),
        ("-122.114", "38.113"): (-10.0, 12.5),
        ("-122.0", "38.0"): (0.0, 0.0),
        ("-122.0", "37.91"): (0.0, -10.0),
    }
    ends = CENTRE.lonlat(np.array([0.0, 0.0]), np.array([0.0, 25.0])).T
    fault = Rupture(Source(6.0), ends, 12.0)
    rate = 10 ** (3.1292 - 0.9 * 5) - 10 ** (3.1292 - 0.9 * 6.5)
    magnitudes = psha.gutenberg_richter(0.9, 5.0, 6.5, 0.01 / finer)
    sites = published("5")
    assert sites.keys() == places.keys()
    all_levels = max((levels for levels, _ in sites.values()), key=len)
    lon, lat = CENTRE.lonlat(*np.array(list(places.values())).T)
    found = fault_rates(
        fault, 12.0, rate, magnitudes, SADIGH, all_levels, (lon, lat),
        size_km=peer_size_km, step_km=0.2 / finer,
    )  # fmt: skip
    for name, rates in zip(places, found, strict=True):
        levels, poe = sites[name]
        assert levels == pytest.approx(all_levels[: len(levels)])
        assert psha.probabilities(rates[: len(poe)]) == pytest.approx(poe, rel=0.05), name


def test_distances_of_floating_ruptures_are_those_of_each_rupture_alone() -> None:
    # One magnitude whose rupture fills the fault: the float is the rupture itself.
    plane = Plane(70.0, 42.0)
    ends = plane.lonlat(np.array([0.0, 15.0]), np.array([0.0, 20.0])).T
    fault = Rupture(Source(6.7, 90.0, 40.0, 3.0), ends, 15.0)
    bottom = 3.0 + 15.0 * np.sin(np.radians(40.0))
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(69, 71, 30), rng.uniform(41, 43, 30)
    levels = np.array([0.02, 0.05, 0.1, 0.3])
    laws = psha.Laws([(boore_2014.pga, 1.0)], 760.0)
    one = psha.Magnitudes(np.array([6.7]), np.array([1.0]))
    found = fault_rates(
        fault, bottom, 0.01, one, laws, levels, (lon, lat), size_km=lambda _: (99, 99)
    )
    motion = boore_2014.pga(fault.source, fault.distances(lon, lat), 760.0)
    expected = 0.01 * psha.exceeding(motion, np.log(levels), 3.0).T
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_magnitudes_hold_all_earthquakes_and_their_moment_whatever_the_bins() -> None:
    for step in (0.02, 0.1, 0.5):
        made = psha.gutenberg_richter(0.9, 5.0, 7.5, step)
        assert made.share.sum() == pytest.approx(1)
        # The mean of the truncated exponential: 1/beta + m0 - (mx - m0) q / (1 - q), q = 10^-b dm.
        beta, q = 0.9 * np.log(10), 10 ** (-0.9 * 2.5)
        assert (made.mw * made.share).sum() == pytest.approx(5 + 1 / beta - 2.5 * q / (1 - q))
    with pytest.raises(BadInputError, match="no magnitudes"):
        psha.gutenberg_richter(0.9, 6.0, 6.0)


def test_motion_is_cut_at_its_truncation_and_exceeds_its_median_half_of_the_time() -> None:
    motion = Motion(np.log([0.1, 0.2]), np.array([0.3, 0.3]), np.array([0.4, 0.4]))
    chance = psha.exceeding(motion, np.log([0.1, 0.1 * np.exp(3.01 * 0.5)]), 3.0)
    assert chance[0, 0] == pytest.approx(0.5)
    assert chance[1, 0] == 0.0
    assert 0 < chance[1, 1] < 0.5


def test_rates_are_the_sum_over_sources_and_a_table_between_its_distances() -> None:
    rng = np.random.default_rng(5)
    lon, lat, rate = rng.uniform(70, 73, 50), rng.uniform(40, 43, 50), rng.uniform(0, 1, 50)
    table = np.exp(-np.arange(0, 301.0) / 40)[None] * np.array([[1.0], [0.5]])
    site = summation.vectors(np.array([71.0, 75.0]), np.array([41.0, 41.0]))
    found = summation.rates_of_exceedance(site, summation.vectors(lon, lat), rate, table, 1.0)
    for i in range(2):
        km = summation.EARTH_KM * np.arccos(np.clip(summation.vectors(lon, lat) @ site[i], -1, 1))
        each = np.interp(km, np.arange(301.0), table[0], right=0.0)
        assert found[i] == pytest.approx([(rate * each).sum(), 0.5 * (rate * each).sum()])


def test_accelerations_at_return_periods_lie_between_levels_and_nowhere_beyond() -> None:
    levels = np.array([0.01, 0.1, 1.0])
    rates = np.array([[1e-1, 1e-3, 1e-5], [1e-4, 1e-6, 0.0]])
    found = psha.at_return_periods(levels, rates, (1000, 10_000))
    assert found[0, 0] == pytest.approx(0.1)
    assert found[1, 0] == pytest.approx(0.1 * 10**0.5)
    assert np.isnan(found[0, 1])
    assert found[1, 1] == pytest.approx(0.01)
