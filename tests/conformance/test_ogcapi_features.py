"""What OGC's executable suite for Features 1 and 2 asks, as far as its assertions are published.

The suite itself is a program for the Java machine; these are its questions, asked of a real server
over the wire, collection by collection. A failure here is one there.
"""

import json
import re
from typing import Any
from urllib.parse import quote

import openapi_spec_validator
import pytest
import shapely.geometry

from layers import temporal
from tests.servers import Server

pytestmark = pytest.mark.conformance
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"


class Client:
    """The suite's way to ask: absolute addresses and an Accept header."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.landing = self.json("/ogcapi/")
        self.api = self.json(self.link(self.landing, "service-desc", OPENAPI))
        self.listed = self.json(self.link(self.landing, "data"))

    def get(self, href: str, accept: str = "application/geo+json, application/json") -> Any:
        path = href.removeprefix(self.server.url)
        assert path.startswith("/"), href
        return self.server.get(path, Accept=accept)

    def json(self, href: str) -> Any:
        status, headers, body = self.get(href, "*/*")
        assert status == 200, (href, body)
        assert "json" in str(headers["Content-Type"])
        return json.loads(body)

    def link(self, document: Any, rel: str, kind: str | None = None) -> str:
        found = [
            each["href"]
            for each in document["links"]
            if each["rel"] == rel and (kind is None or each["type"] == kind)
        ]
        assert found, f"no link {rel} of type {kind}"
        return str(found[0])

    def feature_collections(self) -> list[Any]:
        return [
            each
            for each in self.listed["collections"]
            if any(link["rel"] == "items" for link in each["links"])
        ]

    def items(self, collection: Any, query: str = "") -> Any:
        href = self.link(collection, "items", "application/geo+json")
        return self.json(f"{href}&{query}" if query else href)

    def parameter(self, collection: Any, name: str) -> Any:
        path = self.api["paths"][f"/collections/{collection['id']}/items"]["get"]
        shared = self.api["components"]["parameters"]
        named = [shared[each["$ref"].rpartition("/")[2]] for each in path["parameters"]]
        found = [each for each in named if each["name"] == name]
        assert len(found) == 1, name
        return found[0]


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server)


def is_linked(document: Any, *rels: str) -> None:
    links = document["links"]
    assert {each["rel"] for each in links} >= set(rels)
    for each in links:
        assert each["rel"]
        assert each["type"]
        assert each["href"]


def test_the_landing_page_leads_to_the_definition_the_conformance_and_the_data(
    client: Client,
) -> None:
    rels = {each["rel"] for each in client.landing["links"]}
    assert rels & {"service-desc", "service-doc"}
    assert {"conformance", "data"} <= rels


def test_the_definition_is_openapi_of_exactly_the_type_that_is_linked(client: Client) -> None:
    status, headers, body = client.get(client.link(client.landing, "service-desc", OPENAPI), "*/*")
    assert status == 200
    assert headers["Content-Type"] == OPENAPI
    openapi_spec_validator.validate(json.loads(body))
    assert b'"$ref":"http' not in body


def test_the_classes_are_declared(client: Client) -> None:
    document = client.json(client.link(client.landing, "conformance"))
    declared = document["conformsTo"]
    assert {CORE + name for name in ("core", "geojson", "html", "oas30")} <= set(declared)
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in declared


def test_the_collections_are_linked_and_described(client: Client) -> None:
    is_linked(client.listed, "self", "alternate")
    assert len(client.feature_collections()) >= 6
    for each in client.feature_collections():
        is_linked(each, "items")
        box = each["extent"]["spatial"]["bbox"][0]
        assert len(box) in (4, 6)
        assert all(isinstance(v, int | float) for v in box)
        for interval in each["extent"].get("temporal", {}).get("interval", []):
            begin, end = (temporal.instant(word) for word in interval)
            assert begin <= end
        alone = client.json(client.link(each, "self"))
        for key in ("id", "title", "description", "extent", "crs", "storageCrs"):
            assert alone.get(key) == each.get(key)
        hrefs = {link["href"] for link in alone["links"]}
        items = [link["href"] for link in each["links"] if link["rel"] == "items"]
        assert set(items) <= hrefs


def test_the_name_that_the_suite_keeps_for_nothing_is_nothing(client: Client) -> None:
    assert client.get("/ogcapi/collections/dUmmYColLection")[0] == 404


def test_the_keys_of_items_are_defined_as_the_standard_has_them(client: Client) -> None:
    for each in client.feature_collections():
        limit = client.parameter(each, "limit")
        bbox, datetime = client.parameter(each, "bbox"), client.parameter(each, "datetime")
        for key in (limit, bbox, datetime):
            assert key["in"] == "query"
            assert key["required"] is False
            assert (key["style"], key["explode"]) == ("form", False)
        schema = limit["schema"]
        assert schema["type"] == "integer"
        assert 1 <= schema["minimum"] <= schema["default"] <= schema["maximum"]
        assert bbox["schema"]["type"] == "array"
        assert bbox["schema"]["items"] == {"type": "number"}
        assert (bbox["schema"]["minItems"], bbox["schema"]["maxItems"]) == (4, 6)
        assert datetime["schema"] == {"type": "string"}
        for name in ("crs", "bbox-crs"):
            key = client.parameter(each, name)
            assert key["schema"]["type"] == "string"
            assert key["schema"]["format"] == "uri"


def test_items_are_features_with_links_counts_and_a_time_stamp(client: Client) -> None:
    for each in client.feature_collections():
        status, headers, body = client.get(client.link(each, "items", "application/geo+json"))
        assert status == 200
        assert headers["Content-Type"] == "application/geo+json"
        document = json.loads(body)
        assert document["type"] == "FeatureCollection"
        is_linked(document, "self", "alternate")
        assert temporal.instant(document["timeStamp"])
        assert document["numberReturned"] == len(document["features"])
        if "numberMatched" in document:
            assert document["numberMatched"] >= document["numberReturned"]
        for feature in document["features"]:
            assert feature["type"] == "Feature"
            assert isinstance(feature["properties"], dict)
            if feature["geometry"] is not None:
                assert shapely.geometry.shape(feature["geometry"]).is_valid


def test_a_limit_limits_and_the_number_matched_is_that_of_all_pages(client: Client) -> None:
    for each in client.feature_collections():
        for limit in (1, 2, 5, 10_000):
            document = client.items(each, f"limit={limit}")
            assert len(document["features"]) <= limit
        document = client.items(each, "limit=40")
        total = document.get("numberMatched")
        if total is None:
            continue
        seen = document["numberReturned"]
        while more := [e["href"] for e in document["links"] if e["rel"] == "next"]:
            document = client.json(more[0])
            assert document["numberMatched"] == total
            seen += document["numberReturned"]
        assert seen == total


def test_a_box_and_a_period_choose_what_they_touch(client: Client) -> None:
    for each in client.feature_collections():
        west, south, east, north = each["extent"]["spatial"]["bbox"][0]
        half = f"bbox={west},{south},{(west + east) / 2},{north}"
        area = shapely.geometry.box(west, south, (west + east) / 2, north)
        document = client.items(each, f"{half}&limit=200")
        for feature in document["features"]:
            assert shapely.geometry.shape(feature["geometry"]).intersects(area)
        whole = client.items(each, f"bbox={west},{south},{east},{north}&limit=1")
        assert whole["features"]
        if "temporal" not in each["extent"]:
            continue
        begin, end = each["extent"]["temporal"]["interval"][0]
        for period in (begin, end, f"{begin}/{end}", f"{begin}/..", f"../{end}", f"/{end}"):
            found = client.items(each, f"datetime={quote(period)}&limit=10")
            assert found["features"], (each["id"], period)
            for feature in found["features"]:
                told = feature["properties"].get("time") or feature["properties"].get("begin_time")
                if told is not None:
                    assert begin <= told <= end


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=a,b,c,d",
        "datetime=x",
        "datetime=2026-13-01T00:00:00Z",
        "crs=http://www.opengis.net/def/crs/EPSG/0/1",
        "bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/1",
        "dUmmY=1",
        "filter=((",
    ],
)
def test_a_key_that_is_unknown_or_invalid_is_400(client: Client, query: str) -> None:
    for each in client.feature_collections():
        href = client.link(each, "items", "application/geo+json")
        status, headers, body = client.get(f"{href}&{query}")
        assert status == 400, (each["id"], query)
        assert headers["Content-Type"] == "application/problem+json"
        assert json.loads(body)["status"] == 400
    for path in ("/ogcapi/", "/ogcapi/collections", "/ogcapi/conformance"):
        assert client.get(f"{path}?dUmmY=1")[0] == 400


def test_a_feature_has_its_address_and_its_links(client: Client) -> None:
    for each in client.feature_collections():
        for feature in client.items(each, "limit=3")["features"]:
            href = f"/ogcapi/collections/{each['id']}/items/{quote(feature['id'])}"
            status, headers, body = client.get(href)
            assert status == 200
            assert headers["Content-Type"] == "application/geo+json"
            alone = json.loads(body)
            is_linked(alone, "self", "alternate", "collection")
            assert alone["id"] == feature["id"]
            assert alone["geometry"] == feature["geometry"]
            assert alone["properties"] == feature["properties"]


def test_every_system_is_answered_and_named_on_every_answer(client: Client) -> None:
    for each in client.feature_collections():
        assert each["crs"][0] == each["storageCrs"] == CRS84
        plain = client.get(client.link(each, "items", "application/geo+json") + "&limit=1")
        assert plain[1]["Content-Crs"] == f"<{CRS84}>"
        # All systems of the collection with the most kinds of coordinates, some of the others.
        chosen = each["crs"] if each["id"] == "stations" else each["crs"][::6]
        for uri in chosen:
            words = f"limit=1&crs={quote(uri, safe='')}"
            href = client.link(each, "items", "application/geo+json")
            status, headers, body = client.get(f"{href}&{words}")
            assert status == 200
            assert headers["Content-Crs"] == f"<{uri}>"
            feature = json.loads(body)["features"][0]
            path = f"/ogcapi/collections/{each['id']}/items/{quote(feature['id'])}"
            alone = client.get(f"{path}?crs={quote(uri, safe='')}")
            assert alone[1]["Content-Crs"] == f"<{uri}>"
            box = f"bbox=-1,-1,1,1&bbox-crs={quote(uri, safe='')}&limit=1"
            assert client.get(f"{href}&{box}")[0] == 200


def test_every_document_is_a_page_for_a_browser(client: Client) -> None:
    paths = ["/ogcapi/", "/ogcapi/conformance", "/ogcapi/collections", "/ogcapi/api"]
    paths += [f"/ogcapi/collections/{e['id']}/items" for e in client.feature_collections()]
    for path in paths:
        status, headers, body = client.get(path, "text/html")
        assert status == 200
        assert str(headers["Content-Type"]).startswith("text/html")
        assert re.match(rb"<!doctype html>", body)
