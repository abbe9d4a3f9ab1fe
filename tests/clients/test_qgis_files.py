"""QGIS reads tiles, vector tiles, features and files, and draws tiles by WMTS."""

from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from layers.geo import mercator
from layers.views import QUADS
from tests.clients.desk import BOX, HERE, SIZE, Qgis, marks
from tests.clients.pictures import alike, own, pixels, rgba, surface
from tests.clients.worlds import TIMELESS, World

pytestmark = marks
METRES = [5_009_377.0, 4_383_205.0, 7_513_065.0, 6_261_721.0]
"""Four by three tiles of zoom 6."""


@pytest.mark.sees(TIMELESS)
def test_tiles_are_a_layer_of_the_map(world: World, qgis: Qgis) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    seen = set()
    for at in (times[-1], times[-7]):
        template = world.json(f"/tilejson/dose-rate.json?time={at}")["tiles"][0]
        uri = f"type=xyz&url={template}&zmin=0&zmax=7"
        drawn = rgba(qgis("picture", "wms", uri, box=METRES, size=[1024, 768], crs="EPSG:3857"))
        words = {"CRS": "EPSG:3857", "BBOX": ",".join(map(str, METRES)), "TIME": at}
        alike(drawn, own(world, **words, WIDTH="1024", HEIGHT="768"), 0.98)
        seen.add(drawn.tobytes())
    assert len(seen) == 2


def test_vector_tiles_are_drawn_where_the_stations_are(world: World, qgis: Qgis) -> None:
    template = world.json("/tilejson/stations.json")["tiles"][0]
    x, y = (float(v) for v in mercator(*HERE))
    box = [x - 4e4, y - 4e4, x + 4e4, y + 4e4]
    uri = f"type=xyz&url={template}&zmin=0&zmax=9"
    drawn = rgba(qgis("picture", "vectortile", uri, box=box, size=[200, 200], crs="EPSG:3857"))
    held = world.json("/files/stations/latest/latest.geojson")["features"]
    inside = 0
    for each in held:
        px, py = (float(v) for v in mercator(*each["geometry"]["coordinates"][:2]))
        col, row = (px - box[0]) / 400, (box[3] - py) / 400
        if 8 < col < 192 and 8 < row < 192:
            inside += 1
            assert drawn[int(row) - 2 : int(row) + 3, int(col) - 2 : int(col) + 3, 3].any()
    assert inside > 0
    assert (drawn[..., 3] > 0).mean() < 0.2


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_every_feature_of_a_file_is_read(world: World, qgis: Qgis, layer: str) -> None:
    path = f"/files/{layer}/latest/{'latest' if layer == 'stations' else 'static'}.geojson"
    held = world.json(path)["features"]
    rows = qgis("features", "ogr", f"/vsicurl/{world.url}{path}")
    assert {str(row["id"]) for row in rows} == {str(each["id"]) for each in held}
    assert all(row["wkt"] for row in rows)


@pytest.mark.sees(TIMELESS)
def test_the_geotiff_of_an_hour_has_value_and_spread(world: World, qgis: Qgis) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    uri = f"/vsicurl/{world.url}/files/dose-rate/latest/{at}.tif"
    assert qgis("about", "gdal", uri)["bands"] >= 2
    x, y = (float(v) for v in mercator(*HERE))
    mean, sd, *_ = qgis("sample", "gdal", uri, point=[x, y])
    told = surface(world.json(f"/api/v1/point?lon={HERE[0]}&lat={HERE[1]}&time={at}"))
    values = {each["name"]: each["value"] for each in told["values"]}
    assert (mean, sd) == pytest.approx((values["mean"], values["sd"]), rel=1e-5)


# WMTS


WAYS = ("/wmts/1.0.0/WMTSCapabilities.xml", "/wmts?SERVICE%3DWMTS%26REQUEST%3DGetCapabilities")


def wmts(world: World, way: str, matrix_set: str = "WebMercatorQuad", **more: str) -> str:
    crs = "EPSG:3857" if matrix_set == "WebMercatorQuad" else "OGC:CRS84"
    words = {"crs": crs, "format": "image/png", "layers": "dose-rate", "styles": "mean"}
    words |= {"tileMatrixSet": matrix_set, **more, "url": world.url + way}
    return "&".join(f"{key}={value}" for key, value in words.items())


