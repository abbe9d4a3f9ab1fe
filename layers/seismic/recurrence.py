"""How often earthquakes of each size come: Gutenberg and Richter by maximum likelihood.

Source: Weichert (1980), Estimation of the earthquake recurrence parameters for unequal observation
periods for different magnitudes, Bulletin of the Seismological Society of America 70(4),
1337-1346. Numbers in brackets are its equations.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from layers.errors import BadInputError
from layers.seismic.catalogue import Complete, Events, since

FloatArray = NDArray[np.floating[Any]]

FEWEST = 10
"""Events below which no slope is told from another."""
_B = (0.2, 3.0)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """N(>= m) = rate 10^-b(m - least) a year; deviations are standard errors.

    ``count`` is how many events it was made of.
    """

    b: float
    b_sd: float
    least: float
    rate: float
    rate_sd: float
    count: int


def weichert(
    catalogue: Events,
    complete: Sequence[Complete],
    end_year: float,
    *,
    least: float,
    bin_m: float = 0.1,
) -> Recurrence:
    """Return the recurrence of a declustered catalogue.

    Parameters
    ----------
    complete : sequence of Complete
        Each magnitude counts from its year on until ``end_year``.
    least : float
        The smallest magnitude that counts.
    bin_m : float
        Width of the bins that magnitudes were rounded to.

    Raises
    ------
    BadInputError
        For fewer than ``FEWEST`` events, or magnitudes that are all but one.

    Notes
    -----
    (4): sum(t m e^-bm) / sum(t e^-bm) = mean(m) over the bins gives beta = b ln 10; (5) its
    variance; (9): N = n sum(e^-bm) / sum(t e^-bm), variance N / n, of all events from ``least`` on.
    """
    begin = since(complete, catalogue.mw)
    with np.errstate(invalid="ignore"):
        counted = (
            (catalogue.mw >= least - 1e-9) & (catalogue.year >= begin) & (catalogue.year < end_year)
        )
    mw = catalogue.mw[counted]
    n = len(mw)
    if n < FEWEST:
        raise BadInputError(
            f"{n} complete independent events from M {least:g} on; {FEWEST} are needed for a slope"
        )
    index = np.floor((mw - least) / bin_m + 0.5 + 1e-6).astype(int)
    # Bins without an end: the likelihood is of an exponential that goes on.
    centre = least + bin_m * np.arange(index.max() + 1 + math.ceil(3 / bin_m))
    years = end_year - since(complete, centre)
    number = np.bincount(index, minlength=len(centre))
    mean = float((number * centre).sum()) / n

    def off(beta: float) -> float:
        weight = years * np.exp(-beta * (centre - least))
        return float((weight * centre).sum() / weight.sum()) - mean

    low, high = (b * math.log(10) for b in _B)
    if off(low) * off(high) > 0:
        raise BadInputError(f"the magnitudes have no slope between b = {_B[0]} and {_B[1]}")
    beta = float(brentq(off, low, high))
    falling = np.exp(-beta * (centre - least))
    weight = years * falling
    first = (weight * centre).sum() / weight.sum()
    second = (weight * centre**2).sum() / weight.sum()
    beta_sd = 1 / math.sqrt(n * (second - first**2))
    rate = n * falling.sum() / weight.sum()
    return Recurrence(
        b=beta / math.log(10),
        b_sd=beta_sd / math.log(10),
        least=least,
        rate=float(rate),
        rate_sd=float(rate) / math.sqrt(n),
        count=n,
    )


def rate_from(recurrence: Recurrence, mw: float) -> float:
    """Return the annual rate of events from a magnitude on, unbounded above."""
    return float(recurrence.rate * 10 ** (-recurrence.b * (mw - recurrence.least)))
