"""Features as a GeoPackage (OGC 12-128r18, version 1.2), which every GIS reads and edits."""

from pathlib import Path
from typing import TYPE_CHECKING

from layers.exchange import flat, ogr

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/geopackage+sqlite3"


def write(table: "pa.Table", path: Path, facts: flat.Facts) -> None:
    """Write a table of ``flat.table`` as one layer named after its id."""
    said = " ".join(filter(None, (facts.notice, facts.attribution, facts.licence)))
    ogr.write(
        table,
        path,
        "GPKG",
        facts,
        dataset={"VERSION": "1.2", "DATETIME_FORMAT": "UTC"},
        layer={"IDENTIFIER": facts.title, "DESCRIPTION": said, "FID": "fid"},
    )
