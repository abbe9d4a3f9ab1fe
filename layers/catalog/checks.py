"""What entries of a catalogue and of a file of presets have in common."""

import re
from collections.abc import Mapping
from typing import Any

from layers.exchange.fields import Fields
from layers.messages import LANGUAGES

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")


def word(fields: Fields, word: str) -> str:
    """Return an id that is one."""
    if not _ID.fullmatch(word):
        raise fields.error(f'the id "{word}" must be lower-case letters, digits and hyphens')
    return word


def titles(fields: Fields, key: str = "titles") -> dict[str, str]:
    """Return the titles, or other texts, by language."""
    found = fields.texts(key)
    for language in found:
        if language not in LANGUAGES:
            raise fields.error(f'"{key}" knows {", ".join(LANGUAGES)}, not "{language}"')
    return found


def tables(fields: Fields, key: str) -> list[Mapping[str, Any]]:
    """Return the entries of a key that is written as an array of tables."""
    entries = fields.get(key, (list, dict), [])
    if isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries):
        raise fields.error(f'"{key}" must be written as [[{key}]] entries')
    return list(entries)


def once(fields: Fields, words: list[str], fault: str) -> None:
    """Refuse a word that stands there twice; ``fault`` says what is wrong with it."""
    for word in words:
        if words.count(word) > 1:
            raise fields.error(fault.format(word))
