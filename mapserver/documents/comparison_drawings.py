"""Drawings of sites side by side: their utilities on parallel axes."""

from typing import Any

from mapserver.documents import figures
from mapserver.documents.drawing import DASHES, SERIES, Circle, Drawing, Label, Line

PLOT = (640.0, 260.0)


def plot(comparison: dict[str, Any], language: str) -> Drawing:
    """Return the utilities of all sites on parallel axes; a gap where there is no evidence."""
    width, height = PLOT
    left, right, top, bottom = 34.0, 130.0, 12.0, 24.0
    criteria = comparison["criteria"]
    step = (width - left - right) / max(1, len(criteria) - 1)

    def x_of(i: int) -> float:
        return left + i * step

    def y_of(utility: float) -> float:
        return height - bottom - utility * (height - top - bottom)

    shapes: list[Line | Circle | Label] = []
    for utility in (0.0, 0.5, 1.0):
        y = y_of(utility)
        shapes.append(Line(((left, y), (width - right, y)), "line", 0.7))
        shapes.append(Label(left - 5, y + 3, figures.edge(utility, language), 8, "end", "quiet"))
    for i in range(len(criteria)):
        shapes.append(Line(((x_of(i), top), (x_of(i), height - bottom)), "line", 0.7))
        shapes.append(Label(x_of(i), height - bottom + 13, str(i + 1), 9, "middle", "quiet"))
    for k, site in enumerate(comparison["sites"]):
        colour = SERIES[k % len(SERIES)]
        dash = DASHES[1] if site["excluded"] else ()
        run: list[tuple[float, float]] = []
        for i, utility in enumerate([*site["utility"], None]):
            if utility is not None:
                run.append((x_of(i), y_of(utility)))
                continue
            if len(run) > 1:
                shapes.append(Line(tuple(run), colour, 1.8, dash))
            shapes += [Circle(x, y, 2.4, colour, 1.0, filled=True) for x, y in run]
            run = []
        y = top + 8 + 13 * k
        begin = width - right + 12
        shapes.append(Line(((begin, y - 3), (begin + 20, y - 3)), colour, 1.8, dash))
        shapes.append(Label(begin + 25, y, site["name"][:18], 8))
    return Drawing(width, height, tuple(shapes))
