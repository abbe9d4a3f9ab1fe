"""What is written on a picture of the map: title, hour, state, legend, sources, in one language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from layers import messages, units
from layers.model import CatalogDefinition, LayerDefinition, StyleDefinition
from layers.pictures import Caption, LegendKey, LegendRow
from layers.render.ramp import FAULT
from mapserver.documents import figures, page_config
from mapserver.documents.assets import Assets
from mapserver.documents.style_table import style_table


def mark(catalog: CatalogDefinition, language: str) -> str:
    """Return what every face says of data that are not real, in words; empty for real ones."""
    return messages.catalogue(language).get(f"context.{catalog.context}", "")


def credit(catalog: CatalogDefinition, assets: Assets, language: str) -> str:
    """Return sources and the note on borders, as they stand at the foot of a picture."""
    words = [mark(catalog, language)]
    named = [layer.attribution for layer in catalog.layers if layer.attribution]
    # Who is credited within another line is not credited twice.
    within = {part for one in named for part in one.split("; ") if part != one}
    words += [one for one in dict.fromkeys(named) if one not in within]
    notice = str(assets.land.get("notices", {}).get(language, ""))
    # Of the notice its first sentence: it says that the borders determine nothing.
    words.append(notice.partition(".")[0])
    return " · ".join(word for word in words if word)


def caption(
    catalog: CatalogDefinition,
    assets: Assets,
    language: str,
    *,
    filled: tuple[LayerDefinition, StyleDefinition] | None,
    overlays: Iterable[LayerDefinition] = (),
    threshold: float | None,
    unit: str,
    at: datetime | None,
    earthquake: tuple[Mapping[str, str], float] | None = None,
    utc_offset_min: int = 300,
) -> Caption:
    """Return the caption of a map of one layer in a style at an hour.

    ``earthquake`` are names and magnitude of what a scenario shows.
    """
    title = catalog.titles.get(language, catalog.title)
    lines = []
    legend, unknown = "", ""
    rows: tuple[LegendRow, ...] = ()
    if filled is not None:
        layer, style = filled
        lines.append(layer.titles.get(language, layer.title))
        legend, rows = _legend(layer, style, language, assets, unit)
        if style.measure == "exceedance":
            value = threshold if threshold is not None else style.threshold
            shown = page_config.value_text(value, _unit(layer), language)
            legend = messages.text("legend.exceedance", language, value=shown)
            lines.append(legend)
        unknown = messages.text("public.unknown", language)
    if earthquake is not None:
        names, magnitude = earthquake
        number = f"{magnitude:.1f}" if language == "en" else f"{magnitude:.1f}".replace(".", ",")
        name = names.get(language) or next(iter(names.values()))
        lines.append(messages.text("scenario.named", language, magnitude=number, name=name))
    if at is not None:
        lines.append(figures.hour(at, language, utc_offset_min))
    return Caption(
        title=title.split(" · "),
        lines=lines,
        badge=mark(catalog, language),
        legend=legend,
        rows=rows,
        unknown=unknown,
        keys=tuple(_keys(overlays, language)),
        notes=credit(catalog, assets, language),
    )


def _keys(overlays: Iterable[LayerDefinition], language: str) -> Iterator[LegendKey]:
    """Yield what the legend says of lines and circles above a surface."""
    for layer in overlays:
        words = layer.titles.get(language, layer.title)
        match layer.kind:
            case "zones" if layer.style("outline"):
                yield LegendKey("dashes", words)
            case "faults":
                yield LegendKey("line", words, FAULT)
            case "quakes":
                palette = layer.styles[0].palette
                yield LegendKey("circle", words, palette.colours[0] if palette else "")


def _unit(layer: LayerDefinition) -> str:
    return units.MAPPED[layer.quantity].unit if layer.quantity else ""


def _legend(
    layer: LayerDefinition, style: StyleDefinition, language: str, assets: Assets, unit: str
) -> tuple[str, tuple[LegendRow, ...]]:
    """Return the title of a legend and its classes, high values first."""
    table = style_table(layer, style, language, assets, unit)
    rows = tuple(LegendRow(row["colour"], row["edges"], row["words"]) for row in table["classes"])
    return str(table["caption"]), rows
