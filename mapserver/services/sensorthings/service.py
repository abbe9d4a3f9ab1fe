"""The addresses below ``/sta/v1.1``: which entities are meant, and how they are told."""

from typing import Any

from flask import Blueprint, Response, request

from mapserver import negotiation, params
from mapserver.documents.sensorthings.root import root
from mapserver.services.held import Held
from mapserver.services.sensorthings import answers, options
from mapserver.services.sensorthings.addresses import Property, References, found
from mapserver.services.sensorthings.budget import Budget
from mapserver.services.sensorthings.syntax import Options
from mapserver.services.sensorthings.vocabulary import SETS
from mapserver.services.sensorthings.world import Entity, Register, World
from mapserver.services.site import Site

ROOT = "/sta/v1.1"


def blueprint(site: Site) -> Blueprint:
    """Return the addresses of SensorThings."""
    bp = Blueprint("sensorthings", __name__)
    register = Held(lambda: site.store, lambda: Register(site.store, site.audience, site.now()))

    @bp.get(ROOT)
    def service_root() -> Response:
        params.only(request.args, ())
        document = root(site.base_url(request) + ROOT, SETS)
        return negotiation.json_answer(document, request, cache=negotiation.LATEST)

    @bp.get(f"{ROOT}/<path:resource>")
    def resource(resource: str) -> Response:
        address = site.base_url(request) + ROOT
        world = World(register(), site.store, site.audience, site.now(), address)
        return _answer(world, resource.rstrip("/"))

    return bp


def _answer(world: World, resource: str) -> Response:
    place = found(world, resource)
    if isinstance(place, Property):
        params.only(request.args, ())
        return _property(place)
    document: dict[str, Any]
    if isinstance(place, References):
        if isinstance(place.of, Entity):
            params.only(request.args, ())
            document = answers.references(place.of, Options())
        else:
            asked = options.read(request.args, place.of.set, options.OF_REFERENCES)
            document = answers.references(place.of, asked)
    elif isinstance(place, Entity):
        asked = options.read(request.args, place.set, options.OF_ONE)
        document = answers.one(world, place, asked, Budget())
    else:
        observed = place.set.name == "Observations"
        known = options.OF_OBSERVATIONS if observed else options.OF_MANY
        asked = options.read(request.args, place.set, known)
        document = answers.many(world, place, asked)
    return negotiation.json_answer(document, request, cache=negotiation.SHORT)


def _property(place: Property) -> Response:
    if place.value is None:
        return Response(status=204)
    if not place.bare:
        document = {place.name: place.value}
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)
    plain = isinstance(place.value, str)
    body = place.value.encode() if plain else negotiation.json_bytes(place.value)
    media_type = (
        "text/plain" if plain or not isinstance(place.value, dict | list) else "application/json"
    )
    return negotiation.answer(body, media_type, request, cache=negotiation.SHORT)
