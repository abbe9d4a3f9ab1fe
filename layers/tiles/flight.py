"""One render for each key at a time, across threads and processes."""

import contextlib
import fcntl
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

LOCKS = 1 << 16
"""Bytes of the lock file; two keys that share one wait for each other, and nothing worse."""


class Flight(Generic[T]):
    """Lets the first asker work and the others wait for the answer.

    Threads of a process wait for a future. Processes wait for a lock on a byte of a file, which
    the kernel gives back when its holder dies; the next one looks whether the work was done and
    else does it.
    """

    def __init__(self, path: Path | None) -> None:
        """``path`` is the lock file; None keeps to the threads of this process."""
        self._path = path
        self._handle: tuple[int, int] | None = None
        self._mutex = threading.Lock()
        self._flying: dict[str, Future[T]] = {}

    def once(
        self,
        key: str,
        made: Callable[[], T | None],
        make: Callable[[], T],
        *,
        waiting: bool = True,
    ) -> T:
        """Return what ``made`` finds under the key's lock, else what ``make`` makes.

        An error of ``make`` goes to all who wait in this process; another process tries again.

        Raises
        ------
        BlockingIOError
            Where one who cannot be ``waiting`` would have to.
        """
        own: Future[T] = Future()
        while True:
            with self._mutex:
                flying = self._flying.setdefault(key, own)
            if flying is own:
                break
            if not waiting:
                raise BlockingIOError
            with contextlib.suppress(BlockingIOError):  # who began could not wait: one who can does
                return flying.result()
        try:
            with self._locked(key, waiting):
                found = made()
                found = make() if found is None else found
        except BaseException as error:
            self._landed(key)
            own.set_exception(error)
        else:
            self._landed(key)
            own.set_result(found)
        return own.result()

    def _landed(self, key: str) -> None:
        with self._mutex:
            del self._flying[key]

    @contextlib.contextmanager
    def _locked(self, key: str, waiting: bool) -> Iterator[None]:
        handle = self._opened()
        if handle is None:
            yield  # a full or read-only disk costs a second render, never the tile
            return
        place = zlib.crc32(key.encode()) % LOCKS
        try:
            how = fcntl.LOCK_EX if waiting else fcntl.LOCK_EX | fcntl.LOCK_NB
            fcntl.lockf(handle, how, 1, place)
        except BlockingIOError:
            raise
        except OSError:
            # The kernel knows processes, not threads: where two wait for each other's threads it
            # sees a deadlock that is none. A second render is what that may cost.
            yield
            return
        try:
            yield
        finally:
            fcntl.lockf(handle, fcntl.LOCK_UN, 1, place)

    def _opened(self) -> int | None:
        """Return the lock file, opened once in each process: a fork brings no lock along."""
        if self._path is None:
            return None
        with self._mutex:
            if self._handle is None or self._handle[0] != os.getpid():
                try:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    how = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
                    self._handle = os.getpid(), os.open(self._path, how, 0o644)
                except OSError:
                    return None
            return self._handle[1]
