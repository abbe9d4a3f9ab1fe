"""What maps and tiles have in common: which layers in which style at which time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Response

from layers import filtering
from layers.errors import (
    BadParameterError,
    NoSurfaceError,
    NotFoundError,
    UnknownStyleError,
    nearest,
)
from layers.filtering import Period
from layers.kinds import KINDS, is_timed
from layers.model import StyleDefinition
from layers.pictures import MOST_SHEETS, Sheet
from layers.tiles import TileOptions
from mapserver import params
from mapserver.services.ogcapi import subset
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, collection, collections
from mapserver.services.ogcapi.layer_items import moment
from mapserver.services.ogcapi.part import Parameter
from mapserver.services.site import Site
from mapserver.services.wms.maps import say

IMAGES: Mapping[str, str] = {"png": "image/png", "webp": "image/webp"}

DATETIME = Parameter(
    "datetime",
    "An instant, or begin/end with both included. The newest hour within it is drawn; of events "
    "those that happened within it.",
    example="2026-11-20T09:00:00Z",
)
COLLECTIONS = Parameter(
    "collections",
    "The collections that are drawn, lowest first; else those that the public map begins with.",
    {"type": "array", "items": {"type": "string"}},
)
SHOWN = (
    Parameter("threshold", "Of a style that shows a chance: to exceed this value."),
    Parameter("q", "Of a style that shows a quantile: its probability."),
    Parameter("breaks", "Of a style with classes: other limits, rising, separated by commas."),
    Parameter("smooth", "Of cells: 1 interpolates between them.", {"type": "string"}),
)
STYLE = Parameter("styleId", "The id of a style of the collection.")


def drawn(asked: Asked) -> list[Collection]:
    """Return the collections that are asked for, lowest first.

    Raises
    ------
    NotFoundError, UnknownStyleError, BadParameterError
    """
    if asked.route.of_collection:
        style_of(asked, asked.collection)
        return [asked.collection]
    text = asked.query.get("collections")
    if text is None:
        return first(asked.site)
    found = [_drawable(asked.site, name) for name in dict.fromkeys(text.split(","))]
    if len(found) > MOST_SHEETS:
        raise BadParameterError(f"{len(found)} collections; at most {MOST_SHEETS} are drawn")
    return found


def first(site: Site) -> list[Collection]:
    """Return what the public map begins with, at most as many as one picture holds."""
    known = collections(site).values()
    return [each for each in known if each.layer and each.layer.visible and each.measure is None][
        :MOST_SHEETS
    ]


def _drawable(site: Site, name: str) -> Collection:
    try:
        found = collection(site, name)
    except NotFoundError as reason:
        raise BadParameterError(f"collections: {reason}") from None
    if found.layer is None:
        raise BadParameterError(f'collection "{name}" cannot be drawn')
    return found


def style_of(asked: Asked, shown: Collection) -> StyleDefinition:
    """Return the style that a collection is asked in.

    Raises
    ------
    UnknownStyleError
        With the nearest one.
    """
    named = asked.words.get("styleId")
    style = shown.style(named)
    if style is None:
        ids = [each.id for each in shown.styles]
        raise UnknownStyleError(
            f'collection "{shown.id}" has no style "{named}"; known are {", ".join(ids)}'
            f"{nearest(str(named), ids)}"
        )
    return style


def sheets(asked: Asked, shown: Sequence[Collection]) -> list[Sheet]:
    """Return the collections as they are drawn, pinned to a time and a version.

    Those that nobody named are left out where they have nothing; the headers tell of the others.

    Raises
    ------
    NoSurfaceError
        Where there is nothing at the time that is asked for; another one is never drawn.
    """
    period = asked_period(asked)
    named = asked.route.of_collection or "collections" in asked.query
    found: list[Sheet] = []
    for each in shown:
        assert each.layer is not None  # noqa: S101 - what has no layer is not drawn
        style = style_of(asked, each)
        try:
            at = time_of(asked.site, each, period)
            version, time = asked.site.tiler.newest(each.layer.id, style.id, at)
        except NoSurfaceError:
            if named or (each is shown[-1] and not found):
                raise
            continue
        options = options_of(asked, each, period)
        found.append(Sheet(each.layer.id, style.id, version, time, options))
    return found


def asked_period(asked: Asked) -> Period | None:
    """Return the period of ``datetime=``, or of the time of ``subset=``."""
    text = asked.query.get("datetime")
    within = subset.period(subset.parts(asked.query["subset"])) if "subset" in asked.query else None
    if text and within:
        raise BadParameterError("datetime and the time of subset say the same: send one of them")
    text = text or within
    return filtering.period(text) if text else None


def time_of(site: Site, shown: Collection, period: Period | None) -> datetime | None:
    """Return the hour of a period that a collection is drawn at; None for the newest, or none."""
    layer = shown.layer
    if layer is None or period is None or not is_timed(layer):
        return None
    return moment(site.catalog.kind(layer.id), period)


def options_of(asked: Asked, shown: Collection, period: Period | None) -> TileOptions:
    """Return what the query says of how a collection is shown.

    Raises
    ------
    BadParameterError
        For a key that says nothing to the style.
    """
    layer, style = shown.layer, shown.style(asked.words.get("styleId"))
    if layer is None or style is None:
        return TileOptions()
    chosen = {key: asked.query[key] for key in params.TILE_KEYS if key in asked.query}
    if asked.route.of_collection:
        for key in chosen:
            if not params.means(key, layer, style):
                raise BadParameterError(f'"{key}" says nothing to style "{style.id}"')
    own = {key: text for key, text in chosen.items() if params.means(key, layer, style)}
    if style.label and "lang" in asked.query:
        own["lang"] = asked.language
    options = params.tile_options(own, style)
    if period is not None and "begin" in KINDS[layer.kind].filters:
        end = None if period.end is None else period.end + timedelta(microseconds=1)
        options = replace(options, begin=period.begin, end=end)
    return options


def told(response: Response, asked: Asked, found: Sequence[Sheet]) -> None:
    """Say in the headers which times and versions were drawn."""
    say(response, asked.site, found, chosen=asked_period(asked) is None)
    response.vary.add("Accept")
