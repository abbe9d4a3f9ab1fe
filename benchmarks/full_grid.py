"""Mean and spread over both states, 9.8 million cells: ours beside PyKrige, GSTools, gstat.

    python -m benchmarks.full_grid [STATIONS ...]

The cells are those of zoom 7 from 46 to 88 degrees east and 37 to 56 north.

Every method gets the same stations, the same covariance (exponential, range 250 km, nugget) and the
same cells, and runs in a process of its own with one thread. Ours makes the whole grid. The peers
run on a seeded sample of 64 x 64 blocks, one per cent of the cells; what a cell costs is the
difference between two runs, of few cells and of all of the sample, so that their set-up is not
scaled. A peer that needs longer than the limit, or more memory than there is, is told by name.

gstat is Debian's r-cran-gstat; where R is missing it is left out. None of its data sets is loaded.

The error is against the exact solve of all stations, beyond 10,000 against kriging from the 512
nearest of each cell: on 2,000 cells drawn at random, and on all cells within a step of the nodes
(8 cells) of 200 stations. The 512 are asked twice: with the mean of all stations, which is the
model that all of them share, and with a mean that each cell estimates from its 512 alone, as a
moving window does; where a window lies in a corner its mean is worth less than that of all.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from layers import geo, interpolation
from layers.interpolation import Lattice, Parameters

FloatArray = NDArray[np.float64]
STATIONS = (300, 2_000, 10_000, 50_000)
WINDOW, ZOOM = geo.Bounds(46.0, 37.0, 88.0, 56.0), 7
KNOWN = Parameters("exponential", "log", sill=0.05, range_m=250e3, nugget_site=0.01)
BLOCK, FEW, NEAREST = 64, 256, 32
LIMIT_S, MEMORY = 240, 10 * 2**30
PRODUCT = 2_000_000
"""Cells of the largest grid that the server makes by itself."""
GSTAT = """
a <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(gstat))
p <- read.csv(a[1]); q <- read.csv(a[2]); n <- as.numeric(a[3])
v <- vgm(psill = %f, model = "Exp", range = %f, nugget = %f)
cpu <- function(rows) { t <- proc.time()
  k <- krige(z ~ 1, ~x + y, p, q[seq_len(rows), ], model = v, nmax = n, debug.level = 0)
  stopifnot(all(is.finite(k$var1.pred))); d <- proc.time() - t; d[[1]] + d[[2]] }
cat(cpu(%d), cpu(nrow(q)), "\\n")
"""


def network(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stations all over the window, metres on the plane of the grid, and values in nSv/h."""
    rng = np.random.default_rng(n)
    x, y = geo.plane(WINDOW, rng.uniform(46.0, 88.0, n), rng.uniform(37.0, 56.0, n))
    waves, phase = rng.standard_t(2, (2, 400)) / 250e3, rng.uniform(0, 2 * np.pi, 400)
    field = np.zeros(n)
    for (a, b), p in zip(waves.T, phase, strict=True):
        field += np.cos(a * x + b * y + p)
    latent = 0.2 * field * np.sqrt(2 / 400) + 0.1 * rng.standard_normal(n)
    return x, y, np.exp(4.6 + latent)


def grid() -> tuple[geo.CellGrid, Lattice]:
    """The cells, and where they are in the plane."""
    cells = geo.CellGrid.covering(WINDOW, ZOOM)
    return cells, Lattice(cells.shape, lambda r, c: geo.plane(WINDOW, *cells.at(r, c)))


def sample(lattice: Lattice) -> FloatArray:
    """Positions of one per cent of the cells, in blocks, shape (m, 2)."""
    rng, (height, width) = np.random.default_rng(0), lattice.shape
    count = int(np.ceil(0.01 * height * width / BLOCK**2))
    corner = rng.integers(0, (height - BLOCK, width - BLOCK), (count, 2))
    row, col = (corner[:, k, None, None] + np.arange(BLOCK) for k in range(2))
    row, col = np.broadcast_arrays(row.swapaxes(1, 2), col)
    return np.stack(lattice.cells(row.reshape(-1), col.reshape(-1)), axis=1)


