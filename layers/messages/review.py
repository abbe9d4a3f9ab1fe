"""Which texts a native reader has seen. English is what the others are written after.

A reader's word counts for the text that was read: one that is changed later waits again.
"""

import hashlib
from collections.abc import Mapping

from layers import messages

READ: Mapping[str, Mapping[str, str]] = {"kk": {}, "uz": {}, "ru": {}}
"""For each language the ids that were read, with the digest of the text that stood there."""


def digest(text: str) -> str:
    """Return a short name of a text, as ``READ`` holds it."""
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def is_read(message: str, language: str) -> bool:
    """Tell whether a native reader has seen the text that an id has now."""
    if language not in READ:
        return True
    return READ[language].get(message) == digest(messages.text(message, language))


def waiting(language: str) -> list[str]:
    """Return the ids whose text waits for a native reader."""
    return [each for each in messages.catalogue(language) if not is_read(each, language)]
