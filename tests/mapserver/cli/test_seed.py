"""`mapserver seed`: into the cache and into archives, read back by others."""

import contextlib
import gzip
import html
import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from click.testing import Result
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from layers.render import png
from layers.tiles import Seeded

HOUR = "2026-11-20T11:00:00Z"


@pytest.fixture
def seed(house: Any) -> Callable[..., Result]:
    """Seed in the house; its cache and its orders are empty before."""
    _emptied(house)

    def run(*words: str) -> Result:
        return house.command("seed", *words, "--catalog", str(house.site.settings.catalog))

    return run


def _emptied(house: Any) -> None:
    """Take away what seeding leaves; what was aligned belongs to the house."""
    for name in ("tiles", "seeded"):
        shutil.rmtree(house.site.store.paths.cache / name, ignore_errors=True)


def kept(house: Any) -> dict[str, int]:
    """The tiles in the cache with the moment they were written."""
    root = house.site.store.paths.cache / "tiles"
    found = {}
    for path in root.rglob("*"):
        # What is being written beside may have its final name in the next moment.
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                found[path.relative_to(root).as_posix()] = path.stat().st_mtime_ns
    return found


def told(done: Result, *words: str) -> None:
    assert done.exit_code == 1, (done.output, done.exception)
    assert done.output.startswith("mapserver: ")
    for word in words:
        assert word in done.output, done.output
    assert "Traceback" not in done.output


def test_the_newest_tiles_of_every_style_are_in_the_cache(house: Any, seed: Any) -> None:
    done = seed("own-zones", "dose-rate", "--zoom", "4-5")
    assert done.exit_code == 0, done.output
    assert "tiles of own-zones, dose-rate are in the cache" in done.output
    found = [name.split("/") for name in kept(house)]
    assert {(layer, at) for layer, _, _, at, *_ in found} == {
        ("own-zones", "static"),
        ("dose-rate", HOUR),
    }
    assert {style for layer, style, *_ in found if layer == "dose-rate"} == {
        "mean", "sd", "exceedance", "uncertainty",
    }  # fmt: skip
    assert {zoom for *_, zoom, _, _ in found} == {"4", "5"}


def test_a_seeded_file_holds_what_its_address_answers(house: Any, seed: Any) -> None:
    assert seed("dose-rate", "--style", "mean", "--zoom", "5", "--dense").exit_code == 0
    for name in kept(house):
        assert name.endswith("@2x.png")
        body = (house.site.store.paths.cache / "tiles" / name).read_bytes()
        assert house.get(f"/tiles/{name}").data == body


def test_what_is_in_the_cache_is_not_drawn_again(house: Any, seed: Any) -> None:
    assert seed("dose-rate", "--style", "mean", "--zoom", "0-6").exit_code == 0
    before = kept(house)
    gone = sorted(before)[::3]
    for name in gone:
        (house.site.store.paths.cache / "tiles" / name).unlink()
    done = seed("dose-rate", "--style", "mean", "--zoom", "0-6")
    said = re.search(r": (\d+) drawn, (\d+) there before(?:, (\d+) without)?", done.output)
    assert said
    drawn, found, nothing = (int(number or 0) for number in said.groups())
    assert (drawn + nothing, found) == (len(gone), len(before) - len(gone))
    after = kept(house)
    assert set(after) == set(before)
    assert all(after[name] == before[name] for name in before if name not in gone)


def test_times_boxes_and_formats_are_what_was_asked(house: Any, seed: Any) -> None:
    words = ("dose-rate", "--style", "sd", "--zoom", "6", "--bbox", "68,41,70,42")
    assert seed(*words, "--time", "all", "--format", "webp").exit_code == 0
    found = [name.split("/") for name in kept(house)]
    assert {at for _, _, _, at, *_ in found} == {
        f"2026-11-20T{hour:02}:00:00Z" for hour in (9, 10, 11)
    }
    assert {(col, leaf) for *_, col, leaf in found} == {("44", "23.webp")}
    _emptied(house)
    span = "2026-11-20T09:00:00Z/2026-11-20T11:00:00Z"
    assert seed(*words, "--time", span).exit_code == 0
    assert {name.split("/")[3][11:13] for name in kept(house)} == {"09", "10"}


