"""GetLegendGraphic: a legend drawn by the painters of the map, or the same as JSON."""

from flask import Response, request

from layers.model import LayerDefinition, StyleDefinition
from layers.pictures import MEDIA_TYPES, Sample
from mapserver import negotiation
from mapserver.documents import legend
from mapserver.documents.wms_capabilities import legend_title
from mapserver.services.site import Site
from mapserver.services.wms.query import Query, styled

JSON = "application/json"
LEAST_PX, MOST_PX = 8, 64


def size(
    site: Site, layer: LayerDefinition, style: StyleDefinition, language: str
) -> tuple[int, int]:
    """Return width and height of the legend that is drawn where no size is asked for."""
    return site.pictures.legend_size(style, _title(layer, style, language), Sample())


def answer(site: Site, query: Query) -> Response:
    """Answer GetLegendGraphic; WIDTH and HEIGHT are the size of one symbol."""
    layer, style = styled(site, query.need("LAYER"), query.get("STYLE"))
    language = query.language
    title = _title(layer, style, language)
    if query.get("FORMAT").lower() == JSON:
        document = {
            "layer": layer.id,
            "style": style.id,
            "title": title,
            "unit": legend.unit_of(layer, style),
            "entries": legend.entries(style),
        }
        return negotiation.json_answer(document, request, cache=negotiation.LATEST)
    sample = Sample(*(query.whole(side, LEAST_PX, MOST_PX, 0) for side in ("WIDTH", "HEIGHT")))
    image = query.image() if query.get("FORMAT") else "png"
    body = site.pictures.legend(style, title, sample, image)
    response = negotiation.answer(body, MEDIA_TYPES[image], request, cache=negotiation.LATEST)
    response.headers["Content-Language"] = language
    return response


def _title(layer: LayerDefinition, style: StyleDefinition, language: str) -> str:
    return legend_title(layer, style, language, legend.unit_of(layer, style))
