"""The worlds in which a check is run: the server as it is, and servers that are wrong on purpose.

Every client talks to the real server through a small proxy, as it would behind nginx. The proxy of
a wrong world spoils one thing on the way, and a check that still passes there proves nothing.
"""

import contextlib
import http.client
import http.server
import json
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import Server, free_port

STRAIGHT = "straight"
DOWN = "down"
"""Nobody listens at the address."""
FLIPPED = "flipped"
"""The server takes longitude for latitude where the latitude comes first."""
TIMELESS = "timeless"
"""Whatever time is asked for, the server shows the newest."""
UNSHARED = "unshared"
"""The server allows no other origin to read."""
WORLDS = (STRAIGHT, DOWN, FLIPPED, TIMELESS, UNSHARED)

REPO = Path(__file__).parents[2]

Query = list[tuple[str, str]]
_TILE = re.compile(r"^/tiles/([^/]+)/([^/]+)/[^/]+/[^/]+/")
_WMTS = re.compile(r"^/wmts/(?!1\.0\.0/)([^/]+)/([^/]+)/[^/]+/")
_FILE = re.compile(r"^/files/([^/]+)/[^/]+/[^/]+\.(\w+)$")
_TIMES = {"time", "datetime"}


def timeless(path: str, query: Query) -> tuple[str, Query]:
    """Return a request without its time."""
    path = _TILE.sub(r"/tiles/\1/\2/latest/latest/", path)
    path = _WMTS.sub(r"/wmts/\1/\2/current/", path)
    path = _FILE.sub(r"/files/\1/latest/latest.\2", path)
    return path, [(key, value) for key, value in query if key.lower() not in _TIMES]


def flipped(path: str, query: Query) -> tuple[str, Query]:
    """Return a request with the other axis order, where the latitude comes first."""
    if path.startswith("/ogcapi/"):
        return path, [(key, _eastward(key, value)) for key, value in query]
    words = {key.upper(): value for key, value in query}
    if path != "/wms" or words.get("VERSION") != "1.3.0" or words.get("CRS") != "EPSG:4326":
        return path, query
    return path, [
        (key, _swapped(value) if key.upper() == "BBOX" else value) for key, value in query
    ]


def _eastward(key: str, value: str) -> str:
    """Return a system whose longitude comes first for the one whose latitude does."""
    is_flipped = key in ("crs", "bbox-crs") and value.endswith("/EPSG/0/4326")
    return "http://www.opengis.net/def/crs/OGC/1.3/CRS84" if is_flipped else value


def _swapped(box: str) -> str:
    parts = box.split(",")
    return ",".join(parts[i] for i in (1, 0, 3, 2)) if len(parts) == 4 else box


SPOIL: dict[str, Callable[[str, Query], tuple[str, Query]]] = {
    TIMELESS: timeless,
    FLIPPED: flipped,
}


@dataclass(frozen=True)
class World:
    """A server as a client meets it: ``url`` is the client's, the rest asks the real one."""

    name: str
    url: str
    server: Server

    def get(self, path: str, **headers: str) -> Any:
        """Status, headers and body of the real server, which names the addresses of this world."""
        return self.server.get(path, Host=self.url.removeprefix("http://"), **headers)

    def json(self, path: str) -> Any:
        status, _, body = self.get(path)
        assert status == 200, body
        return json.loads(body)


@contextlib.contextmanager
def world(name: str, server: Server) -> Iterator[World]:
    """Give a world in front of a server, and end it."""
    if name == DOWN:
        yield World(name, f"http://127.0.0.1:{free_port()}", server)
        return
    # A process of its own: some clients hold the interpreter for as long as they wait.
    words = [sys.executable, "-m", "tests.clients.worlds", name, server.url]
    with subprocess.Popen(words, cwd=REPO, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        try:
            yield World(name, f"http://127.0.0.1:{int(proxy.stdout.readline())}", server)
        finally:
            proxy.terminate()


def main(name: str, url: str) -> None:
    """Stand in front of a server until the process is ended; say at which port."""
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(name, url))
    print(proxy.server_port, flush=True)
    proxy.serve_forever()


def _handler(name: str, url: str) -> type[http.server.BaseHTTPRequestHandler]:
    behind = url.removeprefix("http://")
    spoil = SPOIL.get(name, lambda path, query: (path, query))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            asked = self._spoilt()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream = http.client.HTTPConnection(behind, timeout=60)
            with contextlib.closing(upstream):
                upstream.request(self.command, asked, body or None, dict(self.headers.items()))
                answer = upstream.getresponse()
                read = answer.read()
            self.send_response_only(answer.status)
            for key, value in answer.getheaders():
                if key.lower() in ("connection", "transfer-encoding", "keep-alive"):
                    continue
                if name == UNSHARED and key.lower().startswith("access-control-"):
                    continue
                self.send_header(key, value)
            if answer.getheader("Content-Length") is None:
                self.send_header("Content-Length", str(len(read)))
            self.end_headers()
            self.wfile.write(read)

        def _spoilt(self) -> str:
            """What is asked for, letter for letter unless it is to be spoilt."""
            parts = urllib.parse.urlsplit(self.path)
            given = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
            path, query = spoil(parts.path, given)
            if (path, query) == (parts.path, given):
                return self.path
            return f"{path}?{urllib.parse.urlencode(query)}" if query else path

        do_GET = do_HEAD = do_OPTIONS = do_POST = _pass

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    main(*sys.argv[1:])
