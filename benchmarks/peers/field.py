"""All servers of one field, started together; and what to ask each of them for the same tile."""

import contextlib
import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import data, environment, mapcache, mapserver, nginx, ours, python_servers
from benchmarks.peers.measuring import Case, answers, fixed
from benchmarks.peers.processes import Server, running
from layers.geo import Window

Address = Callable[[Window], str]
LIST, MANY = 2000, 10_000


@dataclass(slots=True)
class House:
    """What runs, by name; and what does not, with the reason."""

    folder: Path
    rasters: Path
    tiles: list[Window]
    servers: dict[str, Server] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    editions: dict[str, ours.Edition] = field(default_factory=dict)

    def case(
        self, name: str, server: str, address: Address, tiles: Sequence[Window] = (), *behind: str
    ) -> Iterator[Case]:
        """Yield the case of a server that runs, or nothing."""
        if server in self.servers:
            paths = [address(tile) for tile in tiles or self.tiles]
            others = tuple(self.servers[each] for each in behind)
            yield Case(name, self.servers[server], fixed(paths), others)

    def unique(
        self, name: str, server: str, address: Callable[[Window, int], str], count: int = LIST
    ) -> Case:
        """Return a case that never asks twice for the same; ``address`` gets a running number."""
        numbers = itertools.count()

        def paths(turn: int) -> list[str]:
            many = itertools.islice(itertools.cycle(self.tiles), count)
            return [address(tile, next(numbers)) for tile in many]

        return Case(name, self.servers[server], paths)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[House]:
    """Make the data, start every server that can be started, end them all."""
    environment.prepare()
    value = data.field()
    rasters = folder / "rasters"
    rasters.mkdir()
    data.write_peers(rasters, value)
    data.publish(folder / "published", value)
    house = House(folder, rasters, data.tiles(LIST))
    with contextlib.ExitStack() as stack:
        for name, cached in (("ours", True), ("ours, no cache", False)):
            # The keeper of each wants a folder of its own.
            shutil.copytree(folder / "published", folder / name)
            server = ours.field_server(name, folder / f"{name} files", folder / name, cached=cached)
            house.servers[name] = stack.enter_context(running(server, "/readyz"))
        for layer, style in itertools.product(("log", "plain"), ("mean", "exceedance")):
            edition = ours.newest(house.servers["ours"], layer, style)
            house.editions[f"{layer}/{style}"] = edition
        _peers(house, stack)
        yield house


def _peers(house: House, stack: contextlib.ExitStack) -> None:
    tile, raster = house.tiles[0], house.rasters / "field.tif"
    both = [raster, house.rasters / "field3857.tif"]
    cache = house.folder / "ours" / "cache"
    port = house.servers["ours"].port
    made = house.servers.get
    lent = house.editions["log/mean"].tile
    plans: list[tuple[str, Callable[[], str], Callable[[Path], Server], str]] = [
        ("MapServer", mapserver.missing, lambda f: mapserver.server(f, house.rasters),
         mapserver.tile("degrees", tile)),
        ("MapCache", mapcache.missing, lambda f: mapcache.server(f, made("MapServer")),
         mapcache.tile(tile)),
        ("MapProxy", environment.missing, lambda f: python_servers.mapproxy(f, made("MapServer")),
         python_servers.mapproxy_tile("kept", tile)),
        ("TiTiler", environment.missing, python_servers.titiler,
         python_servers.titiler_tile(raster, tile)),
        ("Terracotta", environment.missing, lambda f: python_servers.terracotta(f, both),
         python_servers.terracotta_tile(raster, tile)),
        ("nginx", nginx.missing, lambda f: nginx.before(f, cache, port), lent(tile)),
    ]  # fmt: skip
    for name, missing, make, path in plans:
        reason = missing()
        if not reason and name in ("MapCache", "MapProxy") and "MapServer" not in house.servers:
            reason = "it has no MapServer behind it"
        if reason:
            house.absent[name] = reason
            continue
        try:
            server = make(house.folder / name)
            house.servers[name] = stack.enter_context(running(server, path))
        except (RuntimeError, OSError) as error:
            house.absent[name] = str(error)


