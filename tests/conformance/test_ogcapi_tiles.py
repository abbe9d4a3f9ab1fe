"""What OGC's executable suite for Tiles 1.0 asks, of a real server over the wire."""

import json
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import morecantile
import pytest

from tests.servers import Server

pytestmark = pytest.mark.conformance
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def href(server: Server, document: Any, rel: str) -> str:
    found = [each["href"] for each in document["links"] if each["rel"] == rel]
    assert found, rel
    return str(found[0]).removeprefix(server.url)


def sets(server: Server) -> Iterator[tuple[str, Any]]:
    """Every list of tile sets that is linked, of the whole and of the collections."""
    landing = server.json("/ogcapi/")
    documents = [landing, *server.json("/ogcapi/collections")["collections"]]
    for document in documents:
        for kind in ("vector", "map"):
            if any(each["rel"] == f"{REL}tilesets-{kind}" for each in document["links"]):
                yield kind, server.json(href(server, document, f"{REL}tilesets-{kind}"))


def test_tile_sets_are_listed_with_what_the_standard_demands(server: Server) -> None:
    count = 0
    for kind, listed in sets(server):
        assert listed["tilesets"]
        for each in listed["tilesets"]:
            count += 1
            assert each["dataType"] == kind
            assert each["crs"].startswith("http://www.opengis.net/def/crs/")
            assert each["tileMatrixSetURI"].startswith("http://www.opengis.net/def/tilematrixset/")
            alone = server.json(href(server, each, "self"))
            for key in ("dataType", "crs", "tileMatrixSetURI"):
                assert alone[key] == each[key]
            scheme = server.json(href(server, alone, f"{REL}tiling-scheme"))
            assert scheme["uri"] == each["tileMatrixSetURI"]
            assert morecantile.TileMatrixSet.model_validate(scheme).id == scheme["id"]
    assert count >= 20


def test_a_template_gives_tiles_within_the_limits_and_none_beyond(server: Server) -> None:
    for kind, listed in sets(server):
        alone = server.json(href(server, listed["tilesets"][0], "self"))
        template = next(each for each in alone["links"] if each.get("templated"))
        assert template["rel"] == "item"
        limit = alone["tileMatrixSetLimits"][4]

        def tile(row: Any, col: Any, level: Any = 4, link: Any = template) -> Any:
            words = {"tileMatrix": level, "tileRow": row, "tileCol": col}
            address = link["href"]
            for name, value in words.items():
                address = address.replace(f"{{{name}}}", str(value))
            return server.get(address.removeprefix(server.url))

        row, col = limit["minTileRow"], limit["minTileCol"]
        status, headers, body = tile(row, col)
        assert status in (200, 204), (template["href"], body)
        if status == 200:
            assert headers["Content-Type"] == template["type"]
            if kind == "vector":
                assert mapbox_vector_tile.decode(body)
        assert tile(16, 0)[0] == tile(0, 16)[0] == 404
        assert tile(limit["maxTileRow"] + 1, col)[0] == 404
        assert tile(0, 0, 99)[0] == 404
        assert tile("x", 0)[0] == 400
        problem = json.loads(tile(16, 0)[2])
        assert problem["status"] == 404


def test_the_definition_has_every_path_of_tiles(server: Server) -> None:
    paths = server.json("/ogcapi/api")["paths"]
    tile = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    for path in ("/tiles", "/map/tiles", "/collections/{collectionId}/map/tiles"):
        assert {path, f"{path}/{{tileMatrixSetId}}", f"{path}/{tile}"} <= set(paths)
    assert {"/tileMatrixSets", "/tileMatrixSets/{tileMatrixSetId}"} <= set(paths)
