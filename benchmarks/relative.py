"""What is relative to the usual between the stations: two ways, each station left out in turn.

    python -m benchmarks relative

The demonstration network, a month of past and 36 hours of three seasons. ``a``: what is foretold of
the dose rate, over the median of what was foretold of the same place in the month before. ``b``:
what is foretold of the ratios of the other stations to their own normals, as the layer has it.
The truth is the ratio of the station that was left out to its own normal.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from layers import demo, geo, interpolation
from layers.geo import Bounds
from layers.interpolation.validation import left_out
from layers.refresh.normals import hours_of_normal
from layers.refresh.week import hours_before

FloatArray = NDArray[np.float64]
MONTHS, HOURS = (3, 7, 11), 36
RAISED = 1.1
HOUR = timedelta(hours=1)


def values(hours: Sequence[datetime]) -> FloatArray:
    """Dose rates in nSv/h, shape (stations, hours), NaN in gaps."""
    return np.stack([demo.simulate("ambient_dose_rate", hour)[0] for hour in hours], axis=1)


class Network:
    """Where the stations are, and what is foretold of one by all others."""

    def __init__(self) -> None:
        stations = demo.station_table().stations
        lon, lat = np.array([(s.lon, s.lat) for s in stations]).T
        self.place = np.array(geo.plane(Bounds(46, 37, 88, 56), lon, lat))
        self.networks = [station.network_id for station in stations]

    def learn(self, week: FloatArray, apart: bool) -> interpolation.Learnt:
        """Parameters from a week; ``apart`` tells offsets of networks from the field."""
        return interpolation.learn(*self.place, week, networks=self.networks if apart else None)

    def foretold(
        self, value: FloatArray, known: interpolation.Learnt, apart: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Logarithm of what each station is foretold to show, and its standard deviation."""
        there = np.flatnonzero(np.isfinite(value))
        networks = [self.networks[i] for i in there] if apart else None
        field = interpolation.fit(
            *self.place[:, there], value[there], known=known, networks=networks
        )
        z, error, variance = left_out(field)
        found = np.full((2, len(value)), np.nan)
        found[0, there] = (z - error)[field.sites.site]
        found[1, there] = np.sqrt(variance + field.parameters.nugget_site)[field.sites.site]
        return found[0], found[1]


def main() -> None:
    """Print errors in per cent of what is usual."""
    network, off = Network(), []
    rows: list[tuple[FloatArray, ...]] = []
    for month in MONTHS:
        until = datetime(2026, month, 20, tzinfo=UTC)
        past, week = values(hours_of_normal(until)), values(hours_before(until))
        normal = np.nanmedian(past, axis=1)
        every = values([until - HOUR * k for k in range(1, 24 * 30 + 1)])
        off.append(np.abs(normal / np.nanmedian(every, axis=1) - 1))
        of_rate = network.learn(week, apart=True)
        of_ratio = network.learn(week / normal[:, None], apart=False)
        before = [network.foretold(hour, of_rate, apart=True)[0] for hour in past.T]
        reference = np.nanmedian(before, axis=0)
        for value in values([until + HOUR * k for k in range(HOURS)]).T:
            ratio, sd = network.foretold(value / normal, of_ratio, apart=False)
            rate, _ = network.foretold(value, of_rate, apart=True)
            rows.append((np.log(value / normal), rate - reference, ratio, sd))
    truth, a, b, sd = (np.concatenate(column) for column in zip(*rows, strict=True))
    seen = np.isfinite(truth + a + b)
    raised = seen & (truth > np.log(RAISED))
    print(f"{seen.sum()} values, {raised.sum()} above x{RAISED}; error in % of what is usual")
    for name, said in (("as usual everywhere", 0 * truth), ("a", a), ("b", b)):
        error = 100 * np.expm1(said - truth)
        rmse = np.sqrt(np.mean(error[seen] ** 2))
        print(
            f"{name:20s} MAE {np.abs(error[seen]).mean():4.1f}  RMSE {rmse:4.1f}  "
            f"MAE of what is raised {np.abs(error[raised]).mean():4.1f}"
        )
    inside = [np.mean(np.abs((b - truth) / sd)[seen] < k) for k in (0.6745, 1.6449)]
    print(f"intervals of b: 50 % hold {inside[0]:.1%}, 90 % hold {inside[1]:.1%}")
    all_off = 100 * np.concatenate(off)
    print(
        "normal of every seventh hour beside that of every hour: "
        f"median {np.median(all_off):.2f} %, largest {all_off.max():.2f} %"
    )


if __name__ == "__main__":
    main()
