"""Adding a layer is one entry: every face is asked, by the application's own list of addresses."""

import io
import json
import tempfile
import zipfile
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import rasterio
from click.testing import CliRunner
from PIL import Image
from pyarrow import parquet
from werkzeug.routing import Rule

from layers.exchange import flatgeobuf, geopackage, geoparquet, kml
from layers.files import MEDIA_TYPES, offered
from layers.kinds import KINDS, is_timed
from mapserver.cli import main
from tests.mapserver.conftest import hours_of

LON, LAT = 69.3, 41.3
ZOOM, COL, ROW = 6, 44, 23
NO_FACE = {
    "/static/<path:name>": "files of the page, not of a layer",
    "/favicon.ico": "a picture of the site",
    "/healthz": "of the process",
    "/readyz": "of the process",
    "/metrics": "of the processes",
    "/sta/v1.1": "of what kinds of entities there are",
    "/sta/v1.1/<path:resource>": "of stations and their values, whatever layers show",
    "/api/v1/events": "that there is something new, in a stream without end",
    "/api/v1/series": "of one station",
    "/api/v1/usual": "of one station",
    "/api/v1/summary": "of the state of the network, in words",
    "/api/v1/screening": "of candidate sites; test_screening asks it what layers say of them",
    "/feeds/alarms.atom": "of alarms",
    "/map.<image>": "a picture of the layers that it is asked for; test_map_pictures walks them",
    "/sw.js": "a script of the page",
    "/words/<name>": "texts of the page",
    "/glyphs/<fontstack>/<leaf>": "letters that styles write with",
}
OF_PEOPLE = ("/lite", "/meaning", "/words", "/screening", "/screening/sheet")
"""Ends of the addresses of pages about something else, and of the one with a single picture."""
"""Addresses that tell nothing of layers. Whatever is not listed here must tell of every layer."""
QUERY = {"/api/v1/point": [f"lon={LON}&lat={LAT}"]}
WMS = "SERVICE=WMS&VERSION=1.3.0&REQUEST="
BOX = f"CRS=CRS:84&BBOX={LON - 1},{LAT - 1},{LON + 1},{LAT + 1}&WIDTH=256&HEIGHT=256"
WITHOUT_LEGEND = {
    "/current.json": "versions and times only",
    "/api/v1/point": "values only",
    "/files/<layer>/<version>/<name>": "data only",
    "/tiles/<layer>/<style>/<version>/<time>/<zoom>/<col>/<leaf>": "pictures only",
    "/stac": "data only",
    "/stac/<layer>": "data only",
    "/stac/<layer>/<name>": "data only",
    "/wms": "pictures of legends",
    "/wmts": "pictures of legends",
    "/wmts/1.0.0/WMTSCapabilities.xml": "pictures of legends",
    "/wmts/<layer>/<style>/<time>/<matrix_set>/<matrix>/<row>/<image_leaf>": "pictures only",
    "/wmts/<layer>/<style>/<time>/<matrix_set>/<matrix>/<row>/<col>/<pixel_row>/<info_leaf>": (
        "values only"
    ),
}
TILES_ONLY = ("basemap", "hazard", "scenario")
WITHOUT_VALUES = "basemap"
"""The kind that a click says nothing of."""


def faces(app: Any) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.rule not in NO_FACE
        and not rule.rule.endswith(OF_PEOPLE)
        # tests/mapserver/ogcapi/test_every_layer.py walks every layer through these
        and not rule.rule.startswith("/ogcapi")
    ]


def definition(house: Any, layer_id: str) -> Any:
    return house.site.catalog.layers[layer_id]


