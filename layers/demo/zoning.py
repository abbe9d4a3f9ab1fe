"""Seismic hazard and zones of the demonstration, computed from its own table of earthquakes.

Smoothed seismicity over the typed table and nothing else: no fault, no logic tree, a table that is
a selection. ``write`` makes the files that the package carries; they are no zoning map of any
state and give no evidence about a site.
"""

import csv
import dataclasses
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.demo.features import earthquakes
from layers.exchange import hazard_written
from layers.geo import Bounds
from layers.model import HazardManifest, HazardStatus
from layers.seismic import catalogue, hazard_model, psha, zoning

FloatArray = NDArray[np.float64]

GRID_DEG = 0.01
BOUNDS = Bounds(44.0, 35.0, 90.0, 58.0)
END_YEAR = 2025.0
GROUND_VS30_M_S = 400.0
"""Zones in degrees of MSK-64 are of average ground, the second category of the codes."""
GRADES = zoning.GRADES
LABELS = hazard_written.LABELS
PGA_G = zoning.LIMITS_G
PGA_RELATION = "MSK-64 grade to PGA as in SNiP: 7 = 0.05-0.1 g, 8 = 0.1-0.2 g, 9 = 0.2-0.4 g"
NOTE = (
    "computed for demonstration from the typed table of historical earthquakes; "
    "not an official zoning map"
)
FACTS = {
    "pga_relation": PGA_RELATION,
    "return_period_y": 475,
    "vs30_m_s": GROUND_VS30_M_S,
    "status": "demonstration",
    "note": NOTE,
}
_PERIODS = (475.0, 975.0, 2475.0, 10_000.0)


@cache
def model() -> hazard_model.HazardModel:
    """Return the hazard model of the typed table, on rock; it takes seconds."""
    rows = [
        (
            each.time,
            each.geometry.centroid.x,
            each.geometry.centroid.y,
            each.properties["depth_km"],
            each.properties["magnitude"],
        )
        for each in earthquakes()
        if each.time is not None
    ]
    events = catalogue.events(rows)
    shallow = ~(events.depth_km > hazard_model.DEEPEST_KM)
    return hazard_model.model(
        events.where(shallow),
        hazard_model.Choices(BOUNDS, END_YEAR, least=6.0, periods_y=_PERIODS),
    )


def bands() -> dict[int, list[BaseGeometry]]:
    """Return the areas of each grade at 475 years on average ground: they tile the domain."""
    made = model()
    ground = dataclasses.replace(
        made, choices=dataclasses.replace(made.choices, vs30_m_s=GROUND_VS30_M_S)
    )
    rates = hazard_model.curves(ground, *made.grid.centres())
    pga = psha.at_return_periods(hazard_model.LEVELS_G, rates, (475.0,))
    lon, lat = (each.reshape(made.grid.shape) for each in made.grid.centres())
    return zoning.degrees(pga.reshape(made.grid.shape), lon[0], lat[:, 0], domain(), GRID_DEG)


def geojson() -> str:
    """Return the text of ``data/seismic_zones.geojson``."""
    return hazard_written.zones(bands(), PGA_G, FACTS)


def grids() -> dict[str, bytes]:
    """Return the files of ``data/hazard``: four grids and their manifest."""
    made = model()
    manifest = HazardManifest(
        id="demonstration",
        title="Demonstration hazard model",
        status=HazardStatus.DEMONSTRATION,
        unit="g",
        licence="Apache-2.0",
        vintage="2026",
        source=NOTE,
        vs30_m_s=made.choices.vs30_m_s,
    )
    box = made.grid.bounds
    return hazard_written.dataset(
        manifest,
        made.choices.periods_y,
        made.pga_g,
        west=box.west,
        north=box.north,
        step_deg=made.grid.step_deg,
    )


def write(folder: Path) -> None:
    """Write the zones and grids to the data folder of this package."""
    (folder / "seismic_zones.geojson").write_text(geojson(), "utf-8")
    (folder / "hazard").mkdir(exist_ok=True)
    for name, body in grids().items():
        (folder / "hazard" / name).write_bytes(body)


def smoothed(corners: FloatArray, rounds: int = 4) -> FloatArray:
    """Return a closed curve from the corners of a polygon, both of shape (n, 2), unclosed.

    Each round cuts the corners at a quarter of every side (Chaikin 1974, An algorithm for
    high-speed curve generation); the limit is the quadratic B-spline of the corners.
    """
    for _ in range(rounds):
        following = np.roll(corners, -1, axis=0)
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1)
        corners = cut.reshape(-1, 2)
    return corners


def domain() -> BaseGeometry:
    """Return the area that zones are told of: both states and what lies around them."""
    text = resources.files(__package__).joinpath("data", "zone_outlines.csv").read_text("utf-8")
    (row,) = csv.DictReader(text.splitlines())
    corners = np.array(row["outline"].split(), dtype=np.float64).reshape(-1, 2)
    return shapely.Polygon(smoothed(corners))
