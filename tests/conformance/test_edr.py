"""EDR and SensorThings over the wire: OWSLib's client, and what the standards ask of documents."""

import csv
import io
import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate
from owslib.ogcapi.edr import EnvironmentalDataRetrieval

from tests.servers import Server

pytestmark = pytest.mark.conformance
DOSE = "ambient_dose_rate"
PLACE = (69.3, 41.3)
UCUM = "http://www.opengis.net/def/uom/UCUM/"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def client(server: Server) -> EnvironmentalDataRetrieval:
    return EnvironmentalDataRetrieval(f"{server.url}/ogcapi")


def point(server: Server, time: str) -> dict[str, float]:
    lon, lat = PLACE
    told = server.json(f"/api/v1/point?lon={lon}&lat={lat}&time={time}")
    layer = next(each for each in told["layers"] if each["layer"] == "dose-rate")
    return {each["name"]: each["value"] for each in layer["values"]}


def test_owslib_finds_the_collections_with_data(client: Any) -> None:
    assert {"dose-rate", "pm2-5", "observations", "stations"} <= set(client.data())
    assert "faults" not in client.data()


def test_owslib_reads_dose_and_deviation_over_time(client: Any, server: Server) -> None:
    found = client.query_data(
        "dose-rate",
        "position",
        coords="POINT(69.3 41.3)",
        datetime_="../..",
        parameter_names=[DOSE, f"{DOSE}_sd"],
    )
    document = json.loads(found) if isinstance(found, bytes | str) else found
    times = document["domain"]["axes"]["t"]["values"]
    assert len(times) >= 4
    assert set(document["ranges"]) == {DOSE, f"{DOSE}_sd"}
    for number, time in enumerate(times):
        right = point(server, time)
        assert document["ranges"][DOSE]["values"][number] == right["mean"]
        assert document["ranges"][f"{DOSE}_sd"]["values"][number] == right["sd"]


def test_owslib_reads_a_box(client: Any) -> None:
    found = client.query_data("dose-rate", "cube", bbox=[69, 41, 70, 42], parameter_names=[DOSE])
    document = json.loads(found) if isinstance(found, bytes | str) else found
    check_coverage(document)
    assert document["domain"]["domainType"] == "Grid"


def test_owslib_is_told_of_a_mistake(client: Any) -> None:
    with pytest.raises(RuntimeError, match="POINT or MULTIPOINT"):
        client.query_data("dose-rate", "position", coords="POINT(69.3")


def test_the_classes_are_declared_that_the_suite_looks_for(server: Server) -> None:
    classes = server.json("/ogcapi/conformance?f=json")["conformsTo"]
    prefix = "http://www.opengis.net/spec/ogcapi-edr-1/1.0/"
    for name in ("core", "collections", "oas30", "html", "geojson", "covjson", "queries"):
        assert f"{prefix}conf/{name}" in classes
    assert f"{prefix}req/edr-geojson" in classes


def test_every_collection_with_data_is_described_as_the_standard_asks(server: Server) -> None:
    found = 0
    for each in server.json("/ogcapi/collections?f=json")["collections"]:
        if "data_queries" not in each:
            continue
        found += 1
        assert each["extent"]["spatial"]["bbox"]
        interval = each["extent"]["temporal"]["interval"][0]
        assert all(TIME.fullmatch(at) for at in interval)
        assert each["output_formats"]
        assert each["crs"][0].endswith("CRS84")
        for name, parameter in each["parameter_names"].items():
            check_parameter(name, parameter)
        for name, query in each["data_queries"].items():
            link = query["link"]
            assert link["rel"]
            assert link["href"].startswith(server.url)
            variables = link["variables"]
            assert variables["query_type"] == name
            assert variables["output_formats"]
            for system in variables.get("crs_details", ()):
                assert system["wkt"].startswith(("GEOGCRS", "PROJCRS"))
    assert found == 6


def check_parameter(name: str, parameter: Any) -> None:
    assert parameter["type"] == "Parameter"
    assert parameter["observedProperty"]["id"].startswith("http")
    assert parameter["observedProperty"]["label"]
    if not name.endswith("_status"):
        assert parameter["unit"]["symbol"]["type"] == UCUM
        assert parameter["unit"]["symbol"]["value"]


