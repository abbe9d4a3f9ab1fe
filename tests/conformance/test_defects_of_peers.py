"""What other servers were seen to do wrong, and users stumbled over, asked of ours."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Server

pytestmark = pytest.mark.conformance
MAP = (
    "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES=&CRS=CRS:84"
    "&BBOX=60,40,80,50&WIDTH=40&HEIGHT=20&FORMAT=image/png"
)
TIME = re.compile(r'"(\d{4}-\d{2}-\d{2}T[^"/]*)"')
FACES = (
    "/current.json",
    "/tilejson/dose-rate.json",
    "/api/v1/point?lon=69.3&lat=41.3",
    "/ogcapi?f=json",
    "/ogcapi/collections?f=json",
    "/ogcapi/collections/stations/items?limit=5",
    "/ogcapi/collections/observations/items?limit=5",
    "/sta/v1.1/Datastreams?$top=3&$expand=Observations($top=1)",
    "/files/stations/latest/latest.geojson",
)


@pytest.mark.parametrize("path", FACES)
def test_every_time_has_its_zone(server: Server, path: str) -> None:
    text = server.get(path)[2].decode()
    found = TIME.findall(text)
    assert all(each.endswith("Z") for each in found), found[:3]
    if "collections?" not in path and path != "/ogcapi?f=json":
        assert found


@pytest.mark.parametrize("path", FACES)
def test_every_answer_has_a_tag_and_is_not_sent_twice(server: Server, path: str) -> None:
    status, headers, _ = server.get(path)
    assert status == 200
    tag = headers["ETag"]
    if "items" in path:  # their timeStamp is that of the answer
        assert tag
        return
    assert server.get(path, **{"If-None-Match": tag})[0] == 304


@pytest.mark.parametrize("path", [p for p in FACES if p.startswith("/ogcapi")])
def test_what_depends_on_a_header_says_so(server: Server, path: str) -> None:
    bare = path.partition("?f=")[0]
    vary = server.get(bare)[1]["Vary"]
    assert {"Accept", "Accept-Language"} <= {word.strip() for word in vary.split(",")}


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/ogcapi/collections/stations/items", "application/geo+json", "application/geo+json"),
        ("/ogcapi/collections/stations/items", "*/*", "application/geo+json"),
        ("/ogcapi/collections/stations/items", "text/html,*/*;q=0.8", "text/html"),
        ("/files/stations/latest/latest.geojson", "*/*", "application/geo+json"),
        ("/files/stations/latest/latest.csv", "*/*", "text/csv"),
        ("/ogcapi/api", "*/*", "application/vnd.oai.openapi+json"),
    ],
)
def test_a_document_has_its_own_media_type(
    server: Server, path: str, accept: str, kind: str
) -> None:
    assert server.get(path, Accept=accept)[1].get_content_type() == kind


@pytest.mark.parametrize(
    "path",
    [
        "/ogcapi/collections/stations/items?frobnicate=1",
        "/ogcapi/collections?frobnicate=1",
        "/tilejson/dose-rate.json?frobnicate=1",
        "/api/v1/point?lon=1&lat=1&frobnicate=1",
        "/sta/v1.1/Things?$frobnicate=1",
        "/tiles/dose-rate/mean/latest/latest/6/44/23.png?frobnicate=1",
    ],
)
def test_a_key_that_means_nothing_is_refused_in_a_problem(server: Server, path: str) -> None:
    status, headers, body = server.get(path)
    assert status == 400
    assert headers.get_content_type() == "application/problem+json"
    assert "frobnicate" in json.loads(body)["detail"]
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/ogcapi/collections/stations/items", "/sta/v1.1/Things", "/wms", "/wmts",
     "/tilejson/dose-rate.json"],
)  # fmt: skip
def test_what_reads_is_not_written_to(server: Server, path: str) -> None:
    status, headers, body = server.post(path, b"{}")
    assert status == 405
    assert "GET" in headers["Allow"]
    assert b"Traceback" not in body
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", [*FACES, MAP, "/none", "/ogcapi/collections/none"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_every_origin_may_read_every_status(server: Server, path: str, method: str) -> None:
    request = urllib.request.Request(
        server.url + path, method=method, headers={"Origin": "https://elsewhere.example"}
    )
    _, headers, _ = server.ask(request)
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_the_openapi_document_refers_to_nothing_outside_of_itself(server: Server) -> None:
    text = server.get("/ogcapi/api?f=json")[2].decode()
    assert all(each.startswith("#/") for each in re.findall(r'"\$ref":\s*"([^"]+)"', text))
    limits = [
        each["schema"]
        for each in parameters(json.loads(text))
        if each.get("name") == "limit" and "schema" in each
    ]
    assert limits
    for schema in limits:
        # QGIS takes the size of its pages from here.
        assert (schema["type"], schema["minimum"], schema["maximum"]) == ("integer", 1, 10_000)
        assert schema["default"] == 1_000


def parameters(document: Any) -> list[dict[str, Any]]:
    found = list(document.get("components", {}).get("parameters", {}).values())
    for operations in document["paths"].values():
        found += operations.get("parameters", [])
        for operation in operations.values():
            if isinstance(operation, dict):
                found += operation.get("parameters", [])
    return found


def test_a_limit_that_is_too_large_is_cut_and_not_refused(server: Server) -> None:
    status, _, body = server.get("/ogcapi/collections/stations/items?limit=1000000")
    assert status == 200
    assert json.loads(body)["numberReturned"] == 96


def test_systems_begin_with_the_stored_one_and_the_answer_names_its_own(server: Server) -> None:
    crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    told = server.json("/ogcapi/collections/stations?f=json")
    assert told["crs"][0] == told["storageCrs"] == crs84
    path = "/ogcapi/collections/stations/items?limit=1"
    assert server.get(path)[1]["Content-Crs"] == f"<{crs84}>"
    other = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert server.get(f"{path}&crs={other}")[1]["Content-Crs"] == f"<{other}>"


def test_the_next_page_keeps_every_key(server: Server) -> None:
    path = "/ogcapi/collections/stations/items?limit=3&f=json&lang=ru&bbox=46,37,88,56"
    told = server.json(path)
    (following,) = [link["href"] for link in told["links"] if link["rel"] == "next"]
    for word in ("limit=3", "f=json", "lang=ru", "bbox="):
        assert word in following
    again = json.loads(server.get(following.removeprefix(server.url))[2])
    assert {e["id"] for e in again["features"]}.isdisjoint(e["id"] for e in told["features"])


@pytest.mark.parametrize("path", ["/ogcapi", "/ogcapi/collections", "/ogcapi/conformance"])
def test_an_address_answers_with_and_without_its_slash(server: Server, path: str) -> None:
    assert server.get(path)[0] == server.get(f"{path}/")[0] == 200


def test_a_time_outside_of_the_extent_is_never_another_hour(server: Server) -> None:
    for path in (
        f"{MAP}&TIME=1901-01-01T00:00:00Z",
        "/wmts/dose-rate/mean/1901-01-01T00:00:00Z/WebMercatorQuad/6/23/44.png",
        "/tiles/dose-rate/mean/latest/1901-01-01T00:00:00Z/6/44/23.png",
        "/ogcapi/collections/dose-rate/map?datetime=1901-01-01T00:00:00Z",
        "/files/dose-rate/latest/1901-01-01T00:00:00Z.tif",
        "/api/v1/point?lon=69.3&lat=41.3&time=yesterday",
    ):
        status, headers, body = server.get(path)
        kind = headers.get_content_type()
        assert not kind.startswith("image/"), path
        assert status >= 400 or b"ServiceException" in body, path


def test_a_range_of_times_draws_the_last_within_it_and_says_so(server: Server) -> None:
    first, _, third, last = server.json("/tilejson/dose-rate.json")["times"][-4:]
    headers = server.get(f"{MAP}&TIME={first}/{last}")[1]
    assert headers["X-Data-Time"] == f"dose-rate={third}"


def test_titles_hold_no_quotes_that_other_programs_trip_over(server: Server) -> None:
    text = server.get("/wmts/1.0.0/WMTSCapabilities.xml")[2].decode()
    for title in re.findall(r"<ows:Title>([^<]*)</ows:Title>", text):
        assert '"' not in title
        assert "'" not in title


def test_each_layer_of_wmts_has_one_address_of_tiles_for_a_format(server: Server) -> None:
    """QGIS takes the last of several."""
    text = server.get("/wmts/1.0.0/WMTSCapabilities.xml")[2].decode()
    for layer in re.findall(r"<Layer>.*?</Layer>", text, re.DOTALL):
        tiles = re.findall(r'<ResourceURL [^>]*resourceType="tile"[^>]*>', layer)
        assert len(tiles) == 1
        assert ("{Time}" in tiles[0]) == ("<Dimension>" in layer)


def test_an_empty_tile_is_no_error_and_one_outside_is(server: Server) -> None:
    """Inside of the limits a picture is transparent; GDAL and browsers go on."""
    status, headers, _ = server.get("/tiles/dose-rate/mean/latest/latest/6/0/0.png")
    assert (status, headers.get_content_type()) == (200, "image/png")
    assert server.get("/tiles/dose-rate/mean/latest/latest/6/64/0.png")[0] in (400, 404)
    vector = "/ogcapi/collections/stations/tiles/WebMercatorQuad"
    assert server.get(f"{vector}/6/0/0")[0] == 404
    assert server.get(f"{vector}/99/0/0")[0] == 404


@pytest.mark.parametrize(
    "path",
    ["/wms?SERVICE=WMS&REQUEST=GetCapabilities", "/wmts/1.0.0/WMTSCapabilities.xml",
     "/ogcapi?f=json", "/tilejson/dose-rate.json", "/sta/v1.1"],
)  # fmt: skip
def test_every_address_in_a_document_is_whole_and_of_the_host_that_was_asked(
    server: Server, path: str
) -> None:
    """Behind a proxy that keeps the host, a client never meets an address of the inside."""
    text = server.get(path, Host="maps.example.org")[2].decode()
    assert server.url not in text
    assert "http://maps.example.org/" in text


def test_a_property_type_is_spelt_as_its_standard_has_it(server: Server) -> None:
    told = server.json("/ogcapi/collections/dose-rate/map/tiles?f=json")
    for link in told["links"] + [link for each in told["tilesets"] for link in each["links"]]:
        assert "type" in link
        assert "type_" not in link


def test_ids_are_words_that_no_client_trips_over(server: Server) -> None:
    told = server.json("/ogcapi/collections?f=json")["collections"]
    assert told
    assert all(re.fullmatch("[a-z0-9_-]+", each["id"]) for each in told)
    assert server.get("/ogcapi/collections/dUmmYColLection")[0] == 404


def test_no_expanded_page_stops_short_of_what_it_says(server: Server, tmp_path: Path) -> None:
    """QGIS reads the first page of an expansion alone: a station's streams are whole in it."""
    things = server.json("/sta/v1.1/Things?$expand=Datastreams&$top=200")["value"]
    assert len(things) == 96
    for thing in things:
        assert "Datastreams@iot.nextLink" not in thing
        assert thing["Datastreams"]
