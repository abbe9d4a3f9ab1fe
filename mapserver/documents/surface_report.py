"""What is told of one surface: mode, covariance and leave-one-out report, read from its tags.

Tags may lack what an earlier version did not store, and hold more than is known here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers import messages
from layers.model import SurfaceInfo
from mapserver.documents import figures

MOST_NAMES = 20
"""Stations that are named in one sentence; the tags of the file hold all."""
LEVELS = (50, 80, 90, 95)
_SCORES = ("mean_error", "mae", "rmse", "crps")
_METHODS = ("exact", "local")
SMOOTH = "matern32"
"""Model of the second structure of a nested covariance."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: what it is, what that means, and the value as it is written."""

    name: str
    means: str
    value: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How much an interval claims and held; ``percent`` is what it held, None where unknown."""

    name: str
    means: str
    level: int
    claimed: str
    held: str
    percent: float | None


class SurfaceReport:
    """The texts of one surface in one language; ``names`` maps codes of stations to names."""

    def __init__(self, info: SurfaceInfo, language: str, names: Mapping[str, str]) -> None:
        self._tags = info.tags
        self._language = language
        self._names = names
        self._unit = figures.unit(str(info.tags.get("unit") or ""), language)
        self._parameters = _mapping(info.tags.get("parameters"))
        self._left_out = _mapping(info.tags.get("left_one_out"))
        self.is_event = info.tags.get("mode") == "event"
        self.has_report = bool(self._left_out)

    def _text(self, message: str, **values: object) -> str:
        return messages.text(f"about.{message}", self._language, **values)

    def _stations(self, codes: Sequence[str]) -> str:
        named = [f"{self._names[c]} ({c})" if c in self._names else c for c in codes[:MOST_NAMES]]
        rest = len(codes) - len(named)
        return ", ".join(named) + (f" + {figures.count(rest, self._language)}" if rest else "")

    @property
    def mode(self) -> str:
        """How the hour was mapped, and in an event why."""
        if not self.is_event:
            known = self._tags.get("mode") == "routine"
            return self._text("mode.routine" if known else "mode.unknown")
        seen = _codes(self._tags.get("release_seen"))
        if not seen:
            return self._text("mode.event_unnamed")
        return self._text("mode.event", stations=self._stations(seen))

    @property
    def stations(self) -> str:
        """Number of stations with a value."""
        return figures.count(figures.known(self._tags.get("stations")), self._language)

    @property
    def far_out(self) -> str:
        """The stations that were left aside."""
        if "far_out" not in self._tags:
            return figures.DASH
        codes = _codes(self._tags["far_out"])
        if not codes:
            return self._text("none")
        return self._text("far_out_means", stations=self._stations(codes))

    @property
    def method(self) -> str:
        """How it was interpolated; the tag itself where it says what is not known here."""
        solver = self._left_out.get("method")
        model = f"model.{self._parameters.get('model')}"
        if solver in _METHODS and f"about.{model}" in messages.catalogue(self._language):
            words = self._text(model)
            if self._smooth:
                words += f" + {self._text(f'model.{SMOOTH}')}"
            return self._text(f"method.{solver}", model=words)
        if solver == "none":
            return self._text("method.none")
        return str(self._tags.get("method") or figures.DASH)

    @property
    def fallback(self) -> str:
        """Whether the parameters are the data's own, and why not."""
        reason = self._tags.get("fallback", self._left_out.get("fallback", figures.DASH))
        if reason == figures.DASH:
            return figures.DASH
        message = f"fallback.{reason or ''}"
        if f"about.{message}" in messages.catalogue(self._language):
            return self._text(message)
        return self._text("fallback.other", reason=reason)

    @property
    def latent(self) -> str:
        """What variances are of, where that is not the value itself."""
        return self._text("logarithm") if self._parameters.get("transform") == "log" else ""

    @property
    def covariance(self) -> list[Row]:
        """The parameters of the covariance that are known here."""
        found = {name: figures.known(fact) for name, fact in self._parameters.items()}
        if not found:
            return []
        logarithm = self._parameters.get("transform") == "log"
        square = "" if logarithm or not self._unit else f"({self._unit})²"
        ratio = found.get("ratio")
        rows = [
            self._row("sill", found.get("sill"), square),
            self._range("range", found.get("range_m")),
            *self._smooth_rows(found.get("smooth_range_m")),
            self._row("nugget", found.get("nugget_site"), square),
            self._row("inflation", found.get("inflation")),
        ]
        if ratio is not None and ratio > 1:
            angle = found.get("angle")
            turned = None if angle is None else (90 - math.degrees(angle)) % 180
            degrees = figures.count(turned, self._language)
            degrees += "" if turned is None else "°"
            rows.append(self._row("ratio", ratio))
            rows.append(Row(self._text("direction"), self._text("direction_means"), degrees))
        return rows

    @property
    def _smooth(self) -> float:
        return figures.known(self._parameters.get("smooth")) or 0.0

    def _smooth_rows(self, range_m: float | None) -> list[Row]:
        if not self._smooth:
            return []
        share = figures.percent(self._smooth, self._language)
        row = Row(self._text("smooth"), self._text("smooth_means"), share)
        return [row, self._range("smooth_range", range_m)]

    def _range(self, name: str, range_m: float | None) -> Row:
        km = None if range_m is None else range_m / 1000
        return self._row(name, km, figures.unit("km", self._language))

    @property
    def shares(self) -> str:
        """How the offsets of sites are distributed, or nothing where that is normal or unknown."""
        shares = self._parameters.get("shares")
        if not isinstance(shares, list | tuple) or len(shares) < 3:
            return ""
        known = [each for each in map(figures.known, shares) if each is not None]
        middle = len(shares) // 2
        if len(known) < len(shares) or known[middle] >= 1:
            return ""
        parts = (math.fsum(known[:middle]), known[middle], math.fsum(known[middle + 1 :]))
        narrow, alike, wide = (figures.percent(part, self._language) for part in parts)
        return self._text("shares", narrow=narrow, alike=alike, wide=wide)

    @property
    def scores(self) -> list[Row]:
        """Number of stations left out, errors in the unit of the values, and z-scores."""
        found = {name: figures.known(fact) for name, fact in self._left_out.items()}
        n = figures.count(found.get("n"), self._language)
        return [
            Row(self._text("n"), self._text("n_means"), n),
            *(self._row(name, found.get(name), self._unit) for name in _SCORES),
            *(self._row(name, found.get(name)) for name in ("z_mean", "z_sd")),
        ]

    @property
    def coverage(self) -> list[CoverageRow]:
        """What each interval claims, and what it held."""
        rows = []
        for level in LEVELS:
            share = figures.known(self._left_out.get(f"coverage_{level}"))
            rows.append(
                CoverageRow(
                    self._text(f"coverage_{level}"),
                    self._text(f"coverage_{level}_means"),
                    level,
                    figures.percent(level / 100, self._language, 2),
                    figures.percent(share, self._language),
                    None if share is None else round(min(max(100 * share, 0.0), 100.0), 1),
                )
            )
        return rows

    def _row(self, name: str, value: float | None, unit: str = "") -> Row:
        written = figures.with_unit(figures.rounded(value, self._language), unit)
        return Row(self._text(name), self._text(f"{name}_means"), written)


def _mapping(fact: object) -> Mapping[str, Any]:
    return fact if isinstance(fact, Mapping) else {}


def _codes(fact: object) -> list[str]:
    return [str(code) for code in fact] if isinstance(fact, list | tuple) else []
