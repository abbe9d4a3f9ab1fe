"""`mapserver interpolate`: values at stations in, the predictive distribution at points out."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyproj
from numpy.typing import NDArray

from layers import interpolation, units
from layers.errors import BadFileError, BadParameterError

FloatArray = NDArray[np.floating[Any]]
ALARM_NSV_H = 1_000.0
"""Above 1 uSv/h one station alone tells of a release."""
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
@click.option("--quantiles", is_flag=True, help="Add q01 to q99.")
def interpolate(
    table: Path,
    points: Path,
    out: Path,
    history: Path | None,
    crs: str,
    unit: str,
    quantiles: bool,
) -> None:
    """Predict new measurements at points from values at stations."""
    ids, place, columns = _read(table, ("value",))
    at_ids, at_place, _ = _read(points, ())
    (x, y), (at_x, at_y) = _plane(place, at_place, crs)
    days = None if history is None else _history(history, ids)
    if not np.isfinite(columns["value"]).any():
        raise BadFileError(f"{table} holds no value at any station")
    if unit == "none":
        click.echo("no unit was given: values are compared with each other only", err=True)
    quantity = "ambient_dose_rate"
    alarm = None if unit == "none" else units.from_canonical(ALARM_NSV_H, unit, quantity)
    found = interpolation.predict_points(
        x, y, columns["value"], at_x, at_y, history=days, alarm=alarm
    )
    if found.event is not None:
        seen = ", ".join(ids[i] for i in found.event.seen)
        click.echo(f"a release is seen by {seen}: mapped apart from the background", err=True)
    alone = [ids[i] for i in found.field.outliers]
    if alone:
        click.echo(f"far out by themselves, and left aside: {', '.join(alone)}", err=True)
    names = ["mean", "median", "sd", "p05", "p95"]
    values = [found.mean, found.median, found.sd, found.quantile(0.05), found.quantile(0.95)]
    if quantiles:
        names += [f"q{p:02d}" for p in range(1, 100)]
        values += [found.quantile(p / 100) for p in range(1, 100)]
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", *names])
        for name, row in zip(at_ids, np.column_stack(values), strict=True):
            writer.writerow([name, *(f"{v:.6g}" for v in row)])
    click.echo(f"{out}: {len(at_ids)} points from {len(ids)} stations", err=True)


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
            return list(reader.fieldnames or ()), rows
    except OSError as reason:
        raise BadParameterError(f"{path}: {reason.strerror}") from reason
    except (UnicodeDecodeError, csv.Error) as reason:
        raise BadFileError(f"{path} is no CSV in UTF-8: {reason}") from reason


def _number(text: str | None, path: Path, line: int, name: str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        raise BadFileError(
            f'{path}, line {line}: {name} is "{text}"; a number was expected'
        ) from None


def _position(text: str | None, path: Path, line: int, name: str) -> float:
    number = _number(text, path, line, name)
    if not np.isfinite(number):
        raise BadFileError(f'{path}, line {line}: {name} is "{text or ""}"; it must be finite')
    return number


def _read(
    path: Path, wanted: Sequence[str]
) -> tuple[list[str], tuple[str, FloatArray, FloatArray], dict[str, FloatArray]]:
    header, rows = _rows(path)
    system = "lonlat" if {"lon", "lat"} <= set(header) else "xy"
    east, north = ("lon", "lat") if system == "lonlat" else ("x", "y")
    for name in ("id", east, north, *wanted):
        if name not in header:
            raise BadFileError(
                f'{path} has no column "{name}"; expected id,x,y or id,lon,lat'
                + "".join(f",{each}" for each in wanted)
            )

    def column(name: str, read: Callable[..., float]) -> FloatArray:
        numbers = [read(row[name], path, line, name) for line, row in enumerate(rows, start=2)]
        return np.array(numbers, dtype=float)

    # A value may be missing, a position never.
    found = {name: column(name, _number) for name in wanted}
    place = (system, column(east, _position), column(north, _position))
    return [row["id"] for row in rows], place, found


def _history(path: Path, ids: Sequence[str]) -> FloatArray:
    """Return earlier days in the order of the stations, NaN where a station has none."""
    header, rows = _rows(path)
    days = [name for name in header if name not in ("id", "x", "y", "lon", "lat")]
    if "id" not in header or not days:
        raise BadFileError(f"{path} needs id and one column for every earlier day")
    by_id = {
        row["id"]: [_number(row[day], path, line, day) for day in days]
        for line, row in enumerate(rows, start=2)
    }
    return np.array([by_id.get(each, [np.nan] * len(days)) for each in ids], dtype=float)


def _plane(
    place: tuple[str, FloatArray, FloatArray], at: tuple[str, FloatArray, FloatArray], crs: str
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Return both sets of positions in metres of one plane."""
    if place[0] != at[0]:
        raise BadFileError("stations and points must use the same coordinates: x,y or lon,lat")
    if place[0] == "xy" and crs == "none":
        return place[1:], at[1:]
    try:
        source = pyproj.CRS.from_user_input("OGC:CRS84" if place[0] == "lonlat" else crs)
    except pyproj.exceptions.CRSError:
        raise BadParameterError(
            f'"{crs}" is no coordinate reference system; write EPSG:n'
        ) from None
    if source.is_projected and all(axis.unit_name == "metre" for axis in source.axis_info):
        return place[1:], at[1:]
    from layers import geo

    forward = pyproj.Transformer.from_crs(source, "OGC:CRS84", always_xy=True)
    lon, lat = forward.transform(
        np.concatenate([place[1], at[1]]), np.concatenate([place[2], at[2]])
    )
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.all() or np.abs(lat).max() > 90:
        raise BadFileError("some positions are no longitude and latitude in degrees")
    more = 0.01
    box = geo.Bounds(lon.min() - more, lat.min() - more, lon.max() + more, lat.max() + more)
    x, y = geo.plane(box, lon, lat)
    n = len(place[1])
    return (x[:n], y[:n]), (x[n:], y[n:])
