"""Classes of a style as expressions of QGIS."""

from collections.abc import Sequence

from layers.model import StyleDefinition
from layers.render.legend import LegendEntry, entries


def rule(measure: str, entry: LegendEntry) -> str:
    """Return the condition of a class: a value at a break has the class that tiles give it."""
    name = '"{}"'.format(measure.replace('"', '""'))
    parts = [f"{name} IS NOT NULL"]
    if entry.low is not None:
        parts.append(f"{name} >= {entry.low!r}")
    if entry.high is not None:
        parts.append(f"{name} < {entry.high!r}")
    return " AND ".join(parts)


def classed(style: StyleDefinition, words: Sequence[str], unknown: str) -> str:
    """Return an expression that gives the word of the class that a feature is in."""
    whens = [
        f"WHEN {rule(style.measure, entry)} THEN {_quoted(word)}"
        for entry, word in zip(entries(style), words, strict=False)
    ]
    return f"CASE {' '.join(whens)} ELSE {_quoted(unknown)} END" if whens else _quoted(unknown)


def _quoted(word: str) -> str:
    return "'{}'".format(word.replace("'", "''"))
