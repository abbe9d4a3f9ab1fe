import contextlib
import json
import os
import shutil
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Server, gone

Start = Callable[..., Any]
Wait = Callable[..., None]
Command = Callable[..., Any]

STATIONS = """code,name_en,country,lon,lat,elevation_m
A1,Alpha,KZ,70.0,43.0,300
A2,Beta,KZ,71.0,43.5,350
A3,Gamma,KZ,70.5,44.0,320
A4,Delta,UZ,69.0,42.5,310
"""
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit\n"


def rows(hour: int, *values: float) -> bytes:
    lines = [
        f"A{i},2026-11-01T{hour:02}:00:00Z,2026-11-01T{hour + 1:02}:00:00Z,"
        f"ambient_dose_rate,{value},nSv/h\n"
        for i, value in enumerate(values, start=1)
    ]
    return (HEADER + "".join(lines)).encode()


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory, mapserver: Command) -> Path:
    """A folder for real data with four stations, registered before any server runs."""
    folder = tmp_path_factory.mktemp("registered")
    register = folder / "stations.csv"
    register.write_text(STATIONS)
    done = mapserver("ingest", str(register), "--data-dir", str(folder / "data"), "--no-demo")
    assert done.returncode == 0, done.stderr
    assert "4 rows = 4 accepted" in done.stdout
    return folder / "data"


@pytest.fixture
def own_data(tmp_path: Path, registered: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(registered, tmp_path / "own data ж"))


