"""Builds ``static/dist/print/inter-*.ttf``: the font that is embedded in printed documents.

    python static/fonts.py

Two weights of Inter, cut to the alphabets of kk, uz, ru and en: PDF takes no variable font. Needs
fonttools and brotli, at build time only.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "node_modules/inter-ui/variable/InterVariable.woff2"
OUT = HERE / "dist" / "print"
WEIGHTS = {"regular": 400, "bold": 650}
ALPHABETS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x2B0, 0x2FF), (0x400, 0x4FF), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x2070, 0x209C), (0x20AC, 0x20BF), (0x2190, 0x2193), (0x2200, 0x22FF), (0x25A0, 0x25FF),
    (0x2713, 0x2717),
)  # fmt: skip


def build() -> None:
    """Write one file for each weight."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, weight in WEIGHTS.items():
        font = TTFont(SOURCE)
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        font = instancer.instantiateVariableFont(font, axes | {"wght": weight})
        cutter = subset.Subsetter(subset.Options(layout_features=["kern"], notdef_outline=True))
        cutter.populate(unicodes=[c for a, b in ALPHABETS for c in range(a, b + 1)])
        cutter.subset(font)
        font.flavor = None
        font["head"].modified = font["head"].created  # the same input, the same bytes
        font.recalcTimestamp = False
        font.save(OUT / f"inter-{name}.ttf")


if __name__ == "__main__":
    build()
