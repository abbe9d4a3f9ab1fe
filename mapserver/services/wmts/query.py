"""One tile as WMTS names it: nine words, by keys or by an address, become checked values."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from layers.errors import (
    BadExtentError,
    BadRequestError,
    NotFoundError,
    nearest,
)
from layers.kinds import is_timed
from layers.model import LayerDefinition, StyleDefinition
from layers.views import QUADS, Quad
from mapserver import params
from mapserver.documents.wmts_capabilities import FORMAT
from mapserver.services.site import Site
from mapserver.services.wms.query import WHOLE, Query, styled

CURRENT = "current"
WORDS = ("Layer", "Style", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol")
Words = Mapping[str, str]
"""What a request says, by the names of WMTS."""


class WmtsError(BadRequestError):
    """A request that is refused, with the code and the parameter that OWS has for it."""

    def __init__(self, text: str, code: str = "InvalidParameterValue", locator: str = "") -> None:
        super().__init__(text)
        self.code, self.locator = code, locator


class NotThereError(WmtsError):
    """What an address names is not there."""


@dataclass(frozen=True, slots=True)
class Tile:
    """What is asked for; ``time`` None stands for the newest, or for no time."""

    layer: LayerDefinition
    style: StyleDefinition
    time: datetime | None
    quad: Quad
    level: int
    row: int
    col: int


def need(query: Query, name: str) -> str:
    """Return the value of a parameter.

    Raises
    ------
    WmtsError
        MissingParameterValue where there is none.
    """
    found = query.get(name.upper())
    if not found:
        raise WmtsError(f"the parameter {name} is missing", "MissingParameterValue", name)
    return found


def language(query: Query) -> str:
    """Return the language of titles and names."""
    with locating("LANGUAGE"):
        return query.language


def said(query: Query) -> Words:
    """Return the words of a tile that is asked for by keys.

    An empty style is the default one; a time that is not said, or that a layer does not have,
    is no word. What WMTS cannot show is refused, for a picture without it would be another one.
    """
    for key in params.TILE_KEYS + params.KIND_KEYS:
        if query.get(key.upper()):
            text = f"{key.upper()} is not offered by WMTS; WMS and the addresses of tiles have it"
            raise WmtsError(text, locator=key.upper())
    words = {name: need(query, name) for name in WORDS if name != "Style"}
    return {**words, "Style": query.get("STYLE"), "Time": query.get("TIME")}


def image(text: str) -> None:
    """Look whether a tile is asked for in the format that is offered."""
    if text.lower() != FORMAT:
        raise WmtsError(f'no format "{text}"; tiles are {FORMAT}', locator="Format")


def checked(site: Site, words: Words, *, by_keys: bool) -> Tile:
    """Return what the words of a request name.

    Raises
    ------
    WmtsError
        With the parameter that is wrong: TileOutOfRange for a row or column that is not in its
        matrix, else InvalidParameterValue.
    """
    with locating("Layer"):
        layer = site.catalog.layer(words["Layer"])
    with locating("Style"):
        style = styled(site, layer.id, words["Style"])[1]
    with locating("Time"):
        at = _time(site, layer, words["Time"], by_keys)
    name = words["TileMatrixSet"]
    quad = QUADS.get(name)
    if quad is None:
        text = f'no tile matrix set "{name}"; known are {", ".join(QUADS)}{nearest(name, QUADS)}'
        raise NotThereError(text, locator="TileMatrixSet")
    level = _whole(words, "TileMatrix")
    with locating("TileMatrix"):
        counts = quad.size(level)
    place = [_whole(words, each) for each in ("TileRow", "TileCol")]
    for each, at_place, count in zip(("TileRow", "TileCol"), place, counts, strict=True):
        if at_place >= count:
            text = f"{each} {at_place} is not within 0..{count - 1} of level {level} of {name}"
            raise NotThereError(text, "TileOutOfRange", each)
    return Tile(layer, style, at, quad, level, *place)


def _time(site: Site, layer: LayerDefinition, word: str, by_keys: bool) -> datetime | None:
    if by_keys and not is_timed(layer):
        return None  # a client may send the time of its map to every layer
    at = None if word in ("", CURRENT) else params.layer_time(layer, word)
    if not by_keys and word != CURRENT:
        params.one_spelling(word, at)
    site.catalog.kind(layer.id).version(at)  # raises where there is nothing at that time
    return at


def _whole(words: Words, name: str) -> int:
    text = words[name]
    if not WHOLE.fullmatch(text) or text != str(int(text)):
        raise NotThereError(f'{name} is "{text}"; a whole number was expected', locator=name)
    return int(text)


@contextmanager
def locating(parameter: str) -> Iterator[None]:
    """Say of errors from below which parameter they are of."""
    try:
        yield
    except WmtsError:
        raise
    except (NotFoundError, BadExtentError) as reason:
        raise NotThereError(str(reason), locator=parameter) from reason
    except BadRequestError as reason:
        raise WmtsError(str(reason), locator=parameter) from reason


def status_of(error: WmtsError, *, by_keys: bool) -> int:
    """Return the HTTP status of a refused request.

    What an address names and is not there is a 404; a wrong value of a key is a 400 (WMTS 1.0.0,
    table 24), and an operation that there is not a 501.
    """
    if error.code == "OperationNotSupported":
        return 501
    return 404 if isinstance(error, NotThereError) and not by_keys else 400
