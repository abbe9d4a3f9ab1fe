"""What the colours of a style mean, from the same table that the pictures are drawn with."""

from dataclasses import dataclass
from itertools import pairwise

from layers.model import StyleDefinition
from layers.render import hatch, ramp


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One class: values of low <= v < high; None at the open ends. ``label`` is for people."""

    colour: str
    label: str
    low: float | None
    high: float | None
    symbol: str


EXCLUDED = LegendEntry("#2D3442", "excluded", None, None, "excluded")
"""The hatch, after the classes of a style that knows exclusions."""


def entries(style: StyleDefinition, breaks: tuple[float, ...] = ()) -> tuple[LegendEntry, ...]:
    """Return one entry a class, low to high; none for a style without colours of its own.

    ``breaks`` take the place of the style's; its labels then no longer hold and numbers stand in.
    """
    if style.palette is None:
        return ()
    limits = breaks or style.breaks
    edges = pairwise((None, *limits, None))
    classes = tuple(
        LegendEntry(
            colour=colour,
            label=style.labels[i] if style.labels and not breaks else _label(low, high),
            low=low,
            high=high,
            symbol=style.symbol,
        )
        for i, (colour, (low, high)) in enumerate(
            zip(ramp.words(style, breaks), edges, strict=True)
        )
    )
    return (*classes, EXCLUDED) if style.symbol == hatch.SYMBOL else classes


def _label(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f"< {high:.10g}"
    return f"≥ {low:.10g}" if high is None else f"{low:.10g}–{high:.10g}"
