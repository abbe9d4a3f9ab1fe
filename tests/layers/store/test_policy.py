"""Role x release x time: every reading function lets through what the one query builder does."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from layers.errors import ConflictError, GoneError, UnknownStationError
from layers.geo import Bounds, CellGrid
from layers.model import Context, Feature, Release, Station, Surface
from layers.store import PUBLIC, Audience, Batch, Reader, Role, contexts_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON
QUANTITY = "ambient_dose_rate"
PARTNER = Audience(Role.PARTNER)
EVERYTHING = {"KP", "KQ", "KH", "KO", "KS", "UE"}

MATRIX = [
    (PUBLIC, BEFORE, {"KP", "KQ", "KS"}),
    (PUBLIC, AFTER, {"KP", "KQ", "KS", "UE"}),
    (PARTNER, BEFORE, {"KP", "KQ", "KS", "KH", "KO"}),
    (PARTNER, AFTER, EVERYTHING),
    (Audience(Role.OPERATOR, "kz"), BEFORE, {"KP", "KQ", "KS", "KH", "KO"}),
    (Audience(Role.OPERATOR, "uz"), BEFORE, EVERYTHING),
    (Audience(Role.OPERATOR), BEFORE, EVERYTHING),
]


@pytest.fixture
def filled(store, observation):
    store.send(*(observation(code, 100.0) for code in sorted(EVERYTHING)))
    return store


@pytest.mark.parametrize(("audience", "now", "seen"), MATRIX)
def test_an_audience_sees_what_is_released_to_it_everywhere(filled, audience, now, seen):
    reader = filled.reader
    assert {s.code for s in reader.stations(audience, now)} == seen
    held = reader.snapshot(audience, now, QUANTITY, NINE)
    assert set(held.codes) == seen
    then = reader.snapshot(audience, now, QUANTITY, NINE, known_at=NOON)
    assert set(then.codes) == seen
    assert set(reader.measuring(audience, now, QUANTITY, NINE, NOON)) == seen
    for code in EVERYTHING:
        found = reader.series(audience, now, code, QUANTITY, NINE, NOON)
        assert bool(found) == (code in seen)
        if code in seen:
            assert reader.station(audience, now, code).code == code
        else:
            with pytest.raises(UnknownStationError):
                reader.station(audience, now, code)


def test_what_the_public_may_not_see_leaves_no_trace_in_the_revision_of_an_hour(store, observation):
    store.send(observation("KP", 100.0))
    before = store.reader.hours(PUBLIC, BEFORE, QUANTITY)
    store.send(observation("KO", 5000.0), observation("UE", 5000.0), observation("KH", 5000.0))
    assert store.reader.hours(PUBLIC, BEFORE, QUANTITY) == before
    assert store.reader.hours(PARTNER, BEFORE, QUANTITY) != before


def test_an_hour_with_hidden_values_only_is_no_hour(store, observation):
    store.send(observation("KO", 5000.0))
    assert store.reader.hours(PUBLIC, AFTER, QUANTITY) == []
    assert len(store.reader.hours(PARTNER, AFTER, QUANTITY)) == 1


def test_an_embargo_ends_by_the_clock_alone(filled):
    assert "UE" not in filled.reader.snapshot(PUBLIC, BEFORE, QUANTITY, NINE).codes
    filled.reader.close()
    fresh = Reader(filled.root)
    assert "UE" in fresh.snapshot(PUBLIC, AFTER, QUANTITY, NINE).codes
    fresh.close()


def test_features_are_released_like_stations(store):
    rows = [
        Feature(str(release), "sites", shapely.Point(70, 45), release=release)
        for release in (Release.PUBLIC, Release.PARTNER, Release.EMBARGO)
    ]
    batch = Batch("f", "f", "test", None, Context.ROUTINE, NINE)
    assert store.writer.append_features(batch, rows).accepted == 3
    seen = {
        role: {f.feature.id for f in store.reader.features(Audience(role), NOON, "sites")}
        for role in Role
    }
    assert seen[Role.PUBLIC] == {"public"}
    assert seen[Role.PARTNER] == {"public", "partner"}
    assert seen[Role.OPERATOR] == {"public", "partner", "embargo"}
    tokens = {store.reader.collection_token(Audience(role), NOON, "sites") for role in Role}
    assert len(tokens) == 3
    assert store.reader.collections(PUBLIC) == {"sites": 1}


@pytest.mark.parametrize("folder", list(Context))
def test_a_folder_holds_only_contexts_that_may_be_seen_together(open_store, observation, folder):
    store = open_store(folder, folder)
    fitting = contexts_of(folder)
    assert (Context.SIMULATED in fitting) == (folder is Context.SIMULATED)
    assert (Context.EXERCISE in fitting) == (folder is Context.EXERCISE)
    for context in Context:
        if context in fitting:
            store.send(observation("KP", 1.0), context=context)
        else:
            with pytest.raises(ConflictError):
                store.send(observation("KP", 9.0), context=context)
    assert store.reader.snapshot(PUBLIC, NOON, QUANTITY, NINE).value.tolist() == [1.0]


def test_a_narrower_release_takes_surfaces_back_at_once(store, observation):
    store.send(observation("KP", 100.0))
    grid = CellGrid.covering(Bounds(60, 38, 75, 46), 2)
    bands = np.ones((3, *grid.shape), np.float32)
    for revision in (1, 2):
        made = Surface(
            "dose", QUANTITY, NINE, revision, Context.ROUTINE, grid, bands, "log", 0.2, "i", 1
        )  # fmt: skip
        store.writer.publish_surface(made, NOON)
    token = store.reader.surface("dose", NINE).token
    cached = store.writer.paths.cache / "tiles" / "dose" / "tile.png"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"x")
    kept = Station("KP", "kz-public", 70, 50, names={"en": "another name"})
    store.writer.put_stations([kept], writer="test", at=NOON)
    assert store.reader.surface("dose", NINE).revision == 2
    hidden = Station("KP", "kz-public", 70, 50, release=Release.PARTNER)
    store.writer.put_stations([hidden], writer="test", at=NOON)
    with pytest.raises(GoneError):
        store.reader.surface("dose", NINE, token)
    assert store.reader.surfaces("dose") == []
    assert not [path for path in store.writer.paths.surfaces.rglob("*") if path.is_file()]
    assert not cached.exists()


def test_hours_are_the_newest_ones_or_those_of_a_span(store, observation):
    hours = [NINE - timedelta(hours=n) for n in range(6)]
    store.send(*(observation("KP", 100.0, hour) for hour in hours))

    def listed(**words):
        return [at for at, _ in store.reader.hours(PUBLIC, NOON, QUANTITY, **words)]

    assert listed() == hours[::-1]
    assert listed(newest=2) == [hours[1], hours[0]]
    assert listed(span=(hours[4], hours[2])) == [hours[4], hours[3]]
    states = dict(store.reader.hours(PUBLIC, NOON, QUANTITY))
    assert dict(store.reader.hours(PUBLIC, NOON, QUANTITY, newest=1))[NINE] == states[NINE]


def test_a_station_that_is_hidden_by_itself_leaves_no_hour_behind(store, observation):
    for code, hours in (("KS", 2), ("KP", 1), ("KQ", 0)):
        store.send(observation(code, 100.0, NINE - timedelta(hours=hours)))
    known = store.reader.hours(PUBLIC, AFTER, QUANTITY)
    hidden = Station("KP", "kz-public", 70, 50, release=Release.PARTNER)
    store.writer.put_stations([hidden], writer="t", at=NINE)
    assert store.reader.hours(PUBLIC, AFTER, QUANTITY) == [known[0], known[2]]
    hidden = Station("KS", "kz-partner", 74, 50)
    store.writer.put_stations([hidden], writer="t", at=NINE)
    assert store.reader.hours(PUBLIC, AFTER, QUANTITY) == known[2:]
    assert store.reader.observed_span(PUBLIC, AFTER) == (known[2][0], known[2][0])
    assert len(store.reader.hours(PARTNER, AFTER, QUANTITY)) == 3
    # Shown again, the hour is back, under a name that it has never had.
    store.writer.put_stations([Station("KP", "kz-public", 70, 50)], writer="t", at=NOON)
    back = store.reader.hours(PUBLIC, AFTER, QUANTITY)
    assert [hour for hour, _ in back] == [hour for hour, _ in known[1:]]
    assert back[0] != known[1]
