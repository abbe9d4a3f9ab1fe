"""HTTP/1.1 for a WSGI application: what is quick is answered by the loop, all else by threads."""

from mapserver.wire.house import Answer, Application
from mapserver.wire.listening import answer_until_told, listeners
from mapserver.wire.request import Request, environ
from mapserver.wire.workers import Workers, forked

__all__ = [
    "Answer",
    "Application",
    "Request",
    "Workers",
    "answer_until_told",
    "environ",
    "forked",
    "listeners",
]
