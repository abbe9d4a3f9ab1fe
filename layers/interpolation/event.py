"""The hour of a release: a background as on any day, and what the release adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from layers.interpolation import quantiles, robust
from layers.interpolation.distribution import Bands
from layers.interpolation.estimation import EXACT_LIKELIHOOD
from layers.interpolation.field import Field
from layers.interpolation.fitting import believed, fitted, past_of
from layers.interpolation.increment import Increment, fit_increment
from layers.interpolation.lattice import Lattice
from layers.interpolation.measured import Measured, measured, of_field
from layers.interpolation.parameters import FloatArray, Transform
from layers.interpolation.sample import sample, source

PROBABILITIES = np.concatenate([[0.002, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 0.998]])
"""Where the quantile function of an event is kept."""
OF_BACKGROUND, OF_INCREMENT = 16, 48
"""Equally likely values whose sums stand for the sum of background and increment."""
UNSEEN = 1e-3
"""Increments below this share of the background change nothing that is kept."""
SURE = 1.6448536269514722
CHUNK = 4_000


@dataclass(frozen=True, slots=True)
class Event:
    """Background and increment, predicted together.

    Attributes
    ----------
    background : Field
        Of what was expected where the release is seen, of what was measured elsewhere.
    increment : Increment
        What the release adds.
    seen : array of int
        Indices, among the values handed in, of those that see the release.
    """

    background: Field
    increment: Increment
    seen: NDArray[np.intp]

    def predict(
        self,
        x_m: ArrayLike,
        y_m: ArrayLike,
        covariates: ArrayLike | None = None,
        *,
        new: bool = False,
    ) -> tuple[FloatArray, FloatArray]:
        """Quantile function at targets of shape (m,), and their support.

        Parameters
        ----------
        covariates : array of float, shape (m, q), optional
            Of the targets, as for ``Field.predict``.
        new : bool
            Whether of a new measurement, its noise included, or of the field.

        Returns
        -------
        array of float, shape (len(PROBABILITIES), m)
            In the unit of the values.
        array of float, shape (m,)
            Of the background: near 1 the network cannot know.
        """
        field = self.background
        found = field.predict(x_m, y_m, covariates)
        base = measured(found.mu, found.sigma, field.parameters, field.error)
        if not new:
            base = of_field(found.mu, found.sigma, found.transform)
        q, _ = self.over(base, np.stack([x_m, y_m], axis=1))
        return q, found.support

    def predict_grid(self, lattice: Lattice, covariates: ArrayLike | None = None) -> Bands:
        """Bands of a surface over a grid of shape (H, W).

        Returns
        -------
        array of float32, shape (len(PROBABILITIES) + 1, H, W)
            Quantile function of the field, then support: that of the background, and 0 where the
            increment is sure, since what was detected is never hidden.

        Notes
        -----
        What the increment adds to each quantile is computed at nodes half of its shortest range
        apart and is linear between them; the background is that of every cell.
        """
        found = self.background.predict_grid(lattice, covariates)
        step = self._step(lattice)
        rows, cols = (evenly(count, step) for count in lattice.shape)
        target = np.stack(lattice.over(rows, cols), axis=-1).reshape(-1, 2)
        nodes = np.ix_(rows, cols)
        calm = of_field(found.mu[nodes].ravel(), found.sigma[nodes].ravel(), found.transform)
        q, sure = self.over(calm, target)
        shape = (len(PROBABILITIES), len(rows), len(cols))
        added = (q - _function(calm)).reshape(shape)
        bands = np.empty((len(PROBABILITIES) + 1, *lattice.shape), np.float32)
        for row in range(lattice.shape[0]):
            line = _function(of_field(found.mu[row], found.sigma[row], found.transform))
            total = line + between(added, rows, cols, row, lattice.shape[1])
            bands[:-1, row] = np.maximum.accumulate(total, axis=0)
            at = between(sure.reshape(1, *shape[1:]), rows, cols, row, lattice.shape[1])
            bands[-1, row] = np.where(at[0] < 0.5, found.support[row], 0.0)
        return bands

    def _step(self, lattice: Lattice) -> int:
        """Cells from one node of the increment to the next: half of the shortest range."""
        row, col = (count // 2 for count in lattice.shape)
        x, y = lattice.over(np.array([row]), np.array([col - 1, col]))
        cell_m = float(np.hypot(np.ptp(x), np.ptp(y)))
        return int(np.clip(0.5 * self.increment.finest_m / max(cell_m, 1.0), 1, 8))

    def over(self, base: Measured, target_m: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Quantile function of the sum at targets of shape (m, 2) with a known background.

        Parameters
        ----------
        base : Measured
            Background at the m targets: of a new measurement, or of the field.

        Returns
        -------
        array of float, shape (len(PROBABILITIES), m)
            In the unit of the values.
        array of bool, shape (m,)
            Where the increment is above ``increment.scale`` with a probability of 95 %.
        """
        found = _function(base)
        sure = np.zeros(len(target_m), dtype=np.bool_)
        reached = np.flatnonzero(self.increment.near(target_m))
        for begin in range(0, len(reached), CHUNK):
            at = reached[begin : begin + CHUNK]
            mean, spread = self.increment.predict(target_m[at])
            sure[at] = mean - SURE * spread > np.arcsinh(1.0)
            most = self.increment.value(mean + 3.0 * spread)
            some = most > UNSEEN * np.abs(found[len(PROBABILITIES) // 2, at])
            at, mean, spread = at[some], mean[some, None], spread[some, None]
            added = self.increment.value(mean + spread * ndtri(_even(OF_INCREMENT)))
            here = base.rows(at)
            under = np.stack([here.quantile(p) for p in _even(OF_BACKGROUND)], axis=1)
            sums = under[:, :, None] + added[:, None, :]
            sums = sums.reshape(len(at), OF_BACKGROUND * OF_INCREMENT)
            found[:, at] = quantiles.of_samples(sums, PROBABILITIES)
        return found, sure


def recognise(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    history: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    transform: Transform = "log",
    alarm: float | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
) -> Event | None:
    """Event, if these values tell of a release: None on any other day.

    Parameters
    ----------
    x_m, y_m, value, sd, transform, covariates, networks
        As for ``fit``.
    history : array of float, shape (m, days)
        Earlier values of the same stations, NaN where there is none.
    alarm : float, optional
        A value in the same unit above which one station alone is believed.

    Notes
    -----
    A station sees a rise where its value has left its own past upwards, further than
    ``robust.FAR`` standard deviations of what all stations do from day to day, and one of its
    neighbours saw it too, or the value is above the alarm level. Such a rise is a release where
    some station doubled what it shows, or is above the alarm level; below that it is what rain
    does, and the map of any day holds it. One station alone is a suspect device or a local
    source: ``fit`` flags it.
    """
    known_of = source(x_m, y_m, sd, covariates, networks)
    sites = sample(known_of, value, transform)
    past = past_of(sites, history, transform)
    known, expected, spread = robust.expected(sites.z, past)
    rise = np.where(known, sites.z - expected, 0.0) / spread
    usual, reads = (np.exp(z) if transform == "log" else z for z in (expected, sites.z))
    risen = rise > robust.FAR
    above = risen & (reads > (np.inf if alarm is None else alarm))
    seen = above | robust.together(sites.x_m, sites.y_m, risen)
    if not (above | (seen & robust.doubled(sites.z, expected, transform))).any():
        return None
    calm = replace(sites, z=np.where(seen, expected, sites.z))
    limit = believed(calm, known, known & ~seen & (np.abs(rise) > robust.FAR))
    pooled = past if sites.n <= EXACT_LIKELIHOOD else past[:, :0]  # beyond, one day tells enough
    background = fitted(calm, pooled, limit, known_of, transform=transform)
    noise = spread * usual if transform == "log" else np.full(sites.n, spread)
    # A value that stands alone is flagged, and tells nothing of the release.
    told = known & (seen | (rise <= robust.FAR))
    xy = np.stack([sites.x_m, sites.y_m], axis=1)
    increment = fit_increment(xy[told], (reads - usual)[told], noise[told], seen[told])
    # Values of one site share its fate.
    return Event(background, increment, np.flatnonzero(np.append(seen, False)[sites.site]))


def evenly(count: int, step: int) -> NDArray[np.intp]:
    """Every ``step``-th of ``count`` cells, the last one among them."""
    return np.unique(np.append(np.arange(0, count, step), count - 1))


def between(
    nodes: FloatArray | NDArray[np.bool_],
    rows: NDArray[np.intp],
    cols: NDArray[np.intp],
    row: int,
    width: int,
) -> FloatArray:
    """One row of cells, shape (k, width), linear between nodes of shape (k, rows, cols)."""

    def place(at: NDArray[np.intp], of: NDArray[np.intp]) -> tuple[NDArray[np.intp], FloatArray]:
        low = np.clip(np.searchsorted(of, at, side="right") - 1, 0, max(len(of) - 2, 0))
        high = np.minimum(low + 1, len(of) - 1)
        return low, (at - of[low]) / np.maximum(of[high] - of[low], 1)

    (below,), (share,) = place(np.array([row]), rows)
    above = min(below + 1, len(rows) - 1)
    line = nodes[:, below] * (1 - share) + nodes[:, above] * share
    left, part = place(np.arange(width), cols)
    right = np.minimum(left + 1, len(cols) - 1)
    return np.asarray(line[:, left] * (1 - part) + line[:, right] * part)


def _function(of: Measured) -> FloatArray:
    """Quantile function at ``PROBABILITIES``, which come first."""
    return np.stack([of.quantile(p) for p in PROBABILITIES])


def _even(count: int) -> FloatArray:
    """Probabilities of equally likely values."""
    return np.asarray((np.arange(count) + 0.5) / count)