@pytest.fixture(scope="module")
def first_start(start_for_module: Start, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server of a folder that was not there before; nothing is written to it."""
    return start_for_module(tmp_path_factory.mktemp("first") / "data")


def test_a_first_start_shows_simulated_dose_and_says_so(first_start: Server) -> None:
    server = first_start
    current = server.json("/current.json")
    assert current["context"] == "simulated"
    layer = next(each for each in current["layers"] if each["id"] == "dose-rate")
    newest = layer["times"][-1]
    address = f"/tiles/dose-rate/mean/{newest['versions']['mean']}/{newest['time']}/5/22/11.png"
    status, headers, body = server.get(address)
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert len(body) > 200
    assert "immutable" in headers["Cache-Control"]


def test_a_second_server_on_one_folder_is_refused_with_a_sentence(
    first_start: Server, start: Start
) -> None:
    second = start(first_start.data_dir, ready=False)
    assert second.process.wait(timeout=60) == 1
    said = second.log.read_text()
    assert "another server or command writes to" in said
    assert "Traceback" not in said


def test_a_server_that_is_killed_leaves_the_folder_free(
    own_data: Path, start: Start, wait_for: Wait
) -> None:
    first = start(own_data, "--no-demo")
    keeper = first.keeper_pid()
    first.process.kill()
    first.process.wait(timeout=30)
    wait_for(lambda: gone(keeper))
    second = start(own_data, "--no-demo")
    assert second.json("/current.json")["context"] == "routine"


def test_posted_values_are_on_the_map_without_a_restart(
    own_data: Path, start: Start, wait_for: Wait
) -> None:
    server = start(own_data, "--no-demo")
    token = server.command("token", "create", "own").stdout.strip()
    auth = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    status, _, body = server.post("/api/v1/observations", rows(1, 100, 110, 120, 90), **auth)
    assert status == 200, body
    answer = json.loads(body)
    assert (answer["accepted"], answer["sum"], answer["rejected"]) == (4, 4, [])

    def surfaces() -> list[dict[str, object]]:
        layers = server.json("/current.json")["layers"]
        return next(each["times"] for each in layers if each["id"] == "dose-rate")

    wait_for(lambda: surfaces()[0:1] != [] and surfaces()[-1]["time"] == "2026-11-01T01:00:00Z")
    before = surfaces()[-1]["data"]
    # A correction makes a new version of that hour.
    server.post("/api/v1/observations", rows(1, 100, 110, 180, 90), **auth)
    wait_for(lambda: surfaces()[-1]["data"] != before)
    point = server.json("/api/v1/point?lon=70.5&lat=44.0&time=2026-11-01T01:00:00Z")
    station = point["nearest_stations"][0]
    assert (station["code"], station["value"]) == ("A3", 180.0)


def test_a_keeper_that_is_killed_comes_back_and_has_lost_nothing_acknowledged(
    own_data: Path, start: Start, wait_for: Wait
) -> None:
    server = start(own_data, "--no-demo")
    token = server.command("token", "create", "own").stdout.strip()
    auth = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    acknowledged: list[int] = []
    stop = threading.Event()

    def feed() -> None:
        hour = 0
        while not stop.is_set() and hour < 23:
            status, _, _ = server.post(
                "/api/v1/observations", rows(hour, 1 + hour, 2, 3, 4), **auth
            )
            if status == 200:
                acknowledged.append(hour)
                hour += 1

    feeder = threading.Thread(target=feed)
    feeder.start()
    for _ in range(2):
        seen = len(acknowledged)
        wait_for(lambda seen=seen: len(acknowledged) > seen + 1)
        keeper = server.keeper_pid()
        os.kill(keeper, signal.SIGKILL)
        wait_for(lambda keeper=keeper: server.keeper_pid() != keeper)
        assert f"the keeper {keeper} died; another one begins" in server.log.read_text()
    seen = len(acknowledged)
    wait_for(lambda: len(acknowledged) > seen or not feeder.is_alive())
    stop.set()
    feeder.join(timeout=60)
    for hour in acknowledged:
        word = f"2026-11-01T{hour:02}:00:00Z"
        collection = server.json(f"/files/stations/latest/{word}.geojson")
        values = {f["id"]: f["properties"]["value"] for f in collection["features"]}
        assert values == {"A1": 1 + hour, "A2": 2, "A3": 3, "A4": 4}
    healthy = server.command("doctor")
    assert healthy.returncode == 0, healthy.stdout


def test_a_file_in_the_watched_folder_is_taken_in_and_accounted_for(
    own_data: Path, start: Start, wait_for: Wait
) -> None:
    server = start(own_data, "--no-demo")
    incoming = own_data / "incoming"
    wait_for(incoming.is_dir)
    (incoming / "hour.csv.part").write_bytes(rows(2, 50, 60, 70, 80))
    (incoming / "hour.csv.part").rename(incoming / "hour.csv")
    (incoming / "wrong.csv").write_bytes(b"\x00\x01\x02 this is no table")
    wait_for(lambda: (incoming / "done" / "hour.csv.txt").is_file())
    wait_for(lambda: (incoming / "refused" / "wrong.csv.txt").is_file())
    account = (incoming / "done" / "hour.csv.txt").read_text()
    assert "4 rows = 4 accepted + 0 duplicate + 0 corrected + 0 rejected" in account
    assert (incoming / "refused" / "wrong.csv.txt").read_text().strip()
    collection = server.json("/files/stations/latest/2026-11-01T02:00:00Z.geojson")
    assert {f["properties"]["value"] for f in collection["features"]} == {50, 60, 70, 80}


def test_real_data_are_refused_by_a_demonstration_folder(
    tmp_path: Path, first_start: Server
) -> None:
    server = first_start
    table = tmp_path / "real.csv"
    table.write_bytes(rows(1, 100, 110, 120, 90))
    done = server.command("ingest", str(table))
    assert done.returncode == 1
    assert "need a folder of their own" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_with_open_streams_ends_when_it_is_told_to(tmp_path: Path, start: Start) -> None:
    server = start(tmp_path / "data")
    with contextlib.ExitStack() as streams:
        opened = [
            streams.enter_context(urllib.request.urlopen(server.url + "/api/v1/events"))
            for _ in range(6)
        ]
        for each in opened:
            assert each.readline() == b"retry: 5000\n"
        server.end()
        for each in opened:
            each.read()  # whole: a stream that is cut off would raise IncompleteRead
    assert server.process.returncode in (0, 1, -signal.SIGTERM)
    assert "Killing" not in server.log.read_text()


def test_while_the_keeper_is_silent_the_map_is_served_and_nothing_waits_for_it(
    own_data: Path, start: Start
) -> None:
    server = start(own_data, "--no-demo", "--workers", "1", "--threads", "4")
    os.kill(server.keeper_pid(), signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(12) as pool:
            asked = [pool.submit(server.get, "/readyz") for _ in range(24)]
            assert server.get("/healthz")[0] == 200
            assert server.get("/metrics")[0] == 200
            assert server.get("/en")[0] == 200
            assert all(each.result()[0] in (200, 503) for each in asked)
        time.sleep(1.1)  # for so long its last word counts
        assert server.get("/readyz")[0] == 503
    finally:
        os.kill(server.keeper_pid(), signal.SIGCONT)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--port", "99999"), "is no port"),
        (("--port", "0"), "is no port"),
        (("--host", "300.1.1.1"), "cannot be listened on"),
    ],
)
def test_an_address_that_is_none_is_refused_with_a_sentence(
    tmp_path: Path, mapserver: Callable[..., Any], words: tuple[str, str], told: str
) -> None:
    done = mapserver("serve", "--data-dir", str(tmp_path / "data"), *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_another_server_has_is_not_shared_with_it(
    tmp_path: Path, mapserver: Callable[..., Any]
) -> None:
    with socket.socket() as other:
        # As the workers of a server open theirs.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = mapserver("serve", "--data-dir", str(tmp_path / "data"), "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1 port {port} cannot be listened on" in done.stderr
