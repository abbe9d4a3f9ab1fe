"""OGC API Common: the landing page, what is conformed to, the OpenAPI document, collections."""

from typing import Any

from flask import Response

from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi import links, openapi
from mapserver.documents.ogcapi.links import HTML, JSON, OPENAPI, Link, link
from mapserver.documents.ogcapi.page import Page, Section
from mapserver.services.ogcapi import contract
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import collections
from mapserver.services.ogcapi.described import description
from mapserver.services.ogcapi.part import Part, Route
from mapserver.services.ogcapi.pictured import picture_of

_COMMON = "http://www.opengis.net/spec/ogcapi-common-"


def landing(asked: Asked) -> Response:
    """Answer ``/``: where everything is."""
    catalog = asked.site.catalog.definition
    found = [
        *asked.itself(),
        link("service-desc", asked.address("/api", f="json"), OPENAPI, asked.say("ogcapi.api")),
        link("service-doc", asked.address("/api", f="html"), HTML, asked.say("ogcapi.api")),
        link("conformance", asked.address("/conformance"), JSON, asked.say("ogcapi.conformance")),
        link(f"{links.OGC_REL}conformance", asked.address("/conformance"), JSON),
        link("data", asked.address("/collections"), JSON, asked.say("ogcapi.collections")),
        link(f"{links.OGC_REL}data", asked.address("/collections"), JSON),
    ]
    for part in asked.parts:
        found += part.landing(asked)
    document: dict[str, Any] = {
        "title": catalog.titles.get(asked.language, catalog.title),
        "description": asked.say("ogcapi.about"),
        "attribution": credits(asked),
        "context": str(catalog.context),
        "links": found,
    }
    page = Page(
        title=document["title"],
        lead=document["description"],
        notice=described.notice_of(str(catalog.context), asked.language),
        sections=[Section(asked.say("ogcapi.contents"), links=told(found))],
    )
    return asked.answer(document, page)


def told(found: list[Link]) -> list[Link]:
    """Return links that a person follows: each address once, with a title."""
    seen: dict[str, Link] = {}
    for each in found:
        if each.get("title") and each["rel"] not in ("self", "alternate"):
            seen.setdefault(each["href"], each)
    return list(seen.values())


def credits(asked: Asked) -> str:
    """Return whom the data are from, all of them in one line."""
    site = asked.site
    found = (site.credited(layer).attribution for layer in site.catalog.layers.values())
    return "; ".join(dict.fromkeys(filter(None, found)))


def conformance(asked: Asked) -> Response:
    """Answer ``/conformance``."""
    classes = list(dict.fromkeys(uri for part in asked.parts for uri in part.conforms))
    document = {"links": asked.itself(), "conformsTo": classes}
    page = Page(
        title=asked.say("ogcapi.conformance"),
        sections=[
            Section(part.title, items=list(part.conforms)) for part in asked.parts if part.conforms
        ],
    )
    return asked.answer(document, page)


def api(asked: Asked) -> Response:
    """Answer ``/api``: the OpenAPI document, or a page of all addresses."""
    document = contract.document(asked)
    page = Page(
        title=asked.say("ogcapi.api"),
        lead=asked.say("ogcapi.api_about"),
        sections=openapi.sections(document, asked.say),
    )
    return asked.answer(document, page, linked=asked.itself())


def listing(asked: Asked) -> Response:
    """Answer ``/collections``."""
    found = [description(asked, each) for each in collections(asked.site).values()]
    document = {
        "links": asked.itself(),
        "crs": found[0]["crs"] if found else [],
        "collections": found,
    }
    rows = [
        [
            {"text": each["title"], "href": asked.address(f"/collections/{each['id']}")},
            each["id"],
            each.get("description", ""),
        ]
        for each in found
    ]
    page = Page(
        title=asked.say("ogcapi.collections"),
        sections=[
            Section(
                asked.say("ogcapi.collections"),
                columns=[asked.say("ogcapi.name"), "id", asked.say("ogcapi.description")],
                rows=rows,
            )
        ],
    )
    return asked.answer(document, page)


def one(asked: Asked) -> Response:
    """Answer ``/collections/{collectionId}``."""
    document = description(asked, asked.collection)
    document["links"] = [*asked.itself(), *(e for e in document["links"] if e["rel"] != "self")]
    return asked.answer(document, described.page(document, asked.say, picture_of(asked)))


ROUTES = (
    Route("", landing, "The landing page"),
    Route("/conformance", conformance, "Conformance classes"),
    Route(
        "/api",
        api,
        "This document",
        formats={"json": OPENAPI, "html": HTML},
    ),
    Route("/collections", listing, "All collections"),
    Route("/collections/{collectionId}", one, "One collection"),
)

PART = Part(
    name="common",
    title="OGC API – Common",
    conforms=(
        *(
            f"{_COMMON}1/1.0/conf/{name}"
            for name in ("core", "landing-page", "json", "html", "oas30")
        ),
        f"{_COMMON}2/1.0/conf/collections",
        f"{_COMMON}2/1.0/conf/json",
        f"{_COMMON}2/1.0/conf/html",
    ),
    routes=ROUTES,
)
