"""The rules: each a sentence, a number, and where the number comes from.

A rule looks at one value within its series (what came before, and what follows in the batch) and
says whether it is doubtful. It is silent where there are too few values to judge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from layers import units
from layers.model import Observation

RULES_VERSION = "1"

DOSE = "ambient_dose_rate"
COSMIC_FLOOR = 20.0
"""nSv/h. Cosmic rays alone give about 30 nSv/h at sea level (UNSCEAR 2008, annex B)."""
EMERGENCY = 1_000.0
"""nSv/h. From here on nothing is rejected without a person."""
SPIKE_MADS, SPIKE_FLOOR, SPIKE_WINDOW = 6.0, 50.0, 5
"""A washout by rain lifts the dose rate by less than 50 nSv/h within most hours."""
STUCK_VALUES, STUCK_DIGIT_SHARE = 6, 0.01
"""Counting noise of an hourly mean is a few percent, so six equal values are no chance where
the last digit is worth less than 1 % of the value."""
CLOCK_SKEW = timedelta(minutes=10)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
"""Averaging of environmental networks: 10 min, 1 h or 24 h."""
SLIP_FACTORS: Mapping[str, tuple[float, ...]] = {
    DOSE: (10.0, 100.0, 1_000.0, 3_600.0),
    "pm2_5": (1_000.0,),
    "pm10": (1_000.0,),
    "radon": (1_000.0,),
}
"""uR/h for 10 nSv/h, uR/h for uSv/h, uSv/h for nSv/h, per second for per hour; mg for ug."""
SLIP_TOLERANCE, SLIP_HISTORY = 1.25, 3
_NOISY = (DOSE, "pm2_5", "pm10", "radon")


@dataclass(frozen=True, slots=True)
class Case:
    """One observation with a value, at ``index`` of the values of its series, oldest first.

    ``repeated`` tells that the batch has another value for the same time.
    """

    observation: Observation
    value: float
    series: Sequence[float]
    index: int
    now: datetime
    repeated: bool = False


def gross_range(case: Case) -> bool:
    """Tell whether the value is below what cosmic rays give, or above every instrument."""
    quantity = units.QUANTITIES[case.observation.quantity]
    if quantity.id == DOSE and case.value < COSMIC_FLOOR:
        return True
    return not quantity.valid_range[0] <= case.value <= quantity.valid_range[1]


def unit_slip(case: Case) -> bool:
    """Tell whether the value is the station's median times a factor between two units."""
    factors = SLIP_FACTORS.get(case.observation.quantity, ())
    before = case.series[max(0, case.index - 24) : case.index]
    if not factors or len(before) < SLIP_HISTORY:
        return False
    usual = median(before)
    if usual <= 0 or case.value <= 0:
        return False
    ratio = max(case.value / usual, usual / case.value)
    return any(factor / SLIP_TOLERANCE < ratio < factor * SLIP_TOLERANCE for factor in factors)


def spike(case: Case) -> bool:
    """Tell whether one value leaves the median of five by more than six MAD and 50 nSv/h."""
    if case.observation.quantity != DOSE or len(case.series) < SPIKE_WINDOW:
        return False
    first = max(0, min(case.index - SPIKE_WINDOW // 2, len(case.series) - SPIKE_WINDOW))
    five = case.series[first : first + SPIKE_WINDOW]
    middle = median(five)
    mad = median(abs(value - middle) for value in five)
    return abs(case.value - middle) > max(SPIKE_MADS * mad, SPIKE_FLOOR)


def stuck(case: Case) -> bool:
    """Tell whether the value stands among six or more that are equal to the last digit."""
    if case.observation.quantity not in _NOISY or _digit_share(case) > STUCK_DIGIT_SHARE:
        return False
    run = 1
    for step in (-1, 1):
        at = case.index + step
        while 0 <= at < len(case.series) and case.series[at] == case.value:
            run, at = run + 1, at + step
            if run >= STUCK_VALUES:
                return True
    return run >= STUCK_VALUES


def time(case: Case) -> bool:
    """Tell whether the interval is turned around or ends in the future."""
    observation = case.observation
    return (
        observation.end_time <= observation.begin_time
        or observation.end_time > case.now + CLOCK_SKEW
    )


def clock(case: Case) -> bool:
    """Tell whether the batch has several values for one time: a clock that stands still."""
    return case.repeated


def interval(case: Case) -> bool:
    """Tell whether the averaging time is none that networks use."""
    length = case.observation.end_time - case.observation.begin_time
    return not SHORTEST <= length <= LONGEST


def emergency(case: Case) -> bool:
    """Tell whether the dose rate calls for a person, whatever other rules say."""
    return case.observation.quantity == DOSE and case.value > EMERGENCY


def _digit_share(case: Case) -> float:
    """Return what one unit of the last written digit is worth, as a share of the value."""
    digits = case.observation.source_value.upper().partition("E")[0].replace(",", ".")
    number = digits.replace(".", "").lstrip("+-0")
    if not number.isdigit():
        return 0.0
    return 1.0 / max(1, int(number))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its reason code, what it finds in a sentence, and the test."""

    id: str
    sentence: str
    test: Callable[[Case], bool]


RULES = (
    Rule("gross_range", "outside of what can be measured in the environment", gross_range),
    Rule("unit_slip", "off the station's usual value by a factor between units", unit_slip),
    Rule("spike", "one value far from those around it", spike),
    Rule("stuck", "six or more values equal to the last digit", stuck),
    Rule("time", "the interval is turned around or ends in the future", time),
    Rule("clock", "the batch has several values for the same time", clock),
    Rule("interval", "averaged over less than a minute or more than a day", interval),
    Rule("emergency", "above 1 uSv/h: a person must look, nothing may be hidden", emergency),
)
