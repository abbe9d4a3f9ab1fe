"""Evidence about a place."""

from layers.screening.coverage import Coverage, coverage

__all__ = ["Coverage", "coverage"]
