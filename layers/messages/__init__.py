"""Texts for people, by id, in Kazakh, Uzbek, Russian and English: one source of all words.

A text may hold ``{names}`` that are filled in. Texts are written so that no plural form is needed.
Ids that begin with one of ``PARTS`` and a point stand in modules of their own: of the page of a
layer, of values at places, of pages that explain, of the OGC API, of what is written without
script, of candidate sites. What a native reader has confirmed (``read.py``) stands above them.
"""

from collections.abc import Mapping
from importlib import import_module

from layers.messages import read

LANGUAGES = ("kk", "uz", "ru", "en")
PARTS = ("about", "edr", "learn", "ogcapi", "public", "site")


def _texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in (language, *(f"{part}_{language}" for part in PARTS)):
        found |= import_module(f"layers.messages.{name}").TEXTS
    return found


_ENGLISH = _texts("en")
_CATALOGUES: Mapping[str, Mapping[str, str]] = {
    "en": _ENGLISH,
    **{each: _texts(each) | read.confirmed(each, _ENGLISH) for each in LANGUAGES if each != "en"},
}

SERVER_ONLY = tuple(f"{part}." for part in PARTS)
"""Beginnings of the ids that no script of the page reads."""

_SHIPPED = {text: name for name, text in _ENGLISH.items() if name.startswith("public.shipped.")}

__all__ = ["LANGUAGES", "SERVER_ONLY", "catalogue", "shipped", "text"]


def catalogue(language: str) -> Mapping[str, str]:
    """Return all texts of a language; KeyError for one that is not of ``LANGUAGES``."""
    return _CATALOGUES[language]


def shipped(words: str, language: str) -> str:
    """Return who is credited or named, in a language where it came with the server, else as it is.

    An operator's data have names of their own, which nobody has translated.
    """
    parts = [words] if words in _SHIPPED else words.split("; ")
    known = _CATALOGUES[language]
    return "; ".join(known[_SHIPPED[part]] if part in _SHIPPED else part for part in parts)


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
