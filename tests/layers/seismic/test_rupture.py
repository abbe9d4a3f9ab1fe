import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadInputError
from layers.geo import GEOD
from layers.seismic import boore_2014, events, plane, rupture, scaling
from layers.seismic.motion import Source

TALAS = np.array([[71.3, 42.3], [72.1, 42.0], [73.0, 41.7], [73.5, 41.4], [74.05, 40.75]])


def planar(lon: float, lat: float, strike: float, source: Source) -> rupture.Rupture:
    """A plane of its magnitude's size whose surface projection has its middle at a place."""
    frame, half, width = (
        plane.Plane(lon, lat),
        scaling.length_km(source.mw, source.rake) / 2,
        scaling.width_km(source),
    )
    bearing = np.radians(strike)
    along = np.array([np.sin(bearing), np.cos(bearing)])
    right = np.array([along[1], -along[0]])
    back = right * width * np.cos(np.radians(source.dip)) / 2
    ends = np.array([-along * half - back, along * half - back])
    return rupture.Rupture(source, frame.lonlat(ends[:, 0], ends[:, 1]).T, width)


def brute(quake: rupture.Rupture, lon: float, lat: float) -> tuple[float, float]:
    """R_JB and R_rup by looking at 200 x 100 points of each plane, in ECEF-free plain geometry."""
    plane = quake.plane()
    (sx,), (sy,) = plane.xy(np.array([lon]), np.array([lat]))
    x, y = plane.xy(quake.top[:, 0], quake.top[:, 1])
    along = np.array([x[-1] - x[0], y[-1] - y[0]]) / np.hypot(x[-1] - x[0], y[-1] - y[0])
    right = np.array([along[1], -along[0]])
    dip = np.radians(quake.source.dip)
    s, t = np.meshgrid(np.linspace(0, 1, 200), np.linspace(0, 1, 100))
    rjb, rrup = np.inf, np.inf
    for i in range(len(x) - 1):
        px = x[i] + s * (x[i + 1] - x[i]) + t * right[0] * quake.width_km * np.cos(dip)
        py = y[i] + s * (y[i + 1] - y[i]) + t * right[1] * quake.width_km * np.cos(dip)
        depth = quake.source.ztor_km + t * quake.width_km * np.sin(dip)
        level = np.hypot(px - sx, py - sy)
        rjb, rrup = min(rjb, level.min()), min(rrup, np.hypot(level, depth).min())
    return float(rjb), float(rrup)


@settings(max_examples=60)
@given(
    st.floats(-2, 2), st.floats(-1.5, 1.5), st.floats(0, 359), st.sampled_from([20.0, 50.0, 90.0]),
    st.sampled_from([0.0, 4.0]), st.floats(5.5, 7.8),
)  # fmt: skip
def test_distances_from_a_plane_are_those_of_its_nearest_point(
    east: float, north: float, strike: float, dip: float, ztor: float, mw: float
) -> None:
    quake = planar(74.0, 43.0, strike, Source(mw, 90.0, dip, ztor))
    found = quake.distances(np.array([74.0 + east]), np.array([43.0 + north]))
    rjb, rrup = brute(quake, 74.0 + east, 43.0 + north)
    # Between looked-at points there is half a step: of 150 km in 200, and 25 km in 100.
    step = np.hypot(scaling.length_km(mw, 90.0) / 200, quake.width_km / 100)
    assert rjb - step <= found.rjb[0] <= rjb + 1e-9
    assert rrup - step <= found.rrup[0] <= rrup + 1e-9


def test_distances_from_a_bent_fault_are_those_of_its_nearest_part() -> None:
    quake = rupture.along_trace(TALAS, Source(7.6, 180.0, 70.0), 73.0, 41.7)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(70, 76, 40), rng.uniform(40, 43.5, 40)
    found = quake.distances(lon, lat)
    for i in range(40):
        rjb, rrup = brute(quake, lon[i], lat[i])
        assert found.rjb[i] == pytest.approx(rjb, abs=0.6)
        assert found.rrup[i] == pytest.approx(rrup, abs=0.6)


def test_the_hanging_wall_lies_to_the_right_of_strike() -> None:
    # Strike north, dip east: sites in the east have rx above 0 and lie above the plane.
    quake = planar(74.0, 43.0, 0.0, Source(6.8, 90.0, 40.0, 1.0))
    found = quake.distances(np.array([74.05, 73.0]), np.array([43.0, 43.0]))
    assert found.rx[0] > 0 > found.rx[1]
    assert found.rjb[0] == 0.0
    assert found.rrup[0] > 1.0


