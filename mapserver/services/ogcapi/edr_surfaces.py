"""Values of surfaces at points, in areas and boxes, over times."""

import contextlib
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import temporal
from layers.errors import BadExtentError, BadParameterError, NoSurfaceError, TooLargeError
from layers.geo import CellGrid, mercator
from layers.kinds.readings import READINGS
from layers.kinds.surface import SurfaceKind
from layers.model import SurfaceInfo
from layers.views import Projection
from mapserver.documents.ogcapi.coverages import Coverage
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi import edr_query
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.site import Site

MOST_LOOKS = 20_000
"""Points times times of one answer: each is looked up by itself."""


FEW_TIMES, FEW_CELLS = 24, 50_000
"""What is read at once; more waits for its turn among the pictures."""


@contextlib.contextmanager
def turn(site: Site, times: int, cells: int) -> Iterator[None]:
    """Hold one of the places of those who draw pictures, for as long as much is read.

    Raises
    ------
    BusyError
        Where too many wait already.
    """
    if times > FEW_TIMES or cells > FEW_CELLS:
        with site.tiler.gate.passed():
            yield
    else:
        yield


def kind_of(site: Site, collection: Collection) -> SurfaceKind:
    """Return the surfaces of a collection."""
    kind = site.catalog.kind(collection.id)
    assert isinstance(kind, SurfaceKind)  # noqa: S101 - only such collections are offered
    return kind


def known(site: Site, collection: Collection, own: str = "") -> list[Observable]:
    """Return all parameters of a collection; ``own`` is where quantities are described."""
    layer = collection.layer
    assert layer is not None  # noqa: S101 - a surface is a layer
    assert layer.quantity is not None  # noqa: S101 - of a quantity
    context = str(site.catalog.definition.context)
    threshold = kind_of(site, collection).threshold
    return [
        Observable(layer.quantity, name, own, context, threshold if name == "exceedance" else None)
        for name in READINGS
    ]


def wanted(asked: Asked) -> list[Observable]:
    """Return the parameters that are asked for, exceedance with its threshold.

    Raises
    ------
    BadParameterError
        For a threshold that nothing has a use for, and for exceedance without one.
    """
    every = known(asked.site, asked.collection, edr_query.own(asked))
    found, named = edr_query.chosen(asked.query, every)
    threshold = edr_query.threshold(asked)
    if threshold is not None and not any(each.reading == "exceedance" for each in found):
        raise BadParameterError("threshold says nothing of parameters that are no exceedance")
    settled = []
    for each in found:
        if each.reading == "exceedance":
            limit = each.threshold if threshold is None else threshold
            if limit is None and not named:
                continue
            if limit is None:
                raise BadParameterError(f"{each.id} needs threshold=, in the unit of the quantity")
            each = Observable(each.quantity, each.reading, each.own, each.context, limit)
        settled.append(each)
    return settled


def published(asked: Asked) -> list[SurfaceInfo]:
    """Return the surfaces of the times that are asked for, oldest first.

    Raises
    ------
    NoSurfaceError
        Where there is none: nothing stands in for them.
    GoneError
        Where an instance is no longer kept.
    """
    kind = kind_of(asked.site, asked.collection)
    period = edr_query.period(asked.query)
    token = asked.words.get("instanceId")
    if token is not None:
        info = kind.published_at(None, token)
        if period is not None and not period.holds(info.valid_time):
            when = temporal.word(info.valid_time)
            raise NoSurfaceError(f'instance "{token}" is of {when}, not of {period.word}')
        return [info]
    if period is None:
        return [kind.published_at(None)]
    if period.begin is not None and period.begin == period.end:
        return [kind.published_at(period.begin)]
    found = [info for info in kind.published() if period.holds(info.valid_time)]
    if not found:
        raise NoSurfaceError(
            f'collection "{asked.collection.id}" has no surface within {period.word}'
        )
    return found


