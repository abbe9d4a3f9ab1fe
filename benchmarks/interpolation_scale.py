"""Time and peak memory of the surface of one hour, by number of stations and size of the grid.

    python benchmarks/interpolation_scale.py

Every case runs in a process of its own, so that its peak memory is its own. Stations are drawn
over 3,000 x 2,000 km, values from a field of waves with a range of some 150 km and a local
offset of each site; parameters are found, every cell gets mean, standard deviation and support.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CASES = [
    (stations, width, height)
    for stations in (66, 300, 2_000, 3_574, 20_000, 50_000)
    for width, height in ((500, 300), (1_000, 600))
]
WIDTH_M, HEIGHT_M = 3e6, 2e6


def network(stations: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions in metres and values in nSv/h, the same in every run."""
    rng = np.random.default_rng(stations)
    x, y = rng.uniform(0, WIDTH_M, stations), rng.uniform(0, HEIGHT_M, stations)
    # random Fourier features: a Gaussian field at any number of places, without a matrix
    waves = rng.standard_t(2, (2, 400)) / 150e3
    phase = rng.uniform(0, 2 * np.pi, 400)
    field = np.zeros(stations)
    for (kx, ky), p in zip(waves.T, phase, strict=True):
        field += np.cos(kx * x + ky * y + p)
    latent = 0.2 * field * np.sqrt(2 / 400) + 0.1 * rng.standard_normal(stations)
    return x, y, np.exp(4.6 + latent)


def measure(stations: int, width: int, height: int) -> None:
    """Run one case and print it as JSON."""
    sys.path.insert(0, str(ROOT))
    from layers import interpolation

    x, y, value = network(stations)
    grid = np.meshgrid(np.linspace(0, WIDTH_M, width), np.linspace(HEIGHT_M, 0, height))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    marks = [(time.perf_counter(), time.process_time())]
    field = interpolation.fit(x, y, value)
    marks.append((time.perf_counter(), time.process_time()))
    surface = field.predict_grid(*grid)
    marks.append((time.perf_counter(), time.process_time()))
    again = field.with_values(value[::-1].copy()).predict_grid(*grid)
    marks.append((time.perf_counter(), time.process_time()))
    finite = all(np.all(np.isfinite(a)) for a in (surface.mu, surface.sigma, again.mu))
    wall, cpu = np.diff(np.array(marks), axis=0).T.round(2).tolist()
    print(
        json.dumps(
            {
                "method": field.method,
                "wall_s": wall,
                "cpu_s": cpu,
                "before_mb": before // 1024,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "finite": finite,
            }
        )
    )


def main() -> None:
    """Print one line for every case."""
    print("stations   cells       solver  fit s  grid s  next hour s  CPU s  peak MB (grid alone)")
    for stations, width, height in CASES:
        case = [sys.executable, __file__, str(stations), str(width), str(height)]
        answer = subprocess.run(case, check=True, capture_output=True, text=True)
        m = json.loads(answer.stdout)
        fit, grid, again = m["wall_s"]
        print(
            f"{stations:8d}   {width:4d} x {height:3d}  {m['method']:6s} {fit:6.2f} {grid:7.2f}"
            f" {again:12.2f} {sum(m['cpu_s'][:2]):6.1f} {m['peak_mb']:8d} ({m['before_mb']})"
            f"{'' if m['finite'] else '  NOT FINITE'}",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(*(int(word) for word in sys.argv[1:]))
    else:
        main()
