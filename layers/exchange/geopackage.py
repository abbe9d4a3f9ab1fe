"""Features as a GeoPackage (OGC 12-128r18, version 1.2), which every GIS reads and edits."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from layers.exchange import flat, ogr

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/geopackage+sqlite3"


STYLES = "layer_styles"
"""The table in which QGIS keeps styles, and looks for them."""


def write(
    table: "pa.Table", path: Path, facts: flat.Facts, styles: Mapping[str, bytes] | None = None
) -> None:
    """Write a table of ``flat.table`` as one layer named after its id.

    ``styles`` are those of QGIS by their names; it shows the layer in the first.
    """
    said = " ".join(filter(None, (facts.notice, facts.attribution, facts.licence)))
    ogr.write(
        table,
        path,
        "GPKG",
        facts,
        dataset={"VERSION": "1.2", "DATETIME_FORMAT": "UTC"},
        layer={"IDENTIFIER": facts.title, "DESCRIPTION": said, "FID": "fid"},
    )
    if styles:
        _write_styles(path, facts, styles)


def _write_styles(path: Path, facts: flat.Facts, styles: Mapping[str, bytes]) -> None:
    import pyarrow as pa

    count = len(styles)
    text, truth, instant = pa.string(), pa.bool_(), pa.timestamp("ms", "UTC")
    nothing = pa.repeat("", count)
    rows = {
        "f_table_catalog": nothing,
        "f_table_schema": nothing,
        "f_table_name": pa.repeat(facts.layer, count),
        "f_geometry_column": pa.repeat("geom", count),
        "styleName": pa.array(list(styles), text),
        "styleQML": pa.array([body.decode() for body in styles.values()], text),
        "styleSLD": nothing,
        "useAsDefault": pa.array([i == 0 for i in range(count)], truth),
        "description": pa.repeat(facts.title, count),
        "owner": nothing,
        "ui": pa.nulls(count, text),
        "update_time": pa.array([facts.time] * count, instant),
    }
    ogr.append(pa.table(rows), path, "GPKG", STYLES)
