"""Rendered tiles as immutable files, named as in their addresses."""

import contextlib
import errno
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from layers.tiles.seeded import Edition, Seeded, Standing

LOG = logging.getLogger("layers.tiles")
Judge = Callable[[str, str, str, str], Standing]
"""Tells what the edition of (layer, style, version, time word) is among those of its layer."""

_BLOCK_BYTES = 4096
_SWEEP_SHARE = 32
_KEPT_SHARE = 0.9
_LEFTOVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size_bytes: int
    written_s: float
    edition: Edition


class DiskCache:
    """Files below one folder, shared by all processes of a server.

    A file is written beside its place and renamed, so a reader sees a whole tile or none; it is
    not flushed to the disk, because a lost tile is rendered again. A disk that is full or cannot be
    written costs time, never an answer.
    """

    def __init__(
        self, folder: Path, limit_bytes: int, judge: Judge, seeded: Seeded | None = None
    ) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._judge = judge
        self._seeded = seeded
        self._warned = False
        self._numbers = itertools.count()
        self._mutex = threading.Lock()
        # What was left by the last run is measured with the first tile that is written.
        self._unswept_bytes = limit_bytes

    def get(self, path: str) -> bytes | None:
        """Return the bytes of a tile, or None."""
        try:
            with open(f"{self._folder}/{path}", "rb", buffering=0) as stream:  # noqa: PTH123
                # A loss of power can leave a file without its bytes; no tile has none.
                return stream.read() or None
        except OSError:
            return None

    def holds(self, path: str) -> bool:
        """Tell whether a tile is there, without reading it."""
        try:
            return (self._folder / path).stat().st_size > 0
        except OSError:
            return False

    def put(self, path: str, body: bytes, holds: Callable[[], bool] = lambda: True) -> None:
        """Write a tile that ``holds`` still; every 1/32 of the limit, look whether all is too much.

        Who takes tiles back says so first and then renames their folder: what was written into a
        new one is looked at again.
        """
        place = f"{self._folder}/{path}"
        beside = f"{place}.{os.getpid()}.{next(self._numbers)}.part"
        # The folder may not be there yet, and a sweep of another process may take it away again.
        for _ in range(3):
            try:
                _write(beside, body)
                if not holds():
                    os.unlink(beside)  # noqa: PTH108 - as below
                    return
                os.replace(beside, place)  # noqa: PTH105 - a tile a millisecond passes here
            except FileNotFoundError:
                try:
                    Path(place).parent.mkdir(parents=True, exist_ok=True)
                except OSError:
                    return
                continue
            except OSError:
                with contextlib.suppress(OSError):
                    Path(beside).unlink(missing_ok=True)
                return
            break
        with self._mutex:
            self._unswept_bytes += _blocks(len(body))
            due = self._unswept_bytes * _SWEEP_SHARE >= self._limit
            if due:
                self._unswept_bytes = 0
        if due:
            threading.Thread(target=self.sweep, name="tile-sweep", daemon=True).start()

    def sweep(self) -> int:
        """Return the bytes left after deleting down to 9/10 of the limit, if it is exceeded.

        Tiles of superseded versions go first, then the oldest; seeded levels of what is shown stay.
        Files count as whole blocks.
        """
        now_s = time.time()
        files, total = [], 0
        for file in self._files():
            if file.path.endswith(".part"):
                if now_s - file.written_s > _LEFTOVER_S:
                    self._delete(file)
                continue
            files.append(file)
            total += file.size_bytes
        if total <= self._limit:
            return total
        standing = {edition: self._judge(*edition) for edition in {f.edition for f in files}}
        stays = self._seeded.guard(standing) if self._seeded else lambda edition, path: False
        loose = (file for file in files if not stays(file.edition, file.path))
        for file in sorted(loose, key=lambda f: (standing[f.edition] > 0, f.written_s)):
            if total <= self._limit * _KEPT_SHARE:
                break
            total -= self._delete(file)
        if total > self._limit and not self._warned:
            self._warned = True
            LOG.warning(
                "%.0f MB of seeded tiles are more than the %.0f MB of the tile cache; they stay",
                total / 1e6,
                self._limit / 1e6,
            )
        return total

    def _files(self) -> Iterator[_File]:
        for root, _, names in os.walk(self._folder):
            parts = Path(root).relative_to(self._folder).parts
            if len(parts) != 6:  # layer, style, version, time, zoom, column
                continue
            for name in names:
                path = os.path.join(root, name)  # noqa: PTH118 - a hundred thousand of them
                try:
                    facts = os.stat(path)  # noqa: PTH116
                except OSError:
                    continue  # another process was quicker
                layer, style, version, at = parts[:4]
                edition = (layer, style, version, at)
                yield _File(path, _blocks(facts.st_size), facts.st_mtime, edition)

    def _delete(self, file: _File) -> int:
        """Delete a file and the folders that it leaves empty; return the bytes set free."""
        place = Path(file.path)
        try:
            place.unlink(missing_ok=True)
        except OSError:
            return 0  # a folder that may be read only
        for folder in place.parents:
            if folder == self._folder:
                break
            try:
                folder.rmdir()
            except OSError:
                break  # not empty
        return file.size_bytes


def _write(path: str, body: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        if os.write(handle, body) < len(body):
            raise OSError(errno.ENOSPC, "the disk took a part of a tile")
    finally:
        os.close(handle)


def _blocks(size_bytes: int) -> int:
    return -(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES
