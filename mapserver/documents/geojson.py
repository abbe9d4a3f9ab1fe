"""Features as GeoJSON (RFC 7946), with what they are and where they come from."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model import Features, LayerDefinition


def feature_collection(
    features: Features,
    geometry: NDArray[np.object_],
    layer: LayerDefinition,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a FeatureCollection.

    Parameters
    ----------
    geometry : array of object, shape (n,)
        The geometries in degrees, rounded to about 0.1 m here.
    facts : mapping
        What stands beside the features: version, time, context, notice.
    """
    rounded = shapely.transform(geometry, lambda c: np.round(c, 6))
    texts = shapely.to_geojson(rounded)
    return {
        "type": "FeatureCollection",
        "name": layer.id,
        "title": layer.title,
        "attribution": layer.attribution,
        "licence": layer.licence,
        **facts,
        "features": [
            {
                "type": "Feature",
                "id": features.ids[i],
                "geometry": json.loads(texts[i]),
                "properties": {n: column[i] for n, column in features.properties.items()},
            }
            for i in range(len(features))
        ],
    }
