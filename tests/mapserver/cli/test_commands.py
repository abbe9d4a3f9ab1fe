"""Every command by its exit code and its sentence."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio
from click import Context as Asked
from click.testing import CliRunner, Result
from rasterio.transform import Affine

from layers.messages import read as read_texts
from layers.model import Context
from layers.store import Writer
from mapserver.cli import main
from mapserver.operations.doctor import findings
from mapserver.settings import KNOBS, SettingError, read

TABLE = "id,x,y,value\na,0,0,100\nb,1000,0,110\nc,0,1000,120\nd,1000,1000,105\n"
POINTS = "id,x,y\np,500,500\nq,900,100\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def told(done: Result, *words: str, code: int = 1) -> None:
    """Assert that a command ended with a sentence."""
    assert done.exit_code == code, (done.output, done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    if code == 1:
        assert done.output.startswith("mapserver: ")
    for word in words:
        assert word in done.output, done.output
    for inside in ("Traceback", "see its log", "sqlalchemy"):
        assert inside not in done.output


def test_help_lists_every_command_and_each_explains_itself() -> None:
    listed = run("--help")
    assert listed.exit_code == 0
    commands = main.list_commands(Asked(main))
    assert len(commands) >= 15
    for command in commands:
        assert f"\n  {command} " in listed.output
        said = run(command, "-h")
        assert said.exit_code == 0
        assert said.output.startswith(f"Usage: main {command}")
        assert len(said.output.splitlines()) > 4
    assert "..." not in listed.output.partition("Commands:")[2]


def test_help_reads_none_of_what_the_commands_need() -> None:
    look = "import sys; from mapserver.cli import main; main(['-h'], standalone_mode=False); "
    look += "sys.exit(', '.join({'numpy', 'flask', 'layers.store'} & {*sys.modules}) or 0)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Commands:" in done.stdout


def test_every_knob_is_an_option_of_serve_with_its_default() -> None:
    said = " ".join(run("serve", "--help").output.split())
    for knob in KNOBS:
        assert f"--{knob.name.replace('_', '-')}" in said
        assert knob.help.split(".")[0].split(";")[0] in said


def test_the_version_is_told() -> None:
    assert run("--version").output.startswith("mapserver, version ")


@pytest.mark.parametrize("words", [["fetch"], ["serve", "--colour"], ["ingest"], ["token", "give"]])
def test_what_is_no_command_is_a_usage_error(words: list[str]) -> None:
    told(run(*words), "Usage:", "Error:", code=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "many"),
        ("workers", "0"),
        ("demo", "perhaps"),
        ("cache_mb", "1.5"),
        ("surface_hours", "0"),
        ("cache_mb", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"KYZYLKUM_{name.upper()}") as caught:
        read({f"KYZYLKUM_{name.upper()}": value})
    assert value in str(caught.value)


def test_an_option_beats_the_environment_and_all_survive_the_way_to_a_worker() -> None:
    environ = {"KYZYLKUM_PORT": "9000", "KYZYLKUM_DEMO": "no", "KYZYLKUM_BASE_URL": "https://a/"}
    chosen = read(environ, port=9001)
    assert (chosen.port, chosen.demo, chosen.base_url) == (9001, False, "https://a")
    assert read(chosen.environment()) == chosen


def test_a_wrong_setting_ends_a_command_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KYZYLKUM_PORT", "many")
    told(run("token", "list"), "KYZYLKUM_PORT", "whole number")


def test_tokens_are_made_listed_and_revoked_and_the_secret_is_shown_once(own: Any) -> None:
    token = own.command("token", "create", "kz", "--note", "for tests").output.strip()
    prefix, _, secret = token.partition(".")
    listed = own.command("token", "list").output
    assert f"{prefix}  kz  in use  for tests" in listed
    assert secret not in listed
    assert own.command("token", "revoke", prefix).output == f"{prefix} is revoked\n"
    assert f"{prefix}  kz  revoked" in own.command("token", "list").output
    told(own.command("token", "revoke", prefix), prefix, "in use")


def test_the_store_keeps_no_secret(own: Any) -> None:
    token = own.command("token", "create", "kz").output.strip()
    secret = token.partition(".")[2].encode()
    for file in own.site.settings.data_dir.iterdir():
        if file.is_file():
            assert secret not in file.read_bytes(), file.name


@pytest.mark.parametrize("days", ["0", "-3", "nan", "1000000", "soon"])
def test_a_token_cannot_end_before_it_begins_or_beyond_the_calendar(own: Any, days: str) -> None:
    done = own.command("token", "create", "kz", "--days", days)
    told(done, "days", code=2)


def test_a_token_of_nobody_is_refused(own: Any) -> None:
    told(own.command("token", "create", "kzz"), "kzz", 'did you mean "kz"')


def test_a_whole_folder_has_a_clean_bill_of_health(own: Any) -> None:
    done = own.command("doctor")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    assert any("10 station" in line for line in lines)
    assert any("SQLite" in line for line in lines)


def test_a_disk_without_room_for_a_backup_is_found(own: Any, monkeypatch: Any) -> None:
    paths = own.site.store.paths
    wanted = 1_000_000_000 + paths.database.stat().st_size
    for free, good in ((wanted + 1, True), (wanted, False)):
        monkeypatch.setattr(
            "mapserver.operations.doctor.shutil.disk_usage",
            lambda _, free=free: SimpleNamespace(free=free),
        )
        (disk,) = (f for f in findings(own.site.store, paths) if "of the disk" in f.text)
        assert disk.good is good
        assert disk.text.startswith("1.00 GB of the disk is free")
        assert ("a backup and days of deliveries want 1.00 GB" in disk.text) is not good


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    for command in (["doctor"], ["token", "list"], ["seed", "faults"]):
        told(run(*command, "--data-dir", str(tmp_path / "nothing")), "store")
    assert not (tmp_path / "nothing").exists()


def test_a_changed_audit_is_found(own: Any, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    copy = folder / own.site.store.paths.database.name
    assert own.command("backup", str(copy)).exit_code == 0
    good = run("doctor", "--data-dir", str(folder))
    assert good.exit_code == 0, good.output
    connection = sqlite3.connect(copy)
    connection.execute("update audit set writer = 'somebody else' where rowid = 2")
    connection.commit()
    connection.close()
    done = run("doctor", "--data-dir", str(folder))
    assert done.exit_code == 1
    assert "BAD  audit row" in done.output


def test_a_broken_database_is_found(own: Any, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    copy = folder / own.site.store.paths.database.name
    assert own.command("backup", str(copy)).exit_code == 0
    body = bytearray(copy.read_bytes())
    body[5_000 : len(body) - 5_000] = b"\xa5" * (len(body) - 10_000)
    copy.write_bytes(body)
    done = run("doctor", "--data-dir", str(folder))
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.output.startswith("BAD ")
    assert "restore a backup" in done.output


def test_a_backup_is_whole_and_counted(own: Any, tmp_path: Path) -> None:
    done = own.command("backup", str(tmp_path / "copy.sqlite"))
    assert done.exit_code == 0, done.output
    counts = own.counts()
    assert f"{counts['observation']} observations" in done.output
    assert [file.name for file in tmp_path.iterdir()] == ["copy.sqlite"]


@pytest.mark.parametrize("place", ["nowhere/copy.sqlite", "."])
def test_a_backup_to_where_nothing_can_be_is_told(own: Any, tmp_path: Path, place: str) -> None:
    told(own.command("backup", str(tmp_path / place)), str(tmp_path))


def test_the_catalogue_is_listed_checked_and_printed(tmp_path: Path) -> None:
    listed = run("catalog", "list")
    assert listed.exit_code == 0
    for layer in ("basemap", "dose-rate", "seismic-zones", "faults", "earthquakes", "stations"):
        assert any(line.startswith(layer) for line in listed.output.splitlines())
    assert "(demonstration)" in listed.output
    own = tmp_path / "own.toml"
    own.write_text(run("catalog", "default").output)
    checked = run("catalog", "check", "--catalog", str(own))
    assert checked.exit_code == 0
    assert "all keys are known" in checked.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "title"),
        ("title = 'a'\n", "layer"),
        ("title = 'a'\n[[layer]]\nid = 'b'\n", "kind"),
        ("title = 'a'\n[[layer]]\nid = 'b'\nkind = 'zone'\ntitle = 'c'\n", 'did you mean "zones"'),
        ("title = 'a'\n[[layer]]\nid = 'b'\nkind = 'zones'\ntitle = 'c'\nabstrakt = ''\n",
         'did you mean "abstract"'),
        ("title='a'\n[[layer]]\nid='b'\nkind='raster'\ntitle='c'\npath='d.tif'\n", "d.tif"),
        ("title = \x00", "catalog.toml"),
        ("title = 'a'\ncontext = 'real'\n", "context"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_told_by_file_and_entry(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "catalog.toml"
    file.write_text(text)
    for command in ("check", "list"):
        told(run("catalog", command, "--catalog", str(file)), "catalog.toml", words)


def test_a_missing_catalogue_is_told(tmp_path: Path) -> None:
    file = str(tmp_path / "nothing.toml")
    told(run("catalog", "check", "--catalog", file), file)


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path, Path]:
    table, points = tmp_path / "table.csv", tmp_path / "points.csv"
    table.write_text(TABLE)
    points.write_text(POINTS)
    return table, points, tmp_path / "out.csv"


def interpolate(tables: tuple[Path, Path, Path], *more: str) -> Result:
    table, points, out = map(str, tables)
    return run("interpolate", table, "--at", points, "--out", out, *more)


def test_interpolate_writes_the_promised_columns(tables: tuple[Path, Path, Path]) -> None:
    done = interpolate(tables, "--quantiles")
    assert done.exit_code == 0, done.output
    lines = [line.split(",") for line in tables[2].read_text().splitlines()]
    quantiles = [f"q{p:02}" for p in range(1, 100)]
    assert lines[0] == ["id", "mean", "median", "sd", "p05", "p95", *quantiles]
    assert [line[0] for line in lines[1:]] == ["p", "q"]
    for line in lines[1:]:
        numbers = dict(zip(lines[0][1:], map(float, line[1:]), strict=True))
        ladder = [numbers[q] for q in quantiles]
        assert ladder == sorted(ladder)
        assert numbers["p05"] == numbers["q05"] < numbers["median"] < numbers["p95"]
    assert "no unit was given" in done.output


INTERPOLATE = {
    "no file": (None, POINTS, [], "No such file"),
    "no column": ("id,x,y\na,0,0\n", POINTS, [], 'no column "value"'),
    "no number": (TABLE.replace("110", "much"), POINTS, [], 'line 3: value is "much"'),
    "mixed places": (TABLE, "id,lon,lat\np,70,43\n", [], "same coordinates"),
    "no system": (TABLE, POINTS, ["--crs", "EPSG:0"], "EPSG:n"),
    "no value": ("id,x,y,value\na,0,0,\n", POINTS, [], "no value"),
    "no station": ("id,x,y,value\n", POINTS, [], "station"),
    "off the world": (
        TABLE.replace("x,y", "lon,lat"), POINTS.replace("x,y", "lon,lat"), [], "degrees",
    ),
    "no place": (TABLE.replace("b,1000", "b,"), POINTS, [], "line 3"),
    "no point": (TABLE, "id,x,y\np,,500\n", [], "line 2"),
    "cut row": (TABLE + "e,1\n", POINTS, [], "line 6"),
    "latin": (b"id,x,y,value\n\xe9,0,0,1\n", POINTS, [], "UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERPOLATE)
def test_interpolate_tells_what_is_wrong_with_its_tables(
    tables: tuple[Path, Path, Path], name: str
) -> None:
    table, points, more, words = INTERPOLATE[name]
    if table is None:
        tables[0].unlink()
    else:
        tables[0].write_bytes(table if isinstance(table, bytes) else table.encode())
    tables[1].write_text(points)
    told(interpolate(tables, *more), words)
    assert not tables[2].exists()


def test_findings_are_sentences(own: Any) -> None:
    for finding in findings(own.site.store, own.site.store.paths):
        assert finding.good
        assert len(finding.text.split()) > 1


OWN = """
[[layer]]
id = "own"
kind = "raster"
title = "Own"
path = "grids"
align = true
"""


@pytest.fixture
def grids(tmp_path: Path) -> Path:
    folder = tmp_path / "grids"
    folder.mkdir()
    (tmp_path / "own.toml").write_text(f'title = "T"\n{OWN}')
    with rasterio.open(
        folder / "a.tif", "w", driver="GTiff", width=9, height=9, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.1, 0, 66, 0, -0.1, 44),
    ) as dataset:  # fmt: skip
        dataset.write(np.ones((9, 9), np.float32), 1)
    return folder


def test_a_check_of_the_catalogue_reads_every_file_of_its_rasters(grids: Path) -> None:
    catalog = str(grids.parent / "own.toml")
    assert run("catalog", "check", "--catalog", catalog).exit_code == 0
    (grids / "b.tif").write_bytes(b"hello")
    done = run("catalog", "check", "--catalog", catalog)
    assert done.exit_code == 1
    assert 'layer "own": b.tif is no readable GeoTIFF' in done.output


def test_rasters_are_aligned_on_demand(grids: Path) -> None:
    data = grids.parent / "data"
    words = ["--data-dir", str(data), "--catalog", str(grids.parent / "own.toml")]
    told(run("align", *words), "store")
    Writer(data, Context.ROUTINE).close()
    done = run("align", *words)
    assert (done.exit_code, done.output) == (0, "own static: aligned\nown: 1 copies were made\n")
    assert len(list((data / "cache" / "aligned" / "own").iterdir())) == 1
    assert run("align", "own", *words).output == "own: 0 copies were made\n"
    told(run("align", "owm", *words), 'no layer "owm"', 'did you mean "own"')
    with (grids / "b.tif").open("wb") as stream:
        stream.write((grids / "a.tif").read_bytes()[:500])
    done = run("align", *words)
    assert done.exit_code == 1
    assert "b.tif cannot be read here" in done.output


def test_texts_go_to_a_native_reader_and_come_back(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(read_texts, "FOLDER", tmp_path / "read")
    written = run("words", "--po", "kk").output
    (tmp_path / "kk.po").write_text(written.replace("#, fuzzy\nmsgctxt", "msgctxt"), "utf-8")
    done = run("words", "--read", str(tmp_path / "kk.po"))
    assert done.exit_code == 0, done.output
    assert re.search(r"\d{3} texts confirmed in .*kk\.json, \d+ still wait", done.output)
    (tmp_path / "no.po").write_text("no catalogue", "utf-8")
    told(run("words", "--read", str(tmp_path / "no.po")), "no.po", "line 1")
    assert "kk  " in run("words").output
    assert "wait for a native reader" in run("words").output
