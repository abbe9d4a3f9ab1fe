"""Features as CSV for spreadsheets and data frames: UTF-8, one header, times with ``Z``.

Points have ``lon`` and ``lat``, other shapes ``wkt``. What is missing is an empty field; texts
stand in quotes where they must, numbers never. Text that a spreadsheet would take for a formula
gets an apostrophe, as in every table that is written here.
"""

import gzip
from contextlib import nullcontext
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import shapely

from layers.exchange import flat
from layers.exchange.cells import number
from layers.exchange.rows import guarded
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
        elif pa.types.is_string(rows[name].type) and pc.any(_suspect(rows[name])).as_py():
            texts = [text and _told(text) for text in rows[name].to_pylist()]
            rows = rows.set_column(at, name, pa.array(texts, pa.string()))
    options = csv.WriteOptions(quoting_style="needed")
    opened = gzip.GzipFile("", "wb", _LEVEL, stream, mtime=0) if packed else nullcontext(stream)
    with opened as into:
        if bom:
            into.write(BOM)
        csv.write_csv(rows, into, options)


def _suspect(texts: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Tell which texts a look at each is worth: most columns have none."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(texts, r"^[=+\-@\t\r]")


def _told(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a number below zero is none."""
    return guarded(text) if number(text) is None else text
