"""The meaning of every query parameter and path word: text in, checked values out."""

import math
import re
from collections.abc import Mapping
from datetime import datetime

from werkzeug.datastructures import MultiDict

from layers import temporal
from layers.errors import (
    BadExtentError,
    BadParameterError,
    UnsupportedFormatError,
    nearest,
)
from layers.geo import TILE_PX, Point, Window
from layers.kinds import KINDS, is_timed
from layers.messages import LANGUAGES
from layers.model import LayerDefinition, StyleDefinition
from layers.model.kind import Scenario
from layers.render import fading
from layers.screening import weights_of
from layers.tiles import TileOptions, TileRequest

LATEST, STATIC = "latest", "static"
FORMATS = ("png", "webp", "mvt")
TILE_KEYS = ("threshold", "q", "breaks", "smooth", "weights")
KIND_KEYS = tuple(dict.fromkeys(key for kind in KINDS.values() for key in kind.filters))
"""Keys that have a meaning for the layers of some kinds."""
MAX_BREAKS = 32
MAX_WEIGHTS, MOST_WEIGHT = 32, 1e6
SCENARIO_NUMBERS = {
    "magnitude": "magnitude",
    "rake": "rake",
    "dip": "dip",
    "depth": "depth_km",
    "vs30": "vs30_m_s",
}

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_BATCH = re.compile(r"[!-~]{1,200}")
# One spelling for each number: a second one would be a second copy in every cache on the way.
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_LEAF = re.compile(r"(?P<row>0|[1-9][0-9]{0,8})(?P<dense>@2x)?\.(?P<format>[a-z0-9]{1,8})")
_VERSION = re.compile(r"[0-9a-f]{1,40}(-[0-9a-f]{1,16})?")


def only(query: MultiDict[str, str], known: tuple[str, ...]) -> None:
    """Refuse query keys that mean nothing here, or stand twice: nothing is passed over."""
    for key, values in query.lists():
        if key not in known:
            offered = f"; known are {', '.join(known)}" if known else "; none is known here"
            raise BadParameterError(
                f'unknown query parameter "{key}"{offered}{nearest(key, known)}'
            )
        if len(values) > 1:
            raise BadParameterError(f'the query parameter "{key}" stands {len(values)} times')


def number(text: str, name: str) -> float:
    """Return a finite number."""
    # Python alone would read "1_000" and the digits of every script.
    if not _NUMBER.fullmatch(text.strip()):
        raise BadParameterError(f'{name} is "{text}"; a number was expected')
    value = float(text)
    if not math.isfinite(value):
        raise BadParameterError(f'{name} is "{text}"; a finite number was expected')
    return value


def choice(query: Mapping[str, str], key: str, known: tuple[str, ...]) -> str:
    """Return one of some words; the first where none is named."""
    word = query.get(key, known[0])
    if word not in known:
        raise BadParameterError(
            f'{key} is "{word}"; one of {", ".join(known)} was expected{nearest(word, known)}'
        )
    return word


def whole(text: str, name: str, least: int, most: int) -> int:
    """Return a whole number within limits."""
    if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise BadParameterError(
            f'{name} is "{text}"; a whole number from {least} to {most} was expected'
        )
    return int(text)


def instant_or_latest(text: str | None) -> datetime | None:
    """Return the instant of a time word; None stands for the newest."""
    return None if text is None or text in (LATEST, "") else temporal.instant(text)


def point(query: Mapping[str, str]) -> Point:
    """Return the position of ``lon=`` and ``lat=``."""
    for key in ("lon", "lat"):
        if key not in query:
            raise BadParameterError(f'"{key}" is missing; send lon= and lat= in degrees')
    lon, lat = number(query["lon"], "lon"), number(query["lat"], "lat")
    if abs(lat) > 90 >= abs(lon):
        raise BadExtentError(f"lat={lat:g} is no latitude; were lon and lat swapped?")
    return Point(lon, lat)


def window(zoom: str, col: str, leaf: str) -> tuple[Window, str]:
    """Return the window and format that the last words of a tile address name."""
    parts = _LEAF.fullmatch(leaf)
    if parts is None:
        raise UnsupportedFormatError(
            f'"{leaf}" does not end a tile address; expected row.png, row@2x.webp or row.mvt'
        )
    if parts["format"] not in FORMATS:
        raise UnsupportedFormatError(
            f'no format "{parts["format"]}"; known are {", ".join(FORMATS)}'
            f"{nearest(parts['format'], FORMATS)}"
        )
    for text in (zoom, col):
        if not _WHOLE.fullmatch(text):
            raise BadExtentError(
                f'"{text}" is no whole number, or begins with 0; a tile is named z/x/y'
            )
    size_px = 2 * TILE_PX if parts["dense"] else TILE_PX
    return Window(int(zoom), int(col), int(parts["row"]), size_px), parts["format"]


