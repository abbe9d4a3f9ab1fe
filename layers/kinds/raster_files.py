"""Which files a raster layer is made of: named one by one, by a pattern, or as a folder."""

import hashlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from layers.errors import BadFileError

LOOK_S = 2.0
"""Seconds from one look at the folders to the next."""
MOST_FILES = 10_000
"""Files of one layer."""
_UNFINISHED = (".part", ".tmp", "~")

_TIME = re.compile(r"\{time:([^{}]*)\}")
_DIGITS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%j": r"\d{3}", "%H": r"\d{2}",
           "%M": r"\d{2}", "%S": r"\d{2}", "%z": r"(?:Z|[+-]\d{2}:?\d{2})"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RasterFile:
    """A file as it was found; ``size`` is -1 where it is missing. ``time`` is said by its name."""

    path: Path
    size: int
    mtime_ns: int
    time: datetime | None = None

    @classmethod
    def of(cls, path: Path, at: datetime | None = None) -> "RasterFile":
        """Return a file as it is now."""
        try:
            about = path.stat()
        except OSError:
            return cls(path, -1, 0, at)
        # A pipe or a device would hold whoever opens it.
        size = about.st_size if stat.S_ISREG(about.st_mode) else -1
        return cls(path, size, about.st_mtime_ns, at)

    def is_unchanged(self) -> bool:
        """Tell whether the file on the disk is still this one."""
        return RasterFile.of(self.path, self.time) == self


@dataclass(frozen=True, slots=True)
class Pattern:
    """What names of a folder belong to a layer; ``time_format`` reads their group ``time``."""

    folder: Path
    name: re.Pattern[str]
    time_format: str = ""

    @classmethod
    def of(cls, path: Path) -> "Pattern | None":
        """Return the pattern that a path of the catalogue is, or None for the path of one file.

        Raises
        ------
        BadFileError
            For a pattern beyond the last part of the path, or a time that no name can tell.
        """
        if path.is_dir():
            return cls(path, re.compile(r".*\.tiff?", re.IGNORECASE))
        times = _TIME.findall(path.name)
        if re.search(r"[*?{]", str(path.parent)):
            raise BadFileError(f"{path}: only its last part may be a pattern")
        if len(times) > 1 or ("{" in path.name and not times):
            raise BadFileError(f"{path.name}: one time is read, such as {{time:%Y%m%dT%H}}")
        if not times and not re.search(r"[*?]", path.name):
            return None
        parts = _TIME.split(path.name)
        # Odd parts are what the braces hold.
        written = [_time(part) if i % 2 else _glob(part) for i, part in enumerate(parts)]
        return cls(path.parent, re.compile("".join(written)), *times)

    def files(self) -> Iterator[RasterFile]:
        """Yield the files of the folder as they are now; names whose time is none are left out.

        Raises
        ------
        OSError
            Where the folder cannot be read.
        """
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.endswith(_UNFINISHED):
                    continue
                match = self.name.fullmatch(entry.name)
                at = self._read(match["time"]) if match and self.time_format else None
                if match and (at or not self.time_format) and entry.is_file():
                    yield RasterFile.of(Path(entry.path), at)

    def _read(self, text: str) -> datetime | None:
        try:
            moment = datetime.strptime(text, self.time_format)
        except ValueError:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _glob(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


def _time(text: str) -> str:
    """Return the expression that matches times of a strftime format."""
    if "%Y" not in text:
        raise BadFileError(f"the time {{time:{text}}} tells no year (%Y)")
    parts = re.split(r"(%.)", text)
    for part in parts[1::2]:
        if part not in _DIGITS or parts.count(part) > 1:
            known = ", ".join(_DIGITS)
            raise BadFileError(
                f"the time {{time:{text}}} holds {part}; each once, known are {known}"
            )
    written = (_DIGITS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return f"(?P<time>{''.join(written)})"


class Shelf:
    """The files of a layer by time, looked at again every few seconds; safe for threads."""

    def __init__(self, paths: tuple[Path, ...], look_s: float = LOOK_S) -> None:
        """Read the patterns.

        Raises
        ------
        BadFileError
            For a pattern that cannot be, and for files with times beside files without.
        """
        self._paths = [(path, Pattern.of(path)) for path in paths]
        timed = {bool(pattern and pattern.time_format) for _, pattern in self._paths}
        if len(timed) > 1:
            raise BadFileError("some of the files have a time in their name, and some have none")
        self.timed = True in timed
        self.trouble = ""
        """Why not all of the files are known, in words for the operator; empty while they are."""
        self._look_s = look_s
        self._due = 0.0
        self._held: dict[datetime | None, tuple[RasterFile, ...]] = {}
        self._tokens: dict[datetime | None, tuple[tuple[RasterFile, ...], str]] = {}
        self._lock = threading.Lock()

    def files(self) -> dict[datetime | None, tuple[RasterFile, ...]]:
        """Return the files of each time, oldest time first; what comes later lies above.

        The order is that of the paths of the catalogue, and of the names within a pattern.
        """
        with self._lock:
            if time.monotonic() >= self._due:
                self._held, self._tokens = self._looked(), {}
                self._due = time.monotonic() + self._look_s
            return self._held

    def at(self, moment: datetime | None) -> tuple[RasterFile, ...]:
        """Return the files of a time, none where it has none."""
        return self.files().get(moment, ())

    def token(self, moment: datetime | None) -> str:
        """Return a hash of the names, sizes and dates of the files of a time."""
        files = self.at(moment)
        held = self._tokens.get(moment)
        # A look in between may have found other files.
        if held is None or held[0] is not files:
            digest = hashlib.blake2b(digest_size=5)
            for file in files:
                digest.update(f"{file.path.name}\0{file.size} {file.mtime_ns}\n".encode())
            held = self._tokens[moment] = files, digest.hexdigest()
        return held[1]

    def _looked(self) -> dict[datetime | None, tuple[RasterFile, ...]]:
        every: list[RasterFile] = []
        self.trouble = ""
        for path, pattern in self._paths:
            try:
                every += (
                    [RasterFile.of(path)]
                    if pattern is None
                    else sorted(pattern.files(), key=lambda file: file.path.name)
                )
            except OSError as reason:
                self.trouble = f"the folder {path.name} cannot be read ({reason.strerror})"
        if len(every) > MOST_FILES:
            self.trouble = f"{len(every):,} files; at most {MOST_FILES:,} are taken"
            every = []
        by_time: dict[datetime | None, list[RasterFile]] = {}
        for file in every:
            by_time.setdefault(file.time, []).append(file)
        ordered = sorted(
            by_time.items(), key=lambda pair: pair[0] or datetime.min.replace(tzinfo=UTC)
        )
        return {moment: tuple(files) for moment, files in ordered}
