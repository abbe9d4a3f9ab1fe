"""Tile sets and maps: limits, matrices, many collections, boxes, sizes, colours, times."""

import io
from typing import Any

import mapbox_vector_tile
import morecantile
import numpy as np
import pytest
from PIL import Image

from layers.views import QUADS
from tests.mapserver.ogcapi.test_every_layer import drawn

EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
TILE = "WebMercatorQuad/6/23/44"
EARLIER = "2026-11-20T10:00:00Z"


def picture(house: Any, path: str, **query: Any) -> Any:
    answer = house.get(f"/ogcapi{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer


def size(body: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(body)).size


@pytest.mark.parametrize("name", list(QUADS))
def test_a_tile_matrix_set_is_the_registered_one_down_to_what_is_offered(
    house: Any, name: str
) -> None:
    found = house.json(f"/ogcapi/tileMatrixSets/{name}")
    registered = morecantile.tms.get(name)
    assert found["uri"] == registered.uri
    assert len(found["tileMatrices"]) == QUADS[name].levels
    for level, matrix in enumerate(found["tileMatrices"]):
        theirs = registered.matrix(level)
        assert matrix["id"] == str(level)
        assert matrix["scaleDenominator"] == theirs.scaleDenominator
        assert (matrix["matrixHeight"], matrix["matrixWidth"]) == QUADS[name].size(level)
        assert matrix["pointOfOrigin"] == list(theirs.pointOfOrigin)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/collections/dose-rate/map/tiles", "WebMercatorQuad"),
        ("/collections/dose-rate/map/tiles", "WorldCRS84Quad"),
        ("/collections/seismic-zones/tiles", "WebMercatorQuad"),
    ],
)
def test_a_tile_set_tells_the_limits_outside_of_which_nothing_is_answered(
    house: Any, path: str, name: str
) -> None:
    found = house.json(f"/ogcapi{path}/{name}")
    quad = QUADS[name]
    limits = found["tileMatrixSetLimits"]
    assert len(limits) == quad.levels
    box = found["boundingBox"]
    registered = morecantile.tms.get(name)
    for level in (0, 5, 9):
        limit = limits[level]
        assert limit["tileMatrix"] == str(level)
        west, south = box["lowerLeft"]
        east, north = box["upperRight"]
        for lon, lat in ((west, north), (east, south), ((west + east) / 2, (south + north) / 2)):
            tile = registered.tile(lon, lat, level)
            assert limit["minTileCol"] <= tile.x <= limit["maxTileCol"]
            assert limit["minTileRow"] <= tile.y <= limit["maxTileRow"]
    level, limit = 7, limits[7]
    rows, cols = quad.size(level)
    row, col = limit["minTileRow"], limit["minTileCol"]
    inside = house.get(f"/ogcapi{path}/{name}/{level}/{row}/{col}")
    assert inside.status_code in (200, 204)
    for beyond in (
        (row - 1, col),
        (limit["maxTileRow"] + 1, col),
        (row, col - 1),
        (row, limit["maxTileCol"] + 1),
        (rows, col),
        (row, cols),
    ):
        answer = house.get("/ogcapi{}/{}/{}/{}/{}".format(path, name, level, *beyond))
        assert answer.status_code == (404 if min(beyond) >= 0 else 400), beyond
    assert house.get(f"/ogcapi{path}/{name}/{quad.levels}/0/0").status_code == 404
    for words in ("x/1/1", "1/x/1", "1/1/x", "01/0/0", "1/1/1.5", "1/-1/0"):
        assert house.get(f"/ogcapi{path}/{name}/{words}").status_code == 400, words


def test_a_vector_tile_without_anything_is_204_and_a_picture_transparent(house: Any) -> None:
    set_of = house.json("/ogcapi/collections/sites/tiles/WebMercatorQuad")
    limit = set_of["tileMatrixSetLimits"][8]
    assert limit["minTileRow"] == limit["maxTileRow"]
    stations = house.json("/ogcapi/collections/stations/tiles/WebMercatorQuad")
    low = stations["tileMatrixSetLimits"][8]
    row, col = low["minTileRow"], low["minTileCol"]  # no station is in the corner of them all
    path = f"WebMercatorQuad/8/{row}/{col}"
    empty = house.get(f"/ogcapi/collections/stations/tiles/{path}")
    assert (empty.status_code, empty.data) == (204, b"")
    assert empty.headers["ETag"]
    assert empty.headers["X-Data-Time"] == "stations=2026-11-20T11:00:00Z"
    clear = picture(house, f"/collections/stations/map/tiles/{path}")
    assert not drawn(clear.data)[..., 3].any()


