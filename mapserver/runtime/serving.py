"""`mapserver serve`: one keeper and several web workers, ended together."""

import dataclasses
import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time

from layers.errors import LayersError, StoreLockedError
from mapserver.settings import Settings

GREETING = "keeping"
RESTART_AFTER_S = 1.0


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
    """
    # The workers read their settings from the environment: it is the only thing they inherit.
    os.environ.update(settings.environment())
    keeper = KeeperProcess(settings)
    # While the keeper starts: what is loaded here, the workers that are forked from here share.
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    importlib.import_module("mapserver.runtime.worker")
    from mapserver.runtime.seeding import Seeding

    keeper.watch()
    seeding = Seeding(settings)
    seeding.start()
    print(f"serving http://{settings.host}:{settings.port} (end with Ctrl-C)", flush=True)
    try:
        Granian(
            "mapserver.runtime.wsgi:application",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=settings.threads,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.error,
        ).serve()
    finally:
        seeding.close()
        keeper.end()


def keep(settings: Settings) -> None:
    """Run the keeper in this process until standard input closes or a signal asks it to end."""
    from mapserver.documents import assets
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
    server = keeper.listen()
    shown = dataclasses.replace(catalog, context=keeper.context)
    pointer = Pointer(shown, built, keeper.reader, keeper.now)
    print(GREETING, flush=True)
    threading.Thread(target=wait_for_parent, name="parent", daemon=True).start()
    pointing = threading.Thread(target=pointer.follow, args=(keeper.news,), name="pointer")
    pointing.start()
    try:
        keeper.run()
    finally:
        pointer.close()
        pointing.join()
        server.close()
        keeper.close()
