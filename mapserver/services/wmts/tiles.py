"""GetTile and GetFeatureInfo: a tile of a set, and what the layer knows of one of its pixels."""

from flask import Response, request

from layers.geo import TILE_PX, Window
from layers.pictures import MEDIA_TYPES, Sheet
from layers.tiles import TileOptions, TileRequest
from layers.tiles.request import PLAIN
from layers.views import QUADS
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.wms_capabilities import queryable
from mapserver.services.newest import asked_twice
from mapserver.services.point import AsShown, told
from mapserver.services.site import Site
from mapserver.services.wms.info import middle, written
from mapserver.services.wms.maps import say
from mapserver.services.wms.query import WHOLE
from mapserver.services.wmts.query import NotThereError, Tile, WmtsError

IMAGE = "png"
XYZ = QUADS["WebMercatorQuad"]
"""The set of the addresses of tiles, whose bytes are the same here."""


def picture(site: Site, tile: Tile, language: str) -> Response:
    """Return a tile, names in a language; the headers say which time and version were drawn."""
    options = TileOptions(language=language) if tile.style.label else PLAIN
    return _drawn(site, tile, options)


@asked_twice
def _drawn(site: Site, tile: Tile, options: TileOptions) -> Response:
    version, at = site.tiler.newest(tile.layer.id, tile.style.id, tile.time)
    sheet = Sheet(tile.layer.id, tile.style.id, version, at, options)
    if tile.quad is XYZ:
        response = _kept(site, tile, sheet)
    else:
        view = tile.quad.view(tile.level, tile.row, tile.col)
        etag = site.pictures.etag([sheet], view, None, IMAGE)
        response = negotiation.not_modified(
            request, etag, negotiation.LATEST, varies=False
        ) or negotiation.answer(
            site.pictures.draw([sheet], view, None, IMAGE),
            MEDIA_TYPES[IMAGE],
            request,
            cache=negotiation.LATEST,
            etag=etag,
        )
    say(response, site, [sheet], chosen=tile.time is None)
    return response


def _kept(site: Site, tile: Tile, sheet: Sheet) -> Response:
    """Return a tile of the cache, with its fixed address."""
    window = Window(tile.level, tile.col, tile.row)
    pinned = TileRequest(
        sheet.layer, sheet.style, sheet.version, sheet.time, window, IMAGE, sheet.options
    )
    etag = site.tiler.etag(pinned)
    response = negotiation.not_modified(request, etag, negotiation.LATEST, varies=False)
    if response is not None:
        return response
    found = site.tiler.fetch(pinned)
    return negotiation.answer(
        found.body,
        found.media_type,
        request,
        cache=negotiation.LATEST,
        etag=etag,
        content_location=tilejson.tile_path(pinned) + _query(sheet.options),
    )


def _query(options: TileOptions) -> str:
    return "" if options == PLAIN else f"?lang={options.language}"


def values(site: Site, tile: Tile, pixel: tuple[str, str], media_type: str) -> Response:
    """Return what the layer knows of a pixel (column ``I``, row ``J``), as ``/api/v1/point``."""
    if not queryable(tile.layer):
        text = f'layer "{tile.layer.id}" is a picture without values'
        raise WmtsError(text, locator="Layer")
    for name, text in zip(("I", "J"), pixel, strict=True):
        if not WHOLE.fullmatch(text) or int(text) >= TILE_PX:
            within = f"a whole number from 0 to {TILE_PX - 1} was expected"
            raise NotThereError(f'{name} is "{text}"; {within}', "PointIJOutOfRange", name)
    col, row = map(int, pixel)
    place = middle(tile.quad.view(tile.level, tile.row, tile.col), row, col)
    shown = AsShown(tile.style)
    found = [] if place is None else [told(site, tile.layer, place, tile.time, shown)]
    return written(found, place, media_type)