def tile_request(
    layer: LayerDefinition,
    style: StyleDefinition,
    words: Mapping[str, str],
    query: MultiDict[str, str],
) -> TileRequest:
    """Return the checked request of a tile address; ``latest`` and ``static`` stay None."""
    only(query, (*TILE_KEYS, "fade", "lang", *KINDS[layer.kind].filters))
    asked, image = window(words["zoom"], words["col"], words["leaf"])
    options = tile_options(query, style)
    for key in TILE_KEYS:
        if key in query and not means(key, layer, style):
            why = "is not smoothed" if KINDS[layer.kind].cells else "has no cells"
            why = "weighs nothing" if key == "weights" else why
            raise BadParameterError(f'"{key}" means nothing to layer "{layer.id}": it {why}')
    if "fade" in query and not (layer.kind == "surface" and style.measure in fading.MEASURES):
        raise BadParameterError(f'"fade" means nothing to style "{style.id}" of "{layer.id}"')
    if options.fade and len(options.breaks or style.breaks) > fading.MOST_BREAKS:
        raise BadParameterError(f"more than {fading.MOST_BREAKS} breaks cannot fade")
    if "lang" in query and not style.label:
        raise BadParameterError(f'"lang" means nothing to style "{style.id}": it has no names')
    token = words["version"]
    at = layer_time(layer, words["time"])
    if is_fixed(words):
        one_spelling(words["time"], at)
    return TileRequest(
        layer=layer.id,
        style=style.id,
        version=None if token == LATEST else version(token),
        time=at,
        window=asked,
        format=image,
        options=options,
    )


def means(key: str, layer: LayerDefinition, style: StyleDefinition) -> bool:
    """Tell whether a key of ``TILE_KEYS`` or of a kind means anything to a style of a layer."""
    if key not in TILE_KEYS:
        return key in KINDS[layer.kind].filters
    if key == "threshold":
        return style.measure == "exceedance"
    if key == "q":
        return style.measure == "quantile"
    spec = KINDS[layer.kind]
    if key == "weights":
        return style.preset is not None
    if key == "smooth":
        return spec.cells and spec.smooths
    return spec.cells and style.palette is not None


def layer_time(layer: LayerDefinition, word: str) -> datetime | None:
    """Return the instant that an address names; a layer is never shown at a time it has not."""
    timed = is_timed(layer)
    if word == STATIC and timed:
        raise BadParameterError(
            f'layer "{layer.id}" changes with time; name a time or "{LATEST}", not "{STATIC}"'
        )
    if word in (LATEST, STATIC):
        return None
    at = temporal.instant(word)
    if not timed:
        raise BadParameterError(
            f'layer "{layer.id}" has no times; write "{STATIC}" or "{LATEST}", not "{word}"'
        )
    if at.microsecond:
        raise BadParameterError(f'"{word}" has a fraction of a second; valid times have none')
    return at


def one_spelling(text: str, at: datetime | None) -> None:
    """Refuse another spelling of a time: it would be a second copy in every cache on the way."""
    if at is not None and text not in (LATEST, temporal.word(at)):
        raise BadParameterError(f'"{text}" is written {temporal.word(at)} in a fixed address')


def version(text: str) -> str:
    """Return a version token, full or its data part."""
    if not _VERSION.fullmatch(text):
        raise BadParameterError(f'"{text}" is no version of this server')
    return text


def batch_id(text: str) -> str:
    """Return the name that a client gives a batch."""
    if not _BATCH.fullmatch(text):
        raise BadParameterError(
            "batch_id is no word of 1 to 200 visible ASCII characters, such as a UUID"
        )
    return text


def is_fixed(words: Mapping[str, str]) -> bool:
    """Tell whether an address names both version and time, so that it never changes."""
    return LATEST not in (words["version"], words["time"])


