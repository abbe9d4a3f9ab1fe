from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from layers.errors import BadParameterError
from layers.interpolation.measured import learnt, measured, of_field
from layers.interpolation.parameters import FACTORS, NORMAL, Parameters

TAILED = (0.1, 0.2, 0.2, 0.2, 0.15, 0.1, 0.05)
P = {
    transform: Parameters(
        model="exponential",
        transform=transform,
        sill=0.04,
        range_m=150e3,
        nugget_site=0.02,
        shares=TAILED,
    )
    for transform in ("log", "none")
}
MU, SIGMA = np.array([-0.5, 0.0, 1.2]), np.array([0.1, 0.3, 0.0])
NEW = {transform: measured(MU, SIGMA, P[transform], error=0.01) for transform in P}


def simulated(transform, n=400_000, seed=7):
    """Draws of the model's own words, shape (n, 3): field, offset of the site, device."""
    rng = np.random.default_rng(seed)
    part = np.array(FACTORS)[rng.choice(len(FACTORS), n, p=TAILED)]
    offset = np.sqrt(0.02) * part * rng.standard_normal(n)
    device = 0.1 * rng.standard_normal(n)
    latent = MU + SIGMA * rng.standard_normal((n, 3)) + (offset + device)[:, None]
    return np.exp(latent) if transform == "log" else latent


def apart(x):
    """E|X - X'| of draws, from their order: no pair is looked at."""
    n, ordered = len(x), np.sort(x, axis=0)
    return 2.0 / n**2 * ((2.0 * np.arange(1, n + 1) - n - 1) @ ordered)


@pytest.mark.parametrize("transform", ["log", "none"])
def test_the_score_is_that_of_400_000_simulated_forecasts(transform) -> None:
    x = simulated(transform)
    spread = apart(x)
    for score in (-3.0, -0.5, 0.0, 0.8, 4.0):
        latent = MU + 0.3 * score
        y = np.exp(latent) if transform == "log" else latent
        brute = np.abs(x - y).mean(axis=0) - 0.5 * spread
        np.testing.assert_allclose(
            NEW[transform].crps(y), brute, rtol=0.005, atol=0.005 * spread.min()
        )


@pytest.mark.parametrize("transform", ["log", "none"])
def test_mean_spread_and_quantiles_are_those_of_the_simulation(transform) -> None:
    x, new = simulated(transform), NEW[transform]
    sd = x.std(axis=0)
    np.testing.assert_allclose(new.mean(), x.mean(axis=0), atol=0.006 * sd.max())
    np.testing.assert_allclose(new.sd(), sd, rtol=0.02)
    for p in (0.025, 0.2, 0.5, 0.8, 0.975):
        np.testing.assert_allclose((x <= new.quantile(p)).mean(axis=0), p, atol=0.003)


def test_moments_of_a_mixture_are_those_of_its_parts() -> None:
    # E X = sum of w E X_k and E X² = sum of w E X_k², of lognormals that scipy knows
    wide = replace(P["log"], nugget_site=0.3)
    parts = [
        stats.lognorm(s=np.sqrt(SIGMA**2 + 0.3 * factor**2 + 0.01), scale=np.exp(MU))
        for factor in FACTORS[:6]
    ]
    shares = (0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0.0)
    new = measured(MU, SIGMA, replace(wide, shares=shares), error=0.01)
    first, second = (
        sum(w * part.moment(k) for w, part in zip(shares[:6], parts, strict=True)) for k in (1, 2)
    )
    np.testing.assert_allclose(new.mean(), first)
    np.testing.assert_allclose(new.sd(), np.sqrt(second - first**2))


SHARES = st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).filter(lambda w: sum(w) > 0.1)


@settings(max_examples=100, deadline=None)
@given(
    mu=st.floats(-50.0, 50.0),
    sigma=st.floats(0.0, 5.0),
    nugget=st.floats(1e-6, 5.0),
    shares=SHARES,
    p=st.floats(1e-4, 1.0 - 1e-4),
    transform=st.sampled_from(["log", "none"]),
)
def test_a_quantile_is_passed_with_its_probability(mu, sigma, nugget, shares, p, transform) -> None:
    given_ = tuple(share / sum(shares) for share in shares)
    new = measured(
        np.array([mu]),
        np.array([sigma]),
        replace(P[transform], nugget_site=nugget, shares=given_),
    )
    assert new.below(new.quantile(p))[0] == pytest.approx(p, abs=1e-6)
    assert new.quantile(0.5 * p)[0] < new.quantile(p)[0]
    # all parts are even around mu
    middle = np.exp(mu) if transform == "log" else mu
    assert new.quantile(0.5)[0] == pytest.approx(middle, rel=1e-9, abs=1e-9)


def test_one_normal_part_is_the_lognormal_of_scipy_or_the_normal_one() -> None:
    # sigma² + nugget + error = 0.09 + 0.02 + 0.01 = 0.12
    s = np.sqrt(SIGMA**2 + 0.03)
    for transform, true in (
        ("log", stats.lognorm(s=s, scale=np.exp(MU))),
        ("none", stats.norm(MU, s)),
    ):
        new = measured(MU, SIGMA, replace(P[transform], shares=NORMAL), error=0.01)
        assert new.sigma.shape == (1, 3)
        np.testing.assert_allclose(new.mean(), true.mean())
        np.testing.assert_allclose(new.sd(), true.std())
        np.testing.assert_allclose(new.below([0.7, 0.9, 2.0]), true.cdf([0.7, 0.9, 2.0]))
        for p in (0.01, 0.3, 0.5, 0.95):
            np.testing.assert_allclose(new.quantile(p), true.ppf(p), rtol=1e-9, atol=1e-12)


