import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import seismic
from layers.seismic import merging

DAY = 86_400.0


def stands(*rows: tuple[float, str, float, float, float, str, float]) -> list[int]:
    time_s, precision, lon, lat, mag, source, rank = zip(*rows, strict=True)
    return seismic.one_event(
        np.array(time_s), precision, np.array(lon), np.array(lat), np.array(mag), source,
        np.array(rank),
    ).tolist()  # fmt: skip


def test_one_event_of_two_catalogues_is_shown_once_by_the_better_one() -> None:
    found = stands(
        (10.0, "time", 70.3, 42.2, 6.4, "B", 1.0),
        (0.0, "time", 70.0, 42.0, 6.6, "A", 0.0),
        (0.0, "time", 78.0, 42.0, 6.6, "B", 0.0),
    )
    assert found == [1, 1, 2]


def test_two_events_of_one_catalogue_stay_two() -> None:
    assert stands(
        (0.0, "time", 70.0, 42.0, 6.6, "A", 0.0), (5.0, "time", 70.0, 42.0, 6.5, "A", 0.0)
    ) == [0, 1]


def test_an_aftershock_soon_after_is_joined_with_its_own_and_not_with_the_main_shock() -> None:
    found = stands(
        (0.0, "time", 70.0, 42.0, 6.6, "A", 0.0),
        (40.0, "time", 70.1, 42.0, 6.0, "A", 0.0),
        (1.0, "time", 70.0, 42.1, 6.5, "B", 1.0),
        (41.0, "time", 70.1, 42.1, 6.1, "B", 1.0),
    )
    assert found == [0, 1, 0, 1]


def test_what_is_far_or_much_smaller_or_later_is_another_event() -> None:
    found = stands(
        (0.0, "time", 70.0, 42.0, 6.6, "A", 0.0),
        (0.0, "time", 71.4, 42.0, 6.6, "B", 1.0),  # 116 km
        (0.0, "time", 70.0, 42.0, 5.4, "C", 1.0),
        (70.0, "time", 70.0, 42.0, 6.6, "D", 1.0),
    )
    assert found == [0, 1, 2, 3]


def test_a_date_alone_is_joined_within_that_day_and_farther() -> None:
    found = stands(
        (0.6 * DAY, "time", 70.0, 42.0, 7.0, "A", 0.0),
        (0.0, "day", 71.5, 42.0, 7.4, "B", 2.0),
        (-3 * DAY, "day", 71.5, 42.0, 7.4, "C", 2.0),
        (-100 * DAY, "year", 70.5, 42.0, np.nan, "D", 6.0),
    )
    assert found == [0, 0, 2, 0]


def test_an_event_without_a_time_is_nobodys() -> None:
    assert stands(
        (np.nan, "time", 70.0, 42.0, 6.6, "A", 0.0), (0.0, "time", 70.0, 42.0, 6.6, "B", 0.0)
    ) == [0, 1]


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_what_stands_stands_for_itself_and_for_one_of_each_catalogue_at_most(
    seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    source = rng.choice(["A", "B", "C"], n)
    found = seismic.one_event(
        rng.uniform(0, 300, n), ["time"] * n, rng.uniform(70, 71, n), rng.uniform(42, 42.5, n),
        rng.uniform(5, 7, n), source.tolist(), rng.integers(0, 3, n).astype(float),
    )  # fmt: skip
    for i in range(n):
        assert found[found[i]] == found[i]
        group = np.flatnonzero(found == i)
        assert len(set(source[group])) == len(group)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_only_those_are_passed_over_that_cannot_be_one_with_it(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 500, n) * DAY)
    precision = rng.choice(["time", "day", "month", "year"], n).tolist()
    lon, lat = rng.integers(0, 3, (2, n)).astype(float)
    magnitude, source = rng.integers(5, 7, n).astype(float), rng.choice(["A", "B", "C"], n)
    rank = rng.integers(0, 3, n).astype(float)
    found = seismic.one_event(time_s, precision, lon, lat, magnitude, source.tolist(), rank)
    # All that stand are looked at, in the order of time.
    spans = np.array([merging._DATED_S[word] for word in precision])
    place = merging.vectors(lon, lat)
    stands, standing = list(range(n)), {}
    for i in np.lexsort((np.arange(n), time_s, rank)).tolist():
        near = [j for j in np.argsort(time_s, kind="stable").tolist()
                if j in standing and source[i] not in standing[j]]  # fmt: skip
        one = merging._nearest(i, near, time_s, spans, place, magnitude)
        if one is None or np.isnan(time_s[i]):
            standing[i] = {source[i]}
        else:
            stands[i] = one
            standing[one].add(source[i])
    assert found.tolist() == stands


def test_one_event_known_by_its_year_makes_no_other_look_farther(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = []
    nearest = merging._nearest
    monkeypatch.setattr(
        merging, "_nearest", lambda i, near, *more: looked_at.append(len(near)) or nearest(
            i, near, *more
        )
    )  # fmt: skip
    n = 600
    rng = np.random.default_rng(1)
    seismic.one_event(
        rng.uniform(0, 4 * 365 * DAY, n), ["year"] + ["time"] * (n - 1), rng.uniform(46, 88, n),
        rng.uniform(36, 55, n), rng.uniform(3, 6, n), ["A", "B"] * (n // 2), np.zeros(n),
    )  # fmt: skip
    assert sum(looked_at) < 3 * n
