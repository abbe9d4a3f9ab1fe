"""Leaflet on a page of another origin, as a thousand small web maps are made."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.clients import pages
from tests.clients.pages import alike, own, run, two_hours
from tests.clients.pictures import FINE, rgba
from tests.clients.worlds import FLIPPED, TIMELESS, UNSHARED, World

pytestmark = [pytest.mark.clients, pytest.mark.browser]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with pages.library("leaflet") as found:
        yield found


SHOW = """async (said) => {
  const crs = said.degrees ? L.CRS.EPSG4326 : L.CRS.EPSG3857;
  const map = L.map("map", {crs, zoomControl: false, attributionControl: false,
    fadeAnimation: false, zoomAnimation: false});
  const centre = said.degrees ? L.latLng(45, 70) : crs.unproject(L.point(...said.centre));
  map.setView(centre, said.degrees ? 4 : 6);
  const layer = said.wms ? L.tileLayer.wms(said.url, {...said.wms, crossOrigin: ""})
    : L.tileLayer(said.url, {crossOrigin: "", maxNativeZoom: 7});
  await new Promise((yes, no) => {
    layer.on("load", yes).on("tileerror", () => no(new Error("a tile was not loaded")));
    layer.addTo(map);
  });
  const tiles = [...document.querySelectorAll("img.leaflet-tile")];
  return drawn(tiles.map((tile) => {
    const box = tile.getBoundingClientRect();
    return [tile, Math.round(box.x), Math.round(box.y), 256, 256];
  }));
}"""


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_tiles_by_their_template_join_to_the_map(world: World, page: Page) -> None:
    times, seen = world.json("/tilejson/dose-rate.json")["times"], set()
    for at in (times[-1], times[-7]):
        template = world.json(f"/tilejson/dose-rate.json?time={at}")["tiles"][0]
        found = rgba(run(page, SHOW, url=f"{template}?breaks={FINE}"))
        alike(found, own(world, TIME=at, BREAKS=FINE))
        seen.add(found.tobytes())
    assert len(seen) == 2


@pytest.mark.sees(UNSHARED, TIMELESS)
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_tiles_by_wms_join_to_the_map(world: World, page: Page, version: str) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    for at in (times[-1], times[-7]):
        wms = {"layers": "dose-rate", "styles": "mean", "format": "image/png", "version": version}
        wms |= {"transparent": True, "TIME": at, "BREAKS": FINE}
        found = rgba(run(page, SHOW, url=f"{world.url}/wms", wms=wms))
        alike(found, own(world, TIME=at, BREAKS=FINE))


@pytest.mark.sees(UNSHARED, FLIPPED)
def test_the_axis_order_of_1_3_0_is_the_one_leaflet_sends(world: World, page: Page) -> None:
    seen = []
    for version in ("1.1.1", "1.3.0"):
        wms = {"layers": "dose-rate", "styles": "mean", "format": "image/png", "version": version}
        found = run(page, SHOW, url=f"{world.url}/wms", degrees=True, wms=wms)
        seen.append(rgba(found))
    assert len(np.unique(seen[0].reshape(-1, 4), axis=0)) > 2
    assert (seen[0] == seen[1]).all()


@pytest.mark.sees(UNSHARED)
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_every_feature_of_a_file_is_on_the_map(world: World, page: Page, layer: str) -> None:
    script = """async (said) => {
      const map = L.map("map").setView([44, 68], 4);
      const data = await (await fetch(said.url)).json();
      const found = L.geoJSON(data).addTo(map);
      const places = found.getLayers().filter((each) => each.getLatLng)
        .map((each) => [each.feature.properties.code, each.getLatLng().lng, each.getLatLng().lat]);
      return {count: found.getLayers().length, places};
    }"""
    path = f"/files/{layer}/latest/latest.geojson"
    held = world.json(path)["features"]
    found = run(page, script, url=world.url + path)
    assert found["count"] == len(held) > 0
    if layer == "stations":
        there = {each["properties"]["code"]: each["geometry"]["coordinates"] for each in held}
        for code, lon, lat in found["places"]:
            assert [lon, lat] == pytest.approx(there[code][:2])


@pytest.mark.sees(UNSHARED)
def test_a_click_asks_the_api_of_points(world: World, page: Page) -> None:
    script = """async (said) => (await (await fetch(said.url)).json()).layers
      .find((each) => each.layer === "dose-rate").values"""
    path = "/api/v1/point?lon=69.3&lat=41.3"
    found = run(page, script, url=world.url + path)
    names = [each["name"] for each in found]
    assert {"mean", "sd"} <= set(names)
    told = next(e for e in world.json(path)["layers"] if e["layer"] == "dose-rate")["values"]
    assert found == told


@pytest.mark.sees(UNSHARED)
def test_map_tiles_of_ogc_api_join_to_the_map(world: World, page: Page) -> None:
    url = f"{world.url}/ogcapi/collections/dose-rate/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    alike(rgba(run(page, SHOW, url=url)), own(world))


@pytest.mark.sees(UNSHARED, TIMELESS)
def test_wmts_is_a_template_of_an_hour(world: World, page: Page) -> None:
    seen = set()
    for at in two_hours(world):
        url = f"{world.url}/wmts/dose-rate/mean/{at}/WebMercatorQuad/{{z}}/{{y}}/{{x}}.png"
        found = rgba(run(page, SHOW, url=url))
        alike(found, own(world, TIME=at))
        seen.add(found.tobytes())
    assert len(seen) == 2


@pytest.mark.sees(UNSHARED)
def test_pages_of_items_are_followed_to_the_last(world: World, page: Page) -> None:
    script = """async (said) => {
      const codes = [];
      for (let url = said.url; url; ) {
        const found = await (await fetch(url)).json();
        codes.push(...found.features.map((each) => each.id));
        url = found.links.find((link) => link.rel === "next")?.href;
      }
      return codes;
    }"""
    codes = run(page, script, url=f"{world.url}/ogcapi/collections/stations/items?limit=40")
    matched = world.json("/ogcapi/collections/stations/items")["numberMatched"]
    assert len(codes) == len(set(codes)) == matched > 40
