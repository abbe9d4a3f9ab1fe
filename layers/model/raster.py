"""A raster made elsewhere: what is known of it before its cells are used."""

from dataclasses import dataclass

from layers.geo import Bounds


@dataclass(frozen=True, slots=True)
class RasterInfo:
    """An external raster file, checked.

    ``crs`` is WKT; ``transform`` holds the six coefficients (a, b, c, d, e, f) of
    x = a col + b row + c, y = d col + e row + f; ``bounds`` is the box around it in degrees.
    ``minimum``, ``maximum`` and ``valid_cells`` are of band 1, in ``unit`` ("" where unknown).
    """

    width: int
    height: int
    bands: int
    dtype: str
    crs: str
    crs_name: str
    transform: tuple[float, float, float, float, float, float]
    bounds: Bounds
    nodata: float | None
    minimum: float
    maximum: float
    valid_cells: int
    unit: str = ""
    descriptions: tuple[str, ...] = ()
