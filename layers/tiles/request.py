"""What is asked for, in words that are safe to be a path."""

import dataclasses
import functools
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from layers import temporal
from layers.errors import BadParameterError, UnsupportedFormatError, nearest
from layers.geo import TILE_PX, Window
from layers.model import StyleDefinition
from layers.model.kind import Question, Scenario

FORMATS = ("png", "webp", "mvt")

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_VERSION = re.compile(r"[0-9a-f]{1,40}-[0-9a-f]{1,16}")


@dataclass(frozen=True, slots=True)
class TileOptions:
    """Choices of the query; ``threshold`` and ``breaks`` in the canonical unit, or a share.

    ``min_magnitude``, ``begin`` and ``end`` (excluded) choose among events; ``scenario`` is the
    earthquake whose shaking is shown, ``return_period_y`` that of a hazard, ``weights`` those of
    what is weighed; ``language`` that of names. With ``fade`` a surface is weaker where it is
    uncertain.
    """

    threshold: float | None = None
    quantile: float | None = None
    breaks: tuple[float, ...] = ()
    smooth: bool = False
    fade: bool = False
    min_magnitude: float | None = None
    begin: datetime | None = None
    end: datetime | None = None
    scenario: Scenario | None = None
    return_period_y: float | None = None
    weights: tuple[float, ...] | None = None
    language: str = "en"

    def question(self, style: StyleDefinition, buffer_px: int) -> Question:
        """Return what a kind is asked."""
        chosen = {
            each.name: getattr(self, each.name)
            for each in dataclasses.fields(self)
            # The same features have names in all languages, and the same cells fade.
            if each.name not in ("language", "fade")
        }
        return Question(style, buffer_px=buffer_px, **chosen)

    @property
    def token(self) -> str:
        """A short hash of what differs from the plain tile, or an empty text."""
        if self == PLAIN:
            return ""
        # 150 and 150.0 are one number, and so are 0.0 and -0.0.
        numbers = [
            None if number is None else float(number) + 0.0
            for number in (self.threshold, self.quantile, *self.breaks)
        ]
        said: list[object] = [numbers, self.smooth]
        if self.min_magnitude is not None or self.begin is not None or self.end is not None:
            magnitude = None if self.min_magnitude is None else float(self.min_magnitude) + 0.0
            times = [at and temporal.word(at) for at in (self.begin, self.end)]
            said += [magnitude, *times]
        if self.fade:
            said.append({"fade": True})
        if self.scenario is not None:
            said.append(dataclasses.asdict(self.scenario))
        if self.return_period_y is not None:
            said.append({"return_period_y": float(self.return_period_y)})
        if self.weights is not None:
            said.append({"weights": self.weights})
        if self.language != PLAIN.language:
            said.append({"language": self.language})
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()


PLAIN = TileOptions()
"""No choice at all."""


@dataclass(frozen=True)
class TileRequest:
    """One tile of one layer. ``version`` None is the newest; ``time`` None the newest, or no time.

    Raises
    ------
    BadParameterError
        For an id or version that is none.
    UnsupportedFormatError
        For a format that no layer has.
    """

    layer: str
    style: str
    version: str | None
    time: datetime | None
    window: Window
    format: str = "png"
    options: TileOptions = field(default_factory=TileOptions)

    def __post_init__(self) -> None:
        for what, word in (("layer", self.layer), ("style", self.style)):
            if not _ID.fullmatch(word):
                raise BadParameterError(f'"{word}" is no id of a {what}')
        if self.version is not None and not _VERSION.fullmatch(self.version):
            raise BadParameterError(f'"{self.version}" is no version of this server')
        if self.format not in FORMATS:
            raise UnsupportedFormatError(
                f'no format "{self.format}"; known are {", ".join(FORMATS)}'
                f"{nearest(self.format, FORMATS)}"
            )
        if self.window.size_px not in (TILE_PX, 2 * TILE_PX):
            raise BadParameterError(
                f"a tile of {self.window.size_px} px; {TILE_PX} or {2 * TILE_PX} is offered"
            )

    @property
    def time_word(self) -> str:
        """The time as an address spells it; ``static`` where there is none."""
        return "static" if self.time is None else temporal.word(self.time)

    @functools.cached_property
    def path(self) -> str:
        """The name of the tile: layer/style/version/time/z/x/y[@2x][-options].format.

        It is made of ids, hashes, whole numbers and a time only, and names one content for ever.
        """
        if self.version is None:
            raise BadParameterError("a tile without a version has no name of its own")
        at = self.window
        dense = "@2x" if at.size_px > TILE_PX else ""
        chosen = f"-{token}" if (token := self.options.token) else ""
        return (
            f"{self.layer}/{self.style}/{self.version}/{self.time_word}"
            f"/{at.zoom}/{at.col}/{at.row}{dense}{chosen}.{self.format}"
        )
