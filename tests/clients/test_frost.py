"""The FROST client reads SensorThings entity by entity, and follows its links."""

from typing import Any

import frost_sta_client as frost
import pytest

from tests.clients.worlds import World

pytestmark = pytest.mark.clients


def service(world: World) -> Any:
    return frost.SensorThingsService(f"{world.url}/sta/v1.1")


def test_every_station_is_a_thing_with_its_place(world: World) -> None:
    things = {
        each.properties["code"]: each
        for each in service(world).things().query().expand("Locations").list()
    }
    held = {
        each["properties"]["code"]: each
        for each in world.json("/files/stations/latest/latest.geojson")["features"]
    }
    assert set(things) == set(held)
    for code, thing in list(things.items())[:5]:
        place = thing.locations.entities[0].location
        coordinates = place["coordinates"] if isinstance(place, dict) else place.coordinates
        assert list(coordinates)[:2] == pytest.approx(held[code]["geometry"]["coordinates"][:2])


def test_the_newest_value_of_a_station_is_the_one_on_the_map(world: World) -> None:
    held = world.json("/files/stations/latest/latest.geojson")["features"]
    station = next(each for each in held if each["properties"]["value"] is not None)["properties"]
    streams = (
        service(world).datastreams().query()
        .filter(f"Thing/properties/code eq '{station['code']}'"
                f" and ObservedProperty/properties/id eq '{station['quantity']}'")
        .list()
    )  # fmt: skip
    (stream,) = list(streams)
    newest = stream.get_observations().query().orderby("phenomenonTime", "desc").top(1).list()
    found = newest.entities[0]
    assert found.result == pytest.approx(station["value"])
    assert str(found.phenomenon_time).startswith(station["begin_time"][:16])


def test_pages_are_followed_to_the_last(world: World) -> None:
    listed = service(world).datastreams().query().top(20).list()
    ids = [each.id for each in listed]
    assert (
        len(ids)
        == len(set(ids))
        == world.json("/sta/v1.1/Datastreams?$count=true&$top=1")["@iot.count"]
    )
    assert len(ids) > 20
