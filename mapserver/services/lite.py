"""The light page: state, picture and table, without script; and the state alone, for programs."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from layers import messages, temporal
from layers.messages import LANGUAGES
from mapserver import negotiation, params
from mapserver.documents import captions, figures, page_config
from mapserver.documents.page_description import MOST_ROWS, SHAPES_OF
from mapserver.documents.sheet import Sheet
from mapserver.documents.style_table import style_table
from mapserver.documents.summary import FirstStation, Summary, loudest_first
from mapserver.services import first_view, shared
from mapserver.services.pages import wished
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return ``/lite``, ``/kk/lite`` to ``/en/lite``, and ``/api/v1/summary``."""
    bp = Blueprint("lite", __name__)

    def page(language: str) -> Response:
        params.only(request.args, ())
        response = negotiation.answer(
            _composed(site, language).encode(),
            "text/html",
            request,
            cache=negotiation.ASKED_AGAIN,
        )
        response.headers["Content-Language"] = language
        return response

    @bp.get("/lite")
    def wished_page() -> Response:
        response = page(wished(request.accept_languages))
        response.vary.add("Accept-Language")
        return response

    def speaking(language: str) -> Callable[[], Response]:
        return lambda: page(language)

    for language in LANGUAGES:
        bp.add_url_rule(f"/{language}/lite", f"lite_{language}", speaking(language))

    @bp.get("/api/v1/summary")
    def summary() -> Response:
        params.only(request.args, ("lang",))
        language = params.language(request.args)
        said = first_view.summary(site, language)
        document = {
            "language": language,
            "context": str(site.catalog.definition.context),
            "notice": captions.mark(site.catalog.definition, language),
            "level": said.level,
            "hour": temporal.word(said.hour) if said.hour else None,
            "late": said.is_late,
            "when": said.when,
            "text": " ".join(said.sentences),
            "offline": messages.text("public.offline", language, when=said.when),
            "stations": len(said.stations),
            "reporting": sum(station.value is not None for station in said.stations),
        }
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp


def _composed(site: Site, language: str) -> str:
    definition = site.credited_catalog(language)
    said = first_view.summary(site, language)
    sheet = Sheet(language, "lite", definition, site.assets)
    state = shared.read(site, request.args)
    legend = None
    subtitle = ""
    if state.filled is not None:
        layer, style = state.filled
        subtitle = layer.titles.get(language, layer.title)
        legend = style_table(layer, style, language, site.assets, state.unit)
    rows = loudest_first(said.stations)
    picture, small = first_view.lite_pictures(site, language)
    found = first_view.leading(site)
    return sheet.rendered(
        "lite.html",
        said=said,
        state=" ".join(said.sentences),
        subtitle=subtitle,
        picture=picture,
        small=small,
        notice=str(site.assets.land.get("notices", {}).get(language, "")),
        legend=legend,
        rows=[_row(station, said) for station in rows[:MOST_ROWS]],
        others=max(0, len(rows) - MOST_ROWS),
        file=f"/files/{found[0].id}/latest/latest.geojson" if found and said.hour else "",
        layers=[
            (sheet.address(f"layers/{layer.id}"), layer.titles.get(language, layer.title))
            for layer in definition.layers
        ],
    )


def _row(station: FirstStation, said: Summary) -> dict[str, str]:
    shape = SHAPES_OF.get(station.mark, "circle")
    known = station.value is not None
    value = page_config.value_text(station.value, station.unit, said.language)
    return {
        "name": station.name,
        "value": value if known else figures.DASH,
        "mark": station.mark,
        "shape": shape,
        "means": messages.text(f"shape.{shape}", said.language) if known else value,
    }
