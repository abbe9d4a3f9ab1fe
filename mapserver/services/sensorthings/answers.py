"""Entities as the answer has them: chosen properties, links, what is expanded, next pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mapserver.services.sensorthings.addresses import beyond
from mapserver.services.sensorthings.budget import Budget
from mapserver.services.sensorthings.pages import Collection, Page
from mapserver.services.sensorthings.syntax import Options
from mapserver.services.sensorthings.vocabulary import IDS, SELF_LINKS
from mapserver.services.sensorthings.world import Entity, World

COMPONENTS = ("id", "phenomenonTime", "result", "resultTime", "resultQuality", "parameters")
"""What a data array holds of every observation where nothing is chosen."""


def one(world: World, entity: Entity, options: Options, budget: Budget) -> dict[str, Any]:
    """Return one entity with all that is expanded."""
    budget.spend(1)
    chosen = options.select
    found: dict[str, Any] = {}
    if not chosen or any(name in chosen for name in IDS):
        found["@iot.id"] = entity.id
    if not chosen or any(name in chosen for name in SELF_LINKS):
        found["@iot.selfLink"] = entity.link
    for name, value in entity.properties.items():
        if not chosen or name in chosen:
            found[name] = value
    for way in entity.set.ways:
        if way in options.expand:
            found |= _expanded(world, entity, way, options.expand[way], budget)
        elif not chosen or way in chosen:
            found[f"{way}@iot.navigationLink"] = f"{entity.link}/{way}"
    return found


def _expanded(
    world: World, entity: Entity, way: str, options: Options, budget: Budget
) -> dict[str, Any]:
    navigation = entity.set.navigation(way)
    assert navigation is not None  # noqa: S101 - the parser knows the ways
    if not navigation.many:
        return {way: one(world, world.related(entity, way)[0], options, budget)}
    many = beyond(world, entity, way)
    page = many.page(options, budget, nested=True)
    found: dict[str, Any] = {way: [one(world, each, options, budget) for each in page.entities]}
    if page.count is not None:
        found[f"{way}@iot.count"] = page.count
    if page.following is not None:
        found[f"{way}@iot.nextLink"] = next_link(many, options, page.following)
    return found


def many(world: World, of: Collection, options: Options) -> dict[str, Any]:
    """Return a page of entities."""
    budget = Budget()
    page = of.page(options, budget)
    if options.result_format == "dataArray":
        value: list[Any] = _arrays(world, page, options)
    else:
        value = [one(world, each, options, budget) for each in page.entities]
    return _paged(of, page, options, value)


def references(of: Collection | Entity, options: Options) -> dict[str, Any]:
    """Return the address of an entity, or those of a page of them."""
    if isinstance(of, Entity):
        return {"@iot.selfLink": of.link}
    page = of.page(options, Budget())
    value = [{"@iot.selfLink": each.link} for each in page.entities]
    return _paged(of, page, options, value, "/$ref")


def _paged(
    of: Collection, page: Page, options: Options, value: list[Any], below: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if page.count is not None:
        found["@iot.count"] = page.count
    if page.following is not None:
        found["@iot.nextLink"] = next_link(of, options, page.following, below)
    return found | {"value": value}


def next_link(
    of: Collection, options: Options, following: Mapping[str, str], below: str = ""
) -> str:
    """Return the address of the next page: the same question, begun later."""
    said = {name: text for name, text in options.raw.items() if name not in ("$skip", "$skiptoken")}
    query = "&".join(
        f"{name}={quote(text, safe=_PLAIN)}" for name, text in {**said, **following}.items()
    )
    return f"{of.address}{below}?{query}"


_PLAIN = "$'()/:;,=@!*-._~"


def _arrays(world: World, page: Page, options: Options) -> list[dict[str, Any]]:
    """Return the observations of a page as one array for each datastream."""
    components = [name for name in options.select if name in COMPONENTS] or list(COMPONENTS)
    arrays: dict[str, list[list[Any]]] = {}
    for entity in page.entities:
        stream = world.related(entity, "Datastream")[0].link
        values = {"id": entity.id, **entity.properties}
        arrays.setdefault(stream, []).append([values[name] for name in components])
    return [
        {
            "Datastream@iot.navigationLink": stream,
            "components": components,
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for stream, rows in arrays.items()
    ]
