"""A writer made to be killed. As a program it forks one for every line on its standard input.

It says what it has done by lines on its standard output: ``born PID``, ``open``, ``ack N`` when the
store has taken batch N, ``shown N`` when surface N is published, ``dead`` when the kill was had.
"""

import os
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from layers.geo import CellGrid
from layers.model import (
    Context,
    Network,
    Observation,
    Organisation,
    Station,
    Surface,
)
from layers.store import PUBLIC, Batch, FolderLock, Reader, Writer

FIRST = datetime(2025, 11, 1, tzinfo=UTC)  # far enough back for a batch an hour, however fast
NOW = datetime(2026, 11, 23, tzinfo=UTC)
STATIONS = 40
QUANTITY = "ambient_dose_rate"
LAYER = "dose-rate"
GRID = CellGrid(5, 5600, 2900, 96, 64)


def hour(n: int) -> datetime:
    return FIRST + timedelta(hours=n)


def values(n: int) -> np.ndarray:
    """The values of batch n, one a station."""
    return 100.0 + n + np.arange(STATIONS) / 64


def batch(n: int) -> tuple[Batch, list[Observation]]:
    rows = [
        Observation(f"S{i:02d}", QUANTITY, hour(n), hour(n + 1), float(value), line=i + 2)
        for i, value in enumerate(values(n))
    ]
    known = Batch(f"batch-{n}", f"content {n}", "test", None, Context.ROUTINE, NOW)
    return known, rows


def bands(n: int) -> np.ndarray:
    """The bands of surface n, shape (3, height, width)."""
    return np.full((3, GRID.height, GRID.width), n, np.float32) + np.float32(0.25)


def surface(n: int) -> Surface:
    return Surface(
        LAYER, QUANTITY, hour(n), 1, Context.ROUTINE, GRID, bands(n), "none", 1.0, f"input {n}", n
    )


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def write(root: Path) -> None:
    """Write until killed: the last batch again, then new ones, each second one with a surface."""
    with FolderLock(root):
        writer = Writer(root, Context.ROUTINE)
        writer.put_organisations([Organisation("o", "O", "KZ")], writer="test", at=NOW)
        writer.put_networks([Network("n", "o", "N")], writer="test", at=NOW)
        stations = [
            Station(f"S{i:02d}", "n", 60 + i / 4, 45, {"en": f"S{i}"}) for i in range(STATIONS)
        ]
        writer.put_stations(stations, writer="test", at=NOW)
        reader = Reader(root)
        n = len(reader.hours(PUBLIC, NOW, QUANTITY))
        say("open")
        if n:
            assert writer.append_observations(*batch(n - 1)).repeated
        shown = len(reader.surfaces(LAYER))
        while True:
            answer = writer.append_observations(*batch(n))
            assert answer.accepted == STATIONS
            say(f"ack {n}")
            n += 1
            if n % 2 == 0:
                writer.publish_surface(surface(shown), NOW)
                say(f"shown {shown}")
                shown += 1


def main(root: Path) -> None:
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                write(root)
            except Exception:  # whatever it is, the test is told, and this child ends here
                traceback.print_exc()
            finally:
                os._exit(1)
        say(f"born {pid}")
        _, status = os.waitpid(pid, 0)
        say("dead" if os.WIFSIGNALED(status) else "ended by itself")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
