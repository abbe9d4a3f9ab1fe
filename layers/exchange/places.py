"""Positions and station names, as they stand in files of many makers."""

import math
from collections.abc import Mapping

from layers.errors import BadExtentError, BadParameterError
from layers.exchange.adapter import Defaults
from layers.exchange.rows import RowFault
from layers.geo import Bounds

LANGUAGES = ("kk", "uz", "ru", "en")
MAX_CODE_CHARS = 64
# Boxes of the two states, a little wider than their borders.
_COUNTRIES = {"KZ": Bounds(46.0, 40.0, 88.0, 56.0), "UZ": Bounds(55.5, 37.0, 73.5, 46.0)}


def domain(defaults: Defaults) -> Bounds | None:
    """Return the box of the option ``bounds`` (``west,south,east,north``), or None.

    Raises
    ------
    BadParameterError
        Where it is no box in degrees.
    """
    text = defaults.get("bounds")
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        return Bounds(west, south, east, north)
    except (ValueError, BadExtentError):
        raise BadParameterError(
            f'the option bounds is "{text}"; west,south,east,north in degrees was expected, '
            "such as 46,37,88,56"
        ) from None


def check(lon: float, lat: float, box: Bounds | None, country: str = "") -> None:
    """Refuse a position that is not on Earth, or that only makes sense when swapped.

    A swapped position of Central Asia is still one on Earth (43 E, 77 N), so it can be seen only
    where the caller says in which ``box`` the positions lie, or the row in which ``country``.

    Raises
    ------
    RowFault
        ``position`` or ``swapped``.
    """
    box = _COUNTRIES.get(country.upper(), box)
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        if (
            box is None
            or (box.west <= lon <= box.east and box.south <= lat <= box.north)
            or not (box.west <= lat <= box.east and box.south <= lon <= box.north)
        ):
            return
        raise RowFault(
            "swapped",
            f"longitude {lon:g}, latitude {lat:g} lies outside of the area, and inside with the "
            "two swapped; longitude comes first",
        )
    hint = ""
    if math.isfinite(lon) and -180 <= lat <= 180 and -90 <= lon <= 90:
        hint = "; are longitude and latitude swapped?"
    raise RowFault("position", f"longitude {lon:g}, latitude {lat:g} is no position on Earth{hint}")


def code_of(lon: float, lat: float) -> str:
    """Return the code of a station without one: its position to 0.0001 degree (about 10 m)."""
    return f"p{lat + 0.0:.4f}_{lon + 0.0:.4f}".replace("-0.0000", "0.0000")


def checked_code(text: str) -> str:
    """Return a station code as it stands, or refuse it.

    Raises
    ------
    RowFault
        ``station``: empty, too long, or with characters that cannot be printed.
    """
    if not text:
        raise RowFault("station", "the station has no code")
    if len(text) > MAX_CODE_CHARS or not text.isprintable():
        raise RowFault(
            "station",
            f"the station code {text[:MAX_CODE_CHARS]!r} is longer than {MAX_CODE_CHARS} "
            "characters or holds some that cannot be printed",
        )
    return text


def names_of(cells: Mapping[str, str]) -> dict[str, str]:
    """Return language to name, of ``name_kk`` .. ``name_en``; a bare ``name`` stands for en."""
    names = {language: cells.get(f"name_{language}", "") for language in LANGUAGES}
    names["en"] = names["en"] or cells.get("name", "")
    return {language: name for language, name in names.items() if name}
