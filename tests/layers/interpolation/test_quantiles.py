import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from layers.errors import BadParameterError
from layers.interpolation import quantiles

P = np.concatenate([[0.002, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 0.998]])
FINE = (np.arange(4_000) + 0.5) / 4_000
VALUES = st.lists(st.floats(0, 1e4), min_size=len(P), max_size=len(P)).map(
    lambda values: np.sort(np.array(values))[:, None]
)


def drawn(q: np.ndarray, count: int = 100_000) -> np.ndarray:
    """Draws from the distribution that a quantile function is."""
    score = stats.norm.ppf((np.arange(count) + 0.5) / count)
    return np.interp(score, stats.norm.ppf(P), q)


def test_a_lognormal_is_given_back_by_its_quantile_function() -> None:
    true = stats.lognorm(s=0.3, scale=90.0)
    q = true.ppf(FINE)[:, None]
    mean, sd = quantiles.mean(FINE, q), quantiles.sd(FINE, q)
    np.testing.assert_allclose(mean, true.mean(), rtol=1e-3)
    np.testing.assert_allclose(sd, true.std(), rtol=5e-3)
    for at in (0.05, 0.333, 0.5, 0.95):
        np.testing.assert_allclose(quantiles.quantile(FINE, q, at), true.ppf(at), rtol=1e-3)
    for threshold in (60.0, 90.0, 150.0):
        found = quantiles.exceedance(FINE, q, threshold)
        np.testing.assert_allclose(found, true.sf(threshold), atol=1e-3)


@given(VALUES, st.floats(-10, 1.1e4))
def test_all_numbers_are_those_of_the_draws(q: np.ndarray, threshold: float) -> None:
    draws = drawn(q[:, 0])
    mean, sd = quantiles.mean(P, q), quantiles.sd(P, q)
    size = float(q[-1, 0]) + 1e-9
    assert abs(mean[0] - draws.mean()) < 2e-3 * size
    assert abs(sd[0] - draws.std()) < 1e-2 * size
    if np.all(np.abs(q - threshold) > 1e-6 * size):  # no jump at the very threshold
        share = float(np.mean(draws > threshold))
        assert abs(quantiles.exceedance(P, q, threshold)[0] - share) < 0.01


@given(VALUES, st.floats(0.001, 0.999))
def test_a_quantile_is_passed_with_the_rest_of_its_probability(q: np.ndarray, at: float) -> None:
    value = quantiles.quantile(P, q, at)
    assert q[0, 0] <= value[0] <= q[-1, 0]
    span = np.diff(q[:, 0]).min()
    if span > 1e-3 and P[0] < at < P[-1]:
        assert abs(quantiles.exceedance(P, q, float(value[0]))[0] - (1 - at)) < 1e-6


def test_a_gap_stays_a_gap() -> None:
    q = np.full((len(P), 2), np.nan, np.float32)
    q[:, 1] = np.linspace(1, 2, len(P))
    for band in (quantiles.mean(P, q), quantiles.sd(P, q), quantiles.exceedance(P, q, 1.5)):
        assert band.dtype == np.float32
        assert np.isnan(band).tolist() == [True, False]


@pytest.mark.parametrize("at", [0.0, 1.0, -1.0, float("nan")])
def test_a_probability_lies_between_0_and_1(at: float) -> None:
    with pytest.raises(BadParameterError):
        quantiles.quantile(P, np.zeros((len(P), 1)), at)
