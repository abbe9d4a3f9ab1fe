"""Which surface a layer of contours is drawn of: an id in the catalogue, a layer out."""

import dataclasses
import itertools
from collections.abc import Mapping

from layers import units
from layers.errors import nearest
from layers.exchange.fields import Fields
from layers.kinds.contours import levels_of
from layers.model import LayerDefinition

MOST_LEVELS = 64


def derived(
    fields: Fields, layer: LayerDefinition, layers: Mapping[str, LayerDefinition]
) -> LayerDefinition:
    """Return a layer with the surface that its entry names under ``source``, if its kind has one.

    It shows the quantity of that surface, and no more of it than the surface itself.

    Raises
    ------
    CatalogError
        For an id that is unknown or of a layer that is no surface, for levels that do not rise,
        and for a style without any.
    """
    if layer.kind != "contours":
        return layer
    word = fields.need("source", str)
    surfaces = [each.id for each in layers.values() if each.kind == "surface"]
    if word not in surfaces:
        known = f"layers of kind surface are {', '.join(surfaces) or 'none'}"
        raise fields.error(f'"source" names no surface "{word}"; {known}{nearest(word, surfaces)}')
    source = layers[word]
    _check_levels(fields, layer)
    canonical = units.MAPPED[str(source.quantity)].unit
    for style in layer.styles:
        if style.unit not in ("", "1", canonical):
            raise fields.error(
                f'style "{style.id}": breaks are in {canonical}, or shares ("1"); '
                f'"unit" is "{style.unit}"'
            )
    return dataclasses.replace(
        layer, source=source, quantity=source.quantity, support_limit=source.support_limit
    )


def _check_levels(fields: Fields, layer: LayerDefinition) -> None:
    given = fields.numbers("levels")
    if any(b <= a for a, b in itertools.pairwise(given)):
        raise fields.error(f'"levels" must rise strictly: {list(given)}')
    for style in layer.styles:
        levels = levels_of(layer, style)
        if not levels:
            raise fields.error(f'style "{style.id}" has no "breaks", and the layer no "levels"')
        if len(levels) > MOST_LEVELS:
            raise fields.error(f"{len(levels)} levels; at most {MOST_LEVELS} are drawn")
