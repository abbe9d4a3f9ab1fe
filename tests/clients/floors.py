"""How many checks each client must pass: a shrunken catalogue or a missing client is no success."""

from collections.abc import Iterator, Mapping

FLOORS: Mapping[str, int] = {
    "docs": 18,
    "frost": 6,
    "gdal": 48,
    "leaflet": 12,
    "maplibre": 15,
    "openlayers": 22,
    "owslib": 29,
    "python": 28,
    "qgis": 62,
    "schemathesis": 3,
}


def short(passed: Mapping[str, int], floors: Mapping[str, int] = FLOORS) -> Iterator[str]:
    """Yield a sentence for each client that passed fewer checks than it must."""
    for client, floor in floors.items():
        count = passed.get(client, 0)
        if count < floor:
            yield f"{client} passed {count} checks; at least {floor} were expected"
