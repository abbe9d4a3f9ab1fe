import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from layers.errors import BadParameterError
from layers.interpolation import distribution

MU = np.array([-1.0, 0.0, 4.5, 6.0])
SIGMA = np.array([0.05, 0.3, 0.8, 1.5])
TRUE = stats.lognorm(s=SIGMA, scale=np.exp(MU))


def test_a_log_field_is_lognormal() -> None:
    np.testing.assert_allclose(distribution.mean(MU, SIGMA, "log"), TRUE.mean())
    np.testing.assert_allclose(distribution.median(MU, SIGMA, "log"), TRUE.median())
    np.testing.assert_allclose(distribution.sd(MU, SIGMA, "log"), TRUE.std())
    for p in (0.01, 0.05, 0.5, 0.95, 0.99):
        np.testing.assert_allclose(distribution.quantile(MU, SIGMA, "log", p), TRUE.ppf(p))
    for threshold in (0.3, 100.0, 1000.0):
        np.testing.assert_allclose(
            distribution.exceedance(MU, SIGMA, "log", threshold), TRUE.sf(threshold)
        )


def test_a_plain_field_is_normal() -> None:
    true = stats.norm(MU, SIGMA)
    np.testing.assert_allclose(distribution.mean(MU, SIGMA, "none"), MU)
    np.testing.assert_allclose(distribution.sd(MU, SIGMA, "none"), SIGMA)
    np.testing.assert_allclose(distribution.quantile(MU, SIGMA, "none", 0.9), true.ppf(0.9))
    np.testing.assert_allclose(distribution.exceedance(MU, SIGMA, "none", -0.5), true.sf(-0.5))


@given(
    mu=st.floats(-700, 700),
    sigma=st.floats(0, 1e3),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_nothing_explodes_and_the_dtype_is_kept(mu, sigma, dtype) -> None:
    m, s = np.array([mu], dtype=dtype), np.array([sigma], dtype=dtype)
    for band in (
        distribution.mean(m, s, "log"),
        distribution.median(m, s, "log"),
        distribution.quantile(m, s, "log", 0.95),
        distribution.exceedance(m, s, "log", 100.0),
    ):
        assert band.dtype == dtype
        assert np.all(np.isfinite(band))
    top = distribution.quantile(m, s, "log", 0.95)
    assert np.all(distribution.mean(m, s, "log") * 0.999 <= top)


def test_certainty_exceeds_or_does_not() -> None:
    found = distribution.exceedance(np.log([99.0, 101.0]), np.zeros(2), "log", 100.0)
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_a_lognormal_always_exceeds_nothing() -> None:
    found = distribution.exceedance(np.array([1.0, np.nan]), np.ones(2), "log", 0.0)
    np.testing.assert_array_equal(found, [1.0, np.nan])


def test_relative_uncertainty_has_no_unit() -> None:
    nano = distribution.relative_uncertainty(np.log([80.0, 120.0]), np.array([0.1, 0.4]), "log")
    micro = distribution.relative_uncertainty(np.log([0.08, 0.12]), np.array([0.1, 0.4]), "log")
    np.testing.assert_allclose(nano, micro)
    assert np.isnan(distribution.relative_uncertainty(np.array([0.0]), np.ones(1), "none"))[0]


@pytest.mark.parametrize("p", [0.0, 1.0, -1.0, float("nan")])
def test_a_quantile_lies_between_nothing_and_everything(p) -> None:
    with pytest.raises(BadParameterError, match="between 0 and 1"):
        distribution.quantile(MU, SIGMA, "log", p)
