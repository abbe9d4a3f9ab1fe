"""What the WMTS offers: derived from the catalogue, layer by layer."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.geo import Bounds, tile_matrix_set
from layers.kinds import is_timed
from layers.messages import catalogue
from layers.model import CatalogDefinition, LayerDefinition, StyleDefinition
from layers.temporal import word
from layers.views import QUADS
from mapserver.documents.wms_capabilities import (
    SOFTWARE,
    Offered,
    Size,
    legend_address,
    notice,
    queryable,
    title,
)

ADDRESS, DOCUMENT = "/wmts", "/wmts/1.0.0/WMTSCapabilities.xml"
FORMAT, SUFFIX = "image/png", "png"
INFO_SUFFIXES = {"txt": "text/plain", "json": "application/json", "html": "text/html"}
SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes")
MOST_TIMES = 1_000
"""Newest times that are listed of a layer: clients read them one by one. Older ones answer too."""
TILE = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}"

# A set is named as WMTS names it: its registry gives addresses, which older clients do not know.
_SYSTEMS = {
    "WebMercatorQuad": "urn:ogc:def:crs:EPSG::3857",
    "WorldCRS84Quad": "urn:ogc:def:crs:OGC:1.3:CRS84",
}
_SCALES = "urn:ogc:def:wkss:OGC:1.0:"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All that the document is made of.

    ``legend_size`` gives width and height of the legend that is linked for a style.
    """

    language: str
    catalog: CatalogDefinition
    layers: Sequence[Offered]
    base_url: str
    legend_size: Callable[[LayerDefinition, StyleDefinition], Size]


def document(said: Capabilities, sections: Collection[str] = SECTIONS, known: str = "") -> bytes:
    """Return the XML document, schema-valid.

    Parameters
    ----------
    sections : collection of str
        Parts of ``SECTIONS`` that are asked for.
    known : str
        The ``updateSequence`` that a client has; where it is the present one, the document is
        without parts.
    """
    root = Element(
        "Capabilities",
        {
            "xmlns": "http://www.opengis.net/wmts/1.0",
            "xmlns:ows": "http://www.opengis.net/ows/1.1",
            "xmlns:xlink": "http://www.w3.org/1999/xlink",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": "http://www.opengis.net/wmts/1.0 "
            "http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd",
            "version": "1.0.0",
        },
    )
    for name, write in (
        ("ServiceIdentification", _identification),
        ("ServiceProvider", _provider),
        ("OperationsMetadata", _operations),
        ("Contents", _contents),
    ):
        if name in sections:
            write(root, said)
    href = f"{said.base_url}{DOCUMENT}"
    SubElement(root, "ServiceMetadataURL", {"xlink:href": href})
    indent(root, " ")
    sequence = blake2b(tostring(root), digest_size=8).hexdigest()
    if known == sequence:
        root[:] = []
    root.set("updateSequence", sequence)
    body = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _identification(root: Element, said: Capabilities) -> None:
    service = SubElement(root, "ows:ServiceIdentification")
    _text(service, "ows:Title", said.catalog.titles.get(said.language, said.catalog.title))
    if mark := catalogue(said.language).get(f"context.{said.catalog.context}"):
        _text(service, "ows:Abstract", mark)
    words = SubElement(service, "ows:Keywords")
    for keyword in (SOFTWARE, str(said.catalog.context)):
        _text(words, "ows:Keyword", keyword)
    _text(service, "ows:ServiceType", "OGC WMTS")
    _text(service, "ows:ServiceTypeVersion", "1.0.0")
    _text(service, "ows:Fees", "none")
    _text(service, "ows:AccessConstraints", "none")


def _provider(root: Element, said: Capabilities) -> None:
    provider = SubElement(root, "ows:ServiceProvider")
    _text(provider, "ows:ProviderName", said.catalog.titles.get(said.language, said.catalog.title))
    SubElement(provider, "ows:ProviderSite", {"xlink:href": f"{said.base_url}/"})
    SubElement(provider, "ows:ServiceContact")


def _operations(root: Element, said: Capabilities) -> None:
    metadata = SubElement(root, "ows:OperationsMetadata")
    for name, address in (
        ("GetCapabilities", DOCUMENT),
        ("GetTile", f"{ADDRESS}/"),
        ("GetFeatureInfo", f"{ADDRESS}/"),
    ):
        operation = SubElement(metadata, "ows:Operation", {"name": name})
        http = SubElement(SubElement(operation, "ows:DCP"), "ows:HTTP")
        for encoding, href in (("KVP", f"{ADDRESS}?"), ("RESTful", address)):
            get = SubElement(http, "ows:Get", {"xlink:href": f"{said.base_url}{href}"})
            constraint = SubElement(get, "ows:Constraint", {"name": "GetEncoding"})
            _text(SubElement(constraint, "ows:AllowedValues"), "ows:Value", encoding)


