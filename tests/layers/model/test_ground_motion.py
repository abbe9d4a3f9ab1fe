import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadInputError, UnknownUnitError
from layers.model import ground_motion

# One acceleration, 0.196133 g, in each unit: 0.02 * 9.80665 = 0.196133 m/s2 are 0.02 g.
ONE = {
    "g": 0.02,
    "m/s2": 0.196133,
    "cm/s2": 19.6133,
    "%g": 2.0,
    "ln g": -3.912023005428146,
}


@pytest.mark.parametrize("unit", ONE)
def test_an_acceleration_is_the_same_in_every_unit(unit: str) -> None:
    assert ground_motion.canonical(np.array([ONE[unit]]), unit)[0] == pytest.approx(0.02, rel=1e-12)
    assert ground_motion.quantity(unit) == "pga"


@pytest.mark.parametrize(
    ("word", "unit"),
    [("M/S^2", "m/s2"), ("Gal", "cm/s2"), ("ln(g)", "ln g"), ("MSK 64", "MSK-64"), ("%G", "%g")],
)
def test_spellings_met_in_files_are_understood(word: str, unit: str) -> None:
    assert ground_motion.unit(word) == unit


@pytest.mark.parametrize("word", ["", "1", "percent", "MMI", "m/s", "kg", "g/10"])
def test_any_other_word_is_refused_and_nothing_assumed(word: str) -> None:
    with pytest.raises(UnknownUnitError, match="known are g, m/s2"):
        ground_motion.unit(word)


@pytest.mark.parametrize(
    ("values", "unit", "told"),
    [
        ([10.0], "g", "the unit that was declared is not that of the values"),
        ([900.0], "%g", "9|above 5 g"),
        ([7.0], "ln g", "above 5 g"),
        ([1e9], "ln g", "above 5 g"),
        ([-2.3], "g", "below zero"),
        ([13.0], "MSK-64", "degree 12"),
    ],
)
def test_values_that_cannot_be_of_their_unit_are_refused(
    values: list[float], unit: str, told: str
) -> None:
    with pytest.raises(BadInputError, match=told):
        ground_motion.canonical(np.array(values), unit)


@given(st.floats(1e-4, 4.9), st.sampled_from(["g", "m/s2", "cm/s2", "%g"]))
def test_what_is_not_known_stays_unknown_beside_what_is(pga: float, unit: str) -> None:
    scale = 1 / ground_motion.canonical(np.array([1e-3]), unit)[0] * 1e-3
    found = ground_motion.canonical(np.array([pga * scale, np.nan]), unit)
    assert found[0] == pytest.approx(pga)
    assert np.isnan(found[1])
