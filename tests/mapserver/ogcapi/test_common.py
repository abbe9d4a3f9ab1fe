"""The frame of the OGC APIs: landing page, negotiation, manners, the OpenAPI document."""

import gzip
import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import openapi_spec_validator
import pytest

from mapserver.services.ogcapi.parts import PARTS
from mapserver.services.ogcapi.service import rule

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
PAGES = (
    "/ogcapi",
    "/ogcapi/api",
    "/ogcapi/conformance",
    "/ogcapi/collections",
    "/ogcapi/collections/stations",
    "/ogcapi/collections/stations/schema",
    "/ogcapi/collections/stations/queryables",
    "/ogcapi/collections/stations/items",
    "/ogcapi/collections/stations/items/KZALA",
    "/ogcapi/collections/seismic-zones/items/msk-10-1",
    "/ogcapi/collections/observations",
    "/ogcapi/collections/observations/items",
    "/ogcapi/tileMatrixSets",
    "/ogcapi/tileMatrixSets/WorldCRS84Quad",
    "/ogcapi/tiles",
    "/ogcapi/tiles/WebMercatorQuad",
    "/ogcapi/collections/dose-rate/map/tiles",
    "/ogcapi/collections/dose-rate/map/tiles/WorldCRS84Quad",
)


def local(address: str) -> str:
    """The path and query of an absolute address of the application."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == "http://localhost", address
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def links_of(document: Any) -> Iterator[dict[str, Any]]:
    """Every link that stands anywhere in a document."""
    if isinstance(document, dict):
        if "href" in document and "rel" in document:
            yield document
        for each in document.values():
            yield from links_of(each)
    elif isinstance(document, list):
        for each in document:
            yield from links_of(each)


@pytest.mark.parametrize("path", PAGES)
def test_every_link_is_absolute_and_leads_to_what_it_says(house: Any, path: str) -> None:
    document = house.json(path)
    found = list(links_of(document))
    # A schema is a schema, and an OpenAPI document one: their links stand in the header.
    bare = ("/schema", "/queryables", "/api")
    if path.endswith(bare) or path.startswith("/ogcapi/tileMatrixSets/"):
        found = []
        head = house.get(path).headers["Link"]
        for href, rel, kind in re.findall(r'<([^>]+)>; rel="([^"]+)"; type="([^"]+)"', head):
            found.append({"href": href, "rel": rel, "type": kind})
    assert any(each["rel"] == "self" for each in found), path
    for each in found:
        assert each["type"], each
        # tests/mapserver/ogcapi/test_every_layer.py follows those of all collections
        if each.get("templated") or (
            path.endswith("/collections") and "/collections/" in each["href"]
        ):
            continue
        answer = house.get(local(_smaller(each)))
        assert answer.status_code == 200, (each, answer.text)
        # A link to tiles or collections is to the document that programs get.
        told = answer.content_type.replace("; charset=utf-8", "").replace(" ", "")
        assert told == each["type"].replace(" ", ""), each


def _smaller(link: dict[str, Any]) -> str:
    """The address of a link, of a map with few pixels."""
    return f"{link['href']}?width=64" if link["type"] == "image/png" else str(link["href"])


@pytest.mark.parametrize("path", PAGES)
def test_an_address_answers_with_and_without_a_slash_at_its_end(house: Any, path: str) -> None:
    plain, slash = house.get(path), house.get(f"{path}/")
    assert plain.status_code == slash.status_code == 200
    assert _still(plain.text) == _still(slash.text)


def _still(text: str) -> str:
    return re.sub(r'"timeStamp":"[^"]*"', "", text)


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_gets_a_page_and_f_counts_more_than_accept(house: Any, path: str) -> None:
    page = house.get(path, headers={"Accept": BROWSER})
    assert page.content_type == "text/html; charset=utf-8"
    for accept in ("*/*", "application/json", "application/geo+json, */*;q=0.1", None):
        headers = {"Accept": accept} if accept else {}
        assert "json" in house.get(path, headers=headers).content_type, accept
    assert "json" in house.get(f"{path}?f=json", headers={"Accept": BROWSER}).content_type
    assert house.get(f"{path}?f=html", headers={"Accept": "*/*"}).mimetype == "text/html"
    for answer in (page, house.get(path)):
        varies = {each.strip() for each in answer.headers["Vary"].split(",")}
        assert varies >= {"Accept", "Accept-Language", "Accept-Encoding"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("path", "language"),
    [
        *zip(PAGES, itertools.cycle(("kk", "uz", "ru", "en")), strict=False),
        *(("/ogcapi/collections/dose-rate", each) for each in ("kk", "uz", "ru", "en")),
    ],
)
def test_a_page_is_in_its_language_without_script_and_without_other_hosts(
    house: Any, path: str, language: str
) -> None:
    answer = house.get(f"{path}?f=html&lang={language}")
    assert answer.headers["Content-Language"] == language
    page = _Page()
    page.feed(answer.text)
    names = [tag for tag, _ in page.tags]
    assert not {"script", "style", "iframe", "object"} & set(names)
    assert dict(page.tags[[n for n, _ in page.tags].index("html")][1])["lang"] == language
    for tag, words in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in words), (tag, words)
        for key in ("src", "href"):
            address = words.get(key) or ""
            assert not address.startswith("//")
            assert not address.startswith("http") or address.startswith("http://localhost")
    sources = [str(words["src"]) for tag, words in page.tags if tag == "img"]
    (source,) = sources
    small = source.replace("WIDTH=800", "WIDTH=40").replace("HEIGHT=480", "HEIGHT=24")
    assert small != source
    assert f"LANGUAGE={language}" in source
    picture = house.get(local(small))
    assert picture.mimetype == "image/webp", picture.text


def test_the_language_is_that_of_the_query_then_of_the_browser(house: Any) -> None:
    def title(**words: str) -> str:
        query = f"?lang={words['lang']}" if "lang" in words else ""
        headers = {"Accept-Language": words["wish"]} if "wish" in words else {}
        return str(house.get(f"/ogcapi{query}", headers=headers).json["title"])

    assert title(lang="ru", wish="kk") == title(wish="ru-RU,ru;q=0.9") != title(wish="kk")
    assert title() == title(wish="fr") == title(lang="en")
    assert title(lang="uz-Latn") == title(wish="uz")
    assert house.get("/ogcapi?lang=fr").status_code == 400


@pytest.mark.parametrize("path", PAGES)
def test_an_answer_is_told_to_be_the_same_and_packed_where_that_helps(
    house: Any, path: str
) -> None:
    answer = house.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    again = house.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Vary"] == answer.headers["Vary"]
    head = house.client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(answer.data))
    packed = house.get(path, headers={"Accept-Encoding": "gzip"})
    if packed.headers.get("Content-Encoding") == "gzip":
        assert _still(gzip.decompress(packed.data).decode()) == _still(answer.text)
        assert packed.headers["ETag"] != answer.headers["ETag"]
        tag = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
        assert house.get(path, headers=tag).status_code == 304
    else:
        assert len(answer.data) < 1_000


def test_every_status_may_be_read_by_every_origin_and_nothing_may_be_written(house: Any) -> None:
    paths = {"/ogcapi": 200, "/ogcapi/nowhere": 404, "/ogcapi?x=1": 400}
    for path, status in paths.items():
        answer = house.get(path)
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Content-Crs" in answer.headers["Access-Control-Expose-Headers"]
    assert house.client.options("/ogcapi/collections/stations/items").status_code == 200
    for method in ("post", "put", "delete", "patch"):
        refused = getattr(house.client, method)("/ogcapi/collections/stations/items")
        assert refused.status_code == 405
        assert refused.mimetype == "application/problem+json"
        assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("?f=xml", {}, 400, "known are json, html"),
        ("?F=json", {}, 400, 'did you mean "f"'),
        ("?f=json&f=html", {}, 400, "stands 2 times"),
        ("", {"Accept": "application/xml"}, 406, "application/json, text/html"),
        ("/collections/stations/items", {"Accept": "image/png"}, 406, "application/geo+json"),
        ("/collections/dUmmYColLection", {}, 404, "no collection"),
        ("/collections/station", {}, 404, 'did you mean "stations"'),
        ("/collections/basemap/items", {}, 404, "has no items"),
        ("/collections/dose-rate-sd/items", {}, 404, "has no items"),
        ("/collections/observations/map", {}, 404, "has no map"),
        ("/collections/dose-rate/tiles", {}, 404, "has no tiles"),
        ("/nowhere", {}, 404, "no address"),
    ],
)
def test_an_error_says_what_is_wrong_in_the_words_of_rfc_9457(
    house: Any, path: str, headers: dict[str, str], status: int, said: str
) -> None:
    answer = house.get(f"/ogcapi{path}", headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = json.loads(answer.text)
    assert problem["status"] == status
    assert said in problem["detail"]
    assert problem.keys() >= {"type", "title", "instance"}


def test_the_openapi_document_is_valid_and_refers_to_nothing_else(house: Any) -> None:
    answer = house.get("/ogcapi/api")
    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    document = json.loads(answer.text)
    assert document["openapi"] == "3.0.3"
    openapi_spec_validator.validate(document)
    references = set(re.findall(r'"\$ref": ?"([^"]+)"', answer.text))
    assert references
    for each in references:
        assert each.startswith("#/components/")
    assert document["servers"] == [{"url": "http://localhost/ogcapi"}]


def test_the_openapi_document_has_every_address_and_every_key(house: Any) -> None:
    document = house.json("/ogcapi/api")
    shared = document["components"]["parameters"]
    paths = document["paths"]
    rules = {each.rule for each in house.app.url_map.iter_rules() if "/ogcapi" in each.rule}
    assert rules == {rule(route) for part in PARTS for route in part.routes}
    for part in PARTS:
        for route in part.routes:
            plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path) or "/"
            written = [plain] if route.own is None else [p for p in paths if _is(p, plain)]
            assert written
            for path in written:
                told = paths[path]["get"]
                keys = {shared[e["$ref"].rpartition("/")[2]]["name"] for e in told["parameters"]}
                assert keys >= {p.name for p in route.parameters} | {"f", "lang"}
                assert set(told["responses"]["200"]["content"]) == set(route.formats.values())
                assert set(re.findall(r"\{(\w+)\}", path)) <= keys
    operations = [each["get"]["operationId"] for each in paths.values()]
    assert len(operations) == len(set(operations))


def _is(path: str, template: str) -> bool:
    return bool(re.fullmatch(template.replace("{collectionId}", "[a-z0-9-]+"), path))


def test_items_have_a_path_for_each_collection_with_its_own_properties(house: Any) -> None:
    document = house.json("/ogcapi/api")
    shared = document["components"]["parameters"]
    for name in ("stations", "earthquakes", "observations", "dose-lines"):
        told = document["paths"][f"/collections/{name}/items"]["get"]
        keys = {shared[e["$ref"].rpartition("/")[2]]["name"]: e for e in told["parameters"]}
        listed = house.json(f"/ogcapi/collections/{name}/queryables")["properties"]
        wanted = {n for n in listed if n not in ("id", "geometry")}
        assert keys.keys() >= wanted
        limit = shared[keys["limit"]["$ref"].rpartition("/")[2]]
        assert limit["schema"] == {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "default": 1_000,
        }
        assert {"bbox", "bbox-crs", "crs", "datetime"} <= keys.keys()


def test_what_is_conformed_to_is_told_once_and_by_every_part(house: Any) -> None:
    classes = house.json("/ogcapi/conformance")["conformsTo"]
    assert len(classes) == len(set(classes))
    for part in PARTS:
        assert part.conforms
        assert set(part.conforms) <= set(classes)
    # Without one of these QGIS does not filter on the server.
    for name in ("cql2-text", "basic-cql2"):
        assert f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" in classes


def test_addresses_are_those_of_the_proxy_that_is_believed(house: Any) -> None:
    import dataclasses

    from mapserver import settings
    from mapserver.app import create_app

    knobs = settings.read({}, proxies=1)
    behind = create_app(dataclasses.replace(house.site, settings=knobs)).test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "map.example.org"}
    found = behind.get("/ogcapi/collections/stations/items?limit=1", headers=headers).json
    assert {each["href"].split("/ogcapi")[0] for each in links_of(found)} == {
        "https://map.example.org"
    }
    plain = house.get("/ogcapi", headers=headers).json
    assert all(each["href"].startswith("http://localhost/") for each in links_of(plain))
    fixed = settings.read({}, base_url="https://fixed.example.org/")
    named = create_app(dataclasses.replace(house.site, settings=fixed)).test_client()
    document = named.get("/ogcapi/api").json
    assert document["servers"] == [{"url": "https://fixed.example.org/ogcapi"}]
