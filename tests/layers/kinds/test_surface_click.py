"""What a device put at a place would show, of all sums of what the field and a device may be."""

import numpy as np
import pytest

from layers.kinds import surface


@pytest.mark.parametrize("seed", range(5))
def test_what_a_device_would_show_is_what_numpy_finds_of_all_sums(seed: int) -> None:
    likely = np.random.default_rng(seed).lognormal(4.0, 0.5, 5100)
    low, median, high = np.quantile(likely, (0.05, 0.5, 0.95))
    expected = {
        "mean": likely.mean(), "median": median, "sd": likely.std(), "p05": low, "p95": high,
    }  # fmt: skip
    found = surface._new(likely.copy(), "nSv/h")
    assert found.pop("unit") == "nSv/h"
    assert found == pytest.approx(expected, rel=1e-14)
