"""WMS 1.3.0 and 1.1.1 of every layer in the catalogue: maps, values, legends."""

from mapserver.services.wms.service import blueprint

__all__ = ["blueprint"]
