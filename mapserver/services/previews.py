"""What a message shows of a link: title, state in words, and the picture of the same view."""

from flask import Request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from layers import messages
from layers.errors import LayersError
from mapserver.documents import captions
from mapserver.services import first_view, map_pictures, shared
from mapserver.services.site import Site

LOCALES = {"kk": "kk_KZ", "uz": "uz_UZ", "ru": "ru_RU", "en": "en_GB"}


class Previews:
    """Writes the part of a page's head that depends on what a link shares."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def head(self, request: Request, language: str) -> str:
        """Return the tags for a request of the page.

        A page opens whatever stands behind its question mark, for other programs add words of
        their own to links; what names no state here has the picture of the first view.
        """
        try:
            query = shared.read(self._site, MultiDict(shared.named(request.args))).query
        except LayersError:
            query = ""
        state = first_view.summary(self._site, language)
        definition = self._site.catalog.definition
        title = definition.titles.get(language, definition.title)
        mark = captions.mark(definition, language)
        said = " ".join(filter(None, (f"{mark}." if mark else "", state.when, *state.sentences)))
        base = self._site.base_url(request)
        picture = f"{base}/map.png?{query}{'&' if query else ''}lang={language}"
        width, height = map_pictures.SIZE
        tags = {
            "og:type": "website",
            "og:site_name": title,
            "og:title": f"{title} – {mark}" if mark else title,
            "og:description": said,
            "og:url": f"{base}/{language}{'?' if query else ''}{query}",
            "og:locale": LOCALES[language],
            "og:image": picture,
            "og:image:type": "image/png",
            "og:image:width": str(width),
            "og:image:height": str(height),
            "og:image:alt": messages.text(
                "public.picture", language, title=title, when=state.when, state=said
            ),
        }
        lines = [
            Markup('<meta property="{}" content="{}">').format(name, text)
            for name, text in tags.items()
        ]
        lines.append(Markup('<meta name="twitter:card" content="summary_large_image">'))
        return "\n".join(lines)
