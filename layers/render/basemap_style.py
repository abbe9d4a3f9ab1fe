"""The looks of the base map.

Water is grey, not blue: the lower dose classes are blue, and beside a blue sea they could not be
read. Shares are opacities, 0 to 1.
"""

from dataclasses import dataclass, replace

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """Colours of one look; without ``ground`` the land is transparent (RGBA)."""

    focus: Colour  # the two states
    neighbour: Colour
    outside: Colour  # where the data end
    dry: Colour  # the former bed of the Aral Sea
    shade: Colour  # the dark side of the relief
    shade_share: float
    light: Colour  # the bright side of the relief
    light_share: float
    water: Colour
    shore: Colour
    river: Colour
    other_border: Colour
    casing: Colour  # wide and translucent, under the border of the two states
    casing_share: float
    border: Colour
    ground: bool = True


def _rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


LIGHT = Style(
    focus=_rgb("#F5F0E6"),
    neighbour=_rgb("#E1DBCF"),
    outside=_rgb("#DED8CC"),
    dry=_rgb("#EADFC8"),
    shade=_rgb("#6A5642"),
    shade_share=0.42,
    light=_rgb("#FFFFFF"),
    light_share=0.45,
    water=_rgb("#CBD0D4"),
    shore=_rgb("#A3ACB4"),
    river=_rgb("#939FAA"),
    other_border=_rgb("#857C70"),
    casing=_rgb("#5A4E5E"),
    casing_share=0.16,
    border=_rgb("#4B4653"),
)

DARK = Style(
    focus=_rgb("#474C54"),
    neighbour=_rgb("#2C3036"),
    outside=_rgb("#2B2F35"),
    dry=_rgb("#525860"),
    shade=_rgb("#0B0D10"),
    shade_share=0.45,
    light=_rgb("#C9D2DC"),
    light_share=0.16,
    water=_rgb("#16191E"),
    shore=_rgb("#5A636D"),
    river=_rgb("#69737E"),
    other_border=_rgb("#7E8791"),
    casing=_rgb("#0B0D10"),
    casing_share=0.30,
    border=_rgb("#DDE2E8"),
)

STYLES = {
    "light": LIGHT,
    "dark": DARK,
    "lines": replace(LIGHT, ground=False, casing=_rgb("#FFFFFF"), casing_share=0.45),
    "lines-dark": replace(DARK, ground=False),
}