def tile_options(query: Mapping[str, str], style: StyleDefinition) -> TileOptions:
    """Return what the query says of how a style is shown."""
    threshold = quantile = None
    if "threshold" in query:
        threshold = number(query["threshold"], "threshold")
        if style.measure != "exceedance":
            raise BadParameterError(f'style "{style.id}" has no threshold; exceedance has')
    if "q" in query:
        quantile = number(query["q"], "q")
        if not 0 < quantile < 1:
            raise BadParameterError(
                f"q is {quantile:g}; a probability between 0 and 1 was expected"
            )
        if style.measure != "quantile":
            raise BadParameterError(f'style "{style.id}" shows no quantile')
    breaks: tuple[float, ...] = ()
    if "breaks" in query:
        words = query["breaks"].split(",")
        if len(words) > MAX_BREAKS:
            raise BadParameterError(f"breaks has {len(words)} numbers; the limit is {MAX_BREAKS}")
        breaks = tuple(number(word, "breaks") for word in words)
        if list(breaks) != sorted(set(breaks)):
            raise BadParameterError(f'breaks "{query["breaks"]}" do not rise strictly')
        if style.palette is None:
            raise BadParameterError(f'style "{style.id}" has no classes')
        if len(breaks) + 1 > len(style.palette.colours):
            raise BadParameterError(
                f"{len(breaks)} breaks need {len(breaks) + 1} colours; "
                f"the ramp has {len(style.palette.colours)}"
            )
    smooth, fade = (_switch(query, key) for key in ("smooth", "fade"))
    begin, end = (
        temporal.instant(query[key]) if key in query else None for key in ("begin", "end")
    )
    if begin and end and begin >= end:
        raise BadParameterError(f'begin "{query["begin"]}" is not before end "{query["end"]}"')
    magnitude = (
        number(query["min_magnitude"], "min_magnitude") if "min_magnitude" in query else None
    )
    return TileOptions(
        threshold=threshold,
        quantile=quantile,
        breaks=breaks,
        smooth=smooth,
        fade=fade,
        min_magnitude=magnitude,
        begin=begin,
        end=end,
        scenario=scenario(query),
        return_period_y=return_period(query),
        weights=weights(query, style) if "weights" in query else None,
        language=language(query),
    )


def _switch(query: Mapping[str, str], key: str) -> bool:
    word = query.get(key, "0")
    if word not in ("0", "1"):
        raise BadParameterError(f'{key} is "{word}"; 0 or 1 was expected')
    return word == "1"


def weights(query: Mapping[str, str], style: StyleDefinition) -> tuple[float, ...]:
    """Return the weights of what the preset of a style weighs, in its order; they sum to 1."""
    if style.preset is None:
        raise BadParameterError(f'style "{style.id}" weighs nothing; styles of suitability do')
    told = named_weights(query["weights"]) if "weights" in query else {}
    found = weights_of(style.preset, told)
    # 2:1 and 4:2 are one picture: what differs by less than a millionth has one name.
    return tuple(round(float(each), 6) for each in found)


def named_weights(text: str, key: str = "weights", most: int = MAX_WEIGHTS) -> dict[str, float]:
    """Return the weights of ``evidence:number,...``, each named once."""
    found: dict[str, float] = {}
    pairs = text.split(",")
    if len(pairs) > most:
        raise BadParameterError(f"{key} has {len(pairs)} numbers; the limit is {most}")
    for pair in pairs:
        name, colon, value = pair.partition(":")
        if not colon or name in found:
            raise BadParameterError(f'{key} has "{pair[:40]}"; evidence:number was expected, once')
        found[name] = number(value, f"the weight of {name[:40]}")
        if found[name] > MOST_WEIGHT:
            raise BadParameterError(f"the weight of {name[:40]} is above {MOST_WEIGHT:g}")
    return found


def return_period(query: Mapping[str, str]) -> float | None:
    """Return the return period in years that a query asks for, None where it asks for none."""
    if "return_period" not in query:
        return None
    years = number(query["return_period"], "return_period")
    if not 1 <= years <= 1e8:
        raise BadParameterError(f"return_period is {years:g}; 1 to 1e8 years were expected")
    return years


def scenario(query: Mapping[str, str]) -> Scenario | None:
    """Return the earthquake that a query chooses, None where it chooses nothing."""
    numbers = {
        field: number(query[key], key) + 0.0
        for key, field in SCENARIO_NUMBERS.items()
        if key in query
    }
    at = None
    if "at" in query:
        words = query["at"].split(",")
        if len(words) != 2:
            raise BadParameterError(f'at is "{query["at"]}"; lon,lat in degrees was expected')
        place = Point(number(words[0], "at"), number(words[1], "at"))
        at = (place.lon, place.lat)
    found = Scenario(rupture=query.get("rupture"), at=at, model=query.get("model"), **numbers)
    return None if found == Scenario() else found


def language(query: Mapping[str, str], key: str = "lang") -> str:
    """Return the language that is asked for, "kk" of "kk-KZ"; English where none is."""
    asked = query.get(key, "en")
    word = asked.lower().partition("-")[0]
    if word not in LANGUAGES:
        raise BadParameterError(f'{key} is "{asked}"; one of {", ".join(LANGUAGES)} was expected')
    return word
