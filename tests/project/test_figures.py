"""What the side-by-side benchmarks count with: none of it can be wrong in silence."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import growth
from benchmarks.peers import data, load, mapserver, pictures, python_servers, report
from benchmarks.peers.measuring import Figure, Sample
from layers.geo import Window

REPO = Path(__file__).parents[2]


def test_every_part_of_the_page_is_written_by_a_benchmark_that_there_is() -> None:
    page = (REPO / "docs" / "performance.md").read_text("utf-8")
    parts = re.findall(r"<!-- (\w+): written by the benchmark -->", page)
    assert parts == re.findall(r"<!-- /(\w+) -->", page)
    for part in parts:
        text = (REPO / "benchmarks" / f"{part}.py").read_text("utf-8")
        assert f'report.write("{part}"' in text


def test_a_part_is_written_between_its_marks_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# A\n<!-- one: written by the benchmark -->\nold\n<!-- /one -->\nkept\n")
    monkeypatch.setattr(report, "PAGE", page)
    report.write("one", "new")
    report.write("one", "newer\n")
    assert page.read_text() == (
        "# A\n<!-- one: written by the benchmark -->\nnewer\n<!-- /one -->\nkept\n"
    )
    with pytest.raises(ValueError, match="no part two"):
        report.write("two", "lost")


def test_a_figure_is_the_median_and_tells_its_spread_and_what_failed() -> None:
    loads = [load.Load(100, 2.0, p50, 9.0, 1000, refused, 0) for p50, refused in
             ((1.0, 0), (9.0, 2), (2.0, 1))]  # fmt: skip
    figure = Figure([Sample(each, cpu_ms) for each, cpu_ms in zip(loads, (3, 1, 2), strict=True)])
    assert figure.cpu_ms == 2
    assert figure.median(lambda s: s.load.p50_ms) == 2
    assert figure.spread(lambda s: s.load.p50_ms) == (1, 9)
    assert figure.median(lambda s: s.rate) == 50
    assert figure.broken == 3


def test_the_slope_is_one_in_proportion_two_for_a_square_and_nothing_within_the_noise() -> None:
    sizes = (10, 100, 1000)

    def rows(cost: dict[int, float]) -> dict[int, growth.Row]:
        return {size: {"face": (ms, 0)} for size, ms in cost.items()}

    proportion = rows({size: 1.0 * size for size in sizes})
    square = rows({size: 0.01 * size**2 for size in sizes})
    noise = rows({10: 0.1, 100: 0.3, 1000: 0.35})
    assert growth.slope("stations", proportion, "face") == pytest.approx(1)
    assert growth.slope("stations", square, "face") == pytest.approx(2)
    assert growth.slope("stations", noise, "face") == 0


def test_the_tables_of_the_peers_colour_a_value_as_its_class() -> None:
    # TiTiler looks up floor(value / 2), Terracotta 1 + floor(value / 2) of 255 colours.
    value = np.arange(0.5, 500.0, 1.0)
    wanted = np.searchsorted(data.BREAKS, value, side="right")
    table = python_servers.colours(256, 1.0)
    shown = table[(value / python_servers.TOP * 255).astype(int)]
    assert (shown[:, 3] == 255).all()
    body = io.BytesIO()
    Image.fromarray(shown[None]).save(body, "PNG")
    np.testing.assert_array_equal(pictures.classes(body.getvalue())[0], 1 + wanted)


def test_the_classes_of_a_map_file_leave_no_value_out() -> None:
    text = mapserver._classes(data.BREAKS)
    assert text.count("CLASS ") == len(data.COLOURS) == len(data.BREAKS) + 1
    for limit in data.BREAKS:
        assert f"[pixel] < {limit})" in text
        assert f"[pixel] >= {limit}" in text


def test_the_tiles_are_the_same_in_every_run_and_lie_in_the_window() -> None:
    tiles = data.tiles()
    assert tiles == data.tiles()
    assert len(tiles) == 2000
    assert {tile.zoom for tile in tiles} == set(data.ZOOMS)
    assert all(tile.bounds.intersects(data.WINDOW) for tile in tiles)
    assert tiles[0] == Window(tiles[0].zoom, tiles[0].col, tiles[0].row, 256)
