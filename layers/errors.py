"""Everything that can go wrong below the web.

LayersError
├── NotFoundError        UnknownLayerError, UnknownStyleError, UnknownStationError, NoSurfaceError
│   └── GoneError        (a version that is no longer kept)
├── BadRequestError      BadExtentError, BadInstantError, BadParameterError, UnsupportedFormatError
├── BadInputError        UnknownUnitError, BadFileError, BadVariogramError
│   └── TooLargeError
├── ConflictError        (the same batch id with other content; another context)
├── ForbiddenError       (a token that may not write this)
├── CatalogError         (the catalogue file says something that cannot be)
└── UnavailableError     StoreLockedError, FeedUnreachableError, BusyError

The text of an error is written for the person who will read it: what was asked, what was
expected, what is near.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class LayersError(Exception):
    """Base of every error raised below the web."""


class NotFoundError(LayersError):
    """What was asked for does not exist here."""


class UnknownLayerError(NotFoundError):
    """No layer of that id is in the catalogue."""


class UnknownStyleError(NotFoundError):
    """The layer has no style of that id."""


class UnknownStationError(NotFoundError):
    """No station of that code is registered."""


class NoSurfaceError(NotFoundError):
    """There is no surface for that quantity and time."""


class GoneError(NotFoundError):
    """That version existed and is no longer kept."""


class BadRequestError(LayersError):
    """A question that cannot be answered as it was put."""


class BadExtentError(BadRequestError):
    """A bounding box, tile or position outside of what can be asked."""


class BadInstantError(BadRequestError):
    """A time that is not an instant, or carries no zone."""


class BadParameterError(BadRequestError):
    """A parameter with a value that is not understood."""


class UnsupportedFormatError(BadRequestError):
    """A format that is not offered for this."""


class BadInputError(LayersError):
    """Data that cannot be what they claim to be."""


class UnknownUnitError(BadInputError):
    """A unit that is not known for the quantity."""


class BadFileError(BadInputError):
    """A file that is not in the format it was offered as."""


class BadVariogramError(BadInputError):
    """Covariance parameters outside of their domain."""


class TooLargeError(BadInputError):
    """More bytes, pixels, rows or features than the stated limit."""


class ConflictError(LayersError):
    """The request contradicts what is already stored."""


class ForbiddenError(LayersError):
    """The writer has no right to do this."""


class CatalogError(LayersError):
    """The catalogue file cannot be used as it stands."""


class UnavailableError(LayersError):
    """It would work at another moment."""


class StoreLockedError(UnavailableError):
    """Another process owns the data directory."""


class FeedUnreachableError(UnavailableError):
    """A feed did not answer."""


class BusyError(UnavailableError):
    """The waiting room is full."""


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ``'; did you mean "x"?'`` for the nearest of ``words``, or an empty string."""
    close = get_close_matches(word.lower(), sorted(words), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""
