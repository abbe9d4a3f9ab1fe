"""What a site is measured against wherever it lies: states, land borders, waters, settlements."""

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely.geometry import shape

from layers.errors import BadFileError
from layers.geo import Bounds, Point
from layers.screening import Said, Settlements, Shapes
from layers.screening.faults import trace_accuracy_m

FILES = ("places.json", "settlements.csv", "manifest.json")
LEAST_RANK = 3
"""Rivers of a lesser rank may run dry; none of them is counted as cooling water."""
_LEAST_RADIUS_KM = 6335.0
"""Smallest radius of curvature of WGS 84: distances made with it are never too long."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The region in which sites can be screened, and what is known of it.

    ``states`` index ``state_codes``; ``borders`` index ``border_pairs`` (codes of the states on
    either side). ``token`` is a hash of the files. ``sources`` says of each what it is.
    """

    token: str
    bounds: Bounds
    states: Shapes
    state_codes: tuple[str, ...]
    borders: Shapes
    border_pairs: tuple[tuple[str, str], ...]
    lakes: Shapes
    waters: Shapes
    settlements: Settlements
    sources: Mapping[str, Mapping[str, Any]]

    def accuracy_m(self, source: str) -> float:
        """Return how far a line of a source may be off, by the scale of its map."""
        return trace_accuracy_m(float(self.sources[source]["scale"]))

    def said(self, source: str) -> Said:
        """Return source and vintage of evidence from one of the maps."""
        known = self.sources[source]
        return {"source": str(known["title"]), "vintage": str(known["vintage"])}

    def reach_km(self, place: Point) -> float:
        """Return how far around a place the region goes on in every direction, 0 outside of it."""
        box = self.bounds
        if not box.holds(place):
            return 0.0
        sideways = math.radians(min(place.lon - box.west, box.east - place.lon, 90.0))
        to_meridian = math.asin(math.cos(math.radians(place.lat)) * math.sin(sideways))
        to_parallel = math.radians(min(place.lat - box.south, box.north - place.lat))
        return _LEAST_RADIUS_KM * min(to_meridian, to_parallel)

    def state_at(self, place: Point) -> str:
        """Return the code of the state that a place lies in, empty for none."""
        held = self.states.holding(place)
        return self.state_codes[int(held[0])] if len(held) else ""


def _names(row: Mapping[str, str]) -> dict[str, str]:
    return {lang: row[f"name_{lang}"] for lang in ("kk", "uz", "ru", "en") if row[f"name_{lang}"]}


def parse(files: Mapping[str, bytes]) -> Surroundings:
    """Return the surroundings of the files of ``static/dist/surroundings``.

    Raises
    ------
    BadFileError
        Where one is missing or not what was built.
    """
    try:
        digest = hashlib.blake2b(digest_size=8)
        for name in FILES:
            digest.update(files[name])
        manifest = json.loads(files["manifest.json"])
        places = json.loads(files["places.json"])
        rows = list(csv.DictReader(files["settlements.csv"].decode("utf-8").splitlines()))
        lakes = [shape(each["geometry"]) for each in places["lakes"]]
        rivers = [shape(each["geometry"]) for each in places["rivers"] if each["rank"] < LEAST_RANK]
        return Surroundings(
            token=digest.hexdigest(),
            bounds=Bounds(*manifest["bounds"]),
            states=Shapes([shape(each["geometry"]) for each in places["states"]]),
            state_codes=tuple(each["country"] for each in places["states"]),
            borders=Shapes([shape(each["geometry"]) for each in places["borders"]]),
            border_pairs=tuple(tuple(each["countries"]) for each in places["borders"]),
            lakes=Shapes(lakes),
            waters=Shapes([*lakes, *rivers]),
            settlements=Settlements(
                [row["name"] for row in rows],
                np.array([float(row["lon"]) for row in rows]),
                np.array([float(row["lat"]) for row in rows]),
                np.array([float(row["population"] or "nan") for row in rows]),
                np.array([row["country"] for row in rows]),
                {i: named for i, row in enumerate(rows) if (named := _names(row))},
            ),
            sources=manifest["sources"],
        )
    except (KeyError, ValueError, TypeError) as reason:
        raise BadFileError(f"the surroundings of sites are not whole: {reason!r}") from reason
