"""The hour of a release: a background as on any day, and what the release adds to it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from layers.interpolation import distribution, quantiles, robust
from layers.interpolation.distribution import Bands
from layers.interpolation.field import Field
from layers.interpolation.fitting import believed, fitted, past_of
from layers.interpolation.increment import Increment, fit_increment
from layers.interpolation.parameters import FloatArray, Transform
from layers.interpolation.sample import sample

PROBABILITIES = np.concatenate([[0.002, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 0.998]])
"""Where the quantile function of an event is kept."""
OF_BACKGROUND, OF_INCREMENT = 24, 60
"""Equally likely values whose sums stand for the sum of background and increment."""
UNSEEN = 1e-3
"""Increments below this share of the background change nothing that is kept."""
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
        return self.over(found.mu, sigma, np.stack([x_m, y_m], axis=1)), found.support

    def over(self, mu: Bands, sigma: Bands, target_m: FloatArray) -> FloatArray:
        """Quantile function of the sum, where the background is known: mu, sigma of shape (m,)."""
        transform = self.background.parameters.transform
        score = ndtri(PROBABILITIES)[:, None]
        latent = mu + sigma * score
        found = np.asarray(np.exp(latent) if transform == "log" else latent)
        reached = np.flatnonzero(self.increment.near(target_m))
        for begin in range(0, len(reached), CHUNK):
            at = reached[begin : begin + CHUNK]
            mean, spread = self.increment.predict(target_m[at])
            most = self.increment.value(mean + 3.0 * spread)
            some = most > UNSEEN * np.abs(found[len(score) // 2, at])
            at, mean, spread = at[some], mean[some, None], spread[some, None]
            added = self.increment.value(mean + spread * _scores(OF_INCREMENT))
            base = mu[at, None] + sigma[at, None] * _scores(OF_BACKGROUND)
            base = np.exp(base) if transform == "log" else base
            sums = (base[:, :, None] + added[:, None, :]).reshape(
                len(at), OF_BACKGROUND * OF_INCREMENT
            )
            found[:, at] = quantiles.of_samples(sums, PROBABILITIES)
        return found


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
    background = fitted(calm, past, limit, (x, y, s), transform=transform)
    noise = spread * usual if transform == "log" else np.full(sites.n, spread)
    # A value that stands alone is flagged, and tells nothing of the release.
    told = known & (seen | (rise <= robust.FAR))
    xy = np.stack([sites.x_m, sites.y_m], axis=1)
    increment = fit_increment(xy[told], (reads - usual)[told], noise[told], seen[told])
    # Values of one site share its fate.
    return Event(background, increment, np.flatnonzero(np.append(seen, False)[sites.site]))


def _scores(count: int) -> FloatArray:
    return np.asarray(ndtri((np.arange(count) + 0.5) / count))
