"""`mapserver serve`: one keeper and several web workers, ended together."""

import contextlib
import dataclasses
import functools
import gc
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from layers.errors import LayersError, StoreLockedError
from mapserver import wire
from mapserver.runtime import memory
from mapserver.settings import SettingError, Settings

GREETING = "keeping"
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""Read when `metrics` is loaded, so this module must not load it."""
RESTART_AFTER_S = 1.0
STOP_S = 20.0
"""How long a worker may take to end; it gives its answers a little less."""


class KeeperProcess:
    """The keeper as a child: it ends when its standard input closes, so it never outlives us."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ending = False
        self._child = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "mapserver", "keeper"],
            env={**os.environ, **self._settings.environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _greeted(self) -> None:
        assert self._child.stdout is not None  # noqa: S101 - a pipe was asked for
        first = self._child.stdout.readline().strip()
        if first != GREETING:
            self._child.wait()
            raise StoreLockedError(first or "the keeper did not start; see the lines above")

    def watch(self) -> None:
        """Wait until it keeps the folder; from then on start it again whenever it dies.

        Raises
        ------
        StoreLockedError
            Where it cannot keep the folder.
        """
        self._greeted()
        threading.Thread(target=self._watch, name="keeper-watch", daemon=True).start()

    def _watch(self) -> None:
        while True:
            self._child.wait()
            if self._ending:
                return
            time.sleep(RESTART_AFTER_S)
            try:
                self._child = self._start()
                self._greeted()
            except LayersError as error:
                print(f"the keeper could not be started again: {error}", file=sys.stderr)

    def end(self) -> None:
        """Let the keeper finish what it is writing, and wait for it."""
        self._ending = True
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            self._child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._child.kill()


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises
    ------
    StoreLockedError
        Where another server or command keeps the data folder.
    SettingError
        For an address that cannot be listened on.
    """
    memory.restrain()  # before there are threads: workers are forked with the heaps that they made
    _free(settings.host, settings.port)
    with tempfile.TemporaryDirectory(prefix="kyzylkum-metrics-") as counts:
        # All processes read this from the environment: it is the only thing they inherit.
        os.environ.update({**settings.environment(), COUNTS: counts})
        keeper = KeeperProcess(settings)
        from mapserver.runtime import ahead

        web = _web(settings)
        keeper.watch()
        _unpack_land(settings)
        # Nobody asked for these tiles: they are not counted with those that somebody did ask for.
        uncounted = {k: v for k, v in os.environ.items() if k != COUNTS}
        errands = ahead.errands(settings, uncounted)
        for errand in errands:
            errand.start()
        print(f"serving http://{settings.host}:{settings.port} (end with Ctrl-C)", flush=True)
        try:
            web.run(STOP_S)
        finally:
            for errand in errands:
                errand.close()
            keeper.end()


def _free(host: str, port: int) -> None:
    """Look that nobody listens there: the workers share the port, and so would a stranger."""
    if not 0 < port < 65_536:
        raise SettingError(f"port {port} is no port; 1 to 65535 are")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as reason:
        raise SettingError(f"{host} port {port} cannot be listened on: {reason}") from None


def _web(settings: Settings) -> wire.Workers:
    """Return the web workers, not yet begun."""
    # While the keeper starts: what is loaded here, the workers that are forked from here share.
    from mapserver.runtime import worker

    gc.collect()
    gc.freeze()  # what is not looked at again stays shared
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sockets = wire.listeners(settings.host, settings.port, settings.workers)
    return wire.Workers(sockets, functools.partial(worker.work, threads=settings.threads))


def _unpack_land(settings: Settings) -> None:
    """Unpack the base map, where the catalogue has one: all workers share it."""
    from layers.store import Paths
    from mapserver.documents import assets
    from mapserver.runtime import land
    from mapserver.runtime.entries import definition

    built = assets.read()
    with contextlib.suppress(LayersError):  # whoever draws says what is wrong with its files
        ground = land.of(definition(settings, built), built, Paths(settings.data_dir).cache)
        if ground is not None:
            ground.unpacked()


def keep(settings: Settings) -> None:
    """Run the keeper in this process until standard input closes or a signal asks it to end."""
    memory.restrain()  # what is loaded below starts threads
    from layers.kinds import Sources
    from layers.store import PUBLIC
    from mapserver.documents import assets
    from mapserver.runtime.aligner import Aligner
    from mapserver.runtime.entries import context_for, definition
    from mapserver.runtime.keeper import Keeper
    from mapserver.runtime.pointer import Pointer

    try:
        built = assets.read()
        catalog = definition(settings, built)
        keeper = Keeper(settings, catalog.layers, catalog.feeds, context_for(settings, catalog))
    except LayersError as error:
        print(error, flush=True)
        raise SystemExit(1) from None

    def wait_for_parent() -> None:
        sys.stdin.read()
        keeper.stop()

    # A hostile file is refused with a sentence; GDAL's own remarks about it help nobody.
    logging.getLogger("rasterio").setLevel(logging.ERROR)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: keeper.stop())
    aligner = Aligner(catalog.layers, Sources(keeper.reader, PUBLIC, keeper.now))
    server = keeper.listen()
    shown = dataclasses.replace(catalog, context=keeper.context)
    pointer = Pointer(shown, built, keeper.reader, keeper.now)
    print(GREETING, flush=True)
    threading.Thread(target=wait_for_parent, name="parent", daemon=True).start()
    pointing = threading.Thread(target=pointer.follow, args=(keeper.news,), name="pointer")
    pointing.start()
    aligner.start()
    try:
        keeper.run()
    finally:
        aligner.stop()
        pointer.close()
        pointing.join()
        server.close()
        keeper.close()
