"""Shaking at 100,000 sites of one rupture: distances, then mean and deviations.

    python -m benchmarks scenario [--openquake PYTHON]

``--openquake`` names an interpreter whose environment has openquake.engine; without one the peer is
left out, and that is told. The peer is timed for mean and deviations alone, its sites ready.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from layers.seismic import rupture
from layers.seismic.models import MODELS
from layers.seismic.motion import Source

SITES = 100_000
TRACE = np.array(
    [[70.0, 42.9], [71.3, 42.3], [72.1, 42.0], [73.0, 41.7], [73.5, 41.4], [74.0, 41.0]]
)
PEER = Path(__file__).parent / "peers" / "openquake_motion.py"


def best_ms(work: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of several runs."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - begin))
    return min(took)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Shaking of one rupture.")
    parser.add_argument("--openquake", metavar="PYTHON", help="an interpreter that has the engine")
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    options = parser.parse_args()
    quake = rupture.along_trace(TRACE, Source(7.6, 180.0, 70.0), 72.1, 42.0)
    lon, lat = np.random.default_rng(0).uniform([[68], [38]], [[78], [46]], (2, SITES))
    away = quake.distances(lon, lat)
    peer = {}
    if options.openquake:
        done = subprocess.run(
            [options.openquake, str(PEER), "time"], capture_output=True, text=True, check=True
        )
        peer = json.loads(done.stdout.splitlines()[-1])
    reach = best_ms(lambda: quake.distances(lon, lat))
    print(f"{SITES:,} sites, {len(quake.top) - 1} segments; best of five, ms")
    print(f"distances {reach:.0f}")
    for name, model in MODELS.items():
        ours = best_ms(lambda model=model: model(quake.source, away, 400.0).sigma)
        beside = f"{peer[name]:.0f}" if peer else "not here"
        print(f"{name}: mean and deviations {ours:.1f}, openquake {beside}; all {reach + ours:.0f}")


if __name__ == "__main__":
    main()
