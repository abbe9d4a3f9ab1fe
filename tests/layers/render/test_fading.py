import numpy as np

from layers.render import fading

COLOURS = np.array([[0, 0, 0, 0], [10, 20, 30, 255], [40, 50, 60, 255]], np.uint8)


def test_a_colour_is_weaker_the_more_uncertain_it_is():
    shown = np.array([[1, 1, 1, 1, 2]], np.uint8)
    doubt = np.array([[1, 2, 3, 4, 4]], np.uint8)
    classes, colours = fading.faded(shown, doubt, COLOURS)
    assert colours[classes][0].tolist() == [
        [10, 20, 30, 255],
        [10, 20, 30, 230],
        [10, 20, 30, 178],
        [10, 20, 30, 76],
        [40, 50, 60, 76],
    ]


def test_the_unknown_stays_unknown_and_an_unknown_doubt_weakens_nothing():
    shown, doubt = np.array([[0, 0, 2]], np.uint8), np.array([[4, 0, 0]], np.uint8)
    classes, colours = fading.faded(shown, doubt, COLOURS)
    assert colours[classes][0].tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [40, 50, 60, 255]]
    assert len(colours) == 2  # what is not there takes no room


def test_there_are_as_many_shares_as_classes_of_doubt():
    assert len(fading.LEFT) == len(fading.DOUBT.breaks) + 1
