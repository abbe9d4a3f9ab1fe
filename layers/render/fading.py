"""Classes that fade where they are uncertain: what lies below a picture comes through there."""

import numpy as np

from layers.model import StyleDefinition
from layers.render.ramp import ColourArray
from layers.render.surface import ClassArray

MEASURES = ("mean", "median", "quantile")
"""What fades. A chance or a spread tells of the uncertainty itself."""
DOUBT = StyleDefinition("doubt", measure="uncertainty", breaks=(0.2, 0.3, 0.5))
"""Relative uncertainty from which on less of a class is left."""
LEFT = (1.0, 0.9, 0.7, 0.3)
"""Share of a colour in each class of ``DOUBT``: from all at 0.15 straight down to 0.3 at 0.5."""

MOST_BREAKS = 62
"""Every colour in each share, and the unknown, share one byte."""


def faded(
    shown: ClassArray, doubt: ClassArray, colours: ColourArray
) -> tuple[ClassArray, ColourArray]:
    """Return classes by value and uncertainty, and their colours.

    Parameters
    ----------
    shown : array of uint8, shape (n, m)
        Rows of ``colours``; 0 is unknown.
    doubt : array of uint8, shape (n, m)
        Classes of ``DOUBT``, low first from 1 on. Where nothing is known of it (0) nothing fades.
    colours : array of uint8, shape (k, 4)
        RGBA, k at most 64.

    Returns
    -------
    array of uint8, shape (n, m), and array of uint8, shape (l, 4)
        Only colours that are there; row 0 stays the unknown.
    """
    steps = len(LEFT)
    both = shown * np.uint8(steps) + np.maximum(doubt, 1) - np.uint8(1)
    both[shown == 0] = 0
    table = colours.repeat(steps, axis=0)
    table[:, 3] = np.rint(table[:, 3] * np.tile(LEFT, len(colours)))
    used = np.bincount(both.ravel(), minlength=len(table)) > 0
    used[0] = True
    place = (np.cumsum(used) - 1).astype(np.uint8)
    return place[both], table[used]
