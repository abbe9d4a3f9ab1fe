"""How a command writes: through the running keeper, or by becoming it."""

import time
from collections.abc import Mapping
from typing import Any

from layers.model import Context
from layers.store import Paths, Reader
from mapserver.runtime import channel
from mapserver.runtime.channel import raise_answer
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
    from mapserver.documents import assets
    from mapserver.runtime.entries import context_for, definition
    from mapserver.runtime.keeper import Keeper

    catalog = definition(settings, assets.read())
    context = _known_context(settings) or context_for(settings, catalog)
    keeper = Keeper(settings, catalog.layers, (), context)
    try:
        keeper.demonstration.begin(keeper.now())
        return raise_answer(keeper.answer(header, payload))
    finally:
        keeper.close()


def _known_context(settings: Settings) -> Context | None:
    """Return the context of a folder that exists: what it is for is said once, when it is made."""
    if not Paths(settings.data_dir).database.is_file():
        return None
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
