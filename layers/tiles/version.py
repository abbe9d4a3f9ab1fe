"""Versions: what the data say, and how they are shown, in one word."""

import dataclasses
import hashlib
import json

from layers.model import StyleDefinition
from layers.render import RENDERER_VERSION

_SHOWS_NOTHING = ("title", "titles")


def style_token(style: StyleDefinition, renderer: str = RENDERER_VERSION) -> str:
    """Return eight hex digits that change with all of a style but its titles, and the renderer."""
    facts = {k: v for k, v in dataclasses.asdict(style).items() if k not in _SHOWS_NOTHING}
    said = json.dumps([renderer, facts], sort_keys=True, default=str)
    return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()


def full_version(data: str, style: StyleDefinition) -> str:
    """Return the version of an address: the data's token, a hyphen, the style's token."""
    return f"{data}-{style_token(style)}"


def data_part(version: str) -> str:
    """Return the token of the data alone, as files and EDR instances use it."""
    return version.partition("-")[0]