def test_tiles_of_several_collections_hold_a_layer_of_each(house: Any) -> None:
    query = {"collections": "stations,earthquakes"}
    answer = picture(house, f"/tiles/{TILE}", **query)
    found = mapbox_vector_tile.decode(answer.data)
    assert list(found) == ["stations", "earthquakes"]
    for name in found:
        alone = picture(house, f"/collections/{name}/tiles/{TILE}")
        assert found[name] == mapbox_vector_tile.decode(alone.data)[name]
    assert answer.headers["X-Data-Version"].count("=") == 2
    everything = mapbox_vector_tile.decode(picture(house, f"/tiles/{TILE}").data)
    assert {"stations", "seismic-zones", "faults", "earthquakes"} <= set(everything)
    assert "stations-pm2-5" not in everything
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert house.get(f"/ogcapi/tiles/{TILE}", query_string=query, headers=tag).status_code == 304
    for text in ("stations,nowhere", "observations", "dose-rate", ""):
        refused = house.get(f"/ogcapi/tiles/{TILE}", query_string={"collections": text})
        assert refused.status_code == 400, text
    template = house.json("/ogcapi/tiles/WebMercatorQuad?collections=stations,earthquakes")
    href = next(e["href"] for e in template["links"] if e.get("templated"))
    assert "collections=stations,earthquakes" in href


def test_a_map_of_several_collections_is_that_of_wms(house: Any) -> None:
    box = "60,38,80,48"
    ours = picture(house, "/map", collections="dose-rate,stations", bbox=box, width=200, height=100)
    theirs = house.get(
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate,stations&CRS=CRS:84"
        f"&BBOX={box}&WIDTH=200&HEIGHT=100&FORMAT=image/png&TRANSPARENT=TRUE"
    )
    assert ours.data == theirs.data
    tile = picture(house, "/map/tiles/WebMercatorQuad/6/23/44", collections="dose-rate,stations")
    west, south, east, north = morecantile.tms.get("WebMercatorQuad").xy_bounds(44, 23, 6)
    same = house.get(
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate,stations&CRS=EPSG:3857"
        f"&BBOX={west},{south},{east},{north}&WIDTH=256&HEIGHT=256&FORMAT=image/png"
        "&TRANSPARENT=TRUE"
    )
    assert np.abs(drawn(tile.data).astype(int) - drawn(same.data)).mean() < 0.5


def test_a_time_is_drawn_as_it_is_asked_and_no_other(house: Any) -> None:
    for path in ("/collections/stations/map", f"/collections/stations/tiles/{TILE}"):
        newest = picture(house, path)
        assert newest.headers["Warning"].startswith("99 ")
        earlier = picture(house, path, datetime=EARLIER)
        assert earlier.headers["X-Data-Time"] == f"stations={EARLIER}"
        assert "Warning" not in earlier.headers
        assert earlier.data != newest.data
        assert picture(house, path, datetime=f"../{EARLIER}").data == earlier.data
        for missing in ("1901-01-01T00:00:00Z", "2026-11-20T10:30:00Z"):
            refused = house.get(f"/ogcapi{path}", query_string={"datetime": missing})
            assert refused.status_code == 404
            assert refused.mimetype == "application/problem+json"
        assert house.get(f"/ogcapi{path}?datetime=soon").status_code == 400
    # Of events those within the period.
    path = f"/collections/earthquakes/tiles/{TILE}"
    whole = mapbox_vector_tile.decode(picture(house, path).data)["earthquakes"]["features"]
    late = picture(house, path, datetime="1970-01-01T00:00:00Z/..").data
    times = [f["properties"]["time"] for f in whole]
    chosen = mapbox_vector_tile.decode(late)["earthquakes"]["features"] if late else []
    assert len(chosen) == sum(time >= "1970" for time in times) < len(times)


