"""The texts of a language as a gettext catalogue, for the programs that translators work with.

An entry is named by its id (``msgctxt``); ``msgid`` is the English text. What no native reader has
seen is marked ``fuzzy``, as gettext marks what waits for a person. Read back, an entry that is no
longer fuzzy is the reader's word: its text is confirmed, changed or not.
"""

import json
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from layers import messages
from layers.errors import BadFileError
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


@dataclass
class Returned:
    """A catalogue that came back: what is confirmed, what still waits, and what is refused."""

    language: str
    texts: dict[str, str] = field(default_factory=dict)
    waiting: int = 0
    refused: list[str] = field(default_factory=list)


def returned(text: str) -> Returned:
    """Read a catalogue that a native reader has gone through.

    Raises
    ------
    BadFileError
        Where the file is none, or names no language that waits for readers.
    """
    entries = list(_entries(text))
    head = next((each.text for each in entries if not each.context and not each.source), "")
    named = re.search(r"^Language: *(\w\w)", head, re.MULTILINE)
    language = named[1] if named else ""
    if language not in review.READERS:
        raise BadFileError('its head must say "Language: kk", uz or ru')
    found = Returned(language)
    for each in entries:
        if not each.context:
            continue
        if why := _fault(each, language):
            found.refused.append(f"{each.context}: {why}")
        elif each.fuzzy or not each.text:
            found.waiting += 1
        else:
            found.texts[each.context] = each.text
    return found


@dataclass
class _Read:
    fuzzy: bool = False
    context: str = ""
    source: str = ""
    text: str = ""


_PARTS = {"msgctxt": "context", "msgid": "source", "msgstr": "text"}
_LINE = re.compile(r'(?:(msgctxt|msgid|msgstr)\s+)?(".*")')


def _entries(text: str) -> Iterator[_Read]:
    """Yield the entries of a catalogue; a text may go on over several lines."""
    entry, part = _Read(), ""
    for number, line in enumerate([*text.removeprefix("\ufeff").splitlines(), ""], start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            if part == "text":  # what begins anew ends what stood before
                yield entry
                entry, part = _Read(), ""
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            continue
        found = _LINE.fullmatch(line)
        part = _PARTS[found[1]] if found and found[1] else part
        try:
            piece = json.loads(found[2]) if found and part else None
        except ValueError:
            piece = None
        if piece is None:
            raise BadFileError(f"line {number} is none of a gettext catalogue: {line[:60]}")
        setattr(entry, part, getattr(entry, part) + piece)


def _fault(entry: _Read, language: str) -> str:
    """Say why an entry cannot be taken, or nothing."""
    english = messages.catalogue("en").get(entry.context)
    if english is None:
        return "there is no such text"
    if entry.source != english:
        return "its English text is another by now"
    if entry.text and not entry.fuzzy:
        try:
            names = _names(entry.text)
        except ValueError:
            return "a brace stands alone"
        if names != _names(english):
            wanted = ", ".join(f"{{{name}}}" for name in _names(english))
            return f"it must hold {wanted or 'no braces'}"
        if entry.text.count("|") != english.count("|"):
            return "its list has another length"
        if language == "uz" and re.search(r"[og]['`\u2018\u2019]", entry.text, re.IGNORECASE):
            return "o\u02bb and g\u02bb are written with \u02bb (U+02BB)"
    return ""


def _names(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _entry(context: str, source: str, text: str, flags: Sequence[str]) -> str:
    lines = [f"#, {', '.join(flags)}"] if flags else []
    lines += [f"msgctxt {_quoted(context)}"] if context else []
    lines += [f"msgid {_quoted(source)}", f"msgstr {_quoted(text)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as gettext writes it: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
