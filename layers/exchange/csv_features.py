"""Features as CSV for spreadsheets and data frames: UTF-8, one header, times with ``Z``.

Points have ``lon`` and ``lat``, other shapes ``wkt``. What is missing is an empty field; texts
stand in quotes, numbers do not.
"""

import gzip
from contextlib import nullcontext
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import shapely

from layers.exchange import flat
from layers.geo import DECIMALS

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
BOM = b"\xef\xbb\xbf"
"""Without it one spreadsheet reads UTF-8 as an old code page."""
_LEVEL = 5


def write(table: "pa.Table", stream: BinaryIO, *, bom: bool = False, packed: bool = False) -> None:
    """Write a table of ``flat.table``, with a mark before it or packed by gzip where asked."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    geometry = table[flat.GEOMETRY]
    rows = table.drop_columns([flat.GEOMETRY])
    if flat.PLACE[0] not in rows.column_names:
        shapes = np.asarray(shapely.from_wkb(geometry.to_pylist()), object)
        texts = shapely.to_wkt(shapes, rounding_precision=DECIMALS).tolist()
        rows = rows.add_column(1, "wkt", [texts])
    for at, name in enumerate(rows.column_names):
        if pa.types.is_timestamp(rows[name].type):
            words = pc.strftime(rows[name].cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
            rows = rows.set_column(at, name, words)
    options = csv.WriteOptions(quoting_style="needed")
    opened = gzip.GzipFile("", "wb", _LEVEL, stream, mtime=0) if packed else nullcontext(stream)
    with opened as into:
        if bom:
            into.write(BOM)
        csv.write_csv(rows, into, options)
