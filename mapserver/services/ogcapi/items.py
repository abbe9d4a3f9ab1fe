"""What is asked of the features of a collection, and what is found."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import filtering, temporal
from layers.errors import BadInstantError, BadParameterError, nearest
from layers.filtering import Expression, Period, Rows
from layers.views import Projection, projection
from mapserver import params
from mapserver.documents.ogcapi import crs
from mapserver.services.ogcapi.asked import COMMON, Asked
from mapserver.services.ogcapi.part import Parameter
from mapserver.services.site import Site
from mapserver.services.wms.maps import systems

DEFAULT_LIMIT, MOST = 1_000, 10_000
PAGE_LIMIT = 100
"""Of a page for people, unless they ask for more."""
FARTHEST_OFFSET = 10_000_000
FARTHEST_M = 1e8
"""Of a box in a projected system: twice the way around the Earth."""
Box = tuple[float, float, float, float]
IntArray = NDArray[np.int64]


def sortby(names: Sequence[str]) -> Parameter:
    """Return the parameter that sorts by some properties."""
    return Parameter(
        SORTBY,
        "Properties that features are sorted by, between commas; `-` before one whose values fall. "
        "What has no value stands last.",
        {
            "type": "array",
            "items": {
                "type": "string",
                "enum": [f"{sign}{n}" for n in names for sign in ("", "-")],
            },
            "minItems": 1,
            "maxItems": MOST_SORTED,
        },
    )


def crs_parameter(name: str, description: str) -> Parameter:
    """Return a parameter that names a coordinate reference system."""

    def schema(site: Site) -> Mapping[str, Any]:
        uris = crs.ordered(systems(site))
        return {"type": "string", "format": "uri", "enum": uris, "default": crs.CRS84}

    return Parameter(name, description, schema)


LIMIT = Parameter(
    "limit",
    f"How many features a page has at most; more than {MOST} are cut to {MOST}.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
)
BBOX = Parameter(
    "bbox",
    "Only features that touch this box: west, south, east, north (with heights: six numbers).",
    {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 6,
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    example=[60, 38, 80, 48],
)
DATETIME = Parameter(
    "datetime",
    "An instant, or begin/end with both included; `..` is an open end. Of a collection that shows "
    "one hour at a time the newest of the hours within it is taken.",
    {"type": "string"},
    example="2026-11-20T00:00:00Z/..",
)
CRS = crs_parameter("crs", "The coordinate reference system of the answer.")
PARAMETERS = (
    LIMIT,
    BBOX,
    crs_parameter("bbox-crs", "The coordinate reference system of `bbox`."),
    CRS,
    DATETIME,
    Parameter("filter", "A CQL2 filter over the queryables.", example="value > 100"),
    Parameter(
        "filter-lang",
        "The language of `filter`.",
        {"type": "string", "enum": list(filtering.LANGUAGES), "default": filtering.LANGUAGES[0]},
    ),
    crs_parameter("filter-crs", "The coordinate reference system of geometries in `filter`."),
    Parameter("token", "Where the next page begins, as the link `next` says."),
    Parameter(
        "offset",
        "How many features are passed over; `next` is quicker.",
        {"type": "integer", "minimum": 0, "maximum": FARTHEST_OFFSET, "default": 0},
    ),
)
SORTBY, MOST_SORTED = "sortby", 8
RESERVED = frozenset((*(p.name for p in PARAMETERS), SORTBY, *COMMON))


@dataclass(frozen=True, slots=True)
class Question:
    """A request for features, checked. ``boxes`` are easting first; None asks for everywhere.

    ``after`` is the last key of the page before, ``at`` the hour that it was of.
    """

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    boxes: Sequence[Box] | None = None
    box_crs: str = "CRS:84"
    crs: str = "CRS:84"
    period: Period | None = None
    expression: Expression = None
    filter_crs: str = "CRS:84"
    equal: Mapping[str, str] = field(default_factory=dict)
    sort: Sequence[tuple[str, bool]] = ()
    after: Any = None
    at: datetime | None = None

    @property
    def is_plain(self) -> bool:
        """Whether every row is asked for, but for periods."""
        return not self.equal and self.boxes is None and self.expression is None

    def mask(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which rows are asked for; periods are looked at by those who know their times."""
        found = np.ones(len(rows), bool)
        if not len(rows):
            return found
        for name, text in self.equal.items():
            # What no feature has at that time, none has as it is asked.
            known = name in rows.names or name == filtering.ID
            found &= filtering.property_equal(rows, name, text) if known else False
        if self.boxes is not None:
            found &= filtering.touching(rows, self.boxes, self.box_crs)
        if self.expression is not None:
            found &= filtering.chosen(rows, self.expression, self.filter_crs)
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """A page of features: rows of a table, in their order.

    ``after`` is the key of the last one where there are more; ``matched`` how many there are in
    all, None where that is not known. ``at`` and ``version`` are what the data are of, ``kept``
    holds the table of the rows. ``texts`` writes the features in a system as JSON.
    """

    rows: Rows
    chosen: IntArray
    texts: Callable[[Projection], list[str]]
    after: Any = None
    matched: int | None = None
    at: datetime | None = None
    version: str = ""
    kept: Any = None


