"""Which rows have a property that is written as a plain text, as parameters of an address are."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.filtering.periods import moment
from layers.filtering.rows import Rows

BoolArray = NDArray[np.bool_]


def property_equal(rows: Rows, name: str, text: str) -> BoolArray:
    """Tell which rows have a property that is written so: text as it is, a number by its value.

    Raises
    ------
    BadParameterError
        For a text that no value of a property of numbers or truths can be.
    """
    coded = rows.column(name)
    known = [value for value in coded.values if value is not None]
    wanted: Any = text
    if known and all(isinstance(value, bool) for value in known):
        truths = {"true": True, "false": False}
        if text.lower() not in truths:
            raise BadParameterError(f'{name} is "{text}"; true or false was expected')
        wanted = truths[text.lower()]
    elif known and all(isinstance(value, int | float) for value in known):
        try:
            wanted = float(text)
        except ValueError:
            raise BadParameterError(f'{name} is "{text}"; a number was expected') from None
    at = moment(text)

    def same(value: Any) -> bool:
        if isinstance(value, list):
            return text in value
        # A time has many spellings.
        return value == wanted or (
            isinstance(value, str) and not math.isnan(at) and moment(value) == at
        )

    equal = [value is not None and same(value) for value in coded.values]
    found: BoolArray = np.array(equal, bool)[coded.index]
    return found
