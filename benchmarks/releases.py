"""Synthetic releases over networks of many shapes: our surface beside the peers', hour by hour.

    python -m benchmarks.releases [CASES]

A case is a network, ten days of its past, and a day on which a plume, a washed-out plume or a row
of puffs lies over it; methods see the stations and are scored on places that they do not see. As
many days without a release tell how often one is seen where there is none. Every method runs as
it comes: ours with the past of the stations, the peers with their own automatic fit to the day.

Nothing here is measured data. Cases are numbered, and number and seed are the same.
"""

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree
from scipy.spatial.distance import cdist

FloatArray = NDArray[np.float64]
Method = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
Scored = tuple[FloatArray, FloatArray, FloatArray]  # median, mean, quantiles (99, m)

CASES, DAYS, TARGETS = 200, 10, 600
THRESHOLD = 200.0
LEAST_SEEN = 25.0
"""Increment, nSv/h, that at least one station must show: what nobody sees nobody can map."""
SHARES = np.arange(1, 100) / 100.0


@dataclass(frozen=True)
class Case:
    """One day: positions in metres, (., 2); values in nSv/h; ten days of the stations' past."""

    xy_m: FloatArray
    history: FloatArray
    today: FloatArray
    at_m: FloatArray
    true: FloatArray


def gaussian(
    rng: np.random.Generator, xy: FloatArray, range_m: float, sd: float, rough: bool = True
) -> FloatArray:
    """A Gaussian field of mean 0: exponential, or smooth by random Fourier features."""
    if rough:
        k = sd**2 * np.exp(-cdist(xy, xy) / range_m)
        k[np.diag_indices(len(xy))] += 1e-9 + 1e-6 * sd**2
        return np.asarray(np.linalg.cholesky(k) @ rng.standard_normal(len(xy)))
    waves = rng.standard_normal((64, 2)) / range_m
    phases = rng.uniform(0, 2 * np.pi, 64)
    return np.asarray(sd * np.sqrt(2 / 64) * np.cos(xy @ waves.T + phases).sum(axis=1))


def places(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Stations and targets of a network: even, by chance, or around towns."""
    n = int(rng.integers(60, 300))
    side = np.array([1.0, rng.uniform(0.5, 1.0)]) * rng.uniform(250e3, 800e3)
    at = rng.uniform(0, 1, (TARGETS, 2)) * side
    kind = rng.integers(0, 3)
    if kind == 0:
        across = int(np.ceil(np.sqrt(n)))
        cells = np.stack(np.meshgrid(*2 * [np.arange(across)]), axis=-1).reshape(-1, 2)[:n]
        xy = (cells + rng.uniform(0.1, 0.9, cells.shape)) / across * side
    elif kind == 1:
        xy = rng.uniform(0, 1, (n, 2)) * side
    else:
        towns = rng.uniform(0, 1, (12, 2)) * side
        xy = towns[rng.integers(0, 12, n)] + rng.normal(0, 30e3, (n, 2))
        xy[::2] = rng.uniform(0, 1, (len(xy[::2]), 2)) * side
    return xy, at


def plume(rng: np.random.Generator, xy: FloatArray) -> FloatArray:
    """Increment in nSv/h of one release at places of shape (m, 2)."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    length = 10 ** rng.uniform(np.log10(40e3), np.log10(350e3))
    turns = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.uniform(0, 0.12), 60))
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * length / 60
    start = low + (high - low) * rng.uniform(0.1, 0.9, 2)
    path = start + np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])
    kind = rng.integers(0, 3)
    if kind < 2:
        age = np.linspace(0, 1, len(path))
        wider = 1 + rng.uniform(0.3, 2.5) * age
        width = 10 ** rng.uniform(np.log10(6e3), np.log10(25e3)) * wider
        left = np.exp(-age * rng.uniform(0, 3)) / wider
        shape = (left * np.exp(-0.5 * (cdist(xy, path) / width) ** 2)).max(axis=1)
        if kind == 0:
            shape *= np.exp(gaussian(rng, xy, rng.uniform(15e3, 60e3), rng.uniform(0, 0.8), False))
        else:
            shape *= np.exp(gaussian(rng, xy, rng.uniform(20e3, 60e3), rng.uniform(0.3, 1.0)))
    else:
        shape = np.zeros(len(xy))
        for middle in path[rng.integers(0, len(path), int(rng.integers(2, 7)))]:
            angle, ratio = rng.uniform(0, np.pi), rng.uniform(1, 3)
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            off = (xy - middle - rng.normal(0, 0.05 * length, 2)) @ turn.T * [1, ratio]
            size = 10 ** rng.uniform(np.log10(8e3), np.log10(50e3))
            shape += 10 ** rng.uniform(-1.5, 0) * np.exp(-0.5 * ((off / size) ** 2).sum(axis=1))
    peak = 10 ** rng.uniform(np.log10(60), np.log10(4_000))
    return np.asarray(peak * shape / max(float(shape.max()), 1e-12))


