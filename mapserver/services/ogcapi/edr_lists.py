"""Lists of what values can be asked for: stations, and the versions of surfaces."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from layers import temporal
from layers.model import SurfaceInfo
from mapserver import negotiation
from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi.links import JSON, link, word
from mapserver.documents.ogcapi.page import Cell, Page, Section
from mapserver.services.ogcapi import edr_query as query
from mapserver.services.ogcapi import edr_stations, edr_surfaces
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.edr_described import facts, known, queries


def locations(asked: Asked) -> Response:
    """Answer ``locations``: the stations."""
    of = known(asked.site, asked.collection, query.own(asked))
    features = edr_stations.features(asked, of)
    document = {
        "type": "FeatureCollection",
        "parameters": {each.id: each.metadata(asked.language) for each in of},
        "features": features,
        "numberReturned": len(features),
        **facts(asked, ()),
        "links": asked.itself(),
    }
    return asked.answer(document, _locations_page(asked, features, document))


def _locations_page(
    asked: Asked, features: Sequence[Mapping[str, Any]], document: Mapping[str, Any]
) -> Page:
    rows: list[list[Cell]] = []
    for each in features:
        said = each["properties"]
        href = f"{said['edrqueryendpoint']}/{word(each['id'])}"
        table = {"text": "CSV", "href": f"{href}?datetime=../..&f=CSV"}
        rows.append([{"text": each["id"], "href": href}, said["name"], said["datetime"], table])
    heading = asked.say("edr.locations")
    columns = ["id", asked.say("ogcapi.name"), asked.say("about.times"), ""]
    return Page(
        title=f"{title(asked, asked.collection)} · {heading}",
        notice=document.get("notice", ""),
        sections=[Section(heading, columns=columns, rows=rows)],
    )


def instances(asked: Asked) -> Response:
    """Answer ``instances``: the version of every time."""
    kind = edr_surfaces.kind_of(asked.site, asked.collection)
    # The systems and parameters of hundreds of instances are told once, by the collection.
    found = [_instance(asked, info, brief=True) for info in reversed(kind.published())]
    heading = asked.say("edr.instances")
    rows: list[list[Cell]] = [
        [{"text": each["id"], "href": each["links"][0]["href"]}, each["title"]] for each in found
    ]
    said = facts(asked, ())
    page = Page(
        title=f"{title(asked, asked.collection)} · {heading}",
        notice=said.get("notice", ""),
        sections=[Section(heading, columns=["id", asked.say("ogcapi.description")], rows=rows)],
    )
    return asked.answer({"links": asked.itself(), **said, "instances": found}, page)


def instance(asked: Asked) -> Response:
    """Answer ``instances/{instanceId}``: one version of one time."""
    kind = edr_surfaces.kind_of(asked.site, asked.collection)
    info = kind.published_at(None, asked.words["instanceId"])
    found = _instance(asked, info)
    own = asked.itself()
    found["links"] = [*own, *(each for each in found["links"] if each["rel"] != "self")]
    pairs: list[tuple[str, Cell]] = [("id", info.token), (asked.say("about.times"), found["time"])]
    page = Page(
        title=found["title"],
        notice=found.get("notice", ""),
        sections=[Section(asked.say("ogcapi.about_collection"), facts=pairs, links=found["links"])],
    )
    return asked.answer(found, page, cache=negotiation.LATEST)


def _instance(asked: Asked, info: SurfaceInfo, *, brief: bool = False) -> dict[str, Any]:
    here = f"/collections/{asked.collection.id}/instances/{info.token}"
    when = temporal.word(info.valid_time)
    said = asked.say("edr.instance", version=info.token, time=when)
    types = ("position", "area", "cube")
    members = queries(asked, asked.collection, here, types, info.grid.bounds)
    found: dict[str, Any] = {
        "id": info.token,
        "title": said,
        "time": when,
        **facts(asked, ()),
        "extent": described.extent(info.grid.bounds, (info.valid_time, info.valid_time)),
        **members,
    }
    found["links"] = [link("self", asked.address(here), JSON, said), *members["links"]]
    if brief:
        del found["parameter_names"]
        for each in found["data_queries"].values():
            del each["link"]["variables"]["crs_details"]
    return found
