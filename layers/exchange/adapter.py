"""What a format promises."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from layers.errors import BadParameterError, nearest
from layers.exchange.limits import MAX_BYTES, limited
from layers.model import Feature, Observation, RejectedRecord, Station
from layers.model.raster import RasterInfo

Record = Observation | Station | Feature | RasterInfo | RejectedRecord
Defaults = Mapping[str, str]
Yields = Literal["observations", "features", "stations", "raster"]
COLUMN = "column."
"""Begins the options that name an unusual column: ``column.quantity = code``."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One format: how it is recognised, read and written.

    ``read(stream, defaults)`` is a generator of records in file order; ``write(records, stream)``
    returns how many it wrote. ``options`` are the keys understood in ``defaults``.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    yields: Yields
    read: Callable[[BinaryIO, Defaults], Iterator[Record]]
    write: Callable[[Iterable[Record], BinaryIO], int] | None = None
    options: tuple[str, ...] = ()

    def records(
        self, stream: BinaryIO, defaults: Defaults | None = None, max_bytes: int = MAX_BYTES
    ) -> Iterator[Record]:
        """Yield the records of a file in its order.

        Parameters
        ----------
        stream : binary stream
            Read once, front to end, never closed.
        defaults : mapping of text to text
            What the file does not say itself, by the keys of ``options``.
        max_bytes : int
            Where reading stops with an error.

        Raises
        ------
        BadFileError, TooLargeError, BadParameterError
            BadFileError and TooLargeError may come after records were yielded, since a cut file
            is seen late: a file is one transaction, and nothing of a refused one may be kept.
        """
        given = dict(defaults or {})
        for key in given:
            if key not in self.options and not (key.startswith(COLUMN) and COLUMN in self.options):
                known = [option for option in self.options if option != COLUMN]
                raise BadParameterError(
                    f'{self.id} has no option "{key}"; known are {", ".join(known) or "none"}'
                    f"{nearest(key, known)}"
                )
        return self.read(limited(stream, max_bytes), given)
