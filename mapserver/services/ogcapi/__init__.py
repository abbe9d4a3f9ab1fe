"""OGC API under ``/ogcapi``: Common, Features, Tiles and Maps of every layer in the catalogue."""

from mapserver.services.ogcapi.service import blueprint

__all__ = ["blueprint"]