def question(asked: Asked) -> Question:
    """Return what a query asks for.

    Raises
    ------
    BadParameterError
        For a value that is not understood.
    """
    query = asked.query
    known = systems(asked.site)
    default = PAGE_LIMIT if asked.format == "html" else DEFAULT_LIMIT
    box_crs = crs.name(query.get("bbox-crs", crs.CRS84), known, "bbox-crs")
    if "bbox-crs" in query and "bbox" not in query:
        raise BadParameterError("bbox-crs says nothing without bbox")
    language = query.get("filter-lang", filtering.LANGUAGES[0])
    if language not in filtering.LANGUAGES:
        offered = ", ".join(filtering.LANGUAGES)
        raise BadParameterError(f'filter-lang is "{language}"; known are {offered}')
    after, at = _token(query["token"]) if "token" in query else (None, None)
    return Question(
        limit=min(_whole(query, "limit", 1, default), MOST),
        offset=_offset(query),
        boxes=boxes(query["bbox"], box_crs) if "bbox" in query else None,
        box_crs=box_crs,
        crs=crs.name(query.get("crs", crs.CRS84), known),
        period=filtering.period(query["datetime"]) if "datetime" in query else None,
        expression=filtering.parse(query["filter"], language) if "filter" in query else None,
        filter_crs=crs.name(query.get("filter-crs", crs.CRS84), known, "filter-crs"),
        equal=_equal(asked),
        sort=_sort(asked),
        after=after,
        at=at,
    )


def _equal(asked: Asked) -> dict[str, str]:
    """Return the properties that a query names, each with a text that it can have."""
    found = {key: text for key, text in asked.query.items() if key not in RESERVED}
    if not found or asked.route.own is None:
        return found
    for each in asked.route.own(asked.site, asked.collection):
        if each.name not in found or callable(each.schema):
            continue
        text = found[each.name]
        if each.schema.get("type") == "number":
            params.number(text, each.name)
        elif each.schema.get("format") == "date-time":
            filtering.period(text, each.name)
        elif text not in each.schema.get("enum", (text,)):
            known = ", ".join(each.schema["enum"])
            raise BadParameterError(f'{each.name} is "{text}"; known are {known}')
    return found


def _sort(asked: Asked) -> list[tuple[str, bool]]:
    """Return the properties to sort by, each with whether its values fall."""
    text = asked.query.get("sortby")
    if text is None or asked.route.own is None:
        return []
    own = asked.route.own(asked.site, asked.collection)
    known = dict.fromkeys((filtering.ID, *(p.name for p in own if p.name != SORTBY)))
    found: dict[str, bool] = {}
    for word in text.split(","):
        word = word.strip()  # a plus in an address is a space
        name = word.removeprefix("+").removeprefix("-")
        if name not in known:
            raise BadParameterError(
                f'sortby names "{name}"; known are {", ".join(known)}{nearest(name, known)}'
            )
        found.setdefault(name, word.startswith("-"))
    if len(found) > MOST_SORTED:
        raise BadParameterError(f"sortby names {len(found)} properties; at most {MOST_SORTED}")
    return list(found.items())


def _whole(query: Mapping[str, str], key: str, least: int, default: int) -> int:
    text = query.get(key)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise BadParameterError(f'{key} is "{text}"; a whole number from {least} was expected')
    return int(text)


def _offset(query: Mapping[str, str]) -> int:
    found = _whole(query, "offset", 0, 0)
    if found > FARTHEST_OFFSET:
        raise BadParameterError(f"offset is {found}; at most {FARTHEST_OFFSET} are passed over")
    return found


def boxes(text: str, name: str) -> list[Box]:
    """Return the box of four or six numbers, easting first; two where it crosses 180 degrees."""
    words = text.split(",")
    if len(words) not in (4, 6):
        raise BadParameterError(f"bbox has {len(words)} numbers; four (or six) were expected")
    numbers = [params.number(word, "bbox") for word in words]
    half = len(numbers) // 2
    west, south, east, north = *numbers[:2], *numbers[half : half + 2]
    system = projection(name)
    if system.northing_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise BadParameterError(f'bbox "{text}": the south is north of the north')
    degrees = name in ("CRS:84", "EPSG:4326")
    if degrees and not (-90 <= south <= 90 and -90 <= north <= 90):
        raise BadParameterError(f'bbox "{text}": latitudes lie within -90 and 90')
    if degrees and max(abs(west), abs(east)) > 540:
        raise BadParameterError(f'bbox "{text}": longitudes lie within -540 and 540')
    if not degrees and max(map(abs, (west, south, east, north))) > FARTHEST_M:
        raise BadParameterError(f'bbox "{text}": coordinates lie within {FARTHEST_M:g} metres')
    if west > east:
        if not degrees:
            raise BadParameterError(f'bbox "{text}": the west is east of the east')
        return [(west, south, 180.0, north), (-180.0, south, east, north)]
    return [(west, south, east, north)]


def token(after: Any, at: datetime | None) -> str:
    """Return the word of a page that begins after a key."""
    said = json.dumps([after, None if at is None else temporal.word(at)], ensure_ascii=False)
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _token(text: str) -> tuple[Any, datetime | None]:
    try:
        said = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        after, at = json.loads(said)
        return after, None if at is None else temporal.instant(at)
    except (ValueError, TypeError, AttributeError, RecursionError, BadInstantError):
        raise BadParameterError(f'token "{text}" is none that a link "next" has') from None
