from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import units
from layers.errors import UnknownUnitError

DOSE = "ambient_dose_rate"
PAIRS = [(q, u) for q, table in units.CONVERSIONS.items() for u in table]


@pytest.mark.parametrize(
    ("value", "word", "expected"),
    [
        (0.12, "uSv/h", 120.0),
        (0.12, "мкЗв/ч", 120.0),
        (0.12, "mkZv/soat", 120.0),
        (120.0, "nSv/h", 120.0),
        (1e-4, "mSv/h", 100.0),
        (12.0, "uR/h", 120.0),
        (12.0, "мкР/ч", 120.0),
        (10.0, "uR/h(air)", 87.7),
        (3e-11, "Sv/s", 108.0),
        (0.1, "uGy/h", 100.0),
    ],
)
def test_a_dose_rate_in_any_known_spelling_is_converted_exactly(value, word, expected):
    unit = units.unit(word, DOSE)
    assert units.to_canonical(value, unit, DOSE) == pytest.approx(expected, rel=1e-15)


def test_a_conversion_is_rounded_once():
    # 0.1 + 0.2 style errors would show here: the product of the float and the exact factor.
    assert units.to_canonical(0.07, "uSv/h", DOSE) == float(Fraction(0.07) * 1000)
    assert units.to_canonical(280.0, "K", "air_temperature") == pytest.approx(6.85, abs=1e-12)


@pytest.mark.parametrize(("quantity", "unit"), PAIRS)
@given(value=st.floats(0, 1e6))
def test_there_and_back_is_the_same_value(quantity, unit, value):
    there = units.to_canonical(value, unit, quantity)
    assert units.from_canonical(there, unit, quantity) == pytest.approx(value, rel=1e-12, abs=1e-9)


def test_a_spread_is_scaled_and_never_shifted():
    assert units.spread_to_canonical(2.0, "K", "air_temperature") == 2.0
    assert units.spread_to_canonical(0.01, "uSv/h", DOSE) == pytest.approx(10.0)


def test_every_quantity_has_its_canonical_unit_among_its_conversions():
    assert set(units.CONVERSIONS) == set(units.QUANTITIES)
    for quantity in units.QUANTITIES.values():
        rule = units.CONVERSIONS[quantity.id][quantity.unit]
        assert (rule.factor, rule.offset) == (1, 0)


def test_an_unknown_unit_is_refused_with_the_nearest():
    with pytest.raises(UnknownUnitError, match="uSv/h"):
        units.unit("uSv/hr", DOSE)
    with pytest.raises(UnknownUnitError):
        units.unit("ug/m3", DOSE)
    with pytest.raises(UnknownUnitError):
        units.unit("", DOSE)


def test_an_unknown_quantity_is_refused_with_the_nearest():
    with pytest.raises(units.UnknownQuantityError, match="ambient_dose_rate"):
        units.quantity("ambient_dose_rat")
    assert units.quantity("PM2.5").id == "pm2_5"
    assert units.quantity("H*(10)").id == DOSE


def test_the_two_meanings_of_a_microroentgen_are_told_apart_in_the_note():
    shown, air = (units.CONVERSIONS[DOSE][u] for u in ("uR/h", "uR/h(air)"))
    assert shown.note
    assert air.note
    assert float(air.factor / shown.factor) == pytest.approx(0.877)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(0.145, 2, "0.15"), (0.125, 2, "0.13"), (0.1149, 2, "0.11"), (-0.005, 2, "-0.01"),
     (13, 0, "13"), (12.5, 0, "13"), (1e-9, 2, "0.00"), (1e22, 0, "10000000000000000000000"),
     (1e30, 2, "1" + "0" * 30 + ".00")],
)  # fmt: skip
def test_a_half_goes_up_whatever_its_double_is(value, decimals, expected) -> None:
    assert units.with_decimals(value, decimals) == expected
