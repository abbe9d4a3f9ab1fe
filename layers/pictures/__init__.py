"""Pictures of any box: several layers, one view, one format."""

from layers.pictures.encoding import FORMATS, MEDIA_TYPES, blank, encoded, noted
from layers.pictures.pictures import Pictures, Sheet

__all__ = ["FORMATS", "MEDIA_TYPES", "Pictures", "Sheet", "blank", "encoded", "noted"]
