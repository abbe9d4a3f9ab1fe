"""The words of an OData expression, each with its place in the text."""

import re
from dataclasses import dataclass

from layers.errors import BadParameterError

MOST_TOKENS = 1_000

_TIME = r"\d{2}:\d{2}:\d{2}(?:\.\d+)?"
_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})"
_PATTERNS = (
    ("space", r"[ \t]+"),
    ("interval", rf"{_INSTANT}/{_INSTANT}"),
    ("instant", _INSTANT),
    ("date", r"\d{4}-\d{2}-\d{2}(?!\d)"),
    ("time", _TIME),
    ("number", r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?(?![A-Za-z_\d])"),
    ("geography", r"(?:geography|geometry)'(?:[^']|'')*'"),
    ("duration", r"duration'(?:[^']|'')*'"),
    ("string", r"'(?:[^']|'')*'"),
    ("option", r"\$[A-Za-z]+"),
    ("name", r"@?[^\W\d]\w*(?:[.@]\w+)*"),
    ("mark", r"[(),/;=*-]"),
)
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS), re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, its text as it stands there, and where it begins."""

    kind: str
    text: str
    position: int


class ExpressionError(BadParameterError):
    """An expression that cannot be read, with the place at which it stops making sense."""

    def __init__(self, said: str, position: int) -> None:
        super().__init__(f"{said}, at character {position + 1}")


def tokens(text: str) -> list[Token]:
    """Return the words of a text; the last one is of the kind ``end``.

    Raises
    ------
    ExpressionError
        Where something begins that is no word, or where there are too many.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position : position + 12]
            said = "a text without its closing quote" if rest[0] == "'" else f'"{rest}" is no word'
            raise ExpressionError(said, position)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], position))
        if len(found) > MOST_TOKENS:
            raise ExpressionError(f"more than {MOST_TOKENS} words", position)
        position = match.end()
    found.append(Token("end", "", len(text)))
    return found


def unquoted(text: str) -> str:
    """Return what stands between the quotes of a word."""
    return text[text.index("'") + 1 : -1].replace("''", "'")
