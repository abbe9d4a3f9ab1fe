"""Four questions; a kind that answers them appears in every service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from layers.geo import Point, Window
from layers.model.features import Features
from layers.model.layer import Extent, StyleDefinition
from layers.model.surface import Picture, Raster
from layers.views import View

TileData = Raster | Features | Picture


@dataclass(frozen=True, slots=True)
class Scenario:
    """An earthquake as a query may choose it; None leaves what the entry of the layer says.

    ``rupture`` names a feature, ``fault:ID`` or ``event:ID``; ``at`` is the longitude and latitude
    of the place of a fault around which it breaks. Angles are in degrees, ``depth_km`` that of an
    event's hypocentre or of a fault's top edge. ``model`` is a ground motion model.
    """

    rupture: str | None = None
    magnitude: float | None = None
    rake: float | None = None
    dip: float | None = None
    depth_km: float | None = None
    vs30_m_s: float | None = None
    at: tuple[float, float] | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a tile is asked to show: a style and the numbers that a query may set.

    ``threshold`` is in the canonical unit, ``quantile`` a probability; ``buffer_px`` is how far
    beyond the window features are needed so that no symbol is cut. Events are asked for from
    ``min_magnitude`` on, and from ``begin`` on until before ``end``. ``scenario`` is what shakes,
    ``return_period_y`` that of a hazard. ``weights`` are those of what a preset weighs, in its
    order; they sum to 1.
    """

    style: StyleDefinition
    threshold: float | None = None
    quantile: float | None = None
    breaks: tuple[float, ...] = ()
    smooth: bool = False
    buffer_px: int = 0
    min_magnitude: float | None = None
    begin: datetime | None = None
    end: datetime | None = None
    scenario: Scenario | None = None
    return_period_y: float | None = None
    weights: tuple[float, ...] | None = None


class LayerKind(Protocol):
    """What a kind promises."""

    def extent(self) -> Extent:
        """Return bounds, zoom range and times for which there are data."""

    def version(self, at: datetime | None) -> str:
        """Return the token that changes whenever a tile could change; None is the newest time."""

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> TileData | None:
        """Return data covering a tile, or the picture of any box, or None where there are none.

        Raises GoneError when that version is no longer kept.
        """

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """Return what a click shows: values with units, times, uncertainty."""