def at_points(asked: Asked, infos: Sequence[SurfaceInfo], of: list[Observable]) -> list[Coverage]:
    """Return a series for each point."""
    system = edr_query.system(asked.query)
    places = edr_query.points(asked.query["coords"], system)
    edr_query.bounded(len(places) * len(infos) * len(of))
    if len(places) * len(infos) > MOST_LOOKS:
        raise TooLargeError(
            f"{len(places):,} points at {len(infos):,} times; at most {MOST_LOOKS:,} values of a "
            "parameter are looked up for points: ask for fewer times (datetime) or points"
        )
    kind = kind_of(asked.site, asked.collection)
    points = [point for _, _, point in places]
    names, threshold = _readings(of)
    with turn(asked.site, len(infos), len(places) * len(infos)):
        found = [kind.readings_at(info, points, names, threshold) for info in infos]
    times = [info.valid_time for info in infos]
    return [
        Coverage(
            [x],
            [y],
            times,
            {each.id: np.array([f[each.reading][n] for f in found]) for each in of},
        )
        for n, (x, y, _) in enumerate(places)
    ]


def in_shape(
    asked: Asked, shape: BaseGeometry, infos: Sequence[SurfaceInfo], of: list[Observable]
) -> list[Coverage]:
    """Return grids of the cells whose centres lie in a shape; one for each grid there is."""
    system = edr_query.system(asked.query)
    by_grid: dict[CellGrid, list[SurfaceInfo]] = {}
    for info in infos:
        by_grid.setdefault(info.grid, []).append(info)
    windows = {grid: _window(grid, shape, system) for grid in by_grid}
    cells = sum(
        (window[0].stop - window[0].start) * (window[1].stop - window[1].start) * len(by_grid[grid])
        for grid, window in windows.items()
    )
    edr_query.bounded(cells * len(of))
    with turn(asked.site, len(infos), cells):
        return [_grid(asked, shape, grid, windows[grid], by_grid[grid], of) for grid in by_grid]


def _window(grid: CellGrid, shape: BaseGeometry, system: Projection) -> tuple[slice, slice]:
    """Return the rows and columns of cells whose centres may lie in a shape."""
    box = edr_query.bounds(shape, system)
    if box is None or not box.intersects(grid.bounds):
        raise BadExtentError(
            "nothing of what is asked for lies within the data, which are within "
            f"{', '.join(f'{v:g}' for v in grid.bounds.as_tuple())}"
        )
    part = CellGrid.covering(box, grid.zoom)
    top, left = part.row - grid.row, part.col - grid.col
    rows = slice(max(0, top), min(grid.height, top + part.height))
    cols = slice(max(0, left), min(grid.width, left + part.width))
    return rows, cols


def _grid(
    asked: Asked,
    shape: BaseGeometry,
    grid: CellGrid,
    window: tuple[slice, slice],
    infos: Sequence[SurfaceInfo],
    of: list[Observable],
) -> Coverage:
    system = edr_query.system(asked.query)
    rows, cols = (np.arange(part.start, part.stop) for part in window)
    x, y = grid.at(rows, cols)
    if not system.crs.is_geographic:
        x, y = mercator(x, 0.0)[0], mercator(0.0, y)[1]
    inside = shapely.intersects_xy(shape, *np.meshgrid(x, y))
    # What the shape leaves empty on its sides is not sent.
    down, across = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not len(down):
        raise BadExtentError(
            "what is asked for holds the centre of no cell; a place is asked for by position"
        )
    first = slice(int(down[0]), int(down[-1]) + 1), slice(int(across[0]), int(across[-1]) + 1)
    outside = ~inside[first]
    kind = kind_of(asked.site, asked.collection)
    names, threshold = _readings(of)
    own_rows = slice(window[0].start + first[0].start, window[0].start + first[0].stop)
    own_cols = slice(window[1].start + first[1].start, window[1].start + first[1].stop)
    ranges = {each.id: np.empty((len(infos), *outside.shape), np.float32) for each in of}
    for number, info in enumerate(infos):
        found = kind.readings(info, own_rows, own_cols, names, threshold)
        for each in of:
            found[each.reading][outside] = np.nan
            ranges[each.id][number] = found[each.reading]
    times = [info.valid_time for info in infos]
    return Coverage(x[first[1]].tolist(), y[first[0]].tolist(), times, ranges, grid=True)


def _readings(of: Sequence[Observable]) -> tuple[list[str], float | None]:
    threshold = next((each.threshold for each in of if each.reading == "exceedance"), None)
    return [each.reading for each in of], threshold
