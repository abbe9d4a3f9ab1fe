"""The data block of the page: the catalogue in one language, as the page's code reads it."""

import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any

from layers import messages, units
from layers.geo import Bounds
from layers.kinds import scenario
from layers.model import CatalogDefinition, Extent, LayerDefinition, StyleDefinition
from layers.render import hatch
from layers.render.legend import EXCLUDED
from layers.screening.presets import SHIPPED
from layers.seismic import models
from mapserver.documents import legend

if TYPE_CHECKING:
    from mapserver.documents.assets import Assets
    from mapserver.documents.page_description import PageDescription

FILLED = ("surface", "raster", "hazard", "scenario", "suitability")
AREA = Bounds(46.4, 37.1, 87.4, 55.6)
"""The two states whose outline is ``area.json``."""

MAX_ZOOM = 14
LATER = frozenset(
    [
        "card",
        "chart",
        "compare",
        "fault",
        "keep",
        "layers",
        "point",
        "quake",
        "reason",
        "scenario",
        "status",
        "table",
        "usual",
    ]
)
"""First parts of the ids of texts that the page fetches when somebody first reaches for more."""
OF_SITES = frozenset(
    f"site.{name}"
    for name in (
        *("check", "excluded", "reset", "status.missing", "weights", "withheld"),
        *(f"evidence.{name}" for name in SHIPPED["units"]),
    )
)
"""Texts of the pages of sites that tell of suitability on the map as well."""
AT_ONCE = frozenset(
    [
        "card.no_value",
        "card.title",
        "layers.no_data",
        "layers.no_surface",
        "layers.title",
        "reason.no_normal",
    ]
)


def config(page: "PageDescription", tiles: dict[str, Any]) -> dict[str, Any]:
    """Return the whole block; ``tiles`` are those that folium holds, by ``layer/style``."""
    language, root, assets = page.language, page.root, page.assets
    return {
        "language": language,
        "context": str(page.catalog.context),
        "root": root,
        "utc_offset_min": page.utc_offset_min,
        "bounds": list(page.view.as_tuple()),
        "max_zoom": MAX_ZOOM,
        "area": f"{root}/static/{assets['area.json'].file}",
        "credit": messages.shipped(str(assets.land.get("attribution", "")), language),
        "notice": assets.land.get("notices", {}).get(language, ""),
        "places": f"{root}/static/basemap/places.json",
        "layers": [
            _layer(layer, page.extents[layer.id], language, assets)
            | _scenario(layer, page.catalog)
            | _mode_of(layer, page.catalog)
            for layer in page.catalog.layers
            if layer.id in page.extents
        ],
        "tiles": tiles,
        "messages": map_messages(language),
        "later": {
            "script": _pinned(page, "later.js"),
            "style": _pinned(page, "later.css"),
            "words": f"{root}/words/{language}-{words_digest(language)}.json",
        },
    }


def map_messages(language: str) -> dict[str, str]:
    """Return the texts of the map alone: what only the server writes does not travel with it.

    The words of classes stand beside their colours.
    """
    texts = messages.catalogue(language)
    return {
        name: text
        for name, text in texts.items()
        if not name.startswith((*messages.SERVER_ONLY, "class.")) and not _is_later(name)
    }


def later_messages(language: str) -> dict[str, str]:
    """Return the texts of what is not there at first: cards, charts, lists, choices."""
    texts = messages.catalogue(language)
    return {name: text for name, text in texts.items() if _is_later(name) or name in OF_SITES}


