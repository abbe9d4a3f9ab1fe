"""Candidate sites: sheets of single ones, and several side by side."""

from layers.model.site import MOST_SITES
from layers.siting.comparison import compare
from layers.siting.loaded import Desk, Loaded, digest
from layers.siting.picture import NOTHING, Lines, lines_around
from layers.siting.sheet import DEFAULT_MWTH, Options, question, sheet, told_pairs
from layers.siting.surroundings import FILES, Surroundings, parse

__all__ = [
    "DEFAULT_MWTH",
    "FILES",
    "MOST_SITES",
    "NOTHING",
    "Desk",
    "Lines",
    "Loaded",
    "Options",
    "Surroundings",
    "compare",
    "digest",
    "lines_around",
    "parse",
    "question",
    "sheet",
    "told_pairs",
]
