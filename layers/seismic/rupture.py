"""Ruptures of finite size, and how far sites are from them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError
from layers.seismic.motion import Distances, Source
from layers.seismic.plane import Plane
from layers.seismic.scaling import length_km, width_km

FloatArray = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Rupture:
    """A plane, or several side by side along a trace, that slips in one earthquake.

    ``top`` are the corners of its top edge, degrees, shape (n, 2), in the direction of strike: it
    dips to their right (Aki and Richards 1980).
    """

    source: Source
    top: FloatArray
    width_km: float

    def distances(self, lon: FloatArray, lat: FloatArray) -> Distances:
        """Return the distances of sites at the surface, degrees, arrays of one shape."""
        plane = self.plane()
        shape = np.shape(lon)
        site = plane.xy(np.ravel(lon), np.ravel(lat))
        x, y = plane.xy(self.top[:, 0], self.top[:, 1])
        along = np.array([x[-1] - x[0], y[-1] - y[0]])
        along /= np.hypot(*along)
        right = np.array([along[1], -along[0]])
        dip = math.radians(self.source.dip)
        reach, drop = self.width_km * math.cos(dip), self.width_km * math.sin(dip)
        rjb2 = np.full(site.shape[1], np.inf)
        rrup2 = np.full(site.shape[1], np.inf)
        for i in range(len(x) - 1):
            a = np.array([x[i], y[i]])
            edge = np.array([x[i + 1] - x[i], y[i + 1] - y[i]])
            px, py = site[0] - a[0], site[1] - a[1]
            across = right * reach
            np.minimum(rjb2, _square(px, py, edge, across, 0.0, 0.0), out=rjb2)
            np.minimum(rrup2, _square(px, py, edge, across, self.source.ztor_km, drop), out=rrup2)
        rx = (site[0] - x[0]) * right[0] + (site[1] - y[0]) * right[1]
        return Distances(
            np.sqrt(rjb2).reshape(shape), np.sqrt(rrup2).reshape(shape), rx.reshape(shape)
        )

    def outline(self) -> FloatArray:
        """Return the surface projection of the rupture, degrees, a closed ring of shape (n, 2)."""
        plane = self.plane()
        x, y = plane.xy(self.top[:, 0], self.top[:, 1])
        along = np.array([x[-1] - x[0], y[-1] - y[0]]) / np.hypot(x[-1] - x[0], y[-1] - y[0])
        reach = self.width_km * math.cos(math.radians(self.source.dip))
        far_x, far_y = x[::-1] + along[1] * reach, y[::-1] - along[0] * reach
        ring = plane.lonlat(np.r_[x, far_x, x[:1]], np.r_[y, far_y, y[:1]])
        return ring.T

    def plane(self) -> Plane:
        """Return the projection around the middle of its top edge."""
        lon, lat = (self.top[0] + self.top[-1]) / 2
        return Plane(float(lon), float(lat))


def _square(
    px: FloatArray, py: FloatArray, edge: FloatArray, across: FloatArray, depth: float, drop: float
) -> FloatArray:
    """Return squared distances from points of the surface to a parallelogram.

    It spans ``edge`` (level, at ``depth``) and ``across`` with ``drop`` downwards, in km, from the
    point that ``px`` and ``py`` are counted from.
    """
    u, w = np.array([*edge, 0.0]), np.array([*across, drop])
    pu = px * u[0] + py * u[1]
    # The site lies ``depth`` above the corner that is counted from.
    pw = px * w[0] + py * w[1] - depth * w[2]
    p2 = px * px + py * py + depth * depth
    uu, uw, ww = float(u @ u), float(u @ w), float(w @ w)
    best = _to_edge(p2, pu, uu)
    if ww > 0:
        far_p2 = p2 - 2 * pw + ww
        np.minimum(best, _to_edge(far_p2, pu - uw, uu), out=best)
        np.minimum(best, _to_edge(p2, pw, ww), out=best)
        np.minimum(best, _to_edge(p2 - 2 * pu + uu, pw - uw, ww), out=best)
        if (det := uu * ww - uw * uw) > 1e-12 * uu * ww:
            s = (pu * ww - pw * uw) / det
            t = (pw * uu - pu * uw) / det
            inside = (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
            off = p2 - (s * pu + t * pw)
            np.copyto(best, np.maximum(off, 0.0), where=inside)
    return best


def _to_edge(p2: FloatArray, pe: FloatArray, ee: float) -> FloatArray:
    """Return squared distances to a segment, of |p|^2, p.e and |e|^2."""
    t = np.clip(pe / ee, 0.0, 1.0)
    return np.asarray(np.maximum(p2 - t * (2 * pe - t * ee), 0.0))


def along_trace(trace: FloatArray, source: Source, lon: float, lat: float) -> Rupture:
    """Return the part of a fault that breaks in an earthquake of a magnitude around a place.

    Parameters
    ----------
    trace : array of float, shape (n, 2)
        The fault at the surface, degrees, in the direction of strike.
    source : Source
    lon, lat : float
        The middle of the rupture is the point of the trace nearest to it, moved along as far as it
        must for the rupture to stay on the fault. One that is longer than the fault breaks it
        whole, and the magnitude stays.

    Raises
    ------
    BadInputError
        For a trace of no length, and for angles or a depth that cannot be.
    """
    check(source)
    plane = Plane(lon, lat)
    x, y = plane.xy(trace[:, 0], trace[:, 1])
    steps = np.hypot(np.diff(x), np.diff(y))
    x, y = x[np.r_[True, steps > 1e-6]], y[np.r_[True, steps > 1e-6]]
    if len(x) < 2:
        raise BadInputError("the trace of the fault has no length")
    steps = np.hypot(np.diff(x), np.diff(y))
    at = np.r_[0.0, np.cumsum(steps)]
    total, wanted = at[-1], min(length_km(source.mw, source.rake), at[-1])
    share = np.clip(-(x[:-1] * np.diff(x) + y[:-1] * np.diff(y)) / steps**2, 0, 1)
    off = np.hypot(x[:-1] + share * np.diff(x), y[:-1] + share * np.diff(y))
    i = int(np.argmin(off))
    begin = float(np.clip(at[i] + share[i] * steps[i] - wanted / 2, 0, total - wanted))
    inner = at[(at > begin) & (at < begin + wanted)]
    places = np.r_[begin, inner, begin + wanted]
    top = plane.lonlat(np.interp(places, at, x), np.interp(places, at, y)).T
    return Rupture(source, top, width_km(source))


def check(source: Source) -> None:
    """Look that a source can be.

    Raises
    ------
    BadInputError
        For a magnitude outside 3 to 9, a dip outside 5 to 90, a rake outside -180 to 180, a top
        edge outside 0 to 100 km.
    """
    limits = {
        "magnitude": (source.mw, 3.0, 9.0),
        "dip": (source.dip, 5.0, 90.0),
        "rake": (source.rake, -180.0, 180.0),
        "depth of the top edge": (source.ztor_km, 0.0, 100.0),
    }
    for what, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise BadInputError(f"a {what} of {value:g} cannot be; {low:g} to {high:g} can")
