"""The classes of a style as a table for people: colours, edges and what they mean."""

from typing import Any

from layers import messages, units
from layers.model import LayerDefinition, StyleDefinition
from mapserver.documents import figures, page_config
from mapserver.documents.assets import Assets


def style_table(
    layer: LayerDefinition,
    style: StyleDefinition,
    language: str,
    assets: Assets,
    dose_unit: str = "nSv/h",
) -> dict[str, Any]:
    """Return a style with its classes as they are written, high values first.

    ``dose_unit`` is what dose rates are written in.
    """
    block = page_config.style_block(layer, style, language, assets)
    in_percent = block["unit"] == "1"
    is_dose = block["unit"] == "nSv/h"
    unit = "%" if in_percent else figures.unit(dose_unit if is_dose else block["unit"], language)
    caption = block["title"]
    if style.measure in ("mean", "value") and layer.quantity:
        caption = messages.catalogue(language).get(f"quantity.{layer.quantity}", caption)
    scale = 100.0 if in_percent else 1.0
    if is_dose:
        scale = units.from_canonical(1.0, dose_unit, "ambient_dose_rate")
    classes = [
        {**each, "edges": each["label"] or _edges(each["low"], each["high"], scale, language)}
        for each in reversed(block["classes"])
    ]
    return {**block, "classes": classes, "caption": f"{caption}, {unit}" if unit else caption}


def _edges(low: float | None, high: float | None, scale: float, language: str) -> str:
    below = "" if low is None else figures.edge(scale * low, language)
    above = "" if high is None else figures.edge(scale * high, language)
    if below and above:
        return f"{below}–{above}"
    if above:
        return messages.text("about.below", language, high=above)
    if below:
        return messages.text("about.above", language, low=below)
    return messages.text("about.everything", language)
