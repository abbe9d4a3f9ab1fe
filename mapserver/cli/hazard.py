"""`mapserver hazard`: a catalogue of earthquakes in, a hazard data set for demonstration out."""

import dataclasses
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import click
import numpy as np
import shapely

from layers import exchange
from layers.errors import BadFileError, BadParameterError
from layers.exchange import hazard_written
from layers.geo import Bounds
from layers.model import Feature, HazardManifest, HazardStatus, RejectedRecord
from layers.seismic import catalogue, hazard_model, zoning
from mapserver.cli import point_tables

NOTE = "computed by `mapserver hazard` for demonstration; no official map, no evidence about a site"
GRID_DEG = 0.01


@click.command()
@click.argument("table", type=click.Path(path_type=Path), metavar="CATALOGUE.csv")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--id", "name", default="own-hazard", help="Id of the data set. [own-hazard]")
@click.option("--title", default="Own hazard model", help="Its title.")
@click.option("--licence", default="that of the catalogue", help="Its licence.")
@click.option(
    "--bounds", default="46,37,88,56", metavar="W,S,E,N", help="Where grids are made; degrees."
)
@click.option("--step", type=float, default=0.25, help="Side of a cell in degrees. [0.25]")
@click.option("--end", type=float, default=None, help="Year in which the catalogue ends.")
@click.option("--least", type=float, default=None, help="Least magnitude that counts.")
@click.option(
    "--complete",
    multiple=True,
    metavar="M=YEAR",
    help="Complete from M on since YEAR, instead of Stepp's test; may be repeated.",
)
@click.option("--largest", type=float, default=None, help="Largest magnitude of active cells.")
@click.option("--floor", type=float, default=3e-8, help="Events of M 5 a year and km2 everywhere.")
@click.option("--vs", "vs30", type=float, default=760.0, help="Ground, Vs30 in m/s. [760]")
@click.option("--depth", type=float, default=12.0, help="Depth of ruptures, km. [12]")
@click.option("--deepest", type=float, default=50.0, help="Deeper events are left out, km. [50]")
@click.option(
    "--at",
    "points",
    type=click.Path(path_type=Path),
    default=None,
    metavar="POINTS.csv",
    help="Places (id, lon, lat) to write hazard curves of.",
)
def hazard(
    table: Path,
    out: Path,
    name: str,
    title: str,
    licence: str,
    bounds: str,
    step: float,
    end: float | None,
    least: float | None,
    complete: tuple[str, ...],
    largest: float | None,
    floor: float,
    vs30: float,
    depth: float,
    deepest: float,
    points: Path | None,
) -> None:
    """Make a hazard data set of a catalogue of earthquakes: manifest, grids, zones, curves."""
    at = None if points is None else point_tables.read(points, ())
    if at is not None and at.system != "lonlat":
        raise BadParameterError(f"{points} needs the columns lon and lat")
    body, features = _features(table)
    events = catalogue.events([_row(each) for each in features if each.time is not None])
    shallow = ~(events.depth_km > deepest)
    chosen = hazard_model.Choices(
        bounds=_bounds(bounds),
        end_year=end or _after(events),
        step_deg=step,
        least=least,
        complete=tuple(sorted((_complete(each) for each in complete), key=lambda c: c.mw)),
        floor=floor,
        largest=largest,
        depth_km=depth,
        vs30_m_s=vs30,
    )
    made = hazard_model.model(events.where(shallow), chosen)
    report = {
        "note": NOTE,
        "catalogue": {
            "file": table.name,
            "sha256": hashlib.sha256(body).hexdigest(),
            "events": len(features),
            "without_magnitude": len(features) - len(events),
            "deeper_than_km": {"km": deepest, "left_out": int((~shallow).sum())},
        },
        **_told(made),
    }
    source = f"{NOTE}; of {table.name}, sha256 {report['catalogue']['sha256']}"
    manifest = HazardManifest(
        id=name,
        title=title,
        status=HazardStatus.DEMONSTRATION,
        unit="g",
        licence=licence,
        vintage=f"{chosen.end_year:.0f}",
        source=source,
        vs30_m_s=vs30,
    )
    files = _files(made, manifest, report)
    if at is not None:
        rates = hazard_model.curves(made, at.east, at.north)
        text = hazard_written.curves(at.ids, hazard_model.LEVELS_G, rates)
        files["curves.csv"] = text.encode()
    _write(out, files)
    recurrence = made.recurrence
    for line in (
        f"{made.events} events, {made.main_shocks} of them independent, "
        f"{recurrence.count} complete from M {recurrence.least:g} on",
        f"b = {recurrence.b:.2f} ± {recurrence.b_sd:.2f}; {recurrence.rate:.3g} ± "
        f"{recurrence.rate_sd:.2g} events of M {recurrence.least:g} and more a year",
        f"{out}: {', '.join(sorted(files))} (demonstration)",
    ):
        click.echo(line, err=True)


