"""Layers as files: what is in them, how they are sent, and that each is made once."""

import csv
import gzip
import io
import json
import math
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from PIL import Image
from pyarrow import parquet
from rio_cogeo.cogeo import cog_validate

from layers import messages
from layers.errors import BusyError, UnavailableError
from layers.exchange import kml
from layers.files import Kept, Wanted, offered
from layers.files import cells as cells_of_files
from layers.geo import lonlat, mercator
from layers.kinds import KINDS
from tests import schemas
from tests.servers import wait_for

NEWEST = "2026-11-20T11:00:00Z"
HOURS = [f"2026-11-20T{hour:02}:00:00Z" for hour in (9, 10, 11)]
KML = f"{{{kml.SPACE}}}"
POINTS = ["stations", "earthquakes", "sites", "temperature-stations"]
SHAPES = ["seismic-zones", "faults", "dose-lines", "own-faults"]
CELLS = ["dose-rate", "temperature", "own-raster", "own-hours"]
FACTS = ["data_layer", "data_version", "data_time", "data_context", "data_notice",
         "data_attribution"]  # fmt: skip


def path_of(layer: str, suffix: str) -> str:
    return f"/files/{layer}/latest/latest.{suffix}"


def table(house: Any, layer: str, query: str = "") -> list[dict[str, str]]:
    answer = house.get(path_of(layer, "csv") + query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def geojson(house: Any, layer: str) -> dict[str, Any]:
    features = house.json(path_of(layer, "geojson"))["features"]
    return {str(each["id"]): each for each in features}


def saved(house: Any, layer: str, suffix: str, folder: Path) -> Path:
    answer = house.get(path_of(layer, suffix))
    assert answer.status_code == 200, answer.text
    path = folder / f"{layer}.{suffix}"
    path.write_bytes(answer.data)
    return path


def opened(house: Any, layer: str) -> Any:
    return rasterio.open(io.BytesIO(house.get(path_of(layer, "tif")).data))


def document(body: bytes) -> tuple[Any, zipfile.ZipFile]:
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.namelist()[0] == "doc.kml"
    return ET.fromstring(archive.read("doc.kml")), archive


# What is in them


@pytest.mark.parametrize("layer", [*POINTS, *SHAPES])
def test_every_row_of_a_table_is_a_feature_with_its_source_and_its_mark(
    house: Any, layer: str
) -> None:
    held = geojson(house, layer)
    rows = table(house, layer)
    assert [row["id"] for row in rows] == list(held)
    described = house.json(f"/tilejson/{layer}.json")
    for row in rows:
        feature = held[row["id"]]
        shape = shapely.geometry.shape(feature["geometry"])
        if layer in POINTS:
            assert (float(row["lon"]), float(row["lat"])) == (shape.x, shape.y)
        else:
            assert shapely.from_wkt(row["wkt"]).equals_exact(shape, 1e-9)
        for name, value in feature["properties"].items():
            if name in ("id", "lon", "lat"):
                continue
            if isinstance(value, bool):
                assert row[name] == str(value).lower()
            elif isinstance(value, int | float):
                assert float(row[name]) == pytest.approx(value)
            elif isinstance(value, str):
                assert row[name] == value
            elif value is None:
                assert row[name] == ""
        assert row["data_layer"] == layer
        assert row["data_version"] == described["data_version"].split("-")[0]
        assert row["data_notice"] == described["notice"]
        assert row["data_attribution"] == described["attribution"]
        assert row["data_time"] == ("" if described["time"] == "static" else described["time"])
    assert list(rows[0])[-len(FACTS) :] == FACTS


def test_simulated_values_say_so_in_every_row(house: Any) -> None:
    for layer in ("stations", "temperature"):
        assert {row["data_notice"] for row in table(house, layer)} == {"simulated"}


def test_columns_are_the_same_every_hour(house: Any) -> None:
    """An hour in which nobody tells a deviation has the columns of the others, and their types."""
    headers, seen = set(), set()
    for hour in HOURS:
        headers.add(house.get(f"/files/stations/latest/{hour}.csv").data.split(b"\n")[0])
        body = house.get(f"/files/stations/latest/{hour}.parquet").data
        seen.add(str(parquet.read_schema(io.BytesIO(body)).remove_metadata()))
    assert len(seen) == 1
    assert "sd: double" in seen.pop()
    assert len(headers) == 1


@pytest.mark.parametrize("layer", [*POINTS, *SHAPES])
@pytest.mark.parametrize("suffix", ["gpkg", "fgb"])
def test_gdal_reads_the_features_and_types_of_a_file(
    house: Any, layer: str, suffix: str, tmp_path: Path
) -> None:
    path = saved(house, layer, suffix, tmp_path)
    info = pyogrio.read_info(path, layer=layer)
    assert (info["layer_name"], info["crs"]) == (layer, "EPSG:4326")
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert set(FACTS) <= set(types)
    assert types["data_time"] == "OFTDateTime"
    meta, _, geometry, fields = pyogrio.raw.read(path, layer=layer)
    held = geojson(house, layer)
    columns = dict(zip(meta["fields"], fields, strict=True))
    assert set(columns["id"]) == set(held)
    for key, wkb in zip(columns["id"], geometry, strict=True):
        shape = shapely.geometry.shape(held[key]["geometry"])
        assert shapely.equals(shapely.from_wkb(wkb), shape)
    if layer == "stations":
        assert types["value"] == "OFTReal"
        assert types["begin_time"] == "OFTDateTime"
        values = {k: v["properties"]["value"] for k, v in held.items()}
        for key, value in zip(columns["id"], columns["value"], strict=True):
            assert values[key] is None if math.isnan(value) else value == values[key]


@pytest.mark.parametrize("layer", [*POINTS, *SHAPES, "temperature"])
def test_geoparquet_says_what_and_where_it_is(house: Any, layer: str) -> None:
    body = house.get(path_of(layer, "parquet")).data
    rows = parquet.read_table(io.BytesIO(body))
    geo = json.loads(rows.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    shapes = shapely.from_wkb(rows["geometry"].to_pylist())
    assert set(column["geometry_types"]) == {shape.geom_type for shape in shapes}
    assert column["bbox"] == pytest.approx(shapely.total_bounds(shapes).tolist())
    boxes = np.array([list(each.values()) for each in rows["bbox"].to_pylist()])
    assert boxes == pytest.approx(shapely.bounds(shapes))
    if KINDS[house.site.catalog.layers[layer].kind].vector:
        assert rows["id"].to_pylist() == list(geojson(house, layer))


# Cells


@pytest.mark.parametrize("layer", CELLS)
def test_a_geotiff_is_cloud_optimised_by_a_foreign_judge(
    house: Any, layer: str, tmp_path: Path
) -> None:
    whole, errors, warnings = cog_validate(
        saved(house, layer, "tif", tmp_path), strict=True, quiet=True
    )
    assert (whole, errors, warnings) == (True, [], [])


def test_value_and_spread_are_bands_in_the_unit_of_the_quantity(house: Any) -> None:
    with opened(house, "dose-rate") as dataset:
        assert dataset.descriptions == (
            "mean", "sd", "exceedance_150", "uncertainty", "support", "mu", "sigma",
        )  # fmt: skip
        assert dataset.units == ("nSv/h", "nSv/h", "1", "1", "1", "ln(nSv/h)", "ln(nSv/h)")
        tags = dataset.tags()
        assert tags["notice"] == "simulated"
        for name in ("method", "parameters", "input_hash", "unit", "noise_sigma", "attribution"):
            assert tags[name], name
        assert json.loads(tags["parameters"])["transform"] == "log"
        info = house.site.store.surface("dose-rate")
        assert tags["input_hash"] == info.input_hash
        assert tags["version"] == info.token


@pytest.fixture(scope="module")
def written_cells(house: Any) -> dict[tuple[float, float], dict[str, str]]:
    """The rows of the dose rate by their places."""
    return {(float(row["lon"]), float(row["lat"])): row for row in table(house, "dose-rate")}


@pytest.mark.parametrize("place", [(69.3, 41.3), (66.9, 48.0), (76.9, 43.3)])
def test_click_geotiff_and_table_tell_one_truth(
    house: Any, written_cells: Any, place: tuple[float, float]
) -> None:
    point = house.json(f"/api/v1/point?lon={place[0]}&lat={place[1]}")
    entry = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    told = {each["name"]: each["value"] for each in entry["values"]}
    with opened(house, "dose-rate") as dataset:
        x, y = (float(v) for v in mercator(*place))
        row, col = dataset.index(x, y)
        cell = dict(zip(dataset.descriptions, dataset.read()[:, row, col].tolist(), strict=True))
        centre = lonlat(*(np.array([v]) for v in dataset.xy(row, col)))
    lon, lat = (round(float(v[0]), 6) for v in centre)
    written = written_cells[lon, lat]
    for name in ("mean", "sd"):
        assert cell[name] == pytest.approx(told[name], rel=1e-6)
        assert float(written[name]) == pytest.approx(told[name], rel=1e-6)
    assert written["unit"] == "nSv/h"


@pytest.mark.parametrize("layer", CELLS[1:])
def test_a_table_has_a_row_for_each_cell_with_a_value_and_no_other(house: Any, layer: str) -> None:
    with opened(house, layer) as dataset:
        known = int((~np.isnan(dataset.read(1))).sum())
    rows = table(house, layer)
    assert len(rows) == known > 100
    assert len({row["id"] for row in rows}) == known


def test_the_file_of_a_raster_shows_the_cells_of_its_tiles(house: Any) -> None:
    with opened(house, "own-raster") as dataset:
        for lon, lat in ((69.33, 41.27), (72.12, 39.44), (62.01, 44.9)):
            x, y = (float(v) for v in mercator(lon, lat))
            value = float(next(dataset.sample([(x, y)]))[0])
            point = house.json(f"/api/v1/point?lon={lon}&lat={lat}")
            entry = next(each for each in point["layers"] if each["layer"] == "own-raster")
            assert value == entry["values"][0]["value"]


def test_too_many_cells_are_no_table_but_a_raster(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_of_files, "MOST_ROWS", 100)
    answer = house.get(f"/files/temperature/latest/{HOURS[0]}.csv")
    assert answer.status_code == 413
    assert "take the layer as .tif" in answer.json["detail"]
    assert house.get(f"/files/temperature/latest/{HOURS[0]}.tif").status_code == 200


# Columns


@pytest.mark.parametrize("hour", HOURS)
def test_columns_for_the_page_say_of_stations_what_geojson_says(house: Any, hour: str) -> None:
    said = house.json(f"/files/stations/latest/{hour}.json")
    count = len(said["lon"])
    assert count > 1
    assert said["same"]["unit"] == "nSv/h"
    assert "value" in said["each"]
    rows = [
        (x, y, said["same"] | {name: column[i] for name, column in said["each"].items()})
        for i, (x, y) in enumerate(zip(said["lon"], said["lat"], strict=True))
    ]
    features = house.json(f"/files/stations/latest/{hour}.geojson")["features"]
    assert rows == [(*f["geometry"]["coordinates"], f["properties"]) for f in features]


def test_columns_are_one_document_packed_or_not_and_only_of_what_is_kept(house: Any) -> None:
    path = path_of("stations", "json")
    plain = house.get(path)
    packed = house.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for answer, encoding in ((plain, "identity"), (packed, "gzip")):
        known = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": encoding}
        assert house.get(path, headers=known).status_code == 304
    # What was made is given out under the present version alone.
    assert house.get(f"/files/stations/0123456789/{NEWEST}.json").status_code == 410
    assert house.get("/files/earthquakes/latest/static.json").status_code == 400


# A globe


def test_a_globe_shows_features_in_the_colours_of_their_classes(house: Any) -> None:
    root, archive = document(house.get(path_of("stations", "kmz")).data)
    held = geojson(house, "stations")
    legend = house.json("/tilejson/stations.json")["legend"]
    styles = {each.get("id"): each for each in root.iter(f"{KML}Style")}
    placemarks = root.findall(f".//{KML}Placemark")
    assert len(placemarks) == len(held)
    for placemark in placemarks:
        data = {d.get("name"): d.findtext(f"{KML}value") for d in placemark.iter(f"{KML}Data")}
        feature = held[data["id"]]
        assert data["data_notice"] == "simulated"
        style = styles[(placemark.findtext(f"{KML}styleUrl") or "").removeprefix("#")]
        ink = style.findtext(f"{KML}IconStyle/{KML}color") or ""
        colour = f"#{ink[6:8]}{ink[4:6]}{ink[2:4]}".upper()
        value = feature["properties"]["value"]
        known = [
            e["colour"].upper()
            for e in legend
            if value is not None
            and (e["low"] is None or value >= e["low"])
            and (e["high"] is None or value < e["high"])
        ]
        assert known in ([colour], [])
        assert placemark.findtext(f"{KML}TimeSpan/{KML}begin") == data["begin_time"]
    assert set(archive.namelist()) == {"doc.kml", "symbol.png", "legend.png"}
    assert "simulated" in (root.findtext(f".//{KML}Document/{KML}name") or "")
    said = root.findtext(f".//{KML}Document/{KML}description") or ""
    for language in messages.LANGUAGES:
        assert messages.text("context.simulated", language) in said


def test_a_globe_fetches_nothing_from_another_place(house: Any) -> None:
    for layer in house.site.catalog.layers.values():
        if "kmz" not in offered(layer):
            continue
        root, archive = document(house.get(path_of(layer.id, "kmz")).data)
        for href in root.iter(f"{KML}href"):
            assert href.text in archive.namelist()


@pytest.mark.parametrize("layer", CELLS)
def test_cells_are_pictures_that_come_with_nearness(house: Any, layer: str) -> None:
    root, archive = document(house.get(path_of(layer, "kmz")).data)
    overlays = root.findall(f".//{KML}GroundOverlay")
    style = house.site.catalog.layers[layer].styles[0].id
    levels = set()
    for overlay in overlays:
        level, row, col = map(int, (overlay.findtext(f"{KML}name") or "").split("/"))
        levels.add(level)
        body = archive.read(overlay.findtext(f"{KML}Icon/{KML}href") or "")
        tile = house.get(f"/wmts/{layer}/{style}/current/WorldCRS84Quad/{level}/{row}/{col}.png")
        assert body == tile.data
        box = {e.tag.removeprefix(KML): float(e.text or 0) for e in overlay[-1]}
        assert box["north"] - box["south"] == 180 / 2**level == box["east"] - box["west"]
        assert box["west"] == -180 + col * 180 / 2**level
        lods = [overlay.findtext(f".//{KML}{n}LodPixels") for n in ("min", "max")]
        assert lods[0] == ("0" if level == 0 else "128")
    assert levels == set(range(max(levels) + 1))
    assert max(levels) > 1


def test_a_style_chooses_the_pictures(house: Any) -> None:
    mean = house.get(path_of("dose-rate", "kmz"))
    other = house.get(path_of("dose-rate", "kmz") + "?style=sd")
    assert mean.data != other.data
    assert mean.headers["ETag"] != other.headers["ETag"]
    assert house.get(path_of("dose-rate", "kmz") + "?style=mean").data == mean.data


def test_a_link_leads_to_the_newest_again_and_again(house: Any) -> None:
    for layer in ("stations", "dose-rate"):
        answer = house.get(f"/files/{layer}/latest/live.kmz")
        root, _ = document(answer.data)
        href = root.findtext(f".//{KML}NetworkLink/{KML}Link/{KML}href") or ""
        assert root.findtext(f".//{KML}refreshMode") == "onInterval"
        assert int(root.findtext(f".//{KML}refreshInterval") or 0) >= 60
        newest = house.get(href.removeprefix("http://localhost"))
        assert newest.data == house.get(path_of(layer, "kmz")).data


@schemas.needed
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "earthquakes", "dose-rate"])
def test_kml_is_valid_by_the_published_schema(house: Any, layer: str, tmp_path: Path) -> None:
    for name in ("latest", "live"):
        body = house.get(f"/files/{layer}/latest/{name}.kmz").data
        text = document(body)[1].read("doc.kml")
        assert schemas.complaints(text, "kml", tmp_path) == ""


