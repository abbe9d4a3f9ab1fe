"""Macroseismic intensity and ground motion: formulas over arrays."""

from layers.seismic.intensity import msk_from_pga, pga_range_g
from layers.seismic.merging import one_event

__all__ = ["msk_from_pga", "one_event", "pga_range_g"]
