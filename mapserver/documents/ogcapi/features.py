"""Features as GeoJSON in bytes: rows of a table, written column by column.

A value that occurs a thousand times is written as JSON once.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.filtering import Rows
from layers.filtering.rows import GeometryArray
from layers.filtering.spatial import to_system
from layers.geo import DECIMALS
from layers.model.table import ABSENT
from layers.views import Projection

DECIMALS_M = 2
IntArray = NDArray[np.int64]


def written(rows: Rows, chosen: IntArray, system: Projection) -> list[str]:
    """Return the features of some rows as JSON, coordinates in the axis order of a system."""
    table = rows.table
    geometries = _geometries(rows.geometry(chosen), system)
    codes = table.codes[chosen]
    texts = {ABSENT: "null"}
    for code in np.unique(codes).tolist():
        if code != ABSENT:
            texts[code] = _json(table.values[code - 1])
    columns = [
        [f"{_json(name)}:{texts[code]}" for code in codes[:, k].tolist()]
        for k, name in enumerate(table.names)
    ]
    properties = map(",".join, zip(*columns, strict=True)) if columns else [""] * len(chosen)
    ids = [table.ids[row] for row in chosen.tolist()]
    return [_feature(i, g, f"{{{p}}}") for i, g, p in zip(ids, geometries, properties, strict=True)]


def points(
    ids: Sequence[str],
    lonlat: NDArray[np.float64],
    properties: Sequence[Mapping[str, Any]],
    system: Projection,
) -> list[str]:
    """Return points as JSON, whose properties are no columns; ``lonlat`` has shape (n, 2)."""
    places = np.asarray(shapely.points(np.round(lonlat, DECIMALS)), object).reshape(-1)
    geometries = _geometries(places, system)
    return [_feature(i, g, _json(p)) for i, g, p in zip(ids, geometries, properties, strict=True)]


def _feature(feature_id: str, geometry: str, properties: str) -> str:
    said = f'"id":{_json(feature_id)},"geometry":{geometry},"properties":{properties}'
    return f'{{"type":"Feature",{said}}}'


def collection(members: dict[str, Any], features: Sequence[str]) -> bytes:
    """Return a FeatureCollection with members beside its features."""
    head = _json({"type": "FeatureCollection", **members})[:-1]
    return f'{head},"features":[{",".join(features)}]}}'.encode()


def feature(members: dict[str, Any], text: str) -> bytes:
    """Return one feature with members beside it."""
    return f"{text[:-1]},{_json(members)[1:]}".encode()


def _geometries(degrees: GeometryArray, system: Projection) -> list[str]:
    found = to_system(degrees, system)
    digits = DECIMALS if system.name in ("CRS:84", "EPSG:4326") else DECIMALS_M
    if system.name != "CRS:84":
        step = -1 if system.northing_first else 1
        found = shapely.transform(found, lambda xy: np.round(xy[:, ::step], digits))
    # A system has no place for what is too far from it.
    texts: list[str] = shapely.to_geojson(found).tolist()
    for place in np.flatnonzero(~np.isfinite(shapely.bounds(found)).all(axis=-1)).tolist():
        texts[place] = "null"
    return texts


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
