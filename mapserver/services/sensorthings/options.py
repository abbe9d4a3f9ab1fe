"""The query of an address, read."""

from werkzeug.datastructures import MultiDict

from layers.errors import BadParameterError
from mapserver import params
from mapserver.services.sensorthings.lexer import ExpressionError
from mapserver.services.sensorthings.parser import Parser
from mapserver.services.sensorthings.syntax import Options
from mapserver.services.sensorthings.vocabulary import EntitySet

OF_ONE = ("$select", "$expand")
OF_REFERENCES = ("$filter", "$orderby", "$top", "$skip", "$count", "$skiptoken")
OF_MANY = (*OF_REFERENCES, *OF_ONE)
OF_OBSERVATIONS = (*OF_MANY, "$resultFormat")


def read(query: MultiDict[str, str], entities: EntitySet, known: tuple[str, ...]) -> Options:
    """Return the options of a query.

    Raises
    ------
    BadParameterError
        For one that is not known here, stands twice or cannot be read; with the place in it.
    """
    params.only(query, known)
    said: dict[str, object] = {}
    for name, text in query.items():
        try:
            said[_FIELDS.get(name, name[1:])] = _read(name, text, entities)
        except ExpressionError as reason:
            raise BadParameterError(f"{name}: {reason}") from None
    return Options(**said, raw=dict(query.items()))  # type: ignore[arg-type]


def _read(name: str, text: str, entities: EntitySet) -> object:
    if name == "$skiptoken":
        return text
    if name == "$resultFormat":
        if text != "dataArray":
            raise BadParameterError(f'$resultFormat is "{text}"; dataArray was expected')
        return text
    parser = Parser(text, entities)
    read = {
        "$filter": parser.expression,
        "$orderby": parser.orderby,
        "$select": parser.select,
        "$expand": parser.expand,
        "$top": parser.number,
        "$skip": parser.number,
        "$count": parser.truth,
    }[name]
    return parser.whole(read)


_FIELDS = {"$resultFormat": "result_format"}
