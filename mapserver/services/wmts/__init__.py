"""WMTS 1.0.0 of every layer in the catalogue, by keys and by addresses: tiles, values, legends."""

from mapserver.services.wmts.service import blueprint

__all__ = ["blueprint"]
