"""The checked list of layers, styles and feeds, and the kinds that answer for them."""

from layers.catalog.catalog import DEFAULT_CATALOG, Catalog
from layers.catalog.reader import parse, read

__all__ = ["DEFAULT_CATALOG", "Catalog", "parse", "read"]
