"""One request to the OGC APIs, read: language, format, query; and how it is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import Request, Response

from layers import messages
from layers.errors import BadParameterError, NotFoundError, nearest
from layers.messages import LANGUAGES
from mapserver import negotiation, params
from mapserver.documents.ogcapi import links
from mapserver.documents.ogcapi.links import Link
from mapserver.documents.ogcapi.page import Page, html
from mapserver.errors import NotAcceptableError
from mapserver.services.ogcapi.collections import Collection, collection
from mapserver.services.ogcapi.part import Part, Route
from mapserver.services.pages import wished
from mapserver.services.site import Site

PREFIX = "/ogcapi"
COMMON = ("f", "lang")
HEADED = ("next", "self", "alternate", "service-desc", "data", "conformance")
"""Relations of links that stand in the header too."""
VARIES = ("Accept", "Accept-Language", "Accept-Encoding")
ALIASES: Mapping[str, Sequence[str]] = {
    links.GEOJSON: (links.JSON,),
    links.OPENAPI: (links.JSON,),
    links.COVJSON: (links.JSON, "application/vnd.cov+json"),
}
"""Other names by which a client may ask for a format."""


class Asked:
    """A request for an address of the OGC APIs.

    Raises
    ------
    NotFoundError
        For a collection that is not there, or has no such address.
    BadParameterError
        For a key of the query that means nothing here, or stands twice.
    NotAcceptableError
        Where no format that the client takes is offered.
    """

    def __init__(
        self,
        site: Site,
        parts: Sequence[Part],
        route: Route,
        words: Mapping[str, str],
        request: Request,
        picture: "Callable[[Asked], str]",
    ) -> None:
        self.site = site
        self.parts = parts
        self.route = route
        self.words = words
        self.request = request
        self._picture = picture
        self._collection: Collection | None = None
        if route.of_collection:
            found = collection(site, words["collectionId"])
            if not route.offered(site, found):
                where = route.path.rpartition("/")[2]
                raise NotFoundError(f'collection "{found.id}" has no {where}')
            self._collection = found
        params.only(request.args, self._known)
        self.format, self.media_type = self._negotiated()

    @property
    def collection(self) -> Collection:
        """The collection that the address names."""
        assert self._collection is not None  # noqa: S101 - asked of routes of collections alone
        return self._collection

    @property
    def query(self) -> Mapping[str, str]:
        """The keys of the query; each stands once."""
        return self.request.args

    @cached_property
    def _known(self) -> tuple[str, ...]:
        own = self.route.own(self.site, self.collection) if self.route.own else ()
        return tuple(p.name for p in (*self.route.parameters, *own)) + COMMON

    @cached_property
    def language(self) -> str:
        """The language of titles: ``lang=``, else the client's wish."""
        if "lang" in self.query:
            return params.language(self.query)
        return wished(self.request.accept_languages)

    def say(self, message: str, **values: object) -> str:
        """Return a text in that language."""
        return messages.text(message, self.language, **values)

    def _negotiated(self) -> tuple[str, str]:
        offered = self.route.formats
        if (asked := self.query.get("f")) is not None:
            if asked not in offered:
                known = ", ".join(offered)
                raise BadParameterError(
                    f'f is "{asked}"; known are {known}{nearest(asked, offered)}'
                )
            return asked, offered[asked]
        accept = self.request.accept_mimetypes
        if not self.request.headers.get("Accept"):
            word = next(iter(offered))
            return word, offered[word]

        def wish(media_type: str) -> float:
            bare = media_type.partition(";")[0]
            named = {media_type, bare, *ALIASES.get(media_type, ())}
            return max(accept[each] for each in named)

        # Of what is welcome alike the first one is sent.
        word = max(offered, key=lambda each: wish(offered[each]))
        if wish(offered[word]) <= 0:
            known = ", ".join(dict.fromkeys(offered.values()))
            raise NotAcceptableError(
                f"none of the formats that you take is offered; these are: {known}"
            )
        return word, offered[word]

    # Addresses

    @cached_property
    def base(self) -> str:
        """The absolute address of the landing page."""
        return self.site.base_url(self.request) + PREFIX

    def address(self, path: str = "", **query: str) -> str:
        """Return an absolute address below the landing page."""
        return links.address(self.base, path, **query)

    def here(self, **changes: str | None) -> str:
        """Return the address that was asked with some keys changed, or left out for None."""
        query = {**self.query.to_dict(), **changes}  # type: ignore[attr-defined]
        kept = {key: value for key, value in query.items() if value is not None}
        path = self.request.path.removeprefix(PREFIX).rstrip("/")
        return self.address("/".join(map(links.word, path.split("/"))), **kept)

    def itself(self, **titles: str) -> list[Link]:
        """Return the links to this answer and to the same in other formats."""
        found = [links.link("self", self.here(), self.media_type, self.say("ogcapi.this"))]
        sent = {self.media_type}
        for word, media_type in self.route.formats.items():
            if media_type not in sent:
                sent.add(media_type)
                title = self.say("ogcapi.as", format=word)
                found.append(links.link("alternate", self.here(f=word), media_type, title))
        return found

    # Answers

    def answer(
        self,
        document: Mapping[str, Any],
        page: Page | None = None,
        *,
        cache: str = negotiation.LATEST,
        body: bytes | None = None,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
        linked: Sequence[Link] | None = None,
    ) -> Response:
        """Return a document as JSON, or as the page of it.

        Parameters
        ----------
        body : bytes, optional
            The document as JSON, where it is at hand.
        linked : sequence of Link, optional
            Links of the header; else those of the document.
        """
        listed = document.get("links", ()) if linked is None else linked
        if self.format == "html":
            page = page or Page()
            if not page.picture:
                page = replace(page, picture=self._picture(self))
            sent = html(page, document, self._frame(listed)).encode()
        else:
            sent = negotiation.json_bytes(document) if body is None else body
        response = self.send(sent, cache=cache, etag=etag, headers=headers)
        if head := links.header(listed, HEADED):
            response.headers["Link"] = head
        return response

    def send(
        self,
        body: bytes,
        *,
        cache: str = negotiation.LATEST,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
        filename: str | None = None,
    ) -> Response:
        """Return bytes of the format that was negotiated."""
        response = negotiation.answer(
            body,
            self.media_type,
            self.request,
            cache=cache,
            etag=etag,
            filename=filename,
            weak=etag is not None,
        )
        response.headers["Content-Type"] = typed(self.media_type)
        response.headers["Content-Language"] = self.language
        response.vary.update(VARIES)
        response.headers.extend(headers or {})
        return response

    def _frame(self, listed: Sequence[Link]) -> dict[str, Any]:
        """Return what every page has around what it tells."""
        return {
            "language": self.language,
            "languages": {each: self.here(lang=each, f="html") for each in LANGUAGES},
            "say": self.say,
            "assets": self.site.assets,
            "crumbs": self._crumbs(),
            "links": listed,
            "catalog": self.site.catalog.definition,
        }

    def _crumbs(self) -> list[tuple[str, str]]:
        """Return names and addresses of the pages above this one."""
        lang = {"lang": self.query["lang"]} if "lang" in self.query else {}
        found = [("OGC API", self.address("", **lang))]
        path = self.request.path.removeprefix(PREFIX).strip("/").split("/")
        if path[0] == "collections":
            found.append((self.say("ogcapi.collections"), self.address("/collections", **lang)))
            if self._collection is not None and len(path) > 2:
                name = self.collection.id
                found.append((name, self.address(f"/collections/{name}", **lang)))
                if len(path) > 3 and path[2] == "items":
                    items = self.address(f"/collections/{name}/items", **lang)
                    found.append((self.say("ogcapi.items"), items))
        return found


def typed(media_type: str) -> str:
    """Return a Content-Type: texts say that they are UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
