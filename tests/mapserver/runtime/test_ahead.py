"""What a server draws before anybody asks, and what it only keeps up where it is told not to."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from layers.tiles import Seeded, SeedOrder
from mapserver import settings
from mapserver.runtime import ahead, errand, picturing, seeding, stacking
from tests.mapserver.runtime.test_stacking import RUN, Kept, settled
from tests.servers import gone, wait_for

BASEMAP = ["seed", "basemap", "--zoom", "3-6", "--wait", "--processes", "1"]
ORDERED = ["seed", "--wait", "--processes", "1"]
BANDS = ["align", "suitability"]
PICTURES = ["seed", "--pictures"]
SHOWN = {
    "layers": [
        {"id": "dose-rate", "kind": "surface",
         "times": [{"time": "2026-11-20T11:00:00Z", "data": "1", "versions": {"mean": "1"}}]},
        {"id": "suitability", "kind": "suitability", "times": []},
    ]
}  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A folder that shows an hour, and commands that only write down what they were asked."""
    monkeypatch.setattr(errand, "COMMAND", (sys.executable, "-c", RUN))
    for module in (stacking, picturing):
        monkeypatch.setattr(module, "AFTER_S", 0.0)
        monkeypatch.setattr(module, "REST", 0.0)
    for module in (stacking, picturing, seeding):
        monkeypatch.setattr(module, "LOOK_S", 0.01)
    found = Kept(tmp_path)
    found.pointer.parent.mkdir(parents=True)
    found.pointer.write_text(json.dumps(SHOWN))
    return found


@pytest.fixture
def begin(kept: Kept) -> Iterator[Callable[[bool], None]]:
    """Start what a server runs beside itself, and end it with the test."""
    begun: list[errand.Errand] = []

    def start(works_ahead: bool) -> None:
        chosen = settings.read({}, data_dir=str(kept.folder / "data"), ahead=works_ahead)
        begun.extend(ahead.errands(chosen, {**os.environ, "KEPT": str(kept.folder)}))
        for each in begun:
            each.start()

    yield start
    for each in begun:
        each.close()


def asked(kept: Kept) -> list[Any]:
    return sorted(words for _, *words in kept.runs())


def test_base_map_grids_and_pictures_are_made_before_anybody_asks(
    kept: Kept, begin: Callable[[bool], None], wait_for: Callable[..., None]
) -> None:
    begin(True)
    wait_for(lambda: asked(kept) == [BANDS, PICTURES, BASEMAP], 20)


def test_who_wants_nothing_ahead_has_what_commands_made_kept_up_and_nothing_else(
    kept: Kept, begin: Callable[[bool], None], wait_for: Callable[..., None]
) -> None:
    begin(False)
    settled()
    assert asked(kept) == []
    cache = kept.pointer.parent
    bands = cache / "aligned" / "suitability" / "1" / "aligned.json"
    bands.parent.mkdir(parents=True)
    bands.write_text("{}")
    wait_for(lambda: asked(kept) == [BANDS], 20)
    Seeded(cache / "seeded").add(SeedOrder("dose-rate", "mean", (0, 4)))
    kept.pointer.write_text(json.dumps(SHOWN))  # as with the next hour
    wait_for(lambda: asked(kept) == [BANDS, ORDERED], 20)
    settled()
    assert asked(kept) == [BANDS, ORDERED]


def test_a_base_map_that_was_seeded_by_a_command_is_kept_up_too(
    kept: Kept, begin: Callable[[bool], None], wait_for: Callable[..., None]
) -> None:
    Seeded(kept.pointer.parent / "seeded").add(SeedOrder("basemap", "light", (3, 6), "webp"))
    begin(False)
    wait_for(lambda: asked(kept) == [ORDERED], 20)


def test_a_server_draws_the_base_map_ahead(
    tmp_path: Path, start: Callable[..., Any], wait_for: Callable[..., None]
) -> None:
    start(tmp_path / "data", "--no-demo", "--workers", "1", ahead=True)
    drawn = tmp_path / "data" / "cache" / "tiles" / "basemap"
    wait_for(lambda: any(drawn.rglob("*.webp")))


def test_a_command_ends_with_the_server_that_ran_it(tmp_path: Path) -> None:
    """One that waits for a server of its folder would wait for the next one, for ever."""
    chosen = settings.read({}, data_dir=str(tmp_path / "data"))
    reading, writing = os.pipe()
    server = os.fork()
    if server == 0:
        run = errand.Errand._run
        waits = "from mapserver.cli import main; import time; main.callback(); time.sleep(600)"
        errand.COMMAND = (sys.executable, "-c", waits)
        for each in ahead.errands(chosen, os.environ)[:1]:
            threading.Thread(target=run, args=(each, [])).start()
            while each._child is None:
                time.sleep(0.01)
            os.write(writing, str(each._child.pid).encode())
        time.sleep(600)
    try:
        child = int(os.read(reading, 20))
        assert not gone(child)
        time.sleep(1.0)  # it asks to be ended with its parent before it does anything else
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
    wait_for(lambda: gone(child), 30)