def test_a_map_has_the_size_and_the_box_that_are_asked_for(house: Any) -> None:
    path = "/collections/dose-rate/map"
    box = {"bbox": "60,40,80,50"}
    assert size(picture(house, path, **box, width=300, height=100).data) == (300, 100)
    assert size(picture(house, path, **box, width=300).data) == (300, 150)
    assert size(picture(house, path, **box, height=100).data) == (200, 100)
    assert size(picture(house, path, **box).data) == (1024, 512)
    plain = picture(house, path, width=64)
    assert plain.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    extent = house.json("/ogcapi/collections/dose-rate")["extent"]["spatial"]["bbox"][0]
    told = [float(v) for v in plain.headers["Content-Bbox"].split(",")]
    assert told == pytest.approx(extent, abs=1e-5)
    # 20 degrees of the equator are 2,226 km; at 1 : 20,000,000 that is 111 mm, 397 pixels of it.
    scaled = picture(house, path, **box, **{"scale-denominator": 20_000_000})
    assert size(scaled.data) == (398, 199)
    coarse = {"scale-denominator": 20_000_000, "mm-per-pixel": 0.56}
    assert size(picture(house, path, **box, **coarse).data) == (199, 99)


@pytest.mark.parametrize(
    ("subset", "more", "bbox"),
    [
        ("Lat(40:50),Lon(60:80)", {}, "60,40,80,50"),
        ("lon(60:80), lat(40:50)", {"subset-crs": EPSG.format(4326)}, "60,40,80,50"),
        ("X(6700000:8900000),Y(4900000:6400000)", {"subset-crs": EPSG.format(3857)},
         "6700000,4900000,8900000,6400000"),
        ("E(400000:600000),N(4500000:4700000)", {"subset-crs": EPSG.format(32642)},
         "400000,4500000,600000,4700000"),
    ],
)  # fmt: skip
def test_a_subset_is_the_box_of_its_axes(
    house: Any, subset: str, more: dict[str, str], bbox: str
) -> None:
    path, size = "/collections/dose-rate/map", {"width": 80, "height": 60}
    ours = picture(house, path, subset=subset, **more, **size)
    named = {"bbox-crs": more["subset-crs"]} if more else {}
    if named.get("bbox-crs") == EPSG.format(4326):
        bbox = "40,60,50,80"
    theirs = picture(house, path, bbox=bbox, **named, **size)
    assert ours.headers["Content-Bbox"] == theirs.headers["Content-Bbox"]
    assert ours.data == theirs.data


def test_an_axis_that_is_not_named_is_whole_and_a_time_may_be(house: Any) -> None:
    path = "/collections/dose-rate/map"
    whole = picture(house, path, width=64).headers["Content-Bbox"].split(",")
    part = picture(house, path, subset="Lat(42:*)", width=64).headers["Content-Bbox"].split(",")
    assert (part[0], part[1], part[2:]) == (whole[0], "42", whole[2:])
    early = picture(house, path, subset=f'time("{EARLIER}")', width=64)
    assert early.data == picture(house, path, datetime=EARLIER, width=64).data
    assert "Warning" not in early.headers
    assert early.headers["X-Data-Time"] == f"dose-rate={EARLIER}"
    missing = {"subset": 'time("1901-01-01T00:00:00Z")'}
    assert house.get(f"/ogcapi{path}", query_string=missing).status_code == 404


def test_a_map_may_lie_around_its_middle(house: Any) -> None:
    path = "/collections/dose-rate/map"
    asked = {"width": 100, "height": 50, "scale-denominator": 20_000_000}
    found = picture(house, path, center="69.3,41.3", **asked)
    assert size(found.data) == (100, 50)
    west, south, east, north = map(float, found.headers["Content-Bbox"].split(","))
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((69.3, 41.3), abs=1e-6)
    # 100 pixels of 0.28 mm at 1 : 20,000,000 are 560 km, 5.03 degrees of the equator.
    assert east - west == pytest.approx(5.0306, abs=1e-3)
    other = {"center": "41.3,69.3", "center-crs": EPSG.format(4326)}
    assert picture(house, path, **other, **asked).data == found.data
    metres = picture(house, path, center="69.3,41.3", crs=EPSG.format(3857), **asked)
    west, _, east, _ = map(float, metres.headers["Content-Bbox"].split(","))
    assert east - west == pytest.approx(560_000)
    assert size(picture(house, path, center="69.3,41.3").data) == (1024, 1024)
    # Without a middle it is that of the data.
    extent = house.json("/ogcapi/collections/dose-rate")["extent"]["spatial"]["bbox"][0]
    west, _, east, _ = map(float, picture(house, path, **asked).headers["Content-Bbox"].split(","))
    assert (west + east) / 2 == pytest.approx((extent[0] + extent[2]) / 2, abs=1e-5)