def test_a_rupture_is_as_long_as_its_magnitude_and_stays_on_its_fault() -> None:
    for mw in (6.0, 7.0, 7.4):
        quake = rupture.along_trace(TALAS, Source(mw, 180.0), 73.0, 41.7)
        length = GEOD.line_length(quake.top[:, 0], quake.top[:, 1]) / 1000
        assert length == pytest.approx(scaling.length_km(mw, 180.0), rel=0.0005)
    whole = rupture.along_trace(TALAS, Source(8.5, 180.0), 73.0, 41.7)
    assert whole.top == pytest.approx(TALAS)
    # Asked for at its end, it begins there.
    end = rupture.along_trace(TALAS, Source(6.5, 180.0), 70.0, 42.9)
    assert end.top[0] == pytest.approx(TALAS[0])


@given(st.floats(46, 88), st.floats(35, 56), st.floats(-5, 5), st.floats(-4, 4))
def test_epicentral_distances_are_the_geodesic_ones_to_one_in_a_thousand(
    lon: float, lat: float, east: float, north: float
) -> None:
    found = plane.epicentral_km(lon, lat, np.array([lon + east]), np.array([lat + north]))[0]
    geodesic = GEOD.inv(lon, lat, lon + east, lat + north)[2] / 1000
    assert found == pytest.approx(geodesic, rel=0.001, abs=1e-6)
    # Of one place it is reckoned with plain numbers.
    two = plane.epicentral_km(lon, lat, np.array([lon + east, lon]), np.array([lat + north, lat]))
    assert two.tolist() == pytest.approx([found, 0.0], rel=1e-12, abs=1e-9)


def test_lengths_are_those_of_wells_and_coppersmith() -> None:
    # The published table of subsurface lengths of all slip types.
    for mw, km in ((5, 3.2359), (6, 12.5893), (7, 48.9779), (8, 190.5461)):
        assert scaling.length_km(mw) == pytest.approx(km, rel=1e-3)
        assert scaling.magnitude(km) == pytest.approx(mw, abs=1e-3)
    assert scaling.length_km(7, 0) == pytest.approx(10 ** (-2.57 + 0.62 * 7))
    assert scaling.length_km(7, 90) == pytest.approx(10 ** (-2.42 + 0.58 * 7))
    assert scaling.length_km(7, -90) == pytest.approx(10 ** (-1.88 + 0.50 * 7))


def test_a_plane_is_no_wider_than_the_crust_breaks() -> None:
    assert scaling.width_km(Source(8.0, 0.0)) == pytest.approx(20.0)
    assert scaling.width_km(Source(8.0, 90.0, 30.0)) == pytest.approx(40.0)
    assert scaling.width_km(Source(5.0, 0.0)) == pytest.approx(10 ** (-0.76 + 0.27 * 5))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (Source(9.5), "magnitude of 9.5"),
        (Source(float("nan")), "magnitude of nan"),
        (Source(7, 200), "rake of 200"),
        (Source(7, 0, 1), "dip of 1"),
        (Source(7, 0, 90, -1), "depth of the top edge of -1"),
    ],
)
def test_a_source_that_cannot_be_is_refused(source: Source, told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        rupture.along_trace(TALAS, source, 73.0, 41.7)


def test_a_trace_without_a_length_is_refused() -> None:
    with pytest.raises(BadInputError, match="no length"):
        rupture.along_trace(np.array([[73.0, 41.0], [73.0, 41.0]]), Source(7), 73.0, 41.0)


def test_an_event_of_unknown_strike_shakes_as_the_mean_over_its_strikes() -> None:
    mw, depth = 7.0, 25.0
    made = events.event_shaking(boore_2014.pga, mw, depth, 760.0)
    for east in (0.2, 0.7, 2.0):
        away = plane.epicentral_km(70.0, 42.0, np.array([70.0 + east]), np.array([42.0]))
        # The length of all slip types, as the event takes it: ruptures turned one by one.
        means = []
        for strike in np.arange(0.5, 180, 3):
            half = scaling.length_km(mw) / 2
            around = plane.Plane(70.0, 42.0)
            ends = half * np.array([np.sin(np.radians(strike)), np.cos(np.radians(strike))])
            top = around.lonlat(np.array([-ends[0], ends[0]]), np.array([-ends[1], ends[1]])).T
            one = rupture.Rupture(Source(mw, 0.0, 90.0, 5.0), top, 15.0)
            means.append(
                boore_2014.pga(
                    one.source, one.distances(np.array([70.0 + east]), np.array([42.0])), 760.0
                ).mean[0]
            )
        found = made.at(away)
        assert found.mean[0] == pytest.approx(np.mean(means), abs=0.01)
        within = boore_2014.pga(Source(mw), events.strike_distances(away, mw, 5.0), 760.0).phi
        assert found.phi[0] == pytest.approx(np.sqrt((within**2).mean() + np.var(means)), rel=0.02)


def test_beyond_the_reach_of_a_model_nothing_is_said() -> None:
    made = events.event_shaking(boore_2014.pga, 6.0, 10.0, 760.0)
    assert np.isnan(made.at(np.array([events.REACH_KM * 1.01])).mean[0])
