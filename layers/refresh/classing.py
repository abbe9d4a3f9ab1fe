"""The classes of a surface in the styles of its layer, found once when it is published.

A tile in the fixed classes of a style is then a run of bytes that is deflated: no cell is looked
at. What a query chooses (breaks, a threshold, smooth edges) is found from the cells as before.
"""

from collections.abc import Callable, Iterable

from layers.kinds import Sources
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition
from layers.store import Writer
from layers.tiles import classing
from layers.tiles.version import style_token


def classify(
    writer: Writer,
    sources: Sources,
    layers: Iterable[LayerDefinition],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Keep the classes of the newest surface of every layer. Return in how many styles.

    The hours before were the newest once; what is wanting is no loss but of time. ``stop`` is
    asked before each style.
    """
    made = 0
    for layer in layers:
        if layer.kind != "surface":
            continue
        newest = sources.store.surfaces(layer.id)[-1:]
        for info in newest:
            kind = SurfaceKind(layer, sources)
            for style in layer.styles:
                if stop():
                    return made
                shown = style_token(layer, style)
                if not sources.store.has_classed(info, shown):
                    lines = classing.lines_of(kind, style, info.valid_time, info.token)
                    writer.keep_classed(info, shown, lines)
                    made += 1
    return made
