"""The only SQL and the only paths of the data folder."""

from layers.store.batches import Batch
from layers.store.database import PASSING, SAFE_SQLITE, SQLITE_VERSION, SchemaError
from layers.store.datastreams import NUMBER_BITS
from layers.store.hours import SHOWN_HOURS, state_of
from layers.store.lock import FolderLock
from layers.store.observations import EARLIEST
from layers.store.observed import Observed, Place, Wanted
from layers.store.paths import Paths
from layers.store.policy import PUBLIC, Audience, Role, contexts_of
from layers.store.reader import Reader, verify_copy
from layers.store.snapshots import Snapshot
from layers.store.tokens import TokenInfo
from layers.store.walk import Walk
from layers.store.writer import Writer

__all__ = [
    "EARLIEST",
    "NUMBER_BITS",
    "PASSING",
    "PUBLIC",
    "SAFE_SQLITE",
    "SHOWN_HOURS",
    "SQLITE_VERSION",
    "Audience",
    "Batch",
    "FolderLock",
    "Observed",
    "Paths",
    "Place",
    "Reader",
    "Role",
    "SchemaError",
    "Snapshot",
    "TokenInfo",
    "Walk",
    "Wanted",
    "Writer",
    "contexts_of",
    "state_of",
    "verify_copy",
]
