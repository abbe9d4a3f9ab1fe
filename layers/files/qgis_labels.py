"""What a style writes beside features, as QGIS keeps it: rules of labels.

Names give way to values, values and classes stand where tiles have them.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from layers.files.qgis_followed import followed
from layers.files.rules import classed
from layers.model import StyleDefinition
from layers.render import isolines, legend, names, ramp, shapes, symbols

_POINT_PX, _MM_PX = 0.75, 25.4 / 96
"""Points and millimetres of a pixel, at 96 dots an inch."""
_HALO, _HALO_MM = "255,255,255,235", "0.35"
_OVER, _BELOW = "4", "7"
_ON_POINT, _ALONG, _LEVEL = "1", "2", "4"
"""Where a label stands, by the numbers of QGIS: of a point, along a line, level within a shape."""
_POINTS = ("station", "quake", "point", "site")
_LINES = ("fault", "isoline")


def write(root: Element, style: StyleDefinition, language: str) -> bool:
    """Write the labels of a style, names in a language; tell whether there are any."""
    rules: list[tuple[str, Element]] = []
    symbol = style.symbol
    if symbol == "station":
        place = {"placement": _ON_POINT, "quadOffset": _OVER}
        inks = [ramp.ink(ramp.rgba(word)) for word in ramp.words(style)]
        made = _settings('"label"', symbols.TEXT_PX, place, priority="10", halo="")
        followed(made, "dd_properties", {"Color": classed(style, inks, names.INK)})
        rules.append(("value", made))
    if symbol == "isoline":
        place = {"placement": _ALONG, "placementFlags": "1"}
        place |= {"repeatDistance": repr(round(isolines.APART_PX * _MM_PX, 1))}
        field = '"{}"'.format(style.measure.replace('"', '""'))
        rules.append(("value", _settings(field, isolines.TEXT_PX, place)))
    entries = legend.entries(style)
    if symbol in ("zone", "zone-outline") and entries:
        words = classed(style, [each.label for each in entries], "")
        place = {"placement": _LEVEL, "centroidInside": "1"}
        made = _settings(words, shapes.NUMERAL_PX, place)
        if symbol == "zone":
            colours = [each.colour for each in entries]
            inks = [ramp.ink(ramp.rgba(word)) for word in colours]
            followed(
                made,
                "dd_properties",
                {
                    "Color": classed(style, inks, names.INK),
                    "BufferColor": classed(style, colours, "#FFFFFF"),
                },
            )
        rules.append(("class", made))
    if style.label:
        rules.append(("name", _settings(_name(style.label, language), names.TEXT_PX, _by(symbol))))
    if rules:
        parent = SubElement(SubElement(root, "labeling", {"type": "rule-based"}), "rules")
        parent.set("key", "labels")
        for key, made in rules:
            SubElement(parent, "rule", {"key": key, "description": key}).append(made)
    return bool(rules)


def _name(label: str, language: str) -> str:
    """Return the first property that holds a name; a file may lack some of them."""
    found = [f"nullif(attribute('{key}'), '')" for key in names.keys(label, language)]
    return f"coalesce({', '.join(found)})"


def _by(symbol: str) -> Mapping[str, str]:
    """Return where the names of features of a symbol stand."""
    if symbol not in _POINTS:
        return {"placement": _LEVEL}
    below_px = names.SYMBOL_PX.get(symbol, names.POINT_PX) + names.GAP_PX
    below = repr(round(below_px * _MM_PX, 2))
    return {"placement": _ON_POINT, "quadOffset": _BELOW, "yOffset": below, "offsetUnits": "MM"}


def _settings(
    expression: str,
    size_px: float,
    place: Mapping[str, str],
    priority: str = "5",
    halo: str = _HALO,
) -> Element:
    made = Element("settings")
    style = SubElement(
        made,
        "text-style",
        {
            "fieldName": expression,
            "isExpression": "1",
            "fontSize": repr(size_px * _POINT_PX),
            "fontSizeUnit": "Point",
            "fontWeight": "63",
            "textColor": ",".join(map(str, ramp.rgba(names.INK))),
            "textOpacity": "1",
        },
    )
    if halo:
        words = {"bufferDraw": "1", "bufferSize": _HALO_MM, "bufferSizeUnits": "MM"}
        SubElement(style, "text-buffer", {**words, "bufferColor": halo, "bufferOpacity": "1"})
    SubElement(made, "placement", {**place, "priority": priority})
    SubElement(made, "rendering", {"drawLabels": "1", "obstacle": "1", "scaleVisibility": "0"})
    return made
