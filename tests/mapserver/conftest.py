"""What the tests of the web share.

``start`` gives real servers: processes, sockets and signals as an operator has them. ``open_house``
gives the same parts in this process, which costs a tenth: a keeper at work on its folder, its
socket, and an application over it that a test client asks.
"""

import contextlib
import dataclasses
import itertools
import json
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from rasterio.transform import Affine
from werkzeug.test import TestResponse

from layers import demo, temporal
from layers.catalog import DEFAULT_CATALOG
from layers.geo import Bounds
from layers.model import Context, Network, Organisation, Station
from layers.refresh import normals
from layers.siting import stacks
from layers.store import Batch, Writer
from mapserver import settings
from mapserver.app import create_app
from mapserver.cli import main
from mapserver.documents import assets
from mapserver.runtime import opening
from mapserver.runtime.entries import context_for, definition
from mapserver.runtime.front import Front
from mapserver.runtime.keeper import Keeper
from mapserver.services.site import Site
from tests.servers import START_S, Server, launch, mapserver, wait_for

NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
"""The present moment of the houses."""
HOURS = [NOW.replace(hour=hour, minute=0) for hour in (9, 10, 11)]
"""Those of the demonstration that the house shows."""
PAST = normals.hours_of_normal(NOW.replace(hour=0, minute=0))[23::-1]
"""Hours of the week before, of dose rates alone: enough to know what is usual."""


def hours_of(layer_id: str) -> list[str]:
    """Return the times of a layer of the house, oldest first."""
    return [temporal.word(at) for at in ((*PAST, *HOURS) if layer_id == "stations" else HOURS)]


