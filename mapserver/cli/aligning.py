"""The command that aligns rasters, and makes the bands of suitability, before anybody asks."""

import click

from layers.errors import BadParameterError, nearest
from layers.kinds import Sources
from layers.model import LayerDefinition
from layers.refresh import aligning
from layers.siting import stacks
from layers.store import PUBLIC, Reader
from layers.temporal import utc_now
from mapserver import settings
from mapserver.documents import assets
from mapserver.runtime.entries import definition
from mapserver.runtime.opening import open_site
from mapserver.settings import Settings


@click.command()
@click.argument("layers", nargs=-1)
@click.option("--data-dir", type=str, default=None, help="Data folder.")
@click.option("--catalog", type=str, default=None, help="Catalogue file.")
def align(layers: tuple[str, ...], data_dir: str | None, catalog: str | None) -> None:
    """Align rasters whose entry says so, and make suitability's bands; or LAYERS of them."""
    chosen = settings.read(data_dir=data_dir, catalog=catalog)
    every = definition(chosen, assets.read()).layers
    weighed = {layer.id: layer for layer in every if layer.kind == "suitability"}
    rasters = {layer.id: layer for layer in aligning.layers_to_align(every)}
    for layer_id in layers:
        if layer_id not in rasters and layer_id not in weighed:
            raise BadParameterError(
                f'no layer "{layer_id}" of suitability or with align = true'
                f"{nearest(layer_id, {**rasters, **weighed})}"
            )
    wanted = layers or (*rasters, *weighed)
    bad = _align([rasters[each] for each in wanted if each in rasters], chosen)
    if stacked := [weighed[each] for each in wanted if each in weighed]:
        site = open_site(chosen)
        for layer in stacked:
            made = stacks.build(layer, site.desk.loaded(), site.store.aligned)
            click.echo(f"{layer.id}: {'made' if made else 'nothing is to be made'}")
        site.store.close()
    if bad:
        raise SystemExit(1)


def _align(layers: list[LayerDefinition], chosen: Settings) -> int:
    """Align the rasters, and return how many of their times could not be."""
    store = Reader(chosen.data_dir)
    sources = Sources(store, PUBLIC, utc_now)
    bad = 0
    for layer in layers:
        kind, done = aligning.kind_of(layer, sources), 0
        for time, error in aligning.align(layer, kind, sources):
            done += not error
            bad += bool(error)
            click.echo(f"{layer.id} {time}: {error or 'aligned'}", err=bool(error))
        click.echo(f"{layer.id}: {done} copies were made")
    store.close()
    return bad
