"""What the browser gets: the files of ``static/dist``, by their logical names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.errors import nearest
from layers.model import Palette

PACKAGED = Path(__file__).resolve().parent.parent / "static"
CHECKOUT = Path(__file__).resolve().parents[2] / "static" / "dist"

ALPHABETS = {
    "en": ("latin",),
    "uz": ("latin",),
    "ru": ("latin", "cyrillic"),
    "kk": ("latin", "cyrillic"),
}


class UnknownAssetError(LookupError):
    """A page names a file that was not built."""


class AssetsMissingError(RuntimeError):
    """The assets were not built."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One built file: its path below ``/static/``, its size and its integrity word."""

    file: str
    bytes: int
    integrity: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The built files. ``files`` are named after their content and never change.

    ``land`` is what the base map says of itself: its attribution, and a notice by language.
    """

    folder: Path
    files: Mapping[str, Asset]
    ramps: Mapping[str, Mapping[str, Any]]
    land: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Asset:
        """Return the asset of a logical name such as ``app.js``.

        Raises
        ------
        UnknownAssetError
            With the nearest name that was built.
        """
        if name not in self.files:
            raise UnknownAssetError(f'no asset "{name}" was built{nearest(name, self.files)}')
        return self.files[name]

    def is_immutable(self, file: str) -> bool:
        """Whether a path below ``/static/`` holds the hash of its content."""
        return any(asset.file == file for asset in self.files.values())

    def palettes(self) -> dict[str, Palette]:
        """Return the palettes by id, as the catalogue wants them."""
        return {name: Palette(name, tuple(ramp["colours"])) for name, ramp in self.ramps.items()}

    def ramp(self, palette: Palette) -> Mapping[str, Any]:
        """Return all that is said of a palette; empty for one that is not of these files."""
        return self.ramps.get(palette.id, {})


def fonts(language: str) -> list[str]:
    """Return the logical names of the alphabets that a language needs."""
    return [f"media/inter-{alphabet}.woff2" for alphabet in ALPHABETS[language]]


def read(folder: Path | None = None) -> Assets:
    """Read the manifest of a folder; by default of the package, else of the checkout.

    Raises
    ------
    AssetsMissingError
        Where nothing was built.
    """
    place = folder or (PACKAGED if (PACKAGED / "manifest.json").is_file() else CHECKOUT)
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    except OSError as reason:
        raise AssetsMissingError(
            f"{place} holds no manifest.json; `make assets` builds what the browser needs"
        ) from reason
    ramps = (json.loads(path.read_text("utf-8")) for path in sorted(place.glob("palettes/*.json")))
    land = place / "basemap" / "manifest.json"
    return Assets(
        folder=place,
        files={name: Asset(**entry) for name, entry in manifest.items()},
        ramps={ramp["id"]: ramp for ramp in ramps},
        land=json.loads(land.read_text("utf-8")) if land.is_file() else {},
    )