def ours(n: int) -> dict[str, float]:
    """CPU seconds of the set-up and of the grid, the next hour's seconds, peak memory."""
    x, y, value = network(n)
    _, lattice = grid()
    marks = [time.process_time()]
    field = interpolation.condition(x, y, value, KNOWN)
    marks.append(time.process_time())
    found = field.predict_grid(lattice)
    marks.append(time.process_time())
    assert np.isfinite(found.mu).all() and np.isfinite(found.sigma).all()  # noqa: PT018 - no test
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"setup": marks[1] - marks[0], "grid": marks[2] - marks[1], "peak_mb": peak}


def next_hour(n: int) -> dict[str, float]:
    """Seconds from new values at the same stations to a surface and its report."""
    x, y, value = network(n)
    cells, lattice = grid()
    rows, cols = lattice.shape
    step = np.sqrt(rows * cols / PRODUCT)
    small = Lattice(
        (int(rows / step), int(cols / step)),
        lambda r, c: geo.plane(WINDOW, *cells.at(r * step, c * step)),
    )
    found = {}
    for name, each in (("window", lattice), ("product", small)):
        field = interpolation.condition(x, y, value, KNOWN)
        _, plan = field.map_grid(each)
        later = value * np.exp(0.02 * np.random.default_rng(1).standard_normal(n))
        began = time.perf_counter()
        known = interpolation.Learnt(KNOWN, None)
        hour = interpolation.fit(x, y, later, known=known, like=field)
        hour.map_grid(each, plan=plan)
        interpolation.loo(hour)
        found[name] = time.perf_counter() - began
    return found


def _slope(run: Callable[[FloatArray], object], targets: FloatArray) -> dict[str, float]:
    """CPU seconds for few cells and for all of the sample."""
    spent = []
    for part in (targets[:FEW], targets):
        began = time.process_time()
        run(part)
        spent.append(time.process_time() - began)
    return {"few": spent[0], "all": spent[1]}


def pykrige(n: int) -> dict[str, float]:
    """PyKrige with its window of the nearest stations, in C."""
    from pykrige.ok import OrdinaryKriging

    x, y, value = network(n)
    shape = {"psill": KNOWN.sill, "range": 3 * KNOWN.range_m, "nugget": KNOWN.nugget_site}
    began = time.process_time()
    model = OrdinaryKriging(x, y, np.log(value), "exponential", shape)
    setup = time.process_time() - began

    def run(at: FloatArray) -> object:
        return model.execute("points", *at.T, backend="C", n_closest_points=NEAREST)

    return {"setup": setup, **_slope(run, sample(grid()[1]))}


def gstools(n: int) -> dict[str, float]:
    """GSTools; it has no window."""
    import gstools as gs

    x, y, value = network(n)
    began = time.process_time()
    shape = gs.Exponential(dim=2, var=KNOWN.sill, len_scale=KNOWN.range_m, nugget=KNOWN.nugget_site)
    model = gs.krige.Ordinary(shape, (x, y), np.log(value))
    setup = time.process_time() - began
    return {"setup": setup, **_slope(lambda at: model(at.T), sample(grid()[1]))}


