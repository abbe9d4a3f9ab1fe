"""Faults: lines with a name, a type and a source; a fold is never drawn as a surface fault."""

from collections.abc import Mapping
from typing import Any

from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature

MEASURES = ("type",)
_FOLDS = ("anticline", "syncline", "fold")


class FaultsKind(CollectionKind):
    """Fault traces."""

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with ``type`` from what real files call it, and ``fold``."""
        found = dict(plain(stored))
        named = found.get("type") or found.get("slip_type") or found.get("ltype") or "unknown"
        found["type"] = str(named)
        found["fold"] = any(word in str(named).lower() for word in _FOLDS)
        return found