@pytest.mark.sees(TIMELESS)
@pytest.mark.parametrize("way", WAYS, ids=["rest", "kvp"])
def test_wmts_is_drawn_at_each_of_its_times(world: World, qgis: Qgis, way: str) -> None:
    times, seen = world.json("/tilejson/dose-rate.json")["times"], set()
    for at in (times[-1], times[-7]):
        uri = wmts(world, way, tileDimensions=f"Time%3D{at}")
        drawn = rgba(qgis("picture", "wms", uri, box=METRES, size=[1024, 768], crs="EPSG:3857"))
        words = {"CRS": "EPSG:3857", "BBOX": ",".join(map(str, METRES)), "TIME": at}
        alike(drawn, own(world, **words, WIDTH="1024", HEIGHT="768"), 0.98)
        seen.add(drawn.tobytes())
    assert len(seen) == 2


def test_wmts_in_degrees_is_the_same_map(world: World, qgis: Qgis) -> None:
    uri = wmts(world, WAYS[0], "WorldCRS84Quad")
    # Tiles of zoom 6 in degrees: a pixel is 180 / 256 / 64 degrees.
    box, size = [59.0625, 39.375, 81.5625, 50.625], [2048, 1024]
    drawn = rgba(qgis("picture", "wms", uri, box=box, size=size, crs="OGC:CRS84"))
    words = {"BBOX": ",".join(map(str, box)), "WIDTH": "2048", "HEIGHT": "1024"}
    alike(drawn, own(world, **words), 0.97)


@pytest.mark.sees(TIMELESS)
def test_a_click_on_a_tile_tells_what_the_point_tells(world: World, qgis: Qgis) -> None:
    """QGIS asks for the hour that was chosen when the layer was added, as its window makes sure."""
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    x, y = (float(v) for v in mercator(*HERE))
    box = [x - 1e5, y - 1e5, x + 1e5, y + 1e5]
    uri = wmts(world, WAYS[1], tileDimensions=f"Time%3D{at}")
    (said,) = qgis("click", "wms", uri, form="text", point=[x, y], box=box, size=[400, 400])
    place = said.splitlines()[0].replace(" E,", "").removesuffix(" N").split()
    lon, lat = map(float, place)
    assert (lon, lat) == pytest.approx(HERE, abs=0.01)
    told = surface(world.json(f"/api/v1/point?lon={lon}&lat={lat}&time={at}"))
    for name in ("mean", "sd"):
        value = next(each["value"] for each in told["values"] if each["name"] == name)
        assert f"{name} = {value:.6g} nSv/h" in said
    assert at in said


# OGC API Features


def oapif(world: World, collection: str, **more: str) -> str:
    words = {"url": f"{world.url}/ogcapi", "typename": collection, **more}
    return " ".join(f"{key}='{value}'" for key, value in words.items())


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_every_feature_of_a_collection_is_read_page_by_page(
    world: World, qgis: Qgis, layer: str
) -> None:
    told = world.json(f"/ogcapi/collections/{layer}/items?limit=10000")["features"]
    rows = qgis("features", "OAPIF", oapif(world, layer, pagingEnabled="true", pageSize="7"))
    assert len(rows) == len(told) > 0
    assert {row["id"] for row in rows} == {each["id"] for each in told}


def test_a_box_of_features_is_read_alone(world: World, qgis: Qgis) -> None:
    uri = oapif(world, "stations", restrictToRequestBBOX="1")
    rows = qgis("features", "OAPIF", uri, box=[66, 40, 70, 43])
    told = world.json("/ogcapi/collections/stations/items?bbox=66,40,70,43")["features"]
    assert {row["id"] for row in rows} == {each["id"] for each in told}
    assert 0 < len(rows) < 96


def test_features_are_drawn_where_they_are(world: World, qgis: Qgis) -> None:
    drawn = rgba(
        qgis("picture", "OAPIF", oapif(world, "faults"), box=BOX, size=SIZE, crs="EPSG:4326")
    )
    expected = own(world, LAYERS="faults", STYLES="default")[..., 3] > 0
    assert expected.any()
    lines = drawn[..., 3] > 0
    assert (lines & expected).sum() > 0.5 * lines.sum() > 10


