"""External rasters are aligned once to the grid of the tiles, so that a tile becomes a slice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np

from layers import temporal
from layers.errors import BadFileError, GoneError, LayersError, NoSurfaceError
from layers.geo import TILE_PX, Bounds, Window
from layers.kinds import Sources
from layers.kinds.raster import RasterKind
from layers.model import Float32Array, LayerDefinition
from layers.store.aligned import grid_of

LARGEST_ALIGNED = 400_000_000
"""Cells of the deepest level of a copy: 1.6 GB, and a third more for the levels above."""
MOST_TIMES = 168
"""Newest times of a layer that are aligned; older ones are read where they lie."""
NOTHING = np.full((TILE_PX, TILE_PX), np.nan, np.float32)
"""A tile of which no file has a cell."""


def layers_to_align(layers: Iterable[LayerDefinition]) -> tuple[LayerDefinition, ...]:
    """Return the layers whose entry asks for it."""
    return tuple(layer for layer in layers if layer.options.get("align"))


def kind_of(layer: LayerDefinition, sources: Sources) -> RasterKind:
    """Return the kind that reads the files of a layer."""
    return RasterKind(layer, sources)


def align(
    layer: LayerDefinition,
    kind: RasterKind,
    sources: Sources,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[str, str]]:
    """Align what is not aligned yet, newest first, and delete what is of no version any more.

    Parameters
    ----------
    stop : callable
        Asked before every tile; a copy that is not whole by then is none.

    Yields
    ------
    tuple of (str, str)
        After each time that was to be aligned: the time, or "static", and an error in words.
    """
    copies = sources.store.aligned
    newest: Sequence[datetime | None] = kind.extent().times[-MOST_TIMES:]
    wanted = set()
    for at in reversed(newest or [None]):
        word = temporal.word(at) if at else "static"
        try:
            token = kind.token(at)
            aligned = str(kind.aligned_token(token))
            wanted.add(aligned)
            if stop() or copies.has(layer.id, aligned):
                continue
            bounds, zoom = extent_of(layer, kind, at)
            copies.write(layer.id, aligned, bounds, zoom, _reader(kind, at, token, stop))
            yield word, ""
        except NoSurfaceError:
            continue  # it was taken away in between
        except LayersError as reason:
            if not stop():
                yield word, str(reason)
    copies.keep(layer.id, wanted)


def extent_of(layer: LayerDefinition, kind: RasterKind, at: datetime | None) -> tuple[Bounds, int]:
    """Return what a copy covers, and the zoom whose cells are no larger than those of the files.

    Raises
    ------
    BadFileError
        Where no file can be read.
    """
    bounds, zoom = kind.footprint(at)
    if layer.native_zoom is None:
        while zoom > 0 and _cells(bounds, zoom) > LARGEST_ALIGNED:
            zoom -= 1
    if _cells(bounds, zoom) > LARGEST_ALIGNED:
        raise BadFileError(
            f'layer "{layer.id}" has {_cells(bounds, zoom):,} cells at zoom {zoom}; '
            f"at most {LARGEST_ALIGNED:,} are aligned"
        )
    return bounds, zoom


def _cells(bounds: Bounds, zoom: int) -> int:
    grid = grid_of(bounds, zoom)
    return grid.width * grid.height


def _reader(
    kind: RasterKind, at: datetime | None, token: str, stop: Callable[[], bool]
) -> Callable[[Window], Sequence[Float32Array]]:
    def read(window: Window) -> Sequence[Float32Array]:
        if stop():
            raise GoneError("the server ends")
        found = kind.mosaic.cells(window, at, most=None)
        if kind.token(at) != token:
            raise GoneError("the files changed while they were aligned")
        return (NOTHING if found is None else found,)

    return read
