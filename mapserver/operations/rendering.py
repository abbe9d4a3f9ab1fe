"""Renders blocks of tiles, in this process or in several that give way to the server."""

import dataclasses
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from layers.errors import GoneError, UnavailableError
from layers.tiles import TileRequest
from mapserver.services.site import Site
from mapserver.settings import Settings

NICENESS = 10
_AHEAD = 4
"""Blocks that wait for each process, so that none is idle."""

OpenSite = Callable[[Settings], Site]


@dataclass(slots=True)
class Done:
    """What became of some tiles; ``bodies`` only where they were asked for, empty ones left out."""

    found: int = 0
    drawn: int = 0
    empty: int = 0
    lost: int = 0
    """Drawn, but the disk took them not."""
    bodies: list[tuple[TileRequest, bytes]] = dataclasses.field(default_factory=list)

    def __len__(self) -> int:
        """Count the tiles."""
        return self.found + self.drawn + self.empty + self.lost

    def add(self, other: "Done") -> None:
        """Count what became of others too."""
        for name in ("found", "drawn", "empty", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Renderer:
    """Sees to it that tiles are in the cache; with ``bodies`` it hands them over as well."""

    def __init__(self, site: Site, bodies: bool) -> None:
        self._tiler = site.tiler
        self._bodies = bodies

    def __call__(self, block: list[TileRequest]) -> Done:
        """Render what the cache does not hold.

        Raises
        ------
        GoneError
            Where bodies are wanted and their version gave way: an archive is of one version.
        """
        done = Done()
        for request in block:
            kept = self._tiler.is_kept(request)
            if kept and not self._bodies:
                done.found += 1
                continue
            try:
                tile = self._tiler.fetch(request)
            except GoneError:
                if self._bodies:
                    raise
                request = self._tiler.pinned(dataclasses.replace(request, version=None))
                tile = self._tiler.fetch(request)
            if tile.empty or not tile.body:
                done.empty += 1
                continue
            if kept:
                done.found += 1
            elif self._tiler.is_kept(request):
                done.drawn += 1
            else:
                done.lost += 1
            if self._bodies:
                done.bodies.append((request, tile.body))
        return done


_renderer: Renderer | None = None
"""That of a helping process."""


def _begin(open_site: OpenSite, settings: Settings, bodies: bool) -> None:
    global _renderer
    os.nice(NICENESS)
    # Ctrl-C goes to all processes of a terminal; only the first one answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _renderer = Renderer(open_site(settings), bodies)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render(block: list[TileRequest]) -> Done:
    assert _renderer is not None  # noqa: S101 - the pool began with it
    return _renderer(block)


def rendered(
    site: Site,
    open_site: OpenSite,
    blocks: Iterable[list[TileRequest]],
    *,
    bodies: bool,
    processes: int,
) -> Iterator[Done]:
    """Yield what became of each block, in their order; a process of its own opens its own site.

    Raises
    ------
    UnavailableError
        Where a process was killed.
    """
    if processes < 2:
        yield from map(Renderer(site, bodies), blocks)
        return
    # A fork would share the connections to the store, and locks that threads hold.
    begin = (open_site, site.settings, bodies)
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, begin)
    waiting: deque[Future[Done]] = deque()
    try:
        for block in blocks:
            waiting.append(pool.submit(_render, block))
            if len(waiting) > _AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise UnavailableError(
            "a process that rendered was ended from outside; the same command goes on"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
