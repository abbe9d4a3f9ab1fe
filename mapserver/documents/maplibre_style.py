"""A style of a layer as MapLibre reads it (style specification 8): one source, and how it looks."""

from collections.abc import Sequence
from typing import Any

from layers.kinds import KINDS
from layers.model import CatalogDefinition, LayerDefinition, StyleDefinition
from layers.render import legend, ramp
from mapserver.documents import tilejson

_RING, _HALO = "#27303F", "#FFFFFF"
_RADIUS = {"station": 9.0, "site": 7.0, "point": 4.5}
_QUAKE = ["interpolate", ["exponential", 1.62], ["coalesce", ["get", "magnitude"], 0],
          0, 1.5, 5, 2.8, 6, 4.5, 7, 7.3, 8, 11.8, 9, 19]  # fmt: skip
"""Radius by magnitude, as tiles draw it."""
_AREAS = ("zone", "fill")


def document(
    layer: LayerDefinition,
    style: StyleDefinition,
    tiles: dict[str, Any],
    catalog: CatalogDefinition,
) -> dict[str, Any]:
    """Return the document; ``tiles`` is the TileJSON of the layer in this style.

    Labels are left out: they would need letters from an address of their own.
    """
    vector = KINDS[layer.kind].vector
    source: dict[str, Any] = {
        "type": "vector" if vector else "raster",
        "tiles": tiles["tiles"],
        "minzoom": tiles["minzoom"],
        "maxzoom": tiles["maxzoom"],
        "bounds": tiles["bounds"],
        "attribution": tiles["attribution"],
    }
    if not vector:
        source["tileSize"] = 256
    return {
        "version": 8,
        "name": f"{tiles['name']}: {style.title or style.id}",
        "metadata": {
            "layer": layer.id,
            "style": style.id,
            "data_version": tiles["data_version"],
            "time": tiles["time"],
            "notice": tilejson.notice(layer, catalog),
            "unit": tiles["unit"],
            "legend": tiles["legend"],
        },
        "center": tiles["center"][:2],
        "zoom": tiles["center"][2],
        "sources": {layer.id: source},
        "layers": _vector(layer, style) if vector else [_layer(layer, "raster", "raster", {})],
    }


def _layer(layer: LayerDefinition, name: str, kind: str, paint: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"{layer.id}-{name}", "type": kind, "source": layer.id, "paint": paint}


def _vector(layer: LayerDefinition, style: StyleDefinition) -> list[dict[str, Any]]:
    colour, symbol = _colour(style), style.symbol
    found: list[dict[str, Any]] = []
    paint: dict[str, Any]
    if symbol in _AREAS:
        paint = {"fill-color": colour, "fill-outline-color": _HALO}
        found.append(_of(layer, "area", "fill", "Polygon", paint))
    if symbol not in ("station", "quake", "point", "zone"):
        kind = "LineString" if symbol in ("fault", "isoline", "fill") else "Polygon"
        kinds = ("LineString", "Polygon") if symbol == "line" else (kind,)
        for each in kinds:
            paint = {"line-color": colour, "line-width": 2}
            found.append(_of(layer, f"line-{each.lower()}", "line", each, paint))
    if symbol in ("station", "quake", "point", "site", "fill", "line"):
        radius = _QUAKE if symbol == "quake" else _RADIUS.get(symbol, 4.5)
        found.append(_of(layer, "point", "circle", "Point", {
            "circle-color": colour, "circle-radius": radius,
            "circle-stroke-color": _RING, "circle-stroke-width": 1.5,
        }))  # fmt: skip
    return found


def _of(
    layer: LayerDefinition, name: str, kind: str, geometry: str, paint: dict[str, Any]
) -> dict[str, Any]:
    only = ["match", ["geometry-type"], [geometry, f"Multi{geometry}"], True, False]
    return {**_layer(layer, name, kind, paint), "source-layer": layer.id, "filter": only}


def _colour(style: StyleDefinition) -> str | Sequence[Any]:
    """Return the colour of a class by the value of a feature; what has none is hollow."""
    entries = legend.entries(style)
    if not entries:
        return ramp.PLAIN
    steps: list[Any] = [entries[0].colour]
    for entry in entries[1:]:
        steps += [entry.low, entry.colour]
    value = ["get", style.measure]
    chosen = ["step", value, *steps] if len(entries) > 1 else steps[0]
    return ["case", ["==", ["typeof", value], "number"], chosen, _HALO]
