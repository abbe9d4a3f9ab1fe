"""What the operator says of sizes holds for what is served."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from layers.tiles import SeedOrder
from mapserver import settings
from mapserver.operations.seed import editions
from mapserver.runtime.opening import open_site


def blocks(folder: Path) -> int:
    """Bytes that files take on a disk of 4 kB blocks."""
    found = 0
    # Not by `rglob`: it fails where a folder is swept away meanwhile.
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found += -(-(Path(root) / name).stat().st_size // 4096) * 4096
    return found


def test_the_caches_stay_within_the_settings(house: Any, wait_for: Callable[..., None]) -> None:
    known = house.site.settings
    words = {"data_dir": str(known.data_dir), "catalog": str(known.catalog)}
    site = open_site(settings.read({}, cache_mb=1, memory_cache_mb=1, **words))
    tiles = site.store.paths.cache / "tiles"
    drawn = 0
    for style in ("mean", "sd", "exceedance"):
        for edition in editions(site, SeedOrder("dose-rate", style, (0, 7))):
            for block in edition.blocks():
                for request in block:
                    drawn += len(site.tiler.fetch(request).body) > 0
    assert drawn * 4096 > 3_000_000
    # The disk is looked over whenever a thirty-second of the limit has been written.
    wait_for(lambda: blocks(tiles) <= 1_000_000 * 33 / 32)
    assert 0 < site.tiler._memory.held_bytes <= 1_000_000
    wait_for(lambda: "tile-sweep" not in {thread.name for thread in threading.enumerate()})
    site.store.close()
