"""Networks that are written into a folder before a server opens it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from layers.model import Context, Network, Observation, Organisation, Station, Status
from layers.store import Batch, Writer

HOUR = timedelta(hours=1)
DOSE = "ambient_dose_rate"


def last_hour() -> datetime:
    """Return the beginning of the last whole hour."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - HOUR


def fill(
    folder: Path,
    stations: Sequence[Station],
    values: np.ndarray,
    newest: datetime,
    doubts: Mapping[str, str] | None = None,
) -> None:
    """Write hourly dose rates in nSv/h, of shape (stations, hours), up to an hour.

    NaN is a value that has not come; ``doubts`` are reasons against newest values, by station.
    """
    writer = Writer(folder, Context.ROUTINE)
    said = {"writer": "test", "at": newest - timedelta(days=30)}
    writer.put_organisations([Organisation("kz", "KZ", "KZ")], **said)
    writer.put_networks([Network("open", "kz", "Open network")], **said)
    writer.put_stations(stations, **said)
    for back in range(values.shape[1] - 1, -1, -1):
        begin = newest - back * HOUR
        doubted = {} if back or doubts is None else doubts
        rows = [
            Observation(
                station.code,
                DOSE,
                begin,
                begin + HOUR,
                float(value),
                status=Status.SUSPECT if station.code in doubted else Status.RAW,
                reasons=(doubted[station.code],) if station.code in doubted else (),
            )
            for station, value in zip(stations, values[:, -1 - back], strict=True)
            if not np.isnan(value)
        ]
        name, came = begin.isoformat(), begin + HOUR + timedelta(minutes=5)
        writer.append_observations(Batch(name, name, "test", None, Context.ROUTINE, came), rows)
    writer.close()


def grid(count: int, name: str = "Place {}") -> list[Station]:
    """Return stations spread over the middle of the two states, with names in English."""
    side = int(np.ceil(np.sqrt(count)))
    return [
        Station(
            f"S{i:05}",
            "open",
            60.0 + 14.0 * (i % side) / side,
            39.5 + 9.0 * (i // side) / side,
            {"en": name.format(i)},
            200.0,
            "KZ",
        )
        for i in range(count)
    ]
