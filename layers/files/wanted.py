"""What file of a layer is asked for, and which there are."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from layers import temporal
from layers.exchange import cog, csv_features, flatgeobuf, geopackage, geoparquet, kml
from layers.exchange.flat import Facts
from layers.kinds import KINDS
from layers.model import LayerDefinition, StyleDefinition
from layers.tiles import style_token

EDITION = "2"
"""Changes with the way in which files are made, and their names with it."""

MEDIA_TYPES: Mapping[str, str] = {
    "csv": csv_features.MEDIA_TYPE,
    "geojson": "application/geo+json",
    "gpkg": geopackage.MEDIA_TYPE,
    "fgb": flatgeobuf.MEDIA_TYPE,
    "parquet": geoparquet.MEDIA_TYPE,
    "tif": cog.MEDIA_TYPE,
    "kmz": kml.MEDIA_TYPE,
    "qml": "application/x-qgis-layer-settings",
}
_OF_FEATURES = ("geojson", "csv", "gpkg", "fgb", "parquet", "kmz", "qml")
_OF_CELLS = ("tif", "csv", "parquet", "kmz", "qml")


def offered(layer: LayerDefinition) -> tuple[str, ...]:
    """Return the suffixes that a layer is offered in; none for a picture without values."""
    spec = KINDS[layer.kind]
    if spec.files is not None:
        return spec.files
    return _OF_FEATURES if spec.vector else _OF_CELLS if spec.cells else ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of one version: ``version`` is the token of the data, ``time`` None without times.

    ``layer`` is credited. ``style`` is how a picture in it looks, or which preset it holds, weighed
    by ``weights``; ``bom`` begins a table with the mark that one spreadsheet needs; ``packed`` is
    the same table by gzip.
    """

    layer: LayerDefinition
    style: StyleDefinition
    suffix: str
    version: str
    time: datetime | None
    context: str
    notice: str
    bom: bool = False
    packed: bool = False
    weights: tuple[float, ...] | None = None

    @property
    def facts(self) -> Facts:
        """What stands with every row."""
        of = self.layer
        return Facts(
            of.id, of.title, self.version, self.time, self.context, self.notice, of.attribution,
            of.licence,
        )  # fmt: skip

    @property
    def tag(self) -> str:
        """A word that changes with all that the bytes are made of."""
        said = repr(
            (EDITION, self.facts, self.bom, self._shown, self.layer.support_limit, self.weights)
        )
        return f"{self.version}-{hashlib.blake2b(said.encode(), digest_size=5).hexdigest()}"

    @property
    def _shown(self) -> list[tuple[str, str]]:
        """What is in it of the styles: of a picture or a preset one, of cells all of them."""
        one = self.suffix == "kmz" or self.weights is not None
        styles = (self.style,) if one else self.layer.styles
        return [(each.id, style_token(self.layer, each)) for each in styles]

    @property
    def time_word(self) -> str:
        """The time as an address spells it."""
        return "static" if self.time is None else temporal.word(self.time)

    @property
    def path(self) -> str:
        """Its name below the folder of files: made of ids, hashes and a time."""
        packed = ".gz" if self.packed else ""
        return f"{self.layer.id}/{self.tag}/{self.time_word}.{self.suffix}{packed}"
