"""The parts of the interface, in the order in which their conformance classes are told."""

from collections.abc import Sequence

from mapserver.services.ogcapi import common, edr, features, maps, tiles
from mapserver.services.ogcapi.part import Part

PARTS: Sequence[Part] = (common.PART, features.PART, tiles.PART, maps.PART, edr.PART)
