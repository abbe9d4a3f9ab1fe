"""A fitted field: asked anywhere, at any number of places."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.errors import BadInputError
from layers.interpolation import grid
from layers.interpolation.distribution import Bands
from layers.interpolation.drift import Drift, drift
from layers.interpolation.grid import Plan
from layers.interpolation.lattice import Lattice
from layers.interpolation.local import Local, local
from layers.interpolation.neighbours import Neighbours
from layers.interpolation.parameters import FloatArray, Parameters, Transform
from layers.interpolation.robust import FAR, SUSPECT, among_neighbours, extra_noise
from layers.interpolation.sample import LARGEST_M, Sample, Source
from layers.interpolation.solver import Exact, exact, of_coefficients
from layers.interpolation.summation import Summation, summation
from layers.interpolation.trial import near_enough

EXACT_SITES = 2_000
"""Sites up to which the covariance is factorised whole; beyond, the nearest ones are taken."""
CELLS = 250_000
"""Cells of a grid whose covariates are looked at together."""


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
    drift : Drift
        Mean of the sites.
    source : Source
        Positions and what else is known of the values as they came.
    fallback : str or None
        Why the parameters are not the data's own (see ``estimation.estimate``); or that there is no
        pattern in space to speak of (``estimation.NO_PATTERN``).
    """

    parameters: Parameters
    sites: Sample
    extra: FloatArray
    solver: Exact | Local | None
    drift: Drift
    source: Source
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
    def error(self) -> float:
        """Typical variance of the measurement error of a device; 0 where none is known."""
        known = self.sites.error[self.sites.error > 0]
        return float(np.median(known)) * self.parameters.inflation**2 if known.size else 0.0

    @property
    def noise_sigma(self) -> float:
        """Standard deviation of a new measurement around the latent field."""
        return float(np.sqrt(self.parameters.offset_variance + self.error))

    def predict(
        self, x_m: ArrayLike, y_m: ArrayLike, covariates: ArrayLike | None = None
    ) -> Prediction:
        """Predictive distribution at targets of any one shape.

        A target whose position is not a number is predicted as one infinitely far away.

        Parameters
        ----------
        covariates : array of float, shape (..., q), optional
            Of each target, as for ``fit``; NaN, or none at all, counts as their average.
        """
        x, y = _targets(x_m, y_m)
        flat = self.parameters.plane(x.reshape(-1), y.reshape(-1))
        if self.solver is None:
            mean, left = np.full((2, x.size), [[np.nan], [self.parameters.sill]])
            return self._prediction(mean, left, 0.0 * left, x.shape)
        some = np.all(np.abs(flat) <= LARGEST_M, axis=1)
        found = self.solver.predict(flat[some])
        mean, told = np.zeros(x.size), np.zeros((x.size, self.drift.width))
        left = np.full(x.size, self.parameters.sill)
        mean[some], told[some] = found.mean, found.told
        left[some] = np.minimum(
            found.left, self.parameters.sill
        )  # single precision may round it up
        columns = self.drift.at(x.size, covariates)
        brought = of_coefficients(columns - told, self.solver.variance)
        return self._prediction(mean + columns @ self.solver.beta, left, brought, x.shape)

    def predict_grid(self, lattice: Lattice, covariates: ArrayLike | None = None) -> Prediction:
        """As ``predict`` for every cell of a grid: ``map_grid`` without its plan."""
        return self.map_grid(lattice, covariates)[0]

    def map_grid(
        self,
        lattice: Lattice,
        covariates: ArrayLike | None = None,
        plan: Plan | None = None,
    ) -> tuple[Prediction, Plan | None]:
        """As ``predict`` for every cell of a grid of shape (H, W), and a plan for the next hour.

        On a large grid every eighth cell is kriged and the others follow (see ``grid``), or every
        fourth or second where the covariance asks for it; the answers are then float32. They are
        compared with kriging each cell at ``trial.TRIED`` cells and taken only where they agree:
        see ``trial.MEAN_OFF``.

        Parameters
        ----------
        covariates : array of float, shape (H, W, q), optional
            As for ``predict``.
        plan : Plan, optional
            Of the same grid. Where it was of the same sites under the same parameters, only means
            are to be found; otherwise it is passed by.

        Returns
        -------
        Prediction
        Plan or None
            What does not depend on the values; None where every cell was kriged by itself.
        """
        solver, small = self.solver, self._small(lattice)
        if solver is None or small:
            return self.predict(*lattice.all(), covariates), None
        if plan is not None and self._may_use(plan):
            made: tuple[Plan, grid.Float32Array] | None = (plan, plan.mean(solver))
        else:
            made = self._grid(solver, lattice)
        if made is None:
            (left, brought, *cross), mean = grid.every(solver, *self._near(), lattice)
        else:
            (left, brought, *cross), mean = made[0].bands, made[1]
            left, brought = left.copy(), brought.copy()  # a plan is not used up
        mean += mean.dtype.type(solver.beta[0])
        if cross and covariates is not None:
            self._add_effects(mean, brought, cross, np.asarray(covariates))
        found = self._prediction(mean, left, brought, mean.shape)
        return found, None if made is None else made[0]

    def _add_effects(
        self, mean: Bands, brought: Bands, cross: list[Bands], covariates: NDArray[Any]
    ) -> None:
        """Add what the covariates of the cells change, in place and by rows."""
        assert self.solver is not None  # noqa: S101 - there are cells to add to
        beta, variance, kind = self.solver.beta, self.solver.variance, mean.dtype.type
        given, at = covariates.reshape(*mean.shape, -1), slice(1, 1 + len(cross))
        within = variance[at, at].astype(mean.dtype)
        step = max(1, CELLS // mean.shape[1])
        for begin in range(0, len(mean), step):
            rows = slice(begin, begin + step)
            some = given[rows].reshape(-1, given.shape[-1])
            more = self.drift.at(len(some), some)[:, at].astype(mean.dtype)
            more = more.reshape(*mean[rows].shape, len(cross))
            brought[rows] += of_coefficients(more, within)
            for k, crossed in enumerate(cross):
                mean[rows] += kind(beta[1 + k]) * more[..., k]
                brought[rows] += 2 * more[..., k] * crossed[rows]
        np.maximum(brought, 0.0, out=brought)

    def _may_use(self, plan: Plan) -> bool:
        """Whether a plan is of the same sites under the same parameters, and of the same mean.

        What is known of the mean beforehand follows the spread of the hour (see ``drift``).
        """
        mean, known = self.drift, plan.near.drift
        return (
            plan.serves(*self._sites())
            and np.array_equal(known.columns, mean.columns)
            and np.array_equal(known.precision, mean.precision)
        )

    def _grid(
        self, solver: Exact | Local, lattice: Lattice
    ) -> tuple[Plan, grid.Float32Array] | None:
        """Plan and mean of the coarsest nodes that are near enough to kriging each cell."""
        near = self._near()
        for step in grid.STEPS:
            frame = grid.framed(self.parameters, lattice, step)
            made = frame and grid.plan(solver, *near, frame, lattice)
            if made and near_enough(*made, solver, lattice):
                return made
        return None

    def _small(self, lattice: Lattice) -> bool:
        """Whether each cell is kriged from all sites, in double precision."""
        few = lattice.shape[0] * lattice.shape[1] * self.sites.n**2 <= grid.EXACT_CELLS
        low, high = grid.SINGLE
        return few or not low < self.parameters.sill < high

    def serves(
        self, parameters: Parameters, xy_m: FloatArray, noise: FloatArray, mean: Drift
    ) -> bool:
        """Whether the factor is that of other sites, their noise and drift, shape (n, ...)."""
        return (
            self.solver is not None
            and replace(self.parameters, shares=parameters.shares) == parameters
            and np.array_equal(self.solver.xy_m, xy_m)
            and np.array_equal(noise_of(self.sites, parameters) + self.extra, noise)
            and np.array_equal(self.drift.columns, mean.columns)
            and np.array_equal(self.drift.precision, mean.precision)
        )

    def _near(self) -> tuple[Neighbours, Summation | None]:
        """Sites as the grid asks for them."""
        e = self.solver
        if isinstance(e, Local):
            return e.near, e.sums
        xy, noise = self._sites()[1:]
        near = Neighbours.of(self.parameters, xy, noise, self.drift)
        return near, summation(self.parameters, xy, near.tree)

    def _sites(self) -> tuple[Parameters, FloatArray, FloatArray]:
        """Parameters, sites in their plane, and noise."""
        noise = noise_of(self.sites, self.parameters) + self.extra
        return self.parameters, self.parameters.plane(self.sites.x_m, self.sites.y_m), noise

    def _prediction(
        self, mu: Bands, left: Bands, brought: Bands, shape: tuple[int, ...]
    ) -> Prediction:
        brought += left
        left /= left.dtype.type(self.parameters.sill)
        return Prediction(
            mu.reshape(shape),
            np.sqrt(brought, out=brought).reshape(shape),
            left.reshape(shape),
            self.parameters.transform,
            self.noise_sigma,
        )


def noise_of(sites: Sample, parameters: Parameters) -> FloatArray:
    """Variance of every site beyond the latent field: nugget and measurement error."""
    return np.asarray(parameters.nugget_site + sites.error * parameters.inflation**2)


def conditioned(
    sites: Sample,
    parameters: Parameters,
    source: Source,
    fallback: str | None = None,
    limit: FloatArray | None = None,
    like: Field | None = None,
) -> Field:
    """Field of ``sites`` under given parameters; values that stand far out get own noise.

    Parameters
    ----------
    limit : array of float, shape (n,), optional
        Standard deviations beyond which each value is not believed, below ``robust.FAR`` for
        those under suspicion; without it their neighbours are asked.
    like : Field, optional
        Of an earlier hour: where it is of the same sites, its factor serves again.
    """
    mean = drift(source, sites, parameters.transform)
    if sites.n == 0:
        return Field(parameters, sites, np.zeros(0), None, mean, source, fallback)
    noise = noise_of(sites, parameters)
    if limit is None:
        limit = np.where(among_neighbours(sites.x_m, sites.y_m, sites.z), SUSPECT, FAR)
    xy = parameters.plane(sites.x_m, sites.y_m)

    def solve(rows: NDArray[np.intp], variance: FloatArray) -> Exact | Local:
        if (
            like is not None
            and len(rows) == sites.n
            and like.serves(parameters, xy, variance, mean)
        ):
            assert like.solver is not None  # noqa: S101 - it serves
            return like.solver.with_values(sites.z)
        make = exact if len(rows) <= EXACT_SITES else local
        return make(parameters, xy[rows], variance[rows], sites.z[rows], mean.rows(rows))

    everyone, at = np.arange(sites.n), np.flatnonzero(limit >= FAR)
    suspect = np.flatnonzero(limit < FAR)
    solver = solve(at if len(at) else everyone, noise)
    error, spread = np.zeros(sites.n), np.ones(sites.n)
    if len(at) > 1:
        looked = np.arange(len(at))
        if isinstance(solver, Local):  # of very many sites, those that could be far out
            near = among_neighbours(sites.x_m, sites.y_m, sites.z, SUSPECT)
            looked = np.flatnonzero(near[at])
        error[at[looked]], spread[at[looked]] = solver.left_out(looked)
    if len(suspect) and len(at):
        found = solver.predict(xy[suspect])
        columns = mean.columns[suspect]
        error[suspect] = sites.z[suspect] - columns @ solver.beta - found.mean
        brought = of_coefficients(columns - found.told, solver.variance)
        spread[suspect] = np.sqrt(found.left + brought + noise[suspect])
    extra = extra_noise(error, spread, limit)
    if extra.any() or len(suspect):
        solver = solve(everyone, noise + extra)
    return Field(parameters, sites, extra, solver, mean, source, fallback)


def _targets(x_m: ArrayLike, y_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    if x.shape != y.shape:
        raise BadInputError(f"positions come in pairs; got shapes {x.shape} and {y.shape}.")
    return x, y
