"""The OpenAPI 3.0.3 document, made of the same routes as the addresses; it refers to nothing else.

Where every collection has the same keys, one path stands for all; where each has its own, as items
have, the path is written out for each.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapserver.documents.ogcapi.page import Section

VERSION = "3.0.3"
_WORD = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Key:
    """A parameter as OpenAPI has it; ``where`` is "query" or "path"."""

    name: str
    where: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False
    explode: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True)
class Path:
    """One address: its keys, what it answers, of which part it is."""

    path: str
    summary: str
    tag: str
    keys: Sequence[Key]
    media_types: Sequence[str]
    statuses: Mapping[int, str]


def document(
    title: str, text: str, base: str, tags: Mapping[str, str], paths: Iterable[Path]
) -> dict[str, Any]:
    """Return the document; keys that are alike in many paths are told once."""
    shared: dict[str, dict[str, Any]] = {}
    written: dict[str, Any] = {}
    for path in paths:
        address = _WORD.sub(r"{\1}", path.path) or "/"
        written[address] = {"get": _operation(path, address, shared)}
    return {
        "openapi": VERSION,
        "info": {"title": title, "description": text, "version": "1.0.0"},
        "servers": [{"url": base}],
        "tags": [{"name": name, "description": said} for name, said in tags.items()],
        "paths": written,
        "components": {
            "parameters": dict(sorted(shared.items())),
            "responses": {"Problem": _PROBLEM},
            "schemas": _SCHEMAS,
        },
    }


def _operation(path: Path, address: str, shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    words = re.sub(r"[^A-Za-z0-9]+", "-", address).strip("-")
    content = {each: {"schema": _schema_of(each)} for each in dict.fromkeys(path.media_types)}
    answers: dict[str, Any] = {"200": {"description": path.summary, "content": content}}
    answers |= {str(status): {"description": said} for status, said in path.statuses.items()}
    problems = ["400", "406", "414", "500", "503"]
    if "{" in address or "/collections/" in address:
        problems += ["404", "410"]
    for status in sorted(problems):
        answers.setdefault(status, {"$ref": "#/components/responses/Problem"})
    return {
        "operationId": f"get-{words}" if words else "get-landing",
        "summary": path.summary,
        "tags": [path.tag],
        "parameters": [_reference(key, shared) for key in path.keys],
        "responses": answers,
    }


def _reference(key: Key, shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a reference to a key; another one of the same name gets a name of its own."""
    told = _told(key)
    name, number = key.name, 1
    while shared.setdefault(name, told) != told:
        number += 1
        name = f"{key.name}-{number}"
    return {"$ref": f"#/components/parameters/{name}"}


def _told(key: Key) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": key.name,
        "in": key.where,
        "description": key.description,
        "required": key.required or key.where == "path",
        "schema": dict(key.schema),
    }
    if key.where == "query":
        found |= {"style": "form", "explode": key.explode}
    if key.example is not None:
        found["example"] = key.example
    return found


def _schema_of(media_type: str) -> dict[str, Any]:
    if media_type == "application/geo+json":
        return {"$ref": "#/components/schemas/GeoJSON"}
    if "json" in media_type:
        return {"type": "object"}
    if media_type.startswith("text/"):
        return {"type": "string"}
    return {"type": "string", "format": "binary"}


_PROBLEM: dict[str, Any] = {
    "description": "What is wrong, as RFC 9457 has it.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
        },
    },
    "GeoJSON": {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection", "Feature"]},
            "features": {"type": "array", "items": {"type": "object"}},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
    "Link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {
            "href": {"type": "string"},
            "rel": {"type": "string"},
            "type": {"type": "string"},
            "title": {"type": "string"},
        },
    },
}


def sections(document: Mapping[str, Any], say: Callable[..., str]) -> list[Section]:
    """Return the parts of a page of all addresses: one for each tag, with a row for each path."""
    base = document["servers"][0]["url"]
    shared = document["components"]["parameters"]
    found = []
    for tag in document["tags"]:
        rows: list[list[Any]] = []
        for path, methods in document["paths"].items():
            told = methods["get"]
            if tag["name"] not in told["tags"]:
                continue
            names = [shared[each["$ref"].rpartition("/")[2]] for each in told["parameters"]]
            keys = ", ".join(each["name"] for each in names if each["in"] == "query")
            address = path if "{" in path else {"text": path, "href": base + path.rstrip("/")}
            rows.append([address, told["summary"], keys])
        columns = [say("ogcapi.address"), say("ogcapi.description"), say("ogcapi.keys")]
        found.append(Section(tag["description"], columns=columns, rows=rows))
    return found