def case(number: int, release: bool) -> Case:
    """One network and its day, the same in every run."""
    rng = np.random.default_rng([number, int(release)])
    xy, at = places(rng)
    both, n = np.vstack([xy, at]), len(xy)
    lasting = gaussian(rng, both, rng.uniform(80e3, 350e3), rng.uniform(0.12, 0.25))
    lasting += rng.uniform(0.07, 0.14) * rng.standard_normal(len(both))
    noise = rng.uniform(0.006, 0.02)
    days = [
        0.01 * rng.standard_normal()
        + gaussian(rng, both, 100e3, noise, False)
        + noise * rng.standard_normal(len(both))
        for _ in range(DAYS + 1)
    ]
    level = rng.uniform(70, 130) * np.exp(lasting[:, None] + np.stack(days, axis=1))
    added = np.zeros(len(both))
    while release and added[:n].max() < LEAST_SEEN:
        added = plume(rng, both)
    values = level[:, -1] + added
    values = np.where(values < 100, values.round(1), values.round())
    return Case(xy, level[:n, :-1].round(1), values[:n], at, values[n:])


def normal(mean: FloatArray, sd: FloatArray) -> Scored:
    """What a peer that gives a mean and a standard deviation says."""
    from scipy.special import ndtri

    return mean, mean, mean + sd * ndtri(SHARES)[:, None]


def ours(of: Case) -> Scored:
    """Our surface, with the past of the stations."""
    from layers import interpolation

    found = interpolation.predict_points(
        *of.xy_m.T, of.today, *of.at_m.T, history=of.history, alarm=1_000.0
    )
    return found.median, found.mean, np.stack([found.quantile(p) for p in SHARES])


def left_out_sd(
    of: Case, predict: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
) -> float:
    """Leave-one-out error of a method without a spread of its own, ten folds."""
    errors = []
    for fold in range(10):
        out = np.arange(len(of.today)) % 10 == fold
        errors.append(predict(of.xy_m[~out], of.today[~out], of.xy_m[out]) - of.today[out])
    return float(np.concatenate(errors).std())


def inverse_distance(xy: FloatArray, value: FloatArray, at: FloatArray) -> FloatArray:
    """Weights 1 / distance² of the 12 nearest stations."""
    lag, near = cKDTree(xy).query(at, k=12)
    weight = 1 / np.maximum(lag, 1.0) ** 2
    return np.asarray((weight * value[near]).sum(axis=1) / weight.sum(axis=1))


def linear(xy: FloatArray, value: FloatArray, at: FloatArray) -> FloatArray:
    """Linear on the Delaunay triangles; the nearest station outside of them."""
    from scipy.interpolate import LinearNDInterpolator

    inside = LinearNDInterpolator(Delaunay(xy), value)(at)
    return np.where(np.isnan(inside), value[cKDTree(xy).query(at)[1]], inside)


def thin_plate(xy: FloatArray, value: FloatArray, at: FloatArray) -> FloatArray:
    """Thin plate spline with a little smoothing."""
    from scipy.interpolate import RBFInterpolator

    return np.asarray(RBFInterpolator(xy / 1e5, value, smoothing=0.1)(at / 1e5))


def without_spread(
    predict: Method,
) -> Callable[[Case], Scored]:
    """Method of a mean alone, with its leave-one-out error as the spread."""

    def run(of: Case) -> Scored:
        mean = predict(of.xy_m, of.today, of.at_m)
        return normal(mean, np.full(len(mean), left_out_sd(of, predict)))

    return run


def pykrige(of: Case) -> Scored:
    """Ordinary kriging with the automatic exponential variogram."""
    from pykrige.ok import OrdinaryKriging

    model = OrdinaryKriging(*(of.xy_m.T / 1e3), of.today, variogram_model="exponential")
    mean, variance = model.execute("points", *(of.at_m.T / 1e3))
    return normal(np.asarray(mean), np.sqrt(np.maximum(np.asarray(variance), 1e-6)))


def gstools(of: Case) -> Scored:
    """Ordinary kriging with an exponential variogram by least squares."""
    import gstools as gs

    x, y = of.xy_m.T / 1e3
    model = gs.Exponential(dim=2)
    model.fit_variogram(*gs.vario_estimate((x, y), of.today), nugget=True)
    mean, variance = gs.krige.Ordinary(model, (x, y), of.today)(of.at_m.T / 1e3)
    return normal(np.asarray(mean), np.sqrt(np.maximum(np.asarray(variance) + model.nugget, 1e-6)))


