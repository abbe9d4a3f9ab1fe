import dataclasses

import numpy as np
import shapely

from layers.geo import HALF_WORLD_M, cell_m
from layers.model import Features, Palette, StyleDefinition
from layers.render import edges
from layers.views import View

STYLE = StyleDefinition(
    "outline", measure="msk", palette=Palette("p", ("#102030", "#8090A0", "#F0F0F0")),
    breaks=(7.5, 8.5), labels=("VII", "VIII", "IX"), symbol="zone-outline",
)  # fmt: skip


def squares(*corners: tuple[float, float], side: float = 2.0) -> np.ndarray:
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], object)


def test_a_border_is_an_edge_of_the_first_area_only() -> None:
    lines, of = edges.edges(squares((0, 0), (2, 0)))
    assert np.bincount(of, shapely.length(lines)).tolist() == [8, 6]
    assert shapely.length(shapely.union_all(lines)) == 14


def test_an_area_in_a_hole_leaves_nothing_of_it() -> None:
    around = shapely.Polygon(squares((-2, -2), side=6)[0].exterior, [squares((0, 0))[0].exterior])
    lines, of = edges.edges(np.array([squares((0, 0))[0], around], object))
    assert of == [0, 1]
    assert shapely.length(lines).tolist() == [8, 24]


def test_every_edge_stands_where_areas_share_none_and_nothing_has_none() -> None:
    lines, of = edges.edges(squares((0, 0), (5, 5), (20, 0)))
    assert shapely.length(lines).tolist() == [8, 8, 8]
    assert of == [0, 1, 2]
    assert edges.edges(np.empty(0, object))[1] == []


def test_dashes_and_numerals_lie_on_the_edges_and_the_border_is_the_higher_ones() -> None:
    pixel = cell_m(5)
    view = View(
        "EPSG:3857", 0, HALF_WORLD_M / 2 - 400 * pixel, 800 * pixel, HALF_WORLD_M / 2, 800, 400
    )
    north = view.north
    low, high = (
        shapely.box(x * pixel, north - 300 * pixel, (x + 300) * pixel, north - 100 * pixel)
        for x in (100, 400)
    )
    zones = Features(np.array([low, high], object), ["a", "b"], {"msk": [8, 9]})
    rgba, numerals = edges.dashed(zones, STYLE, view, "#6B3A2A")
    inked = rgba[:, :, 3] > 0
    assert 0.4 < inked[150:250, 395:406].any(axis=1).mean() < 0.8  # dashes with their gaps
    assert not inked[110:290, 110:390].any()
    assert {(each.text) for each in numerals} == {"VIII", "IX"}
    for each in numerals:
        assert inked[
            round(each.y) - 12 : round(each.y) + 12, round(each.x) - 12 : round(each.x) + 12
        ].any()
        if abs(each.x - 400) < 1 and 101 < each.y < 299:
            assert each.text == "IX"


def test_what_a_map_shows_of_a_ring_around_the_world_is_all_that_is_drawn() -> None:
    pixel = cell_m(18)
    north = 5e6
    view = View("EPSG:3857", 0, north - 400 * pixel, 800 * pixel, north, 800, 400)
    ring = shapely.box(-1.9e7, -1e7, 1.9e7, north - 200 * pixel)
    rgba, numerals = edges.dashed(
        Features(np.array([ring], object), ["a"], {"msk": [8]}), STYLE, view, "#6B3A2A"
    )
    assert (rgba[195:205, :, 3] > 0).any()
    assert 2 < len(numerals) < 20


def test_zones_without_a_grade_or_below_the_lowest_have_no_edge() -> None:
    view = View("EPSG:3857", 0, 0, 400, 400, 400, 400)
    parts = np.array([shapely.box(50, 50, 350, 350)] * 3, object)
    zones = Features(parts, ["a", "b", "c"], {"msk": [None, 7, 6]})
    style = dataclasses.replace(STYLE, breaks=(8.5,), labels=("VIII", "IX"))
    for one in (zones, Features(parts, ["a", "b", "c"], {})):
        rgba, numerals = edges.dashed(one, style, view, "#6B3A2A")
        assert not rgba.any()
        assert numerals == []
    assert edges.dashed(zones, STYLE, view, "#6B3A2A")[1] == []