def check_coverage(document: Any) -> None:
    """What CoverageJSON 1.0 asks of a coverage."""
    coverages = document["coverages"] if document["type"] == "CoverageCollection" else [document]
    for name, parameter in document["parameters"].items():
        check_parameter(name, parameter)
        assert isinstance(parameter["observedProperty"]["label"], dict)
    for coverage in coverages:
        assert coverage["type"] == "Coverage"
        domain = coverage["domain"]
        referencing = domain.get("referencing") or document["referencing"]
        assert {name for each in referencing for name in each["coordinates"]} == {"x", "y", "t"}
        sizes = {axis: len(told["values"]) for axis, told in domain["axes"].items()}
        assert all(TIME.fullmatch(at) for at in domain["axes"]["t"]["values"])
        if domain["domainType"] == "PointSeries":
            assert sizes["x"] == sizes["y"] == 1
        for name, values in coverage["ranges"].items():
            assert name in document["parameters"]
            assert values["type"] == "NdArray"
            assert values["shape"] == [sizes[axis] for axis in values["axisNames"]]
            count = 1
            for size in values["shape"]:
                count *= size
            assert len(values["values"]) == count
            kinds = (str, type(None)) if values["dataType"] == "string" else (float, type(None))
            assert all(isinstance(value, kinds) for value in values["values"])


QUERIES = [
    "dose-rate/position?coords=POINT(69.3%2041.3)&datetime=../..",
    "dose-rate/position?coords=MULTIPOINT((69.3%2041.3),(10%2010))",
    "dose-rate/area?coords=POLYGON((69%2041,70%2041,70%2042,69%2041))",
    "dose-rate/cube?bbox=69,41,70,42",
    "pm2-5/cube?bbox=69,41,70,42&datetime=../..",
    "observations/cube?bbox=66,40,72,44&datetime=../..",
    "observations/area?coords=POLYGON((66%2040,72%2040,72%2044,66%2040))",
    "observations/locations/KZAST?datetime=../..",
    "stations-pm2-5/locations/UZTAS",
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_answer_is_a_whole_coverage_and_the_same_as_a_table(server: Server, query: str) -> None:
    status, headers, body = server.get(f"/ogcapi/collections/{query}")
    assert status == 200
    assert headers["Content-Type"] == "application/prs.coverage+json"
    document = json.loads(body)
    check_coverage(document)
    coverages = document["coverages"] if document["type"] == "CoverageCollection" else [document]
    more = "&" if "?" in query else "?"
    status, headers, body = server.get(f"/ogcapi/collections/{query}{more}f=CSV")
    assert status == 200
    assert headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert all(row["context"] == "simulated" for row in rows)
    for name in document["parameters"]:
        values = [v for c in coverages for v in c["ranges"].get(name, {"values": []})["values"]]
        told = [row[name] for row in rows if row[name] != ""]
        assert told == [str(value) for value in values if value is not None], name


def test_features_of_an_answer_are_edr_geojson(server: Server) -> None:
    path = "/ogcapi/collections/observations/locations"
    document = server.json(path)
    assert document["type"] == "FeatureCollection"
    assert document["parameters"]
    for feature in document["features"]:
        assert feature["type"] == "Feature"
        assert feature["id"]
        assert feature["geometry"]["type"] == "Point"
        assert set(feature["properties"]["parameter-name"]) <= set(document["parameters"])
        assert feature["properties"]["edrqueryendpoint"] == server.url + path
    answer = server.json(f"{path}/{document['features'][0]['id']}?f=GeoJSON")
    assert answer["features"][0]["properties"]["datetime"]


def test_the_openapi_document_is_valid_and_tells_every_query_path(server: Server) -> None:
    document = server.json("/ogcapi/api?f=json")
    validate(document)
    assert "http" not in "".join(re.findall(r'"\$ref": "([^#][^"]*)"', json.dumps(document)))
    for collection in ("dose-rate", "pm2-5"):
        for name in ("position", "area", "cube"):
            assert f"/collections/{collection}/{name}" in document["paths"]


def test_the_root_of_sensorthings_keeps_what_it_declares(server: Server) -> None:
    root = server.json("/sta/v1.1")
    declared = root["serverSettings"]["conformance"]
    assert not [each for each in declared if "create" in each or "update" in each]
    for each in root["value"]:
        page = server.json(each["url"].removeprefix(server.url) + "?$top=1&$count=true")
        assert page["@iot.count"] >= 1
        assert isinstance(page["value"][0]["@iot.id"], int)
        assert page["value"][0]["@iot.id"] < 2**53
