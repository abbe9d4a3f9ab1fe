"""What readers of sites hand on: a geometry as it stands in the file, with its properties."""

from typing import Any

from shapely.geometry.base import BaseGeometry

WGS84 = "OGC:CRS84"

Found = tuple[BaseGeometry | None, dict[str, Any]]
"""In the reference system of the file; None where a row has no place."""
