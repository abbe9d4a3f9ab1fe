"""Datastreams and observations in the order of time, found without looking at the whole store."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from layers.errors import TooLargeError
from layers.model import Context, Network, Observation, Organisation, Station
from layers.store import PUBLIC, Batch, Paths, Reader, Role, Walk, Writer
from layers.store.datastreams import NUMBER_BITS, free_number
from layers.store.policy import Audience
from layers.store.walk import step

HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUANTITY = "ambient_dose_rate"


def streams(reader, now=NINE, audience=PUBLIC):
    return reader.datastreams(audience, now)


def test_a_datastream_is_a_station_a_quantity_an_averaging_time_and_a_detector(store, observation):
    ten = NINE + timedelta(minutes=10)
    store.send(
        observation("KP", 1.0),
        observation("KP", 2.0, NINE - 5 * HOUR),
        observation("KP", 3.0, NINE - HOUR, detector="GM"),
        Observation("KP", QUANTITY, NINE, ten, 4.0),
        Observation("KP", "pm2_5", NINE, NINE + HOUR, 5.0),
    )
    found = streams(store.reader)
    assert [(s.quantity, s.averaging, s.detector) for s in found] == [
        (QUANTITY, timedelta(minutes=10), ""),
        (QUANTITY, HOUR, ""),
        (QUANTITY, HOUR, "GM"),
        ("pm2_5", HOUR, ""),
    ]
    assert (found[1].first_time, found[1].last_time) == (NINE - 5 * HOUR, NINE)


def test_a_delivery_of_many_hours_widens_each_datastream_by_its_own(store, observation):
    def hours(**told):
        return [observation(code, 1.0, NINE + n * HOUR) for code, at in told.items() for n in at]

    store.send(*hours(KP=[0], KQ=[3]), at=NINE + 6 * HOUR)
    numbers = {s.station_code: s.number for s in streams(store.reader)}
    store.send(*hours(KP=[-2, 5, 1], KQ=[2]), at=NINE + 6 * HOUR)
    store.send(*hours(KP=[4], KQ=[3]), at=NINE + 6 * HOUR)  # within what is known
    found = {s.station_code: s for s in streams(store.reader)}
    assert {code: s.number for code, s in found.items()} == numbers
    spans = {code: (s.first_time - NINE, s.last_time - NINE) for code, s in found.items()}
    assert spans == {"KP": (-2 * HOUR, 5 * HOUR), "KQ": (2 * HOUR, 3 * HOUR)}


def test_a_datastream_is_shown_to_those_who_see_its_station(store, observation):
    store.send(*(observation(code, 1.0) for code in ("KP", "KH", "UE")))
    assert [s.station_code for s in streams(store.reader)] == ["KP"]
    assert [s.station_code for s in streams(store.reader, audience=Audience(Role.PARTNER))] == [
        "KH",
        "KP",
    ]
    # Nobody reads by naming a datastream that he may not see.
    hidden = streams(store.reader, audience=Audience(Role.PARTNER))
    assert {
        found.observation.station_code
        for found in store.reader.observations(PUBLIC, NINE, Walk(hidden))
    } == {"KP"}
    assert store.reader.observation_count(PUBLIC, NINE, Walk(hidden), 10) == 1


def test_a_correction_that_names_another_detector_moves_the_observation(store, observation):
    store.send(observation("KP", 1.0, detector="old"))
    store.send(observation("KP", 2.0, NINE - HOUR, detector="old"))
    store.send(observation("KP", 3.0, detector="new"), at=NINE + HOUR)
    assert {(s.detector, s.first_time, s.last_time) for s in streams(store.reader)} == {
        ("old", NINE - HOUR, NINE - HOUR),
        ("new", NINE, NINE),
    }
    numbers = {s.detector: s.number for s in streams(store.reader)}
    store.send(observation("KP", 4.0, NINE - HOUR, detector="new"), at=NINE + HOUR)
    assert [(s.detector, s.first_time) for s in streams(store.reader)] == [("new", NINE - HOUR)]
    # A number is never another's: what comes back has its own, what is new has a new one.
    later = [observation("KQ", 1.0), observation("KP", 9.0, NINE + HOUR, detector="old")]
    store.send(*later, at=NINE + 2 * HOUR)
    found = {(s.station_code, s.detector): s.number for s in streams(store.reader)}
    assert {found["KP", "old"], found["KP", "new"]} == set(numbers.values())
    assert found["KQ", ""] not in numbers.values()
    (old,) = [s for s in streams(store.reader) if s.detector == "old"]
    assert (old.first_time, old.last_time) == (NINE + HOUR, NINE + HOUR)


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A network of three stations with gaps, values every ten minutes among them."""
    root = tmp_path_factory.mktemp("long")
    writer = Writer(root, Context.ROUTINE)
    writer.put_organisations([Organisation("o", "O", "KZ")], writer="t", at=NINE)
    writer.put_networks([Network("n", "o", "N")], writer="t", at=NINE)
    writer.put_stations([Station(c, "n", 70, 45) for c in "ABC"], writer="t", at=NINE)
    rows = []
    for hours in range(400):
        begin = NINE - hours * HOUR
        if hours % 7:
            rows.append(Observation("A", QUANTITY, begin, begin + HOUR, float(hours)))
        if hours % 90 == 1:
            for minutes in range(0, 60, 10):
                moment = begin + timedelta(minutes=minutes)
                end = moment + timedelta(minutes=10)
                rows.append(Observation("B", QUANTITY, moment, end, float(hours)))
        if hours > 300:
            rows.append(Observation("C", "pm2_5", begin, begin + HOUR, float(hours)))
    writer.append_observations(Batch("b", "b", "t", None, Context.ROUTINE, NINE, "t"), rows)
    reader = Reader(root)
    yield reader, rows
    reader.close()
    writer.close()


