"""Pictures of any box: several layers, one view, one format."""

from layers.pictures.encoding import FORMATS, MEDIA_TYPES, Colour, blank, encoded, noted
from layers.pictures.pictures import MOST_SHEETS, Pictures, Sheet
from layers.render.legend_picture import Sample

__all__ = [
    "FORMATS",
    "MEDIA_TYPES",
    "MOST_SHEETS",
    "Colour",
    "Pictures",
    "Sample",
    "Sheet",
    "blank",
    "encoded",
    "noted",
]
