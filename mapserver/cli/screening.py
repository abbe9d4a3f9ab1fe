"""`mapserver screen`: candidate sites in, their sheets out; and the same sheets made again."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from layers import temporal
from layers.errors import BadFileError, BadParameterError, UnsupportedFormatError
from layers.exchange import documents, site_package, sites
from layers.messages import LANGUAGES
from layers.model import CandidateSite
from layers.screening import DEFAULT, Lifted, preset
from layers.siting import DEFAULT_MWTH, Options, compare, sheet
from mapserver import negotiation, settings
from mapserver.documents import blocks_pdf
from mapserver.runtime import opening
from mapserver.services import screening, screening_query
from mapserver.services.screening_query import Asked
from mapserver.services.site import Site

MAX_REPLAYED_BYTES = 64_000_000


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="SITES")
@click.option("--data-dir", type=str, default=None, help="Data folder.")
@click.option("--catalog", type=str, default=None, help="Catalogue file.")
@click.option("--preset", "named", default=DEFAULT, help="Criteria.")
@click.option("--thermal-mw", type=float, default=DEFAULT_MWTH, help="Thermal power, MW [3000].")
@click.option(
    "--weight", "weights", multiple=True, metavar="EVIDENCE=NUMBER",
    help="In place of the preset's; may be repeated.",
)  # fmt: skip
@click.option(
    "--pair", "pairs", multiple=True, metavar="ONE/OTHER=NUMBER",
    help="How many times one criterion matters more than another (AHP); may be repeated.",
)  # fmt: skip
@click.option("--crs", default="", help="Reference system of a file that says none.")
@click.option("--time", "at", default=None, help="Hour of the surfaces; the newest otherwise.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of a PDF.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Where to: .json, .pdf or .gpkg.",
)  # fmt: skip
@click.option("--replay", is_flag=True, help="SITES is a JSON of sheets: make them again.")
def screen(
    file: Path,
    data_dir: str | None,
    catalog: str | None,
    named: str,
    thermal_mw: float,
    weights: tuple[str, ...],
    pairs: tuple[str, ...],
    crs: str,
    at: str | None,
    lang: str,
    out: Path | None,
    replay: bool,
) -> None:
    """Say what all loaded layers know of candidate sites."""
    suffix = "" if out is None else out.suffix.lower()
    if suffix not in ("", ".json", ".pdf", ".gpkg"):
        raise UnsupportedFormatError(f'"{suffix}" is not written; .json, .pdf and .gpkg are')
    body = _read(file)
    site = opening.open_site(settings.read(data_dir=data_dir, catalog=catalog))
    presets = site.catalog.definition.presets
    try:
        if replay:
            _replayed(site, body)
            return
        given = _numbers("--weight", "EVIDENCE", "sl2=0.4", weights)
        compared = _numbers("--pair", "ONE/OTHER", "sl2/slope=3", pairs)
        options = Options(
            preset(named, presets),
            thermal_mw,
            given,
            pairs=screening_query.split_pairs(compared),
        )
        found = tuple(sites.read(body, file.name, crs))
        time = None if at is None else temporal.instant(at)
        loaded = site.desk.loaded(time)
        sheets = [sheet(each, loaded, options) for each in found]
        comparison = compare(sheets, options) if len(sheets) > 1 else None
        _summary(sheets, comparison)
        if out is None:
            return
        answer: dict[str, Any] = {
            "context": str(site.catalog.definition.context),
            "sites": sheets,
            "comparison": comparison,
        }
        if suffix == ".gpkg":
            content = site_package.write(sheets)
        elif suffix == ".pdf":
            asked = Asked(found, options, time, lang)
            content = blocks_pdf.pdf(
                screening.site_documents(site, asked, answer),
                site.assets.folder / "print",
                site.now(),
            )
        else:
            content = negotiation.json_bytes(answer)
        out.write_bytes(content)
        click.echo(f"{out}: {len(sheets)} sites", err=True)
    finally:
        site.store.close()


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_REPLAYED_BYTES:
            raise sites.too_large(file.stat().st_size)
        return file.read_bytes()
    except OSError as reason:
        raise BadParameterError(f"{file}: {reason.strerror}") from reason


def _numbers(option: str, what: str, example: str, given: Sequence[str]) -> dict[str, float]:
    found = {}
    for each in given:
        name, sign, number = each.partition("=")
        try:
            found[name] = float(number if sign else "")
        except ValueError:
            raise BadParameterError(
                f'{option} takes {what}=NUMBER, such as {example}; not "{each}"'
            ) from None
    return found


def _summary(sheets: Sequence[dict[str, Any]], comparison: dict[str, Any] | None) -> None:
    for i, told in enumerate(sheets):
        verdicts, place = told["verdicts"], told["site"]
        weighed = verdicts["suitability"]
        hits = [f["evidence"] for f in verdicts["exclusion"] if f["status"] == "hit"]
        near = [
            f["evidence"] for f in verdicts["avoidance"] if f["status"] == "hit" and not f["lifted"]
        ]
        score = (
            f"no score without {', '.join(weighed['withheld'])}"
            if weighed["score"] is None
            else f"score {weighed['score']:.3f} ({weighed['low']:.3f} to {weighed['high']:.3f})"
        )
        rank = comparison["sites"][i]["rank"] if comparison else None
        where = f"{place['lon']:.5f}, {place['lat']:.5f} ± {place['accuracy_m']:g} m"
        click.echo(
            f"{place['name']} ({where}): "
            + (f"EXCLUDED by {', '.join(hits)}; " if hits else "no exclusion hit; ")
            + (f"avoid: {', '.join(near)}; " if near else "")
            + score
            + (f"; rank {rank}" if rank else "")
            + f"; evidence for {verdicts['coverage']:.0%} of the criteria"
        )


def _replayed(site: Site, body: bytes) -> None:
    """Make the sheets of a JSON again, and tell whether the numbers are the same."""
    document = documents.parsed(io.BytesIO(body))
    listed = document.get("sites") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise BadFileError(
            "the file holds no sheets; it is the JSON that `mapserver screen` writes"
        )
    differ = 0
    for number, old in enumerate(listed, start=1):
        try:
            before = old["replay"]
            asked = before["question"]
            place = asked["site"]
            candidate = CandidateSite(
                str(place["id"]), str(place["name"]), float(place["lon"]), float(place["lat"]),
                place["accuracy_m"],
            )  # fmt: skip
            options = Options(
                preset(str(asked["preset"]), site.catalog.definition.presets),
                float(asked["thermal_mw"]),
                {str(k): float(v) for k, v in asked["weights"].items()},
                {
                    candidate.id: {
                        rule: Lifted(words["by"], words["why"])
                        for rule, words in asked["lifted"].items()
                    }
                },
                screening_query.split_pairs(asked.get("pairs", {})),
            )
            time = None if before["time"] is None else temporal.instant(before["time"])
        except (AttributeError, KeyError, TypeError, ValueError) as reason:
            raise BadFileError(f"sheet {number} says not what it was made of: {reason!r}") from None
        after = sheet(candidate, site.desk.loaded(time), options)["replay"]
        changed = [
            key
            for key in ("question", "surroundings", "stations", "rules", "criteria", "time")
            if before.get(key) != after[key]
        ]
        data = before.get("data", {})
        changed += [
            f"layer {name}"
            for name in sorted({*data, *after["data"]})
            if data.get(name) != after["data"].get(name)
        ]
        same = before["results_sha256"] == after["results_sha256"]
        differ += not same
        click.echo(
            f"{candidate.name}: "
            + ("the same numbers" if same else "OTHER numbers")
            + (f"; other inputs: {', '.join(changed)}" if changed else "; the same inputs")
        )
    if differ:
        raise SystemExit(1)
