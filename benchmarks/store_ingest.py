"""Rows a second into the store, beside what the same disk takes without it.

    python -m benchmarks store_ingest

Both write the same hourly values in batches of one hour, each batch one transaction that is on the
disk when it returns (WAL, synchronous FULL). The peer is the driver alone with the same columns: no
identity looked up, no revision, no account, no audit. The ratio is the price of those.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from layers.model import Context, Network, Observation, Organisation, Station
from layers.store import Batch, Writer

STATIONS, HOURS = 3_574, 24
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
QUANTITY = "ambient_dose_rate"


def hour(n: int) -> list[Observation]:
    """One hour of values."""
    begin, end = FIRST + timedelta(hours=n), FIRST + timedelta(hours=n + 1)
    return [
        Observation(
            f"S{i:05d}", QUANTITY, begin, end, 100 + i % 50, source_value="0.1", source_unit="uSv/h"
        )
        for i in range(STATIONS)
    ]


def timed(write: Callable[[int, list[Observation]], None], hours: range) -> float:
    """Rows a second of writing some hours."""
    batches = [(n, hour(n)) for n in hours]
    start = time.perf_counter()
    for n, rows in batches:
        write(n, rows)
    return STATIONS * len(batches) / (time.perf_counter() - start)


def store(folder: Path) -> tuple[float, float]:
    """Rows a second of new values, and of the same values again under other batch names."""
    writer = Writer(folder, Context.ROUTINE)
    writer.put_organisations([Organisation("o", "O", "KZ")], writer="b", at=NOW)
    writer.put_networks([Network("n", "o", "N")], writer="b", at=NOW)
    stations = [Station(f"S{i:05d}", "n", 50 + i % 80 / 4, 40 + i / 400) for i in range(STATIONS)]
    writer.put_stations(stations, writer="b", at=NOW)

    def sender(word: str) -> Callable[[int, list[Observation]], None]:
        def send(n: int, rows: list[Observation]) -> None:
            batch = Batch(f"{word}-{n}", "", "b", None, Context.ROUTINE, NOW)
            writer.append_observations(batch, rows)

        return send

    new = timed(sender("new"), range(HOURS))
    again = timed(sender("again"), range(HOURS))
    writer.close()
    return new, again


def driver(folder: Path) -> float:
    """Rows a second of the driver alone."""
    database = sqlite3.connect(folder / "peer.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE o (hour INTEGER, station TEXT, quantity TEXT, begin_s INTEGER, end_s INTEGER,"
        " value REAL, sd REAL, source_value TEXT, source_unit TEXT, status TEXT, batch INTEGER,"
        " PRIMARY KEY (hour, station, quantity, begin_s, end_s)) WITHOUT ROWID"
    )

    def send(n: int, rows: list[Observation]) -> None:
        begin_s = int(rows[0].begin_time.timestamp())
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO o VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    begin_s // 3600, r.station_code, r.quantity, begin_s, begin_s + 3600, r.value,
                    r.sd, r.source_value, r.source_unit, str(r.status), n,
                )
                for r in rows
            ],
        )  # fmt: skip
        database.execute("COMMIT")

    rate = timed(send, range(HOURS))
    database.close()
    return rate


def main() -> None:
    """Measure both in turns and print the best of three."""
    found: dict[str, float] = {}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            new, again = store(folder / "store")
            rates = {"store, new": new, "store, again": again, "driver alone": driver(folder)}
            for word, rate in rates.items():
                found[word] = max(rate, found.get(word, 0.0))
    print(f"{STATIONS:,} stations x {HOURS} batches of one hour, rows a second, best of three")
    for word, rate in found.items():
        print(f"{word:14} {rate:10,.0f}   {rate / found['driver alone']:.2f} of the driver")


if __name__ == "__main__":
    main()
