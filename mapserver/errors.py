"""One table above the tree of errors, spoken in three dialects.

problem+json (RFC 9457) for everything of our own and the OGC APIs, ServiceExceptionReport for
WMS (an HTTP 200, because clients show the text only then) and ExceptionReport for WMTS.
"""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from layers import errors


class LengthMissingError(errors.BadRequestError):
    """A posted body that does not say how long it is."""


class NotAcceptableError(errors.BadRequestError):
    """No format that the client takes is offered."""


class QueryTooLongError(errors.BadRequestError):
    """A query above the limit."""


class UnsupportedBodyError(errors.UnsupportedFormatError):
    """A posted body in a format or packing that is not taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status, OWS exception code, and a retry time in seconds where waiting helps."""

    status: int
    code: str
    retry_after_s: int | None = None


ANSWERS: dict[type[errors.LayersError], Answer] = {
    errors.UnknownLayerError: Answer(404, "LayerNotDefined"),
    errors.UnknownStyleError: Answer(404, "StyleNotDefined"),
    errors.GoneError: Answer(410, "NotFound"),
    errors.NotFoundError: Answer(404, "NotFound"),
    NotAcceptableError: Answer(406, "InvalidFormat"),
    LengthMissingError: Answer(411, "NoApplicableCode"),
    QueryTooLongError: Answer(414, "InvalidParameterValue"),
    UnsupportedBodyError: Answer(415, "InvalidFormat"),
    errors.UnsupportedFormatError: Answer(400, "InvalidFormat"),
    errors.BadRequestError: Answer(400, "InvalidParameterValue"),
    errors.TooLargeError: Answer(413, "InvalidParameterValue"),
    errors.BadInputError: Answer(422, "InvalidParameterValue"),
    errors.ConflictError: Answer(409, "InvalidParameterValue"),
    errors.ForbiddenError: Answer(403, "NoApplicableCode"),
    errors.CatalogError: Answer(500, "NoApplicableCode"),
    errors.UnavailableError: Answer(503, "NoApplicableCode", retry_after_s=2),
    errors.LayersError: Answer(500, "NoApplicableCode"),
}

TITLES = {
    400: "The request cannot be answered as it was put",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "That method is not offered here",
    406: "None of the formats that you take is offered",
    409: "It contradicts what is stored",
    410: "No longer kept",
    411: "Its length is needed",
    413: "Too large",
    414: "The address is too long",
    415: "That format is not taken here",
    422: "The data cannot be what they claim to be",
    500: "The server failed",
    503: "Try again in a moment",
}


def text_for(error: errors.LayersError) -> str:
    """Return what a client is told of an error; a 500 keeps its text to itself."""
    status = answer_for(error).status
    return str(error) if status < 500 or status == 503 else "see the server's log"


MOST_TOLD = 600


def answer_for(error: errors.LayersError) -> Answer:
    """Return the answer of the nearest ancestor that has one."""
    return next(ANSWERS[cls] for cls in type(error).__mro__ if cls in ANSWERS)


def shortened(text: str) -> str:
    """Return a sentence without the middle of what a client made too long to be read."""
    half = MOST_TOLD // 2
    return text if len(text) <= MOST_TOLD else f"{text[:half]} … {text[-half:]}"


def problem(status: int, detail: str, instance: str) -> dict[str, object]:
    """Return an RFC 9457 problem document."""
    detail, instance = shortened(detail), shortened(instance)
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "instance": instance,
    }


_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WMS_HEADS = {
    "1.3.0": (
        '<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd">'
    ),
    "1.1.1": (
        "<!DOCTYPE ServiceExceptionReport SYSTEM"
        ' "http://schemas.opengis.net/wms/1.1.1/WMS_exception_1_1_1.dtd">\n'
        '<ServiceExceptionReport version="1.1.1">'
    ),
}


def xml_text(text: str) -> str:
    """Return a text with a question mark for each letter that XML cannot hold."""
    return _NO_XML.sub("?", text)


def service_exception(code: str, text: str, version: str = "1.3.0") -> str:
    """Return a WMS ServiceExceptionReport; ``code`` is empty where the standard has none."""
    which = f" code={quoteattr(code)}" if code else ""
    said = escape(xml_text(shortened(text)))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{_WMS_HEADS[version]}\n'
        f"  <ServiceException{which}>{said}</ServiceException>\n"
        "</ServiceExceptionReport>\n"
    )


def exception_report(code: str, text: str, locator: str = "") -> str:
    """Return an OWS 1.1 ExceptionReport, as WMTS 1.0.0 speaks it."""
    where = f" locator={quoteattr(xml_text(shortened(locator)))}" if locator else ""
    said = escape(xml_text(shortened(text)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://www.opengis.net/ows/1.1'
        ' http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd"'
        ' version="1.0.0" xml:lang="en">\n'
        f"  <Exception exceptionCode={quoteattr(code)}{where}>\n"
        f"    <ExceptionText>{said}</ExceptionText>\n"
        "  </Exception>\n"
        "</ExceptionReport>\n"
    )
