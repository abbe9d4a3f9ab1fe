"""The ground motion models that maps are made of, by name."""

from collections.abc import Mapping

from layers.errors import BadParameterError, nearest
from layers.seismic import boore_2014, chiou_youngs_2014
from layers.seismic.events import Model

MODELS: Mapping[str, Model] = {
    boore_2014.ID: boore_2014.pga,
    chiou_youngs_2014.ID: chiou_youngs_2014.pga,
}
TITLES = {each.ID: each.TITLE for each in (boore_2014, chiou_youngs_2014)}


def model(name: str) -> Model:
    """Return a model.

    Raises
    ------
    BadParameterError
        For a name that is none, with the nearest.
    """
    if name not in MODELS:
        raise BadParameterError(
            f'no ground motion model "{name}"; known are {", ".join(MODELS)}{nearest(name, MODELS)}'
        )
    return MODELS[name]
