"""A style of a layer as MapLibre reads it (style specification 8): one source, and how it looks."""

from collections.abc import Mapping, Sequence
from typing import Any

from layers.kinds import KINDS
from layers.model import CatalogDefinition, LayerDefinition, StyleDefinition
from layers.render import glyphs, isolines, legend, names, ramp, shapes, symbols
from mapserver.documents import tilejson

_RING, _HALO, _INK = "#27303F", "#FFFFFF", names.INK
_RADIUS = {"station": symbols.RADIUS_PX - 1.6, "site": 6.4, "point": 4.2}
_STROKE_PX = 1.6
"""Of the ring around a circle, which tiles count to it."""
_QUAKE = ["interpolate", ["exponential", 1.62], ["coalesce", ["get", "magnitude"], 0],
          0, 1.5, 5, 2.8, 6, 4.5, 7, 7.3, 8, 11.8, 9, 19]  # fmt: skip
"""Radius by magnitude, as tiles draw it."""
_AREAS = ("zone", "fill")
_GEOMETRIES = {
    **dict.fromkeys(("station", "quake", "point"), ("Point",)),
    **dict.fromkeys(("fault", "isoline"), ("LineString",)),
    **dict.fromkeys(("zone", "zone-outline"), ("Polygon",)),
}
"""What a symbol is drawn at; every geometry where it is not told."""


def document(
    layer: LayerDefinition,
    style: StyleDefinition,
    tiles: dict[str, Any],
    catalog: CatalogDefinition,
    base_url: str,
    language: str,
) -> dict[str, Any]:
    """Return the document; ``tiles`` is the TileJSON of the layer in this style.

    Names are in ``language``, written with the letters that the server draws with.
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
    layers = (
        [*_vector(layer, style), *_labels(layer, style, language)]
        if vector
        else [_layer(layer, "raster", "raster", {})]
    )
    letters = {"glyphs": f"{base_url}/glyphs/{{fontstack}}/{{range}}.pbf"}
    return {
        "version": 8,
        **(letters if any(each["type"] == "symbol" for each in layers) else {}),
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
        "layers": layers,
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
    if symbol == "fault":
        fold = ["==", ["get", "fold"], True]
        broken = {"line-color": ramp.PLAIN, "line-width": 1.6, "line-dasharray": [4, 3]}
        for name, kind, paint in (
            ("casing", ["!", fold], {"line-color": _HALO, "line-width": 4.2}),
            ("line", ["!", fold], {"line-color": colour, "line-width": 2}),
            ("fold", fold, broken),
        ):
            made = _of(layer, name, "line", "LineString", paint)
            found.append({**made, "filter": ["all", made["filter"], kind]})
    elif symbol not in ("station", "quake", "point", "zone"):
        own = "LineString" if symbol in ("isoline", "fill") else "Polygon"
        for each in ("LineString", "Polygon") if symbol == "line" else (own,):
            paint = {"line-color": colour, "line-width": 2}
            found.append(_of(layer, f"line-{each.lower()}", "line", each, paint))
    if symbol in ("station", "quake", "point", "site", "fill", "line"):
        radius = _QUAKE if symbol == "quake" else _RADIUS.get(symbol, 4.5)
        found.append(_of(layer, "point", "circle", "Point", {
            "circle-color": colour, "circle-radius": radius,
            "circle-stroke-color": _RING, "circle-stroke-width": _STROKE_PX,
        }))  # fmt: skip
    return found


def _of(
    layer: LayerDefinition, name: str, kind: str, geometry: str, paint: dict[str, Any]
) -> dict[str, Any]:
    only = ["match", ["geometry-type"], [geometry, f"Multi{geometry}"], True, False]
    return {**_layer(layer, name, kind, paint), "source-layer": layer.id, "filter": only}


def _colour(style: StyleDefinition) -> Any:
    """Return the colour of a class by the value of a feature; what has none is hollow."""
    entries = legend.entries(style)
    if not entries:
        return ramp.plain(style)
    return _classed(style, [entry.colour for entry in entries], _HALO)


def _labels(layer: LayerDefinition, style: StyleDefinition, language: str) -> list[dict[str, Any]]:
    """Return what tiles write: names, values in stations and on isolines, classes of zones.

    What stands last takes its room first: names give way to values, and values keep off names.
    """
    symbol, found = style.symbol, []
    if style.label:
        below = (names.SYMBOL_PX.get(symbol, names.POINT_PX) + names.GAP_PX) / names.TEXT_PX
        placed: dict[str, dict[str, Any]] = {
            "Point": {"text-anchor": "top", "text-offset": [0, round(below, 2)]},
            # Upright, as tiles write them: a name along a bent line is hard to read.
            "LineString": {
                "symbol-placement": "line-center",
                "text-rotation-alignment": "viewport",
            },
            "Polygon": {},
        }
        words = _name(style.label, language)
        for geometry in _GEOMETRIES.get(symbol, tuple(placed)):
            name = f"name-{geometry.lower()}"
            layout = placed[geometry]
            found.append(_text(layer, name, geometry, words, names.TEXT_PX, _INK, layout))
    if symbol == "station":
        value = ["to-string", ["get", "label"]]
        room = {"text-padding": symbols.RADIUS_PX - symbols.TEXT_PX / 2}
        found.append(_text(layer, "value", "Point", value, symbols.TEXT_PX, _inks(style), room))
    if symbol == "isoline":
        number: Any = ["number-format", ["get", style.measure], {"max-fraction-digits": 6}]
        along = {"symbol-placement": "line", "symbol-spacing": isolines.APART_PX}
        found.append(_text(layer, "value", "LineString", number, isolines.TEXT_PX, _INK, along))
    if symbol in ("zone", "zone-outline") and legend.entries(style):
        filled = symbol == "zone"
        ink, halo = (_inks(style), _colour(style)) if filled else (_INK, _HALO)
        grade = _classed(style, [each.label for each in legend.entries(style)], "")
        found.append(_text(layer, "class", "Polygon", grade, shapes.NUMERAL_PX, ink, halo=halo))
    return found


def _text(
    layer: LayerDefinition,
    name: str,
    geometry: str,
    words: Any,
    size_px: float,
    ink: Any,
    layout: Mapping[str, Any] | None = None,
    halo: Any = _HALO,
) -> dict[str, Any]:
    has_halo = name != "value" or geometry != "Point"
    paint = {"text-color": ink}
    paint |= {"text-halo-color": halo, "text-halo-width": 1.2} if has_halo else {}
    written = {"text-field": words, "text-font": [glyphs.NAME], "text-size": size_px}
    made = _of(layer, name, "symbol", geometry, paint)
    return {**made, "layout": written | dict(layout or {})}


def _name(label: str, language: str) -> list[Any]:
    """Return the first property that holds a name."""
    found: list[Any] = ["case"]
    for key in names.keys(label, language):
        found += [["!=", ["to-string", ["get", key]], ""], ["to-string", ["get", key]]]
    return [*found, ""]


def _inks(style: StyleDefinition) -> Any:
    """Return dark or white letters, whichever reads better on the colour of a class."""
    return _classed(style, [ramp.ink(ramp.rgba(word)) for word in ramp.words(style)], _INK)


def _classed(style: StyleDefinition, words: Sequence[str], unknown: str) -> Any:
    """Return the word of the class that a feature is in."""
    steps: list[Any] = [words[0]]
    for limit, word in zip(style.breaks, words[1:], strict=True):
        steps += [limit, word]
    value = ["get", style.measure]
    chosen = ["step", value, *steps] if len(words) > 1 else words[0]
    return ["case", ["==", ["typeof", value], "number"], chosen, unknown]
