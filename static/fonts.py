"""Builds the letters: ``static/dist/print/inter-*.ttf`` and ``static/dist/web/inter-*.woff2``.

    python static/fonts.py

For printed documents two weights of Inter, cut to the alphabets of kk, uz, ru and en: PDF takes no
variable font. For the page one variable file for each script, of the weights and letters that it
uses alone: a fourth of the whole one. Needs fonttools and brotli, at build time only.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "node_modules/inter-ui/variable/InterVariable.woff2"
PRINT, WEB = HERE / "dist" / "print", HERE / "dist" / "web"
WEIGHTS = {"regular": 400, "bold": 650}
ALPHABETS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x2B0, 0x2FF), (0x400, 0x4FF), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x2070, 0x209C), (0x20AC, 0x20BF), (0x2190, 0x2193), (0x2200, 0x22FF), (0x25A0, 0x25FF),
    (0x2713, 0x2717),
)  # fmt: skip
WEB_WEIGHTS = (400, 700)
WEB_FEATURES = ["kern", "tnum", "cv11"]
OF_WORDS = ("hyphen", "asterisk", "parenleft", "parenright", "bracketleft", "bracketright")
"""Inter makes these as wide as a digit where figures are to line up: "MSK-64" would fall apart."""
# Of each script what texts, numbers and names of places need; static/css/fonts.css has the same.
WEB_LETTERS = {
    "latin": [
        *range(0x20, 0x7F),
        *map(ord, "\u00a0©«°±²³µ·»×ÄÇÖÜäçöüÝýĞğİıŇňŞşŽž"),
        *map(ord, "ҚазРус"),  # languages are named in their own letters on every page
        *map(ord, "\u02bb\u02bc–—‘’“”„•…‰′″←↑→↓−≈≤≥σ"),
    ],
    "cyrillic": [*range(0x410, 0x450), *map(ord, "ЁёӘәҒғҚқҢңӨөҰұҮүҺһІі")],
}  # fmt: skip


def build() -> None:
    """Write all files."""
    PRINT.mkdir(parents=True, exist_ok=True)
    WEB.mkdir(parents=True, exist_ok=True)
    printed = [c for a, b in ALPHABETS for c in range(a, b + 1)]
    for name, weight in WEIGHTS.items():
        save(cut(printed, weight, ["kern"]), PRINT / f"inter-{name}.ttf", None)
    for name, letters in WEB_LETTERS.items():
        save(cut(letters, WEB_WEIGHTS, WEB_FEATURES), WEB / f"inter-{name}.woff2", "woff2")


def cut(letters: list[int], weight: int | tuple[int, int], features: list[str]) -> TTFont:
    """Return Inter with some letters, at a weight or between two."""
    font = TTFont(SOURCE)
    axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes} | {"wght": weight}
    options = subset.Options(layout_features=features, notdef_outline=True, hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    _leave_words(font)
    return instancer.instantiateVariableFont(font, axes)


def _leave_words(font: TTFont) -> None:
    """Keep the widths of figures for figures."""
    table = font["GSUB"].table if "GSUB" in font else None
    features = table.FeatureList.FeatureRecord if table else []
    lookups = {i for f in features if f.FeatureTag == "tnum" for i in f.Feature.LookupListIndex}
    for number in lookups:
        for part in table.LookupList.Lookup[number].SubTable:
            mapping = getattr(part, "ExtSubTable", part).mapping
            for glyph in OF_WORDS:
                mapping.pop(glyph, None)


def save(font: TTFont, path: Path, flavor: str | None) -> None:
    """Write a font; the same input gives the same bytes."""
    font.flavor = flavor
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(path)


if __name__ == "__main__":
    build()
