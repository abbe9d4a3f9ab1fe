"""A process that answers what comes to a socket, until it is told to end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable

import uvloop

from mapserver.wire.connection import Connection
from mapserver.wire.house import Application, House, Quick

BACKLOG = 2_048
STOP_S = 15.0
"""How long answers that have begun may take when the process is to end."""
_TICK_S = 1.0


def listeners(host: str, port: int, count: int) -> list[socket.socket]:
    """Return as many sockets that listen at one address; the kernel deals connections out.

    Raises
    ------
    OSError
        Where nobody can listen there.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = []
    try:
        for _ in range(count):
            listener = socket.socket(family, kind, protocol)
            found.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
    except OSError:
        for listener in found:
            listener.close()
        raise
    return found


def answer_until_told(
    listener: socket.socket,
    application: Application,
    quick: Quick,
    threads: int,
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Answer until SIGTERM or SIGINT, then end what has begun.

    Parameters
    ----------
    listener : socket
        It listens already.
    application : WSGI application
        Run by ``threads`` threads at most.
    quick : Quick
        What the loop answers by itself.
    ending : callable
        Is called first when the process is to end, so that answers without an end find one.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answered(listener, application, quick, threads, ending))


async def _answered(
    listener: socket.socket,
    application: Application,
    quick: Quick,
    threads: int,
    ending: Callable[[], None],
) -> None:
    house = House(application, quick, threads)
    told = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        house.loop.add_signal_handler(wish, told.set)
    server = await house.loop.create_server(
        lambda: Connection(house), sock=listener, backlog=BACKLOG
    )
    while not told.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), _TICK_S)
        house.tick()
    server.close()
    ending()
    house.ending = True
    for connection in list(house.connections):
        connection.end()
    end_s = house.loop.time() + STOP_S
    while house.connections and house.loop.time() < end_s:
        await asyncio.sleep(0.05)
        house.tick()
    house.pool.shutdown(wait=False, cancel_futures=True)
