"""Grids, zones and curves of a hazard model of our own making, as they stand beside a manifest."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from layers.exchange.hazard_manifest import HazardFile, HazardFiles, parse, written
from layers.model import HazardManifest

FloatArray = NDArray[np.floating[Any]]

LABELS = {6: "6 and less", 7: "7", 8: "8", 9: "9", 10: "10 and more"}


def grid(
    pga_g: FloatArray, west: float, north: float, step_deg: float, tags: Mapping[str, str]
) -> bytes:
    """Return a grid of accelerations in g as GeoTIFF.

    Parameters
    ----------
    pga_g : array of float, shape (rows, columns)
        Row 0 in the north.
    west, north : float
        Outer edges, degrees.
    tags : mapping of text to text
        What is told of it in the file itself.
    """
    rows, cols = pga_g.shape
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=cols, height=rows, count=1, dtype="float32", crs="EPSG:4326",
            transform=Affine(step_deg, 0, west, 0, -step_deg, north), nodata=np.nan,
            compress="deflate", predictor=3,
        ) as out:  # fmt: skip
            # Four digits are more than a model knows, and pack in half of the space.
            out.write(np.round(pga_g, 4).astype(np.float32), 1)
            out.set_band_unit(1, "g")
            out.update_tags(**tags)
        return bytes(memory.read())


def dataset(
    manifest: HazardManifest,
    periods_y: Sequence[float],
    pga_g: FloatArray,
    *,
    west: float,
    north: float,
    step_deg: float,
) -> dict[str, bytes]:
    """Return the files of a data set of grids by their names: a manifest, and a grid a period.

    Parameters
    ----------
    manifest : HazardManifest
        Its unit is g, for that is what is written.
    pga_g : array of float, shape (periods, rows, columns)
    """
    files = HazardFiles(tuple(HazardFile(p, f"pga_{p:g}.tif") for p in periods_y))
    text = written(manifest, files)
    parse(text, "hazard.toml")  # what could not be read again is not written
    found = {"hazard.toml": text.encode()}
    for part, pga in zip(files.parts, pga_g, strict=True):
        tags = {
            "note": manifest.source,
            "status": str(manifest.status),
            "return_period_y": f"{part.period_y:g}",
            "vs30_m_s": "unknown" if manifest.vs30_m_s is None else f"{manifest.vs30_m_s:g}",
        }
        found[part.path] = grid(pga, west, north, step_deg, tags)
    return found


def zones(
    areas: Mapping[int, Sequence[BaseGeometry]],
    limits_g: Mapping[int, tuple[float, float | None]],
    facts: Mapping[str, Any],
) -> str:
    """Return zones as GeoJSON, one feature per connected area.

    Parameters
    ----------
    areas : mapping from degree of MSK-64 to areas
    limits_g : mapping from degree to (least, largest or None) acceleration
    facts : mapping
        Properties that all of them have.
    """
    lines = []
    for grade, parts in areas.items():
        for number, area in enumerate(parts, start=1):
            low, high = limits_g[grade]
            feature = {
                "type": "Feature",
                "id": f"msk-{grade}-{number}",
                "properties": {
                    "msk": grade,
                    "label": LABELS[grade],
                    "pga_min_g": low,
                    "pga_max_g": high,
                    **facts,
                },
                "geometry": json.loads(shapely.to_geojson(area.normalize())),
            }
            lines.append(json.dumps(feature, ensure_ascii=False))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def curves(names: Sequence[str], levels_g: FloatArray, rates: FloatArray) -> str:
    """Return hazard curves as CSV: one row for each place and level.

    Parameters
    ----------
    rates : array of float, shape (places, levels)
        Annual rates of exceedance; probabilities stand beside them under their own name.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "pga_g", "annual_rate", "annual_probability"))
    for name, curve in zip(names, rates, strict=True):
        for level, rate in zip(levels_g, curve, strict=True):
            rows.writerow((name, f"{level:.6g}", f"{rate:.6g}", f"{-np.expm1(-rate):.6g}"))
    return text.getvalue()
