"""What an address below the root means: entities, one of them, or a property of it."""

import re
from dataclasses import dataclass
from typing import Any

from layers.errors import BadParameterError, NotFoundError, nearest
from mapserver.services.sensorthings.lexer import unquoted
from mapserver.services.sensorthings.pages import Collection, Observed, Registered
from mapserver.services.sensorthings.vocabulary import SETS, EntitySet
from mapserver.services.sensorthings.world import Entity, World, stream_key

_SEGMENT = re.compile(r"(?P<name>[^/('\"]+)(?P<key>\((?P<word>'(?:[^']|'')*'|[^)']*)\))?(?:/|$)")

_WHOLE = re.compile(r"-?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an entity, or a part of it; ``bare`` asks for its value alone."""

    name: str
    value: Any
    bare: bool


@dataclass(frozen=True, slots=True)
class References:
    """Only the addresses of what is there."""

    of: Collection | Entity


Found = Collection | Entity | Property | References


@dataclass(frozen=True, slots=True)
class Segment:
    """One word of an address with the id or name behind it, if there is one."""

    name: str
    key: int | str | None


def segments(resource: str) -> list[Segment]:
    """Return the words of an address.

    Raises
    ------
    BadParameterError
        Where one cannot be read.
    """
    found = []
    position = 0
    while position < len(resource):
        match = _SEGMENT.match(resource, position)
        if match is None:
            raise BadParameterError(f'"{resource[position:]}" is no word of an address')
        word = match["word"]
        found.append(Segment(match["name"], None if word is None else _key(word)))
        position = match.end()
    return found


def _key(word: str) -> int | str:
    if word.startswith("'"):
        return unquoted(word)
    if not _WHOLE.fullmatch(word):
        raise BadParameterError(
            f"({word}) names nothing: a number or a text in quotes was expected"
        )
    return int(word)


def found(world: World, resource: str) -> Found:
    """Return what an address means.

    Raises
    ------
    NotFoundError
        Where nothing is there.
    BadParameterError
        Where the address cannot be read.
    """
    words = segments(resource)
    first = words[0]
    if first.name not in SETS:
        raise NotFoundError(f'no "{first.name}" here{nearest(first.name, SETS)}')
    here: Collection | Entity = _chosen(world, _every(world, SETS[first.name]), first)
    for position, word in enumerate(words[1:], 1):
        last = position == len(words) - 1
        if word == Segment("$ref", None) and last:
            return References(here)
        if not isinstance(here, Entity):
            raise BadParameterError(
                f"{here.set.name} are many: name one, as {here.set.name}(id), before {word.name}"
            )
        way = here.set.navigation(word.name)
        if way is None:
            return _property(here, words[position:])
        if not way.many:
            if word.key is not None:
                raise BadParameterError(f"{word.name} is one entity and takes no id")
            here = world.related(here, way.name)[0]
        else:
            here = _chosen(world, beyond(world, here, way.name), word)
    return here


def _every(world: World, entities: EntitySet) -> Collection:
    address = f"{world.address}/{entities.name}"
    if entities.name == "Observations":
        return Observed(world, address, list(world.register.streams.values()))
    return Registered(world, entities, address, world.every(entities.name))


def beyond(world: World, entity: Entity, way: str) -> Collection:
    """Return the many entities that a way leads to."""
    address = f"{entity.link}/{way}"
    if way == "Observations":
        return Observed(world, address, world.streams_of(entity))
    return Registered(world, SETS[way], address, world.related(entity, way))


def _chosen(world: World, many: Collection, word: Segment) -> Collection | Entity:
    """Return the one of many that a word names, or all of them."""
    if word.key is None:
        return many
    one = world.get(many.set.name, word.key)
    if isinstance(many, Observed):
        known = {world.register.stream_ids[stream_key(stream)] for stream in many.streams}
        inside = one.name in known
    else:
        assert isinstance(many, Registered)  # noqa: S101 - there are two
        inside = one in many.entities
    if not inside:
        raise NotFoundError(f"{many.address} has no {many.set.name}({word.key!r})")
    return one


def _property(entity: Entity, words: list[Segment]) -> Property:
    name = words[0].name
    bare = len(words) > 1 and words[-1] == Segment("$value", None)
    parts = words[:-1] if bare else words
    if any(part.key is not None for part in parts):
        raise BadParameterError(f"{name} takes no id")
    known = (*entity.set.properties, *entity.set.ways)
    if name == "@iot.id" or name == "id":
        value: Any = entity.id
    elif name in ("selfLink", "@iot.selfLink"):
        value = entity.link
    elif name in entity.set.properties:
        value = entity.properties.get(name)
    else:
        raise NotFoundError(f'{entity.set.name} have no "{name}"{nearest(name, known)}')
    for part in parts[1:]:
        if not isinstance(value, dict) or part.name not in value:
            raise NotFoundError(f'"{name}" has no part "{part.name}"')
        name, value = part.name, value[part.name]
    return Property(name, value, bare)