# Styles of QGIS


def test_rules_choose_the_colour_that_the_legend_has(house: Any, layer_id: str) -> None:
    layer = house.site.catalog.layers[layer_id]
    if "qml" not in offered(layer):
        return
    for style in layer.styles:
        answer = house.get(f"{path_of(layer_id, 'qml')}?style={style.id}")
        root = ET.fromstring(answer.data.split(b"\n", 1)[1])
        classes = list(_items(root, style.measure))
        legend = house.site.tiler.legend(layer_id, style.id)
        numbers = [n for b in style.breaks for n in (math.nextafter(b, -9e9), b, b + 1e-3)]
        for value in numbers if legend else []:
            expected = next(
                e.colour.lower()
                for e in legend
                if (e.low is None or value >= e.low) and (e.high is None or value < e.high)
            )
            assert next(ink for holds, ink in classes if holds(value)) == expected
        assert len(classes) >= len(legend)


def _items(root: Any, measure: str) -> Iterator[tuple[Any, str]]:
    """Conditions and colours in the order in which QGIS looks at them."""
    for item in root.iter("item"):
        edge = float(item.get("value"))
        yield (lambda value, edge=edge: value <= edge), item.get("color")
    symbols = {each.get("name"): each for each in root.iter("symbol")}
    for rule in root.findall("renderer-v2/rules/rule"):
        words = rule.get("filter", "ELSE")
        props = {p.get("k"): p.get("v") for p in symbols[rule.get("symbol")].iter("prop")}
        key = "outline_color" if props.get("style") == "no" else "color"
        ink = props.get(key) or props["line_color"]
        colour = "#{:02x}{:02x}{:02x}".format(*map(int, ink.split(",")[:3]))
        terms = re.findall(r'"([^"]+)" (>=|<) (\S+)', words)
        assert words == "ELSE" or f'"{measure}" IS NOT NULL' in words
        assert {name for name, _, _ in terms} <= {measure}

        def holds(value: float, terms: Any = terms, words: str = words) -> bool:
            return words != "ELSE" and all(
                value >= float(edge) if how == ">=" else value < float(edge)
                for _, how, edge in terms
            )

        yield holds, colour


