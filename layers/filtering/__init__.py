"""Which rows of a table are asked for: boxes, times, equal properties, and CQL2 filters."""

from layers.filtering.equality import property_equal
from layers.filtering.expression import LANGUAGES, Expression, parse
from layers.filtering.mask import chosen
from layers.filtering.periods import Period, period, temporal_name, within
from layers.filtering.rows import GEOMETRY, ID, Rows, rows_of
from layers.filtering.spatial import box_polygon, touching

__all__ = [
    "GEOMETRY",
    "ID",
    "LANGUAGES",
    "Expression",
    "Period",
    "Rows",
    "box_polygon",
    "chosen",
    "parse",
    "period",
    "property_equal",
    "rows_of",
    "temporal_name",
    "touching",
    "within",
]
