"""From values at stations to a fitted, checked field, without a question asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from layers.errors import BadInputError
from layers.interpolation import robust
from layers.interpolation.drift import Drift, drift, per_site
from layers.interpolation.estimation import NO_PATTERN, estimate
from layers.interpolation.field import Field, conditioned
from layers.interpolation.parameters import FloatArray, Model, Parameters, Transform
from layers.interpolation.posterior import Days
from layers.interpolation.robust import BoolArray, among_neighbours
from layers.interpolation.sample import LARGEST, SMALLEST, Sample, Source, sample, source
from layers.interpolation.validation import calibrated, left_out, patterned
from layers.interpolation.vecchia import EXACT_LIKELIHOOD


class Learnt(NamedTuple):
    """Parameters, and why they are not the data's own: see ``estimation.estimate``."""

    parameters: Parameters
    fallback: str | None


def fit(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    transform: Transform = "log",
    model: Model | None = None,
    prior: Parameters | None = None,
    history: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
    known: Learnt | None = None,
    like: Field | None = None,
) -> Field:
    """Fit a field to what stations report; any number of them, from none to 100,000.

    Parameters
    ----------
    x_m, y_m, value : array of float, shape (m,)
        Positions in metres of a projected plane, values in any unit. What is not a number (or
        not above 0 under "log") is masked and counted in ``field.sites``.
    sd : array of float, shape (m,), or float, optional
        Standard deviation of the measurement error in the unit of the value.
    transform : "log" or "none"
        "log" for what is positive and spreads with its level, such as dose rate.
    model : Model, optional
        Correlation of the latent field; by default two, averaged by how likely they are.
    prior : Parameters, optional
        Centre of the priors, for example of yesterday.
    history : array of float, shape (m, days), optional
        Earlier values of the same stations, NaN where there is none: the parameters are
        pooled over the days, and a value that left its own past cannot bend the surface.
    covariates : array of float, shape (m, q), optional
        Such as altitude: the mean is linear in them. Hand those of the targets to ``predict``.
    networks : sequence of str, length m, optional
        Each has an offset of its own, known to some ten per cent beforehand: two that disagree
        are joined with their offset and its uncertainty.
    known : Learnt, optional
        Parameters that were learnt before, from ``learn``: nothing is estimated then.
    like : Field, optional
        Of an earlier hour: its factor serves again where stations and parameters are the same.

    Returns
    -------
    Field
        ``loo(field)`` says how good it is, ``field.fallback`` what could not be learnt,
        ``field.outliers`` which values stand far out.

    Raises
    ------
    BadInputError
        If shapes do not belong together, or the prior is of another transform; never because
        of what the values are.
    """
    if prior is not None and prior.transform != transform:
        raise BadInputError(
            f"the prior is of transform {prior.transform!r}, the field of {transform!r}; a"
            " variance of one says nothing about the other."
        )
    told = source(x_m, y_m, sd, covariates, networks)
    sites = sample(told, value, transform)
    past = past_of(sites, history, transform)
    with_past, usual, changed = robust.left(sites.z, past)
    # What neighbours saw too is no fault of a device, but the routine never learns from a release.
    mild = ~robust.doubled(sites.z, usual, transform)
    changed &= ~(mild & robust.together(sites.x_m, sites.y_m, changed))
    limit = believed(sites, with_past, changed, mild)
    if known is None:
        known = learnt_of(sites, past, limit, told, transform=transform, model=model, prior=prior)
    return fitted(sites, known, limit, told, like)


def learn(
    x_m: ArrayLike,
    y_m: ArrayLike,
    history: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    transform: Transform = "log",
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
) -> Learnt:
    """Parameters from the past alone, for the hours to come; arguments are those of ``fit``."""
    told, values = source(x_m, y_m, sd, covariates, networks), np.asarray(history, np.float64)
    if values.ndim != 2:
        raise BadInputError(f"history must have one column a day; got shape {values.shape}.")
    usual = robust.medians(np.where(np.isfinite(values), values, np.nan))
    sites = sample(told, usual, transform)
    past = _without_releases(sites, past_of(sites, values, transform), transform)
    mean = drift(told, sites, transform)
    if sites.n > EXACT_LIKELIHOOD:  # one day tells enough: the one with the most stations
        fullest = int(np.argmax(np.isfinite(past).sum(axis=0))) if past.shape[1] else 0
        past = past[:, fullest : fullest + 1]
    days = list(_days(sites, past, mean)) or [_day(sites, sites.z[:, None], sites.z < np.inf, mean)]
    return Learnt(*estimate(days, transform=transform))


