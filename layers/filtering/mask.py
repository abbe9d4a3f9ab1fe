"""A parsed filter over the columns of a table: which rows it is true of.

Each comparison is made once for each value that occurs, not for each row. What is unknown stays
unknown through AND, OR and NOT, as in SQL.
"""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import BadParameterError, nearest
from layers.filtering import spatial, times
from layers.filtering.comparing import COMPARISONS, as_regex, folded, relation, sort_of
from layers.filtering.expression import Expression
from layers.filtering.rows import GEOMETRY, ID, Coded, Rows
from layers.model.table import number
from layers.views import projection

BoolArray = NDArray[np.bool_]
MOST_COMPARED = 1_000_000
"""Values that all comparisons of a filter look at, one by one, before it is refused. Numbers are
compared all at once, and a list of values is looked up, so that these hardly count."""

_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FOLDED = ("casei", "accenti")


@dataclass(frozen=True, slots=True)
class Truth:
    """Of which rows something is true and of which false; of the others it is unknown."""

    true: BoolArray
    false: BoolArray


def chosen(rows: Rows, expression: Expression, filter_crs: str = "CRS:84") -> BoolArray:
    """Tell which rows a filter is true of.

    Parameters
    ----------
    filter_crs : str
        The system of its geometries; their axes are in the order of the registry.

    Raises
    ------
    BadParameterError
        For a property or function that is not known here, or that is used wrongly.
    """
    return _Evaluation(rows, filter_crs).truth(expression).true