def test_a_geopackage_holds_the_styles_for_qgis(house: Any, tmp_path: Path) -> None:
    path = saved(house, "seismic-zones", "gpkg", tmp_path)
    meta, _, _, fields = pyogrio.raw.read(path, layer="layer_styles")
    held = dict(zip(meta["fields"], fields, strict=True))
    assert list(held["styleName"]) == ["default", "outline"]
    assert list(held["useAsDefault"]) == [True, False]
    assert set(held["f_table_name"]) == {"seismic-zones"}
    for name, text in zip(held["styleName"], held["styleQML"], strict=True):
        assert text == house.get(f"{path_of('seismic-zones', 'qml')}?style={name}").text


def test_the_style_of_a_measure_names_its_band(house: Any) -> None:
    with opened(house, "dose-rate") as dataset:
        names = dataset.descriptions
    for style, band in (("mean", "mean"), ("sd", "sd"), ("exceedance", "exceedance_150")):
        text = house.get(f"{path_of('dose-rate', 'qml')}?style={style}").text
        found = re.search(r'band="(\d+)"', text)
        assert found
        assert names[int(found[1]) - 1] == band


def test_a_maplibre_style_has_the_tiles_and_the_colours_of_the_layer(
    house: Any, layer_id: str
) -> None:
    layer = house.site.catalog.layers[layer_id]
    for style in layer.styles:
        found = house.json(f"/styles/{layer_id}/{style.id}.json")
        tiles = house.json(f"/tilejson/{layer_id}.json?style={style.id}")
        assert found["version"] == 8
        source = found["sources"][layer_id]
        assert source["tiles"] == tiles["tiles"]
        vector = KINDS[layer.kind].vector
        assert source["type"] == ("vector" if vector else "raster")
        assert found["layers"]
        assert {each["source"] for each in found["layers"]} == {layer_id}
        ids = [each["id"] for each in found["layers"]]
        assert len(ids) == len(set(ids))
        if not vector or style.palette is None:
            continue
        for each in found["layers"]:
            assert each["source-layer"] == layer_id
            if each["type"] == "symbol":
                continue  # letters: dark or white, whatever the class
            colour = each["paint"][f"{each['type']}-color"]
            assert (colour[0], colour[2][1]) == ("case", ["get", style.measure])
            # The first colour, then each break with the colour from it on.
            steps = colour[2][2:]
            assert tuple(steps[1::2]) == style.breaks
            legend = [e.colour for e in house.site.tiler.legend(layer_id, style.id)]
            assert steps[0::2] == legend


