"""What WMS and WMTS do alike: operations by name, documents in a language, errors of their own."""

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from layers.errors import LayersError
from mapserver import negotiation
from mapserver.documents.wms_capabilities import Offered
from mapserver.services.held import Document
from mapserver.services.site import Site
from mapserver.services.wms.query import Query

Operation = Callable[[Site, Query], Response]


def operation(name: str, operations: Mapping[str, Operation]) -> Operation | None:
    """Return the operation of a name in any case."""
    return next((operations[each] for each in operations if each.lower() == name.lower()), None)


def speak(bp: Blueprint, told: Callable[[LayersError], Response]) -> None:
    """Answer what goes wrong in the dialect of a blueprint, not in that of the application."""

    def failed(error: Exception) -> Response:
        logging.getLogger(bp.import_name).error("%s failed", request.full_path, exc_info=error)
        return told(LayersError("see the server's log"))

    bp.register_error_handler(LayersError, told)
    bp.register_error_handler(Exception, failed)


def offered(site: Site) -> list[Offered]:
    """Return every layer with its extent of this moment."""
    return [
        Offered(site.credited(layer), site.catalog.kind(layer.id).extent())
        for layer in site.catalog.layers.values()
    ]


def sent(found: Document, media_type: str, language: str) -> Response:
    """Return a document in its language."""
    response = negotiation.answer(
        found.body,
        media_type,
        request,
        cache=negotiation.LATEST,
        etag=found.etag,
        packed=found.packed,
    )
    response.headers["Content-Language"] = language
    return response
