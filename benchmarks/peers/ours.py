"""Our own server as an operator starts it: `mapserver serve`, two workers beside the keeper."""

import json
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path

from benchmarks.peers import environment
from benchmarks.peers.data import CATALOG
from benchmarks.peers.processes import ROOT, WORKERS, Server, ask, free_port, start
from layers.geo import Window


def version() -> str:
    """Return our version."""
    return version_of("kyzylkum")


def server(name: str, folder: Path, data_dir: Path, *options: str, **settings: str) -> Server:
    """Start it over a data folder."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    words = [environment.ours(), "-m", "mapserver", "serve", "--data-dir", data_dir, "--port", port]
    words += ["--workers", WORKERS, *options]
    env = {f"KYZYLKUM_{key.upper()}": value for key, value in settings.items()}
    return Server(name, port, [start(map(str, words), folder, PYTHONPATH=str(ROOT), **env)])


def field_server(name: str, folder: Path, data_dir: Path, *, cached: bool) -> Server:
    """Serve the published field; without caches, every tile is rendered for every request."""
    folder.mkdir()
    catalog = folder / "catalog.toml"
    catalog.write_text(CATALOG)
    off = {} if cached else {"cache_mb": "0", "memory_cache_mb": "0"}
    # What is drawn ahead ends by itself: it is no part of the answers.
    return server(name, folder, data_dir, "--no-demo", "--no-ahead", catalog=str(catalog), **off)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a fixed address of a layer names: version and time."""

    layer: str
    style: str
    version: str
    time: str

    def tile(self, at: Window, query: str = "") -> str:
        """Return the immutable address of a tile."""
        dense = "@2x" if at.size_px > 256 else ""
        name = f"{at.zoom}/{at.col}/{at.row}{dense}.png{query}"
        return f"/tiles/{self.layer}/{self.style}/{self.version}/{self.time}/{name}"


def newest(server: Server, layer: str, style: str) -> Edition:
    """Return the edition that stands in ``/current.json``."""
    _, body = ask(server.port, "/current.json")
    (entry,) = (each for each in json.loads(body)["layers"] if each["id"] == layer)
    latest = max(entry["times"], key=lambda each: str(each["time"]))
    return Edition(layer, style, latest["versions"][style], latest["time"])


def picture(layer: str, bounds: tuple[float, ...], size_px: int, crs: str) -> str:
    """Return the address of a WMS picture; axes as WMS 1.1.1 has them."""
    box = ",".join(f"{b:.10g}" for b in bounds)
    return (
        f"/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS={layer}&STYLES=mean&SRS={crs}"
        f"&BBOX={box}&WIDTH={size_px}&HEIGHT={size_px}&FORMAT=image/png&TRANSPARENT=TRUE"
    )
