"""How often earthquakes came around a site: since when the catalogue is complete, and its slope."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from layers import temporal
from layers.errors import BadInputError
from layers.model.table import number
from layers.seismic import catalogue, hazard_model, recurrence


def around(rows: Sequence[dict[str, Any]], end_year: float | None) -> dict[str, Any]:
    """Return the recurrence of the events of a sheet, or why there is none.

    Parameters
    ----------
    rows : sequence of dict
        Events with ``time``, ``magnitude`` and a place, as the sheet lists them.
    end_year : float or None
        Until when events are in the catalogue.

    Returns
    -------
    dict
        ``b``, ``b_sd``, ``rate`` (a year, from ``least`` on), ``count`` of complete independent
        events, ``independent`` of all, ``complete``; or ``missing`` with the sentence.
    """
    events = catalogue.events(
        [
            (
                temporal.instant(row["time"]),
                row["lon"],
                row["lat"],
                row["depth_km"],
                number(row["magnitude"]),
            )
            for row in rows
            if row["time"]
        ]
    )
    if not len(events) or end_year is None:
        return {"missing": "no event with a time and a magnitude"}
    # The last event is within the catalogue, not at its open end.
    end = end_year + 1e-6
    independent = events.where(catalogue.main_shocks(events))
    least = hazard_model.completeness_magnitude(independent.mw)
    edges = [round(float(edge), 1) for edge in np.arange(least, independent.mw.max() + 0.05, 0.5)]
    told = {"independent": len(independent), "least": least, "end_year": round(end_year, 2)}
    try:
        complete = catalogue.stepp(independent, end, edges)
        found = recurrence.weichert(independent, complete, end, least=least)
    except BadInputError as reason:
        return {**told, "missing": str(reason)}
    return {
        **told,
        "missing": "",
        "b": round(found.b, 4),
        "b_sd": round(found.b_sd, 4),
        "rate": round(found.rate, 6),
        "rate_sd": round(found.rate_sd, 6),
        "count": found.count,
        "complete": [{"magnitude": c.mw, "year": round(c.year, 2)} for c in complete],
    }


def end_year(times: Sequence[str]) -> float | None:
    """Return the decimal year of the newest of some times, None where there is none."""
    known = [temporal.instant(time) for time in times if time]
    return catalogue.decimal_year(max(known)) if known else None
