"""Commands for who takes part: organisations, and the networks of stations they answer for."""

import getpass
from typing import Any

import click

from layers import temporal
from layers.model import Release
from layers.store import Reader
from mapserver import settings
from mapserver.cli import keeping

_data_dir = click.option("--data-dir", type=str, default=None, help="Data folder.")


def _tell(data_dir: str | None, what: str, **told: Any) -> None:
    # Who registers an organisation has real data in mind: a new folder gets no demonstration.
    chosen = settings.read(data_dir=data_dir, demo=False)
    header = {"op": f"put_{what}", "writer": f"command {getpass.getuser()}", **told}
    click.echo(f'{what} "{told["id"]}" {keeping.ask(chosen, header)["done"]}')


@click.group()
def organisation() -> None:
    """Register who operates stations."""


@organisation.command("add")
@click.argument("id_", metavar="ID")
@_data_dir
@click.option("--name", default=None, help="Its name; needed for a new one.")
@click.option("--country", default=None, help="ISO 3166 code, such as KZ or UZ.")
def add_organisation(id_: str, data_dir: str | None, name: str | None, country: str | None) -> None:
    """Register the organisation ID, or change what is given and keep the rest."""
    _tell(data_dir, "organisation", id=id_, name=name, country=country)


@organisation.command("list")
@_data_dir
def list_organisations(data_dir: str | None) -> None:
    """List the organisations."""
    reader = Reader(settings.read(data_dir=data_dir).data_dir)
    for each in reader.organisations():
        click.echo(f"{each.id}  {each.country or '-'}  {each.name}")
    reader.close()


@click.group()
def network() -> None:
    """Register networks of stations: licence, attribution, and who may see them."""


@network.command("add")
@click.argument("id_", metavar="ID")
@_data_dir
@click.option("--organisation", default=None, help="Who operates it; needed for a new one.")
@click.option("--name", default=None, help="Its name; needed for a new one.")
@click.option("--licence", default=None, help="Licence of its values.")
@click.option("--attribution", default=None, help="What maps say of its source.")
@click.option(
    "--release",
    type=click.Choice([str(each) for each in Release]),
    default=None,
    help="Who may see it: everybody (the default), partners, or everybody after an embargo.",
)
@click.option("--embargo-until", default=None, help="End of the embargo, in RFC 3339.")
def add_network(
    id_: str,
    data_dir: str | None,
    organisation: str | None,
    name: str | None,
    licence: str | None,
    attribution: str | None,
    release: str | None,
    embargo_until: str | None,
) -> None:
    """Register the network ID, or change what is given and keep the rest."""
    _tell(
        data_dir,
        "network",
        id=id_,
        organisation_id=organisation,
        name=name,
        licence=licence,
        attribution=attribution,
        release=release,
        embargo_until=embargo_until,
    )


@network.command("list")
@_data_dir
def list_networks(data_dir: str | None) -> None:
    """List the networks with who may see them."""
    reader = Reader(settings.read(data_dir=data_dir).data_dir)
    for each in reader.networks():
        until = "" if each.embargo_until is None else f" until {temporal.word(each.embargo_until)}"
        click.echo(f"{each.id}  {each.organisation_id}  {each.release}{until}  {each.name}")
    reader.close()
