import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from layers import interpolation
from layers.errors import BadInputError
from layers.interpolation import robust
from layers.interpolation.drift import EFFECT_SD, OFFSET_SD, Drift, constant, per_site
from layers.interpolation.parameters import Parameters
from layers.interpolation.solver import exact, of_coefficients

KNOWN = Parameters(model="exponential", transform="log", sill=0.02, range_m=80e3, nugget_site=0.005)
SIDE_M = 600e3


def network(n=120, seed=1, p=KNOWN):
    """Stations and latent values drawn from the model around 4.5."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, SIDE_M, (n, 2))
    k = p.covariance(cdist(xy, xy)) + p.nugget_site * np.eye(n)
    return *xy.T, 4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n)


def textbook(xy, z, at, more, more_at):
    """Ordinary kriging with a Lagrange multiplier (Cressie 1993, 3.2): mean and variance.

    What coefficients with a normal prior add to the covariance is ``more``, shape (n, n), and
    ``more_at``, shapes (n, m) and (m,): then the constant alone is unknown.
    """
    n = len(z)
    system = np.ones((n + 1, n + 1))
    system[:n, :n] = KNOWN.covariance(cdist(xy, xy)) + KNOWN.nugget_site * np.eye(n) + more
    system[n, n] = 0.0
    right = np.ones((n + 1, len(at)))
    right[:n] = KNOWN.covariance(cdist(xy, at)) + more_at[0]
    solution = np.linalg.solve(system, right)
    return solution[:n].T @ z, KNOWN.sill + more_at[1] - np.sum(solution * right, axis=0)


def test_a_covariate_is_one_more_part_of_the_covariance_with_its_prior() -> None:
    x, y, z = network(40)
    rng = np.random.default_rng(2)
    height, at_height = rng.uniform(200.0, 3000.0, 40), np.array([250.0, 900.0, 2500.0, 4000.0])
    z = z + 0.1 * (height - height.mean()) / height.std()
    at = rng.uniform(0.0, SIDE_M, (4, 2))
    field = interpolation.condition(x, y, np.exp(z), KNOWN, covariates=height[:, None])
    found = field.predict(*at.T, at_height[:, None])
    h, g = ((a - height.mean()) / height.std() for a in (height, at_height))
    prior = (EFFECT_SD * robust.scale(z)) ** 2
    more_at = prior * np.outer(h, g), prior * g * g
    mean, variance = textbook(np.stack([x, y], axis=1), z, at, prior * np.outer(h, h), more_at)
    np.testing.assert_allclose(found.mu, mean)
    np.testing.assert_allclose(found.sigma, np.sqrt(variance))


def test_offsets_of_networks_are_one_more_part_and_targets_have_none() -> None:
    x, y, z = network(45)
    name = np.repeat(["a", "b", "c"], [30, 10, 5])
    at = np.random.default_rng(3).uniform(0.0, SIDE_M, (6, 2))
    field = interpolation.condition(x, y, np.exp(z), KNOWN, networks=name)
    found = field.predict(*at.T)
    same = OFFSET_SD**2 * (name[:, None] == name)
    mean, variance = textbook(np.stack([x, y], axis=1), z, at, same, (0.0, 0.0))
    np.testing.assert_allclose(found.mu, mean)
    np.testing.assert_allclose(found.sigma, np.sqrt(variance))


def test_what_is_linear_in_a_covariate_is_found_back() -> None:
    x, y, z = network(150)
    rng = np.random.default_rng(4)
    height, noise = rng.uniform(200.0, 3000.0, 150), rng.standard_normal(150)
    value = np.exp(z + 0.3e-3 * height)
    both = np.stack([noise, height], axis=1)
    field = interpolation.fit(x, y, value, covariates=both)
    # the coefficient is that of one standard deviation
    effect = field.solver.beta[1:3] / both.std(axis=0)
    error = np.sqrt(np.diag(field.solver.variance)[1:3]) / both.std(axis=0)
    assert abs(effect[1] - 0.3e-3) < 3 * error[1] < 0.1e-3
    assert abs(effect[0]) < 3 * error[0]
    # 1,000 m up, at the same places: 0.3 more, beyond the heights that were seen as well
    low = field.predict(x, y, np.stack([noise, height], axis=1))
    high = field.predict(x, y, np.stack([noise, height + 1000.0], axis=1))
    np.testing.assert_allclose(high.mu - low.mu, 1000.0 * effect[1])
    # left one out it tells a good deal that the field alone cannot
    alone = interpolation.fit(x, y, value)
    assert interpolation.loo(field).rmse < 0.8 * interpolation.loo(alone).rmse


@pytest.mark.parametrize("height", [0.0, 812.0, 1e9])
def test_a_covariate_that_is_the_same_everywhere_tells_nothing(height) -> None:
    x, y, z = network(60)
    same = np.full((60, 1), height)
    field = interpolation.fit(x, y, np.exp(z), covariates=same)
    plain = interpolation.fit(x, y, np.exp(z))
    for target in (same, same + 500.0):
        here, there = field.predict(x, y, target), plain.predict(x, y)
        np.testing.assert_allclose(here.mu, there.mu, rtol=1e-5)
        np.testing.assert_allclose(here.sigma, there.sigma, rtol=1e-3)


def test_a_covariate_that_is_not_known_counts_as_the_average() -> None:
    x, y, z = network(60)
    height = np.random.default_rng(5).uniform(200.0, 3000.0, 60)
    holes = height.copy()
    holes[::6] = np.nan
    filled = np.where(np.isnan(holes), np.nanmean(holes), holes)
    field = interpolation.condition(x, y, np.exp(z), KNOWN, covariates=holes[:, None])
    # The standardised column is zero at a hole. Filled in, the column differs by a factor alone
    # (the deviation counts fewer sites), and so does its prior: compare with the scale undone.
    column = field.drift.columns[:, 1]
    site = np.argsort(field.sites.site)
    np.testing.assert_allclose(
        column * field.drift.scale + field.drift.centre, filled[site], rtol=1e-12
    )
    average = np.full((60, 1), np.nanmean(holes))
    told = field.predict(x, y, average)
    for unknown in (np.full((60, 1), np.nan), np.full((60, 1), np.inf), None):
        found = field.predict(x, y, unknown)
        np.testing.assert_allclose(found.mu, told.mu, rtol=1e-12)
        np.testing.assert_allclose(found.sigma, told.sigma, rtol=1e-12)
    none = interpolation.fit(x, y, np.exp(z), covariates=np.full((60, 1), np.nan))
    np.testing.assert_allclose(
        none.predict(x, y, average).mu, interpolation.fit(x, y, np.exp(z)).predict(x, y).mu,
        rtol=1e-5,
    )  # fmt: skip


def joined(n=200, seed=6):
    """Two networks side by side and one into the other: the second shows 15 % more."""
    x, y, z = network(n, seed)
    second = np.arange(n) % 2 == 1
    return x, y, z, np.where(second, "b", "a"), np.exp(z + math.log(1.15) * second)


def test_two_networks_that_disagree_are_joined_with_their_offset() -> None:
    x, y, _, name, value = joined()
    field = interpolation.fit(x, y, value, networks=name)
    assert field.drift.networks == ("a", "b")
    difference = np.array([0.0, -1.0, 1.0])
    found = float(difference @ field.solver.beta)
    error = math.sqrt(float(difference @ field.solver.variance @ difference))
    assert error < 0.03
    assert abs(found - math.log(1.15)) < 2.5 * error


def test_interleaved_networks_leave_no_trace_on_the_map() -> None:
    x, y, z, name, value = joined(600)

    def trace(networks) -> float:
        """Deviation from the map of stations that agree, but for a constant that nobody knows."""
        found = interpolation.condition(x, y, value, KNOWN, networks=networks).predict(x, y)
        return float(np.std(found.mu - true))

    true = interpolation.condition(x, y, np.exp(z), KNOWN).predict(x, y).mu
    assert trace(name) < 0.004
    assert trace(None) > 0.03  # half of the 15 % is on the map here and there


def test_a_single_network_has_no_offset() -> None:
    x, y, z = network(60)
    plain = interpolation.fit(x, y, np.exp(z))
    one = interpolation.fit(x, y, np.exp(z), networks=["a"] * 60)
    assert (one.drift.networks, one.drift.width) == ((), 1)
    for band in ("mu", "sigma", "support"):
        np.testing.assert_array_equal(
            getattr(one.predict(x, y), band), getattr(plain.predict(x, y), band)
        )


@pytest.mark.parametrize(("small", "kept"), [(2, 0.7937), (50, 0.9804)])
def test_the_offset_of_a_small_network_stays_nearer_to_nothing(small, kept) -> None:
    # Stations so far apart that only their own noise v = 0.01 is left, fifty of "a" at 0 and some
    # of "b" at d = 0.2. Offsets a, b ~ N(0, t²), t² = 0.01, the constant unknown:
    # b - a has prior variance 2 t² and is seen with v / 50 + v / n, so d keeps the share
    # 0.02 / (0.02 + 0.01 / 50 + 0.01 / n): 0.7937 for two stations, 0.9804 for fifty;
    # either offset takes one half of it.
    n = 50 + small
    far = Parameters(model="exponential", transform="log", sill=1e-9, range_m=1.0, nugget_site=0.01)
    name = ["a"] * 50 + ["b"] * small
    value = np.exp(np.where(np.arange(n) < 50, 0.0, 0.2))
    field = interpolation.condition(1e3 * np.arange(n), np.zeros(n), value, far, networks=name)
    assert field.solver.beta[2] == pytest.approx(0.1 * kept, abs=1e-5)
    assert field.solver.beta[1] == pytest.approx(-0.1 * kept, abs=1e-5)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(40)), names=st.permutations(["a", "b", "c"]))
def test_the_order_of_stations_and_names_does_not_matter(order, names) -> None:
    x, y, z = network(40)
    height = np.random.default_rng(7).uniform(200.0, 3000.0, (40, 1))
    of = np.arange(40) % 3
    at = np.linspace(0.0, SIDE_M, 9)
    here, there = (
        interpolation.fit(
            x[rows], y[rows], np.exp(z[rows]), covariates=height[rows], networks=called
        ).predict(at, at, np.full((9, 1), 700.0))
        for rows, called in (
            (np.arange(40), [("a", "b", "c")[i] for i in of]),
            (np.array(order), [names[i] for i in of[list(order)]]),
        )
    )
    np.testing.assert_allclose(there.mu, here.mu, rtol=1e-5)
    np.testing.assert_allclose(there.sigma, here.sigma, rtol=1e-3)


def test_a_site_of_two_networks_belongs_to_the_first_by_name() -> None:
    x = np.array([0.0, 0.0, 50e3, 90e3])
    field = interpolation.condition(
        x, 0.0 * x, [90.0, 92.0, 95.0, 99.0], KNOWN, networks=["b", "a", "b", "a"]
    )
    # site 0 is that of the first two values
    np.testing.assert_array_equal(field.drift.columns, [[1, 1, 0], [1, 0, 1], [1, 1, 0]])


def test_values_of_one_site_share_what_is_known_of_it() -> None:
    # Site 0 has 1 and 3, site 1 nothing and 5, site 2 nothing; the masked value tells nothing.
    site = np.array([0, 0, 1, 1, 2, -1])
    given_ = np.array([[1.0], [3.0], [np.nan], [5.0], [np.inf], [100.0]])
    np.testing.assert_array_equal(per_site(site, 3, given_), [[2.0], [5.0], [np.nan]])


def test_the_mean_of_which_nothing_is_known_is_one_constant() -> None:
    mean = constant(3)
    assert (mean.width, mean.covariates, mean.networks) == (1, 0, ())
    np.testing.assert_array_equal(mean.columns, np.ones((3, 1)))
    np.testing.assert_array_equal(mean.at(2, None), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("what", "match"),
    [
        ({"covariates": np.zeros(60)}, r"one row for each of the 60 values; got shape \(60,\)\."),
        ({"covariates": np.zeros((59, 1))}, r"one row for each of the 60 values; got"),
        ({"covariates": np.zeros((60, 1, 1))}, r"one row for each of the 60 values; got"),
        ({"networks": ["a"] * 59}, r"60 values came with 59 networks\."),
        ({"sd": np.ones(59)}, r"60 values came with deviations of another length\."),
    ],
)
def test_what_does_not_belong_to_the_values_is_refused_with_a_sentence(what, match) -> None:
    x, y, z = network(60)
    for call in (interpolation.fit, lambda *a, **k: interpolation.condition(*a, KNOWN, **k)):
        with pytest.raises(BadInputError, match=match):
            call(x, y, np.exp(z), **what)


@pytest.mark.parametrize("count", [1, 3])
def test_targets_need_the_covariates_of_the_fit(count) -> None:
    x, y, z = network(60)
    both = np.random.default_rng(8).uniform(size=(60, 2))
    field = interpolation.fit(x, y, np.exp(z), covariates=both)
    with pytest.raises(BadInputError, match=rf"knows 2 covariates of each of 5.*5, {count}"):
        field.predict(x[:5], y[:5], np.zeros((5, count)))
    with pytest.raises(BadInputError, match=rf"knows 0 covariates of each of 5.*5, {count}"):
        interpolation.fit(x, y, np.exp(z)).predict(x[:5], y[:5], np.zeros((5, count)))


def test_infinity_under_a_covariate_that_is_the_same_everywhere_counts_as_the_average() -> None:
    x, y, z = network(60)
    field = interpolation.condition(x, y, np.exp(z), KNOWN, covariates=np.ones((60, 1)))
    np.testing.assert_array_equal(
        field.predict(x, y, np.full((60, 1), np.inf)).mu, field.predict(x, y).mu
    )


@pytest.mark.parametrize("shape", [(4,), (5, 3)])
def test_covariates_of_other_targets_are_refused_with_a_sentence(shape) -> None:
    x, y, z = network(60)
    both = np.random.default_rng(8).uniform(size=(60, 2))
    field = interpolation.fit(x, y, np.exp(z), covariates=both)
    with pytest.raises(BadInputError, match="covariates"):
        field.predict(x[:7], y[:7], np.zeros(shape))


def test_no_target_needs_no_covariates() -> None:
    x, y, z = network(60)
    field = interpolation.fit(x, y, np.exp(z), covariates=x[:, None])
    assert field.predict([], [], np.zeros((0, 1))).mu.shape == (0,)


def test_covariates_of_targets_that_lie_the_wrong_way_are_refused() -> None:
    x, y, z = network(60)
    both = np.random.default_rng(8).uniform(size=(60, 2))
    field = interpolation.fit(x, y, np.exp(z), covariates=both)
    with pytest.raises(BadInputError):
        field.predict(x[:3], y[:3], both[:3].T)


@pytest.mark.parametrize("prior", [1e2, 1e-2])
def test_a_station_alone_in_its_network_is_left_out_as_if_it_had_never_been(prior) -> None:
    # ``prior`` is the precision of offsets: all of the spread where a network has no other station.
    p = Parameters(
        model="exponential", transform="none", sill=0.03, range_m=250e3, nugget_site=0.01
    )
    xy = np.array([[318e3, 407e3], [135e3, 456e3], [20e3, 303e3], [8e3, 365e3]])
    columns = np.column_stack([np.ones(4), [1, 0, 1, 1], [0, 1, 0, 0]])
    mean = Drift(columns, np.array([0.0, prior, prior]), np.zeros(0), np.zeros(0), ("a", "b"))
    noise, z, rest = np.full(4, 0.01), np.array([0.1, 0.2, 0.1, 0.3]), np.array([0, 2, 3])
    error, spread = exact(p, xy, noise, z, mean).left_out(np.array([1]))
    others = exact(p, xy[rest], noise[rest], z[rest], mean.rows(rest))
    found = others.predict(xy[1:2])
    brought = of_coefficients(columns[1:2] - found.told, others.variance)
    assert error[0] == pytest.approx(
        z[1] - columns[1] @ others.beta - found.mean[0], abs=1e-4 * spread[0]
    )
    assert spread[0] == pytest.approx(math.sqrt(found.left[0] + brought[0] + 0.01), rel=1e-4)
