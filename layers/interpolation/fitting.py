"""From values at stations to a fitted, checked field, without a question asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from layers.errors import BadInputError
from layers.interpolation import robust
from layers.interpolation.drift import Drift, drift, per_site
from layers.interpolation.estimation import DEFAULT, Days, estimate
from layers.interpolation.field import Field, conditioned
from layers.interpolation.parameters import FloatArray, Model, Parameters, Transform
from layers.interpolation.robust import BoolArray, among_neighbours
from layers.interpolation.sample import Sample, Source, sample, source
from layers.interpolation.validation import calibrated


def fit(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    transform: Transform = "log",
    model: Model = DEFAULT.model,
    prior: Parameters | None = None,
    history: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
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
    model : Model
        Correlation of the latent field.
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
    known_of = source(x_m, y_m, sd, covariates, networks)
    sites = sample(known_of, value, transform)
    past = past_of(sites, history, transform)
    known, usual, changed = robust.left(sites.z, past)
    # What neighbours saw too is no fault of a device, but the routine never learns from a release.
    mild = ~robust.doubled(sites.z, usual, transform)
    changed &= ~(mild & robust.together(sites.x_m, sites.y_m, changed))
    limit = believed(sites, known, changed)
    return fitted(sites, past, limit, known_of, transform=transform, model=model, prior=prior)


def believed(sites: Sample, known: BoolArray, changed: BoolArray) -> FloatArray:
    """Standard deviations up to which each value is believed, for ``conditioned``.

    Parameters
    ----------
    known, changed : array of bool, shape (n,)
        Sites that have a past, and those that left it.
    """
    alone = among_neighbours(sites.x_m, sites.y_m, sites.z)
    limit = np.where(alone, robust.SUSPECT, robust.FAR)
    # A site that was always like this is no news, however much it differs from others.
    limit[known] = np.where(changed[known], robust.CHANGED, robust.FAR)
    return limit


def fitted(
    sites: Sample,
    past: FloatArray,
    limit: FloatArray,
    source: Source,
    *,
    transform: Transform,
    model: Model = DEFAULT.model,
    prior: Parameters | None = None,
) -> Field:
    """Field with parameters of its own, the honesty gate passed; arguments as in ``conditioned``.

    Parameters
    ----------
    past : array of float, shape (n, days)
        Latent values of earlier days.
    """
    mean = drift(source, sites, transform)
    today = _day(sites, sites.z[:, None], limit >= robust.FAR, mean)
    days = [today, *_days(sites, past, mean)]
    parameters, why = estimate(days, transform=transform, model=model, prior=prior)
    field = conditioned(sites, parameters, source, why, limit)
    better = calibrated(field)
    if better.inflation == parameters.inflation:  # the mean and the spread of the field stay
        return replace(field, parameters=better)
    return conditioned(sites, better, source, why, limit)


def condition(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    parameters: Parameters,
    *,
    sd: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
) -> Field:
    """Field of these values under parameters that are already known: the fast path.

    Shapes, masking and errors are those of ``fit``.
    """
    known_of = source(x_m, y_m, sd, covariates, networks)
    return conditioned(sample(known_of, value, parameters.transform), parameters, known_of)


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
    values[~np.isfinite(values)] = np.nan
    if transform == "log":
        values[~(values > 0)] = np.nan
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
