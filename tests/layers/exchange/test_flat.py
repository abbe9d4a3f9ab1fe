"""Tables of features: names that are taken, types, shapes of several kinds, and nothing at all."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import shapely
from pyarrow import parquet

from layers.exchange import csv_features, flat, flatgeobuf, geopackage, geoparquet, kml
from layers.model import Features

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
FACTS = flat.Facts("own", "Own Ўз", "0123456789", AT, "simulated", "simulated", "Own", "CC BY 4.0")
HOSTILE = ["Name", "name", "NAME", "fid", "FID", "geom", "geometry", "bbox", "wkt", "id", "lon",
           "lat", "data_layer", "a b", "ёж", 'quo"te', "x,y"]  # fmt: skip
POINT, LINE = shapely.Point(69.3, 41.3), shapely.LineString([(60, 40), (61, 41)])
AREA = shapely.box(60, 40, 61, 41)
SHAPES = {
    "points": [POINT, POINT],
    "lines": [LINE, shapely.MultiLineString([LINE])],
    "areas": [AREA, shapely.MultiPolygon([AREA, shapely.box(62, 40, 63, 41)])],
    "mixed": [POINT, AREA],
    "several": [shapely.MultiPoint([POINT]), POINT],
    "nothing": [],
}


def features(shapes: list[Any], properties: dict[str, list[Any]]) -> tuple[Features, Any]:
    geometry = np.array([*shapes, None], object)[:-1]
    ids = [f"F{i}" for i in range(len(shapes))]
    return Features(geometry, ids, properties), geometry


def table(shapes: list[Any], **properties: list[Any]) -> Any:
    return flat.table(*features(shapes, properties), FACTS)


def written(rows: Any, suffix: str, folder: Path) -> Path:
    path = folder / f"own.{suffix}"
    match suffix:
        case "gpkg":
            geopackage.write(rows, path, FACTS)
        case "fgb":
            flatgeobuf.write(rows, path, FACTS)
        case "parquet":
            geoparquet.write(rows, path, FACTS)
        case "csv":
            with path.open("wb") as stream:
                csv_features.write(rows, stream)
    return path


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "csv"])
def test_no_property_is_lost_whatever_its_name(suffix: str, tmp_path: Path) -> None:
    given = {name: [f"{name} of {i}" for i in range(2)] for name in HOSTILE}
    rows = flat.table(*features(SHAPES["points"], given), FACTS)
    assert len({name.lower() for name in rows.column_names}) == len(rows.column_names)
    path = written(rows, suffix, tmp_path)
    if suffix == "csv":
        found = next(iter(csv.DictReader(io.StringIO(path.read_text()))))
        values = set(found.values())
    elif suffix == "parquet":
        values = {str(v) for v in parquet.read_table(path).to_pylist()[0].values()}
    else:
        values = {column[0] for column in pyogrio.raw.read(path, layer="own")[3]}
    assert {f"{name} of 0" for name in HOSTILE} <= values


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "csv"])
def test_every_kind_of_shape_comes_back(kind: str, suffix: str, tmp_path: Path) -> None:
    shapes = SHAPES[kind]
    rows = table(shapes, value=[1.5] * len(shapes))
    path = written(rows, suffix, tmp_path)
    if suffix == "csv":
        found = [
            shapely.Point(float(r["lon"]), float(r["lat"])) if "lon" in r else
            shapely.from_wkt(r["wkt"])
            for r in csv.DictReader(io.StringIO(path.read_text()))
        ]  # fmt: skip
    elif suffix == "parquet":
        found = shapely.from_wkb(parquet.read_table(path)["geometry"].to_pylist()).tolist()
    else:
        found = shapely.from_wkb(pyogrio.raw.read(path)[2]).tolist()
    if suffix == "fgb" and len(found) > 1 and not shapely.equals(found[0], shapes[0]):
        found.reverse()  # rows follow each other in space
    assert len(found) == len(shapes)
    for one, other in zip(found, shapes, strict=True):
        assert shapely.equals(one, other)


def test_columns_have_one_type_and_gaps_stay_gaps(tmp_path: Path) -> None:
    many = {
        "truth": [True, None],
        "whole": [3, None],
        "number": [1, 2.5],
        "huge": [2**70, 1],
        "mixed": [1, "x"],
        "list": [["a", "b"], None],
        "time": ["2026-11-23T09:00:00Z", None],
        "odd_time": ["2026-13-23T09:00:00Z", None],
        "day": ["2026-11-23", None],
        "value": [None, None],
        "received_at": [None, None],
        "note": [None, None],
    }
    rows = table(SHAPES["points"], **many)
    types = {name: str(rows.schema.field(name).type) for name in many}
    assert types == {
        "truth": "bool",
        "whole": "int64",
        "number": "double",
        "huge": "double",
        "mixed": "string",
        "list": "string",
        "time": "timestamp[ms, tz=UTC]",
        "odd_time": "string",
        "day": "string",
        "value": "double",
        "received_at": "timestamp[ms, tz=UTC]",
        "note": "string",
    }
    path = written(rows, "csv", tmp_path)
    first, second = csv.DictReader(io.StringIO(path.read_text()))
    assert (first["truth"], first["whole"], first["time"]) == ("true", "3", "2026-11-23T09:00:00Z")
    assert json.loads(first["list"]) == ["a", "b"]
    assert {second[n] for n in many if n not in ("number", "huge", "mixed")} == {""}
    assert rows["list"].to_pylist() == ['["a", "b"]', None]


def test_a_globe_takes_every_kind_of_shape_and_hostile_texts() -> None:
    holed = AREA.difference(shapely.box(60.2, 40.2, 60.4, 40.4))
    many = [shapely.MultiPoint([POINT, POINT]), shapely.GeometryCollection([POINT, LINE])]
    shapes = [POINT, LINE, holed, *many]
    rows = table(shapes, name=["<b>&\x00\x1b", "x", None, "y", "z"])
    stream = io.BytesIO()
    kml.write_features(stream, rows, FACTS, kml.Look(["#102030"] * 5, b"icon", b"legend"))
    with zipfile.ZipFile(stream) as archive:
        text = archive.read("doc.kml")
        root = ET.fromstring(text)
    space = f"{{{kml.SPACE}}}"
    names = [e.findtext(f"{space}name") for e in root.iter(f"{space}Placemark")]
    assert names == ["<b>&??", "x", "F2", "y", "z"]
    for name, count in {"Point": 4, "LineString": 2, "Polygon": 1, "innerBoundaryIs": 1,
                        "MultiGeometry": 2}.items():  # fmt: skip
        assert len(list(root.iter(f"{space}{name}"))) == count, name
    assert b"ff302010" in text


def test_no_text_of_a_csv_file_is_a_formula_for_a_spreadsheet(tmp_path: Path) -> None:
    texts = ['=HYPERLINK("http://x")', "+7 701", "@x", "-5.5", "plain", None]
    rows = table([POINT] * len(texts), name=texts, value=[-1.0] * len(texts))
    with written(rows, "csv", tmp_path).open(newline="") as stream:
        found = list(csv.DictReader(stream))
    names = [row["name"] for row in found]
    assert names == ['\'=HYPERLINK("http://x")', "'+7 701", "'@x", "-5.5", "plain", ""]
    assert {float(row["value"]) for row in found} == {-1.0}
