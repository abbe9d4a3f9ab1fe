"""KML 2.2 in a KMZ: features with the colours of their classes, pictures by tiles, and links.

Nothing in it is fetched from another place: symbols and pictures lie in the archive.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
import shapely

from layers import temporal
from layers.exchange import flat
from layers.geo import Bounds
from layers.messages import LANGUAGES, catalogue

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/vnd.google-earth.kmz"
DOCUMENT, ICON, LEGEND = "doc.kml", "symbol.png", "legend.png"
SPACE = "http://www.opengis.net/kml/2.2"
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES = ("name_en", "name", "label", "code", "id")
_FILLED = 0xB0
"""How dense an area is: what lies below shows through."""


@dataclass(frozen=True, slots=True)
class Look:
    """How features are shown: a colour ``#RRGGBB`` for each, and pictures for all."""

    colours: Sequence[str]
    icon: bytes
    legend: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture of a box of degrees; its four parts one level deeper lie above it."""

    level: int
    row: int
    col: int
    bounds: Bounds
    png: bytes

    @property
    def path(self) -> str:
        """Where it lies in the archive."""
        return f"tiles/{self.level}/{self.row}/{self.col}.png"


def write_features(stream: BinaryIO, table: "pa.Table", facts: flat.Facts, look: Look) -> None:
    """Write a table of ``flat.table`` as placemarks, each with all its properties and its time."""
    root, document = _begun(facts)
    styles = {colour: f"s{n}" for n, colour in enumerate(dict.fromkeys(look.colours))}
    for colour, name in styles.items():
        _style(document, name, colour)
    _screen(document)
    columns = {name: table[name].to_pylist() for name in table.column_names}
    shapes = np.asarray(shapely.from_wkb(columns.pop(flat.GEOMETRY)), object)
    for i, (shape, colour) in enumerate(zip(shapes, look.colours, strict=True)):
        row = {name: column[i] for name, column in columns.items()}
        _placemark(document, row, shape, styles[colour])
    _pack(stream, root, [(ICON, look.icon), (LEGEND, look.legend)])


def write_tiles(
    stream: BinaryIO, tiles: Iterable[Tile], deepest: int, facts: flat.Facts, legend: bytes
) -> None:
    """Write pictures as overlays that a globe loads as it comes nearer."""
    root, document = _begun(facts)
    _screen(document)
    files = [(LEGEND, legend)]
    for tile in tiles:
        files.append((tile.path, tile.png))
        overlay = SubElement(document, "GroundOverlay")
        _text(overlay, "name", f"{tile.level}/{tile.row}/{tile.col}")
        region = SubElement(overlay, "Region")
        _box(SubElement(region, "LatLonAltBox"), tile.bounds)
        lod = SubElement(region, "Lod")
        _text(lod, "minLodPixels", "0" if tile.level == 0 else "128")
        # A coarse picture goes when its parts are there: else its cells would show beside theirs.
        _text(lod, "maxLodPixels", "-1" if tile.level == deepest else "512")
        _text(overlay, "drawOrder", str(tile.level))
        _text(SubElement(overlay, "Icon"), "href", tile.path)
        _box(SubElement(overlay, "LatLonBox"), tile.bounds)
    _pack(stream, root, files)


def write_link(stream: BinaryIO, href: str, every_s: int, facts: flat.Facts) -> None:
    """Write a link that a globe follows again every so many seconds."""
    root, document = _begun(facts)
    link = SubElement(document, "NetworkLink")
    _text(link, "name", facts.title)
    to = SubElement(link, "Link")
    _text(to, "href", href)
    _text(to, "refreshMode", "onInterval")
    _text(to, "refreshInterval", str(every_s))
    _pack(stream, root, [])


def _begun(facts: flat.Facts) -> tuple[Element, Element]:
    root = Element("kml", {"xmlns": SPACE})
    document = SubElement(root, "Document")
    mark = f" ({facts.notice})" if facts.notice else ""
    _text(document, "name", f"{facts.title}{mark}")
    _text(document, "open", "1")
    said = {"time": facts.time and temporal.word(facts.time), "version": facts.version}
    said |= {"attribution": facts.attribution, "licence": facts.licence}
    lines = [*_sentences(facts.notice), *(f"{name}: {v}" for name, v in said.items() if v)]
    _text(document, "description", "\n".join(lines))
    return root, document


def _sentences(notice: str) -> Iterator[str]:
    """Yield what a notice says to people, in all languages: nobody asks a globe for one."""
    for language in LANGUAGES if notice else ():
        words = catalogue(language)
        yield words.get(f"context.{notice}") or words.get(f"notice.{notice}") or notice


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("?", text)


def _style(document: Element, name: str, colour: str) -> None:
    red, green, blue = (colour[i : i + 2].lower() for i in (1, 3, 5))
    ink = f"{blue}{green}{red}"
    style = SubElement(document, "Style", {"id": name})
    icon = SubElement(style, "IconStyle")
    _text(icon, "color", f"ff{ink}")
    _text(icon, "scale", "0.7")
    _text(SubElement(icon, "Icon"), "href", ICON)
    _text(SubElement(style, "LabelStyle"), "scale", "0.7")
    line = SubElement(style, "LineStyle")
    _text(line, "color", f"ff{ink}")
    _text(line, "width", "2")
    _text(SubElement(style, "PolyStyle"), "color", f"{_FILLED:02x}{ink}")


def _screen(document: Element) -> None:
    overlay = SubElement(document, "ScreenOverlay")
    _text(overlay, "name", "legend")
    _text(SubElement(overlay, "Icon"), "href", LEGEND)
    for name, x, y in (("overlayXY", "0", "0"), ("screenXY", "0.01", "0.06")):
        words = {"x": x, "y": y, "xunits": "fraction", "yunits": "fraction"}
        SubElement(overlay, name, words)


def _placemark(document: Element, row: Mapping[str, Any], shape: Any, style: str) -> None:
    placemark = SubElement(document, "Placemark")
    name = next((str(row[key]) for key in _NAMES if row.get(key)), "")
    _text(placemark, "name", name)
    begin, end, at = (row.get(key) for key in ("begin_time", "end_time", "time"))
    if isinstance(begin, datetime) and isinstance(end, datetime):
        span = SubElement(placemark, "TimeSpan")
        _text(span, "begin", temporal.word(begin))
        _text(span, "end", temporal.word(end))
    elif isinstance(at, datetime):
        _text(SubElement(placemark, "TimeStamp"), "when", temporal.word(at))
    _text(placemark, "styleUrl", f"#{style}")
    data = SubElement(placemark, "ExtendedData")
    for key, value in row.items():
        if value is not None:
            each = SubElement(data, "Data", {"name": _NO_XML.sub("?", key)})
            _text(each, "value", str(flat.written(value)))
    _geometry(placemark, shape)


def _geometry(parent: Element, shape: Any) -> None:
    if shapely.get_num_geometries(shape) != 1 or "Multi" in shape.geom_type:
        many = SubElement(parent, "MultiGeometry")
        for part in shapely.get_parts(shape):
            _geometry(many, part)
    elif shape.geom_type == "Polygon":
        polygon = SubElement(parent, "Polygon")
        _ring(polygon, "outerBoundaryIs", shape.exterior)
        for hole in shape.interiors:
            _ring(polygon, "innerBoundaryIs", hole)
    else:
        element = SubElement(parent, "Point" if shape.geom_type == "Point" else "LineString")
        _text(element, "coordinates", _places(shape))


def _ring(polygon: Element, name: str, ring: Any) -> None:
    element = SubElement(SubElement(polygon, name), "LinearRing")
    _text(element, "coordinates", _places(ring))


def _places(shape: Any) -> str:
    return " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in shapely.get_coordinates(shape).tolist())


def _box(element: Element, bounds: Bounds) -> None:
    for name in ("north", "south", "east", "west"):
        _text(element, name, repr(getattr(bounds, name)))


def _pack(stream: BinaryIO, root: Element, files: Iterable[tuple[str, bytes]]) -> None:
    indent(root, " ")
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data, packed in _entries(body, files):
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(entry, data)


def _entries(
    document: bytes, files: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes, bool]]:
    # The document comes first: a reader takes the first one that it meets.
    yield DOCUMENT, document, True
    for name, data in files:
        yield name, data, False
