import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.geo import Bounds, Window
from layers.tiles import memory as remembering
from layers.tiles.cache import DiskCache
from layers.tiles.memory import Memory
from layers.tiles.seeded import Seeded, SeedOrder, Standing
from layers.tiles.tile import Tile

BLOCK = 4096


def cache(folder, blocks=1000, current=lambda *edition: True, seeded=None):
    def standing(*edition):
        return Standing.NEWEST if current(*edition) else Standing.SUPERSEDED

    return DiskCache(folder, blocks * BLOCK, standing, seeded)


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


def test_a_tile_of_something_that_was_taken_back_meanwhile_is_not_kept(tmp_path):
    folder, holds = tmp_path / "tiles", [True]
    kept = cache(folder)
    kept.put(path(1), b"before")

    def still():
        # Whoever takes back says so, and then renames the folder: between our look and our name.
        if holds.pop():
            holds.append(False)
            folder.rename(tmp_path / "gone")
            return True
        holds.append(False)
        return False

    kept.put(path(2), b"hidden", still)
    assert kept.get(path(1)) is None
    assert kept.get(path(2)) is None
    assert not [each for each in tmp_path.rglob("*.part") if "gone" not in each.parts]
    kept.put(path(3), b"later")
    assert kept.get(path(3)) == b"later"


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


def seeded_order(folder, **more):
    seeded = Seeded(folder / "seeded")
    seeded.add(SeedOrder("zones", "default", (9, 9), **more))
    return seeded


def test_seeded_levels_of_what_is_shown_are_never_deleted(tmp_path):
    seeded = seeded_order(tmp_path)
    large = cache(tmp_path / "tiles")
    deeper = path(1).replace("/9/7/", "/10/7/")
    for i in range(6):
        large.put(path(i), b"x")
        aged(tmp_path / "tiles", path(i), 1000)
        large.put(path(i, "aa-cc"), b"x")
    large.put(deeper, b"x")
    small = cache(tmp_path / "tiles", 3, lambda *edition: edition[2] == "aa-bb", seeded)
    assert small.sweep() == 6 * BLOCK
    assert all(large.holds(path(i)) for i in range(6))
    assert not any(large.holds(path(i, "aa-cc")) for i in range(6))
    assert not large.holds(deeper)


def test_that_seeded_tiles_alone_exceed_the_limit_is_told_once(tmp_path, caplog):
    seeded = seeded_order(tmp_path)
    small = cache(tmp_path / "tiles", 3, seeded=seeded)
    for i in range(6):
        small.put(path(i), b"x")
    for _ in range(3):
        small.sweep()
    (said,) = [record.getMessage() for record in caplog.records]
    assert "seeded tiles are more than" in said


def test_only_what_was_ordered_is_kept(tmp_path):
    box = Window(9, 7, 3).bounds
    inner = Bounds(box.west + 0.01, box.south + 0.01, box.east - 0.01, box.north - 0.01)
    order = SeedOrder("zones", "default", (9, 10), bounds=inner)
    assert order.covers(9, 7, "3.png")
    assert order.covers(10, 14, "7.png")
    for zoom, col, leaf in [
        (8, 7, "3.png"), (11, 7, "3.png"), (9, 8, "3.png"), (9, 7, "4.png"), (9, 7, "3@2x.png"),
        (9, 7, "3.webp"), (9, 7, "3-0123456789abcdef.png"),
    ]:  # fmt: skip
        assert not order.covers(zoom, col, leaf)


@pytest.mark.parametrize(
    ("time", "held"),
    [
        ("latest", ["T02"]),
        ("all", ["T00", "T01", "T02"]),
        ("2026-11-20T01:00:00Z", ["T01"]),
        ("2026-11-20T00:00:00Z/2026-11-20T02:00:00Z", ["T00", "T01"]),
    ],
)
def test_an_order_holds_the_times_that_it_names_and_no_superseded_version(tmp_path, time, held):
    seeded = seeded_order(tmp_path, time=time)
    hours = [f"2026-11-20T0{hour}:00:00Z" for hour in range(3)]

    def judge(layer, style, version, at):
        if version != "aa-bb":
            return Standing.SUPERSEDED
        return Standing.NEWEST if at == hours[-1] else Standing.CURRENT

    for at in hours:
        for version in ("aa-bb", "aa-cc"):
            cache(tmp_path / "tiles").put(path(1, version, at), b"x")
    DiskCache(tmp_path / "tiles", 0, judge, seeded).sweep()
    left = sorted(p.relative_to(tmp_path / "tiles").parts[2:4] for p in tmp_path.rglob("*.png"))
    assert left == [("aa-bb", at) for at in hours if at[10:13] in held]


