"""The collections: every layer of the catalogue, what a surface does not know, observations."""

from collections.abc import Mapping
from dataclasses import dataclass

from layers.errors import NotFoundError, nearest
from layers.kinds import FeatureKind
from layers.model import LayerDefinition, StyleDefinition
from mapserver.services.site import Site

OBSERVATIONS = "observations"
SPREAD = ("sd", "uncertainty")
"""Measures of a surface that have a collection of their own: uncertainty is never only a style."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: a layer, with its styles in the order of the catalogue.

    ``layer`` is None for the observations, which are no layer. ``measure`` is the style that a
    collection of a surface's spread is drawn in.
    """

    id: str
    layer: LayerDefinition | None = None
    measure: StyleDefinition | None = None

    @property
    def styles(self) -> tuple[StyleDefinition, ...]:
        """The styles that it may be drawn in."""
        if self.layer is None:
            return ()
        return (self.measure,) if self.measure else self.layer.styles

    def style(self, style_id: str | None) -> StyleDefinition | None:
        """Return a style by its id, the first one for None, or None where there is none."""
        if style_id is None:
            return self.styles[0] if self.styles else None
        return next((each for each in self.styles if each.id == style_id), None)


def collections(site: Site) -> Mapping[str, Collection]:
    """Return all collections by id, in the order of the catalogue."""
    layers = site.catalog.layers
    found: dict[str, Collection] = {}
    for layer in layers.values():
        found[layer.id] = Collection(layer.id, layer)
        if layer.kind != "surface":
            continue
        for style in layer.styles[1:]:
            name = f"{layer.id}-{style.id}"
            if style.measure in SPREAD and name not in layers:
                found[name] = Collection(name, layer, style)
    if OBSERVATIONS not in found:
        found[OBSERVATIONS] = Collection(OBSERVATIONS)
    return found


def collection(site: Site, collection_id: str) -> Collection:
    """Return a collection.

    Raises
    ------
    NotFoundError
        With the nearest id.
    """
    known = collections(site)
    if collection_id not in known:
        raise NotFoundError(f'no collection "{collection_id}"{nearest(collection_id, known)}')
    return known[collection_id]


def pictured(site: Site, shown: Collection) -> list[str]:
    """Return the layers of a picture of a collection; of observations the stations they are of."""
    if shown.layer is not None:
        return [shown.layer.id]
    layers = site.catalog.layers.values()
    return [layer.id for layer in layers if layer.kind == "stations" and layer.visible][:1]


def has_items(site: Site, asked: Collection) -> bool:
    """Tell whether a collection has features."""
    if asked.layer is None:
        return True
    return asked.measure is None and isinstance(site.catalog.kind(asked.layer.id), FeatureKind)


def has_maps(site: Site, asked: Collection) -> bool:
    """Tell whether a collection can be drawn."""
    return asked.layer is not None
