"""Land, lakes, rivers and borders of the base map, unpacked from the file that the build writes.

Positions are in the unit square of Web Mercator: x east from 180 W, y south from 85.05 N.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

UNIT = 1 << 24  # steps of the packed file across the world
# Classes of an arc of the land, as the build writes them; other borders are not drawn.
COAST, OTHER, OUTER, INNER = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """What ``shapes.npz`` holds: arcs and rings as lists of arrays of shape (n, 2)."""

    arcs: Sequence[FloatArray]
    arc_class: IntArray
    rings: Sequence[IntArray]  # numbers of arcs, ``~n`` for arc n from its end
    ring_country: IntArray  # 0 neighbour, 1 Kazakhstan, 2 Uzbekistan
    lakes: Sequence[FloatArray]
    dry: Sequence[FloatArray]  # the bed of the Aral Sea of 1960
    rivers: Sequence[FloatArray]
    river_rank: IntArray  # 1 largest to 3


def unpack(content: bytes) -> Shapes:
    """Return the shapes of a ``shapes.npz``.

    Raises
    ------
    BadFileError
        If it is not one that ``static/basemap/build.py`` wrote.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            parts = {name: packed[name] for name in packed.files}
        return Shapes(
            arcs=_lines(parts, "land_arc"),
            arc_class=parts["land_arc_class"],
            rings=np.split(parts["land_ring"], np.cumsum(parts["land_ring_size"])[:-1]),
            ring_country=parts["land_ring_country"],
            lakes=_lines(parts, "lake"),
            dry=_lines(parts, "dry"),
            rivers=_lines(parts, "river"),
            river_rank=parts["river_rank"],
        )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as reason:
        raise BadFileError(f"shapes.npz is not a base map's: {reason}") from reason


def _lines(parts: dict[str, NDArray[np.int32]], name: str) -> list[FloatArray]:
    lines = np.split(parts[f"{name}_step"], np.cumsum(parts[f"{name}_size"])[:-1])
    return [np.cumsum(line, axis=0, dtype=np.int64) / UNIT for line in lines]
