"""The routes of all parts as the paths of the OpenAPI document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layers.messages import LANGUAGES
from mapserver.documents.ogcapi import openapi
from mapserver.documents.ogcapi.openapi import Key, Path
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, collections
from mapserver.services.ogcapi.part import Parameter, Part, Route
from mapserver.services.site import Site

_OF_COLLECTION = "{collectionId}"


def document(asked: Asked) -> dict[str, Any]:
    """Return the OpenAPI document of what is served now."""
    catalog = asked.site.catalog.definition
    return openapi.document(
        catalog.titles.get(asked.language, catalog.title),
        asked.say("ogcapi.about"),
        asked.address(),
        {part.name: part.title for part in asked.parts},
        _paths(asked.site, asked.parts),
    )


def _paths(site: Site, parts: Sequence[Part]) -> Iterator[Path]:
    known = collections(site).values()
    for part in parts:
        for route in part.routes:
            if not route.of_collection:
                yield _path(site, part, route, route.path, ())
                continue
            offered = [each for each in known if route.offered(site, each)]
            if route.own is not None:
                for each in offered:
                    path = route.path.replace(_OF_COLLECTION, each.id)
                    yield _path(site, part, route, path, route.own(site, each))
            elif offered:
                yield _path(site, part, route, route.path, (), offered)


def _path(
    site: Site,
    part: Part,
    route: Route,
    path: str,
    own: Sequence[Parameter],
    offered: Sequence[Collection] = (),
) -> Path:
    keys = []
    if offered:
        ids = {"type": "string", "enum": [each.id for each in offered]}
        keys.append(Key("collectionId", "path", "The id of a collection.", ids))
    keys += [_key(site, each, "path") for each in route.words.values()]
    keys += [_key(site, each, "query") for each in (*route.parameters, *own)]
    formats = {"type": "string", "enum": list(route.formats)}
    keys.append(Key("f", "query", "The format; it counts more than `Accept`.", formats))
    said = "The language; it counts more than `Accept-Language`."
    keys.append(Key("lang", "query", said, {"type": "string", "enum": list(LANGUAGES)}))
    media_types = list(route.formats.values())
    return Path(path, route.summary, part.name, keys, media_types, route.cites)


def _key(site: Site, each: Parameter, where: str) -> Key:
    schema: Mapping[str, Any] = each.schema(site) if callable(each.schema) else each.schema
    return Key(
        each.name, where, each.description, schema, each.required, each.explode, each.example
    )
