"""The hour of a release: a background as on any day, and what the release adds to it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from layers.interpolation import distribution, quantiles, robust
from layers.interpolation.distribution import Bands
from layers.interpolation.estimation import EXACT_LIKELIHOOD
from layers.interpolation.field import Field
from layers.interpolation.fitting import believed, fitted, past_of
from layers.interpolation.increment import Increment, fit_increment
from layers.interpolation.parameters import FloatArray, Transform
from layers.interpolation.sample import sample

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
        self, x_m: ArrayLike, y_m: ArrayLike, *, measured: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Quantile function at targets of shape (m,), and their support.

        Parameters
        ----------
        measured : bool
            Whether of a new measurement, its noise included, or of the field.

        Returns
        -------
        array of float, shape (len(PROBABILITIES), m)
            In the unit of the values.
        array of float, shape (m,)
            Of the background: near 1 the network cannot know.
        """
        found = self.background.predict(x_m, y_m)
        sigma = found.sigma
        if measured:
            sigma = np.asarray(distribution.measured(sigma, found.noise_sigma))
        q, _ = self.over(found.mu, sigma, np.stack([x_m, y_m], axis=1))
        return q, found.support

    def predict_grid(self, x_m: ArrayLike, y_m: ArrayLike) -> Bands:
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
        x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
        found = self.background.predict_grid(x, y)
        step = self._step(x, y)
        rows, cols = (lattice(count, step) for count in x.shape)
        nodes = np.ix_(rows, cols)
        target = np.stack([x[nodes].ravel(), y[nodes].ravel()], axis=1)
        mu, sigma = found.mu[nodes].ravel(), found.sigma[nodes].ravel()
        q, sure = self.over(mu, sigma, target)
        shape = (len(PROBABILITIES), len(rows), len(cols))
        added = (q - self._calm(mu, sigma)).reshape(shape)
        bands = np.empty((len(PROBABILITIES) + 1, *x.shape), np.float32)
        for row in range(len(x)):
            calm = self._calm(found.mu[row], found.sigma[row])
            total = calm + between(added, rows, cols, row, x.shape[1])
            bands[:-1, row] = np.maximum.accumulate(total, axis=0)
            hidden = between(sure.reshape(1, *shape[1:]), rows, cols, row, x.shape[1])[0] < 0.5
            bands[-1, row] = np.where(hidden, found.support[row], 0.0)
        return bands

    def _step(self, x: FloatArray, y: FloatArray) -> int:
        """Cells from one node of the increment to the next: half of the shortest range."""
        if min(x.shape) < 2:
            return 1
        middle = (x.shape[0] // 2, x.shape[1] // 2)
        cell_m = np.hypot(*(a[middle] - a[middle[0], middle[1] - 1] for a in (x, y)))
        return int(np.clip(0.5 * self.increment.finest_m / max(cell_m, 1.0), 1, 8))

    def _calm(self, mu: Bands, sigma: Bands) -> FloatArray:
        """Quantile function of the background alone, shape (len(PROBABILITIES), m)."""
        latent = mu + sigma * ndtri(PROBABILITIES)[:, None]
        log = self.background.parameters.transform == "log"
        return np.asarray(np.exp(latent) if log else latent)

    def over(
        self, mu: Bands, sigma: Bands, target_m: FloatArray
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Quantile function of the sum at targets of shape (m, 2) with a known background.

        Parameters
        ----------
        mu, sigma : array of float, shape (m,)
            Latent background.

        Returns
        -------
        array of float, shape (len(PROBABILITIES), m)
            In the unit of the values.
        array of bool, shape (m,)
            Where the increment is above ``increment.scale`` with a probability of 95 %.
        """
        transform = self.background.parameters.transform
        found = self._calm(mu, sigma)
        sure = np.zeros(len(target_m), dtype=np.bool_)
        reached = np.flatnonzero(self.increment.near(target_m))
        for begin in range(0, len(reached), CHUNK):
            at = reached[begin : begin + CHUNK]
            mean, spread = self.increment.predict(target_m[at])
            sure[at] = mean - SURE * spread > np.arcsinh(1.0)
            most = self.increment.value(mean + 3.0 * spread)
            some = most > UNSEEN * np.abs(found[len(PROBABILITIES) // 2, at])
            at, mean, spread = at[some], mean[some, None], spread[some, None]
            added = self.increment.value(mean + spread * _scores(OF_INCREMENT))
            base = mu[at, None] + sigma[at, None] * _scores(OF_BACKGROUND)
            base = np.exp(base) if transform == "log" else base
            sums = base[:, :, None] + added[:, None, :]
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
) -> Event | None:
    """Event, if these values tell of a release: None on any other day.

    Parameters
    ----------
    x_m, y_m, value, sd, transform
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
    sites = sample(x_m, y_m, value, sd=sd, transform=transform)
    past = past_of(sites, history, transform)
    known, expected, spread = robust.expected(sites.z, past)
    rise = np.where(known, sites.z - expected, 0.0) / spread
    usual, reads = (np.exp(z) if transform == "log" else z for z in (expected, sites.z))
    risen = rise > robust.FAR
    above = risen & (reads > (np.inf if alarm is None else alarm))
    seen = above | robust.together(sites.x_m, sites.y_m, risen)
    if not (above | (seen & robust.doubled(sites.z, expected, transform))).any():
        return None
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    s = np.zeros(x.shape) if sd is None else np.asarray(sd, dtype=np.float64)
    calm = replace(sites, z=np.where(seen, expected, sites.z))
    limit = believed(calm, known, known & ~seen & (np.abs(rise) > robust.FAR))
    pooled = past if sites.n <= EXACT_LIKELIHOOD else past[:, :0]  # beyond, one day tells enough
    background = fitted(calm, pooled, limit, (x, y, s), transform=transform)
    noise = spread * usual if transform == "log" else np.full(sites.n, spread)
    # A value that stands alone is flagged, and tells nothing of the release.
    told = known & (seen | (rise <= robust.FAR))
    xy = np.stack([sites.x_m, sites.y_m], axis=1)
    increment = fit_increment(xy[told], (reads - usual)[told], noise[told], seen[told])
    # Values of one site share its fate.
    return Event(background, increment, np.flatnonzero(np.append(seen, False)[sites.site]))


def lattice(count: int, step: int) -> NDArray[np.intp]:
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


def _scores(count: int) -> FloatArray:
    return np.asarray(ndtri((np.arange(count) + 0.5) / count))
