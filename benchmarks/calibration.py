"""Do the intervals hold what they claim? On real stations, left out and held out.

    python -m benchmarks.calibration

The data are ../shared/data: a European network of 3,574 stations (positions and values salted by
its publisher), and the 200 given stations of SIC2004 on eleven days. Peers get the same halves with
their own automatic fit, and their own spread.
"""

import csv
import os
import warnings
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from layers import geo, interpolation

ROOT = Path(__file__).resolve().parents[1]

FloatArray = NDArray[np.float64]
SHARED = ROOT.parent / "shared" / "data"
LEVELS = (0.5, 0.8, 0.9, 0.95)
HALVES = 5
P = np.arange(1, 200) / 200.0


def table(name: str) -> tuple[list[str], FloatArray]:
    """Header and numbers of a file of shared data."""
    with (SHARED / name).open(newline="") as stream:
        header, *rows = csv.reader(stream)
    return header, np.array(rows, dtype=float)


def scored(q: FloatArray, true: FloatArray) -> FloatArray:
    """MAE of the median, CRPS, and coverage of the central intervals, quantiles at ``P``."""
    p = P[:, None]
    crps = 2 * np.maximum(p * (true - q), (p - 1) * (true - q)).mean()
    inside = []
    for level in LEVELS:
        low, high = (np.argmin(np.abs(P - each)) for each in ((1 - level) / 2, (1 + level) / 2))
        inside.append(np.mean((true >= q[low]) & (true <= q[high])))
    return np.array([np.abs(q[99] - true).mean(), crps, *inside])


def ours(x: FloatArray, y: FloatArray, v: FloatArray, at: FloatArray) -> FloatArray:
    """Quantiles of new measurements."""
    found = interpolation.predict_points(x, y, v, *at.T)
    return np.stack([found.quantile(p) for p in P])


def normal(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Quantiles of a peer that gives mean and standard deviation."""
    from scipy.special import ndtri

    return mean + sd * ndtri(P)[:, None]


def pykrige(x: FloatArray, y: FloatArray, v: FloatArray, at: FloatArray) -> FloatArray:
    """Ordinary kriging, variogram by least squares."""
    from pykrige.ok import OrdinaryKriging

    model = OrdinaryKriging(x / 1e3, y / 1e3, v, "exponential")
    mean, variance = model.execute("points", *(at.T / 1e3))
    return normal(np.asarray(mean), np.sqrt(np.maximum(np.asarray(variance), 1e-12)))


def gstools(x: FloatArray, y: FloatArray, v: FloatArray, at: FloatArray) -> FloatArray:
    """Ordinary kriging, variogram by least squares, the nugget added for a new measurement."""
    import gstools as gs

    model = gs.Exponential(dim=2)
    model.fit_variogram(*gs.vario_estimate((x / 1e3, y / 1e3), v), nugget=True)
    mean, variance = gs.krige.Ordinary(model, (x / 1e3, y / 1e3), v)(at.T / 1e3)
    return normal(np.asarray(mean), np.sqrt(np.maximum(np.asarray(variance) + model.nugget, 1e-12)))


METHODS = {"Kyzylkum": ours, "PyKrige": pykrige, "GSTools": gstools}
HEAD = f"{'':34s}    MAE   CRPS   50 %   80 %   90 %   95 %"


def line(name: str, row: FloatArray) -> str:
    """One row of the table."""
    return f"{name:34s} {row[0]:6.2f} {row[1]:6.2f}  " + "  ".join(f"{c:.3f}" for c in row[2:])


def left_out(name: str, field: interpolation.Field, unit: float) -> None:
    """Print the leave-one-out report of a field."""
    r = interpolation.loo(field)
    held = (r.coverage_50, r.coverage_80, r.coverage_90, r.coverage_95)
    print(line(name, np.array([r.mae * unit, r.crps * unit, *held])))


def main() -> None:
    """Print all."""
    warnings.simplefilter("ignore")
    print(HEAD + "\n-- left out one by one")
    _, europe = table("monitoring/dose_rate/intamap_europe_3574.csv")
    lon, lat, value = europe.T
    box = geo.Bounds(lon.min(), lat.min(), lon.max(), lat.max())
    x, y = geo.plane(box, lon, lat)
    left_out("Europe, 3,574 (nSv/h if uSv/h)", interpolation.fit(x, y, value), 1e3)
    _, sic = table("sic2004/stations_200.csv")
    for day in (0, 5, 10):
        past = np.delete(sic[:, 3:14], day, axis=1)
        field = interpolation.fit(sic[:, 1], sic[:, 2], sic[:, 3 + day], history=past)
        left_out(f"SIC2004, 200, day {day + 1}", field, 1.0)
    print(f"-- held out: the other half of Europe, mean of {HALVES}")
    for name, method in METHODS.items():
        rows = []
        for seed in range(HALVES):
            order = np.random.default_rng(seed).permutation(len(value))
            one, other = order[: len(value) // 2], order[len(value) // 2 :]
            at = np.stack([x[other], y[other]], axis=1)
            try:
                rows.append(
                    scored(method(x[one], y[one], value[one], at) * 1e3, value[other] * 1e3)
                )
            except (ImportError, ValueError, RuntimeError, np.linalg.LinAlgError) as reason:
                print(f"{name}: {reason!r:.80}")
                break
        if rows:
            print(line(name, np.mean(rows, axis=0)), flush=True)


if __name__ == "__main__":
    if SHARED.exists():
        main()
    else:
        print("left out: the data of ../shared are not here")