def scikit_learn(of: Case) -> Scored:
    """Gaussian process regression, parameters by maximum likelihood."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    kernel = ConstantKernel(1.0) * Matern(1.0, nu=1.5) + WhiteKernel(0.1)
    model = GaussianProcessRegressor(kernel, normalize_y=True).fit(of.xy_m / 1e5, of.today)
    return normal(*model.predict(of.at_m / 1e5, return_std=True))


GSTAT = """
a <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(gstat))
p <- read.csv(a[1]); q <- read.csv(a[2])
g <- gstat(formula = z ~ 1, locations = ~x + y, data = p)
v <- variogram(g)
m <- fit.variogram(v, vgm(psill = var(p$z), model = "Exp", range = max(v$dist) / 3, nugget = 0))
k <- krige(z ~ 1, ~x + y, p, q, model = m, debug.level = 0)
write.table(data.frame(k$var1.pred, k$var1.var), a[3], row.names = FALSE, col.names = FALSE)
"""


def gstat(of: Case) -> Scored:
    """Ordinary kriging by r-cran-gstat, exponential variogram by weighted least squares."""
    with tempfile.TemporaryDirectory() as folder:
        stations, places_, out, script = (
            Path(folder) / name for name in ("p.csv", "q.csv", "k.txt", "k.R")
        )
        rows = np.column_stack([of.xy_m / 1e3, of.today])
        np.savetxt(stations, rows, delimiter=",", header="x,y,z", comments="")
        np.savetxt(places_, of.at_m / 1e3, delimiter=",", header="x,y", comments="")
        script.write_text(GSTAT)
        words = ["Rscript", "--vanilla", script, stations, places_, out]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            raise RuntimeError("no answer")
        mean, variance = np.loadtxt(out).T
    return normal(mean, np.sqrt(np.maximum(variance, 1e-6)))


METHODS: dict[str, Callable[[Case], Scored]] = {
    "Kyzylkum": ours,
    "inverse distance, 12 nearest": without_spread(inverse_distance),
    "linear on triangles": without_spread(linear),
    "thin plate spline": without_spread(thin_plate),
    "PyKrige, ordinary": pykrige,
    "GSTools, ordinary": gstools,
    "scikit-learn, Matern 3/2": scikit_learn,
    "gstat, ordinary": gstat,
}


def scores(true: FloatArray, found: Scored) -> FloatArray:
    """MAE, squared error, CRPS, inside of 90 %, hits, misses, false alarms: sums over places."""
    median, mean, q = found
    p = SHARES[:, None]
    crps = 2 * np.maximum(p * (true - q), (p - 1) * (true - q)).mean(axis=0)
    said, was = median > THRESHOLD, true > THRESHOLD
    inside = (true >= q[4]) & (true <= q[94])
    per_place = (np.abs(median - true), (mean - true) ** 2, crps, inside, said & was, was & ~said)
    return np.array([each.mean() for each in (*per_place, said & ~was)])


def run(number: int) -> tuple[dict[str, tuple[FloatArray, float]], tuple[bool, bool]]:
    """Score every method on one release, and tell whether ours saw it, and one on a calm day."""
    from layers.interpolation import recognise

    warnings.simplefilter("ignore")
    of, calm = case(number, True), case(number, False)
    found = {}
    for name, method in METHODS.items():
        began = time.process_time()
        try:
            answer = method(of)
            finite = all(np.isfinite(each).all() for each in answer)
            score = scores(of.true, answer) if finite else np.full(7, np.nan)
        except (ImportError, OSError, ValueError, RuntimeError, np.linalg.LinAlgError):
            score = np.full(7, np.nan)
        found[name] = (score, time.process_time() - began)
    seen = [recognise(*c.xy_m.T, c.today, c.history, alarm=1_000.0) is not None for c in (of, calm)]
    return found, (seen[0], seen[1])


def main(count: int) -> None:
    """Print the scores of every method over ``count`` releases."""
    with ProcessPoolExecutor(2) as pool:
        done = list(pool.map(run, range(count)))
    seen = np.array([each for _, each in done]).sum(axis=0)
    print(f"{count} releases, {seen[0]} seen; {count} days without one, {seen[1]} seen")
    print(f"{'':30s}    MAE   RMSE   CRPS  90 %  hits/all at {THRESHOLD:g}  no answer  CPU s")
    best = np.array([found["Kyzylkum"][0] for found, _ in done])
    for name in METHODS:
        rows = np.array([found[name][0] for found, _ in done])
        none = np.isnan(rows).any(axis=1)
        if none.all():
            print(f"{name:30s} not installed, or no answer at all")
            continue
        cpu = np.mean([found[name][1] for found, _ in done])
        print(f"{name:30s} {line(rows[~none])}  {none.sum():9d}  {cpu:5.2f}")
        if none.any():
            print(f"{'  Kyzylkum on the same cases':30s} {line(best[~none])}")


def line(rows: FloatArray) -> str:
    """Return the scores of some cases; RMSE is averaged over the cases."""
    m = rows.mean(axis=0)
    rmse, hits = np.sqrt(rows[:, 1]).mean(), m[4] / max(m[4:].sum(), 1e-12)
    return f"{m[0]:6.2f} {rmse:6.2f} {m[2]:6.2f}  {m[3]:.2f}  {hits:16.2f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
