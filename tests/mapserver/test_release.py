"""What is not public reaches no address: two servers, one of which holds secrets, answer alike."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import shapely

from layers.catalog import DEFAULT_CATALOG
from layers.errors import ConflictError
from layers.files import MEDIA_TYPES
from layers.kinds import is_timed
from layers.model import (
    Context,
    Feature,
    Network,
    Observation,
    Organisation,
    Release,
    Station,
)
from layers.store import Audience, Batch, Role, Writer
from mapserver.services.sensorthings.vocabulary import SETS
from mapserver.services.sensorthings.world import number

NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
FAR, PAST = datetime(2099, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
HOURS = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10)]
SECRET_HOUR = datetime(2026, 11, 20, 11, tzinfo=UTC)
PLACE = (69.3, 41.3)
MARKS = ("Zirabulak", "7771.25", "6661.25", "HIDDEN")
CATALOG = """
[[layer]]
id = "sites"
kind = "points"
title = "Sites"

[[layer]]
id = "radon"
kind = "stations"
title = "Stations, radon"
quantity = "radon"
"""
SECRETS = {
    "HIDDENP": ("partners", None, None),
    "HIDDENE": ("later", None, None),
    "HIDDENS": ("open", Release.PARTNER, None),
    "HIDDENT": ("open", Release.EMBARGO, FAR),
}
"""Stations that are not for the public: network, own release, embargo."""


def _batch(name: str, context: Context = Context.ROUTINE) -> Batch:
    return Batch(name, name, "test", None, context, NOW - timedelta(hours=1))


def _rows(code: str, value: float, hours: list[datetime], quantity: str) -> list[Observation]:
    return [
        Observation(code, quantity, hour, hour + timedelta(hours=1), value + i)
        for i, hour in enumerate(hours)
    ]


def _fill(folder: Path, *, secrets: bool) -> None:
    """Fill a folder with public data, and then with what is not public."""
    writer = Writer(folder, Context.ROUTINE)
    said = {"writer": "test", "at": NOW - timedelta(days=1)}
    writer.put_organisations([Organisation("kz", "KZ", "KZ")], **said)
    writer.put_networks(
        [
            Network("open", "kz", "Open"),
            Network("lifted", "kz", "Lifted", release=Release.EMBARGO, embargo_until=PAST),
        ],
        **said,
    )
    stations = [Station(f"O{i}", "open", 66.0 + i % 4 * 2, 40.0 + i // 4 * 2) for i in range(8)]
    lifted = Station("L0", "lifted", 68.0, 41.0, {"en": "Lifted"})
    released = Station("W0", "lifted", 68.5, 41.0, release=Release.PUBLIC, embargo_until=None)
    writer.put_stations([*stations, lifted, released], **said)
    values = [
        row
        for i, station in enumerate([*stations, lifted, released])
        for row in _rows(station.code, 100.0 + 3 * i, HOURS, "ambient_dose_rate")
    ]
    writer.append_observations(_batch("public"), values)
    site = Feature("F1", "sites", shapely.Point(*PLACE), {"name": "Open site", "value": 1})
    writer.append_features(_batch("public-sites"), [site])
    if secrets:
        _add_secrets(writer, said)
    writer.close()


def _add_secrets(writer: Writer, said: dict[str, Any]) -> None:
    writer.put_networks(
        [
            Network("partners", "kz", "Partners", release=Release.PARTNER),
            Network("later", "kz", "Later", release=Release.EMBARGO, embargo_until=FAR),
        ],
        **said,
    )
    hidden = [
        Station(code, network, 69.0 + i / 2, 41.5, {"en": f"Zirabulak {code}"}, 500.0, "KZ",
                release=release, embargo_until=until)
        for i, (code, (network, release, until)) in enumerate(SECRETS.items())
    ]  # fmt: skip
    writer.put_stations(hidden, **said)
    for quantity, value in (("ambient_dose_rate", 7771.25), ("radon", 6661.25)):
        rows = [
            row for code in SECRETS for row in _rows(code, value, [*HOURS, SECRET_HOUR], quantity)
        ]
        assert writer.append_observations(_batch(f"secret-{quantity}"), rows).accepted == 12
    sites = [
        Feature(f"HIDDEN{release}", "sites", shapely.Point(69.5, 41.5),
                {"name": "Zirabulak site", "value": 9}, release=release)
        for release in (Release.PARTNER, Release.EMBARGO)
    ]  # fmt: skip
    assert writer.append_features(_batch("secret-sites"), sites).accepted == 2


@pytest.fixture(scope="module")
def pair(
    open_house: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Any]:
    """A server of public data, and one that also holds what is not public."""
    folder = tmp_path_factory.mktemp("pair")
    catalog = folder / "catalog.toml"
    catalog.write_text(DEFAULT_CATALOG.read_text() + CATALOG)
    opened = []
    for name in ("plain", "secret"):
        _fill(folder / name, secrets=name == "secret")
        opened.append(open_house(folder / name, demo=False, catalog=str(catalog)))
    return opened[0], opened[1]


TIMES = ["latest", *(hour.isoformat().replace("+00:00", "Z") for hour in [*HOURS, SECRET_HOUR])]
VALUES = {
    "time": TIMES,
    "version": ["latest"],
    "zoom": ["6"],
    "col": ["44"],
    "leaf": ["23.png", "23.webp", "23.mvt"],
    "resource": [*SETS, "Things('O0')/Datastreams"],
    "name": [f"{time}.{end}" for time in TIMES for end in (*MEDIA_TYPES, "json")],
    "matrix_set": ["WebMercatorQuad", "WorldCRS84Quad"],
    "matrix": ["6"],
    "row": ["23"],
    "image_leaf": ["44.png"],
    "pixel_row": ["100"],
    "info_leaf": ["200.json"],
    "image": ["png"],
}
QUERIES = {
    "/api/v1/point": [f"lon={x}&lat={y}&time={t}" for x, y in (PLACE, (69.5, 41.5)) for t in TIMES],
    "/tilejson/<layer>.json": ["", *(f"time={time}" for time in TIMES)],
    "/sta/v1.1/<path:resource>": ["", "$count=true&$top=1000"],
    "/map.<image>": ["width=320&height=240", "width=320&height=240&layer=stations&with=sites"],
    **{
        f"/api/v1/{name}": [f"layer=stations&station={code}" for code in ("O0", "L0", *SECRETS)]
        for name in ("series", "usual")
    },
    "/api/v1/screening": ["sites=69.5,41.5,1000,Here;67.35,40.45,,There"],
    "/en/screening/sheet": ["sites=69.5,41.5,1000,Here"],
}
NOT_OF_DATA = (
    *("/static/<path:name>", "/favicon.ico"),
    "/api/v1/events",  # a stream without end; its id is the tag of /current.json
    "/glyphs/<fontstack>/<leaf>",  # letters of a font
    "/metrics",  # how much the processes did; the files for a public server keep it inside
)
HEADERS = ("ETag", "Content-Length", "Content-Location", "Cache-Control", "Content-Disposition")


def _addresses(house: Any) -> Iterator[str]:
    """Every public address, with every word that an answer could depend on."""
    layers = [e for e in house.site.catalog.layers.values() if e.kind != "basemap"]
    for rule in house.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule in NOT_OF_DATA:
            continue
        if rule.rule.startswith("/ogcapi"):  # values are asked for below
            continue
        names = sorted(rule.arguments - {"layer", "style"})
        unknown = set(names) - VALUES.keys()
        assert not unknown, f"say in this test which words {rule.rule} takes: {unknown}"
        for layer in layers if "layer" in rule.arguments else layers[:1]:
            timed = is_timed(layer)
            styles = [s.id for s in layer.styles] if "style" in rule.arguments else [""]
            choices = [
                ["latest", "static"] if name == "time" and not timed else VALUES[name]
                for name in names
            ]
            for style, *words in itertools.product(styles, *choices):
                parts = {**dict(zip(names, words, strict=True)), "layer": layer.id, "style": style}
                built = rule.build({n: parts[n] for n in rule.arguments}, append_unknown=False)
                assert built is not None
                for query in QUERIES.get(rule.rule, [""]):
                    yield f"{built[1]}?{query}"


def test_no_address_tells_that_there_is_more_than_the_public_may_see(
    pair: tuple[Any, Any],
) -> None:
    plain, secret = pair
    asked = found = 0
    for address in _addresses(plain):
        one, other = plain.get(address), secret.get(address)
        assert other.status_code == one.status_code, address
        assert other.data == one.data, address
        for name in HEADERS:
            assert other.headers.get(name) == one.headers.get(name), (address, name)
        text = other.data.decode("utf-8", "replace")
        # What was asked for may be told back.
        for word in parse_qs(address.partition("?")[2]).get("station", ()):
            text = text.replace(word, "")
        for mark in MARKS:
            assert mark not in text, (address, mark)
        asked += 1
        found += other.status_code == 200
    assert asked > 100
    assert found > 60


def test_the_secrets_are_in_the_store_for_those_who_may_see_them(pair: tuple[Any, Any]) -> None:
    store = pair[1].site.store
    seen = {
        role: {s.code for s in store.stations(Audience(role), NOW)}
        for role in (Role.PUBLIC, Role.PARTNER, Role.OPERATOR)
    }
    assert seen[Role.PUBLIC].isdisjoint(SECRETS)
    assert seen[Role.PARTNER] & SECRETS.keys() == {"HIDDENP", "HIDDENS"}
    assert SECRETS.keys() <= seen[Role.OPERATOR]
    snapshot = store.snapshot(Audience(Role.OPERATOR), NOW, "ambient_dose_rate", HOURS[0])
    assert 7771.25 in snapshot.value.tolist()
    sites = store.features(Audience(Role.OPERATOR), NOW, "sites")
    assert len(sites) == 3
    assert len(store.features(Audience(Role.PARTNER), NOW, "sites")) == 2


OGCAPI = (
    "observations",
    "observations/items?limit=10000",
    "observations/locations",
    "observations/locations/O0?datetime=../..",
    "observations/cube?bbox=60,35,80,50&datetime=../..",
    "observations/cube?bbox=60,35,80,50&f=CSV",
    "radon/locations",
    "radon",
    "stations/items",
    "stations/locations",
    "sites/items",
    "dose-rate/instances",
    "dose-rate/position?coords=POINT(69.3%2041.3)&datetime=../..",
    "dose-rate/cube?bbox=68,40,71,42",
)


@pytest.mark.parametrize("path", OGCAPI)
def test_no_value_at_a_place_tells_that_there_are_secret_ones(
    pair: tuple[Any, Any], path: str
) -> None:
    one, other = (house.get(f"/ogcapi/collections/{path}") for house in pair)
    assert one.status_code == 200
    assert other.data == one.data
    for mark in MARKS:
        assert mark not in other.text


@pytest.mark.parametrize("code", SECRETS)
def test_a_secret_station_is_not_found_by_whoever_knows_its_name(
    pair: tuple[Any, Any], code: str
) -> None:
    for resource in (
        f"Things('{code}')",
        f"Locations('{code}')/location",
        f"FeaturesOfInterest('{code}')/Observations",
        f"Datastreams('{code}-radon-PT1H')/Observations",
        f"Things({number(code)})",
    ):
        one, other = (house.get(f"/sta/v1.1/{resource}") for house in pair)
        assert (other.status_code, other.json) == (404, one.json)
    known = f"/sta/v1.1/Observations?$filter=FeatureOfInterest/id%20eq%20{number(code)}&$count=true"
    assert pair[1].json(known) == {"@iot.count": 0, "value": []}


def test_an_embargo_that_is_over_hides_nothing(pair: tuple[Any, Any]) -> None:
    file = pair[1].json("/files/stations/latest/2026-11-20T10:00:00Z.geojson")
    codes = {feature["properties"]["code"] for feature in file["features"]}
    assert codes == {f"O{i}" for i in range(8)} | {"L0", "W0"}


def test_an_hour_that_only_secret_stations_measured_does_not_exist(pair: tuple[Any, Any]) -> None:
    current = {e["id"]: e for e in pair[1].json("/current.json")["layers"]}
    hours = [hour.isoformat().replace("+00:00", "Z") for hour in HOURS]
    for layer in ("stations", "dose-rate"):
        assert [each["time"] for each in current[layer]["times"]] == hours
    assert current["radon"]["times"] == []


def test_a_surface_is_made_of_public_values_alone(pair: tuple[Any, Any]) -> None:
    found = pair[1].json(f"/api/v1/point?lon={PLACE[0]}&lat={PLACE[1]}")
    surface = next(e for e in found["layers"] if e["layer"] == "dose-rate")
    assert surface["source"]["stations"] == 10
    mean = next(v["value"] for v in surface["values"] if v["name"] == "mean")
    assert 90 < mean < 140


@pytest.mark.parametrize("context", [Context.EXERCISE, Context.SIMULATED])
def test_exercise_and_simulation_enter_a_real_store_by_no_door(
    pair: tuple[Any, Any], context: Context, tmp_path: Path
) -> None:
    house = pair[1]
    before = house.counts()
    table = (
        b"station_code,time,averaging,quantity,value,unit\n"
        b"O0,2026-11-20T10:00:00Z,PT1H,ambient_dose_rate,9999,nSv/h\n"
    )
    header = {"op": "ingest", "name": "e.csv", "writer": "test", "context": str(context)}
    answer = house.keeper.answer(header, table)
    assert answer["error"] == "ConflictError"
    file = tmp_path / "e.csv"
    file.write_bytes(table)
    done = house.command("ingest", str(file), "--context", str(context))
    assert done.exit_code == 1
    assert "folder of their own" in done.output
    assert house.counts() == before


@pytest.mark.parametrize("held", list(Context))
@pytest.mark.parametrize("offered", list(Context))
def test_contexts_share_a_store_only_where_they_may_be_seen_together(
    held: Context, offered: Context, tmp_path: Path
) -> None:
    writer = Writer(tmp_path / "store", held)
    real = (Context.ROUTINE, Context.EVENT)
    site = Feature("F1", "sites", shapely.Point(*PLACE))
    try:
        if held is offered or (held in real and offered in real):
            assert writer.append_features(_batch("one", offered), [site]).accepted == 1
        else:
            with pytest.raises(ConflictError, match="folder of their own"):
                writer.append_features(_batch("one", offered), [site])
            with pytest.raises(ConflictError, match="folder of their own"):
                writer.append_observations(_batch("two", offered), [])
            with pytest.raises(ConflictError):
                Writer(tmp_path / "store", offered)
    finally:
        writer.close()
