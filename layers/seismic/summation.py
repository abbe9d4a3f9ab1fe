"""Sums over all sources that are near each of many sites, on the sphere."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]

EARTH_KM = 6371.0
_CHUNK_PAIRS = 4_000_000


def vectors(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return places as unit vectors, shape (n, 3), for distances on the sphere."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)))


def near_pairs(
    sites: FloatArray, sources: FloatArray, reach_km: float
) -> Iterator[tuple[slice, NDArray[np.intp], NDArray[np.intp], FloatArray]]:
    """Yield, for one slice of sites after the other, the sources within reach.

    Parameters
    ----------
    sites, sources : array of float, shape (n, 3) and (m, 3)
        Unit vectors.

    Yields
    ------
    part : slice
        Of the sites.
    site, source : array of int
        Pairs: the site's place in the slice, and the source's.
    km : array of float
        Their distances on a sphere of 6,371 km.
    """
    angle = min(reach_km / EARTH_KM, np.pi)
    step = max(1, _CHUNK_PAIRS // max(1, len(sources)))
    for begin in range(0, len(sites), step):
        part = slice(begin, begin + step)
        # Nothing is nearer than the difference in height above the plane of the equator.
        low, high = sites[part, 2].min() - angle, sites[part, 2].max() + angle
        within = np.flatnonzero((sources[:, 2] >= low) & (sources[:, 2] <= high))
        site, near = np.nonzero(sites[part] @ sources[within].T >= np.cos(angle))
        source = within[near]
        chord = np.linalg.norm(sites[part][site] - sources[source], axis=1)
        yield part, site, source, 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0))


def rates_of_exceedance(
    sites: FloatArray,
    sources: FloatArray,
    rate: FloatArray,
    table: FloatArray,
    step_km: float,
) -> FloatArray:
    """Return annual rates of exceedance at sites, of point-like sources.

    Parameters
    ----------
    sites, sources : array of float, shape (n, 3) and (m, 3)
        Unit vectors.
    rate : array of float, shape (m,)
        Earthquakes a year at each source.
    table : array of float, shape (levels, k)
        As of ``distance_table``, at 0, ``step_km``, ...; farther sources count nothing.

    Returns
    -------
    array of float, shape (n, levels)

    Notes
    -----
    Between distances the table is straight, so that a source may be shared between two of them:
    the sources of a site become one histogram over distance, and that times the table the answer.
    """
    count = table.shape[1]
    found = np.empty((len(sites), len(table)))
    for part, site, source, km in near_pairs(sites, sources, (count - 1) * step_km * (1 - 1e-12)):
        at = km / step_km
        low = np.minimum(at.astype(np.intp), count - 2)
        share = at - low
        n = len(sites[part])
        flat = site * count + low
        held = np.bincount(flat, rate[source] * (1 - share), n * count) + np.bincount(
            flat + 1, rate[source] * share, n * count
        )
        found[part] = held.reshape(n, count) @ table.T
    return found
