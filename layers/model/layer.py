"""What the catalogue says: layers, styles, palettes, feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from layers.geo import Bounds
from layers.model.criteria import Preset
from layers.model.observation import Context
from layers.units import MAPPED


@dataclass(frozen=True, slots=True)
class Palette:
    """Named colours, low to high, as ``#RRGGBB``; ``nodata`` is never one of them."""

    id: str
    colours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StyleDefinition:
    """How one layer is shown.

    ``measure`` is what is computed from the bands of a surface (``mean``, ``median``, ``sd``,
    ``exceedance``, ``uncertainty``, ``quantile``) or the property of a feature. ``breaks`` rise
    strictly, in ``unit``; colours are one more than breaks. ``threshold`` is the default of an
    exceedance, in the canonical unit. ``return_period_y`` is that of a
    hazard. ``titles`` maps a language to a title; ``preset`` are the criteria that
    ``measure`` names. ``label`` is the property that names a feature on
    the map; a language and an underscore before it make the name in that language.
    """

    id: str
    title: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    measure: str = "value"
    palette: Palette | None = None
    breaks: tuple[float, ...] = ()
    unit: str = ""
    threshold: float | None = None
    labels: tuple[str, ...] = ()
    symbol: str = "fill"
    return_period_y: float | None = None
    label: str = ""
    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class LayerDefinition:
    """One ``[[layer]]`` entry, checked.

    ``titles`` and ``abstracts`` map a language to a text; ``paths`` are the files, patterns of
    files and folders it is read from, absolute; ``options`` holds the keys that belong to the
    kind alone. ``covariates`` are the raster layers that the mean of a surface follows;
    ``source`` is the surface that contours are drawn of. ``wms_name`` is what WMS calls
    the layer, its id where it is empty. A surface with ``relative_to`` shows how many times what
    is usual a value is; its ``quantity`` is that ratio, ``observed`` what it is made of.
    """

    id: str
    kind: str
    title: str
    titles: Mapping[str, str] = field(default_factory=dict)
    wms_name: str = ""
    abstract: str = ""
    abstracts: Mapping[str, str] = field(default_factory=dict)
    attribution: str = ""
    licence: str = ""
    notice: str = ""
    quantity: str | None = None
    collection: str | None = None
    paths: tuple[Path, ...] = ()
    domain: Bounds | None = None
    native_zoom: int | None = None
    support_limit: float = 0.9
    relative_to: str = ""
    covariates: tuple["LayerDefinition", ...] = ()
    source: "LayerDefinition | None" = None
    styles: tuple[StyleDefinition, ...] = ()
    visible: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def observed(self) -> str | None:
        """The quantity that stations observe for this layer."""
        quantity = MAPPED.get(self.quantity or "")
        return quantity.of or quantity.id if quantity else self.quantity

    def style(self, style_id: str) -> StyleDefinition | None:
        """Return the style of that id, or None."""
        return next((s for s in self.styles if s.id == style_id), None)


@dataclass(frozen=True, slots=True)
class FeedDefinition:
    """One ``[[feed]]`` entry: where bytes come from and in which format."""

    id: str
    format: str
    location: str
    every_s: float = 600.0
    collection: str | None = None
    organisation: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and when a layer has data; ``times`` are oldest first, empty if it is timeless."""

    bounds: Bounds
    min_zoom: int
    max_zoom: int
    times: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class CatalogDefinition:
    """The whole catalogue file: title, context of the data directory, layers and feeds in order.

    ``titles`` maps a language to the title of the map; ``presets`` are the criteria that sites can
    be judged by: those that are shipped, then the operator's own.
    """

    title: str
    context: Context
    layers: tuple[LayerDefinition, ...]
    feeds: tuple[FeedDefinition, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    presets: Mapping[str, Preset] = field(default_factory=dict)
