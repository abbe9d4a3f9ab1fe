"""What a layer may be evidence of, beside what its kind shows: the key ``evidence`` of an entry."""

from layers.errors import BadFileError, nearest
from layers.model import LayerDefinition

KEY = "evidence"
PEOPLE = ("people", "1/km2")
"""Units of a population: people of a cell, or for each square kilometre of it."""
FEATURES = ("airport", "hazard-facility", "protected", "flood", "water", "wind", "basin")
"""Of features: how far the nearest is, whether a place lies in one, or what the nearest tells."""
CELLS = ("slope", "elevation", "population")
"""Of cells: per cent, metres above the sea, and people."""


def of(layer: LayerDefinition) -> str:
    """Return what a layer is evidence of, empty for nothing."""
    return str(layer.options.get(KEY, ""))


def check(layer: LayerDefinition) -> None:
    """Look that an entry of features names something that features can be evidence of.

    Raises
    ------
    BadFileError
        With the words that are known.
    """
    _check(layer, FEATURES)


def check_cells(layer: LayerDefinition) -> None:
    """Look that an entry of cells names something that cells can be evidence of.

    Raises
    ------
    BadFileError
        With the words that are known.
    """
    _check(layer, CELLS)
    unit = str(layer.options.get("unit", ""))
    if of(layer) == "population" and unit not in PEOPLE:
        raise BadFileError(f'"unit" is "{unit}"; of a population it is {" or ".join(PEOPLE)}')


def _check(layer: LayerDefinition, known: tuple[str, ...]) -> None:
    word = of(layer)
    if word and word not in known:
        raise BadFileError(
            f'"{KEY}" is "{word}"; known are {", ".join(known)}{nearest(word, known)}'
        )
