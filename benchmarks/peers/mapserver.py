"""MapServer 8 of Debian: FastCGI processes behind nginx, the raster held open."""

import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers import nginx
from benchmarks.peers.data import BREAKS, COLOURS, NODATA, WINDOW
from benchmarks.peers.processes import WORKERS, Server, start
from layers.geo import Window

NAME = "MapServer"
FREE_KEYS = [f"b{i}" for i in range(len(BREAKS))]

_MAP = """
MAP
  NAME "field"
  STATUS ON
  SIZE 256 256
  MAXSIZE 2048
  EXTENT {extent}
  UNITS DD
  PROJECTION "init=epsg:4326" END
  SHAPEPATH "{folder}"
  OUTPUTFORMAT
    NAME "png"
    DRIVER AGG/PNG
    MIMETYPE "image/png"
    IMAGEMODE RGBA
    EXTENSION "png"
    FORMATOPTION "COMPRESSION=1"
    FORMATOPTION "PALETTE_FORCE=ON"
    FORMATOPTION "QUANTIZE_FORCE=ON"
    FORMATOPTION "QUANTIZE_COLORS=16"
    TRANSPARENT ON
  END
  WEB
    METADATA
      "ows_enable_request" "*"
      "ows_srs" "EPSG:3857 EPSG:4326 EPSG:32642"
      "ows_title" "field"
      "ows_onlineresource" "http://127.0.0.1/"
    END
  END
  {layers}
END
"""
_LAYER = """
  LAYER
    NAME "{name}"
    TYPE RASTER
    STATUS OFF
    DATA "{file}"
    PROJECTION "init=epsg:{epsg}" END
    PROCESSING "NODATA={nodata:g}"
    PROCESSING "SCALE=0,400"
    PROCESSING "SCALE_BUCKETS=4000"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROCESSING "RESAMPLE={resample}"
    METADATA "ows_title" "{name}" END
    {validation}
    {classes}
  END
"""


def missing() -> str:
    """Return why it cannot run, or nothing."""
    if not shutil.which("mapserv"):
        return "mapserv is missing: apt-get install cgi-mapserver"
    return nginx.missing()


def version() -> str:
    """Return its version."""
    said = subprocess.run(["mapserv", "-v"], capture_output=True, text=True, check=True).stdout
    (found,) = re.findall(r"version ([0-9.]+)", said)
    return str(found)


def _classes(limits: Sequence[object]) -> str:
    ends = [None, *limits, None]
    found = []
    for colour, low, high in zip(COLOURS, ends[:-1], ends[1:], strict=True):
        tests = [f"[pixel] >= {low}"] if low is not None else []
        tests += [f"[pixel] < {high}"] if high is not None else []
        found.append(f'CLASS EXPRESSION ({" AND ".join(tests)}) STYLE COLOR "{colour}" END END')
    return "\n    ".join(found)


def _layer(name: str, file: str, epsg: int, *, free: str = "") -> str:
    given = zip(FREE_KEYS, BREAKS, strict=True)
    checks = "\n".join(f'"{k}" "^[0-9.]+$" "default_{k}" "{b}"' for k, b in given)
    return _LAYER.format(
        name=name, file=file, epsg=epsg, nodata=NODATA,
        resample=free or "NEAREST",
        validation=f"VALIDATION {checks} END" if free else "",
        classes=_classes([f"%{k}%" for k in FREE_KEYS] if free else BREAKS),
    )  # fmt: skip


def server(folder: Path, rasters: Path) -> Server:
    """Start it over the two GeoTIFFs of the field, as they are and with breaks of the query."""
    folder.mkdir()
    layers = [
        _layer("degrees", "field.tif", 4326),
        _layer("aligned", "field3857.tif", 3857),
        _layer("degrees-nearest", "field.tif", 4326, free="NEAREST"),
        _layer("degrees-bilinear", "field.tif", 4326, free="BILINEAR"),
        _layer("aligned-nearest", "field3857.tif", 3857, free="NEAREST"),
        _layer("aligned-bilinear", "field3857.tif", 3857, free="BILINEAR"),
    ]
    extent = f"{WINDOW.west} {WINDOW.south} {WINDOW.east} {WINDOW.north}"
    map_file = folder / "field.map"
    map_file.write_text(_MAP.format(extent=extent, folder=rasters, layers="".join(layers)))
    config = folder / "mapserver.conf"
    config.write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n')
    named = [("MS_MAPFILE", map_file), ("MAPSERVER_CONFIG_FILE", config)]
    listener = folder / "fcgi.sock"
    workers = fastcgi("mapserv", folder, listener, MAPSERVER_CONFIG_FILE=str(config))
    front = nginx.fastcgi(NAME, folder, listener, [(k, str(v)) for k, v in named])
    return Server(NAME, front.port, [*workers, *front.processes])


def fastcgi(
    program: str, folder: Path, listener: Path, **env: str
) -> list[subprocess.Popen[bytes]]:
    """Start FastCGI processes on one socket, as spawn-fcgi does: it is their standard input."""
    with socket.socket(socket.AF_UNIX) as shared:
        shared.bind(str(listener))
        shared.listen(1024)
        return [start([program], folder, stdin=shared.fileno(), **env) for _ in range(WORKERS)]


def get_map(
    layer: str, bounds: Sequence[float], size_px: int, crs: str = "EPSG:3857", **more: object
) -> str:
    """Return the address of a WMS picture of any server at ``/``; axes as WMS 1.1.1 has them."""
    words = {
        "SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": layer, "STYLES": "",
        "SRS": crs, "BBOX": ",".join(f"{b:.10g}" for b in bounds), "WIDTH": size_px,
        "HEIGHT": size_px, "FORMAT": "image/png", "TRANSPARENT": "TRUE",
    }  # fmt: skip
    return "/?" + urlencode({**words, **more}, safe=",:/")


def tile(layer: str, at: Window) -> str:
    """Return the address of a tile."""
    query = {"layers": layer, "mode": "tile", "tilemode": "gmap"}
    return "/?" + urlencode({**query, "tile": f"{at.col} {at.row} {at.zoom}"})


def free(layer: str, at: Window, breaks: Sequence[float]) -> str:
    """Return the address of a tile with other breaks, smooth between cells."""
    chosen = {key: f"{limit:.3f}" for key, limit in zip(FREE_KEYS, breaks, strict=True)}
    return get_map(layer, at.bounds_m, at.size_px, **chosen)
