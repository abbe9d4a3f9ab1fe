"""The rules applied to a batch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from layers.model import Observation, Status
from layers.quality.rules import RULES, Case

History = Mapping[tuple[str, str], Sequence[float]]
_DECIDED = (Status.VALIDATED, Status.REJECTED, Status.SUSPECT)
"""What a person, or the network itself, said stays said; reasons are added all the same."""


def assess(
    observations: Iterable[Observation], *, now: datetime, history: History | None = None
) -> list[Observation]:
    """Return the same observations with status and reason codes, in the same order.

    Parameters
    ----------
    observations : iterable of Observation
        One batch; in any order, of any stations and quantities.
    now : datetime
        Aware; what lies later is doubtful.
    history : mapping of (station code, quantity) to floats, or None
        Values before the batch in canonical units, oldest first; 24 are enough.

    Returns
    -------
    list of Observation
        As long as the batch. ``raw`` and ``auto_passed`` become ``auto_passed`` or ``suspect``; any
        other status stays. Values are never touched, and nothing is ever set to ``rejected``.
    """
    batch = list(observations)
    series: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for i, observation in enumerate(batch):
        if observation.value is not None:
            series[observation.station_code, observation.quantity].append(i)
    for key, members in series.items():
        members.sort(key=lambda i: batch[i].begin_time)
        before = list((history or {}).get(key, ()))
        values = before + [v for i in members if (v := batch[i].value) is not None]
        times = Counter(batch[i].begin_time for i in members)
        for index, i in enumerate(members, start=len(before)):
            repeated = times[batch[i].begin_time] > 1
            batch[i] = _assessed(Case(batch[i], values[index], values, index, now, repeated))
    return batch


def _assessed(case: Case) -> Observation:
    found = tuple(rule.id for rule in RULES if rule.test(case))
    old = case.observation
    status = old.status
    if status not in _DECIDED:
        status = Status.SUSPECT if found else Status.AUTO_PASSED
    reasons = old.reasons + tuple(code for code in found if code not in old.reasons)
    return Observation(
        old.station_code, old.quantity, old.begin_time, old.end_time, old.value, old.sd,
        old.source_value, old.source_unit, old.conversion, status, reasons, old.detector, old.line,
    )  # fmt: skip
