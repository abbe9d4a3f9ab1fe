"""What concerns other states: borders, who lies within reach, what wind and water carry there."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from layers.geo import GEOD
from layers.model import CandidateSite
from layers.screening import Evidence, ZoneSize
from layers.screening.wind import Rose, meets, rose, towards
from layers.siting.loaded import Loaded, named

WIND_KM = 50.0
"""A rose stands for sites no farther away; over mountains it holds for less."""
SEGMENT_DEG = 0.1
LEAST_SHARE = 0.001
"""Less of a basin is the difference of two maps of one border."""


def borders(
    site: CandidateSite, loaded: Loaded, state: str, zones: tuple[ZoneSize, ...]
) -> tuple[dict[str, Any], list[Evidence]]:
    """Return what concerns the other states: distance, directions, zones that reach them."""
    sure_km = float(np.hypot(loaded.surroundings.accuracy_m("states"), site.radius_m)) / 1000
    border, evidence = _land_border(site, loaded, state, sure_km)
    wind, winds = _wind(site, loaded)
    basins = _basins(site, loaded)
    reach_km = max((zone.outer_km for zone in zones), default=300.0)
    told = {"wind_rose": wind, "water_basin": basins}
    return {
        "state": state,
        "land_border": border,
        "abroad": _abroad(site, loaded, state, zones, reach_km, sure_km, winds),
        "reach_km": reach_km,
        "wind": wind,
        "basins": basins,
        "not_loaded": [name for name, each in told.items() if each["missing"] == "not_loaded"],
    }, [evidence]


def _land_border(
    site: CandidateSite, loaded: Loaded, state: str, sure_km: float
) -> tuple[dict[str, Any] | None, Evidence]:
    """Return the nearest land border of a state, of any where it has none, and its distance."""
    around = loaded.surroundings
    own = [i for i, pair in enumerate(around.border_pairs) if not state or state in pair]
    if not own or not around.bounds.holds(site.place):
        return None, Evidence("border_distance", "km", missing="outside")
    ways = around.borders.ways(site.place)
    nearest = min(own, key=lambda i: float(ways.distance_m[i]))
    km = float(ways.distance_m[nearest]) / 1000
    return {
        "distance_km": round(km, 3),
        "accuracy_km": round(sure_km, 2),
        "azimuth_deg": ways.azimuth(nearest),
        "lon": round(float(ways.lon[nearest]), 5),
        "lat": round(float(ways.lat[nearest]), 5),
        "between": list(around.border_pairs[nearest]),
    }, Evidence(
        "border_distance", "km", km, low=max(0.0, km - sure_km), high=km + sure_km,
        method="geodesic to the land border", **loaded.surroundings.said("states"),
    )  # fmt: skip


def _abroad(
    site: CandidateSite,
    loaded: Loaded,
    state: str,
    zones: tuple[ZoneSize, ...],
    reach_km: float,
    sure_km: float,
    winds: Rose | None,
) -> list[dict[str, Any]]:
    """Return the other states within reach, the nearest first, and the zones that meet them."""
    around = loaded.surroundings
    ways = around.states.ways(site.place)
    found = []
    for i in ways.order().tolist():
        code, km = around.state_codes[i], float(ways.distance_m[i]) / 1000
        if not code or code == state or km > reach_km + sure_km:
            continue
        shape = around.states.geometry[i]
        found.append(
            {
                "country": code,
                "wind_share": None
                if winds is None
                else round(towards(winds, meets(site.place, shape, 1000 * reach_km)), 4),
                "distance_km": round(km, 3),
                "azimuth_deg": ways.azimuth(i),
                "zones": [z.id for z in zones if km <= z.outer_km],
                "zones_possible": [z.id for z in zones if z.outer_km < km <= z.outer_km + sure_km],
            }
        )
    return found


def _wind(site: CandidateSite, loaded: Loaded) -> tuple[dict[str, Any], Rose | None]:
    """Return the nearest wind rose of the layers that are evidence of wind, and what it says.

    Features of such a layer have ``wind_from``, a list of 8, 12 or 16 shares from north on, and may
    have ``calm``, ``period``, ``height_m`` and names.
    """
    layers = loaded.themes.get("wind", ())
    near: list[tuple[float, dict[str, Any], Rose | None]] = []
    for traces in layers:
        ways = traces.shapes.ways(site.place)
        for i in np.flatnonzero(ways.distance_m <= 1000 * WIND_KM).tolist():
            own = traces.row(i)
            told = {
                "layer": traces.layer.id,
                "id": traces.ids[i],
                "names": named(own),
                **loaded.told(traces.layer),
                "period": str(own.get("period", "")),
                "height_m": own.get("height_m"),
                "distance_km": round(float(ways.distance_m[i]) / 1000, 3),
            }
            near.append((float(ways.distance_m[i]), told, rose(own.get("wind_from"),
                                                               own.get("calm"))))  # fmt: skip
    near.sort(key=lambda each: each[0])
    found = next((each for each in near if each[2] is not None), None)
    if found is None or found[2] is None:
        filled = any(len(traces) for traces in layers)
        why = "no_rose" if near else "outside" if filled else "not_loaded"
        return {"missing": why, "within_km": WIND_KM}, None
    told, winds = found[1], found[2]
    return {
        "missing": "",
        "within_km": WIND_KM,
        **told,
        "wind_from": [round(share, 4) for share in winds.shares],
        "calm": round(winds.calm, 4),
        "prevailing": int(np.argmax(winds.shares)),
    }, winds


def _basins(site: CandidateSite, loaded: Loaded) -> dict[str, Any]:
    """Return the basins that hold a site, the smallest first, and which share each state has.

    The empty code is for what lies in no state that is known.
    """
    layers = loaded.themes.get("basin", ())
    held = []
    for traces in layers:
        for i in traces.shapes.holding(site.place).tolist():
            area, shares = _by_state(traces.shapes.geometry[i], loaded)
            held.append(
                {
                    "layer": traces.layer.id,
                    "id": traces.ids[i],
                    "names": named(traces.row(i)),
                    **loaded.told(traces.layer),
                    "area_km2": round(area, 1),
                    "shares": shares,
                }
            )
    held.sort(key=lambda each: each["area_km2"])
    filled = any(len(traces) for traces in layers)
    missing = "" if held else "outside" if filled else "not_loaded"
    return {"missing": missing, "holding": held}


def _by_state(basin: shapely.Geometry, loaded: Loaded) -> tuple[float, dict[str, float]]:
    around = loaded.surroundings
    area = _area_km2(basin)
    shares: dict[str, float] = {}
    states: NDArray[np.object_] = around.states.geometry
    for i in np.flatnonzero(shapely.intersects(states, basin)).tolist():
        part = _area_km2(shapely.intersection(states[i], basin)) / area
        if part >= LEAST_SHARE:
            code = around.state_codes[i]
            shares[code] = shares.get(code, 0.0) + part
    shares = dict(sorted(shares.items(), key=lambda pair: -pair[1]))
    if (rest := 1 - sum(shares.values())) >= LEAST_SHARE:
        shares[""] = rest
    return area, {code: round(share, 4) for code, share in shares.items()}


def _area_km2(geometry: shapely.Geometry) -> float:
    # Sides are straight in degrees, and the ellipsoid would take them for geodesics.
    dense = shapely.segmentize(geometry, SEGMENT_DEG)
    parts = [p for p in shapely.get_parts(dense) if isinstance(p, shapely.Polygon)]
    return sum(GEOD.geometry_area_perimeter(orient(part))[0] for part in parts) / 1e6
