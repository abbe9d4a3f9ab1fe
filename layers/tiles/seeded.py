"""What was ordered to be in the cache before anybody asks; the sweep leaves it there."""

import contextlib
import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from layers import temporal
from layers.errors import LayersError
from layers.geo import TILE_PX, Bounds, CellGrid

Edition = tuple[str, str, str, str]
"""Layer, style, version and time word, as they stand in an address."""

LATEST, ALL = "latest", "all"
_PLAIN = re.compile(r"([0-9]+)(@2x)?\.([a-z]+)")


class Standing(IntEnum):
    """What an edition is among those of its layer and style."""

    SUPERSEDED = 0
    CURRENT = 1
    """What is shown of its time."""
    NEWEST = 2
    """What is shown when no time is named."""


def tile_range(bounds: Bounds, zoom: int) -> tuple[range, range]:
    """Return columns and rows of the tiles of one zoom that show any of ``bounds``."""
    grid = CellGrid.covering(bounds, zoom)
    return (
        range(grid.col // TILE_PX, -(-(grid.col + grid.width) // TILE_PX)),
        range(grid.row // TILE_PX, -(-(grid.row + grid.height) // TILE_PX)),
    )


@dataclass(frozen=True, slots=True)
class SeedOrder:
    """Some levels of a layer in one style.

    ``time`` is ``latest``, ``all``, an instant, or ``BEGIN/END`` of which the end is not included.
    ``bounds`` None is all that the layer covers; ``zooms`` are the first and the last.
    """

    layer: str
    style: str
    zooms: tuple[int, int]
    format: str = "png"
    dense: bool = False
    time: str = LATEST
    bounds: Bounds | None = None

    @property
    def moments(self) -> temporal.Interval | None:
        """The times that are meant; None for the words ``latest`` and ``all``.

        Raises
        ------
        BadInstantError
            For a text that is neither an instant nor two of them in order.
        """
        if self.time in (LATEST, ALL):
            return None
        begin, slash, end = self.time.partition("/")
        first = temporal.instant(begin)
        after = temporal.instant(end) if slash else first.replace(microsecond=0) + temporal.SECOND
        return temporal.Interval(first, after)

    def means(self, standing: Standing, at: str) -> bool:
        """Tell whether an edition of that standing and time word is one of those ordered."""
        if standing is Standing.SUPERSEDED or self.time == ALL:
            return standing is not Standing.SUPERSEDED
        if self.time == LATEST:
            return standing is Standing.NEWEST
        moments = self.moments
        return at != "static" and moments is not None and temporal.instant(at) in moments

    def covers(self, zoom: int, col: int, leaf: str) -> bool:
        """Tell whether a tile of an edition is one of those ordered."""
        plain = _PLAIN.fullmatch(leaf)
        if plain is None or (bool(plain[2]), plain[3]) != (self.dense, self.format):
            return False
        if not self.zooms[0] <= zoom <= self.zooms[1]:
            return False
        if self.bounds is None:
            return True
        cols, rows = tile_range(self.bounds, zoom)
        return col in cols and int(plain[1]) in rows


class Seeded:
    """The orders of a cache: one small file each, which an operator may delete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, order: SeedOrder) -> None:
        """Keep an order; the same one again changes nothing.

        Raises
        ------
        OSError
            Where the folder cannot be written.
        """
        text = json.dumps(_said(order), ensure_ascii=False)
        name = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        place = self._folder / f"{order.layer}-{order.style}-{name}.json"
        if place.is_file():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}.part")
        beside.write_text(text, "utf-8")
        beside.replace(place)

    def orders(self) -> list[SeedOrder]:
        """Return all orders; a file that is none is passed over."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, LayersError):
                found.append(_read(json.loads(path.read_text("utf-8"))))
        return found

    def guard(self, standing: Mapping[Edition, Standing]) -> Callable[[Edition, str], bool]:
        """Return what tells of an edition and the path of a tile whether it was ordered."""
        orders = self.orders()
        meant = {
            edition: [
                order
                for order in orders
                if (order.layer, order.style) == edition[:2] and order.means(rank, edition[3])
            ]
            for edition, rank in standing.items()
        }

        def stays(edition: Edition, path: str) -> bool:
            if not meant[edition]:
                return False
            *_, zoom, col, leaf = Path(path).parts
            numbers = zoom.isdecimal() and col.isdecimal()
            return numbers and any(o.covers(int(zoom), int(col), leaf) for o in meant[edition])

        return stays


def _said(order: SeedOrder) -> dict[str, object]:
    bounds = order.bounds.as_tuple() if order.bounds else None
    return dataclasses.asdict(order) | {"bounds": bounds}


def _read(said: dict[str, Any]) -> SeedOrder:
    first, last = said["zooms"]
    bounds = Bounds(*said["bounds"]) if said["bounds"] else None
    order = SeedOrder(**{**said, "zooms": (int(first), int(last)), "bounds": bounds})
    _ = order.moments  # refuses a time that is none
    return order
