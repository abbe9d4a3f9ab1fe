"""Finished pictures on the disk, shared by the processes of a server; and what they stand on."""

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class Folder:
    """At most ``most`` files, named after their content; the oldest give way.

    A file is written beside its place and renamed, so that a reader sees a whole one or none. A
    disk that cannot be written costs time, never a picture.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        with contextlib.suppress(OSError):
            # A loss of power can leave a file without its bytes; no picture has none.
            return (self._folder / name).read_bytes() or None
        return None

    def put(self, name: str, body: bytes) -> None:
        """Keep a file."""
        beside = self._folder / f"{name}.{os.getpid()}.{threading.get_ident()}.part"
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(body)
            beside.replace(self._folder / name)
            self._sweep()

    def _sweep(self) -> None:
        found = list(self._folder.iterdir())
        if len(found) <= self._most:
            return
        ages: list[tuple[float, Path]] = []
        for path in found:
            with contextlib.suppress(OSError):  # another process was quicker
                ages.append((path.stat().st_mtime, path))
        for _, path in sorted(ages)[: len(ages) - self._most]:
            path.unlink(missing_ok=True)


class Recent(Generic[T]):
    """The answers used last, at most ``most``; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._mutex = threading.Lock()
        self._held: OrderedDict[Hashable, T] = OrderedDict()

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer of a key; two that ask at once may both make it."""
        with self._mutex:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._mutex:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made
