"""Surfaces as a STAC 1.1 catalogue: a collection a layer, an item an hour, its files as assets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from layers import temporal, units
from layers.exchange.cog import Band
from layers.files import MEDIA_TYPES, bands, offered
from layers.geo import Bounds, CellGrid, cell_m
from layers.messages import catalogue
from layers.model import CatalogDefinition, LayerDefinition, SurfaceInfo
from mapserver.documents import tilejson

VERSION = "1.1.0"
ADDRESS = "/stac"
ITEM_TYPE = "application/geo+json"
# The newest version that knows `proj:epsg` beside `proj:code`: GDAL before 3.10 reads no other.
PROJECTION = "https://stac-extensions.github.io/projection/v1.2.0/schema.json"
FILE_VERSION = "https://stac-extensions.github.io/version/v1.2.0/schema.json"
_EPSG = 3857
_TITLES = {
    "tif": "Cloud Optimized GeoTIFF: value and spread",
    "csv": "Cells as CSV",
    "parquet": "Cells as GeoParquet",
    "kmz": "Pictures for a globe",
    "qml": "Style for QGIS",
}
_ROLES = {"tif": "data", "csv": "data", "parquet": "data", "kmz": "visual", "qml": "metadata"}


def catalog(
    definition: CatalogDefinition, layers: Sequence[LayerDefinition], base_url: str
) -> dict[str, Any]:
    """Return the root: a link to the collection of each layer."""
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "kyzylkum",
        "title": definition.title,
        "description": _described(definition.title, str(definition.context)),
        "links": [
            _link("self", f"{base_url}{ADDRESS}"),
            _link("root", f"{base_url}{ADDRESS}"),
            *(
                _link("child", f"{base_url}{ADDRESS}/{layer.id}", title=layer.title)
                for layer in layers
            ),
        ],
    }


def collection(
    layer: LayerDefinition,
    definition: CatalogDefinition,
    infos: Sequence[SurfaceInfo],
    bounds: Bounds,
    base_url: str,
) -> dict[str, Any]:
    """Return the collection of a layer: an item for each of its surfaces, the oldest first."""
    own = f"{base_url}{ADDRESS}/{layer.id}"
    mark = tilejson.notice(layer, definition)
    boxes = [info.grid.bounds.as_tuple() for info in infos] or [bounds.as_tuple()]
    west, south = (min(box[i] for box in boxes) for i in (0, 1))
    east, north = (max(box[i] for box in boxes) for i in (2, 3))
    ends = [temporal.word(infos[i].valid_time) for i in (0, -1)] if infos else [None, None]
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "stac_extensions": [],
        "id": layer.id,
        "title": f"{layer.title} ({mark})" if mark else layer.title,
        "description": _described(layer.abstract or layer.title, mark),
        "keywords": [word for word in (layer.kind, layer.quantity, mark) if word],
        "license": layer.licence or "other",
        "providers": [{"name": layer.attribution, "roles": ["producer"]}]
        if layer.attribution
        else [],
        "extent": {
            "spatial": {"bbox": [[west, south, east, north]]},
            "temporal": {"interval": [ends]},
        },
        "summaries": {"proj:code": [f"EPSG:{_EPSG}"]},
        "item_assets": {suffix: _kind_of_asset(layer, suffix) for suffix in offered(layer)},
        "links": [
            _link("self", own),
            _link("root", f"{base_url}{ADDRESS}"),
            _link("parent", f"{base_url}{ADDRESS}"),
            _link("items", f"{own}/items.json", ITEM_TYPE),
            _link("about", f"{base_url}/layers/{layer.id}", "text/html"),
            *(
                _link("item", f"{own}/{temporal.word(info.valid_time)}.json", ITEM_TYPE)
                for info in infos
            ),
        ],
    }


def items(
    layer: LayerDefinition,
    definition: CatalogDefinition,
    infos: Sequence[SurfaceInfo],
    base_url: str,
) -> dict[str, Any]:
    """Return surfaces as one collection of features, as clients read the answer to a search."""
    return {
        "type": "FeatureCollection",
        "features": [item(layer, definition, info, base_url) for info in infos],
        "links": [_link("self", f"{base_url}{ADDRESS}/{layer.id}/items.json", ITEM_TYPE)],
    }


def item(
    layer: LayerDefinition, definition: CatalogDefinition, info: SurfaceInfo, base_url: str
) -> dict[str, Any]:
    """Return one surface: where, when, how it was made, and its files."""
    at = temporal.word(info.valid_time)
    own = f"{base_url}{ADDRESS}/{layer.id}"
    west, south, east, north = info.grid.bounds.as_tuple()
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    projected = _projected(info.grid)
    said = {
        "quantity": info.quantity,
        "unit": units.MAPPED[info.quantity].unit,
        "context": str(info.context),
        "notice": tilejson.notice(layer, definition),
        "revision": info.revision,
        "input_hash": info.input_hash,
        "method": info.tags.get("method"),
        "mode": info.tags.get("mode"),
        "stations": info.tags.get("stations"),
    }
    bands_of_file = [_band(band) for band in bands.of_surface(layer, info)]
    files = f"{base_url}/files/{layer.id}/{info.token}/{at}"
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": [PROJECTION, FILE_VERSION],
        "id": f"{layer.id}-{info.valid_time:%Y%m%dT%H%M%SZ}",
        "collection": layer.id,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, south, east, north],
        "properties": {
            "title": f"{layer.title}, {at}",
            "datetime": at,
            "start_datetime": at,
            "end_datetime": _end(info.valid_time),
            "created": temporal.word(info.published_at),
            "version": info.token,
            **projected,
            **{f"kyzylkum:{name}": fact for name, fact in said.items() if fact not in (None, "")},
        },
        "assets": {
            suffix: {
                "href": f"{files}.{suffix}",
                **_kind_of_asset(layer, suffix),
                **({**projected, "bands": bands_of_file} if suffix == "tif" else {}),
            }
            for suffix in offered(layer)
        },
        "links": [
            _link("self", f"{own}/{at}.json", ITEM_TYPE),
            _link("root", f"{base_url}{ADDRESS}"),
            _link("parent", own),
            _link("collection", own),
            _link("about", f"{base_url}/layers/{layer.id}?time={at}", "text/html"),
        ],
    }


def _end(begin: datetime) -> str:
    return temporal.word(begin + temporal.HOUR - temporal.SECOND)


def _link(rel: str, href: str, media_type: str = "application/json", **more: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, **more}


def _described(text: str, mark: str) -> str:
    """Return a description with the sentence that must stand on every face."""
    words = catalogue("en")
    return " ".join(filter(None, (text, words.get(f"context.{mark}", ""))))


def _projected(grid: CellGrid) -> Mapping[str, Any]:
    west, north = grid.origin_m
    size_m = cell_m(grid.zoom)
    return {
        "proj:code": f"EPSG:{_EPSG}",
        "proj:epsg": _EPSG,
        "proj:shape": [grid.height, grid.width],
        "proj:transform": [size_m, 0.0, west, 0.0, -size_m, north],
        "proj:bbox": [west, north - grid.height * size_m, west + grid.width * size_m, north],
    }


def _kind_of_asset(layer: LayerDefinition, suffix: str) -> dict[str, Any]:
    """Return what is known of a file of any hour."""
    asset: dict[str, Any] = {
        "title": _TITLES[suffix],
        "type": MEDIA_TYPES[suffix],
        "roles": [_ROLES[suffix]],
    }
    if suffix == "tif":
        asset["bands"] = [_band(band) for band in bands.described(layer)]
    return asset


def _band(band: Band) -> dict[str, Any]:
    return {
        "name": band.name,
        "description": band.description,
        "data_type": "float32",
        "nodata": "nan",
        "unit": band.unit,
    }
