"""The kinds of layers there are, and what an entry of the catalogue may say for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from layers.kinds import (
    basemap,
    collection,
    contours,
    evidence,
    faults,
    hazard,
    points,
    quakes,
    raster,
    readings,
    scenario,
    stations,
    suitability,
    surface,
    zones,
)
from layers.kinds.sources import BasemapSource, Sources
from layers.model import LayerDefinition
from layers.model.kind import LayerKind


@dataclass(frozen=True, slots=True)
class KindSpec:
    """A kind as the catalogue knows it.

    ``needs`` are the keys an entry must or may have beside the common ones, ``options`` keys of
    the kind alone with their types, ``measures`` and ``symbols`` the words a style may use.
    ``timed`` kinds show another thing every hour, so that an address names its time. Tiles within
    a block of ``block_px`` pixels a side are drawn together; 0 where each is drawn alone.
    ``filters`` are query keys that choose among its features. ``slow`` kinds may take as long as a
    drawn picture for a tile of cells or a vector tile too. ``files`` are the suffixes that it is
    given away in, None for all that there are; none where what it was made of belongs to somebody.
    What never ``smooths`` between its cells is not asked to.
    ``check`` raises BadFileError where an entry cannot be shown at all; ``problems`` looks at each
    of its files and tells what is wrong.
    """

    make: Callable[[LayerDefinition, Sources], LayerKind]
    needs: tuple[str, ...]
    measures: tuple[str, ...]
    symbol: str
    symbols: tuple[str, ...]
    vector: bool = True
    timed: bool = False
    block_px: int = 0
    options: Mapping[str, type | tuple[type, ...]] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    slow: bool = False
    files: tuple[str, ...] | None = None
    smooths: bool = True
    check: Callable[[LayerDefinition], None] = lambda layer: None
    problems: Callable[[LayerDefinition], list[str]] = lambda layer: []

    @property
    def cells(self) -> bool:
        """Whether its tiles are made of cells that have values: classed, and smoothed."""
        return not self.vector and not self.block_px


def _raster_check(layer: LayerDefinition) -> None:
    evidence.check_cells(layer)
    raster.check(layer)


_AREAS = ("zone", "zone-outline", "fill", "line")

KINDS: Mapping[str, KindSpec] = {
    "basemap": KindSpec(
        basemap.BasemapKind,
        (),
        basemap.MEASURES,
        "fill",
        ("fill",),
        vector=False,
        block_px=basemap.BLOCK_PX,
    ),
    "surface": KindSpec(
        surface.SurfaceKind,
        ("quantity", "covariates", "relative_to"),
        readings.MEASURES,
        "fill",
        ("fill",),
        vector=False,
        timed=True,
    ),
    "raster": KindSpec(
        raster.RasterKind,
        ("path",),
        raster.MEASURES,
        "fill",
        ("fill",),
        vector=False,
        options={"band": int, "unit": str, "align": bool, evidence.KEY: str},
        slow=True,
        check=_raster_check,
        problems=raster.problems,
    ),
    "contours": KindSpec(
        contours.ContoursKind,
        ("source",),
        contours.MEASURES,
        "isoline",
        ("isoline", "line"),
        timed=True,
        options={"levels": list},
        slow=True,
    ),
    "hazard": KindSpec(
        hazard.HazardKind,
        ("path",),
        hazard.MEASURES,
        "fill",
        ("fill",),
        vector=False,
        options={"unit": str},
        filters=hazard.FILTERS,
        slow=True,
        files=(),
        smooths=False,
        check=hazard.check,
        problems=hazard.problems,
    ),
    "scenario": KindSpec(
        scenario.ScenarioKind,
        (),
        scenario.MEASURES,
        "fill",
        ("fill",),
        vector=False,
        options=scenario.OPTIONS,
        filters=scenario.FILTERS,
        slow=True,
        files=(),
        smooths=False,
        check=scenario.check,
    ),
    "suitability": KindSpec(
        suitability.SuitabilityKind,
        ("presets",),
        suitability.MEASURES,
        suitability.SYMBOL,
        (suitability.SYMBOL,),
        vector=False,
        options=suitability.OPTIONS,
        files=("tif", "qml"),
        smooths=False,
        check=suitability.check,
    ),
    "stations": KindSpec(
        stations.StationsKind,
        ("quantity",),
        stations.MEASURES,
        "station",
        ("station", "point"),
        timed=True,
    ),
    "zones": KindSpec(
        zones.ZonesKind,
        ("collection",),
        zones.MEASURES,
        "zone",
        _AREAS,
        options={evidence.KEY: str},
        check=evidence.check,
    ),
    "faults": KindSpec(faults.FaultsKind, ("collection",), faults.MEASURES, "fault", ("fault",)),
    "quakes": KindSpec(
        quakes.QuakesKind,
        ("collection",),
        quakes.MEASURES,
        "quake",
        ("quake", "point"),
        filters=quakes.FILTERS,
    ),
    "points": KindSpec(
        points.PointsKind,
        ("collection",),
        points.MEASURES,
        "point",
        ("point", "site", "line", "fill"),
        options={evidence.KEY: str},
        check=evidence.check,
    ),
}


FeatureKind = stations.StationsKind | collection.CollectionKind | contours.ContoursKind
"""Kinds that can give all their features at once."""


def is_timed(layer: LayerDefinition) -> bool:
    """Tell whether an address of a layer names a time: its kind says so, or its files do."""
    return KINDS[layer.kind].timed or (bool(layer.paths) and raster.is_timed(layer))


__all__ = ["KINDS", "BasemapSource", "KindSpec", "Sources", "is_timed"]
