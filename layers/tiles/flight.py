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

LOCKS = 1024
"""Lock files; two keys that share one wait for each other, and nothing worse."""


class Flight(Generic[T]):
    """Lets the first asker work and the others wait for the answer.

    Threads of a process wait for a future. Processes wait for a lock on a file, which the kernel
    gives back when its holder dies; the next one looks whether the work was done and else does it.
    """

    def __init__(self, folder: Path | None) -> None:
        """``folder`` holds the lock files; None keeps to the threads of this process."""
        self._folder = folder
        self._mutex = threading.Lock()
        self._flying: dict[str, Future[T]] = {}

    def once(self, key: str, made: Callable[[], T | None], make: Callable[[], T]) -> T:
        """Return what ``made`` finds under the key's lock, else what ``make`` makes.

        An error of ``make`` goes to all who wait in this process; another process tries again.
        """
        own: Future[T] = Future()
        with self._mutex:
            flying = self._flying.setdefault(key, own)
        if flying is not own:
            return flying.result()
        try:
            with self._locked(key):
                found = made()
                own.set_result(make() if found is None else found)
        except BaseException as error:
            own.set_exception(error)
        finally:
            with self._mutex:
                del self._flying[key]
        return own.result()

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        if self._folder is None:
            yield
            return
        name = f"{zlib.crc32(key.encode()) % LOCKS:03x}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            yield  # a full or read-only disk costs a second render, never the tile
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
