"""SensorThings over HTTP: what it tells is what the store holds, whatever way is taken to it."""

import json
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from layers import temporal
from layers.store import Walk
from mapserver.services.sensorthings import budget, pages
from mapserver.services.sensorthings.vocabulary import SETS
from mapserver.services.sensorthings.world import BEGIN_BITS, number
from tests.mapserver.conftest import PAST

ROOT = "/sta/v1.1"


def address(resource: str, **options: str) -> str:
    query = "&".join(f"${name}={quote(text, safe='')}" for name, text in options.items())
    return f"{ROOT}/{quote(resource)}" + (f"?{query}" if query else "")


def told(house: Any, resource: str, **options: str) -> Any:
    return house.json(address(resource, **options))


def local(link: str) -> str:
    parts = urlsplit(link)
    assert parts.netloc == "localhost"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def every(house: Any, resource: str, **options: str) -> Iterator[Any]:
    """All entities of a collection, by its next links."""
    document = told(house, resource, **options)
    for _ in range(1000):
        yield from document["value"]
        link = document.get("@iot.nextLink")
        if link is None:
            return
        document = house.json(local(link))
    raise AssertionError("the pages have no end")


def stored(house: Any) -> list[Any]:
    """What the store holds, newest first."""
    site = house.site
    streams = site.store.datastreams(site.audience, site.now())
    return list(site.store.observations(site.audience, site.now(), Walk(streams)))


def facts(observation: Any) -> tuple[Any, ...]:
    said = observation.observation
    begin, end = temporal.word(said.begin_time), temporal.word(said.end_time)
    return (f"{begin}/{end}", said.value, said.sd, str(said.status), said.source_value)


def read(entity: Any) -> tuple[Any, ...]:
    quality = entity["resultQuality"]
    return (
        entity["phenomenonTime"],
        entity["result"],
        quality["uncertainty"]["value"],
        quality["status"],
        entity["parameters"]["source_value"],
    )


def test_the_root_names_every_set_and_what_is_kept(house):
    document = house.json(ROOT)
    assert {each["name"] for each in document["value"]} == set(SETS)
    for each in document["value"]:
        assert house.json(local(each["url"]))["value"]
    said = document["serverSettings"]["conformance"]
    assert all(each.startswith("http://www.opengis.net/spec/iot_sensing/1.1/req/") for each in said)


@pytest.mark.parametrize("name", SETS)
def test_every_link_of_every_kind_of_entity_leads_back(house, name):
    entities = told(house, name, top="3")["value"]
    assert entities
    back = {"Datastream": "Observations", "FeatureOfInterest": "Observations"}
    for entity in entities:
        assert house.json(local(entity["@iot.selfLink"])) == entity
        for way in SETS[name].ways:
            found = house.json(local(entity[f"{way}@iot.navigationLink"]))
            many = way in SETS
            first = found["value"][0] if many else found
            target = SETS[name].navigation(way).target
            (home,) = [w for w in target.ways if target.navigation(w).target.name == name]
            assert back.get(way, home) == home
            again = house.json(local(first[f"{home}@iot.navigationLink"]))
            own = again["value"] if home in SETS else [again]
            if name != "Observations":  # of these, a page holds only the newest
                assert entity["@iot.id"] in [each["@iot.id"] for each in own]


def test_every_observation_is_read_by_pages_of_any_size(house):
    right = [facts(each) for each in stored(house)]
    assert len(right) > 300
    for options in ({}, {"top": "37"}, {"top": "1000"}):
        assert [read(each) for each in every(house, "Observations", **options)] == right
    oldest = every(house, "Observations", orderby="phenomenonTime asc", top="50")
    assert sorted(map(read, oldest), key=str) == sorted(right, key=str)


