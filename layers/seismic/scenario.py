"""One earthquake and what it does at sites: acceleration with its deviation, and intensity."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError
from layers.geo import GEOD
from layers.seismic import bindi_2011, models
from layers.seismic.events import event_shaking
from layers.seismic.motion import Distances, Motion, Source
from layers.seismic.plane import epicentral_km
from layers.seismic.rupture import Rupture, along_trace, check
from layers.seismic.scaling import length_km, magnitude

FloatArray = NDArray[np.floating[Any]]

REACH_KM = {"boore-2014": 400.0, "chiou-youngs-2014": 300.0}
"""How far from a rupture each model is valid; beyond it nothing is said."""
INTENSITY_REACH_KM = 600.0
USUAL_DEPTH_KM = 15.0
"""Taken for an event whose depth no catalogue states; the answer says so."""
LARGEST_MW = 8.3
"""The largest magnitude known in the region (Chilik 1889); no fault is given more by its length."""
LEAST_DEPTH_KM = 5.0
"""Least depth that the equation of intensity is used with, by choice: its term log10(R / h) has no
bound towards 0, and at 40 km takes 1.8 degrees more away for a depth of 1 km than for 10 km."""
_VS30 = (150.0, 1500.0)


@dataclass(frozen=True, slots=True)
class Shaking:
    """An earthquake as it was taken, and its field.

    ``facts`` tell what was used for it, each with what was assumed; ``away`` is how far it is from
    longitudes and latitudes in degrees, and ``motion`` and ``intensity`` are functions of that.
    ``intensity_sd`` is the standard deviation of one intensity in degrees of MSK-64.
    """

    facts: dict[str, Any]
    away: Callable[[FloatArray, FloatArray], Any]
    motion: Callable[[Any], Motion]
    intensity: Callable[[Any], FloatArray]
    intensity_sd: float


_OPENING = ("normal", "spreading", "graben", "extension")


def mechanism(fault_type: str) -> tuple[float, float]:
    """Return the rake and dip that are usual for a type of fault; strike-slip where unknown.

    The words are those of GEM, HimaTibetMap and their like: ``Sinistral-Reverse``, ``left slip``,
    ``strike-slip dextral``, ``thrust``, ``Spreading_Ridge``.
    Dips are those that Andersonian faulting makes of dry rock, rounded: 45 for reverse, 60 for
    normal and for oblique slip, 90 for strike-slip.
    """
    word = fault_type.lower()
    dextral, sinistral = (
        any(each in word for each in words)
        for words in (("dextral", "right"), ("sinistral", "left"))
    )
    opening = any(each in word for each in _OPENING)
    sense = 1 if "reverse" in word or "thr" in word else -1 if opening else 0
    if not sense:
        return (180.0 if dextral else 0.0), 90.0
    if dextral or sinistral:
        return sense * (135.0 if dextral else 45.0), 60.0
    return sense * 90.0, (45.0 if sense > 0 else 60.0)


def of_fault(
    trace: FloatArray,
    fault_type: str,
    *,
    model: str,
    vs30_m_s: float,
    mw: float | None = None,
    rake: float | None = None,
    dip: float | None = None,
    ztor_km: float = 0.0,
    at: tuple[float, float] | None = None,
) -> Shaking:
    """Return the shaking of an earthquake on a fault.

    Parameters
    ----------
    trace : array of float, shape (n, 2)
        Degrees; a fault that is not vertical dips to its right.
    fault_type : str
        Gives rake and dip where they are None.
    mw : float or None
        None takes the magnitude whose length is that of the whole fault.
    at : (float, float) or None
        Longitude and latitude around which it breaks; None takes the middle of the trace.

    Raises
    ------
    BadInputError
        For a source that cannot be, or a Vs30 that the models do not know.
    BadParameterError
        For a model that is none.
    """
    law, reach = models.model(model), REACH_KM[model]
    usual_rake, usual_dip = mechanism(fault_type)
    rake = usual_rake if rake is None else rake
    lon, lat = at or tuple(trace[len(trace) // 2])
    assumed = []
    if mw is None:
        whole_km = GEOD.line_length(trace[:, 0], trace[:, 1]) / 1000
        mw = min(magnitude(max(whole_km, 1.0), rake), LARGEST_MW)
        assumed.append("magnitude of the whole length")
    source = Source(mw, rake, usual_dip if dip is None else dip, ztor_km)
    if dip is None:
        assumed.append("dip usual for its type")
    rupture = along_trace(trace, source, float(lon), float(lat))
    _check_vs30(vs30_m_s)

    def motion(away: Distances) -> Motion:
        return _within(law(source, away, vs30_m_s), away.rjb <= reach)

    def intensity(away: Distances) -> FloatArray:
        # Of a long rupture the epicentre is nowhere in particular: its nearest part stands for it.
        return _intensity(source.mw, away.rjb, None)

    facts = _facts(source, model, vs30_m_s, assumed, rupture)
    return Shaking(facts, rupture.distances, motion, intensity, bindi_2011.sigma())


def of_event(
    lon: float,
    lat: float,
    *,
    mw: float,
    depth_km: float | None,
    model: str,
    vs30_m_s: float,
    rake: float | None = None,
) -> Shaking:
    """Return the shaking of an event whose plane is not known.

    Parameters
    ----------
    lon, lat : float
        Its epicentre, degrees.
    depth_km : float or None
        Of its hypocentre; None takes 15 km, and so does 0, by which catalogues mean that it is not
        known. Intensities are those of a depth of 5 km at least.

    Raises
    ------
    BadInputError, BadParameterError
        As ``of_fault``.
    """
    law = models.model(model)
    source = Source(mw, 0.0 if rake is None else rake, 90.0)
    check(source)
    _check_vs30(vs30_m_s)
    reach = REACH_KM[model] + length_km(mw) / 2
    assumed = ["every strike as likely as another"]
    depth, of_intensity = depth_km or USUAL_DEPTH_KM, None
    if not depth_km:
        zero = "" if depth_km is None else " in place of 0"
        assumed.append(f"depth of {USUAL_DEPTH_KM:g} km{zero}")
    else:
        of_intensity = max(depth_km, LEAST_DEPTH_KM)
        if depth_km < of_intensity:
            assumed.append(f"intensity of a depth of {LEAST_DEPTH_KM:g} km")
    if not 0 <= depth <= 100:
        raise BadInputError(
            f"a depth of {depth:g} km; the models are of crustal events, 0 to 100 km"
        )
    field = event_shaking(law, mw, depth, vs30_m_s, source.rake)

    def motion(away_km: FloatArray) -> Motion:
        return _within(field.at(away_km), away_km <= reach)

    def intensity(away_km: FloatArray) -> FloatArray:
        return _intensity(mw, away_km, of_intensity)

    away = functools.partial(epicentral_km, lon, lat)
    facts = {**_facts(source, model, vs30_m_s, assumed, None), "depth_km": depth, "dip": None}
    return Shaking(facts, away, motion, intensity, bindi_2011.sigma(of_intensity))


def _facts(
    source: Source, model: str, vs30_m_s: float, assumed: list[str], rupture: Rupture | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "magnitude": round(source.mw, 2),
        "rake": source.rake,
        "dip": source.dip,
        "vs30_m_s": vs30_m_s,
        "model": models.TITLES[model],
        "model_id": model,
        "assumed": assumed,
    }
    if rupture is not None:
        facts["depth_of_top_km"] = source.ztor_km
        facts["rupture"] = {"type": "Polygon", "coordinates": [rupture.outline().tolist()]}
    return facts


def _within(motion: Motion, known: NDArray[np.bool_]) -> Motion:
    return Motion(np.where(known, motion.mean, np.nan), motion.tau, motion.phi)


def _intensity(mw: float, km: FloatArray, depth_km: float | None) -> FloatArray:
    found = bindi_2011.intensity(bindi_2011.surface_wave_magnitude(mw), km, depth_km)
    return np.where(km <= INTENSITY_REACH_KM, found, np.nan)


def _check_vs30(vs30_m_s: float) -> None:
    low, high = _VS30
    if not low <= vs30_m_s <= high:
        raise BadInputError(f"a Vs30 of {vs30_m_s:g} m/s; {low:g} to {high:g} are known")
