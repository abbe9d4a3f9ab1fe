"""TIME: an instant, ``current``, an interval or a list of these; nothing is ever replaced."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from layers import temporal
from layers.errors import BadInstantError, NoSurfaceError
from layers.kinds import is_timed
from layers.model import LayerDefinition
from layers.model.kind import LayerKind
from mapserver.services.wms.query import WmsError

CURRENT = "current"
MOST_MEMBERS = 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERIOD = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


def moment(layer: LayerDefinition, kind: LayerKind, text: str) -> datetime | None:
    """Return the valid time that TIME asks of a layer; None for the newest, or for no time.

    Of a list the latest member counts; of an interval [a, b) the latest valid time in it, and of
    ``a/b/period`` the latest of its own instants, both ends included. A layer without times does
    not look at it.

    Raises
    ------
    WmsError
        InvalidDimensionValue for a time that the layer does not have, or that is none.
    """
    if not is_timed(layer) or not text or text == CURRENT:
        return None
    members = text.split(",")
    if len(members) > MOST_MEMBERS:
        raise _invalid(f"TIME has {len(members)} members; at most {MOST_MEMBERS} are read")
    try:
        return max(_member(layer, kind, member.strip()) for member in members)
    except BadInstantError as reason:
        raise _invalid(f"TIME: {reason}") from reason


def _member(layer: LayerDefinition, kind: LayerKind, text: str) -> datetime:
    if text == CURRENT:
        return _latest(layer, kind.extent().times, text)
    if "/" in text:
        return _latest(layer, _within(kind.extent().times, text), text)
    if _DAY.fullmatch(text):
        day = temporal.instant(f"{text}T00:00:00Z")
        within = [at for at in kind.extent().times if day <= at < day + timedelta(days=1)]
        return _latest(layer, within, text)
    at = temporal.instant(text)
    try:
        if at.microsecond:
            raise NoSurfaceError(f'layer "{layer.id}" has whole seconds only')
        kind.version(at)
    except NoSurfaceError as reason:
        raise _invalid(f"TIME {text}: {reason}{_known(kind)}") from reason
    return at


def _within(times: Sequence[datetime], text: str) -> list[datetime]:
    words = text.split("/")
    if len(words) not in (2, 3):
        raise _invalid(f'"{text}" is no interval; begin/end or begin/end/period was expected')
    begin = _instant(words[0])
    end = datetime.max.replace(tzinfo=UTC) if words[1] == CURRENT else _instant(words[1])
    if end < begin:
        raise _invalid(f'"{text}" ends before it begins')
    if len(words) == 3:
        period = _period(words[2])
        return [at for at in times if begin <= at <= end and not (at - begin) % period]
    return [at for at in times if begin <= at < end or at == begin]


def _instant(text: str) -> datetime:
    return temporal.instant(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)


def _period(text: str) -> timedelta:
    found = _PERIOD.fullmatch(text)
    numbers = {name: int(n) for name, n in found.groupdict().items() if n} if found else {}
    period = timedelta(**numbers)
    if not period:
        raise _invalid(f'"{text}" is no period such as PT1H or P1D')
    return period


def _latest(layer: LayerDefinition, times: Sequence[datetime], text: str) -> datetime:
    if not times:
        raise _invalid(f'layer "{layer.id}" has nothing at TIME {text}')
    return times[-1]


def _known(kind: LayerKind) -> str:
    times = kind.extent().times
    if not times:
        return ""
    return f"; it reaches from {temporal.word(times[0])} to {temporal.word(times[-1])}"


def _invalid(text: str) -> WmsError:
    return WmsError(text, "InvalidDimensionValue")
