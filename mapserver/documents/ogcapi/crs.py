"""Coordinate reference systems by their URIs, as the OGC APIs name them."""

import re
from collections.abc import Sequence

from layers.errors import BadParameterError, nearest

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_SPELLINGS = re.compile(
    r"https?://www\.opengis\.net/def/crs/(?:EPSG/[^/]+/(?P<uri>\d+)|OGC/[^/]+/(?P<crs84>CRS84))"
    r"|urn:ogc:def:crs:EPSG:[^:]*:(?P<urn>\d+)|urn:ogc:def:crs:OGC:[^:]*:(?P<urn84>CRS84)"
    r"|\[?EPSG:(?P<curie>\d+)\]?|\[?(?:OGC:CRS84|CRS:84)\]?",
    re.IGNORECASE,
)


def uri(name: str) -> str:
    """Return the URI of ``CRS:84`` or ``EPSG:`` and a number."""
    return CRS84 if name == "CRS:84" else _EPSG + name.removeprefix("EPSG:")


def ordered(names: Sequence[str]) -> list[str]:
    """Return the URIs of systems, CRS84 first: it is what the data are stored in."""
    return [CRS84, *(uri(name) for name in names if name != "CRS:84")]


def name(text: str, known: Sequence[str], key: str = "crs") -> str:
    """Return the name of the system of a URI, URN or CURIE.

    Raises
    ------
    BadParameterError
        For one that is not offered.
    """
    found = _SPELLINGS.fullmatch(text.strip())
    if found is not None:
        number = found["uri"] or found["urn"] or found["curie"]
        asked = f"EPSG:{number}" if number else "CRS:84"
        if asked in known or asked == "CRS:84":
            return asked
    offered = [CRS84, *map(uri, known)]
    raise BadParameterError(f'{key} "{text}" is not offered{nearest(text, offered)}')