def test_the_score_of_a_normal_is_that_of_the_textbook() -> None:
    # s (u (2 Phi(u) - 1) + 2 phi(u) - 1 / sqrt(pi)), Gneiting & Raftery (2007); at u = 0 and
    # s = 2: 2 (0.797885 - 0.564190) = 0.467390
    new = of_field(np.zeros(1), np.full(1, 2.0), "none")
    assert new.crps([0.0])[0] == pytest.approx(0.467390, abs=1e-6)


def test_the_field_itself_has_nothing_of_a_measurement() -> None:
    field = of_field(MU, np.array([0.1, 0.3, 0.2]), "log")
    true = stats.lognorm(s=[0.1, 0.3, 0.2], scale=np.exp(MU))
    np.testing.assert_allclose(field.quantile(0.9), true.ppf(0.9))
    some = field.rows(np.array([2, 0]))
    np.testing.assert_array_equal(some.quantile(0.9), field.quantile(0.9)[[2, 0]])


@pytest.mark.parametrize("shares", [NORMAL, TAILED])
@pytest.mark.parametrize("transform", ["log", "none"])
def test_certainty_is_no_division_by_zero(transform, shares) -> None:
    parameters = replace(P[transform], nugget_site=0.0, shares=shares)
    new = measured(np.array([0.0, 1.0]), np.zeros(2), parameters)
    known = np.exp([0.0, 1.0]) if transform == "log" else np.array([0.0, 1.0])
    np.testing.assert_allclose(new.mean(), known)
    np.testing.assert_allclose(new.sd(), 0.0, atol=1e-100)
    for p in (0.01, 0.5, 0.99):
        np.testing.assert_allclose(new.quantile(p), known, atol=1e-100)
    np.testing.assert_array_equal(new.below(known + np.array([-0.1, 0.1])), [0.0, 1.0])
    # the score of a certain forecast is how far it is off
    np.testing.assert_allclose(new.crps(known + 0.5), 0.5)


@pytest.mark.parametrize("read", ["sd", "quantile", "crps"])
def test_nothing_explodes_however_little_is_known(read) -> None:
    # such as two stations, one of them at 1e6, with two covariates, far from both
    new = measured(np.zeros(1), np.full(1, 1e3), P["log"])
    of = {"sd": new.sd, "quantile": lambda: new.quantile(0.95), "crps": lambda: new.crps([90.0])}
    assert np.isfinite(of[read]()).all()


@pytest.mark.parametrize(("transform", "value"), [("none", 10.0), ("log", 0.0)])
def test_a_certain_forecast_is_scored_however_far_it_is_off(transform, value) -> None:
    new = measured(np.zeros(1), np.zeros(1), replace(P[transform], nugget_site=0.0))
    off = abs(value - (1.0 if transform == "log" else 0.0))
    assert new.crps([value])[0] == pytest.approx(off)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.5, float("nan")])
def test_a_quantile_lies_between_nothing_and_everything(p) -> None:
    with pytest.raises(BadParameterError, match="between 0 and 1"):
        NEW["log"].quantile(p)


NUGGET, FIELD = 0.02, 0.1
"""Variance of the offsets, and what the field leaves unknown at a site left out (sd)."""


def offsets(rng, n, heavy):
    """Offsets of variance NUGGET: of a Student t with 4 degrees of freedom (variance 2), or not."""
    unit = rng.standard_t(4, n) / np.sqrt(2.0) if heavy else rng.standard_normal(n)
    return np.sqrt(NUGGET) * unit


def held(shares, off) -> list[float]:
    """Coverage of the central intervals of 50, 80, 90 and 95 %."""
    p = replace(P["none"], nugget_site=NUGGET, shares=shares)
    below = measured(np.zeros(len(off)), np.full(len(off), FIELD), p).below(off)
    return [float(np.mean(np.abs(2.0 * below - 1.0) <= level)) for level in (0.5, 0.8, 0.9, 0.95)]


@pytest.mark.parametrize("heavy", [True, False])
def test_tails_are_learnt_where_there_are_any(heavy) -> None:
    rng = np.random.default_rng(4)
    seen = offsets(rng, 3_000, heavy) + FIELD * rng.standard_normal(3_000)
    unseen = offsets(rng, 60_000, heavy) + FIELD * rng.standard_normal(60_000)
    shares = learnt(seen, np.full(3_000, FIELD**2), NUGGET)
    np.testing.assert_allclose(held(shares, unseen), [0.5, 0.8, 0.9, 0.95], atol=0.02)
    assert sum(shares) == pytest.approx(1.0)
    if heavy:  # the normal one would hold too much in the middle
        assert held(NORMAL, unseen)[0] > 0.53
        assert sum(shares[5:]) > sum(NORMAL[5:]) + 0.02


def test_few_sites_leave_an_offset_nearly_normal() -> None:
    # Four sites count beforehand: of five sites that all lie at 2.5 standard deviations, no more
    # than 5 / (5 + 4) of the share can leave the normal part.
    shares = learnt(np.full(5, 2.5), np.zeros(5), 1.0)
    assert 4 / 9 - 1e-9 <= shares[3] < 1.0


@pytest.mark.parametrize(("n", "nugget"), [(0, 0.02), (5, 0.0)])
def test_without_sites_or_without_a_nugget_offsets_are_normal(n, nugget) -> None:
    assert learnt(np.zeros(n), np.ones(n), nugget) == NORMAL


def test_a_site_at_its_prediction_and_one_far_out_do_not_explode() -> None:
    shares = learnt(np.array([0.0, 0.0, 1e3, -1e3]), np.zeros(4), 0.02)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert sum(shares) == pytest.approx(1.0)