def _without_releases(sites: Sample, past: FloatArray, transform: Transform) -> FloatArray:
    """Days, shape (n, days), that no release touched: the routine never learns from one.

    A day on which neighbours doubled together is left out, and what a station alone showed.
    """
    kept = past.copy()
    usual = robust.medians(past)
    for day in range(past.shape[1]):
        known = np.isfinite(past[:, day])
        doubled = known & robust.doubled(past[:, day], usual, transform)
        risen = doubled & (np.where(known, past[:, day], usual) > usual)
        kept[doubled, day] = np.nan
        if robust.together(sites.x_m, sites.y_m, risen).any():
            kept[:, day] = np.nan
    return kept


def believed(sites: Sample, known: BoolArray, changed: BoolArray, mild: BoolArray) -> FloatArray:
    """Standard deviations up to which each value is believed, for ``conditioned``.

    Parameters
    ----------
    known, changed, mild : array of bool, shape (n,)
        Sites that have a past, those that left it, and those that did not do so by half or double:
        rain over a lone station does.
    """
    alone = among_neighbours(sites.x_m, sites.y_m, sites.z)
    limit = np.where(alone, robust.SUSPECT, robust.FAR)
    # A site that was always like this is no news, however much it differs from others.
    left = np.where(mild, robust.SUSPECT, robust.CHANGED)
    limit[known] = np.where(changed, left, robust.FAR)[known]
    return limit


def learnt_of(
    sites: Sample,
    past: FloatArray,
    limit: FloatArray,
    source: Source,
    *,
    transform: Transform,
    model: Model | None = None,
    prior: Parameters | None = None,
) -> Learnt:
    """Parameters from today and the past; arguments as in ``conditioned``.

    Parameters
    ----------
    past : array of float, shape (n, days)
        Latent values of earlier days.
    """
    mean = drift(source, sites, transform)
    today = _day(sites, sites.z[:, None], limit >= robust.FAR, mean)
    days = [today, *_days(sites, past, mean)]
    return Learnt(*estimate(days, transform=transform, model=model, prior=prior))


def fitted(
    sites: Sample, known: Learnt, limit: FloatArray, source: Source, like: Field | None = None
) -> Field:
    """Field under parameters that were learnt, the honesty gate passed."""
    parameters, why = known
    field = conditioned(sites, parameters, source, why, limit, like)
    left = left_out(field)
    if why is None and not patterned(field, left):
        why = NO_PATTERN
    better = calibrated(field, left)
    if better.inflation == parameters.inflation:  # the mean and the spread of the field stay
        return replace(field, parameters=better, fallback=why)
    return conditioned(sites, better, source, why, limit, like)


def condition(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    parameters: Parameters,
    *,
    sd: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
    like: Field | None = None,
) -> Field:
    """Field of these values under parameters that are already known: the fast path.

    Shapes, masking and errors are those of ``fit``.
    """
    known_of = source(x_m, y_m, sd, covariates, networks)
    sites = sample(known_of, value, parameters.transform)
    return conditioned(sites, parameters, known_of, like=like)


def past_of(sites: Sample, history: ArrayLike | None, transform: Transform) -> FloatArray:
    """Latent history per site, shape (n, days), NaN where there is none."""
    if history is None:
        return np.empty((sites.n, 0))
    values = np.array(history, dtype=np.float64)
    if values.ndim != 2 or len(values) != len(sites.site):
        raise BadInputError(
            f"history must have one row for each of the {len(sites.site)} values and one column"
            f" a day; got shape {values.shape}."
        )
    values[~(np.abs(values) <= LARGEST)] = np.nan
    if transform == "log":
        values[~(values >= SMALLEST)] = np.nan
        values = np.log(values)
    return per_site(sites.site, sites.n, values)


def _days(sites: Sample, past: FloatArray, mean: Drift) -> Iterator[Days]:
    """Earlier days, those with the same stations together; values that stand out left aside."""
    together: dict[bytes, list[int]] = {}
    kept = np.isfinite(past)
    for day in range(past.shape[1]):
        at = np.flatnonzero(kept[:, day])
        kept[at, day] = ~among_neighbours(sites.x_m[at], sites.y_m[at], past[at, day])
        together.setdefault(kept[:, day].tobytes(), []).append(day)
    for alike in together.values():
        rows = kept[:, alike[0]]
        if rows.any():
            yield _day(sites, past[:, alike], rows, mean)


def _day(sites: Sample, z: FloatArray, rows: BoolArray, mean: Drift) -> Days:
    x, y, error = sites.x_m[rows], sites.y_m[rows], sites.error[rows]
    return Days(x, y, error, z[rows], mean.rows(rows))