def test_an_observation_is_reached_by_any_path(house):
    thing = told(house, "Things", top="1")["value"][0]["@iot.id"]
    stream = told(house, f"Things({thing})/Datastreams", top="1")["value"][0]["@iot.id"]
    one = told(house, f"Datastreams({stream})/Observations", top="1")["value"][0]
    key = one["@iot.id"]
    for path in (
        f"Observations({key})",
        f"Things({thing})/Datastreams({stream})/Observations({key})",
        f"FeaturesOfInterest({thing})/Observations({key})",
        f"Observations({key})/Datastream/Thing/Datastreams({stream})/Observations({key})",
    ):
        assert told(house, path) == one
    wrong = told(house, "Things", top="1", skip="5")["value"][0]["@iot.id"]
    assert house.get(address(f"FeaturesOfInterest({wrong})/Observations({key})")).status_code == 404
    assert house.get(address(f"Things({wrong})/Datastreams({stream})")).status_code == 404


def test_an_entity_says_who_measures_where_and_what_it_is(house):
    thing = told(house, "Things('KZAST')", expand="Locations,Datastreams/ObservedProperty")
    assert thing["name"] == "Astana"
    assert thing["properties"]["names"]["kk"] == "Астана"
    assert thing["properties"]["notice"] == "Simulated demonstration data"
    assert thing["properties"]["context"] == "simulated"
    assert "Simulated" in thing["description"]
    assert thing["Locations"][0]["location"]["coordinates"] == [71.43, 51.13]
    dose = next(
        each
        for each in thing["Datastreams"]
        if each["properties"]["quantity"].startswith("ambient")
    )
    assert dose["unitOfMeasurement"]["symbol"] == "nSv/h"
    assert dose["properties"]["notice"] == "Simulated demonstration data"
    assert dose["ObservedProperty"]["properties"]["symbol"] == "H*(10)"
    value = told(house, f"Datastreams({dose['@iot.id']})/Observations", top="1")["value"][0]
    assert value["parameters"]["source_unit"] == "nSv/h"
    assert value["resultQuality"]["uncertainty"]["unit"] == "nSv/h"
    assert value["resultQuality"]["uncertainty"]["value"] > 0
    assert dose["phenomenonTime"].split("/")[1] == value["phenomenonTime"].split("/")[1]


def test_properties_and_their_parts_have_addresses(house):
    assert told(house, "Things('KZAST')/name") == {"name": "Astana"}
    bare = house.get(address("Things('KZAST')/name/$value"))
    assert (bare.text, bare.mimetype) == ("Astana", "text/plain")
    assert told(house, "Things('KZAST')/properties/country") == {"country": "KZ"}
    assert house.get(address("Things('KZAST')/properties/elevation_m/$value")).text == "348.0"
    place = house.get(address("Locations('KZAST')/location/$value"))
    assert json.loads(place.text)["coordinates"] == [71.43, 51.13]
    assert house.get(address("Things('KZAST')/properties/valid_to")).status_code == 204
    assert told(house, f"Things({number('KZAST')})/id") == {"id": number("KZAST")}


def test_references_are_addresses_alone(house):
    document = told(house, "Things/$ref", top="2", count="true")
    assert document["@iot.count"] == len(list(every(house, "Things")))
    assert [set(each) for each in document["value"]] == [{"@iot.selfLink"}] * 2
    follow = house.json(local(document["@iot.nextLink"]))
    assert "/Things/$ref?" in document["@iot.nextLink"]
    assert follow["value"][0] not in document["value"]
    thing = told(house, "Locations('KZAST')/Things/$ref")["value"]
    assert thing == [{"@iot.selfLink": f"http://localhost/sta/v1.1/Things({number('KZAST')})"}]
    stream = told(house, "Datastreams", top="1")["value"][0]["@iot.id"]
    assert set(told(house, f"Datastreams({stream})/Thing/$ref")) == {"@iot.selfLink"}


NINE, TEN = "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"


def begin(found: Any) -> str:
    return temporal.word(found.observation.begin_time)


def value(found: Any) -> float:
    return math.nan if found.observation.value is None else found.observation.value


