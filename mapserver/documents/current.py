"""current.json: the newest versions and times of every layer; the one document that is polled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from layers import temporal
from layers.catalog import Catalog
from layers.errors import NotFoundError
from layers.tiles import full_version
from mapserver.documents.tilejson import time_word

NEWEST = 24 * 8
"""Valid times that are listed for each layer; older ones stay reachable by their address."""


def current(catalog: Catalog, counts: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """Return the document; ``counts`` gives the features of each collection."""
    layers = []
    for layer in catalog.layers.values():
        kind = catalog.kinds[layer.id]
        # What a style adds to a version is the same at all times.
        tails = {style.id: full_version("", layer, style) for style in layer.styles}
        times: list[dict[str, Any]] = []
        for at in _times(kind.extent().times):
            try:
                data = kind.version(at)
            except NotFoundError:
                continue
            versions = {style_id: data + tail for style_id, tail in tails.items()}
            times.append({"time": time_word(at), "data": data, "versions": versions})
        entry: dict[str, Any] = {"id": layer.id, "kind": layer.kind, "times": times}
        if layer.collection:
            entry["count"] = counts.get(layer.collection, 0)
        layers.append(entry)
    return {
        "generated": temporal.word(now.replace(microsecond=0)),
        "context": str(catalog.definition.context),
        "layers": layers,
    }


def _times(times: Any) -> list[datetime | None]:
    return list(times[-NEWEST:]) or [None]