@pytest.fixture(name="mapserver", scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one command to its end."""
    return mapserver


@pytest.fixture(name="wait_for")
def waiting() -> Callable[..., None]:
    return wait_for


def _starting(logs: Path) -> Iterator[Callable[..., Server]]:
    """Give a function that starts servers, and end them all."""
    with contextlib.ExitStack() as ending:

        def start(data_dir: Path, *options: str, ready: bool = True, ahead: bool = False) -> Server:
            log = logs / f"server-{next(numbers)}.log"
            server = launch(data_dir, "--demo-days", "0", *options, log=log, ahead=ahead)
            ending.callback(server.end)
            if ready:
                server.wait_ready()
            return server

        numbers = itertools.count()
        yield start


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test, whatever happens to it."""
    yield from _starting(tmp_path)


@pytest.fixture(scope="module")
def start_for_module(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the last test of a module."""
    yield from _starting(tmp_path_factory.mktemp("logs"))


@dataclass
class House:
    """A data folder with its keeper at work in this process, and the application over it."""

    keeper: Keeper
    site: Site
    app: Flask

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask the application; a file that it answers with is read and closed."""
        return self.client.get(path, buffered=True, **options)

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def ingest(self, name: str, body: bytes, **header: Any) -> dict[str, Any]:
        """Bring bytes in as the operator does."""
        said = {"op": "ingest", "name": name, "writer": "test", **header}
        answer = self.keeper.answer(said, body)
        assert "ok" in answer, answer
        return answer["ok"]

    def counts(self) -> dict[str, int]:
        """How many rows each table of the store holds."""
        return self.site.store.counts()

    def command(self, *words: str) -> Result:
        """Run a command on this folder; it meets the running keeper."""
        folder = str(self.site.settings.data_dir)
        return CliRunner().invoke(main, [*words, "--data-dir", folder])

    def idle(self) -> bool:
        """Whether every surface that can be made is made."""
        status = self.keeper.answer({"op": "status"}, b"")["ok"]
        return bool(status["ready"]) and status["waiting"] == 0


@pytest.fixture(scope="session")
def open_house() -> Iterator[Callable[..., House]]:
    """Open houses that stand until the last test has been run."""
    with contextlib.ExitStack() as closing:

        def begin(
            folder: Path, prepare: Callable[[Keeper], None] = lambda keeper: None, **knobs: Any
        ) -> House:
            chosen = settings.read({}, data_dir=str(folder), demo_days=0, **knobs)
            catalog = definition(chosen, assets.read())
            context = context_for(chosen, catalog)
            keeper = Keeper(chosen, catalog.layers, catalog.feeds, context, now=lambda: NOW)
            closing.callback(keeper.close)
            closing.callback(keeper.listen().close)
            prepare(keeper)
            work = threading.Thread(target=keeper.run)
            work.start()
            closing.callback(work.join)
            closing.callback(keeper.stop)
            with mock.patch.object(opening, "utc_now", return_value=NOW):
                site = opening.open_site(chosen)
            closing.callback(site.store.close)
            app = create_app(site)
            app.wsgi_app = Front(site, app.wsgi_app)  # type: ignore[method-assign]
            house = House(keeper, site, app)
            wait_for(house.idle, START_S)
            return house

        yield begin


ADDED = (Path(__file__).parent / "added.toml").read_text()
"""One entry of every kind, each with a data set of its own."""
HERE = (69.3, 41.3)
"""A place that every layer knows something of, and the tile of zoom 6 around it."""
TILE = (6, 44, 23)


def layer_ids() -> list[str]:
    entries = tomllib.loads(DEFAULT_CATALOG.read_text())["layer"] + tomllib.loads(ADDED)["layer"]
    return [entry["id"] for entry in entries]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "layer_id" in metafunc.fixturenames:
        metafunc.parametrize("layer_id", layer_ids())


@pytest.fixture(scope="session")
def house(open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory) -> House:
    """The default catalogue with one more entry of every kind, and data for each of them.

    Three hours of the demonstration network, and of a quantity that it does not have. Of a week
    before there are hours enough to know what is usual, and no surfaces.
    """
    folder = tmp_path_factory.mktemp("house")
    catalog = folder / "catalog.toml"
    catalog.write_text(f"{DEFAULT_CATALOG.read_text()}\n{ADDED}")
    _write_raster(folder / "grid.tif")
    _write_hazard(folder / "hazard")
    (folder / "hours").mkdir()
    for hour in (9, 10, 11):
        _write_raster(folder / "hours" / f"20261120T{hour:02}_a.tif", float(hour))

    _remember(folder / "data")

    def prepare(keeper: Keeper) -> None:
        for hours in (2, 1, 0):
            keeper.demonstration.begin(NOW - timedelta(hours=hours))
        for name, body, defaults in _added_data():
            header = {"op": "ingest", "name": name, "writer": "test", "context": "simulated"}
            answer = keeper.answer({**header, "defaults": defaults}, body)
            assert len(answer["ok"]["rejected"]) == 0, answer
            assert answer["ok"]["accepted"] > 0

    found = open_house(folder / "data", prepare, catalog=str(catalog), surface_hours=3)
    if (found.site.assets.folder / "surroundings").is_dir():
        # What a server does by itself after a while; around one place it takes a second.
        lon, lat = HERE
        around = Bounds(lon - 2.5, lat - 2.0, lon + 2.5, lat + 2.0)
        layer = dataclasses.replace(
            found.site.catalog.layer("suitability"), domain=around, native_zoom=5
        )
        assert stacks.build(layer, found.site.desk.loaded(), found.site.store.aligned)
    return found


def _remember(folder: Path) -> None:
    """Write the dose rates of the week before."""
    writer = Writer(folder, Context.SIMULATED)
    said = {"writer": "test", "at": NOW}
    writer.put_organisations(demo.ORGANISATIONS, **said)
    writer.put_networks(demo.NETWORKS, **said)
    writer.put_stations(demo.station_table().stations, **said)
    seed = settings.read({}).demo_seed
    rows = [
        each
        for hour in PAST
        for each in demo.feed(hour, seed)
        if each.quantity == "ambient_dose_rate"
    ]
    batch = Batch("usual", "", "test", None, Context.SIMULATED, NOW, "simulation")
    writer.append_observations(batch, rows)
    writer.close()


def _write_hazard(folder: Path) -> None:
    folder.mkdir()
    text = (
        'id = "own"\ntitle = "Own"\nstatus = "model"\nunit = "%g"\nlicence = "CC0"\n'
        'vintage = "2026"\nsource = "a test"\nvs30_m_s = 760\n'
    )
    for period, scale in ((475, 0.1), (2475, 0.2)):
        _write_raster(folder / f"pga_{period}.tif", scale=scale)
        text += f'[[grid]]\nreturn_period_y = {period}\npath = "pga_{period}.tif"\n'
    (folder / "hazard.toml").write_text(text)


def _write_raster(path: Path, more: float = 0.0, scale: float = 1.0) -> None:
    rows, cols = np.mgrid[0:80, 0:150]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=150,
        height=80,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        nodata=-1,
        transform=Affine(0.1, 0, 60, 0, -0.1, 46),
    ) as dataset:
        cells = scale * (20 + more + (rows * 7 + cols * 3) % 90)
        dataset.write(cells.astype("float32"), 1)


def _added_data() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    lon, lat = HERE
    square = [[lon - 1, lat - 1], [lon + 1, lat - 1], [lon + 1, lat + 1], [lon - 1, lat + 1]]
    geometries = {
        "sites": ({"type": "Point", "coordinates": [lon, lat]}, {"value": 3}),
        "own-zones": (
            {"type": "Polygon", "coordinates": [[*square, square[0]]]},
            {"msk": 8, "name": "own zone"},
        ),
        "own-faults": ({"type": "LineString", "coordinates": square[:3]}, {"type": "reverse"}),
    }
    for collection, (geometry, properties) in geometries.items():
        feature = {"type": "Feature", "id": "F1", "geometry": geometry, "properties": properties}
        document = {"type": "FeatureCollection", "features": [feature]}
        yield f"{collection}.geojson", json.dumps(document).encode(), {"collection": collection}
    quakes = f"time,lon,lat,depth_km,mag,id\n2001-02-03T04:05:06Z,{lon},{lat},12,6.5,Q1\n"
    yield "own-quakes.csv", quakes.encode(), {"collection": "own-quakes"}
    table = ["station_code,lon,lat,time,averaging,quantity,value,unit"]
    for hour in (9, 10, 11):
        for i in range(12):
            table.append(
                f"T{i},{lon - 3 + i % 4 * 2},{lat - 2 + i // 4 * 2},2026-11-20T{hour:02}:00:00Z,"
                f"PT1H,air_temperature,{(5 * i + hour) % 17 - 4},degC"
            )
    yield "temperature.csv", "\n".join(table).encode(), {}


@pytest.fixture(scope="session")
def found() -> Callable[[Path], None]:
    """Make a folder for real data: two organisations with five stations each."""

    def begin(folder: Path) -> None:
        writer = Writer(folder, Context.ROUTINE)
        said = {"writer": "test", "at": NOW - timedelta(days=30)}
        for country, west in (("KZ", 68.0), ("UZ", 64.0)):
            writer.put_organisations([Organisation(country.lower(), country, country)], **said)
            network = f"{country.lower()}-net"
            writer.put_networks([Network(network, country.lower(), network)], **said)
            stations = [
                Station(f"{country}{i}", network, west + i, 41.0 + i % 3, {"en": f"{country} {i}"})
                for i in range(5)
            ]
            writer.put_stations(stations, **said)
        writer.close()

    return begin


@pytest.fixture(scope="module")
def own(
    open_house: Callable[..., House],
    found: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> House:
    """A folder for real data of two organisations; each module has its own."""
    folder = tmp_path_factory.mktemp("own") / "data"
    found(folder)
    return open_house(folder, demo=False, max_upload_mb=3)
