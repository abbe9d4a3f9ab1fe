"""What the map page is made of: all that it shows before it asks for anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.geo import Bounds
from layers.model import CatalogDefinition, Extent
from mapserver.documents.assets import Assets
from mapserver.documents.summary import FirstStation, Summary

MOST_ROWS = 200
"""Stations that are listed for a reader without a script."""

SHAPES_OF = {"raised": "square", "alarm": "triangle", "missing": "hollow"}
"""Which shape a mark has; all others are circles."""


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """The picture under the map until its tiles arrive, for one shape of the window.

    ``query`` follows ``/map.webp?``; ``box_m`` is west, south, east, north in EPSG:3857.
    """

    media: str
    query: str
    width: int
    height: int
    box_m: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageDescription:
    """All that the page shows before it asks for anything.

    ``extents`` maps the id of a layer to where it has data; ``root`` is the path in front of every
    address, without a slash at its end; ``view`` is what is looked at first; ``utc_offset_min`` is
    the local time of both states. ``state`` is what the stations say together, and ``pictures`` are
    shown until the map is there, the last one in any window. ``embedded`` is a map in a page of
    somebody else's.
    """

    language: str
    catalog: CatalogDefinition
    extents: Mapping[str, Extent]
    assets: Assets
    root: str = ""
    view: Bounds = field(default_factory=lambda: Bounds(46.4, 37.1, 87.4, 55.5))
    utc_offset_min: int = 300
    state: Summary | None = None
    pictures: tuple[FirstPicture, ...] = ()
    embedded: bool = False

    @property
    def stations(self) -> tuple[FirstStation, ...]:
        """The stations of the newest hour."""
        return tuple(self.state.stations) if self.state else ()

    @property
    def title(self) -> str:
        """The title of the map in the language of the page."""
        return self.catalog.titles.get(self.language, self.catalog.title)