# Files


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
@pytest.mark.parametrize("form", ["gpkg", "fgb", "kmz", "csv"])
def test_every_kind_of_file_holds_every_feature(
    world: World, qgis: Qgis, layer: str, form: str
) -> None:
    at = "latest" if layer == "stations" else "static"
    path = f"/files/{layer}/latest/{at}"
    held = {str(each["id"]) for each in world.json(f"{path}.geojson")["features"]}
    place = f"/vsicurl/{world.url}{path}.{form}"
    uri = f"/vsizip/{place}/doc.kml" if form == "kmz" else place
    rows = qgis("features", "ogr", uri)
    assert {str(row["id"]) for row in rows} == held
    if form != "csv":
        assert all(row["wkt"] for row in rows)


def fetched(world: World, path: str, kept: Path) -> str:
    """Save a file as a person does, from the address of this world."""
    with urlopen(world.url + path) as answer:
        kept.write_bytes(answer.read())
    return str(kept)


def test_a_geopackage_brings_its_style_along(world: World, qgis: Qgis, tmp_path: Path) -> None:
    kept = fetched(world, "/files/seismic-zones/latest/static.gpkg", tmp_path / "zones.gpkg")
    found = qgis("rules", "ogr", f"{kept}|layername=seismic-zones")
    legend = world.json("/tilejson/seismic-zones.json")["legend"]
    known = [[each["label"], each["colour"].lower()] for each in legend]
    assert found[: len(known)] == known


def test_a_style_beside_a_geotiff_gives_it_the_colours_of_the_tiles(
    world: World, qgis: Qgis, tmp_path: Path
) -> None:
    style = "uncertainty"
    fetched(world, f"/files/dose-rate/latest/latest.qml?style={style}", tmp_path / "dose.qml")
    kept = fetched(world, "/files/dose-rate/latest/latest.tif", tmp_path / "dose.tif")
    view = QUADS["WebMercatorQuad"].view(6, 23, 44)
    box = [view.west, view.south, view.east, view.north]
    drawn = rgba(qgis("picture", "gdal", kept, box=box, size=[256, 256], crs="EPSG:3857"))
    tile = pixels(world.get(f"/tiles/dose-rate/{style}/latest/latest/6/44/23.png")[2])
    assert len(np.unique(tile.reshape(-1, 4), axis=0)) > 1
    # Edges of classes differ by what QGIS picks where four pixels meet.
    alike(drawn, tile, 0.98)


@pytest.mark.parametrize(
    ("layer", "at", "styles"),
    [
        ("faults", "static", ["default"]),
        ("stations", "latest", ["default"]),
        ("seismic-zones", "static", ["default", "outline"]),
    ],
)
def test_a_style_beside_features_writes_what_the_server_writes(
    world: World, qgis: Qgis, tmp_path: Path, layer: str, at: str, styles: list[str]
) -> None:
    def drawn(style: str, language: str) -> np.ndarray:
        place = tmp_path / f"{style}-{language}"
        place.mkdir()
        kept = fetched(world, f"/files/{layer}/latest/{at}.fgb", place / "it.fgb")
        path = f"/files/{layer}/latest/{at}.qml?style={style}&lang={language}"
        text = Path(fetched(world, path, place / "it.qml")).read_text()
        named = rgba(qgis("picture", "ogr", kept, box=BOX, size=[800, 400], crs="EPSG:4326"))
        (place / "it.qml").write_text(text.replace('labelsEnabled="1"', 'labelsEnabled="0"'))
        bare = rgba(qgis("picture", "ogr", kept, box=BOX, size=[800, 400], crs="EPSG:4326"))
        assert (named != bare).any(axis=2).sum() > 300, (layer, style)
        return named

    for style in styles:
        pictures = [drawn(style, language) for language in ("ru", "uz")]
        # A numeral is the same in every language, a name is not.
        assert np.array_equal(*pictures) == (layer == "seismic-zones")
