import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from layers.kinds import hazard_files
from layers.model import hazard_values
from mapserver.cli import main

SHARED = Path(__file__).parents[4] / "shared" / "data" / "seismic"


def catalogue(path: Path, rows: int = 300) -> Path:
    """Events of one rate over a hundred years, b = 1, some deep, one without a magnitude."""
    rng = np.random.default_rng(4)
    lines = ["time,lon,lat,depth_km,mag,id"]
    for i in range(rows):
        year = 1920 + 100 * i // rows
        mag = f"{4.95 + rng.exponential(1 / np.log(10)):.1f}" if i else ""
        depth = 200 if i % 50 == 1 else 12
        lines.append(
            f"{year}-03-{1 + i % 28:02}T00:00:00Z,{rng.normal(70, 2):.2f},{rng.normal(42, 1):.2f},"
            f"{depth},{mag},e{i}"
        )
    path.write_text("\n".join(lines), "utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["hazard", *map(str, words)])


def test_a_catalogue_becomes_a_data_set_that_is_a_layer_by_one_entry(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("id,lon,lat\nnear,70,42\nfar,75,44.5\n")
    out = tmp_path / "own"
    done = run(
        catalogue(tmp_path / "quakes.csv"), "--out", out, "--bounds", "66,39,76,45", "--step", 1,
        "--at", points, "--title", "Own model", "--licence", "CC0",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "b = " in done.output
    assert "demonstration" in done.output
    dataset = hazard_files.read(out / "hazard.toml")
    assert (dataset.manifest.status, dataset.manifest.licence) == ("demonstration", "CC0")
    assert "sha256" in dataset.manifest.source
    near, far = ([v.value for v in hazard_values([dataset], *at)] for at in ((70, 42), (75, 44.5)))
    assert near == sorted(near, key=float)  # type: ignore[arg-type]
    assert all(a > b for a, b in zip(near, far, strict=True))  # type: ignore[operator]
    report = json.loads((out / "report.json").read_text())
    assert report["catalogue"]["events"] == 300
    assert report["catalogue"]["without_magnitude"] == 1
    assert report["catalogue"]["deeper_than_km"]["left_out"] == 6
    assert report["recurrence"]["b"] == pytest.approx(1.0, abs=0.25)
    zones = json.loads((out / "zones_475.geojson").read_text())["features"]
    assert {z["properties"]["status"] for z in zones} == {"demonstration"}
    with (out / "curves.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["id"] == "near"]
    rates, chances = ([float(r[n]) for r in rows] for n in ("annual_rate", "annual_probability"))
    assert rates == sorted(rates, reverse=True)
    assert chances[0] < rates[0]
    entry = tmp_path / "catalog.toml"
    entry.write_text(
        'title = "Own"\n[[layer]]\nid = "own"\nkind = "hazard"\ntitle = "Own"\n'
        'path = "own/hazard.toml"\nunit = "g"\n'
    )
    checked = CliRunner().invoke(main, ["catalog", "check", "--catalog", str(entry)])
    assert checked.exit_code == 0, checked.output


def test_the_same_catalogue_gives_the_same_files(tmp_path: Path) -> None:
    table = catalogue(tmp_path / "quakes.csv")
    bodies = []
    for name in ("a", "b"):
        done = run(table, "--out", tmp_path / name, "--bounds", "68,40,72,44", "--step", 1)
        assert done.exit_code == 0, done.output
        bodies.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert bodies[0] == bodies[1]


def test_choices_are_told_and_change_the_answer(tmp_path: Path) -> None:
    table = catalogue(tmp_path / "quakes.csv")
    said = ("--bounds", "68,40,72,44", "--step", 1, "--least", 5.2, "--complete", "5.2=1950")
    done = run(table, "--out", tmp_path / "a", *said, "--complete", "6=1920", "--vs", 300)
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "a" / "report.json").read_text())
    assert report["complete_since"] == {"5.2": 1950, "6": 1920}
    assert report["choices"]["vs30_m_s"] == 300
    assert hazard_files.read(tmp_path / "a" / "hazard.toml").manifest.vs30_m_s == 300


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--bounds", "1,2,3"], "W,S,E,N"),
        (["--bounds", "70,40,60,45"], "west < east"),
        (["--complete", "6"], "M=YEAR"),
        (["--step", "0"], "step of 0.05"),
        (["--least", "8"], "are needed for a slope"),
        (["--id", "Own model"], "lower-case"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    tmp_path: Path, words: list[str], told: str
) -> None:
    table = catalogue(tmp_path / "quakes.csv")
    done = run(table, "--out", tmp_path / "out", "--bounds", "68,40,72,44", "--step", 1, *words)
    assert done.exit_code == 1
    assert told in done.output
    assert not (tmp_path / "out").exists()


def test_files_that_are_no_catalogue_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "values.csv"
    table.write_text("station_code,time,value,unit,quantity\nA,2026-01-01T00:00:00Z,1,nSv/h,dose\n")
    assert "no catalogue of earthquakes" in run(table, "--out", tmp_path / "o").output
    assert "No such file" in run(tmp_path / "absent.csv", "--out", tmp_path / "o").output


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_a_real_catalogue_has_the_slope_that_its_note_found(tmp_path: Path) -> None:
    done = run(
        SHARED / "iscgem_v7_main_1904_2016.csv", "--out", tmp_path / "o", "--least", 5.5,
        "--step", 1,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "o" / "report.json").read_text())["recurrence"]
    # The note of the data: Weichert b = 0.79, 3.5 events of M 5.5 and more a year.
    assert found["b"] == pytest.approx(0.79, abs=0.06)
    assert found["rate"] == pytest.approx(3.5, rel=0.12)
