"""The legend of a style as data: what each colour means, derived from the style alone."""

from itertools import pairwise

from layers.model import LayerDefinition, StyleDefinition
from layers.units import QUANTITIES


def unit_of(layer: LayerDefinition, style: StyleDefinition) -> str:
    """Return the unit that the breaks of a style are in."""
    if style.unit:
        return style.unit
    return QUANTITIES[layer.quantity].unit if layer.quantity else ""


def entries(style: StyleDefinition) -> list[dict[str, object]]:
    """Return one entry a class, low to high; ``low`` and ``high`` are None at the open ends."""
    if style.palette is None:
        return []
    edges = [None, *style.breaks, None]
    return [
        {
            "colour": colour,
            "low": low,
            "high": high,
            "label": style.labels[i] if style.labels else _label(low, high),
        }
        for i, (colour, (low, high)) in enumerate(
            zip(style.palette.colours, pairwise(edges), strict=False)
        )
    ]


def _label(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "all"
    if low is None:
        return f"< {high:g}"
    return f"≥ {low:g}" if high is None else f"{low:g}–{high:g}"
