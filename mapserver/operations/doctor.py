"""Looks a data folder over."""

import shutil
from dataclasses import dataclass

from layers.store import SAFE_SQLITE, SQLITE_VERSION, Paths, Reader

LEAST_FREE = 1_000_000_000
"""Bytes of the disk for days of deliveries, beside a backup of the database."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    text: str


def findings(reader: Reader, paths: Paths) -> list[Finding]:
    """Return everything that was looked at, good or not; what is broken is asked nothing."""
    if not reader.healthy():
        text = "the structure of the database is broken: stop the server and restore a backup"
        return [Finding(False, text)]
    found = [Finding(True, "the structure of the database is whole")]
    broken = reader.broken_audit_row()
    found.append(
        Finding(broken is None, "the audit is what was written")
        if broken is None
        else Finding(False, f"audit row {broken} is not what was written")
    )
    present, safe = (".".join(map(str, v)) for v in (SQLITE_VERSION, SAFE_SQLITE))
    older = SQLITE_VERSION < SAFE_SQLITE
    note = f"; below {safe} only one process may write, as here" if older else ""
    found.append(Finding(True, f"SQLite {present}{note}"))
    free = shutil.disk_usage(paths.root).free
    wanted = LEAST_FREE + paths.database.stat().st_size
    beside = (
        "" if free > wanted else f"; a backup and days of deliveries want {wanted / 1e9:.2f} GB"
    )
    found.append(Finding(free > wanted, f"{free / 1e9:.2f} GB of the disk is free{beside}"))
    counts = reader.counts()
    rows = ", ".join(f"{counts[n]:,} {n}" for n in ("station", "observation", "feature", "surface"))
    found.append(Finding(True, f"context {reader.context()}; rows: {rows}"))
    found.append(Finding(True, f"{counts['quarantine']:,} rows were refused and are kept"))
    return found
