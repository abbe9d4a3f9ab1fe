"""Pictures of any box of any known coordinate reference system: where their pixels lie."""

from layers.views.mesh import Mesh
from layers.views.projection import Projection, listed, projection
from layers.views.quad import QUADS, Quad
from layers.views.view import MAX_SIDE_PX, TOLERANCE_PX, Box, View

__all__ = [
    "MAX_SIDE_PX",
    "QUADS",
    "TOLERANCE_PX",
    "Box",
    "Mesh",
    "Projection",
    "Quad",
    "View",
    "listed",
    "projection",
]
