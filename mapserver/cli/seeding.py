"""`mapserver seed`: tiles before anybody asks, in the cache or in an archive."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from layers.errors import BadParameterError, LayersError, TooLargeError, UnavailableError
from layers.geo import MAX_ZOOM, Bounds
from layers.store import Paths
from layers.tiles import FORMATS, Seeded, SeedOrder
from mapserver import params, settings
from mapserver.cli import keeping
from mapserver.cli.progress import progress
from mapserver.documents.archive import metadata
from mapserver.operations import first_pictures
from mapserver.operations.archive import Archive, archive
from mapserver.operations.rendering import Done, rendered
from mapserver.operations.seed import Edition, editions, orders
from mapserver.runtime.opening import open_site
from mapserver.services.site import Site
from mapserver.services.tiles import description

CACHE = "cache"
MEANT = 100_000
"""Tiles above which `--yes` has to say that they are meant."""
MOST = 10_000_000
"""Tiles above which nothing helps: nobody would wait for them."""
_PER_PROCESS = 200
"""Tiles that are worth a process of their own, which takes a second to start."""


@click.command()
@click.argument("layer", nargs=-1)
@click.option("--data-dir", type=str, default=None, help="Data folder.")
@click.option("--catalog", type=str, default=None, help="Catalogue file.")
@click.option("--style", "style_id", default=None, help="One style; all of them otherwise.")
@click.option(
    "--time",
    default=None,
    help="latest (the default), all, an instant, or BEGIN/END without the end.",
)
@click.option("--zoom", default=None, help="First and last zoom; 0-6 otherwise.")
@click.option("--bbox", default=None, help="West, south, east, north in degrees: W,S,E,N.")
@click.option(
    "--format",
    "image",
    type=click.Choice(FORMATS),
    default=None,
    help="What the map asks for otherwise: webp of the base map, png of others.",
)
@click.option("--dense", is_flag=True, help="512 pixels a tile, for dense screens (@2x).")
@click.option(
    "--to",
    "target",
    default=CACHE,
    help="cache (the default), or a file that ends in .pmtiles or .mbtiles.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=None,
    help="Processes that render, with low priority; one a core otherwise.",
)
@click.option("--pictures", is_flag=True, help="No tiles: the pictures that pages show first.")
@click.option("--yes", is_flag=True, help=f"More than {MEANT:,} tiles are meant.")
@click.option("--wait", is_flag=True, help="Begin when the server is ready, and give way to it.")
def seed(
    layer: tuple[str, ...],
    data_dir: str | None,
    catalog: str | None,
    zoom: str | None,
    bbox: str | None,
    target: str,
    processes: int | None,
    pictures: bool,
    yes: bool,
    wait: bool,
    **which: Any,
) -> None:
    """Render tiles of LAYERs before anybody asks; without LAYER what was seeded before, anew."""
    if not layer and (zoom or bbox or any(which.values()) or target != CACHE):
        raise BadParameterError("name a LAYER; without one, what was seeded before is brought up")
    zooms, bounds = _zooms(zoom or "0-6"), None if bbox is None else _bounds(bbox)
    chosen = settings.read(data_dir=data_dir, catalog=catalog)
    if wait:
        os.nice(10)
        keeping.until_ready(chosen)
    site = open_site(chosen)
    if pictures:
        if layer:
            raise BadParameterError("--pictures are of the pages, and take no LAYER")
        click.echo(f"{first_pictures.draw(site)} first pictures are drawn")
        return
    seeded = Seeded(Paths(chosen.data_dir).cache / "seeded")
    wanted = [
        order
        for name in dict.fromkeys(layer)
        for order in orders(site, name, zooms=zooms, bounds=bounds, **which)
    ]
    found = list(_meant(site, wanted)) if layer else list(_standing(site, seeded))
    total = sum(map(len, found))
    _reasonable(total, yes)
    job = _Job(site, found, total, processes or len(os.sched_getaffinity(0)))
    try:
        if target == CACHE:
            job.to_cache(seeded, wanted, quiet=wait)
        else:
            job.to_archive(Path(target))
    except KeyboardInterrupt:
        click.echo(
            f"interrupted: {len(job.done):,} of {total:,} tiles are done; "
            "the same command goes on from there",
            err=True,
        )
        sys.exit(130)


class _Job:
    """Tiles that are wanted, and what became of them."""

    def __init__(self, site: Site, wanted: list[Edition], total: int, processes: int) -> None:
        self._site = site
        self._wanted = wanted
        self._total = total
        self._processes = min(processes, 1 + total // _PER_PROCESS)
        self._names = ", ".join(dict.fromkeys(edition.layer for edition in wanted))
        self.done = Done()

    def to_cache(self, seeded: Seeded, ordered: list[SeedOrder], *, quiet: bool) -> None:
        """Fill the cache, which keeps what was ordered from now on."""
        try:
            for order in ordered:
                seeded.add(order)
        except OSError as reason:
            raise UnavailableError(f"the tile cache cannot be written: {reason}") from reason
        for _ in self._rendered(bodies=False):
            pass
        if self.done.lost:
            raise UnavailableError(
                f"{self.done.lost:,} of {self._total:,} tiles were drawn, but the cache took them "
                "not: is its disk full or read only?"
            )
        if not quiet:
            click.echo(
                f"{self._total:,} tiles of {self._names or 'nothing'} are in the cache: "
                f"{self.done.drawn:,} drawn, {self.done.found:,} there before, "
                f"{self.done.empty:,} without anything to show"
            )

    def to_archive(self, target: Path) -> None:
        """Write an archive of one edition."""
        if len(self._wanted) != 1:
            raise BadParameterError(
                f"an archive holds one layer in one style at one time, and {len(self._wanted)} "
                "are meant; say which by LAYER, --style and --time"
            )
        (edition,) = self._wanted
        with archive(target, edition.format) as gathered:
            for done in self._rendered(bodies=True):
                for request, body in done.bodies:
                    gathered.put(request, body)
            self._finish(gathered, edition)
        click.echo(f"{target}: {gathered.count:,} tiles of {edition.layer}, {edition.style}")

    def _finish(self, gathered: Archive, edition: Edition) -> None:
        definition = self._site.credited(self._site.catalog.layer(edition.layer))
        style = self._site.catalog.style(definition, edition.style)
        said = description(self._site, definition, style, edition.version, edition.time, "")
        context = self._site.catalog.definition.context
        gathered.finish(edition.bounds, metadata(said, context, edition.format, edition.bounds))

    def _rendered(self, *, bodies: bool) -> Iterator[Done]:
        blocks = (block for edition in self._wanted for block in edition.blocks())
        with progress(self._total, self._names) as more:
            for done in rendered(
                self._site,
                open_site,
                blocks,
                bodies=bodies,
                processes=self._processes,
            ):
                self.done.add(done)
                yield done
                more(len(done))


def _meant(site: Site, wanted: list[SeedOrder]) -> Iterator[Edition]:
    for order in wanted:
        yield from editions(site, order)


def _standing(site: Site, seeded: Seeded) -> Iterator[Edition]:
    """Yield what was ordered before; what the catalogue knows no more is passed over."""
    before = seeded.orders()
    if not before:
        raise BadParameterError("nothing was seeded here before; name a LAYER")
    for order in before:
        try:
            yield from editions(site, order)
        except LayersError as error:
            click.echo(f"passed over: {error}", err=True)


def _reasonable(total: int, yes: bool) -> None:
    if total > MOST:
        raise TooLargeError(f"these are {total:,} tiles; the limit is {MOST:,}")
    if total > MEANT and not yes:
        raise TooLargeError(
            f"these are {total:,} tiles; above {MEANT:,}, say --yes if they are meant"
        )


def _zooms(text: str) -> tuple[int, int]:
    numbers = [int(word) if word.isdecimal() else -1 for word in text.split("-")]
    if len(numbers) > 2 or not 0 <= numbers[0] <= numbers[-1] <= MAX_ZOOM:
        raise BadParameterError(
            f'--zoom is "{text}"; first and last of 0 to {MAX_ZOOM} were expected, such as 3-6'
        )
    return numbers[0], numbers[-1]


def _bounds(text: str) -> Bounds:
    words = text.split(",")
    if len(words) != 4:
        raise BadParameterError(f'--bbox is "{text}"; W,S,E,N in degrees was expected')
    west, south, east, north = (params.number(word, "--bbox") for word in words)
    return Bounds(west, south, east, north)
