"""JSON documents: parsed once, with their parts counted before, so that none can be a bomb."""

import json
from typing import Any, BinaryIO

from layers.errors import BadFileError, TooLargeError
from layers.exchange.limits import MAX_FEATURES, MAX_JSON_BRACKETS, MAX_JSON_COMMAS


def parsed(stream: BinaryIO) -> Any:
    """Return the value of a UTF-8 JSON text. NaN and Infinity arrive as floats, to be refused.

    Raises
    ------
    BadFileError
        Where it is empty, cut, no JSON, no UTF-8, or nested too deeply.
    TooLargeError
        Where its brackets or commas are more than the limits.
    """
    data = stream.read()
    brackets = data.count(b"[") + data.count(b"{")
    if brackets > MAX_JSON_BRACKETS or data.count(b",") > MAX_JSON_COMMAS:
        raise TooLargeError(
            f"the JSON text has {brackets:,} lists and objects; at most {MAX_JSON_BRACKETS:,} of "
            f"them and {MAX_JSON_COMMAS:,} commas are read"
        )
    if not data.strip():
        raise BadFileError("the file is empty")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise BadFileError(
            f"the file is not UTF-8 (byte {fault.start + 1:,}); no other encoding is guessed"
        ) from None
    except json.JSONDecodeError as fault:
        # A string without end swallows the rest, so its fault stands where it began.
        ends = fault.pos >= len(fault.doc.rstrip()) - 1 or fault.msg.startswith("Unterminated")
        cut = "; the file is cut" if ends else ""
        raise BadFileError(
            f"the file is no JSON: {fault.msg.lower()} in line {fault.lineno}, "
            f"column {fault.colno}{cut}"
        ) from None
    except (RecursionError, ValueError):
        raise BadFileError(
            "the file is nested too deeply, or has a number of too many digits"
        ) from None


def features(document: Any) -> list[Any]:
    """Return the features of a GeoJSON document, unchecked.

    Raises
    ------
    BadFileError
        Where it is no Feature or FeatureCollection in WGS 84.
    TooLargeError
        Beyond ``MAX_FEATURES``.
    """
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        found = [document]
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        found = document["features"]
    else:
        raise BadFileError(
            f"the JSON is no GeoJSON FeatureCollection or Feature: its type is {_short(kind)}"
        )
    _check_crs(document.get("crs"))
    if len(found) > MAX_FEATURES:
        raise TooLargeError(f"the file has {len(found):,} features; the limit is {MAX_FEATURES:,}")
    return found


def _check_crs(crs: Any) -> None:
    """Refuse any reference system but longitude, latitude on WGS 84 (RFC 7946, section 4)."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    words = str(name).upper().replace("::", ":").split(":")
    if name is None or words[-1] not in ("CRS84", "4326", "CRS84H"):
        raise BadFileError(
            f"the file says its coordinates are in {_short(name)}; GeoJSON is read in longitude "
            "and latitude on WGS 84 (CRS84) only: convert it first"
        )


def _short(value: Any) -> str:
    return (
        f'"{value[:60]}"' if isinstance(value, str) else "missing" if value is None else "no word"
    )