def test_the_same_order_again_is_one_file_and_a_spoilt_one_is_passed_over(tmp_path):
    seeded = seeded_order(tmp_path)
    seeded_order(tmp_path)
    (tmp_path / "seeded" / "spoilt.json").write_text('{"zooms": 3}')
    (tmp_path / "seeded" / "half.json").write_text('{"zoo')
    assert [order.zooms for order in seeded.orders()] == [(9, 9)]


USES = """
from pathlib import Path
from layers.tiles.cache import DiskCache
from layers.tiles.flight import Flight
from layers.tiles.seeded import Standing
kept = DiskCache(Path(folder) / "tiles", 0, lambda *edition: Standing.CURRENT)
found = kept.get("zones/default/aa-bb/static/9/7/1.png")
made = Flight(Path(folder) / "locks").once("key", lambda: None, lambda: "made")
kept.put("zones/default/aa-bb/static/9/7/2.png", b"x" * 100_000)
kept.sweep()
said = [found, made, kept.get("zones/default/aa-bb/static/9/7/2.png")]
"""


def test_a_folder_that_is_read_only_serves_what_it_has(tmp_path, monkeypatch):
    cache(tmp_path / "tiles").put(path(1), b"tile")
    monkeypatch.chdir(tmp_path)
    places = [tmp_path, *(p for p in tmp_path.rglob("*") if p.is_dir())]
    for place in places:
        place.chmod(0o555)
    known = {"folder": "."}
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)  # nothing is read only to root
        exec(USES, known)
    finally:
        if root:
            os.seteuid(0)
        for place in places:
            place.chmod(0o755)
    assert known["said"] == [b"tile", "made", None]
    assert cache(tmp_path / "tiles").get(path(1)) == b"tile"


def test_a_disk_that_takes_no_more_bytes_costs_no_answer(tmp_path):
    cache(tmp_path / "tiles").put(path(1), b"tile")
    # Every write beyond a few bytes fails, as on a full disk.
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
    done = subprocess.run(
        [sys.executable, "-c", f"folder = {str(tmp_path)!r}\n{full}{USES}print(*said)"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["b'tile'", "made", "None"], done.stderr
    assert not list(tmp_path.rglob("*.part"))


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
    memory = Memory(3 * (1000 + 512), int)
    for key in "abc":
        memory.put(key, tile(1000), 0)
    assert memory.get("a") is not None
    memory.put("d", tile(1000), 0)
    assert memory.get("b") is None
    assert [memory.get(k) is not None for k in "acd"] == [True] * 3


def test_memory_forgets_what_was_begun_before_something_was_taken_back(monkeypatch):
    monkeypatch.setattr(remembering, "LOOK_S", 0.0)
    states = [0]
    memory = Memory(10_000, lambda: states[-1])
    memory.put("a", tile(1000), 0)
    states.append(1)
    assert memory.get("a") is None
    assert memory.held_bytes == 0
    memory.put("b", tile(1000), 0)
    assert memory.get("b") is None, "it was being drawn meanwhile"
    memory.put("b", tile(1000), 1)
    assert memory.get("b") is not None


def test_putting_a_tile_again_does_not_count_it_twice():
    memory = Memory(10_000, int)
    for _ in range(5):
        memory.put("a", tile(1000), 0)
    assert memory.held_bytes == 1512


@pytest.mark.parametrize("limit", [0, 1000])
def test_a_tile_larger_than_the_memory_is_not_kept(limit):
    memory = Memory(limit, int)
    memory.put("a", tile(5000), 0)
    assert memory.get("a") is None
    assert memory.held_bytes == 0