def words(house: Any, rule: Rule, layer_id: str) -> list[dict[str, str]]:
    """The words to fill an address with: every format that a layer is offered in."""
    layer = definition(house, layer_id)
    kind = KINDS[layer.kind]
    common = {
        "layer": layer_id,
        "version": "latest",
        "time": "latest",
        "zoom": str(ZOOM),
        "col": str(COL),
        "matrix": str(ZOOM),
        "row": str(ROW),
        "pixel_row": "128",
    }
    many_sets = [
        {"matrix_set": "WebMercatorQuad"},
        {"matrix_set": "WorldCRS84Quad", "matrix": "5", "row": "8"},
    ]
    many: list[dict[str, str]] = [{}]
    if "leaf" in rule.arguments:
        formats = ["png", "webp", "mvt"] if kind.vector else ["png", "webp"]
        many = [{"style": s.id, "leaf": f"{ROW}.{f}"} for s in layer.styles for f in formats]
    elif "image_leaf" in rule.arguments:
        styles = [layer.styles[0].id, layer.styles[-1].id]
        many = [
            {**each, "style": style, "image_leaf": f"{COL}.png"}
            for style, each in zip(styles, many_sets, strict=True)
        ]
    elif "info_leaf" in rule.arguments:
        if layer.kind == WITHOUT_VALUES:
            return []
        many = [
            {**each, "style": layer.styles[0].id, "info_leaf": f"128.{suffix}"}
            for each in many_sets
            for suffix in ("json", "txt")
        ]
    elif rule.rule.startswith("/styles/"):
        many = [{"style": s.id} for s in layer.styles]
    elif rule.rule.startswith("/stac/"):
        if layer.kind != "surface":
            return []
        many = [{"name": "items.json"}, {"name": "latest.json"}]
    elif "name" in rule.arguments:
        many = [{"name": f"latest.{suffix}"} for suffix in offered(layer)]
        assert bool(many) != (layer.kind in TILES_ONLY)
    return [{**common, **each} for each in many]


def queries(rule: Rule, layer_id: str) -> list[str]:
    if rule.rule == "/wmts":
        tile = f"TILEMATRIXSET=WebMercatorQuad&TILEMATRIX={ZOOM}&TILEROW={ROW}&TILECOL={COL}"
        requests = ["GetCapabilities", f"GetTile&LAYER={layer_id}&FORMAT=image/png&{tile}"]
        return [f"SERVICE=WMTS&VERSION=1.0.0&REQUEST={request}" for request in requests]
    if rule.rule != "/wms":
        return QUERY.get(rule.rule, [""])
    map_of = f"LAYERS={layer_id}&TRANSPARENT=TRUE&FORMAT=image/png&{BOX}"
    info = f"QUERY_LAYERS={layer_id}&I=128&J=128&INFO_FORMAT=application/json&{map_of}"
    requests = ["GetCapabilities", f"GetMap&{map_of}", f"GetLegendGraphic&LAYER={layer_id}"]
    if layer_id not in ("basemap", "night"):
        requests.append(f"GetFeatureInfo&{info}")
    return [WMS + request for request in requests]


def asked(house: Any, rule: Rule, layer_id: str) -> list[tuple[str, Any]]:
    """The answers of one address for one layer."""
    if rule.rule == "/stac" and definition(house, layer_id).kind != "surface":
        return []
    if "layer" not in rule.arguments:
        paths = [rule.rule]
    else:
        paths = []
        for filled in words(house, rule, layer_id):
            unknown = rule.arguments - filled.keys()
            assert not unknown, f"say in this test how {rule.rule} is filled: {unknown}"
            built = rule.build({k: filled[k] for k in rule.arguments}, append_unknown=False)
            assert built is not None
            paths.append(built[1])
    return [
        (f"{path}?{query}", house.get(path, query_string=query))
        for path in paths
        for query in queries(rule, layer_id)
    ]


def has_data(body: bytes, media_type: str, layer_id: str) -> bool:
    """Whether there is anything of the layer in an answer."""
    if media_type.startswith("image/tiff"):
        with rasterio.open(io.BytesIO(body)) as dataset:
            return bool(np.isfinite(dataset.read(1)).any())
    if media_type.startswith("image/"):
        pixels = np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))
        return bool((pixels[..., 3] > 0).any())
    if media_type == "application/vnd.mapbox-vector-tile":
        return bool(mapbox_vector_tile.decode(body)[layer_id]["features"])
    if media_type == "application/geo+json":
        document = json.loads(body)
        return bool(document["features"] if "features" in document else document["assets"])
    if media_type == geoparquet.MEDIA_TYPE:
        return parquet.read_table(io.BytesIO(body))["data_layer"][0].as_py() == layer_id
    if media_type in (geopackage.MEDIA_TYPE, flatgeobuf.MEDIA_TYPE):
        suffix = ".gpkg" if media_type == geopackage.MEDIA_TYPE else ".fgb"
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(body)
            file.flush()
            return pyogrio.read_info(file.name, layer=layer_id)["features"] > 0
    if media_type == kml.MEDIA_TYPE:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"GroundOverlay" in (text := archive.read("doc.kml")) or b"Placemark" in text
    if media_type == MEDIA_TYPES["qml"]:
        return b"<symbol " in body or b"<item " in body
    return layer_id in body.decode()


