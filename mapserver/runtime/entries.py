"""The checked catalogue that the settings name, without opening what its layers need."""

from layers import catalog as catalogs
from layers.model import CatalogDefinition, Context
from mapserver.documents.assets import Assets
from mapserver.settings import Settings


def definition(settings: Settings, assets: Assets) -> CatalogDefinition:
    """Read and check the catalogue that the settings name."""
    path = settings.catalog or catalogs.DEFAULT_CATALOG
    return catalogs.read(path, assets.palettes())


def context_for(settings: Settings, catalog: CatalogDefinition) -> Context:
    """Return the context that a new data folder gets: simulated only for a demonstration."""
    if catalog.context is Context.SIMULATED and not settings.demo:
        return Context.ROUTINE
    return catalog.context
