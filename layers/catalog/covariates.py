"""Which raster layers explain the mean of a surface: ids in the catalogue, layers out."""

from collections.abc import Mapping

from layers import kinds
from layers.errors import nearest
from layers.exchange.fields import Fields
from layers.model import LayerDefinition

MOST = 4
"""Covariates of one surface: each is held for all of its cells, 8 MB for two million of them."""


def covariates(
    fields: Fields, layers: Mapping[str, LayerDefinition]
) -> tuple[LayerDefinition, ...]:
    """Return the layers that an entry names under ``covariates``, in its order.

    Parameters
    ----------
    fields : Fields
        The entry of the surface.
    layers : mapping of str to LayerDefinition
        All layers of the catalogue, by id.

    Raises
    ------
    CatalogError
        For an id that is unknown, named twice, or of a layer that is no raster, and for more than
        ``MOST``.
    """
    ids = fields.words("covariates")
    if len(ids) > MOST:
        raise fields.error(f'"covariates" names {len(ids)} layers; at most {MOST} are taken')
    rasters = [layer.id for layer in layers.values() if layer.kind == "raster"]
    for word in ids:
        if ids.count(word) > 1:
            raise fields.error(f'"covariates" names "{word}" twice')
        if word not in layers:
            raise fields.error(
                f'"covariates" names no layer "{word}"; layers of kind raster are '
                f"{', '.join(rasters) or 'none'}{nearest(word, rasters)}"
            )
        if word not in rasters:
            raise fields.error(
                f'"covariates" names "{word}", which is of kind {layers[word].kind}; '
                "only a raster has a value in every cell"
            )
        if kinds.is_timed(layers[word]):
            raise fields.error(f'"covariates" names "{word}", which has times; one is needed')
    return tuple(layers[word] for word in ids)
