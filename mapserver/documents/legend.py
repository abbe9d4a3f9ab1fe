"""The legend of a style as data: what each colour means, from the table the tiles are drawn by."""

from layers.model import LayerDefinition, StyleDefinition
from layers.render import legend
from layers.units import MAPPED


def unit_of(layer: LayerDefinition, style: StyleDefinition) -> str:
    """Return the unit that the breaks of a style are in."""
    if style.unit:
        return style.unit
    if layer.quantity:
        return MAPPED[layer.quantity].unit
    return str(layer.options.get("unit", ""))


def entries(style: StyleDefinition) -> list[dict[str, object]]:
    """Return one entry a class, low to high; ``low`` and ``high`` are None at the open ends."""
    return [
        {
            "colour": entry.colour,
            "low": entry.low,
            "high": entry.high,
            "label": entry.label,
            "symbol": entry.symbol,
        }
        for entry in legend.entries(style)
    ]