def test_the_system_of_what_is_not_asked_for_is_passed_over(house: Any) -> None:
    plain = picture(house, "/collections/dose-rate/map", width=64)
    for key in ("bbox-crs", "subset-crs", "center-crs"):
        for spelt in (EPSG.format(4326), "[OGC:CRS84]"):
            named = picture(house, "/collections/dose-rate/map", width=64, **{key: spelt})
            assert named.data == plain.data


def test_a_map_is_in_the_system_that_is_asked_for(house: Any) -> None:
    path = "/collections/dose-rate/map"
    lon_lat = picture(house, path, bbox="60,40,80,50", width=100, height=50)
    lat_lon = {"bbox": "40,60,50,80", "bbox-crs": EPSG.format(4326)}
    same = picture(house, path, **lat_lon, width=100, height=50)
    assert same.data == lon_lat.data
    swapped = picture(house, path, **lat_lon, crs=EPSG.format(4326), width=100, height=50)
    assert swapped.data == lon_lat.data
    assert swapped.headers["Content-Bbox"] == "40,60,50,80"
    metres = picture(house, path, bbox="60,40,80,50", crs=EPSG.format(3857), width=100)
    assert metres.headers["Content-Crs"] == f"<{EPSG.format(3857)}>"
    west, south, east, north = map(float, metres.headers["Content-Bbox"].split(","))
    assert (west, east) == pytest.approx((6_679_169.4, 8_905_559.3), abs=1)
    assert (south, north) == pytest.approx((4_865_942.3, 6_446_275.8), abs=1)
    kruger = picture(house, path, bbox="60,40,80,50", crs=EPSG.format(28412), width=100)
    assert drawn(kruger.data)[..., 3].any()


def test_a_map_has_the_ground_and_the_format_that_are_asked_for(house: Any) -> None:
    path, box = "/collections/stations/map", {"bbox": "0,0,1,1", "width": 4, "height": 4}
    assert not drawn(picture(house, path, **box).data).any()
    for text in ("0xFF8000", "#ff8000", "FF8000"):
        found = drawn(picture(house, path, **box, bgcolor=text).data)
        assert (found == (255, 128, 0, 255)).all()
    assert (drawn(picture(house, path, **box, bgcolor="navy").data) == (0, 0, 128, 255)).all()
    white = drawn(picture(house, path, **box, transparent="false").data)
    assert (white == 255).all()
    both = picture(house, path, **box, transparent="true", bgcolor="red")
    assert not drawn(both.data)[..., 3].any()
    for word, kind in (("png", "PNG"), ("webp", "WEBP"), ("jpeg", "JPEG")):
        answer = picture(house, path, **box, f=word)
        assert answer.mimetype == f"image/{word}"
        assert Image.open(io.BytesIO(answer.data)).format == kind
    asked = house.get(f"/ogcapi{path}?width=8", headers={"Accept": "image/jpeg"})
    assert asked.mimetype == "image/jpeg"


