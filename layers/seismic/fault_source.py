"""Hazard of one fault: ruptures of each magnitude float over its plane, all places as likely."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.seismic.motion import Distances, Source
from layers.seismic.psha import Laws, Magnitudes, exceeding
from layers.seismic.rupture import Rupture

FloatArray = NDArray[np.floating[Any]]


def fault_rates(
    fault: Rupture,
    bottom_km: float,
    rate: float,
    magnitudes: Magnitudes,
    laws: Laws,
    levels_g: FloatArray,
    sites: tuple[FloatArray, FloatArray],
    *,
    size_km: Callable[[float], tuple[float, float]],
    step_km: float = 0.5,
) -> FloatArray:
    """Return annual rates of exceedance at sites, of a fault with one straight segment.

    Parameters
    ----------
    fault : Rupture
        The whole fault: its top edge of two corners, dip, rake and depth of the top.
    bottom_km : float
        Depth of its lower edge.
    rate : float
        Earthquakes a year on it.
    sites : (lon, lat)
        Degrees, shape (n,).
    size_km : callable
        A magnitude to the length and width of its rupture. Each is cut at the fault on its own: a
        rupture as wide as the fault is no longer for it.
    step_km : float
        About how far a rupture moves from place to place.

    Returns
    -------
    array of float, shape (n, levels)
    """
    dip = math.radians(fault.source.dip)
    whole_width = (bottom_km - fault.source.ztor_km) / math.sin(dip)
    whole_length, frame = _frame(fault, sites)
    ln_levels = np.log(levels_g)
    weight = sum(share for _, share in laws.models)
    found = np.zeros((len(sites[0]), len(levels_g)))
    for mw, share in zip(magnitudes.mw, magnitudes.share, strict=True):
        length, width = np.minimum(size_km(float(mw)), (whole_length, whole_width))
        begin = _places(whole_length - length, step_km)[:, None]
        downs = _places(whole_width - width, step_km)
        for down in downs:
            top_km = fault.source.ztor_km + down * math.sin(dip)
            source = Source(float(mw), fault.source.rake, fault.source.dip, top_km)
            away = _distances(frame, begin, length, (down, down + width), fault.source)
            for model, part in laws.models:
                chance = exceeding(model(source, away, laws.vs30_m_s), ln_levels, laws.truncation)
                each = rate * share * part / weight / len(begin) / len(downs)
                found += each * chance.sum(axis=1).T
    return found


def _frame(
    fault: Rupture, sites: tuple[FloatArray, FloatArray]
) -> tuple[float, tuple[FloatArray, FloatArray]]:
    """Return the fault's length, and sites along its strike and across it to the right, in km."""
    plane = fault.plane()
    x, y = plane.xy(fault.top[:, 0], fault.top[:, 1])
    length = float(np.hypot(x[1] - x[0], y[1] - y[0]))
    east, north = (x[1] - x[0]) / length, (y[1] - y[0]) / length
    site_x, site_y = plane.xy(*sites)
    site_x, site_y = site_x - x[0], site_y - y[0]
    return length, (site_x * east + site_y * north, site_x * north - site_y * east)


def _distances(
    frame: tuple[FloatArray, FloatArray],
    begin: FloatArray,
    length: float,
    down: tuple[float, float],
    fault: Source,
) -> Distances:
    """Return distances, shape (places, sites), from rectangles that begin along the strike.

    A rectangle of a plane is as far away as the plane, and beside it as its own sides are.
    """
    along, across = frame
    dip = math.radians(fault.dip)
    beside = _outside(along, begin, begin + length)
    # Depths along the dip count from the fault's top edge, which lies below the ground.
    at = across * math.cos(dip) - fault.ztor_km * math.sin(dip)
    off = across * math.sin(dip) + fault.ztor_km * math.cos(dip)
    rrup = np.sqrt(beside**2 + _outside(at, *down) ** 2 + off**2)
    level = _outside(across, *(each * math.cos(dip) for each in down))
    shape = rrup.shape
    return Distances(
        np.hypot(beside, level),
        rrup,
        np.broadcast_to(across - down[0] * math.cos(dip), shape),
    )


def _outside(at: FloatArray, low: FloatArray | float, high: FloatArray | float) -> FloatArray:
    return np.asarray(np.maximum(np.maximum(low - at, at - high), 0.0))


def _places(room_km: float, step_km: float) -> FloatArray:
    """Return offsets that stand for equal parts of the room that is left: the middles of these."""
    count = max(1, math.ceil(room_km / step_km - 1e-9))
    return (np.arange(count) + 0.5) / count * max(room_km, 0.0)
