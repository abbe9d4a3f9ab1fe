"""Text tables: lines, separators, header words. Shared by all formats made of rows."""

import contextlib
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from layers.errors import BadFileError, BadParameterError, TooLargeError, nearest
from layers.exchange.adapter import COLUMN, Defaults
from layers.exchange.limits import MAX_LINE_CHARS, MAX_ROWS, RAW_CHARS
from layers.model import RejectedRecord

_SEPARATORS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[int, list[str], str]
"""Line number (the first line of the file is 1), cells as they stand, raw line."""


class RowFault(Exception):
    """Why one row is not taken: a code for machines and a sentence for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code

    def record(self, line: int, raw: str) -> RejectedRecord:
        """Return the record of the row that was not taken."""
        return RejectedRecord(line, self.code, str(self), raw[:RAW_CHARS])


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it; ``comma`` tells that numbers may have a decimal comma."""

    header: tuple[str, ...]
    comma: bool
    rows: Iterator[Row | RejectedRecord]


T = TypeVar("T")


def each(
    source: Table,
    column: Mapping[str, int],
    made: Callable[[dict[str, str], int], T],
    named: Callable[[T], tuple[str, str]],
) -> Iterator[T | RejectedRecord]:
    """Yield what is made of each row, or why it is not taken, in file order; an id stands once.

    Parameters
    ----------
    column : mapping
        Name of a column to its place in a row.
    made : callable
        The words of a row by column and its line, to a record; raises RowFault.
    named : callable
        A record to its id, and the word for what that is.
    """
    seen: dict[str, int] = {}
    for row in source.rows:
        if isinstance(row, RejectedRecord):
            yield row
            continue
        line, cells, raw = row
        try:
            record = made({name: unguarded(cells[i].strip()) for name, i in column.items()}, line)
            word, what = named(record)
            if word in seen:
                raise RowFault(
                    "duplicate_id", f'the {what} "{word}" stands in line {seen[word]} already'
                )
        except RowFault as fault:
            yield fault.record(line, raw)
            continue
        seen[word] = line
        yield record


def table(stream: BinaryIO) -> Table:
    """Return header and rows of a UTF-8 table separated by comma, semicolon or TAB.

    Each row is one line, so an unclosed quote costs one row and not the rest of the file.

    Raises
    ------
    BadFileError
        For an empty or binary file, another encoding, a header of one word twice.
    TooLargeError
        Beyond ``MAX_ROWS`` rows.
    """
    lines = _lines(stream)
    number, head = next(((n, text) for n, text in lines if text.strip()), (0, ""))
    if not number:
        raise BadFileError("the file is empty")
    if len(head) > MAX_LINE_CHARS or not head.strip("\n").replace("\t", "").isprintable():
        raise BadFileError("the file is no text table: its first line is no header")
    separator = max(_SEPARATORS, key=head.count)
    cells = _cells(head, separator)
    if cells is None:
        raise BadFileError("the header has a quote that is not closed")
    header = tuple(" ".join(cell.lower().split()) for cell in cells)
    for word in header:
        if word and header.count(word) > 1:
            raise BadFileError(f'the header has the column "{word}" twice')
    return Table(header, separator != ",", _rows(lines, separator, len(header)))


def columns(
    header: Sequence[str], known: Mapping[str, Sequence[str]], defaults: Defaults
) -> dict[str, int]:
    """Return which column holds what: name to index, by aliases and ``column.NAME`` options.

    Raises
    ------
    BadParameterError
        For an option that names an unknown thing or a column that is not in the header.
    """
    found = {
        name: header.index(word)
        for name, aliases in known.items()
        for word in (next((w for w in (name, *aliases) if w in header), None),)
        if word is not None
    }
    for key, word in defaults.items():
        if not key.startswith(COLUMN):
            continue
        name, wanted = key.removeprefix(COLUMN), " ".join(word.lower().split())
        if name not in known:
            raise BadParameterError(
                f'"{key}" names no column that is read; known are {", ".join(known)}'
                f"{nearest(name, known)}"
            )
        if wanted not in header:
            raise BadParameterError(
                f'"{key}" is "{word}", and the file has no such column{nearest(wanted, header)}'
            )
        found[name] = header.index(wanted)
    return found


def missing(header: Sequence[str], expected: Sequence[str], lacking: Sequence[str]) -> BadFileError:
    """Return the error that says which columns were expected and what is near."""
    lacks = ", ".join(f'"{name}"{_near(name, header)}' for name in lacking)
    return BadFileError(
        f"the header has no column {lacks}; expected were {', '.join(expected)}; "
        f"found were {', '.join(header)[:300]}"
    )


def _near(name: str, header: Sequence[str]) -> str:
    near = nearest(name.split(" ")[0], header)
    return f" ({near.removeprefix('; ')})" if near else ""


def guarded(text: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    text = io.TextIOWrapper(stream, "utf-8-sig", newline=None)
    number = 0
    try:
        for number, line in enumerate(text, start=1):
            yield number, line
    except UnicodeDecodeError as fault:
        raise BadFileError(
            f"the file is not UTF-8 (byte 0x{fault.object[fault.start]:02X} near line "
            f"{number + 1}); no other encoding is guessed: save it as CSV UTF-8"
        ) from None
    finally:
        with contextlib.suppress(ValueError):
            text.detach()


def _rows(
    lines: Iterator[tuple[int, str]], separator: str, width: int
) -> Iterator[Row | RejectedRecord]:
    count = 0
    for number, line in lines:
        raw = line.rstrip("\n")
        if not raw or raw.isspace():
            continue
        count += 1
        if count > MAX_ROWS:
            raise TooLargeError(f"the file has more than {MAX_ROWS:,} rows")
        cells = _cells(raw, separator) if '"' in raw else raw.split(separator)
        if len(raw) > MAX_LINE_CHARS:
            fault = RowFault("size", f"the row is longer than {MAX_LINE_CHARS:,} characters")
        elif "\0" in raw:
            fault = RowFault("characters", "the row holds a zero byte")
        elif cells is None:
            fault = RowFault("quotes", "the row has a quote that is not closed, or text behind one")
        elif len(cells) != width:
            fault = RowFault(
                "columns", f"{width} columns were expected as in the header, {len(cells)} found"
            )
        else:
            yield number, cells, raw
            continue
        yield fault.record(number, raw)


def _cells(line: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader([line.rstrip("\n")], delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        return None
