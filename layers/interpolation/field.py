"""A fitted field: asked anywhere, at any number of places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from layers.errors import BadInputError
from layers.interpolation import grid
from layers.interpolation.local import Local, local, thinned
from layers.interpolation.parameters import FloatArray, Parameters, Transform
from layers.interpolation.robust import FAR, SUSPECT, among_neighbours, extra_noise
from layers.interpolation.sample import LARGEST_M, Sample, sample
from layers.interpolation.solver import Exact, Latent, exact

EXACT_SITES = 2_000
"""Sites up to which the covariance is factorised whole; beyond, the nearest ones are taken."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Predictive distribution of the latent field at targets.

    Attributes
    ----------
    mu, sigma : array of float, shape of the targets
        Mean and standard deviation of the latent field: of the logarithm of the value under
        ``transform="log"``. Always finite, except that ``mu`` is NaN everywhere when there was
        no site at all; ``support`` is then 1.
    support : array of float, shape of the targets
        Latent variance over prior variance, in [0, 1]; near 1 the network cannot know.
    transform : "log" or "none"
        For the functions of ``distribution``.
    noise_sigma : float
        Standard deviation of what a new measurement adds to the field: the offset of its site
        and, where the data told one, the typical error of the device.
    """

    mu: FloatArray
    sigma: FloatArray
    support: FloatArray
    transform: Transform
    noise_sigma: float


@dataclass(frozen=True, slots=True)
class Field:
    """Predictor of the latent field from n sites; made by ``fit`` and ``condition``.

    Attributes
    ----------
    parameters : Parameters
        Covariance in use.
    sites : Sample
        What was left of the values after masking and merging.
    extra : array of float, shape (n,)
        Variance of its own that a value got because it stands far out; 0 for the others.
    solver : Exact, Local or None
        None when there is no site.
    source : tuple of array of float
        Positions and standard deviations as they came, for ``with_values``.
    fallback : str or None
        Why the parameters are not the data's own: see ``estimation.estimate``.
    """

    parameters: Parameters
    sites: Sample
    extra: FloatArray
    solver: Exact | Local | None
    source: tuple[FloatArray, FloatArray, FloatArray]
    fallback: str | None = None

    @property
    def outliers(self) -> NDArray[np.intp]:
        """Indices, among the values handed in, of those that stand far out.

        Show them: the surface passes them by.
        """
        known = self.sites.site >= 0
        return np.flatnonzero(known & np.append(self.extra > 0, False)[self.sites.site])

    @property
    def method(self) -> str:
        """Name of the solver in use: "exact", "local" or "none"."""
        return "none" if self.solver is None else type(self.solver).__name__.lower()

    @property
    def noise_sigma(self) -> float:
        """Standard deviation of a new measurement around the latent field."""
        known = self.sites.error[self.sites.error > 0]
        error = float(np.median(known)) * self.parameters.inflation**2 if known.size else 0.0
        return float(np.sqrt(self.parameters.nugget_site + error))

    def predict(self, x_m: ArrayLike, y_m: ArrayLike) -> Prediction:
        """Predictive distribution at targets of any one shape.

        A target whose position is not a number is predicted as one infinitely far away.
        """
        x, y = _targets(x_m, y_m)
        finite = (np.abs(x) <= LARGEST_M) & (np.abs(y) <= LARGEST_M)
        prior = self._prior(x.size)
        if self.solver is not None:
            some = finite.reshape(-1)
            found = self.solver.predict(x.reshape(-1)[some], y.reshape(-1)[some])
            prior.mu[some], prior.sigma[some] = found.mu, found.sigma
            prior.support[some] = found.support
        return self._prediction(prior, x.shape)

    def predict_grid(self, x_m: ArrayLike, y_m: ArrayLike) -> Prediction:
        """As ``predict`` for a grid of shape (H, W) in which neighbours lie side by side.

        Large grids are predicted in blocks of 8 x 8 cells that share their nearest sites. Up to
        2,000 sites the mean is drawn back to the exact one, to 0.01 standard deviations; the
        standard deviation stays within 2 %.

        Raises
        ------
        BadInputError
            If the positions are not two arrays of one two-dimensional shape.
        """
        x, y = _targets(x_m, y_m)
        if x.ndim != 2:
            raise BadInputError(f"a grid has rows and columns; got positions of shape {x.shape}.")
        regular = x.size > 0 and bool(np.all((abs(x) <= LARGEST_M) & (abs(y) <= LARGEST_M)))
        near = self._near()
        if near is None or not regular:
            return self.predict(x, y)
        whole = self.solver if isinstance(self.solver, Exact) else None
        if whole is not None and self.sites.n**2 * x.size <= grid.EXACT_WORK:
            return self.predict(x, y)
        latent = grid.by_blocks(near, whole, x, y)
        return self._prediction(latent, x.shape)

    def with_values(self, value: ArrayLike) -> "Field":
        """The next hour at the same stations under the same parameters.

        Two triangular solves where the same stations report; a new factor where a station is
        missing, a merged site disagrees, errors depend on the value, or a value stands out.
        """
        x, y, sd = self.source
        parameters = self.parameters
        sites = sample(x, y, value, sd=sd, transform=parameters.transform)
        same = (
            self.solver is not None
            and np.array_equal(sites.site, self.sites.site)
            and np.array_equal(sites.error, self.sites.error)
            and not self.extra.any()
            and not among_neighbours(sites.x_m, sites.y_m, sites.z).any()
        )
        if not same or self.solver is None:
            return conditioned(sites, parameters, self.source, self.fallback)
        solver = self.solver.with_values(sites.z)
        return Field(parameters, sites, self.extra, solver, self.source, self.fallback)

    def _near(self) -> Local | None:
        if isinstance(self.solver, Exact):
            e = self.solver
            noise = noise_of(self.sites, self.parameters) + self.extra
            tree = cKDTree(e.xy_m)
            mean = (e.mean, e.mean_variance)
            return Local(e.parameters, e.xy_m, noise, self.sites.z, *mean, tree, thinned(e.xy_m))
        return self.solver

    def _prior(self, m: int) -> Latent:
        mean, variance = np.nan, 0.0
        if self.solver is not None:
            mean, variance = self.solver.mean, self.solver.mean_variance
        spread = float(np.sqrt(self.parameters.sill + variance))
        return Latent(np.full(m, mean), np.full(m, spread), np.ones(m))

    def _prediction(self, latent: Latent, shape: tuple[int, ...]) -> Prediction:
        return Prediction(
            latent.mu.reshape(shape),
            latent.sigma.reshape(shape),
            latent.support.reshape(shape),
            self.parameters.transform,
            self.noise_sigma,
        )


def noise_of(sites: Sample, parameters: Parameters) -> FloatArray:
    """Variance of every site beyond the latent field: nugget and measurement error."""
    return np.asarray(parameters.nugget_site + sites.error * parameters.inflation**2)


def conditioned(
    sites: Sample,
    parameters: Parameters,
    source: tuple[FloatArray, FloatArray, FloatArray],
    fallback: str | None = None,
    limit: FloatArray | None = None,
) -> Field:
    """Field of ``sites`` under given parameters; values that stand far out get own noise.

    Parameters
    ----------
    limit : array of float, shape (n,), optional
        Standard deviations beyond which each value is not believed, below ``robust.FAR`` for
        those under suspicion; without it their neighbours are asked.
    """
    if sites.n == 0:
        return Field(parameters, sites, np.zeros(0), None, source, fallback)
    noise = noise_of(sites, parameters)
    if limit is None:
        limit = np.where(among_neighbours(sites.x_m, sites.y_m, sites.z), SUSPECT, FAR)
    trusted = limit >= FAR
    suspect = ~trusted
    part = (sites.x_m[trusted], sites.y_m[trusted])
    solver = _solve(parameters, *part, noise[trusted], sites.z[trusted])
    error, spread = np.zeros(sites.n), np.ones(sites.n)
    if np.count_nonzero(trusted) > 1:
        at = np.flatnonzero(trusted)
        if isinstance(solver, Local):  # of very many sites, those that could be far out
            near = among_neighbours(sites.x_m, sites.y_m, sites.z, SUSPECT)
            looked = near[at]
            error[at[looked]], spread[at[looked]] = left_out(
                solver, sites.z[at], np.flatnonzero(looked)
            )
        else:
            error[at], spread[at] = left_out(solver, sites.z[at])
    if suspect.any():
        found = solver.predict(sites.x_m[suspect], sites.y_m[suspect])
        error[suspect] = sites.z[suspect] - found.mu
        spread[suspect] = np.sqrt(found.sigma**2 + noise[suspect])
    extra = extra_noise(error, spread, limit)
    if extra.any() or suspect.any():
        solver = _solve(parameters, sites.x_m, sites.y_m, noise + extra, sites.z)
    return Field(parameters, sites, extra, solver, source, fallback)


def left_out(
    solver: Exact | Local, z: FloatArray, at: NDArray[np.intp] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Leave-one-out error and its standard deviation at the sites ``at`` (default: all)."""
    if isinstance(solver, Local):
        return solver.left_out(z, np.arange(len(z)) if at is None else at)
    error, spread = solver.left_out(z)
    return (error, spread) if at is None else (error[at], spread[at])


def _solve(
    parameters: Parameters, x_m: FloatArray, y_m: FloatArray, noise: FloatArray, z: FloatArray
) -> Exact | Local:
    make = exact if len(z) <= EXACT_SITES else local
    return make(parameters, x_m, y_m, noise, z)


def _targets(x_m: ArrayLike, y_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    if x.shape != y.shape:
        raise BadInputError(f"positions come in pairs; got shapes {x.shape} and {y.shape}.")
    return x, y
