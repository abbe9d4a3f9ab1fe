"""The ground of a site: hazard of every loaded model, faults, past earthquakes, zones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from layers import seismic
from layers.errors import BadInputError
from layers.model import CandidateSite, hazard_values
from layers.model.hazard import HazardDataset, HazardStatus, HazardValue
from layers.model.hazard_curve import RETURN_PERIODS_Y
from layers.model.table import number
from layers.screening import Evidence, Said, chance_within, reach_km, to_points
from layers.screening.distance import Ways
from layers.seismic import bindi_2011
from layers.siting import recurrence
from layers.siting.loaded import Loaded, Traces, gap, named

REACH_KM = 300.0
MOST_FAULTS = 60
MOST_EVENTS = 60
LEAST_SL2_G = 0.1
"""SL-2 is never taken below this peak acceleration (IAEA SSG-9; to be checked before use)."""
DESIGN_PERIOD_Y = 10_000.0
ENVELOPES_G = (0.1, 0.2, 0.3, 0.5)
"""Peak accelerations that standard plants are designed for, to be seen beside the curve."""
RINGS_KM = (5.0, 25.0)
NORMAL_90 = 1.645
_TO_TRACE = "geodesic to the mapped trace"


def hazard(
    site: CandidateSite, loaded: Loaded, state: str
) -> tuple[dict[str, Any], list[Evidence]]:
    """Return what every hazard data set says of a site, and the evidence that follows."""
    models: list[dict[str, Any]] = []
    known: dict[float, list[float]] = {period: [] for period in RETURN_PERIODS_Y}
    degrees: list[float] = []
    sources: list[str] = []
    for layer, dataset in loaded.hazard:
        other = bool(dataset.manifest.state) and dataset.manifest.state != state
        found = hazard_values([dataset], site.lon, site.lat)
        models.append(_model(layer.id, dataset, found, site, other=other))
        values = [] if other else [each for each in found if each.value is not None]
        for each in values:
            assert each.value is not None  # noqa: S101 - those without are left out above
            if each.unit == "g":
                known[each.period_y].append(each.value)
            elif each.period_y == DESIGN_PERIOD_Y:
                degrees.append(each.value)
        if values:
            sources.append(dataset.manifest.title)
    said: Said = {
        "source": "; ".join(sources),
        "vintage": "; ".join(dict.fromkeys(m["vintage"] for m in models if m["title"] in sources)),
    }
    why = "outside" if loaded.hazard else "not_loaded"
    evidence = [
        _of_models(f"pga_{period:.0f}", values, said, why) for period, values in known.items()
    ]
    design = known[DESIGN_PERIOD_Y]
    evidence.append(_of_models("sl2", [max(LEAST_SL2_G, v) for v in design], said, why))
    if degrees:
        evidence.append(_of_models("msk_sl2", degrees, said, "", unit="MSK-64"))
    elif design:
        of_pga = [float(seismic.msk_from_pga(v)) for v in design]
        evidence.append(_of_models("msk_sl2", of_pga, said, "", unit="MSK-64"))
    else:
        evidence.append(Evidence("msk_sl2", "MSK-64", missing=why))
    demonstration = [m["title"] for m in models if m["status"] == HazardStatus.DEMONSTRATION]
    return {
        "periods_y": list(RETURN_PERIODS_Y),
        "models": models,
        "spread": [
            {"period_y": p, "least_g": _rounded(min(v)), "most_g": _rounded(max(v)),
             "ratio": _rounded(max(v) / min(v)) if min(v) > 0 else None, "models": len(v)}
            for p, v in known.items() if v
        ],
        "sl2": _sl2(design),
        "envelopes_g": list(ENVELOPES_G),
        "demonstration": demonstration,
    }, evidence  # fmt: skip


def _model(
    layer_id: str,
    dataset: HazardDataset,
    found: Sequence[HazardValue],
    site: CandidateSite,
    *,
    other: bool,
) -> dict[str, Any]:
    """Return what one data set says of a site; nothing where it is of the ``other`` state."""
    manifest = dataset.manifest
    curve, missing = None, "other_state" if other else ""
    if not other:
        try:
            curve = dataset.curve(dataset.raw(site.place))
            missing = "" if curve else "outside"
        except BadInputError:
            missing = "falling_curve"
    return {
        "layer": layer_id,
        "id": manifest.id,
        "title": manifest.title,
        "status": str(manifest.status),
        "vs30_m_s": manifest.vs30_m_s,
        "vintage": manifest.vintage,
        "source": manifest.source,
        "licence": manifest.licence,
        "state": manifest.state,
        "values": [
            {
                "period_y": each.period_y,
                "value": None if other or each.value is None else _rounded(each.value),
                "unit": each.unit,
                "interpolated": each.interpolated,
                "missing": "other_state" if other else each.reason,
            }
            for each in found
        ],
        "curve": None
        if curve is None
        else {"period_y": list(curve.periods_y), "pga_g": list(map(_rounded, curve.pga_g))},
        "curve_missing": missing,
    }


def _sl2(design: Sequence[float]) -> dict[str, Any] | None:
    """Return the acceleration of SL-2 that follows from the models, None without any."""
    if not design:
        return None
    mean = float(np.mean(design))
    return {
        "value_g": _rounded(max(LEAST_SL2_G, mean)),
        "mean_g": _rounded(mean),
        "floor_g": LEAST_SL2_G,
        "least_g": _rounded(max(LEAST_SL2_G, min(design))),
        "most_g": _rounded(max(LEAST_SL2_G, max(design))),
        "models": len(design),
        "at_floor": mean < LEAST_SL2_G,
    }


def _of_models(name: str, values: list[float], said: Said, why: str, unit: str = "g") -> Evidence:
    """Return the mean over models, between the smallest and the largest of them."""
    if not values:
        return Evidence(name, unit, missing=why)
    several = len(values) > 1
    return Evidence(
        name, unit, float(np.mean(values)),
        low=min(values) if several else None, high=max(values) if several else None,
        method="mean of models" if several else "one model", **said,
    )  # fmt: skip


def faults(site: CandidateSite, loaded: Loaded) -> tuple[dict[str, Any], list[Evidence]]:
    """Return the faults within 300 km, the nearest first, and the evidence that follows.

    A fold is listed and is no surface fault: it counts for no distance.
    """
    rows: list[dict[str, Any]] = []
    nearest: tuple[float, float] | None = None
    margin: tuple[float, float] | None = None
    for traces in loaded.faults:
        ways = traces.shapes.ways(site.place)
        reach = reach_km(traces.length_km)
        distance_km = ways.distance_m / 1000
        for i in np.flatnonzero((distance_km <= REACH_KM) | (distance_km <= reach)).tolist():
            own = traces.row(i)
            accuracy = number(own.get("position_accuracy_km"))
            row = _fault(traces, i, own, ways, float(reach[i]), site, accuracy)
            rows.append(row)
            if row["fold"]:
                continue
            spread = float(np.hypot(accuracy or 0.0, site.radius_m / 1000))
            if nearest is None or distance_km[i] < nearest[0]:
                nearest = (float(distance_km[i]), spread)
            if reach[i] > 0 and (margin is None or distance_km[i] - reach[i] < margin[0]):
                margin = (float(distance_km[i] - reach[i]), spread)
    rows.sort(key=lambda row: row["distance_km"])
    said = loaded.said(loaded.faults)
    why = gap(loaded, loaded.faults, site.place, REACH_KM)
    evidence = [
        _distance("fault_distance", nearest, said, why, beyond_km=REACH_KM),
        # What lies beyond its own reach has a margin above 0; no more is known of it.
        _distance("fault_margin", margin, said, why, beyond_km=0.0, floor=None),
    ]
    return {
        "within_km": REACH_KM,
        "count": len(rows),
        "surface_faults": sum(not row["fold"] for row in rows),
        "listed": rows[:MOST_FAULTS],
    }, evidence


def _fault(
    traces: Traces,
    i: int,
    own: Mapping[str, Any],
    ways: Ways,
    reach: float,
    site: CandidateSite,
    accuracy: float | None,
) -> dict[str, Any]:
    """Return one fault as a sheet lists it; ``reach`` and ``accuracy`` in kilometres."""
    distance_m = float(ways.distance_m[i])
    fold = bool(own.get("fold"))
    return {
        "layer": traces.layer.id,
        "id": traces.ids[i],
        "names": named(own),
        "type": own.get("type", "unknown"),
        "fold": fold,
        "length_km": _rounded(float(traces.length_km[i])),
        "slip_rate_mm_y": own.get("slip_rate_mm_y"),
        "slip_rate_min_mm_y": own.get("slip_rate_min_mm_y"),
        "slip_rate_max_mm_y": own.get("slip_rate_max_mm_y"),
        "distance_km": _rounded(distance_m / 1000),
        "azimuth_deg": ways.azimuth(i),
        "accuracy_km": accuracy,
        "considered_within_km": _rounded(reach),
        "consider": bool(not fold and distance_m / 1000 <= reach),
        "chance_within": {
            f"{r:g}": _rounded(
                chance_within(distance_m, r * 1000, site.radius_m, (accuracy or 0.0) * 1000)
            )
            for r in RINGS_KM
        },
        "source": own.get("source", ""),
    }


def _distance(
    name: str, found: tuple[float, float] | None, said: Said, why: str,
    beyond_km: float, floor: float | None = 0.0,
) -> Evidence:  # fmt: skip
    if found is None and not why:
        # That nothing is within the reach is known: it is that far away, or farther.
        return Evidence(name, "km", beyond_km, lower_bound=True, method=_TO_TRACE, **said)
    if found is None:
        return Evidence(name, "km", missing=why)
    value, sure = found
    low = value - sure if floor is None else max(floor, value - sure)
    return Evidence(name, "km", value, low=low, high=value + sure, method=_TO_TRACE, **said)


def events(site: CandidateSite, loaded: Loaded) -> tuple[dict[str, Any], list[Evidence]]:
    """Return the earthquakes within 300 km, strongest at the site first, and what follows."""
    rows: list[dict[str, Any]] = []
    for traces in loaded.events:
        rows += _felt(site, traces)
    times = [str(at or "") for t in loaded.events for at in t.properties.get("time", ())]
    # A magnitude says how strong it was here; without one an event is listed and counts nothing.
    rows.sort(
        key=lambda row: (-(row["msk"] if row["msk"] is not None else -99), row["distance_km"])
    )
    strongest = next((row for row in rows if row["msk"] is not None), None)
    said = loaded.said(loaded.events)
    if strongest is not None:
        spread = NORMAL_90 * bindi_2011.sigma()
        found = Evidence(
            "historic_msk", "MSK-64", strongest["msk"],
            method=bindi_2011.TITLE,
            low=strongest["msk"] - spread, high=strongest["msk"] + spread, **said,
        )  # fmt: skip
    else:
        found = Evidence(
            "historic_msk", "MSK-64",
            missing=gap(loaded, loaded.events, site.place, REACH_KM) or "nothing_near",
        )  # fmt: skip
    return {
        "within_km": REACH_KM,
        "count": len(rows),
        "sigma_msk": bindi_2011.sigma(),
        "relation": bindi_2011.TITLE,
        "recurrence": recurrence.around(rows, recurrence.end_year(times)),
        "history": sorted(
            [row["time"][:4], row["magnitude"]]
            for row in rows
            if row["magnitude"] is not None and row["time"] and not row["time"].startswith("-")
        ),
        "listed": rows[:MOST_EVENTS],
    }, [found]


def _felt(site: CandidateSite, traces: Traces) -> Iterator[dict[str, Any]]:
    xy = shapely.get_coordinates(shapely.centroid(traces.shapes.geometry))
    ways = to_points(site.place, xy[:, 0], xy[:, 1])
    for i in np.flatnonzero(ways.distance_m <= REACH_KM * 1000).tolist():
        own = traces.row(i)
        ms, distance_km = surface_magnitude(own), float(ways.distance_m[i]) / 1000
        msk = None if ms is None else float(bindi_2011.intensity(ms, distance_km))
        yield {
            "layer": traces.layer.id,
            "id": traces.ids[i],
            "time": own.get("time", ""),
            "magnitude": own.get("magnitude"),
            "magnitude_type": own.get("magnitude_type", ""),
            "depth_km": own.get("depth_km"),
            "place": own.get("place", ""),
            "source": own.get("source", ""),
            "distance_km": _rounded(distance_km),
            "azimuth_deg": ways.azimuth(i),
            "lon": _rounded(float(xy[i, 0]), 5),
            "lat": _rounded(float(xy[i, 1]), 5),
            "msk": None if msk is None else _rounded(msk, 2),
        }


def surface_magnitude(own: Mapping[str, Any]) -> float | None:
    """Return the surface wave magnitude of an event, None where no magnitude is told."""
    magnitude = own.get("magnitude")
    if not isinstance(magnitude, int | float):
        return None
    moment = str(own.get("magnitude_type", "")).lower().startswith("mw")
    return bindi_2011.surface_wave_magnitude(magnitude) if moment else float(magnitude)


def zones(site: CandidateSite, loaded: Loaded) -> tuple[list[dict[str, Any]], list[Evidence]]:
    """Return the seismic zones that hold a site, and the highest degree among them."""
    rows = []
    for traces in loaded.zones:
        for i in traces.shapes.holding(site.place).tolist():
            own = traces.row(i)
            rows.append(
                {
                    "layer": traces.layer.id,
                    "title": traces.layer.title,
                    "notice": traces.layer.notice,
                    "msk": own.get("msk"),
                    "pga_min_g": own.get("pga_min_g"),
                    "pga_max_g": own.get("pga_max_g"),
                    "status": own.get("status", ""),
                }
            )
    degrees = [row["msk"] for row in rows if isinstance(row["msk"], int | float)]
    if not degrees:
        why = gap(loaded, loaded.zones, site.place, 0.0) or "outside"
        return rows, [Evidence("msk_zone", "MSK-64", missing=why)]
    said = loaded.said(loaded.zones)
    return rows, [Evidence("msk_zone", "MSK-64", float(max(degrees)), method="zone", **said)]


def _rounded(value: float, digits: int = 4) -> float:
    return round(value, digits)
