"""MapLibre on a page of another origin: tiles, vector tiles and files by WebGL."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.clients import pages
from tests.clients.pages import alike, own, run
from tests.clients.pictures import FINE, rgba
from tests.clients.worlds import TIMELESS, UNSHARED, World

pytestmark = [pytest.mark.clients, pytest.mark.browser]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with pages.library("maplibre") as found:
        yield found


# MapLibre counts zooms of 512 px tiles: its 5 is the 6 of 256 px tiles.
SHOW = """async (said) => {
  const half = 20037508.342789244;
  const [x, y] = said.centre;
  const centre = [x / half * 180,
    Math.atan(Math.exp(y / half * Math.PI)) * 360 / Math.PI - 90];
  const map = new maplibregl.Map({container: "map", center: centre, zoom: 5, pixelRatio: 1,
    attributionControl: false, fadeDuration: 0, canvasContextAttributes:
    {preserveDrawingBuffer: true}, style: {version: 8, sources: {it: said.source},
    layers: said.layers}});
  await new Promise((yes, no) => {
    map.on("error", (event) => no(event.error));
    map.once("idle", yes);
  });
  const found = map.queryRenderedFeatures().map((each) => each.properties);
  return {picture: drawn([[map.getCanvas(), 0, 0, 512, 512]]), found};
}"""
RASTER = [{"id": "it", "type": "raster", "source": "it",
           "paint": {"raster-resampling": "nearest"}}]  # fmt: skip


def show(page: Page, source: dict[str, Any], layers: list[Any] = RASTER) -> Any:
    return run(page, SHOW, source=source, layers=layers)


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_tiles_by_their_template_join_to_the_map(world: World, page: Page) -> None:
    times, seen = world.json("/tilejson/dose-rate.json")["times"], set()
    for at in (times[-1], times[-7]):
        template = world.json(f"/tilejson/dose-rate.json?time={at}")["tiles"][0]
        tiles = [f"{template}?breaks={FINE}"]
        source = {"type": "raster", "tiles": tiles, "tileSize": 256, "maxzoom": 7}
        found = rgba(show(page, source)["picture"])
        alike(found, own(world, TIME=at, BREAKS=FINE), 0.98)
        seen.add(found.tobytes())
    assert len(seen) == 2


@pytest.mark.sees(UNSHARED)
def test_tilejson_alone_tells_maplibre_all_it_needs(world: World, page: Page) -> None:
    source = {"type": "raster", "url": f"{world.url}/tilejson/dose-rate.json", "tileSize": 256}
    alike(rgba(show(page, source)["picture"]), own(world), 0.98)


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_wms_is_a_template_too(world: World, page: Page) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    for at in (times[-1], times[-7]):
        template = (
            f"{world.url}/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES="
            "&CRS=EPSG:3857&BBOX={bbox-epsg-3857}&WIDTH=256&HEIGHT=256&FORMAT=image/png"
            f"&TRANSPARENT=TRUE&TIME={at}&BREAKS={FINE}"
        )
        source = {"type": "raster", "tiles": [template], "tileSize": 256}
        found = rgba(show(page, source)["picture"])
        alike(found, own(world, TIME=at, BREAKS=FINE), 0.98)


VECTOR = {
    "stations": ("circle", {"circle-color": "red", "circle-radius": 6}),
    "earthquakes": ("circle", {"circle-color": "red", "circle-radius": 6}),
    "faults": ("line", {"line-color": "red", "line-width": 3}),
    "seismic-zones": ("fill", {"fill-color": "red"}),
}


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", VECTOR)
def test_vector_tiles_are_found_by_their_tilejson(world: World, page: Page, layer: str) -> None:
    kind, paint = VECTOR[layer]
    source = {"type": "vector", "url": f"{world.url}/tilejson/{layer}.json"}
    layers = [{"id": "it", "type": kind, "source": "it", "source-layer": layer, "paint": paint}]
    found = show(page, source, layers)
    expected = own(world, LAYERS=layer, STYLES="default")[..., 3] > 0
    red = rgba(found["picture"])[..., 3] > 0
    assert (red & expected).sum() > 0.5 * min(red.sum(), expected.sum()) > 0
    (described,) = world.json(f"/tilejson/{layer}.json")["vector_layers"]
    assert found["found"]
    for each in found["found"]:
        assert set(each) <= set(described["fields"])


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "faults"])
def test_a_file_of_features_is_a_source(world: World, page: Page, layer: str) -> None:
    kind, paint = VECTOR[layer]
    source = {"type": "geojson", "data": f"{world.url}/files/{layer}/latest/latest.geojson"}
    found = show(page, source, [{"id": "it", "type": kind, "source": "it", "paint": paint}])
    assert np.any(rgba(found["picture"])[..., 3])
    assert found["found"]


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "faults"])
def test_vector_tiles_of_ogc_api_are_a_template(world: World, page: Page, layer: str) -> None:
    kind, paint = VECTOR[layer]
    tiles = f"{world.url}/ogcapi/collections/{layer}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt"
    source = {"type": "vector", "tiles": [tiles], "maxzoom": 8}
    layers = [{"id": "it", "type": kind, "source": "it", "source-layer": layer, "paint": paint}]
    found = show(page, source, layers)
    assert found["found"]
    assert np.any(rgba(found["picture"])[..., 3])


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_items_of_an_hour_are_a_source(world: World, page: Page) -> None:
    at = world.json("/tilejson/stations.json")["times"][-7]
    kind, paint = VECTOR["stations"]
    data = f"{world.url}/ogcapi/collections/stations/items?limit=1000&datetime={at}"
    source = {"type": "geojson", "data": data}
    found = show(page, source, [{"id": "it", "type": kind, "source": "it", "paint": paint}])
    assert {each["begin_time"] for each in found["found"]} == {at}


OWN = """async (said) => {
  const map = new maplibregl.Map({container: "map", center: said.at, zoom: 5, pixelRatio: 1,
    attributionControl: false, fadeDuration: 0, canvasContextAttributes:
    {preserveDrawingBuffer: true}, style: said.address});
  const errors = [];
  map.on("error", (event) => errors.push(String(event.error)));
  await new Promise((yes) => map.once("idle", yes));
  if (errors.length) throw new Error(errors.join("; "));
  const names = map.queryRenderedFeatures({layers: [said.names]}).map((it) => it.properties);
  return {picture: drawn([[map.getCanvas(), 0, 0, 512, 512]]), names};
}"""


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize(
    ("layer", "names"), [("faults", "name-linestring"), ("stations", "name-point")]
)
def test_a_style_writes_names_with_letters_of_the_server(
    world: World, page: Page, layer: str, names: str
) -> None:
    seen = {}
    for language in ("kk", "uz", "ru", "en"):
        address = f"{world.url}/styles/{layer}/default.json?lang={language}"
        shown = run(page, OWN, address=address, at=[70, 42], names=f"{layer}-{names}")
        assert len(shown["names"]) > 2
        assert all(each[f"name_{language}"] for each in shown["names"])
        seen[language] = rgba(shown["picture"])
    letters = seen["en"][..., :3].max(axis=2) < 70
    assert letters.sum() > 500
    for language in ("kk", "uz", "ru"):
        assert (seen[language] != seen["en"]).any(axis=2).sum() > 300, language