def test_a_threshold_and_breaks_are_those_of_tiles(house: Any) -> None:
    path = f"/collections/dose-rate/styles/exceedance/map/tiles/{TILE}"
    for query in ({"threshold": "120"}, {"threshold": "120", "smooth": "1"}):
        ours = picture(house, path, **query)
        theirs = house.get(
            "/tiles/dose-rate/exceedance/latest/latest/6/44/23.png", query_string=query
        )
        assert ours.data == theirs.data
    assert house.get(f"/ogcapi/collections/stations/map/tiles/{TILE}?smooth=1").status_code == 400


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"width": "0"}, "width"),
        ({"width": "9999"}, "4096"),
        ({"height": "1e2"}, "height"),
        ({"bbox": "60,40,60,50"}, "area"),
        ({"bbox": "170,40,-170,50"}, "180 degrees"),
        ({"bbox-crs": "EPSG:1"}, "not offered"),
        ({"bbox": "1,2,3"}, "four"),
        ({"crs": "EPSG:1"}, "not offered"),
        ({"bgcolor": "reddish"}, "bgcolor"),
        ({"transparent": "maybe"}, "transparent"),
        ({"scale-denominator": "1"}, "side"),
        ({"scale-denominator": "0"}, "1 or more"),
        ({"scale-denominator": "1000000", "width": "5", "bbox": "60,40,80,50"}, "same"),
        ({"mm-per-pixel": "0"}, "mm-per-pixel"),
        ({"bbox": "0,0,1e-9,1e-9"}, "map"),
        ({"threshold": "5"}, "threshold"),
        ({"styles": "mean"}, "unknown"),
        ({"subset": "Lat(40:50),Lon(60:80)", "bbox": "60,40,80,50"}, "same"),
        ({"subset": "Lat(40:50)", "center": "60,40"}, "same"),
        ({"subset": "Lat(50:40)"}, "ends before"),
        ({"subset": "Lat(40)"}, "low:high"),
        ({"subset": "Lat(40:50),Lat(40:50)"}, "twice"),
        ({"subset": "Lat(40:50:60)"}, "expected"),
        ({"subset": ""}, "expected"),
        ({"subset": "h(40:50)"}, "has lon, lat, time"),
        ({"subset": "E(1:2)"}, "has lon, lat, time"),
        ({"subset-crs": "EPSG:1"}, "not offered"),
        ({"center-crs": "EPSG:1"}, "not offered"),
        ({"center": "60"}, "two numbers"),
        ({"center": "60,north"}, "number"),
        ({"subset": 'time("2026-11-20T10:00:00Z")', "datetime": EARLIER}, "same"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_drawn_is_refused(
    house: Any, query: dict[str, str], said: str
) -> None:
    answer = house.get("/ogcapi/collections/dose-rate/map", query_string=query)
    assert answer.status_code == 400, answer.text
    assert said in answer.json["detail"]


def test_a_style_that_is_not_there_is_not_found(house: Any) -> None:
    for path in ("map", "map/tiles", "map/tiles/WebMercatorQuad", f"map/tiles/{TILE}"):
        answer = house.get(f"/ogcapi/collections/dose-rate/styles/men/{path}")
        assert answer.status_code == 404
        assert 'did you mean "mean"' in answer.json["detail"]
    own = house.get("/ogcapi/collections/dose-rate-sd/styles/mean/map")
    assert own.status_code == 404
    sets = house.get("/ogcapi/collections/stations/tiles/WorldCRS84Quad")
    assert sets.status_code == 404
    assert "WebMercatorQuad" in sets.json["detail"]


def test_before_there_are_data_everything_is_described_and_nothing_drawn(own: Any) -> None:
    for path in (
        "",
        "/collections",
        "/collections/dose-rate",
        "/api",
        "/map/tiles/WebMercatorQuad",
    ):
        for word in ("json", "html"):
            answer = own.get(f"/ogcapi{path}?f={word}")
            assert answer.status_code == 200, (path, answer.text)
    for name in ("stations", "observations", "earthquakes"):
        found = own.get(f"/ogcapi/collections/{name}/items")
        assert found.json["features"] == []
        assert own.get(f"/ogcapi/collections/{name}/items?f=html").status_code == 200
        assert own.get(f"/ogcapi/collections/{name}/queryables").status_code == 200
    assert own.json("/ogcapi/collections/dose-rate/map/tiles/WebMercatorQuad")["layers"]
    for path in ("map", f"map/tiles/{TILE}"):
        assert own.get(f"/ogcapi/collections/dose-rate/{path}").status_code == 404
    # What nobody named is left out.
    whole = own.get("/ogcapi/map?width=32")
    assert whole.status_code == 200
    assert "dose-rate" not in whole.headers["X-Data-Version"]