def gstat(n: int) -> dict[str, float]:
    """Use gstat with its window of the nearest stations."""
    x, y, value = network(n)
    with tempfile.TemporaryDirectory() as folder:
        stations, cells, script = (Path(folder) / name for name in ("p.csv", "q.csv", "k.R"))
        _write(stations, "x,y,z", np.stack([x, y, np.log(value)], axis=1))
        _write(cells, "x,y", sample(grid()[1]))
        script.write_text(GSTAT % (KNOWN.sill, KNOWN.range_m, KNOWN.nugget_site, FEW))
        words = ["Rscript", "--vanilla", script, stations, cells, str(NEAREST)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    few, all_ = (float(word) for word in done.stdout.split())
    return {"setup": 0.0, "few": few, "all": all_}


def _write(path: Path, header: str, rows: FloatArray) -> None:
    with path.open("w", newline="") as stream:
        stream.write(header + "\n")
        csv.writer(stream).writerows(rows.tolist())


def error(n: int) -> dict[str, float]:
    """Greatest error of the mean, in standard deviations, and of these, relative."""
    x, y, value = network(n)
    cells, lattice = grid()
    field = interpolation.condition(x, y, value, KNOWN)
    found = field.predict_grid(lattice)
    rng, (height, width) = np.random.default_rng(7), lattice.shape
    rows, cols = rng.integers(0, height, 2_000), rng.integers(0, width, 2_000)
    lon, lat = cells.centres()
    east, north = geo.plane(WINDOW, *np.meshgrid(lon[::8], lat[::8]))
    for i in rng.choice(n, min(n, 200), replace=False):
        near = np.unravel_index(np.argmin(np.hypot(east - x[i], north - y[i])), east.shape)
        # the nearest of every eighth cell is within half of a step of the station
        low = np.array(near) * 8
        part = np.stack(np.meshgrid(*(np.arange(a - 12, a + 13) for a in low)), axis=-1)
        part = part.reshape(-1, 2)
        part = part[((part >= 0) & (part < (height, width))).all(axis=1)]
        a, b = lattice.cells(*part.T)
        cell_m = np.hypot(*(np.diff(lattice.cells(np.array([low[0]] * 2), low[1] + [0, 1]))[:, 0]))
        part = part[np.maximum(np.abs(a - x[i]), np.abs(b - y[i])) <= 8 * cell_m]
        rows, cols = np.append(rows, part[:, 0]), np.append(cols, part[:, 1])
    at = np.stack(lattice.cells(rows, cols), axis=1)
    xy, z = np.stack([x, y], axis=1), np.log(value)
    if n <= 10_000:
        solved = {"": exact(xy, z, at)}
    else:
        # Infinitely far from all stations only their mean is left.
        mean = float(field.predict(1e9, 1e9).mu)
        solved = {"": nearest(xy, z, at, mean), "own_": nearest(xy, z, at)}
    told: dict[str, float] = {"cells": len(rows)}
    for name, (mu, sd) in solved.items():
        off = np.abs(found.mu[rows, cols] - mu) / sd
        wide = np.abs(found.sigma[rows, cols] / sd - 1)
        told |= {
            f"{name}mean": float(off.max()),
            f"{name}mean_999": float(np.quantile(off, 0.999)),
            f"{name}spread": float(wide.max()),
            f"{name}spread_999": float(np.quantile(wide, 0.999)),
        }
    return told


def exact(xy: FloatArray, z: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ordinary kriging from all stations by one factor, nothing of ours in it."""
    from scipy.linalg import cho_factor, cho_solve, solve_triangular
    from scipy.spatial.distance import cdist

    k = KNOWN.sill * np.exp(-cdist(xy, xy) / KNOWN.range_m)
    k[np.diag_indices(len(z))] += KNOWN.nugget_site
    factor = cho_factor(k, lower=True, overwrite_a=True)
    ones = cho_solve(factor, np.ones(len(z)))
    mean = ones @ z / ones.sum()
    weight = cho_solve(factor, z - mean)
    mu, variance = np.empty(len(at)), np.empty(len(at))
    for begin in range(0, len(at), 2_000):
        part = slice(begin, begin + 2_000)
        c = KNOWN.sill * np.exp(-cdist(xy, at[part]) / KNOWN.range_m)
        mu[part] = mean + weight @ c
        brought = (1 - ones @ c) ** 2 / ones.sum()
        half = solve_triangular(factor[0], c, lower=True, overwrite_b=True)
        variance[part] = KNOWN.sill - np.square(half).sum(axis=0) + brought
    return mu, np.sqrt(variance)


def nearest(
    xy: FloatArray, z: FloatArray, at: FloatArray, mean: float | None = None
) -> tuple[FloatArray, FloatArray]:
    """Kriging of each cell from its 512 nearest stations; without a mean, from these alone."""
    from scipy.spatial import cKDTree
    from scipy.spatial.distance import cdist

    _, near = cKDTree(xy).query(at, k=512)
    mu, variance = np.empty(len(at)), np.empty(len(at))
    size = 512 if mean is not None else 513
    right = np.ones(size)
    for i, sites in enumerate(near):
        place = xy[sites]
        system = np.ones((size, size))
        system[:512, :512] = KNOWN.sill * np.exp(-cdist(place, place) / KNOWN.range_m)
        system[np.arange(512), np.arange(512)] += KNOWN.nugget_site
        system[512:, 512:] = 0.0
        right[:512] = KNOWN.sill * np.exp(-np.hypot(*(place - at[i]).T) / KNOWN.range_m)
        weight = np.linalg.solve(system, right)
        centre = mean or 0.0
        mu[i] = centre + weight[:512] @ (z[sites] - centre)
        variance[i] = KNOWN.sill - weight @ right
    return mu, np.sqrt(variance)


def _bounded() -> None:
    """Let a peer fail that asks for more memory than a machine has to spare."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def told(work: str, n: int, limit_s: float | None = None) -> dict[str, float] | str:
    """Run one case in a process of its own; a word where it does not answer."""
    threads = {"OPENBLAS_NUM_THREADS": "2" if work == "error" else "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.full_grid", work, str(n)],
            capture_output=True, text=True, timeout=limit_s, check=False,
            env={**os.environ, **threads}, preexec_fn=_bounded,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"not within {limit_s:g} s"
    if done.returncode == 0:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    last = (done.stderr.strip().splitlines() or ["ended"])[-1]
    return "not installed" if "Rscript" in last or "No module" in last else last[:60]


def main(counts: tuple[int, ...]) -> None:
    """Print a table for every number of stations."""
    rows, cols = grid()[1].shape
    print(f"{rows} x {cols} = {rows * cols / 1e6:.2f} million cells, mean and spread")
    for n in counts:
        own = told("ours", n)
        if isinstance(own, str):
            print(f"{n:6d} stations: {own}")
            continue
        total = own["setup"] + own["grid"]
        print(
            f"\n{n} stations\n  Kyzylkum, whole grid: {total:.2f} CPU s, of it set-up"
            f" {own['setup']:.2f}; peak {own['peak_mb']:.0f} MB",
            flush=True,
        )
        for peer in ("pykrige", "gstools", "gstat"):
            if peer == "gstools" and n > 2_000:
                print("  gstools: has no window; left out beyond 2,000 stations")
                continue
            found = told(peer, n, LIMIT_S)
            if isinstance(found, str):
                print(f"  {peer}: {found}", flush=True)
                continue
            cell = (found["all"] - found["few"]) / (len(sample(grid()[1])) - FEW)
            whole = found["setup"] + found["few"] + cell * rows * cols
            print(
                f"  {peer}: {whole:.0f} CPU s, scaled from 1 % of the cells: {whole / total:.0f}"
                f" times ours",
                flush=True,
            )
        off = told("error", n)
        if isinstance(off, str):
            print(f"  error: {off}", flush=True)
            continue
        print(
            f"  greatest error on {off['cells']:.0f} cells: mean {off['mean']:.4f} sd, spread"
            f" {off['spread']:.2%}; of 999 in 1,000: {off['mean_999']:.4f} sd,"
            f" {off['spread_999']:.2%}",
            flush=True,
        )
        if "own_mean" in off:
            print(
                f"  against the 512 nearest with a mean of their own: mean {off['own_mean']:.4f} sd"
                f" (of 999 in 1,000 {off['own_mean_999']:.4f}), spread {off['own_spread']:.2%}",
                flush=True,
            )
    hour = told("next_hour", 2_000)
    print(f"\nnew values at the same 2,000 stations to a surface and its report, seconds: {hour}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1].isidentifier():
        print(json.dumps(globals()[sys.argv[1]](int(sys.argv[2]))))
    else:
        main(tuple(int(word) for word in sys.argv[1:]) or STATIONS)
