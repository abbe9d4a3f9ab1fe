"""Tiles over HTTP beside the map servers that one would take instead.

    python -m benchmarks tiles_http [--quick] [--rounds=3]

MapServer, MapCache, nginx of Debian, TiTiler, Terracotta, MapProxy of PyPI, two workers each, are
installed where they are missing, and run together on this machine; wrk asks them in turns for the
same tiles of the same field. Writes its part of docs/performance.md.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from benchmarks.peers import aims, field, floors, load, machine, pictures, profile, report
from benchmarks.peers.field import House
from benchmarks.peers.measuring import Case, Figures, measure
from benchmarks.peers.processes import ask, end_with_us, running
from benchmarks.peers.site import Application
from benchmarks.peers.versions import versions

WARM_S = 2.0
BARE_BYTES = 4500


def main() -> int:
    """Measure and write; return 1 where there is no load generator."""
    parser = argparse.ArgumentParser(description="Tiles over HTTP, side by side.")
    parser.add_argument("--quick", action="store_true", help="one short round, nothing written")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of two seconds")
    given = parser.parse_args()
    quick = given.quick
    end_with_us()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, field.opened(Path(name)) as house:
        if reason := load.missing():
            print(reason, file=sys.stderr)
            return 1
        text = _measured(house, *((1, 1, (4,)) if quick else (given.rounds, 2, (1, 4, 16))))
    print(text)
    if not quick:
        report.write("tiles_http", text)
    return 0


def _measured(house: House, rounds: int, seconds: float, clients: tuple[int, ...]) -> str:
    busy, began = machine.busy_s(), sum(s.cpu_s() for s in house.servers.values())
    parts: list[str] = []
    found: dict[str, Figures] = {}

    def take(key: str, title: str, cases: list[Case], clients: tuple[int, ...]) -> None:
        if not cases:
            parts.append(f"### {title}\n\nNot run: no server here answers this.")
            return
        print(f"-- {title}", flush=True)
        figures = measure(cases, house.folder, clients=clients, rounds=rounds, seconds=seconds)
        found[key] = figures
        ours = cases[0].name.startswith("ours")
        table = report.table(report.HEAD, report.rows(figures, cases[0].name))
        said = "" if ours else "Ours is not run: no address here answers this.\n\n"
        parts.append(f"### {title}\n\n{said}{table}")

    take("fixed", "Uncached, classes of the style", field.fixed_classes(house), clients)
    take("free", "Uncached, styled by the query", field.free_styles(house), clients[-2:])
    for size_px in (256, 1024):
        for crs in field.BOXES:
            title = f"Uncached WMS GetMap, {size_px} px, {crs}"
            take(f"wms {size_px} {crs}", title, field.maps(house, size_px, crs), (4,))
    with contextlib.ExitStack() as stack:
        _floors(house, stack)
        cases = field.cached(house)
        for case in cases:
            paths = list(dict.fromkeys(case.paths(0)))
            for path in paths:
                ask(case.server.port, path)
            # A memory belongs to one worker: the others learn from the disk what the first drew.
            load.load(case.server.port, paths, 16, WARM_S, house.folder, 0)
        take("cached", "Cached tiles", cases, clients[::2])
        spent = sum(s.cpu_s() for s in house.servers.values()) - began
    for name in ("files", "bare"):
        house.servers.pop(name, None)
    parts += [_same(house), _memory(house), _profiled(house)]
    head = [
        f"{machine.today()}, {machine.described()}. {rounds} rounds of {seconds:g} s, in turns; "
        "medians, and in brackets least and most. CPU is user and system time of all processes "
        f"of a server. {_neighbours(busy, spent)}",
        f"{versions(house)}.",
    ]
    if house.absent:
        missing = "; ".join(f"{name} ({why})" for name, why in sorted(house.absent.items()))
        head.append(f"Not run: {missing}.")
    return "\n\n".join([*head, aims.tiles(found), *parts])


def _floors(house: House, stack: contextlib.ExitStack) -> None:
    """Start what no map server can be faster than."""
    edition = house.editions["log/mean"]
    paths = [edition.tile(tile) for tile in house.tiles]
    bare = floors.bare(house.folder / "bare", BARE_BYTES)
    house.servers["bare"] = stack.enter_context(running(bare, "/"))
    if "nginx" in house.servers:
        files = floors.files(house.folder / "static", house.servers["ours"], paths)
        house.servers["files"] = stack.enter_context(running(files, paths[0]))


def _same(house: House) -> str:
    ways = {
        case.name: (case.server, _address(case, house.tiles)) for case in field.fixed_classes(house)
    }
    print("-- pictures", flush=True)
    shares = pictures.differing(ways, "ours, log surface", house.tiles)
    zooms = sorted({zoom for found in shares.values() for zoom in found})
    lines = [
        [name, *(f"{100 * found[zoom]:.2f}" for zoom in zooms)] for name, found in shares.items()
    ]
    head = ["% of pixels", *(f"zoom {zoom}" for zoom in zooms)]
    return (
        "### Do they draw the same?\n\nShare of pixels whose class is not that of our log surface, "
        f"six tiles a zoom.\n\n{report.table(head, lines)}"
    )


def _memory(house: House) -> str:
    lines = [
        [name, str(len(server.ids)), f"{server.private_mb():.0f}", f"{server.shared_mb():.0f}"]
        for name, server in house.servers.items()
    ]
    head = ["", "processes", "without pages of files, MB", "with them, MB"]
    return f"### Memory after all of it (PSS)\n\n{report.table(head, lines)}"


def _profiled(house: House) -> str:
    print("-- profile", flush=True)
    folder = house.folder / "ours, no cache"
    app = Application(folder, house.folder / "ours, no cache files" / "catalog.toml")
    edition = house.editions["log/mean"]
    parts = ["### Where the time of an uncached tile goes"]
    for title, query in (("the style's classes", ""), ("smooth", "?smooth=1")):
        paths = [edition.tile(tile, query) for tile in house.tiles[:60]]
        spent, _ = app.cpu_ms(paths)
        found = profile.shares(app, paths, 3.0)
        lines = [[place, f"{100 * share:.0f}"] for place, share in found.items()]
        said = f"{title}: {report.short(spent)} CPU ms in process, %"
        parts.append(report.table([said, ""], lines))
    app.close()
    lines = [[step, f"{ms:.3f}"] for step, ms in profile.limits().items()]
    parts.append("The bare steps, which no way to the same tile can do without:")
    parts.append(report.table(["step", "CPU ms"], lines))
    return "\n\n".join(parts)


def _address(case: Case, tiles: list) -> "field.Address":
    known = dict(zip(tiles, case.paths(0), strict=True))
    return lambda tile: known[tile]


def _neighbours(before: tuple[float, float], spent: float) -> str:
    after = machine.busy_s()
    busy, idle = after[0] - before[0], after[1] - before[1]
    return (
        f"Meanwhile the cores worked {busy:.0f} s and idled {idle:.0f} s; "
        f"{spent:.0f} s of the work were the servers'."
    )


if __name__ == "__main__":
    sys.exit(main())
