"""One writer to a data folder: a lock that the kernel frees when its holder dies."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from layers.errors import StoreLockedError
from layers.store.paths import Paths


class FolderLock:
    """Holds the right to write to a data folder, from construction until ``release``.

    Raises
    ------
    StoreLockedError
        Where another process holds it.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        path = Paths(root).lock
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise StoreLockedError(
                f"another server or command writes to {root} (process {holder}); "
                "stop it, or choose another --data-dir"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others write."""
        os.close(self._file)

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