def test_a_maplibre_style_of_an_hour_names_its_tiles(house: Any) -> None:
    found = house.json(f"/styles/dose-rate/mean.json?time={HOURS[0]}")
    assert HOURS[0] in found["sources"]["dose-rate"]["tiles"][0]
    assert found["metadata"]["time"] == HOURS[0]
    assert found["metadata"]["notice"] == "simulated"


# How they are sent


def test_a_table_begins_with_a_mark_where_one_is_asked_for(house: Any) -> None:
    plain = house.get(path_of("stations", "csv"))
    marked = house.get(path_of("stations", "csv") + "?bom=1")
    assert marked.data == b"\xef\xbb\xbf" + plain.data
    assert marked.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "Тошкент" in plain.text or "Ташкент" in plain.text


def test_a_table_is_sent_packed_to_those_who_take_it(house: Any) -> None:
    path = path_of("stations", "csv")
    plain = house.get(path)
    packed = house.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    part = house.get(path, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, plain.data[:10])


@pytest.mark.parametrize(("layer", "suffix"), [("dose-rate", "tif"), ("stations", "fgb")])
def test_parts_of_a_file_are_of_one_version(house: Any, layer: str, suffix: str) -> None:
    path = path_of(layer, suffix)
    whole = house.get(path)
    tag = whole.headers["ETag"]
    for known, status in ((tag, 206), ('"another"', 200)):
        part = house.get(path, headers={"Range": "bytes=16-31", "If-Range": known})
        assert part.status_code == status
        assert part.data == (whole.data[16:32] if status == 206 else whole.data)
    head = house.client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(whole.data)
    assert head.headers["Accept-Ranges"] == "bytes"
    assert house.get(path, headers={"If-None-Match": tag}).status_code == 304
    beyond = house.get(path, headers={"Range": "bytes=999999999-"})
    assert (beyond.status_code, beyond.mimetype) == (416, "application/problem+json")
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.data)}"
    assert whole.headers["Content-Location"].endswith(f"/{NEWEST}.{suffix}")
    fixed = house.get(whole.headers["Content-Location"])
    assert fixed.data == whole.data
    assert "immutable" in fixed.headers["Cache-Control"]


def test_style_and_data_have_names_by_which_qgis_finds_one_for_the_other(house: Any) -> None:
    names = {
        house.get(path_of("dose-rate", suffix)).headers["Content-Disposition"].rpartition(".")[0]
        for suffix in ("tif", "qml")
    }
    assert len(names) == 1


# Made once


def kept(tmp_path: Path, limit: int = 1 << 20) -> Kept:
    return Kept(tmp_path / "files", tmp_path / "lock", limit)


def test_a_file_is_made_once_for_all_who_ask_at_once(tmp_path: Path) -> None:
    made, begun, go_on = [], threading.Event(), threading.Event()

    def make(path: Path) -> None:
        begun.set()
        go_on.wait(10)
        made.append(path)
        path.write_text("whole")

    files = kept(tmp_path)
    found: list[Path] = []
    asking = [
        threading.Thread(target=lambda: found.append(files.file("a/1/x.csv", make)))
        for _ in range(4)
    ]
    for each in asking:
        each.start()
    assert begun.wait(10)
    assert not (tmp_path / "files" / "a" / "1" / "x.csv").exists()
    go_on.set()
    for each in asking:
        each.join()
    assert len(made) == 1
    assert {path.read_text() for path in found} == {"whole"}
    other = kept(tmp_path)
    assert other.file("a/1/x.csv", make) == found[0]
    assert len(made) == 1


