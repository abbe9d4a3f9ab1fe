"""Who measures, where, and what was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Context(StrEnum):
    """What a message, event or surface belongs to; contexts never mix."""

    ROUTINE = "routine"
    EVENT = "event"
    EXERCISE = "exercise"
    SIMULATED = "simulated"


class Status(StrEnum):
    """How far a value has been looked at."""

    RAW = "raw"
    AUTO_PASSED = "auto_passed"
    SUSPECT = "suspect"
    VALIDATED = "validated"
    REJECTED = "rejected"
    MISSING = "missing"


class Release(StrEnum):
    """Who may see it. ``EMBARGO`` turns public at ``embargo_until``."""

    PUBLIC = "public"
    PARTNER = "partner"
    EMBARGO = "embargo"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An operator; ``country`` is an ISO 3166 alpha-2 code."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Network:
    """Stations run under one responsibility, licence and release policy."""

    id: str
    organisation_id: str
    name: str
    licence: str = ""
    attribution: str = ""
    release: Release = Release.PUBLIC
    embargo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """A place of measurement. ``names`` maps kk, uz, ru, en to a name; ``en`` or code stands in.

    ``release`` overrides the policy of the network where it is given.
    """

    code: str
    network_id: str
    lon: float
    lat: float
    names: Mapping[str, str] = field(default_factory=dict)
    elevation_m: float | None = None
    country: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    release: Release | None = None
    embargo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One value over [begin_time, end_time), in the canonical unit of its quantity.

    ``source_value`` and ``source_unit`` are kept exactly as received, ``conversion`` names the
    convention applied where there is a choice. ``value`` is None for a gap that was reported.
    """

    station_code: str
    quantity: str
    begin_time: datetime
    end_time: datetime
    value: float | None
    sd: float | None = None
    source_value: str = ""
    source_unit: str = ""
    conversion: str = ""
    status: Status = Status.RAW
    reasons: tuple[str, ...] = ()
    detector: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Datastream:
    """What one detector of a station measures of one quantity, averaged over one length of time.

    ``first_time`` and ``last_time`` are the beginnings of its oldest and newest observation.
    ``detector`` is empty where nobody has told which one it is. ``number`` is its own in its store.
    """

    station_code: str
    quantity: str
    averaging: timedelta
    detector: str
    first_time: datetime
    last_time: datetime
    number: int


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A row that was not taken: its line, a machine-readable code, a sentence, the row itself."""

    line: int
    code: str
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawnRecord(RejectedRecord):
    """A row that takes a feature back; it counts as rejected where the feature is not known."""

    collection: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class StoredObservation:
    """An observation as the store answers it, with its place in the history of the store."""

    observation: Observation
    revision: int
    received_at: datetime
    batch_id: str
    writer: str
    context: Context


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of every row of a batch: the four counts add up to ``rows``."""

    batch_id: str
    accepted: int
    duplicate: int
    corrected: int
    rejected: tuple[RejectedRecord, ...]
    rows: int
    repeated: bool = False
