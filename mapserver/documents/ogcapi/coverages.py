"""Values at places and times as CoverageJSON, GeoJSON and CSV: the same numbers in each."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import temporal
from layers.exchange.rows import guarded
from layers.views import Projection
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.parameters import Observable

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Values of parameters over times at one place, or over times and the cells of a grid.

    Parameters
    ----------
    x, y : sequence of float
        Easting and northing: one of each for a place, else of the columns and rows of a grid.
    times : sequence of datetime
        Rising.
    ranges : mapping
        Values of each parameter by its id, shape (times, rows, cols), of a place (times,). Numbers
        are float with NaN where there is none, texts are objects with None.
    id : str
        Of the place, where it has one.
    label : str
        Its name for people.
    grid : bool
        Whether it is a grid.
    more : mapping of str to str or None
        What else tells the values of a place apart, by name.
    """

    x: Sequence[float]
    y: Sequence[float]
    times: Sequence[datetime]
    ranges: Mapping[str, Column]
    id: str = ""
    label: str = ""
    grid: bool = False
    more: Mapping[str, str | None] = field(default_factory=dict)


def covjson(
    coverages: Sequence[Coverage],
    parameters: Sequence[Observable],
    system: Projection,
    language: str,
    members: Mapping[str, Any],
) -> dict[str, Any]:
    """Return one Coverage, or a CoverageCollection of any other number of them."""
    told = {each.id: each.coverage(language) for each in parameters}
    if len(coverages) == 1:
        return {**_coverage(coverages[0], system), "parameters": told, **members}
    kinds = {_domain_type(each) for each in coverages}
    return {
        "type": "CoverageCollection",
        **({"domainType": kinds.pop()} if len(kinds) == 1 else {}),
        "parameters": told,
        "referencing": _referencing(system),
        "coverages": [_coverage(each, system, referencing=False) for each in coverages],
        **members,
    }


def _domain_type(coverage: Coverage) -> str:
    return "Grid" if coverage.grid else "PointSeries"


def _coverage(
    coverage: Coverage, system: Projection, *, referencing: bool = True
) -> dict[str, Any]:
    domain: dict[str, Any] = {
        "type": "Domain",
        "domainType": _domain_type(coverage),
        "axes": {
            "x": {"values": list(coverage.x)},
            "y": {"values": list(coverage.y)},
            "t": {"values": [temporal.word(at) for at in coverage.times]},
        },
    }
    if referencing:
        domain["referencing"] = _referencing(system)
    axes = ["t", "y", "x"] if coverage.grid else ["t"]
    found: dict[str, Any] = {"type": "Coverage"}
    if coverage.id:
        # A station may have several detectors and averaging times: each is a coverage.
        found["id"] = "-".join(filter(None, (coverage.id, *coverage.more.values())))
        found |= {"location": coverage.id, "label": coverage.label, **coverage.more}
    found["domain"] = domain
    found["ranges"] = {
        name: {
            "type": "NdArray",
            "dataType": "string" if values.dtype == object else "float",
            "axisNames": axes,
            "shape": list(values.shape),
            "values": _plain(values),
        }
        for name, values in coverage.ranges.items()
    }
    return found


def _referencing(system: Projection) -> list[dict[str, Any]]:
    kind = "GeographicCRS" if system.crs.is_geographic else "ProjectedCRS"
    # Axes are named here, so that easting stays x whatever a registry says of their order.
    return [
        {"coordinates": ["x", "y"], "system": {"type": kind, "id": crs.uri(system.name)}},
        {"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}},
    ]


def _plain(values: Column) -> list[Any]:
    flat = values.ravel()
    if flat.dtype == object:
        return flat.tolist()
    numbers: list[Any] = flat.astype(float).tolist()
    for place in np.flatnonzero(np.isnan(flat)).tolist():
        numbers[place] = None
    return numbers


def rows(
    coverages: Sequence[Coverage],
) -> Iterator[tuple[Coverage, datetime, float, float, list[Any]]]:
    """Yield (coverage, time, x, y, values in the order of its ranges), one for each place and time.

    Cells of a grid without any value are left out.
    """
    for coverage in coverages:
        columns = [_plain(values) for values in coverage.ranges.values()]
        places = [(x, y) for y in coverage.y for x in coverage.x]
        number = 0
        for at in coverage.times:
            for x, y in places:
                values = [column[number] for column in columns]
                number += 1
                if not coverage.grid or any(value is not None for value in values):
                    yield coverage, at, x, y, values


def geojson(
    coverages: Sequence[Coverage],
    parameters: Sequence[Observable],
    system: Projection,
    language: str,
    members: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a feature for each place and time, its values as properties."""
    names = [each.id for each in parameters]
    step = -1 if system.northing_first else 1
    features = []
    for coverage, at, x, y, values in rows(coverages):
        known = dict(zip(coverage.ranges, values, strict=True))
        properties: dict[str, Any] = {"datetime": temporal.word(at)}
        if coverage.id:
            properties |= {"location": coverage.id, "label": coverage.label, **coverage.more}
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [x, y][::step]},
                "properties": properties | {name: known.get(name) for name in names},
            }
        )
    return {
        "type": "FeatureCollection",
        "parameters": {each.id: each.metadata(language) for each in parameters},
        "features": features,
        "numberReturned": len(features),
        **members,
    }


def table(
    coverages: Sequence[Coverage],
    parameters: Sequence[Observable],
    system: Projection,
    context: str,
) -> bytes:
    """Return a table of texts: time, place, and a column for each parameter; empty is unknown.

    Every row says of which context it is: simulated values are never without the word.
    """
    names = [each.id for each in parameters]
    located = any(coverage.id for coverage in coverages)
    x_name, y_name = ("lon", "lat") if system.crs.is_geographic else ("x", "y")
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        [*(["location"] if located else []), "datetime", x_name, y_name, *names, "context"]
    )
    for coverage, at, x, y, values in rows(coverages):
        known = dict(zip(coverage.ranges, values, strict=True))
        head = [guarded(coverage.id)] if located else []
        writer.writerow(
            [*head, temporal.word(at), x, y, *(known.get(name) for name in names), context]
        )
    return written.getvalue().encode()
