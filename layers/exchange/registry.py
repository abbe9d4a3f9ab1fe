"""Which formats there are, and which one a file is in."""

from collections.abc import Mapping
from pathlib import PurePath

from layers.errors import UnsupportedFormatError, nearest
from layers.exchange import (
    csv_table,
    geojson,
    geotiff,
    noaa_quakes,
    quakes_csv,
    stations_csv,
    tiff,
    usgs_geojson,
)
from layers.exchange.adapter import Adapter

_MODULES = (
    csv_table,
    stations_csv,
    quakes_csv,
    noaa_quakes,
    geojson,
    usgs_geojson,
    geotiff,
)
ADAPTERS: Mapping[str, Adapter] = {module.ADAPTER.id: module.ADAPTER for module in _MODULES}
SNIFFED_BYTES = 64 * 1024
SAID_OF_TABLES = (
    "text/csv", "text/plain", "application/csv", "application/octet-stream",
    "application/x-www-form-urlencoded",
)  # fmt: skip
"""Media types that clients give a table; the last two are what they say where nobody told them."""

_MAGICS = {
    b"PK\x03\x04": "a ZIP archive (or an Excel or KMZ file): unpack or export it first",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"%PDF": "a PDF document",
    b"\x89HDF": "an HDF5 or netCDF file",
    b"CDF": "a netCDF file",
    b"SQLite format 3": "a GeoPackage or SQLite database",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8",
    b"<": "XML or HTML",
}


def adapter(format_id: str) -> Adapter:
    """Return the adapter of a format.

    Raises
    ------
    UnsupportedFormatError
        With the formats there are and the nearest word.
    """
    if format_id not in ADAPTERS:
        raise UnsupportedFormatError(
            f'no format "{format_id}"; known are {", ".join(ADAPTERS)}'
            f"{nearest(format_id, ADAPTERS)}"
        )
    return ADAPTERS[format_id]


def sniff(name: str, head: bytes, media_type: str = "") -> Adapter:
    """Return the adapter of a file, by its first bytes first and its name second.

    Parameters
    ----------
    name : str
        Name of the file, for its suffix and for the sentence of a refusal.
    head : bytes
        Its beginning; ``SNIFFED_BYTES`` of it are enough.
    media_type : str
        What a client said it is, "" where nothing was said.

    Raises
    ------
    UnsupportedFormatError
        With what the file seems to be, and the formats that are read.
    """
    found = None
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(tiff.MAGICS):
        found = "geotiff"
    elif text.startswith((b"{", b"[")):
        found = _json(text)
    elif b"\0" not in head and not head.startswith(tuple(_MAGICS)):
        found = _table(name, text, media_type)
    if found:
        return ADAPTERS[found]
    known = next((what for magic, what in _MAGICS.items() if text.startswith(magic)), "")
    if not text:
        known = "empty"
    raise UnsupportedFormatError(
        f'"{name}" is {known or "in no format that is understood here"}; '
        f"read are {', '.join(ADAPTERS)}"
        f"{'' if known else '; if it is one of these all the same, name its format'}"
    )


def _json(text: bytes) -> str | None:
    words = (b'"mag"', b'"magType"')
    if b"earthquake.usgs.gov" in text or all(word in text for word in words):
        return "usgs-geojson"
    return "geojson" if b'"Feature' in text else None


def _table(name: str, text: bytes, media_type: str) -> str | None:
    suffix = PurePath(name).suffix.lower()
    kind = media_type.partition(";")[0].strip().lower()
    if suffix not in csv_table.ADAPTER.suffixes and kind not in SAID_OF_TABLES:
        return None
    header = text.splitlines()[0].decode("utf-8", "replace") if text else ""
    words = {
        word.strip(' "').lower() for word in header.replace(";", ",").replace("\t", ",").split(",")
    }
    if words & {"value", "result"}:
        return "csv-table"
    if noaa_quakes.is_header(words):
        return "noaa-quakes"
    if words & {"mag", "magnitude", "mw"}:
        return "quakes-csv"
    if words & {"lat", "latitude"} and words & {"code", "station_code", "id", "station"}:
        return "stations-csv"
    return "csv-table" if words & {"unit", "quantity", "station_code"} else None
