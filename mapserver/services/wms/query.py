"""A WMS request in its own words: keys in any case, axis order by version, codes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from layers.errors import BadExtentError, BadRequestError, nearest
from layers.model import LayerDefinition, StyleDefinition
from layers.pictures import FORMATS, MEDIA_TYPES, Colour
from layers.tiles import TileOptions
from layers.views import MAX_SIDE_PX, View, projection
from mapserver import params
from mapserver.services.site import Site

EXCEPTIONS: Mapping[str, str] = {
    "xml": "xml",
    "inimage": "inimage",
    "blank": "blank",
    "application/vnd.ogc.se_xml": "xml",
    "application/vnd.ogc.se_inimage": "inimage",
    "application/vnd.ogc.se_blank": "blank",
}
IMAGES: Mapping[str, str] = {
    **{MEDIA_TYPES[image].replace(" ", ""): image for image in FORMATS},
    "image/png8": "png8",
}
_COLOUR = re.compile(r"(0x|#)?([0-9a-f]{6})", re.IGNORECASE)
WHOLE = re.compile(r"[0-9]{1,9}")
WHITE = (255, 255, 255)


class WmsError(BadRequestError):
    """A request that is refused, with the code that the standard has for it, if it has one."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class Query:
    """The keys of a request, in upper case.

    Raises
    ------
    WmsError
        Where a key stands twice with different values.
    """

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._words: dict[str, str] = {}
        for key, value in args.items(multi=True):
            if self._words.setdefault(key.upper(), value) != value:
                raise WmsError(f"{key.upper()} stands twice with different values")

    def get(self, *keys: str) -> str:
        """Return the value of the first key that is there and not empty, or an empty text."""
        return next((self._words[key] for key in keys if self._words.get(key)), "")

    def need(self, *keys: str) -> str:
        """Return the value of the first key that is there.

        Raises
        ------
        WmsError
            Where none is.
        """
        found = self.get(*keys)
        if not found:
            raise WmsError(f"the parameter {keys[0]} is missing", "MissingParameterValue")
        return found

    @property
    def version(self) -> str:
        """The version that an answer speaks, whatever else may be wrong with the request."""
        return version_of(self.get("VERSION"))

    @property
    def language(self) -> str:
        """The language of titles, names and legends; English where none is asked for.

        Raises
        ------
        BadParameterError
            For an unknown one.
        """
        asked = self.get("LANGUAGE", "LANG")
        return params.language({"LANGUAGE": asked} if asked else {}, "LANGUAGE")

    def exceptions(self) -> str:
        """Return how an error of GetMap is told: "xml", "inimage" or "blank"."""
        return EXCEPTIONS.get(self.get("EXCEPTIONS").lower(), "xml")

    def size(self) -> tuple[int, int]:
        """Return width and height of the picture."""
        return self.whole("WIDTH", 1, MAX_SIDE_PX), self.whole("HEIGHT", 1, MAX_SIDE_PX)

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number within limits."""
        text = self.need(key) if default is None else self.get(key)
        if not text and default is not None:
            return default
        if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise WmsError(
                f'{key} is "{text}"; a whole number from {least} to {most} was expected',
                "InvalidParameterValue",
            )
        return int(text)

    def image(self) -> str:
        """Return the format of the picture.

        Raises
        ------
        WmsError
            InvalidFormat for one that is not offered.
        """
        text = self.need("FORMAT")
        found = IMAGES.get(text.lower().replace(" ", ""))
        if found is None:
            offered = ", ".join(MEDIA_TYPES.values())
            raise WmsError(f'no format "{text}"; known are {offered}', "InvalidFormat")
        return found

    def ground(self) -> Colour | None:
        """Return the colour below the layers, None where it is transparent."""
        asked = self.get("TRANSPARENT")
        transparent = asked.upper() or "FALSE"
        if transparent not in ("TRUE", "FALSE"):
            raise WmsError(f'TRANSPARENT is "{asked}"; TRUE or FALSE was expected')
        text = self.get("BGCOLOR")
        colour = _COLOUR.fullmatch(text)
        if text and not colour:
            raise WmsError(f'BGCOLOR is "{text}"; a colour such as 0xFFFFFF was expected')
        if transparent == "TRUE":
            return None
        red, green, blue = bytes.fromhex(colour[2]) if colour else WHITE
        return red, green, blue

    def view(self, known: Sequence[str]) -> View:
        """Return the box and the pixels of a picture; ``known`` are the systems offered.

        Raises
        ------
        WmsError
            InvalidCRS (InvalidSRS in 1.1.1) for a system that is not offered.
        """
        newer = self.version == "1.3.0"
        name = self.need(*(("CRS", "SRS") if newer else ("SRS", "CRS"))).upper()
        if name not in known:
            near = nearest(name, known)
            code = "InvalidCRS" if newer else "InvalidSRS"
            raise WmsError(f'the coordinate reference system "{name}" is not offered{near}', code)
        words = self.need("BBOX").split(",")
        if len(words) != 4:
            raise WmsError(f"BBOX has {len(words)} numbers; four were expected")
        west, south, east, north = (params.number(word, "BBOX") for word in words)
        if newer and projection(name).northing_first:
            west, south, east, north = south, west, north, east
        width, height = self.size()
        try:
            return View(name, west, south, east, north, width, height)
        except BadExtentError as reason:
            raise WmsError(f"BBOX {self.get('BBOX')}: {reason}") from reason


def version_of(asked: str) -> str:
    """Return the version to speak with a client that asks for one (WMS 1.3.0, 6.2.4)."""
    numbers = tuple(int(word) for word in asked.split(".") if WHOLE.fullmatch(word))
    return "1.1.1" if asked and numbers < (1, 3) else "1.3.0"


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the layers asked for, in its style, with what the vendor's keys say of it."""

    layer: LayerDefinition
    style: StyleDefinition
    options: TileOptions


def shown(site: Site, query: Query) -> list[Shown]:
    """Return the layers of a request, lowest first.

    Raises
    ------
    UnknownLayerError, UnknownStyleError
    WmsError
        Where the number of styles is another.
    """
    names = query.need("LAYERS").split(",")
    styles = query.get("STYLES").split(",") if query.get("STYLES") else [""] * len(names)
    if len(styles) != len(names):
        raise WmsError(f"{len(names)} layers and {len(styles)} styles", "StyleNotDefined")
    pairs = [styled(site, name, style) for name, style in zip(names, styles, strict=True)]
    words = params.TILE_KEYS + params.KIND_KEYS
    chosen = {word: query.get(word.upper()) for word in words if query.get(word.upper())}
    for word in chosen:
        if not any(params.means(word, layer, style) for layer, style in pairs):
            raise WmsError(f"{word.upper()} means nothing to the styles that are asked for")
    found, language = [], query.language
    for layer, style in pairs:
        own = {word: chosen[word] for word in chosen if params.means(word, layer, style)}
        if style.label:
            own["lang"] = language
        found.append(Shown(layer, style, params.tile_options(own, style)))
    return found


def styled(site: Site, name: str, style: str) -> tuple[LayerDefinition, StyleDefinition]:
    """Return a layer and its style; an empty style and "default" are the first one."""
    layer = site.catalog.named(name)
    if layer.style(style) is None and style in ("", "default"):
        return layer, layer.styles[0]
    return layer, site.catalog.style(layer, style)
