"""The cells of a preset as bands: its score, where it excludes, and how much is known."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from layers.errors import GoneError, UnavailableError
from layers.exchange.cog import Band
from layers.files.cells import Cells, bounded, said
from layers.files.wanted import Wanted
from layers.geo import Bounds, CellGrid
from layers.kinds.suitability import NOTHING_YET, SuitabilityKind, preset_of
from layers.model import Float32Array
from layers.model.kind import Question

_BANDS = (
    Band("score", "1", "weighted mean of the utilities, 0 to 1; empty where excluded or unknown"),
    Band("excluded", "1", "1 where an exclusion is hit, 0 where none is by what is known"),
    Band("coverage", "1", "share of the weight that stands on evidence"),
)


@dataclass(frozen=True, slots=True)
class SuitabilityCells(Cells):
    """The cells of one preset with weights, at the deepest zoom that they were made at."""

    kind: SuitabilityKind
    wanted: Wanted

    @classmethod
    def of(cls, kind: SuitabilityKind, wanted: Wanted) -> "SuitabilityCells":
        """Look at the bands of a version.

        Raises
        ------
        UnavailableError
            Where none are made yet.
        GoneError
            For a version that is no longer kept.
        TooLargeError
            For more cells than one file takes.
        """
        if wanted.version == NOTHING_YET:
            raise UnavailableError("the cells of suitability are not made yet")
        made = kind.made(wanted.version)
        if made is None:
            raise GoneError(f'version "{wanted.version}" is no longer kept')
        grid = bounded(CellGrid.covering(Bounds(*made["bounds"]), made["zoom"]))
        chosen = preset_of(wanted.style)
        named = zip((c.evidence for c in chosen.suitabilities), wanted.weights or (), strict=True)
        tags = {
            "preset": chosen.id,
            "preset_source": chosen.source,
            "weights": json.dumps(dict(named)),
            "check_before_use": json.dumps([c.id for c in chosen.criteria if c.check_before_use]),
            "sources": json.dumps(made["sources"], ensure_ascii=False),
        }
        return cls(grid, _BANDS, 1, said(wanted) | tags, kind, wanted)

    def strips(self) -> Iterator[tuple[int, Float32Array]]:
        """Yield first row and cells of shape (3, rows, width), from north to south."""
        question = Question(self.wanted.style, weights=self.wanted.weights)
        yield from self.kind.strips(self.wanted.version, self.grid, question)
