"""An operator's own preset is in every face that shipped ones are in."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import DEFAULT_CATALOG
from layers.siting import stacks

from .conftest import House

DOCS = Path(__file__).parents[2] / "docs" / "screening.md"
STYLE = """
[[layer.style]]
id = "own-study"
title = "Own study"
measure = "own-study"
ramp = "suitability"
unit = "1"
breaks = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]
"""
ULKEN = "73.95,45.15,5000,Ulken"
TITLE = "Собственное исследование"


@pytest.fixture(scope="module")
def own(open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("own")
    found = re.search(r"```toml file=presets.toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found
    (folder / "presets.toml").write_text(found[1], "utf-8")
    text = DEFAULT_CATALOG.read_text("utf-8").replace(
        '\n[[layer.style]]\nid = "or-sage-large"', f'{STYLE}\n[[layer.style]]\nid = "or-sage-large"'
    )
    (folder / "catalog.toml").write_text(f'presets = "presets.toml"\n{text}', "utf-8")
    house = open_house(folder / "data", catalog=str(folder / "catalog.toml"))
    if not (house.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")
    return house


def test_sheets_pages_and_tiles_have_the_own_preset_with_its_marks(own: House) -> None:
    sheet: Any = own.json(f"/api/v1/screening?sites={ULKEN}&preset=own-study")["sites"][0]
    assert sheet["verdicts"]["preset"]["title"] == "Own study"
    rules = {f["id"]: f for f in (*sheet["verdicts"]["exclusion"], *sheet["verdicts"]["avoidance"])}
    assert not rules["exclusion.sl2"]["check_before_use"]
    assert rules["avoidance.border_distance"]["check_before_use"]
    assert rules["exclusion.sl2"]["source"] == "Own study of 2026, table 4"
    page = own.get("/ru/screening").text
    assert f'<option value="own-study">{TITLE}</option>' in page
    assert "Own study of 2026, table 4" in page
    assert TITLE in own.get(f"/ru/screening/sheet?sites={ULKEN}&preset=own-study").text
    said = own.json("/tilejson/suitability.json?style=own-study")
    assert said["exclusions"][0]["limit"] == 0.4
    assert "Own study of 2026, table 4" in own.get("/en/layers/suitability").text
    nearest = own.get(f"/api/v1/screening?sites={ULKEN}&preset=own-studi")
    assert nearest.status_code == 400
    assert 'did you mean "own-study"' in nearest.json["detail"]
    style = own.site.catalog.layer("suitability").style("own-study")
    assert style is not None
    assert stacks.layout_of(own.site.catalog.layer("suitability")).bands_of(style.preset)
