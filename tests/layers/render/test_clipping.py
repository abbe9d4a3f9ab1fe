import numpy as np

from layers.geo import mercator
from layers.render import clipping
from layers.views import View

SQUARE = np.array([(60.0, 40.0), (60.0, 50.0), (70.0, 50.0), (70.0, 40.0)])


def view(west=55.0, south=35.0, east=75.0, north=55.0, width=160, height=200):
    x_m, y_m = mercator(np.array([west, east]), np.array([south, north]))
    return View("EPSG:3857", x_m[0], y_m[0], x_m[1], y_m[1], width, height)


def test_inside_is_full_outside_is_nothing_and_a_hole_is_outside():
    hole = np.array([(64.0, 44.0), (66.0, 44.0), (66.0, 46.0), (64.0, 46.0)])
    found = clipping.inside([SQUARE, hole], view())
    at = view()
    across, down = at.size

    def pixel(lon, lat):
        x_m, y_m = mercator(lon, lat)
        return found[int((at.north - y_m) / down), int((x_m - at.west) / across)]

    assert pixel(61, 41) == 255
    assert pixel(57, 45) == 0
    assert pixel(65, 45) == 0


def test_what_is_known_is_coloured_what_is_unknown_is_hatched_and_nothing_lies_outside():
    rgba = np.zeros((200, 160, 4), np.uint8)
    rgba[:, :80] = (10, 20, 30, 255)  # the west is known
    area = clipping.inside([SQUARE], view())
    found = clipping.clipped(rgba, area, 0.5, (1, 2, 3, 97))
    assert (found[area == 0][:, 3] == 0).all()
    known = found[:, :80][area[:, :80] == 255]
    assert (known == (10, 20, 30, 128)).all()
    unknown = found[:, 80:][area[:, 80:] == 255]
    lines = (unknown == (1, 2, 3, 97)).all(axis=1)
    assert ((unknown[:, 3] == 0) | lines).all()
    assert 0.08 < lines.mean() < 0.17  # one line of eight pixels
