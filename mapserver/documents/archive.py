"""What an archive of tiles says of itself: the TileJSON of its layer, as PMTiles and MBTiles do."""

from collections.abc import Mapping
from typing import Any

from layers.geo import Bounds
from layers.model import Context

_SAID = ("name", "description", "attribution", "layer", "style", "data_version", "time", "unit")


def metadata(
    tilejson: Mapping[str, Any], context: Context, image: str, bounds: Bounds
) -> dict[str, Any]:
    """Return the metadata; ``format`` and ``version`` are words of MBTiles, ``type`` is of both."""
    said = {key: tilejson[key] for key in (*_SAID, "notice") if tilejson[key]}
    said |= {
        "context": str(context),
        "version": "1",
        "type": "baselayer" if tilejson["layer"] == "basemap" else "overlay",
        "format": "pbf" if image == "mvt" else image,
        "bounds": ",".join(f"{edge:.6f}" for edge in bounds.as_tuple()),
        "legend": tilejson["legend"],
    }
    if image == "mvt":
        said["vector_layers"] = tilejson["vector_layers"]
    return said
