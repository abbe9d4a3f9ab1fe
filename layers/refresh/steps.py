"""Which surface is to be made next, and the making of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from layers import quality
from layers.geo import CellGrid
from layers.model import Context, LayerDefinition, Surface
from layers.refresh import normals
from layers.refresh.gridding import grid_for
from layers.refresh.standing import AHEAD, EVERY, Standing, since
from layers.refresh.surfaces import make, prepare, recipe, usable
from layers.refresh.week import STEP, Week, first_hour, hours_before, week
from layers.store import PUBLIC, Reader, state_of

NOTHING = 0
"""The state of an hour that has no visible observation."""
MEMORY = timedelta(days=7)
"""Stations that reported within this time before an hour define the domain of its surface."""
ENOUGH = 0.9
"""Share of an hour's stations that the first hour of a network tells of, to be learnt from."""
PAST_HOURS = (7 + quality.HISTORY.days) * 24 + 12
"""How far before an hour the oldest hour lies that its surface depends on."""


@dataclass(frozen=True, slots=True)
class Task:
    """A surface to be made: of a layer, for an hour, of one state of all it depends on.

    ``newest`` marks the newest hour of the layer, the one that people look at.
    """

    layer: LayerDefinition
    hour: datetime
    input_revision: int
    newest: bool


def outdated(
    reader: Reader, layers: tuple[LayerDefinition, ...], now: datetime, keep_hours: int
) -> list[Task]:
    """Return the surfaces that are not of the present state, the most wanted first.

    That state is the observations of the hour and of those it is compared with, the places and
    release of their stations, and the recipe of the layer. The newest hour comes first, then hours
    that have no surface, then those whose own values or whose past changed: while a week is
    filled, every hour changes the past of others, and each of them is made again once, at the end.
    What is relative to the usual comes after what is shown as it is, and only where there are
    hours enough to know the usual by. An hour whose observations the public may see no more is a
    task too: ``build`` finds nothing to map, and what was published is to be withdrawn.
    """
    tasks: list[tuple[bool, bool, Task]] = []
    for layer in layers:
        if layer.kind != "surface" or layer.observed is None:
            continue
        made = {info.valid_time: info.input_revision for info in reader.surfaces(layer.id)}
        known = dict(reader.hours(PUBLIC, now, layer.observed, newest=keep_hours + PAST_HOURS))
        every = list(known)
        hours = every[-keep_hours:]
        made_by = recipe(layer)
        usual = _usual(known, hours) if layer.relative_to else {}
        wanted = {
            hour: state_of(f"{made_by} {_told(known, every, hour)}{usual.get(since(hour), '')}")
            for hour in hours
            if not layer.relative_to or since(hour) in usual
        }
        # What is older than all that is to be kept is retired, not taken back.
        wanted |= {h: NOTHING for h in made if h not in wanted and h >= min(hours, default=h)}
        tasks += [
            (
                bool(layer.relative_to),
                hour in made and state != NOTHING,
                Task(layer, hour, state, newest=hour in hours[-1:]),
            )
            for hour, state in wanted.items()
            if made.get(hour) != state
        ]
    tasks.sort(key=lambda t: (t[2].newest, not t[0], not t[1], t[2].hour), reverse=True)
    return [task for *_, task in tasks]


def _told(states: Mapping[datetime, int], every: Sequence[datetime], hour: datetime) -> str:
    """Return the states of an hour and of all hours that its surface is compared with.

    ``every`` are the hours that have one, oldest first.
    """
    past = hours_before(hour) + hours_before(since(hour))
    told = " ".join(str(states.get(each, NOTHING)) for each in (hour, *past))
    first = first_hour(every, since(hour), hour)
    return told if first is None else f"{told} first {states[first]}"


def _usual(states: Mapping[datetime, int], hours: Sequence[datetime]) -> dict[datetime, str]:
    """Return the states of what the usual comes from, by the instants that it is told for."""
    found = {}
    for until in dict.fromkeys(map(since, hours)):
        told = [states[each] for each in normals.hours_of_normal(until) if each in states]
        if len(told) >= normals.LEAST:
            found[until] = f" {normals.RULE} {told}"
    return found


