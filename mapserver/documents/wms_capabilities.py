"""What the WMS offers, in either version: derived from the catalogue, layer by layer."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.geo import Bounds
from layers.kinds import is_timed
from layers.kinds.sources import WORLD
from layers.messages import catalogue
from layers.model import CatalogDefinition, Extent, LayerDefinition, StyleDefinition
from layers.pictures import MEDIA_TYPES, MOST_SHEETS
from layers.temporal import word
from layers.views import MAX_SIDE_PX, projection
from mapserver.documents import tilejson, time_extent

SOFTWARE = "Kyzylkum"
GML = "application/vnd.ogc.gml"
# QGIS takes the last format that it can read features from. It knows GeoJSON only by a header that
# is spelt Content-Type, and granian spells headers in small letters.
INFO_FORMATS = ("text/plain", "application/json", "text/html", GML)
EVERYWHERE = ("EPSG:3857", "EPSG:4326", "CRS:84")
"""Systems whose box is told of every layer; of the others the whole map's, which is inherited."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Offered:
    """A layer with what is known of it at the moment."""

    layer: LayerDefinition
    extent: Extent


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All that the document is made of.

    ``sequence`` rises with every change; ``legend_size`` gives width and height of the legend that
    is linked for a style.
    """

    version: str
    sequence: int
    language: str
    catalog: CatalogDefinition
    layers: Sequence[Offered]
    systems: Sequence[str]
    base_url: str
    legend_size: Callable[[LayerDefinition, StyleDefinition], Size]

    @property
    def newer(self) -> bool:
        """Whether this is 1.3.0."""
        return self.version == "1.3.0"

    @property
    def address(self) -> str:
        """The prefix of every request."""
        return f"{self.base_url}/wms?"


def document(said: Capabilities) -> bytes:
    """Return the XML document, schema-valid (1.3.0) or valid by its DTD (1.1.1)."""
    if said.newer:
        root = Element(
            "WMS_Capabilities",
            {
                "version": "1.3.0",
                "updateSequence": str(said.sequence),
                "xmlns": "http://www.opengis.net/wms",
                "xmlns:xlink": "http://www.w3.org/1999/xlink",
                "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                "xsi:schemaLocation": "http://www.opengis.net/wms "
                "http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd",
            },
        )
        head = ""
    else:
        words = {"version": "1.1.1", "updateSequence": str(said.sequence)}
        root = Element("WMT_MS_Capabilities", words)
        head = (
            '<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.opengis.net/wms/1.1.1/'
            'WMS_MS_Capabilities.dtd">\n'
        )
    _service(root, said)
    capability = SubElement(root, "Capability")
    _requests(capability, said)
    exceptions = SubElement(capability, "Exception")
    for name in ("xml", "inimage", "blank"):
        _text(
            exceptions,
            "Format",
            name.upper() if said.newer else f"application/vnd.ogc.se_{name}",
        )
    _map(capability, said)
    indent(root, " ")
    body = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{body}\n'.encode()


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _link(parent: Element, href: str, newer: bool = True) -> None:
    words = {"xlink:type": "simple", "xlink:href": href}
    if not newer:
        words["xmlns:xlink"] = "http://www.w3.org/1999/xlink"
    SubElement(parent, "OnlineResource", words)


def _service(root: Element, said: Capabilities) -> None:
    service = SubElement(root, "Service")
    _text(service, "Name", "WMS" if said.newer else "OGC:WMS")
    _text(service, "Title", said.catalog.titles.get(said.language, said.catalog.title))
    notice = catalogue(said.language).get(f"context.{said.catalog.context}")
    if notice:
        _text(service, "Abstract", notice)
    words = SubElement(service, "KeywordList")
    for keyword in (SOFTWARE, str(said.catalog.context)):
        _text(words, "Keyword", keyword)
    _link(service, f"{said.base_url}/", said.newer)
    _text(service, "Fees", "none")
    _text(service, "AccessConstraints", "none")
    if said.newer:
        _text(service, "LayerLimit", str(MOST_SHEETS))
        _text(service, "MaxWidth", str(MAX_SIDE_PX))
        _text(service, "MaxHeight", str(MAX_SIDE_PX))


def _requests(capability: Element, said: Capabilities) -> None:
    request = SubElement(capability, "Request")
    own = "text/xml" if said.newer else "application/vnd.ogc.wms_xml"
    for name, formats in (
        ("GetCapabilities", (own,)),
        ("GetMap", MEDIA_TYPES.values()),
        ("GetFeatureInfo", INFO_FORMATS),
    ):
        operation = SubElement(request, name)
        for each in formats:
            _text(operation, "Format", each)
        _link(
            SubElement(SubElement(SubElement(operation, "DCPType"), "HTTP"), "Get"),
            said.address,
            said.newer,
        )


def _map(capability: Element, said: Capabilities) -> None:
    root = SubElement(capability, "Layer")
    _text(root, "Title", said.catalog.titles.get(said.language, said.catalog.title))
    systems = [name for name in said.systems if said.newer or name != "CRS:84"]
    for name in systems:
        _text(root, "CRS" if said.newer else "SRS", name)
    everywhere = [offered.extent.bounds for offered in said.layers]
    # A layer without data yet may be anywhere; the map is where the others are.
    boxes = [box for box in everywhere if box != WORLD] or everywhere
    whole = Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )
    _bounds(root, whole, systems, said.newer)
    for offered in said.layers:
        _layer(root, offered, [name for name in systems if name in EVERYWHERE], said)


def _bounds(layer: Element, bounds: Bounds, systems: Sequence[str], newer: bool) -> None:
    west, south, east, north = (f"{number:.6f}" for number in bounds.as_tuple())
    if newer:
        box = SubElement(layer, "EX_GeographicBoundingBox")
        _text(box, "westBoundLongitude", west)
        _text(box, "eastBoundLongitude", east)
        _text(box, "southBoundLatitude", south)
        _text(box, "northBoundLatitude", north)
    else:
        words = {"minx": west, "miny": south, "maxx": east, "maxy": north}
        SubElement(layer, "LatLonBoundingBox", words)
    for name in systems:
        numbers = _box(name, bounds)
        if newer and projection(name).northing_first:
            numbers = (numbers[1], numbers[0], numbers[3], numbers[2])
        digits = 6 if name in ("EPSG:4326", "CRS:84") else 2
        words = {"CRS" if newer else "SRS": name}
        for key, number in zip(("minx", "miny", "maxx", "maxy"), numbers, strict=True):
            words[key] = f"{number:.{digits}f}"
        SubElement(layer, "BoundingBox", words)


@functools.lru_cache(maxsize=4_096)
def _box(name: str, bounds: Bounds) -> tuple[float, float, float, float]:
    return projection(name).box(bounds)


def _layer(parent: Element, offered: Offered, systems: Sequence[str], said: Capabilities) -> None:
    layer, extent = offered.layer, offered.extent
    words = {"queryable": str(int(queryable(layer))), "opaque": "0"}
    element = SubElement(parent, "Layer", words)
    _text(element, "Name", name(layer))
    _text(element, "Title", title(layer, said.catalog, said.language))
    abstract = [layer.abstract, notice(layer, said.catalog, said.language)]
    if any(abstract):
        _text(element, "Abstract", " ".join(filter(None, abstract)))
    keywords = SubElement(element, "KeywordList")
    for keyword in filter(None, (layer.kind, layer.quantity)):
        _text(keywords, "Keyword", keyword)
    _bounds(element, extent.bounds, systems, said.newer)
    if is_timed(layer) and extent.times:
        _times(element, extent, said.newer)
    if layer.attribution:
        _text(SubElement(element, "Attribution"), "Title", layer.attribution)
    nothing_yet = is_timed(layer) and not extent.times
    if said.newer and not nothing_yet:  # 1.1.1 knows metadata of ISO 19115 and FGDC alone
        metadata = SubElement(element, "MetadataURL", {"type": "TileJSON"})
        _text(metadata, "Format", "application/json")
        _link(metadata, f"{said.base_url}/tilejson/{layer.id}.json")
    data = SubElement(element, "DataURL")
    _text(data, "Format", "text/html")
    _link(data, f"{said.base_url}/layers/{layer.id}", said.newer)
    for style in layer.styles:
        _style(element, layer, style, said)


def _times(element: Element, extent: Extent, newer: bool) -> None:
    listed = ",".join(time_extent.words(extent.times))
    named = {"name": "time", "units": "ISO8601"}
    default = {"default": word(extent.times[-1]), "nearestValue": "0"}
    if newer:
        more = {"multipleValues": "1", "current": "1"}
        SubElement(element, "Dimension", named | default | more).text = listed
    else:
        SubElement(element, "Dimension", named)
        SubElement(element, "Extent", {"name": "time"} | default).text = listed


def _style(
    element: Element, layer: LayerDefinition, style: StyleDefinition, said: Capabilities
) -> None:
    found = SubElement(element, "Style")
    _text(found, "Name", style.id)
    _text(found, "Title", style.titles.get(said.language, style.title) or style.id)
    width, height = said.legend_size(layer, style)
    url = SubElement(found, "LegendURL", {"width": str(width), "height": str(height)})
    _text(url, "Format", "image/png")
    address = legend_address(said.base_url, layer, style, said.language, said.version)
    _link(url, address, said.newer)


def legend_address(
    base_url: str,
    layer: LayerDefinition,
    style: StyleDefinition,
    language: str,
    version: str = "1.3.0",
) -> str:
    """Return the address of a legend of the size that is told beside it."""
    return (
        f"{base_url}/wms?SERVICE=WMS&VERSION={version}&REQUEST=GetLegendGraphic"
        f"&LAYER={name(layer)}&STYLE={style.id}&FORMAT=image/png&LANGUAGE={language}"
    )


def name(layer: LayerDefinition) -> str:
    """Return what a layer is called here."""
    return layer.wms_name or layer.id


def queryable(layer: LayerDefinition) -> bool:
    """Tell whether a click says anything of a layer: a picture has no values."""
    return layer.kind != "basemap"


def notice(layer: LayerDefinition, catalog: CatalogDefinition, language: str) -> str:
    """Return the sentence that must stand with a layer in a language, or an empty text."""
    mark = tilejson.notice(layer, catalog)
    texts = catalogue(language)
    return texts.get(f"context.{mark}") or texts.get(f"notice.{mark}") or mark


def title(layer: LayerDefinition, catalog: CatalogDefinition, language: str) -> str:
    """Return the title of a layer, with the word that must stand on every face of it."""
    mark = tilejson.notice(layer, catalog)
    name = layer.titles.get(language, layer.title)
    return f"{name} ({mark})" if mark else name


def legend_title(layer: LayerDefinition, style: StyleDefinition, language: str, unit: str) -> str:
    """Return what stands above a legend: what is shown, and in which unit."""
    named = style.titles.get(language, style.title)
    name = named if len(layer.styles) > 1 and named else layer.titles.get(language, layer.title)
    return f"{name}, {unit}" if unit not in ("", "1") else name
