"""A program of its own: places of a file that GDAL reads, as JSON to the standard output.

A GeoPackage is a database, whose views and computed columns may run for ever or fill the memory
while GDAL asks for them. So such a file is read in a process that has little time and memory, and
that ends with its question. It is started by its path, and imports nothing of the project.
"""

import json
import math
import resource
import sys
import time
from typing import Any

MEMORY_BYTES = 3 << 30
"""Of addresses, most of them the libraries' own."""
MOST_BYTES = 50_000_000
"""Of what is handed on: twice what is unpacked, for it is written in hexadecimal digits."""
MOST_CHARS = 1_000
"""Of a text; names of sites are much shorter."""
BROKEN, NO_LAYER, TOO_LARGE = 3, 4, 5
"""What it ends with, beside 0; by a signal where its time is over."""


def main(path: str, rows: int, cpu_s: int) -> int:
    """Write ``{"crs": ..., "rows": [[WKB in hexadecimal or null, {name: value}], ...]}``."""
    # pyogrio looks for what makes tables, which takes most of the time here and is not used. None
    # says "not there" to an import, which the type of `sys.modules` does not know.
    sys.modules.update(dict.fromkeys(("geopandas", "pandas", "pyarrow")))  # type: ignore[arg-type]
    import pyogrio
    import pyogrio.errors

    # Counted from here: how long imports take is no matter of the file.
    end_s = math.ceil(time.process_time()) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (end_s, end_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
        if not layers:
            return NO_LAYER
        meta, _, geometry, columns = pyogrio.raw.read(path, layer=layers[0], max_features=rows)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError,
            RuntimeError, MemoryError):  # fmt: skip
        return BROKEN
    names = [str(name) for name in meta["fields"]]
    found = [
        (
            None if wkb is None else wkb.hex(),
            {name: _plain(column[i]) for name, column in zip(names, columns, strict=True)},
        )
        for i, wkb in enumerate(geometry)
    ]
    text = json.dumps({"crs": str(meta["crs"] or ""), "rows": found})
    if len(text) > MOST_BYTES:
        return TOO_LARGE
    sys.stdout.write(text)
    return 0


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)[:MOST_CHARS]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
