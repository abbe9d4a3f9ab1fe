"""OGC API Features 1 to 3: items, schemas, queryables, filters, coordinate systems."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import shapely
from flask import Response

from layers import temporal
from layers.errors import NotFoundError
from layers.filtering import GEOMETRY, ID, Rows
from layers.geo import Bounds
from layers.views import projection
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi import crs, features, schema
from mapserver.documents.ogcapi.links import GEOJSON, HTML, JSON, OGC_REL, SCHEMA, Link, link, word
from mapserver.documents.ogcapi.page import Cell, Page, Section
from mapserver.services.ogcapi import layer_items, observed_items
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_items
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.items import (
    CRS,
    DATETIME,
    PARAMETERS,
    RESERVED,
    Found,
    Question,
    question,
    token,
)
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.site import Site

ITEMS: Mapping[str, str] = {"json": GEOJSON, "geojson": GEOJSON, "html": HTML}
SCHEMAS: Mapping[str, str] = {"json": SCHEMA, "html": HTML}
_SHOWN = 8
"""Properties in the table of a page; an item has a page with all of them."""


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
    page = _items_page(asked, found, members) if asked.format == "html" else None
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
    page = _item_page(asked, found, members) if asked.format == "html" else None
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


# Pages


def _items_page(asked: Asked, found: Found, members: Mapping[str, Any]) -> Page:
    say, name = asked.say, asked.collection.id
    shown, ids = _values(found), found.rows.table.ids
    names = _names(found.rows, asked.language)
    lang = {"lang": asked.query["lang"]} if "lang" in asked.query else {}
    lines: list[list[Cell]] = []
    for place, row in enumerate(found.chosen.tolist()):
        at = {} if found.at is None else {"datetime": temporal.word(found.at)}
        href = asked.address(f"/collections/{name}/items/{word(ids[row])}", **at, **lang)
        lines.append([{"text": ids[row], "href": href}, *(_text(shown[n][place]) for n in names)])
    steps = [each for each in members["links"] if each["rel"] in ("next", "prev")]
    count = say("ogcapi.count", shown=len(lines), all=members.get("numberMatched", "?"))
    return Page(
        title=f"{title(asked, asked.collection)} · {say('ogcapi.items')}",
        lead=count,
        notice=_notice(asked, members),
        picture=_picture(asked, found),
        sections=[
            Section(say("ogcapi.items"), columns=[ID, *names], rows=lines, links=steps),
            _from(asked, members),
        ],
    )


def _item_page(asked: Asked, found: Found, members: Mapping[str, Any]) -> Page:
    shown = _values(found)
    row = int(found.chosen[0])
    pairs = [(name, _text(values[0])) for name, values in shown.items()]
    where = shapely.to_wkt(found.rows.geometry(found.chosen)[0], rounding_precision=6)
    return Page(
        title=f"{title(asked, asked.collection)} · {found.rows.table.ids[row]}",
        notice=_notice(asked, members),
        picture=_picture(asked, found),
        sections=[
            Section(asked.say("ogcapi.properties"), facts=pairs),
            Section(GEOMETRY, text=where if len(where) < 2000 else f"{where[:2000]} …"),
            _from(asked, members),
        ],
    )


def _from(asked: Asked, members: Mapping[str, Any]) -> Section:
    keys = ("attribution", "licence", "time", "version")
    pairs = [(key, str(members[key])) for key in keys if members.get(key)]
    return Section(asked.say("ogcapi.about_collection"), facts=pairs)


def _notice(asked: Asked, members: Mapping[str, Any]) -> str:
    mark = members.get("notice") or (members["context"] if asked.collection.layer is None else "")
    return described.notice_of(str(mark), asked.language)


def _values(found: Found) -> dict[str, Sequence[Any]]:
    table = found.rows.table
    codes = table.codes[found.chosen]
    known = {code: table.values[code - 1] for code in set(codes.ravel().tolist()) if code}
    return {
        name: [known.get(code) for code in codes[:, k].tolist()]
        for k, name in enumerate(table.names)
    }


def _names(rows: Rows, language: str) -> list[str]:
    """Return the properties that a table shows: of names in languages that of the reader."""
    other = [f"name_{each}" for each in ("kk", "uz", "ru", "en") if each != language]
    return [name for name in rows.names if name not in (*other, "code")][:_SHOWN]


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _picture(asked: Asked, found: Found) -> str:
    """Return the address of a picture of the features that are shown."""
    layer = asked.collection.layer
    names = [] if layer is None else [layer.id]
    if not len(found.chosen):
        return ""
    box = found.rows.boxes[found.chosen]
    west, south = (float(v) for v in box[:, :2].min(axis=0))
    east, north = (float(v) for v in box[:, 2:].max(axis=0))
    bounds = Bounds(
        max(-180.0, west - 0.2),
        max(-90.0, south - 0.2),
        min(180.0, east + 0.2),
        min(90.0, north + 0.2),
    )
    when = {} if found.at is None else {"TIME": temporal.word(found.at)}
    base = asked.site.base_url(asked.request)
    return described.picture_address(base, names, bounds, **when)


def _collection(asked: Asked, collection: Collection) -> Members:
    """Return what a collection's document says of its items."""
    if not has_items(asked.site, collection):
        return {}
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
