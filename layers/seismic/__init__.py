"""Macroseismic intensity and ground motion: formulas over arrays."""

from layers.seismic.intensity import msk_from_pga, pga_range_g

__all__ = ["msk_from_pga", "pga_range_g"]
