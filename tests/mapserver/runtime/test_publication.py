"""A publication is one small pointer: no page mixes versions or asks for one that is away."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers import temporal
from layers.geo import Window
from layers.tiles import Tiler, TileRequest
from mapserver.runtime.pointer import Pointer
from tests.mapserver.runtime.test_serving import STATIONS, rows

CATALOG = """
title = "Own"
[[layer]]
id = "dose-rate"
kind = "surface"
title = "Dose rate"
quantity = "ambient_dose_rate"
style = [{ id = "mean", measure = "mean", ramp = "dose", breaks = [50, 100, 150, 200, 300] }]
"""


def values(level: float) -> bytes:
    table = ["station_code,time_start_utc,time_end_utc,quantity,value,unit"]
    for country in ("KZ", "UZ"):
        table += [
            f"{country}{i},2026-11-20T11:00:00Z,2026-11-20T12:00:00Z,ambient_dose_rate,"
            f"{level * (1 + i / 10)},nSv/h"
            for i in range(5)
        ]
    return "\n".join(table).encode()


def said(document: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in document.items() if key != "generated"}


@pytest.fixture
def pointer(own: Any) -> Pointer:
    return Pointer(own.site.catalog.definition, own.site.assets, own.keeper.reader, own.keeper.now)


def shown(document: dict[str, Any], layer: str) -> list[dict[str, Any]]:
    return next(each["times"] for each in document["layers"] if each["id"] == layer)


def test_the_file_says_what_the_server_says(own: Any, pointer: Pointer) -> None:
    own.ingest("first.csv", values(100))
    path = own.site.store.paths.pointer
    pointer.write()
    assert said(json.loads(path.read_bytes())) == said(own.json("/current.json"))
    assert [p.name for p in path.parent.glob("current*")] == ["current.json"]


def test_an_unchanged_store_leaves_the_file_as_it_is(
    own: Any, pointer: Pointer, wait_for: Callable[..., None]
) -> None:
    wait_for(own.idle)
    pointer.write()
    path = own.site.store.paths.pointer
    before = path.stat().st_mtime_ns
    assert not pointer.write()
    assert path.stat().st_mtime_ns == before
    path.unlink()
    assert pointer.write()
    assert path.is_file()


def test_a_page_that_reads_during_publications_sees_one_version_of_a_layer(
    own: Any, pointer: Pointer, wait_for: Callable[..., None]
) -> None:
    path = own.site.store.paths.pointer
    following = threading.Thread(target=pointer.follow, args=(own.keeper.news,))
    following.start()
    own.ingest("start.csv", values(50))
    wait_for(own.idle)
    wait_for(path.is_file)
    windows = [(5, col, row) for col in (21, 22) for row in (11, 12)]
    views: list[tuple[str, str, list[bytes]]] = []
    done = threading.Event()

    def look() -> None:
        client = own.app.test_client()
        while not done.wait(0.02):
            for document in (json.loads(path.read_bytes()), client.get("/current.json").json):
                times = shown(document, "dose-rate")
                if not times:
                    continue
                version, at = times[-1]["versions"]["mean"], times[-1]["time"]
                root = f"/tiles/dose-rate/mean/{version}/{at}"
                answers = [client.get(f"{root}/{z}/{x}/{y}.png") for z, x, y in windows]
                assert [answer.status_code for answer in answers] == [200] * len(windows)
                views.append((version, at, [answer.data for answer in answers]))

    failures: list[BaseException] = []

    def looking() -> None:
        try:
            look()
        except BaseException as error:
            failures.append(error)

    page = threading.Thread(target=looking)
    page.start()
    try:
        for level in (80, 160, 320, 640, 1280):
            seen = {version for version, _, _ in views}
            own.ingest(f"{level}.csv", values(level))
            wait_for(lambda seen=seen: bool({v for v, _, _ in views} - seen) or bool(failures))
    finally:
        done.set()
        page.join()
        pointer.close()
        following.join()
    assert not failures, failures
    # What a page saw under a version is what that version shows, drawn anew by nobody's cache.
    fresh = Tiler(own.site.catalog.layers, own.site.catalog.kinds, None)
    pictures: dict[str, list[bytes]] = {}
    for version, at, bodies in views:
        if version not in pictures:
            moment = temporal.instant(at)
            asked = [
                TileRequest("dose-rate", "mean", version, moment, Window(*window))
                for window in windows
            ]
            pictures[version] = [fresh.fetch(request).body for request in asked]
        assert bodies == pictures[version]
    assert len(pictures) >= 5
    # The first two may lie within one class.
    assert len({b"".join(bodies) for bodies in pictures.values()}) >= len(pictures) - 1


def test_a_server_keeps_the_pointer_and_seeds_again_what_is_superseded(
    tmp_path: Path,
    start: Callable[..., Any],
    mapserver: Callable[..., Any],
    wait_for: Callable[..., None],
) -> None:
    folder, catalog = tmp_path / "data", tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    register = tmp_path / "stations.csv"
    register.write_text(STATIONS)
    said_catalog = ("--catalog", str(catalog))
    done = mapserver("ingest", str(register), "--data-dir", str(folder), "--no-demo", *said_catalog)
    assert done.returncode == 0, done.stderr
    server = start(folder, "--no-demo", *said_catalog)
    token = server.command("token", "create", "own").stdout.strip()
    auth = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    file = folder / "cache" / "current.json"

    def pointed() -> list[dict[str, Any]]:
        return shown(json.loads(file.read_bytes()), "dose-rate") if file.is_file() else []

    def post(*given: float) -> dict[str, Any]:
        before = pointed()
        assert server.post("/api/v1/observations", rows(1, *given), **auth)[0] == 200
        wait_for(lambda: pointed() != before and pointed() != [])
        return pointed()[-1]

    first = post(100, 110, 120, 90)
    assert said(json.loads(file.read_bytes())) == said(server.json("/current.json"))
    done = server.command("seed", "dose-rate", "--zoom", "4-5", *said_catalog)
    assert done.returncode == 0, done.stderr
    place = folder / "cache" / "tiles" / "dose-rate" / "mean"

    def tiles(entry: dict[str, Any]) -> set[str]:
        root = place / entry["versions"]["mean"]
        return {path.relative_to(root).as_posix() for path in root.rglob("*.png")}

    seeded = tiles(first)
    assert seeded
    second = post(300, 310, 320, 290)
    wait_for(lambda: tiles(second) == seeded, story=lambda: str(tiles(second)))
    # The version before stays, for a page that has just read its name.
    name = sorted(seeded)[0]
    assert server.get(f"/tiles/dose-rate/mean/{first['versions']['mean']}/{name}")[0] == 200
    children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    started = [int(word) for path in children for word in path.read_text().split()]
    server.end()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
