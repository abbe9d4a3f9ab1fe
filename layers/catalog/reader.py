"""The catalogue file: TOML in, a checked CatalogDefinition out."""

import dataclasses
import itertools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers import kinds, units
from layers.catalog import checks
from layers.catalog.covariates import covariates
from layers.catalog.presets import presets
from layers.catalog.sources import derived
from layers.errors import BadExtentError, BadFileError, BadInputError, CatalogError
from layers.exchange import ADAPTERS
from layers.exchange.fields import Fields
from layers.geo import MAX_ZOOM, Bounds
from layers.model import (
    CatalogDefinition,
    Context,
    FeedDefinition,
    LayerDefinition,
    Palette,
    StyleDefinition,
)
from layers.model.criteria import Preset
from layers.screening import PRESETS

_WMS_NAME = re.compile(r"([A-Za-z_][\w.-]{0,62}:)?[A-Za-z_][\w.-]{0,62}", re.ASCII)
RELATIVE_TO = ("own-normal",)
"""What a surface may be relative to: what each station itself usually shows."""
DEMONSTRATION = "demonstration:"
"""Begins the path of what the package carries: a copied catalogue finds it from anywhere."""
DEMONSTRATION_DATA = Path(__file__).parents[1] / "demo" / "data"


def read(path: Path, palettes: Mapping[str, Palette]) -> CatalogDefinition:
    """Read and check a catalogue file.

    Raises
    ------
    CatalogError
        Naming the file, the entry, what is wrong with it and the nearest known word.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as reason:
        raise CatalogError(f"{path}: cannot be read ({reason.strerror})") from reason
    except UnicodeDecodeError as reason:
        raise CatalogError(f"{path}: is not UTF-8 text") from reason
    except tomllib.TOMLDecodeError as reason:
        raise CatalogError(f"{path}: {reason}") from reason
    return parse(table, path, palettes)


def parse(
    table: Mapping[str, Any], path: Path, palettes: Mapping[str, Palette]
) -> CatalogDefinition:
    """Check a parsed catalogue; ``path`` names it in errors and anchors relative paths."""
    fields = Fields(table, str(path.name))
    title = fields.need("title", str)
    titles = checks.titles(fields)
    context = Context(fields.choice("context", tuple(Context), Context.ROUTINE))
    criteria = dict(PRESETS)
    if fields.has("presets"):
        criteria = presets(path.parent / fields.need("presets", str))
    entries = checks.tables(fields, "layer")
    layers = tuple(
        _layer(entry, _where(path, "layer", i, entry), path.parent, palettes, criteria)
        for i, entry in enumerate(entries, start=1)
    )
    feeds = tuple(
        _feed(entry, _where(path, "feed", i, entry))
        for i, entry in enumerate(checks.tables(fields, "feed"), start=1)
    )
    fields.done()
    if not layers:
        raise fields.error("no [[layer]] entry; a catalogue needs at least one")
    checks.once(fields, [layer.id for layer in layers], 'two layer entries have the id "{}"')
    checks.once(fields, [feed.id for feed in feeds], 'two feed entries have the id "{}"')
    names = [name for layer in layers for name in {layer.id, layer.wms_name or layer.id}]
    checks.once(fields, names, 'two layer entries have the name "{}" in WMS')
    by_id = {layer.id: layer for layer in layers}
    layers = tuple(
        dataclasses.replace(
            derived(fields := Fields(entry, _where(path, "layer", i, entry)), layer, by_id),
            covariates=covariates(fields, by_id),
        )
        for i, (layer, entry) in enumerate(zip(layers, entries, strict=True), start=1)
    )
    return CatalogDefinition(title, context, layers, feeds, titles, criteria)


def _where(path: Path, what: str, number: int, entry: Mapping[str, Any]) -> str:
    return (
        f'{path.name}, {what} "{entry["id"]}"' if "id" in entry else f"{path.name}, {what} {number}"
    )


def _wms_name(fields: Fields) -> str:
    name: str = fields.get("wms_name", str, "")
    if name and not _WMS_NAME.fullmatch(name):
        raise fields.error(
            f'"wms_name" is "{name}"; a name such as Lakes or cite:Lakes was expected'
        )
    return name


def _layer(
    entry: Mapping[str, Any],
    where: str,
    folder: Path,
    palettes: Mapping[str, Palette],
    criteria: Mapping[str, Preset],
) -> LayerDefinition:
    fields = Fields(entry, where)
    layer_id = checks.word(fields, fields.need("id", str))
    kind = fields.choice("kind", kinds.KINDS, None)
    spec = kinds.KINDS[kind]
    relative_to = ""
    if "relative_to" in spec.needs and fields.has("relative_to"):
        relative_to = fields.choice("relative_to", RELATIVE_TO, None)
    quantity = _quantity(fields, relative_to) if "quantity" in spec.needs else None
    for key in ("covariates", "source"):
        if key in spec.needs:
            fields.has(key)  # layers of this same file: looked at when all of them are known
    styles = tuple(
        _style(style, f"{where}, style {style.get('id', i)}", kind, quantity, palettes, criteria)
        for i, style in enumerate(checks.tables(fields, "style"), start=1)
    )
    definition = LayerDefinition(
        id=layer_id,
        kind=kind,
        title=fields.need("title", str),
        titles=checks.titles(fields),
        wms_name=_wms_name(fields),
        abstract=fields.get("abstract", str, ""),
        abstracts=checks.titles(fields, "abstracts"),
        attribution=fields.get("attribution", str, ""),
        licence=fields.get("licence", str, ""),
        notice=fields.get("notice", str, ""),
        quantity=quantity,
        relative_to=relative_to,
        collection=fields.get("collection", str, layer_id) if "collection" in spec.needs else None,
        paths=_paths(entry, fields, folder) if "path" in spec.needs else (),
        domain=_domain(fields),
        native_zoom=_native_zoom(fields),
        support_limit=_support_limit(fields),
        styles=styles or (StyleDefinition("default", symbol=spec.symbol),),
        visible=fields.get("visible", bool, True),
        options={
            key: fields.get(key, kind_) for key, kind_ in spec.options.items() if fields.has(key)
        },
    )
    fields.done()
    try:
        spec.check(definition)
    except BadFileError as reason:
        raise fields.error(str(reason)) from reason
    checks.once(fields, [style.id for style in definition.styles], 'two styles have the id "{}"')
    return definition


def _quantity(fields: Fields, relative_to: str) -> str:
    """Return the quantity that is observed, or the ratio of it to what is usual."""
    try:
        quantity = units.quantity(fields.need("quantity", str))
    except BadInputError as reason:
        raise fields.error(str(reason)) from reason
    if not relative_to:
        return quantity.id
    if not quantity.positive:
        raise fields.error(f'"relative_to" asks for a ratio, and {quantity.id} may be 0 or below')
    return units.relative(quantity).id


def _paths(entry: Mapping[str, Any], fields: Fields, folder: Path) -> tuple[Path, ...]:
    """Return paths beside the catalogue, or of the data that the package carries."""
    named = fields.words("path") if isinstance(entry.get("path"), list) else ()
    return tuple(
        DEMONSTRATION_DATA / name.removeprefix(DEMONSTRATION)
        if name.startswith(DEMONSTRATION)
        else (folder / name).resolve()
        for name in named or [fields.need("path", str)]
    )


def _domain(fields: Fields) -> Bounds | None:
    box = fields.numbers("domain")
    try:
        return Bounds(*box) if box else None
    except (TypeError, BadExtentError) as reason:
        raise fields.error(f'"domain" must be west, south, east, north: {reason}') from reason


def _native_zoom(fields: Fields) -> int | None:
    zoom: int | None = fields.get("native_zoom", int)
    if zoom is not None and not 0 <= zoom <= MAX_ZOOM:
        raise fields.error(f'"native_zoom" is {zoom}; 0..{MAX_ZOOM} was expected')
    return zoom


def _support_limit(fields: Fields) -> float:
    limit = fields.number("support_limit", 0.9)
    if limit is None or not 0 < limit <= 1:
        raise fields.error(f'"support_limit" is {limit}; above 0 and at most 1 was expected')
    return limit


def _style(
    entry: Mapping[str, Any],
    where: str,
    kind: str,
    quantity: str | None,
    palettes: Mapping[str, Palette],
    criteria: Mapping[str, Preset],
) -> StyleDefinition:
    fields = Fields(entry, where)
    spec = kinds.KINDS[kind]
    style_id = checks.word(fields, fields.need("id", str))
    ramp = fields.choice("ramp", palettes, None) if fields.has("ramp") else None
    breaks = fields.numbers("breaks")
    labels = fields.get("labels", list, [])
    measures = tuple(criteria) if "presets" in spec.needs else spec.measures
    measure = fields.choice("measure", measures, measures[0])
    style = StyleDefinition(
        id=style_id,
        title=fields.get("title", str, style_id),
        titles=checks.titles(fields),
        measure=measure,
        preset=criteria[measure] if "presets" in spec.needs else None,
        palette=palettes[ramp] if ramp else None,
        breaks=breaks,
        unit=fields.get("unit", str, ""),
        threshold=fields.number("threshold"),
        labels=tuple(map(str, labels)),
        return_period_y=fields.number("return_period_y"),
        symbol=fields.choice("symbol", spec.symbols, spec.symbol),
        label=fields.get("label", str, ""),
    )
    # A misspelt key comes first: what follows would only be its consequence.
    fields.done()
    if any(b <= a for a, b in itertools.pairwise(breaks)):
        raise fields.error(f'"breaks" must rise strictly: {list(breaks)}')
    if style.palette and len(style.palette.colours) < len(breaks) + 1:
        raise fields.error(
            f'ramp "{ramp}" has {len(style.palette.colours)} colours; '
            f"{len(breaks)} breaks need one more"
        )
    canonical = units.MAPPED[quantity].unit if quantity else style.unit
    if style.unit not in ("", "1", canonical):
        raise fields.error(f'breaks are in {canonical}, or shares ("1"); "unit" is "{style.unit}"')
    if labels and len(labels) != len(breaks) + 1:
        raise fields.error(f'"labels" has {len(labels)} entries; {len(breaks) + 1} classes exist')
    if style.label and not spec.vector:
        raise fields.error(f'"label" names a property of features; a "{kind}" has none')
    if style.measure == "exceedance" and style.threshold is None:
        raise fields.error('an exceedance needs a "threshold" in the canonical unit')
    return style


def _feed(entry: Mapping[str, Any], where: str) -> FeedDefinition:
    fields = Fields(entry, where)
    feed = FeedDefinition(
        id=checks.word(fields, fields.need("id", str)),
        format=fields.choice("format", ADAPTERS, None),
        location=fields.need("location", str),
        every_s=fields.number("every_s", 600.0) or 600.0,
        collection=fields.get("collection", str),
        organisation=fields.get("organisation", str),
        defaults=fields.texts("defaults"),
    )
    if feed.every_s < 1:
        raise fields.error(f'"every_s" is {feed.every_s:g}; at least 1 was expected')
    fields.done()
    return feed
