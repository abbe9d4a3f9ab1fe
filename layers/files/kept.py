"""Files below one folder, whole under their names, the least used deleted above a limit."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from layers.errors import UnavailableError
from layers.tiles.flight import Flight
from layers.tiles.gate import Gate

_LEFTOVER_S = 3600.0
WAITING = 3
"""Who may wait in a process while a file is made, for that one or another: each holds a thread."""


class Kept:
    """Makes a file once, whoever asks, and finds it again; processes may share the folder."""

    def __init__(self, folder: Path, lock: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._flight: Flight[Path] = Flight(lock)
        # GDAL's options are of a process, and two makers are slower than one after the other.
        self._gate = Gate(1, WAITING)

    def file(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the file of that name; ``make`` writes it under a name of its own first.

        Raises
        ------
        UnavailableError
            Where too many files are being made, or the disk does not take it.
        """
        path = self._folder / name
        if found := self._found(path):
            return found
        with self._gate.passed():
            return self._flight.once(
                f"file/{name}", lambda: self._found(path), lambda: self._made(path, make)
            )

    def _found(self, path: Path) -> Path | None:
        try:
            os.utime(path)  # it was used
        except FileNotFoundError:
            return None
        except OSError:
            return path if path.is_file() else None  # a folder that may be read only
        return path

    def _made(self, path: Path, make: Callable[[Path], None]) -> Path:
        try:
            with self._aside(path) as part:
                make(part)
                part.replace(path)
            self._sweep(path)
        except OSError as reason:
            raise UnavailableError("the file cannot be written at the moment") from reason
        return path

    @contextlib.contextmanager
    def _aside(self, path: Path) -> Iterator[Path]:
        """Give a name with the right suffix in a folder that is gone afterwards."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=self._folder) as folder:
            yield Path(folder) / path.name

    def _sweep(self, newest: Path) -> None:
        """Delete the least used files above the limit, and what a killed maker left."""
        now_s = time.time()
        for left in self._folder.glob(".making-*"):
            with contextlib.suppress(OSError):
                if now_s - left.stat().st_mtime > _LEFTOVER_S:
                    shutil.rmtree(left, ignore_errors=True)
        files = []
        for path in self._folder.glob("*/*/*"):
            with contextlib.suppress(OSError):
                facts = path.stat()
                files.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._limit:
                break
            # Who is reading it goes on: only its name is gone.
            if path != newest and not path.parent.name.startswith(".making-"):
                path.unlink(missing_ok=True)
                total -= size
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
