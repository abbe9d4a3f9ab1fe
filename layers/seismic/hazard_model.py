"""A hazard model out of a catalogue alone: smoothed seismicity, and what it shakes.

A model for demonstration: it knows no fault, one depth, one slope, and no spread of opinions. Its
steps are those of the field, each with its source in the module that takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError
from layers.geo import Bounds
from layers.model.hazard_curve import RETURN_PERIODS_Y
from layers.seismic import models, psha, summation
from layers.seismic.activity import Grid, smoothed
from layers.seismic.catalogue import Complete, Events, main_shocks, since, stepp
from layers.seismic.events import strike_distances, top_km
from layers.seismic.motion import VS30_ROCK_M_S, Distances, Source
from layers.seismic.recurrence import Recurrence, rate_from, weichert

FloatArray = NDArray[np.floating[Any]]

LEVELS_G = np.geomspace(0.0005, 5.0, 48)
REACH_KM = 300.0
DEEPEST_KM = 50.0
"""Deeper events are none of the crust, and the models know nothing of them."""
MARGIN_DEG = 3.0
"""How far beyond the sites sources count."""
_CLASS = 0.5


@dataclass(frozen=True, slots=True)
class Choices:
    """What a model is made with; each default is a choice, and the report tells it.

    ``least`` is the smallest magnitude that counts, None finds it. ``complete`` takes the place of
    Stepp's test. ``floor`` is the rate of events of M 5 and more a year and km2 that is everywhere,
    also where none is known: 3e-8 is near what stable continents show. Cells whose own rate is
    below it have events up to ``largest_quiet``, all others up to ``largest`` (None: 0.1 above the
    largest that is known). All ruptures are vertical, of any strike, around ``depth_km``.
    """

    bounds: Bounds
    end_year: float
    step_deg: float = 0.25
    least: float | None = None
    complete: tuple[Complete, ...] = ()
    widths_km: tuple[float, ...] = (50.0, 100.0)
    floor: float = 3e-8
    from_mw: float = 5.0
    largest: float | None = None
    largest_quiet: float = 7.0
    depth_km: float = 12.0
    vs30_m_s: float = VS30_ROCK_M_S
    truncation: float = 3.0
    periods_y: tuple[float, ...] = RETURN_PERIODS_Y
    models: tuple[str, ...] = tuple(models.MODELS)


@dataclass(frozen=True, eq=False)
class HazardModel:
    """What came of a catalogue.

    ``pga_g`` has shape (periods, rows, columns), row 0 in the north; ``rate`` are events of
    ``from_mw`` and more a year in each cell of ``sources``, shape (cells,).
    """

    choices: Choices
    events: int
    main_shocks: int
    complete: tuple[Complete, ...]
    recurrence: Recurrence
    largest: float
    sources: Grid
    rate: FloatArray
    quiet: NDArray[np.bool_]
    grid: Grid
    pga_g: FloatArray


def completeness_magnitude(mw: FloatArray) -> float:
    """Return the magnitude from which on a catalogue is complete at its end, by its own counts.

    The fullest bin of 0.1 and 0.2 more: the method of maximum curvature (Wiemer and Wyss 2000)
    with its correction (Woessner and Wiemer 2005). Never below the smallest that is there.
    """
    bins = np.round(np.asarray(mw, float) * 10).astype(int)
    values, counts = np.unique(bins, return_counts=True)
    fullest = int(values[counts.argmax()])
    if fullest == values[0]:
        # The smallest is the fullest: it was cut there, not missed.
        return fullest / 10
    return (fullest + 2) / 10


def model(catalogue: Events, choices: Choices) -> HazardModel:
    """Return the hazard model of a catalogue.

    Parameters
    ----------
    catalogue : Events
        Of one kind of magnitude, as moment magnitudes.

    Raises
    ------
    BadInputError
        For a catalogue that no slope can be told from, or choices that cannot be.
    """
    _check(choices)
    catalogue = catalogue.where(catalogue.year < choices.end_year)
    if not len(catalogue):
        raise BadInputError("the catalogue holds no event with a magnitude before its end")
    independent = catalogue.where(main_shocks(catalogue))
    least = choices.least
    if least is None:
        least = completeness_magnitude(independent.mw)
    complete = choices.complete or tuple(
        stepp(independent, choices.end_year, _classes(least, float(independent.mw.max())))
    )
    recurrence = weichert(independent, complete, choices.end_year, least=least)
    largest = choices.largest
    if largest is None:
        largest = round(float(catalogue.mw.max()) + 0.1, 2)
    box = choices.bounds
    sources = Grid(
        Bounds(
            max(-180.0, box.west - MARGIN_DEG), max(-85.0, box.south - MARGIN_DEG),
            min(180.0, box.east + MARGIN_DEG), min(85.0, box.north + MARGIN_DEG),
        ),
        choices.step_deg,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        counted = (independent.mw >= least - 1e-9) & (
            independent.year >= since(complete, independent.mw)
        )
    used = independent.where(counted)
    own = rate_from(recurrence, choices.from_mw) * smoothed(
        sources, used.lon, used.lat, choices.widths_km
    )
    floor = choices.floor * 10 ** (recurrence.b * (5.0 - choices.from_mw)) * sources.areas_km2()
    grid = Grid(box, choices.step_deg)
    made = HazardModel(
        choices=choices,
        events=len(catalogue),
        main_shocks=len(independent),
        complete=complete,
        recurrence=recurrence,
        largest=largest,
        sources=sources,
        rate=np.maximum(own, floor),
        quiet=own < floor,
        grid=grid,
        pga_g=np.empty((0, *grid.shape)),
    )
    rates = curves(made, *grid.centres())
    pga = psha.at_return_periods(LEVELS_G, rates, choices.periods_y)
    return replace(made, pga_g=pga.reshape(len(choices.periods_y), *grid.shape))


def curves(made: HazardModel, lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return annual rates at which ``LEVELS_G`` are exceeded at places, shape (n, levels)."""
    choices = made.choices
    laws = psha.Laws(
        [(models.model(name), 1.0) for name in choices.models],
        choices.vs30_m_s,
        choices.truncation,
    )
    km = np.arange(0.0, REACH_KM + 1)

    def distances(repi: FloatArray, mw: float) -> tuple[Source, Distances]:
        top = top_km(choices.depth_km, mw)
        return Source(mw, 0.0, 90.0, top), strike_distances(repi, mw, top, strikes=8)

    sites = summation.vectors(lon, lat)
    places = summation.vectors(*made.sources.centres())
    width_km = 0.5 * np.radians(choices.step_deg) * summation.EARTH_KM
    found = np.zeros((len(sites), len(LEVELS_G)))
    for quiet, largest in ((False, made.largest), (True, choices.largest_quiet)):
        of = made.quiet == quiet
        magnitudes = psha.gutenberg_richter(made.recurrence.b, choices.from_mw, largest, 0.2)
        table = psha.distance_table(distances, magnitudes, laws, LEVELS_G, km)
        table = psha.spread(table, 1.0, width_km)
        found += summation.rates_of_exceedance(sites, places[of], made.rate[of], table, 1.0)
    return found


def _classes(least: float, largest: float) -> Sequence[float]:
    return [float(v) for v in np.arange(least, max(largest, least) + 1e-9, _CLASS)]


def _check(choices: Choices) -> None:
    rows, cols = Grid(choices.bounds, choices.step_deg).shape if choices.step_deg > 0 else (0, 0)
    faults = {
        "a step of 0.05 to 2 degrees": 0.05 <= choices.step_deg <= 2,
        "at most 250,000 cells": rows * cols <= 250_000,
        "widths of 5 to 500 km": bool(choices.widths_km)
        and all(5 <= each <= 500 for each in choices.widths_km),
        "a floor of 0 to 1e-4 events a year and km2": 0 <= choices.floor <= 1e-4,
        "magnitudes up to more than the least of the hazard": choices.from_mw
        < min(choices.largest_quiet, choices.largest or 9.0),
        "a largest magnitude of 9.5": max(choices.largest_quiet, choices.largest or 0) <= 9.5,
        "a depth of 0 to 100 km": 0 <= choices.depth_km <= 100,
        "a Vs30 of 150 to 1,500 m/s": 150 <= choices.vs30_m_s <= 1500,
        "0 to 6 deviations": 0 <= choices.truncation <= 6,
        "return periods that rise from 1 year on": list(choices.periods_y)
        == sorted(set(choices.periods_y))
        and choices.periods_y[0] >= 1,
    }
    for expected, kept in faults.items():
        if not kept:
            raise BadInputError(f"the model cannot be made: {expected} was expected")
