import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.tiles.cache import DiskCache
from layers.tiles.memory import Memory
from layers.tiles.tile import Tile

BLOCK = 4096


def cache(folder, blocks=1000, current=lambda *edition: True):
    return DiskCache(folder, blocks * BLOCK, current)


def path(i, version="aa-bb", at="static"):
    return f"zones/default/{version}/{at}/9/7/{i}.png"


def aged(folder, name, age_s):
    then = time.time() - age_s
    os.utime(folder / name, (then, then))


def test_what_was_put_is_found_by_another_process_of_the_same_folder(tmp_path):
    cache(tmp_path).put(path(1), b"tile")
    assert cache(tmp_path).get(path(1)) == b"tile"
    assert cache(tmp_path).get(path(2)) is None


def test_the_file_has_the_name_of_the_address_and_no_other_is_left(tmp_path):
    cache(tmp_path).put(path(1), b"tile")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["1.png"]


def test_below_the_limit_nothing_is_deleted(tmp_path):
    kept = cache(tmp_path, blocks=10)
    for i in range(10):
        kept.put(path(i), b"x")
    assert kept.sweep() == 10 * BLOCK
    assert all(kept.get(path(i)) for i in range(10))


def test_above_the_limit_the_oldest_go_first_down_to_nine_tenths(tmp_path):
    large = cache(tmp_path)
    for i in range(11):
        large.put(path(i), b"x" * 100)
        aged(tmp_path, path(i), 1000 - i)
    assert cache(tmp_path, blocks=10).sweep() == 9 * BLOCK
    assert [large.get(path(i)) is None for i in range(11)] == [True] * 2 + [False] * 9


def test_superseded_versions_go_before_anything_older(tmp_path):
    large = cache(tmp_path)
    for i in range(6):
        large.put(path(i, "aa-cc"), b"x")
        aged(tmp_path, path(i, "aa-cc"), 1000)
        large.put(path(i, "aa-bb"), b"x")
    small = cache(tmp_path, blocks=10, current=lambda *edition: edition[2] == "aa-cc")
    small.sweep()
    assert all(large.get(path(i, "aa-cc")) for i in range(6))
    assert sum(large.get(path(i, "aa-bb")) is not None for i in range(6)) == 3


def test_a_folder_that_empties_is_taken_away(tmp_path):
    large = cache(tmp_path)
    large.put(path(1, "aa-cc"), b"x" * BLOCK * 4)
    large.put(path(1, "aa-bb"), b"x")
    cache(tmp_path, blocks=3, current=lambda *edition: edition[2] == "aa-bb").sweep()
    assert [p.name for p in (tmp_path / "zones" / "default").iterdir()] == ["aa-bb"]


def test_leftovers_of_a_killed_writer_are_taken_away_and_fresh_ones_are_not(tmp_path):
    kept = cache(tmp_path)
    kept.put(path(1), b"x")
    for name, age_s in (("2.png.1.1.part", 7200), ("3.png.1.1.part", 10)):
        (tmp_path / path(1)).with_name(name).write_bytes(b"half")
        aged(tmp_path, f"zones/default/aa-bb/static/9/7/{name}", age_s)
    kept.sweep()
    names = {p.name for p in (tmp_path / path(1)).parent.iterdir()}
    assert names == {"1.png", "3.png.1.1.part"}


def test_the_limit_holds_while_tiles_are_written(tmp_path):
    kept = cache(tmp_path, blocks=64)
    for i in range(300):
        kept.put(path(i), b"x")
    deadline = time.monotonic() + 20
    while kept.sweep() > 64 * BLOCK and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 32 <= sum(1 for p in tmp_path.rglob("*.png")) <= 64


def test_a_disk_that_cannot_be_written_is_no_error(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    kept = cache(in_the_way)
    kept.put(path(1), b"x")
    assert kept.get(path(1)) is None


@pytest.mark.parametrize("how", ["refused", "cut"])
def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch, how):
    real = os.write

    def full(handle, body):
        written = real(handle, body[:2])
        if how == "refused":
            raise OSError(28, "No space left on device")
        return written

    monkeypatch.setattr("os.write", full)
    kept = cache(tmp_path)
    kept.put(path(1), b"tile")
    monkeypatch.undo()
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    assert kept.get(path(1)) is None


def test_writers_and_sweepers_at_once_lose_nothing_but_tiles(tmp_path):
    kept = cache(tmp_path, blocks=20)

    def work(i):
        kept.put(path(i % 40, at=str(i % 5)), b"tile")
        if i % 20 == 0:
            kept.sweep()
        return kept.get(path(i % 40, at=str(i % 5))) in (b"tile", None)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(600)))


def tile(size):
    return Tile(b"x" * size, "image/png", "tag")


def test_memory_holds_the_latest_used_within_its_bytes():
    memory = Memory(3 * (1000 + 512))
    for key in "abc":
        memory.put(key, tile(1000))
    assert memory.get("a") is not None
    memory.put("d", tile(1000))
    assert memory.get("b") is None
    assert [memory.get(k) is not None for k in "acd"] == [True] * 3


def test_putting_a_tile_again_does_not_count_it_twice():
    memory = Memory(10_000)
    for _ in range(5):
        memory.put("a", tile(1000))
    assert memory.held_bytes == 1512


@pytest.mark.parametrize("limit", [0, 1000])
def test_a_tile_larger_than_the_memory_is_not_kept(limit):
    memory = Memory(limit)
    memory.put("a", tile(5000))
    assert memory.get("a") is None
    assert memory.held_bytes == 0
