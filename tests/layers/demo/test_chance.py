import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.demo import chance

KEYS = chance.keys(f"station {i}" for i in range(4000))


def test_uniform_numbers_fill_the_open_unit_interval() -> None:
    drawn = np.concatenate([chance.uniform(1, "a", KEYS, step) for step in range(10)])
    assert 0 < drawn.min() < 1e-3
    assert 1 - 1e-3 < drawn.max() < 1
    # 40 000 draws in 20 bins of 2000: chi-squared with 19 degrees stays below 43.8 (p = 0.001).
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    assert ((counts - 2000.0) ** 2 / 2000.0).sum() < 43.8


def test_normal_numbers_have_mean_zero_and_spread_one() -> None:
    drawn = np.concatenate([chance.normal(1, "a", KEYS, step) for step in range(10)])
    assert abs(drawn.mean()) < 4 / np.sqrt(drawn.size)
    assert abs(drawn.std() - 1) < 4 / np.sqrt(2 * drawn.size)


@given(st.integers(-(2**63), 2**63), st.integers(-(2**40), 2**40), st.integers(1, 3999))
def test_a_draw_does_not_depend_on_its_neighbours(seed: int, step: int, i: int) -> None:
    alone = chance.uniform(seed, "a", KEYS[i : i + 1], step)
    assert alone[0] == chance.uniform(seed, "a", KEYS, step)[i]


def test_seed_stream_key_and_step_all_count() -> None:
    base = chance.uniform(1, "a", KEYS, 0)
    for other in (
        chance.uniform(2, "a", KEYS, 0),
        chance.uniform(1, "b", KEYS, 0),
        chance.uniform(1, "a", KEYS, 1),
        chance.uniform(1, "a", KEYS[::-1], 0),
    ):
        assert abs(np.corrcoef(base, other)[0, 1]) < 4 / np.sqrt(base.size)


def test_a_smooth_field_is_alike_nearby_and_unlike_far_away() -> None:
    zero = np.zeros(1)
    near, far, here = [], [], []
    for seed in range(600):

        def value(x: float, hour: float, seed: int = seed) -> float:
            return float(
                chance.smooth_field(seed, "f", zero + x, zero, hour, length_km=100.0, time_h=10.0)[
                    0
                ]
            )

        here.append(value(0.0, 0.0))
        near.append(value(50.0, 0.0))
        far.append(value(400.0, 40.0))
    assert abs(np.mean(here)) < 0.15
    assert abs(np.std(here) - 1) < 0.15
    # Gaussian correlation at half a length: exp(-1/8) = 0.88
    assert abs(np.corrcoef(here, near)[0, 1] - 0.88) < 0.05
    assert abs(np.corrcoef(here, far)[0, 1]) < 0.15
