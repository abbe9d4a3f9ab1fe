"""What a printed document is made of: one description, from which HTML and PDF are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mapserver.documents.drawing import Drawing

Tone = Literal["", "hit", "possible", "clear", "missing", "note", "notice", "strong"]

MARKS: Mapping[Tone, str] = {"hit": "■", "possible": "▲", "clear": "✓", "missing": "○"}
"""Before a finding, so that it does not hang on its colour; pages have them by their style."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its tone says how it is meant, and is never the only sign of it."""

    words: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a name and what is known."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    words: str
    tone: Tone = ""
    small: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a header; ``numbers`` tells which columns are set right."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[bool, ...]
    caption: str = ""
    widths: tuple[float, ...] = ()
    """Shares of the width on paper; all alike where empty."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with the words that stand for it."""

    drawing: Drawing
    caption: str


Block = Text | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document in one language."""

    language: str
    title: str
    kicker: str
    notice: tuple[str, ...]
    sections: tuple[Section, ...] = field(default=())
    footer: str = ""


def cells(*words: str | Cell) -> tuple[Cell, ...]:
    """Return words as cells."""
    return tuple(word if isinstance(word, Cell) else Cell(word) for word in words)


def table(
    header: Sequence[str], rows: Sequence[Sequence[str | Cell]], numbers: str,
    caption: str = "", widths: Sequence[float] = (),
) -> Table:  # fmt: skip
    """Return a table; ``numbers`` has a letter for each column: n for numbers, t for texts."""
    return Table(
        tuple(header), tuple(cells(*row) for row in rows), tuple(c == "n" for c in numbers),
        caption, tuple(widths),
    )  # fmt: skip
