"""OGC API Features 1 to 3: items, schemas, queryables, filters, coordinate systems."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from flask import Response

from layers import temporal
from layers.errors import NotFoundError
from layers.views import projection
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import crs, features
from mapserver.documents.ogcapi.links import GEOJSON, HTML, JSON, OGC_REL, SCHEMA, Link, link
from mapserver.services.ogcapi import layer_items, observed_items
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_items
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.feature_pages import item_page, items_page
from mapserver.services.ogcapi.items import (
    CRS,
    DATETIME,
    PARAMETERS,
    Found,
    Question,
    question,
    token,
)
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.ogcapi.schemas import asked_of, queryables, schema_of
from mapserver.services.site import Site

ITEMS: Mapping[str, str] = {"json": GEOJSON, "geojson": GEOJSON, "html": HTML}
SCHEMAS: Mapping[str, str] = {"json": SCHEMA, "html": HTML}


def items(asked: Asked) -> Response:
    """Answer ``/collections/{collectionId}/items``."""
    wanted = question(asked)
    found = _found(asked, wanted)
    linked = asked.itself()
    if found.after is not None:
        after = asked.here(token=token(found.after, found.at), offset=None)
        linked.append(link("next", after, asked.media_type, asked.say("ogcapi.next")))
    about = asked.address(f"/collections/{asked.collection.id}")
    linked.append(link("collection", about, JSON, title(asked, asked.collection)))
    members = facts(asked, found)
    if found.matched is not None:
        members["numberMatched"] = found.matched
    members["numberReturned"] = len(found.chosen)
    members["links"] = linked
    texts = found.texts(projection(wanted.crs))
    etag = negotiation.body_etag(features.collection(members, texts))
    members["timeStamp"] = _now(asked.site)
    page = items_page(asked, found, members) if asked.format == "html" else None
    return asked.answer(
        members,
        page,
        body=features.collection(members, texts) if page is None else None,
        etag=None if page else etag,
        headers=told(asked, wanted.crs, found),
    )


def item(asked: Asked) -> Response:
    """Answer ``/collections/{collectionId}/items/{featureId}``."""
    wanted = question(asked)
    feature_id = asked.words["featureId"]
    found = _one(asked, wanted, feature_id)
    if found is None and feature_id.endswith("/"):  # the slash that may end every address
        found = _one(asked, wanted, feature_id.rstrip("/"))
    if found is None:
        raise NotFoundError(f'no feature "{feature_id}" in collection "{asked.collection.id}"')
    about = asked.address(f"/collections/{asked.collection.id}")
    linked = [
        *asked.itself(),
        link("collection", about, JSON, title(asked, asked.collection)),
    ]
    members = {**facts(asked, found), "links": linked}
    text = found.texts(projection(wanted.crs))[0]
    page = item_page(asked, found, members) if asked.format == "html" else None
    return asked.answer(
        members,
        page,
        body=features.feature(members, text),
        headers=told(asked, wanted.crs, found),
    )


def _found(asked: Asked, wanted: Question) -> Found:
    layer = asked.collection.layer
    if layer is None:
        return observed_items.found(asked.site, wanted, tabled=asked.format == "html")
    return layer_items.found(asked.site, layer, wanted)


def _one(asked: Asked, wanted: Question, feature_id: str) -> Found | None:
    layer = asked.collection.layer
    if layer is None:
        return observed_items.one(asked.site, feature_id)
    return layer_items.one(asked.site, layer, wanted, feature_id)


def facts(asked: Asked, found: Found) -> dict[str, Any]:
    """Return what stands beside features: where they come from, which time and version."""
    site, collection = asked.site, asked.collection
    said: dict[str, Any] = {"context": str(site.catalog.definition.context)}
    if collection.layer is not None:
        layer = site.credited(collection.layer)
        said["notice"] = tilejson.notice(layer, site.catalog.definition)
        said["attribution"], said["licence"] = layer.attribution, layer.licence
    if found.at is not None:
        said["time"] = temporal.word(found.at)
    said["version"] = found.version
    return {key: text for key, text in said.items() if text}


def told(asked: Asked, system: str, found: Found) -> dict[str, str]:
    """Return the headers that say what was answered: system, time, version."""
    name = asked.collection.id
    headers = {"Content-Crs": f"<{crs.uri(system)}>"}
    if found.version:
        headers["X-Data-Version"] = f"{name}={found.version}"
    if found.at is not None:
        headers["X-Data-Time"] = f"{name}={temporal.word(found.at)}"
    return headers


def _now(site: Site) -> str:
    return temporal.word(site.now().astimezone(UTC).replace(microsecond=0))


def _collection(asked: Asked, collection: Collection) -> Members:
    """Return what a collection's document says of its items."""
    if not has_items(asked.site, collection):
        return {"layerDataType": "Coverage"}  # GDAL asks any other for items, and complains
    here = f"/collections/{collection.id}"
    say = asked.say
    found: list[Link] = [
        link("items", asked.address(f"{here}/items", f="json"), GEOJSON, say("ogcapi.items")),
        link("items", asked.address(f"{here}/items", f="html"), HTML, say("ogcapi.items")),
        link("describedby", asked.address(f"{here}/schema"), SCHEMA, say("ogcapi.schema")),
        link(
            f"{OGC_REL}queryables",
            asked.address(f"{here}/queryables"),
            SCHEMA,
            say("ogcapi.queryables"),
        ),
    ]
    return {"links": found, "itemType": "feature"}


_CORE = "http://www.opengis.net/spec/ogcapi-features-"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"

PART = Part(
    name="features",
    title="OGC API – Features",
    conforms=(
        *(f"{_CORE}1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")),
        f"{_CORE}2/1.0/conf/crs",
        *(
            f"{_CORE}3/1.0/conf/{name}"
            for name in ("filter", "features-filter", "queryables", "queryables-query-parameters")
        ),
        *(
            f"{_CORE}5/1.0/conf/{name}"
            for name in ("schemas", "core-roles-features", "returnables-and-receivables")
        ),
        *(
            _CQL2 + name
            for name in (
                "cql2-text",
                "cql2-json",
                "basic-cql2",
                "advanced-comparison-operators",
                "case-insensitive-comparison",
                "accent-insensitive-comparison",
                "basic-spatial-functions",
                # The name that it had in the draft, which older clients look for.
                "basic-spatial-operators",
                "basic-spatial-functions-plus",
                "spatial-functions",
                "temporal-functions",
                "property-property",
            )
        ),
    ),
    routes=(
        Route(
            "/collections/{collectionId}/schema",
            schema_of,
            "What the properties of its features are",
            SCHEMAS,
            offered=has_items,
        ),
        Route(
            "/collections/{collectionId}/queryables",
            queryables,
            "What its features can be chosen by",
            SCHEMAS,
            offered=has_items,
        ),
        Route(
            "/collections/{collectionId}/items",
            items,
            "Features",
            ITEMS,
            PARAMETERS,
            offered=has_items,
            own=asked_of,
        ),
        Route(
            "/collections/{collectionId}/items/{featureId:path}",
            item,
            "One feature",
            ITEMS,
            (CRS, DATETIME),
            words={"featureId": Parameter("featureId", "The id of a feature.")},
            offered=has_items,
        ),
    ),
    collection=_collection,
)
