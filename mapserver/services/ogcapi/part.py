"""What a part of the OGC APIs contributes: conformance classes, links, addresses.

A part is one module with one ``PART``, listed in ``parts.PARTS``. From its routes come the
addresses of the server and the paths of the OpenAPI document alike, so that neither can have what
the other has not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Response

from mapserver.documents.ogcapi.links import Link
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.site import Site

if TYPE_CHECKING:
    from mapserver.services.ogcapi.asked import Asked

Members = Mapping[str, Any]
JSON_HTML: Mapping[str, str] = {"json": "application/json", "html": "text/html"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of a query or a word of a path, as OpenAPI 3.0 tells of it.

    ``schema`` may hang on the server: then it is made of the site. Values of an array stand between
    commas, as every key stands once, unless it is to ``explode``.
    """

    name: str
    description: str
    schema: Mapping[str, Any] | Callable[[Site], Mapping[str, Any]] = field(
        default_factory=lambda: {"type": "string"}
    )
    required: bool = False
    explode: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True)
class Route:
    """An address below ``/ogcapi`` and what answers it.

    Parameters
    ----------
    path : str
        ``/collections/{collectionId}/items``; ``{featureId:path}`` holds slashes too.
    answer : callable
        Is given what is asked; words of the path stand in ``asked.words``.
    formats : mapping
        Words of ``f=`` to media types; the first one is what is sent when all are welcome.
    parameters : sequence of Parameter
        Keys of the query beside ``f`` and ``lang``; any other is refused.
    words : mapping
        What OpenAPI says of words of the path other than ``collectionId``.
    offered : callable
        Tells of which collections there is this address; of others it is not found.
    own : callable, optional
        More parameters that one collection has: the path is then told of each by itself.
    cites : mapping
        Statuses beside 200 that OpenAPI tells of, with a sentence.
    """

    path: str
    answer: "Callable[[Asked], Response]"
    summary: str
    formats: Mapping[str, str] = field(default_factory=lambda: JSON_HTML)
    parameters: Sequence[Parameter] = ()
    words: Mapping[str, Parameter] = field(default_factory=dict)
    offered: Callable[[Site, Collection], bool] = lambda site, collection: True
    own: Callable[[Site, Collection], Sequence[Parameter]] | None = None
    cites: Mapping[int, str] = field(default_factory=dict)

    @property
    def of_collection(self) -> bool:
        """Whether the address is one of a collection."""
        return "{collectionId}" in self.path


def nothing(asked: "Asked") -> Sequence[Link]:
    """Return no links."""
    return ()


def no_members(asked: "Asked", collection: Collection) -> Members:
    """Return no members."""
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """One module of the interface.

    ``landing`` gives links of the landing page; ``collection`` gives members of the document of a
    collection: ``links`` are added to those of the other parts, ``extent`` is merged, all else
    stands as it is.
    """

    name: str
    title: str
    conforms: Sequence[str]
    routes: Sequence[Route]
    landing: "Callable[[Asked], Sequence[Link]]" = nothing
    collection: "Callable[[Asked, Collection], Members]" = no_members
