import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import zxy_to_tileid

from layers.geo import Bounds
from layers.tiles import tile_range
from mapserver.operations.seed import Edition


def edition(bounds: Bounds, zooms: range) -> Edition:
    return Edition("dose-rate", "mean", "aa-bb", None, "png", False, bounds, zooms)


@given(
    west=st.floats(-180, 179),
    south=st.floats(-84, 84),
    width=st.floats(0.01, 20),
    height=st.floats(0.01, 15),
    zoom=st.integers(0, 9),
)
def test_every_tile_is_named_once_in_the_order_of_archives(
    west: float, south: float, width: float, height: float, zoom: int
) -> None:
    bounds = Bounds(west, south, min(180.0, west + width), min(90.0, south + height))
    wanted = edition(bounds, range(max(0, zoom - 1), zoom + 1))
    found = [request.window for block in wanted.blocks() for request in block]
    expected = {
        (z, col, row)
        for z in wanted.zooms
        for cols, rows in [tile_range(bounds, z)]
        for col in cols
        for row in rows
    }
    assert {(w.zoom, w.col, w.row) for w in found} == expected
    assert len(found) == len(expected) == len(wanted)
    numbers = [zxy_to_tileid(w.zoom, w.col, w.row) for w in found]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("zoom", [0, 1, 2, 5])
def test_a_block_holds_neighbours_that_are_drawn_together(zoom: int) -> None:
    for block in edition(Bounds(50, 35, 90, 55), range(zoom, zoom + 1)).blocks():
        assert len({(r.window.col // 4, r.window.row // 4) for r in block}) == 1


def test_a_trillion_tiles_are_counted_without_being_listed() -> None:
    assert len(edition(Bounds(-180, -85, 180, 85), range(21))) > 10**12
