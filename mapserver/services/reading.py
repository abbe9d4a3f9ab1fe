"""Pages for people who want to understand: what a number means, and the words of the map."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from layers import units
from layers.errors import BadParameterError
from layers.kinds.stations import RAISED_NSV_H
from layers.messages import LANGUAGES
from layers.model import LayerDefinition, StyleDefinition
from mapserver import negotiation, params
from mapserver.documents import reading
from mapserver.documents.reading import QUANTITY, UNITS, Asked
from mapserver.documents.sheet import Sheet
from mapserver.services.pages import wished
from mapserver.services.site import Site

MOST_LETTERS = 20
MOST_NSV_H = 1e12


def blueprint(site: Site) -> Blueprint:
    """Return ``/meaning`` and ``/words``, and both in every language."""
    bp = Blueprint("reading", __name__)

    def answered(html: str, language: str, status: int = 200) -> Response:
        response = negotiation.answer(
            html.encode(), "text/html", request, cache=negotiation.ASKED_AGAIN
        )
        if status != 200:
            response.status_code = status
        response.headers["Content-Language"] = language
        return response

    def meaning(language: str) -> Response:
        params.only(request.args, ("value", "unit"))
        asked = _asked(request.args.get("value", ""), request.args.get("unit", UNITS[0]))
        sheet = Sheet(language, "meaning", site.catalog.definition, site.assets)
        alarm = units.QUANTITIES[QUANTITY].alarm or 0.0
        html = reading.meaning(sheet, asked, (RAISED_NSV_H, alarm), _classes(site))
        failed = bool(asked.text) and asked.value is None
        return answered(html, language, 400 if failed else 200)

    def words(language: str) -> Response:
        params.only(request.args, ())
        sheet = Sheet(language, "words", site.catalog.definition, site.assets)
        return answered(reading.words(sheet), language)

    def speaking(page: Callable[[str], Response], language: str) -> Callable[[], Response]:
        return lambda: page(language)

    def wishing(page: Callable[[str], Response]) -> Callable[[], Response]:
        def wished_page() -> Response:
            response = page(wished(request.accept_languages))
            response.vary.add("Accept-Language")
            return response

        return wished_page

    for name, page in (("meaning", meaning), ("words", words)):
        bp.add_url_rule(f"/{name}", name, wishing(page))
        for language in LANGUAGES:
            bp.add_url_rule(f"/{language}/{name}", f"{name}_{language}", speaking(page, language))
    return bp


def _asked(text: str, unit: str) -> Asked:
    """Return what somebody has typed: both decimal signs are understood, and spaces."""
    if unit not in UNITS:
        raise BadParameterError(f'unit is "{unit}"; one of {", ".join(UNITS)} was expected')
    typed = text.strip()[:MOST_LETTERS]
    plain = "".join(typed.split()).replace(",", ".")
    try:
        value = units.to_canonical(params.number(plain, "value"), unit, QUANTITY)
    except BadParameterError:
        return Asked(typed, unit)
    return Asked(typed, unit, value if 0 <= value <= MOST_NSV_H else None)


def _classes(site: Site) -> tuple[LayerDefinition, StyleDefinition] | None:
    """Return the classes of dose rates that the map shows first."""
    for layer in site.catalog.layers.values():
        if layer.quantity == QUANTITY:
            for style in layer.styles:
                if style.measure in ("mean", "value") and style.palette is not None:
                    return layer, style
    return None
