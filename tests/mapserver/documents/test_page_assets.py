import base64
import gzip
import hashlib
import re

import pytest
from fontTools.ttLib import TTFont

from mapserver.documents import assets
from mapserver.documents.assets import AssetsMissingError, UnknownAssetError


@pytest.fixture(scope="module")
def built():
    return assets.read()


def test_every_asset_is_what_its_integrity_says(built):
    for asset in built.files.values():
        content = (built.folder / asset.file).read_bytes()
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        assert asset.integrity == f"sha384-{digest}"
        assert asset.bytes == len(content)
        assert re.search(r"-[0-9a-zA-Z]{8,12}\.", asset.file)


def test_scripts_and_styles_keep_their_budget(built):
    sizes = [
        len(gzip.compress((built.folder / built[name].file).read_bytes(), 9))
        for name in ("first.js", "app.js", "app.css")
    ]
    assert sum(sizes) <= 70_000


def test_no_asset_names_another_server_or_evaluates_text(built):
    for name in ("app.js", "first.js", "sw.js", "app.css", "layer.css", "lite.css"):
        content = (built.folder / built[name].file).read_text("utf-8")
        # Names of XML vocabularies are never asked for; the other is a credit in Leaflet.
        found = set(re.findall(r"https?://[\w.]+", content)) - {"http://www.w3.org"}
        assert found <= {"https://leafletjs.com"}
        assert not re.search(r"\beval\(|new Function\(", content)


def test_palettes_reach_the_catalogue(built):
    palettes = built.palettes()
    assert {"dose", "spread", "exceedance", "msk", "pga", "depth", "pm2_5"} <= set(palettes)
    assert len(palettes["dose"].colours) == 12
    assert built.ramp(palettes["dose"])["raised_from"] == 5


def test_the_font_of_the_server_is_there(built):
    assert (built.folder / "fonts" / "inter-server.woff2").read_bytes()[:4] == b"wOF2"


def test_an_asset_is_asked_for_by_its_logical_name(built):
    assert built["app.js"].file.startswith("app-")
    with pytest.raises(
        UnknownAssetError, match=r'no asset "ap.js" was built; did you mean "app.js"\?'
    ):
        built["ap.js"]


def test_only_files_named_after_their_content_never_change(built):
    assert built.is_immutable(built["app.css"].file)
    assert not built.is_immutable("basemap/places.json")


def test_a_folder_without_a_build_says_what_to_do(tmp_path):
    with pytest.raises(AssetsMissingError, match="make assets"):
        assets.read(tmp_path)


@pytest.mark.parametrize("script", ["latin", "cyrillic"])
def test_figures_line_up_and_words_do_not(built, script):
    font = TTFont(built.folder / "web" / f"inter-{script}.woff2")
    table = font["GSUB"].table if "GSUB" in font else None
    even = {
        glyph
        for each in (table.FeatureList.FeatureRecord if table else ())
        if each.FeatureTag == "tnum"
        for number in each.Feature.LookupListIndex
        for part in table.LookupList.Lookup[number].SubTable
        for glyph in getattr(part, "ExtSubTable", part).mapping
    }
    figures = {"zero", "one", "seven", "comma", "minus"} if script == "latin" else set()
    assert figures <= even
    assert not even & {"hyphen", "parenleft", "asterisk"}
