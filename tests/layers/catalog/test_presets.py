"""An operator's own presets: what the documentation shows is read, and what is wrong is told."""

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import DEFAULT_CATALOG, parse
from layers.errors import CatalogError
from layers.kinds.suitability import layout_of
from layers.model import CatalogDefinition, Palette
from layers.screening import PRESETS, Verdict
from layers.tiles.version import style_token

DOCS = Path(__file__).parents[3] / "docs" / "screening.md"
OWN = re.search(r"```toml file=presets.toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[1]  # type: ignore[index]
SUITABILITY = next(
    e
    for e in tomllib.loads(DEFAULT_CATALOG.read_text("utf-8"))["layer"]
    if e["kind"] == "suitability"
)
PALETTES = {"suitability": Palette("suitability", ("#000000",) * 20)}


def opened(folder: Path, text: str = OWN, measure: str = "own-study") -> CatalogDefinition:
    (folder / "presets.toml").write_text(text, "utf-8")
    layer = copy.deepcopy(SUITABILITY)
    layer["style"][0]["measure"] = measure
    table = {"title": "T", "presets": "presets.toml", "layer": [layer]}
    return parse(table, folder / "catalog.toml", PALETTES)


def test_the_presets_of_the_documentation_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    found = opened(tmp_path)
    assert list(found.presets) == [*PRESETS, "own-study"]
    assert all(found.presets[name] == each for name, each in PRESETS.items())
    own = found.presets["own-study"]
    assert own.titles["ru"] == "Собственное исследование"
    assert own.source == "Own study of 2026, table 4, IAEA SSG-35 (2015)"
    exclusion, avoidance = (c for c in own.criteria if c.verdict is not Verdict.SUITABILITY)
    assert (exclusion.evidence, exclusion.unit, exclusion.limit) == ("sl2", "g", 0.4)
    assert exclusion.above
    assert not exclusion.check_before_use
    assert avoidance.check_before_use
    assert (avoidance.above, avoidance.limit) == (False, 50)
    lines = {c.evidence: c for c in own.suitabilities}
    assert "slope" not in lines
    assert (lines["sl2"].worst, lines["sl2"].best, lines["sl2"].basis) == (0.4, 0.1, "published")
    assert lines["border_distance"].basis == "convention"
    # 0.5 and the usual weights without those of sl2 (0.30) and slope (0.05): 0.65 more.
    assert lines["sl2"].weight == pytest.approx(0.5 / 1.15)
    assert sum(line.weight for line in lines.values()) == pytest.approx(1)
    assert found.layers[0].styles[0].preset is own


def test_an_own_table_of_what_is_weighed_takes_the_place_of_the_usual(tmp_path: Path) -> None:
    text = OWN + "\n[weighed]\nwater_distance = { worst = 50, best = 0, weight = 1 }\n"
    own = opened(tmp_path, text.replace("{ worst = 0.4, ", "{ worst = 0.4, best = 0.1, ")
                 .replace("slope = { weight = 0 }", "")).presets["own-study"]  # fmt: skip
    assert [c.evidence for c in own.suitabilities] == ["water_distance", "sl2"]
    assert [c.weight for c in own.suitabilities] == pytest.approx([1 / 1.5, 0.5 / 1.5])


@pytest.mark.parametrize(
    ("old", "new", "pictures", "cells"),
    [
        ("above = 0.4", "above = 0.5", True, True),
        ("weight = 0.5", "weight = 0.6", True, False),
        ("table 4", "table 5", True, False),
        ('title = "Own study"', 'title = "Another"', False, False),
    ],
)
def test_what_a_change_makes_anew(
    tmp_path: Path, old: str, new: str, pictures: bool, cells: bool
) -> None:
    before, after = (opened(tmp_path, text).layers[0] for text in (OWN, OWN.replace(old, new)))
    drawn = [style_token(each, each.styles[0]) for each in (before, after)]
    assert (drawn[0] != drawn[1]) is pictures
    assert (layout_of(before).token != layout_of(after).token) is cells


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("preset.own-study]", "preset.np-032]", "is one that the server comes with"),
        ("preset.own-study]", "preset.Own_Study]", "lower-case letters"),
        ("[sources]", '[sources]\nours = "Own"', '"ours" is one that the server comes with'),
        ("slope = { weight = 0 }", "slope = 0.1", "a table of names and values"),
        ('title = "Own study"\n', "", '"title" is missing'),
        ('exclusion = "sl2"', 'exclusion = "sl3"', 'did you mean "sl2"'),
        ('exclusion = "sl2"', 'avoidance = "border_distance"', "two rules of one kind"),
        ('exclusion = "sl2"', 'suitability = "sl2"', '"exclusion" and "avoidance"'),
        ("above = 0.4", 'above = "much"', "expected int or float"),
        ("above = 0.4", "above = nan", "a number of the unit"),
        ("above = 0.4", "above = 0.4, below = 0.1", '"above" and "below"'),
        ("below = 50, source = [\"study\"]", "below = 50", '"source" is missing'),
        ("below = 50, source = [\"study\"]", 'below = 50, source = ["studi"]', "[sources] has not"),
        ('basis = "published" },\n    {', 'basis = "read" },\n    {', 'known are published'),
        ("worst = 0.4", "worst = 0.1", "are both 0.1"),
        ("weight = 0.5", "weight = -1", "0 or more"),
        ("slope = {", "slop = {", 'did you mean "slope"'),
        ("[sources]", "colour = 1\n[sources]", 'unknown key "colour"'),
        ("kk =", "de =", '"titles" knows'),
        ("[sources]", "[sources", "presets.toml"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in OWN
    with pytest.raises(CatalogError) as caught:
        opened(tmp_path, OWN.replace(old, new), measure="np-032")
    assert said in str(caught.value)
    assert "presets.toml" in str(caught.value)


def test_a_style_or_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match='did you mean "own-study"'):
        opened(tmp_path, measure="own-studi")
    table: dict[str, Any] = {"title": "T", "presets": "none.toml", "layer": [SUITABILITY]}
    with pytest.raises(CatalogError, match="cannot be read"):
        parse(table, tmp_path / "catalog.toml", PALETTES)