FILTERS = {
    f"phenomenonTime ge {TEN}": lambda o: begin(o) >= TEN,
    f"phenomenonTime gt {TEN}": lambda o: begin(o) > TEN,
    f"phenomenonTime le {NINE}": lambda o: begin(o) <= NINE,
    f"phenomenonTime lt {TEN}": lambda o: begin(o) < TEN,
    f"{TEN} gt phenomenonTime": lambda o: begin(o) < TEN,
    f"phenomenonTime eq {NINE}": lambda o: begin(o) == NINE,
    f"phenomenonTime eq {NINE}/{TEN}": lambda o: begin(o) == NINE,
    f"phenomenonTime ne {NINE}": lambda o: begin(o) != NINE,
    f"resultTime gt {TEN}": lambda o: begin(o) > NINE,
    f"resultTime eq {TEN}": lambda o: begin(o) == NINE,
    f"resultTime lt {TEN}": lambda o: begin(o) < NINE,
    "result gt 120": lambda o: value(o) > 120,
    "result gt 120 or result lt 5": lambda o: value(o) > 120 or value(o) < 5,
    f"result gt 120 and phenomenonTime ge {TEN}": lambda o: value(o) > 120 and begin(o) >= TEN,
    "resultQuality/uncertainty/value gt 4": lambda o: (o.observation.sd or 0) > 4,
    "Datastream/ObservedProperty/name eq 'PM2.5'": lambda o: o.observation.quantity == "pm2_5",
    "Datastream/Thing/properties/country eq 'UZ' and result gt 100": lambda o: (
        o.observation.station_code.startswith("UZ") and value(o) > 100
    ),
    "Datastream/Thing/properties/code eq 'KZAST'": lambda o: o.observation.station_code == "KZAST",
    "not (FeatureOfInterest/name eq 'Astana')": lambda o: o.observation.station_code != "KZAST",
    "Datastream/id eq 0": lambda o: False,
    "FeatureOfInterest/name eq 'Astana' or result gt 200": lambda o: (
        o.observation.station_code == "KZAST" or value(o) > 200
    ),
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_leaves_what_python_leaves(house, text):
    right = [facts(each) for each in stored(house) if FILTERS[text](each)]
    assert [read(each) for each in every(house, "Observations", filter=text, top="90")] == right
    said = told(house, "Observations", filter=text, count="true", top="0")
    assert said["@iot.count"] == len(right)
    assert said["value"] == []


def test_an_observation_is_found_by_its_id(house):
    one = told(house, "Observations", top="1", skip="11")["value"][0]
    found = told(house, "Observations", filter=f"id eq {one['@iot.id']}")
    assert found == {"value": [one]}
    both = f"id eq {one['@iot.id']} and result lt {one['result'] - 1}"
    assert told(house, "Observations", filter=both)["value"] == []
    assert told(house, "Observations", filter="id eq 5")["value"] == []


def test_an_order_holds_over_pages(house):
    right = sorted(
        (value(each) for each in stored(house) if not math.isnan(value(each))), reverse=True
    )
    found = every(house, "Observations", orderby="result desc", top="70")
    assert [each["result"] for each in found if each["result"] is not None] == right
    names = [each["name"] for each in every(house, "Things", orderby="name", top="20")]
    assert names == sorted(names)
    things = list(every(house, "Things", orderby="properties/country desc,name desc"))
    order = [(each["properties"]["country"], each["name"]) for each in things]
    assert order == sorted(order, reverse=True)
    streams = list(every(house, "Datastreams", orderby="Thing/name desc"))
    assert streams[0]["name"].endswith(max(names))


def test_skip_passes_over_as_many(house):
    right = [facts(each) for each in stored(house)]
    assert [read(e) for e in told(house, "Observations", top="5", skip="42")["value"]] == right[
        42:47
    ]
    found = every(house, "Observations", top="60", skip="42")
    assert [read(each) for each in found] == right[42:]


def test_only_what_is_chosen_is_told(house):
    one = told(house, "Observations", top="1", select="result,id")["value"][0]
    assert set(one) == {"@iot.id", "result"}
    one = told(house, "Things('KZAST')", select="name,Datastreams")
    assert set(one) == {"name", "Datastreams@iot.navigationLink"}
    one = told(house, "Things('KZAST')", select="name", expand="Locations($select=location)")
    assert set(one) == {"name", "Locations"}
    assert set(one["Locations"][0]) == {"location"}


def test_the_newest_value_of_every_station_is_one_question(house):
    newest = "Observations($orderby=phenomenonTime desc;$top=1;$select=result,phenomenonTime)"
    streams = list(every(house, "Datastreams", expand=f"{newest},Thing($select=name)"))
    right = {}
    for each in stored(house):
        said = each.observation
        right.setdefault((said.station_code, said.quantity), said.value)
    assert len(streams) == len(right)
    for stream in streams:
        code = stream["properties"]["station"]
        assert stream["Observations"][0]["result"] == right[code, stream["properties"]["quantity"]]
        assert set(stream["Thing"]) == {"name"}


def test_what_is_expanded_is_paged_too(house):
    options = "Observations($top=1;$count=true;$filter=result gt 0;$select=id)"
    stream = told(house, "Datastreams", top="1", expand=options)["value"][0]
    count = stream["Observations@iot.count"]
    assert count >= 3
    ids = [each["@iot.id"] for each in stream["Observations"]]
    link = stream["Observations@iot.nextLink"]
    while link:
        page = house.json(local(link))
        ids += [each["@iot.id"] for each in page["value"]]
        assert page["@iot.count"] == count
        link = page.get("@iot.nextLink")
    path = f"Datastreams({stream['@iot.id']})/Observations"
    assert ids == [each["@iot.id"] for each in told(house, path)["value"]]
    deep = told(house, "Things('KZAST')", expand="Datastreams/Observations/FeatureOfInterest")
    found = deep["Datastreams"][0]["Observations"][0]["FeatureOfInterest"]
    assert found["@iot.id"] == number("KZAST")


def test_a_data_array_holds_what_the_entities_do(house):
    options = {"filter": f"phenomenonTime ge {TEN}", "top": "150", "count": "true"}
    plain = told(house, "Observations", **options)
    arrays = told(house, "Observations", **options, resultFormat="dataArray")
    assert arrays["@iot.count"] == plain["@iot.count"]
    rows = {}
    for array in arrays["value"]:
        assert array["dataArray@iot.count"] == len(array["dataArray"])
        stream = house.json(local(array["Datastream@iot.navigationLink"]))["@iot.id"]
        for row in array["dataArray"]:
            entity = dict(zip(array["components"], row, strict=True))
            assert entity["id"] >> BEGIN_BITS == stream
            rows[entity.pop("id")] = entity
    for entity in plain["value"]:
        assert rows.pop(entity["@iot.id"]) == {
            name: entity[name] for name in SETS["Observations"].properties
        }
    assert not rows
    few = told(house, "Observations", resultFormat="dataArray", select="result", top="1")
    assert few["value"][0]["components"] == ["result"]
    assert "resultFormat=dataArray" in few["@iot.nextLink"]


def test_stations_are_found_by_place(house):
    things = list(every(house, "Things", expand="Locations"))
    box = "geography'POLYGON((66 40,70 40,70 43,66 43,66 40))'"
    found = {
        e["@iot.id"] for e in every(house, "Things", filter=f"st_within(Locations/location,{box})")
    }
    right = set()
    for thing in things:
        lon, lat = thing["Locations"][0]["location"]["coordinates"]
        if 66 < lon < 70 and 40 < lat < 43:
            right.add(thing["@iot.id"])
    assert found == right
    assert right
    near = "geo.distance(location,geography'POINT(71.43 51.13)') lt 1000"
    assert [e["name"] for e in every(house, "Locations", filter=near)] == ["Astana"]


WRONG = [
    ("Thing", {}, 404, 'did you mean "Things"'),
    ("Things('KZASD')", {}, 404, "no Things('KZASD')"),
    ("Things(5)", {}, 404, "no Things(5)"),
    ("Things(9223372036854775807)", {}, 404, "no Things"),
    ("Things(-1)", {}, 404, "no Things"),
    ("Things(KZAST)", {}, 400, "a number or a text in quotes was expected"),
    ("Things()", {}, 400, "a number or a text in quotes was expected"),
    ("Observations(9223372036854775807)", {}, 404, "no Observations"),
    ("Observations(-1)", {}, 404, "no Observations"),
    ("Things('KZAST", {}, 400, "no word of an address"),
    ("Things/Datastreams", {}, 400, "name one, as Things(id)"),
    ("Things/name", {}, 400, "name one"),
    ("Things('KZAST')/Datastream", {}, 404, 'did you mean "Datastreams"'),
    ("Things('KZAST')/properties/colour", {}, 404, "no part"),
    ("Things('KZAST')/name('x')", {}, 400, "takes no id"),
    ("Things('KZAST')/$value", {}, 404, "no"),
    ("Things/$ref/x", {}, 400, "name one"),
    ("Locations('KZAST')/Things('KZAST')/Locations('UZTAS')", {}, 404, ""),
    ("Observations('x')", {}, 404, "no Observations"),
    ("Things", {"topp": "5"}, 400, 'did you mean "$top"'),
    ("Things", {"top": "-5"}, 400, '$top: "-" stands where a whole number was expected'),
    ("Things", {"top": "5.5"}, 400, "whole number"),
    ("Things", {"top": ""}, 400, "it ends where a whole number"),
    ("Things", {"top": "9999999999999"}, 400, "whole number"),
    ("Things", {"count": "yes"}, 400, "true or false"),
    ("Things", {"filter": "nam eq 'x'"}, 400, "$filter: Things have no property"),
    ("Things", {"filter": "name gt 5"}, 400, "cannot be compared"),
    ("Observations", {"filter": "id eq 'x'"}, 400, "cannot be compared"),
    ("Things", {"orderby": "nam"}, 400, "$orderby: "),
    ("Things", {"orderby": "name up"}, 400, '"up" stands where the end was expected'),
    ("Things", {"select": "nam"}, 400, 'did you mean "name"'),
    ("Things", {"expand": "Datastream"}, 400, 'did you mean "Datastreams"'),
    ("Things", {"expand": "Datastreams($topp=5)"}, 400, 'did you mean "$top"'),
    ("Things", {"expand": "Datastreams($top=5"}, 400, 'where ")" was expected'),
    ("Things", {"expand": "Datastreams($top=5;$top=6)"}, 400, "stands twice"),
    ("Things", {"expand": "Datastreams,Datastreams"}, 400, "expanded twice"),
    ("Things", {"resultFormat": "dataArray"}, 400, "unknown query parameter"),
    ("Things", {"skiptoken": "x"}, 400, "use $skip"),
    ("Observations", {"resultFormat": "CSV"}, 400, "dataArray was expected"),
    ("Observations", {"skiptoken": "x"}, 400, "no $skiptoken"),
    ("Observations", {"skiptoken": "WzFd"}, 400, "no $skiptoken"),
    ("Observations", {"skiptoken": "WzFlOTksMSwxLDFd"}, 400, "no $skiptoken"),
    ("Things('KZAST')", {"top": "1"}, 400, "unknown query parameter"),
    ("Things('KZAST')/name", {"top": "1"}, 400, "none is known"),
    ("Datastreams/$ref", {"expand": "Thing"}, 400, "unknown query parameter"),
]


@pytest.mark.parametrize(("resource", "options", "status", "said"), WRONG, ids=str)
def test_a_wrong_question_is_answered_with_a_sentence(house, resource, options, status, said):
    answer = house.get(address(resource, **options))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert said in answer.json["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_nothing_can_be_written(house):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(house.client, method)(address("Things"), json={"name": "x"})
        assert answer.status_code == 405
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_limits_hold(house, monkeypatch):
    monkeypatch.setattr(budget, "MOST_ENTITIES", 50)
    answer = house.get(address("Things", expand="Datastreams"))
    assert answer.status_code == 413
    assert "$top" in answer.json["detail"]
    right = [facts(each) for each in stored(house) if value(each) > 150]
    assert len(right) > 3
    monkeypatch.setattr(pages, "MOST_EXAMINED", 25)
    # A page that looked at enough ends early, and the next one goes on where it stopped.
    found = every(house, "Observations", filter="result gt 150", skip="1", top="5")
    assert [read(each) for each in found] == right[1:]
    for options in ({"orderby": "result"}, {"filter": "result gt 1", "count": "true"}):
        answer = house.get(address("Observations", **options))
        assert answer.status_code == 413
        assert "phenomenonTime" in answer.json["detail"]
    monkeypatch.setattr(pages, "MOST_COUNTED", 25)
    assert house.get(address("Observations", count="true")).status_code == 413
    assert len(told(house, "Observations", top="100000")["value"]) <= pages.MOST_TOP


def test_all_that_is_expanded_shares_one_measure_of_work(house, monkeypatch):
    asked = address("Datastreams", expand="Observations($filter=result lt -1)")
    assert house.get(asked).status_code == 200
    monkeypatch.setattr(budget, "MOST_EXAMINED", 50)
    assert house.get(asked).status_code == 413
    assert house.get(address("Observations", top="10")).status_code == 200


def test_a_filter_that_meets_too_many_values_is_refused(house, monkeypatch):
    path = "Datastreams/ObservedProperty/name"
    asked = address("Things", filter=f"concat(concat({path},{path}),concat({path},{path})) eq 'a'")
    assert house.get(asked).status_code == 200
    monkeypatch.setattr(budget, "MOST_STEPS", 100)
    answer = house.get(asked)
    assert answer.status_code == 413
    assert "$filter" in answer.json["detail"]


def test_an_unchanged_answer_is_not_sent_again(house):
    first = house.get(address("Datastreams"))
    again = house.get(address("Datastreams"), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_gap_stays_a_gap_and_an_untold_detector_untold(own):
    rows = ["station_code,time,averaging,quantity,value,unit,detector"]
    for code, given, detector in (("KZ0", "110", "GM tube"), ("UZ0", "", "")):
        rows.append(f"{code},2026-11-20T10:00:00Z,PT1H,ambient_dose_rate,{given},nSv/h,{detector}")
    own.ingest("values.csv", "\n".join(rows).encode())
    (gap,) = told(own, "Observations", filter="result eq null")["value"]
    assert gap["resultQuality"]["status"] == "missing"
    assert gap["resultQuality"]["uncertainty"]["value"] is None
    assert house_sensor(own, gap)["name"] == "Not told"
    (measured,) = told(own, "Observations", filter="result ne null")["value"]
    assert measured["result"] == 110
    sensor = house_sensor(own, measured)
    assert sensor["name"] == "GM tube"
    (stream,) = told(own, f"Sensors({sensor['@iot.id']})/Datastreams")["value"]
    assert measured["@iot.id"] >> BEGIN_BITS == stream["@iot.id"]
    assert "notice" not in told(own, "Things('KZ0')")["properties"]
    # A station without any value is a Thing, of which no history is known.
    assert told(own, "Things('KZ1')/Datastreams")["value"] == []
    assert told(own, "Things('KZ1')/HistoricalLocations")["value"] == []


def house_sensor(own: Any, observation: Any) -> Any:
    return told(own, f"Observations({observation['@iot.id']})/Datastream/Sensor")


def test_history_begins_with_what_is_known(house):
    first = min(each.observation.begin_time for each in stored(house))
    said = told(house, "HistoricalLocations('KZAST')", expand="Locations,Thing")
    assert said["time"] == temporal.word(first)
    assert said["Thing"]["@iot.id"] == said["Locations"][0]["@iot.id"] == number("KZAST")
    assert first == PAST[0]
