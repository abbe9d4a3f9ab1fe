"""The palettes by number: order of lightness, also for colour-blind eyes, and readable figures."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from mapserver.documents.page_config import contrast, luminance, text_colour

PALETTES = Path(__file__).resolve().parents[2] / "static" / "palettes"
ALL = {path.stem: json.loads(path.read_text("utf-8")) for path in PALETTES.glob("*.json")}

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "trichromat": np.eye(3),
    "protanope": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranope": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanope": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lightness(colour, sight="trichromat"):
    seen = np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)
    y = float(seen @ [0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def test_a_palette_is_named_after_its_file():
    assert ALL
    for name, palette in ALL.items():
        assert palette["id"] == name
        assert palette["title"]
        assert palette["source"]
        assert len(set(palette["colours"])) == len(palette["colours"])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", ALL)
def test_more_is_darker_for_every_kind_of_sight(name, sight):
    falling = [lightness(colour, sight) for colour in ALL[name]["colours"]]
    assert all(after < before for before, after in itertools.pairwise(falling))


@pytest.mark.parametrize("name", ALL)
def test_figures_on_a_colour_can_be_read(name):
    for colour in ALL[name]["colours"]:
        assert contrast(colour, text_colour(colour)) >= 4.5, colour


def test_contrast_is_that_of_the_definition():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert luminance("#FFFFFF") == pytest.approx(1)


def test_raised_dose_rates_are_warm_and_natural_ones_are_cool():
    dose = ALL["dose"]
    warm = [linear(colour)[0] > linear(colour)[2] for colour in dose["colours"]]
    assert warm[: dose["raised_from"]] == [False] * dose["raised_from"]
    assert all(warm[dose["raised_from"] : 9])
