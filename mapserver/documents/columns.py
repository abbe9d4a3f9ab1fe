"""Points as columns, for a page that shows thousands of them.

As GeoJSON ten thousand stations are 5 MB, most of it names of properties, which a phone reads for
a second at every hour.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model import Features


def columns(features: Features, geometry: NDArray[np.object_]) -> dict[str, Any]:
    """Return points in four parts.

    ``lon`` and ``lat`` in degrees, rounded to about 0.1 m; ``same``, the properties in which all
    are alike; ``each``, a list for every other one.

    Parameters
    ----------
    geometry : array of object, shape (n,)
        Points in degrees.
    """
    lon, lat = np.round(shapely.get_coordinates(geometry), 6).T.tolist()
    same: dict[str, Any] = {}
    each: dict[str, Any] = {}
    for name, column in features.properties.items():
        if all(value == column[0] for value in column):
            same[name] = column[0] if len(column) else None
        else:
            each[name] = list(column)
    return {"lon": lon, "lat": lat, "same": same, "each": each}
