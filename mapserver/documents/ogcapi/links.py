"""Links as the OGC APIs write them, in a document and in the header of RFC 8288."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

Link = dict[str, Any]

JSON, HTML, GEOJSON = "application/json", "text/html", "application/geo+json"
SCHEMA = "application/schema+json"
COVJSON, CSV = "application/prs.coverage+json", "text/csv"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
SAFE = ":,/@"
"""What may stand in a query as it is: times, boxes and names stay readable."""


def link(rel: str, href: str, media_type: str, title: str = "", **more: Any) -> Link:
    """Return a link; ``type`` stands in every one."""
    found = {"rel": rel, "type": media_type, "href": href}
    if title:
        found["title"] = title
    return found | more


def address(base: str, path: str, **query: str) -> str:
    """Return an absolute address below a base; path words are quoted already."""
    words = urlencode(query, safe=SAFE)
    return f"{base}{path}{f'?{words}' if words else ''}"


def word(text: str) -> str:
    """Return a text as one word of a path."""
    return quote(text, safe=":,@")


def header(links: Sequence[Link], rels: Sequence[str]) -> str:
    """Return the ``Link`` header of those links whose relation is among ``rels``.

    Titles are left to the document: a header holds ASCII alone.
    """
    return ", ".join(
        f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'.replace("\n", "")
        for each in links
        if each["rel"] in rels and "{" not in each["href"] and each["href"].isascii()
    )
