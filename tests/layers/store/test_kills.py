"""Kill -9 at random points: what was acknowledged is there whole, and nothing is there by half."""

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import rasterio

from layers.store import PUBLIC, FolderLock, Reader, Writer

PROGRAM = Path(__file__).with_name("doomed.py")
LONGEST_S = 0.04


def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("doomed", PROGRAM)
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


doomed = module()


class Nursery:
    """Brings writers into the world and ends them."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.readline().split()

    def kill_one(self, delay_s: float, words_before: int) -> list[list[str]]:
        """Kill a new writer some time after so many words of it; return all that it said."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        said: list[list[str]] = []
        pid = 0
        while not pid or len(said) < words_before:
            words = self.line()
            assert words, "no writer was born"
            assert words[0] != "ended", said
            if words[0] == "born":
                pid = int(words[1])
            else:
                said.append(words)
        time.sleep(delay_s)  # no event to wait for: it dies at any moment of its work
        os.kill(pid, signal.SIGKILL)
        while (words := self.line()) != ["dead"]:
            assert words, "the writer ended by itself"
            assert words[0] != "ended", said
            said.append(words)
        return said

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(tmp_path / "data")
    yield made
    made.end()


def numbers(said: list[list[str]], word: str) -> list[int]:
    return [int(words[1]) for words in said if words[0] == word]


def batches(reader: Reader, since: int) -> int:
    """Return how many batches there are; each one from ``since`` on is whole and as it was sent."""
    hours = [at for at, _ in reader.hours(PUBLIC, doomed.NOW, doomed.QUANTITY)]
    assert hours == [doomed.hour(n) for n in range(len(hours))]
    for n in range(since, len(hours)):
        held = reader.snapshot(PUBLIC, doomed.NOW, doomed.QUANTITY, hours[n])
        order = np.argsort(held.codes)
        np.testing.assert_array_equal(np.asarray(held.value)[order], doomed.values(n))
        assert set(held.revision) == {1}
    return len(hours)


def surfaces(reader: Reader, since: int) -> int:
    """Return how many surfaces are published; each one from ``since`` on is whole in both files."""
    infos = reader.surfaces(doomed.LAYER)
    for n, info in enumerate(infos[since:], since):
        assert info.valid_time == doomed.hour(n)
        np.testing.assert_array_equal(
            reader.cells(info, slice(0, info.grid.height), slice(0, info.grid.width)),
            doomed.bands(n),
        )
        with rasterio.open(reader.geotiff(info)) as dataset:
            np.testing.assert_array_equal(dataset.read(), doomed.bands(n))
    return len(infos)


@pytest.mark.parametrize("kills", [25, pytest.param(200, marks=pytest.mark.full)])
def test_a_killed_writer_loses_nothing_it_acknowledged_and_leaves_nothing_half(
    tmp_path: Path, nursery: Nursery, kills: int, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(kills)
    root = tmp_path / "data"
    acknowledged = shown = whole = drawn = in_doubt = 0
    for _ in range(kills):
        # The first word of a writer is "open"; the next ones are batches and surfaces, two to one.
        said = nursery.kill_one(chance.uniform(0, LONGEST_S), chance.randrange(7))
        acknowledged = max([acknowledged, *(n + 1 for n in numbers(said, "ack"))])
        shown = max([shown, *(n + 1 for n in numbers(said, "shown"))])
        reader = Reader(root)
        whole, drawn = batches(reader, whole), surfaces(reader, drawn)
        reader.close()
        assert acknowledged <= whole <= acknowledged + 1
        assert shown <= drawn <= shown + 1
        in_doubt += (whole > acknowledged) + (drawn > shown)
        acknowledged, shown = whole, drawn
    assert whole > kills, "most writers were killed before they wrote anything"
    assert drawn > 0
    with FolderLock(root):
        writer = Writer(root)
        writer.close()
    reader = Reader(root)
    assert batches(reader, 0) == whole
    assert surfaces(reader, 0) == drawn
    assert reader.healthy()
    assert reader.broken_audit_row() is None
    assert reader.counts()["batch"] == whole
    reader.close()
    files = [path for path in (root / "surfaces").rglob("*") if path.is_file()]
    assert len(files) == 2 * drawn, "files of a surface that nobody published"
    record_property("kills", kills)
    record_property("batches", whole)
    record_property("surfaces", drawn)
    record_property("committed_but_not_acknowledged", in_doubt)
    print(f"{kills} kills, {whole} batches, {drawn} surfaces, nothing lost, {in_doubt} in doubt")


def test_a_writer_killed_while_it_makes_the_store_leaves_one_that_the_next_completes(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    for i in range(5):
        nursery = Nursery(tmp_path / str(i))
        try:
            for _ in range(3):
                nursery.kill_one(chance.uniform(0, LONGEST_S), 0)
            said = nursery.kill_one(0, 3)
        finally:
            nursery.end()
        reader = Reader(tmp_path / str(i))
        assert batches(reader, 0) >= len(numbers(said, "ack"))
        assert reader.healthy()
        reader.close()
