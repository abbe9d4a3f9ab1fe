"""Every knob of the operator: one table, read from the environment and the command line.

`KYZYLKUM_<NAME>` in the environment sets a knob; an option of `mapserver serve` beats it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PREFIX = "KYZYLKUM_"
_ORIGIN = r"https?://[A-Za-z0-9*.-]+(:[0-9]{1,5})?"
_FRAMES = re.compile(rf"\*|'none'|('self'|{_ORIGIN})( ('self'|{_ORIGIN}))*")


class SettingError(ValueError):
    """A setting that cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting: its default and one sentence for the operator."""

    name: str
    default: Any
    help: str
    least: int = 0


KNOBS: tuple[Knob, ...] = (
    Knob("data_dir", "data", "Folder that holds the store, the surfaces and the tile cache."),
    Knob("catalog", "", "Catalogue file (TOML); empty takes the one that is built in."),
    Knob("host", "127.0.0.1", "Address to listen on."),
    Knob("port", 8000, "Port to listen on."),
    Knob("workers", 2, "Web worker processes.", least=1),
    Knob("threads", 64, "Blocking threads of each worker.", least=1),
    Knob("event_streams", 16, "Event streams of each worker; at most a quarter of its threads."),
    Knob("proxies", 0, "Proxies in front whose X-Forwarded-* headers are believed."),
    Knob(
        "base_url",
        "",
        "Public address, such as https://map.example.org; empty takes the request's.",
    ),
    Knob(
        "embed",
        "*",
        "Sites that may show /embed in a frame: origins such as https://example.org separated by "
        "spaces, * for any, 'none' for nobody.",
    ),
    Knob(
        "crs",
        "EPSG:3857 EPSG:4326 CRS:84 EPSG:32639-32645 EPSG:28408-28415",
        "Coordinate reference systems of WMS: numbers and ranges of EPSG, and CRS:84.",
    ),
    Knob("demo", True, "Fill an empty data folder with the simulated demonstration network."),
    Knob("demo_days", 7, "Days of simulated values loaded at the first start."),
    Knob("demo_seed", 20250815, "Seed of the simulated values."),
    Knob(
        "max_upload_mb", 64, "Largest body that a POST or a file may have, in megabytes.", least=1
    ),
    Knob(
        "cache_mb", 2048, "Disk space of the tile cache, in megabytes; 0 keeps no tile on the disk."
    ),
    Knob(
        "files_mb",
        1024,
        "Disk space of files that were made to be taken away, in megabytes; the newest one stays.",
    ),
    Knob("memory_cache_mb", 16, "Finished tiles held in memory by each worker, in megabytes."),
    Knob("renders", 2, "Pictures that each worker draws at once.", least=1),
    Knob(
        "waiting",
        8,
        "Pictures that may wait to be drawn by a worker (tiles of cells: four times as many); "
        "the next is refused (503).",
    ),
    Knob(
        "ahead",
        True,
        "Draw base map and first pictures, and make suitability's grids, before anybody asks.",
    ),
    Knob(
        "surface_hours",
        24 * 31,
        "Hours of surfaces that are kept; older versions answer 410.",
        least=1,
    ),
    Knob("open_hours", 24, "Newest hours of surfaces whose cells are kept uncompressed."),
    Knob("incoming", "incoming", "Watched folder for files, inside the data folder."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The knobs as values; built once at start and handed down."""

    data_dir: Path
    catalog: Path | None
    host: str
    port: int
    workers: int
    threads: int
    event_streams: int
    proxies: int
    base_url: str
    embed: str
    crs: str
    demo: bool
    demo_days: int
    demo_seed: int
    max_upload_mb: int
    cache_mb: int
    files_mb: int
    memory_cache_mb: int
    renders: int
    waiting: int
    ahead: bool
    surface_hours: int
    open_hours: int
    incoming: str

    @property
    def max_upload_bytes(self) -> int:
        """The upload limit in bytes."""
        return self.max_upload_mb * 1_000_000

    def environment(self) -> dict[str, str]:
        """Return the variables that rebuild these settings in another process."""
        return {PREFIX + f.name.upper(): _text(getattr(self, f.name)) for f in fields(self)}


def read(environ: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """Return the settings from ``environ`` with ``options`` (None is "not given") on top.

    Raises
    ------
    SettingError
        Naming the knob and what was expected.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for knob in KNOBS:
        given = options.get(knob.name)
        text = environ.get(PREFIX + knob.name.upper()) if given is None else _text(given)
        values[knob.name] = knob.default if text is None else _parsed(knob, text)
    values["data_dir"] = Path(values["data_dir"]).absolute()
    values["catalog"] = Path(values["catalog"]).absolute() if values["catalog"] else None
    values["base_url"] = values["base_url"].rstrip("/")
    if not _FRAMES.fullmatch(values["embed"]):
        raise SettingError(
            f'{PREFIX}EMBED is "{values["embed"]}"; expected origins such as '
            "https://example.org separated by spaces, * or 'none'"
        )
    return Settings(**values)


def _text(value: Any) -> str:
    return (
        "" if value is None else ("1" if value is True else "0" if value is False else str(value))
    )


def _parsed(knob: Knob, text: str) -> Any:
    if isinstance(knob.default, bool):
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if text.lower() not in words:
            raise SettingError(f'{PREFIX}{knob.name.upper()} is "{text}"; expected 1 or 0')
        return words[text.lower()]
    if isinstance(knob.default, int):
        try:
            number = int(text)
        except ValueError:
            raise SettingError(
                f'{PREFIX}{knob.name.upper()} is "{text}"; expected a whole number'
            ) from None
        if number < knob.least:
            raise SettingError(
                f"{PREFIX}{knob.name.upper()} is {number}; expected {knob.least} or more"
            )
        return number
    return text
