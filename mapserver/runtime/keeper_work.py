"""What the keeper's process does from its first moment to its last."""

import contextlib
import dataclasses
import logging
import signal
import threading
from multiprocessing.connection import Connection

from layers.errors import LayersError
from layers.kinds import Sources
from layers.store import PUBLIC
from mapserver.documents import assets
from mapserver.runtime.aligner import Aligner
from mapserver.runtime.entries import context_for, definition
from mapserver.runtime.keeper import Keeper
from mapserver.runtime.pointer import Pointer
from mapserver.settings import Settings


def keep(settings: Settings, server: Connection) -> None:
    """Keep the folder until the server says a word, is gone, or a signal asks to end.

    Parameters
    ----------
    settings : Settings
    server : Connection
        It is told, once, why the folder cannot be kept, or nothing where it is.
    """
    built = assets.read()
    try:
        catalog = definition(settings, built)
        keeper = Keeper(settings, catalog.layers, catalog.feeds, context_for(settings, catalog))
    except LayersError as error:
        with contextlib.suppress(OSError):
            server.send(str(error))
        return

    def wait_for_server() -> None:
        with contextlib.suppress(EOFError, OSError):  # it is gone
            server.recv()
        keeper.stop()

    # A hostile file is refused with a sentence; GDAL's own remarks about it help nobody.
    logging.getLogger("rasterio").setLevel(logging.ERROR)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: keeper.stop())
    aligner = Aligner(catalog.layers, Sources(keeper.reader, PUBLIC, keeper.now))
    listening = keeper.listen()
    shown = dataclasses.replace(catalog, context=keeper.context)
    pointer = Pointer(shown, built, keeper.reader, keeper.now)
    with contextlib.suppress(OSError):  # it is gone, as the thread will find
        server.send("")
    threading.Thread(target=wait_for_server, name="server", daemon=True).start()
    pointing = threading.Thread(target=pointer.follow, args=(keeper.news,), name="pointer")
    pointing.start()
    aligner.start()
    try:
        keeper.run()
    finally:
        aligner.stop()
        pointer.close()
        pointing.join()
        listening.close()
        keeper.close()
