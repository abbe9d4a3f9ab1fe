"""Which texts a native reader has confirmed. English is what the others are written after."""

from collections.abc import Mapping

from layers import messages
from layers.messages import read

READERS = tuple(language for language in messages.LANGUAGES if language != "en")
CONFIRMED: Mapping[str, frozenset[str]] = {
    each: frozenset(read.confirmed(each, messages.catalogue("en"))) for each in READERS
}
"""For each language the ids whose text of today was confirmed."""


def is_read(message: str, language: str) -> bool:
    """Tell whether a native reader has confirmed the text that an id has now."""
    return language not in READERS or message in CONFIRMED[language]


def waiting(language: str) -> list[str]:
    """Return the ids whose text waits for a native reader."""
    return [each for each in messages.catalogue(language) if not is_read(each, language)]