def _features(table: Path) -> tuple[bytes, list[Feature]]:
    try:
        body = table.read_bytes()
    except OSError as reason:
        raise BadParameterError(f"{table}: {reason.strerror}") from reason
    adapter = exchange.sniff(table.name, body[: exchange.SNIFFED_BYTES])
    if adapter.yields != "features":
        raise BadFileError(f"{table} is no catalogue of earthquakes but {adapter.title.lower()}")
    found, rejected = [], 0
    for record in adapter.records(io.BytesIO(body), {"collection": "earthquakes"}):
        if isinstance(record, Feature) and "magnitude" in record.properties:
            found.append(record)
        elif isinstance(record, RejectedRecord):
            rejected += 1
            if rejected <= 5:
                click.echo(f"line {record.line}: {record.reason}", err=True)
        else:
            raise BadFileError(f"{table} is no catalogue of earthquakes")
    if rejected > 5:
        click.echo(f"and {rejected - 5} more rows were not taken", err=True)
    return body, found


def _row(feature: Feature) -> Any:
    place = feature.geometry.centroid
    facts = feature.properties
    return feature.time, place.x, place.y, facts.get("depth_km"), facts.get("magnitude")


def _after(events: catalogue.Events) -> float:
    return float(np.ceil(events.year.max() + 1e-9)) if len(events) else 2000.0


def _bounds(text: str) -> Bounds:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise BadParameterError(f'--bounds is "{text}"; W,S,E,N in degrees was expected') from None
    return Bounds(west, south, east, north)


def _complete(text: str) -> catalogue.Complete:
    magnitude, _, year = text.partition("=")
    try:
        return catalogue.Complete(float(magnitude), float(year))
    except ValueError:
        raise BadParameterError(f'--complete is "{text}"; M=YEAR was expected') from None


def _told(made: hazard_model.HazardModel) -> dict[str, Any]:
    choices = dataclasses.asdict(made.choices) | {"largest": made.largest}
    del choices["complete"]  # told below, whether it was given or found
    return {
        "choices": choices,
        "independent_events": made.main_shocks,
        "complete_since": {f"{each.mw:g}": round(each.year, 2) for each in made.complete},
        "recurrence": dataclasses.asdict(made.recurrence),
        "pga_g": {
            f"{period:g}": {"least": float(pga.min()), "largest": float(pga.max())}
            for period, pga in zip(made.choices.periods_y, made.pga_g, strict=True)
        },
    }


def _files(
    made: hazard_model.HazardModel, manifest: HazardManifest, report: dict[str, Any]
) -> dict[str, bytes]:
    box = made.grid.bounds
    found = hazard_written.dataset(
        manifest,
        made.choices.periods_y,
        made.pga_g,
        west=box.west,
        north=box.north,
        step_deg=made.grid.step_deg,
    )
    lon, lat = (each.reshape(made.grid.shape) for each in made.grid.centres())
    inner = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
    areas = zoning.degrees(made.pga_g[0], lon[0], lat[:, 0], inner, GRID_DEG)
    facts = {
        "return_period_y": made.choices.periods_y[0],
        "vs30_m_s": made.choices.vs30_m_s,
        "status": str(manifest.status),
        "note": NOTE,
    }
    found["zones_475.geojson"] = hazard_written.zones(areas, zoning.LIMITS_G, facts).encode()
    found["report.json"] = json.dumps(report, indent=1).encode()
    return found


def _write(out: Path, files: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (out / name).write_bytes(body)
    except OSError as reason:
        raise BadParameterError(f"{out}: {reason.strerror}") from reason