def fixed_classes(house: House) -> list[Case]:
    """Tiles in the classes of the style, nothing cached anywhere."""
    degrees, aligned = house.rasters / "field.tif", house.rasters / "field3857.tif"
    log, plain = house.editions["log/mean"], house.editions["plain/mean"]
    titiler, terracotta = python_servers.titiler_tile, python_servers.terracotta_tile
    found = [
        house.case("ours, log surface", "ours, no cache", log.tile),
        house.case("ours, plain surface", "ours, no cache", plain.tile),
        house.case("MapServer WMS", "MapServer", _map("degrees")),
        house.case("MapServer WMS, our cells", "MapServer", _map("aligned")),
        house.case("MapServer mode=tile", "MapServer", lambda w: mapserver.tile("degrees", w)),
        house.case("TiTiler", "TiTiler", lambda w: titiler(degrees, w)),
        house.case("TiTiler, our cells", "TiTiler", lambda w: titiler(aligned, w)),
        house.case("Terracotta", "Terracotta", lambda w: terracotta(degrees, w)),
        house.case("Terracotta, our cells", "Terracotta", lambda w: terracotta(aligned, w)),
        house.case("MapProxy before MapServer", "MapProxy",
                   lambda w: python_servers.mapproxy_tile("cascade", w), (), "MapServer"),
    ]  # fmt: skip
    return list(itertools.chain.from_iterable(found))


def free_styles(house: House) -> list[Case]:
    """Tiles in breaks, or of a threshold, that only this request has."""
    log, chance = house.editions["log/mean"], house.editions["log/exceedance"]
    raster = house.rasters / "field.tif"

    def breaks(number: int) -> list[float]:
        return [each + (number % 19_000) / 1000 for each in data.BREAKS]

    def query(number: int) -> str:
        return "?breaks=" + ",".join(f"{each:g}" for each in breaks(number))

    found = [
        house.unique(
            f"ours, {name}", server, lambda w, n, words=words: log.tile(w, query(n) + words), MANY
        )
        for name, server, words in (
            ("breaks, smooth", "ours, no cache", "&smooth=1"),
            ("breaks", "ours, no cache", ""),
            ("breaks, smooth, kept on disk", "ours", "&smooth=1"),
        )
    ]
    found.append(
        house.unique(
            "ours, threshold, smooth", "ours, no cache",
            lambda w, n: chance.tile(w, f"?threshold={100 + n / 1e4:g}&smooth=1"),
        )
    )  # fmt: skip
    if "MapServer" in house.servers:
        for layer in ("degrees", "aligned"):
            for way in ("nearest", "bilinear"):
                name = f"MapServer, breaks, {way}, {layer}"
                found.append(house.unique(name, "MapServer", _free(f"{layer}-{way}", breaks)))
    if "TiTiler" in house.servers:
        found.append(house.unique("TiTiler, rescale, bilinear", "TiTiler", _rescaled(raster)))
    return found


def cached(house: House) -> list[Case]:
    """Tiles that were asked for before."""
    log = house.editions["log/mean"]
    found = [
        house.case("ours, from memory", "ours", log.tile),
        house.case("ours, files by nginx", "nginx", log.tile, (), "ours"),
        house.case("nginx, the same files", "files", log.tile),
        house.case("MapProxy, from files", "MapProxy",
                   lambda w: python_servers.mapproxy_tile("kept", w)),
        house.case("MapCache, from files", "MapCache", mapcache.tile),
        house.case("an answer that does nothing", "bare", lambda w: "/"),
    ]  # fmt: skip
    return list(itertools.chain.from_iterable(found))


BOXES = {"EPSG:3857": 4000.0, "EPSG:4326": 0.04, "EPSG:32642": 4000.0}
"""Systems of WMS pictures, and the units that a pixel of 256 has at most."""


def maps(house: House, size_px: int, crs: str) -> list[Case]:
    """WMS pictures of boxes that are no tiles."""
    boxes = list(_boxes(crs, size_px))
    edition = house.servers["ours, no cache"]
    cases = []
    first = ours.picture("log", boxes[0], size_px, crs)
    if answers(edition.port, first):
        paths = [ours.picture("log", box, size_px, crs) for box in boxes]
        cases.append(Case("ours", edition, fixed(paths)))
    if "MapServer" in house.servers:
        paths = [mapserver.get_map("degrees", box, size_px, crs) for box in boxes]
        cases.append(Case("MapServer", house.servers["MapServer"], fixed(paths)))
    return cases


def _boxes(crs: str, size_px: int) -> Iterator[tuple[float, ...]]:
    import pyproj

    to = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    chance = random.Random(size_px)
    for _ in range(500):
        lon, lat = chance.uniform(60, 78), chance.uniform(39, 54)
        x, y = to.transform(lon, lat)
        half = BOXES[crs] * 2 ** chance.uniform(-4, 0) * 128
        yield (x - half, y - half, x + half, y + half)


def _map(layer: str) -> Address:
    return lambda w: mapserver.get_map(layer, w.bounds_m, w.size_px)


def _free(layer: str, breaks: Callable[[int], list[float]]) -> Callable[[Window, int], str]:
    return lambda w, n: mapserver.free(layer, w, breaks(n))


def _rescaled(raster: Path) -> Callable[[Window, int], str]:
    return lambda w, n: python_servers.titiler_tile(
        raster, w, resampling="bilinear", rescale=f"{n / 1e4:g},{python_servers.TOP}"
    )
