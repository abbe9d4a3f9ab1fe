"""`mapserver screen` on the folder of the house."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mapserver.cli import main

from ..conftest import House

SITES = "name,lon,lat,accuracy_m\nUlken,73.95,45.15,5000\nTuzkan,67.35,40.45,3000\n"


@pytest.fixture
def table(house: House, tmp_path: Path) -> Path:
    if not (house.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")
    path = tmp_path / "sites.csv"
    path.write_text(SITES)
    return path


def screen(house: House, *words: str) -> Result:
    chosen = house.site.settings
    options = ("--data-dir", str(chosen.data_dir), "--catalog", str(chosen.catalog))
    return CliRunner().invoke(main, ["screen", *words, *options])


def test_a_file_of_sites_becomes_a_line_each_and_files_of_every_kind(
    house: House, table: Path, tmp_path: Path
) -> None:
    done = screen(house, str(table))
    assert done.exit_code == 0, done.output
    ulken, tuzkan, *_ = done.output.splitlines()
    assert ulken.startswith("Ulken (73.95000, 45.15000 ± 5000 m): no exclusion hit")
    assert "rank" in tuzkan
    heads = {"json": b'{"context"', "pdf": b"%PDF-", "gpkg": b"SQLite format 3"}
    for suffix, head in heads.items():
        out = tmp_path / f"out.{suffix}"
        done = screen(house, str(table), "--out", str(out), "--lang", "kk")
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(head)


def test_a_json_of_sheets_is_made_again_with_the_same_numbers(
    house: House, table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    assert screen(house, str(table), "--weight", "sl2=0.6", "--out", str(out)).exit_code == 0
    done = screen(house, str(out), "--replay")
    assert done.exit_code == 0, done.output
    assert done.output == (
        "Ulken: the same numbers; the same inputs\nTuzkan: the same numbers; the same inputs\n"
    )
    document = json.loads(out.read_text())
    document["sites"][0]["replay"]["data"]["faults"] = "another"
    document["sites"][1]["replay"]["results_sha256"] = "0" * 64
    out.write_text(json.dumps(document))
    done = screen(house, str(out), "--replay")
    assert done.exit_code == 1
    assert "Ulken: the same numbers; other inputs: layer faults" in done.output
    assert "Tuzkan: OTHER numbers; the same inputs" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "x.docx"), '".docx" is not written'),
        (("--weight", "sl2"), "--weight takes EVIDENCE=NUMBER"),
        (("--weight", "sl3=1"), 'did you mean "sl2"'),
        (("--thermal-mw", "3"), "has no zones"),
        (("--replay",), "is no JSON"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    house: House, table: Path, words: tuple[str, ...], said: str
) -> None:
    done = screen(house, str(table), *words)
    assert done.exit_code == 1
    assert said in done.output


def test_sheets_that_do_not_say_what_they_were_made_of_are_refused(
    house: House, tmp_path: Path, table: Path
) -> None:
    path = tmp_path / "sheets.json"
    for text, said in (('{"sites": []}', "no sheets"), ('{"sites": [{}]}', "sheet 1 says not")):
        path.write_text(text)
        done = screen(house, str(path), "--replay")
        assert done.exit_code == 1
        assert said in done.output
