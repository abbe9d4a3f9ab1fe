"""Draws the pictures that pages show first, before the first visitor of an hour asks."""

from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from layers.messages import LANGUAGES
from mapserver.services import first_view, map_pictures, shared
from mapserver.services.map_pictures import MapPictures
from mapserver.services.site import Site

IMAGE = "webp"


def draw(site: Site) -> int:
    """Draw what is not kept yet, in every language, shape and theme; return how many there are.

    Raises
    ------
    LayersError
        Where one cannot be drawn.
    """
    pictures = MapPictures(site)
    count = 0
    for theme in map_pictures.THEMES:
        for language in LANGUAGES:
            for wanted in first_view.pictures(site, language):
                words = MultiDict(parse_qsl(wanted.query))
                words["theme"] = theme
                state = shared.read(site, words, map_pictures.KEYS)
                pictures.draw(state, map_pictures.look(words), IMAGE)
                count += 1
    return count
