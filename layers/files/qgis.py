"""A style of a layer as QGIS keeps it: a ``.qml`` that it finds beside the data.

Classes are told by rules and by the next smaller number, so that a value at a break has the colour
that the tiles give it.
"""

import math
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.files import bands, qgis_labels
from layers.files.qgis_followed import followed
from layers.files.rules import rule
from layers.kinds import KINDS
from layers.model import LayerDefinition, StyleDefinition
from layers.render import legend, ramp

VERSION = "3.22.0"
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_RING, _HALO = "39,48,63,255", "255,255,255,255"
_MARKERS: Mapping[str, tuple[str, float]] = {
    "station": ("circle", 6.9),
    "quake": ("circle", 3.0),
    "site": ("diamond", 4.0),
    "point": ("circle", 2.4),
}
"""Shape and size in millimetres."""
_AREAS = ("zone", "zone-outline", "fill")
_QUAKE_SIZE = 'min(10.6, max(1.3, 2.4 * 1.62 ^ (coalesce("magnitude", 0) - 6)))'
"""Of the radius that tiles draw, in millimetres of 96 dots an inch."""
NO_VALUE = "no value"


def style(layer: LayerDefinition, chosen: StyleDefinition, language: str = "en") -> bytes:
    """Return a style of a layer for its files; names are written in a language."""
    if KINDS[layer.kind].vector:
        return _features(chosen, language)
    return _cells(chosen, bands.number_of(layer, chosen))


def _features(style: StyleDefinition, language: str) -> bytes:
    """Return the style of features: a rule a class, and one for what has no value."""
    root = Element("qgis", {"version": VERSION, "styleCategories": "Symbology|Labeling"})
    renderer = SubElement(root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "0"})
    rules = SubElement(renderer, "rules", {"key": "root"})
    symbols = SubElement(renderer, "symbols")
    entries = legend.entries(style)
    for number, entry in enumerate(entries):
        words = {"key": f"class{number}", "symbol": str(number), "label": entry.label}
        SubElement(rules, "rule", {**words, "filter": rule(style.measure, entry)})
        _symbol(symbols, str(number), style.symbol, entry.colour)
    last = str(len(entries))
    words = {"key": "else", "symbol": last}
    if entries:
        words |= {"filter": "ELSE", "label": NO_VALUE}
    SubElement(rules, "rule", words)
    _symbol(symbols, last, style.symbol, "" if entries else ramp.plain(style))
    root.set("labelsEnabled", str(int(qgis_labels.write(root, style, language))))
    return _written(root)


def _cells(style: StyleDefinition, band: int) -> bytes:
    """Return the style of a band of a raster: a colour a class."""
    root = Element("qgis", {"version": VERSION, "styleCategories": "Symbology"})
    pipe = SubElement(root, "pipe")
    breaks = style.breaks or (0.0,)
    ends = {"minimumValue": repr(breaks[0]), "maximumValue": repr(breaks[-1])}
    words = {"type": "singlebandpseudocolor", "band": str(band), "opacity": "1", "alphaBand": "-1"}
    words |= {"classificationMin": repr(breaks[0]), "classificationMax": repr(breaks[-1])}
    renderer = SubElement(pipe, "rasterrenderer", words)
    shader = SubElement(SubElement(renderer, "rastershader"), "colorrampshader", {
        "colorRampType": "DISCRETE", "classificationMode": "1", "clip": "0", **ends,
    })  # fmt: skip
    for entry in legend.entries(style):
        value = "inf" if entry.high is None else repr(math.nextafter(entry.high, -math.inf))
        item = {"value": value, "color": entry.colour.lower(), "alpha": "255"}
        SubElement(shader, "item", {**item, "label": entry.label})
    if style.palette is None:
        SubElement(shader, "item", {"value": "inf", "color": ramp.PLAIN.lower(), "alpha": "255"})
    return _written(root)


def _written(root: Element) -> bytes:
    indent(root, " ")
    return f"{_HEAD}{tostring(root, 'unicode')}\n".encode()


def _symbol(symbols: Element, name: str, symbol: str, colour: str) -> None:
    """Write a symbol in a colour; without one it is hollow."""
    ink = ",".join(map(str, ramp.rgba(colour))) if colour else "255,255,255,235"
    if symbol in _MARKERS:
        shape, size = _MARKERS[symbol]
        kind, of = "marker", "SimpleMarker"
        words = {
            "name": shape, "size": repr(size), "size_unit": "MM", "color": ink,
            "outline_color": _RING, "outline_width": "0.4", "outline_style": "solid",
        }  # fmt: skip
    elif symbol in _AREAS:
        kind, of = "fill", "SimpleFill"
        outline = symbol == "zone-outline"
        words = {
            "color": ink, "style": "no" if outline or not colour else "solid",
            "outline_color": ink if outline else _HALO, "outline_style": "solid",
            "outline_width": "0.6" if outline else "0.2",
        }  # fmt: skip
    else:
        kind, of = "line", "SimpleLine"
        words = {"line_color": ink if colour else _RING, "line_width": "0.5", "line_style": "solid"}
    element = SubElement(symbols, "symbol", {"type": kind, "name": name, "alpha": "1"})
    layer = SubElement(element, "layer", {"class": of, "enabled": "1", "locked": "0", "pass": "0"})
    for key, value in words.items():
        SubElement(layer, "prop", {"k": key, "v": value})
    if symbol == "quake":
        followed(layer, "data_defined_properties", {"size": _QUAKE_SIZE})
