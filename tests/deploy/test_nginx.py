"""The files of docs/deploy as they stand, in a real nginx before a real server."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import Path

import pytest

from tests.mapserver.runtime.test_metrics import counted
from tests.servers import Server, free_port, serving, wait_for
from tests.soak.test_crowds import SLOW, crowd, longest

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
OF_NGINX = {"date", "server", "connection", "etag", "last-modified", "accept-ranges"}
"""Headers that may differ: nginx names an entity by its own tag, and takes ranges of a file."""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@dataclass
class Front:
    """nginx in front of a server."""

    server: Server
    """Asked without nginx."""
    nginx: Server
    """The same, asked through nginx."""

    def asked(self) -> float:
        """How many tiles were asked of the server, which tells it once a second."""
        time.sleep(1.2)
        counts = counted(self.server.get("/metrics")[2])
        return sum(n for name, n in counts.items() if re.match(r".*seconds_count.*'tiles'", name))

    def tile(self, col: int, row: int, layer: str = "dose-rate", style: str = "mean") -> str:
        """The address of a tile of zoom 6, with its version and time."""
        layers = {each["id"]: each["times"] for each in self.server.json("/current.json")["layers"]}
        newest = layers[layer][-1]
        version, time = newest["versions"][style], newest["time"]
        return f"/tiles/{layer}/{style}/{version}/{time}/6/{col}/{row}"


def test_an_answer_is_kept_under_the_host_that_it_was_made_for() -> None:
    site = (DEPLOY / "kyzylkum.conf").read_text()
    (key,) = re.findall(r"proxy_cache_key (\$\w+)\$request_uri;", site)
    assert set(re.findall(r"proxy_set_header (?:X-Forwarded-)?Host (\$\w+);", site)) == {key}


def configured(folder: Path, port: int, server: Server) -> Path:
    """Write the files with what the README says is to be adapted, and nothing else."""
    site = (DEPLOY / "kyzylkum.conf").read_text()
    main = (DEPLOY / "nginx.conf").read_text()
    adapted = {
        "127.0.0.1:8000": server.url.removeprefix("http://"),
        "listen 80 ": f"listen 127.0.0.1:{port} ",
        "listen [::]:80 ": f"listen [::1]:{port} ",
        "root /var/lib/kyzylkum/cache": f"root {server.data_dir}/cache",
        "/var/cache/nginx/kyzylkum": f"{folder}/kept",
    }
    for said, meant in adapted.items():
        assert site.count(said) == 1, said
        site = site.replace(said, meant)
    adapted = {
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "/etc/nginx/conf.d/*.conf": f"{folder}/conf.d/*.conf",
        # the folders of a test are their owner's alone
        "user www-data;\n": "user root;\n" if os.geteuid() == 0 else "",
    }
    for said, meant in adapted.items():
        assert said in main, said
        main = main.replace(said, meant)
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "kyzylkum.conf").write_text(site)
    (folder / "nginx.conf").write_text(main)
    return folder / "nginx.conf"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("deploy")
    port = free_port()
    with serving(folder / "data", "--demo-days", "0", "--proxies", "1") as server:
        config = configured(folder, port, server)
        tested = subprocess.run(
            [str(NGINX), "-c", str(config), "-t", "-q"], capture_output=True, text=True, check=False
        )
        assert (tested.returncode, tested.stdout + tested.stderr) == (0, "")
        nginx = subprocess.Popen([str(NGINX), "-c", str(config), "-g", "daemon off;"])
        try:
            through = replace(server, process=nginx, url=f"http://127.0.0.1:{port}")
            wait_for(lambda: listens(port))
            yield Front(server, through)
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(timeout=30)


def headers(found: Message) -> dict[str, str]:
    told = {name.lower(): word for name, word in found.items()}
    return {name: word for name, word in told.items() if name not in OF_NGINX}


@pytest.mark.parametrize(
    ("layer", "style", "suffix"),
    [("dose-rate", "mean", "png"), ("dose-rate", "mean", "webp"), ("stations", "default", "mvt")],
)
def test_a_tile_that_was_drawn_is_a_file_with_the_same_bytes_and_headers(
    front: Front, layer: str, style: str, suffix: str
) -> None:
    address = front.tile(44, 23, layer, style) + f".{suffix}"
    before = front.asked()
    cold = front.nginx.get(address)
    assert front.asked() == before + 1
    warm = front.nginx.get(address)
    again = front.nginx.get(address.replace(":", "%3A"))
    assert front.asked() == before + 1
    assert cold[0] == warm[0] == again[0] == 200
    assert cold[2] == warm[2] == again[2]
    assert headers(cold[1]) == headers(warm[1]) == headers(again[1])
    assert "immutable" in warm[1]["Cache-Control"]
    assert warm[1]["Last-Modified"]  # it came from the file, not from what nginx has kept
    known = front.nginx.get(address, **{"If-None-Match": warm[1]["ETag"]})
    assert (known[0], known[2]) == (304, b"")
    packed = front.nginx.get(address, **{"Accept-Encoding": "gzip"})
    wanted = suffix == "mvt" and len(warm[2]) >= 1000
    assert packed[1]["Content-Encoding"] == ("gzip" if wanted else None)
    assert front.asked() == before + 1


def test_other_methods_reach_the_server(front: Front) -> None:
    address = front.tile(44, 23) + ".png"
    front.nginx.get(address)
    for method, status in (("HEAD", 200), ("OPTIONS", 200), ("POST", 405)):
        asked = urllib.request.Request(front.nginx.url + address, method=method)
        found = front.nginx.ask(asked)
        assert found[0] == status, method
        if method == "OPTIONS":
            assert found[1]["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_a_question_is_never_answered_by_the_file_of_another(front: Front) -> None:
    address = front.tile(43, 23, style="exceedance") + ".png"
    plain = front.nginx.get(address)[2]
    chosen = front.nginx.get(f"{address}?threshold=80")
    assert chosen[0] == 200
    assert chosen[2] != plain
    assert front.nginx.get(address)[2] == plain
    unknown = front.nginx.get(f"{address}?colour=red")
    assert unknown[0] == 400
    assert unknown[1]["Content-Type"] == "application/problem+json"
    tiles = front.server.data_dir / "cache" / "tiles"
    drawn = next(path for path in tiles.rglob("23-*.png") if "dose-rate" in str(path))
    inside = front.nginx.get(f"/tiles/{drawn.relative_to(tiles)}")
    assert inside[0] == 400  # the name of a file is no address
    for path in ("/tiles/../../store.sqlite", "/tiles/%2e%2e/%2e%2e/store.sqlite", "/keeper.lock"):
        assert front.nginx.get(path)[0] in (400, 404)


def test_of_64_equal_cold_questions_one_reaches_the_server(front: Front) -> None:
    address = front.tile(42, 23) + "@2x.png"
    before = front.asked()
    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(front.nginx.get, [address] * 64))
    assert {status for status, _, _ in found} == {200}
    assert len({body for _, _, body in found}) == 1
    assert front.asked() == before + 1


def test_documents_name_the_address_that_was_asked_and_no_claim_of_a_client(front: Front) -> None:
    claims = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https",
              "X-Forwarded-For": "10.1.2.3", "Forwarded": "host=evil.test"}  # fmt: skip
    status, _, body = front.nginx.get("/tilejson/dose-rate.json", **claims)
    assert status == 200
    assert json.loads(body)["tiles"][0].startswith(f"{front.nginx.url}/tiles/dose-rate/")
    assert b"evil.test" not in front.nginx.get("/tilejson/dose-rate.json")[2]


def test_events_come_through_at_once(front: Front) -> None:
    with urllib.request.urlopen(front.nginx.url + "/api/v1/events", timeout=30) as stream:
        lines = [stream.readline() for _ in range(4)]
    assert lines[0] == b"retry: 5000\n"
    assert lines[2].startswith(b"id: ")


def test_every_face_answers_through_nginx_as_without_it(front: Front) -> None:
    page = front.server.get("/en")[2].decode()
    script = re.search(r'src="(/static/app-[^"]+)"', page)
    assert script
    faces = ("/en", script[1], "/current.json", "/healthz", "/layers/dose-rate", "/nothing",
             "/api/v1/point?lon=69&lat=41", "/files/stations/latest/latest.geojson")  # fmt: skip
    for path in faces:
        direct, through = front.server.get(path), front.nginx.get(path)
        assert direct[0] == through[0], path
        told = ("Content-Type", "Cache-Control", "Content-Security-Policy", "Vary",
                "X-Content-Type-Options", "Access-Control-Allow-Origin")  # fmt: skip
        assert {k: direct[1][k] for k in told} == {k: through[1][k] for k in told}, path


@pytest.mark.full
@pytest.mark.parametrize("sayings", [SLOW, (b"GET /current.json HTTP/1.1\r\nHost: x\r\n\r\n",)])
def test_slow_clients_and_open_pages_hold_nobody_up(
    front: Front, sayings: tuple[bytes, ...], record_property: Callable[[str, object], None]
) -> None:
    tile = front.tile(44, 23) + ".png"
    with crowd(front.nginx, [sayings[i % len(sayings)] for i in range(2_000)]):
        told = {path: longest(front.nginx, path, 100) for path in ("/healthz", tile)}
    record_property(f"longest answers in s beside 2,000 of {len(sayings)} kinds", told)
    print(told)


def test_drawn_tiles_stay_while_the_server_is_away(front: Front) -> None:
    """The last test: it ends the server."""
    address = front.tile(44, 22) + ".png"
    assert front.nginx.get(address)[0] == 200
    other = front.tile(45, 22) + ".png"
    front.server.end()
    assert front.nginx.get(address)[0] == 200
    status, said, body = front.nginx.get(other)
    assert (status, said["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(body)["status"] == 503
    assert said["Retry-After"] == "2"
