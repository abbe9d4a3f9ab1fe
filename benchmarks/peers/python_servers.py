"""The map servers of Python: TiTiler, Terracotta, MapProxy, each as its guide starts it."""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from benchmarks.peers.data import BREAKS, COLOURS
from benchmarks.peers.environment import PYTHON
from benchmarks.peers.processes import WORKERS, Server, environment, free_port, start
from layers.geo import Window

TOP = 510
"""Values 0..510 on a table of 255 colours: two units a colour, so that no class edge is moved."""
THREADS = 4

_INGEST = """
import sys, terracotta
driver = terracotta.get_driver(sys.argv[1])
driver.create(["name"])
for path in sys.argv[2:]:
    name = path.rpartition("/")[2].partition(".")[0]
    driver.insert({"name": name}, path)
"""
_PROXY = """
from mapproxy.wsgiapp import make_wsgi_app
application = make_wsgi_app("mapproxy.yaml")
"""


def colours(count: int, first: float) -> np.ndarray:
    """Return RGBA of ``count`` steps of 2 units whose middle begins at ``first``."""
    middle = first + 2.0 * np.arange(count)
    table = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] + [255] for c in COLOURS]
    return np.array(table, np.uint8)[np.searchsorted(BREAKS, middle, side="right")]


def titiler(folder: Path) -> Server:
    """Start TiTiler's own application under uvicorn, with uvloop."""
    folder.mkdir()
    table = {str(i): rgba.tolist() for i, rgba in enumerate(colours(256, 1.0))}
    (folder / "dose.json").write_text(json.dumps(table))
    port = free_port()
    words = [
        PYTHON, "-m", "uvicorn", "titiler.application.main:app", "--port", port, "--workers",
        WORKERS, "--loop", "uvloop", "--http", "httptools", "--log-level", "error",
    ]  # fmt: skip
    gdal = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_CACHEMAX": "200"}
    process = start(map(str, words), folder, COLORMAP_DIRECTORY=str(folder), **gdal)
    return Server("TiTiler", port, [process])


def titiler_tile(raster: Path, at: Window, **more: str) -> str:
    """Return the address of a TiTiler tile."""
    query = {"url": str(raster), "rescale": f"0,{TOP}", "colormap_name": "dose", **more}
    path = f"/cog/tiles/WebMercatorQuad/{at.zoom}/{at.col}/{at.row}.png"
    return f"{path}?{urlencode(query, safe=',/')}"


def terracotta(folder: Path, rasters: list[Path]) -> Server:
    """Start Terracotta under gunicorn, without its cache of decoded tiles."""
    folder.mkdir()
    # Its tables have 255 colours for the values 1 to 255; 0 is left for no data.
    np.save(folder / "dose_rgba.npy", colours(255, 1.0))
    database = folder / "field.sqlite"
    words = [PYTHON, "-c", _INGEST, database, *rasters]
    subprocess.run(words, env=environment(), check=True, capture_output=True)
    port = free_port()
    env = {
        "TC_DRIVER_PATH": str(database),
        "TC_EXTRA_CMAP_FOLDER": str(folder),
        "TC_RASTER_CACHE_SIZE": "0",
    }
    process = start(_gunicorn(port, "terracotta.server.app:app"), folder, **env)
    return Server("Terracotta", port, [process])


def terracotta_tile(raster: Path, at: Window) -> str:
    """Return the address of a Terracotta tile."""
    query = urlencode({"colormap": "dose", "stretch_range": f"[0,{TOP - 2}]"})
    return f"/singleband/{raster.stem}/{at.zoom}/{at.col}/{at.row}.png?{query}"


def mapproxy(folder: Path, source: Server) -> Server:
    """Start MapProxy before a MapServer: a cache of files, and a cascade that keeps nothing."""
    folder.mkdir()
    cache = {
        "sources": ["field"], "grids": ["GLOBAL_WEBMERCATOR"], "format": "image/png",
        "meta_size": [1, 1], "meta_buffer": 0,
    }  # fmt: skip
    wms = {"url": f"http://127.0.0.1:{source.port}/", "layers": "degrees", "transparent": True}
    names = ("kept", "cascade")
    config = {
        "services": {"wmts": {"restful": True, "kvp": False}},
        "layers": [{"name": n, "title": n, "sources": [f"{n}_cache"]} for n in names],
        "caches": {"kept_cache": cache, "cascade_cache": {**cache, "disable_storage": True}},
        "sources": {"field": {"type": "wms", "req": wms}},
        "globals": {
            "cache": {"base_dir": str(folder / "cache"), "lock_dir": str(folder / "locks")},
            "image": {"paletted": False},
        },
    }
    # What JSON says, YAML says too.
    (folder / "mapproxy.yaml").write_text(json.dumps(config))
    (folder / "proxied.py").write_text(_PROXY)
    port = free_port()
    more = ["--worker-class", "gthread", "--threads", THREADS, "--pythonpath", folder]
    process = start([*_gunicorn(port, "proxied:application"), *map(str, more)], folder)
    return Server("MapProxy", port, [process])


def mapproxy_tile(layer: str, at: Window) -> str:
    """Return the address of a MapProxy tile."""
    return f"/wmts/{layer}/GLOBAL_WEBMERCATOR/{at.zoom:02d}/{at.col}/{at.row}.png"


def _gunicorn(port: int, application: str) -> list[str]:
    words = [PYTHON, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", WORKERS]
    return [str(word) for word in (*words, "--log-level", "error", application)]
