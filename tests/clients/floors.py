"""How many checks each client must pass: a shrunken catalogue or a missing client is no success."""

from collections.abc import Iterator, Mapping

FLOORS: Mapping[str, int] = {
    "gdal": 22,
    "leaflet": 9,
    "maplibre": 9,
    "openlayers": 17,
    "owslib": 18,
    "qgis": 30,
}


def short(passed: Mapping[str, int], floors: Mapping[str, int] = FLOORS) -> Iterator[str]:
    """Yield a sentence for each client that passed fewer checks than it must."""
    for client, floor in floors.items():
        count = passed.get(client, 0)
        if count < floor:
            yield f"{client} passed {count} checks; at least {floor} were expected"
