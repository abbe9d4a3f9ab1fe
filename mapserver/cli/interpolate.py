"""`mapserver interpolate`: values at stations in, the predictive distribution at points out."""

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from layers import interpolation, units
from layers.errors import BadFileError
from layers.interpolation import Coefficient, Field
from mapserver.cli import point_tables

UNITS = ("nSv/h", "uSv/h", "uR/h", "none")


@click.command()
@click.argument("table", type=click.Path(path_type=Path), metavar="INPUT.csv")
@click.option(
    "--at",
    "points",
    type=click.Path(path_type=Path),
    required=True,
    metavar="POINTS.csv",
    help="Where to predict: id, x, y.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PREDICTIONS.csv",
    help="What is written: mean, median, sd, p05, p95 of a new measurement.",
)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    default=None,
    metavar="HISTORY.csv",
    help="Earlier days of the same stations, to learn the parameters from.",
)
@click.option("--crs", default="none", help="none (plane metres) or EPSG:n, for x and y.")
@click.option("--unit", type=click.Choice(UNITS), default="none", help="Unit of the values.")
@click.option(
    "--covariate",
    "covariates",
    multiple=True,
    metavar="NAME",
    help="Column of INPUT and POINTS that the mean follows, such as altitude; may be repeated.",
)
@click.option(
    "--network",
    default=None,
    metavar="NAME",
    help="Column of INPUT with the network of each station; each gets an offset of its own.",
)
@click.option(
    "--error",
    default=None,
    metavar="NAME",
    help="Column of INPUT with the standard deviation of each device, in the unit of the value.",
)
@click.option("--quantiles", is_flag=True, help="Add q01 to q99.")
def interpolate(
    table: Path,
    points: Path,
    out: Path,
    history: Path | None,
    crs: str,
    unit: str,
    covariates: tuple[str, ...],
    network: str | None,
    error: str | None,
    quantiles: bool,
) -> None:
    """Predict new measurements at points from values at stations."""
    stations, at = point_tables.read(table, ("value",)), point_tables.read(points, ())
    ids, value = stations.ids, stations.columns["value"]
    named = tuple(dict.fromkeys(covariates))
    over, at_over = (
        np.column_stack([each.numbers(name) for name in named]) if named else None
        for each in (stations, at)
    )
    networks = stations.words(network) if network else None
    sd = stations.numbers(error, least=0.0) if error else None
    (x, y), (at_x, at_y) = point_tables.plane(stations, at, crs)
    aside = [name for name in (*named, network, error) if name]
    days = None if history is None else point_tables.history(history, ids, aside)
    if not np.isfinite(value).any():
        raise BadFileError(f"{table} holds no value at any station")
    if unit == "none":
        click.echo("no unit was given: values are compared with each other only", err=True)
    quantity = "ambient_dose_rate"
    level = None if unit == "none" else units.QUANTITIES[quantity].alarm
    alarm = None if level is None else units.from_canonical(level, unit, quantity)
    found = interpolation.predict_points(
        x,
        y,
        value,
        at_x,
        at_y,
        sd=sd,
        history=days,
        alarm=alarm,
        covariates=over,
        at_covariates=at_over if at.ids else None,
        networks=networks,
    )
    if found.event is not None:
        seen = ", ".join(ids[i] for i in found.event.seen)
        click.echo(f"a release is seen by {seen}: mapped apart from the background", err=True)
    alone = [ids[i] for i in found.field.outliers]
    if alone:
        click.echo(f"far out by themselves, and left aside: {', '.join(alone)}", err=True)
    for line in _of_the_mean(found.field, named, "" if unit == "none" else unit):
        click.echo(line, err=True)
    names = ["mean", "median", "sd", "p05", "p95"]
    values = [found.mean, found.median, found.sd, found.quantile(0.05), found.quantile(0.95)]
    if quantiles:
        names += [f"q{p:02d}" for p in range(1, 100)]
        values += [found.quantile(p / 100) for p in range(1, 100)]
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", *names])
        for name, row in zip(at.ids, np.column_stack(values), strict=True):
            writer.writerow([name, *(f"{v:.6g}" for v in row)])
    click.echo(f"{out}: {len(at.ids)} points from {len(ids)} stations", err=True)


def _of_the_mean(field: Field, covariates: Sequence[str], unit: str) -> Iterator[str]:
    """Yield a line for each covariate, and one for the offsets of networks if there are several."""
    log = field.parameters.transform == "log"
    for name, effect in zip(covariates, interpolation.effects(field), strict=True):
        if math.isfinite(effect.value):
            size = _told(effect, log, unit)
            yield f"{name}: {size} for each standard deviation of it above its average"
        else:
            yield f"{name} is the same at all stations: it tells nothing"
    if offsets := interpolation.offsets(field):
        told = ", ".join(f"{name} {_told(offset, log, unit)}" for name, offset in offsets.items())
        yield f"offsets of networks, beyond their average: {told}"


def _told(of: Coefficient, log: bool, unit: str) -> str:
    """Value and standard error in words; those of a logarithm in per cent."""
    if log:
        factor = math.exp(of.value)
        return f"{100 * (factor - 1):+.1f} % ± {100 * factor * of.sd:.1f} %"
    return f"{of.value:+.3g} ± {of.sd:.2g} {unit}".rstrip()
