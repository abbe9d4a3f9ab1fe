"""The group of all commands, and what they share."""

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from layers.errors import LayersError
from mapserver import settings
from mapserver.runtime.parent import PARENT, die_with

HOMES = {
    "align": ("aligning", "Align rasters to the grid of the tiles."),
    "backup": ("data", "Copy the store while everything goes on, and check the copy."),
    "catalog": ("lists", "The list of layers, styles and feeds."),
    "doctor": ("data", "Look a data folder over."),
    "hazard": ("hazard", "Make a hazard data set of a catalogue of earthquakes."),
    "ingest": ("data", "Bring files in; every row is accounted for."),
    "interpolate": ("interpolate", "Predict new measurements at points from stations."),
    "network": ("register", "Register networks of stations."),
    "organisation": ("register", "Register who operates stations."),
    "reprocess": ("data", "Offer quarantined observations again."),
    "screen": ("screening", "Say what all loaded layers know of candidate sites."),
    "seed": ("seeding", "Render tiles before anybody asks."),
    "token": ("data", "Give and take the right to write."),
    "words": ("lists", "Count the texts of each language, and those to be reviewed."),
}
"""The module that holds each command, and what it does in a line. The module is read when the
command is: `serve` starts sooner, and help costs nothing."""


class Sentences(click.Group):
    """A group whose commands end with a sentence where they cannot go on."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return sorted({*super().list_commands(ctx), *HOMES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, reading its module first."""
        if cmd_name in HOMES and cmd_name not in self.commands:
            home = importlib.import_module(f"mapserver.cli.{HOMES[cmd_name][0]}")
            self.add_command(getattr(home, cmd_name))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands without reading their modules."""
        own = [(n, c.get_short_help_str(80)) for n, c in self.commands.items() if not c.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(
                sorted({**dict(own), **{n: said for n, (_, said) in HOMES.items()}}.items())
            )

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours is text for the person who typed it."""
        try:
            return super().invoke(ctx)
        except (LayersError, settings.SettingError) as error:
            click.echo(f"mapserver: {error}", err=True)
            sys.exit(1)


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kyzylkum", prog_name="mapserver")
def main() -> None:
    """Map server for radiation and environmental monitoring."""
    # A server that runs this command beside itself: it ends with it. Nobody below inherits that.
    if server := os.environ.pop(PARENT, ""):
        die_with(int(server))


def _knobs(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for every knob of the settings."""
    for knob in reversed(settings.KNOBS):
        option = "--" + knob.name.replace("_", "-")
        if isinstance(knob.default, bool):
            option += f"/--no-{knob.name.replace('_', '-')}"
        shown = f"{knob.help} [{knob.default}]"
        kind = None if isinstance(knob.default, bool) else type(knob.default)
        command = click.option(option, type=kind, default=None, help=shown)(command)
    return command


@main.command()
@_knobs
def serve(**options: Any) -> None:
    """Serve the map: one keeper and several web workers."""
    from mapserver.runtime.serving import serve as run

    run(settings.read(**options))
