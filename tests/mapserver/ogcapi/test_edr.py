"""OGC API EDR: values at places are those of every other face, and what is unknown stays so."""

import contextlib
import csv
import io
import json
import math
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import shapely

from layers import messages, temporal
from layers.geo import Point
from layers.interpolation import Predictive
from layers.interpolation.event import PROBABILITIES
from layers.kinds import readings
from mapserver.documents import quantities
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi import edr_query, edr_stations, edr_surfaces
from tests.mapserver.conftest import hours_of

ROOT = "/ogcapi/collections"
DOSE = "ambient_dose_rate"
PLACES = [(69.3, 41.3), (66.9, 48.0), (76.9, 43.3), (60.0, 45.0)]
READINGS = {
    "mean": DOSE,
    **{n: f"{DOSE}_{n}" for n in ("sd", "median", "p05", "p95", "exceedance")},
}


def address(path: str, **query: Any) -> str:
    words = "&".join(f"{key.replace('_', '-')}={quote(str(v))}" for key, v in query.items())
    return f"{ROOT}/{path}" + (f"?{words}" if words else "")


def told(house: Any, path: str, **query: Any) -> Any:
    return house.json(address(path, **query))


def table(house: Any, path: str, **query: Any) -> list[dict[str, str]]:
    answer = house.get(address(path, f="CSV", **query))
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def surface_of(house: Any, lon: float, lat: float, time: str = "latest") -> Any:
    point = house.json(f"/api/v1/point?lon={lon}&lat={lat}&time={time}")
    return next(each for each in point["layers"] if each["layer"] == "dose-rate")


def times(house: Any) -> list[str]:
    kind = house.site.catalog.kind("dose-rate")
    return [temporal.word(at) for at in kind.extent().times]


@pytest.mark.parametrize("place", PLACES)
def test_a_position_tells_what_the_point_tells_at_every_time(house, place):
    lon, lat = place
    found = told(house, "dose-rate/position", coords=f"POINT({lon} {lat})", datetime="../..")
    assert found["domain"]["axes"]["x"]["values"] == [lon]
    axis = found["domain"]["axes"]["t"]["values"]
    assert axis == times(house)
    assert len(axis) == 3
    for number, time in enumerate(axis):
        point = surface_of(house, lon, lat, time)
        assert found["versions"][time] == point["version"]
        right = {each["name"]: each["value"] for each in point["values"]}
        assert point["known"]
        for name, parameter in READINGS.items():
            assert found["ranges"][parameter]["values"][number] == right[name], name


def test_every_format_holds_the_same_numbers(house):
    lon, lat = PLACES[0]
    query = {"coords": f"POINT({lon} {lat})", "datetime": f"{times(house)[1]}/.."}
    coverage = told(house, "dose-rate/position", **query)
    features = told(house, "dose-rate/position", f="GeoJSON", **query)["features"]
    rows = table(house, "dose-rate/position", **query)
    assert len(features) == len(rows) == 2
    for number, (feature, row) in enumerate(zip(features, rows, strict=True)):
        assert row["context"] == "simulated"
        assert row["datetime"] == feature["properties"]["datetime"]
        assert feature["geometry"]["coordinates"] == [lon, lat]
        assert (float(row["lon"]), float(row["lat"])) == (lon, lat)
        for name, values in coverage["ranges"].items():
            assert feature["properties"][name] == values["values"][number] == float(row[name])