TIMES = st.one_of(st.none(), st.integers(-420 * 6, 20).map(lambda n: NINE + n * HOUR / 6))


@given(
    codes=st.sets(st.sampled_from("ABC")),
    begin=TIMES,
    end=TIMES,
    newest_first=st.booleans(),
    after=st.integers(0, 60),
)
def test_a_walk_is_what_sorting_all_of_them_gives(long, codes, begin, end, newest_first, after):
    reader, rows = long
    chosen = [s for s in reader.datastreams(PUBLIC, NINE) if s.station_code in codes]
    right = [
        row
        for row in rows
        if row.station_code in codes
        and (begin is None or row.begin_time >= begin)
        and (end is None or row.begin_time < end)
    ]
    right.sort(key=lambda row: (row.station_code, row.quantity, row.end_time))
    right.sort(key=lambda row: row.begin_time, reverse=newest_first)
    wanted = Walk(chosen, begin, end, newest_first)
    found = list(reader.observations(PUBLIC, NINE, wanted))
    assert [(f.observation.begin_time, f.observation.station_code) for f in found] == [
        (row.begin_time, row.station_code) for row in right
    ]
    assert reader.observation_count(PUBLIC, NINE, wanted, 10_000) == len(right)
    if after < len(found):
        later = Walk(chosen, begin, end, newest_first, step(found[after]))
        assert list(reader.observations(PUBLIC, NINE, later)) == found[after + 1 :]


def test_more_than_may_be_counted_is_refused(long):
    reader, _ = long
    with pytest.raises(TooLargeError, match="too many to be counted"):
        reader.observation_count(PUBLIC, NINE, Walk(reader.datastreams(PUBLIC, NINE)), 100)


def test_the_newest_observation_costs_two_hours_of_the_store_whatever_it_holds(long):
    reader, _ = long
    asked = []

    @event.listens_for(reader._engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        asked.append((statement, parameters))

    (stream,) = [s for s in reader.datastreams(PUBLIC, NINE) if s.station_code == "C"]
    next(reader.observations(PUBLIC, NINE, Walk([stream])))
    event.remove(reader._engine, "before_cursor_execute", note)
    about = [each for each in asked if "FROM observation" in each[0]]
    assert len(about) == 1
    with reader._engine.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for step in plan:
                assert not step.detail.startswith("SCAN observation"), step.detail
                if step.detail.startswith("SEARCH observation"):
                    assert "hour=? AND station=? AND quantity=?" in step.detail


def test_a_number_says_nothing_of_how_many_there_are():
    taken: set[int] = set()
    for n in range(2000):
        taken.add(free_number((f"S{n}", QUANTITY, 3600, ""), taken))
    assert len(taken) == 2000
    assert max(taken) < 2**NUMBER_BITS
    first = free_number(("S0", QUANTITY, 3600, ""), ())
    assert first in taken
    # Where the number is taken by another, it is another one.
    assert free_number(("S0", QUANTITY, 3600, ""), {first}) not in (0, first)


def test_a_folder_from_before_datastreams_is_given_them(store, observation):
    store.send(observation("KP", 1.0), observation("KQ", 2.0, NINE - HOUR, detector="GM"))
    right = streams(store.reader)
    database = Paths(store.root).database
    store.close()
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE datastream")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    store.writer = Writer(store.root)
    store.reader = Reader(store.root)
    assert streams(store.reader) == right


def test_what_a_correction_asks_is_found_by_an_index(store, observation):
    """A correction that names another detector looks at no more than the hours it needs."""
    store.send(*(observation("KP", 1.0, NINE - n * HOUR, detector="old") for n in range(5)))
    asked = []
    engine = store.writer._engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    store.send(observation("KP", 2.0, detector="new"), at=NINE + HOUR)
    event.remove(engine, "before_cursor_execute", note)
    about = [each for each in asked if "hour_revision" in each[0] and "observation" in each[0]]
    assert len(about) == 2
    with engine.connect() as connection:
        for statement, parameters in about:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            details = [step.detail for step in plan]
            assert details[0].startswith("SEARCH hour_revision USING PRIMARY KEY (quantity=?")
            assert "hour=? AND station=? AND quantity=?" in details[1]
            assert not any("TEMP B-TREE FOR ORDER BY" in each for each in details), details
    spans = {s.detector: (s.first_time, s.last_time) for s in streams(store.reader)}
    assert spans == {"old": (NINE - 4 * HOUR, NINE - HOUR), "new": (NINE, NINE)}
