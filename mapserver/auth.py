"""Who may write: a bearer token of one organisation, read from the header and never the address."""

from flask import Request

from layers.errors import LayersError


class TokenMissingError(LayersError):
    """The request carries no usable token."""


def bearer(request: Request) -> str:
    """Return the bearer token of a request.

    Raises
    ------
    TokenMissingError
        Where there is none, or it stands in the address, where logs would keep it.
    """
    if "token" in request.args or "access_token" in request.args:
        raise TokenMissingError(
            "a token in the address ends up in logs; send it as 'Authorization: Bearer ...'"
        )
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise TokenMissingError("a token is needed: send 'Authorization: Bearer ...'")
    if len(token) > 200 or not token.isascii() or not token.isprintable():
        raise TokenMissingError("that is no token of this server")
    return token


def prefix(token: str) -> str:
    """Return the part of a token that may be written down."""
    return token.partition(".")[0][:16]
