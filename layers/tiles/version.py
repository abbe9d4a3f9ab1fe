"""Versions: what the data say, and how they are shown, in one word."""

import dataclasses
import hashlib

from layers.model import LayerDefinition, StyleDefinition
from layers.render import RENDERER_VERSION

_SHOWN = [f.name for f in dataclasses.fields(StyleDefinition) if f.name not in ("title", "titles")]


def style_token(
    layer: LayerDefinition, style: StyleDefinition, renderer: str = RENDERER_VERSION
) -> str:
    """Return eight hex digits that change with all that makes a picture of the same data.

    That is all of a style but its titles, what the layer draws at all, and the renderer.
    """
    shown = [(name, getattr(style, name)) for name in _SHOWN]
    drawn = (layer.kind, layer.support_limit, sorted(layer.options.items()))
    return hashlib.blake2b(repr((renderer, drawn, shown)).encode(), digest_size=4).hexdigest()


def full_version(data: str, layer: LayerDefinition, style: StyleDefinition) -> str:
    """Return the version of an address: the data's token, a hyphen, the style's token."""
    return f"{data}-{style_token(layer, style)}"


def data_part(version: str) -> str:
    """Return the token of the data alone, as files and EDR instances use it."""
    return version.partition("-")[0]
