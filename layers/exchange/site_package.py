"""Screened sites as a GeoPackage: circles of the sites and of their zones, and all evidence."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from layers.geo import GEOD

MEDIA_TYPE = "application/geopackage+sqlite3"
CORNERS = 72


def write(sheets: Sequence[Mapping[str, Any]]) -> bytes:
    """Return sheets of sites as a GeoPackage with the layers sites, zones and evidence.

    A site is the circle that it may be anywhere in; ``excluded`` and ``score`` are columns of
    their own and never one number. ``evidence`` has a row for each site and evidence, its value
    empty where nothing is known.
    """
    sites, zones, evidence = [], [], []
    for sheet in sheets:
        site, verdicts = sheet["site"], sheet["verdicts"]
        weighed = verdicts["suitability"]
        hits = {
            kind: "; ".join(f["evidence"] for f in verdicts[kind] if f["status"] == "hit")
            for kind in ("exclusion", "avoidance")
        }
        sites.append(
            (
                circle(site["lon"], site["lat"], max(1.0, site["accuracy_m"])),
                {
                    "site": site["id"], "name": site["name"], "lon": site["lon"],
                    "lat": site["lat"], "accuracy_m": site["accuracy_m"],
                    "accuracy_stated": int(site["accuracy_stated"]), "country": site["country"],
                    "preset": verdicts["preset"]["id"], "excluded": int(verdicts["excluded"]),
                    "exclusion_hits": hits["exclusion"], "avoidance_hits": hits["avoidance"],
                    "score": weighed["score"], "score_p05": weighed["low"],
                    "score_p95": weighed["high"], "coverage": verdicts["coverage"],
                    "inputs_sha256": sheet["replay"]["inputs_sha256"],
                    "results_sha256": sheet["replay"]["results_sha256"],
                },
            )
        )  # fmt: skip
        for zone in sheet["network"]["zones"]:
            zones.append(
                (
                    circle(site["lon"], site["lat"], zone["outer_km"] * 1000),
                    {"site": site["id"], "name": site["name"], "zone": zone["id"],
                     "radius_km": zone["outer_km"], "stations": zone["stations"],
                     "empty_sectors": len(zone["empty_sectors"])},
                )
            )  # fmt: skip
        for name, known in sheet["evidence"].items():
            evidence.append(
                (
                    None,
                    {"site": site["id"], "name": site["name"], "evidence": name,
                     "value": known["value"], "unit": known["unit"], "low": known["low"],
                     "high": known["high"], "lower_bound": int(known["lower_bound"]),
                     "missing": known["missing"], "source": known["source"],
                     "vintage": known["vintage"], "method": known["method"]},
                )
            )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="sites-") as folder:
        path = Path(folder) / "sites.gpkg"
        for name, rows in (("sites", sites), ("zones", zones), ("evidence", evidence)):
            _layer(path, name, rows)
        return path.read_bytes()


def circle(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    """Return a geodesic circle in degrees."""
    azimuth = np.linspace(0, 360, CORNERS, endpoint=False)
    n = len(azimuth)
    x, y, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), azimuth, np.full(n, radius_m))
    # Across the antimeridian it goes on in line; no site of the region comes near.
    x = lon + (np.asarray(x) - lon + 180) % 360 - 180
    return shapely.Polygon(np.column_stack([x, y]))


def _layer(
    path: Path, name: str, rows: Sequence[tuple[shapely.Polygon | None, Mapping[str, Any]]]
) -> None:
    columns = list(rows[0][1])
    data = [_column([row[column] for _, row in rows]) for column in columns]
    shapes = [shape for shape, _ in rows if shape is not None]
    pyogrio.raw.write(
        path,
        geometry=np.array(shapely.to_wkb(shapes), object) if shapes else None,
        field_data=[values for values, _ in data],
        field_mask=[mask for _, mask in data],
        fields=columns,
        geometry_type="Polygon" if shapes else None,
        crs="EPSG:4326" if shapes else None,
        driver="GPKG",
        layer=name,
        append=path.exists(),
    )


def _column(values: list[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return values as one array of numbers or texts, and where there is none."""
    mask = np.array([value is None for value in values])
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, str) for value in known):
        return np.array(["" if value is None else value for value in values], object), mask
    kind = np.int64 if known and all(isinstance(value, int) for value in known) else np.float64
    return np.array([0 if value is None else value for value in values], kind), mask
