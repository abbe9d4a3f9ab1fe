"""How a command writes: through the running keeper, or by becoming it."""

from collections.abc import Mapping
from typing import Any

from layers.store import Paths
from mapserver.documents import assets
from mapserver.runtime import channel
from mapserver.runtime.keeper import Keeper, raise_answer
from mapserver.runtime.opening import context_for, definition
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
    catalog = definition(settings, assets.read())
    keeper = Keeper(settings, catalog.layers, (), context_for(settings, catalog))
    try:
        keeper.demonstration.begin(keeper.now())
        return raise_answer(keeper.answer(header, payload))
    finally:
        keeper.close()
