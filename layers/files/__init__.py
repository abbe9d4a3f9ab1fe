"""A layer as a file to take away."""

from layers.files.kept import Kept
from layers.files.make import Files
from layers.files.wanted import MEDIA_TYPES, Wanted, offered

__all__ = ["MEDIA_TYPES", "Files", "Kept", "Wanted", "offered"]
