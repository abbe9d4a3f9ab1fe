"""Answers kept in memory while nobody has written to the database."""

import contextlib
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

MEMO_S = 10.0
"""How long an unchanged store may be answered from memory: an embargo lifts by the clock."""
MEMO_ENTRIES = 2_000
_NONE = object()

_Edition = tuple[int, float]
_Answers = dict[Hashable, object]


class _Still(threading.local):
    """What a thread has seen of the memory, while it is to see no other."""

    answers: tuple[_Edition, _Answers] | None = None


class Memo:
    """The answers of one database; safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answers: _Answers = {}
        self._edition: _Edition = (-1, 0.0)
        self._lock = threading.Lock()
        self._still = _Still()
        self._watch: Connection | None = None
        self._driver: Any = None

    def close(self) -> None:
        """Give back the connection."""
        if self._watch is not None:
            self._watch.close()

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Look once whether somebody wrote, for all that this thread asks within."""
        self._still.answers = self._standing()
        try:
            yield
        finally:
            self._still.answers = None

    def edition(self) -> Hashable:
        """Return what differs as soon as an answer may: somebody wrote, or an embargo may lift."""
        return self._standing()[0]

    def answer(self, key: Hashable, ask: Callable[[Connection], T]) -> T:
        """Return an answer from memory while nobody has written to the database."""
        answers = (self._still.answers or self._standing())[1]
        found = answers.get(key, _NONE)
        if found is _NONE:
            with self._engine.connect() as connection:
                found = answers[key] = ask(connection)
        return found  # type: ignore[return-value]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of answers, made anew when one of them may be another."""
        answers = (self._still.answers or self._standing())[1]
        found = answers.get(key, _NONE)
        if found is _NONE:
            found = answers[key] = make()
        return found  # type: ignore[return-value]

    def _standing(self) -> tuple[_Edition, _Answers]:
        if self._still.answers is not None:
            return self._still.answers
        with self._lock:
            if self._watch is None:
                self._watch = self._engine.connect()
                # Asked of the driver: this comes before every answer, a thousand times for some.
                self._driver = self._watch.connection.driver_connection
            change = int(self._driver.execute("PRAGMA data_version").fetchone()[0])
            moment = time.monotonic()
            known, since = self._edition
            if change != known or moment - since > MEMO_S or len(self._answers) > MEMO_ENTRIES:
                self._answers = {}
                self._edition = (change, moment)
            return self._edition, self._answers