def test_what_fails_leaves_nothing_and_is_tried_again(tmp_path: Path) -> None:
    files = kept(tmp_path)

    def full(path: Path) -> None:
        path.write_text("a half")
        raise OSError(28, "no space")

    with pytest.raises(UnavailableError):
        files.file("a/1/x.csv", full)
    assert [p for p in (tmp_path / "files").rglob("*") if p.is_file()] == []
    assert files.file("a/1/x.csv", lambda p: p.write_text("x") and None).read_text() == "x"


def test_the_least_used_files_go_above_the_limit(tmp_path: Path) -> None:
    files = kept(tmp_path, limit=2_500)
    for name in "abc":
        files.file(f"l/{name}/x.csv", lambda p: p.write_bytes(b"x" * 1_000) and None)
    there = sorted(p.parent.name for p in (tmp_path / "files").glob("l/*/*"))
    assert there == ["b", "c"]
    files.file("l/b/x.csv", lambda p: pytest.fail("it is there"))
    files.file("l/d/x.csv", lambda p: p.write_bytes(b"x" * 1_000) and None)
    assert sorted(p.parent.name for p in (tmp_path / "files").glob("l/*/*")) == ["b", "d"]
    files.file("l/e/x.csv", lambda p: p.write_bytes(b"x" * 9_000) and None)
    assert [p.parent.name for p in (tmp_path / "files").glob("l/*/*")] == ["e"]


