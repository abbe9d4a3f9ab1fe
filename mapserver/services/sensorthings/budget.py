"""What one answer may cost, over all that is filtered and expanded in it."""

from layers.errors import TooLargeError

MOST_ENTITIES = 20_000
"""Entities of one answer, all that are expanded counted."""
MOST_EXAMINED = 100_000
"""Observations that are looked at for one answer, all that are expanded counted."""
MOST_STEPS = 1_000_000
"""Values that expressions meet in one answer: a path that leads to many meets each of them."""
COUNTED_AT_ONCE = 20
"""Observations that are counted by the index in the time in which one is looked at."""


class Budget:
    """What is left of all that one answer may cost.

    Raises
    ------
    TooLargeError
        By each method, where nothing is left.
    """

    def __init__(self) -> None:
        self._entities, self._examined, self._steps = MOST_ENTITIES, MOST_EXAMINED, MOST_STEPS

    def spend(self, entities: int) -> None:
        """Take note of entities that are sent."""
        self._entities -= entities
        if self._entities < 0:
            raise TooLargeError(
                f"the answer would hold more than {MOST_ENTITIES:,} entities; "
                "ask for fewer by $top, within $expand too"
            )

    def examine(self, observations: int) -> None:
        """Take note of observations that are looked at."""
        self._examined -= observations
        if self._examined < 0:
            raise TooLargeError(
                f"more than {MOST_EXAMINED:,} observations would have to be looked at for the "
                "answer; expand fewer by $top, or name a phenomenonTime in the $filter of $expand"
            )

    def step(self, values: int) -> None:
        """Take note of values that an expression meets."""
        self._steps -= values
        if self._steps < 0:
            raise TooLargeError(
                f"$filter would meet more than {MOST_STEPS:,} values; ask for fewer entities, or "
                "by shorter paths"
            )
