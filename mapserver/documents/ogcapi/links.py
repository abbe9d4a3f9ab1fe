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
MOST_CHARS = 2_000
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
    """Return the ``Link`` header of those links whose relation is among ``rels``, in their order.

    Titles are left to the document: a header holds ASCII alone. What would make it too long for
    the buffers of proxies stands in the document only.
    """
    found = ""
    for rel in rels:
        for each in links:
            if each["rel"] != rel or each.get("templated") or not each["href"].isascii():
                continue
            one = f'<{each["href"]}>; rel="{rel}"; type="{each["type"]}"'
            joined = f"{found}, {one}" if found else one
            if len(joined) <= MOST_CHARS:
                found = joined
    return found
