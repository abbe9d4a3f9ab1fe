"""An event of which place, magnitude and perhaps depth are told."""

import numpy as np
import pytest

from layers import messages
from layers.errors import BadInputError
from layers.seismic import bindi_2011, scenario


def event(depth_km: float | None, mw: float = 6.5) -> scenario.Shaking:
    return scenario.of_event(
        69.0, 41.0, mw=mw, depth_km=depth_km, model="boore-2014", vs30_m_s=760.0
    )


def at_42_km(shaking: scenario.Shaking) -> tuple[float, float]:
    lon, lat = np.array([69.5]), np.array([41.0])
    away = shaking.away(lon, lat)
    return float(shaking.motion(away).mean[0]), float(shaking.intensity(away)[0])


def test_a_depth_of_zero_is_one_that_is_not_known_and_the_answer_says_so() -> None:
    zero, unknown = event(0.0), event(None)
    assert at_42_km(zero) == at_42_km(unknown)
    assert zero.facts["depth_km"] == unknown.facts["depth_km"] == 15.0
    assert "depth of 15 km in place of 0" in zero.facts["assumed"]
    assert "depth of 15 km" in unknown.facts["assumed"]
    assert zero.intensity_sd == bindi_2011.SIGMA


def test_intensities_of_a_shallow_event_are_those_of_the_least_depth() -> None:
    shallow, least, deeper = event(1.0), event(5.0), event(12.0)
    assert at_42_km(shallow)[1] == at_42_km(least)[1] == pytest.approx(5.24, abs=0.03)
    assert "intensity of a depth of 5 km" in shallow.facts["assumed"]
    assert shallow.facts["depth_km"] == 1.0
    for each in (least, deeper):
        assert each.facts["assumed"] == ["every strike as likely as another"]
        assert each.intensity_sd == bindi_2011.SIGMA_WITH_DEPTH


@pytest.mark.parametrize("mw", [1e4, 9.5, -1e4, float("nan")])
def test_a_magnitude_that_cannot_be_is_refused(mw: float) -> None:
    with pytest.raises(BadInputError, match="a magnitude of"):
        event(10.0, mw)


def test_what_was_assumed_has_words_in_every_language() -> None:
    told = {each for depth in (None, 0.0, 1.0) for each in event(depth).facts["assumed"]}
    assert len(told) == 4
    for language in messages.LANGUAGES:
        for each in told:
            assert messages.text(f"scenario.assumed.{each.replace(' ', '_')}", language)
