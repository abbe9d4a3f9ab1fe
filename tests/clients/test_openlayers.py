"""OpenLayers on a page of another origin loads every face, and may read what it has drawn."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.clients import pages
from tests.clients.pages import alike, own, run, two_hours
from tests.clients.pictures import FINE, rgba
from tests.clients.worlds import FLIPPED, TIMELESS, UNSHARED, World

pytestmark = [pytest.mark.clients, pytest.mark.browser]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with pages.library("ol") as found:
        yield found


SHOW = """async (said) => {
  const source = $SOURCE;
  while (source.getState() === "loading") await new Promise((yes) => setTimeout(yes, 20));
  const layer = new ol.layer.$LAYER({source, $STYLE});
  const projection = said.crs || "EPSG:3857";
  const view = new ol.View({projection, center: said.centre, resolution: said.pixel,
    constrainResolution: false});
  const map = new ol.Map({target: "map", pixelRatio: 1, controls: [], layers: [layer], view});
  await new Promise((yes, no) => {
    for (const kind of ["imageloaderror", "tileloaderror", "featuresloaderror"])
      source.on(kind, (event) => no(new Error(kind + " " + (event.tile ? event.tile.src_ : ""))));
    if (source.getState() === "error") no(new Error("the source cannot be read"));
    map.once("rendercomplete", yes);
  });
  const sheets = [...document.querySelectorAll(".ol-layer canvas")];
  const picture = drawn(sheets.map((sheet) => [sheet, 0, 0, 512, 512]));
  return {picture, count: source.getFeatures ? source.getFeatures().length : 0};
}"""


def show(page: Page, layer: str, source: str, style: str = "", **said: Any) -> Any:
    script = SHOW.replace("$SOURCE", source).replace("$LAYER", layer).replace("$STYLE", style)
    return run(page, script, **said)


IMAGE = """new ol.source.ImageWMS({url: said.url, ratio: 1, crossOrigin: "anonymous",
  params: said.params})"""


@pytest.mark.sees(UNSHARED, TIMELESS)
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_a_picture_by_wms_is_drawn_and_may_be_read(world: World, page: Page, version: str) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    for at in (times[-1], times[-7]):
        params = {"LAYERS": "dose-rate", "STYLES": "mean", "VERSION": version, "TIME": at}
        params["BREAKS"] = FINE
        found = show(page, "Image", IMAGE, url=f"{world.url}/wms", params=params)
        alike(rgba(found["picture"]), own(world, TIME=at, BREAKS=FINE), 1.0)


@pytest.mark.sees(FLIPPED, UNSHARED)
def test_the_axis_order_of_1_3_0_is_the_one_openlayers_sends(world: World, page: Page) -> None:
    seen = []
    for version in ("1.1.1", "1.3.0"):
        params = {"LAYERS": "dose-rate", "STYLES": "mean", "VERSION": version}
        said = {"crs": "EPSG:4326", "centre": [70.0, 45.0], "pixel": 20 / 512}
        found = show(page, "Image", IMAGE, url=f"{world.url}/wms", params=params, **said)
        picture = rgba(found["picture"])
        alike(picture, own(world, CRS="CRS:84", BBOX="60,35,80,55"))
        seen.append(picture.tobytes())
    assert seen[0] == seen[1]


@pytest.mark.sees(UNSHARED)
def test_tiles_by_wms_join_to_the_same_picture(world: World, page: Page) -> None:
    source = """new ol.source.TileWMS({url: said.url, crossOrigin: "anonymous",
      params: {LAYERS: "dose-rate", STYLES: "mean"}})"""
    found = show(page, "Tile", source, url=f"{world.url}/wms")
    alike(rgba(found["picture"]), own(world))


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_tiles_by_their_template_join_to_the_same_picture(world: World, page: Page) -> None:
    times, seen = world.json("/tilejson/dose-rate.json")["times"], set()
    for at in (times[-1], times[-7]):
        template = world.json(f"/tilejson/dose-rate.json?time={at}")["tiles"][0]
        source = 'new ol.source.XYZ({url: said.url, crossOrigin: "anonymous", maxZoom: 7})'
        found = rgba(show(page, "Tile", source, url=f"{template}?breaks={FINE}")["picture"])
        alike(found, own(world, TIME=at, BREAKS=FINE))
        seen.add(found.tobytes())
    assert len(seen) == 2


@pytest.mark.sees(UNSHARED)
def test_tilejson_alone_tells_openlayers_all_it_needs(world: World, page: Page) -> None:
    source = 'new ol.source.TileJSON({url: said.url, crossOrigin: "anonymous"})'
    found = show(page, "Tile", source, url=f"{world.url}/tilejson/dose-rate.json")
    alike(rgba(found["picture"]), own(world))


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_vector_tiles_are_drawn(world: World, page: Page, layer: str) -> None:
    source = """new ol.source.VectorTile({url: said.url, format: new ol.format.MVT(),
      maxZoom: said.deepest})"""
    style = (
        'style: {"circle-radius": 6, "circle-fill-color": "red", "stroke-width": 3, '
        '"stroke-color": "red", "fill-color": "red"}'
    )
    told = world.json(f"/tilejson/{layer}.json")
    found = show(page, "VectorTile", source, style, url=told["tiles"][0], deepest=told["maxzoom"])
    expected = own(world, LAYERS=layer, STYLES="default")[..., 3] > 0
    assert expected.any()
    red = rgba(found["picture"])[..., 3] > 0
    # Symbols of ours and circles of theirs are of unlike size, and lie at the same places.
    assert (red & expected).sum() > 0.5 * min(red.sum(), expected.sum())


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_a_file_of_features_is_a_layer(world: World, page: Page, layer: str) -> None:
    path = f"/files/{layer}/latest/latest.geojson"
    source = (
        "new ol.source.Vector({url: said.url, format: new ol.format.GeoJSON(), "
        "strategy: ol.loadingstrategy.all})"
    )
    found = show(page, "Vector", source, url=world.url + path)
    assert found["count"] == len(world.json(path)["features"]) > 0
    assert (rgba(found["picture"])[..., 3] > 0).any()


@pytest.mark.sees(UNSHARED)
def test_the_capabilities_are_read_by_openlayers(world: World, page: Page) -> None:
    script = """async (said) => {
      const text = await (await fetch(said.url)).text();
      return new ol.format.WMSCapabilities().read(text).Capability.Layer.Layer;
    }"""
    url = f"{world.url}/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0"
    found = {layer["Name"]: layer for layer in run(page, script, url=url)}
    told = world.json("/tilejson/dose-rate.json")
    layer = found["dose-rate"]
    assert layer["EX_GeographicBoundingBox"] == pytest.approx(told["bounds"], abs=1e-5)
    (time,) = layer["Dimension"]
    assert time["default"] == told["times"][-1]
    assert layer["queryable"] is True


@pytest.mark.sees(FLIPPED, TIMELESS, UNSHARED)
def test_a_click_and_a_legend_come_by_addresses_that_openlayers_builds(
    world: World, page: Page
) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    script = """async (said) => {
      const source = new ol.source.ImageWMS({url: said.url, ratio: 1, crossOrigin: "anonymous",
        params: {LAYERS: "dose-rate", STYLES: "mean", TIME: said.at}});
      const click = source.getFeatureInfoUrl([69.325, 41.275], 0.05, "EPSG:4326",
        {INFO_FORMAT: "application/json"});
      const legend = new Image();
      legend.crossOrigin = "anonymous";
      legend.src = source.getLegendUrl();
      await legend.decode();
      return {told: await (await fetch(click)).json(), picture: drawn([[legend, 0, 0,
        legend.width, legend.height]])};
    }"""
    found = run(page, script, url=f"{world.url}/wms", at=at)
    (feature,) = found["told"]["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((69.325, 41.275), abs=0.05)
    point = world.json(f"/api/v1/point?lon={lon}&lat={lat}&time={at}")
    entry = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    assert feature["properties"]["values"] == entry["values"]
    assert feature["properties"]["time"] == at
    seen = {tuple(colour) for colour in rgba(found["picture"])[..., :3].reshape(-1, 3).tolist()}
    for each in world.json("/tilejson/dose-rate.json")["legend"]:
        assert tuple(bytes.fromhex(each["colour"][1:])) in seen


@pytest.mark.sees(UNSHARED)
def test_a_page_of_another_origin_may_read_an_error_and_the_headers(
    world: World, page: Page
) -> None:
    script = """async (said) => {
      const ask = async (path) => {
        const answer = await fetch(said.url + path);
        return [answer.status, answer.headers.get("X-Data-Time"), answer.headers.get("ETag"),
          answer.headers.get("Warning")];
      };
      return [await ask(said.map), await ask("/tilejson/dose_rate.json"), await ask("/none")];
    }"""
    path = "/wms?VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES=&CRS=CRS:84&BBOX=60,40,80,50"
    path += "&WIDTH=40&HEIGHT=20&FORMAT=image/png"
    shown, unknown, none = run(page, script, url=world.url, map=path)
    newest = world.json("/tilejson/dose-rate.json")["times"][-1]
    assert shown[:2] == [200, f"dose-rate={newest}"]
    assert shown[2]
    assert shown[3].startswith("99 Default value used")
    assert (unknown[0], none[0]) == (404, 404)


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_wmts_is_drawn_from_its_capabilities_at_each_of_its_times(world: World, page: Page) -> None:
    seen = set()
    source = """await (async () => {
      const text = await (await fetch(said.url)).text();
      const options = ol.source.WMTS.optionsFromCapabilities(
        new ol.format.WMTSCapabilities().read(text),
        {layer: "dose-rate", matrixSet: "WebMercatorQuad", crossOrigin: "anonymous"});
      return new ol.source.WMTS({...options, dimensions: {Time: said.at}});
    })()"""
    url = f"{world.url}/wmts/1.0.0/WMTSCapabilities.xml"
    for at in two_hours(world):
        found = rgba(show(page, "Tile", source, url=url, at=at)["picture"])
        alike(found, own(world, TIME=at))
        seen.add(found.tobytes())
    assert len(seen) == 2


@pytest.mark.sees(UNSHARED)
def test_map_tiles_of_ogc_api_join_to_the_same_picture(world: World, page: Page) -> None:
    source = 'new ol.source.OGCMapTile({url: said.url, crossOrigin: "anonymous"})'
    url = f"{world.url}/ogcapi/collections/dose-rate/map/tiles/WebMercatorQuad"
    alike(rgba(show(page, "Tile", source, url=url)["picture"]), own(world))


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "faults"])
def test_vector_tiles_of_ogc_api_are_drawn(world: World, page: Page, layer: str) -> None:
    source = "new ol.source.OGCVectorTile({url: said.url, format: new ol.format.MVT()})"
    style = (
        'style: {"circle-radius": 6, "circle-fill-color": "red", "stroke-width": 3, '
        '"stroke-color": "red"}'
    )
    url = f"{world.url}/ogcapi/collections/{layer}/tiles/WebMercatorQuad"
    found = show(page, "VectorTile", source, style, url=url)
    expected = own(world, LAYERS=layer, STYLES="default")[..., 3] > 0
    red = rgba(found["picture"])[..., 3] > 0
    assert (red & expected).sum() > 0.5 * min(red.sum(), expected.sum()) > 0


@pytest.mark.sees(UNSHARED, FLIPPED)
def test_items_are_a_layer_in_either_axis_order(world: World, page: Page) -> None:
    """OpenLayers swaps nothing by itself here: the page does, as its author must."""
    source = """(() => {
      const swap = (from, to, stride) => {
        for (let i = 0; i < from.length; i += stride) [to[i], to[i + 1]] = [from[i + 1], from[i]];
        return to;
      };
      class Swapped extends ol.format.GeoJSON {
        readFeatures(text) {
          const found = new ol.format.GeoJSON().readFeatures(text);
          for (const each of found) {
            if (said.turn) each.getGeometry().applyTransform(swap);
            each.getGeometry().transform("EPSG:4326", "EPSG:3857");
          }
          return found;
        }
      }
      return new ol.source.Vector({url: said.url, format: new Swapped()});
    })()"""
    url = f"{world.url}/ogcapi/collections/stations/items?limit=1000"
    system = "&crs=http://www.opengis.net/def/crs/EPSG/0/4326"
    plain, turned = (
        show(page, "Vector", source, url=url + more, turn=bool(more)) for more in ("", system)
    )
    assert plain["count"] == world.json("/ogcapi/collections/stations/items")["numberMatched"]
    one, other = (rgba(found["picture"])[..., 3] > 0 for found in (plain, turned))
    assert one.any()
    assert (one & other).sum() > 0.9 * (one | other).sum()
