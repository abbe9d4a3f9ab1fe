"""Texts for people, by id, in Kazakh, Uzbek, Russian and English: one source of all words.

A text may hold ``{names}`` that are filled in. Texts are written so that no plural form is needed.
Ids that begin with ``about.`` are of the page of a layer alone, those with ``public.`` of what the
server writes for the public without script, those with ``learn.`` of pages that explain; they stand
in modules of their own.
"""

from collections.abc import Mapping

from layers.messages import (
    about_en,
    about_kk,
    about_ru,
    about_uz,
    en,
    kk,
    learn_en,
    learn_kk,
    learn_ru,
    learn_uz,
    public_en,
    public_kk,
    public_ru,
    public_uz,
    ru,
    uz,
)

LANGUAGES = ("kk", "uz", "ru", "en")

_CATALOGUES: Mapping[str, Mapping[str, str]] = {
    "kk": kk.TEXTS | about_kk.TEXTS | public_kk.TEXTS | learn_kk.TEXTS,
    "uz": uz.TEXTS | about_uz.TEXTS | public_uz.TEXTS | learn_uz.TEXTS,
    "ru": ru.TEXTS | about_ru.TEXTS | public_ru.TEXTS | learn_ru.TEXTS,
    "en": en.TEXTS | about_en.TEXTS | public_en.TEXTS | learn_en.TEXTS,
}

SERVER_ONLY = ("about.", "learn.", "public.")
"""Beginnings of the ids that no script of the page reads."""

__all__ = ["LANGUAGES", "SERVER_ONLY", "catalogue", "text"]


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
