"""OGC SensorThings API 1.1, read only: stations and what they measure."""

from mapserver.services.sensorthings.service import blueprint

__all__ = ["blueprint"]
