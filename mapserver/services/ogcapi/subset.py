"""``subset=``: parts of the axes of a map, ``Lat(40:45),Lon(60:70)`` or ``time("...")``."""

import re
from collections.abc import Mapping

from layers.errors import BadParameterError, nearest
from layers.views import projection
from mapserver import params

Part = tuple[str, str]
"""The low and the high end of an axis as they are written; one value is both."""

TIME, OPEN = "time", "*"
_VALUE = r'"[^"]*"|[^"():,]+'
_PART = re.compile(rf"\s*(\w+)\(\s*({_VALUE})\s*(?::\s*({_VALUE})\s*)?\)\s*(?:,|$)")


def parts(text: str) -> dict[str, Part]:
    """Return what a text says of each axis, by its name in small letters.

    Raises
    ------
    BadParameterError
    """
    found: dict[str, Part] = {}
    at = 0
    while at < len(text) or not found:
        each = _PART.match(text, at)
        if each is None:
            raise BadParameterError(
                f'subset is "{text}"; axes such as Lat(40:45),Lon(60:70) or '
                'time("2026-11-20T09:00:00Z") were expected'
            )
        name, low, high = each[1].lower(), each[2], each[3] or each[2]
        if name in found:
            raise BadParameterError(f'subset names the axis "{each[1]}" twice')
        found[name] = low.strip().strip('"'), high.strip().strip('"')
        at = each.end()
    return found


def box(
    asked: Mapping[str, Part], system: str, whole: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return the box of some axes, easting first; an end that is open is that of ``whole``.

    Raises
    ------
    BadParameterError
        For an axis that the system does not have.
    """
    east, north = _axes(system)
    for name in asked:
        if name not in (*east, *north, TIME):
            known = (east[0], north[0], TIME)
            raise BadParameterError(
                f'subset names the axis "{name}"; {system} has {", ".join(known)}'
                f"{nearest(name, known)}"
            )
    west, south, right, top = whole
    west, right = _ends(asked, east, west, right)
    south, top = _ends(asked, north, south, top)
    return west, south, right, top


def _ends(
    asked: Mapping[str, Part], names: tuple[str, ...], low: float, high: float
) -> tuple[float, float]:
    for name in names:
        if name in asked:
            first, last = asked[name]
            if first == last:
                raise BadParameterError(f"subset: {name} is one value; low:high was expected")
            low = low if first == OPEN else params.number(first, f"subset: {name}")
            high = high if last == OPEN else params.number(last, f"subset: {name}")
            if not low < high:
                raise BadParameterError(f"subset: {name} ends before it begins")
    return low, high


def _axes(system: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the axes to the east and to the north, in small letters."""
    if projection(system).independent and system != "EPSG:3857":
        return ("lon", "long"), ("lat",)
    axes = {axis.direction: axis.abbrev.lower() for axis in projection(system).crs.axis_info}
    return (axes["east"],), (axes["north"],)


def period(asked: Mapping[str, Part]) -> str | None:
    """Return the time that is asked for as ``datetime=`` writes it, or None."""
    if TIME not in asked:
        return None
    low, high = (".." if end == OPEN else end for end in asked[TIME])
    return low if low == high else f"{low}/{high}"
