"""Many features as columns: what a kind hands to a renderer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Features:
    """Columns of equal length n.

    ``geometry`` is an object array of shapely geometries in metres of EPSG:3857; ``ids`` are the
    ids of the features; each property is a sequence of n values (str, int, float, bool or None).
    """

    geometry: NDArray[np.object_]
    ids: Sequence[str]
    properties: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.ids)
