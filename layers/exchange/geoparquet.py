"""Features as GeoParquet 1.1, with the box of each row, by which readers skip what is far away."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.exchange import flat

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/vnd.apache.parquet"
BOX = "bbox"
_EDGES = ("xmin", "ymin", "xmax", "ymax")
_GROUP_ROWS = 65_536


def write(table: "pa.Table", path: Path, facts: flat.Facts) -> None:
    """Write a table of ``flat.table``.

    The system is OGC:CRS84, which GeoParquet takes where none is said: longitude first.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    geometry = np.asarray(shapely.from_wkb(table[flat.GEOMETRY].to_pylist()), object)
    boxes = shapely.bounds(geometry).reshape(-1, 4)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({each.geom_type for each in geometry}),
        "covering": {BOX: {edge: [BOX, edge] for edge in _EDGES}},
    }
    if len(geometry):
        column["bbox"] = [float(edge) for edge in shapely.total_bounds(geometry)]
    geo = {
        "version": "1.1.0",
        "primary_column": flat.GEOMETRY,
        "columns": {flat.GEOMETRY: column},
    }
    said = {
        "title": facts.title,
        "notice": facts.notice,
        "attribution": facts.attribution,
        "licence": facts.licence,
    }
    struct = pa.StructArray.from_arrays(
        [pa.array(boxes[:, i], pa.float64()) for i in range(4)], names=list(_EDGES)
    )
    whole = table.append_column(BOX, struct)
    whole = whole.replace_schema_metadata({"geo": json.dumps(geo), **said})
    pq.write_table(whole, str(path), compression="zstd", row_group_size=_GROUP_ROWS)
