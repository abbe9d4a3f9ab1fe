"""Who and what lies around a site: people by state, towns, waters, and what layers add."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from layers.errors import BadFileError, NoSurfaceError
from layers.kinds.raster import RasterKind
from layers.model import CandidateSite, LayerDefinition
from layers.screening import (
    Circle,
    Evidence,
    Town,
    nearest_town,
    people_around,
    people_in_cells,
)
from layers.siting.loaded import Loaded, gap

SHOWN_KM = (5.0, 30.0, 100.0, 300.0)
DENSITY_KM = (16.0, 25.0, 30.0, 32.0)
"""Radii that presets ask the density of."""
LIMITS_PER_KM2 = (100.0, 193.0)
"""Densities that NP-032-19 and RG 4.7 name, shown beside each ring; to be checked before use."""
TOWNS = (25_000, 100_000)
REACH_KM = 300.0
"""A layer that holds nothing nearer has to reach as near as this to say so."""
READ_KM = (5.0, 32.0, 100.0, 300.0)
"""Radii that cells of a raster are read for."""


def people(site: CandidateSite, loaded: Loaded) -> tuple[dict[str, Any], list[Evidence]]:
    """Return people in circles by state, the nearest towns, and the evidence that follows."""
    around = loaded.surroundings
    radii = tuple(sorted({*SHOWN_KM, *DENSITY_KM}))
    found = people_around(site.place, around.settlements, radii_km=radii, accuracy_m=site.radius_m)
    circles = dict(zip(radii, found, strict=True))
    known_km = around.reach_km(site.place)
    whole = {r: r <= known_km for r in radii}
    settled = loaded.surroundings.said("settlements")
    raster, cells, unread = _in_cells(site, loaded, radii)
    evidence = []
    for radius in DENSITY_KM:
        circle, area = cells.get(radius, circles[radius]), math.pi * radius**2
        name = f"density_{radius:.0f}km"
        if radius not in cells and not whole[radius]:
            evidence.append(Evidence(name, "1/km2", missing="outside"))
            continue
        evidence.append(
            Evidence(
                name, "1/km2", circle.density_per_km2, low=circle.least / area,
                high=circle.most / area, lower_bound=radius not in cells,
                method="cells in a circle" if radius in cells else "settlements in a circle",
                **(loaded.told(raster) if raster and radius in cells else settled),
            )
        )  # fmt: skip
    towns = {size: nearest_town(site.place, around.settlements, size) for size in TOWNS}
    for size, town in towns.items():
        name = f"town_{size}_distance"
        if town is None or not known_km:
            evidence.append(Evidence(name, "km", missing="outside"))
            continue
        km, sure = town.distance_m / 1000, site.radius_m / 1000
        # Where the region ends nearer, a town beyond its edge may be the nearest.
        least = min(km, known_km)
        known = "" if least == km else f", known of up to {known_km:.0f} km"
        evidence.append(
            Evidence(name, "km", km, low=max(0.0, least - sure), high=km + sure,
                     method=f"geodesic to the middle of the town{known}", **settled)
        )  # fmt: skip
    return {
        "lower_bound": not all(radius in cells for radius in SHOWN_KM),
        "least_inhabitants": 500,
        "raster": None if raster is None else {"layer": raster.id, **loaded.told(raster)},
        "unread": unread,
        "limits_per_km2": list(LIMITS_PER_KM2),
        "rings": [_ring(circles[r], cells.get(r), whole=whole[r]) for r in SHOWN_KM],
        "towns": [_town(size, town) for size, town in towns.items()],
    }, evidence


def _in_cells(
    site: CandidateSite, loaded: Loaded, radii: tuple[float, ...]
) -> tuple[LayerDefinition | None, dict[float, Circle], str]:
    """Return people counted from the first raster of population, by radius where it reaches so far.

    The third is why it could not be read, empty where it could or there is none.
    """
    layer = next(iter(loaded.rasters.get("population", ())), None)
    kind = None if layer is None else loaded.catalog.kind(layer.id)
    if not isinstance(kind, RasterKind):
        return None, {}, ""
    found: dict[float, Circle] = {}
    codes = np.array([*loaded.surroundings.state_codes, ""])
    # Far circles are counted in larger squares: each reading serves the radii up to its own.
    for least, reach in pairwise((0.0, *READ_KM)):
        try:
            cells = kind.people(site.place, 1000 * reach + site.radius_m)
        except (BadFileError, NoSurfaceError) as reason:
            return layer, found, str(reason)
        if cells is None:
            break
        country = codes[loaded.surroundings.states.holders(cells.lon, cells.lat)]
        asked = [r for r in radii if least < r <= reach]
        counted = people_in_cells(
            site.place, cells.lon, cells.lat, cells.people, cells.side_m, country,
            radii_km=asked, accuracy_m=site.radius_m,
        )  # fmt: skip
        found |= dict(zip(asked, counted, strict=True))
    return layer, found, ""


def _ring(settled: Circle, cells: Circle | None, *, whole: bool) -> dict[str, Any]:
    circle, known = cells or settled, whole or cells is not None
    return {
        "radius_km": circle.radius_km,
        "people": circle.people if known else None,
        "total": circle.total if known else None,
        "least": circle.least if known else None,
        "most": circle.most if known else None,
        "lower_bound": cells is None,
        "settlements": settled.settlements,
        "unknown": settled.unknown,
        "density_per_km2": round(circle.density_per_km2, 3) if known else None,
        "missing": "" if known else "outside",
    }


def _town(size: int, town: Town | None) -> dict[str, Any]:
    if town is None:
        return {"at_least": size, "name": None}
    return {
        "at_least": size,
        "name": town.name,
        "names": dict(town.names),
        "country": town.country,
        "population": town.population,
        "distance_km": round(town.distance_m / 1000, 3),
        "azimuth_deg": round(town.azimuth_deg, 1),
    }


def waters(site: CandidateSite, loaded: Loaded) -> list[Evidence]:
    """Return whether a site stands in open water, and how far the nearest water is."""
    around = loaded.surroundings
    known_km = around.reach_km(site.place)
    if known_km < 1:
        return [
            Evidence("open_water", "1", missing="outside"),
            Evidence("water_distance", "km", missing="outside"),
        ]
    said = loaded.surroundings.said("waters")
    lake = bool(len(around.lakes.holding(site.place)))
    # In the region, what is in no state is sea: the coasts of the states leave it out.
    wet = lake or not len(around.states.holding(site.place))
    sure = float(np.hypot(around.accuracy_m("waters"), site.radius_m))
    shore = around.lakes.nearest_m(site.place)
    # Near a shore, on either side, it may be the other: a shore is drawn to within its scale.
    coast = around.states.nearest_m(site.place) if wet else 0.0
    doubt = (shore if lake or not wet else coast) <= sure
    own = loaded.themes.get("water", ())
    shapes = [around.waters, *(each.shapes for each in own)]
    near = min(each.nearest_m(site.place) for each in shapes)
    km = 0.0 if wet else near / 1000
    return [
        Evidence("open_water", "1", float(wet), low=float(wet and not doubt),
                 high=float(wet or doubt), method="map", **said),
        Evidence("water_distance", "km", km, low=max(0.0, min(km, known_km) - sure / 1000),
                 high=km + sure / 1000, method="geodesic to the nearest river or lake", **said),
    ]  # fmt: skip


def themes(site: CandidateSite, loaded: Loaded) -> list[Evidence]:
    """Return evidence from the layers whose entries say that they are some."""
    found = []
    sure_km = site.radius_m / 1000
    for theme in ("airport", "hazard-facility", "protected"):
        name = f"{theme.replace('-', '_')}_distance"
        layers = loaded.themes.get(theme, ())
        nearest = [t.shapes.nearest_m(site.place) for t in layers]
        km = min(nearest, default=np.inf) / 1000
        if km > REACH_KM and (why := gap(loaded, layers, site.place, REACH_KM)):
            found.append(Evidence(name, "km", missing=why))
            continue
        found.append(
            Evidence(name, "km", km, low=max(0.0, km - sure_km), high=km + sure_km,
                     method="geodesic", **loaded.said(layers))
        )  # fmt: skip
    flood = loaded.themes.get("flood", ())
    near = min((t.shapes.nearest_m(site.place) for t in flood), default=np.inf)
    if near > site.radius_m and (why := gap(loaded, flood, site.place, sure_km)):
        found.append(Evidence("flood_zone", "1", missing=why))
    else:
        inside = any(len(t.shapes.holding(site.place)) for t in flood)
        found.append(
            Evidence("flood_zone", "1", float(inside), low=float(inside),
                     high=float(inside or near <= site.radius_m), method="map",
                     **loaded.said(flood))
        )  # fmt: skip
    found += [_cell("slope", "%", site, loaded), _cell("elevation", "m", site, loaded)]
    return found


def _cell(theme: str, unit: str, site: CandidateSite, loaded: Loaded) -> Evidence:
    """Return the value of the first layer of cells of a theme that has one at the site."""
    layers = loaded.rasters.get(theme, ())
    for layer in layers:
        told = loaded.catalog.kind(layer.id).inspect(site.place, None)
        values = [v["value"] for v in told.get("values", ()) if v.get("value") is not None]
        if told.get("known") and values:
            return Evidence(
                theme, unit, float(values[0]), source=layer.title, method="cell of a raster",
                vintage=loaded.tokens[layer.id],
            )  # fmt: skip
    return Evidence(theme, unit, missing="outside" if layers else "not_loaded")
