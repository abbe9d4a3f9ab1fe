"""Event streams: one watcher a worker looks for news, and each stream waits for what it finds."""

import logging
import threading
import time
import weakref
from collections.abc import Iterator

from layers.errors import UnavailableError
from mapserver.runtime import metrics
from mapserver.services.site import News

LOG = logging.getLogger("mapserver.events")

LOOK_S = 0.5
"""How often the watcher looks while anybody listens."""
TOGETHER_S = 10.0
"""What changes so soon after something was told is told together: pages draw themselves anew."""
HEARTBEAT_S = 15.0
"""How often a stream says that it lives; one whose client went away is noticed then."""
LIFETIME_S = 1800.0
"""After this a stream ends and its client comes again: none holds a thread for ever."""
RETRY_MS = 5_000
SHARE = 4
"""A stream holds a thread: the streams of a worker have a quarter of them at most."""


_ALL: "weakref.WeakSet[Streams]" = weakref.WeakSet()


def stop() -> None:
    """End the streams of this process, so that a worker that is told to end can."""
    for streams in _ALL:
        streams.stop()


class Streams:
    """The event streams of a worker, and the one thread that looks for what they tell.

    Parameters
    ----------
    most : int
        Streams that may be open at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._told = threading.Condition()
        self._newest: tuple[str, bytes] | None = None
        self._watching = False
        self.stopped = False
        """Whether the worker ends, and all streams with it."""
        _ALL.add(self)

    def open(self, news: News, seen: str | None) -> Iterator[bytes]:
        """Return a stream for one who has seen the id ``seen``.

        Raises
        ------
        UnavailableError
            Where all streams are taken.
        """
        with self._told:
            if self._open >= self._most or self.stopped:
                raise UnavailableError(
                    f"all {self._most} event streams of this worker are taken; "
                    "ask /current.json once a minute"
                )
            self._open += 1
            metrics.STREAMS.set(self._open)
            if not self._watching:
                self._watching, self._newest = True, None
                threading.Thread(target=self._watch, args=(news,), daemon=True).start()
        return _Stream(self, seen)

    def stop(self) -> None:
        """End all streams and open no other."""
        with self._told:
            self.stopped = True
            self._told.notify_all()

    def leave(self) -> None:
        """Give a place back."""
        with self._told:
            self._open -= 1
            metrics.STREAMS.set(self._open)
            self._told.notify_all()

    def wait(self, seen: str | None, timeout_s: float) -> tuple[str, bytes] | None:
        """Return what is newer than ``seen``; None after ``timeout_s``, or when all end."""
        with self._told:
            self._told.wait_for(lambda: self.stopped or self._newer(seen), timeout_s)
            return self._newest if self._newer(seen) else None

    def _newer(self, seen: str | None) -> bool:
        return self._newest is not None and self._newest[0] != seen

    def _watch(self, news: News) -> None:
        while True:
            try:
                found: tuple[str, bytes] | None = news()
            except Exception:  # whatever it is: without this thread nobody would be told of news
                LOG.exception("the watcher goes on after an error")
                found = self._newest
            with self._told:
                changed = self._newest is not None and found != self._newest
                if found != self._newest:
                    self._newest = found
                    self._told.notify_all()
                pause_s = TOGETHER_S if changed else LOOK_S
                self._told.wait_for(lambda: self.stopped or not self._open, pause_s)
                if self.stopped or not self._open:
                    self._watching = False
                    return


class _Stream(Iterator[bytes]):
    """One stream; the server closes it when its client has gone."""

    def __init__(self, streams: Streams, seen: str | None) -> None:
        self._streams = streams
        self._seen = seen
        self._ends_s = time.monotonic() + LIFETIME_S
        self._begun = self._closed = False

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            return f"retry: {RETRY_MS}\n\n".encode()
        left_s = self._ends_s - time.monotonic()
        if left_s <= 0:
            raise StopIteration
        told = self._streams.wait(self._seen, min(HEARTBEAT_S, left_s))
        if self._closed or self._streams.stopped:
            raise StopIteration
        if told is None:
            return b":\n\n"
        self._seen = told[0]
        return told[1]

    def close(self) -> None:
        """Give the place back."""
        if not self._closed:
            self._closed = True
            self._streams.leave()
