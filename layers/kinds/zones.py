"""Seismic zones: polygons with an intensity or a band of peak acceleration."""

import contextlib
from collections.abc import Mapping
from typing import Any

from layers import seismic
from layers.errors import LayersError
from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature

MEASURES = ("msk", "pga_min_g")


class ZonesKind(CollectionKind):
    """Zones; where only one of intensity and acceleration is given, the scale adds the other."""

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with ``msk`` and ``pga_min_g``, and ``derived`` naming what was added."""
        found = dict(plain(stored))
        msk, pga_g = found.get("msk"), found.get("pga_min_g")
        # A number beyond the scale stays as it came, and nothing is derived from it.
        with contextlib.suppress(LayersError, ArithmeticError, ValueError):
            if msk is None and isinstance(pga_g, int | float):
                found["msk"] = int(seismic.msk_from_pga(float(pga_g)))
                found["derived"] = "msk from pga_min_g, MSK-64"
            elif pga_g is None and isinstance(msk, int | float):
                low, high = seismic.pga_range_g(int(msk))
                found |= {"pga_min_g": low, "pga_max_g": high, "derived": "pga from msk, MSK-64"}
        return found
