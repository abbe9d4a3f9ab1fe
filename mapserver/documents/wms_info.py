"""What is known of a place, as GeoJSON, as plain text and as a page of its own."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from layers.geo import Point

Found = Sequence[Mapping[str, Any]]


def collection(found: Found, place: Point | None) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection: a feature for each layer, or for each feature found.

    ``values`` stand as they are and once more each by its name, which is what clients show.
    """
    where = None if place is None else {"type": "Point", "coordinates": [place.lon, place.lat]}
    features = []
    for entry in found:
        own = {key: value for key, value in entry.items() if key != "features"}
        own |= {value["name"]: value["value"] for value in entry.get("values", ())}
        many: Sequence[Mapping[str, Any]] = entry.get("features") or ({},)
        for number, feature in enumerate(many, start=1):
            features.append(
                {
                    "type": "Feature",
                    "id": f"{entry['layer']}.{feature.get('id', number)}",
                    "geometry": where,
                    "properties": {**own, **feature},
                }
            )
    return {"type": "FeatureCollection", "features": features}


def rows(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and text of all that a person reads of one layer."""
    for key in ("notice", "time", "version", "attribution"):
        if entry.get(key):
            yield key, str(entry[key])
    if not entry.get("known"):
        yield "known", f"no ({entry.get('reason') or 'nothing here'})"
    for value in entry.get("values", ()):
        unit = "" if value["unit"] in ("", "1") else f" {value['unit']}"
        yield value["name"], f"{value['value']:.6g}{unit}"
    if "explained" in entry:
        yield from _why(entry["explained"])
    for station in entry.get("nearest_stations", ()):
        value = "no value" if station["value"] is None else f"{station['value']:.6g}"
        unit = "" if station["value"] is None else f" {station['unit']}"
        name = station["name"].get("en") or station["code"]
        yield "station", f"{name}, {station['distance_km']} km: {value}{unit}"
    for feature in entry.get("features", ()):
        yield (
            "feature",
            "; ".join(f"{k}: {v}" for k, v in feature.items() if v not in (None, "", [])),
        )


def _why(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how a score comes about, and what stands above it."""
    yield "criteria", told["source"]
    for part in told["criteria"]:
        if part["contribution"] is not None:
            share = f"{part['utility']:.3g} x {part['weight']:.3g} = {part['contribution']:.3g}"
            yield f"part of {part['evidence']}", f"{share} ({part['of']})"
    for rule in told["exclusions"]:
        mark = ", check before use" if rule["check_before_use"] else ""
        limit = f"{rule['relation']} {rule['limit']:.6g} {rule['unit']}"
        yield (
            f"excluded by {rule['evidence']}",
            f"{'yes' if rule['status'] == 'hit' else 'no'} [{rule['status']}] ({limit}; "
            f"{rule['source']}{mark})",
        )


def _head(place: Point | None) -> str:
    return "Nowhere on Earth" if place is None else f"{place.lon:.6f} E, {place.lat:.6f} N"


def text(found: Found, place: Point | None) -> str:
    """Return lines of plain text."""
    lines = [_head(place)]
    for entry in found:
        lines += ["", f"{entry['layer']}: {entry['title']}"]
        lines += [f"  {name} = {said}" for name, said in rows(entry)]
    return "\n".join(lines) + "\n"


def html(found: Found, place: Point | None) -> str:
    """Return a page without a script or a style of another place."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(_head(place))}</title></head><body><p>{escape(_head(place))}</p>"
    ]
    for entry in found:
        cells = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(said)}</td></tr>" for name, said in rows(entry)
        )
        parts.append(f"<h2>{escape(str(entry['title']))}</h2><table>{cells}</table>")
    return "".join(parts) + "</body></html>\n"
