"""What judges the clients is itself judged: wrong servers are wrong, and floors hold."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.clients import worlds
from tests.clients.floors import FLOORS, short
from tests.clients.worlds import DOWN, FLIPPED, STRAIGHT, TIMELESS, UNSHARED
from tests.servers import Server


class Mirror(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self) -> None:
        body = json.dumps([self.path, self.headers["Host"]]).encode()
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[Server]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Server(None, Path(), f"http://127.0.0.1:{server.server_port}", Path())
    server.shutdown()
    thread.join()
    server.server_close()


MAP = "/wms?VERSION=1.3.0&CRS=EPSG:4326&BBOX=40,60,50,80&TIME=2026-01-01T00:00:00Z&STYLES="
NO_TIME = "/wms?VERSION=1.3.0&CRS=EPSG%3A4326&BBOX=40%2C60%2C50%2C80&STYLES="


@pytest.mark.parametrize(
    ("name", "asked", "arrives"),
    [
        (STRAIGHT, MAP, MAP),
        (UNSHARED, MAP, MAP),
        (TIMELESS, MAP, NO_TIME),
        (FLIPPED, MAP.partition("&TIME")[0] + "&STYLES=", NO_TIME.replace(
            "40%2C60%2C50%2C80", "60%2C40%2C80%2C50")),
        (FLIPPED, "/wms?VERSION=1.1.1&SRS=EPSG:4326&BBOX=1,2,3,4", None),
        (FLIPPED, "/wms?VERSION=1.3.0&CRS=CRS:84&BBOX=1,2,3,4", None),
        (TIMELESS, "/tiles/dose-rate/mean/ab-c/2026-01-01T00:00:00Z/1/2/3.png",
         "/tiles/dose-rate/mean/latest/latest/1/2/3.png"),
        (TIMELESS, "/wmts/dose-rate/mean/2026-01-01T00:00:00Z/WebMercatorQuad/1/0/1.png",
         "/wmts/dose-rate/mean/current/WebMercatorQuad/1/0/1.png"),
        (TIMELESS, "/wmts/1.0.0/WMTSCapabilities.xml", None),
        (FLIPPED, "/ogcapi/collections/a/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326",
         "/ogcapi/collections/a/items?crs=http%3A%2F%2Fwww.opengis.net%2Fdef%2Fcrs%2FOGC%2F1.3%2F"
         "CRS84"),
        (FLIPPED, "/ogcapi/collections/a/items?crs=http://www.opengis.net/def/crs/EPSG/0/3857",
         None),
        (TIMELESS, "/files/dose-rate/latest/2026-01-01T00:00:00Z.tif",
         "/files/dose-rate/latest/latest.tif"),
    ],
)  # fmt: skip
def test_a_wrong_world_spoils_what_it_says_and_nothing_else(
    mirror: Server, name: str, asked: str, arrives: str | None
) -> None:
    with worlds.world(name, mirror) as world:
        status, headers, body = Server(None, Path(), world.url, Path()).get(asked)
        assert status == 200
        path, host = json.loads(body)
        assert path == (asked if arrives is None else arrives)
        assert world.url == f"http://{host}"
        assert ("Access-Control-Allow-Origin" in headers) == (name != UNSHARED)
        # What is compared with comes from the real server, and names the addresses of this world.
        assert world.json(asked) == [asked, host]


def test_nobody_listens_where_the_server_is_down(mirror: Server) -> None:
    with worlds.world(DOWN, mirror) as world:
        with pytest.raises(OSError, match="refused"):
            Server(None, Path(), world.url, Path()).get("/")
        assert world.json("/")


def test_a_client_that_passes_too_little_is_named() -> None:
    assert list(short(FLOORS)) == []
    (said,) = short({**FLOORS, "qgis": FLOORS["qgis"] - 1})
    assert said.startswith(f"qgis passed {FLOORS['qgis'] - 1} checks")
    assert len(list(short({}))) == len(FLOORS)


CHECKS = """
import pytest
pytest_plugins = []

@pytest.mark.sees("timeless")
def test_that_looks(world):
    assert world.name == "straight"

def test_that_does_not_look(world):
    pass
"""


def test_a_check_that_passes_in_a_wrong_world_fails(tmp_path: Path) -> None:
    """A small suite with the same conftest, but for the server, which it has no need of."""
    here = Path(__file__).parent
    text = (here / "conftest.py").read_text()
    (tmp_path / "conftest.py").write_text(
        text
        + "\n\n@pytest.fixture(scope='session')\ndef running():\n    return __import__('types').SimpleNamespace(url='http://127.0.0.1:9')\n"
    )
    (tmp_path / "test_it.py").write_text(CHECKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = sees\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=here.parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 failed, 4 passed" in done.stdout, done.stdout + done.stderr
    assert "passes though the server is down: it proves nothing" in done.stdout
