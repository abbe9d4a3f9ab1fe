"""What of a filter the store can answer by its index, and what must be looked at row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.errors import NotFoundError
from layers.model import Datastream
from layers.temporal import SECOND, Interval
from mapserver.services.sensorthings.evaluation import Evaluation
from mapserver.services.sensorthings.syntax import (
    Call,
    Expression,
    Literal,
    Path,
    conjuncts,
    paths,
)
from mapserver.services.sensorthings.values import Value
from mapserver.services.sensorthings.vocabulary import IDS
from mapserver.services.sensorthings.world import Entity, World, stream_key

LEAST = timedelta(microseconds=1)
_FLIPPED = {"eq": "eq", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


@dataclass(slots=True)
class Narrowed:
    """Datastreams and times that hold all that a filter can mean; ``rest`` is not yet looked at."""

    streams: Sequence[Datastream]
    begin: datetime | None = None
    end: datetime | None = None
    rest: tuple[Expression, ...] = ()

    def bound(self, name: str, moment: datetime, slack: timedelta = timedelta()) -> None:
        """Keep what begins as a comparison with a moment says, or earlier by ``slack``."""
        try:
            if name in ("eq", "gt", "ge"):
                begin = moment - slack + (LEAST if name == "gt" else timedelta())
                self.begin = begin if self.begin is None else max(self.begin, begin)
            if name in ("eq", "lt", "le"):
                end = moment if name == "lt" else moment + LEAST
                self.end = end if self.end is None else min(self.end, end)
        except OverflowError:
            pass  # beyond the calendar there is nothing to leave out


def narrowed(
    world: World,
    evaluation: Evaluation,
    streams: Sequence[Datastream],
    expression: Expression | None,
) -> Narrowed:
    """Return what a filter leaves of the observations of ``streams``."""
    found = Narrowed(streams)
    rest = []
    for part in conjuncts(expression):
        if _is_time(part, found) or _is_identity(part, world, found):
            continue
        ways = {path.parts[0] for path in paths(part)}
        if ways and ways <= {"Datastream", "FeatureOfInterest"}:
            found.streams = [
                stream for stream in found.streams if evaluation.holds(part, Of(world, stream))
            ]
        else:
            rest.append(part)
    found.rest = tuple(rest)
    return found


class Of:
    """Any observation of a datastream, as far as all of them agree."""

    id = 0
    link = ""

    def __init__(self, world: World, stream: Datastream) -> None:
        known = world.register
        self._ways = {
            "Datastream": ("Datastreams", known.stream_ids[stream_key(stream)]),
            "FeatureOfInterest": ("FeaturesOfInterest", stream.station_code),
        }
        self._world = world

    def value(self, name: str) -> Value:
        """Nothing: values differ."""

    def leads_to(self, name: str) -> Iterator[Entity] | None:
        """Yield what all observations of the datastream lead to."""
        way = self._ways.get(name)
        return None if way is None else iter([self._world.get(*way)])


def _compared(part: Expression) -> tuple[str, Path, Value] | None:
    """Return a comparison of a path with a value, the path on the left."""
    if not isinstance(part, Call) or part.name not in _FLIPPED:
        return None
    left, right = part.arguments
    if isinstance(left, Path) and isinstance(right, Literal):
        return part.name, left, right.value
    if isinstance(left, Literal) and isinstance(right, Path):
        return _FLIPPED[part.name], right, left.value
    return None


def _is_time(part: Expression, found: Narrowed) -> bool:
    """Bound the times; tell whether nothing of the comparison is left."""
    said = _compared(part)
    if said is None:
        return False
    name, path, value = said
    if path.parts == ("phenomenonTime",):
        if isinstance(value, datetime):
            found.bound(name, value)
            return True
        if isinstance(value, Interval) and name == "eq":
            found.bound(name, value.begin)
    if path.parts == ("resultTime",) and isinstance(value, datetime):
        longest = max((stream.averaging for stream in found.streams), default=timedelta())
        found.bound("le" if name == "eq" else name, value, longest)
        if name == "eq":
            found.bound("ge", value, longest)
    return False


def _is_identity(part: Expression, world: World, found: Narrowed) -> bool:
    """Leave one observation where its id is asked for; tell whether nothing else is left."""
    said = _compared(part)
    if said is None or said[0] != "eq" or len(said[1].parts) > 1 or said[1].parts[0] not in IDS:
        return False
    if not isinstance(said[2], int):
        return False
    try:
        stored = world.get("Observations", said[2]).record.observation
    except NotFoundError:
        found.streams = []
        return True
    own = [
        stream
        for stream in found.streams
        if stream_key(stream)
        == (
            stored.station_code,
            stored.quantity,
            stored.end_time - stored.begin_time,
            stored.detector,
        )
    ]
    found.streams = own
    found.bound("ge", stored.begin_time)
    found.bound("lt", stored.begin_time + SECOND)
    return True
