"""What of a layer of QGIS follows an expression over its features."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

EXPRESSION = "3"
"""Kind of a property that an expression tells, as QGIS numbers them."""


def followed(parent: Element, tag: str, expressions: Mapping[str, str]) -> None:
    """Let properties of an element follow expressions, by the names that QGIS has for them."""
    whole = SubElement(SubElement(parent, tag), "Option", {"type": "Map"})
    SubElement(whole, "Option", {"name": "name", "type": "QString", "value": ""})
    properties = SubElement(whole, "Option", {"name": "properties", "type": "Map"})
    for name, expression in expressions.items():
        each = SubElement(properties, "Option", {"name": name, "type": "Map"})
        for key, kind, value in (
            ("active", "bool", "true"),
            ("expression", "QString", expression),
            ("type", "int", EXPRESSION),
        ):
            SubElement(each, "Option", {"name": key, "type": kind, "value": value})
    SubElement(whole, "Option", {"name": "type", "type": "QString", "value": "collection"})
