"""Ground motion by openquake.engine, run by the interpreter of an environment that has it.

    PYTHON benchmarks/peers/openquake_motion.py time          milliseconds for 100,000 sites
    PYTHON benchmarks/peers/openquake_motion.py table OUT.csv the rows of tests/reference/seismic

Nothing here imports our own packages: what it says is independent of them. The engine is AGPL and
no part of the product; its plain installation needs libgdal, ``pip install --no-deps`` and numpy,
scipy, h5py, pandas, numba, shapely, pyproj, psutil, toml, decorator, requests, pyzmq, h3,
alpha_shapes, docutils, fiona and onnxruntime do without.
"""

import csv
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from openquake.hazardlib.gsim.bindi_2011_ipe import BindiEtAl2011Repi, BindiEtAl2011RepiFixedH
from openquake.hazardlib.gsim.boore_2014 import BooreEtAl2014
from openquake.hazardlib.gsim.chiou_youngs_2014 import ChiouYoungs2014
from openquake.hazardlib.imt import MMI, PGA

SEED = 20261126
MAGNITUDES = (4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5)
SITES = 100_000
NAMES = ("mag", "rake", "dip", "ztor", "rjb", "rrup", "rx", "vs30", "hypo_depth")
HEADER = (
    "mw,rake,dip,ztor_km,rjb_km,rrup_km,rx_km,vs30_m_s,depth_km,bssa14_ln_g,bssa14_tau,bssa14_phi,"
    "cy14_ln_g,cy14_sigma,bindi11_msk,bindi11_depth_msk"
)


def asked(rows: np.ndarray) -> np.recarray:
    """Return rows as the engine's context."""
    kinds = [(name, float) for name in (*NAMES, "repi", "z1pt0", "z2pt5")]
    found = np.recarray(len(rows), [*kinds, ("vs30measured", bool)])
    for name, column in zip(NAMES, rows.T, strict=True):
        found[name] = column
    found["repi"] = found["rjb"]
    found["z1pt0"] = found["z2pt5"] = -999.0  # "as is usual for that Vs30"
    found["vs30measured"] = False
    return found


def computed(model: Any, measure: Any, context: np.recarray) -> tuple[np.ndarray, ...]:
    """Return mean, total deviation, tau and phi."""
    bands = [np.zeros((1, len(context))) for _ in range(4)]
    model.compute(context, [measure], *bands)
    return tuple(band[0] for band in bands)


def rows() -> np.ndarray:
    """Return a draw from a wide grid of magnitude, mechanism, distance and ground."""
    rng = np.random.default_rng(SEED)
    found = []
    grid = itertools.product(
        MAGNITUDES, (0, 90, -90, 135, -45, 180), (90, 60, 30), (180, 270, 360, 760, 1100, 1500)
    )
    for mw, rake, dip, vs30 in grid:
        ztor = float(rng.choice([0, 2, 5, 12]))
        rjb = np.exp(rng.uniform(np.log(0.1), np.log(300))) * rng.choice([0, 1, 1, 1, 1, 1])
        rjb = round(float(rjb), 3)
        rrup = round(float(np.hypot(rjb, ztor + rng.uniform(0, 6))), 3)
        rx = round(float(rng.uniform(-1, 1) * max(rjb, 8)), 3)
        found.append((mw, rake, dip, ztor, rjb, rrup, rx, vs30))
    depth = np.round(rng.uniform(5, 60, len(found)), 1)
    return np.column_stack((np.array(found, float), depth))


def table(path: str) -> None:
    """Write the reference table."""
    drawn = rows()
    context = asked(drawn)
    boore = computed(BooreEtAl2014(), PGA(), context)
    chiou = computed(ChiouYoungs2014(), PGA(), context)
    fixed = computed(BindiEtAl2011RepiFixedH(), MMI(), context)
    deep = computed(BindiEtAl2011Repi(), MMI(), context)
    told = np.column_stack((boore[0], boore[2], boore[3], chiou[0], chiou[1], fixed[0], deep[0]))
    with Path(path).open("w") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER.split(","))
        for row, values in zip(drawn, told, strict=True):
            writer.writerow([*(f"{v:g}" for v in row), *(f"{v:.6f}" for v in values)])


def timed() -> None:
    """Print the best of five, in milliseconds, by model: mean and deviations, no distances."""
    rng = np.random.default_rng(1)
    rjb = rng.uniform(0, 300, SITES)
    row = np.array([7.6, 180.0, 70.0, 0.0, 0.0, 0.0, 0.0, 400.0, 10.0])
    context = asked(np.tile(row, (SITES, 1)))
    context["rjb"], context["rrup"], context["rx"] = rjb, rjb + 1.0, rjb
    found = {}
    for name, model in (("boore-2014", BooreEtAl2014()), ("chiou-youngs-2014", ChiouYoungs2014())):
        took = []
        for _ in range(5):
            begin = time.perf_counter()
            computed(model, PGA(), context)
            took.append(1000 * (time.perf_counter() - begin))
        found[name] = min(took)
    print(json.dumps(found))


if __name__ == "__main__":
    table(sys.argv[2]) if sys.argv[1] == "table" else timed()
