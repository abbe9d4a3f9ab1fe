"""Features as FlatGeobuf: a file with an index in space, of which a client reads what it needs."""

from pathlib import Path
from typing import TYPE_CHECKING

from layers.exchange import flat, ogr

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/flatgeobuf"


def write(table: "pa.Table", path: Path, facts: flat.Facts) -> None:
    """Write a table of ``flat.table``; rows are in the order of their places."""
    ogr.write(
        table,
        path,
        "FlatGeobuf",
        facts,
        layer={"SPATIAL_INDEX": "YES" if table.num_rows else "NO"},
    )
