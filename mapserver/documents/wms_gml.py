"""What is known of a place, as features of GML 2.1.2: each layer, and each thing found in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.geo import Point
from mapserver import errors
from mapserver.documents.wms_info import Found

WFS, GML, OWN = "http://www.opengis.net/wfs", "http://www.opengis.net/gml", "urn:kyzylkum:features"
_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)


def document(found: Found, place: Point | None) -> str:
    """Return a FeatureCollection; positions are ``lon`` and ``lat``, which nobody can confuse."""
    spaces = {"xmlns:wfs": WFS, "xmlns:gml": GML, "xmlns:own": OWN}
    root = Element("wfs:FeatureCollection", spaces)
    SubElement(SubElement(root, "gml:boundedBy"), "gml:null").text = "unknown"
    for entry in found:
        for number, feature in enumerate(_features(entry), start=1):
            name = _name(str(entry["layer"]))
            member = SubElement(root, "gml:featureMember")
            element = SubElement(member, f"own:{name}", {"fid": f"{name}.{number}"})
            where = {} if place is None else {"lon": place.lon, "lat": place.lat}
            for key, value in {**where, **feature}.items():
                SubElement(element, f"own:{_name(key)}").text = errors.xml_text(str(value))
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'


def _features(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain properties of a layer, once for each thing that was found in it."""
    own = _plain(entry) | {value["name"]: value["value"] for value in entry.get("values", ())}
    many: Sequence[Mapping[str, Any]]
    many = entry.get("features") or entry.get("nearest_stations") or [{}]
    for thing in many:
        names = thing.get("name")
        more = {f"name_{k}": v for k, v in names.items()} if isinstance(names, Mapping) else {}
        yield own | _plain(thing) | more


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in found.items()
        if isinstance(value, str | int | float | bool) and value != ""
    }


def _name(key: str) -> str:
    """Return a key as XML has names."""
    name = _NO_NAME.sub("_", key)
    return name if name[:1].isalpha() or name[:1] == "_" else f"_{name}"
