"""Which bands the file of a surface has: mean and deviation, and what its styles show beside."""

from layers import units
from layers.exchange.cog import Band
from layers.model import LayerDefinition, StyleDefinition, SurfaceInfo
from layers.store.geotiff import DESCRIPTIONS, named

_ALWAYS = (StyleDefinition("mean", measure="mean"), StyleDefinition("sd", measure="sd"))
_SENTENCES = {
    "mean": "expected value; empty where the network cannot know",
    "sd": "standard deviation of the field; empty where the network cannot know",
    "median": "value that is as likely passed as not",
    "quantile": "value that is not passed with a probability of 0.95",
    "exceedance": "probability that the value exceeds the threshold",
    "uncertainty": "standard deviation over mean",
}
_SHARES = ("exceedance", "uncertainty")


def name_of(style: StyleDefinition) -> str:
    """Return the name of the band that a style shows."""
    if style.measure == "exceedance":
        return f"exceedance_{style.threshold:g}"
    return style.measure


def shown(layer: LayerDefinition) -> dict[str, StyleDefinition]:
    """Return the measures that are bands of a surface, by their names in order."""
    found: dict[str, StyleDefinition] = {}
    for style in (*_ALWAYS, *layer.styles):
        found.setdefault(name_of(style), style)
    return found


def described(layer: LayerDefinition) -> tuple[Band, ...]:
    """Return the bands that every surface of a layer begins with: ``shown``, and support."""
    unit = units.MAPPED[str(layer.quantity)].unit
    return (
        *(
            Band(name, "1" if style.measure in _SHARES else unit, _SENTENCES[style.measure])
            for name, style in shown(layer).items()
        ),
        Band("support", "1", DESCRIPTIONS["support"]),
    )


def of_surface(layer: LayerDefinition, info: SurfaceInfo) -> tuple[Band, ...]:
    """Return all bands of a surface; the last ones are what the others are computed from."""
    unit = units.MAPPED[info.quantity].unit
    latent = f"ln({unit})" if info.transform == "log" else unit
    *parameters, _ = named({**info.tags, "transform": info.transform})
    return (*described(layer), *(Band(name, latent, words) for name, words in parameters))


def number_of(layer: LayerDefinition, style: StyleDefinition) -> int:
    """Return the number of the band that a style of cells shows, counted from 1."""
    return list(shown(layer)).index(name_of(style)) + 1 if layer.quantity else 1
