"""The bands of suitability are kept beside a running server, whatever becomes of the command."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapserver import settings
from mapserver.runtime import errand, stacking

RUN = """
import json, os, sys, time
folder = os.environ["KEPT"]
with open(os.path.join(folder, "runs"), "a") as runs:
    runs.write(json.dumps([os.getpid(), *sys.argv[1:]]) + "\\n")
while os.path.exists(os.path.join(folder, "hold")):
    time.sleep(0.01)
"""
"""Stands for `mapserver align`: it writes what it was asked, and takes as long as it is held."""


class Kept:
    """A data folder with a pointer, and the runs of the command so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pointer = folder / "data" / "cache" / "current.json"

    def point(self, version: str, kind: str = "faults", weighed: bool = True) -> None:
        layers = [{"id": "f", "kind": kind, "times": [{"time": "static", "data": version}]}]
        if weighed:
            layers.append({"id": "suitability", "kind": "suitability", "times": []})
        self.pointer.parent.mkdir(parents=True, exist_ok=True)
        self.pointer.write_text(json.dumps({"layers": layers}))

    @property
    def hold(self) -> Path:
        return self.folder / "hold"

    def runs(self) -> list[Any]:
        path = self.folder / "runs"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(errand, "COMMAND", (sys.executable, "-c", RUN))
    monkeypatch.setattr(stacking, "AFTER_S", 0.0)
    monkeypatch.setattr(stacking, "LOOK_S", 0.01)
    monkeypatch.setattr(stacking, "REST", 0.0)
    return Kept(tmp_path)


@pytest.fixture
def work(kept: Kept) -> Any:
    chosen = settings.read({}, data_dir=str(kept.folder / "data"))
    made = stacking.Stacking(chosen, {**os.environ, "KEPT": str(kept.folder)})
    assert made._pointer == kept.pointer
    yield made
    made.close()


@pytest.fixture
def begun(kept: Kept, work: stacking.Stacking, wait_for: Callable[..., None]) -> Kept:
    """A first run that is held."""
    kept.hold.touch()
    kept.point("1")
    work.start()
    wait_for(lambda: len(kept.runs()) == 1, 20)
    return kept


def settled() -> None:
    """Wait for some looks at the pointer."""
    threading.Event().wait(0.4)


def test_bands_are_made_once_for_each_state_of_what_they_are_made_of(
    kept: Kept, work: stacking.Stacking, wait_for: Callable[..., None]
) -> None:
    work.start()
    settled()
    assert kept.runs() == [], "no keeper has written a pointer yet"
    kept.point("1")
    wait_for(lambda: len(kept.runs()) == 1, 20)
    assert kept.runs()[0][1:] == ["align", "suitability"]
    settled()
    kept.pointer.write_text("{")  # half a file is none
    settled()
    kept.point("1")
    settled()
    assert len(kept.runs()) == 1
    kept.point("2")
    wait_for(lambda: len(kept.runs()) == 2, 20)


def test_a_catalogue_without_suitability_starts_nothing(
    kept: Kept, work: stacking.Stacking
) -> None:
    kept.point("1", weighed=False)
    work.start()
    settled()
    assert kept.runs() == []


@pytest.mark.parametrize("kind", stacking.OTHERS)
def test_layers_that_no_criterion_is_made_of_do_not_count(
    kept: Kept, work: stacking.Stacking, wait_for: Callable[..., None], kind: str
) -> None:
    kept.point("1", kind)
    work.start()
    # Bands are made of borders and settlements where nothing else is loaded.
    wait_for(lambda: len(kept.runs()) == 1, 20)
    kept.point("2", kind)
    settled()
    assert len(kept.runs()) == 1


def test_a_version_that_comes_while_bands_are_made_is_made_next(
    begun: Kept, wait_for: Callable[..., None]
) -> None:
    begun.point("2")
    begun.point("3")
    settled()
    assert len(begun.runs()) == 1, "one at a time"
    begun.hold.unlink()
    wait_for(lambda: len(begun.runs()) == 2, 20)
    settled()
    assert len(begun.runs()) == 2, "what came in between is of one state"


def test_a_command_that_dies_ends_nothing_and_the_next_state_is_made(
    begun: Kept, work: stacking.Stacking, wait_for: Callable[..., None]
) -> None:
    os.kill(begun.runs()[0][0], signal.SIGKILL)
    begun.hold.unlink()
    settled()
    assert len(begun.runs()) == 1, "the same state is not tried again and again"
    begun.point("2")
    wait_for(lambda: len(begun.runs()) == 2, 20)
    assert work._thread.is_alive()


def test_who_closes_ends_the_command_that_runs(begun: Kept, work: stacking.Stacking) -> None:
    work.close()
    with pytest.raises(ProcessLookupError):
        os.kill(begun.runs()[0][0], 0)