def test_too_many_makers_are_told_to_come_again(tmp_path: Path) -> None:
    files, go_on = kept(tmp_path), threading.Event()
    refused: list[str] = []

    def ask(name: str) -> None:
        try:
            files.file(f"l/{name}/x.csv", lambda p: go_on.wait(60) and p.write_text("x") and None)
        except BusyError:
            refused.append(name)

    asking = [threading.Thread(target=ask, args=(str(n),)) for n in range(8)]
    for each in asking:
        each.start()
    wait_for(lambda: len(refused) >= 4)
    go_on.set()
    for each in asking:
        each.join()
    assert len(refused) == 4


def test_a_version_that_is_gone_is_gone_in_every_format(house: Any, layer_id: str) -> None:
    layer = house.site.catalog.layers[layer_id]
    for suffix in offered(layer):
        if suffix == "qml":
            continue
        time = "latest" if KINDS[layer.kind].timed or layer_id == "own-hours" else "static"
        answer = house.get(f"/files/{layer_id}/0123456789/{time}.{suffix}")
        assert answer.status_code in (404, 410), (suffix, answer.status_code)


@pytest.mark.parametrize("suffix", ["csv", "gpkg", "fgb", "parquet", "kmz", "geojson"])
def test_a_layer_without_features_is_a_file_without_rows(own: Any, suffix: str) -> None:
    answer = own.get(f"/files/faults/latest/static.{suffix}")
    assert answer.status_code == 200, answer.text
    if suffix == "csv":
        assert answer.data.count(b"\n") == 1
    elif suffix == "kmz":
        assert document(answer.data)[0].find(f".//{KML}Placemark") is None
    elif suffix == "parquet":
        assert parquet.read_table(io.BytesIO(answer.data)).num_rows == 0


@pytest.mark.parametrize("layer", ["stations", "temperature"])
def test_a_file_that_was_deleted_is_made_again_byte_by_byte(house: Any, layer: str) -> None:
    """A download is taken up by its entity tag, whoever made the file in between."""
    folder = house.site.settings.data_dir / "cache" / "files" / layer
    for suffix in offered(house.site.catalog.layers[layer]):
        path = path_of(layer, suffix)
        first = house.get(path)
        for file in folder.rglob(f"*.{suffix}"):
            file.unlink()
        again = house.get(path)
        assert again.data == first.data, suffix
        assert again.headers["ETag"] == first.headers["ETag"]


def test_a_version_that_was_taken_back_is_not_given_away_from_the_disk(own: Any) -> None:
    """What a correction or a change of release has taken back stays so, made file or not."""
    table = "station_code,time,averaging,quantity,value,unit\n"
    row = "KZ1,2026-11-20T0{}:00:00Z,PT1H,ambient_dose_rate,{},nSv/h\n"
    own.ingest("a.csv", (table + row.format(6, 100)).encode())
    first = own.get("/files/stations/latest/2026-11-20T06:00:00Z.csv")
    assert first.status_code == 200
    fixed = first.headers["Content-Location"]
    assert own.get(fixed).data == first.data
    own.ingest("b.csv", (table + row.format(6, 120)).encode())
    assert own.get(fixed).status_code == 410
    assert own.get("/files/stations/latest/2026-11-20T06:00:00Z.csv").data != first.data


def test_a_title_that_changes_makes_another_file(house: Any) -> None:
    layer = house.site.catalog.layers["stations"]
    wanted = Wanted(layer, layer.styles[0], "csv", "0123456789", None, "simulated", "simulated")
    other = replace(wanted, layer=replace(layer, attribution="Another"))
    assert wanted.tag != other.tag
    assert wanted.path != replace(wanted, suffix="gpkg").path


def test_the_symbol_of_a_globe_is_a_picture(house: Any) -> None:
    _, archive = document(house.get(path_of("stations", "kmz")).data)
    with Image.open(io.BytesIO(archive.read("symbol.png"))) as icon:
        assert icon.size == (32, 32)