class _Evaluation:
    def __init__(self, rows: Rows, filter_crs: str) -> None:
        self._rows = rows
        self._crs = filter_crs
        self._compared_count = 0

    def truth(self, node: Expression) -> Truth:
        """Return what is known of a node that is true or false."""
        if isinstance(node, bool):
            return self._of([node], np.zeros(1, np.int64))
        if not isinstance(node, dict) or not isinstance(node.get("op"), str):
            if isinstance(node, dict) and "property" in node:
                coded = self._operand(node)
                return self._of(
                    [v if isinstance(v, bool) else None for v in coded.values], coded.index
                )
            raise BadParameterError("a filter must be true or false of a feature; this is a value")
        name, args = node["op"].lower(), node.get("args")
        if not isinstance(args, list):
            raise BadParameterError(f'"{name}" has no list of arguments')
        if name in ("and", "or"):
            parts = [self.truth(each) for each in args]
            if not parts:
                raise BadParameterError(f'"{name}" has nothing to join')
            join, other = (np.logical_and, np.logical_or)[:: 1 if name == "and" else -1]
            return Truth(
                functools.reduce(join, (p.true for p in parts)),
                functools.reduce(other, (p.false for p in parts)),
            )
        if name == "not":
            part = self.truth(*self._counted(name, args, 1))
            return Truth(part.false, part.true)
        if name == "isnull":
            return self._is_null(*self._counted(name, args, 1))
        if name in COMPARISONS:
            return self._compared(name, *self._counted(name, args, 2))
        if name == "between":
            value, low, high = self._counted(name, args, 3)
            above, below = self._compared(">=", value, low), self._compared("<=", value, high)
            return Truth(above.true & below.true, above.false | below.false)
        if name == "in":
            return self._among(*self._counted(name, args, 2))
        if name == "like":
            return self._like(*self._counted(name, args, 2))
        if name in spatial.PREDICATES:
            return self._spatial(name, *self._counted(name, args, 2))
        if name in times.RELATIONS:
            return self._temporal(name, *self._counted(name, args, 2))
        raise self._unknown(name)

    def _unknown(self, name: str) -> BadParameterError:
        known = (
            *COMPARISONS,
            "and",
            "or",
            "not",
            "in",
            "like",
            "between",
            "isNull",
            *_FOLDED,
        )
        functions = (*known, *spatial.PREDICATES, *times.RELATIONS)
        return BadParameterError(f'"{name}" is not offered in a filter{nearest(name, functions)}')

    def _counted(self, name: str, args: list[Any], count: int) -> list[Any]:
        if len(args) != count:
            raise BadParameterError(f'"{name}" has {len(args)} arguments; {count} were expected')
        return args

    def _of(self, values: Sequence[bool | None], index: NDArray[np.int64]) -> Truth:
        """Return the truth of rows, from that of the values that occur."""
        shape = len(self._rows)
        true, false = (
            np.array([value is wanted for value in values], bool)[index] for wanted in (True, False)
        )
        return Truth(np.broadcast_to(true, shape), np.broadcast_to(false, shape))

    def _operand(self, node: Expression) -> Coded:
        """Return the values of a node, one for each row."""
        if isinstance(node, dict):
            if isinstance(node.get("property"), str):
                return self._property(node["property"])
            if (name := str(node.get("op", "")).lower()) in _FOLDED:
                inner = self._operand(*self._counted(name, node.get("args") or [], 1))
                self._look_at(len(inner.values))
                return Coded([folded(name, value) for value in inner.values], inner.index)
            if times.is_literal(node):
                return self._times(node)
            raise self._unknown(str(node.get("op", next(iter(node), ""))))
        if isinstance(node, list):
            raise BadParameterError("a list stands where one value was expected")
        return Coded([node], np.zeros(1, np.int64))

    def _property(self, name: str) -> Coded:
        try:
            return self._rows.column(name)
        except KeyError:
            known = (*self._rows.names, ID)
            why = (
                "; a geometry is asked for by a spatial function"
                if name == GEOMETRY
                else nearest(name, known)
            )
            raise BadParameterError(f'no property "{name}" to filter by{why}') from None

    def _pairs(self, a: Coded, b: Coded) -> tuple[list[tuple[Any, Any]], NDArray[np.int64]]:
        """Return the pairs of values that occur, and which each row has."""
        if a.single:
            self._look_at(len(b.values))
            one = a.values[0]
            return [(one, value) for value in b.values], b.index
        if b.single:
            self._look_at(len(a.values))
            one = b.values[0]
            return [(value, one) for value in a.values], a.index
        both = a.index * len(b.values) + b.index
        found, index = np.unique(both, return_inverse=True)
        self._look_at(len(found))
        size = len(b.values)
        return [(a.values[k // size], b.values[k % size]) for k in found.tolist()], index

    def _look_at(self, count: int) -> None:
        """Count values that are about to be looked at, and refuse what are too many."""
        self._compared_count += count
        if self._compared_count > MOST_COMPARED:
            raise BadParameterError(
                f"the filter compares more than {MOST_COMPARED:,} values; IN with a list costs as "
                "much as one comparison"
            )

    def _compared(self, name: str, one: Expression, other: Expression) -> Truth:
        a, b = self._operand(one), self._operand(other)
        if a.single and not b.single:
            # So that a day means the same on either side: all of its moments.
            a, b, name = b, a, _MIRRORED[name]
        if quick := self._numbers(name, a, b):
            return quick
        pairs, index = self._pairs(a, b)
        return self._of([relation(name, *pair) for pair in pairs], index)

    def _numbers(self, name: str, a: Coded, b: Coded) -> Truth | None:
        """Compare a column of numbers with one number, all at once."""
        one = number(b.values[0]) if b.single else None
        if one is None:
            return None
        values = a.numbers
        known = ~np.isnan(values)
        true = COMPARISONS[name](values, one) & known
        shape = len(self._rows)
        return Truth(
            np.broadcast_to(true[a.index], shape), np.broadcast_to((known & ~true)[a.index], shape)
        )

    def _is_null(self, node: Expression) -> Truth:
        if isinstance(node, dict) and node.get("property") == GEOMETRY:
            return self._of([False], np.zeros(1, np.int64))
        coded = self._operand(node)
        return self._of([value is None for value in coded.values], coded.index)

    def _among(self, node: Expression, listed: Expression) -> Truth:
        if not isinstance(listed, list) or not listed:
            raise BadParameterError('"in" needs a list of values')
        if _is_property(node) and all(isinstance(each, str | int | float) for each in listed):
            return self._looked_up(self._operand(node), listed)
        parts = [self._compared("=", node, each) for each in listed]
        return Truth(
            functools.reduce(np.logical_or, (p.true for p in parts)),
            functools.reduce(np.logical_and, (p.false for p in parts)),
        )

    def _looked_up(self, coded: Coded, listed: list[Any]) -> Truth:
        """Return which values stand in a list of texts, numbers and truths."""
        self._look_at(len(coded.values))
        wanted: dict[str, set[Any]] = {}
        for each in listed:
            wanted.setdefault(sort_of(each), set()).add(each)
        # What cannot be compared with one of the list is not known to differ from all of it.
        only = next(iter(wanted)) if len(wanted) == 1 else ""
        found: list[bool | None] = []
        for value in coded.values:
            sort = sort_of(value)
            same = sort in wanted and value in wanted[sort]
            found.append(True if same else False if sort and sort == only else None)
        return self._of(found, coded.index)

    def _like(self, node: Expression, pattern: Expression) -> Truth:
        given = self._operand(pattern)
        if len(given.values) != 1 or not isinstance(given.values[0], str):
            raise BadParameterError('"like" needs a text as its pattern')
        matches = re.compile(as_regex(given.values[0]), re.DOTALL).fullmatch
        coded = self._operand(node)
        self._look_at(len(coded.values))
        found = [
            matches(value) is not None if isinstance(value, str) else None for value in coded.values
        ]
        return self._of(found, coded.index)

    def _spatial(self, name: str, one: Expression, other: Expression) -> Truth:
        swapped = not (isinstance(one, dict) and "property" in one)
        node, literal = (other, one) if swapped else (one, other)
        if not isinstance(node, dict) or node.get("property") != GEOMETRY:
            raise BadParameterError(f'"{name}" needs the property "{GEOMETRY}" and a geometry')
        self._look_at(len(self._rows))
        found = spatial.related(self._rows, name, self._geometry(name, literal), swapped=swapped)
        return Truth(found, ~found)

    def _geometry(self, name: str, node: Expression) -> shapely.Geometry:
        """Return a geometry of the filter in degrees, longitude first."""
        system = projection(self._crs)
        if isinstance(node, dict) and isinstance(node.get("bbox"), list):
            numbers = node["bbox"]
            if len(numbers) not in (4, 6) or None in map(number, numbers):
                raise BadParameterError(f'"{name}": a box has four numbers')
            half = len(numbers) // 2
            (a, b), (c, d) = numbers[:2], numbers[half : half + 2]
            if a > c or b > d:
                raise BadParameterError(f'"{name}": the box ends before it begins')
            found: shapely.Geometry = spatial.box_polygon((a, b, c, d), 17)
        else:
            found = _geojson(name, node)
        found = shapely.force_2d(found)
        if system.northing_first:
            found = shapely.transform(found, lambda xy: xy[:, ::-1])
        found = spatial.to_degrees(found, system)
        if not np.isfinite(shapely.get_coordinates(found)).all() or shapely.is_empty(found):
            raise BadParameterError(f'"{name}": the geometry has no place on Earth')
        return found

    def _times(self, node: Expression) -> Coded:
        """Return (begin, end) in seconds for a literal, or for an interval of two properties."""
        if "interval" not in node:
            return Coded([times.literal(node)], np.zeros(1, np.int64))
        begin, end = self._counted("interval", node["interval"], 2)
        a, b = (
            Coded([edge], np.zeros(1, np.int64)) if isinstance(edge, str) else self._operand(edge)
            for edge in (begin, end)
        )
        pairs, index = self._pairs(a, b)
        return Coded([times.interval(*pair) for pair in pairs], index)

    def _temporal(self, name: str, one: Expression, other: Expression) -> Truth:
        pairs, index = self._pairs(self._operand(one), self._operand(other))
        relation = times.RELATIONS[name]
        found: list[bool | None] = []
        for pair in pairs:
            a, b = map(times.span, pair)
            found.append(None if a is None or b is None else relation(*a, *b))
        return self._of(found, index)


def _is_property(node: Expression) -> bool:
    """Tell whether a node is a property or such in other letters, but no time."""
    return isinstance(node, dict) and not times.is_literal(node)


def _geojson(name: str, node: Expression) -> shapely.Geometry:
    if not isinstance(node, dict) or "type" not in node:
        raise BadParameterError(f'"{name}" needs a geometry such as POINT(69.3 41.3)')
    try:
        found: shapely.Geometry = shapely.from_geojson(json.dumps(node))
    except (shapely.errors.ShapelyError, ValueError) as reason:
        raise BadParameterError(f'"{name}": the geometry cannot be read: {reason}') from None
    return found
