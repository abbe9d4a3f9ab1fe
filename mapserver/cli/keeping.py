"""How a command writes: through the running keeper, or by becoming it."""

import time
from collections.abc import Mapping
from typing import Any

from layers.model import CatalogDefinition, Context
from layers.store import Paths, Reader
from mapserver.documents import assets
from mapserver.runtime import channel
from mapserver.runtime.channel import raise_answer
from mapserver.runtime.entries import context_for, definition
from mapserver.settings import Settings


def ask(settings: Settings, header: Mapping[str, Any], payload: bytes = b"") -> dict[str, Any]:
    """Return the keeper's answer to one call.

    Raises
    ------
    LayersError
        What the keeper found wrong; StoreLockedError where a command is writing at this moment.
    """
    try:
        return raise_answer(channel.call(Paths(settings.data_dir).socket, header, payload))
    except channel.KeeperAwayError:
        pass
    # The keeper's rooms are heavy: a command that only asks one does not load them.
    from mapserver.runtime.keeper import Keeper

    catalog = definition(settings, assets.read())
    keeper = Keeper(settings, catalog.layers, (), _context(settings, catalog))
    try:
        keeper.demonstration.begin(keeper.now())
        return raise_answer(keeper.answer(header, payload))
    finally:
        keeper.close()


def _context(settings: Settings, catalog: CatalogDefinition) -> Context:
    """Return the context that a folder has, or the one that a new folder gets.

    What a folder is for is said once, when it is made; no later command must repeat it.
    """
    if not Paths(settings.data_dir).database.is_file():
        return context_for(settings, catalog)
    reader = Reader(settings.data_dir)
    try:
        return reader.context()
    finally:
        reader.close()


def until_ready(settings: Settings) -> None:
    """Wait until the running keeper has the newest surfaces; end when there is no keeper."""
    socket = Paths(settings.data_dir).socket
    while not raise_answer(channel.call(socket, {"op": "status"}))["ready"]:
        time.sleep(0.5)
