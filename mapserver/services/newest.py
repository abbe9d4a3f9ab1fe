"""What an answer does where the newest version gives way while it is being made."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from layers.errors import GoneError

P = ParamSpec("P")
T = TypeVar("T")


def asked_twice(work: Callable[P, T]) -> Callable[P, T]:
    """Let work that looks up the newest version be done once more where that is gone by then."""

    @functools.wraps(work)
    def once_more(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except GoneError:
            return work(*args, **kwargs)

    return once_more
