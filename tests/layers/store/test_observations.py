from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from layers.errors import ConflictError
from layers.model import Context, RejectedRecord, Station, Status
from layers.store import PUBLIC, Audience, Batch, Role

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NINE + timedelta(hours=2)
QUANTITY = "ambient_dose_rate"
ALL = Audience(Role.OPERATOR)


def accounts(answer):
    counts = (answer.accepted, answer.duplicate, answer.corrected, len(answer.rejected))
    assert sum(counts) == answer.rows
    return counts


def values(store, *, known_at=None):
    held = store.reader.snapshot(PUBLIC, LATER, QUANTITY, NINE, known_at=known_at)
    return dict(zip(held.codes, held.value.tolist(), strict=True))


def test_every_row_is_accounted_for(store, observation):
    answer = store.send(
        observation("KP", 100.0),
        observation("KQ", None),
        observation("KP", 100.0),
        observation("KP", 101.0),
        observation("XX", 1.0, line=6),
        observation("KP", 1.0, NINE + timedelta(days=9), line=7),
        RejectedRecord(8, "number", "no number"),
    )
    assert accounts(answer) == (2, 1, 1, 3)
    assert {r.code for r in answer.rejected} == {"unknown_station", "future", "number"}
    assert {r.line for r in answer.rejected} == {6, 7, 8}
    kept = {r.line: r.code for r in store.reader.quarantine()}
    assert kept == {6: "unknown_station", 7: "future", 8: "number"}


def test_the_same_batch_again_answers_the_same_and_changes_nothing(store, observation):
    rows = [observation("KP", 100.0), observation("XX", 1.0)]
    first = store.send(*rows, id="b")
    before = store.reader.counts()
    again = store.send(*rows, id="b")
    assert accounts(again) == accounts(first) == (1, 0, 0, 1)
    assert again.repeated
    assert not first.repeated
    assert again.rejected == first.rejected
    assert store.reader.counts() == before


def test_the_same_content_under_another_name_is_all_duplicates(store, observation):
    store.send(observation("KP", 100.0))
    before = store.reader.hours(PUBLIC, LATER, QUANTITY)
    assert accounts(store.send(observation("KP", 100.0))) == (0, 1, 0, 0)
    assert store.reader.hours(PUBLIC, LATER, QUANTITY) == before


def test_a_name_that_was_used_for_other_content_is_refused(store, observation):
    store.send(observation("KP", 100.0), id="b", content="one")
    with pytest.raises(ConflictError, match="other content"):
        store.send(observation("KP", 101.0), id="b", content="two")
    assert values(store) == {"KP": 100.0}


def test_a_correction_keeps_the_old_revision_as_it_was_known_then(store, observation):
    store.send(observation("KP", 100.0), at=NINE)
    store.send(observation("KP", 150.0), at=NINE + timedelta(minutes=30))
    store.send(observation("KP", None), at=NINE + timedelta(minutes=60))
    known = [values(store, known_at=NINE + timedelta(minutes=m)) for m in (0, 31, 61)]
    assert known[0] == {"KP": 100.0}
    assert known[1] == {"KP": 150.0}
    assert np.isnan(known[2]["KP"])
    assert values(store, known_at=NINE - timedelta(minutes=1)) == {}
    held = store.reader.snapshot(PUBLIC, LATER, QUANTITY, NINE)
    assert held.revision.tolist() == [3]
    assert store.reader.counts()["observation_revision"] == 2


def test_a_change_of_status_alone_is_a_correction(store, observation):
    store.send(observation("KP", 100.0))
    doubted = observation("KP", 100.0, status=Status.SUSPECT, reasons=("spike",))
    assert accounts(store.send(doubted)) == (0, 0, 1, 0)
    (found,) = store.reader.series(PUBLIC, LATER, "KP", QUANTITY, NINE, LATER)
    assert found.observation.status is Status.SUSPECT
    assert found.observation.reasons == ("spike",)
    assert found.revision == 2


def test_a_value_keeps_its_source_its_writer_and_its_batch(store, observation):
    row = observation(
        "KP", 120.0, sd=3.0, source_value="0.12", source_unit="uSv/h", conversion="x 1000"
    )
    store.send(row, id="b-7", at=NINE + timedelta(minutes=5))
    (found,) = store.reader.series(PUBLIC, LATER, "KP", QUANTITY, NINE, LATER)
    assert found.observation == row
    assert (found.batch_id, found.writer, found.revision) == ("b-7", "test", 1)
    assert found.received_at == NINE + timedelta(minutes=5)


def test_an_organisation_writes_for_its_own_stations_only(store, observation):
    answer = store.send(observation("KP", 100.0), observation("UE", 100.0), organisation_id="kz")
    assert accounts(answer) == (1, 0, 0, 1)
    assert answer.rejected[0].code == "forbidden_station"
    assert "UE" not in store.reader.snapshot(ALL, LATER, QUANTITY, NINE).codes


def test_several_values_within_an_hour_are_all_kept(store, observation):
    ten = timedelta(minutes=10)
    rows = [observation("KP", 100.0 + i, NINE + i * ten) for i in range(6)]
    assert accounts(store.send(*rows, at=LATER)) == (6, 0, 0, 0)
    held = store.reader.snapshot(PUBLIC, LATER, QUANTITY, NINE)
    assert held.value.tolist() == [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]


