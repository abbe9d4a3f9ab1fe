"""What the mean of the field depends on: covariates, and the offsets of networks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.errors import BadInputError
from layers.interpolation import robust
from layers.interpolation.parameters import FloatArray, Transform
from layers.interpolation.sample import Sample, Source

OFFSET_SD = 0.1
"""Standard deviation of the offset of a network, known beforehand, in the logarithm: about ten per
cent, what self-effect and cosmic response leave between networks. Two or three networks cannot
teach it. For a field that is no logarithm: in standard deviations of the values."""
EFFECT_SD = 1.0
"""The same of the effect of one standard deviation of a covariate: weak, in those of the values."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Linear mean of the field: constant, covariates, offsets of networks.

    Attributes
    ----------
    columns : array of float, shape (n, p)
        The constant 1, covariates (standardised), and 1 for the network that a site belongs to.
    precision : array of float, shape (p,)
        Of each coefficient beforehand; 0 for the constant, of which nothing is known.
    centre, scale : array of float, shape (q,)
        Of the covariates, for targets.
    networks : tuple of str
        Those that have an offset; none where there is only one.
    """

    columns: FloatArray
    precision: FloatArray
    centre: FloatArray
    scale: FloatArray
    networks: tuple[str, ...] = ()

    @property
    def covariates(self) -> int:
        """Number of covariates."""
        return len(self.centre)

    @property
    def width(self) -> int:
        """Number of coefficients."""
        return len(self.precision)

    def rows(self, at: NDArray[np.intp] | NDArray[np.bool_]) -> "Drift":
        """The same for some of the sites."""
        return Drift(self.columns[at], self.precision, self.centre, self.scale, self.networks)

    def at(self, m: int, covariates: ArrayLike | None) -> FloatArray:
        """Columns of m targets, shape (m, p): of the field, so that no network's offset is in it.

        Parameters
        ----------
        covariates : array of float, shape (m, q), optional
            In the order of the fit. A target without one, or with NaN, stands at its average.

        Raises
        ------
        BadInputError
            If there are not q of them.
        """
        columns = np.zeros((m, len(self.precision)))
        columns[:, 0] = 1.0
        if covariates is None:
            return columns
        given = np.asarray(covariates, dtype=np.float64)
        if given.shape[-1:] != (self.covariates,) or given.size != m * self.covariates:
            raise BadInputError(
                f"the field knows {self.covariates} covariates of each of {m} targets; an array of"
                f" shape {given.shape} was handed in."
            )
        given = given.reshape(m, self.covariates)
        columns[:, 1 : 1 + self.covariates] = _standard(given, self.centre, self.scale)
        return columns


def constant(n: int) -> Drift:
    """The mean of n sites of which nothing more is known."""
    none = np.zeros(0)
    return Drift(np.ones((n, 1)), np.zeros(1), none, none)


def drift(of: Source, sites: Sample, transform: Transform) -> Drift:
    """Mean of the sites from what is known of the values.

    A covariate that is the same everywhere tells nothing and has no effect; where it is not a
    number it counts as the average. A site that several networks share belongs to the first by
    name.
    """
    site, n = sites.site, sites.n
    spread = (robust.scale(sites.z) or float(sites.z.std())) if n else 0.0
    base = constant(n)
    columns, precision = [base.columns], [base.precision]
    centre = scale = base.centre
    size = spread if spread > 0 else 1.0
    used = site >= 0
    if of.covariates is not None:
        given = per_site(site, n, of.covariates)
        known = np.isfinite(given)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, given, 0.0).sum(axis=0) / count
        off = np.where(known, given - centre, 0.0)
        scale = np.sqrt((off * off).sum(axis=0) / count)
        scale[~(scale > 1e-9 * np.abs(centre))] = np.inf
        columns.append(_standard(given, centre, scale))
        precision.append(np.full(len(centre), (EFFECT_SD * size) ** -2.0))
    names: tuple[str, ...] = ()
    if of.networks is not None:
        named = np.asarray(of.networks, dtype=np.str_)[used]
        called, number = np.unique(named, return_inverse=True)
        if len(called) > 1:  # what one network shares cannot be told from the mean
            names = tuple(str(name) for name in called)
            of_site = np.full(n, len(names))
            np.minimum.at(of_site, site[used], number)
            columns.append((of_site[:, None] == np.arange(len(names))).astype(np.float64))
            own = OFFSET_SD if transform == "log" else OFFSET_SD * size
            precision.append(np.full(len(names), own**-2.0))
    return Drift(np.concatenate(columns, axis=1), np.concatenate(precision), centre, scale, names)


def per_site(site: NDArray[np.intp], n: int, values: FloatArray) -> FloatArray:
    """Average of what m values know of their n sites, shape (m, q) -> (n, q), NaN where nothing."""
    used = site >= 0
    known = np.isfinite(values[used])
    total, count = np.zeros((n, values.shape[1])), np.zeros((n, values.shape[1]))
    np.add.at(total, site[used], np.where(known, values[used], 0.0))
    np.add.at(count, site[used], known)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _standard(given: FloatArray, centre: FloatArray, scale: FloatArray) -> FloatArray:
    return np.where(np.isfinite(given), (np.nan_to_num(given, posinf=0.0) - centre) / scale, 0.0)
