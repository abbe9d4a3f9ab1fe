import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import seismic
from layers.errors import BadInputError


@pytest.mark.parametrize(
    ("degree", "low_g", "high_g"),
    [(6, 0.025, 0.05), (7, 0.05, 0.1), (8, 0.1, 0.2), (9, 0.2, 0.4), (10, 0.4, 0.8)],
)
def test_the_bands_are_those_of_the_scale(degree: int, low_g: float, high_g: float) -> None:
    assert seismic.pga_range_g(degree) == pytest.approx((low_g, high_g))
    assert seismic.msk_from_pga(low_g) == degree
    assert seismic.msk_from_pga(np.nextafter(high_g, 0) * 0.999) == degree


@given(st.floats(0, 10), st.floats(0, 10))
def test_stronger_motion_is_never_a_lower_degree(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert seismic.msk_from_pga(low) <= seismic.msk_from_pga(high)


def test_what_is_not_known_stays_unknown() -> None:
    assert np.isnan(seismic.msk_from_pga(np.array([np.nan]))).all()


@pytest.mark.parametrize("degree", [4, 12, -1])
def test_a_degree_without_a_band_is_refused(degree: int) -> None:
    with pytest.raises(BadInputError, match="5 to 11"):
        seismic.pga_range_g(degree)


def test_a_negative_acceleration_is_refused() -> None:
    with pytest.raises(BadInputError, match="below zero"):
        seismic.msk_from_pga(-0.1)
