"""The hour of a release: a background as on any day, and what the release adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.interpolation import robust
from layers.interpolation.field import Field
from layers.interpolation.fitting import Learnt, believed, fitted, learnt_of, past_of
from layers.interpolation.increment import Increment, fit_increment
from layers.interpolation.measured import Measured, measured, of_field
from layers.interpolation.parameters import FloatArray, Transform
from layers.interpolation.sample import sample, source
from layers.interpolation.superposition import superposed
from layers.interpolation.vecchia import EXACT_LIKELIHOOD

PROBABILITIES = np.concatenate([[0.002, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 0.998]])
"""Where the quantile function of an event is kept."""
UNSEEN = 1e-3
"""Increments below this share of the background change nothing that is kept."""


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
        return self.over(base, np.stack([x_m, y_m], axis=1)), found.support

    @property
    def unseen(self) -> float:
        """Increments below this change nothing that is kept."""
        z, log = self.background.sites.z, self.background.parameters.transform == "log"
        return UNSEEN * float(np.median(np.exp(z) if log else np.abs(z)))

    def over(self, base: Measured, target_m: FloatArray) -> FloatArray:
        """Quantile function of the sum at targets of shape (m, 2) with a known background.

        Parameters
        ----------
        base : Measured
            Background at the m targets: of a new measurement, or of the field.

        Returns
        -------
        array of float, shape (len(PROBABILITIES), m)
            In the unit of the values.
        """
        found = np.stack([base.quantile(p) for p in PROBABILITIES])
        mean, spread = self.increment.predict(target_m)
        at = np.flatnonzero(self.increment.value(mean + 3.0 * spread) > self.unseen)
        some = mean[at], spread[at], self.increment
        found[:, at] = superposed(base.rows(at), *some, PROBABILITIES)
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
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
    known: Learnt | None = None,
) -> Event | None:
    """Event, if these values tell of a release: None on any other day.

    Parameters
    ----------
    x_m, y_m, value, sd, transform, covariates, networks, known
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
    told = source(x_m, y_m, sd, covariates, networks)
    sites = sample(told, value, transform)
    past = past_of(sites, history, transform)
    with_past, expected, spread = robust.expected(sites.z, past)
    with np.errstate(over="ignore"):  # where nothing ever varied, a change is beyond any measure
        rise = np.where(with_past, sites.z - expected, 0.0) / spread
    usual, reads = (np.exp(z) if transform == "log" else z for z in (expected, sites.z))
    risen = rise > robust.FAR
    above = risen & (reads > (np.inf if alarm is None else alarm))
    seen = above | robust.together(sites.x_m, sites.y_m, risen)
    doubled = robust.doubled(sites.z, expected, transform)
    if not (above | (seen & doubled)).any():
        return None
    calm = replace(sites, z=np.where(seen, expected, sites.z))
    changed = with_past & ~seen & (np.abs(rise) > robust.FAR)
    limit = believed(calm, with_past, changed, ~doubled)
    if known is None:
        pooled = past if sites.n <= EXACT_LIKELIHOOD else past[:, :0]  # beyond, one day will do
        known = learnt_of(calm, pooled, limit, told, transform=transform)
    background = fitted(calm, known, limit, told)
    noise = spread * usual if transform == "log" else np.full(sites.n, spread)
    # A value that stands alone is flagged, and tells nothing of the release.
    informs = with_past & (seen | (rise <= robust.FAR))
    xy = np.stack([sites.x_m, sites.y_m], axis=1)
    increment = fit_increment(xy[informs], (reads - usual)[informs], noise[informs], seen[informs])
    # Values of one site share its fate.
    return Event(background, increment, np.flatnonzero(np.append(seen, False)[sites.site]))
