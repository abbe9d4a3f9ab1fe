"""Pictures of any box: several layers, one view, one format."""

from layers.pictures.encoding import FORMATS, MEDIA_TYPES, Colour, blank, encoded, noted
from layers.pictures.pictures import MOST_SHEETS, Pictures, Sheet
from layers.pictures.plates import Place, Plate, Plates
from layers.render.legend_picture import Sample
from layers.render.plate import Caption, LegendKey, LegendRow, boxes

__all__ = [
    "FORMATS",
    "MEDIA_TYPES",
    "MOST_SHEETS",
    "Caption",
    "Colour",
    "LegendKey",
    "LegendRow",
    "Pictures",
    "Place",
    "Plate",
    "Plates",
    "Sample",
    "Sheet",
    "blank",
    "boxes",
    "encoded",
    "noted",
]
