"""An opened catalogue: entries with the kinds that answer for them."""

from collections.abc import Mapping
from pathlib import Path

from layers import kinds
from layers.errors import UnknownLayerError, UnknownStyleError, nearest
from layers.kinds import Sources
from layers.model import CatalogDefinition, LayerDefinition, StyleDefinition
from layers.model.kind import LayerKind

DEFAULT_CATALOG = Path(__file__).parent / "default.toml"


class Catalog:
    """The layers of a catalogue by id, in its order."""

    def __init__(self, definition: CatalogDefinition, sources: Sources) -> None:
        self.definition = definition
        self.layers: Mapping[str, LayerDefinition] = {e.id: e for e in definition.layers}
        self._named = {e.wms_name: e for e in definition.layers if e.wms_name}
        self.kinds: Mapping[str, LayerKind] = {
            entry.id: kinds.KINDS[entry.kind].make(entry, sources) for entry in definition.layers
        }

    def layer(self, layer_id: str) -> LayerDefinition:
        """Return an entry, or raise UnknownLayerError with the nearest id."""
        if layer_id not in self.layers:
            raise UnknownLayerError(f'no layer "{layer_id}"{nearest(layer_id, self.layers)}')
        return self.layers[layer_id]

    def named(self, name: str) -> LayerDefinition:
        """Return an entry by the name that WMS has for it, or by its id."""
        return self._named.get(name) or self.layer(name)

    def kind(self, layer_id: str) -> LayerKind:
        """Return the kind that answers for a layer."""
        return self.kinds[self.layer(layer_id).id]

    def style(self, layer: LayerDefinition, style_id: str | None) -> StyleDefinition:
        """Return a style of a layer (None: its first), or raise UnknownStyleError."""
        if style_id is None:
            return layer.styles[0]
        found = layer.style(style_id)
        if found is None:
            ids = [style.id for style in layer.styles]
            raise UnknownStyleError(
                f'layer "{layer.id}" has no style "{style_id}"; known are {", ".join(ids)}'
                f"{nearest(style_id, ids)}"
            )
        return found
