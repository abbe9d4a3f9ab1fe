"""Rows a second into the store, beside what the same disk takes without it.

    python -m benchmarks store_ingest

Both write the same hourly values in batches of one hour, each batch one transaction that is on the
disk when it returns (WAL, synchronous FULL). The peer is the driver alone with the same columns: no
identity looked up, no revision, no account, no audit. The ratio is the price of those. Last, what
the table of datastreams costs: batches of 300 and of 10,000 values with it and without, in turns.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from layers.model import Context, Network, Observation, Organisation, Station
from layers.store import Batch, Writer, datastreams

STATIONS, HOURS = 3_574, 24
BATCHES = {300: 40, 10_000: 8}
"""Values of a batch, and batches of that size."""
TURNS = 5
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
QUANTITY = "ambient_dose_rate"


def hour(n: int, stations: int = STATIONS) -> list[Observation]:
    """One hour of values."""
    begin, end = FIRST + timedelta(hours=n), FIRST + timedelta(hours=n + 1)
    return [
        Observation(
            f"S{i:05d}", QUANTITY, begin, end, 100 + i % 50, source_value="0.1", source_unit="uSv/h"
        )
        for i in range(stations)
    ]


def timed(
    write: Callable[[int, list[Observation]], None], hours: range, stations: int = STATIONS
) -> float:
    """Rows a second of writing some hours."""
    batches = [(n, hour(n, stations)) for n in hours]
    start = time.perf_counter()
    for n, rows in batches:
        write(n, rows)
    return stations * len(batches) / (time.perf_counter() - start)


def begun(folder: Path, count: int) -> Writer:
    """Return the writer of a new store that knows some stations."""
    writer = Writer(folder, Context.ROUTINE)
    writer.put_organisations([Organisation("o", "O", "KZ")], writer="b", at=NOW)
    writer.put_networks([Network("n", "o", "N")], writer="b", at=NOW)
    stations = [Station(f"S{i:05d}", "n", 50 + i % 80 / 4, 40 + i / 400) for i in range(count)]
    writer.put_stations(stations, writer="b", at=NOW)
    return writer


def store(folder: Path) -> tuple[float, float]:
    """Rows a second of new values, and of the same values again under other batch names."""
    writer = begun(folder, STATIONS)

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


def noted(folder: Path, size: int, *, with_table: bool) -> float:
    """Milliseconds of CPU of a batch of so many new values, datastreams noted or not."""
    writer = begun(folder, size)
    batches = [(n, hour(n, size)) for n in range(BATCHES[size] + 1)]
    skipped = mock.patch.object(datastreams, "note", return_value=None)
    spent = []
    with nullcontext() if with_table else skipped:
        for n, rows in batches:
            begin = time.process_time()
            writer.append_observations(Batch(f"b{n}", "", "b", None, Context.ROUTINE, NOW), rows)
            spent.append((time.process_time() - begin) * 1000)
    writer.close()
    return statistics.median(spent[1:])  # the first one names every datastream


def table() -> None:
    """Print what the table of datastreams costs, in turns."""
    for size in BATCHES:
        spent: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(TURNS):
            for with_table, found in spent.items():
                with tempfile.TemporaryDirectory() as name:
                    found.append(noted(Path(name) / "store", size, with_table=with_table))
        with_it, without = (statistics.median(spent[key]) for key in (True, False))
        print(
            f"batch of {size:6,}: {with_it:7.1f} CPU ms with the table of datastreams, "
            f"{without:7.1f} without: {(with_it - without) / size * 1000:.1f} us a value, "
            f"{(with_it / without - 1) * 100:.0f} %"
        )


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
    table()


if __name__ == "__main__":
    main()
