"""Texts for people, by id, in Kazakh, Uzbek, Russian and English: one source of all words.

A text may hold ``{names}`` that are filled in. Texts are written so that no plural form is needed.
Ids that begin with ``about.`` are of the page of a layer, those with ``ogcapi.`` of the pages of the
OGC API, with ``edr.`` of values at places, with ``site.`` of candidate sites: modules of their own.
"""

from collections.abc import Mapping

from layers.messages import (
    about_en,
    about_kk,
    about_ru,
    about_uz,
    edr_en,
    edr_kk,
    edr_ru,
    edr_uz,
    en,
    kk,
    ogcapi_en,
    ogcapi_kk,
    ogcapi_ru,
    ogcapi_uz,
    ru,
    site_en,
    site_kk,
    site_ru,
    site_uz,
    uz,
)

LANGUAGES = ("kk", "uz", "ru", "en")

_CATALOGUES: Mapping[str, Mapping[str, str]] = {
    "kk": kk.TEXTS | about_kk.TEXTS | ogcapi_kk.TEXTS | edr_kk.TEXTS | site_kk.TEXTS,
    "uz": uz.TEXTS | about_uz.TEXTS | ogcapi_uz.TEXTS | edr_uz.TEXTS | site_uz.TEXTS,
    "ru": ru.TEXTS | about_ru.TEXTS | ogcapi_ru.TEXTS | edr_ru.TEXTS | site_ru.TEXTS,
    "en": en.TEXTS | about_en.TEXTS | ogcapi_en.TEXTS | edr_en.TEXTS | site_en.TEXTS,
}

__all__ = ["LANGUAGES", "catalogue", "text"]


def catalogue(language: str) -> Mapping[str, str]:
    """Return all texts of a language; KeyError for one that is not of ``LANGUAGES``."""
    return _CATALOGUES[language]


def text(message: str, language: str, **values: object) -> str:
    """Return the text of an id with ``values`` filled in.

    Raises
    ------
    KeyError
        For an unknown id or language, or a name in the text that no value was given for: a page
        must not show a gap.
    """
    found = _CATALOGUES[language][message]
    return found.format_map(values) if values else found
