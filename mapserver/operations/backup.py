"""Checks a copy of the store."""

from pathlib import Path

from layers.errors import BadFileError
from layers.store import verify_copy


def verify(copy: Path) -> dict[str, int]:
    """Return the row counts of a copy whose structure and audit are whole.

    Raises
    ------
    BadFileError
        Where they are not.
    """
    counts = verify_copy(copy)
    if counts is None:
        raise BadFileError(f"{copy} is no whole copy of a store")
    return counts
