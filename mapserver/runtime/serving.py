"""`mapserver serve`: one keeper and several web workers, ended together."""

import contextlib
import functools
import os
import resource
import socket
import tempfile

from layers.errors import LayersError
from mapserver import wire
from mapserver.runtime import memory
from mapserver.runtime.keeper_process import KeeperProcess
from mapserver.settings import SettingError, Settings

COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""Read when `metrics` is loaded, so this module must not load it."""
STOP_S = 20.0
"""How long a worker may take to end; it gives its answers a little less."""


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
        try:
            web = _web(settings)
            keeper.watch(web.let_go)
            _unpack_land(settings)
            _run(settings, web)
        finally:
            keeper.end()


def _run(settings: Settings, web: wire.Workers) -> None:
    from mapserver.runtime import ahead

    # Nobody asked for these tiles: they are not counted with those that somebody did ask for.
    errands = ahead.errands(settings, {k: v for k, v in os.environ.items() if k != COUNTS})
    for errand in errands:
        errand.start()
    print(f"serving http://{settings.host}:{settings.port} (end with Ctrl-C)", flush=True)
    try:
        web.run(STOP_S)
    finally:
        for errand in errands:
            errand.close()


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
        raise SettingError(
            f"{host} port {port} cannot be listened on: {reason.strerror or reason}; "
            "another server may be there, or choose another --port"
        ) from None


def _web(settings: Settings) -> wire.Workers:
    """Return the web workers, not yet begun."""
    # While the keeper starts: what is loaded here, the workers that are forked from here share.
    from mapserver.runtime import worker

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
