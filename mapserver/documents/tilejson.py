"""TileJSON 3.0.0 of a layer in a style, naming the immutable template."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from layers import temporal
from layers.kinds import KINDS
from layers.model import CatalogDefinition, Context, Extent, LayerDefinition, StyleDefinition
from layers.screening import Criterion, Preset, Verdict
from layers.tiles import TileRequest
from mapserver.documents import legend


def time_word(at: datetime | None) -> str:
    """Return the word that stands for a time in an address."""
    return "static" if at is None else temporal.word(at)


def tile_path(request: TileRequest) -> str:
    """Return the fixed address of a pinned request, without its query."""
    window = request.window
    dense = "@2x" if window.size_px > 256 else ""
    return (
        f"/tiles/{request.layer}/{request.style}/{request.version}/{time_word(request.time)}"
        f"/{window.zoom}/{window.col}/{window.row}{dense}.{request.format}"
    )


def template(
    base_url: str, layer: str, style: str, version: str, at: datetime | None, image: str
) -> str:
    """Return a tile address with {z}, {x} and {y} left open."""
    return f"{base_url}/tiles/{layer}/{style}/{version}/{time_word(at)}/{{z}}/{{x}}/{{y}}.{image}"


def notice(layer: LayerDefinition, catalog: CatalogDefinition) -> str:
    """Return the word that must stand on every face of a layer, or an empty text."""
    if layer.quantity and catalog.context in (Context.SIMULATED, Context.EXERCISE):
        return str(catalog.context)
    return layer.notice


def tilejson(
    layer: LayerDefinition,
    style: StyleDefinition,
    extent: Extent,
    version: str,
    at: datetime | None,
    base_url: str,
    catalog: CatalogDefinition,
) -> dict[str, Any]:
    """Return the document for one layer, style and time; ``version`` is the full token."""
    vector = KINDS[layer.kind].vector
    mark = notice(layer, catalog)
    bounds = extent.bounds
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "id": layer.id,
        "name": f"{layer.title} ({mark})" if mark else layer.title,
        "description": layer.abstract,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [template(base_url, layer.id, style.id, version, at, "mvt" if vector else "png")],
        "minzoom": extent.min_zoom,
        "maxzoom": extent.max_zoom,
        "bounds": list(bounds.as_tuple()),
        "center": [
            round((bounds.west + bounds.east) / 2, 4),
            round((bounds.south + bounds.north) / 2, 4),
            4,
        ],
        "attribution": layer.attribution,
        "layer": layer.id,
        "style": style.id,
        "data_version": version,
        "time": time_word(at),
        "times": [temporal.word(time) for time in extent.times],
        "unit": legend.unit_of(layer, style),
        "legend": legend.entries(style),
        "notice": mark,
    }
    if style.preset:
        document |= _criteria(style.preset)
    if vector:
        document["raster_tiles"] = [template(base_url, layer.id, style.id, version, at, "png")]
    return document


def _criteria(preset: Preset) -> dict[str, Any]:
    """Return what a style of suitability weighs and excludes, each with its source."""

    def said(rule: Criterion, **more: Any) -> dict[str, Any]:
        return {
            "evidence": rule.evidence,
            "unit": rule.unit,
            **more,
            "source": rule.source,
            "basis": rule.basis,
            "check_before_use": rule.check_before_use,
        }

    return {
        "weighed": [
            said(c, worst=c.worst, best=c.best, weight=c.weight, needed=c.needed)
            for c in preset.suitabilities
        ],
        "exclusions": [
            said(c, relation="above" if c.above else "below", limit=c.limit)
            for c in preset.criteria
            if c.verdict is Verdict.EXCLUSION
        ],
    }


def vector_layer(layer: LayerDefinition, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return what TileJSON says of the one layer in a vector tile: its properties and types."""
    return {
        "id": layer.id,
        "description": layer.title,
        "fields": {name: _type(column) for name, column in columns.items()},
    }


def _type(column: Sequence[Any]) -> str:
    first = next((value for value in column if value is not None), None)
    if isinstance(first, bool):
        return "Boolean"
    return "Number" if isinstance(first, int | float) else "String"
