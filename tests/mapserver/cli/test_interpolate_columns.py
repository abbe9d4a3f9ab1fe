"""`mapserver interpolate` takes covariates, networks and errors of devices by name of column."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mapserver.cli import main

HEADER = "id,x,y,value,altitude,network,error"


class Tables:
    def __init__(self, folder: Path) -> None:
        self.stations, self.points, self.days, self.out = (
            folder / name for name in ("stations.csv", "points.csv", "days.csv", "out.csv")
        )
        chance = np.random.default_rng(1)
        n = 120
        x, y = chance.uniform(0, 400e3, (2, n)).round()
        self.altitude = chance.uniform(200, 3_000, n + 4).round()
        self.high = np.arange(n) % 2 == 1
        latent = 4.6 + 0.1 * np.sin(x / 1e5) + 2e-4 * self.altitude[:n]
        self.value = np.exp(latent + 0.02 * chance.standard_normal(n)) * np.where(self.high, 1.2, 1)
        self.rows = [
            [f"s{i}", f"{x[i]:.0f}", f"{y[i]:.0f}", f"{self.value[i]:.2f}",
             f"{self.altitude[i]:.0f}", "uz" if self.high[i] else "kz", "2"]
            for i in range(n)
        ]  # fmt: skip
        self.write(self.rows)
        places = [f"p{k},{1e5 + 5e4 * k},2e5,{a:.0f}" for k, a in enumerate(self.altitude[n:])]
        self.points.write_text("\n".join(["id,x,y,altitude", *places]))
        self.true = np.exp(4.6 + 0.1 * np.sin(1 + 0.5 * np.arange(4)) + 2e-4 * self.altitude[n:])

    def write(self, rows: list[list[str]], header: str = HEADER) -> None:
        self.stations.write_text("\n".join([header, *(",".join(row) for row in rows)]))

    def run(self, *more: str) -> Result:
        words = ["interpolate", str(self.stations), "--at", str(self.points)]
        return CliRunner().invoke(main, [*words, "--out", str(self.out), *more])

    def predicted(self, *more: str) -> Any:
        done = self.run(*more)
        assert done.exit_code == 0, (done.output, done.exception)
        return np.genfromtxt(self.out, delimiter=",", names=True), done.output


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def test_a_covariate_brings_the_prediction_nearer_and_is_told(tables: Tables) -> None:
    plain, said = tables.predicted("--network", "network")
    assert "altitude" not in said
    better, said = tables.predicted("--network", "network", "--covariate", "altitude")
    off = [
        np.sqrt(np.mean(np.log(each["median"] / tables.true / np.sqrt(1.2)) ** 2))
        for each in (plain, better)
    ]
    assert off[1] < 0.05 < off[0]
    # 2e-4 for each metre, and a standard deviation of some 800 m
    factor = np.exp(2e-4 * tables.altitude[:-4].std()) - 1
    told = float(said.split("altitude: +")[1].split(" %")[0])
    assert told == pytest.approx(100 * factor, abs=1.5)
    assert (better["sd"] < plain["sd"]).all()


def test_two_networks_that_differ_by_a_fifth_are_told_with_their_offset(tables: Tables) -> None:
    _, said = tables.predicted("--covariate", "altitude", "--network", "network")
    words = said.split("offsets of networks, beyond their average: ")[1].split("\n")[0]
    low, high = (each.split() for each in words.split(", "))
    assert (low[0], high[0], low[2:4]) == ("kz", "uz", ["%", "±"])
    ratio = (1 + float(high[1]) / 100) / (1 + float(low[1]) / 100)
    error = float(high[4]) / 100
    assert abs(ratio - 1.2) < 6 * error < 0.08
    one = [[*row[:5], "kz", row[6]] for row in tables.rows]
    tables.write(one)
    assert "offsets" not in tables.predicted("--network", "network")[1]


def test_values_that_may_be_negative_have_offsets_in_their_own_unit(tables: Tables) -> None:
    rows = [
        [*row[:3], f"{5 * np.sin(i) + (3 if row[5] == 'uz' else 0):.2f}", *row[4:]]
        for i, row in enumerate(tables.rows)
    ]
    tables.write(rows)
    said = tables.predicted("--network", "network", "--unit", "nSv/h")[1]
    # known to a tenth of the spread beforehand, they stay nearer to nothing than +-1.5
    assert re.search(r": kz (-0\.\d+) ± 0\.\d+ nSv/h, uz \+0\.\d+ ± 0\.\d+ nSv/h\n", said)


def test_a_device_with_a_large_error_weighs_less(tables: Tables) -> None:
    at = np.argmin([np.hypot(float(r[1]) - 1e5, float(r[2]) - 2e5) for r in tables.rows])
    rows = [list(row) for row in tables.rows]
    rows[at][3], rows[at][6] = f"{1.15 * tables.value[at]:.2f}", "60"
    tables.write(rows)
    known = tables.predicted("--error", "error", "--covariate", "altitude")[0]
    without = tables.predicted("--covariate", "altitude")[0]
    plain = tables.out.read_bytes()
    assert known["mean"][0] < without["mean"][0]
    # an empty cell is a device of which nothing is known
    tables.write([[*row[:6], ""] for row in rows])
    tables.predicted("--error", "error", "--covariate", "altitude")
    assert tables.out.read_bytes() == plain


def test_an_empty_covariate_counts_as_the_average(tables: Tables) -> None:
    known = [float(row[4]) for row in tables.rows]
    points = tables.points.read_text().splitlines()
    average, empty = ([points[0], points[1].rsplit(",", 1)[0] + ","] for _ in range(2))
    average[1] += f"{np.mean(known):.6f}"
    found = []
    for lines in (average, empty):
        tables.points.write_text("\n".join(lines))
        found.append(tables.predicted("--covariate", "altitude")[0])
    for name in ("mean", "sd"):
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-4)
    tables.points.write_text("id,x,y,altitude\n")
    tables.predicted("--covariate", "altitude")


def test_a_covariate_that_is_the_same_everywhere_is_told_to_tell_nothing(tables: Tables) -> None:
    tables.write([[*row[:4], "500", *row[5:]] for row in tables.rows])
    said = tables.predicted("--covariate", "altitude")[1]
    assert "altitude is the same at all stations" in said


def test_columns_that_are_named_are_no_days_of_the_history(tables: Tables) -> None:
    rows = [[row[0], row[3], row[4], row[5]] for row in tables.rows]
    lines = ["id,monday,altitude,network", *(",".join(row) for row in rows)]
    tables.days.write_text("\n".join(lines))
    more = ("--covariate", "altitude", "--network", "network", "--history", str(tables.days))
    tables.predicted(*more)


def test_columns_that_nobody_named_change_nothing(tables: Tables) -> None:
    tables.predicted()
    before = tables.out.read_bytes()
    tables.write([row[:4] for row in tables.rows], "id,x,y,value")
    tables.predicted()
    assert tables.out.read_bytes() == before


@pytest.mark.parametrize(
    ("more", "change", "said"),
    [
        (["--covariate", "altitde"], {}, 'no column "altitde"; did you mean "altitude"?'),
        (["--covariate", "rain"], {}, 'stations.csv has no column "rain"; it has id, x, y, '),
        (["--covariate", "error"], {}, 'points.csv has no column "error"'),
        (["--network", "net"], {}, 'stations.csv has no column "net"; did you mean "network"?'),
        (["--error", "sd"], {}, 'stations.csv has no column "sd"'),
        (["--covariate", "network"], {}, 'line 2: network is "kz"; a number was expected'),
        (["--covariate", "altitude"], {4: "high"}, 'line 4: altitude is "high"; a number was'),
        (["--covariate", "altitude"], {4: "inf"}, 'line 4: altitude is "inf"; it must be finite'),
        (["--network", "network"], {5: " "}, "line 4: network is empty"),
        (["--error", "error"], {6: "much"}, 'line 4: error is "much"; a number was expected'),
        (["--error", "error"], {6: "-1"}, 'line 4: error is "-1"; it cannot be below 0'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_by_file_line_and_column(
    tables: Tables, more: list[str], change: dict[int, str], said: str
) -> None:
    for column, text in change.items():
        tables.rows[2][column] = text
    tables.write(tables.rows)
    done = tables.run(*more)
    assert done.exit_code == 1, (done.output, done.exception)
    assert done.output.startswith("mapserver: ")
    assert said in done.output
    assert not tables.out.exists()


def test_a_covariate_of_the_points_must_be_a_number_too(tables: Tables) -> None:
    tables.points.write_text("id,x,y,altitude\np,0,0,high\n")
    done = tables.run("--covariate", "altitude")
    assert done.exit_code == 1
    assert 'points.csv, line 2: altitude is "high"; a number was expected' in done.output
