"""Quantities and units: exact conversions, the source unit kept.

One quantity has one id everywhere (catalogue, files, addresses) and one canonical unit. Factors
are exact fractions, so that converting there and back gives the same number.

Sources: 1 Sv = 1 Gy is a convention for photons; the roentgen is 2.58e-4 C/kg (CGPM 1975).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from layers.errors import BadInputError, UnknownUnitError, nearest

_HALF_UP = Context(prec=400, rounding=ROUND_HALF_UP)
"""With room for any double."""


def with_decimals(value: float, decimals: int) -> str:
    """Return a number with so many decimals; of what is written a half goes up, away from zero.

    What a reader sees is a decimal number: 0.145 is 0.15 to him, though its double is below.
    """
    last = Decimal(1).scaleb(-decimals)
    return f"{Decimal(repr(float(value))).quantize(last, context=_HALF_UP):f}"


class UnknownQuantityError(BadInputError):
    """A quantity that is not known here."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is observed: id, canonical unit, and how it may be mapped.

    ``positive`` quantities are zero or more and skewed, so their surfaces are made in logarithms
    (of an hour with many zeros they are not).
    ``valid_range`` is in the canonical unit; a value outside cannot be a reading of this quantity.
    ``alarm``, where there is one, is the canonical value above which one station alone tells of a
    release. ``of`` is the quantity that a relative one is made of; nobody observes it.
    """

    id: str
    unit: str
    symbol: str
    positive: bool
    valid_range: tuple[float, float]
    decimals: int
    alarm: float | None = None
    of: str = ""


QUANTITIES: Mapping[str, Quantity] = {
    q.id: q
    for q in (
        # 10 Sv/h is above every instrument of an environmental network; 1 uSv/h is the alarm.
        Quantity("ambient_dose_rate", "nSv/h", "H*(10)", True, (0.0, 1e10), 1, 1_000.0),
        Quantity("pm2_5", "ug/m3", "PM2.5", True, (0.0, 1e5), 1),
        Quantity("pm10", "ug/m3", "PM10", True, (0.0, 1e5), 1),
        Quantity("air_temperature", "degC", "T", False, (-90.0, 70.0), 1),
        Quantity("wind_speed", "m/s", "ff", True, (0.0, 120.0), 1),
        Quantity("precipitation", "mm", "RR", True, (0.0, 2000.0), 1),
        Quantity("radon", "Bq/m3", "Rn-222", True, (0.0, 1e7), 1),
    )
}
"""What is observed."""

TIMES = "times"
"""The unit of a ratio to what is usual: one, and no share of anything."""


def relative(quantity: Quantity) -> Quantity:
    """Return the ratio of a quantity to what is usual for the place."""
    return Quantity(
        f"{quantity.id}_relative", TIMES, f"{quantity.symbol}/usual", True, (0.0, 1e10), 2,
        of=quantity.id,
    )  # fmt: skip


MAPPED: Mapping[str, Quantity] = {
    **QUANTITIES,
    **{q.id: q for q in map(relative, (q for q in QUANTITIES.values() if q.positive))},
}
"""What a surface may be of: what is observed, and where it is positive its ratio to the usual."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """``canonical = factor * source + offset``; ``note`` names the convention, if there is one."""

    factor: Fraction
    offset: Fraction = Fraction(0)
    note: str = ""


_DOSE = {
    "nSv/h": Conversion(Fraction(1)),
    "uSv/h": Conversion(Fraction(1_000)),
    "mSv/h": Conversion(Fraction(1_000_000)),
    "Sv/h": Conversion(Fraction(10**9)),
    "Sv/s": Conversion(Fraction(3_600 * 10**9)),
    "nGy/h": Conversion(Fraction(1), note="1 Sv/Gy"),
    "uGy/h": Conversion(Fraction(1_000), note="1 Sv/Gy"),
    # What the scales of instruments in both states show: 100 uR/h = 1 uSv/h. The physical value in
    # air is 8.77 nGy/h (13 % less); a network that means that says `uR/h(air)`.
    "uR/h": Conversion(Fraction(10), note="1 uR/h = 0.01 uSv/h"),
    "uR/h(air)": Conversion(Fraction(877, 100), note="1 uR/h = 0.00877 uGy/h in air, 1 Sv/Gy"),
}
_MASS = {"ug/m3": Conversion(Fraction(1)), "mg/m3": Conversion(Fraction(1_000))}

CONVERSIONS: Mapping[str, Mapping[str, Conversion]] = {
    "ambient_dose_rate": _DOSE,
    "pm2_5": _MASS,
    "pm10": _MASS,
    "air_temperature": {
        "degC": Conversion(Fraction(1)),
        "K": Conversion(Fraction(1), Fraction(-27_315, 100)),
    },
    "wind_speed": {"m/s": Conversion(Fraction(1)), "km/h": Conversion(Fraction(5, 18))},
    "precipitation": {"mm": Conversion(Fraction(1))},
    "radon": {"Bq/m3": Conversion(Fraction(1)), "kBq/m3": Conversion(Fraction(1_000))},
}

# Spellings met in real files; matched without case, spaces and with one letter for micro.
_SPELLINGS = {
    "nsv/h": "nSv/h", "nsvh": "nSv/h", "нзв/ч": "nSv/h", "нзв/сағ": "nSv/h",
    "usv/h": "uSv/h", "usvh": "uSv/h", "usv": "uSv/h", "mksv/h": "uSv/h", "mkzv/soat": "uSv/h",
    "мкзв/ч": "uSv/h", "мкзв/сағ": "uSv/h", "msv/h": "mSv/h", "мзв/ч": "mSv/h",
    "sv/h": "Sv/h", "sv/s": "Sv/s", "ngy/h": "nGy/h", "нгр/ч": "nGy/h",
    "ugy/h": "uGy/h", "мкгр/ч": "uGy/h", "ur/h": "uR/h", "мкр/ч": "uR/h", "ur/h(air)": "uR/h(air)",
    "ug/m3": "ug/m3", "ug/m³": "ug/m3", "мкг/м3": "ug/m3", "мкг/м³": "ug/m3",
    "mg/m3": "mg/m3", "mg/m³": "mg/m3", "мг/м3": "mg/m3", "мг/м³": "mg/m3",
    "degc": "degC", "°c": "degC", "c": "degC", "k": "K",
    "m/s": "m/s", "км/ч": "km/h", "km/h": "km/h", "м/с": "m/s", "mm": "mm", "мм": "mm",
    "bq/m3": "Bq/m3", "bq/m³": "Bq/m3", "бк/м3": "Bq/m3", "kbq/m3": "kBq/m3",
}  # fmt: skip

_QUANTITY_SPELLINGS = {
    "h*(10)": "ambient_dose_rate", "t-gamma": "ambient_dose_rate", "dose_rate": "ambient_dose_rate",
    "pm2.5": "pm2_5", "pm25": "pm2_5", "pm2,5": "pm2_5",
}  # fmt: skip


def quantity(word: str) -> Quantity:
    """Return the quantity named by an id or a common spelling of it.

    Raises
    ------
    UnknownQuantityError
        With the nearest known id.
    """
    key = word.strip().lower()
    key = _QUANTITY_SPELLINGS.get(key, key)
    if key not in QUANTITIES:
        raise UnknownQuantityError(f'no quantity "{word}"{nearest(word, QUANTITIES)}')
    return QUANTITIES[key]


def unit(word: str, quantity_id: str) -> str:
    """Return the unit of ``quantity_id`` that ``word`` spells.

    Raises
    ------
    UnknownUnitError
        Where the word is no unit of that quantity; nothing is ever assumed.
    """
    key = word.strip().lower().replace(" ", "").replace("µ", "u").replace("μ", "u")
    name = _SPELLINGS.get(key)
    known = CONVERSIONS[quantity_id]
    if name is None or name not in known:
        offered = ", ".join(known)
        raise UnknownUnitError(
            f'"{word}" is no unit of {quantity_id}; known are {offered}{nearest(word, known)}'
        )
    return name


def to_canonical(value: float, unit_name: str, quantity_id: str) -> float:
    """Return ``value`` in the canonical unit of the quantity (correctly rounded once)."""
    rule = CONVERSIONS[quantity_id][unit_name]
    return float(Fraction(value) * rule.factor + rule.offset)


def from_canonical(value: float, unit_name: str, quantity_id: str) -> float:
    """Return a canonical value in ``unit_name`` (correctly rounded once)."""
    rule = CONVERSIONS[quantity_id][unit_name]
    return float((Fraction(value) - rule.offset) / rule.factor)


def spread_to_canonical(sd: float, unit_name: str, quantity_id: str) -> float:
    """Return a standard deviation in the canonical unit: it is scaled, never shifted."""
    return float(Fraction(sd) * CONVERSIONS[quantity_id][unit_name].factor)
