"""A file or a posted body becomes records, is assessed, and is stored as one batch."""

import dataclasses
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers import exchange, quality
from layers.errors import BadInputError, UnsupportedFormatError
from layers.model import (
    BatchAnswer,
    Context,
    Feature,
    Network,
    Observation,
    Organisation,
    RejectedRecord,
    Station,
)
from layers.store import EARLIEST, Audience, Batch, Reader, Role, Writer

HISTORY = timedelta(hours=24)
EVERYONE = Audience(Role.OPERATOR)
OWN = "own"
"""Organisation and network of stations that the operator of a server brings without naming any."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes with everything that was said about them.

    ``format`` None asks for it to be recognised. ``organisation_id`` None is the operator of the
    server, who may write for all.
    """

    body: bytes
    name: str
    writer: str
    received_at: datetime
    context: Context
    format: str | None = None
    media_type: str = ""
    defaults: Mapping[str, str] = dataclasses.field(default_factory=dict)
    batch_id: str | None = None
    organisation_id: str | None = None

    @property
    def content_hash(self) -> str:
        """Hash of the bytes and of what they were read with."""
        digest = hashlib.sha256(self.body)
        read_as = (self.format, sorted(self.defaults.items()), str(self.context))
        digest.update(repr(read_as).encode())
        return digest.hexdigest()

    @property
    def batch(self) -> Batch:
        """The batch that this delivery is; without an id of its own, its content names it."""
        return Batch(
            id=self.batch_id or f"{self.organisation_id or OWN}-{self.content_hash[:24]}",
            content_hash=self.content_hash,
            writer=self.writer,
            organisation_id=self.organisation_id,
            context=self.context,
            received_at=self.received_at,
            source=self.name,
        )


def ingest(writer: Writer, reader: Reader, delivery: Delivery, max_bytes: int) -> BatchAnswer:
    """Store a delivery; nothing of it is kept where this raises, but an organisation for own data.

    Raises
    ------
    UnsupportedFormatError, BadFileError, TooLargeError
        Where the bytes are not what they were offered as.
    ConflictError
        Where the batch id was used for other content, or the context does not belong here.
    """
    batch = delivery.batch if delivery.batch_id else writer.renewed(delivery.batch)
    repeated = writer.answered(batch)
    if repeated is not None:
        return repeated
    if delivery.format:
        adapter = exchange.adapter(delivery.format)
    else:
        head = delivery.body[: exchange.SNIFFED_BYTES]
        adapter = exchange.sniff(delivery.name, head, delivery.media_type)
    if adapter.yields == "raster":
        raise UnsupportedFormatError(
            f'"{delivery.name}" is a GeoTIFF: it becomes a layer by an entry in the catalogue '
            f'(kind = "raster", path = "{delivery.name}"), not by ingesting it'
        )
    records = list(
        adapter.records(io.BytesIO(delivery.body), delivery.defaults, max_bytes=max_bytes)
    )
    stations = [r for r in records if isinstance(r, Station)]
    refused = [r for r in records if isinstance(r, RejectedRecord)]
    if adapter.yields == "stations":
        homed = _homed(writer, reader, delivery, stations)
        return writer.append_stations(batch, homed, refused)
    if adapter.yields == "features":
        if stations:
            homed = _homed(writer, reader, delivery, stations)
            return writer.append_stations(batch, homed, refused)
        rows = [r for r in records if isinstance(r, Feature | RejectedRecord)]
        return writer.append_features(batch, rows)
    if stations:
        _put_new(writer, reader, delivery, stations)
    rows_in_order = [r for r in records if isinstance(r, Observation | RejectedRecord)]
    return writer.append_observations(batch, _assessed(reader, rows_in_order, delivery.received_at))


def _network(writer: Writer, reader: Reader, delivery: Delivery) -> str:
    """Return the network of stations that name none, registering the operator's own if needed."""
    named = delivery.defaults.get("network")
    if named:
        return named
    if delivery.organisation_id is not None:
        own = [n.id for n in reader.networks() if n.organisation_id == delivery.organisation_id]
        if len(own) == 1:
            return own[0]
        raise BadInputError(
            "the stations name no network; send network= with the id of one of yours: "
            f"{', '.join(own) or 'none is registered'}"
        )
    writer.put_organisations(
        [Organisation(OWN, "Own data", "")], writer=delivery.writer, at=delivery.received_at
    )
    writer.put_networks(
        [Network(OWN, OWN, "Own stations")], writer=delivery.writer, at=delivery.received_at
    )
    return OWN


def _homed(
    writer: Writer, reader: Reader, delivery: Delivery, stations: Sequence[Station]
) -> list[Station]:
    """Return stations with what the delivery does not say: as they are known, or a network."""
    known = {s.code: s for s in reader.stations(EVERYONE, delivery.received_at)}
    told = [_completed(s, known[s.code]) if s.code in known else s for s in stations]
    if all(station.network_id for station in told):
        return told
    home = _network(writer, reader, delivery)
    return [s if s.network_id else dataclasses.replace(s, network_id=home) for s in told]


def _completed(told: Station, known: Station) -> Station:
    """Return what was told of a station, and of the rest what was known."""
    return dataclasses.replace(
        told,
        network_id=told.network_id or known.network_id,
        names={**known.names, **told.names},
        elevation_m=known.elevation_m if told.elevation_m is None else told.elevation_m,
        country=told.country or known.country,
        valid_from=told.valid_from or known.valid_from,
        valid_to=told.valid_to or known.valid_to,
        release=told.release or known.release,
        embargo_until=told.embargo_until or known.embargo_until,
    )


def _put_new(
    writer: Writer, reader: Reader, delivery: Delivery, stations: Sequence[Station]
) -> None:
    """Register stations that came with their values; those that are known stay as they are."""
    known = {s.code for s in reader.stations(EVERYONE, delivery.received_at)}
    fresh = [s for s in stations if s.code not in known]
    if fresh:
        writer.put_stations(
            _homed(writer, reader, delivery, fresh),
            writer=delivery.writer,
            at=delivery.received_at,
            organisation_id=delivery.organisation_id,
        )


def _assessed(
    reader: Reader, rows: Sequence[Observation | RejectedRecord], now: datetime
) -> Iterable[Observation | RejectedRecord]:
    """Return the rows in their order, observations with the flags of the quality rules."""
    values = [r for r in rows if isinstance(r, Observation)]
    flagged = iter(quality.assess(values, now=now, history=_history(reader, values, now)))
    return [next(flagged) if isinstance(r, Observation) else r for r in rows]


def _history(
    reader: Reader, values: Sequence[Observation], now: datetime
) -> dict[tuple[str, str], list[float]]:
    """Return the last day of every quantity before the batch, oldest first."""
    if not values:
        return {}
    first = max(min(v.begin_time for v in values), EARLIEST)
    history: dict[tuple[str, str], list[float]] = {}
    for quantity in {v.quantity for v in values}:
        for code, value in reader.values_before(EVERYONE, now, quantity, first - HISTORY, first):
            history.setdefault((code, quantity), []).append(value)
    return history
