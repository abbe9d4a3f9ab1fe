"""A watched folder: what has arrived whole, and where it goes afterwards.

``root/NAME`` waits; ``root/done/NAME`` and ``root/refused/NAME`` were dealt with, each with a
``NAME.txt`` that says how.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO, Literal

from layers.errors import BusyError, FeedUnreachableError, TooLargeError

MAX_BYTES = 64 * 1024 * 1024
SETTLED_S = 2.0
"""A file that was written to within this time may still be growing."""
Verdict = Literal["done", "refused"]
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that waits in a folder, as it was when seen."""

    root: Path
    name: str
    inode: int
    size: int
    mtime_ns: int

    @property
    def path(self) -> Path:
        """Where it waits."""
        return self.root / self.name


def scan(
    root: Path, *, now_s: float, pattern: str = "*", settled_s: float = SETTLED_S
) -> list[Arrived]:
    """Return the files that have arrived whole, oldest first.

    Parameters
    ----------
    root : Path
        The folder; its own subfolders are not entered.
    now_s : float
        Seconds since the epoch.
    pattern : str
        Names that count, as ``*.csv``; case does not matter.
    settled_s : float
        How long a file must have been left alone.

    Returns
    -------
    list of Arrived
        Regular files only: no links, no hidden or unfinished names (``.part``, ``.tmp``, ``~``).

    Raises
    ------
    FeedUnreachableError
        Where the folder cannot be read.
    """
    try:
        with os.scandir(root) as entries:
            found = [
                Arrived(Path(root), entry.name, *_state(facts))
                for entry in entries
                if matches(entry.name, pattern)
                for facts in (_facts(entry),)
                if facts is not None
            ]
    except OSError as error:
        raise FeedUnreachableError(
            f"the folder {root} cannot be read: {error.strerror or error}"
        ) from None
    # A clock that runs ahead may date a file into the future; that one is not still growing.
    settled = [file for file in found if abs(now_s - file.mtime_ns / 1e9) >= settled_s]
    return sorted(settled, key=lambda file: (file.mtime_ns, file.name))


@contextmanager
def opened(arrived: Arrived, *, max_bytes: int = MAX_BYTES) -> Iterator[BinaryIO]:
    """Open a file that has arrived, as a binary stream.

    Raises
    ------
    TooLargeError
        Where it is larger than ``max_bytes``.
    BusyError
        Where it has changed since it was seen, or while it was read: it comes again.
    FeedUnreachableError
        Where it is gone, a link, or may not be read.
    """
    if arrived.size > max_bytes:
        raise TooLargeError(
            f"{arrived.name} has {arrived.size:,} bytes; the limit is {max_bytes:,}"
        )
    try:
        handle = os.open(arrived.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FeedUnreachableError(
            f"{arrived.name} cannot be read: {error.strerror or error}"
        ) from None
    with os.fdopen(handle, "rb") as stream:
        _unchanged(arrived, handle)
        yield stream
        _unchanged(arrived, handle)


def finish(arrived: Arrived, verdict: Verdict, text: str) -> Path:
    """Move a file to ``done`` or ``refused`` beside it, with ``text`` in a .txt; return its place.

    The text is written first, so that a file in either folder always has its sentence. A name that
    is taken gets a number; nothing is overwritten.

    Raises
    ------
    BusyError
        Where another file has come under its name since it was seen: that one waits, unread.
    FeedUnreachableError
        Where the folder cannot be written, or leads elsewhere through a link.
    """
    folder = arrived.root / verdict
    try:
        folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise FeedUnreachableError(f"{folder} is a link; a folder was expected")
        place = _free(folder, arrived.name)
        note = place.with_name(f"{place.name}.txt")
        note.write_text(text.rstrip("\n") + "\n", "utf-8")
        arrived.path.rename(place)
        # Looked at where nobody replaces it any more.
        if _state(place.lstat()) != (arrived.inode, arrived.size, arrived.mtime_ns):
            note.unlink()
            _give_back(place, arrived.path)
            raise BusyError(f"{arrived.name} was replaced; the new one is read at the next look")
    except OSError as error:
        raise FeedUnreachableError(
            f"{arrived.name} cannot be moved to {verdict}: {error.strerror or error}"
        ) from None
    return place


def matches(name: str, pattern: str) -> bool:
    """Tell whether a file of that name, letters of either case, is taken from a folder."""
    lower = name.lower()
    return (
        not lower.startswith((".", "~"))
        and not lower.endswith(_UNFINISHED)
        and fnmatchcase(lower, pattern.lower())
    )


def _facts(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return what is known of a regular file, None for anything else or what is gone again."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None


def _state(facts: os.stat_result) -> tuple[int, int, int]:
    """Return what differs as soon as a file was written to, or is another one."""
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _give_back(place: Path, waiting: Path) -> None:
    """Put a file back where it waited, unless a still newer one has come there."""
    try:
        os.link(place, waiting)
    except FileExistsError:
        pass
    except OSError:  # a disk without links
        place.rename(waiting)
        return
    place.unlink()


def _unchanged(arrived: Arrived, handle: int) -> None:
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        raise FeedUnreachableError(f"{arrived.name} is no file")
    if _state(facts) != (arrived.inode, arrived.size, arrived.mtime_ns):
        raise BusyError(f"{arrived.name} is still being written; it is read at the next look")


def _free(folder: Path, name: str) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    place = folder / name
    while os.path.lexists(place) or os.path.lexists(f"{place}.txt"):
        number += 1
        place = folder / f"{stem}-{number}{suffix}"
    return place
