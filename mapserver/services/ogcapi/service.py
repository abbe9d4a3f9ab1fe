"""The addresses below ``/ogcapi``, made of the routes of all parts."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, request

from mapserver.services.ogcapi.asked import PREFIX, Asked
from mapserver.services.ogcapi.part import Route
from mapserver.services.ogcapi.parts import PARTS
from mapserver.services.ogcapi.pictured import picture_of
from mapserver.services.site import Site

_WORD = re.compile(r"\{(\w+)(?::(\w+))?\}")


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/ogcapi/...``."""
    bp = Blueprint("ogcapi", __name__)
    for part in PARTS:
        for route in part.routes:
            name = f"{part.name}_{re.sub(r'[^a-zA-Z]+', '_', route.path)}"
            bp.add_url_rule(rule(route), name, _answering(site, route), methods=["GET"])
    return bp


def rule(route: Route) -> str:
    """Return the rule of an address as Flask writes it."""
    return PREFIX + _WORD.sub(lambda m: f"<{m[2]}:{m[1]}>" if m[2] else f"<{m[1]}>", route.path)


def _answering(site: Site, route: Route) -> Callable[..., Response]:
    def answer(**words: str) -> Response:
        return route.answer(Asked(site, PARTS, route, words, request, picture_of))

    return answer