@functools.cache
def words_digest(language: str) -> str:
    """Return what stands in the name of a list of texts: another text is another name."""
    text = json.dumps(later_messages(language), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _is_later(name: str) -> bool:
    return name.partition(".")[0] in LATER and name not in AT_ONCE


def _pinned(page: "PageDescription", name: str) -> dict[str, str]:
    asset = page.assets[name]
    return {"address": f"{page.root}/static/{asset.file}", "integrity": asset.integrity}


def value_text(value: float | None, unit: str, language: str) -> str:
    """Return a value with its unit, or the words for a gap; dose rates are shown in uSv/h."""
    if value is None:
        return messages.text("card.no_value", language)
    shown, name = (value / 1000, "uSv/h") if unit == "nSv/h" else (value, unit)
    number = units.with_decimals(shown, 2 if unit in ("nSv/h", units.TIMES) else 1)
    if language != "en":
        number = number.replace(".", ",")
    word = messages.catalogue(language).get(f"unit.{name}", name)
    return f"{number}\u00a0{word}"  # a unit alone on the next line is not read as one


def _scenario(layer: LayerDefinition, catalog: CatalogDefinition) -> dict[str, Any]:
    """Return what a layer can show the shaking of, by layer, and by which models."""
    if layer.kind != "scenario":
        return {}
    held = {name: what for what, name in scenario.collections(layer).items()}
    return {
        "ruptures": {
            each.id: held[each.collection] for each in catalog.layers if each.collection in held
        },
        "models": [{"id": name, "title": title} for name, title in models.TITLES.items()],
    }


def _mode_of(layer: LayerDefinition, catalog: CatalogDefinition) -> dict[str, str]:
    """Return of which surface one that is relative is offered as another mode."""
    if not layer.relative_to:
        return {}
    plain = (e.id for e in catalog.layers if (e.kind, e.quantity) == ("surface", layer.observed))
    return {"mode_of": next(plain, "")}


def _layer(
    layer: LayerDefinition, extent: Extent, language: str, assets: "Assets"
) -> dict[str, Any]:
    bounds = extent.bounds
    return {
        "id": layer.id,
        "kind": layer.kind,
        "title": layer.titles.get(language, layer.title),
        "notice": layer.notice,
        "quantity": layer.quantity,
        "bounds": list(bounds.as_tuple()),
        "min_zoom": extent.min_zoom,
        "max_zoom": extent.max_zoom,
        "attribution": layer.attribution,
        "visible": layer.visible,
        "clipped": layer.kind == "surface" and is_of_the_area(bounds),
        "styles": [style_block(layer, style, language, assets) for style in layer.styles],
    }


def is_of_the_area(bounds: Bounds) -> bool:
    """Whether the middle of a layer lies in the two states: then it ends at their borders."""
    lon, lat = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
    return AREA.west < lon < AREA.east and AREA.south < lat < AREA.north


def style_block(
    layer: LayerDefinition, style: StyleDefinition, language: str, assets: "Assets"
) -> dict[str, Any]:
    """Return a style with its classes and what they mean, in one language."""
    palette = style.palette
    ramp = assets.ramp(palette) if palette else {}
    words = messages.catalogue(language)
    classes = [entry for entry in legend.entries(style) if entry["symbol"] != "excluded"]
    # The words of a palette belong to its classes one by one; other breaks have other meanings.
    fitting = palette is not None and len(palette.colours) == len(classes)
    prefix = f"class.{palette.id}." if palette and fitting else ""
    return {
        "id": style.id,
        "title": style.titles.get(language, style.title or style.id),
        "measure": style.measure,
        "unit": legend.unit_of(layer, style),
        "raised_from": ramp.get("raised_from"),
        "alarm_from": ramp.get("alarm_from"),
        "threshold": style.threshold,
        **({"hatch": EXCLUDED.colour} if style.symbol == hatch.SYMBOL else {}),
        "classes": [
            {
                "colour": entry["colour"],
                "text": text_colour(str(entry["colour"])),
                "low": entry["low"],
                "high": entry["high"],
                "label": style.labels[i] if style.labels else "",
                "words": words.get(f"{prefix}{i}", "") if prefix else "",
            }
            for i, entry in enumerate(classes)
        ],
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB``, 0 to 1 (WCAG 2.2, definition)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, definition)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_colour(colour: str) -> str:
    """Return black or white, whichever is read better: one of them has a contrast of 4.5."""
    dark, light = "#000000", "#FFFFFF"
    return dark if contrast(colour, dark) >= contrast(colour, light) else light
