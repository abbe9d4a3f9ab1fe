"""Rasters are aligned beside a running server, and those that come later too."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import Affine

from layers.kinds import Sources
from layers.model import Context, LayerDefinition
from layers.store import PUBLIC, Reader, Writer
from layers.temporal import utc_now
from mapserver.runtime import aligner


def write(path: Path) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", width=9, height=9, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.1, 0, 66, 0, -0.1, 44),
    ) as dataset:  # fmt: skip
        dataset.write(np.ones((9, 9), np.float32), 1)


def test_what_lies_there_and_what_comes_later_is_aligned(
    tmp_path: Path, wait_for: Callable[..., None], monkeypatch: Any
) -> None:
    monkeypatch.setattr(aligner, "EVERY_S", 0.05)
    folder = tmp_path / "grids"
    folder.mkdir()
    write(folder / "2015.tif")
    writer = Writer(tmp_path / "data", Context.ROUTINE)
    reader = Reader(tmp_path / "data")
    layer = LayerDefinition(
        "own", "raster", "Own", paths=(folder / "{time:%Y}.tif",), options={"align": True}
    )
    work = aligner.Aligner((layer,), Sources(reader, PUBLIC, utc_now))
    copies = tmp_path / "data" / "cache" / "aligned" / "own"

    def whole() -> int:
        return len(list(copies.glob("*/aligned.json")))

    work.start()
    wait_for(lambda: whole() == 1, 30)
    write(folder / "2016.tif")
    wait_for(lambda: whole() == 2, 30)
    (folder / "2015.tif").unlink()
    wait_for(lambda: whole() == 1, 30)
    work.stop()
    (folder / "2016.tif").unlink()
    assert whole() == 1, "it has ended"
    reader.close()
    writer.close()


def test_without_a_layer_that_asks_for_it_no_thread_is_started(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "data", Context.ROUTINE)
    reader = Reader(tmp_path / "data")
    work = aligner.Aligner(
        (LayerDefinition("own", "raster", "Own", paths=(tmp_path,)),),
        Sources(reader, PUBLIC, utc_now),
    )
    work.start()
    assert "aligner" not in {thread.name for thread in threading.enumerate()}
    work.stop()
    reader.close()
    writer.close()
