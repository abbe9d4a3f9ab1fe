"""One connection: its requests are answered one after the other, by the loop or by threads."""

import asyncio
import threading
from typing import cast

from mapserver.wire.exchange import Exchange, GoneError
from mapserver.wire.house import Answer, House
from mapserver.wire.reading import Reader
from mapserver.wire.request import Address, Request

HEADERS_S = 10.0
"""A connection that has not sent whole headers by then is closed, and so is an idle one."""
CONNECTIONS = 8_192
"""Connections of a process; each costs a file and a few kB, none costs a thread."""
SLOW_S, LEAST_BYTES = 60.0, 60_000
"""A client who takes less of its answer in so long has gone, as far as others are concerned."""
LINGER_S = 5.0
"""How long what was sent in vain is read: closed at once, a connection takes the answer along."""
READ_BYTES = 8_192
"""Pieces that are read at once; the next one waits until what was in it is being answered."""
TURN = 8
"""Answers to one client before others have their turn."""
_CONNECTION = {True: b"Connection: keep-alive\r\n", False: b"Connection: close\r\n"}
_REFUSED = b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n"


class Connection(asyncio.Protocol):
    """Takes requests and writes answers; what is not said to be of threads is of the loop."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.gone = False
        """Whether nobody is left to answer."""
        self._reader = Reader(self._hungry)
        self._unread = b""
        self._answering: Request | None = None
        self._paused = self._lingers = self._yields = False
        self._since_s = self._look_s = house.loop.time()
        self._written_bytes = self._taken_bytes = 0
        self._flows, self._taken = threading.Event(), threading.Event()
        self._flows.set()
        self._taken.set()

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a new client, or refuse it where there are too many."""
        self._transport = cast(asyncio.Transport, transport)
        here, there = (transport.get_extra_info(end) for end in ("sockname", "peername"))
        self.ends: tuple[Address, Address] = (here[:2], (there or ("", 0))[:2])
        self.house.connections.add(self)
        if len(self.house.connections) > 2 * CONNECTIONS:
            self._transport.abort()
        elif len(self.house.connections) > CONNECTIONS:
            self._reader.refuse("503 Service Unavailable")
            self._go()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all that waits for this client."""
        self.house.connections.discard(self)
        self.gone = True
        self._unread = b""
        self._reader.end()
        self._flows.set()
        self._taken.set()

    def pause_writing(self) -> None:
        """The client is slower than its answer."""
        self._flows.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._flows.set()
        self._go()

    def data_received(self, data: bytes) -> None:
        """Read what came, and answer."""
        self._unread = self._unread + data if self._unread else data
        self._go()

    # What threads ask for.

    def wait(self) -> None:
        """Wait in a thread until the client has taken most of what was written.

        Raises
        ------
        GoneError
            Where it does not.
        """
        self._taken.wait()
        self._flows.wait()
        if self.gone:
            raise GoneError

    def hand_over(self, data: bytes, *, last: bool, keep: bool) -> None:
        """Have a thread's piece written, the ``last`` one of an answer or not.

        Raises
        ------
        GoneError
            Where the client has gone.
        """
        if self.gone:
            raise GoneError
        self._taken.clear()
        self.house.loop.call_soon_threadsafe(self._write, data, last, keep)

    def break_off(self) -> None:
        """End the connection from a thread, so that the client sees that something is missing."""
        self.house.loop.call_soon_threadsafe(self._transport.abort)

    def _hungry(self) -> None:
        self.house.loop.call_soon_threadsafe(self._bring_more)

    # What the loop does.

    def _bring_more(self) -> None:
        request = self._answering
        if request is not None and request.expects and not self.gone:
            request.expects = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._go()

    def _go(self) -> None:
        """Read and answer, one request after the other, and say at the end why no more is read."""
        if self._yields or self.gone:
            return
        house, reader = self.house, self._reader
        for turn in range(TURN + 1):
            self._read()
            if not reader.waiting or self._answering is not None or not self._flows.is_set():
                break
            if turn == TURN:
                self._yields = True
                house.loop.call_soon(self._go_on)
                break
            request = reader.waiting.popleft()
            quick = house.at_once(request)
            if isinstance(quick, tuple):
                self._say(request, quick)
                continue
            self._answering = request
            if quick:
                house.soon(self, request)
            else:
                house.pool.submit(Exchange(self, request))
            # One turn more: its body may be there to be read.
        if reader.refusal and not reader.waiting and self._answering is None:
            text = reader.refusal.encode()
            head = _REFUSED % (text, len(text) - 4) + house.date + b"\r\n"
            self._put(head + text[4:])
            self._leave()
        self._pause(bool(self._unread) or reader.full)

    def take(self, request: Request, answer: Answer | None) -> None:
        """Say what the loop has made, or have a thread answer."""
        if self.gone:
            return
        if answer is None:
            self.house.pool.submit(Exchange(self, request))
            return
        self._answering = None
        self._say(request, answer)
        self._go()

    def _say(self, request: Request, answer: Answer) -> None:
        head, body = answer
        keep = request.keep_alive and not self.house.ending
        said = b"" if keep and request.version == "1.1" else _CONNECTION[keep]
        self._put(b"".join((self.house.opening, head, said, b"\r\n", body)))
        self._answered(keep)

    def _go_on(self) -> None:
        self._yields = False
        self._go()

    def _read(self) -> None:
        reader = self._reader
        while self._unread and not reader.waiting and not reader.full:
            piece, self._unread = self._unread[:READ_BYTES], self._unread[READ_BYTES:]
            reader.feed(piece)

    def _put(self, data: bytes) -> None:
        self._written_bytes += len(data)
        self._transport.write(data)

    def _write(self, data: bytes, last: bool, keep: bool) -> None:
        self._taken.set()
        if self.gone:
            return
        self._put(data)
        request = self._answering
        if request is not None:
            request.expects = False
        if last:
            self._answering = None
            if request is not None and request.body is not None and not request.body.complete:
                self._reader.refuse()
            self._answered(keep)
            self._go()

    def _answered(self, keep: bool) -> None:
        reader = self._reader
        self._since_s = self.house.loop.time()
        owes = bool(reader.refusal or reader.waiting)
        if not keep or self.house.ending or (reader.deaf and not owes):
            self._leave()

    def _pause(self, pauses: bool) -> None:
        if pauses != self._paused and not self._transport.is_closing():
            self._paused = pauses
            (self._transport.pause_reading if pauses else self._transport.resume_reading)()

    def _leave(self) -> None:
        """Close; where the client may still be sending, when it has heard our answer."""
        self._reader.waiting.clear()
        self._reader.refusal = ""
        if self._transport.is_closing() or self._lingers:
            return
        if not self._reader.deaf:
            self._unread = b""
            self._transport.close()
            return
        self._lingers = True
        self._transport.write_eof()

    def look(self, now_s: float) -> None:
        """Close where nothing happens any more."""
        left_bytes = self._transport.get_write_buffer_size()
        if left_bytes:
            self._since_s = now_s
            if now_s - self._look_s > SLOW_S:
                before_bytes, self._taken_bytes = (
                    self._taken_bytes,
                    self._written_bytes - left_bytes,
                )
                self._look_s = now_s
                if self._taken_bytes - before_bytes < LEAST_BYTES:
                    self._transport.abort()
            return
        self._look_s, self._taken_bytes = now_s, self._written_bytes
        quiet_s = now_s - self._since_s
        if self._lingers:
            if quiet_s > LINGER_S:
                self._transport.abort()
        elif self._is_idle() and quiet_s > HEADERS_S:
            self._transport.close()

    def end(self) -> None:
        """Take no further request: an idle connection is closed, another one after its answer."""
        if self._is_idle():
            self._transport.close()

    def _is_idle(self) -> bool:
        return self._answering is None and not self._reader.waiting and not self._lingers
