from dataclasses import replace

import numpy as np
import pytest

from layers import interpolation
from layers.interpolation.measured import measured
from layers.interpolation.parameters import NORMAL, Parameters, distances_m
from layers.interpolation.validation import calibrated

KNOWN = Parameters("exponential", "log", sill=0.04, range_m=150e3, nugget_site=0.01)


def network(n=300, seed=1, side_m=1e6):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side_m, (2, n))
    k = KNOWN.covariance(distances_m(x, y)) + 0.01 * np.eye(n)
    return x, y, np.exp(4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n))


@pytest.mark.parametrize("transform", ["log", "none"])
def test_the_scores_are_those_of_brute_force(transform) -> None:
    x, y, value = network(30)
    scale = 1.0 if transform == "log" else 8100.0  # (90 nSv/h)² per unit of log variance
    p = Parameters("exponential", transform, 0.04 * scale, 150e3, 0.01 * scale)
    report = interpolation.loo(interpolation.condition(x, y, value, p))
    mean, median, crps, inside = [], [], [], []
    for i in range(30):
        rest = np.arange(30) != i
        field = interpolation.condition(x[rest], y[rest], value[rest], p)
        found = field.predict(x[i : i + 1], y[i : i + 1])
        new = measured(found.mu, found.sigma, p)
        mean.append(new.mean()[0])
        median.append(new.quantile(0.5)[0])
        crps.append(new.crps(value[i : i + 1])[0])
        low, high = new.quantile(0.05), new.quantile(0.95)
        inside.append(low[0] <= value[i] <= high[0])
    off = np.array(mean) - value
    assert report.n == 30
    assert report.mean_error == pytest.approx(off.mean())
    assert report.mae == pytest.approx(np.abs(np.array(median) - value).mean())
    assert report.rmse == pytest.approx(np.sqrt(np.mean(off**2)))
    assert report.crps == pytest.approx(np.mean(crps))
    assert report.coverage_90 == pytest.approx(np.mean(inside))


def test_true_parameters_are_calibrated_and_stay_as_they_are() -> None:
    field = interpolation.condition(*network(), KNOWN)
    report = interpolation.loo(field)
    assert replace(calibrated(field), shares=NORMAL) == field.parameters
    assert abs(report.z_mean) < 0.2
    assert report.z_sd == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("wrong", [0.4, 10.0])
def test_intervals_that_do_not_hold_are_widened_or_narrowed(wrong) -> None:
    x, y, value = network()
    p = Parameters("exponential", "log", 0.04 * wrong, 150e3, 0.01 * wrong)
    field = interpolation.condition(x, y, value, p)
    better = calibrated(field)
    after = interpolation.condition(x, y, value, better)
    assert interpolation.loo(after).coverage_90 == pytest.approx(0.9, abs=0.03)
    assert better.inflation == pytest.approx(wrong**-0.5, rel=0.15)
    assert interpolation.loo(after).inflation == better.inflation
    np.testing.assert_allclose(after.predict(x, y).mu, field.predict(x, y).mu)


def test_few_sites_cannot_judge_their_intervals() -> None:
    x, y, value = network(20)
    p = Parameters("exponential", "log", 4.0, 150e3, 1.0)
    field = interpolation.condition(x, y, value, p)
    assert replace(calibrated(field), shares=NORMAL) == field.parameters


def test_a_report_of_very_many_sites_looks_at_two_thousand() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 1e6, (2, 2500))
    report = interpolation.loo(
        interpolation.condition(x, y, np.exp(rng.standard_normal(2500)), KNOWN)
    )
    assert (report.method, report.n) == ("local", 2000)
    assert np.isfinite(report.crps)
