"""The map page, composed by folium: every link local and pinned, no inline script or style.

folium holds the map, its base tiles and the figure. What it would write into a script goes into a
data block instead, which the page's own code reads: the block is not executed, so the page needs no
nonce, and the same description gives the same bytes. Values of stations never enter folium.
"""

from mapserver.documents.page_description import PageDescription
from mapserver.documents.page_figure import LocalFigure
from mapserver.documents.page_map import LocalMap, Tiles

SURFACE_OPACITY = 0.85
SEEN_THROUGH = ("surface", "hazard", "scenario", "suitability")
"""The relief of the land stays visible through a surface."""


def compose(page: PageDescription) -> str:
    """Return the page as HTML; the same description gives the same bytes.

    Raises
    ------
    UnknownAssetError
        Where an asset was not built.
    """
    figure = LocalFigure(page)
    view = LocalMap(page).add_to(figure)
    for layer in page.catalog.layers:
        opacity = SURFACE_OPACITY if layer.kind in SEEN_THROUGH else 1.0
        for style in layer.styles:
            # The land has no values to lose: without loss it would weigh nine times as much.
            image = "webp" if layer.kind == "basemap" else "png"
            address = (
                f"{page.root}/tiles/{layer.id}/{style.id}/{{version}}/{{time}}"
                f"/{{z}}/{{x}}/{{y}}{{dense}}.{image}"
            )
            credit = layer.attribution or layer.title
            Tiles(address, name=f"{layer.id}/{style.id}", attr=credit, opacity=opacity).add_to(view)
    html: str = figure.render()
    return html
