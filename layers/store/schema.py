"""The tables, neutral to the dialect. The migrations build them; a test holds the two together."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()


def _table(name: str, *columns: Column[Any] | Index, clustered: bool = False) -> Table:
    return Table(name, METADATA, *columns, sqlite_with_rowid=not clustered)


def _text(name: str, **options: object) -> Column[Any]:
    options.setdefault("nullable", False)
    options.setdefault("server_default", "" if not options.get("primary_key") else None)
    return Column(name, Text, **options)  # type: ignore[arg-type]


# One row: what kind of folder this is.
FOLDER = _table("folder", Column("key", String(32), primary_key=True), _text("value"))

ORGANISATION = _table(
    "organisation", _text("id", primary_key=True), _text("name"), _text("country")
)

NETWORK = _table(
    "network",
    _text("id", primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    _text("name"),
    _text("licence"),
    _text("attribution"),
    _text("release"),
    Column("embargo_until", BigInteger),
)

STATION = _table(
    "station",
    _text("code", primary_key=True),
    Column("network_id", Text, ForeignKey("network.id"), nullable=False),
    _text("names"),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("elevation_m", Float),
    _text("country"),
    Column("valid_from", BigInteger),
    Column("valid_to", BigInteger),
    Column("release", Text),
    Column("embargo_until", BigInteger),
)

# What was accepted together, and the answer that was given.
BATCH = _table(
    "batch",
    Column("seq", Integer, primary_key=True),
    Column("id", Text, unique=True, nullable=False),
    _text("content_hash"),
    _text("writer"),
    _text("organisation_id"),
    _text("source"),
    _text("context"),
    Column("received_at", BigInteger, nullable=False),
    _text("answer"),
)

_VALUES = (
    ("value", Float),
    ("sd", Float),
)


def _observation_columns(*, every_revision: bool) -> list[Column[Any]]:
    # Keys come first: SQLite 3.40 calls a sound clustered table broken where one comes later.
    return [
        Column("hour", Integer, primary_key=True),
        Column("station", Text, primary_key=True),
        Column("quantity", Text, primary_key=True),
        Column("begin_s", BigInteger, primary_key=True),
        Column("end_s", BigInteger, primary_key=True),
        Column("revision", Integer, primary_key=every_revision, nullable=False),
        *(Column(name, kind) for name, kind in _VALUES),
        _text("source_value"),
        _text("source_unit"),
        _text("conversion"),
        _text("status"),
        _text("reasons"),
        _text("detector"),
        Column("batch", Integer, nullable=False),
    ]


# Clustered by hour: a snapshot is one run of pages, and a new hour is written at one place.
OBSERVATION = _table(
    "observation",
    *_observation_columns(every_revision=False),
    clustered=True,
)
OBSERVATION_REVISION = _table(
    "observation_revision",
    *_observation_columns(every_revision=True),
    clustered=True,
)

# What every station has ever measured, and between which times: found without looking for it.
# A row keeps its number for good; without times all its observations were corrected away.
DATASTREAM = _table(
    "datastream",
    _text("station", primary_key=True),
    _text("quantity", primary_key=True),
    Column("averaging_s", Integer, primary_key=True),
    _text("detector", primary_key=True),
    Column("number", Integer, nullable=False),
    Column("first_s", BigInteger),
    Column("last_s", BigInteger),
    clustered=True,
)

# How often an hour has changed, for each group of stations that is released together.
HOUR_REVISION = _table(
    "hour_revision",
    _text("quantity", primary_key=True),
    Column("hour", Integer, primary_key=True),
    _text("policy_key", primary_key=True),
    Column("revision", Integer, nullable=False),
    clustered=True,
)

QUARANTINE = _table(
    "quarantine",
    Column("seq", Integer, primary_key=True),
    Column("batch", Integer, ForeignKey("batch.seq"), nullable=False),
    Column("line", Integer, nullable=False),
    _text("code"),
    _text("reason"),
    _text("raw"),
    _text("record"),
    Column("released", Integer, nullable=False, server_default="0"),
)


def _feature_columns() -> list[Column[Any]]:
    return [
        _text("collection", primary_key=True),
        _text("id", primary_key=True),
        Column("geometry", LargeBinary, nullable=False),
        *(Column(side, Float, nullable=False) for side in ("west", "south", "east", "north")),
        _text("properties"),
        Column("time_us", BigInteger),
        Column("valid_from", BigInteger),
        Column("valid_to", BigInteger),
        _text("release"),
        Column("batch", Integer, nullable=False),
    ]


FEATURE = _table("feature", *_feature_columns(), Column("revision", Integer, nullable=False))
FEATURE_REVISION = _table(
    "feature_revision", *_feature_columns(), Column("revision", Integer, primary_key=True)
)

# A row here is the publication: files without a row do not exist for any reader.
SURFACE = _table(
    "surface",
    _text("layer_id", primary_key=True),
    Column("valid_time", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    _text("quantity"),
    _text("context"),
    *(Column(n, Integer, nullable=False) for n in ("zoom", "col", "row", "width", "height")),
    _text("transform"),
    Column("noise_sigma", Float, nullable=False),
    _text("input_hash"),
    Column("input_revision", Integer, nullable=False),
    _text("token"),
    Column("published_at", BigInteger, nullable=False),
    _text("tags"),
    Column("kept", Integer, nullable=False, server_default="1"),
)

TOKEN = _table(
    "token",
    _text("prefix", primary_key=True),
    _text("secret_hash"),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    _text("note"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

# Each row holds the hash of the one before it.
AUDIT = _table(
    "audit",
    Column("seq", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    _text("writer"),
    _text("action"),
    _text("subject"),
    _text("detail"),
    _text("hash"),
)

Index("batch_received", BATCH.c.received_at)
Index("datastream_number", DATASTREAM.c.number, unique=True)
Index("feature_time", FEATURE.c.collection, FEATURE.c.time_us)
Index("quarantine_code", QUARANTINE.c.code, QUARANTINE.c.released)
