"""Versions of all that runs, in one sentence."""

from collections.abc import Callable

from benchmarks.peers import environment, mapcache, mapserver, nginx, ours
from benchmarks.peers.field import House

_KNOWN: dict[str, Callable[[], str]] = {
    "ours": ours.version,
    "MapServer": mapserver.version,
    "MapCache": mapcache.version,
    "nginx": nginx.version,
    "TiTiler": lambda: environment.version("titiler.application"),
    "Terracotta": lambda: environment.version("terracotta"),
    "MapProxy": lambda: environment.version("MapProxy"),
}


def versions(house: House) -> str:
    """Return the servers of a house with their versions."""
    return ", ".join(f"{name} {of()}" for name, of in _KNOWN.items() if name in house.servers)
