"""A kept picture is found by its name: another picture is another name."""

import dataclasses

import numpy as np

from layers.pictures.plates import Place, Plate
from layers.views import View


def test_the_name_of_a_plate_changes_with_the_shape_of_its_area_and_with_its_places():
    ring = np.array([[60.0, 40.0], [61.0, 40.0], [61.0, 41.0]])
    place = Place("Qarshi", "Karshi", "city", home=True, lon=65.8, lat=38.9, min_zoom=5.0)
    view = View("EPSG:3857", 0.0, 0.0, 1000.0, 1000.0, 100, 100)
    plate = Plate(view, area=(ring,), places=(place,))
    others = [
        dataclasses.replace(plate, area=(ring + 1.0,)),
        dataclasses.replace(plate, area=(ring[:2], ring[2:])),
        dataclasses.replace(plate, places=(dataclasses.replace(place, name="Qarshi shahri"),)),
        dataclasses.replace(plate, places=()),
    ]
    assert len({each.name for each in (plate, *others)}) == 5
    assert dataclasses.replace(plate, area=(ring.copy(),), places=[place]).name == plate.name
