"""The FROST client reads stations, datastreams and values as any SensorThings client would."""

from typing import Any

import frost_sta_client as fsc
import pytest
import requests

from tests.clients.worlds import World

pytestmark = [
    pytest.mark.clients,
    # The client itself uses what its library has given up.
    pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated:DeprecationWarning"),
]
DOSE = "ambient_dose_rate"
STREAM = f"KZAST-{DOSE}-PT1H-simulated"


@pytest.fixture
def service(world: World) -> Any:
    return fsc.SensorThingsService(f"{world.url}/sta/v1.1")


@pytest.fixture
def stations(world: World) -> dict[str, Any]:
    """What the file of stations says of each."""
    held = world.json("/files/stations/latest/latest.geojson")["features"]
    return {each["properties"]["code"]: each for each in held}


def test_every_station_is_a_thing_at_its_place(service: Any, stations: dict[str, Any]) -> None:
    things = list(service.things().query().expand("Locations").top(10).list())
    assert {thing.properties["code"] for thing in things} == set(stations)
    for thing in things:
        (location,) = thing.locations.entities
        station = stations[thing.properties["code"]]
        geometry = station["geometry"]["coordinates"]
        assert list(location.location["coordinates"]) == geometry[:2]
        assert thing.name == station["properties"]["name_en"]
        assert thing.properties["context"] == "simulated"


def test_the_newest_value_of_every_station_is_that_of_the_file(
    service: Any, stations: dict[str, Any]
) -> None:
    newest = "Observations($orderby=phenomenonTime desc;$top=1)"
    query = service.datastreams().query().filter(f"properties/quantity eq '{DOSE}'")
    streams = list(query.expand(f"{newest},Thing").top(25).list())
    assert len(streams) == len(stations)
    for stream in streams:
        assert stream.unit_of_measurement.symbol == "nSv/h"
        (value,) = stream.observations.entities
        told = stations[stream.properties["station"]]["properties"]
        if told["value"] is None:  # silent in the newest hour
            assert value.phenomenon_time.split("/")[0] < told["begin_time"]
            continue
        assert value.result == told["value"]
        assert value.result_quality["uncertainty"]["value"] == told["sd"]
        assert value.result_quality["status"] == told["status"]
        assert value.phenomenon_time.split("/")[0] == told["begin_time"]


def test_a_series_is_read_to_its_end_page_by_page(service: Any) -> None:
    query = service.datastreams().find(STREAM).get_observations().query()
    values = list(query.orderby("phenomenonTime", "asc").top(5).list())
    assert len(values) > 12  # a station may be silent for an hour
    times = [value.phenomenon_time for value in values]
    assert times == sorted(set(times))
    noon = times[12].split("/")[0]
    later = service.datastreams().find(STREAM).get_observations().query()
    found = list(later.filter(f"phenomenonTime ge {noon}").list())
    assert [each.id for each in found] == [each.id for each in reversed(values[12:])]


def test_an_entity_leads_to_its_neighbours(service: Any) -> None:
    thing = service.things().find("UZTAS")
    streams = list(thing.get_datastreams().query().list())
    assert streams
    for stream in streams:
        assert service.datastreams().find(stream.id).id == stream.id
    value = next(iter(service.observations().query().top(1).list()))
    assert service.observations().find(value.id).result == value.result


def test_a_wrong_filter_fails_in_the_client(service: Any) -> None:
    with pytest.raises(requests.exceptions.HTTPError, match="400"):
        service.things().query().filter("nam eq 'x'").list()


def test_the_client_fails_where_no_server_is() -> None:
    lost = fsc.SensorThingsService("http://127.0.0.1:9/sta/v1.1")
    with pytest.raises(requests.exceptions.ConnectionError):
        lost.things().query().list()
