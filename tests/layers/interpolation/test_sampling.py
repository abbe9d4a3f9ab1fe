"""Maps of exceedance against 100,000 draws from what the map says it knows."""

import numpy as np
import pytest

from layers import interpolation
from layers.interpolation import (
    PROBABILITIES,
    Lattice,
    Noise,
    Place,
    Predictive,
    event_bands,
    recognise,
)
from layers.interpolation.parameters import FACTORS, FloatArray, Parameters, distances_m

DRAWS = 100_000
SIDE_M, CELLS = 400e3, 161
THRESHOLDS = (100.0, 200.0, 500.0)
KNOWN = Parameters("exponential", "log", sill=0.04, range_m=150e3, nugget_site=0.01)


def network(n=120):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, SIDE_M, (2, n))
    k = KNOWN.covariance(distances_m(x, y)) + KNOWN.nugget_site * np.eye(n)
    level = 4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n)
    value = np.exp(level[:, None] + 0.02 * rng.standard_normal((n, 8)))
    return x, y, value[:, 0], value[:, 1:]


def plume(x, y):
    along, across = x - 1.2e5, y - 2e5
    width = 15e3 + 0.15 * np.maximum(along, 0)
    return np.where(along > 0, 1_500 * np.exp(-0.5 * (across / width) ** 2 - along / 1.5e5), 0.0)


@pytest.fixture(scope="module")
def lattice():
    return Lattice(
        (CELLS, CELLS),
        lambda row, col: (col * SIDE_M / (CELLS - 1), SIDE_M - row * SIDE_M / (CELLS - 1)),
    )


@pytest.fixture(scope="module")
def cells():
    """Some cells; most of them where the release is."""
    rng = np.random.default_rng(6)
    return np.concatenate([[rng.integers(60, 100, 40), rng.integers(45, 150, 40)],
                           rng.integers(0, CELLS, (2, 20))], axis=1)  # fmt: skip


def shares(draws, threshold):
    return np.mean(draws > threshold, axis=0)


@pytest.mark.parametrize("transform", ["log", "none"])
def test_on_any_day_the_map_is_what_sampling_gives(lattice, cells, transform) -> None:
    x, y, value, _ = network()
    field = interpolation.fit(x, y, value, transform=transform)
    found = field.predict_grid(lattice)
    bands = np.stack([found.mu, found.sigma, found.support]).astype(np.float32)
    map_ = Predictive(bands, transform)
    rows, cols = cells
    at = field.predict(*lattice.cells(rows, cols))
    rng = np.random.default_rng(5)
    draws = at.mu + at.sigma * rng.standard_normal((DRAWS, len(rows)))
    offset = np.sqrt(field.parameters.nugget_site) * rng.choice(
        FACTORS, p=field.parameters.shares, size=draws.shape
    )
    new = draws + offset * rng.standard_normal(draws.shape)
    if transform == "log":
        draws, new = np.exp(draws), np.exp(new)
    points = interpolation.predict_points(x, y, value, *lattice.cells(rows, cols),
                                          transform=transform)  # fmt: skip
    noise = interpolation.noise_of(field.parameters, field.noise_sigma)
    likely = measured(bands[:, rows, cols], transform, noise)
    for p in (0.05, 0.5, 0.95):  # what is kept of the surface tells the same
        np.testing.assert_allclose(np.quantile(likely, p, axis=0), points.quantile(p), rtol=0.01)
    for threshold in (80.0, 100.0, 120.0):
        chance = map_.exceedance(threshold)[rows, cols]
        np.testing.assert_allclose(chance, shares(draws, threshold), atol=0.01)
    for p in (0.05, 0.5, 0.95):
        np.testing.assert_allclose(np.mean(new < points.quantile(p), axis=0), p, atol=0.01)
    np.testing.assert_allclose(points.mean, new.mean(axis=0), rtol=0.01)
    np.testing.assert_allclose(points.sd, new.std(axis=0), rtol=0.02)


def measured(bands: FloatArray, transform: str, noise: Noise) -> FloatArray:
    """Equally likely new measurements of cells, one column each; moments and ranks are theirs."""
    found = [Place(cell, transform).measured(noise) for cell in bands.T]
    for each in found:
        values = each.values.copy()
        told = each.mean, each.sd, *each.usual()
        ranks = np.quantile(values, (0.05, 0.5, 0.95))
        np.testing.assert_allclose(told, (values.mean(), values.std(), *ranks), rtol=1e-9)
    return np.stack([each.values for each in found], axis=1)


def test_in_an_event_the_map_is_what_sampling_gives(lattice, cells) -> None:
    x, y, value, history = network()
    event = recognise(x, y, value + plume(x, y), history)
    assert event is not None
    map_ = Predictive(event_bands(event, lattice), "quantiles")
    rows, cols = cells
    place = lattice.cells(rows, cols)
    under = event.background.predict(*place)
    mean, spread = event.increment.predict(np.stack(place, axis=1))
    rng = np.random.default_rng(5)
    shape = DRAWS, len(rows)
    draws = np.exp(under.mu + under.sigma * rng.standard_normal(shape))
    draws += event.increment.value(mean + spread * rng.standard_normal(shape))
    assert np.ptp(shares(draws, 200.0)) > 0.9  # some cells in it, some not
    for threshold in THRESHOLDS:
        chance = map_.exceedance(threshold)[rows, cols]
        np.testing.assert_allclose(chance, shares(draws, threshold), atol=0.01)
    for p in (0.05, 0.5, 0.95):
        below = np.mean(draws <= map_.quantile(p)[rows, cols], axis=0)
        np.testing.assert_allclose(below, p, atol=0.01)
    kept = (PROBABILITIES[0], PROBABILITIES[-1])
    low, high = (map_.quantile(p)[rows, cols] for p in kept)
    cut = np.clip(draws, low, high)
    np.testing.assert_allclose(map_.mean()[rows, cols], cut.mean(axis=0), rtol=0.02)
    sd = map_.sd()[rows, cols] / cut.std(axis=0)
    assert np.quantile(np.abs(sd - 1.0), 0.95) < 0.05  # a far tail is known by few quantiles


def test_in_an_event_a_new_measurement_follows_from_the_bands_and_the_noise(lattice, cells) -> None:
    x, y, value, history = network()
    event = recognise(x, y, value + plume(x, y), history)
    assert event is not None
    field, (rows, cols) = event.background, cells
    map_ = Predictive(event_bands(event, lattice)[:, rows, cols], "quantiles")
    noise = interpolation.noise_of(field.parameters, field.noise_sigma)
    likely = measured(map_.bands, "quantiles", noise)
    q, _ = event.predict(*lattice.cells(rows, cols), new=True)
    for p in (0.05, 0.5, 0.95):
        there = interpolation.quantiles.quantile(PROBABILITIES, q, p)
        # the map lets the increment share the offset of the site, the point does not
        assert np.median(np.abs(np.quantile(likely, p, axis=0) / there - 1.0)) < 0.05
