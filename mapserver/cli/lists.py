"""Commands that show what the catalogue says."""

from pathlib import Path

import click

from layers import catalog as catalogs
from layers import messages
from layers.errors import BadFileError
from layers.kinds import KINDS
from layers.messages import po, read, review
from mapserver import settings
from mapserver.documents import assets
from mapserver.runtime.entries import definition


@click.group()
def catalog() -> None:
    """The list of layers, styles and feeds."""


@catalog.command("list")
@click.option("--catalog", "path", type=str, default=None, help="Catalogue file.")
def list_(path: str | None) -> None:
    """List layers with their kinds and styles."""
    found = definition(settings.read(catalog=path), assets.read())
    for layer in found.layers:
        styles = ", ".join(style.id for style in layer.styles)
        mark = f" ({layer.notice})" if layer.notice else ""
        click.echo(f"{layer.id:18} {layer.kind:9} {layer.title}{mark}; styles: {styles}")
    for preset in found.presets.values():
        unread = sum(c.check_before_use for c in preset.criteria)
        mark = f"; {unread} thresholds to be checked before use" if unread else ""
        click.echo(f"preset {preset.id}: {preset.source}{mark}")
    for feed in found.feeds:
        click.echo(f"feed {feed.id}: {feed.format} from {feed.location} every {feed.every_s:g} s")


@catalog.command("check")
@click.option("--catalog", "path", type=str, default=None, help="Catalogue file.")
def check(path: str | None) -> None:
    """Check a catalogue key by key, and every file of its rasters."""
    found = definition(settings.read(catalog=path), assets.read())
    problems = [
        f'layer "{layer.id}": {problem}'
        for layer in found.layers
        for problem in KINDS[layer.kind].problems(layer)
    ]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{len(found.layers)} layers and {len(found.feeds)} feeds: all keys are known")


@catalog.command("default")
def default() -> None:
    """Print the built-in catalogue, to start an own one from."""
    click.echo(catalogs.DEFAULT_CATALOG.read_text("utf-8"), nl=False)


@click.command("words")
@click.option(
    "--po",
    "language",
    type=click.Choice(messages.LANGUAGES),
    default=None,
    help="Print the texts of a language as a gettext catalogue; what waits is marked fuzzy.",
)
@click.option(
    "--read",
    "returned",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Take a catalogue that a native reader went through: what is not fuzzy is confirmed.",
)
def words(language: str | None, returned: Path | None) -> None:
    """Count the texts of each language, and those that wait for a native reader."""
    if language is not None:
        click.echo(po.written(language), nl=False)
        return
    if returned is not None:
        _take(returned)
        return
    for each in messages.LANGUAGES:
        waiting, every = len(review.waiting(each)), len(messages.catalogue(each))
        said = f"{waiting} wait for a native reader" if each in review.READERS else "the source"
        click.echo(f"{each}  {every} texts, {said}")


def _take(path: Path) -> None:
    try:
        found = po.returned(path.read_text("utf-8"))
        kept = read.keep(found.language, found.texts, messages.catalogue("en"))
    except (BadFileError, UnicodeDecodeError, OSError) as error:
        raise BadFileError(f"{path}: {error}") from error
    for each in found.refused:
        click.echo(each, err=True)
    click.echo(f"{len(found.texts)} texts confirmed in {kept}, {found.waiting} still wait")
    if found.refused:
        raise SystemExit(1)
