"""What parameters are learnt from, and how often: twenty stations in a week, or a first day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from layers import interpolation, refresh
from layers.geo import Bounds
from layers.model import Context, LayerDefinition
from layers.refresh import mapping
from layers.store import Reader, Writer

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""Parameters are others from here on."""
NOW = NOON + 24 * HOUR
DOSE, COUNT = "ambient_dose_rate", 20
BOX = Bounds(66, 40, 78, 46)
LAYERS = (
    LayerDefinition("dose-rate", "surface", "Dose", quantity=DOSE, domain=BOX, native_zoom=2),
)
HEADER = "station_code,lon,lat,time_start_utc,time_end_utc,quantity,value,unit"


class Network:
    """Twenty stations, and how many times parameters were learnt from a past."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writer, self.reader = Writer(root, Context.ROUTINE), Reader(root)
        self.chance = np.random.default_rng(4)
        self.lon = self.chance.uniform(67, 77, COUNT)
        self.lat = self.chance.uniform(41, 45, COUNT)
        self.level = 100 * np.exp(0.2 * np.sin(self.lon) + 0.05 * self.chance.normal(size=COUNT))
        self.learnt: list[int] = []
        learn = interpolation.learn
        monkeypatch.setattr(
            interpolation,
            "learn",
            lambda x_m, *about, **more: (
                self.learnt.append(len(x_m)),
                learn(x_m, *about, **more),
            )[1],
        )

    def report(self, at: datetime, count: int = COUNT, minutes: tuple[int, int] = (0, 60)) -> None:
        """Bring an hour, or minutes of it, of the first ``count`` stations."""
        times = (at + timedelta(minutes=minute) for minute in minutes)
        begin, end = (f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in times)
        values = self.level * np.exp(0.01 * self.chance.normal(size=COUNT))
        rows = [
            f"S{i:02d},{x:.3f},{y:.3f},{begin},{end},{DOSE},{v:.2f},nSv/h"
            for i, (x, y, v) in enumerate(zip(self.lon, self.lat, values, strict=True))
        ]
        body = "\n".join([HEADER, *rows[:count]]).encode()
        facts = {"received_at": NOW, "context": Context.ROUTINE}
        delivery = refresh.Delivery(body=body, name="x.csv", writer="t", **facts)
        refresh.ingest(self.writer, self.reader, delivery, 1_000_000)

    def made(self, at: datetime, kept: refresh.Standing | None) -> bytes:
        """Return the bands of the surface of an hour."""
        (task,) = (t for t in refresh.outdated(self.reader, LAYERS, NOW, 999) if t.hour == at)
        surface = refresh.build(self.reader, task, NOW, 1, Context.ROUTINE, kept)
        assert surface is not None
        return surface.bands.tobytes()


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    made = Network(tmp_path, monkeypatch)
    yield made
    made.reader.close()
    made.writer.close()


def test_what_the_hours_after_the_newest_need_is_learnt_before_they_come(network: Network) -> None:
    standing = refresh.Standing()
    for step in range(14, 0, -1):
        network.report(NOON - step * timedelta(hours=12))
    network.report(NOON - 6 * HOUR)
    refresh.look_ahead(network.reader, LAYERS, NOW, standing, lambda: False)
    assert network.learnt == []  # there is time yet
    network.report(NOON - 2 * HOUR)
    refresh.look_ahead(network.reader, LAYERS, NOW, standing, lambda: False)
    refresh.look_ahead(network.reader, LAYERS, NOW, standing, lambda: False)
    assert len(network.learnt) == 1
    network.report(NOON)
    ahead = network.made(NOON, standing)
    assert len(network.learnt) == 1
    assert ahead == network.made(NOON, None)  # nothing else than who comes unprepared
    assert len(network.learnt) == 2


def test_looking_ahead_gives_way_to_new_data_and_goes_on_afterwards(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing, made = refresh.Standing(), []
    routine = mapping.routine
    monkeypatch.setattr(mapping, "routine", lambda *about: made.append(routine(*about)))
    for step in range(14, 0, -1):
        network.report(NOON - step * timedelta(hours=12))
    network.report(NOON - 2 * HOUR)
    for interrupted, count in ((True, 0), (True, 0), (False, 1), (False, 1)):
        refresh.look_ahead(network.reader, LAYERS, NOW, standing, lambda v=interrupted: v)
        assert len(network.learnt) == 1  # what was learnt stays
        assert len(made) == count


def test_a_network_in_its_first_day_learns_once_from_the_hour_it_began_in(
    network: Network,
) -> None:
    standing = refresh.Standing()
    hours = [NOON + step * HOUR for step in (1, 2, 3, 12)]
    for hour in hours:
        network.report(hour)
    bands = {hour: network.made(hour, standing) for hour in reversed(hours)}
    assert network.learnt == [COUNT]
    # Whatever hour is made first, and by whom.
    assert network.made(hours[2], None) == bands[hours[2]]


def test_an_hour_in_which_few_reported_yet_is_not_learnt_from(network: Network) -> None:
    begin = NOON + HOUR
    network.report(begin, 17)
    network.report(begin + HOUR)
    network.report(begin + 2 * HOUR, 18)
    standing = refresh.Standing()
    network.made(begin + 2 * HOUR, standing)  # 17 of 18 are enough
    assert network.learnt == [17]
    network.made(begin + HOUR, standing)  # of 20 they are not
    assert [count for count in network.learnt if count] == [17]


def test_stations_are_counted_and_not_how_often_they_reported(network: Network) -> None:
    standing, begin = refresh.Standing(), NOON + HOUR
    for minute in range(0, 60, 10):
        network.report(begin, COUNT // 2, minutes=(minute, minute + 10))
    network.report(begin + HOUR)
    network.made(begin + HOUR, standing)
    assert [count for count in network.learnt if count] == []
    for minute in range(0, 60, 10):
        network.report(begin + HOUR, minutes=(minute, minute + 10))
    network.made(begin, standing)
    assert network.learnt[-1] == COUNT // 2  # a station once, with the last that it showed


def test_a_network_that_reports_once_a_day_has_a_week_behind_it(network: Network) -> None:
    """At six: never in an hour that parameters are learnt from twice a day."""
    for day in range(4):
        network.report(NOON + 18 * HOUR - day * timedelta(days=1))
    network.made(NOON + 18 * HOUR, refresh.Standing())
    assert [count for count in network.learnt if count] == []
