"""What the world calls our quantities and units: UCUM, and the standard names of CF."""

from collections.abc import Mapping

from layers import messages
from layers.units import MAPPED

UCUM_SYSTEM = "http://www.opengis.net/def/uom/UCUM/"
UCUM: Mapping[str, str] = {
    "nSv/h": "nSv/h",
    "ug/m3": "ug/m3",
    "degC": "Cel",
    "m/s": "m/s",
    "mm": "mm",
    "Bq/m3": "Bq/m3",
    "1": "1",
    "times": "1",
}
"""Codes of the Unified Code for Units of Measure, by our own words for canonical units."""
UNIT_NAMES: Mapping[str, str] = {
    "nSv/h": "nanosievert per hour",
    "ug/m3": "microgram per cubic metre",
    "degC": "degree Celsius",
    "m/s": "metre per second",
    "mm": "millimetre",
    "Bq/m3": "becquerel per cubic metre",
    "1": "share of one",
    "times": "times what is usual for the place",
}
_CF = "http://vocab.nerc.ac.uk/standard_name/{}/"
_CF_NAMES: Mapping[str, str] = {
    "pm2_5": "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air",
    "pm10": "mass_concentration_of_pm10_ambient_aerosol_particles_in_air",
    "air_temperature": "air_temperature",
    "wind_speed": "wind_speed",
    "precipitation": "lwe_thickness_of_precipitation_amount",
}
"""Ambient dose equivalent rate and radon in air have no name there that is sure to mean them."""


def definition(quantity: str, own: str) -> str:
    """Return the address of a quantity's definition; ``own`` where no vocabulary has it."""
    name = _CF_NAMES.get(quantity)
    return _CF.format(name) if name else own


def title(quantity: str, language: str) -> str:
    """Return what a quantity is called."""
    of = MAPPED[quantity].of
    if of:
        return messages.text("quantity.relative", language, quantity=title(of, language))
    return messages.text(f"quantity.{quantity}", language)
