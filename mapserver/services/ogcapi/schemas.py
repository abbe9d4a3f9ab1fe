"""Schemas and queryables of collections: what the properties of their features are."""

from collections.abc import Sequence
from typing import Any

import shapely
from flask import Response

from layers.filtering import ID, Rows
from mapserver.documents.ogcapi import schema
from mapserver.documents.ogcapi.page import Cell, Page, Section
from mapserver.services.ogcapi import layer_items, observed_items
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.items import RESERVED, sortby
from mapserver.services.ogcapi.part import Parameter
from mapserver.services.site import Site


def rows(site: Site, collection: Collection) -> tuple[Rows, object]:
    """Return the rows of what is newest in a collection, and what holds them."""
    if collection.layer is None:
        return observed_items.nothing()
    return layer_items.present(site, collection.layer)


def properties(site: Site, collection: Collection) -> dict[str, dict[str, Any]]:
    """Return the schemas of the properties of a collection."""
    if collection.layer is None:
        return {name: dict(each) for name, each in observed_items.SCHEMA.items()}
    present, _kept = rows(site, collection)
    found = schema.properties(present)
    schema.with_unit(found, collection.layer.quantity)
    return found


def _shape(site: Site, collection: Collection) -> dict[str, Any]:
    present, _kept = rows(site, collection)
    types = {"Point"} if collection.layer is None else set()
    if len(present.table.xy):
        types.add("Point")
    types |= {shapely.GeometryType(k).name for k in shapely.get_type_id(present.table.shapes)}
    named = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}
    named |= {f"MULTI{k}": f"Multi{v}" for k, v in named.items()}
    return schema.geometry(sorted(named.get(each, each) for each in types))


def asked_of(site: Site, collection: Collection) -> list[Parameter]:
    """Return the properties that a query may name: equal values alone are chosen."""
    found = []
    for name, each in properties(site, collection).items():
        if name in RESERVED or each.get("type") == "object":
            continue
        plain = {k: v for k, v in each.items() if k in ("type", "format", "enum")}
        if plain.get("type") == "array":
            plain = {"type": "string"}
        found.append(Parameter(name, f"Only features whose `{name}` is this.", plain))
    if collection.layer is not None:  # observations come by their hours, and are never all at hand
        found.append(sortby([ID, *(each.name for each in found)]))
    return found


def _schema(asked: Asked, *, queryables: bool) -> Response:
    site, collection = asked.site, asked.collection
    found = properties(site, collection)
    shape = _shape(site, collection)
    name = title(asked, collection)
    path = asked.address(asked.request.path.removeprefix("/ogcapi").rstrip("/"))
    document = schema.document(path, name, found, shape, queryables=queryables)
    columns = [asked.say("ogcapi.name"), asked.say("ogcapi.type"), asked.say("ogcapi.unit")]
    lines: list[Sequence[Cell]] = [
        [key, each.get("format") or each.get("type", ""), each.get("x-ogc-unit", "")]
        for key, each in document["properties"].items()
    ]
    heading = asked.say("ogcapi.queryables" if queryables else "ogcapi.schema")
    page = Page(
        title=f"{name} · {heading}", sections=[Section(heading, columns=columns, rows=lines)]
    )
    return asked.answer(document, page, linked=asked.itself())


def schema_of(asked: Asked) -> Response:
    """Answer ``/collections/{collectionId}/schema``."""
    return _schema(asked, queryables=False)


def queryables(asked: Asked) -> Response:
    """Answer ``/collections/{collectionId}/queryables``."""
    return _schema(asked, queryables=True)