def test_every_layer_has_an_id_a_legend_and_data_in_every_face(house: Any, layer_id: str) -> None:
    layer = definition(house, layer_id)
    seen = 0
    for rule in faces(house.app):
        for path, answer in asked(house, rule, layer_id):
            assert answer.status_code == 200, (path, answer.text)
            if not (rule.rule == "/api/v1/point" and layer.kind == WITHOUT_VALUES):
                assert has_data(answer.data, answer.mimetype, layer_id), path
            seen += 1
            if rule.rule in WITHOUT_LEGEND:
                continue
            text = answer.text
            # TileJSON tells of one style, and takes the first where none is named.
            styles = layer.styles[:1] if "layer" in rule.arguments else layer.styles
            if rule.rule.startswith("/styles/"):
                styles = [each for each in layer.styles if path.endswith(f"/{each.id}.json?")]
            for style in styles:
                if style.palette is not None:
                    colours = style.palette.colours[: len(style.breaks) + 1]
                    assert len(colours) > 1
                    for entry in house.site.tiler.legend(layer_id, style.id):
                        assert entry.colour in text, (path, style.id, entry)
    assert seen >= 9


def test_the_faces_that_tell_nothing_of_layers_exist(house: Any) -> None:
    rules = {rule.rule for rule in house.app.url_map.iter_rules()}
    assert NO_FACE.keys() | WITHOUT_LEGEND.keys() | QUERY.keys() <= rules


def test_a_click_finds_something_of_every_layer(house: Any, layer_id: str) -> None:
    layer = definition(house, layer_id)
    found = house.json(f"/api/v1/point?lon={LON}&lat={LAT}")
    entry = next((e for e in found["layers"] if e["layer"] == layer_id), None)
    if layer.kind == WITHOUT_VALUES:
        assert entry is None
        return
    assert entry is not None
    if layer_id in ("dose-rate", "own-raster", "own-zones", "sites", "temperature"):
        assert entry["known"] is True, entry
        assert entry["values"] or entry["features"]


def test_a_layer_with_times_lists_them_newest_last_in_tilejson_and_current(
    house: Any, layer_id: str
) -> None:
    layer = definition(house, layer_id)
    described = house.json(f"/tilejson/{layer_id}.json")
    current = next(e for e in house.json("/current.json")["layers"] if e["id"] == layer_id)
    if is_timed(layer):
        hours = hours_of(layer_id)
        assert described["times"] == hours
        assert [each["time"] for each in current["times"]] == hours
        assert described["time"] == hours[-1]
    else:
        assert described["times"] == []
        assert [each["time"] for each in current["times"]] == ["static"]
        assert described["time"] == "static"
    newest = current["times"][-1]["versions"]
    assert newest.keys() == {style.id for style in layer.styles}
    assert described["data_version"] == newest[layer.styles[0].id]
    assert described["tilejson"] == "3.0.0"


def test_tilejson_names_tiles_that_are_there_and_never_change(house: Any, layer_id: str) -> None:
    described = house.json(f"/tilejson/{layer_id}.json")
    for template in [*described["tiles"], *described.get("raster_tiles", ())]:
        path = template.format(z=ZOOM, x=COL, y=ROW).removeprefix("http://localhost")
        answer = house.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert has_data(answer.data, answer.mimetype, layer_id)
    if KINDS[definition(house, layer_id).kind].vector:
        decoded = mapbox_vector_tile.decode(
            house.get(
                described["tiles"][0].format(z=ZOOM, x=COL, y=ROW).removeprefix("http://localhost")
            ).data
        )
        fields = described["vector_layers"][0]["fields"].keys()
        for feature in decoded[layer_id]["features"]:
            assert feature["properties"].keys() <= fields


def test_the_page_carries_every_layer_with_its_styles_in_every_language(house: Any) -> None:
    for language in ("kk", "uz", "ru", "en"):
        page = house.get(f"/{language}").text
        for layer in house.site.catalog.layers.values():
            title = layer.titles.get(language, layer.title)
            assert json.dumps(title, ensure_ascii=False)[1:-1] in page, (language, layer.id)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_there_is_was_added_by_one_entry(house: Any, kind: str) -> None:
    default = {"basemap", "dose-rate", "seismic-zones", "faults", "earthquakes", "stations"}
    added = [e for e in house.site.catalog.layers.values() if e.id not in default]
    assert any(layer.kind == kind for layer in added)


def test_every_entry_is_in_the_list_of_the_command(house: Any) -> None:
    done = CliRunner().invoke(
        main, ["catalog", "list", "--catalog", str(house.site.settings.catalog)]
    )
    assert done.exit_code == 0
    for layer in house.site.catalog.layers.values():
        assert any(line.startswith(layer.id) for line in done.output.splitlines())