def test_a_box_holds_the_cells_of_the_surface(house):
    kind, store = house.site.catalog.kind("dose-rate"), house.site.store
    info = kind.published_at(None)
    found = told(house, "dose-rate/cube", bbox="68,40,71,42")
    x, y = (found["domain"]["axes"][axis]["values"] for axis in "xy")
    shape = found["ranges"][DOSE]["shape"]
    assert shape == [1, len(y), len(x)]
    row, col = info.grid.cell_of(Point(x[0], y[0]))
    rows, cols = slice(row, row + len(y)), slice(col, col + len(x))
    lon, lat = info.grid.centres()
    np.testing.assert_array_equal(x, lon[cols])
    np.testing.assert_array_equal(y, lat[rows])
    cells = Predictive(store.cells(info, rows, cols), info.transform)
    known = cells.support < 0.9
    values = np.array(found["ranges"][DOSE]["values"], float).reshape(shape[1:])
    np.testing.assert_array_equal(values, np.where(known, cells.mean(), np.nan))
    # Every cell whose centre is within, and no other.
    inside = lambda v, low, high: [a for a in v.tolist() if low <= a <= high]  # noqa: E731
    assert x == inside(lon, 68, 71)
    assert y == inside(lat, 40, 42)
    # What the middle cell holds, the point tells.
    middle = x[len(x) // 2], y[len(y) // 2]
    right = {each["name"]: each["value"] for each in surface_of(house, *middle)["values"]}
    number = len(y) // 2 * len(x) + len(x) // 2
    for name, parameter in READINGS.items():
        assert found["ranges"][parameter]["values"][number] == right[name], name


def test_an_area_leaves_out_what_lies_beyond_it(house):
    triangle = "POLYGON((68 40,71 40,71 42,68 40))"
    shape = shapely.from_wkt(triangle)
    query = {"parameter_name": DOSE}
    inside = told(house, "dose-rate/area", coords=triangle, **query)
    box = told(house, "dose-rate/cube", bbox="68,40,71,42", **query)
    right = {}
    for y in box["domain"]["axes"]["y"]["values"]:
        for x in box["domain"]["axes"]["x"]["values"]:
            right[x, y] = box["ranges"][DOSE]["values"][len(right)]
    count = 0
    numbers = iter(inside["ranges"][DOSE]["values"])
    for y in inside["domain"]["axes"]["y"]["values"]:
        for x in inside["domain"]["axes"]["x"]["values"]:
            number = next(numbers)
            within = bool(shapely.intersects_xy(shape, x, y))
            assert number == (right[x, y] if within else None)
            count += within
    assert count > 50
    rows = table(house, "dose-rate/area", coords=triangle, **query)
    assert len(rows) == sum(v is not None for v in inside["ranges"][DOSE]["values"])


def test_in_other_systems_the_same_cells_are_found(house):
    ours = told(house, "dose-rate/cube", bbox="69,41,70,42", parameter_name=DOSE)
    epsg = "http://www.opengis.net/def/crs/EPSG/0/"
    flipped = told(
        house, "dose-rate/cube", bbox="41,69,42,70", parameter_name=DOSE, crs=f"{epsg}4326"
    )
    assert flipped["ranges"] == ours["ranges"]
    assert flipped["domain"]["axes"] == ours["domain"]["axes"]
    metres = told(
        house,
        "dose-rate/cube",
        bbox="7681044.863,5012341.663,7792364.356,5160979.444",
        parameter_name=DOSE,
        crs=f"{epsg}3857",
    )
    assert metres["ranges"] == ours["ranges"]
    assert metres["domain"]["referencing"][0]["system"]["type"] == "ProjectedCRS"
    assert min(metres["domain"]["axes"]["x"]["values"]) > 7e6
    point = told(house, "dose-rate/position", coords="POINT(41.3 69.3)", crs=f"{epsg}4326")
    assert point["ranges"] == told(house, "dose-rate/position", coords="POINT(69.3 41.3)")["ranges"]
    answer = house.get(address("dose-rate/position", coords="POINT(41.3 69.3)", crs="EPSG:4326"))
    assert answer.headers["Content-Crs"] == f"<{epsg}4326>"
    (feature,) = told(
        house, "dose-rate/position", coords="POINT(41.3 69.3)", crs="EPSG:4326", f="GeoJSON"
    )["features"]
    assert feature["geometry"]["coordinates"] == [41.3, 69.3]


def test_many_points_are_many_series(house):
    places = ",".join(f"({lon} {lat})" for lon, lat in PLACES)
    found = told(house, "dose-rate/position", coords=f"MULTIPOINT({places})", parameter_name=DOSE)
    assert found["type"] == "CoverageCollection"
    assert found["domainType"] == "PointSeries"
    for (lon, lat), coverage in zip(PLACES, found["coverages"], strict=True):
        right = {v["name"]: v["value"] for v in surface_of(house, lon, lat)["values"]}
        assert coverage["ranges"][DOSE]["values"] == [right["mean"]]


@pytest.mark.parametrize("place", [(10.0, 20.0), (150.0, -30.0)])
def test_what_cannot_be_known_is_null(house, place):
    lon, lat = place
    assert not surface_of(house, lon, lat)["known"]
    found = told(house, "dose-rate/position", coords=f"POINT({lon} {lat})")
    assert {tuple(each["values"]) for each in found["ranges"].values()} == {(None,)}
    (row,) = table(house, "dose-rate/position", coords=f"POINT({lon} {lat})")
    assert row[DOSE] == ""


def test_a_threshold_moves_the_probability_and_stands_in_its_name(house):
    name = f"{DOSE}_exceedance"
    asked = {"coords": "POINT(69.3 41.3)", "parameter_name": name}
    chances = []
    for threshold in (50, 150, 500):
        found = told(house, "dose-rate/position", threshold=threshold, **asked)
        chances += found["ranges"][name]["values"]
        label = found["parameters"][name]["observedProperty"]["label"]["en"]
        assert f"{threshold} nSv/h" in label
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    point = surface_of(house, 69.3, 41.3)
    right = next(v["value"] for v in point["values"] if v["name"] == "exceedance")
    assert point["threshold"] == 150
    assert chances[1] == right
    # A quantity whose layer names no threshold has a probability only where one is asked for.
    dust = told(house, "pm2-5/position", coords="POINT(69.3 41.3)")
    assert "pm2_5_sd" in dust["ranges"]
    assert "pm2_5_exceedance" not in dust["ranges"]
    dust = told(house, "pm2-5/position", coords="POINT(69.3 41.3)", threshold=1)
    assert dust["ranges"]["pm2_5_exceedance"]["values"][0] > 0.9


def test_an_instance_is_one_version_and_never_changes(house):
    listed = told(house, "dose-rate/instances")["instances"]
    assert [each["time"] for each in listed] == times(house)[::-1]
    for each in listed:
        path = f"dose-rate/instances/{each['id']}"
        one = told(house, path)
        assert one["id"] == each["id"]
        assert set(one["data_queries"]) == {"position", "area", "cube"}
        answer = house.get(address(f"{path}/position", coords="POINT(69.3 41.3)"))
        # Its numbers never change; titles and licence may, with the catalogue.
        assert "immutable" not in answer.headers["Cache-Control"]
        assert answer.json["domain"]["axes"]["t"]["values"] == [each["time"]]
        point = surface_of(house, 69.3, 41.3, each["time"])
        assert point["version"] == each["id"]
        right = {v["name"]: v["value"] for v in point["values"]}
        assert answer.json["ranges"][DOSE]["values"] == [right["mean"]]
        cube = told(house, f"{path}/cube", bbox="69,41,70,42", parameter_name=DOSE)
        area = "POLYGON((69 41,70 41,70 42,69 42,69 41))"
        same = told(house, f"{path}/area", coords=area, parameter_name=DOSE)
        assert same["ranges"] == cube["ranges"]
    old = listed[-1]["id"]
    later = f"{listed[0]['time']}/.."
    answer = house.get(
        address(f"dose-rate/instances/{old}/position", coords="POINT(69 41)", datetime=later)
    )
    assert answer.status_code == 404
    assert "is of" in answer.json["detail"]
    assert house.get(address("dose-rate/instances/0123456789")).status_code == 404


def test_a_station_tells_what_it_measured(house):
    held = house.json("/files/stations/latest/latest.geojson")["features"]
    right = {each["properties"]["code"]: each["properties"] for each in held}
    found = told(house, "observations/locations/KZAST")
    assert found["id"].startswith("KZAST")
    assert found["domain"]["axes"]["t"]["values"] == [right["KZAST"]["begin_time"]]
    assert found["ranges"][DOSE]["values"] == [right["KZAST"]["value"]]
    assert found["ranges"][f"{DOSE}_sd"]["values"] == [right["KZAST"]["sd"]]
    assert found["ranges"][f"{DOSE}_status"]["values"] == [right["KZAST"]["status"]]
    assert found["notice"] == "Simulated demonstration data"
    series = told(house, "observations/locations/KZAST", datetime="../..")
    assert series["domain"]["axes"]["t"]["values"][-3:] == hours_of("dose-rate")
    assert set(series["domain"]["axes"]["t"]["values"]) <= set(hours_of("stations"))
    rows = table(house, "stations/locations/KZAST", datetime="../..")
    assert [float(row[DOSE]) for row in rows] == series["ranges"][DOSE]["values"]
    assert {row["location"] for row in rows} == {"KZAST"}
    assert "pm2_5" not in rows[0]  # a layer of stations has one quantity


def test_stations_are_listed_with_what_they_measure(house):
    document = told(house, "observations/locations")
    stations = {each["id"]: each for each in document["features"]}
    held = house.json("/files/stations/latest/latest.geojson")["features"]
    assert {each["id"] for each in held} <= set(stations)
    for each in held:
        place = stations[each["id"]]["geometry"]["coordinates"]
        assert place == pytest.approx(each["geometry"]["coordinates"][:2], abs=1e-5)
    properties = stations["KZAST"]["properties"]
    assert properties["name"] == "Astana"
    assert DOSE in properties["parameter-name"]
    assert told(house, "observations/locations", lang="kk")["features"] != document["features"]
    few = told(house, "observations/locations", bbox="66,40,70,43")["features"]
    assert 0 < len(few) < len(stations)
    for each in few:
        lon, lat = each["geometry"]["coordinates"]
        assert 66 <= lon <= 70
        assert 40 <= lat <= 43
    assert told(house, "observations/locations", datetime="1990-01-01T00:00:00Z")["features"] == []
    page = house.get(address("observations/locations", f="html"))
    assert "KZAST" in page.text
    assert "Simulated" in page.text


def test_stations_within_a_shape_are_those_of_the_list(house):
    few = told(house, "observations/locations", bbox="66,40,70,43")["features"]
    rows = table(house, "observations/cube", bbox="66,40,70,43")
    assert {row["location"] for row in rows} == {each["id"] for each in few}
    square = "POLYGON((66 40,70 40,70 43,66 43,66 40))"
    assert table(house, "observations/area", coords=square) == rows
    only = table(house, "observations/cube", bbox="66,40,70,43", parameter_name=DOSE)
    assert set(only[0]) == {"location", "datetime", "lon", "lat", DOSE, "context"}
    nothing = told(house, "observations/cube", bbox="0,0,1,1")
    assert nothing["coverages"] == []


def test_a_gap_stays_a_gap_and_each_averaging_time_its_own_series(own):
    rows = ["station_code,time,averaging,quantity,value,unit,detector"]
    for time, averaging, value in (
        ("10:00", "PT1H", "110"),
        ("11:00", "PT1H", ""),
        ("11:00", "PT10M", "150"),
    ):
        rows.append(f"KZ0,2026-11-20T{time}:00Z,{averaging},{DOSE},{value},nSv/h,GM tube")
    own.ingest("values.csv", "\n".join(rows).encode())
    found = told(own, "observations/locations/KZ0", datetime="../..")
    series = {each["averaging"]: each for each in found["coverages"]}
    assert set(series) == {"PT1H", "PT10M"}
    assert series["PT1H"]["ranges"][DOSE]["values"] == [110, None]
    assert series["PT1H"]["ranges"][f"{DOSE}_status"]["values"][1] == "missing"
    assert series["PT10M"]["ranges"][DOSE]["values"] == [150]
    assert len({each["id"] for each in found["coverages"]}) == 2
    assert "notice" not in found
    (row, gap) = (r for r in table(own, "observations/locations/KZ0", datetime="../..")
                  if r["datetime"].endswith("10:00:00Z") or r[DOSE] == "")  # fmt: skip
    assert row["context"] == "routine"
    assert gap[f"{DOSE}_status"] == "missing"


def test_the_newest_value_of_a_silent_station_is_its_own(own):
    rows = ["station_code,time,averaging,quantity,value,unit"]
    rows += [f"UZ{n},2026-11-20T{h:02}:00:00Z,PT1H,{DOSE},{100 + h},nSv/h"
             for n, last in ((0, 11), (1, 4)) for h in range(2, last + 1)]  # fmt: skip
    own.ingest("more.csv", "\n".join(rows).encode())
    newest = {
        row["location"]: (row["datetime"], float(row[DOSE]))
        for row in table(own, "observations/cube", bbox="60,40,70,45")
        if row["location"].startswith("UZ")
    }
    assert newest == {
        "UZ0": ("2026-11-20T11:00:00Z", 111.0),
        "UZ1": ("2026-11-20T04:00:00Z", 104.0),
    }


def test_every_surface_and_its_parameters_are_in_the_document_of_the_collection(house):
    for layer in house.site.catalog.layers.values():
        document = told(house, layer.id)
        if layer.kind not in ("surface", "stations"):
            assert "data_queries" not in document
            continue
        parameters = document["parameter_names"]
        assert layer.quantity in parameters
        # Uncertainty is a parameter of its own.
        spread = parameters[f"{layer.quantity}_sd"]
        assert spread["unit"]["symbol"] == parameters[layer.quantity]["unit"]["symbol"]
        assert spread["unit"]["symbol"]["type"] == quantities.UCUM_SYSTEM
        for each in parameters.values():
            assert each["observedProperty"]["id"].startswith("http")
            assert each["observedProperty"]["label"]
        assert document["output_formats"] == ["CoverageJSON", "GeoJSON", "CSV"]
        for name, query in document["data_queries"].items():
            assert query["link"]["variables"]["query_type"] == name
            assert ("{" in query["link"]["href"]) == query["link"].get("templated", False)


def test_every_reading_of_a_surface_has_a_name_and_a_unit_in_every_language():
    for reading in readings.READINGS:
        known = Observable(DOSE, reading, "http://x", "simulated", 150.0)
        assert known.coverage("en")["unit"]["symbol"]["value"] in ("nSv/h", "1")
        labels = known.coverage("en")["observedProperty"]["label"]
        assert len(set(labels.values())) == 4
        for language, said in known.coverage("en")["description"].items():
            assert messages.text("context.simulated", language) in said
    for reading in edr_stations.READINGS:
        assert Observable(DOSE, reading, "http://x").metadata("ru")["label"]


SQUARE = "POLYGON((69 41,70 41,70 42,69 42,69 41))"
P = {"coords": "POINT(69.3 41.3)"}
WRONG = [
    ("dose-rate/position", {}, 400, "coords is missing"),
    ("dose-rate/position", {"coords": "POINT(69.3)"}, 400, "a POINT or MULTIPOINT was expected"),
    ("dose-rate/position", {"coords": "69.3,41.3"}, 400, "a POINT or MULTIPOINT was expected"),
    ("dose-rate/position", {"coords": "POINT EMPTY"}, 400, "was expected"),
    ("dose-rate/position", {"coords": SQUARE}, 400, "a POINT or MULTIPOINT was expected"),
    ("dose-rate/position", {"coords": "POINT(69.3 41.3 5)"}, 400, "has heights"),
    ("dose-rate/position", {"coords": "POINT(269 41)"}, 400, "no position on Earth"),
    ("dose-rate/position", {"coords": "POINT(nan 41)"}, 400, ""),
    ("dose-rate/position", {"coords": "POINT(1e400 41)"}, 400, ""),
    ("dose-rate/position", {**P, "z": "10"}, 400, "has no height"),
    ("dose-rate/position", {**P, "parameter_name": "dose"}, 400, 'no parameter "dose"; known are'),
    ("dose-rate/position", {**P, "parameter_name": ""}, 400, "no parameter"),
    ("dose-rate/position", {**P, "threshold": "x"}, 400, "a number was expected"),
    ("dose-rate/position", {**P, "threshold": 5, "parameter_name": DOSE}, 400, "no exceedance"),
    ("pm2-5/position", {**P, "parameter_name": "pm2_5_exceedance"}, 400, "needs threshold="),
    ("dose-rate/position", {**P, "crs": "EPSG:32642"}, 400, "is not offered"),
    ("dose-rate/position", {**P, "datetime": "now"}, 400, "RFC 3339"),
    ("dose-rate/position", {**P, "datetime": "2026-11-20T11:00:00Z/2026-11-20T09:00:00Z"}, 400,
     "ends before it begins"),
    ("dose-rate/position", {**P, "datetime": "1901-01-01T00:00:00Z"}, 404, "has no surface"),
    ("dose-rate/position", {**P, "datetime": "../1901-01-01T00:00:00Z"}, 404, "no surface within"),
    ("dose-rate/position", {**P, "f": "netcdf"}, 400, "known are"),
    ("dose-rate/position", {**P, "radius": "5"}, 400, "unknown query parameter"),
    ("dose-rate/area", {}, 400, "coords is missing"),
    ("dose-rate/area", {"coords": "POINT(69 41)"}, 400, "a POLYGON or MULTIPOLYGON was expected"),
    ("dose-rate/area", {"coords": "POLYGON((69 41,70 42,70 41,69 42,69 41))"}, 400, "Self-inter"),
    ("dose-rate/area", {"coords": "POLYGON((0 0,1 0,1 1,0 0))"}, 400, "lies within the data"),
    ("dose-rate/area", {"coords": "POLYGON((69 41,69.001 41,69.001 41.001,69 41))"}, 400,
     "the centre of no cell"),
    ("dose-rate/cube", {}, 400, "bbox is missing"),
    ("dose-rate/cube", {"bbox": "69,41,70"}, 400, "bbox has 3 numbers"),
    ("dose-rate/cube", {"bbox": "69,41,0,70,42,10"}, 400, "bbox has heights"),
    ("dose-rate/cube", {"bbox": "69,42,70,41"}, 400, "bbox"),
    ("dose-rate/cube", {"bbox": "69,41,69,42"}, 400, "has no area"),
    ("dose-rate/cube", {"bbox": "43.9,34.2,88.6,57.8", "datetime": "../.."}, 413, "parameter-name"),
    ("dose-rate/locations", {}, 404, "has no locations"),
    ("dose-rate-sd/position", P, 404, "has no position"),
    ("faults/position", P, 404, "has no position"),
    ("observations/position", P, 404, "has no position"),
    ("observations/instances", {}, 404, "has no instances"),
    ("observations/locations/KZASD", {}, 404, 'no location "KZASD"'),
    ("observations/locations", {"bbox": "1,2,3"}, 400, "bbox has 3"),
    ("observations/locations/KZAST", {"threshold": "5"}, 400, "unknown query parameter"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "status", "said"), WRONG, ids=str)
def test_a_wrong_question_is_answered_with_a_sentence(house, path, query, status, said):
    answer = house.get(address(path, **query))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert said in answer.json["detail"], answer.json["detail"]


def test_limits_hold(house, monkeypatch):
    many = ",".join(f"({60 + n / 100} 45)" for n in range(edr_query.MOST_POINTS + 1))
    monkeypatch.setattr(edr_query, "MOST_POINTS", 3)
    answer = house.get(address("dose-rate/position", coords=f"MULTIPOINT({many[:200]}45))"))
    assert answer.status_code in (400, 413)
    few = "MULTIPOINT((60 45),(61 45),(62 45),(63 45))"
    assert house.get(address("dose-rate/position", coords=few)).status_code == 413
    monkeypatch.setattr(edr_surfaces, "MOST_LOOKS", 2)
    answer = house.get(address("dose-rate/position", coords="POINT(69 41)", datetime="../.."))
    assert answer.status_code == 413
    monkeypatch.setattr(edr_query, "MOST_VALUES", 100)
    answer = house.get(address("dose-rate/cube", bbox="60,40,70,45"))
    assert answer.status_code == 413
    assert "files" in answer.json["detail"]
    monkeypatch.setattr(edr_stations, "MOST_OBSERVATIONS", 5)
    answer = house.get(address("observations/cube", bbox="60,40,70,45", datetime="../.."))
    assert answer.status_code == 413


def test_what_takes_long_waits_for_its_turn(house, monkeypatch):
    path = address("dose-rate/position", coords="POINT(69.3 41.3)", datetime="../..")
    monkeypatch.setattr(edr_surfaces, "FEW_TIMES", 2)
    passed = []
    gate = house.site.tiler.gate
    monkeypatch.setattr(gate, "_most", 0)
    refused = house.get(path)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    monkeypatch.undo()
    monkeypatch.setattr(
        edr_surfaces, "turn", lambda *a: passed.append(a) or contextlib.nullcontext()
    )
    assert house.get(path).status_code == 200
    assert passed[0][1:] == (3, 3)


def test_a_compressed_surface_tells_the_same(house, monkeypatch):
    path = address("dose-rate/position", coords="POINT(69.3 41.3)")
    box = address("dose-rate/cube", bbox="69,41,70,42")
    before = [house.json(each) for each in (path, box)]
    cells = house.site.store._cells
    info = house.site.catalog.kind("dose-rate").published_at(None)
    working = cells.path(info, ".tiles")
    aside = working.with_suffix(".aside")
    working.rename(aside)
    try:
        monkeypatch.setattr(cells, "_open", type(cells._open)())
        assert [house.json(each) for each in (path, box)] == before
        assert not cells._open  # nothing of it is held
        many = ",".join(f"({lon} {lat})" for lon, lat in PLACES)
        series = told(house, "dose-rate/position", coords=f"MULTIPOINT({many},(69.3 41.3))")
        assert series["coverages"][0]["ranges"] == before[0]["ranges"]
    finally:
        aside.rename(working)


def test_a_client_is_sent_what_it_takes(house):
    path = address("dose-rate/position", coords="POINT(69.3 41.3)")
    for accept, sent in (
        ("application/prs.coverage+json", "application/prs.coverage+json"),
        ("application/vnd.cov+json", "application/prs.coverage+json"),
        ("application/json", "application/prs.coverage+json"),
        ("application/geo+json", "application/geo+json"),
        ("text/csv", "text/csv"),
        ("*/*", "application/prs.coverage+json"),
    ):
        assert house.get(path, headers={"Accept": accept}).mimetype == sent
    assert house.get(path, headers={"Accept": "image/png"}).status_code == 406
    # What OWSLib writes.
    other = house.json(f"{path}&parameter_names={DOSE}")
    assert set(other["ranges"]) == {DOSE}
    both = house.get(f"{path}&parameter_names={DOSE}&parameter-name={DOSE}")
    assert both.status_code == 400


def test_the_contract_tells_the_keys_of_every_query(house):
    paths = house.json("/ogcapi/api?f=json")
    shared = paths["components"]["parameters"]
    for name, needed in (("position", "coords"), ("area", "coords"), ("cube", "bbox")):
        told_keys = [
            shared[each["$ref"].rpartition("/")[2]]
            for each in paths["paths"][f"/collections/dose-rate/{name}"]["get"]["parameters"]
        ]
        keys = {each["name"]: each for each in told_keys}
        assert keys[needed]["required"]
        assert {"datetime", "parameter-name", "crs", "z", "threshold", "f"} <= set(keys)
        assert DOSE in keys["parameter-name"]["schema"]["items"]["enum"]
    assert "413" in paths["paths"]["/collections/dose-rate/cube"]["get"]["responses"]


@pytest.mark.parametrize("transform", ["log", "none", "quantiles"])
def test_a_cell_reads_alike_alone_and_among_others(transform):
    """Sums must not hang on how many cells are read at once."""
    rng = np.random.default_rng(5)
    if transform == "quantiles":
        bands = np.sort(rng.lognormal(5, 1, (len(PROBABILITIES) + 1, 300)), axis=0)
        bands = bands.astype(np.float32)
        bands[-1] = 0.1
    else:
        bands = np.stack([rng.normal(4, 1, 300), rng.uniform(0.1, 1, 300), np.full(300, 0.1)])
        bands = bands.astype(np.float32)
    many = Predictive(bands, transform)
    for name in readings.READINGS:
        together = readings.read_off(many, name, 150.0)
        for number in (0, 7, 299):
            alone = readings.read_off(Predictive(bands[:, [number]], transform), name, 150.0)
            assert alone[0] == together[number] or math.isnan(alone[0]), name


def test_coverage_json_can_be_written_without_what_json_has_not(house):
    body = house.get(address("dose-rate/cube", bbox="44,35,50,40", parameter_name=DOSE)).text
    assert "NaN" not in body
    assert json.loads(body)
