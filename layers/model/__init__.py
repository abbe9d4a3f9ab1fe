"""The common language of the rooms: frozen dataclasses and columns, nothing that opens anything."""

from layers.model.feature import Feature, StoredFeature
from layers.model.features import Features
from layers.model.hazard import (
    HazardDataset,
    HazardGrid,
    HazardManifest,
    HazardStatus,
    HazardValue,
    HazardZones,
    hazard_values,
)
from layers.model.hazard_curve import HazardCurve
from layers.model.layer import (
    CatalogDefinition,
    Extent,
    FeedDefinition,
    LayerDefinition,
    Palette,
    StyleDefinition,
)
from layers.model.observation import (
    BatchAnswer,
    Context,
    Datastream,
    Network,
    Observation,
    Organisation,
    RejectedRecord,
    Release,
    Station,
    Status,
    StoredObservation,
    WithdrawnRecord,
)
from layers.model.site import ASSUMED_ACCURACY_M, CandidateSite
from layers.model.surface import BANDS, Float32Array, Picture, Raster, Scale, Surface, SurfaceInfo

__all__ = [
    "ASSUMED_ACCURACY_M",
    "BANDS",
    "BatchAnswer",
    "CandidateSite",
    "CatalogDefinition",
    "Context",
    "Datastream",
    "Extent",
    "Feature",
    "Features",
    "FeedDefinition",
    "Float32Array",
    "HazardCurve",
    "HazardDataset",
    "HazardGrid",
    "HazardManifest",
    "HazardStatus",
    "HazardValue",
    "HazardZones",
    "LayerDefinition",
    "Network",
    "Observation",
    "Organisation",
    "Palette",
    "Picture",
    "Raster",
    "RejectedRecord",
    "Release",
    "Scale",
    "Station",
    "Status",
    "StoredFeature",
    "StoredObservation",
    "StyleDefinition",
    "Surface",
    "SurfaceInfo",
    "WithdrawnRecord",
    "hazard_values",
]
