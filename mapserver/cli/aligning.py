"""The command that aligns rasters before anybody asks."""

import click

from layers.errors import BadParameterError, nearest
from layers.kinds import Sources
from layers.refresh import aligning
from layers.store import PUBLIC, Reader
from layers.temporal import utc_now
from mapserver import settings
from mapserver.documents import assets
from mapserver.runtime.entries import definition


@click.command()
@click.argument("layers", nargs=-1)
@click.option("--data-dir", type=str, default=None, help="Data folder.")
@click.option("--catalog", type=str, default=None, help="Catalogue file.")
def align(layers: tuple[str, ...], data_dir: str | None, catalog: str | None) -> None:
    """Align rasters to the grid of the tiles; all whose entry says so, or LAYERS of them."""
    chosen = settings.read(data_dir=data_dir, catalog=catalog)
    known = {
        layer.id: layer
        for layer in aligning.layers_to_align(definition(chosen, assets.read()).layers)
    }
    for layer_id in layers:
        if layer_id not in known:
            raise BadParameterError(
                f'no layer "{layer_id}" with align = true{nearest(layer_id, known)}'
            )
    store = Reader(chosen.data_dir)
    sources = Sources(store, PUBLIC, utc_now)
    bad = 0
    for layer_id in layers or known:
        kind, done = aligning.kind_of(known[layer_id], sources), 0
        for time, error in aligning.align(known[layer_id], kind, sources):
            done += not error
            bad += bool(error)
            click.echo(f"{layer_id} {time}: {error or 'aligned'}", err=bool(error))
        click.echo(f"{layer_id}: {done} copies were made")
    store.close()
    if bad:
        raise SystemExit(1)
