"""Copies of a layer's cells: what is told of one is that of the copy that is there."""

from pathlib import Path

import numpy as np

from layers.geo import Bounds, Window
from layers.store import Paths
from layers.store.aligned import Aligned, Part


def test_what_is_told_of_a_copy_goes_with_it(tmp_path: Path) -> None:
    def cells(_: Window) -> tuple[np.ndarray]:
        return (np.ones((1, 256, 256), np.float32),)

    def write(word: str) -> None:
        Aligned(Paths(tmp_path)).write(
            "l", "t", Bounds(60, 40, 61, 41), 3, cells, said={"by": word}
        )

    copies = Aligned(Paths(tmp_path))
    assert copies.said("l", "t") is None
    write("first")
    told = copies.said("l", "t")
    assert told is not None
    assert (told["by"], told["zoom"]) == ("first", 3)
    told["by"] = "nobody"
    assert (copies.said("l", "t") or {})["by"] == "first"
    assert copies.level("l", "t", 9) is not None
    copies.keep("l", [])
    assert copies.said("l", "t") is None
    assert copies.level("l", "t", 9) is None
    write("second")
    assert (copies.said("l", "t") or {})["by"] == "second"


def test_a_cell_is_what_is_read_of_its_row_and_column(tmp_path: Path) -> None:
    drawn = np.random.default_rng(2)

    def cells(_: Window) -> tuple[np.ndarray]:
        return (drawn.integers(0, 256, (3, 256, 256), np.uint8),)

    copies, part = Aligned(Paths(tmp_path)), Part("bands", "|u1", 3)
    copies.write("l", "t", Bounds(60, 40, 64, 44), 8, cells, (part,))
    level = copies.level("l", "t", 8, part, copies.said("l", "t"))
    assert level is not None
    for row, col in ((0, 0), (255, 256), (level.grid.height - 1, level.grid.width - 1)):
        whole = level.read(slice(row, row + 1), slice(col, col + 1))
        assert level.cell(row, col).tolist() == whole[:, 0, 0].tolist()