def test_only_the_hours_that_changed_get_a_new_state(store, observation):
    ten = NINE + timedelta(hours=1)
    store.send(observation("KP", 1.0), observation("KP", 1.0, ten), at=LATER)
    before = dict(store.reader.hours(PUBLIC, LATER, QUANTITY))
    store.send(observation("KP", 1.0), observation("KP", 2.0, ten), at=LATER)
    after = dict(store.reader.hours(PUBLIC, LATER, QUANTITY))
    assert after[NINE] == before[NINE]
    assert after[ten] != before[ten]


def test_a_batch_of_an_unfitting_context_is_refused_whole(store, observation):
    for context in (Context.SIMULATED, Context.EXERCISE):
        with pytest.raises(ConflictError, match="folder"):
            store.send(observation("KP", 1.0), context=context)
    store.send(observation("KP", 1.0), context=Context.EVENT)
    held = store.reader.snapshot(PUBLIC, LATER, QUANTITY, NINE)
    assert held.context == ["event"]


def test_a_row_that_breaks_in_mid_batch_leaves_nothing_of_the_batch(store, observation):
    def rows():
        yield observation("KP", 100.0)
        raise OSError("the file ended in mid row")

    before = store.reader.counts()
    cut = Batch("cut", "cut", "test", None, Context.ROUTINE, NINE)
    with pytest.raises(OSError, match="mid row"):
        store.writer.append_observations(cut, rows())
    assert store.reader.counts() == before
    assert accounts(store.writer.append_observations(cut, [observation("KP", 1.0)])) == (1, 0, 0, 0)


def test_what_was_refused_for_an_unknown_station_is_taken_once_the_station_is_known(
    store, observation
):
    store.send(observation("NEW", 77.0), observation("OTHER", 78.0))
    store.writer.put_stations([Station("NEW", "kz-public", 60, 45)], writer="test", at=LATER)
    again = Batch("again", "", "test", None, Context.ROUTINE, LATER)
    assert accounts(store.writer.reprocess_quarantine(again)) == (1, 0, 0, 1)
    assert values(store) == {"NEW": 77.0}
    assert [r.code for r in store.reader.quarantine()] == ["unknown_station"]


def test_waiting_rows_go_in_for_who_sent_them_and_never_over_what_came_since(store, observation):
    store.send(observation("NEW", 999.0), organisation_id="uz", context=Context.EVENT)
    store.send(observation("OWN", 77.0), organisation_id="kz", context=Context.EVENT)
    store.send(observation("LATE", 50.0), organisation_id="kz")
    store.writer.put_stations(
        [Station(code, "kz-public", 60, 45) for code in ("NEW", "OWN", "LATE")],
        writer="test",
        at=LATER,
    )
    store.send(observation("LATE", 60.0), at=LATER, organisation_id="kz")
    again = Batch("again", "", "test", None, Context.ROUTINE, LATER)
    assert accounts(store.writer.reprocess_quarantine(again)) == (1, 1, 0, 1)
    held = store.reader.snapshot(PUBLIC, LATER, QUANTITY, NINE)
    assert values(store) == {"OWN": 77.0, "LATE": 60.0}
    assert dict(zip(held.codes, held.context, strict=True)) == {"OWN": "event", "LATE": "routine"}
    assert [r.code for r in store.reader.quarantine()] == ["forbidden_station"]


def test_a_restored_copy_that_goes_on_otherwise_comes_to_other_states(open_store, observation):
    told = []
    for value in (100.0, 900.0):
        store = open_store(f"copy-{value}")
        store.send(observation("KP", 1.0), id="a", content="same")
        store.send(observation("KP", value), id="b", content=str(value))
        told.append(store.reader.hours(PUBLIC, LATER, QUANTITY))
    assert told[0] != told[1]


@pytest.mark.parametrize("verdict", [Status.VALIDATED, Status.REJECTED])
def test_a_feed_that_sends_a_value_again_leaves_what_a_person_said_of_it(
    store, observation, verdict
):
    def standing():
        (found,) = store.reader.series(PUBLIC, LATER, "KP", QUANTITY, NINE, LATER)
        return found.observation.status

    store.send(observation("KP", 100.0, status=Status.AUTO_PASSED, source_value="100"))
    store.send(observation("KP", 100.0, status=verdict, reasons=("seen",)))
    again = observation("KP", 100.0, status=Status.SUSPECT, source_value="100", detector="GM")
    assert accounts(store.send(again)) == (0, 1, 0, 0)
    assert standing() is verdict
    # Another value is another matter, and so is another verdict.
    other = Status.REJECTED if verdict is Status.VALIDATED else Status.VALIDATED
    assert accounts(store.send(observation("KP", 100.0, status=other))) == (0, 0, 1, 0)
    assert accounts(store.send(observation("KP", 101.0, status=Status.RAW))) == (0, 0, 1, 0)
    assert standing() is Status.RAW


def test_another_detector_alone_is_a_correction(store, observation):
    store.send(observation("KP", 100.0, detector="GM"))
    assert accounts(store.send(observation("KP", 100.0, detector="HPIC"))) == (0, 0, 1, 0)
    (found,) = store.reader.series(PUBLIC, LATER, "KP", QUANTITY, NINE, LATER)
    assert found.observation.detector == "HPIC"
    known = store.reader.datastreams(PUBLIC, LATER)
    assert {d.detector for d in known} == {"HPIC"}
    # Who does not name one says nothing of it.
    assert accounts(store.send(observation("KP", 100.0))) == (0, 1, 0, 0)
    assert accounts(store.send(observation("KP", 101.0))) == (0, 0, 1, 0)
    assert {d.detector for d in store.reader.datastreams(PUBLIC, LATER)} == {"HPIC"}
