"""Features of any geometry that need no words of their own: sites, outlines, places."""

from layers.kinds.collection import CollectionKind

MEASURES = ("value",)


class PointsKind(CollectionKind):
    """Features as they were given."""
