"""Times as the standards list them: runs of equal steps as ``begin/end/period``."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from layers import temporal


def words(times: Sequence[datetime]) -> Iterator[str]:
    """Yield instants and intervals that together hold exactly the times, which rise.

    Two times alone are an interval only where they are an hour apart: what follows by chance
    is no period.
    """
    first = 0
    while first < len(times):
        last = first
        if first + 1 < len(times):
            step = times[first + 1] - times[first]
            while last + 1 < len(times) and times[last + 1] - times[last] == step:
                last += 1
            if last - first >= 2 or (last > first and step == temporal.HOUR):
                begin, end = temporal.word(times[first]), temporal.word(times[last])
                yield f"{begin}/{end}/{period(step)}"
                first = last + 1
                continue
        yield temporal.word(times[first])
        first += 1


def period(step: timedelta) -> str:
    """Return a length of time as ISO 8601 writes it, such as ``PT1H``."""
    seconds = int(step.total_seconds())
    for size, form in ((86_400, "P{}D"), (3_600, "PT{}H"), (60, "PT{}M")):
        if seconds % size == 0:
            return form.format(seconds // size)
    return f"PT{seconds}S"