def _contents(root: Element, said: Capabilities) -> None:
    contents = SubElement(root, "Contents")
    for offered in said.layers:
        _layer(contents, offered, said)
    for name in QUADS:
        _matrix_set(contents, name)


def _layer(parent: Element, offered: Offered, said: Capabilities) -> None:
    layer, extent = offered.layer, offered.extent
    element = SubElement(parent, "Layer")
    _text(element, "ows:Title", title(layer, said.catalog, said.language))
    mark = notice(layer, said.catalog, said.language)
    abstract = " ".join(filter(None, (layer.abstract, mark, layer.attribution)))
    if abstract:
        _text(element, "ows:Abstract", abstract)
    keywords = SubElement(element, "ows:Keywords")
    for keyword in filter(None, (layer.kind, layer.quantity)):
        _text(keywords, "ows:Keyword", keyword)
    _bounds(element, extent.bounds)
    _text(element, "ows:Identifier", layer.id)
    SubElement(element, "ows:Metadata", {"xlink:href": f"{said.base_url}/layers/{layer.id}"})
    for style in layer.styles:
        _style(element, layer, style, said)
    _text(element, "Format", FORMAT)
    asks = INFO_SUFFIXES if queryable(layer) else {}
    for media_type in asks.values():
        _text(element, "InfoFormat", media_type)
    times = extent.times[-MOST_TIMES:] if is_timed(layer) else ()
    if times:
        dimension = SubElement(element, "Dimension")
        _text(dimension, "ows:Identifier", "Time")
        _text(dimension, "ows:UOM", "ISO8601")
        _text(dimension, "Default", word(times[-1]))
        _text(dimension, "Current", "true")
        for at in times:
            _text(dimension, "Value", word(at))
    for name in QUADS:
        # Without limits: the box of a layer may grow with its next hour, and an older hour may
        # reach farther. Where there is nothing, a tile is empty.
        _text(SubElement(element, "TileMatrixSetLink"), "TileMatrixSet", name)
    at_word = "{Time}" if times else "current" if is_timed(layer) else "static"
    begin = f"{said.base_url}{ADDRESS}/{layer.id}/{{Style}}/{at_word}/{TILE}"
    _resource(element, "tile", FORMAT, f"{begin}.{SUFFIX}")
    for suffix, media_type in asks.items():
        _resource(element, "FeatureInfo", media_type, f"{begin}/{{J}}/{{I}}.{suffix}")


def _resource(layer: Element, kind: str, media_type: str, template: str) -> None:
    words = {"format": media_type, "resourceType": kind, "template": template}
    SubElement(layer, "ResourceURL", words)


def _bounds(layer: Element, bounds: Bounds) -> None:
    box = SubElement(layer, "ows:WGS84BoundingBox")
    _text(box, "ows:LowerCorner", f"{bounds.west:.6f} {bounds.south:.6f}")
    _text(box, "ows:UpperCorner", f"{bounds.east:.6f} {bounds.north:.6f}")


def _style(
    parent: Element, layer: LayerDefinition, style: StyleDefinition, said: Capabilities
) -> None:
    first = style is layer.styles[0]
    element = SubElement(parent, "Style", {"isDefault": "true"} if first else {})
    _text(element, "ows:Title", style.titles.get(said.language, style.title) or style.id)
    _text(element, "ows:Identifier", style.id)
    width, height = said.legend_size(layer, style)
    words = {
        "format": "image/png",
        "xlink:href": legend_address(said.base_url, layer, style, said.language),
        "width": str(width),
        "height": str(height),
    }
    SubElement(element, "LegendURL", words)


def _matrix_set(contents: Element, name: str) -> None:
    """Write a set as its registry has it, down to the level that is offered."""
    known = tile_matrix_set(name)
    element = SubElement(contents, "TileMatrixSet")
    _text(element, "ows:Identifier", name)
    _text(element, "ows:SupportedCRS", _SYSTEMS[name])
    scales = str(known.wellKnownScaleSet).rpartition("/")[2]
    _text(element, "WellKnownScaleSet", f"{_SCALES}{scales}")
    for level in range(QUADS[name].levels):
        matrix = known.matrix(level)
        each = SubElement(element, "TileMatrix")
        _text(each, "ows:Identifier", matrix.id)
        _text(each, "ScaleDenominator", repr(matrix.scaleDenominator))
        # In the axis order of the system, as the registry gives it: both begin with the east.
        _text(each, "TopLeftCorner", " ".join(map(repr, matrix.pointOfOrigin)))
        _text(each, "TileWidth", str(matrix.tileWidth))
        _text(each, "TileHeight", str(matrix.tileHeight))
        _text(each, "MatrixWidth", str(matrix.matrixWidth))
        _text(each, "MatrixHeight", str(matrix.matrixHeight))