def test_without_a_layer_what_was_seeded_is_seeded_again(house: Any, seed: Any) -> None:
    told(seed(), "name a LAYER")
    assert seed("faults", "--zoom", "4", "--format", "mvt").exit_code == 0
    before = set(kept(house))
    shutil.rmtree(house.site.store.paths.cache / "tiles")
    done = seed()
    assert done.exit_code == 0, done.output
    assert set(kept(house)) == before != set()
    (order,) = Seeded(house.site.store.paths.cache / "seeded").orders()
    assert (order.layer, order.zooms, order.format) == ("faults", (4, 4), "mvt")
    told(seed("--zoom", "3"), "name a LAYER")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dose_rate"], 'did you mean "dose-rate"'),
        (["dose-rate", "--style", "meen"], 'did you mean "mean"'),
        (["faults", "--zoom", "a-b"], "--zoom"),
        (["faults", "--zoom", "3-"], "--zoom"),
        (["faults", "--zoom", "6-3"], "--zoom"),
        (["faults", "--zoom", "3-99"], "--zoom"),
        (["faults", "--zoom", "18-20"], "zooms 0 to 14"),
        (["faults", "--bbox", "60,40,70"], "W,S,E,N"),
        (["faults", "--bbox", "60,40,west,50"], "a number was expected"),
        (["faults", "--bbox", "70,40,60,50"], "west < east"),
        (["faults", "--bbox", "0,0,1,1"], "has nothing there; it covers"),
        (["faults", "--time", HOUR], "has no times"),
        (["dose-rate", "--time", "noon"], "RFC 3339"),
        (["dose-rate", "--time", "2020-01-01T00:00:00Z"], "it has times from 2026-11-20T09"),
        (["dose-rate", "--time", f"{HOUR}/{HOUR}"], "before it begins"),
        (["dose-rate", "--format", "mvt"], "has no vector tiles"),
        (["faults", "--format", "mvt", "--dense"], "--dense"),
        (["dose-rate", "--zoom", "0-14"], "--yes"),
        (["basemap", "--zoom", "0-12", "--yes", "--time", "all"], "the limit is 10,000,000"),
        (["dose-rate", "--to", "a.pmtiles"], "4 are meant"),
        (["faults", "--to", "a.zip"], ".pmtiles or .mbtiles"),
        (["faults", "--to", "nowhere/a.pmtiles"], "No such file"),
        (["faults", "--zoom", "9", "--bbox", "62,37,62.1,37.1", "--to", "a.pmtiles"], "empty"),
    ],
)
def test_what_cannot_be_is_told(
    seed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if "the limit" in said:
        monkeypatch.setattr("mapserver.cli.seeding.MOST", 100)
        said = "the limit is 100"
    told(seed(*words), said)
    assert list(tmp_path.iterdir()) == []


Tiles = dict[tuple[int, int, int], bytes]


def archived(path: Path) -> tuple[dict[str, Any], dict[str, Any], Tiles]:
    with path.open("rb") as stream:
        source = MmapSource(stream)
        reader = Reader(source)
        return dict(reader.header()), reader.metadata(), dict(all_tiles(source))


def rows(path: Path) -> tuple[dict[str, str], Tiles]:
    """Metadata and tiles of MBTiles; rows there count from the south."""
    connection = sqlite3.connect(path)
    said = dict(connection.execute("select name, value from metadata"))
    found = connection.execute("select zoom_level, tile_column, tile_row, tile_data from tiles")
    tiles = {(z, x, 2**z - 1 - y): body for z, x, y, body in found}
    connection.close()
    return said, tiles


def test_archives_of_a_surface_hold_the_tiles_that_are_served(
    house: Any, seed: Any, tmp_path: Path
) -> None:
    words = ("dose-rate", "--style", "mean", "--zoom", "3-6")
    for name in ("a.pmtiles", "a.mbtiles"):
        done = seed(*words, "--to", str(tmp_path / name))
        assert done.exit_code == 0, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mbtiles", "a.pmtiles"]
    header, said, tiles = archived(tmp_path / "a.pmtiles")
    assert (header["tile_type"], header["tile_compression"]) == (TileType.PNG, Compression.NONE)
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (3, 6, True)
    tilejson = house.json("/tilejson/dose-rate.json?style=mean")
    corners = [header[f"{edge}_e7"] / 1e7 for edge in ("min_lon", "min_lat", "max_lon", "max_lat")]
    assert corners == pytest.approx(tilejson["bounds"], abs=1e-6)
    assert said["context"] == "simulated"
    assert said["name"] == "Ambient dose equivalent rate, hourly mean (simulated)"
    assert said["attribution"] == tilejson["attribution"] != ""
    assert (said["data_version"], said["time"]) == (tilejson["data_version"], HOUR)
    assert said["legend"] == tilejson["legend"]
    root = f"/tiles/dose-rate/mean/{said['data_version']}/{HOUR}"
    for z in range(3, 7):
        for x in range(2**z):
            for y in range(2**z // 4, 2**z // 2):
                if (z, x, y) in tiles:
                    assert house.get(f"{root}/{z}/{x}/{y}.png").data == tiles[z, x, y]
    # A tile that shows nothing is left out.
    wanted = {(z, x, y) for z, x, y in tiles}
    assert (3, 5, 2) in wanted
    assert (3, 0, 0) not in wanted
    said_too, tiles_too = rows(tmp_path / "a.mbtiles")
    assert tiles_too == tiles
    assert (said_too["format"], said_too["minzoom"], said_too["maxzoom"]) == ("png", "3", "6")
    assert (said_too["name"], said_too["context"]) == (said["name"], "simulated")
    assert json.loads(said_too["legend"]) == tilejson["legend"]


def test_archives_of_features_are_vector_tiles_with_their_fields(
    house: Any, seed: Any, tmp_path: Path
) -> None:
    for name in ("a.pmtiles", "a.mbtiles"):
        done = seed("faults", "--format", "mvt", "--zoom", "0-5", "--to", str(tmp_path / name))
        assert done.exit_code == 0, done.output
    header, said, tiles = archived(tmp_path / "a.pmtiles")
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert said["vector_layers"] == house.json("/tilejson/faults.json")["vector_layers"]
    root = f"/tiles/faults/default/{said['data_version']}/static"
    for (z, x, y), body in tiles.items():
        plain = gzip.decompress(body)
        assert house.get(f"{root}/{z}/{x}/{y}.mvt").data == plain
        assert mapbox_vector_tile.decode(plain)["faults"]["features"]
    said_too, tiles_too = rows(tmp_path / "a.mbtiles")
    assert tiles_too == tiles
    assert said_too["format"] == "pbf"
    assert json.loads(said_too["json"])["vector_layers"] == said["vector_layers"]


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="needs GDAL's commands")
def test_gdal_reads_the_archives(seed: Any, tmp_path: Path) -> None:
    def gdal(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
        assert "Warning" not in done.stderr, done.stderr
        return done.stdout

    for layer, style, image in (("dose-rate", "mean", "png"), ("faults", "default", "mvt")):
        target = str(tmp_path / f"{layer}.mbtiles")
        words = ("--style", style, "--format", image, "--zoom", "4-6", "--to", target)
        assert seed(layer, *words).exit_code == 0
    said = gdal("gdalinfo", str(tmp_path / "dose-rate.mbtiles"))
    for words in ("Driver: MBTiles", "ZOOM_LEVEL=6", "context=simulated", 'ID["EPSG",3857]'):
        assert words in said
    said = gdal("ogrinfo", "-so", "-al", str(tmp_path / "faults.mbtiles"))
    for words in ("Layer name: faults", "context=simulated", "type: String"):
        assert words in said


def process(house: Any, *words: str) -> list[str]:
    folder, catalog = house.site.settings.data_dir, house.site.settings.catalog
    return [sys.executable, "-m", "mapserver", "seed", *words, "--data-dir", str(folder),
            "--catalog", str(catalog)]  # fmt: skip


def test_several_processes_write_the_same_archive_as_one(
    house: Any, seed: Any, tmp_path: Path
) -> None:
    words = ("dose-rate", "--style", "mean", "--zoom", "0-7", "--to")
    assert seed(*words, str(tmp_path / "one.pmtiles"), "--processes", "1").exit_code == 0
    _emptied(house)
    done = subprocess.run(
        process(house, *words, str(tmp_path / "two.pmtiles"), "--processes", "2"),
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    one, two = tmp_path / "one.pmtiles", tmp_path / "two.pmtiles"
    with one.open("rb") as first, two.open("rb") as second:
        found, again = (dict(all_tiles(MmapSource(each))) for each in (first, second))
        assert found.keys() == again.keys()
        assert [(at, found[at], again[at]) for at in found if found[at] != again[at]] == []
    assert two.read_bytes() == one.read_bytes()


def children(pid: int) -> list[int]:
    """Processes that a process started, and those that they started."""
    own = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return own + [deep for child in own for deep in children(child)]


@pytest.mark.parametrize(
    "how", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.full)]
)
def test_what_was_cut_off_goes_on_and_leaves_no_process_and_no_half_archive(
    house: Any, seed: Any, tmp_path: Path, wait_for: Any, how: signal.Signals
) -> None:
    target = tmp_path / "a.pmtiles"
    target.write_bytes(b"the old one")
    words = ("dose-rate", "--style", "sd", "--zoom", "0-9", "--processes", "2", "--to", str(target))
    running = subprocess.Popen(
        process(house, *words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # A shell starts what runs in its background deaf to the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    wait_for(lambda: len(kept(house)) > 5 or running.poll() is not None)
    helpers = children(running.pid)
    assert len(helpers) >= 2
    running.send_signal(how)
    said, _ = running.communicate(timeout=60)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in helpers))
    assert target.read_bytes() == b"the old one"
    if how is signal.SIGINT:
        assert running.returncode == 130
        assert "the same command goes on" in said
        assert "Traceback" not in said
        assert [p.name for p in tmp_path.iterdir()] == ["a.pmtiles"]
    before = kept(house)
    assert seed(*words).exit_code == 0
    after = kept(house)
    assert all(after[name] == before[name] for name in before if not name.endswith(".part"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.pmtiles"]
    _, _, tiles = archived(target)
    nothing = png.empty(256)  # a file, but nothing to carry away
    files = (house.site.store.paths.cache / "tiles").rglob("*.png")
    assert len(tiles) == sum(path.read_bytes() != nothing for path in files)


def test_a_terminal_shows_a_bar_with_rate_and_what_is_left(house: Any, seed: Any) -> None:
    screen, terminal = pty.openpty()
    running = subprocess.Popen(
        process(house, "dose-rate", "--zoom", "0-7", "--processes", "1"),
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = b""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            shown += os.read(screen, 4096)
        except OSError:
            break
    os.close(screen)
    assert running.wait(60) == 0
    text = shown.decode()
    assert "dose-rate  [" in text
    assert "#" in text
    assert "tiles/s" in text
    assert "/1" in text


def test_elsewhere_lines_tell_how_far_it_is(seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapserver.cli.progress.EVERY_S", 0.0)
    done = seed("dose-rate", "--style", "mean", "--zoom", "4-5")
    assert "tiles/s, " in done.output
    assert "s left" in done.output
    assert "\r" not in done.output


def test_that_the_cache_takes_nothing_is_told(house: Any, seed: Any) -> None:
    cache = house.site.store.paths.cache
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "tiles").write_text("in the way")
    told(seed("dose-rate", "--style", "mean", "--zoom", "4"), "the cache took them not")
    (cache / "tiles").unlink()


def test_the_pictures_of_a_page_are_drawn_before_anybody_asks(house: Any, seed: Any) -> None:
    plates = house.site.store.paths.cache / "plates"
    shutil.rmtree(plates, ignore_errors=True)
    done = seed("--pictures")
    assert done.exit_code == 0, (done.output, done.exception)
    assert done.output == "24 first pictures are drawn\n"
    drawn = {path.name for path in plates.iterdir()}
    assert len(drawn) == 24
    for language in ("kk", "en"):
        page = html.unescape(house.get(f"/{language}").text)
        addresses = re.findall(r'srcset="([^"]+)"', page)
        assert len(addresses) == 6
        for address in addresses:
            assert house.get(address).status_code == 200
    assert {path.name for path in plates.iterdir()} == drawn


def test_pictures_are_of_no_layer(seed: Any) -> None:
    told(seed("stations", "--pictures"), "no LAYER")
