"""The store does what a dictionary would, whatever is sent, repeated, corrected or looked up."""

import math
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from layers.model import Context, Network, Observation, Organisation, Station, Status
from layers.store import PUBLIC, Batch, Reader, Writer

START = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUANTITY = "ambient_dose_rate"
STATIONS = ("A", "B", "C")
END = START + 100 * HOUR

ROWS = st.lists(
    st.tuples(
        st.sampled_from((*STATIONS, "unknown")),
        st.integers(0, 3),
        st.sampled_from((None, 0.0, 100.0, 100.5)),
        st.sampled_from((Status.RAW, Status.SUSPECT)),
    ),
    max_size=8,
)


class StoreAgainstDictionary(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.writer = Writer(self.root, Context.ROUTINE)
        self.writer.put_organisations([Organisation("o", "O", "KZ")], writer="t", at=START)
        self.writer.put_networks([Network("n", "o", "N")], writer="t", at=START)
        self.writer.put_stations(
            [Station(code, "n", 60, 45) for code in STATIONS], writer="t", at=START
        )
        self.reader = Reader(self.root)
        self.now = START + 10 * HOUR
        self.sent = {}
        self.answers = {}
        self.past = [(self.now, {})]

    def teardown(self):
        if hasattr(self, "folder"):
            self.reader.close()
            self.writer.close()
            self.folder.cleanup()

    @rule(rows=ROWS)
    def send(self, rows):
        self.now += timedelta(seconds=1)
        name = f"batch-{len(self.sent)}"
        self.sent[name] = (rows, self.now)
        known = dict(self.past[-1][1])
        accepted = duplicate = corrected = rejected = 0
        for code, hour, value, status in rows:
            held = known.get((code, hour))
            if code == "unknown":
                rejected += 1
            elif held is None:
                accepted += 1
                known[code, hour] = (value, status, 1)
            elif held[:2] == (value, status):
                duplicate += 1
            else:
                corrected += 1
                known[code, hour] = (value, status, held[2] + 1)
        self.past.append((self.now, known))
        self.answers[name] = (accepted, duplicate, corrected, rejected)
        assert self.give(name) == (*self.answers[name], False)

    def give(self, name):
        rows, at = self.sent[name]
        batch = Batch(name, name, "t", None, Context.ROUTINE, at)
        answer = self.writer.append_observations(
            batch,
            [
                Observation(
                    code, QUANTITY, START + hour * HOUR, START + (hour + 1) * HOUR, value,
                    status=status,
                )
                for code, hour, value, status in rows
            ],
        )  # fmt: skip
        counts = (answer.accepted, answer.duplicate, answer.corrected, len(answer.rejected))
        return (*counts, answer.repeated)

    @rule(data=st.data())
    def repeat(self, data):
        if self.sent:
            name = data.draw(st.sampled_from(sorted(self.sent)))
            assert self.give(name) == (*self.answers[name], True)

    @rule()
    def reopen(self):
        self.reader.close()
        self.writer.close()
        self.writer, self.reader = Writer(self.root), Reader(self.root)

    @rule(data=st.data())
    def look_back(self, data):
        at, known = data.draw(st.sampled_from(self.past))
        assert self.seen(at) == {key: held[:2] for key, held in known.items()}

    @invariant()
    def what_stands_is_what_a_dictionary_holds(self):
        if hasattr(self, "reader"):
            known = self.past[-1][1]
            assert self.seen() == {key: held[:2] for key, held in known.items()}
            hours = dict(self.reader.hours(PUBLIC, END, QUANTITY))
            assert set(hours) == {START + hour * HOUR for _, hour in known}

    def seen(self, known_at=None):
        found = {}
        for hour in range(4):
            held = self.reader.snapshot(
                PUBLIC, END, QUANTITY, START + hour * HOUR, known_at=known_at
            )
            for code, value, status in zip(held.codes, held.value, held.status, strict=True):
                found[code, hour] = (None if math.isnan(value) else float(value), Status(status))
        return found


StoreAgainstDictionary.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None
)
TestStore = StoreAgainstDictionary.TestCase