def build(
    reader: Reader,
    task: Task,
    now: datetime,
    revision: int,
    context: Context,
    standing: Standing | None = None,
) -> Surface | None:
    """Return the surface of a task, or None where no value can be mapped: a gap stays a gap.

    Parameters
    ----------
    standing : Standing, optional
        What stands from the hours before; what this one adds is put there.
    """
    standing = Standing() if standing is None else standing
    quantity = str(task.layer.observed)
    snapshot = reader.snapshot(PUBLIC, now, quantity, task.hour)
    normal: Mapping[str, float] = {}
    if task.layer.relative_to:
        normal = normals.normals(reader, now, quantity, since(task.hour), standing)
        snapshot = normals.relative(snapshot, str(task.layer.quantity), normal)
    rows = np.flatnonzero(usable(snapshot)).tolist()
    if not rows:
        return None
    stations = {snapshot.codes[row] for row in rows}
    before = week(reader, now, quantity, task.hour)
    learnt_from = _learnt_from(reader, now, quantity, task.hour, stations)
    if task.layer.relative_to:
        before, learnt_from = (normals.relative_week(w, normal) for w in (before, learnt_from))
    surface = make(
        task.layer,
        snapshot,
        _grid(reader, task.layer, now, task.hour),
        valid_time=task.hour,
        revision=revision,
        input_revision=task.input_revision,
        context=context,
        attribution=attribution(reader, set(snapshot.networks)),
        history=before.of(snapshot.codes),
        learnt_from=learnt_from,
        standing=standing,
    )
    if not task.layer.relative_to:
        return surface
    told = normals.told(task.layer.relative_to, since(task.hour))
    return dataclasses.replace(surface, tags={**surface.tags, **told})


def look_ahead(
    reader: Reader,
    layers: tuple[LayerDefinition, ...],
    now: datetime,
    standing: Standing,
    interrupted: Callable[[], bool],
) -> None:
    """Learn what the hours after the newest need, so that the first of them does not wait for it.

    All that is learnt from is there twelve hours before it serves. What is relative to the usual
    waits its turn: nobody waits for it. Between its parts it gives way to what ``interrupted``.
    """
    edition = reader.edition()
    if standing.looked_at == edition:
        return
    for layer in layers:
        if layer.kind != "surface" or layer.quantity is None or layer.relative_to:
            continue
        for hour, _ in reader.hours(PUBLIC, now, layer.quantity, newest=1):
            serves = since(hour) + EVERY
            snapshot = reader.snapshot(PUBLIC, now, layer.quantity, hour)
            if serves - hour > AHEAD or not usable(snapshot).any():
                continue
            before, learnt_from = (
                week(reader, now, layer.quantity, each) for each in (hour, serves)
            )
            history, grid = before.of(snapshot.codes), _grid(reader, layer, now, hour)
            if not prepare(layer, snapshot, grid, history, learnt_from, standing, interrupted):
                return
    standing.looked_at = edition


def _learnt_from(
    reader: Reader, now: datetime, quantity: str, hour: datetime, stations: set[str]
) -> Week:
    """Return the week that the parameters of an hour are learnt from.

    Of a network that has none behind it, it is the hour that it began in, if that tells of most of
    the ``stations`` of this one: parameters of its first day are learnt once, not every hour anew.
    """
    serves = since(hour)
    span = serves - MEMORY, hour + timedelta(hours=1)
    known = [each for each, _ in reader.hours(PUBLIC, now, quantity, span=span)]
    first = first_hour(known, serves, hour)
    if first is not None:
        began = week(reader, now, quantity, first + STEP)  # of which it is all that is known
        told = began.of(sorted(stations))[:, 0]
        # A logarithm knows nothing of a zero.
        if np.mean(np.isfinite(told) & (told != 0)) >= ENOUGH:
            return began
    return week(reader, now, quantity, serves)


def _grid(reader: Reader, layer: LayerDefinition, now: datetime, hour: datetime) -> CellGrid:
    """Return the cells of a surface: where stations have reported lately."""
    quantity = str(layer.observed)
    codes = set(reader.measuring(PUBLIC, now, quantity, hour - MEMORY, hour + timedelta(hours=1)))
    stations = [s for s in reader.stations(PUBLIC, now) if s.code in codes]
    lon, lat = (np.array([getattr(s, axis) for s in stations]) for axis in ("lon", "lat"))
    return grid_for(layer, lon, lat)


def attribution(reader: Reader, networks: set[str]) -> str:
    """Return the attribution of the networks that a surface is made of."""
    texts = [n.attribution or n.name for n in reader.networks() if n.id in networks]
    return "; ".join(dict.fromkeys(texts))
