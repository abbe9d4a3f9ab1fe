"""The texts of a language as a gettext catalogue, for the programs that translators work with.

An entry is named by its id (``msgctxt``); ``msgid`` is the English text. What no native reader has
seen is marked ``fuzzy``, as gettext marks what waits for a person.
"""

import json
from collections.abc import Sequence

from layers import messages
from layers.messages import review

_HEADER = (
    "Project-Id-Version: Kyzylkum\n"
    "Language: {language}\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
)


def written(language: str) -> str:
    """Return the catalogue; KeyError for a language that is not of ``messages.LANGUAGES``."""
    texts, english = messages.catalogue(language), messages.catalogue("en")
    parts = [_entry("", "", _HEADER.format(language=language), ())]
    for message, text in texts.items():
        flags = ["python-brace-format"] if "{" in text else []
        if not review.is_read(message, language):
            flags.insert(0, "fuzzy")
        parts.append(_entry(message, english[message], text, flags))
    return "\n".join(parts)


def _entry(context: str, source: str, text: str, flags: Sequence[str]) -> str:
    lines = [f"#, {', '.join(flags)}"] if flags else []
    lines += [f"msgctxt {_quoted(context)}"] if context else []
    lines += [f"msgid {_quoted(source)}", f"msgstr {_quoted(text)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as gettext writes it: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
