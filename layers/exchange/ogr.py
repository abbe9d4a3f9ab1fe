"""Arrow tables through GDAL, for the formats that it writes best."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import temporal
from layers.exchange import flat

if TYPE_CHECKING:
    import pyarrow as pa

_MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}


def write(
    table: "pa.Table",
    path: Path,
    driver: str,
    facts: flat.Facts,
    *,
    dataset: Mapping[str, str] | None = None,
    layer: Mapping[str, str] | None = None,
) -> None:
    """Write one layer in degrees on WGS 84; ``dataset`` and ``layer`` are options of the driver.

    Files of one version are the same bytes: what a driver dates with today is dated with the data.
    """
    import pyogrio
    import pyogrio.raw

    geometry = np.asarray(shapely.from_wkb(table[flat.GEOMETRY].to_pylist()), object)
    kind, uniform = _uniform(geometry)
    at = table.column_names.index(flat.GEOMETRY)
    wkb = shapely.to_wkb(uniform).tolist()
    table = table.set_column(at, flat.GEOMETRY, [wkb])
    moment = "2000-01-01T00:00:00Z" if facts.time is None else temporal.word(facts.time)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": re.sub("Z$", ".000Z", moment)})
    pyogrio.raw.write_arrow(
        table,
        str(path),
        layer=facts.layer,
        driver=driver,
        geometry_name=flat.GEOMETRY,
        geometry_type=kind,
        crs="EPSG:4326",
        dataset_options=dict(dataset or {}),
        layer_options=dict(layer or {}),
    )


def append(table: "pa.Table", path: Path, driver: str, layer: str) -> None:
    """Add a table without geometries to a file."""
    import pyogrio.raw

    pyogrio.raw.write_arrow(
        table, str(path), layer=layer, driver=driver, geometry_name=None, append=True
    )


def _uniform(geometry: NDArray[np.object_]) -> tuple[str, NDArray[np.object_]]:
    """Return the one type that all can have, and the geometries as such."""
    kinds = {each.geom_type for each in geometry if each is not None}
    if len(kinds) == 1:
        return kinds.pop(), geometry
    for single, multi in _MULTI.items():
        if kinds == {single, multi}:
            make = getattr(shapely, multi)
            parts = [make([g]) if g.geom_type == single else g for g in geometry]
            return multi, np.array([*parts, None], object)[:-1]
    return "Unknown", geometry
