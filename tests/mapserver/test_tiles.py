import io
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.geo import HALF_WORLD_M, lonlat, mercator

IMMUTABLE = "public, max-age=31536000, immutable"
LATEST = "public, max-age=60, stale-while-revalidate=300"
HOURS = [f"2026-11-20T{hour:02}:00:00Z" for hour in (9, 10, 11)]
PLACES = [(69.3, 41.3), (76.9, 43.3), (71.4, 51.2), (66.9, 48.0), (59.6, 42.5), (51.2, 51.2)]
TILE = "6/44/23"


def versions(house: Any, layer: str, at: int = -1) -> tuple[str, dict[str, str]]:
    """The word of a time and the full versions of a layer's styles."""
    current = house.json("/current.json")
    times = next(each["times"] for each in current["layers"] if each["id"] == layer)
    return times[at]["time"], times[at]["versions"]


def fixed(house: Any, layer: str, style: str, end: str = f"{TILE}.png", at: int = -1) -> str:
    time, known = versions(house, layer, at)
    return f"/tiles/{layer}/{style}/{known[style]}/{time}/{end}"


def rgba(body: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


def pixel_of(lon: float, lat: float, zoom: int) -> tuple[str, int, int]:
    """The tile of a place, and row and column of its pixel there."""
    x, y = (float(v) for v in mercator(lon, lat))
    size_m = 2 * HALF_WORLD_M / (256 << zoom)
    col, row = int((x + HALF_WORLD_M) // size_m), int((HALF_WORLD_M - y) // size_m)
    return f"{zoom}/{col // 256}/{row // 256}", row % 256, col % 256


def clicked(house: Any, layer: str, lon: float, lat: float) -> dict[str, Any]:
    found = house.json(f"/api/v1/point?lon={lon}&lat={lat}")["layers"]
    return next(each for each in found if each["layer"] == layer)


def meaning(legend: list[dict[str, Any]], colour: str) -> tuple[float, float]:
    """What the legend says of a colour: low <= value < high."""
    entry = next(e for e in legend if e["colour"] == colour)
    low, high = entry["low"], entry["high"]
    return (-np.inf if low is None else low), (np.inf if high is None else high)


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("style", ["mean", "sd"])
def test_tile_legend_click_and_geotiff_tell_one_truth(
    house: Any, style: str, place: tuple[float, float]
) -> None:
    lon, lat = place
    found = clicked(house, "dose-rate", lon, lat)
    assert found["known"] is True
    value = next(v["value"] for v in found["values"] if v["name"] == style)
    time, known = versions(house, "dose-rate")
    assert known[style].startswith(found["version"])

    with rasterio.open(
        io.BytesIO(house.get(f"/files/dose-rate/{found['version']}/{time}.tif").data)
    ) as dataset:
        x, y = (float(v) for v in mercator(lon, lat))
        bands = dict(zip(dataset.descriptions, next(dataset.sample([(x, y)])), strict=True))
        mu, sigma, support = (float(bands[name]) for name in ("mu", "sigma", "support"))
        assert value == pytest.approx(float(bands[style]), rel=1e-6)
        # A cell of the grid is a pixel of the zoom whose cells are as large.
        zoom = round(np.log2(2 * HALF_WORLD_M / 256 / dataset.res[0]))
    # A lognormal: mean exp(mu + sigma²/2), sd mean sqrt(exp(sigma²) - 1).
    mean = np.exp(mu + sigma**2 / 2)
    expected = mean if style == "mean" else mean * np.sqrt(np.expm1(sigma**2))
    assert value == pytest.approx(expected, rel=1e-5)
    assert support < 0.9

    legend = house.json(f"/tilejson/dose-rate.json?style={style}")["legend"]
    for deeper in (zoom, zoom + 2):
        tile, row, col = pixel_of(lon, lat, deeper)
        pixels = rgba(house.get(fixed(house, "dose-rate", style, f"{tile}.png")).data)
        red, green, blue, alpha = pixels[row, col]
        assert alpha == 255
        low, high = meaning(legend, f"#{red:02X}{green:02X}{blue:02X}")
        assert low <= value < high


@pytest.mark.parametrize("layer", ["dose-rate", "pm2-5", "temperature"])
def test_where_the_network_cannot_know_tile_and_click_say_so_alike(house: Any, layer: str) -> None:
    with rasterio.open(io.BytesIO(house.get(f"/files/{layer}/latest/latest.tif").data)) as dataset:
        support = dataset.read(dataset.descriptions.index("support") + 1)
        assert (np.isnan(dataset.read(1)) == (support >= 0.9)).all()
        west, north, size_m = dataset.transform.c, dataset.transform.f, dataset.res[0]
    unknown = np.argwhere(support >= 0.9)[::97]
    places = [lonlat(west + (c + 0.5) * size_m, north - (r + 0.5) * size_m) for r, c in unknown]
    beyond = (float(west) - 10 * size_m, float(north))
    places.append(lonlat(*beyond))
    zoom = round(np.log2(2 * HALF_WORLD_M / 256 / size_m))
    for lon, lat in (map(float, place) for place in places[-5:]):
        found = clicked(house, layer, lon, lat)
        assert (found["known"], found["values"]) == (False, [])
        assert found["reason"] in ("no_station_near", "outside_domain")
        tile, row, col = pixel_of(lon, lat, zoom)
        assert rgba(house.get(fixed(house, layer, "mean", f"{tile}.png")).data)[row, col, 3] == 0


@pytest.mark.parametrize("place", [(69.33, 41.27), (72.12, 39.44), (62.01, 44.9)], ids=str)
def test_a_cell_of_an_external_raster_is_the_same_in_click_and_tile(
    house: Any, place: tuple[float, float]
) -> None:
    lon, lat = place
    found = clicked(house, "own-raster", lon, lat)
    # The file was written as 20 + (7 row + 3 col) mod 90 on cells of 0.1 degrees from (60, 46).
    row, col = int((46 - lat) / 0.1), int((lon - 60) / 0.1)
    assert found["values"] == [
        {"name": "value", "value": float(20 + (7 * row + 3 * col) % 90), "unit": "nSv/h"}
    ]
    tile, y, x = pixel_of(lon, lat, 10)
    red, green, blue, _ = rgba(house.get(fixed(house, "own-raster", "cells", f"{tile}.png")).data)[
        y, x
    ]
    legend = house.json("/tilejson/own-raster.json")["legend"]
    low, high = meaning(legend, f"#{red:02X}{green:02X}{blue:02X}")
    assert low <= found["values"][0]["value"] < high


@pytest.mark.parametrize("dense", ["", "@2x"])
def test_png_and_webp_show_the_same_colours(house: Any, layer_id: str, dense: str) -> None:
    style = house.site.catalog.layers[layer_id].styles[0].id
    made = {}
    for suffix in ("png", "webp"):
        answer = house.get(fixed(house, layer_id, style, f"{TILE}{dense}.{suffix}"))
        assert (answer.status_code, answer.mimetype) == (200, f"image/{suffix}")
        made[suffix] = rgba(answer.data)
    png, webp = made["png"], made["webp"]
    assert png.shape == webp.shape == ((512, 512, 4) if dense else (256, 256, 4))
    assert (png[..., 3] == webp[..., 3]).all()
    seen = png[..., 3] > 0
    assert seen.any()
    apart = np.abs(png[seen].astype(int) - webp[seen])
    if house.site.catalog.layers[layer_id].kind == "basemap":
        assert apart.mean() < 2, "the land may lose what no eye finds"
    else:
        assert not apart.any()


def test_a_vector_tile_has_each_station_at_its_place_with_its_value(house: Any) -> None:
    time, _ = versions(house, "stations")
    answer = house.get(fixed(house, "stations", "default", f"{TILE}.mvt"))
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    layer = mapbox_vector_tile.decode(answer.data, default_options={"y_coord_down": True})[
        "stations"
    ]
    file = house.json(f"/files/stations/latest/{time}.geojson")
    stations = {f["properties"]["code"]: f for f in file["features"]}
    assert len(layer["features"]) > 3
    zoom, tile_col, tile_row = map(int, TILE.split("/"))
    for feature in layer["features"]:
        station = stations[feature["properties"]["code"]]
        assert feature["properties"]["value"] == pytest.approx(station["properties"]["value"])
        x, y = (float(v) for v in mercator(*station["geometry"]["coordinates"]))
        size_m = 2 * HALF_WORLD_M / (layer["extent"] << zoom)
        place = ((x + HALF_WORLD_M) / size_m, (HALF_WORLD_M - y) / size_m)
        at = feature["geometry"]["coordinates"]
        assert at[0] + tile_col * layer["extent"] == pytest.approx(place[0], abs=1)
        assert at[1] + tile_row * layer["extent"] == pytest.approx(place[1], abs=1)


def quakes(house: Any, query: str) -> dict[int, dict[str, Any]]:
    answer = house.get(fixed(house, "earthquakes", "default", f"5/22/11.mvt{query}"))
    assert answer.status_code == 200
    if not answer.data:
        return {}
    return {
        f["id"]: f["properties"]
        for f in mapbox_vector_tile.decode(answer.data)["earthquakes"]["features"]
    }


def test_earthquakes_are_chosen_by_magnitude_and_time_in_every_format(house: Any) -> None:
    every = quakes(house, "")
    strong = quakes(house, "?min_magnitude=7")
    old = quakes(house, "?end=1950-01-01T00:00:00Z")
    late = quakes(house, "?begin=1950-01-01T06:00:00%2B06:00")
    assert 0 < len(strong) < len(every)
    assert strong == {i: p for i, p in every.items() if p["magnitude"] >= 7}
    assert old == {i: p for i, p in every.items() if p["time"] < "1950"}
    assert {*old, *late} == {*every}
    assert quakes(house, "?min_magnitude=9.9") == {}
    pictures = {
        house.get(fixed(house, "earthquakes", "default", f"5/22/11.png{query}")).data
        for query in ("", "?min_magnitude=7", "?min_magnitude=9.9")
    }
    assert len(pictures) == 3


@pytest.mark.parametrize(
    ("layer", "query", "said"),
    [
        ("faults", "min_magnitude=7", "unknown query parameter"),
        ("dose-rate", "begin=2000-01-01T00:00:00Z", "unknown query parameter"),
        ("earthquakes", "min_magnitude=nan", "a number was expected"),
        ("earthquakes", "min_magnitude=7&min_magnitude=8", "stands 2 times"),
        ("earthquakes", "begin=1990-01-01", "1990-01-01"),
        ("earthquakes", "begin=1990-01-01T00:00:00", "1990-01-01T00:00:00"),
        ("earthquakes", "begin=2000-01-01T00:00:00Z&end=2000-01-01T00:00:00Z", "is not before"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(
    house: Any, layer: str, query: str, said: str
) -> None:
    style = house.site.catalog.layers[layer].styles[0].id
    answer = house.get(f"/tiles/{layer}/{style}/latest/latest/{TILE}.png?{query}")
    assert answer.status_code == 400
    assert said in answer.json["detail"]


@pytest.mark.parametrize("layer", ["dose-rate", "stations", "faults", "own-raster"])
def test_latest_is_answered_at_once_and_names_the_fixed_address(house: Any, layer: str) -> None:
    style = house.site.catalog.layers[layer].styles[0].id
    time, known = versions(house, layer)
    for words in ("latest/latest", f"latest/{time}", f"{known[style]}/latest"):
        answer = house.get(f"/tiles/{layer}/{style}/{words}/{TILE}.png")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == LATEST
        assert answer.headers["Content-Location"] == fixed(house, layer, style)
        same = house.get(answer.headers["Content-Location"])
        assert same.data == answer.data
        assert same.headers["ETag"] == answer.headers["ETag"]
        assert same.headers["Cache-Control"] == IMMUTABLE
        assert "Content-Location" not in same.headers


def test_each_hour_has_tiles_of_its_own(house: Any) -> None:
    fine = "4/11/5.png?breaks=90,95,100,105,110,115,120,125,130"
    bodies = {at: house.get(fixed(house, "dose-rate", "mean", fine, at)).data for at in (0, 1, 2)}
    assert len(set(bodies.values())) == 3
    for at, hour in enumerate(HOURS):
        answer = house.get(f"/tiles/dose-rate/mean/latest/{hour}/{fine}")
        assert answer.data == bodies[at]


def test_one_instant_in_another_zone_names_the_same_tile(house: Any) -> None:
    answer = house.get(f"/tiles/dose-rate/mean/latest/2026-11-20T14:00:00%2B05:00/{TILE}.png")
    assert answer.data == house.get(fixed(house, "dose-rate", "mean", at=0)).data
    assert HOURS[0] in answer.headers["Content-Location"]


def test_a_query_makes_another_picture_with_an_entity_tag_of_its_own(house: Any) -> None:
    plain = house.get(f"/tiles/dose-rate/exceedance/latest/latest/{TILE}.png")
    low = house.get(f"/tiles/dose-rate/exceedance/latest/latest/{TILE}.png?threshold=100")
    same = house.get(f"/tiles/dose-rate/exceedance/latest/latest/{TILE}.png?threshold=1e2")
    assert low.data != plain.data
    assert low.headers["ETag"] != plain.headers["ETag"]
    assert (same.data, same.headers["ETag"]) == (low.data, low.headers["ETag"])
    assert low.headers["Content-Location"].endswith("?threshold=100")
    assert house.get(low.headers["Content-Location"]).data == low.data
    fine = "breaks=100,105,110,115,120,125,130"
    breaks = house.get(f"/tiles/dose-rate/mean/latest/latest/{TILE}.png?{fine}")
    smooth = house.get(f"/tiles/dose-rate/mean/latest/latest/{TILE}.png?{fine}&smooth=1")
    mean = house.get(f"/tiles/dose-rate/mean/latest/latest/{TILE}.png")
    assert len({breaks.data, smooth.data, mean.data}) == 3


CACHED = [
    f"/tiles/dose-rate/mean/latest/latest/{TILE}.png",
    f"/tiles/stations/default/latest/latest/{TILE}.mvt",
    "/tilejson/dose-rate.json",
    "/current.json",
    "/files/stations/latest/latest.geojson",
    "/files/dose-rate/latest/latest.tif",
    "/en",
    "/static/manifest.json",
]


@pytest.mark.parametrize("path", CACHED)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_a_client_already_has_is_not_sent_again(house: Any, path: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    first = house.get(path, headers=headers)
    tag = first.headers["ETag"]
    assert first.status_code == 200
    for offered in (tag, f'"other", {tag}', f"W/{tag}"):
        again = house.get(path, headers={**headers, "If-None-Match": offered})
        assert (again.status_code, again.data) == (304, b""), offered
        assert again.headers["ETag"] == tag
        for name in ("Cache-Control", "Vary"):
            assert again.headers.get(name) == first.headers.get(name)
    other = house.get(path, headers={**headers, "If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", CACHED)
def test_compressed_and_plain_bytes_never_share_an_entity_tag(house: Any, path: str) -> None:
    plain = house.get(path)
    packed = house.get(path, headers={"Accept-Encoding": "gzip"})
    if "Content-Encoding" in packed.headers:
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert len(packed.data) < len(plain.data)
        assert "Accept-Encoding" in packed.headers["Vary"]
        refused = house.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert "Content-Encoding" not in refused.headers
    else:
        assert packed.data == plain.data


@pytest.mark.parametrize("path", CACHED)
def test_a_head_says_what_a_get_would_without_the_body(house: Any, path: str) -> None:
    got = house.get(path)
    asked = house.client.head(path, buffered=True)
    assert (asked.status_code, asked.data) == (200, b"")
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length", "Content-Location"):
        assert asked.headers.get(name) == got.headers.get(name), name


def test_any_tag_does_not_stand_for_a_tile_that_is_not_there(house: Any) -> None:
    headers = {"If-None-Match": "*"}
    time, known = versions(house, "dose-rate")
    part = known["mean"].split("-")[1]
    gone = f"/tiles/dose-rate/mean/0123456789-{part}/{time}/{TILE}.png"
    assert house.get(gone, headers=headers).status_code in (404, 410)
    assert house.get(fixed(house, "dose-rate", "mean"), headers=headers).status_code == 304


def test_a_part_of_a_geotiff_can_be_asked_for(house: Any) -> None:
    path = "/files/dose-rate/latest/latest.tif"
    whole = house.get(path)
    part = house.get(path, headers={"Range": "bytes=0-99"})
    assert part.status_code == 206
    assert part.data == whole.data[:100]
    assert part.headers["Content-Range"] == f"bytes 0-99/{len(whole.data)}"
    beyond = house.get(path, headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.status_code == 416


def test_files_follow_the_cache_rules_of_tiles(house: Any) -> None:
    time, known = versions(house, "dose-rate")
    data = known["mean"].split("-")[0]
    assert house.get(f"/files/dose-rate/{data}/{time}.tif").headers["Cache-Control"] == IMMUTABLE
    assert house.get("/files/dose-rate/latest/latest.tif").headers["Cache-Control"] == LATEST
    assert house.get(f"/files/dose-rate/{data}/latest.tif").headers["Cache-Control"] == LATEST


def test_a_tile_without_data_is_an_empty_picture_and_an_empty_vector_tile(house: Any) -> None:
    picture = house.get("/tiles/dose-rate/mean/latest/latest/3/0/0.png")
    assert picture.status_code == 200
    assert not rgba(picture.data)[..., 3].any()
    vector = house.get("/tiles/stations/default/latest/latest/3/0/0.mvt")
    assert (vector.status_code, vector.data) == (200, b"")


def test_between_two_hours_there_is_nothing(house: Any) -> None:
    for layer, style in (("stations", "default"), ("dose-rate", "mean")):
        for minute, status in ((0, 200), (30, 404)):
            time = f"2026-11-20T10:{minute:02}:00Z"
            answer = house.get(f"/tiles/{layer}/{style}/latest/{time}/6/44/23.png")
            assert answer.status_code == status, (layer, time)


def test_current_keeps_its_entity_tag_while_nothing_changes(house: Any) -> None:
    first, second = house.get("/current.json"), house.get("/current.json")
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "max-age=10" in first.headers["Cache-Control"]


def test_a_tile_fades_by_its_uncertainty_and_shows_the_same_classes(house: Any) -> None:
    def pixels(query: str, style: str = "mean") -> Any:
        answer = house.get(f"/tiles/dose-rate/{style}/latest/latest/{TILE}@2x.png?{query}")
        assert answer.status_code == 200
        return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))

    plain, faded = pixels("smooth=1"), pixels("smooth=1&fade=1")
    known = plain[:, :, 3] > 0
    assert known.any()
    assert np.array_equal(faded[known][:, :3], plain[known][:, :3])
    assert not faded[~known][:, 3].any()
    doubt = pixels("smooth=1&breaks=0.2,0.3,0.5", "uncertainty")
    colours = np.unique(doubt[known][:, :3], axis=0)
    for colour in colours:
        there = known & (doubt[:, :, :3] == colour).all(axis=2)
        assert len(np.unique(faded[there][:, 3])) == 1
