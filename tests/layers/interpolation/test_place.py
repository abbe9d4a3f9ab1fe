"""A place is told what the map of all places says of its cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadParameterError
from layers.interpolation import PROBABILITIES, Place, Predictive
from layers.interpolation.parameters import FloatArray

TOLD = (0.05, 0.5, 0.95)
NUMBERS = st.floats(-30.0, 30.0, width=32)
SIGMAS = st.one_of(st.just(0.0), st.floats(0.0009765625, 8.0, width=32))


def same(bands: FloatArray, transform: str, threshold: float) -> Place:
    """Look that a place is told the numbers of its cell in a map, bit by bit."""
    place, map_ = Place(bands, transform), Predictive(bands[:, None], transform)
    mean, sd = map_.moments()
    assert place.moments() == (mean[0], sd[0])
    assert place.quantiles(TOLD) == [map_.quantile(p)[0] for p in TOLD]
    assert place.exceedance(threshold) == map_.exceedance(threshold)[0]
    return place


@given(NUMBERS, SIGMAS, st.sampled_from(["log", "none"]), st.floats(-1.0, 500.0))
def test_a_place_has_the_numbers_of_its_cell(mu, sigma, transform, threshold) -> None:
    for dtype in (np.float32, np.float64):
        place = same(np.array([mu, sigma, 0.1], dtype), transform, threshold)
        told = place.quantiles(TOLD)
        assert told == sorted(told)


def test_what_passes_the_largest_number_is_the_largest_that_is_told() -> None:
    place = same(np.array([200.0, 3.5, 0.1], np.float32), "log", 100.0)
    assert place.moments()[0] < np.finfo(np.float32).max


@given(st.lists(st.floats(0.0, 1e5, width=32), min_size=len(PROBABILITIES),
                max_size=len(PROBABILITIES)), st.floats(0.0, 1e5))  # fmt: skip
def test_in_an_event_a_place_has_the_numbers_of_its_cell(values, threshold) -> None:
    bands = np.array([*sorted(values), 0.1], np.float32)
    likely = same(bands, "quantiles", threshold).likely()
    assert (np.diff(likely) >= 0).all()
    assert likely[0] >= bands[0]
    assert likely[-1] <= bands[-2]


def test_equally_likely_values_have_the_quantiles_of_the_place() -> None:
    place = Place(np.array([4.6, 0.3, 0.1]), "log")
    low, median, high = place.quantiles(TOLD)
    found = np.quantile(place.likely(), TOLD)
    np.testing.assert_allclose(found, [low, median, high], rtol=0.02)


def test_bands_of_another_word_are_not_known() -> None:
    with pytest.raises(BadParameterError, match="cubes"):
        Place(np.zeros(3), "cubes").moments()
