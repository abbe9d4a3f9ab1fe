"""Faults: lines with a type, a length and a slip rate; a fold is never a surface fault."""

import math
import re
from collections.abc import Mapping
from typing import Any

import shapely

from layers.geo import GEOD
from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature

MEASURES = ("type", "slip_rate_mm_y", "length_km")
_FOLDS = ("cline", "fold")
"""Anticlines, synclines and monoclines, however they are misspelt."""
_TYPES = ("type", "slip_type", "ltype")
_SENSES = ("slip_sense", "sense")
_RATES = ("net_slip_rate", "strike_slip_rate", "shortening_rate", "vert_sep_rate", "slip_rate")
"""Where files tell slip rates, the whole slip first; those of GEM and HimaTibetMap among them."""
_NUMBER = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_TRIPLE = re.compile(rf"\(?\s*({_NUMBER})?\s*,\s*({_NUMBER})?\s*,\s*({_NUMBER})?\s*\)?")
_ONE = re.compile(rf"\s*({_NUMBER})\s*(?:mm/yr?|mm/a)?\s*")
_FASTEST_MM_Y = 200.0
"""No fault on land slips faster; a larger number is of something else."""


class FaultsKind(CollectionKind):
    """Fault traces."""

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with type, length and slip rate as real files call and write them."""
        found = dict(plain(stored))
        found["type"] = type_of(found)
        found["fold"] = is_fold(found)
        found["length_km"] = length_km(stored.feature.geometry)
        for name in _RATES:
            if (rate := slip_rate(found.get(name))) is not None:
                for key, value in zip(("", "_min", "_max"), rate, strict=True):
                    found[f"slip_rate{key}_mm_y"] = value
                found["slip_rate_of"] = name
                break
        return found


def type_of(properties: Mapping[str, Any]) -> str:
    """Return what a fault is called by whichever property says it; ``unknown`` where none does."""
    return str(next((properties[key] for key in _TYPES if properties.get(key)), "unknown"))


def mechanism_of(properties: Mapping[str, Any]) -> str:
    """Return all words for how a fault slips: a type may leave the side to a sense of its own."""
    senses = (str(properties[key]) for key in _SENSES if properties.get(key))
    return " ".join((type_of(properties), *senses))


def angle(told: Any, least: float, most: float) -> float | None:
    """Return the most likely angle in degrees of a number or ``(90,,)``; None for what is none."""
    if isinstance(told, str) and (match := _TRIPLE.fullmatch(told.strip())):
        told = None if match[1] is None else float(match[1])
    elif isinstance(told, str) and re.fullmatch(_NUMBER, told.strip()):
        told = float(told)
    if isinstance(told, bool) or not isinstance(told, int | float) or not least <= told <= most:
        return None
    return float(told)


def is_fold(properties: Mapping[str, Any]) -> bool:
    """Tell whether a line is the axis of a fold."""
    return any(word in type_of(properties).lower() for word in _FOLDS)


def length_km(geometry: shapely.Geometry) -> float | None:
    """Return the geodesic length of a trace, all parts together; None for what is no line."""
    parts = shapely.get_parts(geometry)
    if not all(isinstance(part, shapely.LineString) for part in parts):
        return None
    return round(sum(GEOD.geometry_length(part) for part in parts) / 1000, 3)


def slip_rate(
    told: Any,
) -> tuple[float | None, float | None, float | None] | None:
    """Return most likely, least and largest slip rate in mm a year of what a property tells.

    GEM and HimaTibetMap write ``(1.5,1.0,2.0)``, with what is unknown left out and a sign that
    tells the sense of slip, which the type does too: it is dropped. Prose is no rate: None, and
    the words stay where they were.
    """
    if isinstance(told, int | float) and not isinstance(told, bool):
        numbers: tuple[float | None, ...] = (float(told), None, None)
    elif isinstance(told, str) and (match := _TRIPLE.fullmatch(told.strip())):
        numbers = tuple(None if part is None else float(part) for part in match.groups())
    elif isinstance(told, str) and (match := _ONE.fullmatch(told)):
        numbers = (float(match[1]), None, None)
    else:
        return None
    likely, *ends = (None if n is None else abs(n) for n in numbers)
    known = [n for n in (likely, *ends) if n is not None]
    if not known or not all(math.isfinite(n) and n <= _FASTEST_MM_Y for n in known):
        return None
    # A few ranges are written the wrong way round, or beside their own likely rate.
    ranged = any(n is not None for n in ends)
    return likely, min(known) if ranged else None, max(known) if ranged else None
