"""Places of KML and GPX; a document that declares entities or a document type is not read."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree
import shapely

from layers.errors import BadFileError, UnsupportedFormatError
from layers.exchange.site_places import WGS84, Found


def read(body: bytes) -> tuple[Iterator[Found], str]:
    """Return the places of a document, and that they are in degrees.

    Raises
    ------
    BadFileError, UnsupportedFormatError
        For what is no whole KML or GPX.
    """
    try:
        root = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except defusedxml.DefusedXmlException as reason:
        raise BadFileError(
            "the XML declares entities or a document type; that is not read"
        ) from reason
    except (ParseError, ValueError, LookupError) as reason:
        raise BadFileError(f"the file is no whole XML: {reason}") from reason
    word = _tag(root)
    if word == "gpx":
        return _gpx(root), WGS84
    if word == "kml":
        return _kml(root), WGS84
    raise UnsupportedFormatError(f'XML of "{word[:40]}" is not read; KML and GPX are')


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of the children by their names, and KML's extended data by theirs."""
    found = {_tag(child): (child.text or "").strip() for child in element}
    for data in element.iter():
        if _tag(data) in ("data", "simpledata") and data.get("name"):
            value = next((c.text for c in data if _tag(c) == "value"), data.text)
            found[str(data.get("name")).lower()] = (value or "").strip()
    return found


def _gpx(root: Element) -> Iterator[Found]:
    for point in root.iter():
        if _tag(point) != "wpt":
            continue
        try:
            place = shapely.Point(float(point.get("lon", "")), float(point.get("lat", "")))
        except ValueError:
            raise BadFileError("a way point has no lon and lat") from None
        yield place, dict(_texts(point))


def _kml(root: Element) -> Iterator[Found]:
    for mark in _marks(root):
        places: list[tuple[float, float]] = []
        for element in mark.iter():
            if _tag(element) == "placemark" and element is not mark:
                raise BadFileError("a Placemark stands within another, which KML does not have")
            if _tag(element) != "coordinates":
                continue
            for word in (element.text or "").split():
                try:
                    x, y = map(float, word.split(",")[:2])
                except ValueError:
                    raise BadFileError(f'"{word[:40]}" is no position of KML') from None
                places.append((x, y))
        if places:
            geometry = shapely.Point(places[0]) if len(places) == 1 else shapely.MultiPoint(places)
            yield geometry, dict(_texts(mark))


def _marks(root: Element) -> Iterator[Element]:
    """Yield the outermost placemarks in their order, so that no element is looked at twice."""
    left = [root]
    while left:
        element = left.pop()
        if _tag(element) == "placemark":
            yield element
        else:
            left.extend(reversed(element))
