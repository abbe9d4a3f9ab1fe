"""The service root: which entity sets there are, and which requirements are kept."""

from collections.abc import Iterable
from typing import Any

_REQ = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE = tuple(
    _REQ + name
    for name in (
        "datamodel",
        "datamodel/thing",
        "datamodel/location",
        "datamodel/historical-location",
        "datamodel/datastream",
        "datamodel/sensor",
        "datamodel/observed-property",
        "datamodel/observation",
        "datamodel/feature-of-interest",
        "resource-path/resource-path-to-entities",
        "request-data",
        "data-array/data-array",
    )
)


def root(address: str, sets: Iterable[str]) -> dict[str, Any]:
    """Return the document of the root; ``address`` is its own, without a slash at the end."""
    return {
        "value": [{"name": name, "url": f"{address}/{name}"} for name in sets],
        "serverSettings": {"conformance": list(CONFORMANCE)},
    }
