"""The covariance of the latent field, in the words of geostatistics."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from layers.errors import BadVariogramError

FloatArray = NDArray[np.float64]
Model = Literal["exponential", "matern32", "matern52"]
Transform = Literal["log", "none"]

MODELS: tuple[Model, ...] = get_args(Model)
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)

SMOOTH: Model = "matern32"
"""Correlation of the second structure of a nested covariance."""

FACTORS = (0.25, 0.4, 0.63, 1.0, 1.6, 2.5, 4.0)
"""Standard deviations of the parts of a site's offset, in those of the nugget."""
NORMAL = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
"""Shares of an offset that is normal."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Covariance of the latent field: what a new hour at known stations needs to be mapped.

    The latent field is the logarithm of the value (``transform="log"``) or the value itself.
    Variances are in the square of its unit: dimensionless for the logarithm.

    Attributes
    ----------
    model : "exponential", "matern32" or "matern52"
        Correlation of the latent field.
    transform : "log" or "none"
        What was applied to the values.
    sill : float
        Partial sill: variance of the latent field around its mean, > 0.
    range_m : float
        Range parameter in metres, > 0. The correlation is 0.05 at about three ranges
        (exponential) or 2.7 (Matern 3/2 and 5/2).
    nugget_site : float
        Variance of the lasting local offset of a site, >= 0. The measurement error of
        an instrument comes with the data, not from here.
    inflation : float
        Factor that the honesty gate applied to every standard deviation; already contained
        in ``sill`` and ``nugget_site``.
    ratio, angle : float
        Range along over range across, >= 1, and the direction along, radians from the x axis;
        ``range_m`` is their geometric mean.
    smooth, smooth_range_m : float
        Share of the sill, in [0, 1), whose correlation is ``SMOOTH`` with a range of its own: two
        nested structures stand for what the data cannot decide between.
    shares : tuple of float
        How the offsets of sites are distributed: shares of normal distributions whose standard
        deviations are ``FACTORS`` times that of the nugget; their sum is 1.
    """

    model: Model
    transform: Transform
    sill: float
    range_m: float
    nugget_site: float
    inflation: float = 1.0
    ratio: float = 1.0
    angle: float = 0.0
    smooth: float = 0.0
    smooth_range_m: float = 1.0
    shares: tuple[float, ...] = NORMAL

    def __post_init__(self) -> None:
        if self.model not in MODELS or self.transform not in TRANSFORMS:
            raise BadVariogramError(
                f"model {self.model!r} with transform {self.transform!r} was asked; models are"
                f" {', '.join(MODELS)} and transforms {', '.join(TRANSFORMS)}."
            )
        sizes = (self.sill, self.range_m, self.nugget_site, self.inflation)
        if not (
            all(math.isfinite(size) for size in sizes)
            and self.sill > 0
            and self.range_m > 0
            and self.nugget_site >= 0
            and self.inflation > 0
            and self.ratio >= 1
            and math.isfinite(self.ratio + self.angle)
            and 0 <= self.smooth < 1
            and 0 < self.smooth_range_m < math.inf
        ):
            raise BadVariogramError(
                "sill, range and inflation must be above zero, the nugget not below it and the"
                f" ratio of ranges not below one: {self.sill=}, {self.range_m=},"
                f" {self.nugget_site=}, {self.inflation=}, {self.ratio=}, {self.angle=},"
                f" {self.smooth=}, {self.smooth_range_m=}."
            )
        if (
            len(self.shares) != len(FACTORS)
            or min(self.shares) < 0
            or not math.isclose(math.fsum(self.shares), 1.0, abs_tol=1e-6)
        ):
            raise BadVariogramError(
                f"{len(FACTORS)} shares that sum to 1 describe the offsets; got {self.shares}."
            )

    @property
    def offset_variance(self) -> float:
        """Variance of the offset of a new site, its heavy tails included."""
        parts = (share * factor**2 for share, factor in zip(self.shares, FACTORS, strict=True))
        return self.nugget_site * math.fsum(parts)

    def plane(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Positions of shape (..., 2) in the plane in which the covariance has no direction."""
        if self.ratio == 1.0:
            return np.stack([x_m, y_m], axis=-1)
        cos, sin, root = math.cos(self.angle), math.sin(self.angle), math.sqrt(self.ratio)
        along, across = cos * x_m + sin * y_m, cos * y_m - sin * x_m
        return np.stack([along / root, across * root], axis=-1)

    def covariance(self, lag_m: FloatArray) -> FloatArray:
        """Covariance of the latent field (no nugget) at distances in metres, any shape."""
        found = correlation(lag_m / self.range_m, self.model)
        if self.smooth:
            found *= 1.0 - self.smooth
            found += self.smooth * correlation(lag_m / self.smooth_range_m, SMOOTH)
        found *= self.sill
        return found

    @property
    def ranges_m(self) -> tuple[float, float]:
        """Shortest and longest range of the structures."""
        both = (self.range_m, self.smooth_range_m if self.smooth else self.range_m)
        return min(both), max(both)


def distances_m(x_m: FloatArray, y_m: FloatArray) -> FloatArray:
    """Distances between all pairs, shape (n, n)."""
    xy = np.stack([x_m, y_m], axis=1)
    return np.asarray(cdist(xy, xy))


def correlation(lag: FloatArray, model: Model) -> FloatArray:
    """Correlation at ``lag`` = distance / range, any shape, all >= 0.

    Notes
    -----
    exp(-h); (1 + a) exp(-a), a = sqrt(3) h; (1 + a + a²/3) exp(-a), a = sqrt(5) h.
    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, 4.2.
    """
    if model == "exponential":
        return np.exp(-lag)
    if model == "matern32":
        a = math.sqrt(3.0) * lag
        return (1.0 + a) * np.exp(-a)
    a = math.sqrt(5.0) * lag
    return (1.0 + a + a * a / 3.0) * np.exp(-a)


def correlation_and_slope(lag: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    """Correlation at ``lag`` = distance / range, and its derivative by the logarithm of the range.

    Both share the exponential, most of their cost.
    """
    if model == "exponential":
        found = np.exp(-lag)
        return found, lag * found
    if model == "matern32":
        a = math.sqrt(3.0) * lag
        found = np.exp(-a)
        return (1.0 + a) * found, a * a * found
    a = math.sqrt(5.0) * lag
    found, third = np.exp(-a), a * a / 3.0
    return (1.0 + a + third) * found, third * (1.0 + a) * found
