"""The Blue Lake data of the WMS suites as a catalogue of ours.

They lie in the jar of the suite as shapefiles; each becomes a collection of features, and a layer
that WMS calls ``cite:`` and the name of the file, as the suite asks.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyogrio.raw
import shapely
import shapely.geometry

from tests.servers import Server, serving, wait_for

LAYERS = (
    "BasicPolygons", "Bridges", "Buildings", "DividedRoutes", "Forests", "Lakes", "MapNeatline",
    "NamedPlaces", "Ponds", "RoadSegments", "Streams",
)  # fmt: skip
SYMBOLS = {"Point": "point", "LineString": "line", "Polygon": "fill"}


class NoDataError(Exception):
    """A jar in which the data do not lie where they are looked for."""


def layer_id(name: str) -> str:
    """``DividedRoutes`` becomes ``divided-routes``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def features(path: Path) -> tuple[list[dict[str, object]], str]:
    """The features of a shapefile in degrees, and the symbol that shows them."""
    meta, _, geometries, columns = pyogrio.raw.read(path)
    shapes = shapely.from_wkb(geometries)
    found: list[dict[str, object]] = []
    for number, shape in enumerate(shapes):
        properties = {
            name: None if column[number] is None else str(column[number])
            for name, column in zip(meta["fields"], columns, strict=True)
        }
        geometry = shapely.geometry.mapping(shapely.force_2d(shape))
        found.append(
            {"type": "Feature", "id": str(number), "geometry": geometry, "properties": properties}
        )
    kind = shapes[0].geom_type.removeprefix("Multi") if len(shapes) else "Polygon"
    return found, SYMBOLS[kind]


def catalogue(unpacked: Path, folder: Path) -> Path:
    """Write a catalogue and a GeoJSON file for each layer; give the catalogue's path."""
    files = {path.stem: path for path in unpacked.rglob("*.shp")}
    missing = [name for name in LAYERS if name not in files]
    if missing:
        raise NoDataError(f"no shapefile of {', '.join(missing)} is in the jar")
    incoming = folder / "data" / "incoming"
    incoming.mkdir(parents=True)
    parts = ['title = "Blue Lake"\ncontext = "simulated"\n']
    for name in LAYERS:
        found, symbol = features(files[name])
        document = {"type": "FeatureCollection", "features": found}
        (incoming / f"{layer_id(name)}.geojson").write_text(json.dumps(document))
        parts.append(
            f'[[layer]]\nid = "{layer_id(name)}"\nwms_name = "cite:{name}"\nkind = "points"\n'
            f'title = "{name}"\ncollection = "{layer_id(name)}"\n'
            f'[[layer.style]]\nid = "default"\nsymbol = "{symbol}"\n'
            f'[[feed]]\nid = "{layer_id(name)}"\nformat = "geojson"\n'
            f'location = "incoming/{layer_id(name)}.geojson"\ncollection = "{layer_id(name)}"\n'
            'defaults = { context = "simulated" }\n'
        )
    path = folder / "catalog.toml"
    path.write_text("\n".join(parts))
    return path


@contextlib.contextmanager
def serving_blue_lake(unpacked: Path, folder: Path) -> Iterator[Server]:
    """Give a server that has taken in the data of an unpacked jar."""
    catalog = catalogue(unpacked, folder)
    with serving(folder / "data", "--catalog", str(catalog)) as server:
        wait_for(lambda: all(layer["count"] for layer in server.json("/current.json")["layers"]))
        yield server
