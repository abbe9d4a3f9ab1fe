"""Equal questions at the same time are one render, whichever processes they reach.

A render is seen from outside: the tile is renamed into its place, and the kernel tells of that.
"""

import ctypes
import http.client
import os
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mapserver import settings
from mapserver.runtime.opening import open_site

IN_MOVED_TO = 0x80
ASKERS = 64


@contextmanager
def watching(*folders: Path) -> Iterator[Callable[[], Counter[str]]]:
    """Count the files that are renamed into folders, by folder and name."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0
    of: dict[int, Path] = {}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        watch = libc.inotify_add_watch(handle, os.fsencode(folder), IN_MOVED_TO)
        assert watch >= 0
        of[watch] = folder

    def seen() -> Counter[str]:
        found: Counter[str] = Counter()
        try:
            told = os.read(handle, 1 << 20)
        except BlockingIOError:
            return found
        while told:
            watch, _, _, length = struct.unpack_from("iIII", told)
            name = told[16 : 16 + length].rstrip(b"\0").decode()
            found[f"{of[watch].name}/{name}"] += 1
            told = told[16 + length :]
        return found

    try:
        yield seen
    finally:
        os.close(handle)


def ask_at_once(server: Any, paths: list[str]) -> list[tuple[int, bytes]]:
    """Ask for each path on a connection of its own, all at the same moment."""
    host = server.url.removeprefix("http://")
    together = threading.Barrier(len(paths), timeout=60)

    def ask(path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.connect()
        together.wait()
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(ask, paths))


@pytest.fixture(scope="module")
def server(start_for_module: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    return start_for_module(tmp_path_factory.mktemp("once") / "data", "--workers", "2")


def newest(server: Any, layer: str, style: str) -> tuple[str, str]:
    layers = {each["id"]: each for each in server.json("/current.json")["layers"]}
    at = layers[layer]["times"][-1]
    return at["versions"][style], at["time"]


@contextmanager
def drawing(server: Any, key: str) -> Iterator[None]:
    """Be a process that draws a tile, which the others wait for, and die without a tile."""
    site = open_site(settings.read({}, data_dir=str(server.data_dir)))
    begun, end = threading.Event(), threading.Event()

    def draw() -> dict[str, Any]:
        begun.set()
        end.wait(120)
        return {}

    with ThreadPoolExecutor(1) as pool:
        pool.submit(site.tiler._flight.once, key, lambda: None, draw)
        assert begun.wait(60)
        yield
        end.set()
    site.store.close()


def waiting(server: Any) -> set[int]:
    """The processes of a server that wait for a lock of another one."""
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    blocked = {int(words[5]) for words in lines if words[1] == "->"}
    return {pid for pid in blocked if parent(pid) == server.process.pid}


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def test_64_equal_cold_requests_for_a_surface_are_one_render(
    server: Any, wait_for: Callable[..., None]
) -> None:
    version, time = newest(server, "dose-rate", "mean")
    key = f"dose-rate/mean/{version}/{time}/7/90/46.png"
    folder = (server.data_dir / "cache" / "tiles" / key).parent
    with watching(folder) as seen, ThreadPoolExecutor(1) as asking:
        with drawing(server, key):
            asked = asking.submit(ask_at_once, server, [f"/tiles/{key}"] * ASKERS)
            wait_for(lambda: len(waiting(server)) == 2, story=lambda: str(seen()))
            assert not seen()  # both workers were asked, and neither has drawn
        answers = asked.result(60)
        assert seen() == {"90/46.png": 1}
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert (folder / "46.png").read_bytes() == answers[0][1]


def test_64_cold_requests_for_the_tiles_of_a_block_are_one_render(server: Any) -> None:
    version, _ = newest(server, "basemap", "light")
    root = f"/tiles/basemap/light/{version}/static/8"
    for first in (176, 180):
        tiles = [f"{col}/{row}" for col in range(first, first + 4) for row in range(92, 96)]
        folders = [
            server.data_dir / "cache" / root.lstrip("/") / str(col)
            for col in range(first, first + 4)
        ]
        with watching(*folders) as seen:
            asked = [f"{root}/{tile}.webp" for tile in tiles] * (ASKERS // 16)
            answers = ask_at_once(server, asked)
            assert seen() == {f"{tile}.webp": 1 for tile in tiles}
        assert {status for status, _ in answers} == {200}
        assert answers[:16] * (ASKERS // 16) == answers
